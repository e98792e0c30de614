"""What a provider usually answers, for runs that must not ask it: enough for a job to go on.

From the references of the providers; ids and times stand for what only the provider knows.
"""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from xsrun.effects.ports import Request, Response
from xsrun.providers import discord, incident_io, jira, opsgenie, pagerduty, slack, statuspage
from xsrun.providers.contracts import Endpoint, body_of
from xsrun.providers.table import endpoint_of

TIME: Final = "2026-01-01T00:00:00Z"


class Usual(NamedTuple):
    """The usual answer to a call, of the status that its contract names."""

    call: Endpoint
    value: Any
    """JSON, a text that is sent as it is, or a function that makes JSON from the body of the request."""


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


_NOTE: Final = {"note": {"id": "P0NOTE0", "content": "", "created_at": TIME}}
_POLICY: Final = {"id": "PPLACEHOLD", "type": "escalation_policy_reference"}
_SERVICE: Final = {"id": "PSRVPLACEH", "name": "", "status": "active", "escalation_policy": _POLICY}
_LIST: Final = {"limit": 25, "offset": 0, "more": False, "total": None}
_SLACK_MESSAGE: Final = {"ok": True, "channel": "C0PLACEHOLD", "ts": "1767225600.000100", "message": {"text": ""}}
_OPSGENIE: Final = {
    "result": "Request will be processed",
    "took": 0.1,
    "requestId": "00000000-0000-4000-8000-000000000000",
}
_JIRA: Final = {"id": "10000", "key": "PLACE-1", "self": "https://example.atlassian.net/rest/api/3/issue/10000"}
_STATUSPAGE: Final = {"id": "placeholder00"}

USUAL: Final = (
    Usual(pagerduty.CREATE_INCIDENT, _pagerduty_incident),
    Usual(pagerduty.UPDATE_INCIDENT, _pagerduty_incident),
    Usual(pagerduty.GET_INCIDENT, _pagerduty_incident),
    Usual(pagerduty.CREATE_NOTE, _NOTE),
    Usual(pagerduty.LIST_NOTES, {"notes": []}),
    Usual(pagerduty.GET_SERVICE, {"service": _SERVICE}),
    Usual(pagerduty.LIST_INCIDENTS, {"incidents": [], **_LIST}),
    Usual(pagerduty.LIST_SERVICES, {"services": [], **_LIST}),
    Usual(pagerduty.LIST_ONCALLS, {"oncalls": [], **_LIST}),
    Usual(pagerduty.ENQUEUE, _pagerduty_event),
    Usual(pagerduty.ENQUEUE_CHANGE, {"status": "success", "message": "Change event processed"}),
    Usual(incident_io.CREATE_ALERT_EVENT, _incident_io_alert),
    Usual(incident_io.CREATE_INCIDENT, _incident_io_incident),
    Usual(incident_io.EDIT_INCIDENT, _incident_io_incident),
    Usual(slack.SEND_WEBHOOK, "ok"),
    Usual(slack.POST_MESSAGE, _SLACK_MESSAGE),
    *(Usual(each, {"ok": True, "messages": []}) for each in (slack.LIST_MESSAGES, slack.LIST_REPLIES)),
    Usual(slack.CALL_METHOD, {"ok": True}),
    Usual(discord.EXECUTE_WEBHOOK, ""),
    Usual(discord.EXECUTE_WEBHOOK_OF_VERSION, ""),
    *(Usual(each, _OPSGENIE) for each in opsgenie.ENDPOINTS if each.status == 202),
    Usual(jira.CREATE_ISSUE, _JIRA),
    Usual(jira.CREATE_ISSUE_2, _JIRA),
    Usual(jira.SEARCH, {"issues": [], "isLast": True}),
    *(Usual(each, []) for each in (statuspage.LIST_INCIDENTS, statuspage.LIST_UNRESOLVED)),
    *(Usual(each, _STATUSPAGE) for each in (statuspage.CREATE_INCIDENT, statuspage.UPDATE_INCIDENT)),
)


def usual_answer(request: Request) -> Response:
    """The usual answer to a request; an empty object where nothing is known about the call, nothing with a 204."""
    call = endpoint_of(request.method, request.url)
    if call is None:
        return _response(200, {})
    value = next((usual.value for usual in USUAL if usual.call is call), "" if call.status == 204 else {})
    return _response(call.status, value(body_of(request)) if callable(value) else value)


def _response(status: int, value: Any) -> Response:
    if isinstance(value, str):
        return Response(status, (("Content-Type", "text/plain"),), value.encode())
    return Response(status, (("Content-Type", "application/json"),), json.dumps(value).encode())
