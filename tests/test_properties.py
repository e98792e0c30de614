"""What holds for every text, tree and value: reading never breaks, filters answer or raise Fault.

``XSRUN_FUZZ=n`` tries n times as many examples, other ones at every run.
"""

import copy
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from stack import source_text

import xsrun
from xsrun import values
from xsrun.builtins.catalogue import registry
from xsrun.builtins.records import Filter, Param
from xsrun.builtins.registry import LAZY, STATIC, Bindings
from xsrun.diagnostics import Fault, Found
from xsrun.effects.memory import memory_world
from xsrun.resources.file import of_bytes
from xsrun.resources.stream import Stream
from xsrun.runtime.expressions import Scope
from xsrun.runtime.frame import Limits, Run
from xsrun.source import Source
from xsrun.syntax import tree
from xsrun.syntax.parser import parse_expression

pytestmark = pytest.mark.slow

FUZZ = int(os.environ.get("XSRUN_FUZZ", "1"))
ROOT = Path(__file__).parent.parent
PROGRAMS = sorted([*(ROOT / "jobs").rglob("*.xs"), *(ROOT / "tests" / "faults").rglob("*.xs")])
SCRIPTS = sorted((ROOT / "tests" / "scripts").glob("*.xs"))
FILTERS = registry().filters


def examples(number: int) -> settings:
    """So many examples by default, the same at every run."""
    return settings(
        max_examples=number * FUZZ,
        derandomize=FUZZ == 1,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


# ------------------------------------------------------------------ texts

VOCABULARY = """
function input stack response var conditional if elseif else foreach each as while for switch case default break
try_catch try catch finally throw return precondition array.push var.update math.add run.job main expect.to_throw
text int json true false null now $x $y $input.a $$ $this $error $env.K $x.a[0] $x[-1] "a" 'b' \\" " ' ` ``` \"\"\"
1 -1 2.5 1. .5 { } ( ) [ ] , : . | ! ? = + - * / % ~ .. ... < > <= >= == != === && || ?? ?: // # --- !int
|count |map: |get: |set: value= name= /a/ ü \ufeff \\ 2024-01-01
"""

xsrun.evaluate("1")  # The first run raises Python's recursion limit, which hypothesis wants to find as it left it.

soup = st.lists(st.sampled_from([*VOCABULARY.split(), "\n", "\n"]), max_size=60).map(" ".join)
sources = st.one_of(
    st.text(max_size=200), soup, soup.map(source_text), soup.map(lambda text: f"run.job x {{\n{text}\n}}")
)


@given(sources)
@examples(1500)
def test_any_text_is_read_or_refused(text):
    spans_are_nested(text)


@given(st.one_of(st.text(max_size=80), soup))
@example('$x + "abc')
@examples(300)
def test_any_text_alone_is_an_expression_or_refused(text):
    found = Found()
    assert parse_expression(Source("text", text), found) or any(each.severity == "error" for each in found.items)


@given(st.one_of(st.text(max_size=80), soup))
@examples(600)
def test_any_expression_has_a_value_or_is_refused(text):
    try:
        value = xsrun.evaluate(text, {"x": {"a": [1, "b", None]}}, world=memory_world())
    except xsrun.XsError:
        return
    json.loads(values.dumps(value))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: str(path.relative_to(ROOT)))
