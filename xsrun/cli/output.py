"""What goes to the terminal: the result to stdout, everything for people to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence

from xsrun import values
from xsrun.cli.options import BadOption
from xsrun.diagnostics import Diagnostic, Exit
from xsrun.effects.recording import Exchange
from xsrun.hints import Any, TextIO
from xsrun.late import Late, json
from xsrun.runtime.job import Failure
from xsrun.runtime.secrets import Masker

_diagnostic_json: Callable[..., dict[str, object]] = Late("xsrun.render", "diagnostic_json")
_diagnostic_text: Callable[..., str] = Late("xsrun.render", "diagnostic_text")
_failure_json: Callable[..., dict[str, object]] = Late("xsrun.render", "failure_json")
_failure_text: Callable[..., str] = Late("xsrun.render", "failure_text")
_harmless: Callable[..., str] = Late("xsrun.render", "harmless")
_shorten: Callable[..., str] = Late("xsrun.render", "shorten")


class Output:
    """Writes for one command. ``as_json`` makes every message a JSON line; ``quiet`` drops all but faults."""

    def __init__(self, as_json: bool = False, quiet: bool = False, color: str | None = None) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.masker = Masker(())
        self.coloured = coloured(sys.stderr, color)

    def document(self, value: Any) -> str:
        """A result as JSON without secrets: indented on a terminal, one line in a pipe. Raises Fault."""
        shown = self.masker.value(values.plain(value))
        return values.storable(values.dumps(shown, indent=2 if sys.stdout.isatty() else None))

    def result(self, document: str) -> None:
        """The one JSON document of stdout."""
        show(document)

    def diagnostics(self, found: Iterable[Diagnostic]) -> None:
        """Findings about the source; warnings only when not quiet."""
        for each in found:
            if self.quiet and each.severity != "error":
                continue
            self.finding(each)

    def finding(self, found: Diagnostic, also: Sequence[int] = ()) -> None:
        """One finding about the source, and the further lines where the same was found."""
        if self.as_json:
            self.line({"type": "diagnostic", **_diagnostic_json(found)})
        else:
            self.line(_diagnostic_text(found, self.coloured, also) + "\n")

    def failure(self, failure: Failure, exchanges: Iterable[Exchange] = ()) -> None:
        """Why there is no result."""
        sent = list(exchanges)
        if self.as_json:
            self.line({"type": "error", **_failure_json(failure, sent, self.masker)})
        else:
            self.line(_failure_text(failure, sent, self.masker, self.coloured))

    def failure_document(self, failure: Failure) -> str:
        """The same as JSON, without the requests."""
        return json.dumps(_failure_json(failure, (), self.masker), ensure_ascii=False)

    def warn(self, message: str) -> None:
        """Something that the run goes on without."""
        self.diagnostics([Diagnostic("journal", message, severity="warning")])

    def untold(self, message: str, help: str) -> None:
        """What was to be told to a collector, and was not."""
        self.diagnostics([Diagnostic("telemetry", message, severity="warning", help=help)])

    def log(self, value: Any, place: str = "") -> str:
        """The line of a ``debug.log`` entry."""
        masked = self.masker.value(values.plain(value))
        if self.as_json:
            return json.dumps({"type": "log", "value": masked}, ensure_ascii=False)
        shown = masked if isinstance(masked, str) else _shorten(masked, 2000)
        return f"log: {shown if shown.isprintable() else _harmless(shown)}"

    def line(self, message: object) -> None:
        """One message on stderr: a text, or an object as JSON."""
        shown = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
        sys.stderr.write(shown + "\n")
        sys.stderr.flush()

    def reject(self, fault: BadOption) -> int:
        """Report what is wrong with the command line; gives back the exit code."""
        return self.complain(fault.code, fault.message, fault.help)

    def complain(self, code: str, message: str, help: str = "", exit: int = Exit.USAGE) -> int:
        """Report a fault of the call itself; gives back its exit code."""
        self.failure(Failure(code, message, exit, help))
        return exit


def to_stdout(text: str) -> None:
    """A text as it is, but for half characters, which have no UTF-8 form: names of files hold them, and JSON."""
    sys.stdout.write(values.storable(text))


def show_in(document: Any, form: str | None, as_json: bool, text: Callable[[Any], str]) -> None:
    """A document on stdout, in JSON where that is asked for in either way, else as its text."""
    to_stdout(values.dumps(document) + "\n" if as_json or form == "json" else text(document))


def show(line: str) -> None:
    """A line on stdout, at once."""
    to_stdout(line + "\n")
    sys.stdout.flush()


def coloured(stream: TextIO, color: str | None) -> bool:
    """Colour only on a terminal that wants it; ``--color`` wins."""
    if color in ("always", "never"):
        return color == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
