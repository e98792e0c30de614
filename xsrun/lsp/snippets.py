"""What completion writes: the parts that a name requires, with places to fill in (``$1``, ``${1:text}``, ``$0``)."""

from __future__ import annotations

import re
from typing import Final

from xsrun.catalogue import Entry
from xsrun.project import RUN_KINDS

BLOCK_HEADS: Final = {
    "each": " as \\$${1:item}",
    "if": " (${1:condition})",
    "case": " (${1:value})",
    "test": ' "${1:name}"',
}
"""What stands between the keyword of a block and its brace."""
HEADLESS: Final = frozenset({("each", "while")})
"""Blocks that have no such head in one statement."""

_HEAD: Final = re.compile(r"(?P<open>[($\"]*)(?P<inner>[^)\"]*)(?P<close>[)\"]?)")


def filter_snippet(entry: Entry) -> str:
    """A filter with its required arguments."""
    required = [param.name for param in entry.parameters if param.required and not param.variadic]
    return entry.name + "".join(f":${{{number}:{name}}}" for number, name in enumerate(required, 1))


def assigned(name: str) -> str:
    """An attribute up to its value."""
    return f"{name} = "


def block_snippet(name: str, owner: str) -> str:
    """A block of a statement or construct."""
    head = "" if (name, owner) in HEADLESS else BLOCK_HEADS.get(name, "")
    return f"{name}{head} {{\n\t$0\n}}"


def statement_snippet(entry: Entry) -> str:
    """A statement with its head, its required attributes and its first block."""
    head = _head(entry.signature.removeprefix(entry.name).strip())
    required = [param.name for param in entry.parameters if param.required]
    first = 2 if head else 1
    lines = [f"\t{assigned(name)}${number}" for number, name in enumerate(required, first)]
    if entry.blocks and not required:
        block = block_snippet(entry.blocks[0], entry.name).replace("${1:", f"${{{first}:")
        lines = ["\t" + line for line in block.split("\n")]
    if not lines and not entry.parameters:
        return f"{entry.name}{head}"
    return "\n".join([f"{entry.name}{head} {{", *(lines or ["\t$0"]), "}"])


def construct_snippet(entry: Entry) -> str:
    """A construct with its name, a job with the function it runs."""
    body = 'main = {name: "$2"}' if entry.name in RUN_KINDS else "$0"
    return f'{entry.name} "${{1:name}}" {{\n\t{body}\n}}'


def _head(written: str) -> str:
    """The head of a statement, its middle to be filled in: ``($list)``, ``"name"``, ``$variable``."""
    match = _HEAD.fullmatch(written)
    if not written or match is None:
        return ""
    opened, closed = match["open"].replace("$", "\\$"), match["close"]
    return f" {opened}${{1:{match['inner']}}}{closed}"
