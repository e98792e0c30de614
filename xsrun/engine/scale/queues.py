"""Runs on their way to workers: DBOS carries each, as a workflow that bears the id of its run.

What a run does is in the journal, not among the steps of its workflow: functions that run beside one another have an
order of their own there, reads go with the next write, and who asks about a run finds the same wherever it ran. DBOS
decides who begins a run and when: order, limits, attempts, and which workers are gone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from xsrun import extras
from xsrun.engine.folder import Broken, EngineBroken
from xsrun.engine.holding import Held
from xsrun.engine.journal import Journal, insert_run
from xsrun.engine.orders import Place
from xsrun.engine.rows import UNFINISHED, RunRow, RunState
from xsrun.engine.scale.store import Marked, PostgresStore, engine_for, prepare, said_of
from xsrun.engine.tables import Db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dbos import DBOSClient
    from sqlalchemy import Engine

WORKFLOW: Final = "xsrun.run"
"""The name of the one workflow: it carries out a run, whatever job that is of."""
EFFECTS: Final = "effects-1"
"""Which runs a worker may go on with: raised by hand when the steps of a run would come in another order."""
APPLICATION: Final = "xsrun"
ORDERED: Final = ".ordered"
"""What the queue of DBOS is called behind our name for runs that have a key."""
MOST_ATTEMPTS: Final = 5
"""Begins of a run whose worker died each time, before it is given up."""
MIGRATING: Final = 72_137_202
"""Names the lock of whoever makes the tables of DBOS."""
PUTTING_BACK: Final = 72_137_204
"""Names the lock of whoever puts runs back: by the journal they wait again, by their queue not yet."""
AGAIN: Final = 0.05
"""Seconds until one looks again whether another one has made them."""
PATIENCE: Final = 5.0
"""Seconds that a server is waited for which was there before."""
TICK: Final = 0.002
"""Seconds; runs are put in order by milliseconds of the server."""

MENDING: Final = (
    # Given up, whatever the journal says of it.
    "UPDATE run SET state = ? FROM dbos.workflow_status w WHERE w.workflow_uuid = run.id"
    " AND w.status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' AND run.state IN (?, ?)",
    # Over, and nobody is left who would write down how: long enough after it that nobody is about to. One that waits
    # for its workflow, which is over, would do so for ever: the database went away while it was being put back.
    "UPDATE run SET state = ? FROM dbos.workflow_status w WHERE w.workflow_uuid = run.id AND run.state IN (?, ?)"
    " AND w.status IN ('SUCCESS', 'ERROR') AND w.completed_at < extract(epoch FROM clock_timestamp()) * 1000 - 5000",
)
"""What the journal cannot know of runs whose workers died."""
FORGOTTEN: Final = (
    "SELECT workflow_uuid FROM dbos.workflow_status w WHERE name = ?"
    " AND status IN ('SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')"
    " AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = w.workflow_uuid) LIMIT ?"
)
GONE: Final = 3_600_000
"""Milliseconds after which a worker that was killed is not spoken of any more."""
MOST_FORGOTTEN: Final = 1000
"""Runs that are forgotten at once."""


class Limits(NamedTuple):
    """How many runs of a queue may go on at once."""

    worker: int
    """On one worker."""
    all: int | None = None
    """On all workers."""
    rate: tuple[int, float] | None = None
    """So many may begin within so many seconds."""


class Refusing(EngineBroken):
    """DBOS does not do what it is asked for."""


class Queues:
    """The queues in a database. Safe for threads; every method raises Broken."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self.url = url
        self.engine: Engine = engine_for(url)
        self.store = PostgresStore(self.engine)
        try:
            prepare(self.store)
            self._client = _client(url, self.engine)
        except Broken:
            self.engine.dispose()
            raise
        self.journal = Journal(self.store)
        # Who was let in once is patient: a server that was restarted is back soon.
        self.store.patience = patience

    def submit(self, run: RunRow, files: Mapping[str, str], place: Place) -> None:
        """Have a run in the journal and in a queue, both or neither. Raises Known."""
        queue, key = _at(place)
        options: Any = {
            "workflow_name": WORKFLOW,
            "queue_name": queue,
            "workflow_id": run.id,
            "app_version": EFFECTS,
            **({"priority": place.priority} if place.priority else {}),
            **({"queue_partition_key": key} if key else {}),
            **({"delay_seconds": place.delay} if place.delay else {}),
        }

        def work(db: Marked) -> None:
            insert_run(db, run, files, keeping=self.store.keeping)
            self._client.enqueue_in_transaction(db.connection, options, run.id)

        self.store.transact(work)
        if place.key:
            time.sleep(TICK)  # whoever orders the next one with this key comes behind it

    def claimed(self, runs: Sequence[str]) -> set[str]:
        """Which of these runs a worker has got out of its queue."""
        marks = ", ".join("?" * len(runs))
        asked = (
            f"SELECT workflow_uuid FROM dbos.workflow_status WHERE workflow_uuid IN ({marks}) AND status = 'PENDING'"
        )
        return {str(run) for (run,) in self.journal.rows(asked, tuple(runs))}

    def cancel(self, run: str) -> bool:
        """Have a run stop where it is, or not begin; False when it had ended."""
        cancelled = self.journal.cancel(run)
        if cancelled:
            with _telling():
                self._client.cancel_workflow(run)
        return cancelled

    def again(self, run: RunRow, place: Place) -> None:
        """Put a run that has ended, but can go on, into its queue once more.

        Raises Held when somebody else has, or its worker has not let go of it yet.
        """
        with _telling(), self.engine.begin() as holding:
            holding.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({PUTTING_BACK})")
            self._put_back(run, *_at(place))

    def _put_back(self, run: RunRow, queue: str, key: str) -> None:
        if not self.journal.set_state(run.id, RunState.QUEUED, run.state):
            raise Held("it went on since")
        try:
            with _telling():
                self._client.rewind_workflow(run.id, queue_name=queue, queue_partition_key=key or None)
        except Refusing as refused:
            self.journal.set_state(run.id, run.state, RunState.QUEUED)
            raise Held(str(refused)) from None
        except Broken:
            self.journal.set_state(run.id, run.state, RunState.QUEUED)
            raise

    def register(self, queue: str, limits: Limits, poll: float) -> None:
        """Say how many runs of a queue may go on at once, from now on and for all workers."""
        common: dict[str, Any] = {"worker_concurrency": limits.worker, "polling_interval_sec": poll}
        if limits.rate:
            common["limiter"] = {"limit": limits.rate[0], "period": limits.rate[1]}
        with _telling():
            self._client.register_queue(queue, global_concurrency=limits.all, **common)
            self._client.register_queue(
                queue + ORDERED, global_concurrency=limits.all, partition_concurrency=1, **common
            )

    def forget(self) -> None:
        """Have DBOS forget what the journal has forgotten."""
        while gone := [str(row[0]) for row in self.store.rows(FORGOTTEN, (WORKFLOW, MOST_FORGOTTEN))]:
            with _telling():
                self._client.delete_workflows(gone)

    def mend(self) -> None:
        """Have the journal know which runs nobody works on any more."""
        given_up, over = MENDING

        def work(db: Db) -> None:
            db.execute(given_up, (RunState.GIVEN_UP, *UNFINISHED))
            # While somebody puts a run back it looks like one that never will be.
            if db.execute(f"SELECT pg_try_advisory_xact_lock({PUTTING_BACK})").fetchone()[0]:
                db.execute(over, (RunState.INTERRUPTED, *UNFINISHED))
            db.execute("DELETE FROM worker WHERE seen_at < ?", (time.time_ns() // 1_000_000 - GONE,))

        self.store.transact(work)

    def close(self) -> None:
        """Let go of the database."""
        self._client.destroy()
        self.engine.dispose()


def place_of(run: RunRow) -> Place | None:
    """Where a run was put that came through a queue."""
    kept = run.options.get("place")
    return Place(*kept) if kept else None


def _at(place: Place) -> tuple[str, str]:
    """The queue of DBOS, and the partition of it."""
    return (place.queue + ORDERED, place.key) if place.key else (place.queue, "")


def _client(url: str, engine: Engine) -> DBOSClient:
    """A client of DBOS, whose tables are made when there are none of its release."""
    dbos = extras.load("dbos", extra="scale", needed_by="--queue")
    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    with _telling():
        while not _has_tables(engine, dbos, url):
            time.sleep(AGAIN)
        client: DBOSClient = dbos.DBOSClient(
            system_database_engine=engine,
            serializer=serializer(),
            application_name=APPLICATION,
            retry_connection_errors=False,
        )
    return client


def _has_tables(engine: Engine, dbos: Any, url: str) -> bool:
    """Make the tables of DBOS, one of all who come; False when another one is at it.

    Nobody waits for the lock within a statement, nor has it in a transaction: what DBOS does waits for both to end.
    """
    release = version("dbos")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.exec_driver_sql("SELECT carrier FROM format").scalar() == release:
            return True
        if not connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (MIGRATING,)).scalar():
            return False
        try:
            dbos.DBOS.migrate(url)
            connection.exec_driver_sql("UPDATE format SET carrier = %s", (release,))
        finally:
            connection.exec_driver_sql("SELECT pg_advisory_unlock(%s)", (MIGRATING,))
    return True


def serializer() -> Any:
    """What writes values of workflows: JSON, which runs nothing when it is read."""
    return extras.load("dbos", extra="scale", needed_by="--queue").DBOSPortableJSONSerializer()


@contextmanager
def _telling() -> Iterator[None]:
    """Raise Broken for what the database says, and Refusing for what DBOS does."""
    refused = extras.load("dbos._error", extra="scale", needed_by="--queue").DBOSException
    try:
        yield
    except SQLAlchemyError as error:
        raise EngineBroken(said_of(error)) from None
    except refused as error:
        raise Refusing(said_of(error)) from None
