"""Whether a process is well and ready for work, and its numbers, as answers to whoever asks over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from xsrun.diagnostics import Fault
from xsrun.engine.folder import Broken
from xsrun.telemetry.prometheus import CONTENT_TYPE

HEALTH: Final = "/_xsrun/health"
READY: Final = "/_xsrun/ready"
METRICS: Final = "/_xsrun/metrics"
JSON: Final = "application/json"
PATIENCE: Final = 2.0
"""Seconds that whoever is looked at has to answer."""
ENDING: Final = "it is about to end"

Look = Callable[[], object]
"""Looks whether something can be used. Raises Broken or Fault with what is wrong, without secrets."""


class Answer(NamedTuple):
    """An answer to a GET request."""

    status: int
    kind: str
    body: bytes


class Health:
    """The health of a process. Safe for threads; whoever is looked at has its ``patience`` to answer, in seconds."""

    def __init__(
        self,
        looks: Callable[[], Mapping[str, Look]],
        text: Callable[[], bytes] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """``looks`` names what it needs, ``text`` gives its metrics, None where the part for that is not installed."""
        self._looks = looks
        self._text = text
        self._patience = patience
        self._ending = False
        self._looking: dict[str, _Looking] = {}

    def end(self) -> None:
        """It takes no further work from now on."""
        self._ending = True

    def answer(self, path: str) -> Answer | None:
        """The answer at a path, None where there is none."""
        if path == HEALTH:
            return _told(200, {"status": "ok"})
        if path == READY:
            reasons = self.reasons()
            return (
                _told(503, {"status": "not ready", "reasons": reasons}) if reasons else _told(200, {"status": "ready"})
            )
        if path == METRICS and self._text:
            return Answer(200, CONTENT_TYPE, self._text())
        return None

    def reasons(self) -> list[str]:
        """Why it is not ready; none when it is."""
        found = [reason for name, look in self._looks().items() if (reason := self._reason(name, look))]
        return [ENDING, *found] if self._ending else found

    def _reason(self, name: str, look: Look) -> str:
        """What is wrong with something. Who has not answered yet is not asked a second time meanwhile."""
        looking = self._looking.get(name)
        if looking is None or looking.said:
            looking = self._looking[name] = _Looking(look)
        looking.thread.join(self._patience)
        reason = looking.said[0] if looking.said else f"no answer within {self._patience:g} s"
        return reason and f"{name}: {reason}"


class _Looking:
    """A look at something, on a thread of its own."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.said: list[str] = []
        """What is wrong, once that is known; ``""`` for nothing."""
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def _ask(self) -> None:
        try:
            self._look()
        except Broken as broken:
            self.said.append(str(broken))
        except Fault as fault:
            self.said.append(fault.message)
        except Exception as bug:  # a fault of ours: what has said nothing would never be asked again
            self.said.append(f"looking at it broke ({type(bug).__name__})")
        else:
            self.said.append("")


def _told(status: int, said: Mapping[str, object]) -> Answer:
    return Answer(status, JSON, json.dumps(said).encode())
