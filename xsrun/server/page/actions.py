"""What may be done with a run, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from xsrun.engine.going_on import why_not
from xsrun.engine.orders import Refused
from xsrun.engine.resolving import Verdict, unclear
from xsrun.engine.rows import UNFINISHED, RunRow, StepRow
from xsrun.engine.views import iso
from xsrun.markup import Content, element
from xsrun.server.page.desk import Desk, Said

STEP: Final = "step "
"""How the field of a request begins, before the name of its step."""
WORDS: Final = {Verdict.SENT.value: "It arrived", Verdict.LOST.value: "It did not arrive"}
Why = Callable[[RunRow, Sequence[StepRow]], str]


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
    do: Callable[[Desk, RunRow, Mapping[str, str]], Said]
    """Does it, with the fields of its form. Raises Broken."""
    asks: Callable[[Sequence[StepRow]], Content] = lambda _steps: None
    """What its form asks beside."""


def _may_stop(run: RunRow, _steps: Sequence[StepRow]) -> str:
    return "" if run.state in UNFINISHED else f"run {run.id} is not under way: it is {run.state}"


def _may_go_on(run: RunRow, steps: Sequence[StepRow]) -> str:
    failure = why_not(run, steps, run.state in UNFINISHED)
    return failure.message if failure else ""


def _may_be_settled(run: RunRow, steps: Sequence[StepRow]) -> str:
    if run.state in UNFINISHED:
        return f"run {run.id} is under way"
    return "" if unclear(steps) else f"nothing is unclear about run {run.id}"


def _cancel(desk: Desk, run: RunRow, _fields: Mapping[str, str]) -> Said:
    if desk.engine.cancel(run.id):
        return Said(
            "The run is cancelled: it stops where it is, behind a write that is under way. What was sent stays done."
        )
    return Said("The run had ended before; nothing was cancelled.", False)


def _resume(desk: Desk, run: RunRow, _fields: Mapping[str, str]) -> Said:
    try:
        desk.engine.resume(run.id)
    except Refused as refused:
        failure = refused.failure
        return Said(f"The run does not go on: {failure.message}. What helps: {failure.help or 'nothing'}.", False)
    return Said("The run goes on.")


def _ask(desk: Desk, run: RunRow, _fields: Mapping[str, str]) -> Said:
    return desk.resolve(run.id, {})


def _assume(desk: Desk, run: RunRow, fields: Mapping[str, str]) -> Said:
    words = {name.removeprefix(STEP): word for name, word in fields.items() if name.startswith(STEP)}
    if not words or not {*words.values()} <= {*WORDS}:
        return Said("Nothing was done: say of each request whether it arrived.", False)
    return desk.resolve(run.id, {name: Verdict(word) for name, word in words.items()})


def _which(steps: Sequence[StepRow]) -> Content:
    """The requests without an answer, and what may be said of each."""
    return [
        element(
            "fieldset",
            element("legend", element("code", step.title), f" at {iso(step.sent_at or step.prepared_at)}"),
            [
                element(
                    "label",
                    element("input", type="radio", name=f"{STEP}{step.name}", value=word, required=True),
                    meaning,
                )
                for word, meaning in WORDS.items()
            ],
        )
        for step in unclear(steps)
    ]


ACTIONS: Final = (
    Action(
        "cancel",
        "Cancel",
        "The run stops where it is, behind a write that is under way. What it has sent stays done. It can go on later.",
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
        _ask,
    ),
    Action(
        "assume",
        "Assume sent or lost",
        "You have looked yourself. What arrived is never sent again. What did not is sent again when the run is "
        "resumed: if you are wrong, it is done twice.",
        _may_be_settled,
        _assume,
        _which,
    ),
)


def offered(run: RunRow, steps: Sequence[StepRow]) -> list[Action]:
    """What may be done with a run as it stands."""
    return [each for each in ACTIONS if not each.refused(run, steps)]


def stands(run: RunRow) -> str:
    """How a run stands, as a text that differs when something was done with it."""
    return f"{run.state}/{run.attempts}"
