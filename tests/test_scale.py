"""Runs through queues: put in once, carried out in order by workers, stopped, handed over and resumed."""

from __future__ import annotations

import inspect
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing

import httpx
import psycopg
import pytest
from collecting import collecting, samples
from counting import counting
from databases import SERVER
from scaled import WorkerProcess, database_of_queues
from waiting import ending, joined, line_of, until

from xsrun.cli import composing
from xsrun.cli.carrying import Carrier
from xsrun.cli.options import run_options
from xsrun.cli.output import Output
from xsrun.cli.queueing import Queued
from xsrun.cli.serving import Server
from xsrun.cli.start import main
from xsrun.cli.telling import Telling
from xsrun.cli.working import queues_at, warn
from xsrun.engine import observing
from xsrun.engine.documents import keep
from xsrun.engine.effects import State
from xsrun.engine.folder import Broken, EngineBroken
from xsrun.engine.holding import Held
from xsrun.engine.journal import Taken
from xsrun.engine.orders import Order, Place, Refused
from xsrun.engine.rows import RunRow, RunState
from xsrun.engine.scale import lease
from xsrun.engine.scale.queues import Limits
from xsrun.engine.scale.store import PostgresStore, engine_for, journal_at
from xsrun.server.runapi.shapes import state_of
from xsrun.telemetry.metrics import Meters
from xsrun.telemetry.prometheus import Prometheus
from xsrun.telemetry.queues import look_into
from xsrun.telemetry.watch import Watch

RUN = """run.job "Notify" {
  main = { name: "notify", input: { times: 2, path: "plain-" } }
  env = ["TARGET"]
}
"""
FUNCTION = """function "notify" {
  input {
    int times
    text path
    text secret? { sensitive = true }
  }
  stack {
    var $answers { value = [] }
    for ($input.times) {
      each as $turn {
        api.request {
          url = $env.TARGET ~ "/" ~ $input.path ~ $turn
          method = "POST"
          params = {turn: $turn}
          timeout = 60
        } as $r
        array.push $answers { value = $turn }
      }
    }
  }
  response = $answers
}
"""
DOCUMENT = """run.job "Note" {
  main = { name: "note" }
}
---
function "note" {
  input {
    text text?
  }
  stack {
    db.add note { data = {text: $input.text} } as $row
  }
  response = $row.id
}
---
table note {
  schema {
    int id
    text text?
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
"""


@pytest.fixture(scope="module")
def url():
    with database_of_queues() as found:
        yield found


@pytest.fixture(scope="module")
def server():
    with counting() as running:
        yield running


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    home = tmp_path_factory.mktemp("scale")
    job = home / "notify"
    (job / "function").mkdir(parents=True)
    (job / "run.xs").write_text(RUN)
    (job / "function" / "notify.xs").write_text(FUNCTION)
    return {"XDG_STATE_HOME": str(home / "state"), "XDG_CACHE_HOME": str(home / "cache"), "JOB": str(job)}


@pytest.fixture(autouse=True)
def folder(places, monkeypatch):
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, places[name])
    return places["JOB"]


@pytest.fixture(scope="module")
def engine(url, places):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", places["XDG_STATE_HOME"])
        with closing(Queued(url, {}, Output(quiet=True), "paging")) as made:
            yield made


@pytest.fixture(scope="module")
def worker(url, server, places):
    found = WorkerProcess(url, "--queue", "paging:4", TARGET=server.url, **places)
    yield found
    found.close()


@pytest.fixture
def collector():
    with collecting() as running:
        yield running


@pytest.fixture
def other(request, url, places):
    """Makes workers on a queue of the test."""
    made = []

    def begin(target, *arguments):
        found = WorkerProcess(url, *(arguments or ("--queue", f"{request.node.name[:40]}:2")), TARGET=target, **places)
        made.append(found)
        return found

    yield begin
    for each in made:
        each.close()


def test_a_run_is_carried_out_and_its_result_is_here(engine, worker, folder):
    run = engine.wait(engine.submit(Order(folder, input={"times": 3})), 30)
    assert (run.state, run.exit, run.error, run.result, run.attempts) == (RunState.COMPLETE, 0, None, "[0,1,2]", 1)
    assert [step.state for step in engine.journal().steps(run.id)] == [State.ANSWERED] * 3


def test_a_run_with_a_known_id_is_the_same_run(engine, worker, folder, server):
    order = Order(folder, input={"path": "once"}, id="an-id-of-mine")
    assert {engine.submit(order) for _ in range(3)} == {"an-id-of-mine"}
    assert engine.wait("an-id-of-mine", 30).state == RunState.COMPLETE
    engine.submit(order)
    assert engine.wait("an-id-of-mine", 30).attempts == 1
    assert server.seen["POST /once0"] == 1


