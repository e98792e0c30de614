"""Waiting as an effect: a run that goes on waits only for what is left."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.effects.ports import Clock
from xsrun.engine.effects import Effect, Effects, Outcome
from xsrun.providers.policies import Policy


def sleep(clock: Clock, effects: Effects, seconds: float) -> None:
    """Wait so many seconds from when the wait was first begun."""

    def perform(_sending: Callable[[], None], waited: int) -> Outcome:
        clock.sleep(max(0.0, seconds - waited / 1000))
        return Outcome(None)

    effects.do(Effect("sleep", f"a wait of {seconds:g} s", {"seconds": seconds}, Policy.REPEAT, perform))
