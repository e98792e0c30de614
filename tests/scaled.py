"""Databases of queues, and workers as processes, for tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from databases import SERVER

NUMBERS = count()


@contextmanager
def database_of_queues() -> Iterator[str]:
    """The address of a new database, dropped at the end."""
    import psycopg

    name = f"xsrun_queues_{os.getpid()}_{next(NUMBERS)}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=3) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{SERVER}/{name}"
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


class WorkerProcess:
    """A process ``xsrun worker`` that has begun to take runs."""

    def __init__(self, url: str, *arguments: str, **env: str) -> None:
        command = [sys.executable, "-m", "xsrun", "worker", "--engine", url, *arguments]
        # The first line of stderr that nobody reads must not stop it.
        self.process = subprocess.Popen(
            command, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert first, f"the worker ended with {self.process.wait()}"
        self.name = json.loads(first)["worker"]

    def kill(self) -> None:
        """End it as a loss of power would."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = 30) -> int:
        """Ask it to end; gives back its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def close(self) -> None:
        """See that it is gone."""
        if self.process.poll() is None:
            self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()


def until(said: Callable[[], Any], seconds: float = 30) -> Any:
    """What is said as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := said():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come true")
