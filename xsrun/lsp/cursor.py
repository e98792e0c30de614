"""What may be written at a place of a text: decided by the tokens before it alone, so that it may be unfinished."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

from xsrun.diagnostics import Found
from xsrun.lsp.symbols import CALLS, CLAUSE_CALLS, TABLE_STATEMENTS
from xsrun.source import Source
from xsrun.syntax import tree
from xsrun.syntax.lexer import Open, Token
from xsrun.syntax.parser import parse_expression
from xsrun.syntax.prefix import before, is_open_text
from xsrun.syntax.recovery import begin_of, open_brackets, regions

ENTRY_STARTS: Final = frozenset({"SEP", "LBLOCK", "LOBJECT", "LSQUARE"})
"""Tokens behind which an entry or element begins."""
TYPED: Final = frozenset({"WORD", "VAR", "MEMBER", "ATTR", "KEY", "TYPE", "FILTERS", "JUNK", "STRING"})
"""Tokens that may be written on when the cursor stands right behind them."""
VALUE_STARTS: Final = frozenset(
    {"EQ", "COLON", "ARITHMETIC", "MINUS", "COMPARE", "LOGIC", "QUESTION", "LPAR", "LCOND", "LSQUARE", "SPREAD"}
    | {"COMMA", "BANG", "BTICK"}
)
"""Tokens behind which a value begins."""
MARK: Final = "xsrun_cursor"
"""What stands for the filter that is being written."""


class Around(NamedTuple):
    """A bracket around the cursor: ``block``, ``fields``, ``object``, ``list`` or ``group``, and what it belongs to."""

    kind: str
    name: str
    """The keyword of a block, the name of the attribute or key before an object or list."""
    callee: str = ""
    """The first text or word in the head of a block."""


class Cursor(NamedTuple):
    """What is being written at a place."""

    kind: str
    """``filter``, ``variable``, ``member``, ``value``, ``construct``, ``clause``, ``block`` (what stands in a block of
    a construct), ``type``, ``input-filter``, ``callee``, ``table``, ``key``, ``env-name``, ``error-type``, ``""``."""
    start: int
    """Where the word begins that is being written."""
    word: str = ""
    around: tuple[Around, ...] = ()
    """What stands around the cursor, outermost first."""
    detail: str = ""
    """Of a callee its kind, of a member the path before it."""
    subject: tree.Chain | None = None
    """What a filter is written behind, with the unfinished filter as its last."""
    variables: tuple[str, ...] = ()
    """What is set before the cursor, in a text that may be too broken to make a tree."""
    inputs: tuple[str, ...] = ()
    """What is declared before the cursor as an input."""

    @property
    def owner(self) -> Around:
        """The innermost bracket around; of kind ``document`` where there is none."""
        return self.around[-1] if self.around else Around("document", "")


def cursor_at(source: Source, offset: int) -> Cursor:
    """What may be written at an offset."""
    prefix = before(source, offset)
    tokens = prefix.tokens
    if prefix.in_comment:
        return Cursor("", offset)
    typed = tokens[-1] if tokens and tokens[-1].end == offset and tokens[-1].type in TYPED else None
    if typed is not None and typed.type == "STRING" and not is_open_text(typed):
        return Cursor("", offset)
    around = tuple(_around(tokens, each) for each in prefix.opened)
    start = typed.start if typed else offset
    cursor = Cursor("", start, typed.value if typed else "", around, "", None, *_declared(tokens))
    return _Tokens(source, tokens, typed, cursor).cursor()


def _declared(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The variables and inputs that stand among tokens."""
    variables: dict[str, None] = {}
    inputs: dict[str, None] = {}
    for last, token in pairwise(tokens):
        if token.type == "VAR" and (last.type == "AS" or (last.type == "WORD" and last.value == "var")):
            variables[token.value[1:]] = None
        elif token.type == "WORD" and last.type in ("TYPE", "BOUNDS", "QUESTION"):
            inputs[token.value] = None
    return (*variables,), (*inputs,)


def _around(tokens: list[Token], opened: Open) -> Around:
    at = opened.token
    if tokens[at].type == "LBLOCK":
        first = begin_of(tokens, at)
        first += tokens[first].type == "BANG"
        heads = [token for token in tokens[first + 1 : at] if token.type in ("WORD", "STRING")]
        callee = heads[0].value.strip("\"'") if heads else ""
        return Around(opened.kind, tokens[first].value, callee)
    named = tokens[at - 2] if at >= 2 and tokens[at - 1].type in ("EQ", "COLON") else tokens[at - 1]
    return Around(opened.kind, named.value.strip("\"'") if at else "")


