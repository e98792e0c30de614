"""What lies in the database: no value of a secret in any shape, and nothing that runs when it is read."""

from __future__ import annotations

import base64
import json
import pickle
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from waiting import until

from proving.bench import KEY, Bench
from proving.fleet import Fleet, fleet
from proving.jobs import KINDS, write_job
from proving.trials import Trial, kept
from proving.workers import Held
from xsrun.engine.rows import RunState

SHAPES = (KEY, base64.b64encode(KEY.encode()).decode(), KEY.encode().hex(), json.dumps(KEY)[1:-1])
COLUMNS = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_schema IN ('xsrun', 'dbos', 'public') AND table_type = 'BASE TABLE' ORDER BY 1, 2
"""


def no_secret(bench: Bench, quick: bool) -> Iterator[Trial]:
    """Runs with a variable in header and body, one of them killed and one cancelled; then every value is looked at."""
    with fleet(bench, "secrets") as group:
        held, other, mark = Held(group), Held(group), bench.mark()
        folder = bench.fresh("lookup")
        write_job(folder, KINDS["lookup"])
        paging = group.order(folder, mark)
        first = group.worker(at_once=3)
        held.until_sent()
        other.until_sent()
        first.kill()
        group.worker(at_once=3)
        held.until_sent(2)
        group.cancel(other.run)
        held.release()
        other.release()
        ended = [group.ended(run).state for run in (held.run, paging)]
        seen = [*_texts(group)]
        yield kept(
            "a variable in the database",
            (ended == [RunState.COMPLETE] * 2, f"the runs are {ended}"),
            (any("⟦pagerduty_api_key⟧" in text for _, text in seen), "what stands in its place was not found either"),
            (not (found := _found(seen)), f"it stands in {found}"),
            (KEY not in "".join(each.stdout() + each.stderr() for each in group.workers), "a worker has written it"),
        )


def _texts(group: Fleet) -> Iterator[tuple[str, str]]:
    """Every value of every table as text, unpacked, with the name of its table."""
    for schema, table in group.cluster.execute(COLUMNS, group.database):
        for row in group.cluster.execute(f'SELECT * FROM {schema}."{table}"', group.database):
            for value in row:
                yield f"{schema}.{table}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        value = bytes(value)
        with suppress(zlib.error):
            value = zlib.decompress(value)
        value = value.decode("utf-8", "replace")
    with suppress(ValueError, TypeError):
        value = base64.b64decode(value, validate=True).decode("utf-8") + value
    return str(value)


def _found(seen: list[tuple[str, str]]) -> set[str]:
    return {place for place, text in seen if any(shape in text for shape in SHAPES)}


def no_pickle(bench: Bench, quick: bool) -> Iterator[Trial]:
    """Whoever can write to the database puts a pickle in the place of what a worker reads: it is not loaded."""
    with fleet(bench) as group:
        held, other = Held(group), Held(group)
        proof = bench.fresh("pickle") / "loaded"
        bomb = base64.b64encode(b"cbuiltins\nopen\n(V" + str(proof).encode() + b"\nVw\ntR.").decode()
        pickle.loads(base64.b64decode(bomb)).close()
        harmful = proof.exists()
        proof.unlink()
        group.cluster.execute(
            f"UPDATE dbos.workflow_status SET inputs = '{bomb}', serialization = 'py_pickle'"
            f" WHERE workflow_uuid = '{held.run}'",
            group.database,
        )
        worker = group.worker()
        held.release()
        other.release()
        done = other.ended()
        until(lambda: held.now().state != RunState.QUEUED or worker.alive, "the worker has looked at it", 10)
        yield kept(
            "a pickle in place of an input",
            (harmful, "it does nothing where it is loaded"),
            (not proof.exists(), "it was loaded, and did what it wanted"),
            (done.state == RunState.COMPLETE, f"the other run is {done.state}"),
        )
