"""From the bytes of a request to what a query is given: inputs, headers, and the values behind ``$env.$name``."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from anyio import to_thread
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from xsrun import values
from xsrun.resources.file import of_bytes
from xsrun.runtime.answering import Asked
from xsrun.server.hosts import BASE

LARGEST: Final = 16_000_000
"""Bytes of the largest body that is read, unless somebody says otherwise."""
SHORT: Final = 16_000
"""Bytes of a body that is read at once."""
FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
CHARSETS: Final = (b"utf-8", b"us-ascii", b"iso-8859-1", b"windows-1252")
"""What the texts of a multipart body may be written in. Others fail, or keep everybody waiting for minutes."""
FOLDERS: Final = re.compile(r".*[/\\]", re.DOTALL)
"""What stands before the name of a file: some clients send its path, and others one of ours."""
FEWEST_JSON: Final = ("{", "[", '"')
"""What a text in a form or query string begins with that may be JSON."""


class TooLarge(Exception):
    """A body that is larger than what is read."""


class Unreadable(Exception):
    """A body that is not what its content type says."""


def has_body(request: Request) -> bool:
    """Whether a request says that it has a body; one that does not has none, and is not waited for."""
    return "content-length" in request.headers or "transfer-encoding" in request.headers


async def body_of(request: Request, largest: int) -> bytes:
    """The body of a request. Raises TooLarge, and keeps no more of it than what is read."""
    if not has_body(request):
        return b""
    # Somebody who is still sending would not see an answer: a little more is taken in, and dropped.
    borne = 2 * largest
    if int(request.headers.get("content-length", 0)) > borne:
        raise TooLarge
    pieces: list[bytes] = []
    taken = 0
    async for piece in request.stream():
        taken += len(piece)
        if taken > borne:
            raise TooLarge
        pieces.append(piece if taken <= largest else b"")
    if taken > largest:
        raise TooLarge
    return b"".join(pieces)


def head_of(request: Request, path: str) -> Asked:
    """What a query is given by the query string, and what tells of the request, before its body is read."""
    query = request.scope["query_string"].decode("latin-1")
    client = request.client
    given = _pairs(parse_qsl(query, keep_blank_values=True))
    headers = {name.title(): value for name, value in request.headers.items()}
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    system = {
        "remote_ip": client.host if client else "",
        "remote_port": str(client.port) if client else "",
        "request_method": request.method,
        "request_uri": request.scope["path"],
        "request_querystring": query,
        "request_auth_token": token if scheme.lower() == "bearer" else "",
        "api_baseurl": request.scope[BASE] + request.scope["path"].partition("/api:")[0],
        "http_headers": headers,
    }
    return Asked(request.method, path, headers, given, system)


async def with_body(head: Asked, request: Request, arguments: Mapping[str, str], largest: int) -> Asked:
    """All that a query is given: the path wins over the body, the body over the query string.

    Raises TooLarge, and Unreadable for a body that cannot be read.
    """
    body = await body_of(request, largest)
    raw = await _given(request, body)
    inputs = raw if isinstance(raw, dict) else {}
    return head._replace(given={**head.given, **inputs, **arguments}, raw=raw, body=body)


async def _given(request: Request, body: bytes) -> Any:
    """What a body says: any value of JSON, or the object of a form; null for what is neither. Raises Unreadable."""
    if not body:
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == MULTIPART:
        return _pairs(await parts_of(request, body))
    # What takes long to read keeps no other request waiting.
    return await to_thread.run_sync(_read, kind, body) if len(body) > SHORT else _read(kind, body)


def _read(kind: str, body: bytes) -> Any:
    """The inputs in a form, or a value of JSON; null for what says that it is neither. Raises Unreadable."""
    if kind == FORM:
        return _pairs(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return values.loads(body.decode("utf-8-sig"))
    except ValueError:
        if kind and not kind.endswith("json"):
            return None
        raise Unreadable("Invalid JSON body.") from None


async def parts_of(request: Request, body: bytes) -> list[tuple[str, Any]]:
    """The parts of a multipart body by name: texts, and files as values. Raises Unreadable."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    _, said = parse_options_header(request.headers.get("content-type", ""))
    if said.get(b"charset", CHARSETS[0]).lower() not in CHARSETS:
        raise Unreadable("Invalid multipart body: its charset has to be utf-8.")
    try:
        form = await MultiPartParser(request.headers, stream()).parse()
    except (MultiPartException, KeyError):
        raise Unreadable("Invalid multipart body.") from None
    found: list[tuple[str, Any]] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            called = FOLDERS.sub("", value.filename or "") or "file"
            found.append((name, of_bytes(called, await value.read(), value.content_type or "")))
        else:
            found.append((name, value))
    return found


def _pairs(found: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Names and values of a form or query string: ``tag[]`` or a name that comes again makes a list."""
    given: dict[str, list[Any]] = {}
    listed: set[str] = set()
    for name, value in found:
        plain = name.removesuffix("[]")
        if plain != name or plain in given:
            listed.add(plain)
        given.setdefault(plain, []).append(_decoded(value))
    return {name: read if name in listed else read[0] for name, read in given.items()}


def _decoded(value: Any) -> Any:
    """A value of a form or query string: JSON where it is an object, a list or a quoted text, else the text."""
    if not isinstance(value, str) or not value.startswith(FEWEST_JSON):
        return value
    try:
        return values.loads(value)
    except ValueError:
        return value
