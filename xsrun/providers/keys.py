"""Where providers take the key by which they know a request again, and what they do about a second one.

From the providers' references: PagerDuty REST "Create an Incident" and Events API v2, incident.io "Alert Events V2"
and "Incidents V2", Opsgenie "Create Alert" (alias).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from xsrun.effects.ports import Request, Response


class Keyed(NamedTuple):
    """A call that a provider knows again by a key in its JSON body."""

    provider: str
    hosts: tuple[str, ...]
    method: str
    path: str
    """A regular expression for the whole path."""
    place: tuple[str, ...]
    """The names that lead to the key in the body."""
    within: tuple[tuple[str, ...], ...] = ()
    """What else in the body tells one effect from another of the same key."""
    longest: int = 255
    """Characters that a key may have."""
    find: Callable[[Request, str], Request] | None = None
    """The request that asks for what a key has made; None where repeating the call is as good as asking."""
    found: Callable[[Response, str], Response | None] | None = None
    """From its answer, the answer that the call had; None when nothing was made since a time (ISO 8601, UTC)."""
    refused: Callable[[Response], bool] | None = None
    """Whether an answer says that there is one with this key already."""

    def covers(self, request: Request) -> bool:
        """Whether a request is such a call."""
        parts = urlsplit(request.url)
        return (
            request.method == self.method
            and parts.hostname in self.hosts
            and re.fullmatch(self.path, parts.path) is not None
        )

    def key_of(self, request: Request) -> str:
        """The key that a request carries, ``""`` when it has none."""
        return _at(body_of(request), self.place)

    def scope_of(self, request: Request) -> list[str]:
        """Where the key of a request counts."""
        body = body_of(request)
        return [_at(body, place) for place in self.within]


PAGERDUTY_REST: Final = ("api.pagerduty.com", "api.eu.pagerduty.com")
PAGERDUTY_EVENTS: Final = ("events.pagerduty.com", "events.eu.pagerduty.com")
INCIDENT_IO: Final = ("api.incident.io",)
OPSGENIE: Final = ("api.opsgenie.com", "api.eu.opsgenie.com")


def body_of(request: Request) -> Any:
    """The JSON value of a request's body, None when it holds none."""
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def _at(value: Any, place: tuple[str, ...]) -> str:
    for name in place:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _incident_by_key(request: Request, key: str) -> Request:
    """PagerDuty: the incidents of the service with this key, whenever they were opened."""
    service = _at(body_of(request), ("incident", "service", "id"))
    query = [f"incident_key={quote(key, safe='')}", "date_range=all", "sort_by=created_at:desc"]
    if service:
        query.append(f"service_ids%5B%5D={quote(service, safe='')}")
    headers = tuple((name, value) for name, value in request.headers if name.lower() != "content-type")
    url = f"{request.url.partition('?')[0]}?{'&'.join(query)}"
    return request._replace(method="GET", url=url, headers=headers, body=b"")


def _incident_exists(response: Response) -> bool:
    """PagerDuty: an open incident of the service has the key."""
    return response.status == 400 and b"matching dedup key already exists" in response.body


def _incident_since(response: Response, since: str) -> Response | None:
    """The answer to the create call, out of a list of incidents.

    One that is open counts whenever it was opened, because it would have stopped a second one; one that is resolved
    may be an old one of the same cause.
    """
    answer = json.loads(response.body) if response.status == 200 else {}
    listed = answer.get("incidents") if isinstance(answer, dict) else None
    made = [each for each in listed or () if each["status"] != "resolved" or each["created_at"] >= since]
    if not made:
        return None
    body = json.dumps({"incident": made[0]}, ensure_ascii=False).encode()
    return response._replace(status=201, reason="Created", body=body)


KEYED: Final = (
    Keyed(
        "PagerDuty REST", PAGERDUTY_REST, "POST", "/incidents", ("incident", "incident_key"),
        (("incident", "service", "id"),), find=_incident_by_key, found=_incident_since, refused=_incident_exists,
    ),
    Keyed(
        "PagerDuty Events", PAGERDUTY_EVENTS, "POST", "/v2/enqueue", ("dedup_key",),
        (("routing_key",), ("event_action",)),
    ),
    Keyed(
        "incident.io alerts", INCIDENT_IO, "POST", r"/v2/alert_events/http/[^/]+", ("deduplication_key",),
        (("status",),),
    ),
    Keyed("incident.io incidents", INCIDENT_IO, "POST", "/v2/incidents", ("idempotency_key",)),
    Keyed("Opsgenie alerts", OPSGENIE, "POST", "/v2/alerts", ("alias",), longest=512),
)  # fmt: skip


def keyed_call(request: Request, known: Iterable[Keyed] = KEYED) -> Keyed | None:
    """The keyed call that a request is, None for any other."""
    return next((each for each in known if each.covers(request)), None)
