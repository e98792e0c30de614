"""What a run of this machine left behind, for the commands of the platform's client."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from xsrun.cli.options import run_options
from xsrun.cli.preparing import settings_of, variables_of
from xsrun.config import read_config
from xsrun.engine.rows import RunRow, StepRow
from xsrun.executable import executable
from xsrun.runtime.environment import resolve
from xsrun.runtime.secrets import Masker
from xsrun.server.runapi.rows import tables
from xsrun.server.runapi.shapes import effects_of, logs_of
from xsrun.values import plain


def sink(row: RunRow, steps: Sequence[StepRow]) -> dict[str, Any]:
    """The tables of a run as they are now, and its log. Raises BadOption, and the Fault ``database``."""
    logs = logs_of(row)
    return {"tables": _tables(row), "logs": [*logs, *effects_of(steps, len(logs))]}


def _tables(row: RunRow) -> list[dict[str, Any]]:
    if not os.path.exists(row.path):
        return []
    program = executable(row.path).program
    env = [name for plan in program.jobs.values() for name in plan.env]
    masker = Masker(resolve(env, *variables_of(row.path, run_options())).values.values())
    settings = settings_of(row.path)
    url = row.options.get("db") or (read_config(settings).db if settings else "")
    shown: list[dict[str, Any]] = masker.value(plain(tables(row.path, program.tables, url)))
    return shown
