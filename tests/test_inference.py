"""Speed changes no answer: programs give the same with inference, without it, and by the plain interpreter."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz_inference import difference
from job_bench import ALERT, JOBS, KEYS, NEEDED, Bench
from oracle import TooLarge
from random_programs import program as random_program
from stack import program
from test_scripts import MARK, cases
from three_ways import ThreeWays

from xsrun.effects.memory import MemoryHttp, memory_world
from xsrun.effects.ports import Http, Request, Response, World
from xsrun.project import Folder, load_folder

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
SIZES = {"fib": 12, "queens": 5, "lcs": 12, "bubble": 20}
"""Of programs whose work grows faster than their size."""
ORDERS = [{"status": ["paid", "open"][at % 2], "price": at * 37 % 1000, "amount": at % 7} for at in range(60)]
TIMES = int(os.environ.get("XSRUN_FUZZ", "1"))
PROGRAMS, PART = 250 * TIMES, 25


class Kept:
    """Keeps what is sent."""

    def __init__(self, inner: Http) -> None:
        self.inner = inner
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        return self.inner.send(request)


def same(ways: ThreeWays, function: str, given: dict, world: Callable[[], World] = memory_world) -> None:
    """The ways agree, the two compiled ones where the oracle gives up."""
    assert ways.differing_findings() is None
    try:
        difference = ways.differing(function, given, world)
    except TooLarge:
        difference = ways.differing(function, given, world, work=0)
    assert difference is None, difference


def same_job(folder: Folder, given: dict, world: Callable[[], World]) -> None:
    """The same, and every way sends the same requests."""
    sent: list[Kept] = []

    def watched() -> World:
        made = world()
        sent.append(Kept(made.http))
        return made._replace(http=sent[-1])

    [job] = folder.jobs.values()
    main = job.plan.main
    same(ThreeWays(folder), main.name, main.input | given, watched)
    assert all(each.requests == sent[0].requests for each in sent)


@pytest.mark.parametrize("case", [*cases()], ids=lambda case: f"{case.script}: {case.title}")
def test_golden_scripts(case):
    ways = ThreeWays(program(MARK.sub("", case.body), line=case.line, name=case.script).folder)
    if not ways.broken:
        same(ways, "case", {})


@pytest.mark.parametrize("trouble", ["", "500", "500:3", "lost"])
@pytest.mark.parametrize("name", KEYS)
def test_jobs(name, trouble):
    def world() -> World:
        bench = Bench.with_incident() if name != ALERT else Bench()
        if trouble:
            bench.simulator(name).troubles.add(trouble)
        return memory_world(http=bench.http, clock=bench.clock).with_env(dict([KEYS[name]]))

    same_job(load_folder(str(JOBS / name)), NEEDED.get(name, {}), world)


@pytest.mark.parametrize(
    "path", sorted(each.parent for each in (BENCHMARKS / "jobs").glob("*/run.xs")), ids=lambda path: path.name
)
def test_jobs_of_the_benchmarks(path):
    answer = MemoryHttp(lambda request: Response(200, (), b'{"ok": true}'))
    same_job(load_folder(str(path)), {}, lambda: memory_world(http=answer))


@pytest.mark.parametrize("path", sorted((BENCHMARKS / "programs").glob("*.xs")), ids=lambda path: path.stem)
def test_programs_of_the_benchmarks(path):
    ways = ThreeWays(load_folder(str(path)))
    given = {"orders": ORDERS} if path.stem == "query" else {"size": SIZES.get(path.stem, 60)}
    same(ways, path.stem, given)


@pytest.mark.parametrize("first", range(0, PROGRAMS, PART))
def test_random_programs(first):
    for number in range(first, first + PART):
        text = random_program(number)
        found = difference(text)
        assert found is None, f"program {number}: {found}\n{text}"
