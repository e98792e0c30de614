"""Runs that somebody has stop end where they are, in a loop, a wait or a read, and behind a write that is under way."""

from __future__ import annotations

import json
import threading
import time
from contextlib import closing

import pytest
from counting import counting
from scaled import database_of_queues
from waiting import until

from xsrun.cli.carrying import Carrier
from xsrun.cli.hosting import InProcess
from xsrun.cli.output import Output
from xsrun.cli.queueing import Queued
from xsrun.diagnostics import Exit
from xsrun.effects import wire
from xsrun.engine import stopping, world
from xsrun.engine.effects import State
from xsrun.engine.orders import Order
from xsrun.engine.rows import RunState
from xsrun.runtime import deadline

SOURCE = """run.job "Long" {{
  main = {{ name: "long" }}
  env = ["TARGET"]
}}
---
function "long" {{
  input {{
  }}
  stack {{
    var $sum {{ value = 0 }}
    {statement}
  }}
  response = $sum
}}
"""
SEND = 'api.request { url = $env.TARGET ~ "%s" method = "%s" timeout = 60 } as $r'
LOOP = "while (true) { each { math.add $sum { value = 1 } } }"
LONG = {
    "a loop": LOOP,
    "a wait": "util.sleep { value = 60 }",
    "a read": SEND % ("/held", "GET"),
    "reads": f"while (true) {{ each {{ {SEND % ('/read', 'GET')} }} }}",
    "a loop beside": f"""function.run "beside" {{ async = true }} as $job
    await {{ ids = [$job] timeout = 60 }} as $x
  }}
}}
---
function "beside" {{
  input {{
  }}
  stack {{
    var $sum {{ value = 0 }}
    {LOOP}""",
}


@pytest.fixture
def server():
    with counting() as running:
        yield running
        running.release.set()


@pytest.fixture
def job(tmp_path, monkeypatch, server):
    for name in ("STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.setenv("TARGET", server.url)
    for module, name in ((deadline, "LOOK"), (stopping, "SLICE"), (wire, "PAUSE")):
        monkeypatch.setattr(module, name, 0.01)

    def made(statement):
        (tmp_path / "run.xs").write_text(SOURCE.replace("{{", "{").replace("}}", "}").replace("{statement}", statement))
        return str(tmp_path / "run.xs")

    return made


@pytest.mark.parametrize("statement", LONG.values(), ids=LONG)
def test_a_run_that_is_cancelled_ends_where_it_is(job, statement, server):
    with closing(InProcess({}, Output(quiet=True))) as engine:
        run = engine.submit(Order(job(statement), id="long-1"))
        time.sleep(0.05)
        begun = time.monotonic()
        assert engine.cancel(run)
        ended = engine.wait(run, 5)
        assert time.monotonic() - begun < 3
        assert (ended.state, ended.exit) == (RunState.CANCELLED, Exit.INTERRUPTED)
        said = json.loads(ended.error)
        assert said["message"].startswith("the run was cancelled")
        assert said["help"] == "let it go on with xsrun runs resume long-1"
        with closing(engine.journal()) as journal:
            assert all(each.state != State.UNANSWERED for each in journal.steps(run))


def test_a_write_that_is_under_way_is_waited_for_and_not_made_again(job, server):
    source = job(f"{SEND % ('/held', 'POST')}\n    {LOOP.replace('true', '$sum < 1')}\n    {SEND % ('/then', 'POST')}")
    with closing(InProcess({}, Output(quiet=True))) as engine:
        run = engine.submit(Order(source, id="writes-1"))
        until(lambda: server.seen)
        assert engine.cancel(run)
        assert engine.wait(run, 0.1) is None
        server.release.set()
        assert engine.wait(run, 5).state == RunState.CANCELLED
        with closing(engine.journal()) as journal:
            assert [each.state for each in journal.steps(run)][:1] == [State.ANSWERED]
        engine.resume(run)
        assert engine.wait(run, 5).state == RunState.COMPLETE
    assert server.seen == {"POST /held": 1, "POST /then": 1}


def test_a_write_without_an_answer_is_no_less_unclear_for_it(job, server):
    source = job(f"try_catch {{ try {{ {SEND % ('/lost', 'POST')} }} catch {{ }} }}\n    {LOOP}")
    with closing(InProcess({}, Output(quiet=True))) as engine:
        run = engine.submit(Order(source, id="unclear-1"))
        until(lambda: server.seen)
        assert engine.cancel(run)
        assert engine.wait(run, 5).state == RunState.UNKNOWN


def test_a_run_whose_time_was_over_in_a_wait_goes_on_with_what_is_left_of_it(job, monkeypatch):
    monkeypatch.setattr(world, "SHORT_SLEEP", 0.0)
    with closing(InProcess({}, Output(quiet=True))) as engine:
        run = engine.submit(Order(job("util.sleep { value = 0.2 }"), id="wait-1", options={"timeout": 0.1}))
        assert (ended := engine.wait(run, 5)).exit == Exit.LIMIT
        time.sleep(0.1)
        engine.resume(run)
        assert (engine.wait(run, 5).state, ended.state) == (RunState.COMPLETE, RunState.INTERRUPTED)


def test_a_run_on_a_worker_ends_where_it_is(job):
    with database_of_queues() as url, closing(Queued(url, {}, Output(quiet=True))) as engine:
        run = engine.submit(Order(job(LOOP)))
        carry = Carrier(engine.journal, {"env": [], "env_file": None, "db": None}, Output(quiet=True))
        carrying = threading.Thread(target=carry, args=(run,))
        carrying.start()
        until(lambda: engine.journal().run(run).state == RunState.RUNNING)
        assert engine.cancel(run)
        carrying.join(5)
        assert engine.journal().run(run).state == RunState.CANCELLED
        assert not carrying.is_alive()
