"""From an answer, or the lack of one, to the value that a request statement binds."""

from __future__ import annotations

import re
from typing import Any, Final

from xsrun import values
from xsrun.effects.ports import Response, TransportFailure
from xsrun.exchange.request import Call

_CHARSET: Final = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_KNOWN: Final = re.compile(r"utf|(us-)?ascii|iso|latin|windows|cp|koi8|euc|gb|big5|s(hift)?[-_]?jis|mac", re.IGNORECASE)
"""Character sets of the web. Python has more codecs, some of which are slow or interpret the text."""


def answered(asked: Call, response: Response) -> dict[str, Any]:
    """The bound value of a request that was answered, whatever the status."""
    status_line = f"{response.http_version} {response.status} {response.reason}".rstrip()
    return {
        "request": _request(asked),
        "response": {
            "headers": [status_line, *(f"{name}: {value}" for name, value in response.headers)],
            "result": decoded(response.body, response.header("content-type")),
            "status": response.status,
        },
    }


def failed(asked: Call, failure: TransportFailure) -> dict[str, Any]:
    """The bound value of a request that got no answer: status 0 and an ``error``."""
    return {
        "request": _request(asked),
        "response": {
            "headers": [],
            "result": None,
            "status": 0,
            "error": {"code": failure.code, "message": failure.message},
        },
    }


def decoded(body: bytes, content_type: str) -> Any:
    """The value of a body: what its JSON says, else its text, else its bytes; ``""`` when it is empty."""
    text = _text(body, content_type)
    if text is None:
        return body
    try:
        return values.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return text


def text_of(response: Response) -> str:
    """The text of an answer, by its charset; bytes that are no text one character each."""
    text = _text(response.body, response.header("content-type"))
    return values.bytes_text(response.body) if text is None else text


def _text(body: bytes, content_type: str) -> str | None:
    named = _CHARSET.search(content_type)
    charsets = [named[1]] if named and _KNOWN.match(named[1]) else []
    for charset in (*charsets, "utf-8"):
        try:
            return body.decode(charset)
        except (UnicodeError, LookupError):
            continue
    return None


def _request(asked: Call) -> dict[str, Any]:
    return {
        "url": asked.url,
        "method": asked.method,
        "headers": asked.headers,
        "params": [] if asked.params is None else asked.params,
    }
