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
STARTS: Final = ("document", "expr", "condition", "lexical")


def parser() -> lark.Lark:
    """The parser of the grammar, from its tables where they fit."""
    with open(GRAMMAR, encoding="utf-8") as file:
        text = file.read()
    kept = _kept(_key(text))
    return _from_tables(kept) if kept else _from_text(text)


def _key(text: str) -> str:
    """What tables must have been made of to fit."""
    return f"lark {lark.__version__}, grammar {source_hash(text.encode()).hex()}"


def _from_text(text: str) -> lark.Lark:
    return lark.Lark(
        text,
        parser="lalr",
        lexer=TokenStream,
        start=list(STARTS),
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=Builder(),
    )


def _kept(key: str) -> dict[str, Any] | None:
    try:
        with open(TABLES, encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file, object_pairs_hook=_numbered)
    except FileNotFoundError:
        return None
    return found if found["key"] == key else None


def _numbered(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    """An object whose keys are numbers again where they were."""
    return {int(key) if key.isdecimal() else key: value for key, value in pairs}


def _from_tables(kept: dict[str, Any]) -> lark.Lark:
    data = kept["data"]
    data["options"] |= {"lexer": TokenStream, "transformer": Builder()}
    data["parser"]["lexer_conf"]["lexer_type"] = TokenStream
    made: lark.Lark = lark.Lark._load_from_dict(data, kept["memo"])  # type: ignore[no-untyped-call]
    return made


def tables(text: str) -> str:
    """The tables that follow from a grammar, as they are kept."""
    data, memo = _from_text(text).memo_serialize([TerminalDef, Rule])
    data["options"] |= {"lexer": None, "transformer": None}
    data["parser"]["lexer_conf"]["lexer_type"] = None
    return json.dumps({"key": _key(text), "data": data, "memo": memo}, separators=(",", ":")) + "\n"


def main() -> None:
    """Write the tables of the grammar as it is now."""
    with open(GRAMMAR, encoding="utf-8") as grammar, open(TABLES, "w", encoding="utf-8") as file:
        file.write(tables(grammar.read()))


if __name__ == "__main__":
    main()
