"""YAML as values, and values as YAML."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, Final

import yaml

from xsrun import values
from xsrun.diagnostics import Fault

MAX_DEPTH: Final = 100
MAX_NODES: Final = 1_000_000

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


def decode(subject: str) -> Any:
    """The value of a document. Raises Fault."""
    try:
        return _YamlTree().value(yaml.compose(subject, Loader=_Loader)) if subject.strip() else None
    except yaml.MarkedYAMLError as why:
        line = why.problem_mark.line + 1 if why.problem_mark else 1
        raise Fault("bad-argument", f"Invalid YAML: {why.problem} in line {line}") from None
    except yaml.YAMLError:
        raise Fault("bad-argument", "Invalid YAML: it holds characters that YAML does not allow") from None
    except RecursionError:
        raise Fault("limit-size", f"YAML may have at most {MAX_DEPTH} levels") from None


def encode(subject: Any, inline: int | None, indent: int) -> str:
    """A value as a document, from the level ``inline`` on written on one line. Raises Fault."""
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
