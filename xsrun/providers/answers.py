"""What a provider usually answers, for runs that must not ask it: enough for a job to go on.

From the references of the providers named in each line; ids and times stand for what only the provider knows.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

from xsrun.effects.ports import Request, Response
from xsrun.providers.keys import INCIDENT_IO, PAGERDUTY_EVENTS, PAGERDUTY_REST, body_of

TIME: Final = "2026-01-01T00:00:00Z"


class Usual(NamedTuple):
    """The usual answer to one kind of call."""

    provider: str
    host: str
    """A regular expression for the whole host."""
    method: str
    path: str
    """A regular expression for the whole path."""
    status: int
    value: Any
    """JSON, a text that is sent as it is, or a function that makes one of them from the body of the request."""


def _part(body: Any, name: str) -> dict[str, Any]:
    part = body.get(name) if isinstance(body, dict) else None
    return part if isinstance(part, dict) else {}


def _pagerduty_incident(body: Any) -> Any:
    asked = _part(body, "incident")
    known = {"id": "Q00PLACEHOLDER", "incident_number": 1, "status": "triggered", "urgency": "high"}
    url = "https://example.pagerduty.com/incidents/Q00PLACEHOLDER"
    return {"incident": {**known, "created_at": TIME, "html_url": url, **asked, "type": "incident"}}


def _pagerduty_event(body: Any) -> Any:
    key = body.get("dedup_key") if isinstance(body, dict) else None
    return {"status": "success", "message": "Event processed", "dedup_key": key or "placeholder"}


def _incident_io_alert(body: Any) -> Any:
    key = body.get("deduplication_key") if isinstance(body, dict) else None
    accepted = "Event accepted for processing"
    return {"status": "success", "message": accepted, "deduplication_key": key or "placeholder"}


def _incident_io_incident(body: Any) -> Any:
    asked = body if isinstance(body, dict) else {}
    known = {"id": "01PLACEHOLDER0000000000000", "reference": "INC-1", "name": "", "mode": "standard"}
    status = {"id": "01PLACEHOLDERSTATUS0000000", "name": "Investigating", "category": "live"}
    return {"incident": {**known, "created_at": TIME, "updated_at": TIME, **asked, "incident_status": status}}


def _hosts(names: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, names))


_NOTE: Final = {"note": {"id": "P0NOTE0", "content": "", "created_at": TIME}}
_LIST: Final = {"limit": 25, "offset": 0, "more": False, "total": None}
_SLACK_MESSAGE: Final = {"ok": True, "channel": "C0PLACEHOLD", "ts": "1767225600.000100", "message": {"text": ""}}
_OPSGENIE: Final = {
    "result": "Request will be processed",
    "took": 0.1,
    "requestId": "00000000-0000-4000-8000-000000000000",
}
_JIRA: Final = {"id": "10000", "key": "PLACE-1", "self": "https://example.atlassian.net/rest/api/3/issue/10000"}

USUAL: Final = (
    Usual("PagerDuty", _hosts(PAGERDUTY_REST), "POST", "/incidents", 201, _pagerduty_incident),
    Usual("PagerDuty", _hosts(PAGERDUTY_REST), "PUT", "/incidents/[^/]+", 200, _pagerduty_incident),
    Usual("PagerDuty", _hosts(PAGERDUTY_REST), "GET", "/incidents/[^/]+", 200, _pagerduty_incident),
    Usual("PagerDuty", _hosts(PAGERDUTY_REST), "POST", "/incidents/[^/]+/notes", 200, _NOTE),
    Usual("PagerDuty", _hosts(PAGERDUTY_REST), "GET", "/incidents", 200, {"incidents": [], **_LIST}),
    Usual("PagerDuty", _hosts(PAGERDUTY_REST), "GET", "/services", 200, {"services": [], **_LIST}),
    Usual("PagerDuty", _hosts(PAGERDUTY_REST), "GET", "/oncalls", 200, {"oncalls": [], **_LIST}),
    Usual("PagerDuty", _hosts(PAGERDUTY_EVENTS), "POST", "/v2/enqueue", 202, _pagerduty_event),
    Usual(
        "PagerDuty", _hosts(PAGERDUTY_EVENTS), "POST", "/v2/change/enqueue", 202,
        {"status": "success", "message": "Change event processed"},
    ),
    Usual("incident.io", _hosts(INCIDENT_IO), "POST", "/v2/alert_events/http/[^/]+", 202, _incident_io_alert),
    Usual("incident.io", _hosts(INCIDENT_IO), "POST", "/v2/incidents", 200, _incident_io_incident),
    Usual("incident.io", _hosts(INCIDENT_IO), "POST", "/v2/incidents/[^/]+/actions/edit", 200, _incident_io_incident),
    Usual("Slack", r"hooks\.slack\.com", "POST", "/services/.*", 200, "ok"),
    Usual("Slack", r"slack\.com", "POST", "/api/chat.postMessage", 200, _SLACK_MESSAGE),
    Usual("Slack", r"slack\.com", "POST", "/api/.*", 200, {"ok": True}),
    Usual("Discord", r"discord(app)?\.com", "POST", "/api/webhooks/.*", 204, ""),
    Usual("Opsgenie", r"api(\.eu)?\.opsgenie\.com", "POST", "/v2/alerts.*", 202, _OPSGENIE),
    Usual("Jira", r"[\w-]+\.atlassian\.net", "POST", "/rest/api/[23]/issue", 201, _JIRA),
    Usual("Jira", r"[\w-]+\.atlassian\.net", "GET", "/rest/api/[23]/search/jql", 200, {"issues": [], "isLast": True}),
    Usual("Statuspage", r"api\.statuspage\.io", "POST", "/v1/pages/[^/]+/incidents", 201, {"id": "placeholder00"}),
)  # fmt: skip


def usual_answer(request: Request) -> Response:
    """The usual answer to a request; 200 and an empty object where nothing is known about the call."""
    path = "/" + re.split("[?#]", request.url.partition("://")[2])[0].partition("/")[2]
    for usual in USUAL:
        if request.method == usual.method and re.fullmatch(usual.host, request.host) and re.fullmatch(usual.path, path):
            value = usual.value(body_of(request)) if callable(usual.value) else usual.value
            return _response(usual.status, value)
    return _response(200, {})


def _response(status: int, value: Any) -> Response:
    if isinstance(value, str):
        return Response(status, (("Content-Type", "text/plain"),), value.encode())
    return Response(status, (("Content-Type", "application/json"),), json.dumps(value).encode())
