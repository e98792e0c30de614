"""``input`` and ``schema`` blocks to field records, with what is wrong with them."""

from __future__ import annotations

import re
from typing import Any, Final

from xsrun.compile.context import Findings
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.syntax.builder import unquote
from xsrun.syntax.lexer import Token
from xsrun.syntax.static import NotStatic, static_value
from xsrun.types.checks import check_fields
from xsrun.types.fields import ABSENT, Field, FilterCall

_BOUNDS: Final = re.compile(r"\[\s*(?P<low>-?\d*)\s*(?::\s*(?P<high>-?\d*)\s*)?\]")
_PART: Final = re.compile(r'"(?:[^"\\]|\\.)*"|/(?:[^/\\]|\\.)+/\w*|[^"/]|/')
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


class Fields:
    """Reads the fields of one block."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.places: dict[int, tree.Field] = {}

    def read(self, block: tree.Block | None) -> tuple[Field, ...]:
        """The fields of a block, checked."""
        fields = self._read(block)
        for field, finding in check_fields(fields):
            node = self.places.get(id(field))
            if node is not None and tree.is_broken(node):
                continue
            span = self._span(node, finding.code) if node else None
            report = self.findings.found.warn if finding.severity == "warning" else self.findings.found.error
            report(finding.code, finding.message, span, finding.help)
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
        for entry in (block.body or ()) if block else ():
            if isinstance(entry, tree.Field):
                if not entry.disabled and entry.type != "dblink":
                    field = self._field(entry)
                    self.places[id(field)] = entry
                    made.append(field)
            else:
                self.findings.error(
                    "misplaced", "here stand fields", entry, help="write a type and a name, e.g. text title"
                )
        return tuple(made)

    def _field(self, node: tree.Field) -> Field:
        words = _Words(node)
        if not words.name and not tree.is_broken(node):
            self.findings.error(
                "missing-name", f"the field of type `{node.type}` has no name", node, help=f"write {node.type} name"
            )
        if words.second is not None:
            self.findings.error(
                "two-fields",
                "two fields stand on one line",
                words.second.span(self.findings.source),
                "give each its own line",
            )
        low, high = self._bounds(words.bounds, node)
        attributes, children = self._attributes(node)
        return Field(
            name=words.name,
            type=node.type,
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

    def _bounds(self, written: list[str], node: tree.Field) -> tuple[int | None, int | None]:
        if len(written) > 1:
            self.findings.error(
                "unknown-type", f"`{node.type}{''.join(written)}` is no type", node, help="use json for lists of lists"
            )
        match = _BOUNDS.fullmatch(written[0]) if written else None
        if written and match is None:
            self.findings.error("bad-bounds", f"`{written[0]}` are no bounds", node, help="write [] or [1:10]")
        if match is None or match.group() == "[]":
            return None, None
        if match.group("high") is None:
            self.findings.error(
                "bad-bounds", f"`{written[0]}` has no colon", node, help=f"write [{match.group('low')}:]"
            )
        low, high = match.group("low"), match.group("high")
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
        self.name = ""
        self.nullable = self.optional = False
        self.bounds: list[str] = []
        self.default: tree.Node | None = None
        self.filters = ""
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
            else:
                self.name = unquote(bit.value) if bit.type == "STRING" else bit.value


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
        return float(text) if "." in text else int(text)
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
