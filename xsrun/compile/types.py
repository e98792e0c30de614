"""What the compiler knows of a value: which kinds it may be, and of what its elements are.

Integers have sizes. ``TINY`` is one whose size the program cannot raise (a count, a literal below
2**24), ``WORD`` one up to 2**31, ``SMALL`` one that is a product of two words or has only grown by
adding tiny ones. A run makes at most 2**30 turns of loops, so a small integer never leaves 64 bits and
needs no check for overflow; any other, ``INT``, does. ``HUGE`` is the decimal that a sum or product of
integers that are not negative became beyond 64 bits; it is no position of any list. ``SIGNED`` is no
kind of its own: with it, the integers of a type may be negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin

NULL, BOOL, TINY, WORD, SMALL, INT, SIGNED, HUGE, DECIMAL, TEXT, LIST, OBJECT, OTHER = (1 << at for at in range(13))

INTEGER: Final = TINY | WORD | SMALL | INT | SIGNED
POSITION: Final = INTEGER | HUGE
"""What may be compared with the length of a list, and indexes it when it is in range."""
NUMBER: Final = POSITION | DECIMAL
CONTAINER: Final = LIST | OBJECT
EVERYTHING: Final = (1 << 13) - 1
ANY_INT: Final = INT | SIGNED
MAX_DEPTH: Final = 4
MAX_FIELDS: Final = 24
TINY_LITERAL: Final = 1 << 24
WORD_LITERAL: Final = 1 << 31
SMALL_LITERAL: Final = 1 << 60


class Type(NamedTuple):
    """A set of kinds; ``item`` is what the elements of its lists and objects may be, None for anything."""

    kinds: int
    item: Type | None = None
    fields: tuple[tuple[str, Type], ...] | None = None
    """What stands under the keys that its objects surely have, None when none is sure."""

    def field(self, name: str) -> Type | None:
        """What stands under a key, None when it may be missing."""
        return next((found for key, found in self.fields or () if key == name), None)

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
NUMERIC: Final = Type(ANY_INT | DECIMAL)
NOT_KNOWN_LIST: Final = Type(LIST)


def join(a: Type, b: Type) -> Type:
    """What either may be."""
    if a is b or not b.kinds:
        return a
    if not a.kinds:
        return b
    return Type(a.kinds | b.kinds, _join_items(a, b), _join_fields(a, b))


def _join_fields(a: Type, b: Type) -> tuple[tuple[str, Type], ...] | None:
    """The keys that both surely have; a type without objects has nothing to say."""
    if not b.kinds & OBJECT:
        return a.fields
    if not a.kinds & OBJECT:
        return b.fields
    found = tuple((name, join(known, other)) for name, known in a.fields or () if (other := b.field(name)) is not None)
    return found or None


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
    if found.item is None and found.fields is None:
        return found
    if depth >= MAX_DEPTH:
        return Type(found.kinds)
    item = None if found.item is None else bounded(found.item, depth + 1)
    fields = None
    if found.fields is not None and len(found.fields) <= MAX_FIELDS:
        fields = tuple((name, bounded(each, depth + 1)) for name, each in found.fields)
    return Type(found.kinds, item, fields)


def nullable(found: Type) -> Type:
    """The type, or null."""
    return Type(found.kinds | NULL, found.item, found.fields)


def is_straight(base: Type, key: Type) -> bool:
    """Whether Python's ``base[key]`` is the element, or raises: a text would give one of its characters."""
    return base.may(LIST) and not base.may(TEXT | OTHER) and key.may(INTEGER)


def of_literal(value: Any) -> Type:
    """The type of a literal."""
    if value is None:
        return Type(NULL)
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return Type(_size(abs(value)) | (SIGNED if value < 0 else 0))
    if isinstance(value, float):
        return Type(DECIMAL)
    return STRING if isinstance(value, str) else ANY


def _size(value: int) -> int:
    if value < TINY_LITERAL:
        return TINY
    return WORD if value <= WORD_LITERAL else SMALL if value < SMALL_LITERAL else INT


_ANNOTATED: Final[dict[Any, Type]] = {
    int: Type(ANY_INT), float: Type(DECIMAL), bool: BOOLEAN, str: STRING, type(None): Type(NULL),
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
    "int": Type(ANY_INT),
    "decimal": NUMERIC,
    "bool": BOOLEAN,
    "text": Type(TEXT | OTHER),  # raw bytes are taken too
    "email": STRING,
    "password": STRING,
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
    known = a.only(NUMBER | NULL) and b.only(NUMBER | NULL)
    if operator == "%":
        return _remainder(a, b) if known else Type(ANY_INT)
    if operator == "/" or not known:
        return NUMERIC
    if not a.may(INTEGER) or not b.may(INTEGER):
        return Type(DECIMAL)
    signed = SIGNED if operator == "-" or a.may(SIGNED | DECIMAL) or b.may(SIGNED | DECIMAL) else 0
    if _stays_small(operator, a, b):
        return Type(SMALL | signed)
    if signed or (operator == "*" and (a.may(HUGE) or b.may(HUGE))):
        return NUMERIC
    return Type(INT | HUGE)


def _stays_small(operator: str, a: Type, b: Type) -> bool:
    small, word, tiny = (SMALL | WORD | TINY | SIGNED | NULL), (WORD | TINY | SIGNED | NULL), (TINY | SIGNED | NULL)
    if operator == "*":
        return a.only(word) and b.only(word)
    grows = a.only(small) and b.only(small) and (a.only(tiny) or b.only(tiny))
    return grows or (a.only(word) and b.only(word))


def _remainder(a: Type, b: Type) -> Type:
    """Not larger than the divisor, with the sign of the dividend."""
    sizes = ((TINY, TINY), (WORD, TINY | WORD), (SMALL, TINY | WORD | SMALL))
    size = next((size for size, within in sizes if b.only(within | SIGNED)), INT)
    return Type(size | (SIGNED if a.may(SIGNED | DECIMAL | HUGE) else 0))
