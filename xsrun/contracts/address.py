"""Which call of which provider a request is, as far as its address and method are known."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import unquote_plus

from xsrun.contracts.answers import Sent
from xsrun.contracts.changes import ENCODED
from xsrun.contracts.known import Known, Something, Text, alternatives, constant, exact, pieces_of
from xsrun.providers.contracts import Api, Endpoint, pattern
from xsrun.providers.table import apis_of, endpoints_of

HOLE: Final = "\ue000"
"""Stands in an address for an unknown text, for private use in Unicode."""
OPEN: Final = "\ue001"
"""The same for one that is likely more than one step of a path."""
STAND_IN: Final = "X"

_ADDRESS: Final = re.compile(r"https?://([^/?#]*)([^?#]*)\??([^#]*)", re.DOTALL)
_LONGER: Final = re.compile(r"path|endpoint|route|url|uri|resource|suffix|action", re.IGNORECASE)
"""Names of such texts."""


class Target(NamedTuple):
    """Where a request may go. ``endpoint`` is None for a path that the provider is not known to have."""

    apis: tuple[Api, ...]
    method: str
    path: str
    endpoint: Endpoint | None
    sure: bool
    """Whether nothing in the path is open; else it may be any other call under this host."""
    query: str
    signed: bool
    """Whether the address itself names a user."""


def targets(sent: Sent) -> list[Target]:
    """Every target that a request may have; none when one of them is no known provider."""
    methods = [exact(each) for each in alternatives(sent.given.get("method", constant("GET")))]
    found: list[Target] = []
    for url in alternatives(sent.given.get("url", constant(""))):
        read = _read(url)
        if read is None:
            return []
        for known, method in methods:
            found.append(_target(*read, str(method).strip().upper() if known else ""))
    return list(dict.fromkeys(found))


def _read(url: Known) -> tuple[str, str, str, bool] | None:
    """Host, path, query and whether a user is named, with ``HOLE`` for what is open; None for no address."""
    pieces = pieces_of(url) if isinstance(url, Text) else ()
    text = "".join(each if isinstance(each, str) else _hole(each) for each in pieces)
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        return None
    user, _, authority = found[1].rpartition("@")
    host, path = authority.partition(":")[0].lower(), found[2]
    if host.endswith((HOLE, OPEN)) and not path:  # what follows begins with the path
        host, path = host.rstrip(HOLE + OPEN), OPEN
    return (host, path or "/", found[3], bool(user)) if apis_of(_filled(host)) else None


def _hole(piece: Something) -> str:
    if piece.name.endswith(ENCODED):
        return STAND_IN
    return OPEN if _LONGER.search(piece.name) else HOLE


def _filled(text: str) -> str:
    return text.replace(HOLE, STAND_IN).replace(OPEN, STAND_IN)


def _target(host: str, path: str, query: str, signed: bool, method: str) -> Target:
    host = _filled(host)
    apis = apis_of(host)
    filled = _filled(path).rstrip("/") or "/"
    # A text between slashes is an id; at the end, or beside other text, it may be anything where no call fits.
    sure = bool(method) and not re.search(rf"[^/]{HOLE}|{HOLE}[^/]|{HOLE}$|{OPEN}", path)
    calls = [each for each in endpoints_of(host) if each.arguments(method, filled) is not None]
    if calls and OPEN not in path:
        return Target(apis, method, filled, calls[0], True, query, signed)
    elsewhere = any(_begins(beginning).match(filled) for api in apis for beginning in api.elsewhere)
    return Target(apis, method, filled, None, sure and not elsewhere, query, signed)


@cache
def _begins(beginning: str) -> re.Pattern[str]:
    """What a path that begins so looks like; a beginning ends with a step, or with ``/`` and goes on."""
    end = "." if beginning.endswith("/") else "(?:/|$)"
    return re.compile(pattern(beginning).pattern + end)


def parameters(query: str) -> list[tuple[str, str | None]]:
    """The names in a query with their values, None where these are open; names that are open are left out."""
    pairs = [each.partition("=") for each in query.split("&") if each]
    return [
        (unquote_plus(name), None if value == STAND_IN or HOLE in value or OPEN in value else unquote_plus(value))
        for name, _, value in pairs
        if HOLE not in name and OPEN not in name
    ]
