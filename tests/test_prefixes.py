"""Every shipped job, cut short after each of its effects, goes on with the same effects to the same result."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from xsrun.cli.execute import execute
from xsrun.cli.options import EXECUTE, parse
from xsrun.cli.output import Output
from xsrun.cli.resume import Again, resume
from xsrun.engine.rows import RunState
from xsrun.engine.sqlite import journal_in
from xsrun.engine.starting import new_id
from xsrun.executable import executable
from xsrun.providers.answers import usual_answer

JOBS = sorted(path.parent for path in (Path(__file__).parent.parent / "jobs").glob("*/run.xs"))
FIXED = ("--quiet", "--now", "2026-01-31T12:00:00Z", "--seed", "the same")
INPUTS = {"incident_id": "P123456", "alert": '{"id": "a1", "title": "Disk full"}'}


class Usual:
    """Answers as providers usually do; implements ``ports.Http``."""

    def send(self, request):
        if request.sending:
            request.sending()
        return usual_answer(request)


def staged(world):
    return world._replace(http=Usual())


def what(steps):
    """What a run did, in its order."""
    return [(step.strand, step.number, step.kind, step.title, step.args, step.policy) for step in steps]


class Silent(Output):
    def result(self, document):
        """Show nothing."""


def variables(job):
    """One of each that the job declares: an address where it wants one."""
    (plan,) = executable(str(job)).jobs.values()
    return [
        f"{name}={'https://hooks.example.com/x' if name.lower().endswith(('url', 'hook')) else f'stand-in-{name}'}"
        for name in plan.env
    ]


def given(job):
    (plan,) = executable(str(job)).jobs.values()
    asked = {field.name for field in executable(str(job)).inputs(plan)} - {*(plan.main.input if plan.main else ())}
    return [f"--input={name}={value}" for name, value in INPUTS.items() if name in asked]


@pytest.mark.parametrize("job", JOBS, ids=lambda each: each.name)
def test_a_run_goes_on_behind_each_of_its_effects_as_it_went_on_before(job, tmp_path, monkeypatch, capsys):
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    env = variables(job)
    words = [str(job), *FIXED, "--db", f"{tmp_path / 'rows.sqlite'}", *(f"--env={each}" for each in env), *given(job)]
    exit = execute(parse(EXECUTE, words), staged=staged)
    assert exit == 0, capsys.readouterr().err
    folder = str(tmp_path / "XDG_STATE_HOME" / "xsrun")
    with closing(journal_in(folder)) as journal:
        (first,) = journal.runs()
        steps, files = journal.steps(first.id), journal.files(first.source)
        assert steps, "the job does something"
        for length in range(len(steps)):
            done = sorted(steps, key=lambda step: (step.answered_at, step.strand, step.number))[:length]
            run = first._replace(id=new_id(0), state=RunState.INTERRUPTED, exit=None, ended_at=None, result=None)
            journal.begin(run, files, [step._replace(run=run.id, key="") for step in done])
            again = Again(env, None, [], as_it_was=False, with_changes=False)
            assert resume(journal_in(folder), run, again, Silent(quiet=True), staged=staged) == 0, f"behind {length}"
            assert what(journal.steps(run.id)) == what(steps), f"behind {length} effects"
            assert journal.run(run.id).result == first.result
