"""What a session leaves behind: its tables and its log; those of a document as it left them, others as they are now."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any, Final

from xsrun.config import BadConfig, config_file, read_config
from xsrun.diagnostics import Fault
from xsrun.engine.documents import rows_in
from xsrun.engine.finding import Wanted, search
from xsrun.engine.folder import Broken
from xsrun.engine.rows import UNFINISHED, RunRow
from xsrun.executable import executable
from xsrun.files import make_private, replace
from xsrun.runtime.secrets import Masker
from xsrun.server.runapi.executing import Api
from xsrun.server.runapi.rows import tables
from xsrun.server.runapi.sessions import found, opened
from xsrun.server.runapi.shapes import effects_of, logs_of
from xsrun.server.runapi.wrong import Wrong
from xsrun.values import dumps, plain

SINKS: Final = "sinks"
"""Where the tables of its sessions lie in the folder of a document."""
MOST_SINKS: Final = 20
"""Sessions whose sink can be had."""


def sink(api: Api, id: str) -> dict[str, Any]:
    """The tables and the log of one of the newest sessions, when it is over. Raises Wrong."""
    with opened(api) as journal:
        row = found(api, journal, id)
        steps = journal.steps(id)
        kept = id in (each.id for each in search(journal, Wanted(among=api.among), MOST_SINKS))
    if row.state in UNFINISHED:
        raise Wrong("badrequest", "the session is under way: it has a sink when it is over")
    if not kept:
        raise Wrong("notfound", f"the sinks of the {MOST_SINKS} newest sessions alone are kept")
    logs = logs_of(row)
    left = _left(row)
    shown = _shown_tables(api, row) if left is None else left
    return {"tables": shown, "logs": [*logs, *effects_of(steps, len(logs))]}


def keep(api: Api, id: str) -> None:
    """Keep the tables of a document as its session leaves them, beside it; jobs of a folder share theirs.

    Where that cannot be done, or others forget the document or an old sink meanwhile, the sink has what there is then.
    """
    with suppress(Wrong, Broken, OSError):
        _keep(api, id)


def _keep(api: Api, id: str) -> None:
    with opened(api) as journal:
        row = journal.run(id)
    if row is None or not os.path.isdir(row.path):
        return
    left = _shown_tables(api, row)
    if not left:
        return
    folder = os.path.join(row.path, SINKS)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    make_private(_kept_at(row))
    replace(_kept_at(row), dumps(left).encode("utf-8", "backslashreplace"))
    for old in sorted(os.scandir(folder), key=lambda each: each.stat().st_mtime)[:-MOST_SINKS]:
        os.unlink(old)


def _left(row: RunRow) -> list[dict[str, Any]] | None:
    """The tables as a session left them, None where they were not kept."""
    if not row.options.get("document"):
        return None
    try:
        with open(_kept_at(row), "rb") as file:
            left: list[dict[str, Any]] = json.loads(file.read())
            return left
    except (OSError, ValueError):
        return None


def _kept_at(row: RunRow) -> str:
    return os.path.join(row.path, SINKS, f"{row.id}.json")


def _shown_tables(api: Api, row: RunRow) -> list[dict[str, Any]]:
    if not os.path.exists(row.path):
        return []
    served = next((each for each in api.served.now.named.values() if os.path.abspath(each.folder) == row.path), None)
    program = served.loaded.program if served else executable(row.path).program
    names = {*program.env_read, *(name for plan in program.jobs.values() for name in plan.env)}
    masker = Masker(api.variables.values(row.path, names, is_document=served is None).values())
    try:
        url = _url(api, row.path) if served else rows_in(row.path)
        shown = tables(row.path, program.tables, url)
    except (Fault, BadConfig) as fault:
        raise Wrong("standard", fault.message) from None
    masked: list[dict[str, Any]] = masker.value(plain(shown))
    return masked


def _url(api: Api, path: str) -> str:
    """Where the rows of a project that is served are, ``""`` for in its folder. Raises BadConfig."""
    file = config_file(path)
    return api.db or (read_config(file).db if file else "")
