"""Every example of every filter, statement and form gives what its record says."""

import pytest
from stack import program

import xsrun
from xsrun import extras, values
from xsrun.builtins.catalogue import registry
from xsrun.builtins.records import Example
from xsrun.compile.forms import FORMS
from xsrun.decisions import DECISIONS
from xsrun.effects.memory import MemoryHttp, memory_world
from xsrun.effects.ports import Request, Response, World
from xsrun.providers.answers import usual_answer
from xsrun.providers.table import endpoint_of

FILTERS = registry().filters
STATEMENTS = {
    **{name: record.examples for name, record in registry().statements.items()},
    **{name: tuple(map(Example.parse, record.examples)) for name, record in FORMS.items()},
}
CALLED = """

---
function name { input { json a? } response = $input.a }
---
function role { input { text a?="user" } response = $input.a }
---
function failing { stack { throw { name = "x" value = "no" } } }
---
task name { stack { } }
---
tool name { input { json a? } response = $input.a }
---
middleware name { response = $input.vars }
---
table_trigger name { stack { } }
---
workflow_test name { stack { expect.to_be_true (true) } }
---
addon named {
  input { text name }
  stack { db.query person { where = $db.person.name == $input.name output = ["id"] } }
}
---
table note { schema {
  int id
  json? said
}
index = [{type: "primary", field: [{name: "id"}]}] }
---
table person { schema {
  int id
  text name
  int age?
}
index = [{type: "primary", field: [{name: "id"}]}] }
---
query "things/{id}" verb=GET { api_group = "shop", input { int id } response = $input.id }
"""
"""The constructs that the examples of ``function.run`` and its kin call."""


def world() -> World:
    return memory_world(http=MemoryHttp(answer))


def answer(request: Request) -> Response:
    """The usual answer of a provider; an empty one of anybody else."""
    return usual_answer(request) if endpoint_of(request.method, request.url) else Response(200)


@pytest.mark.parametrize("name", FILTERS)
def test_examples_of_a_filter(name):
    needs_extra(FILTERS[name].extra)
    for example in FILTERS[name].examples:
        agrees(example, evaluated(example.source))


@pytest.mark.parametrize("name", STATEMENTS)
def test_examples_of_a_statement(name):
    needs_extra(registry().statements[name].extra if name in registry().statements else "")
    for example in STATEMENTS[name]:
        binds = example.expected and not example.expected.startswith("!")
        project = program(example.source + CALLED, response="$r" if binds else "null")
        assert not project.errors, f"{example.source}\n{project.errors[0]}"
        result = project.call("case", world=world())
        agrees(example, f"!{result.error.message}" if result.error else values.dumps(result.value))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda each: each.point)
def test_example_of_a_decision(decision):
    example = Example.parse(decision.example)
    agrees(example, ran(example.source) if "$r" in example.source else evaluated(example.source))


def ran(statements: str) -> str:
    project = program(statements + CALLED, response="$r")
    assert not project.errors, project.errors[0]
    result = project.call("case", world=world())
    return f"!{result.error.message}" if result.error else values.dumps(result.value)


def evaluated(expression: str) -> str:
    try:
        return values.dumps(xsrun.evaluate(expression, world=world()))
    except xsrun.XsError as error:
        return f"!{error.diagnostics[0].message}"


def needs_extra(extra: str) -> None:
    if extra and not extras.is_installed(extra):
        pytest.skip(f"needs {extras.install_command(extra)}")


def agrees(example: Example, given: str) -> None:
    expected = example.expected
    if not expected:
        assert not given.startswith("!"), f"{example.source} -> {given}"
    elif expected.startswith("!"):
        assert given == expected, example.source
    else:
        assert given == values.dumps(values.loads(expected)), example.source


def test_an_encoding_of_the_raw_input_is_a_text():
    asked = program("util.get_raw_input { encoding = [1] } as $r").call("case")
    assert (asked.error.code, asked.error.message) == ("bad-argument", "There is no encoding [1].")
