"""Text to tokens, by the terminals of the grammar and by what stands around them.

XanoScript has few reserved words and two uses for most brackets, so the lexer keeps a stack of open
brackets and decides what the grammar could not: whether a line break separates entries, whether
``{`` opens a block or an object, whether ``name`` before ``=`` is an attribute, whether ``(`` opens a
condition (expressions.md section 7) and where the fields of an ``input`` block stand (types.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, Final, NamedTuple

from xsrun.diagnostics import Edit, Found
from xsrun.source import Source, Span

MAX_NESTING: Final = 200
OBJECT_CLAUSES: Final = frozenset(
    {"main", "pre", "post", "cache", "middleware", "params", "headers", "data", "response", "value", "payload"}
)
FIELD_BLOCKS: Final = frozenset({"input", "schema", "output"})
CONDITION_WORDS: Final = frozenset({"if", "elseif", "while", "precondition"})
DATABASE_WORDS: Final = re.compile(
    r"(?:not[ ]+)?(?:in|between|contains|includes|overlaps|like|ilike)\b(?!\.)\??|search\b(?!\.)(?=[ ])"
)
_BLANK: Final = re.compile(r"(?=[ \t\f\v\ufeff\r\n])[ \t\f\v\ufeff]*([\r\n][ \t\f\v\ufeff\r\n]*)?")
_SKIPPED: Final = frozenset(" \t\f\v\ufeff\r\n/#")
"""What may begin a blank or a comment."""
_SPACE: Final = re.compile(r"[ \t\f\v]+")
_ATTRIBUTE: Final = re.compile(r'(?:[A-Za-z_][\w.]*|"[^"\n]*")(?=[ \t]*=(?![=~]))')
_BEGINS_NAME: Final = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"')
_KEY: Final = re.compile(
    r'(?:[A-Za-z_][\w.\-]*|\$[A-Za-z_][\w.]*|\d+|"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')(?=[ \t]*:)'
)
_FIRST_ATTRIBUTE: Final = re.compile(r"\s*!?[ \t]*(?:[A-Za-z_][\w.\-]*|\"[^\"\n]*\")[ \t]*=(?!=)")
_FIRST_KEY: Final = re.compile(r"\s*(?:[A-Za-z_][\w.\-]*|\"[^\"\n]*\")[ \t]*:")
_BOUNDS: Final = re.compile(r"\[[^\]\n]*\]")
_FILTERS: Final = re.compile(
    r'filters[ \t]*=[ \t]*(?:"(?:[^"\\\n]|\\.)*"|/(?:[^/\\\n]|\\.)+/\w*(?=[\s|:{]|$)|[ \t]*\|[ \t]*|[^\s|"])+'
)
_BARE: Final = re.compile(r"[^\s{}\[\]\"'|,=-][^\s{}\[\]\"'|,=]*")
_PATH_NAME: Final = re.compile(r"[A-Za-z_]\w*(?:[/-]+[\w{}]+)+(?=[ \t]*(?:\{|\r?\n|$|as\b|verb\b))")
_LINE_ENDS: Final = re.compile(r"[ \t]*(?:\r?\n|//|\Z)")
_HIDDEN_END: Final = re.compile(
    r"//[ \t]*(\$[\w.]+|\d+(?:\.\d+)?)(?=[ \t]*[-+*/%~|)}\],])[^\n]*[)}\]][ \t]*(?:\r?\n|\Z)"
)
"""A comment that begins with a value and ends with a bracket."""
_HEADER_NAME: Final = re.compile(r"\.[A-Za-z_][\w-]*")
_CONTINUES: Final = re.compile(r"\|(?!\|)|(&&|\|\||[~+*%?:<>]|==|!=|- |/(?!/))")

OPERATORS: Final = frozenset({"ARITHMETIC", "COMPARE", "LOGIC", "MINUS", "QUESTION", "EQ", "COLON", "PIPE", "BANG"})
VALUE_ENDS: Final = frozenset(
    {"STRING", "TRIPLE", "NUMBER", "VAR", "WORD", "MEMBER", "TIMESTAMP", "BARE"}
    | {"RPAR", "RCOND", "RSQUARE", "ROBJECT", "ETICK"}
)
CLOSERS: Final = {"(": ")", "[": "]", "{": "}", "`": "`", "```": "```"}
CLOSING: Final = {
    "LBLOCK": "RBLOCK", "LOBJECT": "ROBJECT", "LSQUARE": "RSQUARE", "LPAR": "RPAR", "LCOND": "RCOND", "BTICK": "ETICK",
}  # fmt: skip
_SCAN: Final = re.compile(r"[()\[\]{}]|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL)
_AFTER_GROUP: Final = re.compile(r"[ \t\r\n]*(?:\)|&&|\|\|)")


class Token:
    """A terminal with its text and place."""

    __slots__ = ("end", "start", "type", "value")

    def __init__(self, type: str, value: str, start: int, end: int) -> None:
        self.type = type
        self.value = value
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"{self.type}({self.value!r})"

    def same(self, other: Token) -> bool:
        """Whether two tokens say the same, wherever they stand."""
        return self.type == other.type and self.value == other.value

    # What Lark reads to place the end of the input.
    line = column = end_line = end_column = 0

    @property
    def start_pos(self) -> int:
        """Where Lark looks for the first offset."""
        return self.start

    @property
    def end_pos(self) -> int:
        """Where Lark looks for the last offset."""
        return self.end


class Comment(NamedTuple):
    """A ``//`` comment; ``own_line`` when nothing stands before it."""

    start: int
    end: int
    own_line: bool


