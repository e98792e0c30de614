"""Whether tests notice faults: each mutant is run against the tests that come by, in processes that may die of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from xsrun.diagnostics import Diagnostic
from xsrun.project import STACK_KINDS, Construct, read
from xsrun.source import Source
from xsrun.syntax import tree
from xsrun.testing.coverage import shown_percent
from xsrun.testing.forks import Lost, spread
from xsrun.testing.item import Item
from xsrun.testing.mutants import Mutant, mutants
from xsrun.testing.outcome import Outcome
from xsrun.testing.suite import Suite

PATIENCE: Final = 10.0
"""How many times as long as before a test may take, until the mutant counts as noticed."""
LEAST: Final = 1.0
"""Seconds that any test may take."""
LONGEST: Final = 10.0
"""Seconds after which a process is ended that does not end itself."""

KILLED: Final = "killed"
SURVIVED: Final = "survived"
UNREACHED: Final = "unreached"
"""No test comes by."""
UNFIT: Final = "unfit"
"""The mutant does not compile, so nobody could make this mistake unnoticed. It counts for nothing."""


class Trial(NamedTuple):
    """A mutant, and the tests that might notice it with the seconds that each may take."""

    suite: Suite
    number: int
    construct: Construct
    mutant: Mutant
    tests: tuple[tuple[Item, float], ...]


class Verdict(NamedTuple):
    """What became of a mutant."""

    mutant: Mutant
    status: str
    by: str = ""
    """The test that noticed it; empty when it ended its process, or did not end."""


def trials(suite: Suite, ran: Iterable[tuple[Item, Outcome]], file: str = "") -> Iterator[Trial]:
    """The trials for a folder, or for the one file at a path, in the order of its sources."""
    quickest = sorted(ran, key=lambda each: each[1].seconds)
    marked = {
        (mark.span.source, mark.span.start): number for number, mark in enumerate(suite.marks) if not mark.outcome
    }
    stacks = [each for each in suite.constructs if each.kind in STACK_KINDS]
    for number, construct in enumerate(stacks):
        if construct.kind == "workflow_test" or file not in ("", construct.source.path):
            continue
        own = _own_marks(suite, construct)
        for mutant in mutants(construct):
            needed = {marked.get((construct.source, mutant.at), -1)}
            if mutant.at == construct.block.keyword_start:
                needed = own
            elif needed == {-1}:
                continue  # it is never reached, by no test and no run
            tests = [
                (item, max(LEAST, PATIENCE * outcome.seconds))
                for item, outcome in quickest
                # What is refused at the entrance of a job reaches nothing, and its tests are about the job.
                if needed & outcome.reached or (needed is own and (_is_about(item, construct) or not outcome.reached))
            ]
            tests.sort(key=lambda each: not _is_about(each[0], construct))
            yield Trial(suite, number, construct, mutant, tuple(tests))


def _own_marks(suite: Suite, construct: Construct) -> set[int]:
    inside = range(construct.block.start, construct.block.end)
    return {
        number
        for number, mark in enumerate(suite.marks)
        if mark.span.source is construct.source and mark.span.start in inside
    }


def _is_about(item: Item, construct: Construct) -> bool:
    return (item.obj_type, item.obj_name) == (construct.kind, construct.name)


def verdicts(tried: Sequence[Trial], processes: int) -> Iterator[Verdict]:
    """What becomes of every mutant that compiles, in order."""
    reached = [each for each in tried if each.tests]
    found = spread(len(reached), lambda number: _judged(reached[number]), processes, LONGEST)
    for each in tried:
        judged = next(found) if each.tests else (UNREACHED, "")
        status, by = (KILLED, "") if isinstance(judged, Lost) else judged
        if status != UNFIT:
            yield Verdict(each.mutant, status, by)


def _judged(trial: Trial) -> tuple[str, str]:
    """How a mutant fares, and the test that noticed it."""
    construct = _changed(trial)
    made = trial.suite.changed(trial.number, construct) if construct else None
    if made is None:
        return UNFIT, ""
    with trial.suite.loaded.exchanged(trial.number, made.code, made.fields, made.imports):
        for item, seconds in trial.tests:
            if item.run(seconds).problems:
                return KILLED, item.label
    return SURVIVED, ""


def _changed(trial: Trial) -> Construct | None:
    """The construct with the fault in it, None when it cannot be read."""
    source = trial.construct.source
    text = read(Source(source.name, trial.mutant.text, source.path))
    beside = [each for each in trial.suite.constructs if each.source is source]
    blocks = [entry for parsed in text.parsed for entry in parsed.document.entries if isinstance(entry, tree.Block)]
    if any(map(_is_error, text.found)) or len(blocks) != len(beside):
        return None
    return trial.construct._replace(block=blocks[beside.index(trial.construct)], source=text.source)


def _is_error(found: Diagnostic) -> bool:
    return found.severity == "error"


# ------------------------------------------------------------------ reports


def percent(judged: Sequence[Verdict]) -> float:
    """The mutants that were noticed, of all; 100 when there are none."""
    return 100 * sum(each.status == KILLED for each in judged) / len(judged) if judged else 100.0


def line(verdict: Verdict) -> str:
    """A mutant that no test noticed: where, what was done, and the change."""
    mutant = verdict.mutant
    word = "SURVIVED" if verdict.status == SURVIVED else "UNREACHED"
    return f"{word:9}  {mutant.span.place}  {mutant.rule}: {mutant.change}"


def summary(judged: Sequence[Verdict]) -> str:
    """The last line."""
    counts = [sum(each.status == status for each in judged) for status in (KILLED, SURVIVED, UNREACHED)]
    killed, survived, unreached = counts
    return (
        f"Mutants: {killed} of {len(judged)} noticed ({shown_percent(percent(judged))} %), "
        f"{survived} survived, {unreached} not reached"
    )


def document(judged: Sequence[Verdict]) -> dict[str, Any]:
    """``{percent, mutants: [{file, line, column, rule, before, after, status, by?}]}``."""
    return {"percent": round(percent(judged), 2), "mutants": [*map(_mutant, judged)]}


def _mutant(verdict: Verdict) -> dict[str, Any]:
    span, edit = verdict.mutant.span, verdict.mutant.edit
    shown = {"file": span.source.name, "line": span.line, "column": span.column, "rule": verdict.mutant.rule}
    shown |= {"before": span.text, "after": edit.text, "status": verdict.status}
    return {**shown, "by": verdict.by} if verdict.by else shown
