"""A run as a test: a ``test`` block for its main function, and mocks for what that function had done outside.

What a statement of the function got from outside, itself or through the functions it calls, becomes its mock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from xsrun import values
from xsrun.diagnostics import Edit, Found
from xsrun.source import Source, Span
from xsrun.syntax import tree
from xsrun.syntax.parser import parse_documents
from xsrun.tracing.tracer import Step

INDENT: Final = "  "
WORDS: Final = frozenset({"true", "false", "null"})
"""Names that are values, and no keys without quotes."""


class NoTest(Exception):
    """The run makes no test."""


def as_test(
    name: str, source: Source, function: str, given: Mapping[str, Any], steps: Iterable[Step], ended: tuple[Any, str]
) -> list[Edit]:
    """The edits of the text of a function that add the test of a run.

    ``steps`` are those of the run with its requests; ``ended`` is the value it gave back, and the message of the
    error that it ended with, ``""`` for none. Raises NoTest.
    """
    block = _function(source, function)
    edits = [_mock(name, source, block, line, value) for line, value in _outside(steps, source.name)]
    value, message = ended
    end = source.text.rindex("}", block.start, block.end)
    return [*edits, Edit(Span(source, end, end), _test(name, given, value, message))]


def _function(source: Source, name: str) -> tree.Block:
    for parsed in parse_documents(source, Found()):
        for entry in parsed.document.entries:
            if isinstance(entry, tree.Block) and entry.keyword == "function" and entry.name == name:
                return entry
    raise NoTest(f"the function `{name}` is not in {source.name}")


def _outside(steps: Iterable[Step], file: str) -> Iterator[tuple[int, Any]]:
    """The lines of the function's own statements that led to a request, with what they bound; the last turn counts."""
    found: dict[int, Any] = {}
    asked = False
    for step in steps:
        asked = asked or step.kind == "request"
        if step.kind == "statement" and step.depth == 1:
            place, _, line = step.place.rpartition(":")
            if asked and place == file:
                found[int(line)] = step.values[0][1] if step.values else None
            asked = False
    yield from found.items()


def _mock(name: str, source: Source, function: tree.Block, line: int, value: Any) -> Edit:
    """The edit that gives a statement its mock."""
    entry = f"{values.dumps(name)}: {_literal(value)}"
    for node in function.walk():
        if isinstance(node, tree.Block) and node.body is not None and source.position(node.start)[0] == line:
            known = node.attribute("mock")
            if known is not None and isinstance(known.value, tree.ObjectLiteral):
                comma = "," if known.value.pairs else ""
                return _insert(source, known.value.start + 1, f"{entry}{comma} ")
            start = node.heads[-1].end if node.heads else node.keyword_start + len(node.keyword)
            return _insert(source, source.text.index("{", start) + 1, f"\n{INDENT * 3}mock = {{{entry}}}")
    raise NoTest(f"the statement in line {line} of {source.name} takes no mock: it has no braces")


def _insert(source: Source, at: int, text: str) -> Edit:
    return Edit(Span(source, at, at), text)


def _test(name: str, given: Mapping[str, Any], value: Any, message: str) -> str:
    if message:
        expected = f"expect.to_throw {{\n{INDENT * 3}value = {values.dumps(message)}\n{INDENT * 2}}}"
    else:
        expected = f"expect.to_equal ($response) {{\n{INDENT * 3}value = {_literal(value)}\n{INDENT * 2}}}"
    shown = f"{INDENT * 2}input = {_literal(dict(given))}\n" if given else ""
    return f"\n{INDENT}test {values.dumps(name)} {{\n{shown}{INDENT * 2}{expected}\n{INDENT}}}\n"


def _literal(value: Any) -> str:
    """A JSON value as the language writes it: keys without quotes where they are names."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return values.dumps(value)


def _key(key: str) -> str:
    return key if key.isascii() and key.isidentifier() and key not in WORDS else values.dumps(key)