def test_the_id_of_a_run_that_is_forgotten_is_one_for_another(engine, worker, folder, server):
    order = Order(folder, input={"path": "twice", "times": 1}, id="forgotten-once")
    for forgotten in (True, False):
        engine.submit(order)
        assert engine.wait("forgotten-once", 30).state == RunState.COMPLETE
        if forgotten:
            # What carried it out may be about to say so.
            until(lambda: engine.forget("forgotten-once") or engine.queues.journal.run("forgotten-once") is None)
            until(lambda: engine.queues.forget() or not known(engine, "forgotten-once"))
    assert server.seen["POST /twice0"] == 2


def known(engine, run):
    """Whether DBOS knows a run."""
    return engine.queues.store.rows("SELECT 1 FROM dbos.workflow_status WHERE workflow_uuid = ?", (run,))


def test_runs_of_one_key_go_one_after_the_other_in_their_order(engine, worker, folder, server):
    names = [f"ordered-{at}-" for at in range(8)]
    runs = [
        engine.submit(Order(folder, input={"times": 1, "path": name}, place=Place("paging", key="k"))) for name in names
    ]
    assert {engine.wait(each, 30).state for each in runs} == {RunState.COMPLETE}
    assert [path for path in server.seen if "ordered-" in path] == [f"POST /{name}0" for name in names]


def test_the_command_waits_for_the_result_and_exits_as_the_run(url, worker, folder, capsys, monkeypatch):
    monkeypatch.setenv("XSRUN_ENGINE", url)
    assert main(["execute", folder, "--queue", "paging", "--wait", "--input", "times:=1"]) == 0
    assert capsys.readouterr().out == "[0]\n"
    assert main(["execute", folder, "--queue", "paging", "--input", "times:=0", "--id", "shown"]) == 0
    assert json.loads(capsys.readouterr().out) == {"run": "shown", "queue": "paging", "state": "queued"}


def test_small_priorities_come_first_and_a_delayed_run_last(engine, folder, server, other):
    queue, runs = "priorities", []
    for name, place in {
        "late": Place(queue, delay=0.5),
        "third": Place(queue, 9),
        "second": Place(queue, 3),
        "first": Place(queue, 1),
    }.items():
        run = engine.submit(Order(folder, input={"times": 1, "path": f"prio-{name}-"}, place=place))
        runs.append(run)
    other(server.url, "--queue", f"{queue}:1")
    assert engine.wait(runs[0], 30).state == RunState.COMPLETE
    came = until(lambda: (found := [path for path in server.seen if "prio-" in path]) and len(found) == 4 and found)
    assert [path for path in came if "late" not in path] == [
        f"POST /prio-{name}-0" for name in ("first", "second", "third")
    ]


def test_a_run_that_is_cancelled_before_it_begins_does_nothing_and_goes_on_when_told(engine, folder, server, other):
    place = Place("cancelled-before")
    run = engine.submit(Order(folder, input={"times": 1, "path": "cancelled-"}, place=place))
    assert engine.cancel(run)
    marker = engine.submit(Order(folder, input={"times": 1, "path": "marker-"}, place=place))
    other(server.url, "--queue", "cancelled-before:1")
    assert engine.wait(marker, 30).state == RunState.COMPLETE
    assert engine.journal().run(run).state == RunState.CANCELLED
    assert not server.seen["POST /cancelled-0"]
    engine.resume(run)
    assert engine.wait(run, 30).state == RunState.COMPLETE
    assert server.seen["POST /cancelled-0"] == 1
    assert not engine.cancel(run)


def test_a_run_without_its_variables_waits_until_a_worker_has_them(engine, folder, url, server, other, places):
    place = Place("poor")
    run = engine.submit(Order(folder, input={"times": 1, "path": "poor-"}, place=place))
    poor = WorkerProcess(url, "--queue", "poor:1", **places)
    try:
        ended = engine.wait(run, 30)
        assert (ended.state, ended.exit, json.loads(ended.error)["code"]) == (RunState.INTERRUPTED, 4, "missing-env")
    finally:
        assert poor.stop() == 0
        poor.close()
    other(server.url, "--queue", "poor:1")
    engine.resume(run)
    assert engine.wait(run, 30).state == RunState.COMPLETE


def test_a_run_that_cannot_begin_is_counted(engine, folder, monkeypatch):
    meters, numbers = Meters(), Prometheus()
    meters.into(numbers)
    monkeypatch.setattr(observing, "observer", Watch(meters))
    run = engine.submit(Order(folder, place=Place("kept-from")))
    Carrier(engine.journal, {"env": [], "env_file": None, "db": None}, Output(quiet=True))(run)
    counted = samples(numbers.text().decode())
    assert counted["xsrun_runs_total", ("job", "Notify"), ("state", "interrupted")] == 1


