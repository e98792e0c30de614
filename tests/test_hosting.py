"""Runs in threads of one process: each in the journal, once for each id, stopped and taken up again."""

from __future__ import annotations

import gc
import json
import os
import threading
from contextlib import closing

import pytest
from counting import counting
from waiting import joined, until

from xsrun.cli.hosting import InProcess
from xsrun.cli.ordering import MOST_OPEN
from xsrun.cli.output import Output
from xsrun.engine.effects import State
from xsrun.engine.orders import Order, Refused
from xsrun.engine.rows import RunState
from xsrun.engine.sqlite import journal_in
from xsrun.server.runapi.shapes import state_of

RUN = """run.job "Notify" {
  main = { name: "notify", input: { times: 2 } }
  env = ["TARGET"]
}
"""
FUNCTION = """function "notify" {
  input {
    int times
  }
  stack {
    var $answers { value = [] }
    for ($input.times) {
      each as $turn {
        debug.log { value = "turn " ~ $turn }
        api.request { url = $env.TARGET ~ "/" ~ $turn method = "POST" params = {turn: $turn} } as $r
        array.push $answers { value = $r.response.result.count }
      }
    }
  }
  response = $answers
}
"""


@pytest.fixture
def server():
    with counting() as running:
        yield running


@pytest.fixture
def folder(tmp_path, monkeypatch, server):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TARGET", server.url)
    job = tmp_path / "notify"
    (job / "function").mkdir(parents=True)
    (job / "run.xs").write_text(RUN)
    (job / "function" / "notify.xs").write_text(FUNCTION)
    return job


@pytest.fixture
def engine(folder):
    with closing(InProcess({}, Output(quiet=True))) as running:
        yield running


def test_a_run_is_in_the_journal_with_its_result_and_what_it_logged(engine, folder, server):
    run = engine.wait(engine.submit(Order(str(folder), input={"times": 3})), 20)
    assert (run.state, run.exit, json.loads(run.result)) == (RunState.COMPLETE, 0, [1, 2, 3])
    assert json.loads(run.report)["logs"] == ["turn 0", "turn 1", "turn 2"]
    assert sum(server.seen.values()) == 3


def test_what_runs_have_open_is_closed_at_their_ends(engine, folder):
    (folder / "table").mkdir()
    (folder / "table" / "note.xs").write_text("table note {\n  schema {\n    int id\n    text title?\n  }\n}\n")
    stack = 'db.add note { data = {title: "x"} } as $n\n    redis.set { key = "k" data = 1 }'
    (folder / "function" / "notify.xs").write_text(f'function "notify" {{\n  stack {{\n    {stack}\n  }}\n}}\n')
    (folder / "run.xs").write_text('run.job "Notify" {\n  main = { name: "notify" }\n}\n')

    def opened() -> int:
        assert engine.wait(engine.submit(Order(str(folder))), 20).state == RunState.COMPLETE
        return len(os.listdir("/proc/self/fd"))

    gc.collect()
    gc.disable()
    try:
        first = [opened() for _ in range(MOST_OPEN + 1)][-1]
        assert max(opened() for _ in range(50)) <= first + 3  # the journal of a run that is about to close it
    finally:
        gc.enable()


def test_a_second_order_with_the_id_of_the_first_starts_nothing(engine, folder, server):
    order = Order(str(folder), id="my-own-id")
    assert {engine.submit(order) for _ in range(5)} == {"my-own-id"}
    assert engine.wait("my-own-id", 20).state == RunState.COMPLETE
    assert engine.submit(order) == "my-own-id"
    assert sum(server.seen.values()) == 2


def test_many_threads_that_order_the_same_have_one_run(engine, folder, server):
    threads = [threading.Thread(target=engine.submit, args=(Order(str(folder), id="same"),)) for _ in range(8)]
    for each in threads:
        each.start()
    joined(*threads)
    assert engine.wait("same", 20).attempts == 1
    assert sum(server.seen.values()) == 2


def test_an_id_that_another_one_begins_with_is_another_run(engine, folder, server):
    for each in ("my-own-id", "my-own-id-2"):
        assert engine.wait(engine.submit(Order(str(folder), id=each)), 20).id == each
    assert engine.wait("my-own-id", 20).id == "my-own-id"
    assert engine.wait("my-own", 20) is None


def test_the_id_of_a_run_that_is_forgotten_is_one_for_another(engine, folder, server):
    order = Order(str(folder), id="forgotten-once")
    for _ in range(2):
        engine.wait(engine.submit(order), 20)
        assert engine.forget("forgotten-once")
    assert not engine.forget("forgotten-once")
    assert sum(server.seen.values()) == 4


def test_a_variable_of_one_run_wins_over_those_of_all(folder, server):
    with closing(InProcess({"env": [f"TARGET={server.url}/all"]}, Output(quiet=True))) as engine:
        engine.wait(engine.submit(Order(str(folder), env={"TARGET": f"{server.url}/one"})), 20)
    assert {path.rpartition("/")[0] for path in server.seen} == {"POST /one"}


