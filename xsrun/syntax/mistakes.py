"""What a place where the grammar stopped most likely means, in the author's words.

``CAUSES`` (causes.py) is a table of records: what is looked at, and what is said. The first one that
fits is reported; when none does, the last resort names what stands there and what could.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from lark.exceptions import UnexpectedToken

from xsrun.diagnostics import Found
from xsrun.source import Source, Span
from xsrun.syntax.causes import CAUSES, GROUPS, TYPES, Cause
from xsrun.syntax.lexer import FIELD_BLOCKS, VALUE_ENDS, Token
from xsrun.syntax.recovery import CLOSERS, OPENERS, Region, open_brackets, regions

MAX_SHOWN: Final = 60
_PLACEHOLDER: Final = re.compile(r"<(-?\d|[a-z]+)>")
_SURROUNDINGS: Final = {"LOBJECT": "object", "LPAR": "group", "LCOND": "group", "BTICK": "backtick"}


class Place:
    """Where the grammar stopped: the token, what stands around it, and in which block."""

    def __init__(self, tokens: list[Token], at: int, source: Source) -> None:
        self.tokens = tokens
        self.at = at
        self.source = source
        around = list(regions(tokens, at, at))
        self.region = around[0]
        self.entry = next(each for each in around if self._kind(each.opener) in ("document", "block", "fields"))
        self.inside = self._kind(self.region.opener)
        self.keyword = self._word(self.entry.start)
        self.owner = self._word(next(regions(tokens, self.entry.opener, self.entry.opener)).start) if self.owned else ""

    @property
    def owned(self) -> bool:
        """Whether the entry stands in a block."""
        return self.entry.opener >= 0

    def _word(self, start: int) -> str:
        """The first word of an entry."""
        start += self.token(start).type == "BANG"
        return self.token(start).value

    def _kind(self, opener: int) -> str:
        if opener < 0:
            return "document"
        token = self.tokens[opener]
        if token.type == "LBLOCK":
            head = self.tokens[opener - 1] if opener else token
            return "fields" if head.type == "WORD" and head.value in FIELD_BLOCKS else "block"
        if token.type == "LSQUARE":
            return "index" if opener and self.tokens[opener - 1].type in {*VALUE_ENDS, "DOT"} else "list"
        return _SURROUNDINGS[token.type]

    def waits_for(self, type: str) -> bool:
        """Whether a token of that type stands in the value before, and no colon behind it."""
        kinds = [token.type for token in self.tokens[self.region.start : self.at]]
        return type in kinds and "COLON" not in kinds[kinds.index(type) :]

    def token(self, at: int) -> Token:
        """The token of that number; the end of the text where there is none."""
        if 0 <= at < len(self.tokens):
            return self.tokens[at]
        end = self.tokens[-1].end if at > 0 and self.tokens else 0
        return Token("END" if at >= 0 else "START", "", end, end)

    def text(self, start: int, stop: int) -> str:
        """The source of tokens ``start`` up to ``stop`` when it is short, else ``…``."""
        if stop <= start:
            return "…"
        shown = self.source.text[self.token(start).start : self.token(stop - 1).end]
        return shown if len(shown) <= MAX_SHOWN and "\n" not in shown else "…"

    # ------------------------------------------------------------ what help texts show

    def filled(self, text: str, cause: Cause) -> str:
        """A message or help with its placeholders filled in."""
        return _PLACEHOLDER.sub(lambda match: self._shown(match.group(1), cause), text)

    def _shown(self, name: str, cause: Cause) -> str:
        if name.lstrip("-").isdigit():
            return self.text(self.at + int(name), self.at + int(name) + 1)
        return str(getattr(self, f"_{name}")(cause))

    def _keyword(self, cause: Cause) -> str:
        return self.keyword

    def _rest(self, cause: Cause) -> str:
        """What stands behind the tokens looked at."""
        view = look(cause.looks)
        return self.text(self.at + len(view.tokens) - view.middle, self.region.stop)

    def _entry(self, cause: Cause) -> str:
        return self.text(self.region.start, self.region.stop)

    def _value(self, cause: Cause) -> str:
        """The value of an attribute or of an entry of an object."""
        return self.text(self.region.start + 2, self.region.stop)

    def _arguments(self, cause: Cause) -> str:
        """What stands behind the keyword, up to the body."""
        return self._head(self.entry.start + 1)

    def _onward(self, cause: Cause) -> str:
        """What stands from here on, up to the body."""
        return self._head(self.at)

    def _head(self, start: int) -> str:
        stops = (n for n in range(start, self.entry.stop) if self.tokens[n].type == "LBLOCK")
        return self.text(start, next(stops, self.entry.stop))

    def _name(self, cause: Cause) -> str:
        """The variable without its sign."""
        return self.token(self.at).value.lstrip("$")

    def _glued(self, cause: Cause) -> str:
        """Everything up to the next blank, from the token before this one."""
        found = re.compile(r"\S+").match(self.source.text, self.token(self.at - 1).start)
        return found.group() if found else "…"

    def _target(self, cause: Cause) -> str:
        """The variable that the block around sets."""
        before = range(self.entry.opener - 1, max(-1, self.entry.opener - 5), -1)
        return next((self.tokens[n].value for n in before if self.tokens[n].type == "VAR"), "$x")

    def _call(self, cause: Cause) -> str:
        """The arguments of a call in parentheses, written behind ``:``."""
        close = _partner(self.tokens, self.at)
        inner = "".join(
            ":" if token.type == "COMMA" else self.source.text[token.start : token.end]
            for token in self.tokens[self.at + 1 : close]
        )
        return f":{inner}" if inner and len(inner) <= MAX_SHOWN else ":…" if inner else ""

    def _left(self, cause: Cause) -> str:
        """The operand that ends before the marked tokens."""
        end = at = self.at + _first_marked(cause) - 1
        while at > 0:
            at = open_brackets(self.tokens, at)[-1] if self.tokens[at].type in CLOSERS else at
            if self.tokens[at].type not in ("MEMBER", "LSQUARE") or self.tokens[at - 1].type not in VALUE_ENDS:
                break
            at -= 1
        return self.text(at, end + 1)

    def _right(self, cause: Cause) -> str:
        """The operand that begins behind the marked tokens."""
        start = self.at + _last_marked(cause) + 1
        stop = _partner(self.tokens, start) + 1
        while self.token(stop).type in ("MEMBER", "LSQUARE"):
            stop = _partner(self.tokens, stop) + 1
        return self.text(start, stop)


def _first_marked(cause: Cause) -> int:
    return cause.mark[0] if isinstance(cause.mark, tuple) else 0


def _last_marked(cause: Cause) -> int:
    return cause.mark[1] if isinstance(cause.mark, tuple) else 0


def _partner(tokens: list[Token], at: int) -> int:
    """The bracket that closes the one at ``at``; ``at`` itself when it is none."""
    depth = 0
    for number in range(at, len(tokens)):
        depth += (tokens[number].type in OPENERS) - (tokens[number].type in CLOSERS)
        if depth <= 0:
            return number
    return len(tokens)


# ------------------------------------------------------------------ matching


class Look(NamedTuple):
    """A record's view, read: whether it begins an entry, its tokens, and which of them is the unexpected one."""

    anchored: bool
    tokens: tuple[frozenset[str], ...]
    middle: int


