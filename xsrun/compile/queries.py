"""Database expressions to plans, which ``data.plans`` describes (database.md section 5, expressions.md section 8.12).

What no column takes part in is an ordinary expression: it is evaluated before the query, and the plan has its number.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

from xsrun.compile import python as py
from xsrun.compile.context import StackCompiler
from xsrun.data.plans import ARITHMETIC, FILTERS, OPERATORS, Plan, Signature
from xsrun.data.tables import Column, Table, holds_json
from xsrun.diagnostics import fold, nearest
from xsrun.source import Span
from xsrun.syntax import tree

NOTHING: Final[Plan] = ("and",)
"""Stands for a condition in which something is wrong, which was reported."""


class Queries:
    """Compiles the database expressions of one statement.

    ``tables`` are the tables it sees by alias, the first of them the one that it is about; None for one that is not
    there, which was reported. ``given`` are the expressions whose values its plans number.
    """

    def __init__(self, stack: StackCompiler, tables: Mapping[str, Table | None]) -> None:
        self.stack = stack
        self.context = stack.context
        self.tables = dict(tables)
        self.given: list[ast.expr] = []

    @property
    def main(self) -> str:
        """The alias of the table that the statement is about."""
        return next(iter(self.tables))

    def value(self, node: tree.Node, strict: bool = True) -> int:
        """The number of a value that is evaluated before the query."""
        self.given.append(self.stack.expressions.value(node, strict=strict))
        return len(self.given) - 1

    def values(self) -> ast.expr:
        """The tuple of all values, evaluated in the order in which they stand."""
        return ast.Tuple(list(self.given), ast.Load())

    # ------------------------------------------------------------ conditions

    def condition(self, node: tree.Node) -> Plan:
        """A condition on rows."""
        if isinstance(node, tree.Group | tree.Backtick):
            return self.condition(node.value)
        if not self._is_calculated(node):
            self.given.append(self.stack.expressions.condition(node))
            return ("given", len(self.given) - 1)
        if isinstance(node, tree.Prefixed) and node.operator == "!":
            return ("not", self.condition(node.operand))
        if isinstance(node, tree.Operation):
            if node.operator in ("&&", "||"):
                return self._joined("and" if node.operator == "&&" else "or", node)
            if node.operator.removesuffix("?") in OPERATORS:
                return self._test(node)
        return ("truth", self.expression(node))

    def _joined(self, kind: str, node: tree.Operation) -> Plan:
        left, right = self.condition(node.left), self.condition(node.right)
        return (kind, *(left[1:] if left[0] == kind else (left,)), *(right[1:] if right[0] == kind else (right,)))

    def _test(self, node: tree.Operation) -> Plan:
        optional = node.operator.endswith("?")
        sides = [self.expression(side, strict=not optional) for side in (node.left, node.right)]
        return ("test", node.operator, *sides)

    # ------------------------------------------------------------ expressions

    def expression(self, node: tree.Node, strict: bool = True) -> Plan:
        """An expression whose value is different for every row."""
        if isinstance(node, tree.Group | tree.Backtick) and self._is_calculated(node):
            return self.expression(node.value, strict)
        if not self._is_calculated(node):
            return ("value", self.value(node, strict))
        if isinstance(node, tree.Path) and isinstance(node.base, tree.Variable) and node.base.name == "db":
            return self._column(node)
        if isinstance(node, tree.Chain) and node.subject is not None:
            return self._chain(node, FILTERS)
        if isinstance(node, tree.Operation):
            return self._operation(node)
        if isinstance(node, tree.Prefixed) and node.operator == "!":
            return ("condition", self.condition(node))
        self._refuse(node)
        return ("value", self._null())

    def _is_calculated(self, node: tree.Node) -> bool:
        """Whether the database calculates an expression: one of a row, or with a filter that it alone has."""
        return mentions_rows(node) or any(isinstance(each, tree.Filter) and self._is_its(each) for each in node.walk())

    def _is_its(self, node: tree.Filter) -> bool:
        return node.name in FILTERS and node.name not in self.context.registry.filters

    def _null(self) -> int:
        self.given.append(py.constant(None))
        return len(self.given) - 1

    def _refuse(self, node: tree.Node) -> None:
        shown = f"write a column, e.g. $db.{self.main}.id, with operators and filters of database expressions"
        self.context.error("misplaced-db", "the database cannot calculate this", node, help=shown)

    def _operation(self, node: tree.Operation) -> Plan:
        operator = node.operator
        if operator in ("&&", "||") or (operator.removesuffix("?") in OPERATORS and operator != "~"):
            return ("condition", self.condition(node))
        left, right = self.expression(node.left), self.expression(node.right)
        if operator in ARITHMETIC:
            return ("calc", operator, left, right)
        if operator == "~":
            return ("filter", "concat", left, (right,))
        if operator == "??":
            return ("filter", "coalesce", left, (right,))
        self._refuse(node)
        return left

    def _chain(self, node: tree.Chain, known: Mapping[str, Signature]) -> Plan:
        assert node.subject is not None
        filters = node.filters
        if mentions_rows(node.subject):
            made = self.expression(node.subject)
        else:  # The filters of the language that stand first give a value: "now"|to_timestamp|timestamp_add_days:1
            first = next((at for at, each in enumerate(filters) if self._is_its(each)), 0)
            before = tree.Chain(node.start, filters[first - 1].end, node.subject, filters[:first]) if first else None
            made, filters = self.expression(before or node.subject), filters[first:]
        for each in filters:
            if not each.disabled:
                made = self.filter(each, made, known)
        return made

    def filter(self, node: tree.Filter, made: Plan, known: Mapping[str, Signature] = FILTERS) -> Plan:
        """A filter of a database expression."""
        place = Span(self.context.source, node.name_start, node.name_start + len(node.name))
        if node.name not in known:
            near = nearest(node.name, known)
            message = f"`{node.name}` is no filter of database expressions"
            shown = f"did you mean `{near}`?" if near else "use it on the side that has no $db, or after the query"
            self.context.error("unknown-filter", message, place, help=shown)
            return made
        signature, count = known[node.name], len(node.arguments)
        if count < signature.least:
            self.context.error(
                "missing-argument", f"`{node.name}` needs {signature.least - count} more argument", place
            )
            return made
        if 0 <= signature.most < count:
            self.context.error("too-many-arguments", f"`{node.name}` takes {signature.most} at most", place)
            return made
        return ("filter", node.name, made, tuple(self.expression(each) for each in node.arguments))

    # ------------------------------------------------------------ columns

    def _column(self, node: tree.Path) -> Plan:
        names = [self._name(step) for step in node.steps]
        alias, rest = self._alias(names[0], node), names[1:]
        steps = node.steps[1:]
        if alias not in self.tables or (not rest and self._has(self.main, alias)):
            if not self._has(self.main, alias) and rest:
                self._no_alias(alias, node)
                return ("column", self.main, "id", ())
            alias, rest, steps = self.main, names, node.steps
        if not rest:
            self.context.error("unknown-column", f"`$db.{alias}` names no column", node, help=f"write $db.{alias}.id")
            return ("column", self.main, "id", ())
        return self._found(alias, rest, node, steps)

    def _alias(self, name: str, node: tree.Node) -> str:
        """The alias that is meant: that of a joined table for its name, or one that differs in case or underscores."""
        if name in self.tables or self._has(self.main, name):
            return name
        meant = [each for each, table in self.tables.items() if table is not None and table.name == name]
        meant = meant or [each for each in self.tables if fold(each) == fold(name)]
        if len(meant) != 1:
            return name
        if meant[0].isidentifier():  # Others cannot be written as they are: exports have nav_fix for nav-fix.
            shown = f"write $db.{meant[0]}"
            self.context.warn("not-portable", f"the query knows `{name}` as `{meant[0]}`", node, help=shown)
        return meant[0]

    def _has(self, alias: str, name: str) -> bool:
        table = self.tables[alias]
        return table is None or table.column(name) is not None

    def _name(self, step: tree.Member | tree.Index) -> str:
        if isinstance(step, tree.Member):
            return step.name
        if isinstance(step.key, tree.Literal) and isinstance(step.key.value, str | int):
            return str(step.key.value)
        self.context.error("not-constant", "a path into a column consists of literals", step.key)
        return ""

    def _no_alias(self, alias: str, node: tree.Node) -> None:
        near = nearest(alias, self.tables)
        shown = f"did you mean `$db.{near}`?" if near else f"here there are {', '.join(self.tables)}"
        self.context.error("unresolved-table", f"the query has no table `{alias}`", node, help=shown)

    def _found(self, alias: str, names: list[str], node: tree.Node, steps: list[tree.Member | tree.Index]) -> Plan:
        table, path = self.tables[alias], tuple(names[1:])
        column = self.column(table, names[0], steps[0] if steps else node) if table else None
        if column is not None and path and not holds_json(column):
            message = f"`{column.name}` is {column.type} and holds nothing below it"
            self.context.error("unknown-column", message, node, help=f"write $db.{alias}.{column.name}")
            path = ()
        return ("column", alias, names[0], path)

    def named(self, name: str, place: tree.Node) -> Plan:
        """A column by a name as `sort` has it: `age`, `person.age`, `address.city`."""
        alias, *path = name.split(".")
        if alias not in self.tables or not path:
            alias, path = self.main, [alias, *path]
        table = self.tables[alias]
        if table is not None:
            self.column(table, path[0], place)
        return ("column", alias, path[0], tuple(path[1:]))

    def column(self, table: Table, name: str, place: tree.Node | Span, shown: bool = False) -> Column | None:
        """The column of a table; its absence is reported.

        It is no error for one that is only ``shown``: the platform leaves it out.
        """
        found = table.column(name)
        if found is None:
            names = [each.name for each in table.columns]
            near = nearest(name, names)
            help = f"did you mean `{near}`?" if near else f"it has {', '.join(names)}"
            report = self.context.warn if shown else self.context.error
            report("unknown-column", f"the table `{table.name}` has no column `{name}`", place, help=help)
        return found


def mentions_rows(node: tree.Node) -> bool:
    """Whether a column takes part in an expression."""
    return any(isinstance(each, tree.Variable) and each.name == "db" for each in node.walk())
