"""Runs of the journal in the shapes of the platform's Run API. A session is a run here; a run is what it runs."""

from __future__ import annotations

import hashlib
import json
import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from xsrun.engine.effects import State
from xsrun.engine.rows import RunRow, RunState, StepRow

NAMES: Final = uuid.UUID("6f0f4a1e-4c0e-5b7e-9a53-0d5f6d1c2b3a")
"""Where the ids of runs come from."""
STATES: Final[Mapping[str, str]] = {
    RunState.QUEUED: "pending",
    RunState.RUNNING: "running",
    RunState.COMPLETE: "complete",
}
"""The states of the platform; any other one is ``error``."""
UNSAID: Final[Mapping[str, str]] = {
    RunState.CANCELLED: "The session was stopped.",
    RunState.INTERRUPTED: "The session was cut short; it can be started again.",
    RunState.GIVEN_UP: "The session was given up: whoever worked on it died, again and again.",
    RunState.UNKNOWN: "Something may have been done whose outcome is not known.",
    RunState.SETTLED: "The session does not go on; what was not known of it has been said.",
}
"""What is wrong with a session that says nothing itself."""
PHASES: Final = ("boot", "pre", "main", "post", "total")
SEPARATOR: Final = "\n---\n"
NOTES: Final = "session"
"""The option of a run that holds what was said of its session: ``name`` and ``access``."""
NO_RUN: Final = "no run.job or run.service"
"""What is wrong with a document that runs nothing."""
PRIVATE: Final = "private"
PUBLIC: Final = "public"


class Told(NamedTuple):
    """A session, and the document that it ran."""

    row: RunRow
    doc: str
    type: str = "job"
    """What it runs: a ``job``, or a ``service``."""
    taken: bool | None = None
    """Whether somebody works on it, or is about to; None where that is not known."""

    @property
    def sig(self) -> str:
        """What names the text of the document."""
        return hashlib.sha256(self.doc.encode("utf-8", "surrogatepass")).hexdigest()


def run_id(path: str, job: str) -> str:
    """The id of what is run: of a job in a folder."""
    return str(uuid.uuid5(NAMES, f"{path}\n{job}"))


def joined(files: Mapping[str, str]) -> str:
    """The files of a project as one text of several documents."""
    texts = (text.strip() for name, text in sorted(files.items()) if name.endswith(".xs"))
    return SEPARATOR.join(text for text in texts if text)


def state_of(row: RunRow, taken: bool | None = None) -> str:
    """The state of a session, in the words of the platform; ``taken`` is that of ``Told``."""
    if row.state == RunState.QUEUED and taken:
        return "processing"
    if row.state == RunState.RUNNING and taken is False:
        return "pending"
    return STATES.get(row.state, "error")


def access_of(row: RunRow) -> str:
    """Who may read a session: ``public`` is everybody."""
    access: str = _notes(row).get("access", PRIVATE)
    return access


def _notes(row: RunRow) -> dict[str, Any]:
    notes: dict[str, Any] = row.options.get(NOTES) or {}
    return notes


def noted(row: RunRow, **notes: str) -> RunRow:
    """A run of whose session something is said."""
    return row._replace(options={**row.options, NOTES: {**_notes(row), **notes}})


def times_of(row: RunRow) -> dict[str, float | None]:
    """How long the parts of a session took, in seconds; null for one that did not run."""
    kept = _report(row).get("times") or {}
    times = {f"{each}_time": kept.get(each) for each in PHASES}
    if times["total_time"] is None and row.ended_at is not None:
        times["total_time"] = (row.ended_at - row.started_at) / 1000
    return times


def _report(row: RunRow) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row.report) if row.report else {}
    return found


def response_of(row: RunRow) -> Any:
    """What the job of a session gave."""
    return json.loads(row.result) if row.result else None


def message_of(row: RunRow) -> str:
    """Why a session is in error, ``""`` for one that is not."""
    if state_of(row) != "error":
        return ""
    said = json.loads(row.error) if row.error else {}
    return str(said.get("message") or UNSAID.get(row.state, "The session failed."))


def logs_of(row: RunRow) -> list[dict[str, Any]]:
    """What the job of a session wrote with ``debug.log``, as entries of its log."""
    return [_entry(at, row.started_at, 0.0, "", "debug.log", each) for at, each in enumerate(_logged(row), 1)]


def _logged(row: RunRow) -> list[Any]:
    found: list[Any] = _report(row).get("logs") or []
    return found


