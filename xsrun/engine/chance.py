"""The chance of a run, the same in every attempt of it and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from xsrun.effects.real import SystemRandom
from xsrun.hints import TYPE_CHECKING
from xsrun.late import Late

if TYPE_CHECKING:
    from random import Random

_stream: Callable[[bytes], Random] = Late("xsrun.engine.stream", "stream")


def seed_of(text: str) -> bytes:
    """The seed that somebody wrote as text."""
    return text.encode("utf-8", "surrogateescape")


class DerivedRandom(SystemRandom):
    """The chance of one strand of a run; most draw nothing."""

    def __init__(self, seed: bytes, strand: str) -> None:
        self._of = seed + strand.encode()

    @cached_property
    def _source(self) -> Random:
        return _stream(self._of)
