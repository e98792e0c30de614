"""Where every name of a project is declared and used: one table for definition, references, rename and completion.

The places are those of the bare name, without ``$`` and quotes, so that a new name can be put there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from xsrun.compile import callees
from xsrun.compile.callees import query_name
from xsrun.compile.names import RESERVED
from xsrun.project import RUN_KINDS, Construct, Folder
from xsrun.source import Source, Span
from xsrun.syntax import tree
from xsrun.syntax.lexer import Token

CALLS: Final = {**callees.CALLS, "addon.call": "addon"}
"""Statements that name what they call in their head, and the kind of it."""
CLAUSE_CALLS: Final = frozenset({"main", "pre", "post"})
"""Clauses of a job that name a function."""
TABLE_STATEMENTS: Final = re.compile(r"db\.(?!direct_query|external|transaction|set_datasource)")
"""Statements that name a table in their head."""
CODE: Final = {"api.lambda": "code", "util.template_engine": "value"}
"""Attributes whose text is a program that reads variables."""

_KEY: Final = re.compile(r"!?\s*(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|([\w.\-]+))")
_READ_IN_CODE: Final = re.compile(r"\$(?:(var|input|env)\.)?([A-Za-z_]\w*)")
_ROOTS: Final = {"var": "variable", "input": "input", "env": "env"}


class Symbol(NamedTuple):
    """Something with a name. ``scope`` is the construct around a variable or input, ``""`` for what all can see."""

    kind: str
    """``variable``, ``input``, ``env``, ``table``, ``job``, or the kind of a construct that can be called."""
    name: str
    scope: str = ""


class Occurrence(NamedTuple):
    """A place where a symbol is named."""

    symbol: Symbol
    span: Span
    declares: bool = False
    quote: str = ""
    """The quote around the name, ``""`` when it is a bare word."""


class Symbols:
    """All occurrences of a project, by symbol and by file."""

    def __init__(self, occurrences: Iterable[Occurrence]) -> None:
        self.by_symbol: dict[Symbol, list[Occurrence]] = {}
        self.by_path: dict[str, list[Occurrence]] = {}
        places: dict[tuple[str, int], Occurrence] = {}
        for each in occurrences:
            place = each.span.source.path, each.span.start
            if each.declares or place not in places:
                places[place] = each
        for each in places.values():
            self.by_symbol.setdefault(each.symbol, []).append(each)
            self.by_path.setdefault(each.span.source.path, []).append(each)

    def at(self, path: str, offset: int) -> Occurrence | None:
        """What is named at a place of a text, its last character included."""
        here = (each for each in self.by_path.get(path, ()) if each.span.start <= offset <= each.span.end)
        return min(here, key=lambda each: each.span.end - each.span.start, default=None)

    def of(self, symbol: Symbol) -> list[Occurrence]:
        """Every place where a symbol is named."""
        return self.by_symbol.get(symbol, [])

    def declarations(self, symbol: Symbol) -> list[Occurrence]:
        """Where a symbol is declared."""
        return [each for each in self.of(symbol) if each.declares]

    def names(self, kind: str, scope: str = "") -> list[str]:
        """The declared names of a kind that are seen in a scope."""
        return [
            symbol.name
            for symbol, places in self.by_symbol.items()
            if symbol.kind == kind and symbol.scope == scope and any(each.declares for each in places)
        ]


KnownNames = dict[Source, list[Occurrence]]
"""The names in the texts of a project that were looked through before."""


def symbols_of(folder: Folder, known: KnownNames) -> Symbols:
    """The names of a project; only texts that are not ``known`` are looked through, those that are gone forgotten."""
    for gone in known.keys() - set(folder.sources):
        del known[gone]
    for source in folder.sources:
        if source not in known:
            here = [each for each in folder.constructs if each.source is source]
            known[source] = [place for each in here for place in _Names(each).occurrences()]
    return Symbols(place for source in folder.sources for place in known[source])


def scope_of(construct: Construct) -> str:
    """What tells the variables and inputs of a construct from those of all others."""
    name = query_name(construct.block) if construct.kind == "query" else construct.name
    return f"{callable_kind(construct.kind)} {name}" if name else construct.span.place


def callable_kind(kind: str) -> str:
    """The kind by which a construct is called."""
    return "trigger" if kind.endswith("_trigger") else "job" if kind in RUN_KINDS else kind


def clause_callee(construct: Construct, clause: str) -> str:
    """The function that a clause of a job names, ``""`` when it names none."""
    given = construct.block.attribute(clause)
    named = _pairs(given.value).get("name") if given else None
    return _name_of(named.value) if named else ""


class _Names:
    """Finds the names in one construct."""

    def __init__(self, construct: Construct) -> None:
        self.construct = construct
        self.source: Source = construct.source
        self.scope = scope_of(construct)
        self.kind = callable_kind(construct.kind)

    def occurrences(self) -> Iterator[Occurrence]:
        block = self.construct.block
        yield from self._head(block, Symbol(self.kind, self.construct.name), declares=True)
        if self.construct.kind in RUN_KINDS:
            yield from self._job(block)
            return
        for entry in block.body or ():
            if isinstance(entry, tree.Block) and entry.keyword == "input":
                yield from self._inputs(entry)
            elif isinstance(entry, tree.Block) and entry.keyword == "test":
                yield from _Names(self.construct)._test(entry)
            else:
                yield from self._walk(entry)

    def _test(self, block: tree.Block) -> Iterator[Occurrence]:
        """A unit test sees the inputs of its function, and has variables of its own."""
        for entry in block.body or ():
            if isinstance(entry, tree.Attribute) and entry.name == "input":
                yield from self._keys(entry.value, Symbol("input", "", self.scope))
        self.scope = f"{self.scope} test {block.start}"
        for entry in block.body or ():
            yield from self._walk(entry)

    # ------------------------------------------------------------ constructs

    def _head(self, block: tree.Block, symbol: Symbol, declares: bool = False) -> Iterator[Occurrence]:
        """The name in the head of a block."""
        for head in block.heads:
            if isinstance(head, tree.Literal | tree.Word):
                yield from self._text(head, symbol, declares)
                return

    def _text(self, node: tree.Node, symbol: Symbol, declares: bool = False) -> Iterator[Occurrence]:
        """A name that is written as a word or as a text."""
        if isinstance(node, tree.Word):
            yield Occurrence(symbol, Span(self.source, node.start, node.end), declares)
        elif isinstance(node, tree.Literal) and node.raw[:1] in ('"', "'") and not node.raw.startswith(('"""', "'''")):
            yield Occurrence(symbol, Span(self.source, node.start + 1, node.end - 1), declares, node.raw[0])

    def _job(self, block: tree.Block) -> Iterator[Occurrence]:
        for clause in block.body or ():
            if not isinstance(clause, tree.Attribute):
                continue
            if clause.name in CLAUSE_CALLS:
                yield from self._clause(clause.value)
            elif clause.name == "env" and isinstance(clause.value, tree.ListLiteral):
                for item in clause.value.items:
                    yield from self._text(item, Symbol("env", _name_of(item)), declares=True)

    def _clause(self, node: tree.Node) -> Iterator[Occurrence]:
        pairs = _pairs(node)
        if "name" not in pairs:
            return
        name = _name_of(pairs["name"].value)
        yield from self._text(pairs["name"].value, Symbol("function", name))
        if "input" in pairs:
            yield from self._keys(pairs["input"].value, Symbol("input", "", f"function {name}"))

    def _inputs(self, block: tree.Block) -> Iterator[Occurrence]:
        for field in block.body or ():
            if not isinstance(field, tree.Field):
                continue
            token = next((bit for bit in field.bits if isinstance(bit, Token) and bit.type in ("WORD", "STRING")), None)
            if token is not None:
                quote = token.value[0] if token.type == "STRING" else ""
                span = Span(self.source, token.start + len(quote), token.end - len(quote))
                yield Occurrence(Symbol("input", span.text, self.scope), span, True, quote)
            yield from self._tables(field)

    def _tables(self, node: tree.Node) -> Iterator[Occurrence]:
        for each in node.walk():
            if isinstance(each, tree.Attribute) and each.name == "table":
                yield from self._text(each.value, Symbol("table", _name_of(each.value)))

    # ------------------------------------------------------------ statements

    def _walk(self, node: tree.Node) -> Iterator[Occurrence]:
        for each in node.walk():
            if isinstance(each, tree.Variable):
                yield from self._variable(each, declares=False)
            elif isinstance(each, tree.Path):
                yield from self._path(each)
            elif isinstance(each, tree.Block):
                yield from self._block(each)
            elif isinstance(each, tree.Filter) and each.name.startswith("lambda"):
                for argument in each.arguments:
                    yield from self._code(argument, plain=False)
            elif isinstance(each, tree.Attribute) and each.name == "table":
                yield from self._text(each.value, Symbol("table", _name_of(each.value)))

    def _block(self, block: tree.Block) -> Iterator[Occurrence]:
        if block.keyword in CALLS:
            kind = CALLS[block.keyword]
            name = query_name(block) if kind == "query" else block.name
            yield from self._head(block, Symbol(kind, block.name))
            given = block.attribute("input")
            if given is not None:
                yield from self._keys(given.value, Symbol("input", "", f"{kind} {name}"))
        elif TABLE_STATEMENTS.match(block.keyword):
            yield from self._head(block, Symbol("table", block.name))
        elif block.keyword in CODE and (code := block.attribute(CODE[block.keyword])):
            yield from self._code(code.value, plain=block.keyword != "api.lambda")
        declared = [head for head in block.heads if block.keyword == "var"]
        for target in [*declared, *([block.binding.target] if block.binding else ())]:
            if isinstance(target, tree.Variable):
                yield from self._variable(target, declares=True)

    def _variable(self, node: tree.Variable, declares: bool) -> Iterator[Occurrence]:
        if node.name.isidentifier() and node.name not in RESERVED:
            span = Span(self.source, node.start + 1, node.end)
            yield Occurrence(Symbol("variable", node.name, self.scope), span, declares)

    def _path(self, node: tree.Path) -> Iterator[Occurrence]:
        """``$input.name``, ``$env.name`` and ``$var.name``."""
        base, first = node.base, node.steps[0]
        if not isinstance(base, tree.Variable) or base.name not in _ROOTS or not isinstance(first, tree.Member):
            return
        if not first.quoted and first.name.isidentifier():
            kind = _ROOTS[base.name]
            symbol = Symbol(kind, first.name, "" if kind == "env" else self.scope)
            yield Occurrence(symbol, Span(self.source, first.end - len(first.name), first.end))

    def _keys(self, node: tree.Node, symbol: Symbol) -> Iterator[Occurrence]:
        """The keys of an object that gives inputs."""
        for pair in node.pairs if isinstance(node, tree.ObjectLiteral) else ():
            written = _KEY.match(self.source.text, pair.start) if isinstance(pair, tree.Pair) else None
            if isinstance(pair, tree.Pair) and pair.computed is None and written:
                at = written.lastindex or 0
                span = Span(self.source, *written.span(at))
                yield Occurrence(symbol._replace(name=pair.key), span, False, pair.quoted)

    def _code(self, node: tree.Node, plain: bool) -> Iterator[Occurrence]:
        """The variables that the text of a lambda or template reads; a template reads plain ``$name`` too."""
        if not isinstance(node, tree.Literal) or not isinstance(node.value, str):
            return
        for match in _READ_IN_CODE.finditer(self.source.text, node.start, node.end):
            root, name = match.groups()
            if root or (plain and name not in RESERVED):
                kind = _ROOTS[root or "var"]
                symbol = Symbol(kind, name, "" if kind == "env" else self.scope)
                yield Occurrence(symbol, Span(self.source, *match.span(2)))


def _pairs(node: tree.Node) -> dict[str, tree.Pair]:
    """The pairs of an object by key."""
    pairs = node.pairs if isinstance(node, tree.ObjectLiteral) else ()
    return {pair.key: pair for pair in pairs if isinstance(pair, tree.Pair)}


def _name_of(node: tree.Node) -> str:
    """The name that a word or text is."""
    return node.name if isinstance(node, tree.Word) else str(node.value) if isinstance(node, tree.Literal) else ""
