"""Runs while they go on: watched, cancelled, and all of them at a glance."""

import json
import os
import pty
import signal
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from counting import counting
from waiting import bounded, until

from xsrun.cli.hosting import InProcess
from xsrun.cli.output import Output
from xsrun.cli.start import main
from xsrun.diagnostics import Exit
from xsrun.engine.history import open_history
from xsrun.engine.orders import Order
from xsrun.engine.views import run_summary

JOB = """run.job "{name}" {{
  main = {{name: "send"}}
}}
---
function "send" {{
  stack {{
    api.request {{
      url = "{url}/one"
      method = "POST"
    }} as $one
    api.request {{
      url = "{url}/{path}"
      method = "POST"
      timeout = 120
    }} as $two
    api.request {{
      url = "{url}/three"
      method = "POST"
    }} as $three
  }}
  response = $three.response.result
}}
"""
HOSTILE = "Bell \\u001b[31m"


@pytest.fixture
def server(tmp_path, monkeypatch):
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.chdir(tmp_path)
    with counting() as server:
        yield server


def job(server, name="Send", path="two"):
    with open("run.xs", "w", encoding="utf-8") as file:
        file.write(JOB.format(name=name, url=server.url, path=path))
    return "run.xs"


@contextmanager
def started(*words, **named):
    """A command in a process of its own, which is killed when the block takes too long."""
    command = [sys.executable, "-m", "xsrun", *words]
    with subprocess.Popen(command, text=True, stderr=subprocess.PIPE, **named) as process:
        try:
            with bounded(process):
                yield process
        finally:
            process.kill()


@contextmanager
def under_way(server):
    """A run that waits for the answer to its second request, in a thread of this process."""
    with closing(InProcess({}, Output(quiet=True))) as engine:
        run = engine.submit(Order(job(server, path="held")))
        try:
            held(server)
            yield lambda: engine.wait(run, 60)
        finally:
            server.release.set()


def held(server):
    until(lambda: server.seen["POST /held"])


def newest():
    with closing(open_history()) as journal:
        return journal.runs("", 1)[0]


