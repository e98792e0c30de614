"""What is told of a request: what semantic conventions name, and nothing that only the other side is to see."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from xsrun.effects.ports import Request
from xsrun.telemetry.spans import Value

METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"))
OTHER: Final = "_OTHER"
HIDDEN: Final = "REDACTED"
"""Stands for every value in a query string."""


def method_of(method: str) -> str:
    """A method as a label: one of those that are known, or ``_OTHER``."""
    return method if method in METHODS else OTHER


def attributes_of(request: Request) -> dict[str, Value]:
    """The attributes of a request that is sent."""
    told: dict[str, Value] = {
        "http.request.method": method_of(request.method),
        "url.full": shown(request.url),
        "server.address": request.host,
        "http.request.body.size": len(request.body),
    }
    if (port := _port(request.url)) is not None:
        told["server.port"] = port
    if request.resent:
        told["http.request.resend_count"] = request.resent
    return told


def shown(url: str) -> str:
    """An address without user and password, and with the names alone of what its query string gives."""
    try:
        parts = urlsplit(url)
        asked = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return ""
    authority = parts.netloc.rpartition("@")[2]
    query = "&".join(f"{quote(name)}={HIDDEN}" for name, _ in asked)
    return parts._replace(netloc=authority, query=query, fragment="").geturl()


def _port(url: str) -> int | None:
    try:
        parts = urlsplit(url)
        return parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
