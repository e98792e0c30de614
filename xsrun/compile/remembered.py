"""Whether a variable holds a list, asked once an assignment and not once a use.

An update out of range turns a list into an object, so code for positions asks ``type(v) is list`` at
every use. Uses are many and assignments few: the answer is kept in a local beside the variable.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from xsrun.compile import python as py


def remember_lists(function: ast.FunctionDef, locals_of_lists: Iterable[str]) -> None:
    """Keep the answer for those of the variables that are asked about inside loops."""
    maybe = set(locals_of_lists)
    wanted = maybe & _asked_in_loops(function) if maybe else maybe
    if wanted:
        _Remember(wanted).visit(function)
        unknown = [py.assign(_flag(name), py.constant(False)) for name in sorted(wanted)]
        function.body[:0] = unknown


def _flag(name: str) -> str:
    return f"l{name[1:]}"


def _asked_in_loops(function: ast.FunctionDef) -> set[str]:
    return {
        asked
        for loop in ast.walk(function)
        if isinstance(loop, ast.For | ast.While)
        for node in ast.walk(loop)
        if (asked := _asked(node))
    }


def _asked(node: ast.AST) -> str:
    """The variable of ``type(v) is list``, else ``""``."""
    if not isinstance(node, ast.Compare) or not isinstance(node.left, ast.Call) or len(node.ops) != 1:
        return ""
    call, right = node.left, node.comparators[0]
    is_type = isinstance(call.func, ast.Name) and call.func.id == "type" and isinstance(node.ops[0], ast.Is)
    is_list = isinstance(right, ast.Name) and right.id == "list"
    subject = call.args[0] if call.args else None
    return subject.id if is_type and is_list and isinstance(subject, ast.Name) else ""


class _Remember(ast.NodeTransformer):
    def __init__(self, wanted: set[str]) -> None:
        self.wanted = wanted
        self.depth = 0
        self.seen: set[int] = set()
        """Statements that were visited: some stand in two places."""

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        """A statement once, an expression wherever it stands."""
        if isinstance(node, ast.stmt):
            if id(node) in self.seen:
                return node
            self.seen.add(id(node))
        made: ast.AST | list[ast.stmt] = super().visit(node)
        return made

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function inside has the variables as parameters and no answers: it goes on asking."""
        if self.depth:
            return node
        self.depth += 1
        self.generic_visit(node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """The answer in place of the question."""
        asked = _asked(node)
        if asked in self.wanted:
            return ast.copy_location(py.load(_flag(asked)), node) if hasattr(node, "lineno") else py.load(_flag(asked))
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        """A new value, a new answer."""
        self.generic_visit(node)
        target = node.targets[0]
        if not isinstance(target, ast.Name) or target.id not in self.wanted:
            return node
        answer = py.assign(_flag(target.id), py.is_(py.call("type", py.load(target.id)), py.load("list")))
        return [node, py.copy_place(answer, node)]
