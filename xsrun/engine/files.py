"""The store of files through the door: what a run did to it is not done again when the run goes on."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, Final

from xsrun.diagnostics import NOT_FOUND, Fault
from xsrun.effects.ports import Files
from xsrun.engine.effects import Effect, Effects, Outcome
from xsrun.engine.faults import kept_fault, value_of
from xsrun.providers.policies import Policy

MOST_KEPT: Final = 1_000_000
"""Bytes of a file that are kept when it is read; of a larger one a resumed run sees what the store holds by then."""


class JournaledFiles:
    """A store whose every use is an effect; implements ``ports.Files``."""

    def __init__(self, inner: Files, effects: Effects) -> None:
        self._inner = inner
        self._effects = effects

    def open(self, path: str) -> BinaryIO:
        """The content of a file as the run first read it, if it was not too large to be kept."""
        kept = self._do("read", path, Policy.READ, lambda: self._read(path))
        return self._inner.open(path) if kept is None else io.BytesIO(base64.b64decode(kept))

    def size(self, path: str) -> int:
        """The size of a file in bytes."""
        size: int = self._do("measure", path, Policy.READ, lambda: self._inner.size(path))
        return size

    def write(self, path: str, pieces: Iterable[bytes]) -> int:
        """Store a file as a whole; a second time changes nothing."""
        size: int = self._do("write", path, Policy.REPEAT, lambda: self._inner.write(path, pieces))
        return size

    def append(self, path: str, data: bytes) -> None:
        """Add to the end of a file; twice would add twice."""
        self._do("append to", path, Policy.ONCE, lambda: self._inner.append(path, data))

    def delete(self, path: str) -> None:
        """Remove a file; one that is gone was removed."""
        self._do("delete", path, Policy.LOOKUP, lambda: self._inner.delete(path), lambda _since: self._gone(path))

    def address(self, path: str, expires: int) -> str:
        """A URL by which a file can be read until a time; the one that the run first got."""
        address: str = self._do("sign", path, Policy.READ, lambda: self._inner.address(path, expires))
        return address

    def behind(self, url: str, now: int) -> str | None:
        """The path of the file that an address of this store leads to, None for a URL that is to be fetched."""
        return self._inner.behind(url, now)

    def _read(self, path: str) -> str | None:
        with self._inner.open(path) as stream:
            data = stream.read(MOST_KEPT + 1)
        return None if len(data) > MOST_KEPT else base64.b64encode(data).decode()

    def _gone(self, path: str) -> Outcome | None:
        try:
            self._inner.size(path)
        except Fault as fault:
            return Outcome({"value": None}) if fault.kind is NOT_FOUND else None
        return None

    def _do(
        self,
        verb: str,
        path: str,
        policy: Policy,
        use: Callable[[], Any],
        lookup: Callable[[int], Outcome | None] | None = None,
    ) -> Any:
        """What came of a use of the store, now or in an earlier attempt. Raises the fault that did."""

        def perform(sending: Callable[[], None], _waited: int) -> Outcome:
            sending()
            try:
                return Outcome({"value": use()})
            except Fault as fault:
                return Outcome(kept_fault(fault))

        effect = Effect("file", f"{verb} {path}", {"do": verb, "path": path}, policy, perform, lookup)
        return value_of(self._effects.do(effect))