@cache
def look(written: str) -> Look:
    """Read ``^ WORD >COLON``: token types and values around the unexpected token, which is marked ``>``."""
    parts = written.split()
    anchored = parts[0] == "^"
    parts = parts[1:] if anchored else parts
    middle = next(at for at, part in enumerate(parts) if part[0] == ">" and len(part) > 1)
    parts[middle] = parts[middle][1:]
    return Look(anchored, tuple(frozenset(_alternatives(part)) for part in parts), middle)


def _alternatives(part: str) -> Iterable[str]:
    for name in part.split("|"):
        yield from GROUPS.get(name, (name,))


def _fits(token: Token, wanted: frozenset[str]) -> bool:
    if token.type in wanted or "ANY" in wanted:
        return True
    return token.value in wanted and token.value not in TYPES


def fits(cause: Cause, place: Place) -> bool:
    """Whether a record is about this place."""
    if cause.inside and place.inside not in cause.inside.split():
        return False
    if cause.of and place.keyword not in cause.of.split():
        return False
    if cause.owner and place.owner not in cause.owner.split():
        return False
    view = look(cause.looks)
    start = place.at - view.middle
    if view.anchored and start != place.region.start:
        return False
    if cause.waiting and not place.waits_for(cause.waiting):
        return False
    if cause.glued and place.token(place.at - 1).end != place.token(place.at).start:
        return False
    return all(_fits(place.token(start + n), wanted) for n, wanted in enumerate(view.tokens))


