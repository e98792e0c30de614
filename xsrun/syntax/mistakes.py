"""What a place where the grammar stopped most likely means, in the author's words."""

from __future__ import annotations

from lark.exceptions import UnexpectedToken

from xsrun.diagnostics import Found
from xsrun.source import Source, Span
from xsrun.syntax.lexer import Token


def explain(error: UnexpectedToken, tokens: list[Token], source: Source, found: Found) -> int:
    """Report an unexpected token with its cause and remedy. Gives back the index of the token."""
    token = error.token
    at = next((i for i, each in enumerate(tokens) if each is token), len(tokens) - 1)
    span = Span(source, token.start, token.end) if token.type != "$END" else _end(source, tokens)
    found.error("syntax", f"`{span.text or token.type}` makes no sense here", span)
    return at


def _end(source: Source, tokens: list[Token]) -> Span:
    at = tokens[-1].end if tokens else 0
    return Span(source, at, at)