class _Tokens:
    """Decides by the tokens before the word that is being written."""

    def __init__(self, source: Source, tokens: list[Token], typed: Token | None, cursor: Cursor) -> None:
        self.source = source
        self.tokens = tokens[:-1] if typed else tokens
        self.typed = typed
        self.found = cursor

    def before(self, back: int = 1) -> Token:
        """A token before the word; one of type ``SEP`` where there is none."""
        return self.tokens[-back] if len(self.tokens) >= back else Token("SEP", "", 0, 0)

    def cursor(self) -> Cursor:
        """What may be written."""
        typed = self.typed.type if self.typed else ""
        if typed == "STRING":
            return self._text()
        if typed == "FILTERS":
            return self._input_filter()
        if typed == "VAR" or (typed == "JUNK" and self.found.word == "$"):
            return self.found._replace(kind="variable")
        if typed == "JUNK":
            return self.found
        if typed == "MEMBER" or self.before().type == "DOT":
            return self._member()
        if self.before().type == "PIPE" or (self.before().type == "BANG" and self.before(2).type == "PIPE"):
            return self._filter()
        if self._is_entry():
            return self.found._replace(kind=self._entry())
        return self._inside()

    def _is_entry(self) -> bool:
        last = self.before(2) if self.before().type == "BANG" else self.before()
        return last.type in ENTRY_STARTS or (last.type == "RBLOCK" and self._on_new_line(last))

    def _on_new_line(self, last: Token) -> bool:
        return "\n" in self.source.text[last.end : self.found.start]

    # ------------------------------------------------------------ texts

    def _text(self) -> Cursor:
        """A text that is not closed yet: names stand in quotes in many places."""
        found = self.found._replace(start=self.found.start + 1, word=self.found.word[1:])
        owner, last, name = found.owner, self.before(), self.before(2).value.strip("\"'")
        if owner.kind == "list" and owner.name == "env":
            return found._replace(kind="env-name")
        if last.type == "WORD":
            return self._head(found, last.value)
        if last.type == "COLON" and name == "name" and owner.name in CLAUSE_CALLS:
            return found._replace(kind="callee", detail="function")
        if last.type == "EQ" and name in ("table", "error_type"):
            return found._replace(kind="table" if name == "table" else "error-type")
        return found

    def _head(self, found: Cursor, keyword: str) -> Cursor:
        """The name in the head of a statement."""
        if keyword in CALLS:
            return found._replace(kind="callee", detail=CALLS[keyword])
        return found._replace(kind="table") if TABLE_STATEMENTS.match(keyword) else found

    def _input_filter(self) -> Cursor:
        """``filters=trim|lo``: the name behind the last ``|`` or ``=``."""
        word = self.found.word
        at = max(word.rfind("|"), word.rfind("="), word.rfind(":")) + 1
        blanks = len(word[at:]) - len(word[at:].lstrip())
        if word[at - 1 : at] == ":":
            return self.found
        return self.found._replace(kind="input-filter", start=self.found.start + at + blanks, word=word[at + blanks :])

    # ------------------------------------------------------------ values

    def _member(self) -> Cursor:
        """A name behind a dot, and the path before it."""
        word = self.found.word.lstrip(".").lstrip()
        at = len(self.tokens) - (1 if self.typed is None or self.typed.type != "MEMBER" else 0)
        begin = at
        while begin > 0 and self.tokens[begin - 1].type == "MEMBER":
            begin -= 1
        if not begin or self.tokens[begin - 1].type != "VAR":
            return self.found
        path = "".join(token.value for token in self.tokens[begin - 1 : at])
        start = self.found.start + len(self.found.word) - len(word)
        return self.found._replace(kind="member", start=start, word=word, detail=path)

    def _filter(self) -> Cursor:
        """A filter, and the value it is written behind."""
        pipe = len(self.tokens) - (1 if self.before().type == "PIPE" else 2)
        opened = open_brackets(self.tokens, pipe)
        region = next(regions(self.tokens, opened, pipe, pipe))
        begin = region.start + (self.tokens[region.start].type == "BANG")
        if [token.type for token in self.tokens[begin : begin + 2]] in (["ATTR", "EQ"], ["KEY", "COLON"]):
            begin += 2
        return self.found._replace(kind="filter", subject=self._chain(begin, pipe))

    def _chain(self, begin: int, pipe: int) -> tree.Chain | None:
        """The chain that ends with the pipe, as a tree; None when what stands before it makes no sense."""
        text = self.source.text[self.tokens[begin].start : self.tokens[pipe].end] + MARK
        parsed = parse_expression(Source("", text), Found())
        for node in parsed.walk() if parsed else ():
            if isinstance(node, tree.Chain) and node.filters[-1].name == MARK:
                return node
        return None

    # ------------------------------------------------------------ structure

    def _entry(self) -> str:
        """What an entry of the innermost bracket may be."""
        owner = self.found.owner
        if owner.kind == "document":
            return "construct"
        if owner.kind == "fields":
            return "type"
        if owner.kind == "object":
            return "key"
        if owner.kind in ("list", "group"):
            return "value"
        if len(self.found.around) == 1:
            return "clause"
        return "block"

    def _inside(self) -> Cursor:
        """In the middle of an entry."""
        last = self.before()
        if last.type in VALUE_STARTS:
            return self.found._replace(kind="value")
        first = begin_of(self.tokens, len(self.tokens))
        first += first < len(self.tokens) and self.tokens[first].type == "BANG"
        if last.type == "WORD" and first == len(self.tokens) - 1:
            return self._head(self.found, last.value)
        return self.found
