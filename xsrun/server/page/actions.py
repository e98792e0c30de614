"""What may be done with a run, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from xsrun.engine.orders import Refused
from xsrun.engine.resolving import Verdict, unclear
from xsrun.engine.rows import UNFINISHED, RunRow, RunState, StepRow
from xsrun.server.page.desk import Desk, Said

Why = Callable[[RunRow, Sequence[StepRow]], str]

GOES_ON: Final = (RunState.INTERRUPTED, RunState.CANCELLED, RunState.GIVEN_UP)


class Action(NamedTuple):
    """Something that a person may do with a run."""

    name: str
    """As it stands in addresses."""
    title: str
    """The words on its button."""
    question: str
    """What it means, for somebody who is asked whether they want it."""
    refused: Why
    """Why it cannot be done with a run as it stands, ``""`` when it can."""
    do: Callable[[Desk, RunRow], Said]
    """Raises Broken."""


def _may_stop(run: RunRow, _steps: Sequence[StepRow]) -> str:
    return "" if run.state in UNFINISHED else f"run {run.id} is not under way: it is {run.state}"


def _may_go_on(run: RunRow, _steps: Sequence[StepRow]) -> str:
    if run.state == RunState.UNKNOWN:
        return f"what became of a request of run {run.id} is not known; say so first"
    if run.state not in GOES_ON or run.seed is None:
        return f"only a run that was cut short can go on: run {run.id} is {run.state}"
    if run.options.get("alert") and not run.options.get("action"):
        return f"run {run.id} is the delivery of an alert, which goes on when the alert is handed in again"
    return ""


def _may_be_settled(run: RunRow, steps: Sequence[StepRow]) -> str:
    if run.state in UNFINISHED:
        return f"run {run.id} is under way"
    return "" if unclear(steps) else f"nothing is unclear about run {run.id}"


def _cancel(desk: Desk, run: RunRow) -> Said:
    if desk.engine.cancel(run.id):
        return Said("The run is cancelled: it stops before its next write. What was sent before stays done.")
    return Said("The run had ended before; nothing was cancelled.", False)


def _resume(desk: Desk, run: RunRow) -> Said:
    try:
        desk.engine.resume(run.id)
    except Refused as refused:
        failure = refused.failure
        return Said(f"The run does not go on: {failure.message}. What helps: {failure.help or 'nothing'}.", False)
    return Said("The run goes on.")


def _settle(verdict: Verdict | None) -> Callable[[Desk, RunRow], Said]:
    return lambda desk, run: desk.resolve(run.id, verdict)


ACTIONS: Final = (
    Action(
        "cancel",
        "Cancel",
        "The run stops before its next write. What it has sent stays done. It can go on later.",
        _may_stop,
        _cancel,
    ),
    Action(
        "resume",
        "Resume",
        "The run goes on at the first request that is not answered, with the source it began with. "
        "What was answered is not sent again.",
        _may_go_on,
        _resume,
    ),
    Action(
        "ask",
        "Ask the provider",
        "The provider is asked by key whether the requests without an answer arrived. Nothing is sent again.",
        _may_be_settled,
        _settle(None),
    ),
    Action(
        "assume-sent",
        "Assume sent",
        "You have looked yourself: the requests without an answer did arrive. They are never sent again.",
        _may_be_settled,
        _settle(Verdict.SENT),
    ),
    Action(
        "assume-lost",
        "Assume lost",
        "You have looked yourself: the requests without an answer did not arrive. "
        "They are sent again when the run is resumed. If you are wrong, they are done twice.",
        _may_be_settled,
        _settle(Verdict.LOST),
    ),
)


def offered(run: RunRow, steps: Sequence[StepRow]) -> list[Action]:
    """What may be done with a run as it stands."""
    return [each for each in ACTIONS if not each.refused(run, steps)]


def stands(run: RunRow) -> str:
    """How a run stands, as a text that differs when something was done with it."""
    return f"{run.state}/{run.attempts}"
