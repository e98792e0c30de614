"""Setting variables and places in them, in place where the variable owns what it holds.

Lists and objects are values. A variable that is updated in place has an *ownership bit*: set when it
gets a list or object nobody else holds, cleared wherever another holder may arise. An update copies
once when the bit is clear, and sets it. A row inside is changed in place when its reference count
shows no holder but the outer list.
"""

from __future__ import annotations

import ast
from typing import Final

from xsrun.compile import fast, growth
from xsrun.compile import python as py
from xsrun.compile.calls import Arguments
from xsrun.compile.context import Context, Evaluator
from xsrun.compile.names import mentions, place_steps, root_name
from xsrun.compile.rows import CellUpdate
from xsrun.compile.types import CONTAINER, INTEGER, LIST, OBJECT, POSITION, TEXT, Type
from xsrun.diagnostics import nearest
from xsrun.syntax import tree

Step = tree.Member | tree.Index
APPENDS: Final = frozenset({"push", "append"})


class Updates:
    """Assignments of one function."""

    def __init__(self, context: Context, expressions: Evaluator, arguments: Arguments) -> None:
        self.context = context
        self.expressions = expressions
        self.arguments = arguments
        self.checks: dict[str, list[tuple[ast.If, ast.expr | None]]] = {}
        """Where the ownership of a variable is looked at."""
        self.clouded: set[str] = set()
        """Variables that may ever hold something shared; the others need no look."""

    def finish(self) -> None:
        """Complete what is only known at the end of the function."""
        for name, looks in self.checks.items():
            if name not in self.clouded and name not in self.context.names.doubtful:
                for look, or_else in looks:
                    look.test = py.constant(False) if or_else is None else or_else

    def bit(self, name: str) -> str:
        """The ownership bit of a variable that some statement changes in place."""
        assert name in self.context.tracked, name
        return self.context.names.bit(name)

    # ------------------------------------------------------------ storing

    def store(self, target: tree.Node, value: ast.expr, fresh: bool = False) -> list[ast.stmt]:
        """Set a variable, or the place in it that a path leads to."""
        names = self.context.names
        name, steps = root_name(target), place_steps(target)
        if name not in names.declared:
            return self.unknown(name, target)
        if steps:
            return self.update(name, steps, value, target)
        names.certain.add(name)
        local = names.local(name)
        made: list[ast.stmt] = [] if isinstance(value, ast.Name) and value.id == local else [py.assign(local, value)]
        if name in self.context.tracked:
            made.append(py.assign(self.bit(name), py.constant(True)) if fresh else self.shared(name))
        return made

    def unknown(self, name: str, target: tree.Node) -> list[ast.stmt]:
        """A target that no statement declares: reported, and a fault when it is reached."""
        near = nearest(name, self.context.names.declared)
        self.context.warn(
            "unknown-variable",
            f"no statement sets `${name}`",
            target,
            help=f"did you mean `${near}`?" if near else f"set it before, e.g. var ${name} {{ value = … }}",
        )
        return [py.expression(py.call("missing_variable", py.constant(name)))]

    def current(self, name: str) -> ast.expr:
        """The value of a variable that is about to be changed."""
        names = self.context.names
        if name in names.certain:
            return py.load(names.local(name))
        names.doubtful.add(name)
        return py.call("checked", py.load(names.local(name)), py.constant(name))

    def owning(self, name: str, wanted: ast.expr | None = None, or_else: ast.expr | None = None) -> ast.stmt:
        """Make the variable own its list or object; ``wanted`` converts it on the way.

        ``or_else`` is a further reason to convert.
        """
        local, bit = self.context.names.local(name), self.bit(name)
        copied = py.assign(local, py.call("own", wanted if wanted is not None else self.current(name)))
        shared: ast.expr = py.not_(py.load(bit))
        if or_else is not None:
            shared = ast.BoolOp(ast.Or(), [shared, or_else])
        made = py.if_(shared, [copied, py.assign(bit, py.constant(True))])
        self.checks.setdefault(name, []).append((made, or_else))
        return made

    def shared(self, name: str) -> ast.stmt:
        """Note that the variable may no longer be the only holder."""
        self.clouded.add(name)
        return py.assign(self.bit(name), py.constant(False))

    # ------------------------------------------------------------ places in variables

    def update(self, name: str, steps: list[Step], value: ast.expr, target: tree.Node) -> list[ast.stmt]:
        """Set a place one or more steps into a variable."""
        keys = [self._key(step) for step in steps]
        known = self.context.types.variables.get(name, Type(0)) if name in self.context.names.certain else Type(0)
        if known.may(CONTAINER) and len(steps) <= 2:
            return self._in_place(name, steps, keys, value, target, known)
        made = self._general(name, keys, value, py.load(self.bit(name)), target)
        return [made, py.assign(self.bit(name), py.constant(True))]

    def _general(
        self, name: str, keys: list[ast.expr], value: ast.expr, owned: ast.expr, target: tree.Node
    ) -> ast.stmt:
        if len(keys) == 1:
            made = py.call("put", self.current(name), keys[0], value, owned)
        else:
            made = py.call("put_path", self.current(name), ast.Tuple(keys, ast.Load()), value, owned)
        py.place(made, self.context.source, target)
        return py.assign(self.context.names.local(name), made)

    def _in_place(
        self, name: str, steps: list[Step], keys: list[ast.expr], value: ast.expr, target: tree.Node, known: Type
    ) -> list[ast.stmt]:
        """The same for a known list or object: straight assignments, and the general way when they do not fit."""
        made: list[ast.stmt] = []
        local = self.context.names.local(name)
        keys = [self.held(key, made, local) for key in keys]
        value = self.held(value, made, local)
        made.append(self.owning(name))
        general = self._general(name, keys, value, py.constant(True), target)
        base = py.load(local)
        if len(steps) == 1:
            return [*made, *self._assigned(base, keys[0], self._key_type(steps[0]), value, known, [], general)]
        row = self.context.temporary()
        made.append(py.assign(row, fast.element(self.context, base, keys[0], known, self._key_type(steps[0]))))
        inner, alone = Type(CONTAINER), _alone(py.load(row))
        made += self._assigned(py.load(row), keys[1], self._key_type(steps[1]), value, inner, [alone], general)
        return [*made, py.assign(row, py.constant(None))]

    def _assigned(
        self,
        base: ast.expr,
        key: ast.expr,
        key_type: Type,
        value: ast.expr,
        known: Type,
        tests: list[ast.expr],
        general: ast.stmt,
    ) -> list[ast.stmt]:
        """``base[key] = value`` under the tests that make it right, else the general way."""
        store: ast.stmt = ast.Assign([ast.Subscript(base, key, ast.Store())], value)
        if key_type.only(TEXT):
            tests = [*([] if known.only(OBJECT) else [fast.is_a(base, "dict")]), *tests]
        elif key_type.may(INTEGER):
            tests = [*self._positions(base, key, key_type, known), *tests]
        else:
            return [general]
        if not tests:
            return [store]
        return [py.if_(fast.all_of(tests), [store], [general])]

    def held(self, value: ast.expr, made: list[ast.stmt], changed: str) -> ast.expr:
        """A value that can be read several times while a variable changes."""
        if fast.is_simple(value) and not (isinstance(value, ast.Name) and value.id == changed):
            return value
        name = self.context.temporary()
        made.append(py.assign(name, value))
        return py.load(name)

    def _key(self, step: Step) -> ast.expr:
        if isinstance(step, tree.Index):
            return self.expressions.value(step.key)
        if step.name.startswith("$"):
            return self.expressions.value(tree.Variable(step.start, step.end, step.name[1:]))
        return py.constant(step.name)

    def _key_type(self, step: Step) -> Type:
        if isinstance(step, tree.Index):
            return self.context.types.of(step.key)
        return Type(TEXT) if not step.name.startswith("$") and not step.name.isdecimal() else Type(0)

    def cell(self, found: CellUpdate, one_by_one: list[list[ast.stmt]]) -> list[ast.stmt] | None:
        """A cell of a table in place, else by the three statements ``one_by_one``; None where that may never be right.

        The first statement is done when the row is there; the other two become one when nobody else holds it.
        """
        names, types = self.context.names, self.context.types
        table, row = found.table.name, found.row.name
        known = types.variables.get(table, Type(0))
        keys = [types.of(found.row_key), types.of(found.cell_key)]
        if table not in names.certain or row not in names.declared:
            return None
        if not known.may(LIST) or not all(key.may(INTEGER) for key in keys):
            return None
        if mentions(found.cell, table) and types.of(found.cell).may(CONTAINER):
            return None
        value = self.expressions.value(found.cell, strict=found.strict)
        row_key, cell_key = self.expressions.value(found.row_key), self.expressions.value(found.cell_key)
        held, whole = py.load(names.local(row)), py.load(names.local(table))
        there = self.context.temporary()
        in_table = fast.all_of(self._positions(whole, row_key, keys[0], known))
        in_row = [py.load(there), *self._positions(held, cell_key, keys[1], Type(CONTAINER)), _alone(held)]
        taken: list[ast.stmt] = [
            py.assign(names.local(row), ast.Subscript(whole, row_key, ast.Load())),
            self.shared(row),
        ]
        changed: list[ast.stmt] = [ast.Assign([ast.Subscript(held, cell_key, ast.Store())], value)]
        return [
            self.owning(table),
            py.assign(there, in_table),
            py.if_(py.load(there), taken, one_by_one[0]),
            py.if_(fast.all_of(in_row), changed, [*one_by_one[1], *one_by_one[2]]),
        ]

    def _positions(self, base: ast.expr, key: ast.expr, key_type: Type, known: Type) -> list[ast.expr]:
        """The tests that ``key`` is a position in the list ``base``, not counted from the end."""
        return [
            *([] if known.only(LIST) else [fast.is_a(base, "list")]),
            *([] if key_type.only(POSITION) else [fast.is_a(key, "int")]),
            fast.inside(base, key, key_type),
        ]

    # ------------------------------------------------------------ updates written as assignments

    def grown(self, target: tree.Node, value: tree.Node) -> list[ast.stmt] | None:
        """``$x = $x|push:…``, ``|merge:[…]`` and ``$x = $x ~ …`` done in place; None when it is something else."""
        name = root_name(target)
        if place_steps(target) or name not in self.context.names.certain:
            return None
        known = self.context.types.variables.get(name, Type(0))
        if known.only(TEXT):
            return self._longer_text(name, value)
        if not (isinstance(value, tree.Chain) and _is_variable(value.subject, name)):
            return None
        if len(value.filters) == 1 and value.filters[0].name == "set" and known.may(CONTAINER):
            return self._replaced(name, value.filters[0])
        return self._longer_list(name, value) if known.only(LIST) else None

    def _replaced(self, name: str, each: tree.Filter) -> list[ast.stmt] | None:
        """``$x = $x|set:key:value``."""
        if each.disabled or len(each.arguments) != 2 or any(mentions(node, name) for node in each.arguments):
            return None
        if any(isinstance(node, tree.Variable) and node.name in ("$", "this") for node in each.walk()):
            return None
        made: list[ast.stmt] = []
        path, value = (self.held(self.expressions.value(node), made, "") for node in each.arguments)
        local = self.context.names.local(name)
        replaced = py.place(py.call("replaced", py.load(local), path, value), self.context.source, each)
        return [*made, self.owning(name), py.assign(local, replaced)]

    def _longer_text(self, name: str, value: tree.Node) -> list[ast.stmt] | None:
        if not isinstance(value, tree.Operation) or not _is_variable(_first_operand(value), name):
            return None
        with self.context.passing():
            pieces = self.expressions.pieces(value)[1:]
        local = self.context.names.local(name)
        added = ast.JoinedStr([each.made for each in pieces])
        made: list[ast.stmt] = [ast.AugAssign(ast.Name(local, ast.Store()), ast.Add(), added)]
        return made if all(each.short for each in pieces) else [*made, growth.demand(local)]

    def _longer_list(self, name: str, value: tree.Chain) -> list[ast.stmt] | None:
        added: list[tree.Node] = []
        for each in value.filters:
            if each.disabled or len(each.arguments) != 1:
                return None
            argument = each.arguments[0]
            if each.name in APPENDS:
                added.append(argument)
            elif each.name == "merge" and isinstance(argument, tree.ListLiteral):
                if any(isinstance(item, tree.Spread) for item in argument.items):
                    return None
                added += argument.items
            else:
                return None
        if any(mentions(node, name) for node in added):
            return None
        local = py.load(self.context.names.local(name))
        values = [self.expressions.value(each) for each in added]
        if len(values) == 1:
            grown = py.call(py.attribute(local, "append"), values[0])
        else:
            grown = py.call(py.attribute(local, "extend"), ast.List(values, ast.Load()))
        return [self.owning(name), py.expression(grown)]


def _first_operand(node: tree.Node) -> tree.Node:
    """``a`` of ``a ~ b ~ c``."""
    while isinstance(node, tree.Operation) and node.operator == "~":
        node = node.left
    return node


def _alone(row: ast.expr) -> ast.expr:
    """Whether a row has no other holder than its list."""
    return ast.Compare(py.call("getrefcount", row), [ast.LtE()], [py.load("ALONE")])


def _is_variable(node: tree.Node | None, name: str) -> bool:
    return isinstance(node, tree.Variable) and node.name == name
