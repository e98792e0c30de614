"""Filters that read and write XML and YAML."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, Final
from xml.parsers import expat

import yaml

from xsrun import values
from xsrun.builtins.registry import Group, Int, Text, Value
from xsrun.diagnostics import Fault

markup = Group("markup")

MAX_DEPTH: Final = 100
MAX_NODES: Final = 1_000_000

# ---------------------------------------------------------------- XML


class _XmlTree:
    """Collects what the parser reports, outermost element first."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self.open: list[dict[str, Any]] = []
        self.texts: list[list[str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if len(self.open) >= MAX_DEPTH:
            raise Fault("limit-size", f"XML may be nested at most {MAX_DEPTH} deep")
        element: dict[str, Any] = {"@attributes": attributes or [], "value": []}
        (self.open[-1]["value"].append if self.open else self.root.update)({name: element})
        self.open.append(element)
        self.texts.append([])

    def characters(self, piece: str) -> None:
        """Text within an element."""
        self.texts[-1].append(piece)

    def end(self, _name: str) -> None:
        """An element ends: without elements in it, its value is its text."""
        element, pieces = self.open.pop(), self.texts.pop()
        element["value"] = element["value"] or "".join(pieces)

    def entity(self, name: str, *_: Any) -> None:
        """A document declares an entity: a way to make a small text huge, or to read files."""
        raise Fault("bad-argument", f"XML that declares entities is refused: {name}")


@markup.filter(
    '"<a>1</a>"|xml_decode -> {"a":{"@attributes":[],"value":"1"}}',
    '"<a k=\\"v\\"><b/></a>"|xml_decode -> '
    '{"a":{"@attributes":{"k":"v"},"value":[{"b":{"@attributes":[],"value":""}}]}}',
    '"<a>"|xml_decode -> !Invalid XML: no element found in line 1',
    misnomers=("xml_parse", "parse_xml"),
)
def xml_decode(subject: Text) -> dict[Text, Value]:
    """Read XML: every element becomes an object of its attributes and its value.

    The value is the list of the elements in it, or its text when there are none. Documents that declare
    entities are refused, as is a nesting of more than 100 elements.
    """
    tree = _XmlTree()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.characters
    parser.EntityDeclHandler = tree.entity
    try:
        parser.Parse(values.to_bytes(subject.lstrip()), True)
    except expat.ExpatError as why:
        message = expat.ErrorString(why.code)
        raise Fault("bad-argument", f"Invalid XML: {message} in line {why.lineno}") from None
    return tree.root


# ---------------------------------------------------------------- YAML

_CORE_TYPES: Final = (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^(?:[-+]?[0-9]+|0x[0-9a-fA-F]{1,16})$", list("-+0123456789")),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+.0123456789"),
    ),
)
"""What an unquoted word means: the core types of YAML 1.2, so that ``no`` and ``12:30`` stay text."""
_HEXADECIMAL: Final = re.compile("0x[0-9a-fA-F]{1,16}")

_TAG: Final = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """Reads nodes; an unquoted word has a type of ``_CORE_TYPES`` or is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - filled below by PyYAML's own method


class _Dumper(yaml.SafeDumper):
    """Writes nodes; quotes what either version of YAML would not take for text."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Write everything in full."""
        return True


for _name, _pattern, _first in _CORE_TYPES:
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)
_Loader.add_implicit_resolver(f"{_TAG}merge", re.compile("^<<$"), ["<"])


