"""The grammar, and the tables that are kept beside it because making them takes longer than most runs."""

from __future__ import annotations

import json
import os
from importlib.util import source_hash
from typing import Any, Final

from xsrun.build import grammar_folder

GRAMMAR: Final = os.path.join(grammar_folder(), "xanoscript.lark")
TABLES: Final = os.path.join(grammar_folder(), "tables.json")
OPTIONS: Final[dict[str, Any]] = {
    "parser": "lalr",
    "start": ["document", "expr", "condition", "lexical"],
    "keep_all_tokens": True,
    "maybe_placeholders": False,
}
"""How Lark is to read it."""


def text() -> str:
    """The text of the grammar."""
    with open(GRAMMAR, encoding="utf-8") as file:
        return file.read()


def key(grammar: str) -> str:
    """What tables must have been made of to fit."""
    return source_hash(f"{OPTIONS}{grammar}".encode()).hex()


def kept(grammar: str) -> dict[str, Any] | None:
    """The tables that are kept (tables.py writes them), None when they are not those of this grammar."""
    try:
        with open(TABLES, encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    return found if found.get("grammar") == key(grammar) else None
