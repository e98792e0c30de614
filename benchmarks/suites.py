"""A folder of tests: all of `xsrun test` against pytest on as many tests of the same in Python."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from measuring import Bar, Plan, Row, in_turn, ratio

FUNCTIONS: Final = 32
"""Each has five tests, and its job a case, which makes 6; with the workflow tests there are 200."""
FUNCTION: Final = """function "f%(n)d" {
  input {
    int count
    text name?="x"
  }
  stack {
    var $names {
      value = []
    }
    for ($input.count) {
      each as $i {
        array.push $names {
          value = $input.name ~ $i
        }
      }
    }
    precondition (($names|count) < 40) {
      error = "too many"
    }
    api.request {
      url = "https://api.example.com/names"
      method = "POST"
      params = {names: $names}
      mock = {%(mocks)s}
    } as $answer
  }
  response = {names: $names, number: $answer.response.result.number + %(n)d}
%(tests)s}
"""
TEST: Final = """  test "%(name)s" {
    input = {count: %(count)d}
    expect.to_equal ($response.number) { value = %(number)d }
    expect.to_contain ($response.names) { value = "x0" }
  }
"""
CASE: Final = """[[case]]
name = "f%(n)d"
function = "f%(n)d"
input = {count = 3}
http = [{request = {method = "POST"}, response = {status = 200, body = {number = 1}}}]
expect.at = {number = %(number)d}
expect.requests = [{method = "POST", at = {"names[2]" = "x2"}}]
"""
WORKFLOW: Final = """workflow_test "flow %(n)d" {
  stack {
    function.call "f%(n)d" {
      input = {count: 50}
    } as $r
    expect.to_equal ($r.message) { value = "too many" }
  }
}
"""
TWIN: Final = """def f%(n)d(count, send, name="x"):
    names = [f"{name}{i}" for i in range(count)]
    assert len(names) < 40, "too many"
    return {"names": names, "number": send({"names": names})["number"] + %(n)d}
%(tests)s
"""
TWIN_TEST: Final = """
def test_f%(n)d_%(count)d():
    found = f%(n)d(%(count)d, lambda body: {"number": 1})
    assert found["number"] == %(number)d
    assert "x0" in found["names"]
"""


def suites(plan: Plan) -> list[Row]:
    """Whole processes on the wall clock: 200 tests in one process and in two, and 200 of pytest."""
    with tempfile.TemporaryDirectory() as home:
        ours, theirs = _folder(Path(home) / "ours"), _twins(Path(home) / "theirs")
        xsrun = (sys.executable, "-m", "xsrun", "test", str(ours))
        contenders = {
            "two": _process((*xsrun, "-j", "2"), home),
            "one": _process(xsrun, home),
            "pytest": _process((sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(theirs)), home),
        }
        for contender in contenders.values():
            contender()
        costs = in_turn(contenders, plan.rounds)
    return [
        Row("suites", "200 tests -j 2 / pytest on 200 twins", ratio(costs["two"], costs["pytest"])),
        Row("suites", "200 tests -j 2 / in one process", ratio(costs["two"], costs["one"])),
        Row("suites", "200 tests -j 2", sorted(costs["two"])[len(costs["two"]) // 2], Bar("<=", 3), unit="s"),
    ]


def _folder(folder: Path) -> Path:
    (folder / "cases").mkdir(parents=True)
    for n in range(FUNCTIONS):
        tests = [{"name": f"t{count}", "count": count, "number": n + 1} for count in range(1, 6)]
        mocks = ", ".join(f'"{each["name"]}": {{response: {{result: {{number: 1}}}}}}' for each in tests)
        text = FUNCTION % {"n": n, "mocks": mocks, "tests": "".join(TEST % each for each in tests)}
        (folder / f"f{n}.xs").write_text(text, "utf-8")
    flows = "---\n".join(WORKFLOW % {"n": n} for n in range(8))
    (folder / "flows.xs").write_text(flows, "utf-8")
    cases = "\n".join(CASE % {"n": n, "number": n + 1} for n in range(FUNCTIONS))
    (folder / "cases" / "all.toml").write_text(cases, "utf-8")
    return folder


def _twins(folder: Path) -> Path:
    folder.mkdir()
    left = 200
    for n in range(FUNCTIONS):
        counts = range(1, 1 + min(left, 7 if n < 8 else 6))
        tests = "".join(TWIN_TEST % {"n": n, "count": count, "number": n + 1} for count in counts)
        (folder / f"test_f{n}.py").write_text(TWIN % {"n": n, "tests": tests}, "utf-8")
        left -= len(counts)
    return folder


def _process(command: Sequence[str], home: str) -> Callable[[], float]:
    def measure() -> float:
        env = {**os.environ, "XDG_CACHE_HOME": f"{home}/cache", "XDG_STATE_HOME": f"{home}/state"}
        begin = time.perf_counter()
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True, cwd=home)
        taken = time.perf_counter() - begin
        assert "200 passed" in done.stdout, done.stdout[-500:]
        return taken

    return measure
