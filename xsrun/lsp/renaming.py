"""A new name for something, everywhere in its project at once."""

from __future__ import annotations

import re
from typing import Final

from xsrun.compile.names import RESERVED
from xsrun.diagnostics import Edit
from xsrun.fix import UNREAD
from xsrun.lsp.symbols import Occurrence, Symbol
from xsrun.lsp.workspace import Analysis

_WORD: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PLAIN: Final = frozenset({"variable", "input", "env"})
"""Kinds whose names are words."""


class CannotRename(Exception):
    """Why a new name is refused."""


def renamed(analysis: Analysis, occurrence: Occurrence, name: str) -> list[Edit]:
    """What gives a symbol another name in every file. Raises CannotRename."""
    symbol = occurrence.symbol
    if symbol.kind == "variable":
        name = name.removeprefix("$")
    if name == symbol.name:
        return []
    _check(analysis, symbol, name)
    return [Edit(each.span, _written(each, name)) for each in analysis.symbols.of(symbol)]


def _check(analysis: Analysis, symbol: Symbol, name: str) -> None:
    """Refuse a name that is none, that is taken, or that could not be changed everywhere."""
    if symbol.kind in _PLAIN and not _WORD.fullmatch(name):
        raise CannotRename(f"`{name}` is no name: write letters, digits and `_`, a letter or `_` first")
    if not name.strip() or not name.isprintable():
        raise CannotRename(f"the name of a {symbol.kind} is a line of text")
    if symbol.kind == "variable" and name in RESERVED:
        raise CannotRename(f"`${name}` belongs to the language")
    if analysis.symbols.of(symbol._replace(name=name)):
        raise CannotRename(f"there is already a {symbol.kind} `{name}`")
    if not analysis.symbols.declarations(symbol):
        raise CannotRename(f"nothing declares the {symbol.kind} `{symbol.name}`")
    for found in analysis.diagnostics:
        if found.code in UNREAD and found.severity == "error" and found.span and symbol.name in found.span.source.text:
            raise CannotRename(f"mend {found.span.place} first: `{symbol.name}` may stand where it cannot be read")


def _written(place: Occurrence, name: str) -> str:
    """The name as it is written at a place."""
    if place.quote:
        return name.replace("\\", "\\\\").replace(place.quote, f"\\{place.quote}")
    if place.symbol.kind in _PLAIN or _WORD.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
