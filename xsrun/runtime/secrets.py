"""Secrets out of every output: values of the environment, in all the shapes they may take."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote, quote_plus

MASK: Final = "***"
SHORTEST: Final = 6
"""A shorter value is no secret worth hiding: masking it would tear ordinary words apart."""


class Masker:
    """Replaces secrets in texts and values by ``***``."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = sorted({each for each in secrets if len(each) >= SHORTEST}, key=len, reverse=True)
        shapes = {shape for secret in self.secrets for shape in _shapes(secret)}
        ordered = sorted(shapes, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """A text without secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def value(self, value: Any) -> Any:
        """A JSON value without secrets, keys included."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.text(value.decode("utf-8", "replace"))
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        return value


def _shapes(secret: str) -> Iterator[str]:
    """A secret as it is, and as encodings show it."""
    data = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield quote(secret, safe="", errors="replace")
    yield quote_plus(secret, errors="replace")
    yield secret.encode("unicode_escape").decode()
    yield secret.replace("\\", "\\\\").replace('"', '\\"')
    yield data.hex()
    yield data.hex().upper()
    for shift in range(3):
        yield from _base64_cores(data, shift)


def _base64_cores(data: bytes, shift: int) -> Iterator[str]:
    """What base64 makes of the secret, whatever stands before and after it: only the characters it alone decides."""
    coded = base64.b64encode(bytes(shift) + data).decode()
    first = (shift * 8 + 5) // 6
    last = (len(data) + shift) * 8 // 6
    core = coded[first:last]
    if len(core) >= SHORTEST:
        yield core
        yield core.replace("+", "-").replace("/", "_")
