"""Tokens and comments as entries in brackets: what the printer lays out.

Nothing here decides how the text looks; it says what stands in which bracket, which comments stand
before what, and where the author broke lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from xsrun.syntax.lexer import CLOSING, Lexed, Token
from xsrun.syntax.printer.roles import written


class Note(NamedTuple):
    """A comment; ``own_line`` when nothing stands before it, ``blank`` when an empty line does."""

    text: str
    own_line: bool
    blank: bool


@dataclass(slots=True)
class Piece:
    """A token as it will be written, what stands between it and the one before, and what it opens."""

    text: str
    role: str
    type: str
    notes: list[Note] = field(default_factory=list)
    breaks: int = 0
    """Line breaks directly before it, behind the last of its comments."""
    bracket: Bracket | None = None

    @property
    def own_line(self) -> bool:
        """Whether the author began a line with it."""
        return self.breaks > 0 or bool(self.notes)

    @property
    def last_role(self) -> str:
        """The role of what stands at its end."""
        return self.bracket.closer.role if self.bracket else self.role


@dataclass(slots=True)
class Entry:
    """What stands between two separators."""

    pieces: list[Piece]

    @property
    def first(self) -> Piece:
        """The first piece, before which the comments above the entry stand."""
        return self.pieces[0]


@dataclass(slots=True)
class Bracket:
    """What an opening piece holds, up to the piece that closes it."""

    entries: list[Entry]
    closer: Piece


class _Reader:
    """Makes pieces of tokens. One use."""

    def __init__(self, text: str, lexed: Lexed, roles: list[str]) -> None:
        self.text = text
        self.tokens = lexed.tokens
        self.comments = lexed.comments
        self.roles = roles
        self.at = 0
        self.comment = 0
        firsts = [each[0].start for each in (lexed.tokens, lexed.comments) if each]
        self.end = min(firsts, default=0)
        """Where the last token or comment ends."""

    def bracket(self, closing: str) -> Bracket:
        """Everything up to the token that closes, or to the end."""
        entries: list[Entry] = []
        begins = True
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.type == closing:
                return Bracket(entries, self._piece())
            if token.type == "SEP":
                self.at += 1
                self.end = max(self.end, token.end) if token.value == "," else self.end
                begins = True
                continue
            if begins:
                entries.append(Entry([]))
                begins = False
            entries[-1].pieces.append(self._piece())
        end = Piece("", "END", "END")
        self._gap(end, self.comments[-1].end if self.comments else self.end)
        return Bracket(entries, end)

    def _piece(self) -> Piece:
        token = self.tokens[self.at]
        piece = Piece(written(token), self.roles[self.at], token.type)
        self.at += 1
        self._gap(piece, token.start)
        self.end = token.end
        if token.type == "BTICK":
            piece.text, piece.role = self._verbatim(token), "TEXT"
        elif token.type in CLOSING:
            piece.bracket = self.bracket(CLOSING[token.type])
        return piece

    def _gap(self, piece: Piece, start: int) -> None:
        """The comments and line breaks before a piece."""
        while self._comment_before(start):
            comment = self.comments[self.comment]
            self.comment += 1
            blank = _breaks(self.text[self.end : comment.start]) > 1
            piece.notes.append(Note(self.text[comment.start : comment.end].rstrip(), comment.own_line, blank))
            self.end = comment.end
        piece.breaks = _breaks(self.text[self.end : start])

    def _comment_before(self, offset: int) -> bool:
        return self.comment < len(self.comments) and self.comments[self.comment].start < offset

    def _verbatim(self, opener: Token) -> str:
        """An expression in backticks, as it is written."""
        parts, end = [opener.value], opener.end
        for token in self._inside():
            parts += [self.text[end : token.start].replace("\r\n", "\n"), self.text[token.start : token.end]]
            end = token.end
        while self._comment_before(end):
            self.comment += 1
        self.end = end
        return "".join(parts)

    def _inside(self) -> Iterator[Token]:
        """The tokens up to the end of an expression in backticks."""
        depth = 1
        while depth:
            token = self.tokens[self.at]
            self.at += 1
            depth += (token.type == "BTICK") - (token.type == "ETICK")
            yield token


def _breaks(gap: str) -> int:
    return gap.count("\n") + gap.count("\r") - gap.count("\r\n") if gap else 0


def pieces_of(text: str, lexed: Lexed, roles: list[str]) -> Bracket:
    """A whole document as if brackets stood around it; ``roles`` has one for each token."""
    return _Reader(text, lexed, roles).bracket("")
