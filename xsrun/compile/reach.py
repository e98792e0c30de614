"""Which paths lead to a statement, and what they have set: the facts that following the statements is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from xsrun.syntax import tree

LEAVES: Final = frozenset({"return", "throw", "debug.stop", "break", "continue"})


class State(NamedTuple):
    """Variables that are set on every path to a place, and on some path."""

    certain: frozenset[str]
    possible: frozenset[str]


class Loop(NamedTuple):
    """Where the turns of a loop end: at ``break``, or at ``continue``."""

    variable: str
    breaks: list[State | None]
    nexts: list[State | None]


def joined(states: Iterable[State | None]) -> State | None:
    """What is known where several paths meet."""
    alive = [each for each in states if each is not None]
    if not alive:
        return None
    return State(
        frozenset.intersection(*(each.certain for each in alive)), frozenset().union(*(each.possible for each in alive))
    )


def constant(node: tree.Node | None) -> bool | None:
    """Whether a condition is always true or always false; None when it depends."""
    if isinstance(node, tree.Group | tree.Backtick):
        return constant(node.value)
    if isinstance(node, tree.Prefixed) and node.operator == "!":
        inner = constant(node.operand)
        return None if inner is None else not inner
    if isinstance(node, tree.Literal):
        return bool(node.value) and node.value != "0"
    return None


def head_value(block: tree.Block) -> tree.Node | None:
    """The expression in parentheses."""
    for head in block.heads:
        if isinstance(head, tree.Argument | tree.Condition):
            return head.value
    return None


def is_disabled(block: tree.Block) -> bool:
    """Whether a statement is left out of the program."""
    found = block.attribute("disabled")
    return block.disabled or (found is not None and isinstance(found.value, tree.Literal) and found.value.value is True)


def runs(keyword: str, head: tree.Node | None) -> bool | None:
    """Whether a loop surely makes a turn, or surely none; None when it depends."""
    inner = head.value if isinstance(head, tree.Group) else head
    if keyword == "while":
        return constant(inner)
    if isinstance(inner, tree.Literal) and keyword == "for":
        return isinstance(inner.value, int) and inner.value > 0
    if isinstance(inner, tree.Operation) and inner.operator == "..":
        return True
    if isinstance(inner, tree.ListLiteral):
        if not inner.items:
            return False
        return True if not any(isinstance(item, tree.Spread) for item in inner.items) else None
    return None


def ends(block: tree.Block | None) -> bool:
    """Whether the statements of a block end with one behind which nothing runs."""
    entries = [each for each in (block.body if block else None) or () if isinstance(each, tree.Block)]
    last = next((each for each in reversed(entries) if not is_disabled(each)), None)
    return last is not None and last.keyword in LEAVES


def breaks(block: tree.Block, case: tree.Block) -> bool:
    """Whether ``break`` stands behind the braces of a case, or in place of them."""
    if any(isinstance(head, tree.Word) and head.name == "break" for head in case.heads):
        return True
    entries = block.body or []
    after = entries.index(case) + 1
    following = entries[after] if after < len(entries) else None
    return isinstance(following, tree.Block) and following.keyword == "break"
