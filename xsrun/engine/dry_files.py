"""Runs that change nothing: files are written beside the store instead of into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO

from xsrun.diagnostics import NOT_FOUND, Fault
from xsrun.effects.files import not_found
from xsrun.effects.memory import MemoryFiles
from xsrun.effects.ports import Files
from xsrun.resources import names


class DryFiles(MemoryFiles):
    """Shows every change of a store, and makes it in memory; what was not changed is read from the store.

    ``show`` gets what would be done, ``write``, ``append`` or ``delete``, and the path.
    """

    def __init__(self, inner: Files, show: Callable[[str, str], None]) -> None:
        super().__init__()
        self._inner = inner
        self._show = show
        self._gone: set[tuple[str, ...]] = set()

    def open(self, path: str) -> BinaryIO:
        """The content of a file as it would be. Raises the Fault ``notfound``."""
        return super().open(path) if self._changed(path) else self._inner.open(path)

    def size(self, path: str) -> int:
        """The size of a file as it would be. Raises the Fault ``notfound``."""
        return super().size(path) if self._changed(path) else self._inner.size(path)

    def write(self, path: str, pieces: Iterable[bytes]) -> int:
        """Show it, and keep the content in memory. Gives back its size."""
        size = super().write(path, pieces)
        self._show("write", path)
        return size

    def append(self, path: str, data: bytes) -> None:
        """Show it, and keep the content with what is added."""
        super().write(path, [*self._present(path), data])
        self._show("append", path)

    def delete(self, path: str) -> None:
        """Show it, and forget the file. Raises the Fault ``notfound``."""
        self.size(path)
        self.contents.pop(names.parts(path), None)
        self._gone.add(names.parts(path))
        self._show("delete", path)

    def _changed(self, path: str) -> bool:
        """Whether the store does not say how the file would be. Raises the Fault ``notfound`` for a deleted one."""
        parts = names.parts(path)
        if parts in self.contents:
            return True
        if parts in self._gone:
            raise not_found(path)
        return False

    def _present(self, path: str) -> list[bytes]:
        try:
            with self.open(path) as stream:
                return [stream.read()]
        except Fault as fault:
            if fault.kind is not NOT_FOUND:
                raise
            return []
