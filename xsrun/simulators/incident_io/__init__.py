"""A simulator of incident.io: alert events with the secret of a source, everything else with an API key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from xsrun.effects.ports import Headers, Request, Response
from xsrun.providers import incident_io as rules
from xsrun.providers.contracts import Auth
from xsrun.simulators.core import Simulator
from xsrun.simulators.incident_io import alerts, incidents, settings
from xsrun.simulators.incident_io.errors import BAD_KEY, NO_KEY, NOT_ALLOWED, failure, plain_failure, too_many
from xsrun.simulators.incident_io.seeding import TABLES
from xsrun.simulators.incident_io.seeds import Record
from xsrun.simulators.incident_io.state import Account, Alert, Incident, Join, Update
from xsrun.simulators.limits import Bucket, Budget, Limits, Window
from xsrun.simulators.records import revive
from xsrun.simulators.routing import Call, Route, empty, find, settle
from xsrun.simulators.seeding import sow

ROUTES: Final = (*alerts.SOURCE_ROUTES, *alerts.ROUTES, *incidents.ROUTES, *settings.ROUTES)

AUTHORIZATION: Final = re.compile(r"(?P<scheme>\S+)\s+(?P<token>\S+)")


class IncidentIo(Simulator):
    """One account in memory."""

    def open_account(self) -> None:
        """Hold the records of the seeds, and full rate limits."""
        self.account = Account(self.clock, self.random)
        sow(TABLES, self.seeds, self.account)
        self._api_limits = Limits(lambda: Bucket(rules.API.rate))
        self._source_limits = Limits(lambda: Window(rules.SOURCE.rate))

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
            return too_many(request_id, "forced", Budget(False, rules.API.rate, 0, 1, 1), self.clock.now())
        return plain_failure(request_id, status)

    def secrets(self) -> Iterable[str]:
        """API keys and the secrets of sources."""
        settings = self.account.settings
        keys = (key["token"] for key in settings["api_keys"].values())
        return (*keys, *{source["secret"] for source in settings["alert_sources"].values()})

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
            "incident_updates": account.updates,
            "heartbeats": account.pings,
            **{kind: list(records.values()) for kind, records in account.settings.items()},
        }

    def restore(self, contents: dict[str, Any]) -> None:
        """Hold these contents."""
        account = Account(self.clock, self.random)
        for kind in account.settings:
            records = revive(list[Record], contents.get(kind), kind)
            account.settings[kind] = {record["id"]: record for record in records}
        alerts = revive(list[Alert], contents.get("alerts"), "alerts")
        account.alerts = {alert.id: alert for alert in alerts}
        incidents = revive(list[Incident], contents.get("incidents"), "incidents")
        account.incidents = {incident.id: incident for incident in incidents}
        for join in revive(list[dict[str, str]], contents.get("incident_alerts"), "incident_alerts"):
            alert, incident = account.alerts[join["alert"]], account.incidents[join["incident"]]
            account.joins.append(Join(join["id"], alert, incident, join["route"]))
        account.updates = revive(list[Update], contents.get("incident_updates"), "incident_updates")
        account.pings = revive(dict[str, int], contents.get("heartbeats"), "heartbeats")
        self.account = account

    def _for_source(self, route: Route, call: Call) -> Response:
        header = _token(call.request, route.endpoint.api.auth)
        token = header or call.one(route.endpoint.api.auth.query)
        if not token:
            raise self.account.refuse(401, [NO_KEY if header is None else BAD_KEY])
        source = self.account.settings["alert_sources"].get(call.arguments[0])
        if source is None or source["source_type"] != route.rule:
            raise self.account.missing()
        if token != source["secret"]:
            raise self.account.refuse(401, [BAD_KEY])
        budget = self._source_limits.take(source["id"], self.clock.now())
        if not budget.allowed:
            return self._too_many(f"alert source {source['name']}", budget)
        return settle(route, self.account, call._replace(caller=source))

    def _for_key(self, route: Route, call: Call) -> Response:
        token = _token(call.request, route.endpoint.api.auth)
        if token is None:
            raise self.account.refuse(401, [NO_KEY])
        keys = self.account.settings["api_keys"].values()
        key = next((each for each in keys if each["token"] == token), None)
        if key is None:
            raise self.account.refuse(401, [BAD_KEY])
        budget = self._api_limits.take(key["id"], self.clock.now())
        response = self._as_key(route, call, key) if budget.allowed else self._too_many("api_key", budget)
        return response._replace(headers=(*response.headers, *self._rate_headers(budget)))

    def _as_key(self, route: Route, call: Call, key: Record) -> Response:
        if route.endpoint.role and route.endpoint.role not in key["roles"]:
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


def _token(request: Request, auth: Auth) -> str | None:
    """What the Authorization header carries, None without one; a form or scheme that is not known carries ``""``."""
    header = request.header("Authorization").strip()
    if not header:
        return None
    found = AUTHORIZATION.fullmatch(header)
    schemes = {scheme.strip().lower() for scheme in auth.schemes}
    return found["token"] if found and found["scheme"].lower() in schemes else ""
