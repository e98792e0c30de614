"""A clock that only moves when told to, and chance that repeats itself."""

from __future__ import annotations

import random
import uuid

NOON = 1_767_268_800_000
"""2026-01-01T12:00:00Z."""


class FixedClock:
    def __init__(self, now: int = NOON) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> int:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += round(seconds * 1000)


class SeededRandom:
    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def uuid(self) -> str:
        return str(uuid.UUID(bytes=self.bytes(16), version=4))

    def integer(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)
