"""Findings, items and edits as the Language Server Protocol writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from lsprotocol import types as lsp

from xsrun.diagnostics import Diagnostic, Edit
from xsrun.lsp.completion import Completion, Item
from xsrun.lsp.lenses import Lens
from xsrun.lsp.positions import Lines
from xsrun.lsp.workspace import Analysis
from xsrun.project import Construct
from xsrun.source import Span

NAME: Final = "xsrun"

_KINDS: Final = {
    "filter": lsp.CompletionItemKind.Method,
    "variable": lsp.CompletionItemKind.Variable,
    "input": lsp.CompletionItemKind.Field,
    "env": lsp.CompletionItemKind.Constant,
    "property": lsp.CompletionItemKind.Property,
    "attribute": lsp.CompletionItemKind.Property,
    "statement": lsp.CompletionItemKind.Function,
    "function": lsp.CompletionItemKind.Reference,
    "table": lsp.CompletionItemKind.Struct,
    "type": lsp.CompletionItemKind.TypeParameter,
    "clause": lsp.CompletionItemKind.Keyword,
    "keyword": lsp.CompletionItemKind.Keyword,
    "word": lsp.CompletionItemKind.EnumMember,
}
_SEVERITIES: Final = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}
_UNNECESSARY: Final = frozenset({"unreachable", "unused-mock", "unused-variable"})
"""Codes of findings about text that could as well be left out."""


def range_of(lines: Lines, start: int, end: int) -> lsp.Range:
    """The range of two offsets."""
    found = lines.range(start, end)
    return lsp.Range(lsp.Position(*found.start), lsp.Position(*found.end))


def span_range(span: Span, analysis: Analysis) -> lsp.Range:
    """The range of a place in one of the texts of a project."""
    return range_of(analysis.lines(span.source), span.start, span.end)


def diagnostic(found: Diagnostic, span: Span, analysis: Analysis) -> lsp.Diagnostic:
    """A finding at its place, with the one thing to type."""
    return lsp.Diagnostic(
        span_range(span, analysis),
        f"{found.message}\n{found.help}" if found.help else found.message,
        _SEVERITIES[found.severity],
        found.code,
        source=NAME,
        tags=[lsp.DiagnosticTag.Unnecessary] if found.code in _UNNECESSARY else None,
    )


def workspace_edit(edits: Iterable[Edit], analysis: Analysis, uri_of: Callable[[str], str]) -> lsp.WorkspaceEdit:
    """Changes of any files of a project."""
    changes: dict[str, list[lsp.TextEdit]] = {}
    for edit in dict.fromkeys(edits):
        change = lsp.TextEdit(span_range(edit.span, analysis), edit.text)
        changes.setdefault(uri_of(edit.span.source.path), []).append(change)
    return lsp.WorkspaceEdit(changes=changes)


def completion(found: Completion, lines: Lines, offset: int, snippets: bool) -> lsp.CompletionList:
    """What may be written; ``snippets`` says whether the editor takes them."""
    place = range_of(lines, found.start, offset)
    return lsp.CompletionList(False, [_item(each, place, snippets) for each in found.items])


def _item(item: Item, place: lsp.Range, snippets: bool) -> lsp.CompletionItem:
    as_snippet = snippets and item.is_snippet
    text = item.label if item.is_snippet and not snippets else item.insert or item.label
    return lsp.CompletionItem(
        item.label,
        kind=_KINDS[item.kind],
        detail=item.detail or None,
        documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, item.documentation) if item.documentation else None,
        sort_text=f"{item.rank}{item.label}",
        filter_text=item.label,
        insert_text_format=lsp.InsertTextFormat.Snippet if as_snippet else lsp.InsertTextFormat.PlainText,
        text_edit=lsp.TextEdit(place, text),
    )


def code_lens(found: Lens, analysis: Analysis) -> lsp.CodeLens:
    """A command above a line."""
    command = lsp.Command(found.title, found.command, arguments=[{"arguments": found.arguments}])
    return lsp.CodeLens(span_range(found.span, analysis), command)


def outline(construct: Construct, analysis: Analysis) -> lsp.DocumentSymbol:
    """A construct in the outline of its text."""
    block = construct.block
    return lsp.DocumentSymbol(
        construct.name or construct.kind,
        lsp.SymbolKind.Function if block.block("stack") else lsp.SymbolKind.Object,
        span_range(block.span(construct.source), analysis),
        span_range(construct.span, analysis),
        detail=construct.kind,
    )
