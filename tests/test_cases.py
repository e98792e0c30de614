"""Files of cases: what they say runs and is judged; what makes no sense is reported at its key."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from xsrun.cli.start import main
from xsrun.render import diagnostic_text
from xsrun.testing.cases.places import Places
from xsrun.testing.cases.shape import KINDS, SHAPES, schema
from xsrun.testing.suite import Suite

HERE = Path(__file__).parent
PAGE = (HERE.parent / "docs" / "testing.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Cases\n")[2].partition("\n## ")[0]
JOB = """run.job "Add" {
  main = {name: "add", input: {a: 1}}
  env = ["token"]
}
---
function add {
  input {
    int a
    int b?=0
  }
  response = {sum: $input.a + $input.b}
}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "run.xs").write_text(JOB, encoding="utf-8")
    return tmp_path


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_documentation(tmp_path):
    (job,), (several, table), (rows,) = blocks("xs"), blocks("toml"), blocks("csv")
    (tmp_path / "cases").mkdir()
    for name, text in (
        ("run.xs", job),
        ("cases/alerts.toml", several),
        ("cases/table.toml", table),
        ("cases/titles.csv", rows),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    suite = Suite(str(tmp_path))
    assert suite.diagnostics == []
    assert [(item.name, item.run().message) for item in suite.items] == [
        ("opens an alert", ""),
        ("waits until it is let in", ""),
        ("says that it was refused", ""),
        ("a short title", ""),
        ("a long one", ""),
    ]


BAD = {
    "a key that there is not": (
        'name = "a"\ninput = {a = 1}\nexpect.valeu = 1\n',
        "error[bad-case]: there is no key `valeu` here\n --> cases/a.toml:3:8\n3 | expect.valeu = 1\n"
        "  |        ^^^^^\n  = help: did you mean `value`?",
    ),
    "a key of another kind": (
        'name = "a"\n[env]\ntoken = "x"\n[[http]]\nresponse.status = "ok"\n',
        "error[bad-case]: `status` takes a whole number from 0\n --> cases/a.toml:5:10\n"
        '5 | response.status = "ok"\n  |          ^^^^^^',
    ),
    "an input that there is not": (
        'name = "a"\ninput = {a = 1, bb = 2}\n',
        "error[bad-case]: job `Add` has no input `bb`\n --> cases/a.toml:2:17\n2 | input = {a = 1, bb = 2}\n"
        "  |                 ^^\n  = help: did you mean `b`?",
    ),
    "a job that there is not": (
        'job = "Ad"\n',
        'error[bad-case]: there is no job `Ad`\n --> cases/a.toml:1:1\n1 | job = "Ad"\n  | ^^^\n'
        '  = help: did you mean "Add"?',
    ),
    "no TOML": (
        'name = "a"\nexpect = \n',
        "error[bad-case]: this is no TOML: Invalid value\n --> cases/a.toml:2:10\n2 | expect = \n  |          ^",
    ),
    "two cases of one name": (
        '[[case]]\nname = "a"\n[[case]]\nname = "a"\n',
        'error[bad-case]: two cases are called `a`\n --> cases/a.toml:4:1\n4 | name = "a"\n  | ^^^^\n'
        "  = help: the other one stands at cases/a.toml:2:1",
    ),
    "no name": (
        "[[case]]\ninput = {a = 1}\n",
        "error[bad-case]: a case needs a name\n --> cases/a.toml:1:1\n1 | [[case]]\n  | ^^^^^^^^\n"
        '  = help: write name = "what it shows"',
    ),
    "a failure that there is not": (
        'http = [\n  {failure = "timeot"},\n]\n',
        "error[bad-case]: there is no failure `timeot`\n --> cases/a.toml:2:4\n"
        '2 |   {failure = "timeot"},\n  |    ^^^^^^^\n  = help: did you mean "timeout"?',
    ),
    "a simulator that there is not": (
        'simulate = ["pagerdut"]\n',
        "error[bad-case]: there is no simulator `pagerdut`\n --> cases/a.toml:1:13\n"
        '1 | simulate = ["pagerdut"]\n  |             ^^^^^^^^^^\n  = help: did you mean "pagerduty"?',
    ),
    "a fault that there is not": (
        'simulate = true\nfaults = "429,burn"\n',
        'error[bad-case]: "burn" is no trouble; known are a status from 400 to 599, reset, lost, cut, garbage, '
        'redirect, slow:5s and ok\n --> cases/a.toml:2:1\n2 | faults = "429,burn"\n  | ^^^^^^',
    ),
    "a seed that makes no sense": (
        'simulate = true\nseeds.pagerduty.user = [{name = "Noor"}]\n',
        "error[bad-case]: user is no table of seeds\n --> cases/a.toml:2:7\n"
        '2 | seeds.pagerduty.user = [{name = "Noor"}]\n  |       ^^^^^^^^^\n  = help: did you mean users?',
    ),
    "JSON in TOML": (
        "expect.'value:' = '[1'\n",
        "error[bad-case]: `value:` holds no JSON: Expecting ',' delimiter: line 1 column 3 (char 2)\n"
        " --> cases/a.toml:1:8\n1 | expect.'value:' = '[1'\n  |        ^^^^^^^^\n"
        "  = help: a key that ends in a colon holds JSON as a text",
    ),
    "a file out of reach": (
        'cassette = "../../secrets"\n',
        "error[bad-case]: `../../secrets` is no name of a file beside this one\n --> cases/a.toml:1:1\n"
        '1 | cassette = "../../secrets"\n  | ^^^^^^^^\n  = help: write "answers.jsonl"',
    ),
    "no pattern": (
        'env = {token = "x"}\nexpect.matches = {sum = "("}\n',
        'error[bad-case]: `(` is no pattern\n --> cases/a.toml:2:19\n2 | expect.matches = {sum = "("}\n'
        "  |                   ^^^\n  = help: missing ) at position 6",
    ),
    "an answer and none": (
        "http = [{response = {}, failure = 'timeout'}]\n",
        "error[bad-case]: an exchange has a response or a failure\n --> cases/a.toml:1:9\n"
        "1 | http = [{response = {}, failure = 'timeout'}]\n  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  = help: leave one of the two out",
    ),
    "a date": (
        "expect.value = 2026-01-01\n",
        "error[bad-case]: a date is written as a text\n --> cases/a.toml:1:8\n1 | expect.value = 2026-01-01\n"
        '  |        ^^^^^\n  = help: write "2026-01-01"',
    ),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD.keys())
def test_what_makes_no_sense_is_reported_at_its_key(folder, text, said):
    (folder / "cases" / "a.toml").write_text(text, encoding="utf-8")
    assert said in [diagnostic_text(each) for each in Suite(str(folder)).diagnostics]


def test_a_file_that_makes_no_sense_takes_no_other_one_with_it(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "cases" / "bad.json").write_text('{"case": [{"name": "x", "inptu": {}}, {"name": "y"}, 7]}', "utf-8")
    (folder / "cases" / "good.json").write_text(
        '{"env": {"token": "made-up"}, "input": {"b": 2}, "expect": {"value": {"sum": 3}}}', "utf-8"
    )
    assert main(["test", "--json"]) == 3
    results = json.loads(capsys.readouterr().out)["results"]
    assert [(each["name"], each["status"]) for each in results] == [("y", "fail"), ("good", "pass")]
    assert main(["test", "cases/good.json"]) == 3


def test_a_secret_of_a_case_shows_nowhere(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "run.xs").write_text(
        JOB.replace(
            "response = {sum",
            "stack {\n    debug.log { value = $env.token }\n  }\n  response = {t: $env.token|md5, sum",
        ),
        encoding="utf-8",
    )
    (folder / "cases" / "a.toml").write_text(
        'env = {token = "made-up-token"}\nexpect.value = "made-up-token"\n', "utf-8"
    )
    for further in ([], ["--json"], ["--github"], ["--junit", "out.xml"]):
        assert main(["test", *further]) == 5
    out, err = capsys.readouterr()
    shown = out + err + (folder / "out.xml").read_text(encoding="utf-8")
    assert "***" in shown
    assert "made-up" not in shown
    assert "c8fc6dfb" not in shown  # how the md5 begins


TOML = """# What holds for all.
env = {token = "made-up-token"}   # is made up

[[case]]
name = "the whole result"
input = {b = 2}
# It is checked as a whole.
expect.value = {sum = 7}   # it was so once

[[case]]
name = "a part of it"
input = {b = 3}
[case.expect]
at = {sum = 7, other = 1}
requests = 1

[[case]]
name = "no expectation"

[[case]]
name = "an error that does not come"
expect.error = {message = "no"}

[[case]]
name = "right"
expect.at.sum = 1
"""
RENEWED = """# What holds for all.
env = {token = "made-up-token"}   # is made up

[[case]]
name = "the whole result"
input = {b = 2}
# It is checked as a whole.
expect.value = {sum = 3}   # it was so once

[[case]]
name = "a part of it"
input = {b = 3}
[case.expect]
at = {sum = 4 }
requests = 0

[[case]]
name = "no expectation"

[case.expect]
value = {sum = 1}

[[case]]
name = "an error that does not come"
expect.value = {sum = 1}

[[case]]
name = "right"
expect.at.sum = 1
"""


def test_what_cases_come_to_is_written_into_their_file_and_the_rest_of_it_stays(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    file = folder / "cases" / "a.toml"
    file.write_text(TOML, encoding="utf-8")
    assert main(["test", "--update"]) == 0
    out = capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == RENEWED
    assert [line for line in out.splitlines() if line.startswith("updated")] == [
        "updated cases/a.toml: the whole result: value",
        "updated cases/a.toml: a part of it: at, requests",
        "updated cases/a.toml: no expectation: value",
        "updated cases/a.toml: an error that does not come: error, value",
    ]
    assert main(["test", "--update"]) == 0
    assert "updated" not in capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == RENEWED


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_a_json_file_keeps_its_indentation(folder, indent, monkeypatch):
    monkeypatch.chdir(folder)
    one, two = {"name": "ä", "expect": {"value": 1}}, {"name": "b", "input": {"a": "x"}}
    cases = {"env": {"token": "made-up"}, "case": [one, two]}
    file = folder / "cases" / "a.json"
    file.write_text(json.dumps(cases, indent=indent, ensure_ascii=False), encoding="utf-8")
    assert main(["test", "--update"]) == 0
    one["expect"] = {"value": {"sum": 1}}
    two["expect"] = {"error": "Value is not a valid integer."}
    assert file.read_text(encoding="utf-8") == json.dumps(cases, indent=indent, ensure_ascii=False)


def test_null_is_written_as_json_into_toml(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "run.xs").write_text(JOB.replace("{sum: ", "{none: null, sum: "), encoding="utf-8")
    file = folder / "cases" / "a.toml"
    file.write_text('env = {token = "made-up"}\nexpect.value = 1\n', encoding="utf-8")
    assert main(["test", "--update"]) == 0
    assert tomllib.loads(file.read_text(encoding="utf-8"))["expect"] == {"value:": '{"none": null, "sum": 1}'}


@pytest.mark.parametrize(
    ("path", "names"),
    [("cases", "x y one"), ("cases/a.toml", "x y"), ("cases/a.csv", "x y"), ("cases/one.toml", "one")],
)
def test_cases_are_run_by_their_file_and_folder(folder, path, names, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    for file, text in {
        "a.toml": 'env = {token = "made-up"}\nrows = "a.csv"\n',
        "a.csv": "name,expect.at.sum:\nx,1\ny,1\n",
        "one.toml": 'env = {token = "made-up"}\n',
    }.items():
        (folder / "cases" / file).write_text(text, encoding="utf-8")
    assert main(["test", path, "--json"]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)["results"]] == names.split()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\n" + "x" * 200_000, "this row is no CSV: field larger than field limit (131072)"),
        ('name\n"x\n', "this row is no CSV: unexpected end of data"),
    ],
)
def test_rows_that_cannot_be_read_are_reported(folder, text, said):
    (folder / "cases" / "a.toml").write_text('rows = "a.csv"\n', encoding="utf-8")
    (folder / "cases" / "a.csv").write_text(text, encoding="utf-8")
    (found,) = Suite(str(folder)).diagnostics
    assert (found.message, found.span.place) == (said, "cases/a.csv:2:1")


