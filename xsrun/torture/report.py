"""What a torture found: as text for people, and as JSON; addresses in both may hold secrets and are to be masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from xsrun.torture.faults import Trial
from xsrun.torture.scenario import Played
from xsrun.torture.verdict import BAD, Outcome, Tortured, Verdict, tally

NAMED: Final = {
    Outcome.DOUBLE: "double pages",
    Outcome.LOST: "lost pages",
    Outcome.SILENT: "silent failures",
    Outcome.LEAK: "leaks",
    Outcome.HANG: "hangs",
    Outcome.CRASH: "crashes",
}
WIDTH: Final = 8


def job_text(job: Tortured) -> str:
    """A job: its requests, what it does, a table of faults and places, and what is wrong."""
    seen = job.baseline.played.seen
    lines = [f"{job.job}  ({job.path})"]
    lines += [f"  request {number}  {request}" for number, request in enumerate(seen.requests, 1)]
    lines += [f"  does       {count} × {name}" for name, count in sorted(seen.items())]
    lines += ["", *_table(job.verdicts), *_wrong(job)]
    return "\n".join(lines) + "\n"


def _table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    rows: dict[str, dict[int, Outcome]] = {}
    for trial, _, outcome, _ in verdicts:
        name = ", ".join(each for each in (trial.fault.name, "lasting" * trial.lasting, trial.then) if each)
        rows.setdefault(name, {})[trial.at] = outcome
    width = max(map(len, rows), default=0) + 2
    for name, found in rows.items():
        cells = "".join(f"{found.get(at, ''):<{WIDTH}}" for at in range(1, max(found) + 1))
        yield f"  {name:<{width}}{cells}".rstrip()


def _wrong(job: Tortured) -> list[str]:
    found = [(verdict.trial, finding) for verdict in job.all for finding in verdict.findings]
    lines = [f"  {finding.outcome}: {trial.title}: {finding.detail}" for trial, finding in found]
    return ["", *lines] if lines else []


def summary(jobs: Sequence[Tortured]) -> str:
    """One line: how much was tried, and how often each bad thing was found."""
    counted = tally(jobs)
    tried = sum(len(job.verdicts) for job in jobs)
    found = ", ".join(f"{counted[outcome]} {NAMED[outcome]}" for outcome in BAD)
    return f"{len(jobs)} job{'s' if len(jobs) != 1 else ''}, {tried} faults tried: {found}"


def document(jobs: Sequence[Tortured]) -> dict[str, Any]:
    """Everything as JSON: ``jobs`` with a trial each, and ``totals`` by outcome."""
    return {
        "jobs": [
            {
                "job": job.job,
                "path": job.path,
                "requests": job.baseline.played.seen.requests,
                "does": dict(job.baseline.played.seen),
                "trials": [*map(_trial, job.all)],
            }
            for job in jobs
        ],
        "tried": sum(len(job.verdicts) for job in jobs),
        "totals": {str(outcome): count for outcome, count in tally(jobs).items()},
    }


def _trial(verdict: Verdict) -> dict[str, Any]:
    trial, played = verdict.trial, verdict.played
    return {
        **_place(trial),
        "outcome": verdict.outcome,
        "exit": played.exit,
        "steps": _steps(played),
        "done": dict(played.seen),
        "findings": [{"outcome": each.outcome, "detail": each.detail} for each in verdict.findings],
    }


def _place(trial: Trial) -> dict[str, Any]:
    return {
        "fault": trial.fault.name,
        "at": trial.at,
        "lasting": trial.lasting,
        "then": trial.then,
        "title": trial.title,
    }


def _steps(played: Played) -> list[dict[str, Any]]:
    return [{"command": step.command, **step.ended._asdict()} for step in played.steps]


def failed(jobs: Iterable[Tortured]) -> bool:
    """Whether anything bad was found."""
    return any(verdict.findings for job in jobs for verdict in job.all)
