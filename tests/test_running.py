"""How tests are run: in several processes that may die, those that failed, those whose files changed."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from xsrun.cli.start import main
from xsrun.diagnostics import Exit
from xsrun.source import Source, Span
from xsrun.testing.item import Item
from xsrun.testing.outcome import Mismatch
from xsrun.testing.running import outcomes
from xsrun.testing.suite import seen
from xsrun.watching import changes

PLACE = Span(Source("made.xs", "test\n"), 0, 4)


def item(name: str, check) -> Item:
    return Item("made", "unit", "function", "f", name, PLACE, (), lambda _around, _deadline: check(), set())


def passes():
    return iter(())


def fails():
    yield Mismatch("not as it should be", ["- 1", "+ 2"])


def is_killed():
    os.kill(os.getpid(), signal.SIGKILL)
    return passes()


def leaves():
    os._exit(3)


def spins():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    while True:
        try:
            while True:
                pass
        except BaseException:  # no fault ends it from within
            continue


def breaks():
    raise KeyError("a bug")


@pytest.mark.parametrize("processes", [2, 3, 20])
def test_a_crash_takes_no_other_result_with_it(processes):
    checks = [passes, is_killed, fails, leaves, passes, is_killed, is_killed, passes, fails, is_killed]
    items = [item(f"{at} {check.__name__}", check) for at, check in enumerate(checks)]
    found = [(each.name, outcome.message) for each, outcome in outcomes(items, 10.0, processes)]
    said = {
        "passes": "",
        "fails": "not as it should be",
        "is_killed": "the test crashed: its process was killed by SIGKILL (made.xs:1:1)",
        "leaves": "the test crashed: its process ended with exit code 3 (made.xs:1:1)",
    }
    assert found == [(each.name, said[check.__name__]) for each, check in zip(items, checks, strict=True)]


def test_a_test_that_nothing_ends_is_ended_with_its_process():
    items = [item("spins", spins), item("passes", passes), item("fails", fails)]
    found = [outcome.message for _, outcome in outcomes(items, 0.5, 2, grace=1.0)]
    assert found == ["the test crashed: it took longer than 1.5 s (made.xs:1:1)", "", "not as it should be"]


def test_a_fault_of_ours_is_no_crash_of_all(capfd):
    items = [item("breaks", breaks), item("passes", passes)]
    found = [outcome.message for _, outcome in outcomes(items, 10.0, 2)]
    assert found == ["the test crashed: xsrun itself broke: KeyError (made.xs:1:1)", ""]
    assert capfd.readouterr() == ("", "")


def test_reports_are_the_same_in_any_number_of_processes(tmp_path, capsys):
    suites = tmp_path / "suites"
    shutil.copytree(Path(__file__).parent / "suites", suites)
    reports = []
    for further in ([], ["-j", "2"], ["--concurrency", "7"]):
        assert main(["test", str(suites), "--json", "--coverage", *further]) == Exit.TEST
        document = json.loads(capsys.readouterr().out)
        document.pop("total_timing")
        reports.append({**document, "results": [{**each, "timing": 0} for each in document["results"]]})
    assert len(reports[0]["results"]) > 50
    assert 0 < reports[0]["coverage"]["percent"] < 100
    assert reports[1] == reports[0]
    assert reports[2] == reports[0]


TWO = """function "f" {
  input {
    int n?
  }
  response = $input.n
  test "one" {
    input = {n: %d}
    expect.to_equal ($response) { value = 1 }
  }
  test "two" {
    input = {n: 2}
    expect.to_equal ($response) { value = 2 }
  }
}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.xs").write_text(TWO % 5, encoding="utf-8")
    return tmp_path


def results(capsys) -> list[tuple[str, str]]:
    return [(each["name"], each["status"]) for each in json.loads(capsys.readouterr().out)["results"]]


