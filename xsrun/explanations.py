"""What each code means, what provokes it and what mends it: the pages of ``xsrun explain``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from xsrun.api import Project
from xsrun.contracts.rules import contract_findings
from xsrun.diagnostics import CODES, CONTRACTS, LIMITS, PORTABILITY, REMARKS, RUN, SOURCE, START, Code, Diagnostic
from xsrun.effects.memory import MemoryHttp, memory_world
from xsrun.effects.ports import Request, Response
from xsrun.project import load_text
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, Result

KINDS: Final[Mapping[str, Mapping[str, Code]]] = {
    "source": SOURCE,
    "portability": PORTABILITY,
    "remark": REMARKS,
    "contract": CONTRACTS,
    "run": RUN,
    "start": START,
    "limit": LIMITS,
}
"""The codes by when they occur."""

FILE: Final = "job.xs"
"""What the file with an example is called."""


class Explanation(NamedTuple):
    """One code. ``example`` provokes it and ``mended`` stands in its place, both ``""`` where no text does so."""

    code: str
    kind: str
    exit: int
    meaning: str
    why: str = ""
    example: str = ""
    mended: str = ""
    statements: bool = False
    """Whether the example is the inside of a ``stack``, and no whole documents."""
    command: str = ""
    """What is typed, where that decides, with the example in ``FILE``."""
    mended_command: str = ""
    beside: Mapping[str, str] = {}
    """Further files that the command reads, by name."""
    limit: int | None = None
    """The turns that loops may make."""


@cache
def explanations() -> Mapping[str, Explanation]:
    """Every code with its explanation."""
    book = tomllib.loads(files(__package__).joinpath("explanations.toml").read_text(encoding="utf-8"))
    return {
        code: _explanation(code, kind, book.get(code, {})) for kind, codes in KINDS.items() for code in sorted(codes)
    }


def _explanation(code: str, kind: str, noted: Mapping[str, Any]) -> Explanation:
    """What is noted of a code, beside what its record says."""
    example = noted.get("file", noted.get("stack", ""))
    mended = noted.get("mended", "")
    typed = mended.startswith("xsrun ")
    return Explanation(
        code,
        kind,
        CODES[code].exit,
        CODES[code].meaning,
        noted.get("why", ""),
        example,
        "" if typed else mended,
        "stack" in noted,
        noted.get("command", ""),
        mended if typed else "",
        noted.get("beside", {}),
        noted.get("limit"),
    )


def said(explained: Explanation, text: str) -> list[Diagnostic | Failure]:
    """What is reported of an example, or of what mends it: when it is read, and else when it is run.

    Nothing is sent anywhere: every request is answered with an empty 200.
    """
    project = Project(load_text(_program(text) if explained.statements else text, FILE))
    if explained.kind == "contract":
        return [*project.diagnostics, *contract_findings(project.folder)]
    if project.errors:
        return [*project.diagnostics]
    failure = _run(project, explained.limit).error
    return [*project.diagnostics, *([failure] if failure else [])]


def _program(statements: str) -> str:
    inside = "".join(f"    {line}\n" for line in statements.splitlines())
    return f'function "example" {{\n  input {{}}\n  stack {{\n{inside}  }}\n  response = $var\n}}\n'


def _run(project: Project, turns: int | None) -> Result:
    world, limits = memory_world(http=MemoryHttp(_empty)), Limits() if turns is None else Limits(turns=turns)
    if project.jobs:
        return project.run(world=world, limits=limits)
    if not project.functions:
        return Result()
    return project.call(next(iter(project.functions)), world=world, limits=limits)


def _empty(request: Request) -> Response:
    return Response(200)
