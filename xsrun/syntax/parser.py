"""Source text to documents: the grammar, recovery and multi-document files."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from lark import Lark
from lark.exceptions import UnexpectedToken

from xsrun.diagnostics import Found
from xsrun.source import Source, Span
from xsrun.syntax import tree
from xsrun.syntax.builder import Builder
from xsrun.syntax.lexer import Comment, Lexed, Token, Tokenizer, TokenStream, terminal_pattern
from xsrun.syntax.mistakes import explain

MAX_SOURCE: Final = 10_000_000
MAX_FAULTS: Final = 100

_SPLIT: Final = re.compile(
    r'"""[ \t]*\r?\n.*?^[ \t]*"""|\'\'\'[ \t]*\r?\n.*?^[ \t]*\'\'\'|(?P<line>^---[ \t]*\r?$)', re.MULTILINE | re.DOTALL
)
_PACKAGE: Final = Path(__file__).parent.parent


class Parsed(NamedTuple):
    """A document with its comments, the text it was read from and what was found wrong."""

    source: Source
    document: tree.Document
    comments: list[Comment]


class Grammar(NamedTuple):
    """What reading needs: the parser tables and the pattern of all terminals."""

    lark: Lark
    pattern: re.Pattern[str]


def grammar_text() -> str:
    """The grammar, from the installed package or from a checkout."""
    installed = _PACKAGE / "_grammar" / "xanoscript.lark"
    path = installed if installed.exists() else _PACKAGE.parent / "grammar" / "xanoscript.lark"
    return path.read_text(encoding="utf-8")


@cache
def grammar() -> Grammar:
    """The parser, built once a process."""
    lark = Lark(
        grammar_text(),
        parser="lalr",
        lexer=TokenStream,
        start=["document", "expr", "condition", "lexical"],
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=Builder(),
    )
    return Grammar(lark, terminal_pattern(lark.terminals))


def parse_documents(source: Source, found: Found) -> list[Parsed]:
    """Every document of a file; what is wrong goes to ``found``."""
    return [_parse(source, start, end, found) for start, end in split(source)]


def parse_stack(source: Source, found: Found) -> Parsed:
    """A text that is the inside of a ``stack`` block."""
    return _parse(source, 0, len(source.text), found)


def parse_expression(source: Source, found: Found, condition: bool = False) -> tree.Expr | None:
    """A text that is one expression; None when it is none."""
    lexed = _tokens(source, 0, len(source.text), found, "group")
    if lexed.broken:
        return None
    try:
        parsed: tree.Expr = _run(lexed.tokens, "condition" if condition else "expr")
        return parsed
    except UnexpectedToken as error:
        explain(error, lexed.tokens, source, found)
        return None


def split(source: Source) -> list[tuple[int, int]]:
    """Where the documents of a file stand: lines of exactly ``---`` part them, blank ones are dropped."""
    places: list[tuple[int, int]] = []
    start = 0
    for match in _SPLIT.finditer(source.text):
        if match.group("line") is not None:
            places.append((start, match.start()))
            start = match.end()
    places.append((start, len(source.text)))
    return [(a, b) for a, b in places if source.text[a:b].strip("\ufeff \t\r\n")]


def _tokens(source: Source, start: int, end: int, found: Found, kind: str = "block") -> Lexed:
    if end - start > MAX_SOURCE:
        found.error(
            "source-size",
            f"the text has {end - start:,} characters, more than {MAX_SOURCE:,}",
            Span(source, start, start),
            help="move data out of the program",
        )
        return Lexed([], [], True)
    return Tokenizer(grammar().pattern, source, start, end, found).run(kind)


def _run(tokens: list[Token], start: str) -> Any:
    return grammar().lark.parse(tokens, start=start)


def _parse(source: Source, start: int, end: int, found: Found) -> Parsed:
    """One document, with recovery: an entry that makes no sense is reported and left out, then all is read again."""
    lexed = _tokens(source, start, end, found)
    tokens = lexed.tokens
    if lexed.broken:
        return Parsed(source, tree.Document(start, start, []), lexed.comments)
    for _ in range(MAX_FAULTS):
        try:
            return Parsed(source, _run(tokens, "document"), lexed.comments)
        except UnexpectedToken as error:
            at = explain(error, tokens, source, found)
            tokens = _without_entry(tokens, at)
    return Parsed(source, tree.Document(start, start, []), lexed.comments)


def _without_entry(tokens: list[Token], at: int) -> list[Token]:
    """The tokens without the innermost entry of a block that holds token ``at``."""
    places = _entry_starts(tokens, at)
    first = places[-1]
    last, depth = first, 0
    while last < len(tokens):
        kind = tokens[last].type
        depth += (kind in _OPENERS) - (kind in _CLOSERS)
        if depth < 0 or (kind == "SEP" and depth == 0 and last >= at):
            break
        last += 1
    return tokens[:first] + tokens[max(last, at + 1) if last == first else last :]


def _entry_starts(tokens: list[Token], at: int) -> list[int]:
    """Where the entries of the blocks around token ``at`` begin, outermost first."""
    starts = [0]
    open_blocks: list[bool] = []
    for number, token in enumerate(tokens[:at]):
        if token.type in _OPENERS:
            open_blocks.append(token.type == "LBLOCK")
            if open_blocks[-1]:
                starts.append(number + 1)
        elif token.type in _CLOSERS:
            if open_blocks.pop():
                starts.pop()
        elif token.type == "SEP" and (not open_blocks or open_blocks[-1]):
            starts[-1] = number + 1
    return starts


_OPENERS: Final = frozenset({"LBLOCK", "LOBJECT", "LSQUARE", "LPAR", "LCOND", "BTICK"})
_CLOSERS: Final = frozenset({"RBLOCK", "ROBJECT", "RSQUARE", "RPAR", "RCOND", "ETICK"})
