"""What workers and servers say of the database of queues while they go on."""

from __future__ import annotations

import threading
from contextlib import suppress

from xsrun.cli.journals import ENGINE_HELP, engine_help
from xsrun.cli.output import Output


class Telling:
    """Says once that the database is away, again when there is something else to do about it, and when it is back.

    Safe for threads.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._help = ""
        self._lock = threading.Lock()

    def __call__(self, reason: str) -> None:
        """Say that it is away for a reason, or is back for ``""``."""
        help = engine_help(reason) if reason else ""
        with self._lock:
            if help == self._help or (reason and self._help and help == ENGINE_HELP):
                return
            self._help = help
        _tell(reason, self._output)


def _tell(reason: str, output: Output) -> None:
    said = f"the database of the queues is away: {reason}; it is waited for\n  = help: {engine_help(reason)}"
    told = {"type": "engine", "state": "away" if reason else "back", **({"reason": reason} if reason else {})}
    with suppress(OSError):  # whoever nobody listens to any more lives on
        output.line(told if output.as_json else said if reason else "the database of the queues is back")
