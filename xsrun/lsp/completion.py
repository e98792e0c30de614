"""What may be written at a place, best first: from the catalogue of the language and the names of the project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from xsrun import catalogue
from xsrun.builtins.catalogue import registry
from xsrun.catalogue import Entry
from xsrun.compile.calls import COMMON_ATTRIBUTES
from xsrun.compile.types import ANY, Type
from xsrun.diagnostics import ERROR_KINDS, Found
from xsrun.language import CONSTRUCTS, EVERYWHERE
from xsrun.lsp.cursor import Cursor, cursor_at
from xsrun.lsp.kinds import fits, in_words
from xsrun.lsp.snippets import assigned, block_snippet, construct_snippet, filter_snippet, statement_snippet
from xsrun.lsp.symbols import CALLS, CLAUSE_CALLS, clause_callee, scope_of
from xsrun.lsp.workspace import Analysis
from xsrun.project import Construct
from xsrun.source import Source
from xsrun.syntax import tree
from xsrun.syntax.parser import parse_expression
from xsrun.types.checks import ATTRIBUTES
from xsrun.types.fields import Field
from xsrun.types.table import DBLINK

STACKS: Final = frozenset({"stack", "if", "elseif", "else", "each", "try", "catch", "finally", "case", "default"})
"""Blocks that hold statements."""
ERROR_PARTS: Final = ("code", "message", "name", "result", "payload", "status")
WORDS: Final = ("true", "false", "null", "now")


class Item(NamedTuple):
    """One thing that may be written."""

    label: str
    kind: str
    """``filter``, ``variable``, ``statement``, ``attribute``, ``type``, ``function``, ``table``, ``word`` …"""
    detail: str = ""
    documentation: str = ""
    insert: str = ""
    """The text to put in place of the word, the label when empty."""
    is_snippet: bool = False
    """Whether ``insert`` is a snippet, with places to fill in."""
    rank: int = 0
    """Items of a lower rank come first."""


class Completion(NamedTuple):
    """What may be written from ``start`` up to the cursor."""

    start: int
    items: list[Item]


def complete(analysis: Analysis, path: str, offset: int) -> Completion:
    """What may be written at an offset of a text."""
    source = analysis.sources[path]
    cursor = cursor_at(source, offset)
    make = _MAKERS.get(cursor.kind)
    if make is None:
        return Completion(cursor.start, [])
    return Completion(cursor.start, [*make(_Asked(analysis, source, cursor, analysis.construct(path, offset)))])


class _Asked(NamedTuple):
    analysis: Analysis
    source: Source
    cursor: Cursor
    construct: Construct | None

    @property
    def scope(self) -> str:
        return scope_of(self.construct) if self.construct else ""

    def type_of(self, node: tree.Node | None) -> Type:
        """What an expression in the construct may be."""
        try:
            return self.analysis.inference(self.construct).of(node) if self.construct and node else ANY
        except RecursionError:
            return ANY

    def names(self, kind: str, scope: str = "") -> list[str]:
        return self.analysis.symbols.names(kind, scope)


def _entries(kind: str) -> Iterator[Entry]:
    return (each for each in catalogue.entries() if each.kind == kind)


# ------------------------------------------------------------------ expressions


def _filters(asked: _Asked) -> Iterator[Item]:
    chain, known = asked.cursor.subject, ANY
    if chain is not None:
        before = tree.Chain(chain.start, chain.end, chain.subject, chain.filters[:-1])
        known = asked.type_of(before if before.filters else before.subject)
    records = registry().filters
    for each in _entries(catalogue.FILTER):
        rank, written = fits(records[each.name], known), filter_snippet(each)
        yield Item(each.name, "filter", each.signature, each.summary, written, written != each.name, rank)


def _variables(asked: _Asked) -> Iterator[Item]:
    yield from (Item(f"${name}", "variable", in_words(held)) for name, held in _set(asked))
    yield from (Item(f"$input.{name}", "input", shown, rank=1) for name, shown in _inputs(asked))
    for each in _entries(catalogue.REFERENCE):
        if "." not in each.name:
            yield Item(each.name, "keyword", each.returns, each.summary, rank=2)


def _set(asked: _Asked) -> Iterator[tuple[str, Type]]:
    """The variables of the construct, and what each may hold."""
    held = asked.analysis.inference(asked.construct).variables if asked.construct else {}
    for name in dict.fromkeys([*asked.names("variable", asked.scope), *asked.cursor.variables]):
        yield name, held.get(name, ANY)


def _inputs(asked: _Asked) -> Iterator[tuple[str, str]]:
    """The inputs of the construct, and the type of each."""
    types = {field.name: _type(field) for field in asked.analysis.fields(asked.scope)}
    for name in dict.fromkeys([*asked.names("input", asked.scope), *asked.cursor.inputs]):
        yield name, types.get(name, "")


def _type(field: Field) -> str:
    return f"{field.type}{'[]' if field.is_list else ''}"


def _members(asked: _Asked) -> Iterator[Item]:
    path = asked.cursor.detail
    if path == "$input":
        yield from (Item(name, "input", shown) for name, shown in _inputs(asked))
    elif path == "$env":
        yield from _env_names(asked)
        for each in _entries(catalogue.REFERENCE):
            if each.name.startswith("$env."):
                yield Item(each.name.removeprefix("$env."), "env", each.returns, each.summary, rank=1)
    elif path == "$var":
        yield from (Item(name, "variable", in_words(held)) for name, held in _set(asked))
    elif path == "$error":
        yield from (Item(name, "property") for name in ERROR_PARTS)
    else:
        known = asked.type_of(parse_expression(Source("", path), Found()))
        yield from (Item(name, "property", in_words(held)) for name, held in known.fields or ())


def _env_names(asked: _Asked) -> Iterator[Item]:
    known = {symbol.name for symbol in asked.analysis.symbols.by_symbol if symbol.kind == "env"}
    yield from (Item(name, "env", "environment variable") for name in sorted(known - {asked.cursor.word}))


def _values(asked: _Asked) -> Iterator[Item]:
    yield from _variables(asked)
    yield from (Item(word, "keyword", rank=3) for word in WORDS)


# ------------------------------------------------------------------ statements


def _statements() -> Iterator[Item]:
    for each in _entries(catalogue.STATEMENT):
        if each.local:
            yield Item(each.name, "statement", each.signature, each.summary, statement_snippet(each), True)
        else:
            yield Item(each.name, "statement", f"does not run here: {each.parity}", rank=1)


def _in_block(asked: _Asked) -> Iterator[Item]:
    """What stands in a block inside a construct: statements, or what a statement takes."""
    owner = asked.cursor.owner
    if owner.name in STACKS:
        yield from _statements()
    elif owner.name == "test":
        yield Item("input", "attribute", "what the function is called with", insert=assigned("input"))
        yield from (each for each in _statements() if each.label.startswith("expect."))
    elif len(asked.cursor.around) > 1 and asked.cursor.around[-2].kind == "fields":
        yield from (Item(name, "attribute", "of a field", insert=assigned(name)) for name in ATTRIBUTES)
    else:
        yield from _taken_by(owner.name)


def _taken_by(statement: str) -> Iterator[Item]:
    """The attributes and blocks of a statement."""
    for entry in catalogue.find(statement):
        if entry.kind != catalogue.STATEMENT:
            continue
        for each in entry.parameters:
            shown = ", ".join(part for part in (each.type, "required" if each.required else "optional") if part)
            yield Item(each.name, "attribute", shown, insert=assigned(each.name), rank=int(not each.required))
        for name in entry.blocks:
            yield Item(name, "keyword", "block", insert=block_snippet(name, statement), is_snippet=True)
        for name in sorted(COMMON_ATTRIBUTES):
            yield Item(name, "attribute", "of every statement", insert=assigned(name), rank=2)


# ------------------------------------------------------------------ constructs and names


def _constructs(_: _Asked) -> Iterator[Item]:
    for each in _entries(catalogue.CONSTRUCT):
        yield Item(each.name, "keyword", each.signature, each.summary, construct_snippet(each), True)


def _clauses(asked: _Asked) -> Iterator[Item]:
    kind = asked.cursor.owner.name
    for name in (*CONSTRUCTS[kind].clauses, *EVERYWHERE) if kind in CONSTRUCTS else ():
        written = block_snippet(name, kind) if name in ("input", "stack", "test") else assigned(name)
        yield Item(name, "clause", insert=written, is_snippet="{" in written)


def _types(_: _Asked) -> Iterator[Item]:
    yield from (Item(each.name, "type", each.signature, each.summary) for each in _entries(catalogue.TYPE))
    yield Item(DBLINK, "type", "the columns of a table")


def _input_filters(_: _Asked) -> Iterator[Item]:
    by_name = {each.name: each for each in _entries(catalogue.INPUT_FILTER)}
    for each in by_name.values():
        yield Item(each.name, "filter", each.signature, each.summary)


def _callees(asked: _Asked) -> Iterator[Item]:
    in_text = asked.source.text[: asked.cursor.start].endswith(('"', "'"))
    for name in sorted(asked.names(asked.cursor.detail)):
        bare = in_text or name.isidentifier()
        yield Item(name, "function", asked.cursor.detail, insert=name if bare else f'"{name}"')


def _tables(asked: _Asked) -> Iterator[Item]:
    yield from (Item(name, "table") for name in sorted(asked.names("table")))


def _error_types(_: _Asked) -> Iterator[Item]:
    yield from (Item(kind.error_type, "word", f"status {kind.status}") for kind in ERROR_KINDS.values())


def _keys(asked: _Asked) -> Iterator[Item]:
    """Keys of an object: the inputs of what is called, and what a job says of its functions."""
    owner, around = asked.cursor.owner, asked.cursor.around
    outer = around[-2] if len(around) > 1 else owner
    if owner.name in CLAUSE_CALLS:
        yield from (Item(name, "attribute", insert=f"{name}: ") for name in ("name", "input", "as"))
    elif owner.name == "input" and outer.name in CALLS:
        yield from _inputs_of(asked, f"{CALLS[outer.name]} {outer.callee}")
    elif owner.name == "input" and outer.name in CLAUSE_CALLS and asked.construct:
        yield from _inputs_of(asked, f"function {clause_callee(asked.construct, outer.name)}")


def _inputs_of(asked: _Asked, scope: str) -> Iterator[Item]:
    for field in asked.analysis.fields(scope):
        shown = _type(field) if field.may_be_omitted else f"{_type(field)}, required"
        documentation = str(field.attributes.get("description", ""))
        yield Item(field.name, "input", shown, documentation, f"{field.name}: ", rank=int(field.may_be_omitted))


_MAKERS: Final[dict[str, Callable[[_Asked], Iterator[Item]]]] = {
    "filter": _filters,
    "input-filter": _input_filters,
    "variable": _variables,
    "member": _members,
    "value": _values,
    "construct": _constructs,
    "clause": _clauses,
    "block": _in_block,
    "type": _types,
    "callee": _callees,
    "table": _tables,
    "env-name": _env_names,
    "error-type": _error_types,
    "key": _keys,
}
"""What makes the items of each kind of place."""
