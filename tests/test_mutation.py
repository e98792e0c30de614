"""Mutants: which faults are made of a text, which of them tests notice, and that none of them takes us with it."""

import json
import os
import signal
from pathlib import Path

import pytest

from xsrun.cli.start import main
from xsrun.project import load_folder, load_text, read
from xsrun.source import Source
from xsrun.testing.forks import Lost, spread
from xsrun.testing.mutants import mutants

HERE = Path(__file__).parent
FOLDER = HERE / "mutation"
JOB = HERE.parent / "jobs" / "pagerduty-create-incident"


def report(capsys, *words):
    code = main(["test", "--mutate", *words])
    return code, capsys.readouterr()


def test_what_survives_and_what_does_not(capsys, monkeypatch):
    monkeypatch.chdir(FOLDER)
    code, (out, err) = report(capsys, ".", "-j", "2")
    if os.environ.get("XSRUN_REGENERATE"):
        (FOLDER / "report.txt").write_text(out, encoding="utf-8")
    assert out == (FOLDER / "report.txt").read_text(encoding="utf-8")
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("statement", "changes"),
    [
        ("precondition ($a === 1) { error = \"no\" }", [
            'dropped precondition: precondition ($a === 1) { error = "no" } -> nothing',
            "other operator: === -> !==",
            "other constant: 1 -> 2",
            "other constant: 1 -> 0",
            'other constant: "no" -> ""',
        ]),
        ("return { value = !$a }", [
            "dropped return: return { value = !$a } -> nothing",
            "no result: !$a -> null",
            "opposite: !$a -> $a",
        ]),
        ('api.request { url = $a timeout = 3 mock = {"x": 1} description = "d" } as $r', [
            'dropped api.request: api.request { url = $a timeout = 3 mock = {"x": 1} description = "d" … -> nothing'
        ]),
        ("debug.log { value = $a + 1 }", []),
        ("!var $b { value = true }", []),
        ("conditional {\n if ($a) { debug.log { value = 1 } }\n else { debug.log { value = 2 } }\n}", [
            "opposite: $a -> !($a)"
        ]),
        ("while ($a|is_null) { each { break } }", [
            "dropped filter: |is_null -> nothing",
            "opposite: $a|is_null -> !($a|is_null)",
            "dropped break: break -> nothing",
        ]),
        ('var $b { value = ($a) ? true : "" }', [
            'dropped var: var $b { value = ($a) ? true : "" } -> nothing',
            "opposite: ($a) -> (!($a))",
            "other constant: true -> false",
            'other constant: "" -> "xsrun"',
        ]),
    ],
)  # fmt: skip
def test_the_faults_of_a_statement(statement, changes):
    text = f"function f {{\n  input {{\n    json a\n  }}\n  stack {{\n    {statement}\n  }}\n}}\n"
    (construct,) = load_text(text, "f.xs").constructs
    found = [f"{each.rule}: {each.change}" for each in mutants(construct)]
    assert sorted(found) == sorted(changes)


def test_a_mutant_can_be_read_and_has_as_many_lines():
    for construct in load_folder(str(JOB)).constructs:
        for mutant in mutants(construct):
            assert mutant.text != mutant.span.source.text
            assert mutant.text.count("\n") == mutant.span.source.text.count("\n")
            assert read(Source("f.xs", mutant.text)).found == [], mutant.change


def test_one_document_for_machines(capsys):
    code, (out, _) = report(capsys, str(FOLDER / "shop.xs"), "--json")
    found = json.loads(out)
    assert (code, found["passed"], found["failed"]) == (0, 2, 0)
    dropped = [each for each in found["mutation"]["mutants"] if each["rule"] == "dropped precondition"]
    assert [(each["line"], each["column"], each["after"], each["status"], each["by"]) for each in dropped] == [
        (7, 5, "", "killed", "none [function: discount]")
    ]
    assert {each["status"] for each in found["mutation"]["mutants"]} == {"killed", "survived", "unreached"}


def test_other_reports_are_written_beside_mutants(capsys, tmp_path):
    words = ("--coverage", "--junit", str(tmp_path / "out.xml"))
    _, (out, _) = report(capsys, str(FOLDER / "shop.xs"), "--json", *words)
    assert {"coverage", "mutation"} <= json.loads(out).keys()
    assert 'tests="2"' in (tmp_path / "out.xml").read_text(encoding="utf-8")
    code, (out, err) = report(capsys, str(FOLDER / "shop.xs"), "--coverage-min", "100", "--mutate-min", "99.5")
    assert code == 5
    assert out.index("Mutants:") < out.index("Not reached")
    assert "100 % are demanded" in err
    assert "99.5 % are demanded" in err


REFUSES = """run.job "Refuses" {
  main = {name: "f"}
}
---
function f {
  input {
    int size filters=min:1
  }
  stack {
    var $shown { value = $input.size }
  }
  response = $shown
}
"""


def test_a_case_that_is_refused_notices_what_is_refused_no_more(capsys, tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "run.xs").write_text(REFUSES, encoding="utf-8")
    case = '{"input": {"size": 0}, "expect": {"error": {"code": "ERROR_CODE_INPUT_ERROR"}}}'
    (tmp_path / "cases" / "no size.json").write_text(case, encoding="utf-8")
    _, (out, _) = report(capsys, str(tmp_path), "--json")
    killed = [each for each in json.loads(out)["mutation"]["mutants"] if each["status"] == "killed"]
    assert [(each["rule"], each["by"]) for each in killed] == [("dropped filter", "no size [job: Refuses]")]


@pytest.mark.parametrize(("least", "code"), [("10", 0), ("99.5", 5)])
def test_a_bound(capsys, least, code):
    assert main(["test", str(FOLDER / "shop.xs"), "--mutate-min", least]) == code
    assert ("99.5 % are demanded" in capsys.readouterr().err) == bool(code)


def test_tests_that_fail_try_no_mutants(capsys, tmp_path):
    text = (FOLDER / "shop.xs").read_text().replace("value = 13", "value = 14")
    (tmp_path / "shop.xs").write_text(text)
    code, (out, _) = report(capsys, str(tmp_path))
    assert code == 5
    assert "Results: 1 passed, 1 failed" in out
    assert "SURVIVED" not in out


def act(number):
    """Odd numbers do not come back: one is busy for ever, one dies, one is killed."""
    if number == 1:
        while True:
            pass
    if number == 3:
        os._exit(7)
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"number": number}


@pytest.mark.parametrize("processes", [1, 3, 20])
def test_what_takes_its_process_with_it_is_told_and_the_rest_goes_on(processes):
    found = [*spread(8, act, processes, 1.5)]
    lost = {
        1: Lost("it took longer than 1.5 s"),
        3: Lost("its process ended with exit code 7"),
        5: Lost("its process was killed by SIGKILL"),
    }
    assert found == [lost.get(number, {"number": number}) for number in range(8)]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_whoever_stops_listening_leaves_no_process():
    first = spread(8, act, 2, 5)
    assert next(first) == {"number": 0}
    first.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_nothing_to_do():
    assert [*spread(0, act, 2, 1)] == []
