"""The incident log: its rows outlive the run, on SQLite and PostgreSQL; a run that fails stores none."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counting import counting
from databases import ENGINES
from fixed_world import SeededRandom
from job_bench import CREATE, JOBS, LOG, RESOLVE, Bench
from places import Place

import xsrun
from xsrun.data.opening import database_of, fresh
from xsrun.effects.memory import MemoryLog
from xsrun.effects.ports import World
from xsrun.simulators.pagerduty import seeds as pagerduty

Logged = Callable[..., Any]


@pytest.fixture(params=ENGINES)
def kept(request: pytest.FixtureRequest) -> Any:
    """A bench, and what the job gives there, run after run on the same database."""
    bench, project = Bench(), xsrun.load(JOBS / LOG)
    tables = project.program.tables
    if request.param == "postgresql":
        database = database_of("", tables, request.getfixturevalue("server").fresh())
    else:
        database = fresh(tables)

    def log(**given: Any) -> Any:
        world = World(bench.http, bench.clock, SeededRandom(4), MemoryLog(), database=database)
        result = project.run(input=given, env={"pagerduty_api_key": pagerduty.USER_KEY}, world=world)
        assert result.error is None, result.error
        return result.value

    yield bench, log
    database.close()


def counts(found: Any) -> dict[str, int]:
    return {each["status"]: each["incidents"] for each in found["counts"]}


def test_it_follows_what_happens_at_pagerduty(kept: tuple[Bench, Logged]) -> None:
    bench, log = kept
    bench.done(CREATE, title="Disk full")
    first = log(incidents=[])
    assert counts(first) == {"triggered": 1}
    (row,) = first["log"]["items"]
    assert (row["title"], row["urgency"], row["source"]) == ("Disk full", "high", "pagerduty")
    bench.clock.sleep(60)
    bench.done(RESOLVE, incident_id="1")
    bench.done(CREATE, title="Slow")
    second = log(incidents=[{"key": "db-1", "title": "Given", "urgency": "low"}])
    assert counts(second) == {"resolved": 1, "triggered": 2}
    old = second["log"]["items"][-1]
    assert old == {**row, "status": "resolved", "seen_at": row["seen_at"] + 60_000}


def test_hundreds_are_logged_once_and_read_page_by_page(kept: tuple[Bench, Logged]) -> None:
    bench, log = kept
    for number in range(103):
        bench.done(CREATE, title=f"Incident {number}")
    assert counts(log(incidents=[])) == counts(log(incidents=[])) == {"triggered": 103}
    page = log(incidents=[], page=11, per_page=10)["log"]
    assert [page[name] for name in ("itemsReceived", "itemsTotal", "pageTotal", "nextPage")] == [3, 103, 11, None]


@pytest.fixture
def counter() -> Any:
    with counting() as running:
        yield running


def test_rows_stay_in_the_folder(tmp_path: Path, counter: Any) -> None:
    shutil.copytree(JOBS / LOG, tmp_path / "job", ignore=shutil.ignore_patterns(".xsrun"))
    place = Place(tmp_path / "job", counter)
    given = ("--env", "pagerduty_api_key=u+SIMuserKEY00000001", "--input")
    for key in ("a", "b"):
        done = place.xsrun("execute", *given, f'incidents=[{{"key": "{key}", "title": "{key}"}}]', "--simulate")
        assert done.returncode == 0, done.stderr
    assert [each["key"] for each in json.loads(done.stdout)["log"]["items"]] == ["b", "a"]
