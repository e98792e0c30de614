"""Identifiers and times as providers write them; chance and clock come from outside, so a seed repeats them."""

from __future__ import annotations

import time
from typing import Final

from xsrun.effects.ports import Random

CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CAPITALS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HEX: Final = "0123456789abcdef"


def token(random: Random, alphabet: str, length: int) -> str:
    """A random text of that length out of an alphabet."""
    last = len(alphabet) - 1
    return "".join(alphabet[random.integer(0, last)] for _ in range(length))


def ulid(now: int, random: Random) -> str:
    """A ULID: 10 characters of time (``now`` in milliseconds) and 16 of chance."""
    stamp = "".join(CROCKFORD[(now >> shift) & 31] for shift in range(45, -1, -5))
    return stamp + token(random, CROCKFORD, 16)


def to_seconds(now: int) -> str:
    """Milliseconds since 1970 as ``2015-10-06T21:30:42Z``."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now // 1000))


def to_millis(now: int) -> str:
    """Milliseconds since 1970 as ``2015-10-06T21:30:42.801Z``."""
    return f"{to_seconds(now)[:-1]}.{now % 1000:03d}Z"
