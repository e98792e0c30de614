"""What stands at a place, in Markdown: words of the language from the catalogue, names from the project."""

from __future__ import annotations

from typing import NamedTuple

from xsrun import catalogue
from xsrun.catalogue import Entry
from xsrun.compile.types import ANY
from xsrun.lsp.kinds import in_words
from xsrun.lsp.symbols import Occurrence
from xsrun.lsp.workspace import Analysis
from xsrun.sections import fenced, section
from xsrun.syntax import tree
from xsrun.types.fields import Field


class Hover(NamedTuple):
    """Markdown about the text from ``start`` up to ``end``."""

    start: int
    end: int
    text: str


def hover(analysis: Analysis, path: str, offset: int) -> Hover | None:
    """What is known of the word at an offset; None when it is nothing of interest."""
    named = analysis.symbols.at(path, offset)
    if named is not None:
        text = _of_symbol(analysis, named)
        return Hover(named.span.start, named.span.end, text) if text else None
    construct = analysis.construct(path, offset)
    if construct is None:
        return None
    around = [node for node in construct.block.walk() if node.start <= offset <= node.end]
    for node in sorted(around, key=lambda each: each.end - each.start):
        found = _of_node(node, offset, around)
        if found is not None:
            return found
    return None


# ------------------------------------------------------------------ the language


def _of_node(node: tree.Node, offset: int, around: list[tree.Node]) -> Hover | None:
    """What the catalogue says of the word that names a node, when the offset is in it."""
    text, start, name = "", 0, ""
    if isinstance(node, tree.Filter):
        start, name = node.name_start, node.name
        text = _section(catalogue.FILTER, name)
    elif isinstance(node, tree.Block):
        start, name = node.keyword_start, node.keyword
        text = _section(catalogue.STATEMENT, name) or _section(catalogue.CONSTRUCT, name)
    elif isinstance(node, tree.Attribute):
        start, name = node.name_end - len(node.name), node.name
        owner = next((each for each in around if isinstance(each, tree.Block) and node in (each.body or ())), None)
        text = _of_attribute(name, owner.keyword) if owner else ""
    elif isinstance(node, tree.Field):
        start, name = node.type_start, node.type
        text = _section(catalogue.TYPE, name)
    end = start + len(name)
    return Hover(start, end, text) if text and start <= offset <= end else None


def _entry(kind: str, name: str) -> Entry | None:
    return next((each for each in catalogue.find(name) if each.kind == kind and each.name == name), None)


def _section(kind: str, name: str) -> str:
    """All that is known of a name, ``""`` when it is none of this kind."""
    entry = _entry(kind, name)
    return section(entry) if entry else ""


def _of_attribute(name: str, statement: str) -> str:
    entry = _entry(catalogue.STATEMENT, statement)
    found = next((each for each in entry.parameters if each.name == name), None) if entry else None
    if found is None:
        return ""
    described = [found.type, "required" if found.required else f"default `{found.default}`" if found.default else ""]
    return f"`{name}` of `{statement}`: {', '.join(each for each in described if each) or 'optional'}"


def _code(text: str) -> str:
    return fenced(text, "xanoscript").rstrip()


# ------------------------------------------------------------------ the project


def _of_symbol(analysis: Analysis, named: Occurrence) -> str:
    symbol = named.symbol
    declared = analysis.symbols.declarations(symbol)
    places = f"declared at {declared[0].span.place}" if declared else ""
    if symbol.kind == "variable":
        construct = analysis.construct(named.span.source.path, named.span.start)
        known = analysis.inference(construct).variables.get(symbol.name, ANY) if construct else ANY
        return "\n\n".join([_code(f"${symbol.name}: {in_words(known)}"), places])
    if symbol.kind == "input":
        field = next((each for each in analysis.fields(symbol.scope) if each.name == symbol.name), None)
        return "\n\n".join([_code(f"input {_declared(field) if field else symbol.name}"), *_description(field), places])
    if symbol.kind == "env":
        return f"`$env.{symbol.name}`: " + (places or "no job declares it")
    described = [_code(f'{symbol.kind} "{symbol.name}"')]
    if (construct := next((each for each in analysis.folder.constructs if each.name == symbol.name), None)) is not None:
        text = construct.block.attribute("description")
        described += [str(text.value.value)] if text and isinstance(text.value, tree.Literal) else []
    fields = analysis.fields(f"{symbol.kind} {symbol.name}")
    listed = "\n".join(f"- `{_declared(field)}` {' '.join(_description(field))}".rstrip() for field in fields)
    return "\n\n".join(part for part in [*described, listed, places] if part)


def _declared(field: Field) -> str:
    """A field as it is declared."""
    return f"{field.type}{'[]' if field.is_list else ''} {field.name}{'?' if field.optional else ''}"


def _description(field: Field | None) -> list[str]:
    text = field.attributes.get("description") if field else None
    return [text] if isinstance(text, str) and text else []
