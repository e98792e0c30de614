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
    AGAIN = "again"
    """It does not matter: done twice it has the effect of once."""
    UNKNOWN = "unknown"


class Resolved(NamedTuple):
    """A step, what became of it, and how that is known."""

    step: StepRow
    verdict: Verdict
    reason: str
    outcome: Outcome | None = None

    @property
    def may_go_on(self) -> bool:
        """Whether the run may go on from here: it has the answer now, or does the step again."""
        return self.outcome is not None or self.verdict in (Verdict.LOST, Verdict.AGAIN)

    def answered(self, vault: Vault) -> StepRow:
        """The step with its answer, as far as that is known."""
        kept = vault.seal_value(self.outcome.value) if self.outcome else None
        return self.step._replace(state=State.ANSWERED, outcome=kept)


def unclear(steps: Iterable[StepRow]) -> list[StepRow]:
    """The writes that may have been done, but for those that going on simply does again."""
    return [
        step
        for step in steps
        if step.state in UNCLEAR
        and step.policy != Policy.READ
        and not (step.policy == Policy.REPEAT and step.state == State.SENT)
    ]


def ask(step: StepRow, vault: Vault, http: Http) -> Resolved:
    """What the provider of a step says about it, if that matters."""
    if step.policy == Policy.REPEAT:
        return Resolved(step, Verdict.AGAIN, "twice has the effect of once")
    request = request_of(vault.open_value(json.loads(step.args)))
    judged = judge(request)
    try:
        found = asked(http, judged, request, step.prepared_at)
    except Unsure as unsaid:
        return Resolved(step, Verdict.UNKNOWN, str(unsaid))
    if found is None:
        return Resolved(step, Verdict.LOST, f"the provider knows of nothing with the key {judged.shown}")
    return Resolved(step, Verdict.SENT, f"the provider has it under the key {judged.shown}", found)


def settle(journal: Journal, run: RunRow, steps: list[StepRow], resolved: Iterable[Resolved], vault: Vault) -> str:
    """Write down what became of the steps of a run, all at once; gives back its new state. Raises Broken and Held."""
    verdicts = list(resolved)
    known = [each for each in verdicts if each.verdict is not Verdict.UNKNOWN]
    dropped: list[tuple[str, int]] = []
    goes_on = True
    for each in known:
        step = each.step
        later = [other for other in steps if other.strand == step.strand and other.number > step.number]
        # What the run did because it had no answer, it would not have done with one.
        goes_on = goes_on and each.may_go_on and not any(_changed_something(other) for other in later)
        if goes_on:
            dropped.append((step.strand, step.number))
    state = RunState.UNKNOWN if len(known) < len(verdicts) else RunState.INTERRUPTED if goes_on else RunState.SETTLED
    journal.settle(run, state, dropped, [each.answered(vault) for each in known if each.verdict is Verdict.SENT])
    return state


def _changed_something(step: StepRow) -> bool:
    """Whether a step may have had an effect."""
    return step.kind == "http" and json.loads(step.args)["method"] not in READING and step.state != State.NOT_SENT
