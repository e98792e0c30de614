"""Small faults that are put into a construct to see whether a test notices: one change of its text each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from xsrun.compile.marks import CONTAINERS
from xsrun.compile.reach import is_disabled
from xsrun.diagnostics import Edit
from xsrun.project import Construct
from xsrun.source import Source, Span
from xsrun.syntax import tree
from xsrun.syntax.lexer import Token

OPERATORS: Final = {
    "==": ("!=",), "!=": ("==",), "===": ("!==",), "!==": ("===",),
    "<": (">=", "<="), "<=": (">", "<"), ">": ("<=", ">="), ">=": ("<", ">"),
    "&&": ("||",), "||": ("&&",), "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",),
}  # fmt: skip
"""Operators, and what each is confused with: its opposite, the same with the bound moved, its neighbour."""
COMPARISONS: Final = frozenset({"==", "!=", "===", "!==", "<", "<=", ">", ">="})
UNTESTED: Final = frozenset({"comment", "debug.log", "debug.stop", "test"})
"""Blocks that tell people something, or do not belong to the program."""
UNSEEN: Final = frozenset({"description", "disabled", "mock", "timeout", "tags", "docs"})
"""Attributes that no result depends on: a test waits for nothing, so it sees no timeout."""
HOLDING: Final = frozenset({"switch", "try_catch", "foreach", "for", "while", *CONTAINERS})
"""Statements that hold others; those are dropped one by one."""
ASKING: Final = frozenset({"if", "elseif", "while", "precondition"})
LONGEST: Final = 70
_FILTER: Final = re.compile(r'\|?((?:"(?:[^"\\]|\\.)*"|[^|"])+)')


class Mutant(NamedTuple):
    """One fault."""

    edit: Edit
    rule: str
    """What was done, e.g. ``dropped statement``."""
    at: int
    """Where the statement or clause begins that it belongs to; tests that come by may notice."""

    @property
    def span(self) -> Span:
        """What is changed."""
        return self.edit.span

    @property
    def change(self) -> str:
        """Before and after in one line."""
        return f"{_shown(self.edit.span.text)} -> {_shown(self.edit.text) or 'nothing'}"

    @property
    def text(self) -> str:
        """The whole source with the fault in it, on as many lines as before."""
        source, start, end = self.edit.span
        lines = source.text.count("\n", start, end) - self.edit.text.count("\n")
        return source.text[:start] + self.edit.text + "\n" * lines + source.text[end:]


def mutants(construct: Construct) -> list[Mutant]:
    """The faults for a construct, in the order of its text."""
    making = _Making(construct.source)
    made = [*making.construct(construct.block)]
    return sorted(made, key=lambda each: (each.edit.span.start, each.edit.span.end, each.edit.text))


class _Making:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.at = 0

    def _mutant(self, start: int, end: int, text: str, rule: str) -> Mutant:
        return Mutant(Edit(Span(self.source, start, end), text), rule, self.at)

    def _written(self, node: tree.Node) -> str:
        return self.source.text[node.start : node.end]

    # ------------------------------------------------------------ clauses

    def construct(self, block: tree.Block) -> Iterator[Mutant]:
        self.at = block.keyword_start
        for fields in block.blocks("input"):
            for field in fields.body or ():
                if isinstance(field, tree.Field) and not field.disabled:
                    yield from self._field(field)
        for stack in block.blocks("stack"):
            yield from self._stack(stack)
        response = block.attribute("response")
        if response is not None:
            self.at = response.start
            yield from self._result(response.value)

    def _field(self, field: tree.Field) -> Iterator[Mutant]:
        """A default, and the filters of an input."""
        for bit in field.bits:
            if isinstance(bit, tree.Node):
                yield from self._expression(bit)
            elif isinstance(bit, Token) and bit.type == "FILTERS":
                name, _, written = bit.value.partition("=")
                for found in _FILTER.finditer(written):
                    rest = (written[: found.start()] + written[found.end() :]).lstrip("|")
                    text = f"{name}={rest}" if rest else ""
                    yield self._mutant(bit.start, bit.end, text, "dropped filter")

    # ------------------------------------------------------------ statements

    def _stack(self, block: tree.Block) -> Iterator[Mutant]:
        for entry in block.body or ():
            if isinstance(entry, tree.Block) and _counts(entry):
                yield from self._statement(entry)

    def _statement(self, block: tree.Block) -> Iterator[Mutant]:
        if block.keyword not in CONTAINERS:
            self.at = block.keyword_start
        if block.keyword not in HOLDING:
            yield self._mutant(block.start, block.end, "", f"dropped {block.keyword}")
        for head in block.heads:
            if isinstance(head, tree.Argument | tree.Condition) and head.value is not None:
                yield from (self._condition if block.keyword in ASKING else self._expression)(head.value)
        for entry in block.body or ():
            yield from self._part(block, entry)

    def _part(self, block: tree.Block, entry: tree.Node) -> Iterator[Mutant]:
        """An attribute of a statement, or a block in it."""
        if isinstance(entry, tree.Attribute):
            if entry.name not in UNSEEN and not entry.disabled:
                returns = block.keyword == "return"
                yield from self._result(entry.value) if returns else self._expression(entry.value)
        elif isinstance(entry, tree.Block) and _counts(entry):
            yield from self._inner(entry)

    def _inner(self, block: tree.Block) -> Iterator[Mutant]:
        """A block that belongs to a statement: its own head, then the statements in it."""
        behind = own = self.at
        if block.keyword in ("if", "elseif", "case"):
            self.at = own = block.keyword_start
        if block.keyword in ("if", "elseif"):
            behind = own  # what stands behind comes by where this was asked
        if block.keyword == "else" and any(map(_counts, block.body or ())):
            yield self._mutant(block.start, block.end, "", "dropped else")
        for head in block.heads:
            if isinstance(head, tree.Argument | tree.Condition) and head.value is not None:
                yield from (self._condition if block.keyword in ASKING else self._expression)(head.value)
        yield from self._stack(block)
        self.at = own
        for entry in block.body or ():
            if isinstance(entry, tree.Attribute) and entry.name not in UNSEEN:
                yield from self._expression(entry.value)
        self.at = behind

    # ------------------------------------------------------------ expressions

    def _result(self, value: tree.Node) -> Iterator[Mutant]:
        if not (isinstance(value, tree.Literal) and value.value is None):
            yield self._mutant(value.start, value.end, "null", "no result")
        yield from self._expression(value)

    def _condition(self, node: tree.Node) -> Iterator[Mutant]:
        """The opposite of a condition, where no operator in it has one."""
        inner = node.value if isinstance(node, tree.Group | tree.Backtick) else node
        compares = isinstance(inner, tree.Operation) and inner.operator in COMPARISONS
        if not compares and not (isinstance(inner, tree.Prefixed) and inner.operator == "!"):
            yield self._mutant(node.start, node.end, f"!({self._written(node)})", "opposite")
        yield from self._expression(node)

    def _expression(self, node: tree.Node) -> Iterator[Mutant]:
        for each in node.walk():
            make = _MUTATIONS.get(type(each))
            if make is not None:
                yield from make(self, each)

    def _operation(self, node: tree.Operation) -> Iterator[Mutant]:
        end = node.at + len(node.operator)
        if self.source.text[node.at : end] == node.operator:
            for other in OPERATORS.get(node.operator, ()):
                yield self._mutant(node.at, end, other, "other operator")

    def _not(self, node: tree.Prefixed) -> Iterator[Mutant]:
        if node.operator == "!":
            yield self._mutant(node.start, node.end, self._written(node.operand), "opposite")

    def _ternary(self, node: tree.Ternary) -> Iterator[Mutant]:
        condition = node.condition
        inner = condition.value if isinstance(condition, tree.Group) else condition
        if not (isinstance(inner, tree.Operation) and inner.operator in COMPARISONS):
            text = self._written(condition)
            negated = f"(!{text})" if text.startswith("(") else f"(!({text}))"
            yield self._mutant(condition.start, condition.end, negated, "opposite")

    def _chain(self, node: tree.Chain) -> Iterator[Mutant]:
        for each in node.filters:
            if not each.disabled and node.subject is not None:
                yield self._mutant(each.start, each.end, "", "dropped filter")

    def _literal(self, node: tree.Literal) -> Iterator[Mutant]:
        value = node.value
        if isinstance(value, bool):
            yield self._mutant(node.start, node.end, "false" if value else "true", "other constant")
        elif isinstance(value, str):
            yield self._mutant(node.start, node.end, '""' if value else '"xsrun"', "other constant")
        elif isinstance(value, int | float):
            for other in (value + 1, value - 1):
                yield self._mutant(node.start, node.end, str(other), "other constant")


_MUTATIONS: Final[dict[type[tree.Node], Callable[..., Iterator[Mutant]]]] = {
    tree.Operation: _Making._operation,
    tree.Prefixed: _Making._not,
    tree.Ternary: _Making._ternary,
    tree.Chain: _Making._chain,
    tree.Literal: _Making._literal,
}


def _counts(entry: tree.Node) -> bool:
    """Whether a statement does something that a test might notice."""
    return isinstance(entry, tree.Block) and entry.keyword not in UNTESTED and not is_disabled(entry)


def _shown(text: str) -> str:
    """A text in one line, shortened."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
