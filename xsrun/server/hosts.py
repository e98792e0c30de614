"""The names and addresses of a server: what somebody calls it, and what it calls itself in links."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

BASE: Final = "xsrun.base"
"""Is the address of the server in the scope of a request."""
HOST: Final = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)

REMEMBERED: Final = 256
"""Names of which it is known what they are: clients use few, and each request asks several times."""


def base_of(request: Request, names: Iterable[str], urls: Iterable[str]) -> str:
    """The address of a server for links, without a slash at the end, e.g. ``https://runs.example.com``.

    Whoever asks writes ``Host``, and a link that leads where he likes may be sent to somebody else. So it counts as far
    as somebody else has said the same: one of ``urls``, else a name of ``names``, else one of this machine that was
    asked on this machine. Otherwise it is the address where the request arrived.
    """
    host = request.headers.get("host", "")
    name = name_of(host)
    known = [*urls]
    if known:
        return next((each for each in known if urlsplit(each).hostname == name), known[0])
    arrived = request.scope.get("server") or ("127.0.0.1", None)
    local = is_local(name) and is_local(str(arrived[0]))
    if not (HOST.fullmatch(host) and (name in names or local)):
        host = _written(*arrived)
    return f"{'https' if request.scope['scheme'] == 'https' else 'http'}://{host}"


def _written(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


@lru_cache(maxsize=REMEMBERED)
def name_of(host: str) -> str:
    """The name or address in a ``Host`` header, without the port."""
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    return name.lower().removesuffix(".")


@lru_cache(maxsize=REMEMBERED)
def is_local(name: str) -> bool:
    """Whether a name or address means this machine, wherever it is asked for."""
    address = address_of(name)
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    here = address is not None and (address.is_loopback or address.is_unspecified)
    return here or name == "localhost" or name.endswith(".localhost")


@lru_cache(maxsize=REMEMBERED)
def is_trusted(name: str) -> bool:
    """Whether browsers trust a server of this name over plain HTTP: it is on their own machine."""
    address = address_of(name)
    return name == "localhost" or name.endswith(".localhost") or (address is not None and address.is_loopback)


@lru_cache(maxsize=REMEMBERED)
def address_of(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address: unlike a name it cannot lead to one server first and then to another."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
