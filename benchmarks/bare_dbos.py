"""The worker that a person would write on DBOS: workflows of steps, each of which posts as the job ``posts`` does.

``bare_dbos.py URL QUEUE AT_ONCE`` says that it works with its first line. Its settings are those of ``xsrun worker``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any, Final

import httpx
from dbos import DBOS, DBOSPortableJSONSerializer

from xsrun.engine.scale.worker import SPARE_THREADS

VERSION: Final = "bare-1"
APPLICATION: Final = "bare"
CLIENTS: Final = threading.local()


@DBOS.step()
def post(url: str, number: int) -> Any:
    """One POST; without an address nothing at all."""
    if not url:
        return None
    if not hasattr(CLIENTS, "own"):
        CLIENTS.own = httpx.Client()
    answer = CLIENTS.own.post(url, json={"title": "Database is down", "number": number}, timeout=10)
    return {"status": answer.status_code, "headers": dict(answer.headers), "body": answer.json()}


@DBOS.workflow(name="posts")
def posts(url: str, times: int) -> dict[str, int]:
    """Some POSTs, one after the other."""
    for number in range(times):
        post(url, number)
    return {"posts": times}


def main(url: str, queue: str, at_once: int) -> None:
    """Work until told to end."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": url,
            "sys_db_pool_size": 2 * at_once + SPARE_THREADS,
            "executor_id": f"bare-{os.getpid()}",
            "application_version": VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
            "max_executor_threads": 2 * at_once + SPARE_THREADS,
        }
    )
    DBOS.listen_queues([queue])
    DBOS.launch()
    print(json.dumps({"worker": os.getpid()}), flush=True)
    told.wait()
    DBOS.destroy()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
