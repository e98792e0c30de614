"""Runs that somebody looks for, part by part."""

import pytest
from scaled import database_of_queues

from xsrun.engine.finding import Among, Ran, Wanted, counts, ran, search
from xsrun.engine.rows import RunRow, RunState
from xsrun.engine.scale.store import journal_at, prepare
from xsrun.engine.sqlite import journal_in


def row(at, path, job="Job", state=RunState.COMPLETE):
    return RunRow(f"run-{at}", job, path, {}, {}, f"hash-{at}", None, state, 0, 0, 1, at)


@pytest.fixture
def journal(tmp_path):
    opened = journal_in(str(tmp_path))
    for at, (path, job) in enumerate([("/a", "One"), ("/a", "Two"), ("/b", "One"), ("/docs/x", "One"), ("/a", "One")]):
        opened.begin(row(at, path, job), {"run.xs": "text"})
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("among", "found"),
    [
        (Among(("/a",)), [4, 1, 0]),
        (Among(("/b", "/a")), [4, 2, 1, 0]),
        (Among(("/b",), below="/docs"), [3, 2]),
        (Among((), below="/doc"), []),
        (Among(()), []),
    ],
)
def test_runs_are_those_of_the_projects_that_are_meant(journal, among, found):
    wanted = Wanted(among=among)
    rows = search(journal, wanted, 100)
    assert [each.id for each in rows] == [f"run-{at}" for at in found]
    assert sum(counts(journal, wanted).values()) == len(found)
    assert [each.id for each in journal.runs() if among.holds(each)] == [each.id for each in rows]
    assert [each.id for each in search(journal, wanted, 2, 1)] == [f"run-{at}" for at in found[1:3]]


def test_runs_are_those_of_a_job_of_a_project(journal):
    assert [each.id for each in search(journal, Wanted(job="One", among=Among(("/a",))), 100)] == ["run-4", "run-0"]


def test_what_ran_last_comes_first(journal):
    assert ran(journal, Wanted(among=Among(("/a", "/b")))) == [Ran("/a", "One"), Ran("/b", "One"), Ran("/a", "Two")]


def test_a_run_is_found_by_its_whole_id_alone(journal):
    journal.begin(row("4-2", "/a"), {})
    assert [getattr(journal.run(id), "id", None) for id in ("run-4", "run-4-2", "run-")] == ["run-4", "run-4-2", None]


def test_a_run_that_has_ended_can_be_forgotten_with_its_source(journal):
    journal.begin(row(9, "/a", state=RunState.RUNNING), {"run.xs": "text"})
    assert [journal.forget(id) for id in ("run-4", "run-4", "run-9")] == [True, False, False]
    assert (journal.run("run-4"), journal.files("hash-4")) == (None, {})
    assert journal.files("hash-9")


# ------------------------------------------------------------------ by how their ids begin


@pytest.fixture(scope="module")
def url():
    psycopg = pytest.importorskip("psycopg")
    try:
        with database_of_queues() as made:
            yield made
    except psycopg.OperationalError:
        pytest.skip("there is no PostgreSQL")


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request, tmp_path):
    """The journal of one machine, and that of many."""
    sqlite = request.param == "sqlite"
    opened = journal_in(str(tmp_path)) if sqlite else journal_at(request.getfixturevalue("url"))
    yield opened
    opened.store.execute("DELETE FROM run", ())
    opened.close()


def test_runs_are_found_by_how_their_ids_begin(either):
    ids = ["job-a-1", "job-a-2", "job-ab-1", "joba-1", "JOB-a-1", "job_a-1", "job.a-1", "01ngq", "job-a", "job-b-1"]
    for at, id in enumerate(ids):
        state = RunState.QUEUED if at % 2 else RunState.COMPLETE
        either.begin(row(at, "/a", state=state)._replace(id=id), {})
    newest_first = ids[::-1]
    for prefix in ("", "job-a", "job-a-", "job-a-1", "job", "J", "01", "job-c", "~", "\udcff", "\u00e9", "%", "job_"):
        assert [each.id for each in either.runs(prefix)] == [id for id in newest_first if id.startswith(prefix)]
    assert [each.id for each in either.runs("job-a-", 1)] == ["job-a-2"]
    assert [each.id for each in either.runs("job-a", states=[RunState.QUEUED])] == ["job-a-2"]
    assert {each.id for each in either.runs(states=[RunState.QUEUED])} == set(ids[1::2])
    assert search(either, Wanted(text="\udcff", job="\udcff"), 1) == []


def test_runs_that_begin_so_are_found_without_a_look_at_every_other(either, monkeypatch):
    either.store.execute(
        "INSERT INTO run WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000)"
        " SELECT 'job-' || n, 'j', '/a', '{}', '{}', '', NULL, 'complete', 0, 0, 1, n, n, NULL, NULL, NULL FROM c",
        (),
    )
    either.store.execute("ANALYZE run", ())
    if either.store.bytewise:
        either.store.execute("DROP INDEX run_named", ())
        prepare(either.store)  # as a database of before gets it
    plain, plans = either.store.rows, []

    def explained(query, values):
        explain = "EXPLAIN" if either.store.bytewise else "EXPLAIN QUERY PLAN"
        plans.append(" ".join(str(each[-1]) for each in plain(f"{explain} {query}", values)))
        return plain(query, values)

    monkeypatch.setattr(either.store, "rows", explained)
    assert len(either.runs("job-499")) == 11
    assert len(either.runs("job-499", 1, [RunState.COMPLETE])) == 1
    for plan in plans:
        assert "PRIMARY KEY (id>? AND id<?)" in plan or "run_named" in plan, plan
