"""Which statements a text holds, by the line they begin on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from xsrun.diagnostics import Found
from xsrun.source import Source
from xsrun.syntax import tree
from xsrun.syntax.parser import parse_documents

ASSIGNING: Final = ("var", "var.update")
LONGEST: Final = 60
HOLDING: Final = frozenset({"stack", "each", "if", "elseif", "else", "try", "catch", "finally", "case", "default"})
"""Blocks that hold statements."""
ASKING: Final = frozenset({"if", "elseif", "case"})
"""Those of them whose head is evaluated: they stand for the statement they are part of."""
ASKED: Final = frozenset({"conditional", "switch"})


class Statement(NamedTuple):
    """A statement, as a line of a trace shows it."""

    title: str
    """How it begins, shortened."""
    targets: tuple[str, ...]
    """The variables it sets, e.g. ``$answer``."""


def statements(source: Source) -> dict[int, Statement]:
    """The statements of a text by line; of several on one line the first, with the targets of all."""
    found: dict[int, Statement] = {}
    for parsed in parse_documents(source, Found()):
        for node in parsed.document.walk():
            if isinstance(node, tree.Block):
                for each in _of(node, source):
                    line = source.position(each.start)[0]
                    begun = Statement(_title(each, source), tuple(_targets(each, source)))
                    first = found.setdefault(line, begun)
                    found[line] = first._replace(targets=tuple(dict.fromkeys(first.targets + begun.targets)))
    return found


def _of(block: tree.Block, source: Source) -> Iterator[tree.Node]:
    """The statements directly in a block, and the ``response`` of a construct."""
    inner = [each for each in block.body or () if isinstance(each, tree.Block)]
    if block.keyword in ASKED:
        yield from (each for each in inner if each.keyword in ASKING)
    elif block.keyword in HOLDING:
        yield from (each for each in inner if each.keyword not in HOLDING | {"conditional"})
    response = block.attribute("response")
    if response is not None and block.block("stack"):
        yield response


def _title(node: tree.Node, source: Source) -> str:
    line = source.text[node.start : node.end].partition("\n")[0]
    if isinstance(node, tree.Block) and node.body is not None:
        line = line.partition(" {")[0]
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _targets(node: tree.Node, source: Source) -> Iterator[str]:
    if not isinstance(node, tree.Block):
        return
    if node.binding is not None:
        yield _root(node.binding.target, source)
    elif node.heads and (node.keyword in ASSIGNING or "." in node.keyword):
        head = node.heads[0]
        if isinstance(head, tree.Variable | tree.Path):
            yield _root(head, source)


def _root(place: tree.Node, source: Source) -> str:
    """The variable of a place: ``$a`` of ``$a.b[1]``."""
    base = place.base if isinstance(place, tree.Path) else place
    return f"${base.name}" if isinstance(base, tree.Variable) else ""
