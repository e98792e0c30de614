"""Runs and their steps as JSON objects for people and programs."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from xsrun.engine.effects import State
from xsrun.engine.rows import RunRow, StepRow


def run_summary(run: RunRow) -> dict[str, Any]:
    """``{id, job, state, started_at, ended_at, exit, attempts, path}``; times as ISO 8601 in UTC."""
    return {
        "id": run.id,
        "job": run.job,
        "state": run.state,
        "started_at": iso(run.started_at),
        "ended_at": iso(run.ended_at),
        "exit": run.exit,
        "attempts": run.attempts,
        "path": run.path,
    }


def run_details(run: RunRow, steps: Iterable[StepRow]) -> dict[str, Any]:
    """The summary with ``options``, ``input``, ``result``, ``error``, ``report`` and ``steps``; no secret is in it."""
    return {
        **run_summary(run),
        "options": {name: value for name, value in run.options.items() if value not in (None, False, [], "")},
        "input": run.input,
        "result": json.loads(run.result) if run.result else None,
        "error": json.loads(run.error) if run.error else None,
        "report": json.loads(run.report) if run.report else {},
        "steps": [step_details(step) for step in steps],
    }


def step_details(step: StepRow) -> dict[str, Any]:
    """``{name, kind, title, site, policy, state, key?, strand?, prepared_at, sent_at, answered_at, args, outcome}``."""
    shown: dict[str, Any] = {
        "name": step.name,
        "kind": step.kind,
        "title": step.title,
        "site": step.site,
        "policy": step.policy,
        "state": step.state,
        "prepared_at": iso(step.prepared_at),
        "sent_at": iso(step.sent_at),
        "answered_at": iso(step.answered_at),
        "args": json.loads(step.args),
        "outcome": step.outcome,
    }
    return shown | ({"key": step.key} if step.key else {}) | ({"strand": step.strand} if step.strand else {})


def iso(milliseconds: int | None) -> str | None:
    """A time as ``2026-01-31T12:00:00.000Z``."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def outcome_line(step: StepRow) -> str:
    """What came of a step, in a few words."""
    outcome = step.outcome
    if step.state == State.PREPARED:
        return "not sent"
    if step.state == State.SENT:
        return "no answer known"
    if step.kind == "http" and isinstance(outcome, dict):
        return str(outcome["failure"]) if "failure" in outcome else f"{outcome['status']} {outcome['reason']}".strip()
    return step.state


def source_diff(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What changed in the texts of a project, as the lines of a unified diff; none when nothing did."""
    lines: list[str] = []
    for name in sorted({*before, *now}):
        lines += diff(before.get(name, ""), now.get(name, ""), f"then/{name}", f"now/{name}")
    return lines


def diff(before: str, now: str, named: str, named_now: str) -> list[str]:
    """The lines of a unified diff."""
    changed = difflib.unified_diff(before.splitlines(), now.splitlines(), named, named_now, lineterm="")
    return list(changed)


def readable(details: dict[str, Any]) -> str:
    """A run as text that can be compared line by line: nothing that differs from run to run by itself."""
    steps = [{name: step[name] for name in ("title", "site", "state", "args", "outcome")} for step in details["steps"]]
    kept = {name: details[name] for name in ("job", "state", "exit", "options", "input", "result", "error")}
    return json.dumps({**kept, "steps": steps}, indent=2, ensure_ascii=False)
