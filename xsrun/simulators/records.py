"""From JSON back to the records of an account, which are data classes and named tuples.

The other way is ``asdict`` of the standard library; a named tuple is a list in JSON.
"""

from __future__ import annotations

import types
from dataclasses import is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Kind = TypeVar("Kind")


def revive(kind: type[Kind], value: Any, place: str = "") -> Kind:
    """A value of that type out of JSON. Raises ValueError that begins with the place of what does not fit."""
    found: Kind = _revive(kind, value, place)
    return found


def _revive(kind: Any, value: Any, place: str) -> Any:
    if kind is Any:
        return value
    if is_dataclass(kind) and isinstance(kind, type) and isinstance(value, dict):
        return kind(**_members(kind, value, place))
    if hasattr(kind, "_fields") and isinstance(value, list) and len(value) == len(kind._fields):
        return kind(**_members(kind, dict(zip(kind._fields, value, strict=True)), place))
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is types.UnionType:
        inner = next(each for each in arguments if each is not types.NoneType)
        return None if value is None else _revive(inner, value, place)
    if origin in (list, tuple) and isinstance(value, list):
        return origin([_revive(arguments[0], each, f"{place}[{index}]") for index, each in enumerate(value)])
    if origin is dict and isinstance(value, dict):
        return {name: _revive(arguments[1], each, f"{place}.{name}") for name, each in value.items()}
    if isinstance(kind, type) and type(value) is kind:
        return value
    raise ValueError(f"{place} is no {getattr(kind, '__name__', kind)}")


def _members(kind: Any, value: dict[str, Any], place: str) -> dict[str, Any]:
    hints = get_type_hints(kind)
    if value.keys() != hints.keys():
        odd = sorted(value.keys() ^ hints.keys())
        raise ValueError(f"{place}.{odd[0]} is {'surplus' if odd[0] in value else 'missing'}")
    return {name: _revive(hints[name], each, f"{place}.{name}") for name, each in value.items()}