def test_what_failed_is_run_again(folder, capsys):
    assert main(["test", "--json"]) == Exit.TEST
    assert results(capsys) == [("one", "fail"), ("two", "pass")]
    assert main(["test", "--json", "--failed"]) == Exit.TEST
    assert results(capsys) == [("one", "fail")]
    assert main(["test", "--json", "-k", "two"]) == Exit.DONE
    capsys.readouterr()
    (folder / "f.xs").write_text(TWO % 1, encoding="utf-8")
    assert main(["test", "--json", "--failed"]) == Exit.DONE
    assert results(capsys) == [("one", "pass")]
    assert main(["test", "--json", "--failed"]) == Exit.USAGE
    said = capsys.readouterr().err
    assert "no tests found that failed before" in said
    assert "what passed is run without --failed" in said


def test_a_kind_that_is_not_there_is_named(folder, capsys):
    assert main(["test", "--workflow", "--cases"]) == Exit.USAGE
    said = capsys.readouterr().err
    assert "no workflow tests or cases found" in said
    assert "others are run without the options that choose" in said


LOGS = """function "logs" {
  stack {
    debug.log { value = (1..5000)|map:"x"|join:"" }
  }
  response = 1
  test "logs" {
    expect.to_be_null ($response)
  }
}
"""


def test_a_report_shows_the_beginning_of_a_long_entry(folder, capsys):
    (folder / "f.xs").write_text(LOGS, encoding="utf-8")
    assert main(["test"]) == Exit.TEST
    (entry,) = [line.strip() for line in capsys.readouterr().out.splitlines() if "log:" in line]
    assert entry == f"log: {'x' * 1999}…"


def test_what_failed_is_kept_for_its_owner_alone(folder, capsys):
    assert main(["test", "--json"]) == Exit.TEST
    assert (folder / ".xsrun" / "failed-tests.json").stat().st_mode & 0o777 == 0o600
    assert (folder / ".xsrun").stat().st_mode & 0o777 == 0o700
    assert (folder / ".xsrun" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    capsys.readouterr()


def test_a_folder_that_cannot_be_written_fails_no_test(folder, capsys):
    (folder / ".xsrun").write_text("a file", encoding="utf-8")
    assert main(["test", "--json"]) == Exit.TEST
    assert "--failed will not know what failed in .: Not a directory" in capsys.readouterr().err


def test_projects_whose_files_change_are_named(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name / "cases").mkdir(parents=True)
        (tmp_path / name / "f.xs").write_text("1", encoding="utf-8")
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    steps = iter(
        [
            lambda: (tmp_path / "a" / "f.xs").write_text("22", encoding="utf-8"),
            lambda: None,
            lambda: (tmp_path / "b" / "cases" / "new.toml").write_text("", encoding="utf-8"),
            lambda: (tmp_path / "a" / "f.xs").unlink(),
        ]
    )
    found = changes({a: seen(a), b: seen(b)}, seen, lambda: next(steps)())
    assert [next(found), next(found), next(found)] == [[a], [b], [a]]


def test_watching_runs_what_changed_until_it_is_stopped(folder):
    command = [sys.executable, "-m", "xsrun", "test", "--watch", "--json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as watching:
        try:
            for failed in (1, 0):
                assert select.select([watching.stdout], [], [], 30)[0], "nothing was reported"
                assert json.loads(watching.stdout.readline())["failed"] == failed
                (folder / "f.xs").write_text(TWO % 1, encoding="utf-8")
            watching.send_signal(signal.SIGTERM)
            assert watching.wait(30) == Exit.INTERRUPTED
        finally:
            watching.kill()


def test_the_number_of_processes_makes_sense(folder, capsys):
    assert main(["test", "-j", "0"]) == Exit.USAGE
    assert "--jobs 0 is no number of processes" in capsys.readouterr().err


SENDS = """function "send" {
  input {
    text url
  }
  stack {
    api.request {
      url = $input.url
    } as $answer
  }
  response = $answer.response.result
  test "sends" {
    input = {url: "%s"}
    expect.to_equal ($response) { value = "here" }
  }
}
"""


def test_the_network_is_there_where_it_is_allowed(tmp_path, httpserver, capsys):
    httpserver.expect_request("/").respond_with_data("here")
    (tmp_path / "send.xs").write_text(SENDS % httpserver.url_for("/"), encoding="utf-8")
    assert main(["test", str(tmp_path)]) == Exit.TEST
    assert "network disabled in tests" in capsys.readouterr().out
    assert main(["test", str(tmp_path), "--allow-network"]) == Exit.DONE
