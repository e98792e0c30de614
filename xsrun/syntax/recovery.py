"""What to leave out where the grammar stopped, so that reading can go on behind it.

The part that makes no sense is replaced by one token ``BROKEN``, which may stand for an entry, the
head of a block, a value, an element of a list or a pair of an object. As little as possible is
replaced: a block keeps its keyword and its body, an attribute its name, a field its type and name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from xsrun.source import Source
from xsrun.syntax.lexer import Token

OPENERS: Final = frozenset({"LBLOCK", "LOBJECT", "LSQUARE", "LPAR", "LCOND", "BTICK"})
CLOSERS: Final = frozenset({"RBLOCK", "ROBJECT", "RSQUARE", "RPAR", "RCOND", "ETICK"})


class Region(NamedTuple):
    """Tokens from ``start`` up to ``stop``, inside the bracket that token ``opener`` opens (-1: in none)."""

    opener: int
    start: int
    stop: int


def without(tokens: list[Token], opened: list[int], first: int, at: int, source: Source) -> tuple[list[Token], int]:
    """The tokens with the smallest part that holds ``first`` to ``at`` replaced, and where it began.

    ``opened`` are the brackets that are open before token ``first``.
    """
    for region in regions(tokens, opened, first, at):
        start, stop = _narrow(tokens, region, first, at, source.text)
        replaced = tokens[start:stop]
        if [token.type for token in replaced] != ["BROKEN"]:
            begin = replaced[0].start if replaced else tokens[start - 1].end if start else 0
            end = replaced[-1].end if replaced else begin
            broken = Token("BROKEN", source.text[begin:end], begin, end)
            return [*tokens[:start], broken, *tokens[stop:]], start
    return [], 0


def regions(tokens: list[Token], opened: list[int], first: int, at: int) -> Iterator[Region]:
    """The entries, elements and groups around a token, innermost first; each reaches behind token ``at``."""
    for level, opener in enumerate(reversed([-1, *opened])):
        yield Region(opener, begin_of(tokens, first, level), _end(tokens, first, at, level))


def open_brackets(tokens: list[Token], at: int) -> list[int]:
    """The brackets that are open before a token, outermost first."""
    opened: list[int] = []
    for number in range(at):
        kind = tokens[number].type
        if kind in OPENERS:
            opened.append(number)
        elif kind in CLOSERS:
            opened.pop()
    return opened


def begin_of(tokens: list[Token], first: int, level: int = 0) -> int:
    """Where the entry or element begins that holds a token, ``level`` brackets further out."""
    depth = 0
    for number in range(first - 1, -1, -1):
        kind = tokens[number].type
        if kind == "SEP" and depth == -level:
            return number + 1
        depth += (kind in CLOSERS) - (kind in OPENERS)
        if depth < -level:
            return number + 1
    return 0


def _end(tokens: list[Token], first: int, at: int, level: int) -> int:
    """The first separator behind token ``at``, or the bracket that closes."""
    depth = level
    for number in range(first, len(tokens)):
        kind = tokens[number].type
        depth += (kind in OPENERS) - (kind in CLOSERS)
        if depth < 0 or (kind == "SEP" and depth == 0 and number >= at):
            return number
    return len(tokens)


def _narrow(tokens: list[Token], region: Region, first: int, at: int, text: str) -> tuple[int, int]:
    """A region without what may be kept of it."""
    start, stop = region.start, region.stop
    head = start + 1 if start < stop and tokens[start].type == "BANG" else start
    kinds = [token.type for token in tokens[head : head + 2]]
    if kinds in (["ATTR", "EQ"], ["KEY", "COLON"]):
        return (head + 2 if first >= head + 2 else start), stop
    if kinds[:1] == ["TYPE"] and first > head:
        kept = head + 2 if kinds[1:] == ["WORD"] and first > head + 1 else head + 1
        return kept, stop
    if kinds[:1] == ["WORD"] and _holds_statements(tokens, region.opener):
        beside = _beside_body(tokens, head, stop, first, at)
        return beside if beside and "\n" not in _between(tokens, at, beside[1], text) else (start, stop)
    return start, stop


def _between(tokens: list[Token], at: int, stop: int, text: str) -> str:
    """What stands between a token and the end of its region: a head and its body share a line."""
    return (
        text[tokens[at].end : tokens[stop].start] if at < stop < len(tokens) and tokens[stop].type == "LBLOCK" else ""
    )


def _holds_statements(tokens: list[Token], opener: int) -> bool:
    return opener < 0 or tokens[opener].type == "LBLOCK"


def _beside_body(tokens: list[Token], head: int, stop: int, first: int, at: int) -> tuple[int, int] | None:
    """The head of a block, or what stands behind its body; None when it has no body."""
    depth, begin = 0, -1
    for number in range(head, stop):
        kind = tokens[number].type
        if kind == "LBLOCK" and depth == 0:
            begin = number
        depth += (kind in OPENERS) - (kind in CLOSERS)
        if kind == "RBLOCK" and depth == 0:
            if head < first and at <= begin:
                return head + 1, begin
            return (number + 1, stop) if first > number else None
    return None