class _YamlTree:
    """Makes values of nodes, and counts them: a few aliases can stand for millions."""

    def __init__(self) -> None:
        self.nodes = 0

    def value(self, node: Any, depth: int = 0) -> Any:
        """The value of a node."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise Fault("limit-size", f"YAML may have at most {MAX_DEPTH} levels and {MAX_NODES:,} values")
        kind = node.tag.removeprefix(_TAG)
        if kind == "seq" and isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        if kind == "map" and isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        if kind in _SCALARS and isinstance(node, yaml.ScalarNode):
            return _SCALARS[kind](node.value)
        raise Fault("bad-argument", f"Invalid YAML: unknown type {kind}")

    def mapping(self, node: Any, depth: int) -> dict[str, Any]:
        """An object; keys merged in with ``<<`` come first and lose against its own."""
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key, item in node.value:
            value = self.value(item, depth + 1)
            if key.tag == f"{_TAG}merge":
                for source in reversed(value if isinstance(value, list) else [value]):
                    merged |= values.mapping(source)
            else:
                own[values.to_text(self.value(key, depth + 1))] = value
        return {**merged, **own}


def _number(written: str) -> int | float:
    number = values.parse_number(written)
    if number is not None:
        return number
    if _HEXADECIMAL.fullmatch(written):
        return values.whole(int(written, 16))
    try:
        return float(written.replace(".", "", 1))
    except ValueError:
        raise Fault("bad-argument", f"Invalid YAML: {written} is no number") from None


_SCALARS: Final[dict[str, Callable[[str], Any]]] = {
    "str": str,
    "null": lambda _: None,
    "bool": lambda written: written.lower() == "true",
    "int": _number,
    "float": _number,
    "merge": str,
}


@markup.filter(
    '"a: 1"|yaml_decode -> {"a":1}',
    '"- x\\n- no\\n- null"|yaml_decode -> ["x","no",null]',
    "null|yaml_decode -> null",
    "\"a: [\"|yaml_decode -> !Invalid YAML: expected the node content, but found '<stream end>' in line 1",
    misnomers=("yaml_parse", "parse_yaml"),
)
def yaml_decode(subject: Text) -> Value:
    """Read YAML: text, numbers, true and false, null, lists and objects; dates stay text."""
    try:
        return _YamlTree().value(yaml.compose(subject, Loader=_Loader)) if subject.strip() else None
    except yaml.MarkedYAMLError as why:
        line = why.problem_mark.line + 1 if why.problem_mark else 1
        raise Fault("bad-argument", f"Invalid YAML: {why.problem} in line {line}") from None
    except yaml.YAMLError:
        raise Fault("bad-argument", "Invalid YAML: it holds characters that YAML does not allow") from None
    except RecursionError:
        raise Fault("limit-size", f"YAML may have at most {MAX_DEPTH} levels") from None


@markup.filter(
    '{a: 1}|yaml_encode -> "a: 1\\n"',
    '{a: [1, {b: null}]}|yaml_encode -> "a:\\n- 1\\n- b: null\\n"',
    '{a: {b: 1}}|yaml_encode:0:1 -> "a: {b: 1}\\n"',
    '"12"|yaml_encode -> "\'12\'\\n"',
    misnomers=("to_yaml",),
    parity="the options number has no effect; layout within lines may differ",
)
def yaml_encode(subject: Value, options: Int = 0, inline: Int | None = None, indent: Int = 2) -> Text:
    """Write any value as YAML.

    From the level ``inline`` on, the outermost being 0, lists and objects are written on one line;
    ``indent`` is the number of spaces of a level, 2 to 9.
    """
    try:
        node = _Dumper(io.StringIO(), sort_keys=False).represent_data(values.plain(subject))
        if inline is not None:
            _flow(node, inline)
        written = yaml.serialize(node, Dumper=_Dumper, indent=indent, allow_unicode=True, width=MAX_NODES)
    except RecursionError:
        raise Fault("limit-size", "the value is nested too deep for YAML") from None
    return str(written).removesuffix("...\n")


def _flow(node: Any, levels: int) -> None:
    """Mark everything below so many levels to be written on one line."""
    if isinstance(node, yaml.ScalarNode):
        return
    node.flow_style = levels <= 0
    below = node.value if isinstance(node, yaml.SequenceNode) else [item for _, item in node.value]
    for item in below:
        _flow(item, levels - 1)
