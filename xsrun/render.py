"""Findings and failures as text for people: what, where, the line, what to type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from xsrun import values
from xsrun.diagnostics import Diagnostic, Fault
from xsrun.effects.ports import Headers, Request, Response
from xsrun.effects.recording import Exchange
from xsrun.runtime.job import Failure
from xsrun.runtime.secrets import CREDENTIALS, CUT, MASK, Masker
from xsrun.source import Span

TAB_WIDTH: Final = 4
MAX_VALUE: Final = 100
MAX_WHOLE: Final = 10_000
"""Characters of a value that stands in a failure as it is; of a longer one it is the beginning of its text."""
MAX_BODY: Final = 400
MAX_FRAMES: Final = 8
MAX_LINE: Final = 300
MAX_MESSAGE: Final = 4000
ACTING: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Characters that do something to a terminal, or to the order of letters, but for the end of a line and the tab."""


class Style(NamedTuple):
    """How words are set off on a terminal; empty texts where there is none."""

    error: str = ""
    warning: str = ""
    place: str = ""
    strong: str = ""
    off: str = ""
    good: str = ""


PLAIN: Final = Style()
COLOUR: Final = Style("\x1b[1;31m", "\x1b[1;33m", "\x1b[36m", "\x1b[1m", "\x1b[0m", "\x1b[32m")


def diagnostic_text(found: Diagnostic, coloured: bool = False, also: Sequence[int] = ()) -> str:
    """One finding, with its line and carets, and the further lines where the same was found."""
    style = COLOUR if coloured else PLAIN
    lines = [_headline(found.severity, found.code, found.message, style)]
    if found.span is not None:
        lines += excerpt(found.span, found.label, style)
    if found.help:
        lines.append(note(found.span, "help", found.help))
    if also:
        lines.append(note(found.span, f"also in line{'s' if len(also) > 1 else ''}", ", ".join(map(str, also))))
    return "\n".join(lines)


def diagnostic_json(found: Diagnostic) -> dict[str, object]:
    """One finding as an object: severity, code, message, file, line, column, end_line, end_column, help, fix.

    ``fix`` lists the edits that mend it, each with line, column, end_line, end_column and the new text.
    """
    shown: dict[str, object] = {"severity": found.severity, "code": found.code, "message": found.message}
    if found.span is not None:
        shown |= {"file": found.span.source.name, **_range(found.span)}
    if found.help:
        shown["help"] = found.help
    if found.edits:
        shown["fix"] = [{**_range(edit.span), "text": edit.text} for edit in found.edits]
    return shown


def _range(span: Span) -> dict[str, int]:
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}


def _headline(severity: str, code: str, message: str, style: Style) -> str:
    colour = style.error if severity == "error" else style.warning
    return f"{colour}{severity}[{code}]{style.off}{style.strong}: {_cut(message)}{style.off}"


def _cut(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]}{CUT}"


def note(span: Span | None, word: str, text: str) -> str:
    """A line below an excerpt: what a word, e.g. ``help``, has to say."""
    margin = " " * (len(str(span.line)) if span else 1)
    return f"{margin} = {word}: {text}" if word == "help" else f"{margin} = {word} {text}"


def excerpt(span: Span, label: str = "", style: Style = PLAIN) -> list[str]:
    """The place, its line, and carets under the whole construct."""
    source = span.source
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    margin = " " * len(str(line))
    text = source.line_text(line)
    stop = end_column - 1 if end_line == line else len(text)
    first = 0 if column <= MAX_LINE // 2 or len(text) <= MAX_LINE else column - 1 - MAX_LINE // 4
    text, column, stop = text[first : first + MAX_LINE], column - first, stop - first
    before = display_width(text[: column - 1])
    width = max(1, display_width(text[column - 1 : stop].rstrip()))
    shown = text.replace("\t", " " * TAB_WIDTH)
    carets = f"{margin} | {' ' * before}{style.error}{'^' * width}{style.off}"
    return [
        f"{margin}--> {style.place}{span.place}{style.off}",
        f"{line} | {shown}",
        f"{carets} {label}".rstrip(),
    ]


def display_width(text: str) -> int:
    """Columns that a text fills on a terminal: wide characters count two, marks none, tabs four."""
    width = 0
    for char in text:
        if char == "\t":
            width += TAB_WIDTH
        elif unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn", "Me"):
            continue
        else:
            width += 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
    return width


# ------------------------------------------------------------------ failures


def failure_text(failure: Failure, exchanges: Sequence[Exchange], masker: Masker, coloured: bool = False) -> str:
    """A failed run: the error, its place and values, the calls, the last request, what to do."""

    def said(text: str) -> str:
        return harmless(masker.text(text))

    style = COLOUR if coloured else PLAIN
    named = failure.code == "thrown" and failure.name
    message = f"{failure.name.strip()}: {failure.message}" if named else failure.message
    lines = [_headline("error", failure.code, said(_cut(message)), style)]
    fault = failure.fault
    span = fault.span if fault else None
    if fault is not None:
        lines += circumstances(fault, style)
    lines += [note(span, word, said(text)) for word, text in last_exchange(exchanges)]
    if failure.help:
        lines.append(note(span, "help", said(failure.help)))
    return masker.text("\n".join(lines))


def circumstances(fault: Fault, style: Style = PLAIN) -> list[str]:
    """Where a fault happened: its place and line, the values on it, the calls that led there."""
    return [*excerpt(fault.span, "", style), *particulars(fault)] if fault.span else []


