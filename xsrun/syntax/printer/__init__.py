"""The canonical text of a program: what ``xsrun fmt`` writes.

It says the same as the text it was made from: the same tokens in the same order, every comment where
it was. Only blanks, line breaks and the commas between entries change.
"""

from __future__ import annotations

from typing import Final

from xsrun.diagnostics import Found
from xsrun.source import Source, Span
from xsrun.syntax import tree
from xsrun.syntax.lexer import CLOSING, Lexed
from xsrun.syntax.parser import lex, read_documents, split
from xsrun.syntax.printer.blocks import laid_out
from xsrun.syntax.printer.layout import render
from xsrun.syntax.printer.pieces import pieces_of
from xsrun.syntax.printer.roles import roles_of, written

WIDTH: Final = 100
"""Columns that a line takes, unless the language has no place to break it."""

_CLOSERS: Final = frozenset(CLOSING.values())
_SEPARATOR: Final = ("SEP", "")


def canonical(source: Source, found: Found) -> str | None:
    """The canonical text of a source; None, reported to ``found``, when its syntax is wrong.

    The new text is read again: should it say something else, that is a fault of ours, and the answer is None too.
    """
    read = Found()
    documents = list(read_documents(source, read))
    found.items += read.items
    if any(each.severity == "error" for each in read.items):
        return None
    text = "---\n".join(_printed(source.text, lexed, document) for lexed, document in documents)
    if _is_same(source, [lexed for lexed, _ in documents], text):
        return text
    found.error(
        "internal",
        f"formatting {source.name} would change what it says",
        Span(source, 0, 0),
        help="report it; the text is left as it is",
    )
    return None


def _printed(text: str, lexed: Lexed, document: tree.Document) -> str:
    pieces = pieces_of(text, lexed, roles_of(lexed.tokens, document))
    return render(laid_out(pieces), WIDTH)


def _is_same(source: Source, before: list[Lexed], text: str) -> bool:
    """Whether the new text has the same tokens and comments: of equal tokens the parser makes equal trees."""
    again = Source(source.name, text)
    after = [lex(again, start, end, Found()) for start, end in split(again)]
    return [_said(source.text, each) for each in before] == [_said(text, each) for each in after]


def _said(text: str, lexed: Lexed) -> tuple[list[tuple[str, str]], list[str]]:
    """The tokens without separators at the edge of a bracket, and the comments."""
    tokens: list[tuple[str, str]] = []
    for token in lexed.tokens:
        if token.type in _CLOSERS and tokens[-1:] == [_SEPARATOR]:
            tokens.pop()
        tokens.append(_SEPARATOR if token.type == "SEP" else (token.type, written(token)))
    return tokens, [text[each.start : each.end].rstrip() for each in lexed.comments]
