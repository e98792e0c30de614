"""Policies as texts and as processes: what is mended, what is refused, what they can reach, what they give."""

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from xsrun.diagnostics import Fault, Found, XsError
from xsrun.policies.actions import actions
from xsrun.policies.alert import finding, read_alert
from xsrun.policies.engine import evaluate
from xsrun.policies.rego import read, schemas, variables
from xsrun.render import diagnostic_text
from xsrun.source import Source

DOCS = Path(__file__).parent.parent / "docs"
JOB = '{"id": "a", "uses": "debug.log", "args": {"value": VALUE}}'


def rule(value: str, body: str = "") -> str:
    return f"package p\nrun[job] {{ {body}job := {JOB.replace('VALUE', value)} }}\n"


def given(text: str, alert: object = None, name: str = "p.rego"):
    found = Found()
    policy = read(Source(name, text), found)
    return evaluate([policy], policy.package, {"alert": alert or {}, "env": {}})


def value(text: str, alert: object = None):
    (job,) = given(text, alert)
    return job["args"]["value"]


def refused(text: str) -> list[str]:
    with pytest.raises(XsError) as raised:
        given(text)
    return [diagnostic_text(each) for each in raised.value.diagnostics]


# ------------------------------------------------------------------ what is not quite Rego


def test_the_seed_is_mended_in_three_ways_each_with_its_place():
    found = Found()
    policy = read(Source("seed.rego", (DOCS / "policies" / "seed.rego").read_text(encoding="utf-8")), found)
    assert [(each.line, each.severity, each.help) for each in found.items] == [
        (1, "warning", "write `package policy` as the first line"),
        (3, "warning", 'write "id"'),
        (4, "warning", 'write "uses"'),
        (5, "warning", 'write "args"'),
        (15, "warning", "leave the comma away"),
    ]
    (job,) = evaluate([policy], policy.package, {"alert": {}, "env": {"INCIDENT_IO_API_TOKEN": "t"}})
    assert job == {
        "id": "your-action",
        "uses": "incident_io.create_alert",
        "args": {
            "secret_api_token": "t",
            "alert_source_config_id": "B2BJGP4XSC4ZNWUY8FB5KIOV4SLGRS8N",
            "status": "firing",
            "deduplication_key": "dedup-key",
            "metadata": {"key1": "value1", "key2": "value2"},
        },
    }


def test_strict_makes_errors_of_them():
    found = Found()
    read(Source("p.rego", "run[job] { job := {id: 1}, }"), found, strict=True)
    assert [(each.code, each.severity) for each in found.items] == [("not-rego", "error")] * 3


@pytest.mark.parametrize(
    "text",
    [
        rule('"x"'),
        'package p\nrun[job] { id := "a"; job := {id: "b"} }',
        'package p\nrun[job] { job := {id: v | v := 1; id := "k"} }',
        'package p\nrun[job] { job := {"args": {id: 1}} }',
        "package p\nother[job] { job := {id: 1} }",
        'package p\nrun[job] { job := {"a": [{"b": 1},], } }',
        'package p # {id: 1},\nrun[job] { job := {"a": "{id: 1},}"} }',
        'package p\nrun[job] { job := {"a": `{id: 1},}`} }',
        'package p\nrun[job] { job := {"ids": 1, "a": input.id} }',
    ],
)
def test_nothing_else_is_touched(text):
    found = Found()
    assert read(Source("p.rego", text), found).mended == text
    assert found.items == []


def test_what_the_engine_says_stands_at_its_place_in_the_source():
    (shown,) = refused('# é\nrun[job] { job := {id: "a"} }\nother {\n  junk junk\n}\n')
    assert shown == (
        "error[policy]: this is no Rego: Invalid literal\n"
        " --> p.rego:4:3\n"
        "4 |   junk junk\n"
        "  |   ^^^^"
    )  # fmt: skip


def test_a_function_that_is_not_there_is_shown():
    (shown,) = refused(rule("fooo(1)"))
    assert shown.startswith("error[policy]: the policy cannot be evaluated: Function not found: fooo\n --> p.rego:2:")


