"""Runs that change nothing: what would change in a database is shown, and done to a copy or undone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from xsrun.effects.ports import READING_WORK, Database, Work


class DryDatabase:
    """Shows every change of a database, and makes it where nobody sees it; implements ``ports.Database``.

    ``inner`` is a copy in memory, or a database in which everything happens in transactions that are never committed.
    ``show`` gets what would be done, and with what.
    """

    def __init__(self, inner: Database, show: Callable[[str, str, Any], None]) -> None:
        self._inner = inner
        self._show = show
        self._thread = threading.local()
        self.lasting = False

    @property
    def catalog(self) -> Any:
        """The tables that it has, by name."""
        return self._inner.catalog

    def do(self, work: Work, once: str = "") -> Any:
        """What would come of a piece of work."""
        self._apart()
        found = self._inner.do(work)
        if work.verb not in READING_WORK:
            self._show(work.verb, work.table, work.given)
        return found

    def transaction(self, isolation: str = "", datasource: str = "") -> AbstractContextManager[None]:
        """All work inside is done together, or not at all."""
        self._apart()
        return self._inner.transaction(isolation, datasource)

    def remember(self, name: str, outcome: Any, datasource: str = "") -> None:
        """Note nothing."""

    def recall(self, name: str, datasource: str = "") -> tuple[Any] | None:
        """Nothing was noted."""
        return None

    def _apart(self) -> None:
        """Have this thread in a transaction that ends with it."""
        if self._inner.lasting and not hasattr(self._thread, "open"):
            self._thread.open = self._inner.transaction()
            self._thread.open.__enter__()
