"""The command line, case by case: what is typed, what comes out, and the exit code.

A case of ``tests/cli/*.toml`` holds ``args`` and ``exit``, and may hold ``files`` (path to text), ``env``, ``stdin``,
``stdout`` (the whole), ``result`` (stdout as JSON), ``stderr`` (texts that must occur, in order), ``never`` (texts that
must occur in no output), ``after`` (path to what the file holds then).
"""

import io
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from xsrun.cli.start import main
from xsrun.diagnostics import Exit
from xsrun.runtime.job import Failure

HERE = Path(__file__).parent
CASES = {
    f"{file.stem}: {name}": case
    for file in sorted((HERE / "cli").glob("*.toml"))
    for name, case in tomllib.loads(file.read_text(encoding="utf-8")).items()
}
PERSONAL = ("pagerduty_api_key", "pagerduty_routing_key", "incident_io_api_token", "NO_COLOR")


@pytest.fixture(autouse=True)
def private_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in PERSONAL:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_case(case, tmp_path, monkeypatch, capsys):
    for path, text in case.get("files", {}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    for name, value in case.get("env", {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdin", io.StringIO(case.get("stdin", "")))
    code = main([each.replace("JOBS", str(HERE.parent / "jobs")) for each in case["args"]])
    out, err = capsys.readouterr()
    assert code == case["exit"], err
    if "stdout" in case:
        assert out == case["stdout"]
    for path, text in case.get("after", {}).items():
        assert (tmp_path / path).read_bytes().decode("utf-8") == text
    if "result" in case:
        assert json.loads(out) == case["result"]
    rest = err
    for wanted in case.get("stderr", []):
        assert wanted in rest, err
        rest = rest.partition(wanted)[2]
    for secret in case.get("never", []):
        assert secret not in out + err


def test_a_failure_has_the_fields_that_help_reads():
    assert {"code", "message", "exit", "help", "fault"} <= set(Failure._fields)


def test_list_is_machine_readable(capsys):
    assert main(["list", str(HERE.parent / "jobs"), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"PagerDuty Create Incident", "incident.io Create Alert"} <= {row["name"] for row in rows}
    assert all(set(row) == {"name", "path", "kind"} for row in rows)


def test_check_prints_one_object_a_line(tmp_path, capsys):
    (tmp_path / "run.xs").write_text('run.job "A" {\n  main = {name: "nope"}\n}\n', encoding="utf-8")
    assert main(["check", str(tmp_path), "--json"]) == 3
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["code"], each["line"], each["file"]) for each in lines] == [("unresolved-function", 2, "run.xs")]


def test_a_text_that_doubles_without_end_ends_the_run(tmp_path):
    (tmp_path / "function").mkdir()
    (tmp_path / "run.xs").write_text('run.job "Grow" {\n  main = {name: "grow"}\n}\n', encoding="utf-8")
    (tmp_path / "function" / "grow.xs").write_text(
        'function "grow" {\n  input {}\n  stack {\n    var $s { value = "0123456789" }\n    while (true) {\n'
        "      each {\n        var.update $s { value = $s ~ $s }\n      }\n    }\n  }\n  response = $s|strlen\n}\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "xsrun", "execute", str(tmp_path), "--memory", "200"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == Exit.LIMIT
    assert "error[limit-size]" in done.stderr
    assert "function/grow.xs:7" in done.stderr
