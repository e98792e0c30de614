"""``xsrun serve`` as a process of its own, for tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PATIENCE = 20
"""Seconds that an answer may take."""


@contextmanager
def serving(folder: Path, *arguments: str, **env: str) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A client of the Run API of the projects in ``folder/jobs``, and what the server says on stderr."""
    command = [sys.executable, "-m", "xsrun", "serve", str(folder / "jobs"), "--port", "0", *arguments]
    env = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache"), **env}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        if not first:
            process.wait()
            raise AssertionError(process.stderr.read())
        said: list[str] = []
        reading = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
        reading.start()
        try:
            with httpx.Client(base_url=f"{json.loads(first)['url']}/api:run", timeout=PATIENCE) as client:
                yield client, said
        finally:
            process.terminate()
            process.wait()
            reading.join()
