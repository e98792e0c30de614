"""The journal and the door in one process: what is kept, what is not, and what happens when it cannot be."""

import fcntl
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from contextlib import closing, nullcontext, suppress
from time import time_ns

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waiting import PATIENCE, joined

from xsrun.cli.start import main
from xsrun.engine import holding
from xsrun.engine.effects import Effect, JournalBroken, Outcome, State
from xsrun.engine.folder import Broken
from xsrun.engine.history import open_history, prune
from xsrun.engine.local import Local
from xsrun.engine.readings import Readings
from xsrun.engine.resolving import Resolved, Verdict, settle, unclear
from xsrun.engine.rows import RunRow, RunState, state_of
from xsrun.engine.sqlite import journal_in
from xsrun.engine.starting import new_id, source_hash
from xsrun.engine.unpacked import written
from xsrun.engine.vault import Vault
from xsrun.providers.policies import Policy
from xsrun.runtime.secrets import Masker
from xsrun.source import Source
from xsrun.wal import keep_log

POST = """run.job "Post" {
  main = {name: "post"}
  env = ["post_key"]
}
---
function "post" {
  input {
    text word?=hello
    text pin? { sensitive = true }
  }
  stack {
    api.request {
      url = "https://api.pagerduty.com/incidents"
      method = "POST"
      headers = ["Authorization: Token token=" ~ $env.post_key, "X-Pin: " ~ $input.pin]
      params = {word: $input.word}
    } as $answer
  }
  response = $answer.response.status
}
"""
KEY = "a-key-that-nobody-may-see"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.xs").write_text(POST, encoding="utf-8")
    return tmp_path / "state" / "xsrun"


def execute(*more):
    return main(["execute", "--simulate", "--env", f"post_key={KEY}", *more])


def newest(capsys):
    capsys.readouterr()
    assert main(["runs", "show", "last", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_what_a_run_did_is_kept_without_secrets(folder, capsys):
    assert execute("--input", "pin=987654321", "--input", "word=⟦odd⟧") == 0
    kept = newest(capsys)
    assert (kept["job"], kept["state"], kept["result"]) == ("Post", "complete", 401)
    assert kept["input"] == {"pin": "⟦input 0⟧", "word": "⟦⟦⟧odd⟧"}
    (step,) = kept["steps"]
    assert step["title"] == "POST https://api.pagerduty.com/incidents"
    assert step["args"]["headers"][0] == "Authorization: Token token=⟦post_key⟧"
    assert (step["state"], step["site"], step["policy"]) == ("answered", "run.xs:12", "once")
    for file in folder.rglob("*"):
        assert not file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    everything = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert KEY.encode() not in everything
    assert b"987654321" not in everything


def test_an_ephemeral_run_is_not_kept(folder, capsys):
    assert execute("--ephemeral") == 0
    assert not folder.exists()


def test_a_run_that_does_nothing_outside_is_listed(folder, tmp_path, capsys):
    (tmp_path / "run.xs").write_text(
        'run.job "Still" {\n  main = {name: "still"}\n}\n---\nfunction "still" {\n  response = 1\n}\n'
    )
    assert main(["execute"]) == 0
    assert not (folder / "journal.sqlite").exists()
    kept = newest(capsys)
    assert (kept["job"], kept["state"], kept["steps"]) == ("Still", "complete", [])


def test_a_journal_that_cannot_be_written_is_said_and_does_not_stop_a_page(folder, capsys):
    folder.mkdir(parents=True)
    (folder / "journal.sqlite").mkdir()
    assert execute() == 0
    assert "this run is not kept" in capsys.readouterr().err


def test_a_durable_run_does_not_start_without_its_journal(folder, capsys):
    folder.mkdir(parents=True)
    (folder / "journal.sqlite").mkdir()
    assert execute("--durable") == 1
    assert f"({folder / 'journal.sqlite'}: Is a directory); nothing was run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--durable", "--ephemeral"], "--durable and --ephemeral exclude each other"),
        (["--map", "api.example.com=http://me:top-secret@127.0.0.1:1"], "--map api.example.com=… takes no password"),
        (["--map", "api.example.com=ftp://me:top-secret@x"], "--map api.example.com=… makes no sense"),
    ],
)
def test_options_that_would_keep_too_little_or_too_much_are_refused(folder, capsys, options, said):
    assert execute(*options) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "top-secret" not in err
    assert not folder.exists()


