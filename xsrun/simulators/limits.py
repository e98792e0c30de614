"""Rate limits: how many calls a key may still make, counted on the world's clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol


class Budget(NamedTuple):
    """What is left after one call asked to pass."""

    allowed: bool
    limit: int
    remaining: int
    wait: int
    """Whole seconds until the next call passes; 0 when one would pass now."""
    full: int
    """Whole seconds until nothing counts any more."""


class Limit(Protocol):
    """Counts calls."""

    def take(self, now: int) -> Budget:
        """Ask for one call at that time (milliseconds); a refused call does not count."""
        ...


class Window:
    """So many calls in any 60 seconds."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._passed: deque[int] = deque()

    def take(self, now: int) -> Budget:
        """Ask for one call at that time (milliseconds); a refused call does not count."""
        passed = self._passed
        while passed and passed[0] <= now - 60_000:
            passed.popleft()
        allowed = len(passed) < self.limit
        if allowed:
            passed.append(now)
        remaining = self.limit - len(passed)
        wait = 0 if remaining else _seconds(passed[0] + 60_000 - now)
        return Budget(allowed, self.limit, remaining, wait, _seconds(passed[-1] + 60_000 - now))


class Bucket:
    """A store of calls that refills evenly: ``limit`` calls within a minute."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._per_call = 60_000 / limit
        self._level = float(limit)
        self._at: int | None = None

    def take(self, now: int) -> Budget:
        """Ask for one call at that time (milliseconds); a refused call does not count."""
        since = max(0, now - self._at) if self._at is not None else 0
        self._at = now
        self._level = min(float(self.limit), self._level + since / self._per_call)
        allowed = self._level >= 1
        if allowed:
            self._level -= 1
        wait = max(0.0, 1 - self._level) * self._per_call
        full = (self.limit - self._level) * self._per_call
        return Budget(allowed, self.limit, int(self._level), _seconds(wait), _seconds(full))


class Limits:
    """One limit for every name that asks, made at its first call."""

    def __init__(self, make: Callable[[], Limit]) -> None:
        self._make = make
        self._known: dict[str, Limit] = {}

    def take(self, name: str, now: int) -> Budget:
        """Ask for one call under that name."""
        if name not in self._known:
            self._known[name] = self._make()
        return self._known[name].take(now)


def _seconds(millis: float) -> int:
    return -int(-millis // 1000)
