"""Tests in XanoScript: whole reports of folders that pass and fail, and what mocks cost outside tests.

A folder of ``tests/suites`` holds programs with ``test`` blocks and ``report.txt``, the whole text that is printed
about them. ``XSRUN_REGENERATE=1`` rewrites the texts; read the difference before it is committed.
"""

import json
import os
import re
from pathlib import Path
from types import CodeType
from xml.etree import ElementTree

import pytest

from xsrun.builtins.catalogue import registry
from xsrun.compile.program import compile_folder, compile_tests
from xsrun.compile.tests import THROWS, UnitTest
from xsrun.project import load_folder, load_text
from xsrun.testing import machine, text
from xsrun.testing.suite import Suite

HERE = Path(__file__).parent
SUITES = sorted(folder for folder in (HERE / "suites").glob("[a-z]*") if folder.is_dir())
JOBS = sorted(folder for folder in (HERE.parent / "jobs").iterdir() if folder.is_dir())


def outcomes(folder: Path):
    suite = Suite(str(folder))
    assert [str(each) for each in suite.errors] == []
    return [(item, item.run()) for item in suite.items]


@pytest.mark.parametrize("folder", SUITES, ids=lambda folder: folder.name)
def test_report(folder):
    ran = outcomes(folder)
    report = "\n".join([*(text.outcome_text(item, outcome) for item, outcome in ran), "", text.summary(ran)]) + "\n"
    report = re.sub(r"\(\d+\.\d{3}s", "(…s", report)
    expected = folder / "report.txt"
    if os.environ.get("XSRUN_REGENERATE"):
        expected.write_text(report, encoding="utf-8")
    assert report == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", JOBS, ids=lambda folder: folder.name)
def test_every_function_of_a_shipped_job_has_tests_and_they_pass(folder):
    ran = outcomes(folder)
    assert [outcome.message for _, outcome in ran if outcome.problems] == []
    tested = {item.obj_name for item, _ in ran if item.kind == "unit"}
    assert tested == {path.stem for path in (folder / "function").glob("*.xs")}
    assert all(test.assertions for test in compile_tests(load_folder(str(folder)))[1] if isinstance(test, UnitTest))


PAGE = (HERE.parent / "docs" / "testing.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```xs\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("example", "names"),
    [*zip(EXAMPLES[:2], [["a sunny day", "no such city"], ["an alert is opened once"]], strict=True)],
    ids=["unit", "workflow"],
)
def test_the_examples_of_the_documentation(tmp_path, example, names):
    (tmp_path / "example.xs").write_text(example, encoding="utf-8")
    ran = outcomes(tmp_path)
    assert [(item.name, outcome.message) for item, outcome in ran] == [(name, "") for name in names]
    assert Suite(str(tmp_path)).diagnostics == []


def test_the_documentation_names_every_assertion():
    named = {f"expect.{name}" for name in re.findall(r"`(to_\w+)", PAGE)}
    known = {name for name in registry().statements if name.startswith("expect.")} | {THROWS}
    assert named == known
    assert len(known) == 19


@pytest.mark.parametrize("folder", [folder for folder in SUITES if folder.name in ("assertions", "failures")])
def test_the_formats_agree(folder):
    ran = outcomes(folder)
    counted = machine.roll_up(ran)
    failed = [each["name"] for each in counted["results"] if each["status"] == "fail"]
    assert counted["failed"] == len(failed) > 0
    assert counted["passed"] + counted["failed"] == len(ran)
    cases = ElementTree.fromstring(machine.junit(ran).encode()).findall(".//testcase")
    assert [case.get("name") for case in cases if case.find("failure") is not None] == failed
    assert list(dict.fromkeys(each.message.partition(" [")[0] for each in machine.findings(ran))) == failed
    json.dumps(counted)


MOCKED = """
function send {
  input {
    text to
  }
  stack {
    var $n {
      value = 1%s
    }
    for (3) {
      each as $i {
        var.update $n {
          value = $n + $i%s
        }
      }
    }
    api.request {
      url = "https://example.com/" ~ $input.to%s
    } as $answer
    cloud.aws.s3.upload_file {
      bucket = "b"%s
    } as $file
  }
  response = [$n, $answer, $file]
  test "a" {
    expect.to_equal ($response) { value = "x"|to_upper }
  }
}
"""


def instructions(code: CodeType):
    """What a program does, without the places in its source."""
    inner = [instructions(each) if isinstance(each, CodeType) else each for each in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, inner


def test_a_mock_costs_nothing_outside_tests():
    plain = compile_folder(load_text(MOCKED % ("", "", "", ""), "a.xs"))
    mock = '\nmock = {"a": ($env.secret|json_encode|sha256) ~ ($input.to ?? $n)}'
    folder = load_text(MOCKED % (mock, mock, mock, mock), "a.xs")
    mocked = compile_folder(folder)
    assert [each.code for each in folder.diagnostics] == ["not-local"]
    assert plain.imports == mocked.imports
    assert plain.env_read == mocked.env_read
    assert [instructions(code) for code in plain.code] == [instructions(code) for code in mocked.code]
    assert [each.name for each in plain.routines] == ["send"]


SPINS = """
function spin {
  input {
    bool on?
  }
  stack {
    while ($input.on) {
      each {
        try_catch {
          try {
            debug.log { value = 1 }
          }
          catch {
          }
        }
      }
    }
  }
  response = 1
  test "spins" {
    input = {on: true}
    expect.to_throw
  }
  test "does not" {
    expect.to_equal ($response) { value = 1 }
  }
}
"""


def test_a_loop_without_end_fails_its_test_alone(tmp_path):
    (tmp_path / "spin.xs").write_text(SPINS, encoding="utf-8")
    suite = Suite(str(tmp_path))
    spins, does_not = (item.run(0.1) for item in suite.items)
    assert re.fullmatch(r"the test took longer than 0.1 s \(spin.xs:\d+:\d+\)", spins.message)
    assert spins.logs[-1] == 1
    assert not does_not.problems


BESIDE = """
function spin {
  stack {
    while (true) {
      each {
        debug.log { value = 1 }
      }
    }
  }
  response = 1
}
---
function starts {
  stack {
    function.run "spin" {
      async = true
    } as $job%s
  }
  response = 1
  test "does not wait for ever" {
    expect.to_throw
  }
}
"""


@pytest.mark.parametrize("waits", ["", "\n    await { ids = [$job], timeout = 3600 } as $done"])
def test_a_loop_without_end_in_a_function_that_runs_beside_fails_its_test(tmp_path, waits):
    (tmp_path / "beside.xs").write_text(BESIDE % waits, encoding="utf-8")
    ((_, outcome),) = [(item, item.run(0.1)) for item in Suite(str(tmp_path)).items]
    assert re.match(r"the test took longer than 0.1 s", outcome.message)


def test_a_junit_file_is_xml_whatever_a_job_says(tmp_path):
    (tmp_path / "a.xs").write_text(
        'function a {\n  stack {\n    throw {\n      name = "x"\n      value = "\\u0000 \\u001b[31m <&> \\ud800"\n'
        '    }\n  }\n  response = 1\n  test "]]> <b>" {\n  }\n}\n',
        encoding="utf-8",
    )
    ran = outcomes(tmp_path)
    (case,) = ElementTree.fromstring(machine.junit(ran).encode()).findall(".//testcase")
    assert case.get("name") == "]]> <b>"
    (failure,) = case.findall("failure")
    assert "<&>" in str(failure.get("message"))
