"""Random bits that follow from a key: SHA-256 in counter mode."""

from __future__ import annotations

import hashlib
from random import Random

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


def stream(seed: bytes) -> Random:
    """The bits that follow from a seed of any length."""
    return Stream(hashlib.sha256(seed).digest())
