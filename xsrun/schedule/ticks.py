"""Runs at due times: what is due at a look at the clock, and what each run is called."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from xsrun.program import TASK
from xsrun.schedule.times import Times, following, latest

ON_TIME: Final = 60_000
"""How late a run may begin where those that were missed are not caught up."""
LONGEST_NAME: Final = 40
DIGEST: Final = 6
STAMP: Final = "%Y%m%dt%H%M%Sz"


class Series(NamedTuple):
    """The runs of one job or task with one input, at all its due times."""

    path: str
    """The folder or file of the project."""
    job: str
    """A job by its name, or ``task NAME``."""
    times: tuple[Times, ...]
    input: Mapping[str, Any] = {}
    overlap: bool = False
    """Whether a run begins while the one before it runs."""
    catch_up: bool = True
    """Whether the latest run that was missed is made up for."""
    zone: str = "UTC"
    """The zone in which its times are shown."""


class Look(NamedTuple):
    """What a look at the clock found."""

    due: int | None
    """The time of the run that is to begin; None for none."""
    missed: int | None
    """The first of the times that passed without a run; None for none."""
    seen: int
    """Up to where all times are dealt with now."""


def look(series: Series, seen: int, now: int) -> Look:
    """What is due now, when all times up to ``seen`` are dealt with.

    Of several only the latest is. A clock that went back makes those due again that it passes again; their runs are
    known by their ids.
    """
    seen = min(seen, now)
    due = latest(series.times, seen, now)
    if due is None:
        return Look(None, None, seen)
    earliest = following(series.times, seen)
    if not series.catch_up and now - due > ON_TIME:
        return Look(None, earliest, due)
    return Look(due, earliest if earliest != due else None, due)


def merged(series: Iterable[Series]) -> list[Series]:
    """The series with those of one job and one input in one: they have the same runs where their times meet."""
    found: dict[tuple[str, str, str], Series] = {}
    for each in series:
        key = each.path, each.job, _text(each.input)
        same = found.get(key)
        found[key] = each if same is None else same._replace(
            times=same.times + each.times, overlap=same.overlap or each.overlap,
            catch_up=same.catch_up and each.catch_up,
        )  # fmt: skip
    return list(found.values())


def prefix(series: Series, project: str) -> str:
    """How the ids of all its runs begin: readable, and different for each project, job and input."""
    digest = hashlib.sha256("\0".join([project, series.job, _text(series.input)]).encode("utf-8", "backslashreplace"))
    kind = "" if series.job.startswith(f"{TASK} ") else "job-"
    plain = unicodedata.normalize("NFKD", series.job).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME]
    return f"{kind}{name}-{digest.hexdigest()[:DIGEST]}-".replace("--", "-")


def run_id(begins: str, due: int) -> str:
    """The id of the run at a due time: the same for whoever begins it."""
    return begins + datetime.fromtimestamp(due // 1000, UTC).strftime(STAMP)


def signature(series: Series) -> str:
    """Names the due times of a series: those of a schedule that was changed are others."""
    return hashlib.sha256(repr(series.times).encode()).hexdigest()[:DIGEST]


def due_of(run: str) -> int | None:
    """The due time that stands in the id of a run; None where none does."""
    try:
        return round(datetime.strptime(run.rpartition("-")[2], STAMP).replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None


def _text(given: Mapping[str, Any]) -> str:
    return json.dumps(given, sort_keys=True) if given else ""
