"""Workers on queues: jobs a second against a bare DBOS worker, with many runs waiting, and the memory they hold."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import local_server
from bare_dbos import APPLICATION, VERSION
from measuring import Bar, Plan, Row, in_turn, ratio

HERE: Final = Path(__file__).parent
SERVER: Final = os.environ.get("BENCHMARK_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
"""A server on which databases may be made."""
QUEUE: Final = "bench"
AT_ONCE: Final = 8
STEPS: Final = 3
FIRST: Final = 2 * AT_ONCE
"""Jobs of a worker that has just begun, which is slow."""
TICKS: Final = os.sysconf("SC_CLK_TCK")
SPAN: Final = (
    "SELECT count(*) FILTER (WHERE status IN ('ENQUEUED', 'PENDING')), count(*) FILTER (WHERE status = 'SUCCESS'),"
    " max(completed_at) - min(started_at_epoch_ms) FROM dbos.workflow_status WHERE workflow_uuid LIKE %s"
)


class Cost(NamedTuple):
    """What a batch of jobs took."""

    seconds: float
    """From the beginning of the first to the end of the last, by the clock of the database."""
    cpu: float
    """Seconds of CPU of the worker."""


class Database(NamedTuple):
    """A database of queues."""

    url: str
    connection: Any

    def ended(self, batch: str, jobs: int) -> float:
        """Wait for all jobs of a batch; gives back the seconds that they took together."""
        while True:
            left, done, milliseconds = self.connection.execute(SPAN, (f"{batch}-%",)).fetchone()
            if not left:
                assert done == jobs, f"{done} of {jobs} jobs ended well"
                return float(milliseconds) / 1000
            time.sleep(0.1)


class Process(NamedTuple):
    """A worker that takes jobs."""

    pid: int

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def held(self) -> int:
        """Bytes of memory that it holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def worker(plan: Plan) -> list[Row]:
    """Jobs a second of a worker over those of a bare one."""
    jobs, rounds = (40, 2) if plan.quick else (200, max(3, plan.rounds // 2))
    with local_server.running() as server, home(), database("xsrun") as ours, database("bare") as bare:
        contenders = {
            "job": lambda batch: _turn(ours, order(ours, batch, jobs, f"{server}/0"), jobs, xsrun_worker(ours)),
            "steps": lambda batch: _turn(bare, _enqueue(bare, batch, jobs, f"{server}/0"), jobs, _bare(bare)),
            "nothing": lambda batch: _turn(bare, _enqueue(bare, batch, jobs, ""), jobs, _bare(bare)),
        }
        clock, processor = _both(contenders, rounds)
    best = f"{jobs / min(clock['job']):.0f} jobs a second at best, {jobs / min(clock['steps']):.0f} of DBOS"
    each = f"{STEPS} POSTs, {AT_ONCE} at once"
    return [
        Row("worker", f"jobs of {each} / DBOS", ratio(clock["steps"], clock["job"]), Bar(">=", 0.8), best),
        Row("worker", "same, a second of CPU of the worker", ratio(processor["steps"], processor["job"])),
        Row("worker", f"same jobs / DBOS with {STEPS} steps that do nothing", ratio(clock["nothing"], clock["job"])),
    ]


def _both(contenders: dict[str, Callable[[str], Cost]], rounds: int) -> tuple[dict[str, list[float]], ...]:
    """Seconds on the clock and of CPU of contenders, turn by turn."""
    processor: dict[str, list[float]] = {name: [] for name in contenders}

    def timed(name: str) -> Callable[[], float]:
        def measure() -> float:
            cost = contenders[name](f"{name}{len(processor[name])}")
            processor[name].append(cost.cpu)
            return cost.seconds

        return measure

    return in_turn({name: timed(name) for name in contenders}, rounds), processor


def _turn(database: Database, batch: str, jobs: int, command: Sequence[str]) -> Cost:
    """One batch, which waits already, on a worker that begins; the first jobs are not counted."""
    with begun(command) as process:
        database.ended(f"first-{batch}", FIRST)
        before = process.cpu()
        seconds = database.ended(batch, jobs)
        return Cost(seconds, process.cpu() - before)


def xsrun_worker(database: Database) -> Sequence[str]:
    """The command that begins a worker of ours."""
    return (sys.executable, "-m", "xsrun", "worker", "--queue", f"{QUEUE}:{AT_ONCE}", "--engine", database.url, "-q")


def _bare(database: Database) -> Sequence[str]:
    return (sys.executable, str(HERE / "bare_dbos.py"), database.url, QUEUE, str(AT_ONCE))


@contextmanager
def begun(command: Sequence[str]) -> Iterator[Process]:
    """A worker that takes jobs, ended behind the block."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline(), "the worker did not begin"
        try:
            yield Process(process.pid)
        finally:
            process.terminate()


def order(database: Database, batch: str, jobs: int, url: str) -> str:
    """Put jobs of ours into the queue."""
    put(database, names(batch, jobs), "posts", {"url": url, "times": STEPS})
    return batch


def put(database: Database, ids: Sequence[str], job: str, given: Mapping[str, Any]) -> None:
    """Put runs with these ids of a job of ``jobs/`` into the queue."""
    from xsrun.cli.output import Output
    from xsrun.cli.queueing import Queued
    from xsrun.engine.orders import Order, Place

    with closing(Queued(database.url, {}, Output(False))) as engine:
        for each in ids:
            engine.submit(Order(str(HERE / "jobs" / job), input=given, id=each, place=Place(QUEUE)))


def _enqueue(database: Database, batch: str, jobs: int, url: str) -> str:
    """Put workflows of the bare worker into its queue."""
    from dbos import DBOSClient

    from xsrun.engine.scale.queues import serializer
    from xsrun.engine.scale.worker import POLL

    client = DBOSClient(system_database_url=database.url, serializer=serializer(), application_name=APPLICATION)
    client.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=POLL)
    for name in names(batch, jobs):
        options: Any = {"workflow_name": "posts", "queue_name": QUEUE, "app_version": VERSION}
        client.enqueue({**options, "workflow_id": name}, url, STEPS)
    client.destroy()
    return batch


def names(batch: str, jobs: int) -> list[str]:
    """The ids of jobs, in order."""
    return [f"first-{batch}-{number}" for number in range(FIRST)] + [f"{batch}-{number}" for number in range(jobs)]


@contextmanager
def database(name: str) -> Iterator[Database]:
    """A new database with the tables of queues."""
    import psycopg
    from dbos import DBOS

    name = f"xsrun_benchmark_{name}_{os.getpid()}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            url = f"{SERVER}/{name}"
            DBOS.migrate(url)
            with psycopg.connect(url, autocommit=True) as connection:
                yield Database(url, connection)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def home() -> Iterator[None]:
    """Folders of our own for what xsrun keeps."""
    with tempfile.TemporaryDirectory() as home:
        before = {name: os.environ.get(name) for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME")}
        os.environ |= {"XDG_STATE_HOME": f"{home}/state", "XDG_CACHE_HOME": f"{home}/cache"}
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
