"""Answers that ``cache`` gives to others than they were made for: what tells requests apart leaves out a header or an
address that the construct reads (constructs.md section 9).

One pass over the tree of each construct that is kept. It matters to no run, so only ``check`` asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from xsrun.compile.attached import read_cache, static
from xsrun.compile.context import Findings
from xsrun.compile.headers import HEADERS, LOOKING_UP, are_headers, way_into_env
from xsrun.compile.reach import is_disabled
from xsrun.diagnostics import Found
from xsrun.program import Caching
from xsrun.project import Construct, Folder
from xsrun.syntax import tree

KEPT: Final = frozenset({"query", "function"})
AUTHORIZATION: Final = "Authorization"
SAID_IN: Final = {"$request_auth_token": AUTHORIZATION, "$remote_user": AUTHORIZATION, "$remote_passwd": AUTHORIZATION}
"""The header that a reference is read from."""
ADDRESSES: Final = frozenset({"$remote_ip", "$remote_host"})
ANY: Final = ""
"""Stands for the header that nobody names, where all are read."""


def check_sharing(folder: Folder) -> None:
    """Report every construct whose answers are kept for requests that would get others."""
    for each in folder.constructs:
        # What is wrong with the clause itself was said when it was compiled.
        caching = read_cache(each, Found()) if each.kind in KEPT else None
        if caching is not None:
            _Sharing(each, folder.found).check(caching)


class _Sharing(Findings):
    def __init__(self, construct: Construct, found: Found) -> None:
        super().__init__(construct.source, found)
        self.block = construct.block

    def check(self, caching: Caching) -> None:
        headers = self._missing(caching)
        address = next((node for node in _enabled(self.block) if _way(node)[0] in ADDRESSES), None)
        places = [node for node, _ in headers]
        reads = [f"the header `{name}`" if name else "the headers" for _, name in headers]
        clauses = [_named(caching, [name for _, name in headers])] if headers else []
        if address is not None and not caching.ip:
            places.append(address)
            reads.append("the address of a client")
            clauses.append("ip: true")
        if places:
            message = f"this reads {' and '.join(reads)}, and `cache` does not tell requests apart by that"
            self.warn("shared-answer", message, places[0], help=f"write {', '.join(clauses)} in `cache`")

    def _missing(self, caching: Caching) -> list[tuple[tree.Node, str]]:
        """The headers by which requests are not told apart, each where it is first read."""
        told_apart = {name.title() for name in caching.headers}
        if caching.auth and static(self.block.attribute("auth"), False):
            told_apart.add(AUTHORIZATION)
        found: dict[str, tuple[tree.Node, str]] = {}
        for node, name in _headers(self.block):
            if name.title() not in told_apart and not (name == ANY and told_apart):
                found.setdefault(name.title(), (node, name))
        return [*found.values()]


def _named(caching: Caching, missing: list[str]) -> str:
    """The clause for headers that are missing, in place of the one that is there."""
    return f"headers: {json.dumps([*caching.headers, *(name or 'NAME' for name in missing)])}"


def _headers(block: tree.Block) -> Iterator[tuple[tree.Node, str]]:
    """The headers that are read, each with where."""
    looked_up: set[int] = set()
    for node in _enabled(block):
        name, *others = _way(node)
        if isinstance(node, tree.Chain) and are_headers(node.subject) and node.filters[0].name in LOOKING_UP:
            looked_up.add(id(node.subject))
            yield node, _key(next(iter(node.filters[0].arguments), None))
        elif name == HEADERS and id(node) not in looked_up:
            yield node, others[0] if others else ANY
        elif name in SAID_IN:
            yield node, SAID_IN[name]


def _enabled(node: tree.Node) -> Iterator[tree.Node]:
    """A node and everything below it that is part of the program, but for what only writes to the log."""
    if isinstance(node, tree.Block) and (is_disabled(node) or node.keyword == "debug.log"):
        return
    yield node
    for each in node.children():
        yield from _enabled(each)


def _way(node: tree.Node) -> tuple[str, ...]:
    """The names in ``$env.$name.key``, one that is empty for any other node."""
    steps = way_into_env(node)
    return tuple(step.name if isinstance(step, tree.Member) else _key(step.key) for step in steps) or ("",)


def _key(node: tree.Expr | None) -> str:
    """A name that is written out."""
    return node.value if isinstance(node, tree.Literal) and isinstance(node.value, str) else ANY
