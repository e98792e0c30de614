"""`addon` of database statements, and the form that calls one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from xsrun.compile import python as py
from xsrun.compile.callees import Signature
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.functions import bound_to, call_of, callee_of
from xsrun.compile.forms.record import Stack, form
from xsrun.data import statements
from xsrun.diagnostics import nearest
from xsrun.syntax import tree

KEYS: Final = ("name", "input", "as", "output", "addon")
ROW: Final = "output"
"""The variable that stands for what an addon is for: a row, or an element of a list in it."""
ELEMENT: Final = "$this"
"""What ``$output`` is written with where it is an element."""


@form(
    "addon.call",
    'db.add person { data = {name: "Ada"} }\naddon.call "named" { input = {name: "Ada"} } as $r -> [{"id":1}]',
    head='"name"',
    optional=("input",),
)
def _addon_call(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run the query of an addon of the folder and bind what it gives."""
    made = call_of(stack, block, callee_of(stack, block, "addon"))
    if made is not None:
        asked = stack.context.builtin(statements.asked)
        made = py.place(py.call(asked, py.load("rt"), made, py.load("depth")), stack.context.source, block)
    return bound_to(stack, block, made)


def addons_of(stack: StackCompiler, block: tree.Block) -> tuple[ast.expr | None, list[str]]:
    """The addons of a statement as an expression, and where in a row their values go."""
    found = block.attribute("addon")
    if found is None or tree.is_broken(found):
        return None, []
    reader = _Reader(stack)
    made = reader.read(found.value)
    return made, reader.places


class _Reader:
    def __init__(self, stack: StackCompiler) -> None:
        self.stack = stack
        self.context = stack.context
        self.places: list[str] = []

    def read(self, node: tree.Node) -> ast.expr:
        """A tuple of addons: `[{name, input, as, output, addon}]`, or the older object by `as`, or by their names."""
        parts = list(self._entries(node))
        self.places = [place for _, place in parts]
        return ast.Tuple([made for made, _ in parts], ast.Load())

    def _entries(self, node: tree.Node) -> Iterator[tuple[ast.expr, str]]:
        if isinstance(node, tree.ListLiteral):
            for each in node.items:
                yield from self._entry(each, "")
        elif isinstance(node, tree.ObjectLiteral) and any(
            isinstance(each, tree.Pair) and each.key == "name" for each in node.pairs
        ):
            yield from self._entry(node, "")
        elif isinstance(node, tree.ObjectLiteral):
            for pair in node.pairs:
                if isinstance(pair, tree.Pair) and not pair.disabled:
                    yield from self._entry(pair.value, pair.key)
        else:
            shown = 'write addon = [{name: "…", input: {id: $output.id}, as: "…"}]'
            self.context.error("bad-clause", "`addon` is a list of objects", node, help=shown)

    def _entry(self, node: tree.Node, named: str) -> Iterator[tuple[ast.expr, str]]:
        if not isinstance(node, tree.ObjectLiteral):
            self.context.error("bad-clause", "an addon is an object", node, help='write {name: "…", input: {…}}')
            return
        parts = {each.key: each for each in node.pairs if isinstance(each, tree.Pair) and not each.disabled}
        for key, pair in parts.items():
            if key not in KEYS:
                near = nearest(key, KEYS)
                shown = f"did you mean `{near}`?" if near else f"it takes {', '.join(KEYS)}"
                self.context.error("unknown-clause", f"an addon has no `{key}`", pair, help=shown)
        name = self._text(parts.get("name")) or named
        callee = self._callee(name, parts["name"].value if "name" in parts else node)
        if callee is None:
            return
        written = self._text(parts.get("as")) or (named if "name" in parts else "")
        place = (written or f"_{name}").removeprefix("items.")
        inner = _Reader(self.stack).read(parts["addon"].value) if "addon" in parts else ast.Tuple([], ast.Load())
        given = self._inputs(parts["input"].value) if "input" in parts else ast.Dict([], [])
        output = py.constant(tuple(self._names(parts["output"]))) if "output" in parts else py.constant(None)
        taken = ast.Lambda(py.parameters(self._row), given)
        each = py.constant("input" in parts and any(map(_is_element, parts["input"].walk())))
        yield ast.Tuple([py.constant(callee.number), py.constant(place), output, taken, inner, each], ast.Load()), place

    _row = "row"

    def _inputs(self, node: tree.Node) -> ast.expr:
        """The inputs of an addon, in which ``$output`` is the row."""
        context = self.context
        outer, context.named = context.named, {**context.named, ROW: self._row}
        with context.general():
            made = self.stack.expressions.value(node)
        context.named = outer
        return made

    def _callee(self, name: str, place: tree.Node) -> Signature | None:
        known = self.context.callees.get("addon", {})
        if name in known:
            return known[name]
        if not name:
            self.context.error("missing-name", "an addon needs its name", place, help='add name: "…"')
            return None
        near = nearest(name, known)
        shown = f'did you mean "{near}"?' if near else "add addon/….xs that declares it"
        self.context.error("unresolved-function", f"there is no addon `{name}`", place, help=shown)
        return None

    def _text(self, pair: tree.Pair | None) -> str:
        if pair is None:
            return ""
        if isinstance(pair.value, tree.Word):
            return pair.value.name
        if isinstance(pair.value, tree.Literal) and isinstance(pair.value.value, str):
            return pair.value.value
        self.context.error("not-constant", f"`{pair.key}` is a literal", pair.value, help=f'write {pair.key}: "…"')
        return ""

    def _names(self, pair: tree.Pair) -> Iterator[str]:
        items = pair.value.items if isinstance(pair.value, tree.ListLiteral) else []
        if not items:
            self.context.error("bad-clause", "`output` is a list of names", pair, help='write output: ["id"]')
        for each in items:
            if isinstance(each, tree.Literal) and isinstance(each.value, str):
                yield each.value


def _is_element(node: tree.Node) -> bool:
    """Whether it is ``$output.$this``."""
    if not isinstance(node, tree.Path) or not isinstance(node.base, tree.Variable) or node.base.name != ROW:
        return False
    return isinstance(node.steps[0], tree.Member) and node.steps[0].name == ELEMENT
