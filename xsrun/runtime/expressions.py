"""Expressions that are text until the run reads them (``to_expr``): through the compiler, like all others."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from xsrun.compile.expression import NAME, compile_expression
from xsrun.hints import Any
from xsrun.runtime.frame import Run
from xsrun.runtime.support import NAMESPACE, too_deep


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


@lru_cache(1000)
def _function(text: str, inputs: tuple[str, ...], variables: tuple[str, ...]) -> Callable[..., Any]:
    made = compile_expression(text, inputs, variables)
    namespace = {**NAMESPACE, **made.imports, "__builtins__": {}}
    exec(made.code, namespace)
    return namespace[NAME]  # type: ignore[no-any-return]
