"""A second look at a text whose brackets or quotes do not match.

Here the indentation is trusted where the first reading trusted every bracket and quote: a line that
stands no deeper than the line of an open bracket was written behind its end. What is missing is put
in and reported, what is surplus is reported and left out, and everything else can still be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, Final

from xsrun.source import Span
from xsrun.syntax.lexer import CLOSERS, CLOSING, FIELD_BLOCKS, VALUE_ENDS, Lexed, Open, Token, Tokenizer

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
        if self._lacks_brace():
            self._supply_brace()
        super()._line_break()

    def _lacks_brace(self) -> bool:
        """Whether the line before is the head of a block whose brace is missing: this line stands deeper."""
        head = self.tokens[self.entry :]
        return (
            self.open[-1].kind == "block"
            and bool(head)
            and head[0].type == "WORD"
            and all(token.type != "LBLOCK" for token in head)
            and self.text[self.at] not in ")]}|"
            and self._indent(self.at) > self._indent(head[0].start)
        )

    def _supply_brace(self) -> None:
        """Put in the brace that opens a block."""
        at = self.tokens[-1].end
        self.found.error(
            "unmatched", "the block below is never opened", Span(self.source, self.tokens[self.entry].start, at),
            help="add `{` at the end of the line",
        )  # fmt: skip
        self.supplied += 1
        kind = "fields" if self._head_word() in FIELD_BLOCKS else "block"
        self.open.append(Open("{", kind, len(self.tokens)))
        self._add("LBLOCK", "{", at, at)
        self.entries.append(self.entry)
        self.entry = len(self.tokens)

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
        if self.open[-1].kind in ("block", "fields") and self.tokens and self.tokens[-1].type == "LBLOCK":
            self._drop_token(match, "opens")
            return
        while self.open[-1].bracket in ("(", "[", "`", "```") and self.tokens[-1].type in VALUE_ENDS:
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
            if self.tokens and self.tokens[-1].type not in ("RBLOCK", "SEP"):
                self.broken = True
            self._drop_token(match)
            return
        while self.open[-1].bracket != "{":
            self._supply()
        here = self._indent(match.start())
        first = not self.text[self.text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
        while first and self._closes_an_outer(here):
            self._supply()
        if not self._is_surplus(match.start()):
            super()._close(match)
        elif not self._supply_brace_in_line(match):
            self._drop_token(match)

    def _is_surplus(self, at: int) -> bool:
        """Whether a brace stands deeper than the line of the one it would close."""
        opener = self.tokens[self.open[-1].token]
        elsewhere = "\n" in self.text[opener.start : at]
        return elsewhere and self._indent(at) > self._indent(opener.start) and self._is_indented(opener)

    def _supply_brace_in_line(self, match: re.Match[str]) -> bool:
        """``var $x value = 1 }``: put in the brace before the first attribute."""
        entry = self.tokens[self.entry :]
        number = next((at for at, token in enumerate(entry) if token.type == "ATTR"), 0)
        if not number or entry[0].type != "WORD" or any(token.type == "LBLOCK" for token in entry):
            return False
        attribute = entry[number]
        self.found.error(
            "unmatched",
            f"`{{` is missing before `{attribute.value}`",
            Span(self.source, entry[0].start, attribute.end),
            help=f"write {{ {attribute.value}",
        )
        self.supplied += 1
        place = self.entry + number
        self.tokens.insert(place, Token("LBLOCK", "{", attribute.start, attribute.start))
        self.open = [each._replace(token=each.token + (each.token >= place)) for each in self.open]
        self._take("RBLOCK", match)
        return True

    def _closes_an_outer(self, here: int) -> bool:
        """Whether a brace at the start of its line belongs to a brace further out than the innermost."""
        braces = [self._indent(self.tokens[each.token].start) for each in self.open if each.bracket == "{"]
        return len(braces) > 1 and here < braces[-1] and here in braces[:-1]

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

    def _drop_token(self, match: re.Match[str], does: str = "closes") -> None:
        self._surplus(match, does)
        self.supplied += 1
        self.at = match.end()

    # ------------------------------------------------------------ texts

    def _text(self, match: re.Match[str]) -> None:
        """A text over several lines that begins where one ended: the quote before was never closed."""
        last_line = match.group()[:-1].rpartition("\n")[2]
        after = self.text[match.end() : match.end() + 1]
        glued = after.isalnum() or after in ("_", "$", "/")
        if "\n" in match.group() and (glued or _OPENS_TEXT.search(last_line)):
            self._unclosed_text(match.start())
        elif glued and after != "/":
            self._ends_early(match, after)
        else:
            self._take("STRING", match)

    def _ends_early(self, match: re.Match[str], after: str) -> None:
        """A text with a name directly behind it: the rest of its line may be text or not."""
        self.found.error(
            "syntax",
            f"this text ends directly before `{after}`",
            Span(self.source, match.start(), match.end()),
            help='close it where it ends; a quote inside a text is written \\"',
        )
        self._cut(match.start())

    def _unclosed_text(self, start: int) -> None:
        self._report_text(start, self._text_end(start))
        self._cut(start)

    def _cut(self, start: int) -> None:
        """End a text on its line, and with it the brackets on the line that it swallowed the ends of."""
        stop = self._text_end(start)
        self.supplied += 1
        self._add("STRING", self.text[start:stop] + self.text[start], start, stop)
        self.at = stop
        while (innermost := self.open[-1]).bracket and innermost.kind == "group":
            closed = self.text.startswith(CLOSERS[innermost.bracket], stop)
            if closed or "\n" in self.text[self.tokens[innermost.token].start : start]:
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

    _SPECIAL: ClassVar[dict[str, Callable[[Any, re.Match[str]], None]]] = {
        **Tokenizer._SPECIAL,
        "STRING": _text,
        "LBRACE": _brace,
        "RBRACE": _close,
        "RPAR": _close,
        "RSQUARE": _close,
    }