@pytest.mark.parametrize("undefined", ["1 / 0", 'to_number("x")', "nothing"])
def test_a_value_that_is_undefined_is_no_text(undefined):
    (shown,) = refused(rule(undefined))
    assert shown == (
        "error[policy]: the policy cannot be evaluated: "
        "`run[0].args.value` is undefined: a name there has no value, or a function failed"
    )


WORDS = (
    "package",
    "p",
    "run",
    "job",
    "id",
    "uses",
    "args",
    "input",
    "env",
    "alert",
    "schema",
    "other",
    "1",
    '"x"',
    "`y`",
)
SIGNS = ("[", "]", "{", "}", ":=", "=", ":", ",", "|", "(", ")", ".", "==", "#", "\n", "\\", "é")
RULE = ("\nrun", "[", "job", "]", "{", "job", ":=", "{", "id", ":", "1", "}", ",", "}")
PIECES = st.lists(st.sampled_from([(each,) for each in (*WORDS, *SIGNS)] + [RULE, RULE[:8], RULE[11:]])).map(
    lambda parts: [piece for part in parts for piece in part]
)


@given_by(PIECES, st.sampled_from([" ", "", "\n"]))
def test_any_text_is_read_and_what_is_mended_stays_so(pieces, between):
    source = Source("p.rego", between.join(pieces))
    policy = read(source, Found())
    variables(source, Found())
    schemas([source])
    for start in range(len(policy.mended.encode()) + 1):
        span = policy.place(start, 1)
        assert 0 <= span.start <= span.end <= len(source.text)
    again = Found()
    assert read(Source("p.rego", policy.mended), again).mended == policy.mended
    assert again.items == []


# ------------------------------------------------------------------ what it reaches


@pytest.mark.parametrize("call", ['http.send({"url": "http://127.0.0.1", "method": "GET"})', "opa.runtime()"])
def test_a_policy_that_looks_outside_is_refused(call):
    found = Found()
    read(Source("p.rego", rule(call)), found)
    assert [each.message for each in found.items] == [f"`{call.partition('(')[0]}` looks outside, which no policy may"]


def test_the_engine_gets_no_variable_of_this_process(monkeypatch):
    monkeypatch.setenv("XSRUN_TEST_SECRET", "do-not-show")
    assert "XSRUN_TEST_SECRET" in os.environ
    found = value(rule("opa.runtime().env"))
    assert "XSRUN_TEST_SECRET" not in found


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("x := numbers.range(1, 100000000); ", "the policy takes more than 512 MB"),
        (f"x := {'[' * 30_000}1{']' * 30_000}; ", "the engine gave up on the policy"),
    ],
)
def test_a_policy_that_takes_too_much_is_ended(body, says):
    with pytest.raises(Fault, match=says):
        given(rule("1", body))


def test_a_policy_that_goes_on_for_ever_is_ended():
    loops = "x := numbers.range(1, 2000); a := x[_]; b := x[_]; c := x[_]; a + b + c == 0; "
    with pytest.raises((XsError, Fault), match=r"Maximum statement count reached|takes more than \d+ "):
        given(rule("1", loops))


# ------------------------------------------------------------------ values


TITLE = 'q" , "id": "other\\ new\nline é\u2028😀\t\u0001'


def test_a_text_of_an_alert_is_a_text_whatever_it_holds():
    assert value(rule("input.alert.title"), {"title": TITLE}) == TITLE
    assert value(rule('sprintf("%s|", [input.alert.title])'), {"title": TITLE}) == f"{TITLE}|"
    assert value(rule('split(input.alert.title, "\\n")'), {"title": TITLE}) == TITLE.split("\n")
    assert value(rule("upper(input.alert.title)"), {"title": 'a"b\nc'}) == 'A"B\nC'
    assert value(rule("json.marshal(input.alert)"), {"title": TITLE}) == json.dumps(
        {"title": TITLE}, ensure_ascii=False, separators=(",", ":")
    )


def test_a_text_that_is_cut_within_an_escape_loses_no_more_than_that():
    assert value(rule("substring(input.alert.title, 0, 3)"), {"title": 'ab"c'}) == "ab"


def test_numbers_and_sets_are_json():
    assert value(rule('[1.5, 12345678901234567890, {1, "b"}, null, true, {"k": {}}]')) == [
        1.5, 12345678901234567890, [1, "b"], None, True, {"k": {}},
    ]  # fmt: skip