def test_a_run_that_has_ended_is_watched_to_its_end(server, capsys):
    assert main(["execute", job(server)]) == 0
    capsys.readouterr()
    assert main(["runs", "watch", "last"]) == 0
    *steps, last = capsys.readouterr().out.splitlines()
    assert [each.split()[2] for each in steps] == [f"{server.url}/{path}:" for path in ("one", "two", "three")]
    assert all("200 OK" in each and "run.xs:" in each for each in steps)
    assert last.startswith(f"{newest().id}  complete")
    assert main(["runs", "watch", "last", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["step"]["state"] for each in told[:-1]] == ["answered"] * 3
    assert told[-1]["run"]["state"] == "complete"
    assert main(["runs", "watch", "nobody"]) == Exit.USAGE


def test_a_run_is_watched_while_it_goes_on(server):
    with under_way(server) as ended:
        with started("runs", "watch", "last", "--json", stdout=subprocess.PIPE) as watching:
            told = [json.loads(watching.stdout.readline()) for _ in range(3)]
            assert told[0]["run"]["state"] == "running"
            assert [each["step"]["state"] for each in told[1:]] == ["answered", "sent"]
            server.release.set()
            told = [json.loads(line) for line in watching.stdout]
            assert [each["step"]["state"] for each in told[:-1]][-1] == "answered"
            assert told[-1]["run"]["exit"] == 0
            assert watching.wait() == 0
        assert ended().exit == 0


def test_a_run_is_cancelled(server, capsys):
    with under_way(server) as ended:
        assert main(["runs", "cancel", "last"]) == 0
        assert "is cancelled" in capsys.readouterr().err
        server.release.set()
        assert (ended().state, ended().exit) == ("cancelled", Exit.INTERRUPTED)
    assert server.seen["POST /three"] == 0
    assert main(["runs", "watch", "last"]) == Exit.INTERRUPTED
    assert main(["runs", "resume", "last"]) == 0
    capsys.readouterr()
    assert main(["runs", "cancel", "last", "--json"]) == Exit.USAGE
    assert "has ended" in json.loads(capsys.readouterr().err)["message"]
    assert server.seen == {"POST /one": 1, "POST /held": 1, "POST /three": 1}


def test_a_run_whose_process_dies_is_watched_no_longer(server):
    with started("execute", job(server, path="held"), stdout=subprocess.DEVNULL) as process:
        held(server)
        with started("runs", "watch", "last", stdout=subprocess.PIPE) as watching:
            assert "running" in watching.stdout.readline()
            process.kill()
            assert watching.wait() == Exit.INTERRUPTED
            assert "interrupted" in watching.stdout.read().splitlines()[-1]


def test_all_runs_are_watched(server):
    with started("runs", "watch", "--json", "--job", "Send", stdout=subprocess.PIPE) as watching:
        assert main(["execute", job(server, name="Other")]) == 0
        assert main(["execute", job(server)]) == 0
        states = []
        while "complete" not in states:
            told = json.loads(watching.stdout.readline())["run"]
            assert told["job"] == "Send"
            states.append(told["state"])
        watching.send_signal(signal.SIGINT)
        assert watching.wait() == 0
        assert watching.stderr.read() == ""


def test_how_things_stand(server, capsys):
    assert main(["top"]) == 0
    assert "runs      none" in capsys.readouterr().out
    assert main(["execute", job(server, name=HOSTILE)]) == 0
    with under_way(server):
        capsys.readouterr()
        assert main(["top", "--json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)
        assert found["runs"] == {"complete": 1, "running": 1}
        assert found["minute"] == {"begun": 2, "ended": {"complete": 1}}
        assert (found["oldest"], found["queues"]) == (None, [])
        (worker,) = found["workers"]
        assert (worker["pid"], worker["runs"], worker["seen"]) == (os.getpid(), [newest().id], None)
        assert main(["top", "--once"]) == 0
        out = capsys.readouterr().out
        assert f"process {os.getpid()}" in out
        assert newest().id in out


@contextmanager
def on_a_terminal(*words):
    """A command on a terminal: its process, what to type into, and a function that waits for a text."""
    ours, theirs = pty.openpty()
    with started(*words, stdin=theirs, stdout=theirs, env={**os.environ, "TERM": "xterm"}) as process:
        os.close(theirs)
        seen = b""

        def shown(text):
            nonlocal seen
            while text.encode() not in seen:
                seen += os.read(ours, 10_000)

        yield process, ours, shown
    os.close(ours)


def test_how_things_stand_is_drawn_until_q(server):
    with on_a_terminal("top") as (process, ours, shown):
        shown("runs      none")
        with under_way(server):
            shown("1 running")
        os.write(ours, b"q")
        assert process.wait() == 0
        assert process.stderr.read() == ""


def test_the_end_of_an_old_run_is_told_when_many_began_after_it(server):
    with under_way(server), started("runs", "watch", "--json", stdout=subprocess.PIPE) as watching:
        assert json.loads(watching.stdout.readline())["run"]["state"] == "running"
        first = newest()
        with closing(open_history()) as journal:
            later = [f"later-{number:03}" for number in range(100)]
            for id in later:
                journal.begin(first._replace(id=id, state="complete", started_at=first.started_at + 1), {})
        told = [json.loads(watching.stdout.readline())["run"]["id"] for _ in later]
        assert sorted(told) == later
        server.release.set()
        assert json.loads(watching.stdout.readline())["run"] | {"ended_at": None} == {
            **run_summary(first), "state": "complete", "exit": 0, "ended_at": None,
        }  # fmt: skip


def test_on_a_terminal_a_run_is_drawn(server):
    with under_way(server), on_a_terminal("runs", "watch", "last") as (process, _, shown):
        shown("no answer known")
        server.release.set()
        shown("complete")
        assert process.wait() == 0


def test_nothing_acts_on_a_terminal(server, capsys):
    assert main(["execute", job(server, name=HOSTILE)]) == 0
    capsys.readouterr()
    for words in (["list"], ["watch", "last"], ["show"]):
        assert main(["runs", *words]) == 0
        out = capsys.readouterr().out
        assert "Bell" in out
        assert "\x1b" not in out
