"""Runs of some projects, part by part, the newest first; and what ran."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunRow


class Among(NamedTuple):
    """Which runs are meant."""

    paths: tuple[str, ...]
    """Of the projects at these paths,"""
    below: str = ""
    """and of those below this folder; ``""`` for none."""
    job: str = ""
    """Of the job with this name alone, ``""`` for any."""

    def holds(self, run: RunRow) -> bool:
        """Whether a run is one of them."""
        inside = run.path in self.paths or bool(self.below and run.path.startswith(f"{self.below}/"))
        return inside and self.job in ("", run.job)


def _where(among: Among) -> tuple[str, list[str | int]]:
    """The condition in SQL, with its values."""
    places, below = ", ".join("?" * len(among.paths)), f"{among.below}/"
    inside = [f"path IN ({places})"] if among.paths else []
    values: list[str | int] = [*among.paths]
    if among.below:
        inside.append("substr(path, 1, ?) = ?")
        values += [len(below), below]
    said = [f"({' OR '.join(inside) or '1 = 0'})"]
    if among.job:
        said.append("job = ?")
        values.append(among.job)
    return " AND ".join(said), values


def part(journal: Journal, among: Among, limit: int, offset: int = 0) -> list[RunRow]:
    """So many runs behind the newest ones. Raises Broken."""
    said, values = _where(among)
    return journal.select(f"WHERE {said} ORDER BY started_at DESC, id DESC LIMIT ? OFFSET ?", *values, limit, offset)


def count(journal: Journal, among: Among) -> int:
    """How many runs there are. Raises Broken."""
    said, values = _where(among)
    return int(journal.store.rows(f"SELECT count(*) FROM run WHERE {said}", values)[0][0])


class Ran(NamedTuple):
    """A job that ran."""

    path: str
    job: str


def ran(journal: Journal, among: Among) -> Iterable[Ran]:
    """The jobs that ran, the one that began last first. Raises Broken."""
    said, values = _where(among)
    query = f"SELECT path, job FROM run WHERE {said} GROUP BY path, job ORDER BY max(started_at) DESC, path, job"
    return [Ran(*row) for row in journal.store.rows(query, values)]
