"""An outcome that is not known: who can say what became of it, and what follows from that."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from xsrun.effects.ports import Http
from xsrun.engine.effects import Outcome, State, Unsure
from xsrun.engine.http import asked, request_of
from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunRow, RunState, StepRow
from xsrun.engine.vault import Vault
from xsrun.providers.policies import READING, Policy, judge

UNCLEAR: Final = frozenset({State.SENT, State.UNANSWERED})


class Verdict(StrEnum):
    """What became of a step whose outcome was not known."""

    SENT = "sent"
    LOST = "lost"
    UNKNOWN = "unknown"


class Resolved(NamedTuple):
    """A step, what became of it, and how that is known."""

    step: StepRow
    verdict: Verdict
    reason: str
    outcome: Outcome | None = None


def unclear(steps: Iterable[StepRow]) -> list[StepRow]:
    """The steps that may have been done, and must not simply be done again."""
    return [step for step in steps if step.state in UNCLEAR and step.policy not in (Policy.READ, Policy.REPEAT)]


def ask(step: StepRow, vault: Vault, http: Http) -> Resolved:
    """What the provider of a step says about it."""
    request = request_of(vault.open_value(json.loads(step.args)))
    judged = judge(request)
    try:
        found = asked(http, judged, request, step.prepared_at)
    except Unsure as unsaid:
        return Resolved(step, Verdict.UNKNOWN, str(unsaid))
    if found is None:
        return Resolved(step, Verdict.LOST, f"the provider knows of nothing with the key {judged.key}")
    return Resolved(step, Verdict.SENT, f"the provider has it under the key {judged.key}", found)


def settle(journal: Journal, run: RunRow, steps: list[StepRow], resolved: Iterable[Resolved], vault: Vault) -> str:
    """Write down what became of the steps of a run; gives back its new state. Raises Broken."""
    verdicts = list(resolved)
    goes_on = True
    for each in verdicts:
        step = each.step
        if each.verdict is Verdict.UNKNOWN:
            continue
        later = [other for other in steps if other.strand == step.strand and other.number > step.number]
        # What the run did because it had no answer, it would not have done with one.
        goes_on = goes_on and not any(_changed_something(other) for other in later)
        if each.verdict is Verdict.LOST or each.outcome is not None:
            if goes_on:
                journal.drop(run.id, step.strand, step.number)
        else:
            goes_on = False
        if each.verdict is Verdict.SENT:
            kept = vault.seal_value(each.outcome.value) if each.outcome else None
            journal.write([step._replace(state=State.ANSWERED, outcome=kept)])
    if any(each.verdict is Verdict.UNKNOWN for each in verdicts):
        state = RunState.UNKNOWN
    else:
        state = RunState.INTERRUPTED if goes_on else RunState.SETTLED
    journal.set_state(run.id, state, run.state)
    return state


def _changed_something(step: StepRow) -> bool:
    """Whether a step may have had an effect."""
    return step.kind == "http" and json.loads(step.args)["method"] not in READING and step.state != State.NOT_SENT
