"""What all proofs share: a folder, the other side, and a PostgreSQL server where one is asked for."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Final

from cluster import Cluster, cluster
from receiver import Receiving, receiving

KEY: Final = "u+SIMuserKEY00000001"
"""Opens the account of PagerDuty at the other side; must show nowhere."""


class Bench:
    """``fresh`` gives folders, ``mark`` names by which effects are told apart."""

    def __init__(self, folder: Path, receiver: Receiving, undo: ExitStack, alerts: int) -> None:
        self.folder = folder
        self.receiver = receiver
        self.alerts = alerts
        """How many there are in the storm."""
        self._undo = undo
        self._numbers = count(1)
        self._making = threading.Lock()

    @cached_property
    def cluster(self) -> Cluster:
        """A server that has come up with the first proof that needs one."""
        return self._undo.enter_context(cluster("max_connections=200"))

    def have(self, database: str) -> None:
        """See that there is a database in the cluster."""
        with self._making:
            if not self.cluster.execute(f"SELECT 1 FROM pg_database WHERE datname = '{database}'"):
                self.cluster.create(database)

    def mark(self) -> str:
        """A name that nothing else has."""
        return f"m{next(self._numbers)}"

    def fresh(self, name: str) -> Path:
        """A folder that did not exist."""
        place = self.folder / f"{name}-{next(self._numbers)}"
        place.mkdir()
        return place

    def environment(self, folder: Path) -> dict[str, str]:
        """That of commands whose state lies in a folder. What was compiled is shared."""
        return {
            **os.environ,
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "pagerduty_api_key": KEY,
            "no_proxy": "*",
        }

    @property
    def mapped(self) -> tuple[str, ...]:
        """Options that lead requests to the other side."""
        url = self.receiver.url
        return ("--map", f"other.example.com={url}", "--map", f"api.pagerduty.com={url}")


@contextmanager
def bench(alerts: int = 1000) -> Iterator[Bench]:
    """A bench that leaves nothing behind."""
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="xsrun-proofs-")))
        receiver = undo.enter_context(receiving(folder))
        yield Bench(folder, receiver, undo, alerts)
