"""``xsrun run -o summary|json|response``: the end of a run as the platform's client prints it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Final

from xsrun.cli import summary
from xsrun.cli.execute import execute
from xsrun.cli.output import Output, to_stdout
from xsrun.engine import history
from xsrun.engine.starting import new_id
from xsrun.server.runapi.shapes import Told, joined, result_shape
from xsrun.values import dumps, loads

FORMS: Final = ("summary", "json", "response")
KEPT_NOWHERE: Final = ("ephemeral", "dry_run", "queue")
"""Options with which there is no run in the journal that could be told of."""


class _Kept(Output):
    """Keeps the result."""

    kept = ""

    def result(self, document: str) -> None:
        """Show nothing yet."""
        self.kept = document


def execute_shown(options: Mapping[str, Any]) -> int:
    """Run a job, and show its end in the form that the options name. Gives back the exit code."""
    output, form = _Kept(options["json"], options["quiet"], options["color"]), options["output"]
    if form not in FORMS:
        return output.complain("usage", f"there is no form {form}", f"write -o {', -o '.join(FORMS)}")
    kept = form != "response"
    for name in KEPT_NOWHERE:
        if options[name] and kept:
            flag = name.replace("_", "-")
            return output.complain("usage", f"-o {form} tells of a run that is kept", f"leave --{flag} away")
    run = new_id(time.time_ns() // 1_000_000)
    options = {**options, "output": None, "durable": options["durable"] or kept}
    exit = execute(options, output=output, id=run)
    if kept:
        _tell(run, form)
    elif output.kept:
        value = loads(output.kept)
        to_stdout((value if isinstance(value, str) else output.kept) + "\n")
    return exit


def _tell(run: str, form: str) -> None:
    """Show a run, if it began."""
    with closing(history.open_history()) as journal:
        row = journal.run(run)
        if row is None:
            return
        shown = result_shape(Told(row, joined(journal.files(row.source))))
    to_stdout(dumps(shown) + "\n" if form == "json" else summary.of_result(shown))