# ------------------------------------------------------------------ reporting


def explain(error: UnexpectedToken, tokens: list[Token], source: Source, found: Found) -> tuple[int, int]:
    """Report an unexpected token with its cause and remedy. Gives back which tokens are at fault, first and last."""
    at = next((number for number, each in enumerate(tokens) if each is error.token), len(tokens))
    place = Place(tokens, at, source)
    cause = next((each for each in CAUSES if fits(each, place)), None)
    if cause is None:
        found.error("syntax", _here(place), _span(place, 0, 0), label=_expected(error, place))
        return at, at
    message, help = place.filled(cause.message, cause), place.filled(cause.help, cause)
    found.error(cause.code, message, _marked(cause, place), help, cause.label)
    return at - cause.back, at


def _marked(cause: Cause, place: Place) -> Span:
    if cause.mark == "entry":
        return _whole(place, place.region)
    if cause.mark == "value":
        return _whole(place, place.region._replace(start=place.region.start + 2))
    return _span(place, _first_marked(cause), _last_marked(cause))


def _span(place: Place, first: int, last: int) -> Span:
    start, end = place.token(place.at + first), place.token(place.at + last)
    if end.type == "END" or (end.type == "SEP" and end.value == "\n"):
        before = place.token(place.at - 1).end
        return Span(place.source, start.start if first else before, before)
    return Span(place.source, start.start, end.end)


def _whole(place: Place, region: Region) -> Span:
    return Span(place.source, place.token(region.start).start, place.token(region.stop - 1).end)


def _here(place: Place) -> str:
    token = place.token(place.at)
    if token.type == "END":
        return "the text ends too early"
    if token.type == "SEP" and token.value == "\n":
        return "the line ends too early"
    return f"`{place.text(place.at, place.at + 1)}` makes no sense here"


_CLOSER_NAMES: Final = {"RBLOCK": "`}`", "ROBJECT": "`}`", "RSQUARE": "`]`", "RPAR": "`)`", "RCOND": "`)`"}
_EXPECTED: Final = (
    ("VAR STRING NUMBER", "a value"),
    ("KEY", "a key"),
    ("ATTR WORD", "a statement or an attribute"),
    ("TYPE", "a field"),
    ("WORD", "a name"),
    ("VAR", "a variable"),
    ("EQ", "`=`"),
    ("LBLOCK", "`{`"),
    ("COLON", "`:`"),
)
"""What could stand there in plain words, for the terminals that the grammar would take."""


def _expected(error: UnexpectedToken, place: Place) -> str:
    accepted = set(error.accepts or ())
    words: list[str] = []
    for names, shown in _EXPECTED:
        if accepted >= set(names.split()):
            words.append(shown)
            break
    words += [shown for name, shown in _CLOSER_NAMES.items() if name in accepted]
    if "SEP" in accepted:
        words.append("a comma" if place.inside in ("object", "list") else "a new line")
    if not words and "COLON" in accepted:
        words.append("`:`")
    return f"expected {' or '.join(dict.fromkeys(words))}" if words else ""
