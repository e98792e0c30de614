"""Golden scripts: many small stacks in one file, each asserting with the language's own ``expect``.

A line ``//=== title`` begins a case. A line that is wrong announces it at its end with ``//! code`` or
``//! code: part of the message or help``. An announced finding must be there; an error that is not
announced fails the case, and in the scripts about warnings a warning too.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from stack import program

from xsrun.diagnostics import Diagnostic
from xsrun.effects.memory import memory_world

SCRIPTS = Path(__file__).parent / "scripts"
TITLE = "//=== "
ABOUT_WARNINGS = {"flow.xs", "proofs.xs", "slips.xs"}
MARK = re.compile(r"[ \t]*//! ([a-z-]+)(?:: (.*?))?(?=[ \t]*//! |$)", re.MULTILINE)


class Case(NamedTuple):
    """One stack of a script; ``line`` is where its first statement stands."""

    script: str
    title: str
    line: int
    body: str


class Announced(NamedTuple):
    """A finding that a mark demands."""

    line: int
    code: str
    part: str


def cases():
    for path in sorted(SCRIPTS.glob("*.xs")):
        lines = path.read_text(encoding="utf-8").split("\n")
        starts = [number for number, line in enumerate(lines) if line.startswith(TITLE)]
        assert not "".join(lines[: starts[0]]).strip(), f"{path.name} begins before its first {TITLE}"
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            body = "\n".join(lines[start + 1 : end]).rstrip()
            yield Case(path.name, lines[start].removeprefix(TITLE), start + 2, body)


@pytest.mark.parametrize("case", [*cases()], ids=lambda case: f"{case.script}: {case.title}")
def test_script(case):
    asserts = "expect." in case.body or "//! " in case.body or case.script in ABOUT_WARNINGS
    assert asserts, "a case that asserts nothing"
    announced = announcements(case)
    project = program(MARK.sub("", case.body), line=case.line, name=case.script)
    for each in announced:
        assert any(fits(each, found) for found in project.diagnostics), f"not found: {each}"
    judged = project.diagnostics if case.script in ABOUT_WARNINGS else project.errors
    surplus = [found for found in judged if not any(fits(each, found) for each in announced)]
    assert not surplus, "\n".join(map(str, surplus))
    if not project.errors:
        error = project.call("case", world=memory_world()).error
        assert error is None, f"{error.fault.span.place if error.fault.span else case.script}: {error.message}"


def announcements(case: Case) -> list[Announced]:
    return [
        Announced(case.line + case.body.count("\n", 0, mark.start()), mark[1], mark[2] or "")
        for mark in MARK.finditer(case.body)
    ]


def fits(announced: Announced, found: Diagnostic) -> bool:
    same = (found.line, found.code) == (announced.line, announced.code)
    return same and announced.part in f"{found.message} {found.help} {found.label}"
