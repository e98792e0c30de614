"""Addresses as programs write them, made fit to be sent."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Final
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
SAFE: Final = "!$%&'()*+,/:;=?@[]~"
_LONE_PERCENT: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_NO_HOST: Final = re.compile(r"^\.|[\s<>\"\\^`{|}%]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def normal(url: str, query: str = "") -> str:
    """The absolute http or https address without fragment, blanks and non-ASCII characters percent-encoded.

    ``query`` is joined to the query that is there. Raises ValueError, with the reason, for anything else.
    """
    parts = _split(url)
    whole = "&".join(part for part in (parts.query.removesuffix("&"), query) if part) if query else parts.query
    return SplitResult(parts.scheme, parts.netloc, _encoded(parts.path), _encoded(whole), "").geturl()


def without_credentials(url: str) -> tuple[str, str]:
    """A normal address without ``user:pass@``, and the ``Authorization`` value these stand for, or ``""``."""
    parts = urlsplit(url)
    credentials, found, host = parts.netloc.rpartition("@")
    if not found:
        return url, ""
    user, _, password = credentials.partition(":")
    pair = unquote_to_bytes(user) + b":" + unquote_to_bytes(password)
    return parts._replace(netloc=host).geturl(), f"Basic {b64encode(pair).decode()}"


def joined(base: str, reference: str) -> str:
    """The normal address that a reference found at ``base`` points to. Raises ValueError as ``normal`` does."""
    return normal(urljoin(base, reference.strip()))


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a normal address."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]


def _split(url: str) -> SplitResult:
    text = url.strip()
    if not text:
        raise ValueError("the URL is empty")
    if _CONTROL.search(text):
        raise ValueError("it contains a control character")
    parts = urlsplit(text)
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError(f"the scheme must be http or https, not {parts.scheme or 'missing'}")
    if not parts.hostname:
        raise ValueError("the host is missing")
    if _NO_HOST.search(parts.hostname):
        raise ValueError("the host is not a name or address")
    # Reading the port is what checks it.
    if parts.port == 0:
        raise ValueError("port 0 cannot be connected to")
    return parts


def _encoded(text: str) -> str:
    return _LONE_PERCENT.sub("%25", quote(text, safe=SAFE, errors="surrogatepass"))
