"""The hosts that a folder names in its source: those that it talks to, and that its secrets may go to.

A text that begins with an address names its host; where other values stand in the host, what is left must end in a
fixed domain: ``"https://" ~ $site ~ ".example.com/v2"`` names ``*.example.com``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice, product
from typing import Final

from xsrun.builtins.catalogue import registry
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

_SAME: Final = frozenset({"trim", "ltrim", "rtrim", "to_text", "sprintf", "first_notnull", "first_notempty"})
"""Filters that leave the beginning of an address as it is."""
_LONGER: Final = frozenset({"concat", "url_addarg", "url_delarg"})
"""Filters that change only what stands behind it."""

Values = dict[str, list[tree.Node]]
"""What is put into the variables of a construct, by name."""
Follow = Callable[[tree.Node], "list[tuple[tree.Node, Follow]]"]
"""The expressions that may stand for a reference, each with what follows the references in it; none when unknown."""


def hosts(folder: Folder) -> tuple[str, ...]:
    """The hosts and patterns of hosts that the addresses and statements of a folder name, in order."""
    found: set[str] = set()
    for parsed in folder.parsed:
        for construct in parsed.document.entries:
            texts, values = _read(construct)
            for each in texts:
                found |= hosts_of(each, _following(values))
            for node in construct.walk():
                if isinstance(node, tree.Block) and not unsaid(node):
                    found.update(hosts_behind(node))
    return tuple(sorted(found - {""}))


def hosts_behind(block: tree.Block) -> tuple[str, ...]:
    """The hosts that a statement talks to by itself, without an address: those its ``region`` may mean."""
    record = registry().statements.get(block.keyword)
    if record is None or len(record.hosts) < 2:
        return record.hosts if record else ()
    region = block.attribute("region")
    if region is None:
        return record.hosts[:1]
    if not isinstance(region.value, tree.Literal):
        return record.hosts
    return record.hosts[1:] if region.value.value == "eu" else record.hosts[:1]


def hosts_of(node: tree.Node, follow: Follow) -> set[str]:
    """The hosts and patterns of an expression that is an address; ``""`` stands for one that it does not name."""
    with suppress(RecursionError):  # an expression of thousands of parts names no host
        return {_host(text) for text in islice(_texts(node, follow, DEEPEST), MOST) if text}
    return {""}


def _following(values: Values) -> Follow:
    """Follows the variables of one construct."""

    def follow(node: tree.Node) -> list[tuple[tree.Node, Follow]]:
        known = values.get(node.name, ()) if isinstance(node, tree.Variable) else ()
        return [(each, follow) for each in known]

    return follow


def _read(construct: tree.Node) -> tuple[list[tree.Node], Values]:
    """The expressions in a construct that give whole texts, and what is put into its variables."""
    texts: list[tree.Node] = []
    values: Values = {}
    pending = [(construct, False)]
    while pending:
        node, inside = pending.pop()
        if unsaid(node):
            continue
        if isinstance(node, tree.Block):
            _note(node, values)
        joins = isinstance(node, tree.Operation) and node.operator == "~"
        if not inside and (joins or isinstance(node, tree.Literal)):
            texts.append(node)
        parts = _parts(node) if joins or inside else ()
        pending += ((child, any(child is each for each in parts)) for child in node.children())
    return texts, values


def unsaid(node: tree.Node) -> bool:
    """Whether no run reads what stands there."""
    if isinstance(node, tree.Attribute):
        return node.name in _UNSAID or node.disabled
    return isinstance(node, tree.Block) and (node.keyword == "test" or node.disabled)


def said(node: tree.Node) -> list[tree.Node]:
    """What is right below a node and read by a run; a statement may well have a ``description`` that is."""
    record = registry().statements.get(node.keyword) if isinstance(node, tree.Block) else None
    params = {param.name for param in record.params} if record else set()
    return [
        child
        for child in node.children()
        if not unsaid(child) or (isinstance(child, tree.Attribute) and child.name in params and not child.disabled)
    ]


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


def _texts(node: tree.Node, follow: Follow, depth: int) -> Iterator[str]:
    """The texts that an expression may give, with ``*`` in place of what is not known."""
    if isinstance(node, tree.Literal):
        yield _FILLED.sub(ANYTHING, str(node.value).replace(ANYTHING, ""))
    elif isinstance(node, tree.Operation) and node.operator == "~":
        left = islice(_texts(node.left, follow, depth), MOST)
        yield from map("".join, product(left, [*islice(_texts(node.right, follow, depth), MOST)]))
    elif isinstance(node, tree.Variable | tree.Path) and depth and (given := follow(node)):
        for each, inner in given:
            yield from _texts(each, inner, depth - 1)
    elif isinstance(node, tree.Chain) and (filtered := _filtered(node)):
        for each in filtered:
            yield from (f"{text}{_behind(node)}" for text in _texts(each, follow, depth))
    elif parts := _parts(node):
        for each in parts:
            yield from _texts(each, follow, depth)
    else:
        yield ANYTHING


def _filtered(node: tree.Chain) -> list[tree.Node]:
    """The expressions whose beginning a chain of filters gives, none when that is another one."""
    filters = [each for each in node.filters if not each.disabled]
    if node.subject is None or not all(_keeps_beginning(each) for each in filters):
        return []
    return [node.subject, *(each.arguments[0] for each in filters if each.name.startswith("first_") and each.arguments)]


def _keeps_beginning(node: tree.Filter) -> bool:
    if node.name == "replace":
        searched = node.arguments[0] if node.arguments else None
        return isinstance(searched, tree.Literal) and bool(_FILLED.fullmatch(str(searched.value)))
    return node.name in _SAME or node.name in _LONGER


def _behind(node: tree.Chain) -> str:
    return ANYTHING if any(each.name in _LONGER and not each.disabled for each in node.filters) else ""


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
