"""What a keystroke in an editor costs: the text is parsed again, its project checked, and asked what may follow."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from itertools import cycle
from pathlib import Path
from typing import Final

from measuring import Bar, Plan, Row, cpu

from xsrun.lsp.completion import complete
from xsrun.lsp.workspace import Workspace

JOB: Final = Path(__file__).parent.parent / "jobs" / "pagerduty-create-incident"
FILE: Final = "function/create_incident.xs"
LINES: Final = 500


def edit(plan: Plan) -> list[Row]:
    """CPU milliseconds of the language server after a keystroke in a long file of a shipped job."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home).resolve() / "job"
        shutil.copytree(JOB, folder)
        path = folder / FILE
        text = _long(path.read_text("utf-8"))
        place = text.rindex("$incident_key")
        typed = cycle([text, f"{text[:place]}$incident{text[place:]}"])
        workspace = Workspace([str(folder)])

        def keystroke() -> None:
            workspace.set_text(str(path), next(typed))

        def diagnostics() -> None:
            keystroke()
            assert workspace.analysis(str(path)).diagnostics is not None

        def completion() -> None:
            keystroke()
            assert complete(workspace.analysis(str(path)), str(path), place + len("$inc")).items

        costs = {"diagnostics": cpu(diagnostics), "completion": cpu(completion)}
        found = {name: 1000 * statistics.median(cost() for _ in range(plan.rounds)) for name, cost in costs.items()}
        shown = f"{text.count(chr(10))} lines among {len(workspace.analysis(str(path)).sources)} files"
    return [
        Row(
            "edit",
            "diagnostics of a 500-line file after a keystroke",
            found["diagnostics"],
            Bar("<=", 100),
            shown,
            "ms",
        ),
        Row("edit", "completion there, after the same keystroke", found["completion"], unit="ms"),
    ]


def _long(text: str) -> str:
    """A function with its statements over and over, until it has enough lines."""
    head, opened, rest = text.partition("  stack {\n")
    body, closed, tail = rest.rpartition("  }\n  response")
    times = -(-(LINES - head.count("\n") - tail.count("\n")) // body.count("\n"))
    return head + opened + body * times + closed + tail
