"""The body of a request against the fields of its call, as far as both are certain."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from xsrun.contracts.known import (
    NULL,
    UNKNOWN,
    Entry,
    Items,
    Known,
    Record,
    Scalar,
    Something,
    Text,
    alternatives,
    constant,
    exact,
    kinds_of,
)
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import NOTHING, Field, fits, strangers
from xsrun.source import Span

FITTING: Final = {
    "text": frozenset({"text"}),
    "time": frozenset({"text"}),
    "integer": frozenset({"number"}),
    "boolean": frozenset({"boolean"}),
    "object": frozenset({"object"}),
    "list": frozenset({"list"}),
}
"""The kinds of values that a field of a kind takes."""


class Wrong(NamedTuple):
    """What is wrong with a body: ``missing``, ``kind``, ``choice``, ``length``, ``range``, ``together`` or
    ``unknown``."""

    reason: str
    path: str
    """Where, without the numbers of items."""
    field: Field
    span: Span | None
    given: Any = None
    """The value, where all of it is known."""
    known: tuple[str, ...] = ()
    """The names that there are in place of an unknown one."""


def body_of(params: Known) -> Known:
    """The body that ``params`` make."""
    if isinstance(params, Something) and params.encodes is not None:
        return params.encodes
    if isinstance(params, Text) and params.whole:
        try:
            return constant(json.loads(params.whole), params.at)
        except (ValueError, RecursionError):
            return UNKNOWN
    return NULL if isinstance(params, Text) and params.whole == "" else params


def faults(endpoint: Endpoint, body: Known, span: Span) -> list[Wrong]:
    """Everything that is certainly wrong with a body."""
    if body == NULL:
        needed = [field for field in endpoint.body if field.needed and "." not in field.path and field.when is None]
        return [Wrong("missing", field.path, field, span) for field in needed if not field.unless][:1]
    if isinstance(body, Items) and endpoint.body:
        return [Wrong("kind", "", Field("", "object"), body.at or span)]
    if not isinstance(body, Record):
        return []
    found = [wrong for field in endpoint.body for wrong in _against(field, body, span)]
    return [*found, *_unknown(endpoint, body, span)]


def _against(field: Field, body: Record, span: Span) -> Iterator[Wrong]:
    may, must = _when(field, body)
    if not may:
        return
    for holder, entry in _places(body, field.path.split(".")):
        at = holder.at or body.at or span
        if entry is None:
            if must and field.needed and holder.closed and not _stood_in(field, body):
                yield Wrong("missing", field.path, field, at)
            continue
        values = alternatives(entry.value)
        if must and _says_something(entry) and any(_stands(body, path) for path in field.without):
            yield Wrong("together", field.path, field, entry.value.at or at)
        if entry.sure and must and _absent(field, values) and not _stood_in(field, body):
            yield Wrong("missing", field.path, field, entry.value.at or at)
            continue
        for value in values:
            reason = _reason(field, value)
            # One of several may be empty: a guard can keep it from being sent.
            if reason and not (reason == "blank" and (len(values) > 1 or _stood_in(field, body))):
                yield Wrong(reason, field.path, field, value.at or entry.value.at or at, exact(value)[1])


def _places(value: Known, steps: Sequence[str]) -> Iterator[tuple[Record, Entry | None]]:
    """Every place that a path leads to: the object around it, and what stands there, None for nothing."""
    if not isinstance(value, Record):
        return
    name, every = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    for each in value.entries if name == "*" else (name,):
        entry = value.entries.get(each)
        if every:
            items = entry.value.entries if entry and isinstance(entry.value, Items) else ()
            for item in items:
                yield from _places(item.value, steps[1:]) if len(steps) > 1 else [(value, item)]
        elif len(steps) == 1:
            yield value, entry
        elif entry is not None:
            yield from _places(entry.value, steps[1:])


def _when(field: Field, body: Record) -> tuple[bool, bool]:
    """Whether the condition of a rule may hold, and whether it surely does."""
    if field.when is None:
        return True, True
    entry = body.entries.get(field.when.path)
    if entry is None:
        return not body.closed, False
    known = [exact(each) for each in alternatives(entry.value)]
    holding = [not sure or value in field.when.values for sure, value in known]
    return any(holding), entry.sure and all(holding) and all(sure for sure, _ in known)


def _stood_in(field: Field, body: Record) -> bool:
    """Whether another field may stand in for one that is missing."""
    for path in field.unless:
        for holder, entry in _places(body, path.split(".")):
            known, given = exact(entry.value) if entry else (holder.closed, None)
            if not known or given not in NOTHING:
                return True
    return False


def _stands(body: Record, path: str) -> bool:
    """Whether something surely stands at a path."""
    return any(_says_something(entry) for _, entry in _places(body, path.split(".")))


def _says_something(entry: Entry | None) -> bool:
    """Whether a property is surely there and surely holds something."""
    return entry is not None and entry.sure and all(map(_is_filled, alternatives(entry.value)))


def _is_filled(value: Known) -> bool:
    if isinstance(value, Record):
        return any(each.sure for each in value.entries.values())
    if isinstance(value, Items):
        return any(each.sure for each in value.entries)
    known, given = exact(value)
    return known and given not in NOTHING


def _absent(field: Field, values: Sequence[Known]) -> bool:
    """Whether a needed value is null, or blank where it may not be."""
    if not field.needed:
        return False
    for value in values:
        known, given = exact(value)
        if not known or not (given is None or (isinstance(given, str) and not field.blank and not given.strip())):
            return False
    return True


def _reason(field: Field, value: Known) -> str:
    """What is certainly wrong with a value, ``""`` for nothing."""
    kinds = kinds_of(value)
    if value == NULL or field.kind == "any":
        return ""
    if kinds and not kinds & (FITTING[field.kind] | {"null"}) and not _is_nothing(value):
        return "kind"
    match value:
        case Text():
            return _text_reason(field, value)
        case Scalar(value=number) if number is not None:
            if not fits(field.kind, number):
                return "kind"
            return "range" if field.between and not field.between[0] <= number <= field.between[1] else ""
        case Items():
            return "length" if field.longest and sum(each.sure for each in value.entries) > field.longest else ""
        case _:
            return ""


def _is_nothing(value: Known) -> bool:
    """Whether it is an empty list or object, which programs write for one another."""
    return isinstance(value, Items | Record) and not value.entries


def _text_reason(field: Field, value: Text) -> str:
    whole = value.whole
    if whole is None:
        shortest = sum(len(each) for each in value.pieces if isinstance(each, str))
        if field.longest and shortest > field.longest:
            return "length"
        return "choice" if field.choices and not any(each.startswith(value.start) for each in field.choices) else ""
    if not whole.strip():
        free = field.blank and field.kind == "text" and not (field.choices or field.shortest)
        return "" if free else "blank"
    if field.kind == "time" and not fits("time", whole):
        return "kind"
    if not field.shortest <= len(whole) <= (field.longest or len(whole)):
        return "length"
    return "choice" if field.choices and whole not in field.choices else ""


def _unknown(endpoint: Endpoint, body: Record, span: Span) -> Iterator[Wrong]:
    for path, names in strangers(endpoint.body, _plain(body)) if endpoint.body else ():
        value = _at(body, path.split("."))
        yield Wrong("unknown", path, Field(path), value.at or span, known=tuple(dict.fromkeys(names)))


def _plain(value: Known) -> Any:
    """The names in a value, with null for all else."""
    if isinstance(value, Record):
        return {name: _plain(each.value) for name, each in value.entries.items()}
    return [_plain(each.value) for each in value.entries] if isinstance(value, Items) else None


def _at(value: Known, steps: Sequence[str]) -> Known:
    for step in steps:
        if isinstance(value, Record):
            value = value.entries[step].value
        elif isinstance(value, Items):
            value = value.entries[int(step)].value
    return value


def lacking(body: Known, path: str) -> Record | None:
    """The object that would hold what stands at a path, when surely nothing does."""
    name, _, rest = path.partition(".")
    if not isinstance(body, Record) or not body.closed:
        return None
    entry = body.entries.get(name)
    if rest:
        return lacking(entry.value, rest) if entry else None
    absent = entry is None or (entry.sure and exact(entry.value) in ((True, None), (True, "")))
    return body if absent else None
