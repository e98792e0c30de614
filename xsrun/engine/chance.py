"""The chance of a run, the same in every attempt of it and nobody else's: SHA-256 in counter mode."""

from __future__ import annotations

import hashlib
from functools import cached_property
from random import Random

from xsrun.effects.real import SystemRandom

BLOCK_BITS = 256


class Stream(Random):
    """Random bits that derive from a key, and tell nothing about it or about one another."""

    def __init__(self, key: bytes) -> None:
        super().__init__(0)
        self._key = key
        self._count = 0

    def getrandbits(self, k: int) -> int:
        """That many bits."""
        blocks = b"".join(self._block() for _ in range(-(-k // BLOCK_BITS)))
        return int.from_bytes(blocks) >> (len(blocks) * 8 - k)

    def random(self) -> float:
        """A number from 0 up to, and without, 1."""
        return self.getrandbits(53) / (1 << 53)

    def _block(self) -> bytes:
        self._count += 1
        return hashlib.sha256(self._key + self._count.to_bytes(8)).digest()


class DerivedRandom(SystemRandom):
    """The chance of one strand of a run."""

    def __init__(self, seed: bytes, strand: str) -> None:
        self._key = hashlib.sha256(seed + strand.encode()).digest()

    @cached_property
    def _source(self) -> Random:
        return Stream(self._key)