class Open(NamedTuple):
    """An open bracket: which one, its kind (``block``, ``fields``, ``object``, ``list``, ``group``) and offset."""

    bracket: str
    kind: str
    token: int


class Lexed(NamedTuple):
    """The tokens of one document with what is not part of the tree."""

    tokens: list[Token]
    comments: list[Comment]
    broken: bool
    """Whether brackets do not match, so that the tokens make no tree."""


def _as_comment(line: str) -> str:
    """A line of a foreign comment as a comment of the language."""
    return f"// {line.lstrip('#/*').removesuffix('*/').strip()}".rstrip()


def _as_comments(text: str) -> str:
    """A foreign comment, line by line, as comments of the language; its lines stay where they stand."""
    kept: list[str] = []
    for line in text.split("\n"):
        bare = line.strip()
        behind = line[len(line.rstrip("\r")) :]
        kept.append(line[: len(line) - len(line.lstrip())] + _as_comment(bare) + behind)
    return "\n".join(kept)


class Tokenizer:
    """Reads one document of a source. One use each."""

    def __init__(self, pattern: re.Pattern[str], source: Source, start: int, end: int, found: Found) -> None:
        self.match = pattern.match
        self.source = source
        self.text = source.text
        self.at = start
        self.end = end
        self.found = found
        self.tokens: list[Token] = []
        self.comments: list[Comment] = []
        self.broken = False
        self.open: list[Open] = [Open("", "block", 0)]
        self.entry = 0
        """Index of the first token of the current entry of the innermost block."""
        self.entries: list[int] = []
        self.suspect: Token | None = None
        """The brace whose partner stands at another indentation: most likely the one left open."""

    def run(self, kind: str = "block") -> Lexed:
        """All tokens. ``kind`` is what the text is: entries of a ``block``, or a ``group`` (an expression)."""
        self.open[0] = Open("", kind, 0)
        while self._skip_blanks():
            self._next()
        if len(self.open) > 1:
            self.broken = True
            self._unclosed(self.suspect or self.tokens[self.open[-1].token])
        if self.tokens and self.tokens[-1].type == "SEP" and kind == "group":
            self.tokens.pop()
        return Lexed(self.tokens, self.comments, self.broken)

    # ------------------------------------------------------------ blanks, comments, separators

    def _skip_blanks(self) -> bool:
        """Go to the next token; False at the end of the document."""
        text, broken = self.text, False
        if text[self.at : self.at + 1] == " ":  # what stands between most tokens
            self.at += 1
        if text[self.at : self.at + 1] not in _SKIPPED:
            return self.at < self.end
        while self.at < self.end:
            blank = _BLANK.match(text, self.at, self.end)
            if blank:
                self.at = blank.end()
                broken = broken or blank.group(1) is not None
                continue
            char = text[self.at]
            if char == "/" and text.startswith("//", self.at) and not self._in_address():
                if broken or not self._divides():
                    self._comment(broken)
            elif self._at_foreign_comment(char):
                self._foreign_comment()
            else:
                break
        if broken and self.at < self.end:
            self._line_break()
        return self.at < self.end

    def _in_address(self) -> bool:
        """Whether ``//`` belongs to an address without quotes."""
        before = self.tokens[-2:]
        return [token.type for token in before] == ["WORD", "COLON"] and (
            before[0].value in ("http", "https") and before[1].end == self.at
        )

    def _divides(self) -> bool:
        """Whether ``//`` is meant as an operator, since it would hide the end of its braces; it is read as one."""
        last, opener = self.tokens[-1] if self.tokens else None, self.open[-1]
        meant = _HIDDEN_END.match(self.text, self.at, self.end)
        if not meant or last is None or not opener.bracket or not self._is_value_end(last.type):
            return False
        if "\n" in self.text[self.tokens[opener.token].start : self.at]:
            return False
        alone = last.type in ("NUMBER", "VAR") and self.tokens[-2].type in ("EQ", "COLON", "LPAR", "LSQUARE", "SEP")
        left = last.value if alone else "…"
        place = Span(self.source, self.at, self.at + 2)
        self.found.error("syntax", "`//` is no operator, it begins a comment", place,
                         help=f"write ({left} / {meant[1]})|floor")  # fmt: skip
        self.tokens.append(Token("ARITHMETIC", "/", self.at, self.at + 2))
        self.at += 2
        return True

    def _comment(self, own_line: bool) -> None:
        stop = self.text.find("\n", self.at, self.end)
        stop = self.end if stop < 0 else stop
        self.comments.append(Comment(self.at, stop, own_line or not self.tokens))
        if self.open[-1].kind in ("object", "list"):
            self.found.warn(
                "comment-in-literal",
                "a comment inside an object or array is refused by the platform",
                Span(self.source, self.at, stop),
                help="put it above the statement",
            )
        self.at = stop

    def _at_foreign_comment(self, char: str) -> bool:
        if char == "#":
            return not self.tokens or self.tokens[-1].type not in ("EQ", "COLON")
        return char == "/" and self.text.startswith("/*", self.at)

    def _foreign_comment(self) -> None:
        """``# …`` and ``/* … */``, which are no comments here."""
        text, start = self.text, self.at
        mark, beyond = ("\n", 0) if text[start] == "#" else ("*/", 2)
        stop = text.find(mark, start, self.end) + beyond
        self.at = stop if stop >= 2 else self.end
        first_line = text[start : self.at].partition("\n")[0].rstrip()
        shown = "#" if text[start] == "#" else "/* … */"
        alone = not text[self.at : self.end].partition("\n")[0].strip()
        self.found.error(
            "syntax",
            f"`{shown}` is no comment",
            Span(self.source, start, start + len(first_line)),
            help=f"write {_as_comment(first_line)}",
            edits=[Edit(Span(self.source, start, self.at), _as_comments(text[start : self.at]))] if alone else (),
        )

    def _line_break(self) -> None:
        kind = self.open[-1].kind
        if kind == "group" or not self.tokens:
            return
        last = self.tokens[-1].type
        if kind == "fields":
            self._separate()
            return
        if last == "SEP":
            return
        if last in OPERATORS:
            self._after_operator(kind, last)
            return
        going_on = _CONTINUES.match(self.text, self.at, self.end)
        if going_on and self._is_value_end(last):
            if going_on.group(1):
                self._warn_of_continuation(going_on.start(1), going_on.end(1))
            return
        self._separate()

    def _after_operator(self, kind: str, last: str) -> None:
        """A line that ends with an operator: a value goes on, anything else was no value."""
        if kind == "block" and last in ("ARITHMETIC", "COMPARE", "LOGIC", "MINUS", "QUESTION"):
            if self._in_value():
                self._warn_of_continuation(self.tokens[-1].start, self.tokens[-1].end)
            else:
                self._separate()

    def _warn_of_continuation(self, start: int, end: int) -> None:
        self.found.warn(
            "line-continuation",
            "the platform ends a value at the line break",
            Span(self.source, start, end),
            help="put the whole expression on one line or in parentheses",
        )

    def _separate(self) -> None:
        if self.tokens and self.tokens[-1].type not in ("SEP", "LBLOCK", "LOBJECT", "LSQUARE"):
            self._add("SEP", "\n", self.at, self.at)
        self._begin_entry()

    def _begin_entry(self) -> None:
        if self.open[-1].kind in ("block", "fields"):
            self.entry = len(self.tokens)

    def _is_value_end(self, type: str) -> bool:
        return type in VALUE_ENDS and (self._in_value() or self.open[-1].kind != "block")

    def _in_value(self) -> bool:
        """Whether the current entry of a block is ``name = …`` (and not a head)."""
        first = self.tokens[self.entry].type if self.entry < len(self.tokens) else ""
        if first == "BANG" and self.entry + 1 < len(self.tokens):
            first = self.tokens[self.entry + 1].type
        return first == "ATTR"

    # ------------------------------------------------------------ tokens

    def _add(self, type: str, value: str, start: int, end: int) -> None:
        self.tokens.append(Token(type, value, start, end))

    def _take(self, type: str, match: re.Match[str]) -> None:
        start, end = match.span()
        self.tokens.append(Token(type, match.group(), start, end))
        self.at = end

    def _next(self) -> None:
        kind = self.open[-1].kind
        if kind == "block":
            if self._block_word():
                return
        elif kind == "fields":
            if self._field_part():
                return
        elif kind == "object" and self._at_entry():
            found = _KEY.match(self.text, self.at, self.end)
            if found:
                self._take("KEY", found)
                return
        match = self.match(self.text, self.at, self.end)
        if match is None:
            self._unknown_character()
            return
        type = match.lastgroup or ""
        special = self._SPECIAL.get(type)
        if special:
            special(self, match)
        else:
            self._take(type, match)

    def _at_entry(self) -> bool:
        if not self.tokens:
            return True
        before = self.tokens[-2:] if self.tokens[-1].type == "BANG" else self.tokens[-1:]
        return before[0].type in ("SEP", "LBLOCK", "LOBJECT", "BANG")

    def _block_word(self) -> bool:
        """Names that only mean something inside a block: attributes, header paths, the entry after ``}``."""
        last = self.tokens[-1].type if self.tokens else "SEP"
        if last == "RBLOCK" and not self.text.startswith(("as ", "as\t", "}", ","), self.at):
            self._separate()
            last = "SEP"
        if self.text[self.at] not in _BEGINS_NAME or (last not in VALUE_ENDS and not self._at_entry()):
            return False
        found = _ATTRIBUTE.match(self.text, self.at, self.end)
        if found:
            if self._in_value() and last in VALUE_ENDS:
                self._separate()
            self._take("ATTR", found)
            return True
        if last == "WORD" and len(self.tokens) - 1 == self.entry:
            found = _PATH_NAME.match(self.text, self.at, self.end)
            if found:
                self._take("WORD", found)
                return True
        return False

    def _field_part(self) -> bool:
        if self._at_entry():
            match = self.match(self.text, self.at, self.end)
            if match and match.lastgroup == "WORD":
                self._take("TYPE", match)
                return True
            return False
        last = self.tokens[-1].type
        if last == "EQ":
            found = _BARE.match(self.text, self.at, self.end)
            if found and not re.fullmatch(r"\d+(\.\d+)?|[A-Za-z_]\w*", found.group()):
                self._take("BARE", found)
                return True
            return False
        for type, pattern in (("BOUNDS", _BOUNDS), ("FILTERS", _FILTERS)):
            found = pattern.match(self.text, self.at, self.end)
            if found:
                self._take(type, found)
                return True
        return False

    def _word(self, match: re.Match[str]) -> None:
        last = self.tokens[-1].type if self.tokens else "SEP"
        if last in VALUE_ENDS and (self.open[-1].kind != "block" or self._in_value()):
            found = DATABASE_WORDS.match(self.text, self.at, self.end)
            if found and self.open[-1].kind != "fields":
                self._take("COMPARE", found)
                return
        if match.group() == "as" and last != "PIPE" and self.open[-1].kind == "block" and not self._at_entry():
            self._take("AS", match)
        else:
            self._take("WORD", match)

    def _member(self, match: re.Match[str]) -> None:
        if self.tokens and self.tokens[-1].value == ".$http_headers":
            match = _HEADER_NAME.match(self.text, self.at, self.end) or match
        self._take("MEMBER", match)

    def _equals(self, match: re.Match[str]) -> None:
        last = self.tokens[-1].type if self.tokens else ""
        compares = last != "ATTR" and last in VALUE_ENDS and (self._in_value() or self.open[-1].kind == "group")
        self._take("COMPARE" if compares else "EQ", match)

    def _comma(self, match: re.Match[str]) -> None:
        if self.open[-1].kind == "group":
            self._take("COMMA", match)
            return
        if self.tokens and self.tokens[-1].type in ("SEP", "LBLOCK", "LOBJECT", "LSQUARE", ""):
            self._take("COMMA", match)
            return
        if self.open[-1].kind == "fields" or (self.open[-1].kind == "block" and not self._in_value()):
            what = "fields" if self.open[-1].kind == "fields" else "statements"
            span = Span(self.source, match.start(), match.end())
            last_of_line = _LINE_ENDS.match(self.text, match.end(), self.end)
            edits = [Edit(span, "")] if last_of_line else ()
            message, help = f"{what} are separated by line breaks", "remove the comma"
            self.found.error("syntax", message, span, help, edits=edits)
        self._take("SEP", match)
        self._begin_entry()

    # ------------------------------------------------------------ brackets

    def _open(self, bracket: str, kind: str, type: str, match: re.Match[str]) -> None:
        if len(self.open) > MAX_NESTING:
            self.found.error(
                "nesting",
                f"brackets are nested deeper than {MAX_NESTING} levels",
                Span(self.source, match.start(), match.end()),
                help="build the value in several steps",
            )
            self._give_up()
            return
        self.open.append(Open(bracket, kind, len(self.tokens)))
        self._take(type, match)
        if kind in ("block", "fields"):
            self.entries.append(self.entry)
            self.entry = len(self.tokens)

    def _brace(self, match: re.Match[str]) -> None:
        last = self.tokens[-1].type if self.tokens else ""
        kind = self.open[-1].kind
        in_block = kind in ("block", "fields")
        if (
            not in_block
            or last in ("SPREAD", "")
            or (last in OPERATORS and not (kind == "fields" and last == "QUESTION"))
        ):
            self._open("{", "object", "LOBJECT", match)
            return
        word = self._head_word()
        named = word == "mock" and not _FIRST_ATTRIBUTE.match(self.text, match.end(), self.end)
        if named or (word in OBJECT_CLAUSES and _FIRST_KEY.match(self.text, match.end(), self.end)):
            if word != "mock":
                self._without_equals(self.tokens[-1])
            self._open("{", "object", "LOBJECT", match)
        else:
            self._open("{", "fields" if word in FIELD_BLOCKS and kind == "block" else "block", "LBLOCK", match)

    def _without_equals(self, word: Token) -> None:
        """``main { name: … }``: the clause is an object and lacks only its ``=``."""
        span = Span(self.source, word.start, word.end)
        message, help = f"expected `=` behind `{word.value}`", f"write {word.value} = {{ … }}"
        end = Span(self.source, word.end, word.end)
        self.found.error("missing-equals", message, span, help, edits=[Edit(end, " =")])

    def _head_word(self) -> str:
        """The keyword of the current entry when nothing but it stands before the brace."""
        at_entry = self.tokens and len(self.tokens) - 1 == self.entry
        return self.tokens[-1].value if at_entry else ""

    def _square(self, match: re.Match[str]) -> None:
        last = self.tokens[-1].type if self.tokens else ""
        self._open("[", "group" if last in VALUE_ENDS or last == "DOT" else "list", "LSQUARE", match)

    def _paren(self, match: re.Match[str]) -> None:
        if self._opens_condition():
            self._open("(", "group", "LCOND", match)
        else:
            self._open("(", "group", "LPAR", match)

    def _opens_condition(self) -> bool:
        """A head after ``if`` and its kin, and groups inside it that are whole operands of ``&&``, ``||``, ``!``."""
        last = self.tokens[-1] if self.tokens else None
        if last is None:
            return False
        if self.open[-1].kind == "block":
            return last.type == "WORD" and last.value in CONDITION_WORDS
        outer = self.tokens[self.open[-1].token].type if self.open[-1].bracket == "(" else ""
        if outer != "LCOND" or last.type not in ("LCOND", "LOGIC", "BANG"):
            return False
        return self._closes_operand(self.at)

    def _closes_operand(self, at: int) -> bool:
        """Whether the group that opens here is followed by ``)``, ``&&`` or ``||``."""
        depth, text, end = 0, self.text, self.end
        for found in _SCAN.finditer(text, at, end):
            char = found.group()
            if char in "([{":
                depth += 1
            elif char in ")]}":
                depth -= 1
                if depth == 0:
                    after = _AFTER_GROUP.match(text, found.end(), end)
                    return after is not None
        return False

    def _close(self, match: re.Match[str]) -> None:
        innermost = self.open[-1]
        if not innermost.bracket or CLOSERS[innermost.bracket] != match.group():
            self._mismatch(match)
            return
        opener = self.tokens[innermost.token]
        if (
            self.suspect is None
            and innermost.bracket == "{"
            and self._indent(opener.start) > self._indent(match.start())
        ):
            self.suspect = opener
        self._drop()
        self._take(CLOSING[opener.type], match)

    def _indent(self, at: int) -> int:
        """Blanks at the start of the line of an offset."""
        start = self.text.rfind("\n", 0, at) + 1
        space = _SPACE.match(self.text, start)
        return space.end() - start if space else 0

    def _drop(self) -> None:
        closed = self.open.pop()
        if closed.kind in ("block", "fields"):
            self.entry = self.entries.pop()

    def _tick(self, match: re.Match[str]) -> None:
        if self.open[-1].bracket == match.group():
            self._drop()
            self._take("ETICK", match)
        else:
            self._open(match.group(), "group", "BTICK", match)

    # ------------------------------------------------------------ faults

    def _unknown_character(self) -> None:
        char, before = self.text[self.at], self.tokens[-1] if self.tokens else None
        is_apostrophe = char == "'" and before is not None and before.type == "WORD" and before.end == self.at
        if char in "\"'" and not is_apostrophe:
            self._unclosed_text(self.at)
        else:
            self._add("JUNK", char, self.at, self.at + 1)
            self.at += 1

    def _unclosed_text(self, start: int) -> None:
        """A quote without a partner: where the text ends is anybody's guess."""
        stop = self.text.find("\n", start, self.end)
        self._report_text(start, self.end if stop < 0 else stop)
        self._give_up()

    def _report_text(self, start: int, stop: int) -> None:
        quote = self.text[start]
        block = self.text.startswith(quote * 3, start)
        self.found.error(
            "syntax",
            "this text is never closed",
            Span(self.source, start, stop),
            help=f"write {quote * 3} on a line of its own" if block else f"write {self.text[start:stop][:60]}{quote}",
        )

    def _unclosed(self, opener: Token) -> None:
        self.found.error(
            "unclosed",
            f"`{opener.value}` is never closed",
            Span(self.source, opener.start, opener.end),
            help=f"add `{CLOSERS[opener.value]}` where it ends",
        )

    def _surplus(self, match: re.Match[str], does: str = "closes") -> None:
        self.found.error(
            "unmatched",
            f"`{match.group()}` {does} nothing",
            Span(self.source, match.start(), match.end()),
            help="remove it, or open its partner before it" if does == "closes" else "remove it",
        )

    def _mismatch(self, match: re.Match[str]) -> None:
        """A closing bracket that does not fit: nothing after it can be read with confidence."""
        innermost = self.open[-1]
        if innermost.bracket and any(CLOSERS.get(each.bracket) == match.group() for each in self.open):
            self._unclosed(self.tokens[innermost.token])
        else:
            self._surplus(match)
        self._give_up()

    def _give_up(self) -> None:
        self.broken = True
        self.at = self.end
        del self.open[1:]

    _SPECIAL: ClassVar[dict[str, Callable[[Any, re.Match[str]], None]]] = {
        "WORD": _word,
        "MEMBER": _member,
        "EQ": _equals,
        "COMMA": _comma,
        "LBRACE": _brace,
        "LPAR": _paren,
        "LSQUARE": _square,
        "TICK": _tick,
        "RBRACE": _close,
        "RPAR": _close,
        "RSQUARE": _close,
    }
