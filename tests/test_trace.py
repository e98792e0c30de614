"""Runs statement by statement: while they happen, afterwards, and as a page in a real browser."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from counting import counting

from xsrun.cli.start import main
from xsrun.cli.tracing import Then, replayed
from xsrun.engine.effects import State
from xsrun.engine.replay import Replay
from xsrun.engine.rows import RunRow, StepRow
from xsrun.engine.vault import Vault
from xsrun.runtime.secrets import Masker
from xsrun.tracing.tracer import Step

KEY = "a-key-that-nobody-may-see"
JOB = """run.job "Send" {
  main = {name: "send"}
  env = ["send_key"]
}
---
function "send" {
  input {
    int times?=2
  }
  stack {
    var $sum { value = 0 }
    for ($input.times) {
      each as $turn {
        math.add $sum { value = $turn }
      }
    }
    function.run one {
      input = {word: "it's <b>"}
    } as $answer
  }
  response = [$sum, $answer]
}
---
function "one" {
  input {
    text word
  }
  stack {
    api.request {
      url = "https://api.example.com/words"
      method = "POST"
      headers = ["X-Key: " ~ $env.send_key]
      params = {word: $input.word, key: $env.send_key}
    } as $answer
    if ($answer.response.status == 200) {
      return { value = $answer.response.result.count }
    }
  }
  response = null
}
""".replace("    if (", "    conditional {\n    if (").replace("result.count }\n    }", "result.count }\n    }\n    }")


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.xs").write_text(JOB, encoding="utf-8")
    with counting() as server:
        yield server, ("execute", "--map", f"api.example.com={server.url}", "--env", f"send_key={KEY}")


def traced(job, capsys, *more):
    assert main([*job[1], "--trace", "--json", *more]) == 0
    err = capsys.readouterr().err
    assert KEY not in err
    return [json.loads(line) for line in err.splitlines()]


def test_every_statement_is_told_with_its_values(job, capsys):
    told = traced(job, capsys)
    assert [(each["kind"], each["title"], each["depth"]) for each in told] == [
        ("call", "function send", 0),
        ("statement", "var $sum", 1),
        ("statement", "for ($input.times)", 1),
        ("statement", "math.add $sum", 1),
        ("statement", "for ($input.times)", 1),
        ("statement", "math.add $sum", 1),
        ("statement", "for ($input.times)", 1),
        ("call", "function one", 1),
        ("request", "POST https://api.example.com/words: 200 OK", 2),
        ("statement", "api.request", 2),
        ("statement", "if ($answer.response.status == 200)", 2),
        ("statement", "return", 2),
        ("statement", "function.run one", 1),
        ("statement", "response = [$sum, $answer]", 1),
    ]
    adds = [each for each in told if each["title"] == "math.add $sum"]
    assert [each["values"] for each in adds] == [{"$sum": 0}, {"$sum": 1}]
    assert [each["pass"] for each in adds] == [1, 2]
    assert told[1]["place"] == "run.xs:11"


def test_the_turns_of_a_long_loop_are_told_now_and_then(job, capsys):
    told = [each["pass"] for each in traced(job, capsys, "--input", "times=1200") if each["title"] == "math.add $sum"]
    assert told == [*range(1, 51), 100, 1000]


def test_a_trace_for_people(job, capsys):
    assert main([*job[1], "--trace"]) == 0
    err = capsys.readouterr().err
    assert "~ POST https://api.example.com/words: 200 OK" in err
    assert "var $sum  $sum = 0  run.xs:11" in err
    assert KEY not in err


def test_what_a_run_did_can_be_seen_afterwards(job, capsys):
    assert main([*job[1]]) == 0
    seen = dict(job[0].seen)
    capsys.readouterr()
    assert main(["runs", "show", "last", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [each["title"] for each in shown["statements"]][-3:] == [
        "return",
        "function.run one",
        "response = [$sum, $answer]",
    ]
    assert shown["statements"][-2]["values"] == {"$answer": 1}
    assert dict(job[0].seen) == seen


def test_a_run_that_was_stopped_is_shown_as_far_as_it_came(job, tmp_path, capsys):
    (tmp_path / "run.xs").write_text(JOB.replace('url = "https://', 'url = "http://nowhere.invalid/" ~ "https://'))
    main([*job[1]])
    capsys.readouterr()
    assert main(["runs", "show", "last"]) == 0
    assert "Could not resolve host: nowhere.invalid" in capsys.readouterr().out


def test_the_requests_as_commands_of_a_shell(job, capsys):
    server, command = job
    assert main([*command]) == 0
    capsys.readouterr()
    assert main(["runs", "show", "last", "--as-curl"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert KEY not in line
    there = line.replace("https://api.example.com", server.url)
    assert shlex.split(there)[:4] == ["curl", "-sS", "-X", "POST"]
    if shutil.which("curl") is None:
        pytest.skip("there is no curl to run the command with")
    environment = {**os.environ, "send_key": KEY, "no_proxy": "127.0.0.1"}
    subprocess.run(["sh", "-c", there], check=True, env=environment, capture_output=True, timeout=30)
    assert server.bodies[0] == server.bodies[1]
    assert server.headers[1]["x-key"] == KEY


def page(job, capsys, tmp_path) -> Path:
    assert main([*job[1]]) == 0
    capsys.readouterr()
    assert main(["runs", "show", "last", "--html"]) == 0
    made = tmp_path / "run.html"
    made.write_text(capsys.readouterr().out, encoding="utf-8")
    return made


def test_the_page_needs_nothing_else_and_shows_values_as_text(job, capsys, tmp_path):
    text = page(job, capsys, tmp_path).read_text(encoding="utf-8")
    assert "it&#x27;s &lt;b&gt;" in text
    assert KEY not in text
    assert not any(word in text for word in ("<script", "src=", "url(", "@import"))
    assert text.count("href=") == text.count('href="#')


def test_the_page_in_a_browser(job, capsys, tmp_path):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("there is no Chromium to look at the page with")
    made = page(job, capsys, tmp_path)
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=1000", "--dump-dom", made.as_uri(),
    ]  # fmt: skip
    seen = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "<title>Send, run " in seen
    assert seen.count("<tr") > 10
    assert "POST https://api.example.com/words" in seen


ENDLESS = """run.job "Endless" {
  main = {name: "endless"}
}
---
function "endless" {
  stack {
    for (100000000) {
      each as $turn {
      }
    }
  }
  response = null
}
"""


def test_a_run_that_calculated_without_end_is_told_for_some_time(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    row = RunRow("r", "Endless", str(tmp_path), {}, {}, "hash", b"x", "interrupted", 7, 1, 1, 1_000)
    told = replayed(row, [], {"run.xs": ENDLESS}, seconds=0.1)
    assert [step.title for step in told[:2]] == ["function endless", "for (100000000)"]
    assert told[-1] == Step("error", told[-1].at, 0.0, 0, "", "not told any further: it takes longer than 0.1 s")


def test_a_past_run_is_told_at_the_times_it_had():
    clock = Then(1_000)
    begun = clock()
    step = StepRow("r", "", 0, "http", "", "", "once", "{}", "", "answered", [], 1_000, 1_000, 101_000)
    clock.passed(step)
    later = clock()
    assert later - begun > 99
    clock.passed(step._replace(answered_at=51_000))
    clock.passed(step._replace(answered_at=None))
    assert clock() >= later


JOBS = Path(__file__).parent.parent / "jobs"


@pytest.mark.parametrize("folder", ["pagerduty-create-incident", "pagerduty-events-v2", "incident-io-create-alert"])
def test_a_run_makes_a_test_that_passes(folder, tmp_path, monkeypatch, capsys):
    if shutil.which("patch") is None:
        pytest.skip("there is no patch to apply the change with")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    job = tmp_path / "job"
    shutil.copytree(JOBS / folder, job)
    assert main(["execute", str(job), "--simulate"]) == 0
    capsys.readouterr()
    assert main(["runs", "show", "last", "--as-test"]) == 0
    change = capsys.readouterr().out
    subprocess.run(["patch", "-p1"], input=change, text=True, cwd=job, check=True, capture_output=True)
    assert main(["fmt", "--check", str(job)]) == 0
    assert main(["test", str(job), "-k", "run ", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"] > 0, told["failed"]) == (True, 0)


def test_a_run_that_failed_makes_a_test_that_expects_it(job, tmp_path, capsys):
    server, command = job
    failing = JOB.replace("response = [$sum, $answer]", 'response = ($answer == 1) ? ("x"|to_int|divide:0) : null')
    (tmp_path / "run.xs").write_text(failing, encoding="utf-8")
    assert main([*command]) == 1
    capsys.readouterr()
    assert main(["runs", "show", "last", "--as-test"]) == 0
    assert "expect.to_throw" in capsys.readouterr().out
    assert sum(server.seen.values()) == 1


def test_a_run_whose_source_is_gone_makes_no_test(job, tmp_path, capsys):
    (tmp_path / "run.xs").write_text(
        'run.job "Still" {\n  main = {name: "still"}\n}\n---\nfunction "still" {\n  response = 1\n}\n'
    )
    assert main(["execute"]) == 0
    assert main(["runs", "show", "last", "--as-test"]) == 2
    assert "makes no test" in capsys.readouterr().err


def test_a_run_that_is_told_anew_reads_the_clock_as_it_did_behind_a_look_into_the_ledger():
    row = StepRow("r", "", 0, "ledger", "", "", "read", "{}", "", State.ANSWERED, [[100, 2]], 0)
    then = row._replace(number=1, kind="sleep", readings=[[200, 1]])
    told = []
    replay = Replay([row, then], Vault({}, Masker(())), told.append)
    now = [replay.now(int), replay.done("x"), replay.now(int)]
    assert (now, told) == ([100, None, 200], [row])