def particulars(fault: Fault) -> list[str]:
    """The values on the line of a fault, and the calls that led there."""
    return [*_values(fault, fault.span), *_frames(fault, fault.span)] if fault.span else []


def _values(fault: Fault, span: Span) -> Iterator[str]:
    for name, value in fault.values:
        yield note(span, "where", f"{name} = {harmless(shorten(value))}")


def _frames(fault: Fault, span: Span) -> Iterator[str]:
    calls = list(zip(fault.frames, fault.frames[1:], strict=False))
    for inner, outer in calls[:MAX_FRAMES]:
        yield note(span, "called from", f"{outer.function} at {outer.place} ({inner.function})")
    if len(calls) > MAX_FRAMES:
        yield note(span, "called from", f"{len(calls) - MAX_FRAMES:,} further calls")


def last_exchange(exchanges: Sequence[Exchange]) -> Iterator[tuple[str, str]]:
    """The last request and what came back, shortened."""
    if not exchanges:
        return
    last = exchanges[-1]
    yield "sent", request_line(last.request)
    if last.response is not None:
        yield "answer", response_line(last.response)
    elif last.failure is not None:
        arrived = "it may have arrived" if last.failure.sent else "it did not arrive"
        yield "answer", f"none: {last.failure.message}; {arrived}"
    if len(exchanges) > 1:
        yield "before", f"{len(exchanges) - 1} other request{'s' if len(exchanges) > 2 else ''}"


def request_line(request: Request) -> str:
    """A request in one line."""
    body = f" {_body(request.body)}" if request.body else ""
    return f"{request.method} {request.url}{body}"


def response_line(response: Response) -> str:
    """An answer in one line."""
    return " ".join(part for part in (str(response.status), response.reason, _body(response.body)) if part)


def _body(body: bytes) -> str:
    text = body[: MAX_BODY * 4].decode("utf-8", "replace").replace("\n", " ")
    return text if len(text) <= MAX_BODY else text[: MAX_BODY - 1] + "…"


def shown_headers(headers: Headers) -> list[str]:
    """Header lines with credentials hidden; how an ``Authorization`` begins stays, because that is often wrong."""
    return [f"{name}: {_hidden(value) if name.lower() in CREDENTIALS else value}" for name, value in headers]


def _hidden(value: str) -> str:
    scheme, space, rest = value.partition(" ")
    return (
        f"{scheme}{space}{'token=' if rest.startswith('token=') else ''}{MASK}" if space and scheme.isalpha() else MASK
    )


def failure_json(failure: Failure, exchanges: Iterable[Exchange], masker: Masker) -> dict[str, object]:
    """A failed run as an object: code, name, message, exit, place, calls, values, requests, help."""
    shown: dict[str, object] = {"code": failure.code, "message": failure.message, "exit": failure.exit}
    if failure.name:
        shown["name"] = failure.name
    fault = failure.fault
    if fault is not None:
        shown["error"] = fault.as_error()
        if fault.span is not None:
            line, column = fault.span.source.position(fault.span.start)
            shown |= {"file": fault.span.source.name, "line": line, "column": column}
        shown["calls"] = [{"function": frame.function, "place": frame.place} for frame in fault.frames]
        shown["values"] = {name: _shown(value) for name, value in fault.values}
    shown["requests"] = [exchange_json(each) for each in exchanges]
    if failure.help:
        shown["help"] = failure.help
    masked: dict[str, object] = masker.value(shown)
    return masked


def _shown(value: object) -> object:
    text = shorten(value, MAX_WHOLE)
    if text.endswith("…"):
        return text
    try:
        return values.plain(values.glance(value))
    except Fault:
        return values.type_name(value)


def exchange_json(exchange: Exchange) -> dict[str, object]:
    """A request and its answer as an object; bodies shortened, credentials hidden."""
    shown: dict[str, object] = {
        "method": exchange.request.method,
        "url": exchange.request.url,
        "headers": shown_headers(exchange.request.headers),
        "body": _body(exchange.request.body),
    }
    if exchange.response is not None:
        shown |= {"status": exchange.response.status, "answer": _body(exchange.response.body)}
    if exchange.failure is not None:
        shown |= {"status": 0, "failure": exchange.failure.message, "sent": exchange.failure.sent}
    return shown


def span(seconds: float) -> str:
    """A number of seconds for people: ``0.4 ms``, ``12 ms``, ``3.42 s``, ``2 min 5 s``, ``3 h 20 min``, ``4 d 2 h``."""
    if seconds < 0.01:
        return f"{max(0.0, seconds) * 1000:.1f} ms"
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    whole = int(seconds)
    first = next(at for at, (_, size) in enumerate(units) if whole >= size)
    parts: list[str] = []
    for name, size in units[first : first + 2]:
        count, whole = divmod(whole, size)
        parts += [f"{count} {name}"] if count or not parts else []
    return " ".join(parts)


def harmless(text: str) -> str:
    """A text in which nothing acts on a terminal, and no further line passes for a message of ours."""
    return ACTING.sub(lambda found: found[0].encode("unicode_escape").decode(), text).replace("\n", "\n  ")


def visible(text: str) -> str:
    """A text in one line, in which nothing acts on a terminal."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def shorten(value: object, limit: int = MAX_VALUE) -> str:
    """A value in one short line."""
    return values.shortened(value, limit)
