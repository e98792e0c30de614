"""The hosts that a folder names in its source: those that it talks to, and that its secrets may go to.

A text that begins with an address names its host; where other values stand in the host, what is left must end in a
fixed domain: ``"https://" ~ $site ~ ".example.com/v2"`` names ``*.example.com``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, product
from typing import Final

from xsrun.exchange.hosts import host_of, is_pattern
from xsrun.project import Folder
from xsrun.syntax import tree

ANYTHING: Final = "*"
"""What stands in a text for a value that is not known."""
MOST: Final = 32
"""Texts that one expression is followed to."""
DEEPEST: Final = 8
"""Variables of variables that are followed."""
_FILLED: Final = re.compile(r"%s|\{+[^{}]*\}+")
"""What ``sprintf`` and ``replace`` put values in place of."""
_UNSAID: Final = frozenset({"description", "docs", "mock"})
"""Attributes that no run reads."""

Values = dict[str, list[tree.Node]]
"""What is put into the variables of a construct, by name."""


def hosts(folder: Folder) -> tuple[str, ...]:
    """The hosts and patterns of hosts that the texts of a folder name in addresses, in order."""
    found: set[str] = set()
    for parsed in folder.parsed:
        for construct in parsed.document.entries:
            texts, values = _read(construct)
            for each in texts:
                with suppress(RecursionError):  # an expression of thousands of parts names no host
                    addresses = islice(_texts(each, values, DEEPEST), MOST)
                    found.update(map(_host, addresses))
    return tuple(sorted(found - {""}))


def _read(construct: tree.Node) -> tuple[list[tree.Node], Values]:
    """The expressions in a construct that give whole texts, and what is put into its variables."""
    texts: list[tree.Node] = []
    values: Values = {}
    pending = [(construct, False)]
    while pending:
        node, inside = pending.pop()
        if _is_unsaid(node):
            continue
        if isinstance(node, tree.Block):
            _note(node, values)
        joins = isinstance(node, tree.Operation) and node.operator == "~"
        if not inside and (joins or isinstance(node, tree.Literal)):
            texts.append(node)
        parts = _parts(node) if joins or inside else ()
        pending += ((child, any(child is each for each in parts)) for child in node.children())
    return texts, values


def _is_unsaid(node: tree.Node) -> bool:
    """Whether no run reads what stands there."""
    if isinstance(node, tree.Attribute):
        return node.name in _UNSAID or node.disabled
    return isinstance(node, tree.Block) and (node.keyword == "test" or node.disabled)


def _note(block: tree.Block, values: Values) -> None:
    """What a statement puts into its variable."""
    target = next((head for head in block.heads if isinstance(head, tree.Variable)), None)
    given = block.attribute("value")
    if block.keyword in ("var", "var.update") and target is not None and given is not None:
        values.setdefault(target.name, []).append(given.value)


def _parts(node: tree.Node) -> tuple[tree.Node, ...]:
    """The expressions whose texts are the texts of an expression, or parts of them."""
    if isinstance(node, tree.Group | tree.Backtick):
        return (node.value,)
    if isinstance(node, tree.Ternary):
        return node.chosen, node.other
    if isinstance(node, tree.Operation) and node.operator in ("~", "??", "?:", "||"):
        return node.left, node.right
    return ()


def _texts(node: tree.Node, values: Values, depth: int) -> Iterator[str]:
    """The texts that an expression may give, with ``*`` in place of what is not known."""
    if isinstance(node, tree.Literal):
        yield _FILLED.sub(ANYTHING, str(node.value).replace(ANYTHING, ""))
    elif isinstance(node, tree.Operation) and node.operator == "~":
        left = islice(_texts(node.left, values, depth), MOST)
        yield from map("".join, product(left, [*islice(_texts(node.right, values, depth), MOST)]))
    elif isinstance(node, tree.Variable) and depth and node.name in values:
        for each in values[node.name]:
            yield from _texts(each, values, depth - 1)
    elif parts := _parts(node):
        for each in parts:
            yield from _texts(each, values, depth)
    else:
        yield ANYTHING


def _host(address: str) -> str:
    """The host or pattern of hosts at the beginning of an address; ``""`` when there is none."""
    if not address.startswith(("http://", "https://")):
        return ""
    rest = address.partition("://")[2]
    authority = min((rest.partition(mark)[0] for mark in "/?#\\"), key=len)
    host = host_of(authority)
    if authority == rest and host.endswith(ANYTHING):  # what follows begins with the path
        host = host.rstrip(ANYTHING)
        if "." not in host:
            return ""
    return host if is_pattern(host) else ""
