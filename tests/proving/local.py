"""The journal in SQLite whose disk is full, that another process keeps busy, and that several want at once."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from disks import small_disk, why_no_disk
from waiting import PATIENCE, until

from proving.bench import Bench
from proving.jobs import HELD_NAMES, KINDS, NAMES, write_held, write_job
from proving.processes import Death, Running
from proving.trials import Skipped, Trial, kept
from xsrun.diagnostics import Exit
from xsrun.engine.sqlite import BUSY_SECONDS

CLAIMS = 4
"""Processes that want to go on with the same run at once."""


def full_disk(bench: Bench, quick: bool) -> Iterator[Trial]:
    """While a request is on its way the disk fills up: none follows that the journal does not tell of."""
    if reason := why_no_disk():
        raise Skipped(reason)
    for kind in ("keyed",) if quick else ("keyed", "once"):
        folder, mark = bench.fresh("full"), bench.mark()
        write_held(folder, kind)
        with small_disk(folder / "state", 4) as disk:
            run = _begun(bench, folder, mark)
            disk.fill()
            bench.receiver.release(f"{mark}-first")
            ended, seen = run.wait(), _seen(bench, mark)
            disk.free()
            again = _resumed(bench, folder)
            yield kept(
                f"disk full, {kind}",
                (seen == ["first"], f"sent without being kept: {seen}"),
                (ended == Exit.FAILED, f"exit {ended}: {run.stderr()[-400:]}"),
                (_went_on(bench, mark, kind, again), f"exit {again.wait()}: {again.stderr()[-400:]}"),
                stops=KINDS[kind].stops,
            )


def power(bench: Bench, quick: bool) -> Iterator[Trial]:
    """Were the power cut at any moment, the disk would know of each write whose first byte has left."""
    if not shutil.which("strace"):
        raise Skipped("there is no strace, which tells what reaches the disk before a request leaves")
    for name in ("once",) if quick else ("once", "keyed"):
        folder, mark = bench.fresh("power"), bench.mark()
        write_job(folder, KINDS[name])
        arguments = [str(folder), "--durable", *bench.mapped, "--input", f"mark={mark}"]
        trace = folder / "trace"
        watched = ["strace", "-f", "-y", "-e", "trace=fdatasync,fsync,sendto", "-s", "8", "-o", str(trace)]
        done = subprocess.run(
            [*watched, sys.executable, "-m", "xsrun", "execute", *arguments],
            env=bench.environment(folder), cwd=folder, capture_output=True, text=True, check=False,
            timeout=2 * PATIENCE,
        )  # fmt: skip
        left = [*_writes_that_left(trace.read_text(encoding="utf-8"))]
        yield kept(
            f"synced before it is sent, {name}",
            (done.returncode == Exit.DONE, f"exit {done.returncode}: {done.stderr[-400:]}"),
            (len(left) == len(NAMES), f"{len(left)} writes were sent"),
            (all(left), "a write was sent before the journal was on the disk"),
        )


def _writes_that_left(trace: str) -> Iterator[bool]:
    """For each write, whether its thread had the log of the journal put to the disk since the one before.

    A call during which another thread makes one stands in two lines, the second of which does not name the file.
    """
    synced: set[str] = set()
    waiting: set[str] = set()
    for line in trace.splitlines():
        thread, _, call = line.partition(" ")
        if "sync(" in call and "journal.sqlite-wal>" in call:
            (synced if call.endswith("= 0") else waiting).add(thread)
        elif "sync resumed>" in call and thread in waiting:
            waiting.discard(thread)
            synced |= {thread} if call.endswith("= 0") else set()
        elif "sendto(" in call and '"POST' in call:
            yield thread in synced
            synced.discard(thread)


def busy(bench: Bench, quick: bool) -> Iterator[Trial]:
    """While a request is on its way another process takes the file, for a while or for longer than anybody waits."""
    for seconds in (0.5,) if quick else (0.5, BUSY_SECONDS * 3):
        folder, mark = bench.fresh("busy"), bench.mark()
        write_held(folder)
        run = _begun(bench, folder, mark)
        with closing(sqlite3.connect(folder / "state" / "xsrun" / "journal.sqlite", isolation_level=None)) as journal:
            journal.execute("BEGIN IMMEDIATE")
            bench.receiver.release(f"{mark}-first")
            run.over(seconds)
            seen = _seen(bench, mark)
            journal.execute("ROLLBACK")
        ended = run.wait()
        waited = seconds < BUSY_SECONDS
        again = run if waited else _resumed(bench, folder)
        yield kept(
            f"busy for {seconds} s",
            (seen == ["first"], f"sent without being kept: {seen}"),
            (ended == (Exit.DONE if waited else Exit.FAILED), f"exit {ended}: {run.stderr()[-400:]}"),
            (_went_on(bench, mark, "keyed", again), f"exit {again.wait()}: {again.stderr()[-400:]}"),
        )


def claims(bench: Bench, quick: bool) -> Iterator[Trial]:
    """Several processes go on with a killed run at once."""
    for turn in range(1 if quick else 10):
        folder, mark = bench.fresh("claims"), bench.mark()
        write_job(folder, KINDS["once"])
        arguments = (str(folder), "--durable", *bench.mapped, "--input", f"mark={mark}")
        first = Running(arguments, folder, bench.environment(folder), Death("after-checkpoint", 2))
        died = first.wait()
        claiming = [_resumed(bench, folder) for _ in range(CLAIMS)]
        codes = sorted(each.wait() for each in claiming)
        done = bench.receiver.effects(f"/once/{mark}-")
        yield kept(
            f"{CLAIMS} processes at once, {turn + 1}",
            (died == -signal.SIGKILL, f"exit {died} of what was to be killed"),
            (codes[0] == Exit.DONE and set(codes[1:]) <= {Exit.DONE, Exit.USAGE}, f"exits {codes}"),
            (codes.count(Exit.DONE) == 1, f"{codes.count(Exit.DONE)} went on"),
            (len(done) == 5 and set(done.values()) == {1}, f"done {dict(done)}"),
        )


def _begun(bench: Bench, folder: Path, mark: str) -> Running:
    """A run whose first request is on its way."""
    arguments = (str(folder), "--durable", *bench.mapped, "--input", f"mark={mark}")
    run = Running(arguments, folder, bench.environment(folder))
    until(lambda: _seen(bench, mark), "the first request is on its way")
    return run


def _resumed(bench: Bench, folder: Path) -> Running:
    return Running(("runs", "resume", "last"), folder, bench.environment(folder))


def _seen(bench: Bench, mark: str) -> list[str]:
    """Which requests of a run have come in, in their order."""
    return [each.name.removeprefix(f"{mark}-") for each in bench.receiver.writes() if each.name.startswith(f"{mark}-")]


def _went_on(bench: Bench, mark: str, kind: str, again: Running) -> bool:
    """Whether a run ended as it should: what has no key and was sent is for a person to say."""
    ended, done = again.wait(), bench.receiver.effects(f"/{kind}/{mark}-")
    if kind == "once":
        return (ended, dict(done)) == (Exit.UNKNOWN_OUTCOME, {f"{mark}-first": 1})
    return (ended, dict(done)) == (Exit.DONE, {f"{mark}-{name}": 1 for name in HELD_NAMES})
