"""What is to be said of a scenario: what was done is held against the run under no fault."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from xsrun.diagnostics import Exit
from xsrun.torture.faults import FAULTS, Trial
from xsrun.torture.scenario import Played, crashed, to_be_killed


class Outcome(StrEnum):
    """What came of a scenario."""

    DONE = "done"
    """As under no fault."""
    FAILED = "failed"
    """It ended with an error, and says so in its exit code."""
    UNKNOWN = "unknown"
    """A person has to look, and the exit code says so."""
    DOUBLE = "double"
    """Something was done more often than under no fault."""
    LOST = "lost"
    """Something was not done, and the run ended well or cannot go on."""
    SILENT = "silent"
    """Something was refused or did not arrive, the job was told, and the exit code is 0."""
    LEAK = "leak"
    """A secret stands in an output or in a file."""
    HANG = "hang"
    """A command did not end."""
    CRASH = "crash"
    """xsrun itself broke."""


BAD: Final = (Outcome.DOUBLE, Outcome.LOST, Outcome.SILENT, Outcome.LEAK, Outcome.HANG, Outcome.CRASH)


class Finding(NamedTuple):
    """One bad thing about a scenario."""

    outcome: Outcome
    detail: str


class Verdict(NamedTuple):
    """A scenario, what came of it, and all that is wrong with that."""

    trial: Trial
    played: Played
    outcome: Outcome
    findings: tuple[Finding, ...]


class Tortured(NamedTuple):
    """A job, how it ran under no fault, and the verdict of every trial."""

    job: str
    path: str
    baseline: Verdict
    verdicts: tuple[Verdict, ...]

    @property
    def all(self) -> tuple[Verdict, ...]:
        """The verdicts, that of the run under no fault among them."""
        return (self.baseline, *self.verdicts)


def tally(jobs: Iterable[Tortured]) -> dict[Outcome, int]:
    """How many scenarios there are with each bad finding, and how many came to each good end."""
    counted = dict.fromkeys(Outcome, 0)
    for verdict in (each for job in jobs for each in job.all):
        for outcome in {finding.outcome for finding in verdict.findings} or {verdict.outcome}:
            counted[outcome] += 1
    return counted


def judge(trial: Trial, baseline: Played, played: Played) -> Verdict:
    """Hold a scenario against the run under no fault."""
    findings = tuple(_findings(trial, baseline, played))
    good = {Exit.DONE: Outcome.DONE, Exit.UNKNOWN_OUTCOME: Outcome.UNKNOWN}.get(played.exit, Outcome.FAILED)
    return Verdict(trial, played, findings[0].outcome if findings else good, findings)


def further(verdict: Verdict) -> Iterator[Trial]:
    """What to try upon what came of a trial: the job once more when it failed loudly, a kill while it is taken up."""
    if verdict.outcome is Outcome.FAILED:
        yield verdict.trial._replace(again=True)
    for fault in FAULTS:
        if verdict.played.resumed[fault.point]:
            yield verdict.trial._replace(resume=fault.point)


def _findings(trial: Trial, baseline: Played, played: Played) -> Iterator[Finding]:
    names = sorted({*baseline.seen, *played.seen})
    expected, done = baseline.seen, played.seen
    if double := [f"{done[name]} × {name}, {expected[name]} expected" for name in names if done[name] > expected[name]]:
        yield Finding(Outcome.DOUBLE, "; ".join(double))
    missing = [f"{done[name]} × {name}, {expected[name]} expected" for name in names if done[name] < expected[name]]
    if missing and (outcome := _loss(trial, played)):
        yield Finding(outcome, f"{'; '.join(missing)}; exit {played.exit}")
    if played.leaks:
        yield Finding(Outcome.LEAK, f"a secret stands in {', '.join(played.leaks)}")
    killed = to_be_killed(trial, played)
    for step in played.steps:
        if step.ended.hung:
            yield Finding(Outcome.HANG, f"xsrun {step.command} did not end")
        elif crashed(step, killed):
            yield Finding(Outcome.CRASH, f"xsrun {step.command} broke: {_end(played)}")
    if any(step.ended.signal != signal.SIGKILL for step in killed):
        yield Finding(Outcome.CRASH, f"the run did not get to {trial.title}")


def _loss(trial: Trial, played: Played) -> Outcome | None:
    """What it is that something was not done; None when whoever started the run is told."""
    if any(step.ended.hung for step in played.steps):
        return None
    if trial.fault.point:
        return Outcome.LOST if played.exit != Exit.UNKNOWN_OUTCOME else None
    return Outcome.SILENT if played.exit == Exit.DONE else None


def _end(played: Played) -> str:
    return played.stderr.strip().rpartition("\n")[2]
