"""What is known of a value before anything runs: all of it, its shape, or nothing but its kind.

Everything said here holds for every run that gets there; where that cannot be said, ``Something`` stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from xsrun.source import Span

MOST: Final = 16
"""Alternatives that are told apart."""
HEAVIEST: Final = 4_000
"""What a value may weigh to be followed; programs can double one in every line."""
LETTERS: Final = 20
"""Characters of a text that weigh as much as a property."""
ANY: Final[frozenset[str]] = frozenset()
"""The kinds of a value of which none is known; else out of ``text number boolean object list null``."""


@dataclass(frozen=True, slots=True)
class Something:
    """A value that only the run will know."""

    kinds: frozenset[str] = ANY
    name: str = ""
    """The reference it came from: ``$env.pagerduty_api_key``."""
    at: Span | None = field(default=None, compare=False)
    answers: Any = None
    """The request whose answer has it as its status."""
    encodes: Known | None = None
    """The value of which it is the JSON text."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, of which some pieces may not be known."""

    pieces: tuple[str | Something, ...]
    at: Span | None = field(default=None, compare=False)
    weight: int = field(default=1, init=False, compare=False)

    def __post_init__(self) -> None:
        letters = sum(len(each) if isinstance(each, str) else 1 for each in self.pieces)
        object.__setattr__(self, "weight", 1 + letters // LETTERS)

    @property
    def whole(self) -> str | None:
        """The text, when all of it is known."""
        return "".join(map(str, self.pieces)) if all(isinstance(each, str) for each in self.pieces) else None

    @property
    def start(self) -> str:
        """What it surely begins with."""
        return self.pieces[0] if self.pieces and isinstance(self.pieces[0], str) else ""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number, a truth value or null."""

    value: int | float | bool | None
    at: Span | None = field(default=None, compare=False)


class Entry(NamedTuple):
    """A property or an item, and whether it is surely there."""

    value: Known
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """An object. ``closed`` when it has no further properties."""

    entries: Mapping[str, Entry]
    closed: bool = True
    at: Span | None = field(default=None, compare=False)
    weight: int = field(default=1, init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", 1 + sum(weight(each.value) for each in self.entries.values()))


@dataclass(frozen=True, slots=True)
class Items:
    """A list. ``closed`` when it has no further items."""

    entries: tuple[Entry, ...]
    closed: bool = True
    at: Span | None = field(default=None, compare=False)
    weight: int = field(default=1, init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", 1 + sum(weight(each.value) for each in self.entries))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values."""

    values: tuple[Known, ...]
    at: Span | None = field(default=None, compare=False)
    weight: int = field(default=1, init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", 1 + sum(map(weight, self.values)))


Known = Something | Text | Scalar | Record | Items | Choice


def weight(value: Known) -> int:
    """How large a value is: its parts, those of its parts, and its texts by their length."""
    return value.weight if isinstance(value, Text | Record | Items | Choice) else 1


def bounded(value: Known) -> Known:
    """A value that is not too large to be followed, or something of its kind."""
    return value if weight(value) <= HEAVIEST else Something(kinds_of(value), at=value.at)


NULL: Final = Scalar(None)
UNKNOWN: Final = Something()


def constant(value: Any, at: Span | None = None) -> Known:
    """A value of the language, all known."""
    if isinstance(value, str):
        return Text((value,) if value else (), at)
    if isinstance(value, dict):
        return Record({name: Entry(constant(each, at)) for name, each in value.items()}, at=at)
    if isinstance(value, list):
        return Items(tuple(Entry(constant(each, at)) for each in value), at=at)
    return Scalar(value, at) if value is None or isinstance(value, int | float) else Something(at=at)


def alternatives(value: Known) -> tuple[Known, ...]:
    """The values that it may be."""
    return value.values if isinstance(value, Choice) else (value,)


def exact(value: Known) -> tuple[bool, Any]:
    """Whether all of a value is known, and the value."""
    match value:
        case Text() if value.whole is not None:
            return True, value.whole
        case Scalar():
            return True, value.value
        case Items() if value.closed and all(each.sure for each in value.entries):
            parts = [exact(each.value) for each in value.entries]
            return all(known for known, _ in parts), [part for _, part in parts]
        case Record() if value.closed and all(each.sure for each in value.entries.values()):
            named = {name: exact(each.value) for name, each in value.entries.items()}
            return all(known for known, _ in named.values()), {name: part for name, (_, part) in named.items()}
        case _:
            return False, None


def kinds_of(value: Known) -> frozenset[str]:
    """The kinds that a value may have; ``ANY`` when none is known."""
    match value:
        case Something():
            return value.kinds
        case Text():
            return frozenset({"text"})
        case Record():
            return frozenset({"object"})
        case Items():
            return frozenset({"list"})
        case Scalar():
            return frozenset({"null" if value.value is None else _number_or_truth(value.value)})
        case Choice():
            found = [kinds_of(each) for each in value.values]
            return frozenset().union(*found) if all(found) else ANY


def _number_or_truth(value: float) -> str:
    return "boolean" if isinstance(value, bool) else "number"


# ------------------------------------------------------------------ joining


def join(first: Known, second: Known) -> Known:
    """What is known of a value that is one or the other."""
    if first == second:
        return first
    if isinstance(first, Record) and isinstance(second, Record):
        return _join_records(first, second)
    if isinstance(first, Items) and isinstance(second, Items):
        return _join_items(first, second)
    return choice((*alternatives(first), *alternatives(second)))


def choice(values: Iterable[Known]) -> Known:
    """One of several values; records are merged, because too many of them would not be told apart."""
    found: list[Known] = []
    for each in values:
        at = next((at for at, known in enumerate(found) if _alike(each, known)), None)
        if at is None:
            found.append(each)
        else:
            found[at] = join(found[at], each)
    if len(found) == 1:
        return found[0]
    kinds = [kinds_of(each) for each in found]
    return Choice(tuple(found)) if len(found) <= MOST else Something(frozenset().union(*kinds) if all(kinds) else ANY)


def _alike(first: Known, second: Known) -> bool:
    return first == second or (type(first) is type(second) and isinstance(first, Record | Items))


def _join_records(first: Record, second: Record) -> Record:
    entries: dict[str, Entry] = {}
    for name in dict.fromkeys((*first.entries, *second.entries)):
        here, there = first.entries.get(name), second.entries.get(name)
        if here is None or there is None:
            entries[name] = Entry((here or there or Entry(NULL)).value, False)
        else:
            entries[name] = Entry(join(here.value, there.value), here.sure and there.sure)
    return Record(entries, first.closed and second.closed, first.at)


def _join_items(first: Items, second: Items) -> Items:
    shared = min(len(first.entries), len(second.entries))
    entries = [
        Entry(join(here.value, there.value), here.sure and there.sure)
        for here, there in zip(first.entries, second.entries, strict=False)
    ]
    entries += [Entry(each.value, False) for each in (first.entries[shared:] or second.entries[shared:])]
    return Items(tuple(entries), first.closed and second.closed, first.at)


# ------------------------------------------------------------------ texts


def pieces_of(value: Known) -> tuple[str | Something, ...]:
    """The text of a value as pieces."""
    match value:
        case Text():
            return value.pieces
        case Scalar(value=None):
            return ()
        case Scalar():
            truth = isinstance(value.value, bool)
            return (str(value.value).lower() if truth else str(value.value),)
        case Something():
            return (value,)
        case _:
            return (Something(frozenset({"text"}), at=value.at),)


def concat(values: Iterable[Known], at: Span | None = None) -> Known:
    """The texts of values one behind the other, for each of their alternatives."""
    texts: list[tuple[str | Something, ...]] = [()]
    for value in values:
        texts = [(*text, *pieces_of(each)) for text in texts for each in alternatives(value)]
        if len(texts) > MOST:
            return Something(frozenset({"text"}), at=at)
    return replaced(choice(Text(_merged(text), at) for text in texts), at)


def _merged(pieces: Iterable[str | Something]) -> tuple[str | Something, ...]:
    """The pieces with known ones side by side put together."""
    merged: list[str | Something] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece != "":
            merged.append(piece)
    return tuple(merged)


def replaced(value: Known, at: Span | None) -> Known:
    """The same value, written at another place."""
    return replace(value, at=at)


# ------------------------------------------------------------------ objects


def member(value: Known, name: str) -> Known:
    """What an object or a list holds under a name."""
    match value:
        case Record():
            found = value.entries.get(name)
            if found is None:
                return NULL if value.closed else UNKNOWN
            return found.value if found.sure else join(found.value, UNKNOWN if not value.closed else NULL)
        case Items() if name.isdecimal() and all(each.sure for each in value.entries):
            if int(name) < len(value.entries):
                return value.entries[int(name)].value
            return NULL if value.closed else UNKNOWN
        case Choice():
            return choice(member(each, name) for each in value.values)
        case Something() if value.name:
            return Something(name=f"{value.name}.{name}")
        case _:
            return UNKNOWN


def put(value: Known, path: tuple[str, ...], given: Known, sure: bool = True) -> Known:
    """A value with another one at a path of it; ``sure`` unless it may not be put there."""
    if not path:
        return given if sure else join(value, given)
    if isinstance(value, Choice):
        return choice(put(each, path, given, sure) for each in value.values)
    if isinstance(value, Scalar) and value.value is None:
        value = Record({}, at=given.at)
    if not isinstance(value, Record):
        return UNKNOWN
    name, rest = path[0], path[1:]
    old = value.entries.get(name)
    if old is None and not value.closed and rest:
        return replace(value, entries={**value.entries, name: Entry(UNKNOWN, False)})
    inner = put(old.value if old else NULL, rest, given, sure) if rest or old else given
    certain = sure or bool(old and old.sure)
    return replace(value, entries={**value.entries, name: Entry(inner, certain)})


def taken(value: Known, path: tuple[str, ...]) -> Known:
    """A value without what stands at a path of it."""
    if isinstance(value, Choice):
        return choice(taken(each, path) for each in value.values)
    if not isinstance(value, Record):
        return UNKNOWN
    name, rest = path[0], path[1:]
    if name not in value.entries:
        return value
    if rest:
        old = value.entries[name]
        return replace(value, entries={**value.entries, name: Entry(taken(old.value, rest), old.sure)})
    return replace(value, entries={each: entry for each, entry in value.entries.items() if each != name})


def merged(values: Iterable[Known], at: Span | None = None) -> Known:
    """Objects put together, later ones over earlier ones."""
    result: Known = Record({}, at=at)
    for value in values:
        result = choice(_over(below, above) for below in alternatives(result) for above in alternatives(value))
    return replaced(result, at)


def _over(below: Known, above: Known) -> Known:
    if above == NULL:
        return below
    if not isinstance(below, Record):
        return replace(above, closed=False) if isinstance(above, Record) and _may_be_object(below) else UNKNOWN
    if not isinstance(above, Record):
        return Record({name: Entry(UNKNOWN, each.sure) for name, each in below.entries.items()}, False, below.at)
    entries = dict(below.entries)
    if not above.closed:
        entries = {name: Entry(UNKNOWN, each.sure) for name, each in entries.items()}
    for name, each in above.entries.items():
        old = entries.get(name)
        entries[name] = each if each.sure or old is None else Entry(join(old.value, each.value), old.sure)
    return Record(entries, below.closed and above.closed, below.at)


def _may_be_object(value: Known) -> bool:
    kinds = kinds_of(value)
    return not kinds or "object" in kinds
