"""One expression, read while a program runs, to a Python function of the variables around it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import CodeType
from typing import Any, Final, NamedTuple

from xsrun.builtins.catalogue import registry
from xsrun.compile import python as py
from xsrun.compile.context import Context
from xsrun.compile.expressions import Expressions
from xsrun.compile.infer import Ignorance
from xsrun.compile.names import Names
from xsrun.compile.portability import Portability
from xsrun.diagnostics import Diagnostic, Fault, Found, XsError
from xsrun.source import Source, Span
from xsrun.syntax import tree
from xsrun.syntax.parser import parse_expression

NAME: Final = "expression"
"""What the function is called, and the text in messages."""


class Expression(NamedTuple):
    """The code that defines the function ``expression(rt, depth, *inputs, *variables)``, and what it calls."""

    code: CodeType
    imports: dict[str, Callable[..., Any]]


def compile_expression(text: str, inputs: tuple[str, ...], variables: tuple[str, ...]) -> Expression:
    """Compile a text that may read inputs and variables of these names. Raises Fault when it is no expression."""
    try:
        return read_expression(text, inputs, variables)
    except XsError as error:
        wrong = error.diagnostics[0]
        help = f"{wrong.message}; {wrong.help}".rstrip("; ")
        message = "Invalid syntax. Please wrap your filter with parentheses."
        raise Fault("bad-argument", message, help=help) from None


def read_expression(text: str, inputs: tuple[str, ...], variables: tuple[str, ...]) -> Expression:
    """The same for a text whose author reads what is wrong in it. Raises XsError with every fault."""
    source, found = Source(NAME, text), Found()
    node = parse_expression(source, found)
    names = Names(inputs, [])
    for name in variables:
        names.assume(name)
        names.certain.add(name)
    known = registry()
    context = Context(source, found, names, known, {}, set(), Ignorance({}, known, {}, names))
    value = Expressions(context).value(node, strict=True) if node else None
    if node:
        Portability(source, found).check(tree.Document(0, len(text), [node]), [], known)
    errors = [each for each in found.items if each.severity == "error"]
    if value is None or errors:
        raise XsError(errors or [Diagnostic("syntax", "there is no expression", Span(source, 0, len(text)))])
    parameters = py.parameters("rt", "depth", *names.inputs.values(), *map(names.local, variables))
    function = ast.FunctionDef(NAME, parameters, [ast.Return(value)], [])
    module = ast.Module([py.place(function, source, tree.Word(0, len(text), ""))], [])
    py.locate(module)
    return Expression(compile(module, NAME, "exec", dont_inherit=True), context.imports)
