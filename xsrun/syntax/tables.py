"""The tables of the parser, kept beside the grammar they follow from: building them takes longer than most runs.

``python -m xsrun.syntax.tables`` writes them, and a test demands that they are up to date. Tables of another
text of the grammar or another version of Lark are passed over, and built anew each time.
"""

from __future__ import annotations

import json
import os
from importlib.util import source_hash
from typing import Any, Final

import lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from xsrun.build import grammar_folder
from xsrun.syntax.builder import Builder
from xsrun.syntax.lexer import TokenStream

GRAMMAR: Final = os.path.join(grammar_folder(), "xanoscript.lark")
TABLES: Final = os.path.join(grammar_folder(), "tables.json")
OPTIONS: Final[dict[str, Any]] = {
    "parser": "lalr",
    "start": ["document", "expr", "condition", "lexical"],
    "keep_all_tokens": True,
    "maybe_placeholders": False,
}


def parser() -> lark.Lark:
    """The parser of the grammar, from its tables where they fit."""
    with open(GRAMMAR, encoding="utf-8") as file:
        text = file.read()
    fitting = kept(text)
    return _loaded(fitting) if fitting else built(text)


def _key(text: str) -> str:
    """What tables must have been made of to fit."""
    return f"lark {lark.__version__}, grammar {source_hash(f'{OPTIONS}{text}'.encode()).hex()}"


def built(text: str) -> lark.Lark:
    """The parser of a grammar, from its text."""
    return lark.Lark(text, lexer=TokenStream, transformer=Builder(), **OPTIONS)


def kept(text: str) -> dict[str, Any] | None:
    """The tables that are kept, None when they are not those of this grammar."""
    try:
        with open(TABLES, encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    return found if found.get("key") == _key(text) else None


def _loaded(tables: dict[str, Any]) -> lark.Lark:
    data = tables["data"]
    data["options"] |= {"lexer": TokenStream, "transformer": Builder()}
    data["parser"]["lexer_conf"]["lexer_type"] = TokenStream
    table = data["parser"]["parser"]
    table["tokens"] = _numbered(table["tokens"])
    table["states"] = {state: _numbered(actions) for state, actions in _numbered(table["states"]).items()}
    made: lark.Lark = lark.Lark._load_from_dict(data, _numbered(tables["memo"]))  # type: ignore[no-untyped-call]
    return made


def _numbered(found: dict[str, Any]) -> dict[int, Any]:
    """An object whose keys are numbers, of which JSON made texts."""
    return {int(key): value for key, value in found.items()}


def written(text: str) -> str:
    """The tables that follow from a grammar, as they are kept."""
    data, memo = built(text).memo_serialize([TerminalDef, Rule])
    data["options"] |= {"lexer": None, "transformer": None}
    data["parser"]["lexer_conf"]["lexer_type"] = None
    return json.dumps({"key": _key(text), "data": data, "memo": memo}, separators=(",", ":")) + "\n"


def main() -> None:
    """Write the tables of the grammar as it is now."""
    with open(GRAMMAR, encoding="utf-8") as grammar, open(TABLES, "w", encoding="utf-8") as file:
        file.write(written(grammar.read()))


if __name__ == "__main__":
    main()