def test_an_error_is_expected_as_it_is_shown(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    thrown = 'stack {\n    throw {\n      name = "No"\n      value = "not " ~ $env.token\n    }\n  }\n  response = {sum'
    (folder / "run.xs").write_text(JOB.replace("response = {sum", thrown), encoding="utf-8")
    file = folder / "cases" / "a.toml"
    for wanted in ('"not ***"', '"not made-up-token"', '{message = "not ***"}'):
        file.write_text(f'env = {{token = "made-up-token"}}\nexpect.error = {wanted}\n', encoding="utf-8")
        assert main(["test"]) == 0, capsys.readouterr().out
    file.write_text('env = {token = "made-up-token"}\n', encoding="utf-8")
    assert main(["test", "--update"]) == 0
    assert tomllib.loads(file.read_text(encoding="utf-8"))["expect"] == {"error": "not ***"}


def test_rows_are_not_rewritten(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "cases" / "a.toml").write_text('env = {token = "made-up"}\nrows = "a.csv"\n', encoding="utf-8")
    (folder / "cases" / "a.csv").write_text("name,expect.value\nx,1\n", encoding="utf-8")
    assert main(["test", "--update"]) == 5
    assert "cases/a.csv does not get the values that its cases come to: its cases are rows" in capsys.readouterr().err


def test_requests_and_logs_are_renewed_as_they_are_told(tmp_path, monkeypatch):
    folder = tmp_path / "suite"
    shutil.copytree(HERE / "suites" / "cases", folder)
    monkeypatch.chdir(folder)
    main(["test", "--update", "-k", "another request", "--cases"])
    main(["test", "--update", "-k", "a log that", "--cases"])
    cases = tomllib.loads((folder / "cases" / "fails.toml").read_text(encoding="utf-8"))["case"]
    renewed = {each["name"]: each.get("expect") for each in cases}
    assert renewed["another request"]["requests"] == [
        {
            "method": "POST",
            "url": "https://alerts.example.com/v1/alerts",
            "headers": {"Authorization": "Bearer made-up-key"},
            "body": {"title": "Test", "labels": ["a", "b"]},
            "at": {"labels[0]": "a"},
        }
    ]
    assert renewed["a log that does not come"]["logs"] == ["try 1: status 500"]
    assert main(["test", "-k", "another request"]) == 0


SEEDED = """
simulate = true
seeds.pagerduty.services = [{id = "PDISKS1", name = "Disks"}]
input = {title = "Disk full", service_id = "PDISKS1"}
expect.requests = [{method = "POST", at = {"incident.service.id" = "PDISKS1"}}]
"""


def test_simulators_hold_what_a_case_seeds(tmp_path):
    shutil.copytree(HERE.parent / "jobs" / "pagerduty-create-incident", tmp_path / "job")
    (tmp_path / "job" / "cases").mkdir(exist_ok=True)
    (tmp_path / "job" / "cases" / "seeded.toml").write_text(SEEDED, encoding="utf-8")
    (seeded,) = [item for item in Suite(str(tmp_path / "job")).items if item.name == "seeded"]
    assert seeded.run().message == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def paths_of(value, path=()):
    inner = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, each in inner:
        yield (*path, key)
        yield from paths_of(each, (*path, key))


@given(JSON, st.sampled_from([None, 2]), st.booleans())
def test_every_key_of_a_json_text_has_its_place(value, indent, ascii):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii)
    places = Places(text, toml=False)
    assert set(places.keys) == set(paths_of(value))
    for path, (start, end) in places.keys.items():
        if isinstance(path[-1], str):
            assert json.loads(text[start:end]) == path[-1]