def test_a_variable_of_one_run_is_not_kept(engine, folder, server):
    other = f"{server.url}/secret-place"
    run = engine.wait(engine.submit(Order(str(folder), env={"TARGET": other})), 20)
    assert json.loads(run.result) == [1, 2]
    assert all(path.startswith("POST /secret-place") for path in server.seen)
    with closing(engine.journal()) as journal:
        assert other not in repr((run, journal.steps(run.id)))


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"job": "Nothing"}, "no-job"),
        ({"options": {"timeout": -1.0}}, "usage"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_refused(engine, folder, server, order, code):
    with pytest.raises(Refused) as refused:
        engine.submit(Order(str(folder), **order))
    assert refused.value.failure.code == code
    assert not server.seen


def test_a_missing_variable_is_refused_before_anything_runs(engine, folder, monkeypatch):
    monkeypatch.delenv("TARGET")
    with pytest.raises(Refused) as refused:
        engine.submit(Order(str(folder)))
    assert refused.value.failure.code == "missing-env"


def test_a_run_whose_process_died_is_not_waited_for(folder, server):
    with closing(InProcess({}, Output(quiet=True))) as engine, closing(engine.journal()) as journal:
        run = engine.submit(Order(str(folder)))
        ended = engine.wait(run, 20)
        journal.forget(run)
        journal.begin(ended._replace(state=RunState.RUNNING, exit=None, ended_at=None), {})
        assert engine.wait(run, 20).state == RunState.INTERRUPTED


def test_a_run_that_waits_for_a_thread_is_not_taken(folder, server, monkeypatch):
    monkeypatch.setenv("TARGET", f"{server.url}/held")
    with closing(InProcess({}, Output(quiet=True), at_once=1)) as engine, closing(engine.journal()) as journal:
        runs = [engine.submit(Order(str(folder))) for _ in range(2)]
        until(lambda: server.seen)
        assert engine.taken(map(journal.run, runs)) == {runs[0]}
        assert [state_of(journal.run(each), each == runs[0]) for each in runs] == ["running", "pending"]
        server.release.set()
        assert engine.wait(runs[1], 20).state == RunState.COMPLETE
        assert engine.taken(map(journal.run, runs)) == set()


def test_a_cancelled_run_stops_before_its_next_request_and_goes_on_when_told(folder, httpserver, monkeypatch):
    reached, go, counts = threading.Event(), threading.Event(), iter(range(1, 9))

    def held(request):
        reached.set()
        go.wait(20)
        return json.dumps({"count": next(counts)})

    httpserver.expect_request("/0").respond_with_handler(held)
    httpserver.expect_request("/1").respond_with_handler(held)
    monkeypatch.setenv("TARGET", httpserver.url_for("").rstrip("/"))
    with closing(InProcess({}, Output(quiet=True))) as engine:
        name = engine.submit(Order(str(folder)))
        assert reached.wait(20)
        assert engine.under_way() == [name]
        assert engine.cancel(name)
        go.set()
        run = engine.wait(name, 20)
    assert (run.state, run.exit) == (RunState.CANCELLED, 130)
    assert "was cancelled; POST" in json.loads(run.error)["message"]
    with closing(journal_in(str(folder.parent / "state" / "xsrun"))) as journal:
        assert [step.state for step in journal.steps(name)] == [State.ANSWERED, State.PREPARED]
    assert len(httpserver.log) == 1
    with closing(InProcess({}, Output(quiet=True))) as engine:
        engine.resume(name)
        run = engine.wait(name, 20)
        assert (run.state, run.attempts, run.result) == (RunState.COMPLETE, 2, "[1,2]")
        assert not engine.cancel(name), "it has ended"
        with pytest.raises(Refused, match="has ended"):
            engine.resume(name)
    assert len(httpserver.log) == 2


def test_a_run_that_another_attempt_has_taken_over_does_nothing_more(folder, httpserver, monkeypatch):
    reached, go = threading.Event(), threading.Event()

    def held(request):
        reached.set()
        go.wait(20)
        return "{}"

    httpserver.expect_request("/0").respond_with_handler(held)
    monkeypatch.setenv("TARGET", httpserver.url_for("").rstrip("/"))
    with closing(InProcess({}, Output(quiet=True))) as engine:
        name = engine.submit(Order(str(folder)))
        assert reached.wait(20)
        with closing(journal_in(str(folder.parent / "state" / "xsrun"))) as journal:
            (run,) = journal.runs(name)
            journal.again(run, 1)
        go.set()
        engine.close()
        with closing(journal_in(str(folder.parent / "state" / "xsrun"))) as journal:
            (run,) = journal.runs(name)
            assert (run.state, run.attempts, run.result) == (RunState.RUNNING, 2, None)
            assert [step.state for step in journal.steps(name)] == [State.SENT]
    assert len(httpserver.log) == 1
