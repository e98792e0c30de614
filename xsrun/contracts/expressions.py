"""What is known of the value of an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from xsrun import values
from xsrun.contracts.answers import compared, looked_at
from xsrun.contracts.changes import changed
from xsrun.contracts.known import (
    UNKNOWN,
    Entry,
    Items,
    Known,
    Record,
    Something,
    Text,
    bounded,
    choice,
    concat,
    constant,
    exact,
    kinds_of,
    member,
    merged,
    replaced,
)
from xsrun.source import Source, Span
from xsrun.syntax import tree

BOOLEAN: Final = Something(frozenset({"boolean"}))
NUMBER: Final = Something(frozenset({"number"}))

COMPARING: Final = frozenset({"==", "!=", "===", "!==", "<", "<=", ">", ">="})

ENV: Final = frozenset({"text"})


class Scope:
    """What a function sees at one moment: its inputs and variables, by name."""

    def __init__(self, source: Source, inputs: Mapping[str, Known], variables: Mapping[str, Known]) -> None:
        self.source = source
        self.inputs = inputs
        self.variables = dict(variables)

    def copy(self) -> Scope:
        """The same moment, to go on from in another way."""
        return Scope(self.source, self.inputs, self.variables)

    def value(self, node: tree.Node) -> Known:
        """What is known of an expression, and where the value is written.

        Comparisons with the status of an answer are noted on its request.
        """
        read = READERS.get(type(node))
        if read is None:
            return UNKNOWN
        found = bounded(read(self, node))
        return found if found.at else replaced(found, self.span(node))

    def span(self, node: tree.Node) -> Span:
        """The place of a node."""
        return node.span(self.source)

    def truth(self, node: tree.Node) -> bool | None:
        """Whether a condition holds, None when that depends on the run."""
        known, value = exact(self.value(node))
        return values.truth(value) if known else None

    def read(self, name: str) -> Known:
        """A variable; one that nothing has set is null."""
        return self.variables.get(name, UNKNOWN)


def _path(scope: Scope, node: tree.Path) -> Known:
    base, steps = node.base, node.steps
    value: Known
    if not isinstance(base, tree.Variable):
        value = scope.value(base)
    elif base.name in ("input", "var", "env") and isinstance(steps[0], tree.Member):
        value, steps = _root(scope, base.name, steps[0].name), steps[1:]
    else:
        value = scope.read(base.name)
    for step in steps:
        key = step.name if isinstance(step, tree.Member) else exact(scope.value(step.key))[1]
        value = member(value, str(key)) if isinstance(key, str | int) else UNKNOWN
    return value


def _root(scope: Scope, kind: str, name: str) -> Known:
    if kind == "env":
        return Something(ENV, f"$env.{name}")
    return scope.read(name) if kind == "var" else scope.inputs.get(name, UNKNOWN)


def _variable(scope: Scope, node: tree.Variable) -> Known:
    if node.name == "input":
        return Record({name: Entry(value) for name, value in scope.inputs.items()})
    return scope.read(node.name)


def _object(scope: Scope, node: tree.ObjectLiteral) -> Known:
    parts: list[Known] = []
    for each in node.pairs:
        if isinstance(each, tree.Spread):
            parts.append(scope.value(each.value))
        elif not each.disabled:
            known, key = exact(scope.value(each.computed)) if each.computed else (True, each.key)
            value = scope.value(each.value)
            parts.append(Record({str(key): Entry(value)}) if known else Record({}, closed=False))
    return merged(parts)


def _list(scope: Scope, node: tree.ListLiteral) -> Known:
    entries: list[Entry] = []
    closed = True
    for each in node.items:
        value = scope.value(each.value if isinstance(each, tree.Spread) else each)
        looked_at(value)
        if not isinstance(each, tree.Spread):
            entries.append(Entry(value))
        elif isinstance(value, Items):
            entries += value.entries
            closed = closed and value.closed
        else:
            closed = False
    return Items(tuple(entries), closed)


def _chain(scope: Scope, node: tree.Chain) -> Known:
    value = scope.value(node.subject) if node.subject else UNKNOWN
    for each in node.filters:
        if not each.disabled:
            arguments = [scope.value(argument) for argument in each.arguments]
            for given in (value, *arguments):
                looked_at(given, each.name)
            value = changed(each.name, value, arguments)
    return value


def _operation(scope: Scope, node: tree.Operation) -> Known:
    left, right = scope.value(node.left), scope.value(node.right)
    if node.operator == "~":
        return concat((left, right))
    if node.operator in ("??", "?:", "||") and not _is_logic(left, right):
        return changed("first_notnull" if node.operator == "??" else "first_notempty", left, [right])
    if node.operator in COMPARING:
        compared(left, node.operator, right, scope.span(node))
        return _judged(left, node.operator, right)
    looked_at(left)
    looked_at(right)
    return BOOLEAN if node.operator in ("&&", "||") else UNKNOWN


def _is_logic(left: Known, right: Known) -> bool:
    """Whether both are truth values, of which ``||`` makes another one."""
    return all(kinds and kinds <= {"boolean", "null"} for kinds in map(kinds_of, (left, right)))


def _judged(left: Known, operator: str, right: Known) -> Known:
    (known, a), (also, b) = exact(left), exact(right)
    if known and also and type(a) is type(b) and operator in ("==", "===", "!=", "!=="):
        return constant((a == b) == (operator[0] == "="))
    return BOOLEAN


def _ternary(scope: Scope, node: tree.Ternary) -> Known:
    holds = scope.truth(node.condition)
    chosen, other = scope.value(node.chosen), scope.value(node.other)
    return choice((chosen, other)) if holds is None else chosen if holds else other


def _prefixed(scope: Scope, node: tree.Prefixed) -> Known:
    known, value = exact(scope.value(node.operand))
    if node.operator == "!":
        return constant(not values.truth(value)) if known else BOOLEAN
    return constant(-value) if known and type(value) in (int, float) and node.operator == "-" else NUMBER


def _cast(scope: Scope, node: tree.Cast) -> Known:
    return Text((str(node.text.value),)) if node.type == "text" else UNKNOWN


READERS: Final[Mapping[type[tree.Node], Callable[[Scope, Any], Known]]] = {
    tree.Literal: lambda _, node: constant(node.value),
    tree.Word: lambda _, node: constant(node.name) if node.name != "now" else NUMBER,
    tree.Variable: _variable,
    tree.Path: _path,
    tree.ObjectLiteral: _object,
    tree.ListLiteral: _list,
    tree.Chain: _chain,
    tree.Operation: _operation,
    tree.Ternary: _ternary,
    tree.Prefixed: _prefixed,
    tree.Cast: _cast,
    tree.Group: lambda scope, node: scope.value(node.value),
    tree.Backtick: lambda scope, node: scope.value(node.value),
    tree.Condition: lambda scope, node: scope.value(node.value),
    tree.Argument: lambda scope, node: scope.value(node.value) if node.value else UNKNOWN,
}
