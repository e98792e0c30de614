"""Addresses of stored files that only their store could have made, and that expire."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qs, quote, unquote, urlencode

from xsrun.diagnostics import ACCESS_DENIED, Fault
from xsrun.resources import names


def signed(base: str, key: bytes, path: str, expires: int) -> str:
    """The address of a file below a base that ends in a slash; ``expires`` counts seconds since 1970."""
    plain = "/".join(names.parts(path))
    query = urlencode({"expires": expires, "signature": _signature(key, plain, str(expires))})
    return f"{base}{quote(plain)}?{query}"


def behind(base: str, key: bytes, url: str, now: int) -> str:
    """The path in an address that ``signed`` made. Raises Fault when it is no such, or too old for this second."""
    address, _, query = url.partition("?")
    given = {name: found[0] for name, found in parse_qs(query).items()}
    path, expires = unquote(address.removeprefix(base)), given.get("expires", "")
    if not hmac.compare_digest(_signature(key, path, expires).encode(), given.get("signature", "").encode()):
        raise Fault("accessdenied", "The address of the file is not signed.", kind=ACCESS_DENIED, help="sign it anew")
    if now >= int(expires):
        raise Fault("accessdenied", "The address of the file has expired.", kind=ACCESS_DENIED, help="sign it anew")
    return path


def _signature(key: bytes, path: str, expires: str) -> str:
    return hmac.new(key, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()
