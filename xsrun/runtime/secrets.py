"""Secrets out of every output: values of the environment, in whatever shape they turn up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from xsrun.late import Late

MASK: Final = "***"
SHORTEST: Final = 6
"""A shorter value is no secret worth hiding: masking it would tear ordinary words apart."""


_shapes: Callable[[str, int], Iterable[str]] = Late("xsrun.runtime.shapes", "shapes")


class Masker:
    """Replaces secrets in texts and values by ``***``."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = sorted({each for each in secrets if len(each) >= SHORTEST}, key=len, reverse=True)
        shapes = {shape for secret in self.secrets for shape in _shapes(secret, SHORTEST)}
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
