"""Asks a simulator in this process, as a client of its provider would."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from fixed_world import FixedClock, SeededRandom

from xsrun.effects.ports import Request, Response
from xsrun.simulators import SIMULATORS

JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


class Client:
    """Sends requests to a fresh account, with a key; answers are status and JSON."""

    def __init__(self, provider: str, base: str, authorization: str = "") -> None:
        self.clock = FixedClock()
        self.provider = SIMULATORS[provider]
        self.simulator = self.provider.factory(self.clock, SeededRandom(3))
        self.base = base
        self.authorization = authorization

    def send(self, method: str, path: str, body: bytes = b"", *headers: tuple[str, str]) -> Response:
        authorization = (("Authorization", self.authorization),) if self.authorization else ()
        return self.simulator.handle(Request(method, self.base + path, (*authorization, *headers), body))

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        path += f"?{urlencode(query)}" if query else ""
        answer = self.send(method, path, b"" if body is None else json.dumps(body).encode(), JSON)
        return answer.status, json.loads(answer.body) if answer.body else None

    def get(self, path: str, **query: str) -> Any:
        status, value = self.ask("GET", path, **query)
        assert status == 200, value
        return value
