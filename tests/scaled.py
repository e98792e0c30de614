"""Databases of queues, and workers as processes, for tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import IO

from databases import SERVER
from waiting import bounded, ended

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
        # A pipe that nobody reads would stop it when it is full.
        with tempfile.TemporaryFile("w+") as stderr:
            self.process = subprocess.Popen(
                command, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
            try:
                self.name = json.loads(self._first(stderr))["worker"]
            except BaseException:
                self.close()
                raise

    def _first(self, stderr: IO[str]) -> str:
        """The line with which it says that it takes runs. Raises AssertionError with its stderr when it says none."""
        with bounded(self.process):
            assert self.process.stdout is not None
            if first := self.process.stdout.readline():
                return first
            code = self.process.wait()
            stderr.seek(0)
            raise AssertionError(f"the worker ended with {code}: {stderr.read()}")

    def kill(self) -> None:
        """End it as a loss of power would."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = 30) -> int:
        """Ask it to end; gives back its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return ended(self.process, seconds)

    def close(self) -> None:
        """See that it is gone."""
        if self.process.poll() is None:
            self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
