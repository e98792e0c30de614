"""Runs that somebody looks for."""

from __future__ import annotations

from typing import Any, NamedTuple

from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunRow


class Wanted(NamedTuple):
    """Which runs are looked for; what is empty counts for nothing."""

    text: str = ""
    """How an id begins, or what is in the name of a job; in large letters or small ones."""
    job: str = ""
    state: str = ""
    since: int = 0
    """Milliseconds since 1970 UTC."""


def search(journal: Journal, wanted: Wanted, limit: int, skipped: int = 0) -> list[RunRow]:
    """The runs that are looked for, newest first. Raises Broken."""
    said, values = _where(wanted)
    return journal.select(f"WHERE {said} ORDER BY started_at DESC, id DESC LIMIT ? OFFSET ?", *values, limit, skipped)


def counts(journal: Journal, wanted: Wanted) -> dict[str, int]:
    """How many there are in each state, whichever is looked for. Raises Broken."""
    said, values = _where(wanted._replace(state=""))
    rows = journal.store.rows(f"SELECT state, count(*) FROM run WHERE {said} GROUP BY state", values)
    return {str(state): int(count) for state, count in rows}


def jobs(journal: Journal) -> list[str]:
    """The names of all jobs that have run. Raises Broken."""
    return [str(row[0]) for row in journal.store.rows("SELECT DISTINCT job FROM run ORDER BY job", ())]


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
    return " AND ".join(said), values
