"""What a document takes and needs, as the platform tells it; nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xsrun.compile.program import compile_folder
from xsrun.program import JOB, SERVICE, Plan, Program
from xsrun.project import Folder, load_text
from xsrun.runtime.job import main_routine
from xsrun.runtime.secrets import MASK
from xsrun.server.runapi.shapes import NO_RUN
from xsrun.types.fields import ABSENT, Field


def info_of_text(text: str) -> dict[str, Any]:
    """``doc_info`` of a text of several documents."""
    return doc_info(load_text(text, "run.xs"))


def doc_info(folder: Folder) -> dict[str, Any]:
    """``{type, input, env, problems}``, and what older clients ask for.

    That is the names of ``functions``, ``services`` and ``jobs``, ``valid`` and ``errors``.
    """
    program = compile_folder(folder)
    errors = [each for each in folder.diagnostics if each.severity == "error"]
    plans = list(program.jobs.values())
    problems = [{"severity": each.severity, "message": str(each)} for each in folder.diagnostics]
    if not plans and not errors:
        problems.append({"severity": "error", "message": NO_RUN})
    plan = plans[0] if plans else None
    return {
        "type": plan and plan.kind.removeprefix("run."),
        "input": _inputs(program, plan) if plan and not errors else {},
        "env": list(plan.env) if plan else [],
        "problems": problems,
        "functions": sorted(folder.named("function")),
        "services": [each.name for each in plans if each.kind == SERVICE],
        "jobs": [each.name for each in plans if each.kind == JOB],
        "valid": not errors,
        "errors": [str(each) for each in errors],
    }


def _inputs(program: Program, plan: Plan) -> dict[str, Any]:
    """The inputs of ``main`` by name."""
    if plan.main is None:
        return {}
    return {field.name: input_of(field, plan.main.input) for field in main_routine(program, plan.main).fields}


def input_of(field: Field, constants: Mapping[str, Any]) -> dict[str, Any]:
    """A declared input: ``{type, required, nullable, default, description, values?, list?, value?}``.

    ``value`` is the constant that a job gives it.
    """
    default = None if field.told_default is ABSENT else field.told_default
    said: dict[str, Any] = {"type": field.type, "required": not field.may_be_omitted, "nullable": field.nullable}
    said |= {"default": default, "description": field.attributes.get("description", "")}
    if field.attributes.get("values"):
        said["values"] = list(field.attributes["values"])
    if field.is_list:
        said["list"] = True
    if field.name in constants:
        said["value"] = MASK if field.holds_sensitive else constants[field.name]
    return said
