"""The keys of requests: which calls take one, and which one a request carries."""

from __future__ import annotations

from xsrun.effects.ports import Request
from xsrun.providers.contracts import Endpoint, body_of
from xsrun.providers.fields import value_at
from xsrun.providers.table import endpoint_of


def keyed_call(request: Request) -> Endpoint | None:
    """The call with a key that a request is, None for any other."""
    call = endpoint_of(request.method, request.url)
    return call if call and call.key else None


def key_of(call: Endpoint, request: Request) -> str:
    """The key that a request carries, ``""`` when it has none."""
    return _text(request, call.key.place) if call.key else ""


def scope_of(call: Endpoint, request: Request) -> list[str]:
    """Where the key of a request counts."""
    return [_text(request, path) for path in call.key.within] if call.key else []


def _text(request: Request, path: str) -> str:
    value = value_at(body_of(request), path)
    return value if isinstance(value, str) else ""
