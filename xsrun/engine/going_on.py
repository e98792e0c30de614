"""Which runs may go on, and why others may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xsrun.diagnostics import Exit
from xsrun.engine.resolving import unclear
from xsrun.engine.rows import RunRow, RunState, StepRow
from xsrun.runtime.job import Failure

ENDED: Final = frozenset({RunState.COMPLETE, RunState.ERROR, RunState.SETTLED})


def why_not(run: RunRow, steps: Sequence[StepRow], under_way: bool) -> Failure | None:
    """Why a run does not go on, with the one thing to type; None where it may.

    ``under_way`` says whether somebody works on it: its state may be one of before.
    """
    if under_way:
        help = f"wait for it, or stop it: xsrun runs cancel {run.named}"
        return Failure("no-run", f"run {run.id} is under way", Exit.USAGE, help)
    if run.options.get("alert") and not run.options.get("action"):
        message = f"run {run.id} is the delivery of an alert; its actions are runs of their own"
        return Failure("no-run", message, Exit.USAGE, f"hand the alert in again: xsrun alert --policy {run.path}")
    if run.state in ENDED or run.seed is None:
        message = f"run {run.id} has ended: {run.state}"
        return Failure("no-run", message, Exit.USAGE, "start a new one with xsrun execute")
    if run.state == RunState.UNKNOWN:
        message = f"whether {', '.join(step.title for step in unclear(steps))} arrived is not known"
        help = f"find out with xsrun runs resolve {run.named}"
        return Failure("outcome-unknown", message, Exit.UNKNOWN_OUTCOME, help)
    return None