def test_a_damaged_journal_is_reported(folder, capsys):
    folder.mkdir(parents=True)
    (folder / "journal.sqlite").write_bytes(b"not a database, and long enough to be looked at" * 100)
    assert main(["runs", "list"]) == 1
    said = capsys.readouterr().err
    assert f"the journal cannot be used: {folder / 'journal.sqlite'}: file is not a database" in said


@pytest.mark.parametrize("damage", ["step SET outcome = x'00'", "step SET readings = 'x'", "run SET input = ''"])
def test_a_damaged_run_is_reported(folder, capsys, damage):
    assert execute() == 0
    journal = journal_in(str(folder))
    journal.store._db.execute(f"UPDATE {damage}")
    journal.close()
    assert main(["runs", "show", "last"]) == 1
    assert "it is damaged" in capsys.readouterr().err


def test_a_journal_of_a_later_version_is_left_alone(folder):
    journal = journal_in(str(folder))
    journal.store._db.execute("PRAGMA user_version = 99")
    journal.close()
    with pytest.raises(Broken, match="another version"):
        journal_in(str(folder))


FORMAT_1 = """
CREATE TABLE run (
    id TEXT PRIMARY KEY, job TEXT NOT NULL, path TEXT NOT NULL, options TEXT NOT NULL, input TEXT NOT NULL,
    source TEXT NOT NULL, seed BLOB, state TEXT NOT NULL, exit INTEGER, pid INTEGER NOT NULL, attempts INTEGER NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER, result TEXT, error TEXT
) WITHOUT ROWID;
CREATE TABLE step (
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE, strand TEXT NOT NULL, number INTEGER NOT NULL,
    kind TEXT NOT NULL, title TEXT NOT NULL, site TEXT NOT NULL, policy TEXT NOT NULL, args TEXT NOT NULL,
    key TEXT NOT NULL, state TEXT NOT NULL, readings TEXT NOT NULL, prepared_at INTEGER NOT NULL, sent_at INTEGER,
    answered_at INTEGER, outcome BLOB, PRIMARY KEY (run, strand, number)
) WITHOUT ROWID;
CREATE TABLE source (hash TEXT PRIMARY KEY, files BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO run VALUES ('old', 'Job', '/job', '{}', '{"a": 1}', 'h', NULL, 'complete', 0, 1, 1, 1000, 1001, '7', NULL);
PRAGMA user_version = 1;
"""


def test_a_journal_of_the_format_before_is_brought_up_to_date(folder):
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "journal.sqlite")) as older:
        older.executescript(FORMAT_1)
    journal = journal_in(str(folder))
    (run,) = journal.runs()
    assert (run.id, run.input, run.result, run.report) == ("old", {"a": 1}, "7", None)
    journal.begin(row(2_000)._replace(report="{}"), {})
    assert journal.runs()[0].report == "{}"
    journal.close()
    with closing(journal_in(str(folder))) as again:
        assert len(again.runs()) == 2


def row(at, state=RunState.COMPLETE):
    return RunRow(new_id(at), "Job", "/job", {}, {}, "hash", None, state, 0, 1, 1, at, at)


def test_old_runs_are_forgotten_and_running_ones_are_not(folder):
    journal = journal_in(str(folder))
    for at in (1_000, 2_000, 3_000, 4_000):
        journal.begin(row(at, RunState.RUNNING if at == 1_000 else RunState.COMPLETE), {"run.xs": "text"})
    assert journal.prune(3_000, 1) == 2
    assert [run.started_at for run in journal.runs()] == [4_000, 1_000]
    assert journal.files("hash") == {"run.xs": "text"}
    journal.close()


