"""The shapes that a secret takes in encodings."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import quote, quote_plus


def shapes(secret: str, shortest: int) -> Iterator[str]:
    """A secret as it is, and as encodings show it; ``shortest`` counts the characters a part of it has to have."""
    data = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield quote(secret, safe="", errors="replace")
    yield quote_plus(secret, errors="replace")
    yield secret.encode("unicode_escape").decode()
    yield secret.replace("\\", "\\\\").replace('"', '\\"')
    yield data.hex()
    yield data.hex().upper()
    yield base64.b64encode(data).decode()
    yield base64.urlsafe_b64encode(data).decode()
    for shift in range(3):
        core = _base64_core(data, shift)
        if len(core) >= shortest:
            yield core
            yield core.replace("+", "-").replace("/", "_")


def _base64_core(data: bytes, shift: int) -> str:
    """What base64 makes of the secret, whatever stands before and after it: only the characters it alone decides."""
    coded = base64.b64encode(bytes(shift) + data).decode()
    first = (shift * 8 + 5) // 6
    last = (len(data) + shift) * 8 // 6
    return coded[first:last]
