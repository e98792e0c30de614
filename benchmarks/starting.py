"""Whole processes: a job from the command line against the script that a person would write."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import local_server
from measuring import Bar, Plan, Row, in_turn, ratio

HERE: Final = Path(__file__).parent
XSRUN: Final = (sys.executable, "-m", "xsrun", "execute")


def start(plan: Plan) -> list[Row]:
    """Time from start to end of processes, by the wall clock."""
    with local_server.running() as server, tempfile.TemporaryDirectory() as home:
        url = f"{server}/0"
        post = (*XSRUN, str(HERE / "jobs/post"), "--input", f"url={url}")
        contenders = {
            "post": _process(post, home),
            "post, first run": _process(post),
            "by hand": _process((sys.executable, str(HERE / "post_by_hand.py"), url), home),
            "idle": _process((*XSRUN, str(HERE / "jobs/idle")), home),
            "idle, first run": _process((*XSRUN, str(HERE / "jobs/idle"))),
            "nothing": _process((sys.executable, "-c", "pass"), home),
        }
        for contender in contenders.values():
            contender()
        rounds = 2 * plan.rounds
        costs = in_turn(contenders, rounds)
        expected = 3 * (rounds + 1)
        with urllib.request.urlopen(f"{server}/count") as answer:
            assert int(answer.read()) == expected, "a process did not send exactly one POST"
    return [
        Row("start", "one-POST job / httpx script", ratio(costs["post"], costs["by hand"]), Bar("<=", 1)),
        Row("start", "same, first run", ratio(costs["post, first run"], costs["by hand"]), Bar("<=", 1.5)),
        Row("start", "job without a request / python -c pass", ratio(costs["idle"], costs["nothing"]), Bar("<=", 2.5)),
        Row("start", "same, first run", ratio(costs["idle, first run"], costs["nothing"])),
    ]


def _process(command: Sequence[str], home: str | None = None) -> Callable[[], float]:
    """A contender: one process. ``home`` keeps what it caches; without one every run is the first."""

    def measure() -> float:
        if home is not None:
            return _seconds(command, home)
        with tempfile.TemporaryDirectory() as fresh:
            return _seconds(command, fresh)

    return measure


def _seconds(command: Sequence[str], home: str) -> float:
    env = {**os.environ, "XDG_CACHE_HOME": f"{home}/cache", "XDG_STATE_HOME": f"{home}/state"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # installed packages have their bytecode
    begin = time.perf_counter()
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin
