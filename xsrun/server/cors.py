"""What browsers are told of who may ask a group of queries from pages of other sites: CORS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from xsrun.program import Cors
from xsrun.server.mishaps import with_headers

ALLOW: Final = "access-control-allow-"
WANTED: Final = "access-control-request-"
ANY: Final = "*"
METHOD: Final = re.compile(r"[A-Z]{1,20}")
HEADERS: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:\s*,\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+)*")


def is_preflight(request: Request) -> bool:
    """Whether a browser asks if a page of another site may ask."""
    return request.method == "OPTIONS" and "origin" in request.headers and f"{WANTED}method" in request.headers


def admits(cors: Cors, request: Request) -> bool:
    """Whether the page that a request comes from may ask so."""
    origin = request.headers.get("origin")
    return origin is not None and _origin(cors, origin) != "" and _method(cors, request.method)


def preflight(cors: Cors, request: Request, verbs: Iterable[str]) -> Response:
    """The answer to a browser that asks whether it may; ``verbs`` are those of the address."""
    allow = ("Allow", ", ".join(verbs))
    method, origin = request.headers[f"{WANTED}method"].upper(), _origin(cors, request.headers["origin"])
    if not (origin and METHOD.fullmatch(method) and _method(cors, method)):
        return with_headers(Response(status_code=403), [allow, *_vary(cors)])
    said = [
        *_who(cors, origin),
        (f"{ALLOW}methods", ", ".join(_listed(cors, verbs))),
        ("Access-Control-Max-Age", str(cors.max_age)),
        allow,
        *_vary(cors),
    ]
    headers = _headers(cors, request.headers.get(f"{WANTED}headers", ""))
    if headers:
        said.append((f"{ALLOW}headers", headers))
    return with_headers(Response(status_code=204), said)


def told(cors: Cors, request: Request, response: Response) -> Response:
    """An answer that the page which asked may read, if it may ask; what a query says of that itself stays."""
    if f"{ALLOW}origin" in response.headers:
        return response
    origin = ANY if ANY in cors.origins else _origin(cors, request.headers.get("origin", ""))
    who = _who(cors, origin) if origin and _method(cors, request.method) else []
    return with_headers(response, [*who, *_vary(cors)])


def _who(cors: Cors, origin: str) -> list[tuple[str, str]]:
    """Who may read. Only a site that is written out may send cookies: behind ``*`` anybody may put up a page."""
    written = cors.credentials and origin.lower() in cors.origins and origin != ANY
    credentials = [(f"{ALLOW}credentials", "true")] if written else []
    return [(f"{ALLOW}origin", origin), *credentials]


def _origin(cors: Cors, origin: str) -> str:
    """The origin as it is told that it may ask, ``""`` where it may not."""
    if any(each != ANY and _pattern(each).fullmatch(origin) for each in cors.origins):
        return origin
    return ANY if ANY in cors.origins else ""


@lru_cache(maxsize=256)
def _pattern(written: str) -> re.Pattern[str]:
    """``https://*.example.com`` as a pattern: what stands for ``*`` is a part of a name, and no more."""
    return re.compile("[a-z0-9.-]+".join(map(re.escape, written.split("*"))), re.IGNORECASE)


def _method(cors: Cors, method: str) -> bool:
    return ANY in cors.methods or method in cors.methods or (method == "HEAD" and "GET" in cors.methods)


def _listed(cors: Cors, verbs: Iterable[str]) -> Iterator[str]:
    return (each for each in verbs if each not in ("HEAD", "OPTIONS") and _method(cors, each))


def _headers(cors: Cors, wanted: str) -> str:
    """The headers that may be sent: for ``*`` those that are wanted, as it would not stand for ``Authorization``."""
    if ANY not in cors.headers:
        return ", ".join(cors.headers)
    return wanted if HEADERS.fullmatch(wanted) else ""


def _vary(cors: Cors) -> list[tuple[str, str]]:
    """Whether the answer is another one for other pages."""
    return [] if set(cors.origins) == {ANY} else [("Vary", "Origin")]
