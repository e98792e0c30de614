"""Secrets out of what is kept, and back into it when a run goes on.

What is written down holds ``⟦name⟧`` where a secret stood. An encoded or partial secret cannot be put back and
becomes ``***`` for good.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from xsrun.runtime.secrets import SHORTEST, Masker

OPEN: Final = "⟦"
CLOSE: Final = "⟧"
MARK_DIGITS: Final = 8
_PLACE: Final = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")


class Vault:
    """The secrets of a run by name. A value that is too short to be a secret is none."""

    def __init__(self, secrets: Mapping[str, str], masker: Masker) -> None:
        self._secrets = secrets
        self._masker = masker
        self.mark = _mark(secrets)
        self._names = {value: name for name, value in reversed(list(secrets.items())) if len(value) >= SHORTEST}
        longest_first = sorted(self._names, key=len, reverse=True)
        self._secret = re.compile("|".join(map(re.escape, [OPEN, *longest_first])))

    def seal(self, text: str) -> str:
        """The text as it may be kept."""
        named = self._secret.sub(lambda found: f"{OPEN}{self._names.get(found[0], OPEN)}{CLOSE}", text)
        return self._masker.text(named)

    def open(self, text: str) -> str:
        """The text as it was. A name that has no value now stays as it stands."""
        if OPEN not in text:
            return text
        return _PLACE.sub(lambda found: OPEN if found[1] == OPEN else self._secrets.get(found[1], found[0]), text)

    def seal_value(self, value: Any) -> Any:
        """A JSON value as it may be kept."""
        return _in_texts(value, self.seal)

    def open_value(self, value: Any) -> Any:
        """A JSON value as it was."""
        return _in_texts(value, self.open)


def _mark(secrets: Mapping[str, str]) -> str:
    """Tells other secrets apart, and is too short to say what they are; ``""`` for none."""
    digest = hashlib.sha256(repr(sorted(secrets.items())).encode())
    return digest.hexdigest()[:MARK_DIGITS] if secrets else ""


def _in_texts(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with every text in it changed, keys included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in_texts(item, change) for item in value]
    if isinstance(value, dict):
        return {change(key): _in_texts(item, change) for key, item in value.items()}
    return value
