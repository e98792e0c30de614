"""Commands of xsrun in processes of their own, forked from one that has imported everything, so that many can be had.

They are processes in earnest: killed, frozen and thawed from outside, or killed by themselves at a point that a write
passes.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

import killed
from waiting import PATIENCE

PRELOADED: Final = [
    "xsrun.api",
    "xsrun.cli.app",
    "xsrun.cli.execute",
    "xsrun.cli.resume",
    "xsrun.cli.runs",
    "xsrun.effects.http",
    "xsrun.engine.keeper",
    "httpx",
    "sqlalchemy",
    "psycopg",
    "dbos",
]
CONTEXT: Final = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(PRELOADED)
_numbers: Final = count(1)


class Death(NamedTuple):
    """Where a process kills itself, or halts: when a point is passed for the n-th time."""

    point: str
    times: int = 1
    signal: int = signal.SIGKILL


NEVER: Final = Death("never")


class Running:
    """A command under way, or over."""

    def __init__(
        self, arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], death: Death = NEVER
    ) -> None:
        self._output = folder / f"output-{next(_numbers)}"
        passed = (arguments, str(folder), dict(environment), str(self._output), death)
        self._process = CONTEXT.Process(target=_be, args=passed, daemon=True)
        self._process.start()
        self.pid: int = self._process.pid or 0

    @property
    def halted(self) -> bool:
        """Whether it is frozen."""
        return Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "T"

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def over(self, seconds: float) -> bool:
        """Whether it is over within so many seconds."""
        self._process.join(seconds)
        return self._process.exitcode is not None

    def wait(self, seconds: float = PATIENCE) -> int:
        """The exit code; that of a signal is negative."""
        if not self.over(seconds) or self._process.exitcode is None:
            self.signal(signal.SIGUSR1)
            self.over(1)
            raise AssertionError(f"still running after {seconds} s:\n{self.stderr()}")
        return self._process.exitcode

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.wait()

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def stdout(self) -> str:
        return self._text("stdout")

    def stderr(self) -> str:
        return self._text("stderr")

    def _text(self, stream: str) -> str:
        file = Path(f"{self._output}.{stream}")
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def _be(arguments: tuple[str, ...], folder: str, environment: dict[str, str], output: str, death: Death) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for stream, handle in (("stdout", 1), ("stderr", 2)):
        file = os.open(f"{output}.{stream}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, handle)
        os.close(file)
    faulthandler.register(signal.SIGUSR1)
    raise SystemExit(killed.main(death.point, death.times, list(arguments), death.signal))