def test_a_run_that_somebody_has_to_see_to_is_not_forgotten(folder):
    """Whoever comes back after the weekend finds what was left open, however many runs there were since."""
    journal = journal_in(str(folder))
    left = [RunState.UNKNOWN, RunState.GIVEN_UP, RunState.INTERRUPTED, RunState.CANCELLED, RunState.SETTLED]
    for at, state in enumerate((*left, RunState.COMPLETE)):
        journal.begin(row(1_000 * at, state), {})
    assert journal.prune(0, 1) == 2
    assert [run.state for run in journal.runs()] == [RunState.COMPLETE, *reversed(left[:3])]
    assert journal.prune(10_000, 1) == 2
    assert [run.state for run in journal.runs()] == [RunState.GIVEN_UP, RunState.UNKNOWN]
    journal.close()


def test_a_process_that_comes_and_goes_takes_nothing_from_another(folder):
    come_and_go = (
        "import sys; from xsrun.engine.sqlite import journal_in; journal = journal_in(sys.argv[1]);"
        "print(*sorted(each.started_at for each in journal.runs())); journal.close()"
    )

    def seen_elsewhere():
        words = [sys.executable, "-c", come_and_go, str(folder)]
        return subprocess.run(words, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout.split()

    with closing(journal_in(str(folder))) as journal:
        journal.begin(row(1_000), {})
        journal_in(str(folder)).close()
        assert seen_elsewhere() == ["1000"]
        journal.begin(row(2_000), {})
        assert seen_elsewhere() == ["1000", "2000"]


@pytest.mark.parametrize("commits", range(3))
def test_a_kill_while_a_run_is_settled_settles_all_or_nothing(folder, commits):
    assert execute() == 0
    journal = journal_in(str(folder))
    (run,) = journal.runs()
    run = run._replace(state=RunState.UNKNOWN)
    (first,) = journal.steps(run.id)
    steps = [first._replace(state=State.UNANSWERED), first._replace(number=1, state=State.UNANSWERED)]
    journal.write(run, steps)
    journal.set_state(run.id, RunState.UNKNOWN, RunState.COMPLETE)
    verdicts = [Resolved(step, Verdict.SENT, "as you say") for step in steps]
    journal.close()
    if (child := os.fork()) == 0:
        signal.alarm(round(PATIENCE))  # a signal that it dies of, so that it comes to an end
        killed(str(folder), commits, lambda again: settle(again, run, steps, verdicts, Vault({}, Masker(()))))
    _, status = os.waitpid(child, 0)
    journal = journal_in(str(folder))
    (now,) = journal.runs()
    settled = commits > 0
    assert status == (0 if settled else signal.SIGKILL)
    assert (now.state == RunState.SETTLED, len(unclear(journal.steps(run.id)))) == (settled, 0 if settled else 2)
    journal.close()


def killed(folder, commits, work):
    """Work with a journal in a process that is killed when it wants to commit more often than that."""
    left = iter(range(commits))
    journal = journal_in(folder)
    journal.store._db.set_trace_callback(
        lambda said: os.kill(os.getpid(), signal.SIGKILL) if said == "COMMIT" and next(left, None) is None else None
    )
    try:
        work(journal)
    finally:
        os._exit(0)


def test_a_run_that_went_on_meanwhile_is_not_settled(folder):
    journal = journal_in(str(folder))
    run = row(1_000, RunState.UNKNOWN)
    journal.begin(run, {})
    journal.set_state(run.id, RunState.COMPLETE, RunState.UNKNOWN)
    with pytest.raises(holding.Held):
        settle(journal, run, [], [], Vault({}, Masker(())))
    assert journal.runs()[0].state == RunState.COMPLETE
    journal.close()


def test_pruning_takes_along_what_no_kept_run_needs(folder):
    history = open_history(str(folder))
    kept, gone = row(4_000)._replace(source="kept"), row(1_000)._replace(source="gone")
    for run in (kept, gone):
        history.begin(run, {"run.xs": "text"})
    for name in ("running/dead", ".sources/kept/run.xs", ".sources/gone/run.xs", ".sources/tmpnew/run.xs",
                 ".sources/tmpold/run.xs"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text")
    os.utime(folder / ".sources" / "tmpold", (0, 0))
    held = holding.hold(str(folder), kept.id)
    assert prune([history], time_ns() // 1_000_000, days=1_000_000, keep=1) == 1
    assert os.listdir(folder / "running") == [kept.id]
    assert sorted(os.listdir(folder / ".sources")) == ["kept", "tmpnew"]
    holding.release(str(folder), kept.id, held)
    history.close()


def test_the_sources_of_one_journal_are_not_forgotten_for_another(folder, tmp_path):
    histories = [open_history(str(folder)), open_history(str(tmp_path / "other"))]
    for at, history in enumerate(histories):
        history.begin(row(1_000)._replace(source=f"of-{at}"), {"run.xs": "text"})
        (folder / ".sources" / f"of-{at}").mkdir(parents=True)
    assert prune(histories, time_ns() // 1_000_000, days=1_000_000) == 0
    assert sorted(os.listdir(folder / ".sources")) == ["of-0", "of-1"]
    for history in histories:
        history.close()


def test_two_who_unpack_one_source_at_once_both_have_it(folder, monkeypatch):
    files, make = {"run.xs": "text", "function/a.xs": "text"}, tempfile.mkdtemp

    def later(**given):
        monkeypatch.setattr(tempfile, "mkdtemp", make)
        written("one", files)  # somebody else comes first
        return make(**given)

    monkeypatch.setattr(tempfile, "mkdtemp", later)
    home = written("one", files)
    assert sorted(os.listdir(home)) == ["function", "run.xs"]
    assert os.listdir(os.path.dirname(home)) == ["one"]


def test_a_run_is_held_by_one_however_often_it_is_let_go(folder):
    """Whoever opens the file right before it is taken away must not believe to hold the run by it."""
    inside, most = [], []

    def work():
        for _ in range(300):
            with suppress(holding.Held):
                handle = holding.hold(str(folder), "run")
                inside.append(handle)
                os.sched_yield()
                most.append(len(inside))
                inside.remove(handle)
                holding.release(str(folder), "run", handle)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    joined(*workers)
    assert set(most) == {1}


def test_two_processes_do_not_hold_one_run(folder):
    handle = holding.hold(str(folder), "run")
    assert holding.is_held(str(folder), "run")
    with pytest.raises(holding.Held):
        holding.hold(str(folder), "run")
    holding.release(str(folder), "run", handle)
    assert not holding.is_held(str(folder), "run")


def test_who_only_looks_keeps_nobody_from_a_run(folder):
    os.makedirs(folder / "running")
    with open(folder / "running" / "run", "w") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        gone = threading.Timer(0.05, fcntl.flock, (looking, fcntl.LOCK_UN))
        gone.start()
        holding.release(str(folder), "run", holding.hold(str(folder), "run"))
        joined(gone)


def test_who_opens_a_journal_waits_for_whoever_makes_it(folder):
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "journal.sqlite", isolation_level=None, check_same_thread=False)) as first:
        first.execute("BEGIN EXCLUSIVE")
        done = threading.Timer(0.05, first.execute, ("COMMIT",))
        done.start()
        journal_in(str(folder)).close()
        joined(done)


def test_who_has_no_patience_is_told_at_once(folder):
    folder.mkdir(parents=True)
    with (
        closing(sqlite3.connect(folder / "a.sqlite", isolation_level=None)) as first,
        closing(sqlite3.connect(folder / "a.sqlite", timeout=0)) as second,
    ):
        first.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            keep_log(second)


def test_a_run_goes_on_once_from_where_it_was_read(folder):
    journal = journal_in(str(folder))
    journal.begin(row(1_000, RunState.INTERRUPTED), {})
    (read,) = journal.runs()
    again = journal.again(read, 1)
    journal.end(again._replace(state=RunState.COMPLETE))
    with pytest.raises(holding.Held):
        journal.again(read, 2)
    journal.close()


def test_a_run_that_has_ended_is_not_taken_for_dead(folder):
    journal = journal_in(str(folder))
    journal.begin(row(1_000, RunState.COMPLETE), {})
    (ended,) = journal.runs()
    journal.set_state(ended.id, RunState.INTERRUPTED, RunState.RUNNING)
    assert journal.runs()[0].state == RunState.COMPLETE
    journal.close()


def test_a_run_that_is_taken_up_meanwhile_is_not_taken_for_dead(folder):
    journal = journal_in(str(folder))
    journal.begin(row(1_000, RunState.RUNNING), {})
    [(run, attempt)] = journal.running()
    journal.again(journal.run(run), 1)
    journal.interrupt(run, attempt)
    assert journal.run(run).state == RunState.RUNNING
    journal.interrupt(run, attempt + 1)
    assert journal.run(run).state == RunState.INTERRUPTED
    journal.close()


def test_looking_whether_a_run_is_held_holds_it_from_nobody_who_looks(folder):
    handle = holding.hold(str(folder), "run")
    place = folder / "running" / "run"
    with open(place) as looking:
        fcntl.flock(handle, fcntl.LOCK_UN)
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert not holding.is_held(str(folder), "run")
    holding.release(str(folder), "run", handle)


def small_journal(folder):
    """One that takes a run and has no room for much more."""
    journal = journal_in(str(folder))
    pages = journal.store._db.execute("PRAGMA page_count").fetchone()[0]
    journal.store._db.execute(f"PRAGMA max_page_count = {pages + 2}")
    return journal


@pytest.mark.parametrize("begun", [True, False])
def test_a_run_is_told_of_with_its_first_effect_or_not_at_all(folder, begun):
    sent, warned = [], []
    local = Local(
        lambda: small_journal(folder), row(1_000, RunState.RUNNING), {}, Vault({}, Masker(())),
        now=lambda: 2_000, where=lambda: "run.xs:1", warn=warned.append,
    )  # fmt: skip
    effect = Effect("http", "POST", {"body": "x" * 100_000}, Policy.ONCE, lambda *_: sent.append(1) or Outcome(None))
    if begun:
        local.begin()
    with pytest.raises(JournalBroken, match="full") if begun else nullcontext():
        local.strand.do(effect)
    local.end(1, None, None, "journal")
    journal = journal_in(str(folder))
    states = [run.state for run in journal.runs()]
    journal.close()
    assert (len(sent), len(warned), states) == ((0, 0, [RunState.INTERRUPTED]) if begun else (1, 1, []))


def test_a_journal_that_fails_to_begin_leaves_nothing_held(folder):
    taken = row(1_000, RunState.RUNNING)
    other = journal_in(str(folder))
    other.begin(taken, {})
    warned = []
    local = Local(
        lambda: journal_in(str(folder)), taken, {}, Vault({}, Masker(())),
        now=lambda: 2_000, where=lambda: "run.xs:1", warn=warned.append,
    )  # fmt: skip
    for _ in range(2):
        assert local.strand.do(Effect("http", "POST", {}, Policy.ONCE, lambda *_: Outcome(1))) == 1
    local.end(0, None, None, "")
    assert len(warned) == 1
    assert not holding.is_held(str(folder), taken.id)
    other.close()


def test_a_wait_takes_as_long_by_a_fixed_clock(folder, tmp_path, capsys):
    (tmp_path / "run.xs").write_text(
        'run.job "Wait" {\n  main = {name: "wait"}\n}\n---\nfunction "wait" {\n'
        "  stack {\n    util.sleep {\n      value = 1\n    }\n  }\n  response = now\n}\n"
    )
    assert main(["execute", "--now", "1000000"]) == 0
    assert capsys.readouterr().out == "1001000\n"


def test_half_characters_are_kept(folder, tmp_path, capsys):
    odd = tmp_path / os.fsdecode(b"odd\xff")
    odd.mkdir()
    url = 'url = "https://api.pagerduty.com/incidents?w=" ~ $input.word'
    job = POST.replace('url = "https://api.pagerduty.com/incidents"', url)
    (odd / "run.xs").write_text(job)
    (tmp_path / "in.json").write_text('{"word": "\\ud800"}')
    assert execute(str(odd), "--input-json", "in.json") == 0
    assert newest(capsys)["input"]["word"] == "\ud800"
    (odd / "run.xs").write_text('run.job "Still" { main = {name: "f"} }\n---\nfunction "f" { response = 1 }\n')
    assert execute(str(odd)) == 0
    assert newest(capsys)["job"] == "Still"


def test_threads_write_one_journal(folder):
    journal = journal_in(str(folder))
    threads = [threading.Thread(target=journal.begin, args=(row(1_000 * at), {})) for at in range(20)]
    for thread in threads:
        thread.start()
    joined(*threads)
    assert len(journal.runs()) == 20
    journal.close()


def test_run_ids_sort_by_time():
    assert new_id(1_000) < new_id(2_000) < new_id(1_800_000_000_000)
    assert len({new_id(1_000) for _ in range(50)}) > 40


def test_sources_have_one_name_for_one_content():
    texts = [Source("a.xs", "1"), Source("b.xs", "2")]
    assert source_hash(texts) == source_hash(reversed(texts))
    assert source_hash(texts) != source_hash([Source("a.xs", "12"), Source("b.xs", "")])


@pytest.mark.parametrize(
    ("exit", "code", "state"),
    [(0, "", "complete"), (1, "thrown", "error"), (9, "thrown", "unknown"), (7, "limit-time", "interrupted"),
     (130, "interrupted", "interrupted"), (2, "diverged", "interrupted"), (1, "journal", "interrupted")],
)  # fmt: skip
def test_the_state_of_a_run_follows_from_how_it_ended(exit, code, state):
    assert state_of(exit, code) == state


@given(st.lists(st.integers(0, 3)))
def test_readings_come_back_in_order(times):
    first = Readings()
    for time in times:
        first.add(time)
    again = Readings()
    assert [again.following(first.taken()) for _ in times] == times
    assert again.following(first.taken()) is None


@given(st.text(), st.sampled_from(["secret-one", "⟦⟧⟦key⟧", 'quo"te\\d']))
def test_the_vault_gives_back_what_it_took(text, secret):
    vault = Vault({"key": secret}, Masker([secret]))
    whole = f"{text}{secret}{text}"
    sealed = vault.seal(whole)
    assert secret not in sealed.replace(text, "")
    if "***" not in sealed:
        assert vault.open(sealed) == whole


def test_a_journal_is_closed_when_nobody_reads_it(tmp_path):
    """Somebody may be asking whether the run was cancelled: SQLite crashes the process beneath a thread that reads."""
    journal = journal_in(str(tmp_path))
    closing_it = threading.Thread(target=journal.close)

    def reads(db):
        closing_it.start()
        closing_it.join(0.02)
        return db.execute("SELECT 1").fetchone()

    assert journal.store.transact(reads) == (1,)
    joined(closing_it)
    with pytest.raises(Broken):
        journal.runs()


def test_a_run_that_has_ended_lets_go_of_its_lock_once(folder):
    """A bug of ours may have it end again: by then its lock, or the number of its handle, may be somebody else's."""
    run = row(1_000, RunState.RUNNING)
    local = Local(
        lambda: journal_in(str(folder)), run, {}, Vault({}, Masker(())),
        now=lambda: 2_000, where=lambda: "run.xs:1", warn=lambda _message: None,
    )  # fmt: skip
    local.begin()
    local.end(0, "1", None, "")
    other = holding.hold(str(folder), run.id)
    local.end(1, None, None, "internal")
    assert holding.is_held(str(folder), run.id)
    holding.release(str(folder), run.id, other)
    with closing(journal_in(str(folder))) as journal:
        assert journal.runs()[0].state == RunState.COMPLETE
