"""What goes to the terminal: the result to stdout, everything for people to stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from xsrun import values
from xsrun.diagnostics import Diagnostic, Exit
from xsrun.effects.recording import Exchange
from xsrun.render import COLOUR, PLAIN, Style, diagnostic_json, diagnostic_text, failure_json, failure_text, shorten
from xsrun.runtime.job import Failure
from xsrun.runtime.secrets import Masker


class Output:
    """Writes for one command. ``as_json`` makes every message a JSON line; ``quiet`` drops all but faults."""

    def __init__(self, as_json: bool = False, quiet: bool = False, color: str | None = None) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.masker = Masker(())
        self.style = _style(sys.stderr, color)

    def result(self, value: Any) -> None:
        """The one JSON document of stdout: indented on a terminal, one line in a pipe."""
        shown = self.masker.value(values.plain(value))
        sys.stdout.write(values.dumps(shown, indent=2 if sys.stdout.isatty() else None) + "\n")
        sys.stdout.flush()

    def diagnostics(self, found: Iterable[Diagnostic]) -> None:
        """Findings about the source; warnings only when not quiet."""
        for each in found:
            if each.severity == "error" or not self.quiet:
                self.line({"type": "diagnostic", **diagnostic_json(each)}, diagnostic_text(each, self.style) + "\n")

    def failure(self, failure: Failure, exchanges: Iterable[Exchange] = ()) -> None:
        """Why there is no result."""
        sent = list(exchanges)
        if self.as_json:
            self.line({"type": "error", **failure_json(failure, sent, self.masker)}, "")
        else:
            self.line({}, failure_text(failure, sent, self.masker, self.style))

    def log(self, value: Any, place: str = "") -> str:
        """The line of a ``debug.log`` entry."""
        masked = self.masker.value(values.plain(value))
        if self.as_json:
            return json.dumps({"type": "log", "value": masked}, ensure_ascii=False)
        return f"log: {masked if isinstance(masked, str) else shorten(masked, 2000)}"

    def line(self, as_json: Mapping[str, Any], text: str) -> None:
        """One message on stderr."""
        shown = json.dumps(as_json, ensure_ascii=False) if self.as_json else text
        sys.stderr.write(shown + "\n")
        sys.stderr.flush()

    def complain(self, code: str, message: str, help: str = "", exit: Exit = Exit.USAGE) -> int:
        """Report a fault of the call itself; gives back its exit code."""
        self.failure(Failure(code, message, exit, help))
        return int(exit)


def _style(stream: TextIO, color: str | None) -> Style:
    """Colour only on a terminal that wants it; ``--color`` wins."""
    if color in ("always", "never"):
        return COLOUR if color == "always" else PLAIN
    wanted = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return COLOUR if wanted else PLAIN
