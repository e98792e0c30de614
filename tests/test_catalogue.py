"""The catalogue knows every name of the language, and what it says of operators, constructs and references is true."""

import subprocess
import sys

import pytest

import xsrun
from xsrun import catalogue, language, manual, values
from xsrun.api import Project
from xsrun.builtins.absent import ABSENT
from xsrun.builtins.catalogue import registry
from xsrun.compile.forms import FORMS
from xsrun.data.plans import FILTERS
from xsrun.effects.memory import memory_world
from xsrun.project import load_text
from xsrun.syntax.tree import PRECEDENCE
from xsrun.types.table import TYPES


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (catalogue.FILTER, registry().filters),
        (catalogue.STATEMENT, {*registry().statements, *FORMS, *ABSENT}),
        (catalogue.TYPE, TYPES),
        (catalogue.DATABASE_FILTER, {*FILTERS} - {*registry().filters}),
    ],
    ids=(catalogue.FILTER, catalogue.STATEMENT, catalogue.TYPE, catalogue.DATABASE_FILTER),
)
def test_every_record_has_an_entry(kind, names):
    assert {each.name for each in catalogue.entries() if each.kind == kind} == set(names)


@pytest.mark.parametrize("entry", catalogue.entries(), ids=lambda each: f"{each.kind} {each.name}")
def test_an_entry_can_be_shown(entry):
    assert entry.summary.endswith(".")
    assert entry.kind in catalogue.KINDS
    shown = manual.entry_text(entry)
    assert entry.signature in shown
    assert values.loads(values.dumps(manual.entry_json(entry)))["name"] == entry.name
    assert all(catalogue.find(name) for name in entry.see_also)


def test_every_operator_of_the_grammar_is_known():
    assert set(PRECEDENCE) <= set(language.OPERATORS)


OPERATIONS = [each for each in catalogue.entries() if each.kind == catalogue.OPERATOR and each.examples]


@pytest.mark.parametrize("entry", OPERATIONS, ids=lambda each: each.name)
def test_examples_of_an_operator(entry):
    for example in entry.examples:
        try:
            given = values.dumps(xsrun.evaluate(example.source))
        except xsrun.XsError as error:
            given = f"!{error.diagnostics[0].message}"
        expected = example.expected
        assert given == (expected if expected.startswith("!") else values.dumps(values.loads(expected)))


SHOWN = [each for each in language.CONSTRUCTS.values() if each.example]


@pytest.mark.parametrize("kind", SHOWN, ids=lambda each: each.name)
def test_the_example_of_a_construct_compiles(kind):
    helper = "" if kind.name == "function" else f"\n---\n{language.CONSTRUCTS['function'].example}"
    project = Project(load_text(kind.example + helper, "example.xs"))
    assert project.errors == []
    assert project.folder.constructs[0].kind == kind.name


@pytest.mark.parametrize("name", sorted(language.SYSTEM))
def test_a_reference_to_the_request_is_what_its_entry_says(name):
    (entry,) = catalogue.find(f"$env.${name}")
    given = xsrun.evaluate(f"[$env.${name}]|first", world=memory_world())
    said = {"null": None, "{}": {}, "text": ""}[entry.parity.split()[-1]]
    assert given == said


def test_a_name_with_several_meanings_shows_all():
    assert [each.kind for each in catalogue.find("min")][:2] == ["filter", "input filter"]
    assert [each["kind"] for each in manual.found("precedence")] == ["code"]


def test_a_filter_and_the_statement_that_does_the_same_know_each_other():
    (push,), (statement,) = catalogue.find("push"), catalogue.find("array.push")
    assert (push.see_also, statement.see_also) == (("array.push",), ("push",))


@pytest.mark.parametrize(
    ("typed", "name"),
    [("split", "split"), ("|split", "split"), ("Array.Push", "array.push"), ("to-lower", "to_lower"), ("==", "==")],
)
def test_a_name_is_found_however_it_is_spelled(typed, name):
    assert catalogue.find(typed)[0].name == name


@pytest.mark.parametrize(("typed", "name"), [("strlenght", "strlen"), ("explode", "split"), ("xyzzyplugh", "")])
def test_what_was_meant(typed, name):
    assert manual.near(typed) == name


def test_search_looks_in_sentences_and_attributes():
    assert "split" in [each.name for each in catalogue.search("separator")]
    assert [each.name for each in catalogue.search("follow_redirects")] == ["api.request"]
    assert catalogue.search("nothing-speaks-of-this") == []


def completed(words: str, shell: str = "bash", **env: str) -> list[str]:
    """What the shell is offered for the last word."""
    given = {"COMP_WORDS": f"xsrun {words}", "COMP_CWORD": str(len(words.split(" ")))}
    done = subprocess.run(
        [sys.executable, "-m", "xsrun"],
        env={"_XSRUN_COMPLETE": f"complete_{shell}", **given, **env},
        cwd=manual.__file__.rpartition("/xsrun/")[0],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("docs sp", "split"),
        ("explain unknown-f", "unknown-filter"),
        ("execute --job Pager", "PagerDuty\\ Create\\ Incident"),
        ("mock inc", "incident-io"),
        ("new Alert --template sl", "slack"),
        ("info --job inc", "incident.io\\ Create\\ Alert"),
    ],
)
def test_the_shell_completes(words, offered):
    assert offered in completed(words)


def test_code_stands_between_single_backticks_as_in_messages():
    assert [each.name for each in catalogue.entries() if "``" in each.summary + each.details] == []
