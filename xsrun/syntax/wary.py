"""A second look at a text whose brackets or quotes do not match.

Here the indentation is trusted where the first reading trusted every bracket and quote: a line that
stands no deeper than the line of an open bracket was written behind its end. What is missing is put
in and reported, what is surplus is reported and left out, and everything else can still be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from xsrun.syntax.lexer import CLOSERS, CLOSING, VALUE_ENDS, Lexed, Token, Tokenizer

MAX_SUPPLIED: Final = 8
"""How many brackets are put in before the indentation is held to be wrong."""

_ATTRIBUTE_LINE: Final = re.compile(r"[A-Za-z_]\w*[ \t]*=(?![=~])")
_OPENS_TEXT: Final = re.compile(r"(?:[=(:,\[~|]|\b(?:run|call|function|test|case))[ \t]*\Z")
_TAIL: Final = re.compile(r"[ \t)\]},]*\Z")


class WaryTokenizer(Tokenizer):
    """Reads one document by its indentation. One use."""

    supplied = 0

    def run(self, kind: str = "block") -> Lexed:
        """All tokens; ``broken`` when the indentation gives no answer either."""
        lexed = super().run(kind)
        return lexed._replace(broken=lexed.broken or self.supplied > MAX_SUPPLIED)

    # ------------------------------------------------------------ where lines begin

    def _line_break(self) -> None:
        while self._is_left_open():
            self._supply()
        super()._line_break()

    def _is_left_open(self) -> bool:
        """Whether the line that begins here was written behind the end of the innermost bracket."""
        innermost = self.open[-1]
        if not innermost.bracket or self.text[self.at] in ")]}":
            return False
        opener = self.tokens[innermost.token]
        here, there = self._indent(self.at), self._indent(opener.start)
        if innermost.bracket == "{":
            return here <= there and self._is_indented(opener)
        return here <= there or (innermost.kind == "group" and bool(_ATTRIBUTE_LINE.match(self.text, self.at)))

    def _is_indented(self, opener: Token) -> bool:
        """Whether what a brace holds stands on its line or deeper than its line."""
        rest = self.text[opener.end : self.end]
        first = opener.end + len(rest) - len(rest.lstrip())
        same_line = "\n" not in self.text[opener.end : first]
        return same_line or self._indent(first) > self._indent(opener.start)

    # ------------------------------------------------------------ brackets

    def _brace(self, match: re.Match[str]) -> None:
        while self.open[-1].bracket in ("(", "[", "`") and self.tokens[-1].type in VALUE_ENDS:
            self._supply()
        super()._brace(match)

    def _close(self, match: re.Match[str]) -> None:
        wanted = match.group()
        enclosing = [each.bracket for each in self.open]
        if wanted == "}":
            self._close_brace(match, "{" in enclosing)
            return
        opened = {"]": "[", ")": "("}[wanted]
        inside = enclosing[len(enclosing) - enclosing[::-1].index("{") :] if "{" in enclosing else enclosing
        if opened not in inside and not (opened in enclosing and self.open[-1].kind == "object"):
            self._drop_token(match)
            return
        while self.open[-1].bracket != opened:
            self._supply()
        super()._close(match)

    def _close_brace(self, match: re.Match[str], opened: bool) -> None:
        if not opened:
            self.broken = self.broken or self.tokens[-1:] != [] and self.tokens[-1].type not in ("RBLOCK", "SEP")
            self._drop_token(match)
            return
        while self.open[-1].bracket != "{":
            self._supply()
        here = self._indent(match.start())
        first = not self.text[self.text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
        while first and self._closes_an_outer(here):
            self._supply()
        opener = self.tokens[self.open[-1].token]
        if (
            self._is_elsewhere(opener, match.start())
            and here > self._indent(opener.start)
            and self._is_indented(opener)
        ):
            self._drop_token(match)
            return
        super()._close(match)

    def _closes_an_outer(self, here: int) -> bool:
        """Whether a brace at the start of its line belongs to a brace further out than the innermost."""
        braces = [self._indent(self.tokens[each.token].start) for each in self.open if each.bracket == "{"]
        return len(braces) > 1 and here < braces[-1] and here in braces[:-1]

    def _is_elsewhere(self, opener: Token, at: int) -> bool:
        """Whether a bracket was opened on an earlier line."""
        return "\n" in self.text[opener.start : at]

    def _supply(self) -> None:
        """Close the innermost bracket, which the author left open."""
        self._unclosed(self.tokens[self.open[-1].token])
        self.supplied += 1
        self._put_in()

    def _put_in(self) -> None:
        """Put in what closes the innermost bracket."""
        innermost = self.open[-1]
        opener = self.tokens[innermost.token]
        at = self.tokens[-1].end
        if self.tokens[-1].type == "SEP":
            self.tokens.pop()
        self._drop()
        self._add(CLOSING[opener.type], CLOSERS[innermost.bracket], at, at)

    def _drop_token(self, match: re.Match[str]) -> None:
        self._surplus(match)
        self.supplied += 1
        self.at = match.end()

    # ------------------------------------------------------------ texts

    def _text(self, match: re.Match[str]) -> None:
        """A text over several lines that begins where one ended: the quote before was never closed."""
        inner, _, last_line = match.group()[:-1].rpartition("\n")
        after = self.text[match.end() : match.end() + 1]
        glued = after.isalnum() or after in ("_", "$")
        if glued or (inner and (_OPENS_TEXT.search(last_line) or after == "/")):
            self._unclosed_text(match.start())
        else:
            self._take("STRING", match)

    def _unclosed_text(self, start: int) -> None:
        stop = self._text_end(start)
        self._report_text(start, stop)
        self.supplied += 1
        self._add("STRING", self.text[start:stop] + self.text[start], start, stop)
        self.at = stop
        while self.open[-1].kind == "group" and not self.text.startswith(CLOSERS[self.open[-1].bracket], stop):
            if "\n" in self.text[self.tokens[self.open[-1].token].start : start]:
                break
            self._put_in()

    def _text_end(self, start: int) -> int:
        """The end of the line, short of the brackets that close what was opened on it."""
        line = self.text.rfind("\n", 0, start) + 1
        stop = self.text.find("\n", start, self.end)
        stop = self.end if stop < 0 else stop
        tail = _TAIL.search(self.text, start, stop)
        at = stop
        for each in self.open[1:]:
            if self.tokens[each.token].start >= line and tail and tail.start() < at:
                closing = self.text.rfind(CLOSERS[each.bracket], tail.start(), at)
                at = closing if closing >= 0 else at
        return len(self.text[:at].rstrip(" \t,")) if at < stop else stop

    _SPECIAL: Final[dict[str, Callable[[Any, re.Match[str]], None]]] = {
        **Tokenizer._SPECIAL,
        "STRING": _text,
        "LBRACE": _brace,
        "RBRACE": _close,
        "RPAR": _close,
        "RSQUARE": _close,
    }
