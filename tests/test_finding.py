"""Runs that somebody looks for, part by part."""

import pytest

from xsrun.engine.finding import Among, Ran, Wanted, counts, ran, search
from xsrun.engine.rows import RunRow, RunState
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
