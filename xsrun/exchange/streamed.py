"""Streamed answers of queries: from values to pieces of a body (http.md section 9.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xsrun import csvtext, values
from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final

CONTENT: Final = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "sse": "text/event-stream",
    "raw": "application/octet-stream",
}
"""What a streamed answer is, by the format of its first piece."""


def no_stream() -> Fault:
    """The fault of ``api.stream`` where nothing is streamed."""
    return Fault(
        "not-local",
        'api.stream writes only while a query with response_type = "stream" is answered.',
        help="give the value back with `response` instead",
    )


def kind_of(value: Any) -> str:
    """The format of a value for which none is named."""
    return "raw" if isinstance(value, str | bytes) else "jsonl"


def pieces(value: Any, kind: str) -> Iterator[bytes]:
    """A value as pieces of a body: text and bytes as they are, of a list or stream one element after another."""
    if isinstance(value, (str | bytes, dict)) or not isinstance(value, Iterable):
        yield from _piece(value, kind)
    else:
        for each in value:
            yield from _piece(each, kind)


def _piece(value: Any, kind: str) -> Iterator[bytes]:
    text = value if isinstance(value, str | bytes) else values.dumps(value)
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if kind == "sse":
        yield b"".join(b"data: " + line + b"\n" for line in data.splitlines() or [b""]) + b"\n"
    elif isinstance(value, str | bytes) or kind == "raw":
        yield data
    elif kind == "csv":
        cells = value.values() if isinstance(value, dict) else values.elements(value)
        yield csvtext.line(map(values.to_text, cells), "\r\n").encode("utf-8", "surrogatepass")
    else:
        yield data + b"\n"
