"""The place where the grammar stopped: its token, what stands around it, and what help texts show of it."""

from __future__ import annotations

import re
from typing import Final

from xsrun.source import Source
from xsrun.syntax.causes import Cause
from xsrun.syntax.lexer import FIELD_BLOCKS, VALUE_ENDS, Token
from xsrun.syntax.recovery import CLOSERS, OPENERS, begin_of, regions

MAX_SHOWN: Final = 60
LEFT_OUT: Final = "…"
"""What stands in place of a text that is too long to be shown."""
_PLAIN: Final = re.compile(r"\$?[\w.$]+|\"[^\"]*\"|\[[^][]*\]|\([^()]*\)")
"""A value that needs no parentheses before a filter."""
_PLACEHOLDER: Final = re.compile(r"<(-?\d|[a-z]+)>")
_SURROUNDINGS: Final = {"LOBJECT": "object", "LPAR": "group", "LCOND": "group", "BTICK": "backtick"}


class Place:
    """Where the grammar stopped: the token, what stands around it, and in which block."""

    def __init__(self, tokens: list[Token], opened: list[int], at: int, source: Source) -> None:
        self.tokens = tokens
        self.at = at
        self.source = source
        around = regions(tokens, opened, at, at)
        self.region = self.entry = next(around)
        self.inside = self._kind(self.region.opener)
        while self._kind(self.entry.opener) not in ("document", "block", "fields"):
            self.entry = next(around)
        self.keyword = self._word(self.entry.start)
        self.owner = self._word(begin_of(tokens, self.entry.opener)) if self.entry.opener >= 0 else ""

    def _word(self, start: int) -> str:
        """The keyword of a block, ``""`` for an attribute."""
        start += self.token(start).type == "BANG"
        return self.token(start).value if self.token(start).type in ("WORD", "TYPE") else ""

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
            return LEFT_OUT
        shown = self.source.text[self.token(start).start : self.token(stop - 1).end]
        return shown if len(shown) <= MAX_SHOWN and "\n" not in shown else LEFT_OUT

    def offset(self, name: str) -> int:
        """Where a change by name puts something in (causes.py)."""
        entry = self.entry.start + (self.token(self.entry.start).type == "BANG")
        if name == "keyword":
            return self.token(entry).end
        if name == "first":
            return self.token(entry + 1).start
        return self.token((self._body() if name == "head" else self.region.stop) - 1).end

    def _body(self) -> int:
        """The brace that opens the body of the entry; the end of the entry when it has none."""
        stops = (n for n in range(self.entry.start, self.entry.stop) if self.tokens[n].type == "LBLOCK")
        return next(stops, self.entry.stop)

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
        view = cause.view
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
        return self.text(start, self._body())

    def _name(self, cause: Cause) -> str:
        """The variable without its sign."""
        return self.token(self.at).value.lstrip("$")

    def _whole(self, cause: Cause) -> str:
        """An access that lacks what it starts from."""
        access = self.token(self.at).value
        return f"0{access}" if access[1:].isdigit() else f"$${access}"

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
        return "".join(f":{each}" for each in self._arguments_of_call())

    def _piped(self, cause: Cause) -> str:
        """A call in parentheses as a filter of what it is called on, or with first."""
        given, called = self._arguments_of_call(), self.token(self.at - 1)
        name = called.value.rpartition(".")[2]
        if called.type != "MEMBER" or self.token(self.at - 2).type == "WORD":
            subject, given = given[:1], given[1:]
        else:
            subject = [self._left(cause)]
        return "|".join((*subject, ":".join((name, *given))))

    def _arguments_of_call(self) -> list[str]:
        """The arguments in parentheses, those that are more than a value in some of their own."""
        close, start = _partner(self.tokens, self.at), self.at + 1
        found: list[str] = []
        while start < close:
            at = start
            while at < close and self.tokens[at].type != "COMMA":
                at = _partner(self.tokens, at) + 1
            shown = self.text(start, min(at, close))
            found.append(shown if _PLAIN.fullmatch(shown) or shown == LEFT_OUT else f"({shown})")
            start = at + 1
        return found

    def _left(self, cause: Cause) -> str:
        """The operand that ends before the marked tokens."""
        end = at = self.at + cause.marked[0] - 1
        while at > 0:
            at = _opener(self.tokens, at)
            if self.tokens[at].type not in ("MEMBER", "LSQUARE") or self.tokens[at - 1].type not in VALUE_ENDS:
                break
            at -= 1
        return self.text(at, end + 1)

    def _right(self, cause: Cause) -> str:
        """The operand that begins behind the marked tokens."""
        start = self.at + cause.marked[1] + 1
        stop = _partner(self.tokens, start) + 1
        while self.token(stop).type in ("MEMBER", "LSQUARE"):
            stop = _partner(self.tokens, stop) + 1
        return self.text(start, stop)


def _partner(tokens: list[Token], at: int) -> int:
    """The bracket that closes the one at ``at``; ``at`` itself when it is none."""
    depth = 0
    for number in range(at, len(tokens)):
        depth += (tokens[number].type in OPENERS) - (tokens[number].type in CLOSERS)
        if depth <= 0:
            return number
    return len(tokens)


def _opener(tokens: list[Token], at: int) -> int:
    """The bracket that the one at ``at`` closes; ``at`` itself when it is none."""
    depth = 0
    for number in range(at, -1, -1):
        depth += (tokens[number].type in CLOSERS) - (tokens[number].type in OPENERS)
        if depth <= 0:
            return number
    return 0