def test_the_runs_of_a_worker_that_is_killed_go_on_elsewhere_and_what_it_sent_is_not_sent_again(
    engine, folder, httpserver, other, monkeypatch, collector
):
    for name, value in {**collector.env(), "OTEL_BSP_SCHEDULE_DELAY": "100"}.items():
        monkeypatch.setenv(name, value)
    reached, go = threading.Event(), threading.Event()

    def held(_request):
        reached.set()
        go.wait(30)
        return "{}"

    httpserver.expect_request("/dies-0").respond_with_data("{}")
    httpserver.expect_request("/dies-1").respond_with_handler(held)
    target = httpserver.url_for("").rstrip("/")
    first = other(target, "--queue", "dies:1")
    run = engine.submit(Order(folder, input={"path": "dies-"}, place=Place("dies")))
    assert reached.wait(30)
    other(target, "--queue", "dies:1")
    first.kill()
    ended = engine.wait(run, 40)
    go.set()
    assert (ended.state, ended.exit, ended.attempts) == (RunState.UNKNOWN, 9, 2)
    assert [request.path for request, _ in httpserver.log] == ["/dies-0"] or len(httpserver.log) == 2
    (told,) = until(lambda: collector.named("run Notify"))
    ((first_trace, _),) = told.links
    assert first_trace in engine.journal().run(run).options["traceparent"]
    assert next(each.attributes["xsrun.replayed"] for each in collector.named("POST") if each.trace == told.trace)
    with pytest.raises(Refused, match="arrived is not known"):
        engine.resume(run)


def test_a_worker_that_is_asked_to_end_lets_its_run_end_and_takes_no_other(engine, folder, httpserver, other):
    reached, go = threading.Event(), threading.Event()

    def held(_request):
        reached.set()
        go.wait(30)
        return "{}"

    httpserver.expect_request("/drain-0").respond_with_handler(held)
    found = other(httpserver.url_for("").rstrip("/"), "--queue", "drain:1")
    run = engine.submit(Order(folder, input={"times": 1, "path": "drain-"}, place=Place("drain")))
    assert reached.wait(30)
    found.process.terminate()
    later = engine.submit(Order(folder, input={"times": 1, "path": "later-"}, place=Place("drain")))
    go.set()
    assert found.process.wait(30) == 0
    assert engine.wait(run, 5).state == RunState.COMPLETE
    assert engine.journal().run(later).state == RunState.QUEUED
    assert engine.cancel(later)


def test_options_of_queues_are_refused_without_one(folder, capsys):
    assert main(["execute", folder, "--id", "mine-alone"]) == 2
    assert "--id is for runs in a queue" in capsys.readouterr().err


def test_a_run_that_nobody_will_take_is_said(engine, url, folder, capsys):
    assert main(["execute", folder, "--queue", "deserted", "--engine", url, "--id", "deserted-1"]) == 0
    assert "no worker takes runs of the queue deserted now" in capsys.readouterr().err
    assert engine.cancel("deserted-1")


def test_an_id_is_that_of_one_run(engine, worker, url, folder, capsys):
    def put(*arguments, queue="idle"):
        exit = main(["execute", folder, "--queue", queue, "--engine", url, "--id", "mine-1", *arguments])
        said = capsys.readouterr()
        return exit, said.out and json.loads(said.out)["queue"], said.err

    assert put("--input", "times=1")[:2] == (0, "idle")
    exit, queue, err = put("--input", "times=1", queue="paging")
    assert (exit, queue, "mine-1 is there already: queued" in err) == (0, "idle", True)
    exit, queue, err = put("--input", "times=2")
    assert (exit, queue, "is a run with other inputs" in err) == (2, "", True)
    assert main(["execute", folder, "--queue", "pagin", "--engine", url, "--id", "mine-2"]) == 0
    assert "did you mean paging, which has one?" in capsys.readouterr().err
    for run in ("mine-1", "mine-2"):
        assert main(["runs", "cancel", run, "--engine", url]) == 0
        assert f"{run} is cancelled: it does not begin" in capsys.readouterr().err


def test_a_run_that_a_worker_has_got_is_being_processed(engine, folder):
    runs = [engine.submit(Order(folder, place=Place("claimed"))) for _ in range(2)]
    rows = [engine.journal().run(each) for each in runs]
    assert engine.taken(rows) == set()
    claim = "UPDATE dbos.workflow_status SET status = 'PENDING' WHERE workflow_uuid = ?"
    engine.queues.store.execute(claim, (runs[1],))
    assert engine.taken(rows) == {runs[1]}
    assert [state_of(row, row.id in engine.taken(rows)) for row in rows] == ["pending", "processing"]
    assert all(map(engine.cancel, runs))


