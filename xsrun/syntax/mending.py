"""Reading a document that has faults: each one is reported and left out, and reading goes on from its entry.

The state of the parser is kept at the beginning of every entry that is open, so that a fault costs
the reading of one entry again, not of the whole document.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from lark import Tree
from lark.exceptions import UnexpectedToken

from xsrun.diagnostics import Found
from xsrun.source import Source
from xsrun.syntax import tree
from xsrun.syntax.lalr import END
from xsrun.syntax.lexer import Token
from xsrun.syntax.mistakes import explain
from xsrun.syntax.recovery import CLOSERS, OPENERS, open_brackets, without
from xsrun.syntax.tables import parser

MAX_FAULTS: Final = 100


class Mark(NamedTuple):
    """The state of the parser before token ``at``, with the brackets that are open there."""

    at: int
    states: list[int]
    values: list[Any]
    opened: list[int]


def mended(tokens: list[Token], source: Source, found: Found) -> tree.Document:
    """The document without the parts that make no sense; empty when there are too many of them."""
    return _Mending(tokens, source, found).run()


def explained(tokens: list[Token], source: Source, found: Found) -> None:
    """Report what is wrong with tokens that should be an expression."""
    reading = parser().parse_interactive([], start="expr")
    for at, token in enumerate([*tokens, END]):
        try:
            reading.feed_token(token)  # type: ignore[arg-type]
        except UnexpectedToken:
            explain(reading.accepts, tokens, open_brackets(tokens, at), at, source, found)
            return


class _Mending:
    def __init__(self, tokens: list[Token], source: Source, found: Found) -> None:
        self.parser = parser().parse_interactive([], start="document")
        self.tokens = tokens
        self.source = source
        self.found = found
        self.opened: list[int] = []
        self.marks = [self._mark(0)]
        """One for every block that is open, outermost first."""

    def run(self) -> tree.Document:
        at = faults = 0
        while True:
            try:
                if at == len(self.tokens):
                    end = self.tokens[-1] if self.tokens else Token("SEP", "", 0, 0)
                    document: tree.Document = self.parser.feed_eof(end)  # type: ignore[no-untyped-call]
                    return document
                self._feed(at)
                at += 1
            except UnexpectedToken:
                faults += 1
                if faults == MAX_FAULTS:
                    return tree.Document(0, 0, [])
                at = self._mend(at)

    def _feed(self, at: int) -> None:
        token = self.tokens[at]
        self.parser.feed_token(token)  # type: ignore[arg-type]
        if token.type in OPENERS:
            self.opened.append(at)
        elif token.type in CLOSERS and self.tokens[self.opened.pop()].type == "LBLOCK":
            self.marks.pop()
        if token.type == "LBLOCK":
            self.marks.append(self._mark(at + 1))
        elif token.type == "SEP" and (not self.opened or self.tokens[self.opened[-1]].type == "LBLOCK"):
            self.marks[-1] = self._mark(at + 1)

    def _mend(self, at: int) -> int:
        """Report the fault at a token and replace it. Gives back the token to read on from."""
        first, last = explain(self.parser.accepts, self.tokens, self.opened, at, self.source, self.found)
        self.tokens, start = without(self.tokens, self.opened, first, last, self.source)
        while self.marks[-1].at > start:
            self.marks.pop()
        mark = self.marks[-1]
        self._restore(mark)
        return mark.at

    def _mark(self, at: int) -> Mark:
        state = self.parser.parser_state
        return Mark(at, list(state.state_stack), list(map(_copied, state.value_stack)), list(self.opened))

    def _restore(self, mark: Mark) -> None:
        state = self.parser.parser_state
        state.state_stack[:] = mark.states
        state.value_stack[:] = map(_copied, mark.values)
        self.opened = list(mark.opened)


def _copied(value: Any) -> Any:
    """A value of the stack; the parser adds to the children of repetitions in place."""
    return Tree(value.data, list(value.children)) if type(value) is Tree else value