@pytest.mark.parametrize("head", ["run[job]", "import rego.v1\nrun contains job if"])
def test_jobs_come_in_the_order_of_rego(head):
    prefix, _, rule_head = head.rpartition("\n")
    rules = [f'{rule_head} {{ job := {{"id": "{name}", "n": {n}}} }}' for name, n in (("b", 1), ("a", 10), ("a", 9))]
    text = "\n".join(["package p", prefix, *rules])
    assert [(each["id"], each["n"]) for each in given(text)] == [("a", 9), ("a", 10), ("b", 1)]


def test_what_is_no_job_is_named():
    found = Found()
    members = [5, {"id": "a"}, {"id": "b", "uses": "x", "args": [1]}, {"id": "c", "uses": "x", "arg": {}}]
    assert actions(members, found) == []
    assert [each.message for each in found.items] == [
        "a member of `run` is int 5, and no job",
        "the job `a` has no text as its `uses`",
        "`args` of the job `b` is array [1]",
        "the job `c` has a `arg`, which no job has",
    ]


def test_of_two_jobs_with_one_id_the_first_is_taken():
    found = Found()
    chosen = actions([{"id": "a", "uses": "x"}, {"id": "a", "uses": "y"}], found)
    assert [(each.id, each.uses) for each in chosen] == [("a", "x")]
    assert [(each.severity, each.message) for each in found.items] == [
        ("warning", "two jobs have the id `a`: the one that uses `y` is not run")
    ]


# ------------------------------------------------------------------ names


def test_the_variables_that_a_policy_names():
    found = Found()
    text = rule('[input.env.ONE, input.env["TWO"], input.env[x], "input.env.THREE"]') + "# input.env.FOUR\n"
    assert [each.name for each in variables(Source("p.rego", text), found)] == ["ONE", "TWO"]
    assert [each.severity for each in found.items] == ["warning"]


@pytest.mark.parametrize(
    ("body", "known"),
    [
        ('input.alert.schema == "disk"; ', {"disk"}),
        ('"net" == input.alert.schema; ', {"net"}),
        ("s := input.alert.schema; ", None),
        ("", set()),
    ],
)
def test_the_schemas_that_a_policy_tells_apart(body, known):
    assert schemas([Source("p.rego", rule("1", body))]) == known


# ------------------------------------------------------------------ alerts


def said(text: str, schema: str | None = None, by_finding: bool = False) -> list[str]:
    with pytest.raises(XsError) as raised:
        read_alert(text, schema, by_finding)
    assert {each.code for each in raised.value.diagnostics} == {"bad-alert"}
    return [each.message for each in raised.value.diagnostics]


def test_everything_that_is_wrong_with_an_alert_is_said():
    assert re.match("the alert is no JSON: ", said("{")[0])
    assert said("[]") == ["the alert is array []"]
    wrong = {"id": 5, "attrs": [{"key": "a"}, 3, {"key": 1, "value": 2}], "refs": "x", "source": 1}
    assert said(json.dumps(wrong)) == [
        "the alert has no `title`",
        "`id` of the alert is int 5, and must be a text",
        "`source` of the alert is int 1, and must be a text",
        "`attrs[0]` of the alert has no `value`",
        "`attrs[1]` of the alert is int 3",
        "`attrs[2].key` of the alert is int 1, and must be a text",
        '`refs` of the alert is text "x"',
    ]
    assert said('{"title": "x"}') == ["the alert has no `id`"]
    assert said('{"id": "a", "title": "x", "schema": "net"}', "disk") == [
        "the alert is of the schema `net`, and --schema says `disk`"
    ]


def test_a_finding_is_the_same_whenever_it_comes():
    first = read_alert('{"title": "x", "attrs": [{"key": "a", "value": 1}], "created_at": "1"}', None, True)
    again = read_alert('{"id": "b", "title": "x", "attrs": [{"key": "a", "value": 1}], "description": "2"}', None, True)
    other = read_alert('{"title": "x", "attrs": [{"key": "a", "value": 2}]}', None, True)
    assert first["id"] == finding(first) == finding(again) != finding(other)
