"""Runs that change nothing: what would be written to Redis is kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xsrun.diagnostics import Fault
from xsrun.effects.cache import WRONG_KIND, memory_cache
from xsrun.effects.ports import READING_COMMANDS, Answer, Cache, Command


class DryCache:
    """Shows every change of a cache, and makes it in memory; what a key held is copied when it is first asked for.

    ``show`` gets the command and the key. How long a copied key would still live is not looked at.
    """

    def __init__(self, inner: Cache, now: Callable[[], int], show: Callable[[str, str], None]) -> None:
        self._inner = inner
        self._copy = memory_cache(now)
        self._show = show
        self._known: set[str] = set()

    def execute(self, commands: Sequence[Command], once: str = "") -> list[Answer]:
        """The answers that the commands would get. Raises Fault."""
        for name, key, *_ in commands:
            if name == "KEYS":
                [found] = self._inner.execute([("KEYS", key)])
                assert isinstance(found, list)
                self._load(found)
            else:
                self._load([str(key)])
        answers = self._copy.execute(commands)
        for name, key, *_ in commands:
            if name not in READING_COMMANDS:
                self._show(str(name), str(key))
        return answers

    def _load(self, keys: Sequence[str]) -> None:
        for key in keys:
            if key not in self._known:
                self._known.add(key)
                self._copy.execute(self._held(key))

    def _held(self, key: str) -> list[Command]:
        """The commands that make a key what it is."""
        try:
            [value] = self._inner.execute([("GET", key)])
        except Fault as fault:
            if fault.message != WRONG_KIND:
                raise
            [elements] = self._inner.execute([("LRANGE", key, 0, -1)])
            assert isinstance(elements, list)
            return [("RPUSH", key, each) for each in elements]
        return [] if value is None else [("SET", key, str(value))]
