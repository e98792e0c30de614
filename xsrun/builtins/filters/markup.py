"""Filters that read and write XML and YAML."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.builtins.registry import Group, Int, Text, Value
from xsrun.hints import Any
from xsrun.late import Late

markup = Group("markup")

_xml_values: Callable[[str], dict[str, Any]] = Late("xsrun.xmltext", "decode")
_yaml_value: Callable[[str], Any] = Late("xsrun.yamltext", "decode")
_yaml_text: Callable[[Any, int | None, int], str] = Late("xsrun.yamltext", "encode")


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
    return _xml_values(subject)


@markup.filter(
    '"a: 1"|yaml_decode -> {"a":1}',
    '"- x\\n- no\\n- null"|yaml_decode -> ["x","no",null]',
    "null|yaml_decode -> null",
    "\"a: [\"|yaml_decode -> !Invalid YAML: expected the node content, but found '<stream end>' in line 1",
    misnomers=("yaml_parse", "parse_yaml"),
)
def yaml_decode(subject: Text) -> Value:
    """Read YAML: text, numbers, true and false, null, lists and objects; dates stay text."""
    return _yaml_value(subject)


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
    return _yaml_text(subject, inline, indent)
