"""What is said to be known of a value holds in every run: random programs give what was foreseen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from random_programs import program

from xsrun.api import Project
from xsrun.contracts.known import UNKNOWN, Items, Known, Record, Scalar, Something, Text, alternatives, exact
from xsrun.contracts.walk import Walk
from xsrun.effects.memory import memory_world
from xsrun.project import load_text
from xsrun.runtime.frame import Limits

KINDS = {str: "text", bool: "boolean", int: "number", float: "number", dict: "object", list: "list", type(None): "null"}
PART = 20


def admits(known: Known, value: Any) -> bool:
    """Whether a value is one of those that may be."""
    match known:
        case Something():
            return not known.kinds or KINDS[type(value)] in known.kinds
        case Scalar():
            return type(value) is type(known.value) and (value == known.value or value != value)
        case Text():
            pattern = "".join(re.escape(each) if isinstance(each, str) else ".*" for each in known.pieces)
            return isinstance(value, str) and re.fullmatch(pattern, value, re.DOTALL) is not None
        case Record():
            return isinstance(value, dict) and _admits_object(known, value)
        case Items():
            return isinstance(value, list) and _admits_list(known, value)
        case _:
            return any(admits(each, value) for each in alternatives(known))


def _admits_object(known: Record, value: dict[str, Any]) -> bool:
    there = all(
        admits(each.value, value[name]) if name in value else not each.sure for name, each in known.entries.items()
    )
    return there and (not known.closed or value.keys() <= known.entries.keys())


def _admits_list(known: Items, value: list[Any]) -> bool:
    if not known.closed or not all(each.sure for each in known.entries):
        return len(value) >= sum(each.sure for each in known.entries)
    return len(value) == len(known.entries) and all(
        admits(each.value, item) for each, item in zip(known.entries, value, strict=True)
    )


def foreseen(text: str) -> Known:
    walk = Walk(load_text(text, "a.xs"))
    return walk.run([each.name for each in walk.constructs].index("case"), {})


@pytest.mark.parametrize("first", range(0, 100, PART))
def test_random_programs_give_what_was_foreseen(first):
    for number in range(first, first + PART):
        project = Project(load_text(program(number), "a.xs"))
        result = project.call("case", {}, world=memory_world(), limits=Limits(turns=5_000))
        known = foreseen(program(number))
        if result.error is None and isinstance(known, Record):
            for name, value in result.value.items():
                entry = known.entries[name]
                # A variable that no path to its end has set is null; elsewhere that is taken for granted.
                assert value is None or admits(entry.value, value), f"program {number}, ${name}: {entry.value}"


SHAPES = {
    'var $r { value = {a: 1}|set:"b.c":"x" }': {"a": 1, "b": {"c": "x"}},
    'var $r { value = {a: 1, b: null}|filter_null|set_ifnotnull:"c":null }': {"a": 1},
    'var $r { value = {a: 1, b: 2}|unset:"b"|merge:{c: 3} }': {"a": 1, "c": 3},
    "var $r { value = {...{a: 1, b: 2}, b: 3} }": {"a": 1, "b": 3},
    'var $r { value = ["a", "b"]|push:"c"|join:"," }': "a,b,c",
    'var $r { value = "/x/{id}"|replace:"{id}":"7" }': "/x/7",
    'var $r { value = "%s-%s"|sprintf:"a":"b" }': "a-b",
    'var $r { value = null ?? "x" }': "x",
    'var $r { value = {a: {b: [1, 2]}}|get:"a.b.1" }': 2,
    'var $r { value = (1 == 1) ? "yes" : "no" }': "yes",
    "var $r { value = [1] }\narray.push $r { value = 2 }": [1, 2],
    'var $r { value = "a" }\ntext.append $r { value = "b" }': "ab",
    "var $r { value = {} }\nvar.update $r.a.b { value = 1 }": {"a": {"b": 1}},
    'var $r { value = "x" }\nconditional { if (false) { var.update $r { value = "y" } } }': "x",
}


@pytest.mark.parametrize(("statements", "value"), SHAPES.items(), ids=SHAPES)
def test_what_hangs_on_nothing_is_known_whole(statements, value):
    text = f"function case {{\ninput {{\n}}\nstack {{\n{statements}\n}}\nresponse = $r\n}}"
    assert exact(foreseen(text)) == (True, value)
    assert Project(load_text(text, "a.xs")).call("case", {}).value == value


def test_what_comes_from_outside_is_not_known():
    text = "function case {\ninput {\njson a\n}\nstack {\n}\nresponse = $input.a\n}"
    assert foreseen(text) == Something(name="$input.a")
    assert foreseen(text.replace("$input.a", "$b")) == UNKNOWN
