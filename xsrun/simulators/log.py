"""The requests a simulator has seen, with every key masked."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from xsrun.effects.ports import Request
from xsrun.simulators.ids import to_millis

KEPT: Final = 10_000
"""Requests kept; older ones are dropped."""
BODY_SHOWN: Final = 64 * 1024

# A real key sent here by mistake must not be shown either, so places count as well as known values.
_SCHEME: Final = re.compile(r"((?:token\s+token\s*=|bearer\s|basic\s|token\s)\s*)?(.*)", re.IGNORECASE | re.DOTALL)
_IN_URL: Final = re.compile(r"(?<=[?&]token=)[^&#]+|(?<=[?&]api_key=)[^&#]+|(?<=/services/)T\w+/B\w+/\w+")
_IN_BODY: Final = re.compile(r'(?<="routing_key")(\s*:\s*)"([^"]*)"')


def mask(secret: str) -> str:
    """A key as it may be shown: its last four characters, or nothing of a short one."""
    return "****" + (secret[-4:] if len(secret) >= 12 else "")


def mask_all(text: str, secrets: Iterable[str]) -> str:
    """The text with every one of these keys masked, longer ones first."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, mask(secret))
    return text


class RequestLog:
    """Keeps the newest requests; ``seen`` counts all of them."""

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        self.seen = 0
        self.entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._secrets = secrets

    def add(self, now: int, request: Request, status: int | None, trouble: str) -> None:
        """Keep a request and how it ended; ``status`` is None when there was no answer."""
        self.seen += 1
        entry: dict[str, Any] = {
            "at": to_millis(now),
            "method": request.method,
            "url": mask_all(_IN_URL.sub(lambda found: mask(found[0]), request.url), self._secrets()),
            "headers": [[name, self._header(name, value)] for name, value in request.headers],
            "body": self._body(request.body),
            "status": status,
        }
        if trouble != "ok":
            entry["trouble"] = trouble
        self.entries.append(entry)

    def _header(self, name: str, value: str) -> str:
        if name.lower() == "authorization":
            found = _SCHEME.fullmatch(value)
            return (found[1] or "") + mask(found[2]) if found else mask(value)
        return mask_all(value, self._secrets())

    def _body(self, body: bytes) -> Any:
        text = body[:BODY_SHOWN].decode("utf-8", "replace")
        text = _IN_BODY.sub(lambda found: f'{found[1]}"{mask(found[2])}"', text)
        text = mask_all(text, self._secrets())
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
