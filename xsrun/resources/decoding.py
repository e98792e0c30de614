"""From contents to the elements of a stream: lines, JSON lines, rows, server-sent events."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator

from xsrun import csvtext, values
from xsrun.diagnostics import Fault
from xsrun.hints import Any, BinaryIO, Final
from xsrun.resources.file import CHUNK, FileResource

LONGEST_LINE: Final = 4_000_000
"""Characters of the longest line."""
LENIENT: Final = "xsrun-one-character-a-byte"
"""The error handler that reads a byte which is no UTF-8 as the character of its number, as Latin-1 does."""


def _one_character(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(LENIENT, _one_character)


def pieces(source: FileResource | str) -> Iterator[str]:
    """The text of a file or a text, piece by piece."""
    if isinstance(source, str):
        yield source
        return
    with _text(source.open()) as text:
        yield from iter(lambda: text.read(CHUNK), "")


def lines(source: FileResource | str) -> Iterator[str]:
    """The lines of a file or a text without their ends. Raises Fault for an endless one."""
    with io.StringIO(source, newline="\n") if isinstance(source, str) else _text(source.open()) as text:
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise Fault("limit-size", f"a line of a stream may have at most {LONGEST_LINE:,} characters")
            yield line.removesuffix("\n").removesuffix("\r")


def _text(stream: BinaryIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, "utf-8-sig", LENIENT, newline="\n")


def rows(source: FileResource | str, dialect: tuple[str, str, str], headers: bool) -> Iterator[Any]:
    """The rows of a CSV text as objects under the names in the first, or as lists."""
    found = csvtext.rows(pieces(source), *dialect)
    return csvtext.as_objects(found) if headers else found


def json_lines(found: Iterable[str]) -> Iterator[Any]:
    """The value of every line that is not blank. Raises Fault naming the first that is no JSON."""
    for number, line in enumerate(found, 1):
        if not line.strip():
            continue
        try:
            yield values.loads(line)
        except ValueError as error:
            shown = line if len(line) <= 60 else f"{line[:59]}…"
            raise Fault("bad-line", f"Line {number} is no JSON: {error}", help=f"the line reads {shown}") from None


def events(found: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Server-sent events as ``{event, data, id}``; data that are JSON are decoded."""
    event: dict[str, list[str]] = {}
    for line in [*found, ""]:
        name, _, value = line.partition(":")
        if line:
            event.setdefault(name, []).append(value.removeprefix(" "))
        elif "data" in event:
            named = {each: event.get(each, [""])[-1] for each in ("event", "id")}
            yield {"event": named["event"] or "message", "data": _decoded("\n".join(event["data"])), "id": named["id"]}
            event = {}
        else:
            event = {}


def _decoded(text: str) -> Any:
    try:
        return values.loads(text)
    except ValueError:
        return text
