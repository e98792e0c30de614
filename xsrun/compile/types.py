"""What the compiler knows of a value: which kinds it may be, and of what its elements are.

``TINY`` is an integer whose size the program cannot raise (a count, a literal below 2**24), ``SMALL``
one that has only grown by adding tiny ones. A run makes at most 2**30 turns of loops, so a small
integer never leaves 64 bits and needs no check for overflow; any other integer does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin

NULL, BOOL, TINY, SMALL, INT, DECIMAL, TEXT, LIST, OBJECT, OTHER = (1 << at for at in range(10))

INTEGER: Final = TINY | SMALL | INT
NUMBER: Final = INTEGER | DECIMAL
CONTAINER: Final = LIST | OBJECT
EVERYTHING: Final = (1 << 10) - 1
MAX_DEPTH: Final = 4
TINY_LITERAL: Final = 1 << 24


class Type(NamedTuple):
    """A set of kinds; ``item`` is what the elements of its lists and objects may be, None for anything."""

    kinds: int
    item: Type | None = None

    def only(self, kinds: int) -> bool:
        """Whether no other kinds than these are possible (and some is)."""
        return bool(self.kinds) and not self.kinds & ~kinds

    def may(self, kinds: int) -> bool:
        """Whether any of these kinds is possible."""
        return bool(self.kinds & kinds)

    @property
    def element(self) -> Type:
        """What one of its elements may be."""
        return ANY if self.item is None and self.kinds & CONTAINER else self.item or NOTHING


NOTHING: Final = Type(0)
ANY: Final = Type(EVERYTHING)
BOOLEAN: Final = Type(BOOL)
COUNT: Final = Type(TINY)
STRING: Final = Type(TEXT)
NUMERIC: Final = Type(INT | DECIMAL)
NOT_KNOWN_LIST: Final = Type(LIST)


def join(a: Type, b: Type) -> Type:
    """What either may be."""
    if a is b or not b.kinds:
        return a
    if not a.kinds:
        return b
    return Type(a.kinds | b.kinds, _join_items(a, b))


def _join_items(a: Type, b: Type) -> Type | None:
    held_a, held_b = a.kinds & CONTAINER, b.kinds & CONTAINER
    if not (held_a and held_b):
        return a.item if held_a else b.item
    if a.item is None or b.item is None:
        return None
    return join(a.item, b.item)


def join_all(types: Iterable[Type]) -> Type:
    """What any of them may be."""
    found = NOTHING
    for each in types:
        found = join(found, each)
    return found


def list_of(item: Type) -> Type:
    """A list of such elements."""
    return bounded(Type(LIST, item))


def object_of(item: Type) -> Type:
    """An object of such values."""
    return bounded(Type(OBJECT, item))


def bounded(found: Type, depth: int = 0) -> Type:
    """A type that is not deeper than what is worth knowing: recursion would build ever deeper ones."""
    if found.item is None:
        return found
    if depth >= MAX_DEPTH:
        return Type(found.kinds)
    return Type(found.kinds, bounded(found.item, depth + 1))


def nullable(found: Type) -> Type:
    """The type, or null."""
    return Type(found.kinds | NULL, found.item)


def of_literal(value: Any) -> Type:
    """The type of a literal."""
    if value is None:
        return Type(NULL)
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return COUNT if abs(value) < TINY_LITERAL else Type(SMALL if abs(value) < 1 << 60 else INT)
    if isinstance(value, float):
        return Type(DECIMAL)
    return STRING if isinstance(value, str) else ANY


_ANNOTATED: Final[dict[Any, Type]] = {
    int: Type(INT), float: Type(DECIMAL), bool: BOOLEAN, str: STRING, type(None): Type(NULL),
    list: NOT_KNOWN_LIST, dict: Type(OBJECT),
}  # fmt: skip


def of_annotation(annotation: Any) -> Type:
    """The type that the signature of a builtin promises."""
    if get_origin(annotation) is Annotated:
        return of_annotation(get_args(annotation)[0])
    known = _ANNOTATED.get(annotation)
    if known is not None:
        return known
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is list:
        return list_of(of_annotation(arguments[0]))
    if origin is dict:
        return object_of(of_annotation(arguments[1]))
    if arguments and origin is not type:
        return join_all(of_annotation(each) for each in arguments)
    return ANY


_FIELDS: Final[dict[str, Type]] = {
    "int": Type(INT),
    "decimal": NUMERIC,
    "bool": BOOLEAN,
    "email": STRING,
    "uuid": STRING,
}


def of_field(type_name: str, is_list: bool, may_be_null: bool) -> Type:
    """The type of a bound input."""
    found = _FIELDS.get(type_name, ANY)
    if is_list:
        found = list_of(found)
    return nullable(found) if may_be_null else found


def arithmetic(operator: str, a: Type, b: Type) -> Type:
    """The type of ``a operator b`` (where it does not fail)."""
    if not (a.only(NUMBER | NULL) and b.only(NUMBER | NULL)):
        return NUMERIC if operator != "%" else Type(INT)
    if operator == "%":
        return COUNT if b.only(TINY) else Type(SMALL) if b.only(SMALL | TINY) else Type(INT)
    decimal = (a.kinds | b.kinds) & DECIMAL
    if operator == "/":
        return NUMERIC
    if (
        operator in "+-"
        and a.only(TINY | SMALL | NULL)
        and b.only(TINY | SMALL | NULL)
        and (a.only(TINY | NULL) or b.only(TINY | NULL))
    ):
        return Type(SMALL)
    if operator == "*" and a.only(TINY | NULL) and b.only(TINY | NULL):
        return Type(SMALL)
    if not a.may(INTEGER) or not b.may(INTEGER):
        return Type(DECIMAL)
    return Type(INT | DECIMAL | decimal)
