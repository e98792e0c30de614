"""``input`` and ``schema`` blocks to field records, with what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from xsrun.compile.context import Findings
from xsrun.diagnostics import Edit, Found, nearest
from xsrun.project import Construct
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.syntax.builder import unquote
from xsrun.syntax.lexer import Token
from xsrun.syntax.static import NotStatic, static_value
from xsrun.types.checks import ATTRIBUTES, check_fields
from xsrun.types.fields import ABSENT, Field, FilterCall, linked_fields
from xsrun.types.table import DBLINK, TYPES, names_type
from xsrun.values import parse_number

_BOUNDS: Final = re.compile(r"\[\s*(?P<low>-?[0-9]{1,18})?\s*(?::\s*(?P<high>-?[0-9]{1,18})?\s*)?\]")
_PART: Final = re.compile(r'"(?:[^"\\]|\\.)*"|/(?:[^/\\]|\\.)+/\w*|[^"/]|/')
MARKS: Final = frozenset({"required", "optional", "nullable"})
"""What people write before or behind a field in place of ``?``."""
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Fields:
    """Reads the fields of one block; ``tables`` by name are what a ``dblink`` in it may lead to.

    ``column`` says that they are the columns of a table.
    """

    def __init__(self, findings: Findings, tables: Mapping[str, Construct], column: bool = False) -> None:
        self.findings = findings
        self.tables = tables
        self.column = column
        self.places: dict[int, tree.Field] = {}

    def read(self, block: tree.Block | None) -> tuple[Field, ...]:
        """The fields of a block, checked."""
        fields = self._read(block)
        for field, finding in check_fields(fields, column=self.column):
            node = self.places.get(id(field))
            if node is not None and (node.type == DBLINK or tree.is_broken(node)):
                continue  # columns are checked where their table declares them
            span = self._span(node, finding.code) if node else None
            report = self.findings.found.warn if finding.severity == "warning" else self.findings.found.error
            edits = (Edit(span, finding.instead),) if span and finding.instead else ()
            report(finding.code, finding.message, span, finding.help, edits=edits)
        return fields

    def _span(self, node: tree.Field, code: str) -> Span:
        """The field, or its type when that is what is wrong."""
        start = node.type_start
        return (
            Span(self.findings.source, start, start + len(node.type))
            if code == "unknown-type"
            else self.findings.span(node)
        )

    def _read(self, block: tree.Block | None) -> tuple[Field, ...]:
        made: list[Field] = []
        linked: set[str] = set()
        for entry in (block.body or ()) if block else ():
            if isinstance(entry, tree.Field):
                if entry.disabled:
                    continue
                found = self._linked(entry) if entry.type == DBLINK else self._fields(entry)
                self.places |= {id(field): entry for field in found}
                linked |= {field.name for field in found if entry.type == DBLINK}
                again = linked & {field.name for field in found}
                made = [*(field for field in made if field.name not in again), *found]
            else:
                self.findings.error(
                    "misplaced", "here stand fields", entry, help="write a type and a name, e.g. text title"
                )
        return tuple(made)

    def _linked(self, node: tree.Field) -> tuple[Field, ...]:
        """The fields that a `dblink` stands for: one for each column of its table that is not hidden."""
        if self.column:
            self.findings.error("wrong-type", "Type 'dblink' is for inputs only", node, "write the columns out")
            return ()
        attributes, _ = self._attributes(node)
        table = attributes.get("table")
        if not isinstance(table, str):
            self.findings.error("missing-attribute", "a `dblink` names its table", node, 'write table = "name"')
            return ()
        if table not in self.tables:
            near = nearest(table, self.tables)
            help = f'did you mean "{near}"?' if near else "add table/….xs that declares it"
            self.findings.error("unresolved-table", f"there is no table `{table}`", node, help)
            return ()
        linked = self.tables[table]
        columns = Fields(Findings(linked.source, Found()), {}).read(linked.block.block("schema"))
        override = attributes.get("override")
        given = override.items() if isinstance(override, dict) else ()
        return linked_fields(columns, [name for name, each in given if isinstance(each, dict) and each.get("hidden")])

    def _fields(self, node: tree.Field) -> list[Field]:
        """The field of a line, and the names of those that stand behind it and should not."""
        words = _Words(node)
        if not words.name and node.type in ATTRIBUTES and words.default is not None:
            place = Span(self.findings.source, node.type_start, node.type_start + len(node.type))
            message = f"`{node.type}` belongs to a field, not to the block"
            written = self.findings.span(words.default).text
            shown = f"put it into the braces of its field, e.g. text name {{ {node.type} = {written} }}"
            self.findings.error("misplaced", message, place, shown)
            return []
        if not words.name and not tree.is_broken(node):
            self.findings.error(
                "missing-name", f"the field of type `{node.type}` has no name", node, help=f"write {node.type} name"
            )
        if not names_type(node.type) and words.name in TYPES and words.second is None:
            self._swapped(node, words)
            words.type, words.name = words.name, words.type
        further: list[Field] = []
        if words.second is not None and not self._marked_in_words(node, words):
            self.findings.error(
                "two-fields",
                "two fields stand on one line",
                words.second.span(self.findings.source),
                "give each its own line",
            )
            further = [Field(name=name, type="json") for name in words.further if name not in TYPES]
        low, high = self._bounds(words.bounds, node)
        attributes, children = self._attributes(node)
        field = Field(
            name=words.name,
            type=words.type,
            is_list=bool(words.bounds),
            low=low,
            high=high,
            nullable=words.nullable,
            optional=words.optional,
            default=self._default(words.default),
            filters=read_filters(words.filters),
            attributes=attributes,
            children=children,
        )
        return [field, *further]

    def _swapped(self, node: tree.Field, words: _Words) -> None:
        """``name text``: the name of a field stands before its type."""
        first = Span(self.findings.source, node.type_start, node.type_start + len(node.type))
        edits = (Edit(first, words.name), Edit(words.place.span(self.findings.source), node.type))
        help = f"write {words.name} {node.type}"
        self.findings.error("syntax", "a field begins with its type", node, help=help, edits=edits)

    def _marked_in_words(self, node: tree.Field, words: _Words) -> bool:
        """``required text name`` and its kin, reported; such a field then is what was meant."""
        assert words.second is not None
        mark = next((each for each in (node.type, words.second.name) if each in MARKS), "")
        if mark:
            if mark == node.type:
                words.type, words.name = words.name, words.second.name
            written = f"{words.type} {words.name}{'' if mark == 'required' else '?'}"
            message = f"`{mark}` is no word: a field is required unless its name ends with `?`"
            self.findings.error("syntax", message, node, help=f"write {written}")
        return bool(mark)

    def _bounds(self, written: list[str], node: tree.Field) -> tuple[int | None, int | None]:
        if len(written) > 1:
            end = next(bit.end for bit in reversed(node.bits) if isinstance(bit, Token) and bit.type == "BOUNDS")
            place = Span(self.findings.source, node.type_start, end)
            message, help = f"`{node.type}{''.join(written)}` is no type", "write json for a list of lists"
            self.findings.error("unknown-type", message, place, help, edits=[Edit(place, "json")])
        match = _BOUNDS.fullmatch(written[0]) if written else None
        if written and match is None:
            self.findings.error("bad-bounds", f"`{written[0]}` are no bounds", node, help="write [] or [1:10]")
        if match is None or match.group() == "[]":
            return None, None
        low, high = match.group("low"), match.group("high")
        if ":" not in written[0]:
            self.findings.error("bad-bounds", f"`{written[0]}` has no colon", node, help=f"write [{low or ''}:]")
        return (int(low) if low else None), (int(high) if high else None)

    def _default(self, node: tree.Node | None) -> Any:
        if node is None:
            return ABSENT
        if isinstance(node, tree.Word):
            return node.name
        try:
            return static_value(node)
        except NotStatic as fault:
            self.findings.error("bad-default", "a default is a literal", fault.node, help="write the value itself")
            return ABSENT

    def _attributes(self, node: tree.Field) -> tuple[dict[str, Any], tuple[Field, ...]]:
        found: dict[str, Any] = {}
        children: tuple[Field, ...] = ()
        for entry in node.body or ():
            if isinstance(entry, tree.Block) and entry.keyword == "schema":
                children = self._read(entry)
                found[entry.keyword] = True
            elif isinstance(entry, tree.Broken):
                continue
            elif isinstance(entry, tree.Attribute):
                try:
                    found[entry.name] = static_value(entry.value)
                except NotStatic as fault:
                    self.findings.error("not-constant", f"`{entry.name}` of a field is a literal", fault.node)
            else:
                self.findings.error("misplaced", "a field has attributes only", entry, help='e.g. description = "…"')
        return found, children


class _Words:
    """The bits of a field, sorted by what they are."""

    def __init__(self, node: tree.Field) -> None:
        self.type = node.type
        self.name = ""
        self.place = tree.Word(node.type_start, node.type_start, "")
        """Where the name stands."""
        self.nullable = self.optional = False
        self.bounds: list[str] = []
        self.default: tree.Node | None = None
        self.filters = ""
        self.further: list[str] = []
        self.second: tree.Word | None = None
        """A name behind the name: the start of another field."""
        for bit in node.bits:
            if isinstance(bit, tree.Broken):
                continue
            if not isinstance(bit, Token):
                self.default = bit
            elif bit.type == "BOUNDS":
                self.bounds.append(bit.value)
            elif bit.type == "FILTERS":
                self.filters = bit.value.partition("=")[2].strip()
            elif bit.type == "QUESTION":
                self.optional, self.nullable = (True, self.nullable) if self.name else (self.optional, True)
            elif self.name:
                self.second = self.second or tree.Word(bit.start, bit.end, bit.value)
                self.further.append(bit.value)
            else:
                self.name = unquote(bit.value) if bit.type == "STRING" else bit.value
                self.place = tree.Word(bit.start, bit.end, self.name)


def read_filters(text: str) -> tuple[FilterCall, ...]:
    """``trim|min:1|pattern:/…/`` as records."""
    return tuple(_filter(part) for part in _split(text, "|") if part.strip())


def _filter(text: str) -> FilterCall:
    name, *arguments = _split(text.strip(), ":")
    disabled = name.startswith("!")
    return FilterCall(name.lstrip("!").strip(), tuple(_argument(each.strip()) for each in arguments), disabled)


def _argument(text: str) -> Any:
    if text.startswith('"'):
        return unquote(text)
    if _NUMBER.fullmatch(text):
        return parse_number(text)
    return {"true": True, "false": False}.get(text, text)


def _split(text: str, separator: str) -> list[str]:
    """Parts between separators that stand outside quotes, brackets and regular expressions."""
    parts, current, depth = [], "", 0
    for match in _PART.finditer(text):
        piece = match.group()
        if piece in "([{":
            depth += 1
        elif piece in ")]}":
            depth -= 1
        if piece == separator and depth <= 0:
            parts.append(current)
            current = ""
        else:
            current += piece
    return [*parts, current]
