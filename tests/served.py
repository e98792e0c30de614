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
from typing import Any

import httpx
from waiting import ended, ending, joined, line_of

from xsrun.compile.program import compile_folder
from xsrun.data.opening import fresh
from xsrun.effects.memory import memory_world
from xsrun.project import load_text
from xsrun.runtime.frame import Limits
from xsrun.runtime.run import Loaded
from xsrun.server.app import application
from xsrun.server.guard import EVERYBODY, Rules
from xsrun.server.reading import LARGEST
from xsrun.server.running import Server, listening
from xsrun.server.service import Served, Service

PATIENCE = 20
"""Seconds that an answer may take."""


@contextmanager
def answering(process: subprocess.Popen[str]) -> Iterator[tuple[dict[str, Any], httpx.Client]]:
    """The first line of a server that was started, and a client of it; the server is asked to end behind the block."""
    with ending(process, PATIENCE):
        first = line_of(process)
        if not first:
            ended(process)
            assert process.stderr is not None
            raise AssertionError(process.stderr.read())
        with httpx.Client(base_url=json.loads(first)["url"], timeout=PATIENCE) as client:
            yield json.loads(first), client


def started(*arguments: str, **env: str | None) -> subprocess.Popen[str]:
    """A server with these variables beside those of the tests, but for those that are None."""
    command = [sys.executable, "-m", "xsrun", "serve", *arguments, "--port", "0"]
    around = {name: value for name, value in {**os.environ, **env}.items() if value is not None}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=around)


@contextmanager
def serving(
    *arguments: str, env: dict[str, str | None] | None = None
) -> Iterator[tuple[dict[str, Any], httpx.Client, subprocess.Popen[str]]]:
    """The first line of a server, a client of it, and the process."""
    process = started(*arguments, **(env or {}))
    with answering(process) as (first, client):
        yield first, client, process


@contextmanager
def run_api(folder: Path, *arguments: str, **env: str) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A client of the Run API of the projects in ``folder/jobs``, and what the server says on stderr."""
    places = {"XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache")}
    process = started(str(folder / "jobs"), *arguments, **places, **env)
    said: list[str] = []
    reading = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
    with answering(process) as (first, client):
        client.base_url = f"{first['url']}/api:run"
        reading.start()
        try:
            yield client, said
        finally:
            process.terminate()
            ended(process, PATIENCE)
            joined(reading)


def service_of(source: str, name: str = "project", **settings: object) -> Service:
    """A service in memory. ``settings`` are fields of it."""
    folder = load_text(source, "a.xs")
    program = compile_folder(folder)
    assert not [each for each in folder.diagnostics if each.severity == "error"], folder.diagnostics
    loaded = Loaded(program)
    world = memory_world(env={"XSRUN_AUTH_KEY": "k" * 32}, database=fresh(loaded.program.tables))
    made = Service(name, name, name, loaded, world, Limits(), lambda text: text, lambda fault, query: None)
    return made._replace(**settings)


@contextmanager
def in_process(*services: Service, rules: Rules = EVERYBODY, largest: int = LARGEST, **settings: object) -> Iterator:
    """A client of services that a thread of this process serves. ``settings`` are those of ``Server``."""
    with listening("127.0.0.1", 0) as address:
        broken: list[Exception] = []
        server = Server(application(Served(services), broken.append, (), rules, largest), **settings)
        thread = threading.Thread(target=server.run, args=(address,), daemon=True)
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{address.getsockname()[1]}", timeout=PATIENCE) as client:
                yield client
        finally:
            server.stop()
            joined(thread, seconds=PATIENCE)
        for each in broken:
            raise each
