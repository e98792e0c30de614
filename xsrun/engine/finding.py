"""Runs that somebody looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunRow


class Among(NamedTuple):
    """Projects whose runs are looked at."""

    paths: tuple[str, ...]
    """Those at these paths,"""
    below: str = ""
    """and those below this folder; ``""`` for none."""

    def holds(self, run: RunRow) -> bool:
        """Whether a run is one of theirs."""
        return run.path in self.paths or bool(self.below and run.path.startswith(f"{self.below}/"))


class Ran(NamedTuple):
    """A job that ran."""

    path: str
    job: str


class Wanted(NamedTuple):
    """Which runs are looked for; what is empty counts for nothing."""

    text: str = ""
    """How an id begins, or what is in the name of a job; in large letters or small ones."""
    job: str = ""
    state: str = ""
    since: int = 0
    """Milliseconds since 1970 UTC."""
    among: Among | None = None
    """None for runs of any project."""


def search(journal: Journal, wanted: Wanted, limit: int, skipped: int = 0) -> list[RunRow]:
    """The runs that are looked for, newest first. Raises Broken."""
    said, values = _where(wanted)
    return journal.select(f"WHERE {said} ORDER BY started_at DESC, id DESC LIMIT ? OFFSET ?", *values, limit, skipped)


def counts(journal: Journal, wanted: Wanted) -> dict[str, int]:
    """How many there are in each state, whichever is looked for. Raises Broken."""
    return _by_state(journal, *_where(wanted._replace(state="")))


def ended_since(journal: Journal, since: int) -> dict[str, int]:
    """How many ended since a time, by the state that they have now. Raises Broken."""
    return _by_state(journal, "ended_at >= ?", [since])


def _by_state(journal: Journal, said: str, values: Sequence[Any]) -> dict[str, int]:
    rows = journal.rows(f"SELECT state, count(*) FROM run WHERE {said} GROUP BY state", values)
    return {str(state): int(count) for state, count in rows}


def jobs(journal: Journal) -> list[str]:
    """The names of all jobs that have run. Raises Broken."""
    return [str(row[0]) for row in journal.rows("SELECT DISTINCT job FROM run ORDER BY job")]


def ran(journal: Journal, wanted: Wanted) -> list[Ran]:
    """The jobs that ran, the one that began last first. Raises Broken."""
    said, values = _where(wanted)
    query = f"SELECT path, job FROM run WHERE {said} GROUP BY path, job ORDER BY max(started_at) DESC, path, job"
    return [Ran(*row) for row in journal.rows(query, values)]


def _where(wanted: Wanted) -> tuple[str, list[Any]]:
    """The condition in SQL, with its values."""
    said, values = ["started_at >= ?"], list[Any]([wanted.since])
    for column in ("job", "state"):
        if value := getattr(wanted, column):
            said.append(f"{column} = ?")
            values.append(value)
    if wanted.text:
        said.append("(lower(id) LIKE lower(?) ESCAPE '!' OR lower(job) LIKE lower(?) ESCAPE '!')")
        text = wanted.text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        values += [f"{text}%", f"%{text}%"]
    if wanted.among is not None:
        paths, below = wanted.among
        places = [f"path IN ({', '.join('?' * len(paths))})"] if paths else []
        places += ["substr(path, 1, ?) = ?"] if below else []
        said.append(f"({' OR '.join(places) or '1 = 0'})")
        values += [*paths, *((len(below) + 1, f"{below}/") if below else ())]
    return " AND ".join(said), values
