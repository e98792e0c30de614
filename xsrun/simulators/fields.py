"""What a JSON body must hold, as a table of fields, and what is wrong with a given one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from xsrun.simulators.ids import read_time

KINDS: Final[dict[str, tuple[type, ...]]] = {
    "text": (str,),
    "time": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "list": (list,),
    "any": (object,),
}


class Field(NamedTuple):
    """One property of a body.

    ``path`` counts from the top: ``payload.severity``; ``links[].href`` stands for that property of every item. A
    path is looked at only when what holds it is there. Null counts as absent.
    """

    path: str
    kind: str = "text"
    needed: bool = False
    choices: tuple[str, ...] = ()
    longest: int = 0
    """Characters at most; 0 for any number."""
    shortest: int = 0
    blank: bool = True
    """A text of nothing but white space may stand here; else it counts as absent and is a fault even if not needed."""


class Problem(NamedTuple):
    """A property that breaks its rule. ``reason`` is ``missing``, ``kind``, ``choice`` or ``length``."""

    path: str
    """Where, items of a list by number: ``links.0.href``."""
    reason: str
    field: Field


def problems(fields: Iterable[Field], body: Any) -> list[Problem]:
    """Everything in a body that breaks the rules, in the order of the rules."""
    return [
        Problem(place, reason, field)
        for field in fields
        for place, value in _places(body, field.path.split("."), "")
        if (reason := _reason(field, value))
    ]


def _places(value: Any, steps: list[str], place: str) -> Iterator[tuple[str, Any]]:
    """Every value the path leads to, None where the last property is absent."""
    if not steps:
        yield place, value
        return
    if not isinstance(value, dict):
        return
    name, every = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    place = f"{place}.{name}" if place else name
    inner = value.get(name)
    if not every:
        yield from _places(inner, steps[1:], place)
    elif isinstance(inner, list):
        for index, item in enumerate(inner):
            yield from _places(item, steps[1:], f"{place}.{index}")


def _reason(field: Field, value: Any) -> str:
    if value is None:
        return "missing" if field.needed else ""
    if not fits(field.kind, value):
        return "kind"
    if isinstance(value, str):
        if not field.blank and not value.strip():
            return "missing"
        if (field.longest and len(value) > field.longest) or len(value) < field.shortest:
            return "length"
    return "choice" if field.choices and value not in field.choices else ""


def fits(kind: str, value: Any) -> bool:
    """Whether a JSON value is of that kind; a boolean is no integer, a time is a text in ISO 8601."""
    if not isinstance(value, KINDS[kind]):
        return False
    if kind == "integer":
        return not isinstance(value, bool)
    return kind != "time" or read_time(str(value)) is not None


def strangers(fields: Iterable[Field], body: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Properties that no field names, each with the names that are known at its place."""
    paths = [field.path.replace("[]", ".[]").split(".") for field in fields]
    yield from _strange(paths, body, "")


def _strange(paths: list[list[str]], value: Any, place: str) -> Iterator[tuple[str, list[str]]]:
    """Look at a value that these paths lead into; where none goes on, anything may stand."""
    inner: dict[str, list[list[str]]] = {}
    for first, *rest in paths:
        inner.setdefault(first, []).extend([rest] if rest else [])
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        name = str(key)
        path = f"{place}.{name}" if place else name
        known = inner.get("[]" if isinstance(key, int) else name)
        if known is None:
            yield path, list(inner)
        elif known:
            yield from _strange(known, each, path)
