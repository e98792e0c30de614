"""Files in their canonical text: read, compared, written."""

from __future__ import annotations

from typing import NamedTuple

from xsrun.diagnostics import Diagnostic, Found
from xsrun.differences import unified
from xsrun.project import read_source, write_source
from xsrun.source import Source, Span
from xsrun.syntax.printer import canonical


class Formatted(NamedTuple):
    """A text before and after; ``after`` is None when it cannot be formatted, and ``errors`` say why."""

    source: Source
    after: str | None
    errors: list[Diagnostic]

    @property
    def changes(self) -> bool:
        """Whether the canonical text is another one."""
        return self.after not in (None, self.source.text)

    def diff(self) -> str:
        """What changes, as a unified diff; empty when nothing does."""
        return "" if self.after is None else unified(self.source.name, self.source.text, self.after)


def formatted(source: Source) -> Formatted:
    """A text in its canonical form."""
    found = Found()
    after = canonical(source, found)
    return Formatted(source, after, [each for each in found.items if each.severity == "error"])


def format_file(path: str) -> Formatted:
    """A file in its canonical form; nothing is written."""
    found = Found()
    source = read_source(path, path, found)
    return Formatted(Source(path, ""), None, found.items) if source is None else formatted(source)


def write(file: Formatted) -> Formatted:
    """Write the canonical text of a file. When that fails, it is among the errors."""
    try:
        write_source(file.source, file.after or "")
    except OSError as error:
        message = f"{file.source.name} cannot be written: {error.strerror}"
        place = Span(Source(file.source.name, ""), 0, 0)
        return file._replace(after=None, errors=[Diagnostic("unwritable", message, place, help="mend that")])
    return file
