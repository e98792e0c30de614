"""What a JSON body must hold, as a table of fields, and what is wrong with a given one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

KINDS: Final[dict[str, tuple[type, ...]]] = {
    "text": (str,),
    "time": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "list": (list,),
    "any": (object,),
}


NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})
"""Values that say nothing."""


class When(NamedTuple):
    """A rule that counts only while another property holds one of these texts."""

    path: str
    values: tuple[str, ...]


class Field(NamedTuple):
    """One property of a body.

    ``path`` counts from the top: ``payload.severity``; ``links[].href`` stands for that property of every item,
    ``components.*`` for every property, whatever its name. A path is looked at only when what holds it is there. Null
    counts as absent.
    """

    path: str
    kind: str = "text"
    needed: bool = False
    choices: tuple[str, ...] = ()
    longest: int = 0
    """Characters of a text, or items of a list, at most; 0 for any number."""
    shortest: int = 0
    """Characters of a text at least."""
    blank: bool = True
    """A text of nothing but white space may stand here; else it counts as absent and is a fault even if not needed."""
    between: tuple[int, int] | None = None
    """The least and the greatest number."""
    unless: tuple[str, ...] = ()
    """Paths of which one stands in for this property where it is needed."""
    without: tuple[str, ...] = ()
    """Paths of which none may say anything beside this property."""
    when: When | None = None
    """What has to be so for the rule to count."""
    source: str = ""
    """Where the rule is from, when not from the document of its call."""


class Problem(NamedTuple):
    """A property that breaks its rule. ``reason`` is ``missing``, ``kind``, ``choice``, ``length``, ``range`` or
    ``together``."""

    path: str
    """Where, items of a list by number: ``links.0.href``."""
    reason: str
    field: Field


def problems(fields: Iterable[Field], body: Any) -> list[Problem]:
    """Everything in a body that breaks the rules, in the order of the rules."""
    return [
        Problem(place, reason, field)
        for field in fields
        if field.when is None or value_at(body, field.when.path) in field.when.values
        for place, value in places(body, field.path)
        if (reason := _reason(field, value) or _beside(field, value, body))
        and not (reason == "missing" and _stood_in(field, body))
    ]


def within(holder: str, fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields of what a property holds, counted from the top; the items of a list as ``within("links[]", …)``."""
    return tuple(
        field._replace(
            path=f"{holder}.{field.path}",
            unless=tuple(f"{holder}.{path}" for path in field.unless),
            without=tuple(f"{holder}.{path}" for path in field.without),
            when=field.when and field.when._replace(path=f"{holder}.{field.when.path}"),
        )
        for field in fields
    )


def value_at(body: Any, path: str) -> Any:
    """The value at a path without ``[]``, None where there is none."""
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def places(body: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every value that a path leads to, with its place; None where the last property is absent."""
    yield from _places(body, path.split("."), "")


def _places(value: Any, steps: list[str], place: str) -> Iterator[tuple[str, Any]]:
    if not steps:
        yield place, value
        return
    if not isinstance(value, dict):
        return
    name, every = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    for each in value if name == "*" else (name,):
        inner, below = value.get(each), f"{place}.{each}" if place else each
        if not every:
            yield from _places(inner, steps[1:], below)
        elif isinstance(inner, list):
            for index, item in enumerate(inner):
                yield from _places(item, steps[1:], f"{below}.{index}")


def _stood_in(field: Field, body: Any) -> bool:
    return any(value_at(body, path) not in NOTHING for path in field.unless)


def _beside(field: Field, value: Any, body: Any) -> str:
    if value in NOTHING or all(value_at(body, path) in NOTHING for path in field.without):
        return ""
    return "together"


def _reason(field: Field, value: Any) -> str:
    if value is None:
        return "missing" if field.needed else ""
    if not fits(field.kind, value):
        return "kind"
    if isinstance(value, str) and not field.blank and not value.strip():
        return "missing"
    if isinstance(value, str | list) and not field.shortest <= len(value) <= (field.longest or len(value)):
        return "length"
    if field.between and isinstance(value, int) and not field.between[0] <= value <= field.between[1]:
        return "range"
    return "choice" if field.choices and value not in field.choices else ""


def fits(kind: str, value: Any) -> bool:
    """Whether a JSON value is of that kind; a boolean is no integer, a time is a text in ISO 8601."""
    if not isinstance(value, KINDS[kind]):
        return False
    if kind == "integer":
        return not isinstance(value, bool)
    return kind != "time" or read_time(str(value)) is not None


def read_time(text: str) -> int | None:
    """Milliseconds since 1970 of an ISO 8601 time or date, UTC when it names no zone; None when it is neither."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


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
        known = inner.get("[]" if isinstance(key, int) else name, inner.get("*"))
        if known is None:
            yield path, list(inner)
        elif known:
            yield from _strange(known, each, path)
