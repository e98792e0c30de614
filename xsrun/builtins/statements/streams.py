"""Statements that make streams: elements that `foreach` takes one by one, in little memory."""

from __future__ import annotations

from collections.abc import Iterable

from xsrun import values
from xsrun.builtins.registry import Bool, Group, Int, Number, Text, Value
from xsrun.builtins.statements.storage import fetched, file_of
from xsrun.csvtext import demand_dialect
from xsrun.diagnostics import Fault
from xsrun.effects.ports import Response, Tls, World
from xsrun.exchange import request as outgoing
from xsrun.exchange.response import text_of
from xsrun.hints import Any, Final
from xsrun.resources import decoding
from xsrun.resources.file import FileResource, of_bytes
from xsrun.resources.stream import Stream

stream = Group("stream")

FORMATS: Final = {
    "jsonl": ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"),
    "sse": ("text/event-stream",),
    "csv": ("text/csv",),
}
"""How the elements of an answer are told apart, by the types that say so."""
CSV: Final = (",", '"', '"')
CHUNK: Final = 8192


@stream.statement(
    'stream.from_csv {\n  value = "name,age\\nAda,36\\nEve"\n  separator = ","\n  enclosure = "\\""\n'
    '  escape_char = "\\""\n} as $s\nvar $r { value = [] }\nforeach ($s) {\n'
    "  each as $row {\n    array.push $r { value = $row }\n  }\n}"
    ' -> [{"name":"Ada","age":"36"},{"name":"Eve","age":null}]',
    'stream.from_csv { value = "a;b" separator = ";" headers = false } as $s\nvar $r { value = $s } -> [["a","b"]]',
    "stream.from_csv { value = null } as $s -> !Missing param: value",
    'stream.from_csv { value = "a" separator = "" } as $s -> !Not a CSV dialect.',
    instead={"delimiter": "separator", "quote": "enclosure", "file": "value"},
)
def from_csv(
    world: World,
    *,
    value: Value,
    separator: Text = ",",
    enclosure: Text = '"',
    escape_char: Text = '"',
    headers: Bool = True,
) -> Stream:
    """Read a file or text in CSV row by row, as objects of texts under the names in the first row.

    A missing cell is null, one without a name is dropped; with ``headers = false`` each row is a list. Go through the
    stream with `foreach`, once; where a list is asked for instead, it is read as a whole.
    """
    demand_dialect(separator, enclosure, escape_char)
    return Stream(decoding.rows(_source(world, value), (separator, enclosure, escape_char), headers))


@stream.statement(
    'stream.from_jsonl { value = "{\\"a\\":1}\\n\\n[2]\\n" } as $s\nvar $r { value = $s|count } -> 2',
    'stream.from_jsonl { value = "1\\n{" } as $s\nforeach ($s) {\n  each as $r {\n  }\n}'
    " -> !Line 2 is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    instead={"file": "value"},
)
def from_jsonl(world: World, *, value: Value) -> Stream:
    """Read a file or text of JSON lines value by value; blank lines are skipped, a line that is no JSON is an error."""
    return Stream(decoding.json_lines(decoding.lines(_source(world, value))))


def _source(world: World, value: Any) -> FileResource | str:
    """The file or text that a stream reads."""
    if isinstance(value, str | int | float):
        return values.to_text(value)
    if isinstance(value, bytes):
        return of_bytes("", value)
    return file_of(world, value, "value")


@stream.statement(
    'stream.from_request { url = "https://x.test/events" } as $s\nvar $r { value = $s } -> []',
    'stream.from_request { url = "x.test" } as $s -> !Unable to read x.test: Malformed URL:'
    " the scheme must be http or https, not missing",
    'stream.from_request { format = "jsonl" } as $s'
    " -> !stream.from_request without a url reads the body of the request that is answered; here is none.",
    instead={"body": "params", "uri": "url"},
    parity="the answer is read whole, up to 100 MB, before its first element; there is no incoming request to read",
)
def from_request(
    world: World,
    *,
    url: Text = "",
    method: Text = "GET",
    params: Value = None,
    headers: Value = None,
    timeout: Number = 10,
    follow_location: Bool = True,
    verify_host: Bool = True,
    verify_peer: Bool = True,
    ca_certificate: Text = "",
    certificate: Text = "",
    certificate_pass: Text = "",
    private_key: Text = "",
    private_key_pass: Text = "",
    format: Text = "",
    separator: Text = ",",
    chunk_size: Int = CHUNK,
) -> Stream:
    """Send a request as `api.request` does and go through what comes back element by element.

    The elements are, by the type of the answer: JSON lines decoded, server-sent events as ``{event, data, id}``, rows
    of CSV as objects; of any other answer the elements of a JSON list, or decoded lines when all are JSON, or lines.
    ``format`` (`jsonl`, `csv`, `sse`, `raw`: chunks of bytes) decides instead of the type. No answer, and a status
    other than 2xx, is an error.
    """
    if not url:
        message = "stream.from_request without a url reads the body of the request that is answered; here is none."
        raise Fault("not-local", message, help='give it a url = "https://…"')
    asked = outgoing.call(url, method, params, headers)
    tls = Tls(verify_peer, verify_host, ca_certificate, certificate, certificate_pass, private_key, private_key_pass)
    answer = fetched(world, asked, timeout, follow_location, tls)
    return Stream(_elements(answer, format, separator, chunk_size))


def _elements(answer: Response, format: str, separator: str, chunk_size: int) -> Iterable[Any]:
    """What an answer consists of."""
    mime = answer.header("content-type").partition(";")[0].strip().lower()
    format = format or next((name for name, types in FORMATS.items() if mime in types), "")
    if format == "raw":
        size = max(1, chunk_size)
        return (answer.body[at : at + size] for at in range(0, len(answer.body), size))
    text = text_of(answer)
    if format == "csv":
        return decoding.rows(text, (separator, *CSV[1:]), True)
    if format == "sse":
        return decoding.events(decoding.lines(text))
    if format == "jsonl":
        return decoding.json_lines(decoding.lines(text))
    if format:
        raise Fault("bad-argument", f"Unknown format: {format}", help="write one of jsonl, csv, sse, raw")
    return _told(text)


def _told(text: str) -> Iterable[Any]:
    """The elements of a text whose type says nothing."""
    try:
        whole = values.loads(text)
        return whole if isinstance(whole, list) else [whole]
    except ValueError:
        pass
    try:
        return list(decoding.json_lines(decoding.lines(text)))
    except Fault:
        return decoding.lines(text)
