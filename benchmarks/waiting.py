"""Queues that are long and workers that are old: what a run costs with how many behind it, and what memory stays."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

from measuring import Bar, Plan, Row, in_turn, ratio
from working import FIRST, Database, Process, begun, database, home, put, xsrun_worker

WAITING: Final = (100, 1_000, 10_000, 100_000)
JOB: Final = "idle"
MODEL: Final = "model"
"""The run that the waiting ones are copies of."""
SPREAD: Final = 0.2
COPIED: Final = {
    "xsrun.run": ("id", ""),
    "dbos.workflow_status": ("workflow_uuid", "priority"),
    "dbos.workflow_input": ("workflow_uuid", ""),
}
"""Tables with rows of a run that waits, the column of its id, and that of its priority."""


def queue(plan: Plan) -> list[Row]:
    """Time a run with 1,000, 10,000 and 100,000 waiting over the time with 100."""
    lengths = WAITING[: 2 if plan.quick else 4]
    jobs, rounds = (40, 2) if plan.quick else (150, max(3, plan.rounds // 2))
    with home(), ExitStack() as held:
        queues = {length: held.enter_context(database(f"queue{length}")) for length in lengths}
        for length, each in queues.items():
            fill(each, length)
        turns = dict.fromkeys(lengths, 0)

        def turn(length: int) -> float:
            turns[length] += 1
            batch, each = f"batch{turns[length]}", queues[length]
            put(each, [f"{batch}-{number}" for number in range(FIRST + jobs)], JOB, {})
            with begun(xsrun_worker(each)):
                return each.ended(batch, FIRST + jobs)

        costs = in_turn({str(length): partial(turn, length) for length in lengths}, rounds)
    shortest = str(lengths[0])
    found = []
    for length in lengths[1:]:
        value = ratio(costs[str(length)], costs[shortest])
        what = f"time a run, {length:,} waiting / {lengths[0]:,}"
        found.append(Row("queue", what, value, Bar("<=", 1 + SPREAD)))
    return found


def held(plan: Plan) -> list[Row]:
    """Memory that a worker holds after many runs over that after the first of them."""
    early, late = (100, 400) if plan.quick else (1_000, 10_000)
    with home(), database("memory") as queues:
        fill(queues, late + 200)
        with begun(xsrun_worker(queues)) as process:
            before = _after(queues, process, early)
            after = _after(queues, process, late)
    note = f"{(after - before) / 1024:,.0f} kB more"
    return [Row("worker", f"memory after {late:,} runs / after {early:,}", after / before, Bar("<=", 1.05), note)]


def _after(queues: Database, process: Process, runs: int) -> int:
    """Bytes that a worker holds when it has ended so many runs."""
    count = "SELECT count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS'"
    while queues.connection.execute(count).fetchone()[0] < runs:
        time.sleep(0.2)
    return process.held()


def fill(queues: Database, runs: int) -> None:
    """Have so many runs wait behind all others."""
    put(queues, [MODEL], JOB, {})
    for table, (id, priority) in COPIED.items():
        schema, _, name = table.partition(".")
        columns = _columns(queues, schema, name)
        given = ", ".join(_copied(each, id, priority) for each in columns)
        queues.connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {given} FROM {table}, generate_series(1, %s::int) n"
            f" WHERE {id} = '{MODEL}'",
            (runs - 1,),
        )
    queues.connection.execute("ANALYZE")


def _copied(column: str, id: str, priority: str) -> str:
    return f"'{MODEL}' || n" if column == id else f"{column} + 1" if column == priority else column


def _columns(queues: Database, schema: str, table: str) -> Sequence[str]:
    asked = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
        " ORDER BY ordinal_position"
    )
    return [name for (name,) in queues.connection.execute(asked, (schema, table)).fetchall()]
