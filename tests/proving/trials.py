"""A trial, what came of it, and the table of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from proving.bench import Bench


class Outcome(StrEnum):
    """What came of a trial."""

    EXACT = "each effect once"
    STOPPED = "a person has to look"
    """Exit code 9, and nothing twice."""
    DOUBLE = "double"
    LOST = "lost"
    SILENT = "silent"
    """Something was not done, and nobody was told."""
    OTHER = "otherwise wrong"


class Skipped(Exception):
    """Something cannot be tried here, for a reason."""


GOOD: Final = frozenset({Outcome.EXACT, Outcome.STOPPED})


class Trial(NamedTuple):
    """One thing that was tried. ``detail`` says what was wrong with it, or is a figure for the page."""

    title: str
    outcome: Outcome = Outcome.EXACT
    detail: str = ""

    @property
    def good(self) -> bool:
        return self.outcome in GOOD


class Proof(NamedTuple):
    """Something that is proved by trials."""

    name: str
    says: str
    """What is tried, in a few words."""
    run: Callable[[Bench, bool], Iterable[Trial]]
    """Gets whether the shortened form will do."""
    server: bool = True
    """Whether it needs a PostgreSQL server of its own."""
    tested: bool = False
    """Whether its short form is part of the tests."""


def kept(title: str, *demands: tuple[bool, str], stops: bool = False) -> Trial:
    """A trial that is good when each demand is met; a demand comes with what is wrong where it is not.

    ``stops`` where meeting them leaves something to a person.
    """
    broken = [wrong for met, wrong in demands if not met]
    good = Outcome.STOPPED if stops else Outcome.EXACT
    return Trial(title, Outcome.OTHER if broken else good, "; ".join(broken))


def table(proved: Iterable[tuple[Proof, list[Trial]]]) -> Iterator[str]:
    """Lines of Markdown, one a proof."""
    yield f"| what was tried | trials | {' | '.join(Outcome)} | |\n"
    yield f"| --- | ---: |{' ---: |' * len(Outcome)} --- |\n"
    for proof, trials in proved:
        counted = Counter(trial.outcome for trial in trials)
        cells = " | ".join(str(counted[outcome]) for outcome in Outcome)
        figures = "; ".join(trial.detail for trial in trials if trial.good and trial.detail)
        yield f"| {proof.says} | {len(trials)} | {cells} | {figures} |\n"
