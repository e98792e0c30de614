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
        thread = threading.Thread(target=server.run, args=(address,))
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{address.getsockname()[1]}", timeout=PATIENCE) as client:
                yield client
        finally:
            server.stop()
            thread.join(PATIENCE)
        for each in broken:
            raise each
