"""A past run once more, out of the journal alone: nothing is done, and it ends where the journal does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from xsrun.diagnostics import LimitFault
from xsrun.engine.effects import LEDGER, Effect
from xsrun.engine.readings import Readings
from xsrun.engine.rows import StepRow
from xsrun.engine.vault import Vault
from xsrun.engine.world import beside


class Ended(LimitFault):
    """The run came no further."""

    sent = False

    def __init__(self, title: str) -> None:
        super().__init__("diverged", f"the journal ends before {title}")


class Replay:
    """The effects of one strand, out of the journal; implements Effects."""

    def __init__(
        self, steps: Iterable[StepRow], vault: Vault, passed: Callable[[StepRow], None], name: str = ""
    ) -> None:
        self.name = name
        self._all = list(steps)
        self._steps = [step for step in self._all if step.strand == name]
        self._vault = vault
        self._passed = passed
        """Is told each step that has happened once more."""
        self._number = 0
        self._children = 0
        self._readings = Readings()

    @property
    def next(self) -> str:
        """Nothing is done any more, so nothing needs a name."""
        return ""

    @property
    def repeating(self) -> bool:
        """All of it has happened."""
        return True

    def do(self, effect: Effect) -> Any:
        """What came of the effect. Raises Ended where that is not known."""
        return self._taken(effect.kind, effect.title)

    def done(self, name: str) -> Any:
        """What another run had done then. Raises Ended where that is not known."""
        return self._taken(LEDGER, name)

    def _taken(self, kind: str, title: str) -> Any:
        """What came of the next step."""
        step = self._next()
        if step is None or not step.finished or step.kind != kind or _unheard(step):
            raise Ended(title)
        self._number += 1
        self._readings = Readings()
        self._passed(step)
        return self._vault.open_value(step.outcome)

    def now(self, read: Callable[[], int]) -> int:
        """A reading of then, as far as they go."""
        step = self._next()
        earlier = self._readings.following(step.readings) if step else None
        return read() if earlier is None else earlier

    def fork(self) -> Replay:
        """The strand of a function that ran beside this one."""
        self._children += 1
        return Replay(self._all, self._vault, self._passed, beside(self.name, self._children))

    def _next(self) -> StepRow | None:
        return self._steps[self._number] if self._number < len(self._steps) else None


def _unheard(step: StepRow) -> bool:
    """Whether a request counts as done by the word of a person, who has no answer to give."""
    return step.kind == "http" and step.outcome is None
