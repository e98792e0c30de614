"""The headers of a request, as far as they are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from xsrun.contracts.known import NULL, Choice, Entry, Items, Known, Record, Text, alternatives, choice, join
from xsrun.source import Span


class Sending(NamedTuple):
    """Headers by name in lower case, those included that may be left out."""

    given: Mapping[str, Entry]
    closed: bool
    """Whether there are no others."""
    at: Span | None = None


def headers_of(value: Known) -> Sending:
    """The headers that a request gives: a list of lines, one line, or an object of names and values."""
    match value:
        case Items():
            found: dict[str, Entry] = {}
            closed = value.closed
            for each in value.entries:
                closed = _line(each, found) and closed
            return Sending(found, closed, value.at)
        case Record():
            return Sending({name.lower(): each for name, each in value.entries.items()}, value.closed, value.at)
        case Choice():
            return _either([headers_of(each) for each in value.values], value.at)
        case Text():
            found = {}
            return Sending(found, _line(Entry(value), found), value.at)
        case _:
            return Sending({}, value == NULL, value.at)


def _line(entry: Entry, found: dict[str, Entry]) -> bool:
    """Note the header that a line spells; whether its name is known in all cases."""
    known = True
    for each in alternatives(entry.value):
        name, colon, rest = each.start.partition(":") if isinstance(each, Text) else ("", "", "")
        if not colon:
            known = known and each in (NULL, Text(()))
            continue
        assert isinstance(each, Text)
        pieces = (rest.lstrip(), *each.pieces[1:]) if rest.strip() else each.pieces[1:]
        value = Text(pieces, each.at)
        old = found.get(name.strip().lower())
        found[name.strip().lower()] = Entry(join(old.value, value) if old else value, entry.sure)
    return known


def _either(ways: list[Sending], at: Span | None) -> Sending:
    given: dict[str, Entry] = {}
    for name in dict.fromkeys(name for way in ways for name in way.given):
        entries = [way.given[name] for way in ways if name in way.given]
        sure = len(entries) == len(ways) and all(each.sure for each in entries)
        given[name] = Entry(choice(each.value for each in entries), sure)
    return Sending(given, all(way.closed for way in ways), at)
