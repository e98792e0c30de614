"""Expressions that are text until the run reads them (``to_expr``): through the compiler, like all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from xsrun.compile.expression import NAME, Expression, compile_expression, read_expression
from xsrun.diagnostics import Diagnostic, Fault, XsError
from xsrun.effects.ports import World
from xsrun.faults import fault_of
from xsrun.hints import Any
from xsrun.runtime.frame import Limits, Run
from xsrun.runtime.run import innermost
from xsrun.runtime.support import NAMESPACE, too_deep
from xsrun.source import Source


class Scope:
    """The inputs and variables around a place in a program."""

    def __init__(self, run: Run, depth: int, inputs: dict[str, Any], variables: dict[str, Any]) -> None:
        self.run = run
        self.depth = depth
        self.inputs = inputs
        self.variables = variables

    def evaluate(self, text: str) -> Any:
        """The value of a text as an expression. Raises Fault."""
        if self.depth >= self.run.deepest:
            too_deep(self.run)
        function = _function(text, tuple(self.inputs), tuple(self.variables))
        return function(self.run, self.depth + 1, *self.inputs.values(), *self.variables.values())


def evaluate(text: str, variables: Mapping[str, Any], world: World) -> Any:
    """The value of a text as an expression. Raises XsError with places in the text."""
    function = _defined(read_expression(text, (), tuple(variables)))
    try:
        return function(Run(world, (), world.env, {}, Limits()), 1, *variables.values())
    except (Fault, TypeError) as error:
        fault = fault_of(error)
        span = fault.span or innermost(Source(NAME, text), error.__traceback__)
        raise XsError([Diagnostic(fault.code, fault.message, span, help=fault.help)]) from fault


@lru_cache(1000)
def _function(text: str, inputs: tuple[str, ...], variables: tuple[str, ...]) -> Callable[..., Any]:
    return _defined(compile_expression(text, inputs, variables))


def _defined(made: Expression) -> Callable[..., Any]:
    namespace = {**NAMESPACE, **made.imports, "__builtins__": {}}
    exec(made.code, namespace)
    return namespace[NAME]  # type: ignore[no-any-return]
