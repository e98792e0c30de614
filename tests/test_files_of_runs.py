"""Files in a run that goes on: what was done to them is not done again, what was read is read again as it was."""

import json

import pytest

from xsrun.cli.start import main
from xsrun.diagnostics import NOT_FOUND, Fault
from xsrun.effects.files import FolderFiles
from xsrun.effects.memory import MemoryFiles, SeededRandom, memory_world
from xsrun.engine.dry_files import DryFiles
from xsrun.engine.effects import OutcomeUnknown
from xsrun.engine.faults import fault_of, kept_fault
from xsrun.engine.files import MOST_KEPT
from xsrun.engine.local import Local
from xsrun.engine.rows import RunRow, RunState
from xsrun.engine.sqlite import journal_in
from xsrun.engine.vault import Vault
from xsrun.engine.world import Door, through
from xsrun.runtime.secrets import Masker


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def attempt(tmp_path):
    """Runs steps on a store as one attempt of a run; ``dies_at`` ends it at a point of a write."""
    new = RunRow("run", "Job", "/job", {}, {}, "hash", b"seed", RunState.RUNNING, None, 1, 1, 1)

    def attempted(store, steps, dies_at=""):
        def watch(point):
            if point == dies_at:
                raise Killed

        journal = journal_in(str(tmp_path))
        run = next(iter(journal.runs()), None)
        recorded = journal.steps("run") if run else None
        journal.close()
        vault = Vault({}, Masker(()))
        engine = Local(
            lambda: journal_in(str(tmp_path)), run or new, {}, vault,
            now=lambda: 1, where=lambda: "", warn=print, recorded=recorded, watch=watch,
        )  # fmt: skip
        world = through(
            memory_world(files=store),
            Door(lambda: engine.strand),
            lambda strand: SeededRandom(0),
            lambda inner, _door, _strand: inner,
        )
        try:
            return steps(world.files)
        finally:
            engine.end(1, None, None, "interrupted")

    return attempted


def read(files, path):
    with files.open(path) as stream:
        return stream.read()


def all_of_it(files):
    files.write("a", [b"first"])
    files.append("a", b", second")
    seen = [read(files, "a"), files.size("a")]
    files.delete("a")
    with pytest.raises(Fault, match="File not found: a"):
        files.delete("a")
    with pytest.raises(Fault, match="Invalid path"):
        files.write("../a", [b""])
    files.append("b", b"once")
    return [*seen, read(files, "b")]


def test_what_was_done_is_not_done_again(attempt):
    store = MemoryFiles()
    assert attempt(store, all_of_it) == [b"first, second", 13, b"once"]
    assert attempt(store, all_of_it) == [b"first, second", 13, b"once"]
    assert store.contents == {("b",): b"once"}


def test_a_large_file_is_read_as_it_is_now(attempt):
    store = MemoryFiles()
    store.write("a", [b"x" * (MOST_KEPT + 1)])
    assert len(attempt(store, lambda files: read(files, "a"))) == MOST_KEPT + 1
    store.write("a", [b"new" * MOST_KEPT])
    assert attempt(store, lambda files: read(files, "a"))[:3] == b"new"


def test_a_dry_run_changes_no_file(tmp_path):
    store = FolderFiles(str(tmp_path))
    store.write("kept", [b"kept"])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    shown = []
    dry = DryFiles(store, lambda verb, path: shown.append((verb, path)))
    assert all_of_it(dry) == [b"first, second", 13, b"once"]
    dry.append("kept", b" and more")
    assert read(dry, "kept") == b"kept and more"
    dry.delete("kept")
    for use in (dry.open, dry.size, dry.delete):
        with pytest.raises(Fault, match="File not found: kept"):
            use("kept")
    assert dry.behind(dry.address("a", 60), 59) == "a"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert shown == [
        ("write", "a"), ("append", "a"), ("delete", "a"), ("append", "b"), ("append", "kept"), ("delete", "kept")
    ]  # fmt: skip


@pytest.mark.parametrize("point", ["after-intent", "before-call", "call-made"])
def test_a_deletion_that_was_cut_short_is_looked_up(attempt, point):
    store = MemoryFiles()
    store.write("a", [b"x"])
    with pytest.raises(Killed):
        attempt(store, lambda files: files.delete("a"), dies_at=point)
    attempt(store, lambda files: files.delete("a"))
    assert store.contents == {}


@pytest.mark.parametrize("point", ["before-call", "call-made"])
def test_an_addition_that_was_cut_short_is_for_a_person_to_judge(attempt, point):
    store = MemoryFiles()
    with pytest.raises(Killed):
        attempt(store, lambda files: files.append("a", b"x"), dies_at=point)
    with pytest.raises(OutcomeUnknown, match="append to a"):
        attempt(store, lambda files: files.append("a", b"x"))


# ------------------------------------------------------------------ files among the inputs

JOB = """run.job "Take" {
  main = {name: "take"}
}
---
function "take" {
  input {
    file doc
  }
  stack {
    storage.create_attachment { value = $input.doc access = "private" filename = "a" } as $s
  }
  response = $s.size
}
"""


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.xs").write_text(JOB, encoding="utf-8")
    return tmp_path


def test_a_dry_run_says_what_it_would_store(job, capsys):
    (job / "a.txt").write_text("x")
    assert main(["execute", "--dry-run", "--input", "doc@a.txt"]) == 0
    out, err = capsys.readouterr()
    assert (out, err.startswith("would write file /vault/")) == ("1\n", True)
    assert not (job / ".xsrun").exists()


def test_a_file_given_to_a_run_is_kept_with_it(job, capsys):
    for name, size in (("small.txt", 3), ("large.bin", 10_000_001)):
        (job / name).write_bytes(b"x" * size)
        assert main(["execute", "--input", f"doc@{name}"]) == 0
        assert capsys.readouterr().out == f"{size}\n"
        assert main(["runs", "show", "last", "--json"]) == 0
        kept = json.loads(capsys.readouterr().out)
        small = {"name": "small.txt", "data": "eHh4", "mime": "text/plain"}
        assert kept["input"]["doc"] == (small if size == 3 else "⟦input doc⟧")
        assert [step["title"].partition("/")[0] for step in kept["steps"]] == ["write "]


def test_faults_are_kept_whole_and_those_of_older_journals_are_read():
    fault = Fault("thrown", "no", kind=NOT_FOUND, help="look", name="Oops", payload={"a": 1})
    kept = fault_of(json.loads(json.dumps(kept_fault(fault))))
    assert [getattr(kept, name) for name in ("code", "message", "kind", "help", "name", "payload")] == [
        "thrown", "no", NOT_FOUND, "look", "Oops", {"a": 1}
    ]  # fmt: skip
    older = fault_of({"fault": ["notfound", "no", "notfound", "look"]})
    assert (older.code, older.message, older.kind, older.help) == ("notfound", "no", NOT_FOUND, "look")
