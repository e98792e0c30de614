"""Names of hosts, and patterns of them: ``*.example.com`` is every host below ``example.com``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_AUTHORITY: Final = re.compile(r"(?:https?|postgres(?:ql)?|mysql|mariadb)://([^/?#\\\s]*)", re.IGNORECASE)
_NAME: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}")
_PATTERN: Final = re.compile(r"(?!\.)[a-z0-9*._:-]*[a-z0-9:]")
FIXED_DOTS: Final = 2
"""Dots behind the last ``*`` of a pattern: fewer would let in hosts of anybody."""


def matches(host: str, patterns: Iterable[str]) -> bool:
    """Whether a host, in lower case, is one of those that are meant."""
    return any(_matches(host, each) for each in patterns)


def _matches(host: str, pattern: str) -> bool:
    if "*" not in pattern:
        return host == pattern
    return re.fullmatch(".+".join(map(re.escape, pattern.split("*"))), host) is not None


def is_pattern(text: str) -> bool:
    """Whether a text, in lower case, names a host or the hosts below one."""
    behind = text.rpartition("*")[2]
    return bool(_PATTERN.fullmatch(text)) and ("*" not in text or behind.count(".") >= FIXED_DOTS)


def host_of(authority: str) -> str:
    """The host of ``user@host:port`` in lower case."""
    host = authority.rpartition("@")[2].lower()
    return host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]


def named(text: str) -> str:
    """The host that a text names: that of an address at its beginning, or the text itself; ``""`` when it is none."""
    found = _AUTHORITY.match(text)
    if found:
        return host_of(found[1])
    return text.lower() if is_name(text.lower()) else ""


def is_name(text: str) -> bool:
    """Whether a text, in lower case, can be nothing but the name of a host."""
    return _NAME.fullmatch(text) is not None