def test_a_worker_says_what_it_changes_for_others_and_what_may_be_meant(engine, worker, folder, capsys):
    run = engine.submit(Order(folder, place=Place("alone")))
    warn(engine.journal(), {"paging": Limits(2, 9, (5, 1.5)), "alon": Limits(4)}, Output())
    err = capsys.readouterr().err
    assert "other workers on the queue paging had 4; all have 2,all=9,rate=5/1.5 from now on" in err
    assert "leave it at theirs: --queue paging:4" in err
    assert "did you mean alone? Runs wait there, and no worker takes them" in err
    warn(engine.journal(), {"paging": Limits(4), "alone": Limits(1)}, Output())
    assert (capsys.readouterr().err, engine.cancel(run)) == ("", True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--id", "../up"], 2, "is no id of a run"),
        (["--queue", ""], 2, "names no queue"),
        (["--queue", "paging:4"], 2, "names no queue"),
        (["--priority", "-5"], 2, "is no priority"),
        (["--priority", "99999999999"], 2, "is no priority"),
        (["--delay", "nan"], 2, "is no time span"),
        (["--delay", "-1"], 2, "is no time span"),
        (["--memory", "9"], 2, "--memory is for a run of this process"),
        (["--db", "postgresql://h/d?user=u&password=passw0rd"], 2, "the address of the rows holds a password"),
        (["--dry-run"], 2, "--dry-run is for a run of this process"),
        (["--map", "h=http://u:passw0rd@127.0.0.1:1"], 2, "--map h=… takes no password"),
        (["--env", "TARGET=x"], 2, "has the variables of its worker"),
        (["--input", "secret=abcdefgh"], 2, "secret is sensitive or too large, and a queue does not keep it"),
        (["--db", "postgresql://u:passw0rd@h/d"], 2, "the address of the rows holds a password"),
    ],
)
def test_what_a_queue_cannot_take_is_refused(url, folder, capsys, arguments, code, said):
    assert main(["execute", folder, "--queue", "none", "--engine", url, *arguments]) == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://u:passw0rd@127.0.0.1:1/x", "the engine cannot be used"),
        ("mysql://127.0.0.1/x", "runs of many machines are kept in PostgreSQL, not in mysql"),
        ("what", "this is no address of a database"),
    ],
)
def test_an_engine_that_cannot_be_used_is_said_in_one_line_without_its_password(folder, capsys, address, said):
    assert main(["execute", folder, "--queue", "q", "--engine", address]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert "passw0rd" not in err


@pytest.mark.parametrize("address", ["mysql://u:passw0rd@127.0.0.1/x", "what"])
def test_a_worker_says_in_one_line_that_its_engine_cannot_be_one(capsys, address):
    assert main(["worker", "--queue", "q", "--engine", address]) == 1
    err = capsys.readouterr().err
    assert "the engine cannot be used" in err
    assert "passw0rd" not in err


def test_what_a_database_refuses_is_said_with_what_to_type(engine, url, folder, capsys):
    with database_of_queues() as empty, psycopg.connect(empty, autocommit=True) as admin:
        owner, role = admin.info.user, f"xsrun_poor_{os.getpid()}"
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'passw0rd'")
        try:
            poor = empty.replace(f"{owner}@", f"{role}:passw0rd@")
            for address, said in (
                (f"{empty}_gone", "createdb"),
                (poor.replace(role, f"{role}_gone"), f"createuser {role}_gone"),
                (poor, f"GRANT CREATE ON DATABASE {admin.info.dbname}"),
                (url.replace(f"{owner}@", f"{role}:passw0rd@"), "GRANT ALL ON SCHEMA xsrun, dbos"),
            ):
                for command in (["worker", "--queue", "q"], ["execute", folder, "--queue", "q"]):
                    assert main([*command, "--engine", address]) == 1
                    err = capsys.readouterr().err
                    assert "the engine cannot be used" in err
                    assert said in err
                    assert "passw0rd" not in err
        finally:
            admin.execute(f"DROP ROLE {role}")


def test_a_database_that_breaks_behind_a_command_is_what_is_to_be_mended(engine, url, capsys):
    with psycopg.connect(url, autocommit=True) as admin:
        role = f"xsrun_reader_{os.getpid()}"
        admin.execute(f"CREATE ROLE {role} LOGIN")
        try:
            admin.execute(f"GRANT USAGE ON SCHEMA xsrun TO {role}")
            admin.execute(f"GRANT SELECT ON xsrun.format TO {role}")
            assert main(["runs", "list", "--engine", url.replace(f"{admin.info.user}@", f"{role}@")]) == 1
        finally:
            admin.execute(f"DROP OWNED BY {role}")
            admin.execute(f"DROP ROLE {role}")
    err = capsys.readouterr().err
    assert "the journal cannot be used: permission denied for table run" in err
    assert "GRANT ALL ON SCHEMA xsrun, dbos" in err


def test_a_worker_waits_at_its_start_for_a_database_that_is_not_there_yet_and_ends_when_told():
    told, said = threading.Event(), []

    def tell(reason):
        said.append(reason)
        told.set()

    assert queues_at("postgresql://u:passw0rd@127.0.0.1:1/x", told, tell) is None
    assert [("refused" in reason, "passw0rd" in reason) for reason in said] == [(True, False)]


def test_a_worker_does_not_wait_for_what_time_alone_does_not_mend(url):
    for address in (f"{url}_gone", "not an address", "sqlite://"):
        with pytest.raises(EngineBroken):
            queues_at(address, threading.Event(), pytest.fail)


def test_a_worker_notices_that_its_database_is_away_and_why_and_that_it_is_back(monkeypatch):
    monkeypatch.setattr(lease, "BEAT", 0.01)
    told = []
    with database_of_queues() as found:
        journal_at(found).close()
        held = lease.Lease(found, "told", [], lambda _worker: None, lambda: None, told.append)
        held.start()
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as admin:
            name = found.rpartition("/")[2]
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            until(lambda: told)
            time.sleep(0.1)
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            until(lambda: told[-1] == "")
        held.close()
    assert (bool(told[0]), told[-1], told.count("")) == (True, "", 1)
    assert len(told) == len({*told}), "no reason twice"


def test_what_a_worker_says_of_its_database(capsys):
    tell = Telling(Output())
    passing, refused = "server closed the connection", 'role "w" does not exist'
    for reason in (passing, "Connection refused", refused, passing, refused, "", passing):
        tell(reason)
    lines = [each for each in capsys.readouterr().err.splitlines() if "help" not in each]
    assert [each.partition("is ")[2][:22] for each in lines] == [
        "away: server closed th",
        'away: role "w" does no',
        "back",
        "away: server closed th",
    ]


@pytest.mark.parametrize(
    "given", ["", "a b", "q:0", "q,rate=5/0", "q:5,all=2", "q,rate=1", "q:1,rate=2/x", "q" * 101, "größe"]
)
def test_a_queue_that_is_none_is_said(url, capsys, given):
    assert main(["worker", "--queue", given, "--engine", url]) == 2
    assert "write " in capsys.readouterr().err


def test_the_one_private_call_of_dbos_is_as_it_was():
    """Contract: it takes the names of workers, and has their runs taken up. Pinned by the minor version of DBOS."""
    from dbos import DBOS

    assert list(inspect.signature(DBOS._recover_pending_workflows).parameters) == ["executor_ids"]


def test_no_value_of_workflows_is_read_by_pickle(engine, worker, folder, url):
    run = engine.submit(Order(folder, input={"times": 0}))
    assert engine.wait(run, 30).state == RunState.COMPLETE
    store = PostgresStore(engine_for(url))
    found = store.rows("SELECT serialization FROM dbos.workflow_status WHERE workflow_uuid = ?", (run,))
    store.engine.dispose()
    assert found == [("portable_json",)]


def test_runs_of_both_kinds_are_listed_shown_and_told_apart(engine, worker, folder, server, url, capsys, monkeypatch):
    monkeypatch.setenv("TARGET", server.url)
    monkeypatch.setenv("XSRUN_ENGINE", url)
    there = engine.submit(Order(folder, input={"times": 1}, id="over-there"))
    assert engine.wait(there, 30).state == RunState.COMPLETE
    assert main(["execute", folder, "--input", "times:=1"]) == 0
    capsys.readouterr()
    assert main(["runs", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed[0]["id"] != there
    assert there in [each["id"] for each in listed]
    assert main(["runs", "show", "over-t", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["state"], shown["steps"][0]["title"]) == ("complete", "POST ⟦TARGET⟧/plain-0")
    assert main(["runs", "diff", "over-there", "last"]) == 0
    assert main(["runs", "resume", "over-there"]) == 2
    assert "has ended: complete" in capsys.readouterr().err


def test_what_is_pruned_is_forgotten_by_the_queues_too(engine, worker, folder, url, capsys):
    run = engine.submit(Order(folder, input={"times": 0}, id="soon-forgotten"))
    assert engine.wait(run, 30).state == RunState.COMPLETE
    known = "SELECT count(*) FROM dbos.workflow_status WHERE workflow_uuid = ?"
    until(lambda: engine.queues.store.rows(known + " AND status = 'SUCCESS'", (run,)) == [(1,)])
    assert main(["runs", "prune", "--keep", "0", "--engine", url]) == 0
    assert engine.journal().run(run) is None
    assert engine.queues.store.rows(known, (run,)) == [(0,)]


def test_how_things_stand_in_queues(engine, worker, folder, server, url, capsys):
    order = Order(folder, input={"times": 1, "path": "held-"}, id="held-run", place=Place("paging", key="k"))
    engine.submit(order)
    later = [engine.submit(order._replace(id=f"later-{at}")) for at in range(2)]
    engine.submit(order._replace(id="in-a-day", place=Place("reports", delay=86_400.0)))
    until(lambda: server.seen["POST /held-0"])
    assert main(["top", "--engine", url, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)[1]
    queues = {each["name"]: each for each in found["queues"]}
    paging = queues["paging"]
    assert (paging["waiting"], paging["running"], paging["worker_limit"], paging["rate"]) == (2, 1, 4, None)
    assert (queues["reports"]["waiting"], queues["reports"]["delayed"]) == (0, 1)
    here = next(each for each in found["workers"] if each["name"] == worker.name)
    assert (here["runs"], here["queues"], here["pid"]) == (["held-run"], ["paging"], worker.process.pid)
    assert found["oldest"]["id"] == later[0]
    # Other tests may have left some of theirs.
    assert found["runs"]["running"] >= 1
    assert found["runs"]["queued"] >= 3
    assert main(["top", "--engine", url]) == 0
    assert "4 a worker" in capsys.readouterr().out
    assert main(["runs", "show", "in-a-day", "--engine", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["statements"] == []
    assert main(["runs", "cancel", "in-a-day", "--engine", url]) == 0
    server.release.set()
    assert main(["runs", "watch", later[1], "--engine", url]) == 0
    assert f"{server.url}/held-0" not in capsys.readouterr().out
    assert engine.journal().run("in-a-day").state == RunState.CANCELLED
    assert main(["runs", "cancel", later[1], "--engine", url]) == 2


def test_all_numbers_of_queues_come_from_one_look(engine, monkeypatch):
    meters, numbers = Meters(), Prometheus()
    meters.into(numbers)
    look_into(engine.queues.journal, meters)
    store, asked = engine.queues.store, []
    monkeypatch.setattr(
        store, "rows", lambda query, values: asked.append(query) or PostgresStore.rows(store, query, values)
    )
    assert b"xsrun_queue_length" in numbers.text()
    assert ["workflow_status" in each for each in asked] == [True, False]


def test_where_nothing_was_ever_in_a_queue(capsys):
    with database_of_queues() as empty:
        assert main(["top", "--engine", empty, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[1]["queues"] == []


def test_an_engine_that_is_away_keeps_nobody_from_the_runs_of_this_machine(folder, capsys, monkeypatch):
    monkeypatch.setenv("XSRUN_ENGINE", "postgresql://127.0.0.1:1/x")
    assert main(["runs", "list", "--json"]) == 0
    assert "the engine cannot be used" in capsys.readouterr().err
    assert main(["runs", "list", "--engine", "postgresql://127.0.0.1:1/x"]) == 1


def test_the_run_api_hands_its_runs_to_workers(engine, worker, folder, url, server, places):
    arguments = "--port", "0", "--queue", "paging", "--engine", url, "--allow-doc"
    command = [sys.executable, "-m", "xsrun", "serve", folder, *arguments]
    env = {**os.environ, **places, "TARGET": "http://127.0.0.1:1"}
    with ending(subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)) as serving:
        api = json.loads(line_of(serving))["url"] + "/api:run"
        given = {"job_name": "Notify", "input": {"times": 1, "path": "by-api-"}}
        header = {"Idempotency-Key": "by-api-key-1"}
        for _ in range(2):
            answer = httpx.post(f"{api}/run", json=given, headers=header, timeout=30).json()
            assert (answer["state"], answer["response"], answer["session_id"]) == ("complete", [0], "by-api-key-1")
        assert server.seen["POST /by-api-0"] == 1, "by the worker, with its variable, and once"
        answer = httpx.post(f"{api}/run", json={**given, "async": True}, timeout=30).json()
        assert answer["state"] == "pending"
        assert engine.wait(answer["session_id"], 30).state == RunState.COMPLETE
        answer = httpx.post(f"{api}/run", json={**given, "env": {"TARGET": "x"}}, timeout=30)
        assert (answer.status_code, "not kept in a queue" in answer.text) == (400, True)
        execute, document = f"{api}/project/local/run/exec", {"doc": DOCUMENT, "args": {"text": "by the worker"}}
        for rows in (1, 2):
            answer = httpx.post(execute, json=document, timeout=30).json()
            assert (answer["state"], answer["response"]) == ("complete", rows), "of its own"
        needy = {"doc": DOCUMENT.replace("main = {", 'env = ["TARGET"]\n  main = {')}
        answer = httpx.post(execute, json=needy, timeout=30).json()
        assert (answer["state"], "TARGET" in answer["error_msg"]) == ("error", True), "no variable of the worker's"
        answer = httpx.post(execute, json={**needy, "env": {"TARGET": "x"}}, timeout=30)
        assert (answer.status_code, "not kept in a queue" in answer.text) == (400, True)
    assert serving.returncode == 0


def test_a_document_runs_where_its_folder_is_not(engine, tmp_path):
    path, given = keep(str(tmp_path), DOCUMENT), {"text": "far away"}
    run = engine.submit(Order(path, input=given, options={"document": True}, place=Place("elsewhere")))
    shutil.rmtree(tmp_path)
    Carrier(engine.journal, {"env": [], "env_file": None, "db": ":memory:"}, Output(quiet=True))(run)
    assert (engine.wait(run, 0).state, tmp_path.exists()) == (RunState.COMPLETE, False)


def test_a_worker_says_how_it_is_and_what_waits(engine, folder, server, url, places):
    trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    traced = {"traceparent": f"00-{trace}-{span}-01"}
    with collecting() as collector, socket.create_server(("127.0.0.1", 0)) as free:
        base = f"http://127.0.0.1:{free.getsockname()[1]}/_xsrun"
        free.close()
        run = engine.submit(Order(folder, input={"path": "told-"}, options=traced, place=Place("told")))
        engine.submit(Order(folder, place=Place("unattended")))
        arguments = "--queue", "told:2", "--health", base.removeprefix("http://").removesuffix("/_xsrun")
        worker = WorkerProcess(url, *arguments, TARGET=server.url, **collector.env(), **places)
        try:
            until(lambda: httpx.get(f"{base}/ready").status_code == 200)
            assert engine.wait(run, 30).state == RunState.COMPLETE
            complete = ("xsrun_runs_total", ("job", "Notify"), ("state", "complete"))
            found = until(lambda: (seen := samples(httpx.get(f"{base}/metrics").text)).get(complete) and seen)
            assert worker.stop() == 0
        finally:
            worker.close()
    assert found[("xsrun_queue_length", ("queue", "unattended"))] == 1
    assert found[("xsrun_queue_age_seconds", ("queue", "unattended"))] > 0
    assert found[("xsrun_workers", ("queue", "told"))] == 1
    told = collector.only("run Notify")
    assert (told.trace, told.parent, told.attributes["xsrun.run.id"]) == (trace, span, run)
    assert {each.name for each in collector.spans} == {"run Notify", "function notify", "POST"}
    assert {each.trace for each in collector.spans} == {trace}


def test_a_queue_that_is_given_twice_is_said(url, capsys):
    assert main(["worker", "--queue", "a:1", "--queue", "a:2", "--engine", url]) == 2
    assert "is given twice" in capsys.readouterr().err


@pytest.fixture
def journal(url):
    with closing(journal_at(url)) as opened:
        yield opened


def row(run, **changed):
    return RunRow(run, "Job", "/p", {}, {}, f"hash of {run}", b"s", RunState.QUEUED, None, 0, 0, 1)._replace(**changed)


def test_no_run_has_an_id_that_the_database_does_not_take(journal):
    assert (journal.run("a\0"), journal.runs("a\0")) == (None, [])


def test_a_run_that_one_process_gets_twice_is_one_attempt_s(journal):
    journal.begin(row("twice-1"), {})
    first = journal.again(row("twice-1"), journal.token())
    with pytest.raises(Held):
        journal.again(row("twice-1"), journal.token())
    assert journal.write(first, []) == RunState.RUNNING
    assert journal.cancel("twice-1")


def test_an_attempt_of_a_run_that_was_forgotten_has_nothing_of_the_next_one_with_its_id(journal):
    journal.begin(row("forgotten-1"), {})
    old = journal.again(row("forgotten-1"), journal.token())
    assert journal.cancel("forgotten-1")
    assert journal.forget("forgotten-1")
    journal.begin(row("forgotten-1"), {})
    new = journal.again(row("forgotten-1"), journal.token())
    with pytest.raises(Taken):
        journal.write(old, [])
    with pytest.raises(Taken):
        journal.end(old)
    journal.end(new._replace(state=RunState.COMPLETE))


def test_a_run_that_cannot_begin_on_a_worker_says_why(engine, folder, url, server, other, tmp_path, places):
    """Its state folder is a file: nothing of a run can be unpacked there."""
    (tmp_path / "file").write_text("")
    run = engine.submit(Order(folder, input={"times": 0}, place=Place("unlucky")))
    worker = WorkerProcess(
        url, "--queue", "unlucky:1", TARGET=server.url, **{**places, "XDG_STATE_HOME": f"{tmp_path / 'file'}"}
    )
    try:
        ended = engine.wait(run, 30)
    finally:
        worker.close()
    assert (ended.state, json.loads(ended.error)["code"]) == (RunState.INTERRUPTED, "journal")


def test_nobody_says_what_became_of_a_request_that_is_under_way(engine, folder, httpserver, other, url, capsys):
    reached, go = threading.Event(), threading.Event()

    def held(_request):
        reached.set()
        go.wait(30)
        return "{}"

    httpserver.expect_request("/slow-0").respond_with_handler(held)
    other(httpserver.url_for("").rstrip("/"), "--queue", "slow:1")
    run = engine.submit(Order(folder, input={"times": 1, "path": "slow-"}, place=Place("slow")))
    assert reached.wait(30)
    assert main(["runs", "resolve", run, "--assume-lost", "--engine", url]) == 2
    assert engine.cancel(run)
    assert main(["runs", "resolve", run, "--assume-lost", "--engine", url]) == 2
    assert main(["runs", "resume", run, "--engine", url]) == 2
    assert "is under way" in capsys.readouterr().err
    go.set()
    until(lambda: engine.journal().run(run).ended_at)
    assert len(httpserver.log) == 1


def test_two_who_resume_at_once_have_it_go_on_once(engine, folder, server, other):
    place = Place("both-resume")
    run = engine.submit(Order(folder, input={"times": 1, "path": "both-"}, place=place))
    assert engine.cancel(run)
    said = []

    def resume():
        try:
            engine.resume(run)
        except Refused as refused:
            said.append(refused.failure.code)

    threads = [threading.Thread(target=resume) for _ in range(4)]
    for each in threads:
        each.start()
    joined(*threads)
    assert said == ["no-run"] * 3
    other(server.url, "--queue", "both-resume:1")
    assert engine.wait(run, 30).state == RunState.COMPLETE
    assert server.seen["POST /both-0"] == 1


def test_a_run_that_is_being_put_back_is_not_taken_for_one_that_never_will_be(engine, folder, url, monkeypatch):
    run = engine.submit(Order(folder, place=Place("nobody")))
    with psycopg.connect(url) as database:
        ended = "UPDATE dbos.workflow_status SET status = 'ERROR', completed_at = 1 WHERE workflow_uuid = %s"
        database.execute(ended, (run,))
    engine.queues.mend()
    client, looked = engine.queues._client, []
    rewind = client.rewind_workflow

    def rewound(*arguments, **named):
        engine.queues.mend()  # as a worker does at any time
        looked.append(engine.queues.journal.run(run).state)
        rewind(*arguments, **named)

    monkeypatch.setattr(client, "rewind_workflow", rewound)
    engine.resume(run)
    assert (looked, engine.queues.journal.run(run).state) == ([RunState.QUEUED], RunState.QUEUED)


def test_a_run_that_waits_in_no_queue_any_more_can_be_resumed(engine, folder, url):
    """Its workflow has ended, and what was to follow was lost: the database was away when the run was put back."""
    run = engine.submit(Order(folder, place=Place("nobody")))
    with psycopg.connect(url) as database:
        ended = "UPDATE dbos.workflow_status SET status = 'ERROR', completed_at = 1 WHERE workflow_uuid = %s"
        database.execute(ended, (run,))
    engine.queues.mend()
    assert engine.queues.journal.run(run).state == RunState.INTERRUPTED
    engine.resume(run)
    engine.queues.mend()
    assert engine.queues.journal.run(run).state == RunState.QUEUED
    with pytest.raises(Refused) as refused:
        engine.resume(run)
    assert refused.value.failure.help == f"wait for it, or stop it: xsrun runs cancel {run} --engine URL"
    assert engine.cancel(run)


def test_a_server_says_when_the_database_of_its_queues_is_away_and_when_it_is_back(url, capsys):
    options = run_options(queue="paging", engine=url)
    with closing(composing._engine(Server(options, False, None, 1, False), Output())) as engine:
        store, there = engine.queues.store, engine.queues.store.engine
        store.patience, store.engine = 0, engine_for("postgresql://127.0.0.1:1/nowhere")
        for _ in range(2):
            with pytest.raises(Broken):
                engine.journal().rows("SELECT 1")
        store.engine = there
        engine.journal().rows("SELECT 1")
    said = [each for each in capsys.readouterr().err.splitlines() if "help" not in each]
    assert [each.partition(";")[0][:39] for each in said if each.startswith("the database")] == [
        "the database of the queues is away: con",
        "the database of the queues is back",
    ]
