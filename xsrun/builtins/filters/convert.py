"""Filters that ask for the type of a value or turn it into another."""

from __future__ import annotations

from xsrun import values
from xsrun.builtins.registry import Group, Scope, Text, Value
from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final
from xsrun.late import re

type_filters = Group("type")

_LEADING_NUMBER: Final = re.compile(r"[ \t\n\r\v\f]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BOOL_WORDS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False, "": False}


# ---------------------------------------------------------------- which type


@type_filters.filter("[1]|is_array -> true", "[]|is_array -> true", "{a:1}|is_array -> false", "null|is_array -> false")
def is_array(subject: Value) -> bool:
    """Tell whether the value is a list; an object is none."""
    return type(subject) is list


@type_filters.filter("false|is_bool -> true", "0|is_bool -> false")
def is_bool(subject: Value) -> bool:
    """Tell whether the value is true or false itself."""
    return type(subject) is bool


@type_filters.filter("1.5|is_decimal -> true", "5|is_decimal -> false", "5.0|is_decimal -> true")
def is_decimal(subject: Value) -> bool:
    """Tell whether the value is a decimal; an integer is none."""
    return type(subject) is float


@type_filters.filter(
    "[]|is_empty -> true",
    '"0"|is_empty -> true',
    "0.0|is_empty -> true",
    '" "|is_empty -> false',
    misnomers=("empty",),
)
def is_empty(subject: Value) -> bool:
    """Tell whether the value is null, false, zero, ``""``, ``"0"``, ``[]`` or ``{}``."""
    return not values.truth(subject)


@type_filters.filter("1|is_int -> true", '"1"|is_int -> false', "1.0|is_int -> false", misnomers=("is_integer",))
def is_int(subject: Value) -> bool:
    """Tell whether the value is an integer."""
    return type(subject) is int


@type_filters.filter("null|is_null -> true", '""|is_null -> false', misnomers=("null",))
def is_null(subject: Value) -> bool:
    """Tell whether the value is null."""
    return subject is None


@type_filters.filter("{a:1}|is_object -> true", "{}|is_object -> true", "[1]|is_object -> false")
def is_object(subject: Value) -> bool:
    """Tell whether the value is an object; a list is none."""
    return type(subject) is dict


@type_filters.filter('"a"|is_text -> true', '""|is_text -> true', "1|is_text -> false", misnomers=("is_string",))
def is_text(subject: Value) -> bool:
    """Tell whether the value is text."""
    return type(subject) is str or type(subject) is bytes


@type_filters.filter(
    '"550e8400-e29b-41d4-a716-446655440000"|is_uuid -> true',
    '"550E8400-E29B-41D4-A716-446655440000"|is_uuid -> true',
    '"550e8400e29b41d4a716446655440000"|is_uuid -> false',
    "null|is_uuid -> false",
)
def is_uuid(subject: Value) -> bool:
    """Tell whether the value is a text shaped like a UUID, in any case."""
    return type(subject) is str and _UUID.fullmatch(subject) is not None


# ---------------------------------------------------------------- into another type


@type_filters.filter(
    '"133.45 kg"|to_int -> 133',
    '"1e3"|to_int -> 1000',
    "-2.9|to_int -> -2",
    '[true|to_int,null|to_int,"x"|to_int] -> [1,0,0]',
    misnomers=("to_integer", "int", "intval"),
)
def to_int(subject: Value) -> int:
    """Turn the value into an integer, without its fraction.

    Of a text the number at its beginning counts, 0 when there is none. A number beyond 64 bits becomes
    the nearest integer that fits.
    """
    kind = type(subject)
    if kind is int:
        return subject  # type: ignore[no-any-return]
    if kind is float:
        return _fitting(subject)
    if kind is str:
        return _fitting(_leading_number(subject))
    return int(_of_rare_type(subject, "Integer"))


@type_filters.filter(
    '"133.45 kg"|to_decimal -> 133.45',
    '"1.5e3"|to_decimal -> 1500',
    '[true|to_decimal,null|to_decimal,"x"|to_decimal] -> [1,0,0]',
    "[]|to_decimal -> !Decimal filter requires a scalar value.",
    misnomers=("to_float", "to_number", "decimal", "floatval"),
)
def to_decimal(subject: Value) -> float:
    """Turn the value into a decimal.

    Of a text the number at its beginning counts, 0 when there is none.
    """
    kind = type(subject)
    if kind is float or kind is int:
        return float(subject)
    if kind is str:
        return float(_leading_number(subject))
    return float(_of_rare_type(subject, "Decimal"))


def _leading_number(subject: str) -> int | float:
    if len(subject) < 19 and subject.isdecimal() and subject.isascii():
        return int(subject)
    found = _LEADING_NUMBER.match(subject)
    return (values.parse_number(found[0]) or 0) if found else 0


def _fitting(value: int | float) -> int:
    if value >= values.INT_MAX:
        return values.INT_MAX
    if value <= values.INT_MIN:
        return values.INT_MIN
    return values.truncate(value)


def _of_rare_type(subject: Any, wanted: str) -> int | float:
    """The number of what is neither number nor text."""
    if subject is None or type(subject) is bool:
        return int(subject or 0)
    if type(subject) is bytes:
        return _leading_number(values.bytes_text(subject))
    raise Fault("wrong-type", f"{wanted} filter requires a scalar value.", help=f"this is {values.describe(subject)}")


@type_filters.filter(
    '1.344|to_text -> "1.344"',
    '2.50|to_text -> "2.5"',
    '[true|to_text,null|to_text] -> ["true",""]',
    '[1,{a:"x"}]|to_text -> "[1,{\\"a\\":\\"x\\"}]"',
    misnomers=("to_string", "string", "strval"),
)
def to_text(subject: Value) -> str:
    """Turn the value into text; null becomes ``""``, a list or an object its JSON.

    Decimals show at most 14 significant digits.
    """
    return values.to_text(subject)


@type_filters.filter(
    '"true"|to_bool -> true',
    '["YES"|to_bool,"off"|to_bool,""|to_bool,0.0|to_bool] -> [true,false,false,false]',
    "null|to_bool -> false",
    '"maybe"|to_bool -> !Invalid boolean input.',
    misnomers=("to_boolean", "bool", "boolval"),
)
def to_bool(subject: Value) -> bool:
    """Turn the value into true or false.

    Texts may say true, yes, on, false, no, off in any case, or a number, of which zero is false; ``""`` is
    false and any other text is a fault. Lists and objects are true unless empty.
    """
    if not isinstance(subject, str | bytes):
        return values.truth(subject)
    word = values.to_text(subject).strip()
    said = _BOOL_WORDS.get(word.lower())
    number = values.parse_number(word) if said is None else None
    if said is None and number is None:
        raise Fault("wrong-type", "Invalid boolean input.", help=f"this is {values.describe(subject)}")
    return said if said is not None else number != 0


# ---------------------------------------------------------------- text that is an expression


@type_filters.filter(
    '"(2 + 1) % 2"|to_expr -> 1',
    '""|to_expr -> null',
    '"[1, 2]|map:($$ * 2)"|to_expr -> [2,4]',
    '"1 +"|to_expr -> !Invalid syntax. Please wrap your filter with parentheses.',
)
def to_expr(scope: Scope, subject: Text) -> Value:
    """Evaluate the text as an expression, which may read the inputs and variables around it; blank text is null."""
    return scope.evaluate(subject) if subject.strip() else None
