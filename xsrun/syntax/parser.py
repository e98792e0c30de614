"""Source text to documents: the grammar, recovery and multi-document files."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, NamedTuple

from lark import Lark
from lark.exceptions import UnexpectedToken

from xsrun.diagnostics import Found
from xsrun.source import Source, Span
from xsrun.syntax import tree
from xsrun.syntax.lexer import Comment, Lexed, Token, Tokenizer, terminal_pattern
from xsrun.syntax.mending import mended
from xsrun.syntax.mistakes import explain
from xsrun.syntax.recovery import open_brackets
from xsrun.syntax.tables import parser
from xsrun.syntax.wary import WaryTokenizer

MAX_SOURCE: Final = 10_000_000

_SPLIT: Final = re.compile(
    r'"""[ \t]*\r?\n.*?^[ \t]*"""|\'\'\'[ \t]*\r?\n.*?^[ \t]*\'\'\'|(?P<line>^---[ \t]*\r?$)', re.MULTILINE | re.DOTALL
)


class Parsed(NamedTuple):
    """A document with its comments, the text it was read from and what was found wrong."""

    source: Source
    document: tree.Document
    comments: list[Comment]


class Grammar(NamedTuple):
    """What reading needs: the parser tables and the pattern of all terminals."""

    lark: Lark
    pattern: re.Pattern[str]


@cache
def grammar() -> Grammar:
    """The parser, made once a process."""
    lark = parser()
    return Grammar(lark, terminal_pattern(lark.terminals))


def parse_documents(source: Source, found: Found) -> list[Parsed]:
    """Every document of a file; what is wrong goes to ``found``."""
    return [_parse(source, start, end, found) for start, end in split(source)]


def parse_expression(source: Source, found: Found) -> tree.Expr | None:
    """A text that is one expression; None when it is none."""
    lexed = _tokens(source, 0, len(source.text), found, "group")
    if lexed.broken:
        return None
    try:
        parsed: tree.Expr = _run(lexed.tokens, "expr")
        return parsed
    except UnexpectedToken as error:
        at = next((number for number, each in enumerate(lexed.tokens) if each is error.token), len(lexed.tokens))
        accepted = error.accepts or ()
        explain(lambda: accepted, lexed.tokens, open_brackets(lexed.tokens, at), at, source, found)
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
    first = Found()
    lexed = Tokenizer(grammar().pattern, source, start, end, first).run(kind)
    if lexed.broken:
        second = Found()
        again = WaryTokenizer(grammar().pattern, source, start, end, second).run(kind)
        if not again.broken:
            first, lexed = second, again
    found.items += first.items
    return lexed


def _run(tokens: list[Token], start: str) -> Any:
    return grammar().lark.parse(tokens, start=start)


def _parse(source: Source, start: int, end: int, found: Found) -> Parsed:
    """One document; parts that make no sense are reported and left out."""
    lexed = _tokens(source, start, end, found)
    tokens = _header(lexed.tokens, source) if lexed.broken else lexed.tokens
    try:
        document: tree.Document = _run(tokens, "document")
    except UnexpectedToken:
        document = mended(grammar().lark, tokens, source, found)
    return Parsed(source, document, lexed.comments)


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
