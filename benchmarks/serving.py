"""Requests a second of ``xsrun serve`` against a route of Starlette that answers the same on the same server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from measuring import Bar, Plan, Row, in_turn, ratio

HERE: Final = Path(__file__).parent
BARE: Final = (sys.executable, str(HERE / "bare_route.py"))
SERVE: Final = (sys.executable, "-m", "xsrun", "serve", str(HERE / "jobs/hello"), "--port", "0")
PATH: Final = "/api:hello/greet"
CONNECTIONS: Final = 8
TICKS: Final = os.sysconf("SC_CLK_TCK")


class Server(NamedTuple):
    """A server that answers."""

    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of CPU that the process has taken so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def serve(plan: Plan) -> list[Row]:
    """Requests a second, by the wall clock and by the CPU time of the server."""
    if not Path("/proc/self/stat").exists():
        return [Row("serve", "requests a second / bare route", None, note="only where the system tells it in /proc")]
    requests = 400 if plan.quick else 2_000
    with _running(SERVE) as query, _running(BARE) as route:
        contenders = {"query": _asking(query, requests), "route": _asking(route, requests)}
        for contender in contenders.values():
            contender()
        spent: dict[str, list[float]] = {"query": [], "route": []}
        timed = {name: _noting(contender, spent[name]) for name, contender in contenders.items()}
        costs = in_turn(timed, plan.rounds)
    rate = f"at best {requests / min(costs['query']):,.0f} a second"
    clock, processor = ratio(costs["route"], costs["query"]), ratio(spent["route"], spent["query"])
    return [
        Row("serve", "requests a second / bare route", clock, Bar(">=", 0.5), rate),
        Row("serve", "requests a second of CPU / bare route", processor, Bar(">=", 0.5)),
    ]


def _noting(contender: Callable[[], tuple[float, float]], spent: list[float]) -> Callable[[], float]:
    """The same contender by the wall clock, which notes its CPU time."""

    def measure() -> float:
        seconds, cpu = contender()
        spent.append(cpu)
        return seconds

    return measure


def _asking(server: Server, requests: int) -> Callable[[], tuple[float, float]]:
    """Seconds on the clock and seconds of CPU of the server for that many requests."""
    command = (sys.executable, str(HERE / "client.py"), str(server.port), PATH, str(requests), str(CONNECTIONS))

    def measure() -> tuple[float, float]:
        before = server.cpu()
        seconds = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return seconds, server.cpu() - before

    return measure


@contextmanager
def _running(command: Sequence[str]) -> Iterator[Server]:
    """A server in a process of its own, whose first line says where it is."""
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "XDG_CACHE_HOME": f"{home}/cache", "XDG_STATE_HOME": f"{home}/state"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
            assert process.stdout is not None
            try:
                first = json.loads(process.stdout.readline())
                yield Server(process.pid, int(first["url"].rpartition(":")[2]))
            finally:
                process.terminate()