def test_spans_of_programs_are_nested(path):
    spans_are_nested(path.read_text(encoding="utf-8", errors="replace"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_spans_of_scripts_are_nested(path):
    for case in path.read_text(encoding="utf-8").split("\n//=== "):
        spans_are_nested(source_text(case.partition("\n")[2]))


def spans_are_nested(text: str) -> None:
    """Read a text; where it can be read, no part of its tree reaches beyond what it is part of."""
    try:
        document = xsrun.parse(text)
    except xsrun.XsError:
        return
    pending: list[tree.Node] = list(document.documents)
    while pending:
        node = pending.pop()
        assert 0 <= node.start <= node.end <= len(text)
        for child in node.children():
            assert node.start <= child.start <= child.end <= node.end, (node, child)
            pending.append(child)


# ------------------------------------------------------------------ values

AWKWARD = [
    None, True, False, 0, 1, -1, 2, 10, 2**63 - 1, -(2**63), 0.0, -0.0, 0.1, -1.5, 1e300, 5e-324, 1e15,
    "", " ", "0", "00", "1", "-1", "1e3", "0x1f", "1.5", "abc", "a,b", "a.b", "a[0]", "[", "]", "(", "a" * 300, "\\",
    "é", "e\u0301", "日本語", "😀", "\x00", "\u2028", "null", "true", "now", "2024-02-30", "2024-01-01T00:00:00Z",
    "+1 day", "UTC", "Y-m-d", "%s %d", "%99999999d", "%", "/a+/", "/(/", "/a/u", "$1", "<b>x</b>", "<a", "&amp;",
    "a=1&b=2", "https://x.test/p?a=1#f", "{}", "[1]", '{"a":1}', "a: [1", "key: {{", "AAAA", "=", "HS256",
    "aes-256-cbc", "utf-8",
    [], {}, [None], [1, 2, 3], ["b", "a"], [[1], [2, [3]]], [{"id": 1, "n": "x"}, {"id": 2}], {"a": 1}, {"0": "x"},
    {"a": {"b": [1]}}, {"": 1}, {"a.b": 1}, [1, "1", 1.0, True], [{"a": None}], {"a": []}, [["a", 1], ["b", 2]],
]  # fmt: skip

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
)


def containers(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5)


json_values = st.recursive(scalars, containers, max_leaves=20)
any_value = st.sampled_from(AWKWARD) | st.sampled_from(AWKWARD) | json_values
resources = st.builds(lambda: of_bytes("a.txt", b"x")) | st.builds(lambda: Stream(iter([1, None, "a"])))
LAZY_ARGUMENTS = [
    lambda element=None, index=None, whole=None, result=None: element,
    lambda element=None, index=None, whole=None, result=None: index,
    lambda element=None, index=None, whole=None, result=None: [element, result],
    lambda element=None, index=None, whole=None, result=None: values.add(element, 1),
    lambda element=None, index=None, whole=None, result=None: values.greater(element, 1),
]


@pytest.mark.parametrize("name", FILTERS)
@given(data=st.data())
@examples(20)
def test_any_filter_answers_or_raises_a_fault(name, data):
    record = FILTERS[name]
    given_values = [data.draw(any_value | resources) for _ in range(1 + arity(record, data))]
    before = values.dumps(given_values)
    try:
        text = values.dumps(applied(record, given_values, data))
    except Fault:
        text = "null"
    json.loads(text)
    assert values.dumps(given_values) == before, "an argument was changed"


def arity(record: Filter, data: st.DataObject) -> int:
    """A number of arguments that the compiler would let pass."""
    least = sum(param.required for param in record.params)
    return data.draw(st.integers(least, len(record.params) + 2 * record.variadic))


def applied(record: Filter, given_values: list, data: st.DataObject):
    """The filter called as compiled code calls it."""
    params = list(record.params)
    if record.variadic:
        params += [params[-1]] * len(given_values)
    arguments = [
        argument(param, value, data) for param, value in zip([record.subject, *params], given_values, strict=False)
    ]
    filled: list = [memory_world()] if record.needs_world else []
    filled += [Bindings({}, {}, {}, {})] if record.needs_bindings else []
    filled += [Scope(Run(memory_world(), (), {}, {}, Limits()), 1, {}, {})] if record.needs_scope else []
    return record.function(*filled, *arguments)


def argument(param: Param, value, data: st.DataObject):
    """A value converted; null stands for the default of what is optional."""
    if param.kind is LAZY:
        return data.draw(st.sampled_from(LAZY_ARGUMENTS))
    if param.kind is STATIC:
        return data.draw(st.text(max_size=5))
    if value is None and not param.required and not param.variadic:
        return param.default
    return value if param.kind.convert is None else param.kind.convert(value)


@given(json_values)
@examples(200)
def test_json_decode_undoes_json_encode(value):
    encoded = FILTERS["json_encode"].function(value)
    assert FILTERS["json_decode"].function(encoded) == values.plain(value)


@given(any_value, any_value, any_value)
@examples(300)
def test_equality_and_order_fit_together(a, b, c):
    assert values.equal(a, a)
    assert values.equal(a, b) == values.equal(b, a)
    assert values.identical(a, copy.deepcopy(a))
    if values.identical(a, b):
        assert values.equal(a, b)
    assert values.truth(a) == (not values.equal(a, False))
