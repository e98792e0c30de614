"""A simulator of incident.io: alert events with the secret of a source, everything else with an API key."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any, Final

from xsrun.effects.ports import Clock, Headers, Random, Request, Response
from xsrun.simulators.core import Simulator
from xsrun.simulators.incident_io import alerts, incidents, settings
from xsrun.simulators.incident_io.errors import BAD_KEY, NO_KEY, NOT_ALLOWED, failure, plain_failure, too_many
from xsrun.simulators.incident_io.seeds import KEYS, SECRETS, SOURCES, Key
from xsrun.simulators.incident_io.state import Account
from xsrun.simulators.limits import Bucket, Budget, Limits, Window
from xsrun.simulators.routing import Call, Route, empty, find, settle

API_LIMIT: Final = 1200
SOURCE_LIMIT: Final = 120

ROUTES: Final = (*alerts.SOURCE_ROUTES, *alerts.ROUTES, *incidents.ROUTES, *settings.ROUTES)

AUTHORIZATION: Final = re.compile(r"(?P<scheme>\S+)\s+(?P<token>\S+)")
SOURCE_SCHEMES: Final = ("bearer", "basic")


class IncidentIo(Simulator):
    """One account in memory."""

    def __init__(self, clock: Clock, random: Random) -> None:
        super().__init__(clock, random, SECRETS)

    def open_account(self) -> None:
        """Hold the records of the seeds, and full rate limits."""
        self.account = Account(self.clock, self.random)
        self._api_limits = Limits(lambda: Bucket(API_LIMIT))
        self._source_limits = Limits(lambda: Window(SOURCE_LIMIT))

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        found = find(ROUTES, request)
        if found is None:
            return empty(404)
        route, call = found
        return self._for_source(route, call) if route in alerts.SOURCE_ROUTES else self._for_key(route, call)

    def forced(self, status: int, request: Request) -> Response:
        """A failing answer on demand."""
        request_id = self.random.uuid()
        if status == 429:
            return too_many(request_id, "forced", Budget(False, API_LIMIT, 0, 1, 1), self.clock.now())
        return plain_failure(request_id, status)

    def contents(self) -> dict[str, Any]:
        """Everything in the account."""
        account = self.account
        return {
            "alerts": [asdict(alert) for alert in account.alerts.values()],
            "incidents": [asdict(incident) for incident in account.incidents.values()],
            "incident_alerts": [
                {"id": join.id, "alert": join.alert.id, "incident": join.incident.id, "route": join.route}
                for join in account.joins
            ],
            "heartbeats": account.pings,
            "alert_sources": [source._asdict() for source in SOURCES.values()],
        }

    def _for_source(self, route: Route, call: Call) -> Response:
        header = _token(call.request, SOURCE_SCHEMES)
        token = header or call.one("token")
        if not token:
            raise self.account.refuse(401, [NO_KEY if header is None else BAD_KEY])
        source = SOURCES.get(call.arguments[0])
        if source is None or source.type != route.rule:
            raise self.account.missing()
        if token != source.secret:
            raise self.account.refuse(401, [BAD_KEY])
        budget = self._source_limits.take(source.id, self.clock.now())
        if not budget.allowed:
            return self._too_many(f"alert source {source.name}", budget)
        return settle(route, self.account, call._replace(caller=source))

    def _for_key(self, route: Route, call: Call) -> Response:
        token = _token(call.request, ("bearer",))
        if token is None:
            raise self.account.refuse(401, [NO_KEY])
        if token not in KEYS:
            raise self.account.refuse(401, [BAD_KEY])
        key = KEYS[token]
        budget = self._api_limits.take(key.id, self.clock.now())
        response = self._as_key(route, call, key) if budget.allowed else self._too_many("api_key", budget)
        return response._replace(headers=(*response.headers, *self._rate_headers(budget)))

    def _as_key(self, route: Route, call: Call, key: Key) -> Response:
        if route.rule and route.rule not in key.roles:
            return failure(self.random.uuid(), 403, [NOT_ALLOWED])
        return settle(route, self.account, call._replace(caller=key))

    def _too_many(self, name: str, budget: Budget) -> Response:
        return too_many(self.random.uuid(), name, budget, self.clock.now())

    def _rate_headers(self, budget: Budget) -> Headers:
        return (
            ("X-RateLimit-Limit", f"{budget.limit}, {budget.limit};window=60"),
            ("X-RateLimit-Remaining", str(budget.remaining)),
            ("X-RateLimit-Used", str(budget.limit - budget.remaining)),
            ("X-RateLimit-Reset", str(self.clock.now() // 1000 + budget.full)),
        )


def _token(request: Request, schemes: tuple[str, ...]) -> str | None:
    """What the Authorization header carries, None without one; a form or scheme that is not known carries ``""``."""
    header = request.header("Authorization").strip()
    if not header:
        return None
    found = AUTHORIZATION.fullmatch(header)
    return found["token"] if found and found["scheme"].lower() in schemes else ""
