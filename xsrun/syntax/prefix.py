"""What stands before a place in a text that is still being written: its tokens, and what is open there.

Only the text before the place is read, so that whatever is wrong behind it does not matter.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from xsrun.diagnostics import Found
from xsrun.source import Source
from xsrun.syntax.lexer import CLOSERS, CLOSING, Open, Token, Tokenizer
from xsrun.syntax.parser import reader, split


class Prefix(NamedTuple):
    """The tokens of a document up to a place."""

    tokens: list[Token]
    opened: list[Open]
    """The brackets that are open at the place, outermost first."""
    in_comment: bool


def before(source: Source, offset: int) -> Prefix:
    """The tokens before an offset. A text that is open there is the last of them, without its closing quote."""
    starts = [start for start, _ in split(source) if start <= offset]
    tokenizer = _Unfinished(reader().pattern, source, starts[-1] if starts else 0, offset, Found())
    tokens = tokenizer.run().tokens
    last = tokenizer.comments[-1] if tokenizer.comments else None
    return Prefix(tokens, tokenizer.open[1:], last is not None and last.end == offset > last.start)


class _Unfinished(Tokenizer):
    """Reads on where a whole text would be wrong."""

    def _unclosed_text(self, start: int) -> None:
        self._add("STRING", self.text[start : self.end], start, self.end)
        self.at = self.end

    def _mismatch(self, match: re.Match[str]) -> None:
        """Close what the bracket may have been meant for, or leave it out."""
        self.at = match.end()
        while any(CLOSERS.get(each.bracket) == match.group() for each in self.open):
            innermost = self.open[-1]
            self._drop()
            self._add(CLOSING[self.tokens[innermost.token].type], match.group(), match.start(), match.end())
            if CLOSERS[innermost.bracket] == match.group():
                break


_WHOLE_TEXT: Final = re.compile(r"\"(?:[^\"\\]|\\[\s\S])*\"|'(?:[^'\\]|\\[\s\S])*'|\"\"\"|'''")


def is_open_text(token: Token) -> bool:
    """Whether a text lacks its closing quote."""
    return token.type == "STRING" and not _WHOLE_TEXT.fullmatch(token.value)
