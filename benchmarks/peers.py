"""The same programs under other runtimes for scripts and queries, where they are installed."""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import twins
from compute import PROGRAMS, program
from measuring import Bar, Plan, Row, cpu, geometric_mean, in_turn, ratio
from twins import TWINS

import xsrun

Program = Callable[[int], Any]

IN_PLACE: Final = {"+=": operator.add, "-=": operator.sub}
RECORDS: Final = 2000
QUERY: Final = '$sum($[status = "paid" and price >= 100].(price * amount))'


def peers(plan: Plan) -> list[Row]:
    """How many times the CPU time of xsrun each peer takes; above 1 it is slower."""
    return [
        _scripts(plan, "asteval", "asteval", _asteval, Bar(">=", 90)),
        _scripts(plan, "RestrictedPython", "RestrictedPython", _restricted, Bar(">=", 1)),
        _jsonata(plan),
    ]


def _scripts(plan: Plan, name: str, module: str, prepare: Callable[[], dict[str, Program]], bar: Bar) -> Row:
    subject = f"{name} / xsrun, geometric mean of the eight"
    if find_spec(module) is None:
        return Row("peers", subject, None, bar, "not installed")
    project, theirs, ratios = xsrun.load(PROGRAMS), prepare(), []
    for each, (twin, size) in TWINS.items():
        run, ours = theirs[each], program(project, each)
        assert run(size) == twin(size), f"{each} differs under {name}"
        costs = in_turn(
            {"theirs": cpu(partial(run, size)), "ours": cpu(partial(ours, size))},
            min(plan.rounds, 3),
        )
        ratios.append(ratio(costs["theirs"], costs["ours"]))
    return Row("peers", subject, geometric_mean(ratios), bar)


def _jsonata(plan: Plan) -> Row:
    subject, bar = f"jsonata-python / xsrun, a query of {RECORDS:,} records", Bar(">=", 100)
    if find_spec("jsonata") is None:
        return Row("peers", subject, None, bar, "not installed")
    orders = twins.orders_of(RECORDS)
    project, expression = xsrun.load(PROGRAMS), import_module("jsonata").Jsonata(QUERY)
    assert project.call("query", {"orders": orders}).value == expression.evaluate(orders), "the query differs"
    costs = in_turn(
        {
            "theirs": cpu(lambda: expression.evaluate(orders)),
            "ours": cpu(lambda: project.call("query", {"orders": orders})),
        },
        min(plan.rounds, 5),
    )
    return Row("peers", subject, ratio(costs["theirs"], costs["ours"]), bar)


def _source() -> str:
    """The twins without annotations and imports, which the peers do not take."""
    plain: list[ast.stmt] = []
    for statement in ast.parse(inspect.getsource(twins)).body:
        constant = isinstance(statement, ast.AnnAssign) and isinstance(statement.value, ast.Constant)
        if constant or isinstance(statement, ast.FunctionDef):
            plain.append(statement)
    return ast.unparse(ast.fix_missing_locations(_Bare().visit(ast.Module(plain, []))))


class _Bare(ast.NodeTransformer):
    """Takes annotations off."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """``x: int = 1`` as ``x = 1``."""
        assert node.value is not None
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function without types."""
        node.returns = None
        for argument in node.args.args:
            argument.annotation = None
        return self.generic_visit(node)


def _asteval() -> dict[str, Program]:
    interpreter = import_module("asteval").Interpreter()
    interpreter(_source(), raise_errors=True)
    return {name: interpreter.symtable[name] for name in TWINS}


def _restricted() -> dict[str, Program]:
    restricted, guards = import_module("RestrictedPython"), import_module("RestrictedPython.Guards")
    namespace: dict[str, Any] = {
        **restricted.safe_globals,
        "__builtins__": {**restricted.safe_globals["__builtins__"], "sum": sum, "max": max, "sorted": sorted},
        "_getiter_": iter,
        "_getitem_": operator.getitem,
        "_write_": lambda target: target,
        "_inplacevar_": lambda sign, target, value: IN_PLACE[sign](target, value),
        "_iter_unpack_sequence_": guards.guarded_iter_unpack_sequence,
        "_unpack_sequence_": guards.guarded_unpack_sequence,
    }
    exec(restricted.compile_restricted(_source(), "twins", "exec"), namespace)
    return {name: namespace[name] for name in TWINS}
