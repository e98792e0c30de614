"""Every example of every filter, statement and form gives what its record says."""

import pytest
from stack import program

import xsrun
from xsrun import values
from xsrun.builtins.catalogue import registry
from xsrun.builtins.records import Example
from xsrun.compile.forms import FORMS
from xsrun.effects.memory import MemoryHttp, memory_world
from xsrun.effects.ports import Response, World

FILTERS = registry().filters
STATEMENTS = {
    **{name: record.examples for name, record in registry().statements.items()},
    **{name: tuple(map(Example.parse, record.examples)) for name, record in FORMS.items()},
}
CALLED = "\n\n---\nfunction name { input { json a? } response = $input.a }"
"""The function that the examples of ``function.run`` call."""


def world() -> World:
    return memory_world(http=MemoryHttp(lambda request: Response(200)))


@pytest.mark.parametrize("name", FILTERS)
def test_examples_of_a_filter(name):
    for example in FILTERS[name].examples:
        try:
            given = values.dumps(xsrun.evaluate(example.source, world=world()))
        except xsrun.XsError as error:
            given = f"!{error.diagnostics[0].message}"
        agrees(example, given)


@pytest.mark.parametrize("name", STATEMENTS)
def test_examples_of_a_statement(name):
    for example in STATEMENTS[name]:
        binds = example.expected and not example.expected.startswith("!")
        project = program(example.source + CALLED, response="$r" if binds else "null")
        assert not project.errors, f"{example.source}\n{project.errors[0]}"
        result = project.call("case", world=world())
        agrees(example, f"!{result.error.message}" if result.error else values.dumps(result.value))


def agrees(example: Example, given: str) -> None:
    expected = example.expected
    if not expected:
        assert not given.startswith("!"), f"{example.source} -> {given}"
    elif expected.startswith("!"):
        assert given == expected, example.source
    else:
        assert given == values.dumps(values.loads(expected)), example.source
