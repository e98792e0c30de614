"""From the values of a request statement to the request that is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.effects.ports import Request, Tls, TransportFailure, find_header
from xsrun.exchange import fields, headers, multipart, urls

QUERY_METHODS: Final = ("GET", "HEAD", "OPTIONS")
FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
SHORTEST: Final = 1
LONGEST: Final = 86400
_METHOD: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

Warn = Callable[[str], None]


class Call(NamedTuple):
    """A request in the words of the program."""

    url: str
    method: str
    params: Any
    headers: list[str]


class _Body(NamedTuple):
    content: bytes = b""
    content_type: str = ""
    """The Content-Type to send, ``""`` to leave it to the program."""


def call(url: str, method: str, params: Any, given_headers: Any) -> Call:
    """The request of a program, its method in upper case and its headers as lines.

    Raises Fault for a method or headers that cannot be sent.
    """
    name = method.strip().upper() or "GET"
    if not _METHOD.fullmatch(name):
        raise Fault("bad-argument", f"Invalid method: {values.describe(method)}", help='method = "POST"')
    return Call(url, name, params, headers.lines(given_headers))


def build(asked: Call, *, timeout: float, follow: bool, tls: Tls, boundary: Callable[[], str], warn: Warn) -> Request:
    """The request to send; ``boundary`` makes an unforeseeable text when a multipart body needs one.

    Raises TransportFailure for an unusable URL, Fault for params or headers that cannot be sent.
    """
    sent = headers.parse(asked.headers, warn)
    query, body = "", _Body()
    if asked.method in QUERY_METHODS:
        query = _query(asked.params)
    else:
        body = _body(asked.params, find_header(sent, "content-type").lower(), boundary)
    url, authorization = _address(asked.url, query)
    if authorization and not find_header(sent, "authorization"):
        sent = (*sent, ("Authorization", authorization))
    if body.content_type:
        sent = (
            *(header for header in sent if header[0].lower() != "content-type"),
            ("Content-Type", body.content_type),
        )
    return Request(asked.method, url, sent, body.content, _limited(timeout, warn), follow, tls)


def _address(url: str, query: str) -> tuple[str, str]:
    try:
        return urls.without_credentials(urls.normal(url, query))
    except ValueError as malformed:
        raise TransportFailure(3, f"Malformed URL: {malformed}", sent=False) from None


def _query(params: Any) -> str:
    if isinstance(params, list | dict):
        return fields.urlencoded(params)
    return values.text(params)


def _body(params: Any, content_type: str, boundary: Callable[[], str]) -> _Body:
    if params in (None, "", {}, []):
        return _Body()
    if isinstance(params, str | bytes):
        return _Body(values.to_bytes(params))
    params = values.settled(params)
    if isinstance(params, values.Opaque):
        return _Body(_content(params))
    if isinstance(params, list | dict):
        if FORM in content_type:
            return _Body(fields.urlencoded(params).encode())
        if MULTIPART in content_type:
            line = boundary()
            return _Body(multipart.encode(params, line), f"{MULTIPART}; boundary={line}")
    # A lone surrogate has no UTF-8 form; this is its escape in JSON.
    json = values.dumps(params).encode("utf-8", "backslashreplace")
    return _Body(json, "" if content_type else "application/json")


def _content(resource: values.Opaque) -> bytes:
    if isinstance(resource, multipart.FileValue):
        return resource.read()
    raise Fault("wrong-type", f"A {resource.type_name} cannot be sent.", help="send text, bytes, a file or an object")


def _limited(timeout: float, warn: Warn) -> float:
    if SHORTEST <= timeout <= LONGEST:
        return timeout
    limit = LONGEST if timeout > LONGEST else SHORTEST
    warn(f"The timeout must be between {SHORTEST} and {LONGEST} seconds; {limit} is used.")
    return limit
