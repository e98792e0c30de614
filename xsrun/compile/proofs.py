"""What the inferred types prove: values that a filter, operator, loop or function never takes.

Everything here is a warning. It is certain that the run fails where such a value is used, but not that it gets
there, and a program may mean to catch the fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from xsrun import values
from xsrun.builtins import registry
from xsrun.builtins.registry import Kind
from xsrun.compile.context import Findings
from xsrun.compile.types import (
    BOOL,
    CONTAINER,
    EVERYTHING,
    LIST,
    NULL,
    NUMBER,
    OBJECT,
    OTHER,
    TEXT,
    Type,
)  # fmt: skip
from xsrun.diagnostics import Fault
from xsrun.effects.real import FixedClock
from xsrun.syntax import tree
from xsrun.syntax.static import NotStatic, static_value
from xsrun.types.binding import bind
from xsrun.types.checks import check_fields
from xsrun.types.fields import Field

ACCEPTED: Final[dict[Kind, int]] = {
    registry.TEXT: EVERYTHING & ~CONTAINER,
    registry.BINARY: EVERYTHING & ~CONTAINER,
    registry.NUMBER: NUMBER | TEXT,
    registry.INT: NUMBER | TEXT,
    registry.LIST: LIST | NULL,
    registry.ELEMENTS: CONTAINER | NULL,
    registry.CONTAINER: CONTAINER | NULL,
    registry.OBJECT: CONTAINER | NULL,
    registry.CLAIMS: CONTAINER | NULL | TEXT,
}
"""Value classes of parameters, and the kinds of which at least some values can be converted into them."""

ITERATED: Final = CONTAINER | NULL | OTHER
"""The kinds that ``foreach`` goes through."""

SCALAR_FIELDS: Final = frozenset(
    {"int", "decimal", "bool", "text", "email", "password", "uuid", "timestamp", "date", "enum"}
)
"""Types of inputs that take no list and no object."""

_WORDS: Final = (
    (NULL, "null"), (BOOL, "true or false"), (NUMBER, "a number"), (TEXT, "a text"), (LIST, "a list"),
    (OBJECT, "an object"), (OTHER, "a resource"),
)  # fmt: skip


def in_words(known: Type) -> str:
    """The kinds of a type for people."""
    return " or ".join(word for kinds, word in _WORDS if known.may(kinds))


def of_value(
    findings: Findings, kind: Kind, known: Type, node: tree.Node, owner: str, replaces_null: bool = False
) -> None:
    """A value that is converted into the class of a parameter; where null stands for a default it is taken."""
    accepted = ACCEPTED.get(kind)
    if accepted is None:
        return
    if known.kinds and not known.may(accepted | (NULL if replaces_null else 0)):
        code = "not-numeric" if kind in (registry.NUMBER, registry.INT) else "wrong-type"
        help = "`strlen` measures a text, `split` makes a list of it" if known.only(TEXT) else ""
        findings.warn(code, f"`{owner}` takes {_article(kind)} and always gets {in_words(known)} here", node, help)
    elif kind in (registry.NUMBER, registry.INT):
        _numeric_text(findings, node, owner)


def _article(kind: Kind) -> str:
    return {"any": "anything", "int": "a number", "object": "an object"}.get(kind.name, f"a {kind.name}")


def _numeric_text(findings: Findings, node: tree.Node, owner: str) -> bool:
    """A literal text that spells no number, where one is calculated with."""
    text = node.value if isinstance(node, tree.Literal) else None
    if not isinstance(text, str) or values.parse_number(text) is not None:
        return False
    help = "texts are joined with `~`" if owner == "+" else ""
    findings.warn("not-numeric", f"`{owner}` takes numbers, and this text spells none", node, help)
    return True


def of_operand(findings: Findings, known: Type, node: tree.Node, operator: str) -> None:
    """An operand of arithmetic."""
    if known.kinds and not known.may(NUMBER | TEXT):
        findings.warn("not-numeric", f"`{operator}` takes numbers and always gets {in_words(known)} here", node)
    else:
        _numeric_text(findings, node, operator)


def of_comparison(findings: Findings, a: Type, b: Type, node: tree.Operation) -> None:
    """A comparison of a list or object with a number or text, which gives the same whatever is in them."""
    for held, other in ((a, b), (b, a)):
        if held.only(CONTAINER) and other.only(NUMBER | TEXT):
            message = f"{in_words(held)} is compared with {in_words(other)}: `{node.operator}` gives the same always"
            help = "compare its length, e.g. ($list|count)" if other.only(NUMBER) else ""
            findings.warn("constant-comparison", message, node, help)
            return


def of_joined(findings: Findings, operands: Iterable[tuple[tree.Node, Type]]) -> None:
    """The operands of ``~``: the first that is no text (expressions.md section 14, row 22)."""
    for node, known in operands:
        if known.only(CONTAINER):
            help = "`~` makes a text; `|push:` appends to a list, `|merge:` joins two, `|json_encode` makes JSON"
            findings.warn("not-portable", "the text of a list or object is not documented", node, help)
            return


def of_elements(findings: Findings, known: Type, node: tree.Node) -> None:
    """What ``foreach`` goes through."""
    if known.kinds and not known.may(ITERATED):
        message = f"`foreach` takes a list or object and always gets {in_words(known)} here"
        help = f"write for ({findings.span(node).text}) to count" if known.only(NUMBER) else ""
        findings.warn("wrong-type", message, node, help)


def of_input(findings: Findings, field: Field, known: Type, node: tree.Node, function: str) -> None:
    """An input that a call gives: by its value where that is written out, else by its type."""
    try:
        constant = static_value(node)
    except NotStatic:
        refused = OBJECT if field.is_list else CONTAINER  # a list takes a single value as its only element
        if field.type in SCALAR_FIELDS and known.only(refused):
            shown = f"{field.type}{'[]' if field.is_list else ''}"
            message = f"`{function}` takes {shown} for `{field.name}` and always gets {in_words(known)} here"
            findings.warn("input-error", message, node)
        return
    of_constant(findings, field, constant, node, function)


def of_constant(findings: Findings, field: Field, value: Any, node: tree.Node, function: str) -> None:
    """A constant given for an input."""
    if check_fields((field,)):  # a declaration that is wrong itself was reported
        return
    try:
        bind((field,), {field.name: value}, clock=FixedClock(0))
    except Fault as fault:
        findings.warn("input-error", f"`{function}` refuses this for `{field.name}`: {fault.message}", node)
