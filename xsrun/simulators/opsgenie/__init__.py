"""A simulator of Opsgenie: alerts.

What changes one is answered 202 with a request, whose status tells what came of it.
"""

from __future__ import annotations

from typing import Final

from xsrun.effects.ports import Headers, Request, Response
from xsrun.providers import opsgenie
from xsrun.simulators.opsgenie import changes, reading
from xsrun.simulators.opsgenie.account import Alerts, no, throttled
from xsrun.simulators.routing import REASONS, Refused, find, read_json, reply
from xsrun.simulators.seeding import Record

TOOK: Final = 0.01
ROUTES: Final = (*changes.ROUTES, *reading.ROUTES)


class Opsgenie(Alerts):
    """One account in memory."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        request_id = self.random.uuid()
        try:
            return _with_id(self._respond(request), request_id)
        except Refused as refusal:
            return _with_id(refusal.response, request_id)

    def _respond(self, request: Request) -> Response:
        key = self._key(request)
        found = find(ROUTES, request)
        if found is None:
            raise no(404, "No handler was found for the request")
        route, call = found
        if not key["writes"] and request.method != "GET":
            raise no(403, "You are not authorized to access this resource")
        if not self.limits.take(key["id"], self.clock.now()).allowed:
            raise throttled()
        return route.handler(self, call)

    def _key(self, request: Request) -> Record:
        header = request.header("Authorization")
        if not header:
            raise no(401, "API key is not given")
        scheme, _, sent = header.partition(" ")
        found = self.find("keys", sent.strip())
        if found is None or f"{scheme} " not in opsgenie.ALERTS.auth.schemes:
            raise no(401, "Could not authenticate")
        return found

    def forced(self, status: int, request: Request) -> Response:
        """A failing answer on demand."""
        refused = throttled() if status == 429 else no(status, REASONS.get(status, "Internal server error"))
        return _with_id(refused.response, self.random.uuid())


def _with_id(response: Response, request_id: str) -> Response:
    """An answer that says which request it is for."""
    body = read_json(response.body)
    known = body.get("requestId", request_id)
    headers: Headers = (
        *response.headers[1:],
        ("X-Request-ID", known),
        ("X-Response-Time", str(TOOK)),
        ("X-RateLimit-State", "THROTTLED" if response.status == 429 else "OK"),
    )
    return reply(response.status, body | {"took": TOOK, "requestId": known}, headers)
