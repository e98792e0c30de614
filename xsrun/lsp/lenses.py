"""What can be run of a text: jobs, and tests of functions. The editor runs it, never the server."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from xsrun.lsp.workspace import Analysis
from xsrun.project import RUN_KINDS, Construct
from xsrun.source import Span

RUN: Final = "xsrun.run"
TEST: Final = "xsrun.test"
"""The commands that an editor has to know; the argument of each is ``{"arguments": …}``."""


class Lens(NamedTuple):
    """A line of a text above which a command is offered."""

    span: Span
    title: str
    command: str
    arguments: list[str]
    """The command line behind ``xsrun``."""


def lenses(analysis: Analysis, path: str) -> list[Lens]:
    """``Run`` above every job of a text, ``Test`` above every test."""
    if not os.path.isabs(path):
        return []
    found: list[Lens] = []
    for each in analysis.folder.constructs:
        if each.source.path == path:
            found += _of(each, analysis.folder.path or path)
    return found


def _of(construct: Construct, home: str) -> list[Lens]:
    if construct.kind in RUN_KINDS and construct.name:
        arguments = ["execute", home, f"--job={construct.name}"]
        return [Lens(construct.span, "Run", RUN, arguments)]
    tests = [construct.block] if construct.kind == "workflow_test" else [*construct.block.blocks("test")]
    return [
        Lens(
            each.head_span(construct.source),
            "Test",
            "xsrun.test",
            ["test", construct.source.path, f"--name={each.name}"],
        )
        for each in tests
    ]
