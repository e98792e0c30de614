"""What says something else than its author meant: operators that bind tighter than they look, answers of requests
read by names of other programs, code in quotes, sums of inputs that may be left out.

One pass over the tree of each construct. Like the order of statements it matters to no run, so only ``check`` asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from xsrun.builtins.catalogue import registry
from xsrun.builtins.registry import LAZY
from xsrun.compile.context import Findings
from xsrun.compile.fields import Fields
from xsrun.compile.names import root_name
from xsrun.diagnostics import Found
from xsrun.project import STACK_KINDS, Construct, Folder
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.types.fields import ABSENT

COMPARES: Final = frozenset({"==", "!=", "===", "!==", "<", "<=", ">", ">="})
CALCULATES: Final = frozenset({"+", "-", "*", "/", "%"})
NEVER_NULL: Final = COMPARES | CALCULATES | {"~", "&&"}
"""Operators whose result is never null, and which bind tighter than ``??``."""

CODE: Final = "code"
ENDS: Final = re.compile(r"\b(?:return|throw)\b")
"""How JavaScript gives something back, or does not come to it."""

REQUEST: Final = "api.request"
_BODY, _STATUS, _HEADERS = "response.result", "response.status", "response.headers"
ANSWER: Final[dict[tuple[str, ...], str]] = {
    ("response", "body"): _BODY, ("response", "data"): _BODY, ("response", "json"): _BODY,
    ("response", "code"): _STATUS, ("response", "status_code"): _STATUS, ("response", "statusCode"): _STATUS,
    ("body",): _BODY, ("data",): _BODY, ("result",): _BODY,
    ("status",): _STATUS, ("status_code",): _STATUS, ("code",): _STATUS, ("headers",): _HEADERS,
}  # fmt: skip
"""Where people look in what a request gives back, and where it stands (http.md section 5)."""


def check_slips(folder: Folder) -> None:
    """Report the slips in every construct with a stack."""
    for each in folder.constructs:
        if each.kind in STACK_KINDS:
            Slips(each, folder.found).check()


class Slips(Findings):
    """Looks at one construct after the other kinds of nodes in it."""

    def __init__(self, construct: Construct, found: Found) -> None:
        super().__init__(construct.source, found)
        self.block = construct.block
        self.answers = _answers(construct.block)
        self.omitted = self._unguarded()

    def check(self) -> None:
        """Report what there is to say."""
        for node in self.block.walk():
            look = _LOOKS.get(type(node))
            if look:
                look(self, node)

    def _text(self, node: tree.Node | None) -> str:
        return self.span(node).text if node else ""

    # ------------------------------------------------------------ operators

    def _operation(self, node: tree.Operation) -> None:
        if node.operator == "??":
            self._default(node)
        elif node.operator in COMPARES:
            self._negated(node)
        elif node.operator in CALCULATES:
            self._omitted(node)

    def _default(self, node: tree.Operation) -> None:
        left, right = node.left, node.right
        if isinstance(left, tree.Operation) and left.operator in NEVER_NULL:
            inner = f"({self._text(left.right)} ?? {self._text(right)})"
            self.warn(
                "precedence", f"`{left.operator}` binds tighter than `??`, so the default is never taken", node,
                help=f"write {self._text(left.left)} {left.operator} {inner}",
            )  # fmt: skip
        elif isinstance(right, tree.Operation) and right.operator in NEVER_NULL:
            inner = f"({self._text(left)} ?? {self._text(right.left)})"
            self.warn(
                "precedence", f"`{right.operator}` binds tighter than `??`, so it is a part of the default", node,
                help=f"write {inner} {right.operator} {self._text(right.right)}, or ?? ({self._text(right)})",
            )  # fmt: skip

    def _negated(self, node: tree.Operation) -> None:
        left, right = node.left, node.right
        is_boolean = isinstance(right, tree.Literal) and isinstance(right.value, bool)
        if isinstance(left, tree.Prefixed) and left.operator == "!" and not is_boolean:
            inner = f"({self._text(left.operand)} {node.operator} {self._text(right)})"
            self.warn("precedence", f"`!` binds tighter than `{node.operator}`", node, help=f"write !{inner}")

    def _ternary(self, node: tree.Ternary) -> None:
        condition = node.condition
        joined = (
            condition.left if isinstance(condition, tree.Operation) and condition.operator in COMPARES else condition
        )
        if isinstance(joined, tree.Operation) and joined.operator == "~":
            chosen = Span(self.source, joined.right.start, node.end).text
            self.warn(
                "precedence", "`~` binds tighter than `?`, so the whole text is the condition", node,
                help=f"write {self._text(joined.left)} ~ ({chosen})",
            )  # fmt: skip

    def _omitted(self, node: tree.Operation) -> None:
        """types.md section 4: an optional input without a default is null when it is left out."""
        for side in (node.left, node.right):
            name = _input_name(side)
            if name in self.omitted:
                self.warn(
                    "omitted-input", f"`$input.{name}` is null when it is left out, which `{node.operator}` refuses",
                    side, help=f"give it a default, e.g. {name}?=0, or write ($input.{name} ?? 0)",
                )  # fmt: skip

    def _unguarded(self) -> set[str]:
        """The optional inputs without a default that nothing asks about before they are used."""
        declared = self.block.block("input")
        if declared is None:
            return set()
        fields = Fields(Findings(self.source, Found()), {}).read(declared)
        names = {each.name for each in fields if each.optional and each.default is ABSENT}
        for node in self.block.walk() if names else ():
            asked: list[tree.Node] = []
            if isinstance(node, tree.Condition):
                asked = [node.value]
            elif isinstance(node, tree.Ternary):
                asked = [node.condition]
            elif isinstance(node, tree.Operation) and node.operator in ("??", "?:"):
                asked = [node.left]
            names -= {_input_name(each) for part in asked for each in part.walk()}
        return names

    # ------------------------------------------------------------ answers and code

    def _path(self, node: tree.Path) -> None:
        name = node.base.name if isinstance(node.base, tree.Variable) else ""
        if name not in self.answers:
            return
        members = tuple(step.name if isinstance(step, tree.Member) else "" for step in node.steps[:2])
        wrong = members if members in ANSWER else members[:1]
        if wrong in ANSWER:
            shown = ".".join(wrong)
            place = Span(self.source, node.start, node.steps[len(wrong) - 1].end)
            self.warn(
                "missing-path", f"what `{REQUEST}` gives has no `{shown}`", place, help=f"write ${name}.{ANSWER[wrong]}"
            )

    def _filter(self, node: tree.Filter) -> None:
        """filters.tsv: an expression in quotes is a text, the same for every element."""
        record = registry().filters.get(node.name)
        for param, argument in zip(record.params if record else (), node.arguments, strict=False):
            is_text = isinstance(argument, tree.Literal) and isinstance(argument.value, str)
            if param.kind is LAZY and is_text and record and not record.name.startswith("lambda"):
                message = f"`{node.name}` runs an expression per element, and this text is none"
                self.warn("quoted-expression", message, argument, help=f"write |{node.name}:$$.name, without quotes")
            if param.name == CODE and record and record.name.startswith("lambda"):
                swapped = argument is not node.arguments[0]
                shown = f'|{node.name}:0:"return …", the value to begin with first' if swapped else '"return …"'
                self._javascript(node.name, argument, shown)

    def _block(self, node: tree.Block) -> None:
        code = node.attribute(CODE) if node.keyword == "api.lambda" and node.binding else None
        if code is not None:
            self._javascript(node.keyword, code.value, '"return …"')

    def _javascript(self, owner: str, code: tree.Node, shown: str) -> None:
        if isinstance(code, tree.Literal) and not ENDS.search(str(code.value)):
            message = f"this JavaScript has no `return`, so `{owner}` gets nothing back"
            self.warn("no-return", message, code, help=f"write {shown}")


def _input_name(node: tree.Node) -> str:
    """``x`` of a plain ``$input.x``."""
    if not (isinstance(node, tree.Path) and isinstance(node.base, tree.Variable) and node.base.name == "input"):
        return ""
    first = node.steps[0]
    return first.name if len(node.steps) == 1 and isinstance(first, tree.Member) else ""


def _answers(block: tree.Block) -> set[str]:
    """The variables that hold nothing but what requests give back."""
    setters: dict[str, set[str]] = {}
    for node in block.walk():
        if isinstance(node, tree.Block):
            if node.binding and not node.binding.filters:
                setters.setdefault(root_name(node.binding.target), set()).add(node.keyword)
            for head in node.heads:
                if node.keyword.startswith("var") and root_name(head):
                    setters.setdefault(root_name(head), set()).add(node.keyword)
    return {name for name, keywords in setters.items() if keywords == {REQUEST}}


_LOOKS: Final[dict[type, Callable[[Slips, Any], None]]] = {
    tree.Operation: Slips._operation,
    tree.Ternary: Slips._ternary,
    tree.Path: Slips._path,
    tree.Filter: Slips._filter,
    tree.Block: Slips._block,
}
