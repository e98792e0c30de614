"""A simulator of PagerDuty: REST API v2 and Events API v2 under one address.

Requests to a host that begins with ``api.`` or ``events.`` find only that API; any other host serves both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlsplit

from xsrun.effects.ports import Clock, Headers, Random, Request, Response
from xsrun.providers import pagerduty as rules
from xsrun.simulators.core import Simulator
from xsrun.simulators.limits import Budget, Limits, Window
from xsrun.simulators.pagerduty import changes, events, incidents, parts, schedules, services, setup
from xsrun.simulators.pagerduty.errors import ERRORS, event_error, refuse, rest_error, rest_status
from xsrun.simulators.pagerduty.seeding import TABLES
from xsrun.simulators.pagerduty.seeds import Record
from xsrun.simulators.pagerduty.state import Account, Incident, Ref
from xsrun.simulators.records import revive
from xsrun.simulators.routing import Call, Refused, Route, empty, find, settle
from xsrun.simulators.seeding import NO_SEEDS, Seeds, sow

REST: Final = (
    *incidents.ROUTES, *changes.ROUTES, *parts.ROUTES, *services.ROUTES, *schedules.ROUTES, *setup.ROUTES,
    *events.ROUTES,
)  # fmt: skip
EVENTS: Final = events.EVENT_ROUTES

SCHEMES: Final = "|".join((*rules.REST.auth.schemes, *rules.REST.auth.oauth))
AUTHORIZATION: Final = re.compile(rf"(?P<scheme>{SCHEMES})(?P<key>\S+)")
EMAIL: Final = re.compile(r"[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,]+")


class PagerDuty(Simulator):
    """One account in memory.

    ``explain_401`` sends the documented body with a 401; the live service sends none.
    """

    def __init__(self, clock: Clock, random: Random, seeds: Seeds = NO_SEEDS, *, explain_401: bool = False) -> None:
        super().__init__(clock, random, seeds)
        self._explain_401 = explain_401

    def open_account(self) -> None:
        """Hold the records of the seeds, and full rate limits."""
        self.account = Account(self.clock, self.random)
        sow(TABLES, self.seeds, self.account)
        self._rest_limits = Limits(lambda: Window(rules.REST.rate))
        self._event_limits = Limits(lambda: Window(rules.EVENTS.rate))

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        self.account.catch_up()
        host = urlsplit(request.url).hostname or ""
        if not host.startswith("api."):
            found = find(EVENTS, request)
            if found:
                return self._event(*found)
            if host.startswith("events."):
                return empty(404)
        return self._rest(find(REST, request), request)

    def forced(self, status: int, request: Request) -> Response:
        """A failing answer on demand."""
        if find(EVENTS, request):
            return event_error(status)
        headers = _rate_headers(Budget(False, rules.REST.rate, 0, 1, 1)) if status == 429 else ()
        return _with_headers(rest_status(status), headers)

    def secrets(self) -> Iterable[str]:
        """REST keys and routing keys."""
        records = self.account.records
        return (*records["key"], *(integration["key"] for integration in records["integration"].values()))

    def contents(self) -> dict[str, Any]:
        """Everything in the account."""
        return {
            "incidents": [asdict(incident) for incident in self.account.incidents.values()],
            "change_events": self.account.changes,
            "audit": self.account.audit,
            **{kind: list(records.values()) for kind, records in self.account.records.items()},
        }

    def restore(self, contents: dict[str, Any]) -> None:
        """Hold these contents."""
        account = Account(self.clock, self.random)
        for kind in account.records:
            account.records[kind] = {record["id"]: record for record in revive(list[Record], contents.get(kind), kind)}
        incidents = revive(list[Incident], contents.get("incidents"), "incidents")
        account.incidents = {incident.id: incident for incident in incidents}
        account.changes = revive(list[Record], contents.get("change_events"), "change_events")
        account.audit = revive(list[Record], contents.get("audit"), "audit")
        self.account = account

    def _event(self, route: Route, call: Call) -> Response:
        key = events.routing_key(call.request.body)
        if events.integration(self.account, key) and not self._event_limits.take(key, self.clock.now()).allowed:
            return event_error(429)
        return settle(route, self.account, call)

    def _rest(self, found: tuple[Route, Call] | None, request: Request) -> Response:
        key = self._key(request)
        budget = self._rest_limits.take(key["user"] or key["id"], self.clock.now())
        if not budget.allowed:
            response = rest_error(ERRORS["rate"])
        elif found is None:
            response = rest_error(ERRORS["unknown"])
        else:
            route, call = found
            response = self._as_caller(route, call, key)
        return _with_headers(response, _rate_headers(budget))

    def _key(self, request: Request) -> Record:
        found = AUTHORIZATION.fullmatch(request.header("Authorization"))
        key = self.account.records["key"].get(found["key"]) if found else None
        if not found or key is None or key["oauth"] != (found["scheme"] in rules.REST.auth.oauth):
            raise Refused(rest_error(ERRORS["unauthorized"]) if self._explain_401 else empty(401))
        return key

    def _as_caller(self, route: Route, call: Call, key: Record) -> Response:
        try:
            caller = self._caller(route, call.request, key)
        except Refused as refusal:
            return refusal.response
        return settle(route, self.account, call._replace(caller=caller))

    def _caller(self, route: Route, request: Request, key: Record) -> Ref | None:
        """The user a call acts for: that of the key, or the one in ``From`` where a person is needed."""
        if not key["writes"] and route.endpoint.method != "GET":
            raise refuse("denied")
        if key["user"]:
            return Ref("user", key["user"])
        if not route.endpoint.person:
            return None
        address = request.header("From").strip()
        if not address:
            raise refuse("from-missing")
        if not EMAIL.fullmatch(address):
            raise refuse("from-malformed")
        for user in self.account.records["user"].values():
            if user["email"].lower() == address.lower():
                return Ref("user", user["id"])
        raise refuse("from-unknown")


def _rate_headers(budget: Budget) -> Headers:
    return (
        ("ratelimit-limit", str(budget.limit)),
        ("ratelimit-remaining", str(budget.remaining)),
        ("ratelimit-reset", str(budget.full if budget.allowed else budget.wait)),
    )


def _with_headers(response: Response, headers: Headers) -> Response:
    return response._replace(headers=(*response.headers, *headers))
