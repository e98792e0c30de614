"""A PostgreSQL of one's own, which may be stopped, restarted amid its work, run out of disk, and cut off its clients.

It keeps to what a server in earnest does: ``fsync`` is on. It lies in a temporary folder and is gone behind its user.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from disks import SmallDisk, small_disk

INSTALLED: Final = Path("/usr/lib/postgresql")
PATIENCE: Final = 60.0
"""Seconds that a server may take to come up or to go."""
STOPS: Final = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
QUICK: Final = ("recovery_init_sync_method=syncfs",)
"""What makes it come up soon; everything that could lose something is as it is in earnest."""
OWNER: Final = "postgres"
"""Who runs the server when we are root, which it refuses to be."""


def programs() -> Path | None:
    """Where the newest installed server has its programs, None where there is none."""
    found = [each.parent for each in INSTALLED.glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    return max(found, key=lambda each: (each.parent.name.isdecimal() and int(each.parent.name), each), default=None)


def why_not() -> str:
    """Why there can be no server of one's own here, ``""`` when there can."""
    if programs() is None:
        return f"no PostgreSQL server is installed: no initdb in {INSTALLED}/*/bin or on the PATH"
    return ""


class Cluster:
    """A server on a free port. ``stop`` and ``start`` are an outage, ``restart`` a short one."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        self._settings = settings
        self._programs = programs() or INSTALLED
        self._owner = {"user": OWNER, "group": OWNER, "extra_groups": []} if os.geteuid() == 0 else {}
        self._server: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        self.start()

    def url(self, database: str = "postgres") -> str:
        """Where a database is."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, options: str = "") -> str:
        """Make an empty database, anew if there is one. Gives back its URL."""
        self.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        self.execute(f"CREATE DATABASE {database} {options}")
        return self.url(database)

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Do something in a database, and give back the rows."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=10) as session:
            done = session.execute(sql)
            return done.fetchall() if done.description else []

    # ------------------------------------------------------------ outages

    def start(self) -> None:
        """Come up, and answer."""
        settings = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            *QUICK,
            *self._settings,
        ]
        command = [str(self._programs / "postgres"), "-D", "data"]
        for setting in settings:
            command += ["-c", setting]
        with open(self.folder / "log", "ab") as log:
            self._server = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **self._owner)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not come up:\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def stop(self, how: str = "fast") -> None:
        """Go down: ``fast`` in order, ``immediate`` as if the power had failed."""
        assert self._server is not None
        self._server.send_signal(STOPS[how])
        self._server.wait(PATIENCE)
        self._server = None

    def restart(self, how: str = "immediate") -> None:
        """Go down, and come up at once."""
        self.stop(how)
        self.start()

    @contextmanager
    def away(self, seconds: float) -> Iterator[None]:
        """An outage of so many seconds at least; the body runs meanwhile."""
        self.stop("immediate")
        over = time.monotonic() + seconds
        try:
            yield
            time.sleep(max(0.0, over - time.monotonic()))
        finally:
            self.start()

    def cut(self, database: str, which: str = "true") -> int:
        """End sessions of a database, by a condition on ``pg_stat_activity``. Gives back how many."""
        ended = self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = current_database() AND pid <> pg_backend_pid() AND ({which})",
            database,
        )
        return len(ended)

    def log(self) -> str:
        """What the server has written."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    # ------------------------------------------------------------ a disk that is full

    @contextmanager
    def small_disk(self, megabytes: int) -> Iterator[SmallDisk]:
        """A disk for the databases that are made with ``TABLESPACE small``; they must be gone at its end."""
        with small_disk(self.folder / "small", megabytes) as disk:
            self.execute(f"CREATE TABLESPACE small LOCATION '{disk.place}'")
            yield disk
            disk.free()
            self.execute("DROP TABLESPACE small")
            self.execute("CHECKPOINT")  # or it would be made again, where it is not any more, after a crash

    def close(self) -> None:
        """Be gone."""
        if self._server is not None:
            self.stop("immediate")

    # ------------------------------------------------------------

    def _answers(self) -> bool:
        command = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, **self._owner)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")


@contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    """A server that goes with its user; ``settings`` are of ``postgresql.conf``, as ``name=value``."""
    folder = Path(tempfile.mkdtemp(prefix="xsrun-postgresql-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER, OWNER)
        running = Cluster(folder, *settings)
        try:
            yield running
        finally:
            running.close()
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
