"""What a folder takes, needs and talks to, without running it."""

from __future__ import annotations

from typing import Any

from xsrun.compile.context import Findings
from xsrun.compile.fields import Fields
from xsrun.compile.hosts import hosts
from xsrun.diagnostics import Found
from xsrun.program import Call
from xsrun.project import Folder, Job
from xsrun.types.fields import Field


def describe(folder: Folder, name: str | None = None) -> dict[str, Any]:
    """``{jobs, functions, tables, hosts}``; a job has name, kind, path, description, main, inputs and env."""
    jobs = [job for job in folder.jobs.values() if name is None or job.plan.name == name]
    return {
        "jobs": [_job(folder, job) for job in jobs],
        "functions": sorted(folder.named("function")),
        "tables": sorted(folder.named("table")),
        "hosts": list(hosts(folder)),
    }


def _job(folder: Folder, job: Job) -> dict[str, Any]:
    plan = job.plan
    return {
        "name": plan.name,
        "kind": plan.kind,
        "path": job.construct.source.name,
        "description": plan.description,
        "main": plan.main.name if plan.main else None,
        "inputs": [_input(field, plan.main.input) for field in _fields(folder, plan.main)] if plan.main else [],
        "env": list(plan.env),
    }


def _fields(folder: Folder, main: Call) -> tuple[Field, ...]:
    function = folder.named("function").get(main.name)
    if function is None:
        return ()
    return Fields(Findings(function.source, Found())).read(function.block.block("input"))


def _input(field: Field, constants: dict[str, Any]) -> dict[str, Any]:
    shown = {"name": field.name, "type": f"{field.type}{'[]' if field.is_list else ''}"}
    described: dict[str, Any] = {**shown, "required": not field.may_be_omitted and field.name not in constants}
    if field.attributes.get("description"):
        described["description"] = field.attributes["description"]
    if field.name in constants:
        described["value"] = constants[field.name]
    return described
