"""Types of values in words, and which filters are meant for them."""

from __future__ import annotations

from typing import Final

from xsrun.builtins.records import Filter
from xsrun.builtins.registry import BINARY, BOOL, CONTAINER, ELEMENTS, INT, LIST, NUMBER, OBJECT, TEXT, Kind
from xsrun.compile import types
from xsrun.compile.types import NULL, Type

_MEANT: Final[dict[Kind, int]] = {
    TEXT: types.TEXT,
    BINARY: types.TEXT | types.OTHER,
    NUMBER: types.NUMBER,
    INT: types.NUMBER,
    BOOL: types.BOOL,
    LIST: types.LIST,
    ELEMENTS: types.CONTAINER,
    CONTAINER: types.CONTAINER,
    OBJECT: types.OBJECT,
}
"""The kinds of values that a filter on such a subject is meant for; any other works on every value."""

_NAMES: Final = ((types.TEXT, "text"), (types.BOOL, "bool"), (types.OBJECT, "object"), (types.LIST, "list"))


def fits(record: Filter, known: Type) -> int:
    """How well a filter fits a value: 0 it is meant for it, 1 it takes every value, 2 it would convert it."""
    kinds = _MEANT.get(record.subject.kind)
    if kinds is None:
        return 1
    meant = known.kinds & ~(NULL | types.OTHER)
    return 0 if meant & kinds and not meant & ~kinds else 1 if meant & kinds or not meant else 2


def in_words(known: Type) -> str:
    """A type as people write it: ``text``, ``int or null``, ``list of object``, ``any``."""
    if known.kinds == types.EVERYTHING or not known.kinds:
        return "any"
    parts = []
    if known.may(types.NUMBER):
        parts.append("int" if not known.may(types.DECIMAL | types.HUGE) else "number")
    parts += [_named(kind, name, known) for kind, name in _NAMES if known.may(kind)]
    if known.may(NULL):
        parts.append("null")
    return " or ".join(parts) or "any"


def _named(kind: int, name: str, known: Type) -> str:
    if kind == types.LIST and known.item is not None and known.item.kinds:
        inner = in_words(known.item)
        return name if inner == "any" else f"list of {inner}"
    if kind == types.OBJECT and known.fields:
        return f"object {{{', '.join(key for key, _ in known.fields)}}}"
    return name
