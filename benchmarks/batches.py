"""Many one-request jobs on threads against a loop over one pooled client, and whether batches leave memory behind."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
import local_server
from measuring import Bar, Plan, Row, elapsed, in_turn, ratio

import xsrun

LATENCY: Final = 0.02
THREADS: Final = 20
POST: Final = Path(__file__).parent / "jobs/post"
PAGES_HELD: Final = Path("/proc/self/statm")


def batch(plan: Plan) -> list[Row]:
    """Jobs per second over requests per second of the loop, which meets no latency."""
    jobs, project = 100 if plan.quick else 500, xsrun.load(POST)
    with local_server.running() as server, httpx.Client() as client:
        costs = in_turn(
            {
                "threads": elapsed(lambda: _batch(project, f"{server}/0", jobs, 16)),
                "latency": elapsed(lambda: _batch(project, f"{server}/{LATENCY * 1000:.0f}", jobs, THREADS)),
                "loop": elapsed(lambda: _loop(client, f"{server}/0", jobs)),
            },
            plan.rounds,
        )
        sent = int(client.get(f"{server}/count").text)
    assert sent == 3 * jobs * plan.rounds, "a job did not send exactly one POST"
    shortest = [jobs * LATENCY / THREADS] * plan.rounds
    least = [max(each, jobs * LATENCY / THREADS) for each in costs["threads"]]
    allowed = f"the latency alone allows {ratio(costs['loop'], shortest):.2f}"
    return [
        Row("batch", f"{jobs} jobs, 16 threads / loop", ratio(costs["loop"], costs["threads"]), Bar(">=", 0.65)),
        Row(
            "batch", "same, 20 ms latency, 20 threads", ratio(costs["loop"], costs["latency"]), Bar(">=", 0.55), allowed
        ),
        Row("batch", "same / the most it could be", ratio(least, costs["latency"]), Bar(">=", 0.8)),
    ]


def memory(plan: Plan) -> list[Row]:
    """Memory held after many batches over memory held after the first two."""
    subject, bar = "held after 12 batches / after 2", Bar("<=", 1.05)
    if not PAGES_HELD.exists():
        return [Row("memory", subject, None, bar, "only where the system tells it in /proc")]
    jobs, project = 50 if plan.quick else 250, xsrun.load(POST)
    with local_server.running() as server:
        early = _held_after(lambda: _batch(project, f"{server}/0", jobs, 16), 2)
        late = _held_after(lambda: _batch(project, f"{server}/0", jobs, 16), 10)
    return [Row("memory", subject, late / early, bar, f"{jobs} jobs each, {(late - early) / 1024:,.0f} kB more")]


def _batch(project: xsrun.Project, url: str, jobs: int, threads: int) -> None:
    results = project.batch("post", [{"url": url, "number": number} for number in range(jobs)], threads=threads)
    assert all(each.value == {"status": "success"} for each in results), "a job failed"


def _loop(client: httpx.Client, url: str, jobs: int) -> None:
    for number in range(jobs):
        answer = client.post(url, json={"title": "Database is down", "number": number}, timeout=10)
        assert answer.json() == {"status": "success"}


def _held_after(work: Callable[[], object], times: int) -> int:
    """Bytes of memory that this process holds after the work."""
    for _ in range(times):
        work()
    gc.collect()
    return int(PAGES_HELD.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
