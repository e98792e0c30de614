"""Edits that change the shape of blocks, laid out as the lines around them are.

What is put around lines indents them; lines inside a text over several lines stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xsrun.diagnostics import Edit, around
from xsrun.source import Source, Span
from xsrun.syntax import tree


def enclosed(source: Source, nodes: Sequence[tree.Node], head: str) -> tuple[Edit, ...]:
    """Put ``head { … }`` around neighbouring statements."""
    span = Span(source, nodes[0].start, nodes[-1].end)
    indent, eol = _line(source, span.start)
    alone = not indent.strip() and not source.text[span.end :].partition("\n")[0].strip()
    if not alone or "\n" not in span.text:
        return around(span, f"{head} {{ ", " }")
    unit = _unit(indent)
    opening, closing = around(span, f"{head} {{{eol}{indent}{unit}", f"{eol}{indent}}}")
    return opening, *_indented(span, nodes, unit), closing


def filled(source: Source, block: tree.Block, head: str) -> tuple[Edit, ...]:
    """Put ``head { … }`` around all that the braces of a block hold; nothing where the braces are not found."""
    inner = inside(source, block)
    if inner is None:
        return ()
    indent, eol = _line(source, inner.end)
    alone = not indent.strip() and "\n" in inner.text
    if not alone:
        return around(inner, f" {head} {{", "} ")
    unit = _unit(indent)
    last = Span(source, inner.start, inner.end - len(indent))
    opening, closing = around(last, f"{eol}{indent}{unit}{head} {{", f"{indent}{unit}}}{eol}")
    return opening, *_indented(last, block.body or (), unit), closing


def inside(source: Source, block: tree.Block) -> Span | None:
    """What stands between the braces of a block; None when it has none, or they had to be supplied."""
    head = block.heads[-1].end if block.heads else block.keyword_start + len(block.keyword)
    end = block.binding.start if block.binding else block.end
    opening = len(source.text) - len(source.text[head:].lstrip())
    closing = len(source.text[:end].rstrip()) - 1
    if block.body is None or source.text[opening] != "{" or source.text[closing] != "}" or opening >= closing:
        return None
    return Span(source, opening + 1, closing)


def _line(source: Source, at: int) -> tuple[str, str]:
    """What stands before a place on its line, and how the lines of the text end."""
    start = source.text.rfind("\n", 0, at) + 1
    return source.text[start:at], "\r\n" if source.text[start - 2 : start] == "\r\n" else "\n"


def _unit(indent: str) -> str:
    return "\t" if indent.startswith("\t") else "  "


def _indented(span: Span, nodes: Iterable[tree.Node], unit: str) -> Iterator[Edit]:
    """The lines that begin in a stretch one level deeper, but for blank ones and those inside texts."""
    source, start, end = span
    texts = [
        range(each.start + 1, each.end)
        for node in nodes
        for each in node.walk()
        if isinstance(each, tree.Literal) and "\n" in each.raw
    ]
    at = source.text.find("\n", start, end) + 1
    while 0 < at < end:
        if source.text[at] not in "\r\n" and not any(at in text for text in texts):
            yield Edit(Span(source, at, at), unit)
        at = source.text.find("\n", at, end) + 1
