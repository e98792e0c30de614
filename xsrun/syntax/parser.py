"""Source text to documents: the grammar, recovery and multi-document files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from xsrun.diagnostics import Found
from xsrun.late import Late
from xsrun.source import Source, Span
from xsrun.syntax import grammar, lalr, tree
from xsrun.syntax.builder import Builder
from xsrun.syntax.lexer import Comment, Lexed, Token, Tokenizer
from xsrun.syntax.wary import WaryTokenizer

# What is wrong with a text is for Lark to say. Most texts are right, and do without it.
_tables: Callable[[str], dict[str, Any]] = Late("xsrun.syntax.tables", "made")
_mended: Callable[[list[Token], Source, Found], tree.Document] = Late("xsrun.syntax.mending", "mended")
_explained: Callable[[list[Token], Source, Found], None] = Late("xsrun.syntax.mending", "explained")

MAX_SOURCE: Final = 10_000_000

_SPLIT: Final = re.compile(
    r'"""[ \t]*\r?\n.*?^[ \t]*"""|\'\'\'[ \t]*\r?\n.*?^[ \t]*\'\'\'|(?P<line>^---[ \t]*\r?$)', re.MULTILINE | re.DOTALL
)


class Parsed(NamedTuple):
    """A document with its comments, the text it was read from and what was found wrong."""

    source: Source
    document: tree.Document
    comments: list[Comment]


class Reader(NamedTuple):
    """What reading needs: the states of the parser and the pattern of all terminals."""

    states: dict[str, lalr.Row]
    pattern: re.Pattern[str]


@cache
def reader() -> Reader:
    """The tables of the grammar, read once a process."""
    text = grammar.text()
    tables = grammar.kept(text) or _tables(text)
    return Reader(lalr.states_of(tables, Builder()), re.compile(tables["pattern"], re.MULTILINE))


def parse_documents(source: Source, found: Found) -> list[Parsed]:
    """Every document of a file; what is wrong goes to ``found``."""
    return [Parsed(source, document, lexed.comments) for lexed, document in read_documents(source, found)]


def read_documents(source: Source, found: Found) -> Iterator[tuple[Lexed, tree.Document]]:
    """Every document of a file with the tokens it was made of; what is wrong goes to ``found``."""
    for start, end in split(source):
        lexed = lex(source, start, end, found)
        yield lexed, _parse(lexed, source, found)


def parse_expression(source: Source, found: Found) -> tree.Expr | None:
    """A text that is one expression; None when it is none."""
    lexed = lex(source, 0, len(source.text), found, "group")
    if lexed.broken:
        return None
    try:
        parsed: tree.Expr = _read(lexed.tokens, "expr")
        return parsed
    except lalr.Unexpected:
        _explained(lexed.tokens, source, found)
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


def lex(source: Source, start: int, end: int, found: Found, kind: str = "block") -> Lexed:
    """The tokens of one document; ``kind`` as for ``Tokenizer.run``."""
    if end - start > MAX_SOURCE:
        found.error(
            "source-size",
            f"the text has {end - start:,} characters, more than {MAX_SOURCE:,}",
            Span(source, start, start),
            help="move data out of the program",
        )
        return Lexed([], [], True)
    first = Found()
    lexed = Tokenizer(reader().pattern, source, start, end, first).run(kind)
    if lexed.broken:
        second = Found()
        again = WaryTokenizer(reader().pattern, source, start, end, second).run(kind)
        if not again.broken:
            first, lexed = second, again
    found.items += first.items
    return lexed


def _read(tokens: list[Token], start: str) -> Any:
    return lalr.parse(reader().states, tokens, start)


def _parse(lexed: Lexed, source: Source, found: Found) -> tree.Document:
    """One document; parts that make no sense are reported and left out."""
    tokens = _header(lexed.tokens, source) if lexed.broken else lexed.tokens
    try:
        document: tree.Document = _read(tokens, "document")
    except lalr.Unexpected:
        document = _mended(tokens, source, found)
    return document


def _header(tokens: list[Token], source: Source) -> list[Token]:
    """What can be read of a document whose brackets do not match: which construct it declares."""
    brace = next((at for at, token in enumerate(tokens) if token.type == "LBLOCK"), None)
    if brace is None:
        return []
    inside, end = tokens[brace].end, tokens[-1].end
    return [
        *tokens[: brace + 1],
        Token("BROKEN", source.text[inside:end], inside, end),
        Token("RBLOCK", "}", end, end),
    ]