def _entry(at: int, when: int, duration: float | None, message: str, kind: str, about: Any) -> dict[str, Any]:
    said = {"error_msg": message, "log_type": kind, "log_object": about}
    return {"id": at, "created_at": when, "duration": duration, **said}


def effects_of(steps: Sequence[StepRow], after: int) -> list[dict[str, Any]]:
    """What a session did outside, as entries of its log that follow so many others."""
    return [_effect(after + at, step) for at, step in enumerate(steps, 1)]


def _effect(at: int, step: StepRow) -> dict[str, Any]:
    duration = None if step.answered_at is None else (step.answered_at - step.prepared_at) / 1000
    message = "" if step.state == State.ANSWERED else f"{step.title}: {step.state}"
    entry = _entry(at, step.prepared_at, duration, message, step.kind, step.title)
    return {**entry, "function_name": step.site, "input": json.loads(step.args), "output": step.outcome}


def run_shape(told: Told) -> dict[str, Any]:
    """What a session runs: a job of a folder, with the document and the arguments that this session has."""
    row = told.row
    return {
        "id": run_id(row.path, row.job),
        "name": row.job,
        "type": told.type,
        "doc": told.doc,
        "args": row.input,
        "sig": told.sig,
        "project_id": "local",
        "user_id": 0,
        "created_at": row.started_at,
        "updated_at": row.ended_at or row.started_at,
    }


def session_shape(told: Told) -> dict[str, Any]:
    """A session."""
    row = told.row
    return {
        "id": row.id,
        "run_id": run_id(row.path, row.job),
        "_run": run_shape(told),
        "state": state_of(row, told.taken),
        "access": access_of(row),
        "label": _notes(row).get("name", ""),
        "response": response_of(row),
        "error_msg": message_of(row),
        "logs": logs_of(row),
        "tenant_id": 0,
        "batch_id": None,
        "hibernate_at": None,
        "backup": None,
        **times_of(row),
        "created_at": row.started_at,
        "updated_at": row.ended_at or row.started_at,
    }


def detail_shape(told: Told) -> dict[str, Any]:
    """A session with the names that older clients ask for, too."""
    shown = session_shape(told)
    return {
        **shown,
        "doc": told.doc,
        "name": shown["label"] or told.row.job,
        "status": shown["state"],
        "url": None,
        "uptime": shown["total_time"],
        "createdAt": shown["created_at"],
        "projectId": "local",
        "backupResource": None,
    }


def result_shape(told: Told, problems: Iterable[str] = (), state: str | None = None) -> dict[str, Any]:
    """What executing something gives; ``problems`` are warnings about how it was asked for.

    ``state`` stands in the place of that of the session. What older clients ask for is at the top, too.
    """
    session = session_shape(told)
    session["state"] = state = state or session["state"]
    row, times, response = told.row, times_of(told.row), session["response"]
    return {
        "run": {
            "id": session["run_id"],
            "problems": [{"severity": "warning", "message": each} for each in problems],
            "debug": [each if isinstance(each, str) else json.dumps(each) for each in _logged(row)],
            "result": {**times, "response": response},
            "session": session,
        },
        "result": {**times, "state": state, "response": response, "pre_result": _report(row).get("pre_result")},
        "logs": session["logs"],
        "session_id": row.id,
        "state": state,
        "response": response,
        "error_msg": session["error_msg"],
    }


def oldest_shape(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What executing something gives, as ``result_shape``, for the oldest clients."""
    session = shown["run"]["session"]
    return {
        "run": {"id": shown["run"]["id"], "session": {"id": session["id"], "state": session["state"]}},
        "result": {**shown["result"], "error_msg": shown["error_msg"]},
        "logs": shown["logs"],
    }


class Page(NamedTuple):
    """Which part of a list is wanted."""

    number: int = 1
    size: int = 20

    @property
    def offset(self) -> int:
        """How many come before it."""
        return (self.number - 1) * self.size


def paged(items: Sequence[Any], page: Page, total: int) -> dict[str, Any]:
    """A part of a list that has so many items in all."""
    pages = math.ceil(total / page.size)
    return {
        "items": list(items),
        "curPage": page.number,
        "nextPage": page.number + 1 if page.number < pages else None,
        "prevPage": page.number - 1 if page.number > 1 else None,
        "itemsReceived": len(items),
        "itemsTotal": total,
        "offset": page.offset,
        "pageTotal": pages,
        "perPage": page.size,
    }


def project_shape(name: str = "local", description: str = "") -> dict[str, Any]:
    """The one project that there is."""
    return {"id": "local", "name": name, "description": description, "access": PRIVATE}