def test_every_key_of_a_toml_text_has_its_place():
    text = (
        'a.b = 1 # c = 2\n"x y" = {d = [1, {e = "]"}], \'f.g\' = 2}\n[[case]]\nname = """\nh = 1\n"""\n[case.i]\n'
        "j = 1979-05-27 07:32:00\n[[case]]\n[[case.http]]\nk = [\n  '#', # l = 3\n]\n"
    )
    keys = {path: text[start:end] for path, (start, end) in Places(text, toml=True).keys.items()}
    assert [".".join(map(str, path)) for path in keys] == [
        *("a", "a.b", "x y", "x y.d", "x y.d.0", "x y.d.1.e", "x y.d.1", "x y.f.g", "case", "case.0", "case.0.name"),
        *("case.0.i", "case.0.i.j", "case.1", "case.1.http", "case.1.http.0", "case.1.http.0.k"),
        "case.1.http.0.k.0",
    ]
    assert keys["case", 1] == "[[case]]"
    assert keys["x y", "f.g"] == "'f.g'"


def test_the_schema_takes_what_runs_and_nothing_else():
    valid = Draft202012Validator(schema())
    Draft202012Validator.check_schema(schema())
    assert valid.is_valid({"case": [{"name": "a", "http": [{"response": {"status": 200}, "times": "any"}]}]})
    assert not valid.is_valid({"case": [{"name": "a", "inptu": {}}]})
    assert not valid.is_valid({"env": {"token": 1}})


def test_every_kind_and_shape_is_known():
    taken = {each.strip("[]") for keys in SHAPES.values() for key in keys for each in key.takes}
    assert {each for each in taken if not each.startswith("@")} <= set(KINDS)
    assert {each[1:] for each in taken if each.startswith("@")} == set(SHAPES) - {"file"}
