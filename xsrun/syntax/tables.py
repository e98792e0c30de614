"""What Lark makes of the grammar: the tables of the parser, and a parser of its own for texts that have faults.

``python -m xsrun.syntax.tables`` writes the tables, and a test demands that they are up to date. Tables of another
version of Lark are as good for us, but not for Lark.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import lark
from lark.common import LexerConf
from lark.grammar import Rule
from lark.lexer import Lexer, TerminalDef

from xsrun.syntax import grammar
from xsrun.syntax.builder import Builder


class TokenStream(Lexer):
    """Hands an existing list of tokens to Lark's parser."""

    __future_interface__ = 2

    def __init__(self, conf: LexerConf) -> None:
        self.conf = conf

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:
        """Yield the tokens that were given in place of a text."""
        return iter(lexer_state.text)


@cache
def parser() -> lark.Lark:
    """Lark's own parser of the grammar, from the tables where they fit."""
    text = grammar.text()
    kept = grammar.kept(text)
    return _loaded(kept) if kept and kept["lark"] == lark.__version__ else built(text)


def built(text: str) -> lark.Lark:
    """The parser of a grammar, from its text."""
    return lark.Lark(text, lexer=TokenStream, transformer=Builder(), **grammar.OPTIONS)


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


def made(text: str) -> dict[str, Any]:
    """The tables that follow from a grammar: those of Lark, and one regular expression of all terminals."""
    whole = built(text)
    data, memo = whole.memo_serialize([TerminalDef, Rule])
    data["options"] |= {"lexer": None, "transformer": None}
    data["parser"]["lexer_conf"]["lexer_type"] = None
    tables = {"grammar": grammar.key(text), "lark": lark.__version__, "pattern": terminal_pattern(whole.terminals)}
    as_kept: dict[str, Any] = json.loads(json.dumps({**tables, "data": data, "memo": memo}))
    return as_kept


def terminal_pattern(terminals: Iterable[TerminalDef]) -> str:
    """One regular expression of all terminals of the grammar, in their order of priority."""
    ordered = sorted(terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value)))
    return "|".join(f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in ordered if t.name != "COMMENT")


def main() -> None:
    """Write the tables of the grammar as it is now."""
    tables = json.dumps(made(grammar.text()), separators=(",", ":"))
    with open(grammar.TABLES, "w", encoding="utf-8") as file:
        file.write(tables + "\n")


if __name__ == "__main__":
    main()
