"""Past runs: found by id, with the ones that died and the ones that did nothing outside in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xsrun.engine import quiet
from xsrun.engine.folder import state_folder
from xsrun.engine.holding import forget_dead
from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunRow, state_of
from xsrun.engine.sqlite import journal_in
from xsrun.engine.starting import new_id
from xsrun.engine.unpacked import forget_sources

LAST: Final = "last"
"""Names the newest run."""
DAY: Final = 86_400_000
KEEP_DAYS: Final = 90
KEEP_RUNS: Final = 10_000


class NoRun(Exception):
    """No run has this id, or several have."""


def open_history(folder: str | None = None) -> Journal:
    """The journal of the user or of another state folder, brought up to date. Raises Broken."""
    journal = journal_in(folder or state_folder())
    refresh(journal)
    return journal


def refresh(journal: Journal) -> None:
    """Have the journal know of runs that did nothing outside, and of those whose process has died. Raises Broken."""
    for row in quiet.taken(journal.folder):
        journal.begin(_quiet_run(*row), {})
    for run, attempt in journal.running():
        if not journal.is_held(run):
            journal.interrupt(run, attempt)


def _quiet_run(job: str, path: str, exit: int, begun_at: int, ended_at: int) -> RunRow:
    return RunRow(
        id=new_id(begun_at),
        job=job,
        path=path,
        options={},
        input={},
        source="",
        seed=None,
        state=state_of(exit, ""),
        exit=exit,
        pid=0,
        attempts=1,
        started_at=begun_at,
        ended_at=ended_at,
    )


def find_run(journal: Journal, named: str) -> RunRow:
    """The run with that id, with the only id that begins so, or the newest for ``last``. Raises NoRun and Broken."""
    return meant(named, named_so(journal, named))


def named_so(journal: Journal, named: str) -> list[RunRow]:
    """The runs whose id begins so, or the newest one for ``last``. Raises Broken."""
    if named == LAST:
        return journal.runs("", 1)
    return (named and (journal.runs(named) or journal.runs(named.lower()))) or []


def meant(named: str, found: list[RunRow]) -> RunRow:
    """The one of them that is meant. Raises NoRun."""
    if named == LAST and found:
        return max(found, key=lambda run: run.started_at)
    exact = [run for run in found if run.id == named]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise NoRun(f"there is no run `{named}`")
    raise NoRun(f"{len(found)} runs begin with `{named}`: {', '.join(run.id for run in found[:5])}")


def prune(journals: Sequence[Journal], now: int, days: int = KEEP_DAYS, keep: int = KEEP_RUNS) -> int:
    """Forget old runs of journals, with all that only they needed. Gives back how many. Raises Broken.

    What they did is not known any more to whoever asks for its key. The folder of the first is tidied, and holds the
    sources of all.
    """
    gone = sum(each.prune(now - days * DAY, keep) for each in journals)
    folder = journals[0].folder
    forget_dead(folder)
    forget_sources(folder, {source for each in journals for source in each.sources()})
    return gone
