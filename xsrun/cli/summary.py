"""What the commands of the platform's client print for people, laid out as they do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from xsrun.engine.views import iso

RULE: Final = "-" * 75
PHASES: Final = ("total", "boot", "main", "pre", "post")
INDENT: Final = "    "


def _parts(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def of_result(result: Mapping[str, Any]) -> str:
    """What executing something came to."""
    head = "Executed successfully!" if result["state"] != "error" else "Execution failed"
    return _parts([head, "", *_result_lines(result, result["run"]["id"])])


def of_session(session: Mapping[str, Any]) -> str:
    """A session."""
    told = {**session, "result": session, "session_id": session["id"], "run": {"problems": []}}
    return _parts(_result_lines(told, session["run_id"]))


def _result_lines(result: Mapping[str, Any], run: str) -> Iterator[str]:
    yield f"  Run ID:     {run}"
    yield f"  Session ID: {result['session_id']}"
    yield f"  State:      {result['state']}"
    times = {each: result["result"].get(f"{each}_time") for each in PHASES}
    yield from _titled("Timing", (f"{name.title():<6} {_shown(at)}" for name, at in times.items() if at is not None))
    if result["state"] != "error" and result["response"] is not None:
        yield from _titled("Response", _value(result["response"]))
    yield from _titled("Problems", (f"- [{each['severity']}] {each['message']}" for each in result["run"]["problems"]))
    if result["error_msg"]:
        yield ""
        yield f"  Error: {result['error_msg']}"


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines under a title; nothing where there are none."""
    found = list(lines)
    if found:
        yield from ("", f"  {title}:", *(f"{INDENT}{line}".rstrip() for line in found))


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:.2f}ms"


def _value(value: Any) -> list[str]:
    return (value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)).splitlines()


def of_sessions(sessions: Iterable[Mapping[str, Any]]) -> str:
    """Sessions as a table."""
    rows = [f"{each['id']:<44} {each['state']:<12} {iso(each['created_at'])}" for each in sessions]
    return _parts([f"{'ID':<44} {'STATE':<12} CREATED", RULE, *rows])


def of_info(info: Mapping[str, Any]) -> str:
    """What a document takes and needs."""
    inputs = [f"  - {name}: {json.dumps(each, ensure_ascii=False)}" for name, each in info["input"].items()]
    env = [f"  - {name}" for name in info["env"]]
    lines = ["Document Info:", "", f"  Type: {info['type'] or 'none'}", "", "Inputs:", *(inputs or ["  (none)"])]
    return _parts([*lines, "", "Environment Variables:", *(env or ["  (none)"])])


def of_sink(sink: Mapping[str, Any]) -> str:
    """How much a session left behind."""
    tables = [f"  - {each['name']} ({len(each['content'])} rows)" for each in sink["tables"]]
    return _parts(["Sink Data:", f"Tables: {len(tables)}", *tables, f"Logs: {len(sink['logs'])} entries"])


def of_names(names: Iterable[str]) -> str:
    """The names of variables."""
    return _parts(["Environment variables:", *(f"  - {name}" for name in names)])


def of_projects(projects: Iterable[Mapping[str, Any]]) -> str:
    """Projects as a table."""
    return _parts(
        [f"{'ID':<12} {'NAME':<24} ACCESS", *(f"{p['id']:<12} {p['name']:<24} {p['access']}" for p in projects)]
    )
