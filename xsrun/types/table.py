"""One record per input type, and the right name for every wrong one."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.hints import Any, Final
from xsrun.record import NamedTuple
from xsrun.types import coerce, shapes
from xsrun.types.coerce import Coerce
from xsrun.types.fields import ABSENT, Field


class InputType(NamedTuple):
    """What a type accepts and what becomes of it."""

    name: str
    accepts: str
    coerce: Coerce
    verify: Callable[[Field], Callable[[Any], Any]] | None = None
    """Makes the check that runs after the filters."""
    plain: type | None = None
    """The Python class whose values need no conversion."""
    zero: Any = None
    """What a column without a value holds."""
    nullable: bool = False
    """Whether null is taken without the mark ``?``."""
    textual: bool = False
    """Whether ``""`` counts as missing in a required field."""
    empty: Any = ABSENT
    """What ``""`` is in an optional field; absent when it is converted as any other value."""
    takes_default: bool = True
    """Whether a declaration may set a default."""
    in_tables: bool = True
    """Whether a column may have it."""


def _stored(name: str, accepts: str) -> InputType:
    return InputType(name, accepts, shapes.metadata(name), nullable=True, takes_default=False)


def _geo(name: str, kind: str) -> InputType:
    accepts = '{type: "point", data: {lng, lat}} or {lng, lat}' if kind == "point" else f'{{type: "{kind}", data: […]}}'
    return InputType(name, accepts, shapes.geometry(name, kind), nullable=True, takes_default=False)


TYPES: Final[dict[str, InputType]] = {
    each.name: each
    for each in (
        InputType("int", "a whole number or its text; true and false as 1 and 0", coerce.integer, plain=int, zero=0),
        InputType("decimal", "a number or its text; true and false as 1 and 0", coerce.decimal, plain=int, zero=0),
        InputType("bool", "true, false, 1, 0, or yes, no, on, off as text", coerce.boolean, plain=bool, zero=False),
        InputType("text", "text, a number or a boolean", coerce.text, plain=str, zero="", textual=True),
        InputType("email", "an e-mail address", coerce.clear_text, verify=coerce.address, zero="", textual=True),
        InputType("password", "text", coerce.clear_text, plain=str, zero="", textual=True),
        InputType("uuid", "8-4-4-4-12 hexadecimal digits, any case", coerce.uuid, nullable=True, empty=None),
        InputType(
            "timestamp",
            "milliseconds since 1970, a date text, or now",
            coerce.timestamp,
            plain=int,
            nullable=True,
            empty=None,
        ),
        InputType("date", "YYYY-MM-DD, any date text, or a timestamp", coerce.date, nullable=True, empty=None),
        InputType("json", "any value; text that holds an object or a list is decoded", coerce.json, nullable=True),
        InputType(
            "enum", "one of its values, exactly", coerce.word, verify=coerce.one_of, zero="", textual=True, empty=""
        ),
        InputType("object", "an object, or text that holds one as JSON", shapes.json_object, zero={}),
        InputType(
            "vector",
            "a list of numbers, or text that holds one as JSON",
            shapes.vector,
            nullable=True,
            takes_default=False,
        ),
        InputType(
            "file",
            "a file: --input name@path, or {name, data, mime} with data in base64",
            shapes.file,
            nullable=True,
            takes_default=False,
            in_tables=False,
        ),
        _stored("image", "an uploaded image or its metadata"),
        _stored("video", "an uploaded video or its metadata"),
        _stored("audio", "an uploaded sound or its metadata"),
        _stored("attachment", "an uploaded file or its metadata"),
        _geo("geo_point", "point"),
        _geo("geo_multipoint", "points"),
        _geo("geo_linestring", "path"),
        _geo("geo_multilinestring", "paths"),
        _geo("geo_polygon", "poly"),
        _geo("geo_multipolygon", "polys"),
    )
}

DBLINK: Final = "dblink"
"""The pseudo-type that stands for the columns of a table; only in inputs, and replaced before binding."""

MISNOMERS: Final[dict[str, str]] = {
    "string": "text",
    "str": "text",
    "char": "text",
    "varchar": "text",
    "integer": "int",
    "boolean": "bool",
    "float": "decimal",
    "double": "decimal",
    "number": "decimal",
    "datetime": "timestamp",
    "map": "json",
    "dict": "json",
    "any": "json",
    "array": "type[]",
    "list": "type[]",
}
"""Type names that people write, and the one to write."""


def names_type(word: str) -> bool:
    """Whether a word is a type, or what people write for one."""
    return word in TYPES or word.lower() in MISNOMERS or word.lower() in TYPES
