"""Events API v2: alert events open, acknowledge and resolve; change events are only kept."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from xsrun.effects.ports import Response
from xsrun.providers import pagerduty
from xsrun.providers.fields import problems, read_time
from xsrun.providers.pagerduty import LARGEST_EVENT
from xsrun.simulators.ids import to_seconds
from xsrun.simulators.pagerduty.errors import event_details, event_error
from xsrun.simulators.pagerduty.lists import moment, page, view
from xsrun.simulators.pagerduty.seeds import Record
from xsrun.simulators.pagerduty.state import Account, Alert, Incident, Ref
from xsrun.simulators.routing import Call, Refused, Route, read_json, reply

KEY_LENGTH: Final = pagerduty.ENQUEUE.field("routing_key").longest
ALPHANUMERIC: Final = re.compile(r"[A-Za-z0-9]+")

EVENT: Final = tuple(field for field in pagerduty.ENQUEUE.fields if field.path != "routing_key")
CHANGE: Final = tuple(field for field in pagerduty.ENQUEUE_CHANGE.fields if field.path != "routing_key")
"""The rules of a key have words of their own."""


def routing_key(body: bytes) -> str:
    """The routing key an event names, ``""`` when it names none; the rate is counted by it."""
    try:
        event = read_json(body)
    except ValueError:
        return ""
    key = event.get("routing_key") if isinstance(event, dict) else None
    return key if isinstance(key, str) else ""


def enqueue(account: Account, call: Call) -> Response:
    """``POST /v2/enqueue``."""
    event = _read_event(call)
    details = _key_details(account, event) + event_details(problems(EVENT, event))
    if details:
        raise Refused(event_error(400, details))
    action = event["event_action"]
    key = event.get("dedup_key") or account.new_key()
    source = str(integration(account, event["routing_key"]))
    found = account.open_alert(source, key)
    if action == "trigger":
        _trigger(account, source, key, event, found)
    elif found:
        _follow_up(account, action, *found)
    return reply(202, {"status": "success", "message": "Event processed", "dedup_key": key})


def enqueue_change(account: Account, call: Call) -> Response:
    """``POST /v2/change/enqueue``."""
    event = _read_event(call)
    details = _key_details(account, event) + event_details(problems(CHANGE, event))
    if not details and event["routing_key"].startswith("R"):
        details = ["Change events are not taken with the key of a ruleset"]
    if details:
        raise Refused(event_error(400, details))
    change = {
        "id": account.new_id(),
        "integration": integration(account, event["routing_key"]),
        "at": account.now(),
        "event": event,
    }
    account.changes.append(change)
    return reply(202, {"status": "success", "message": "Change event processed"})


def list_changes(account: Account, call: Call) -> Response:
    """``GET /change_events``, the newest first."""
    return show_changes(account, call)


def show_changes(account: Account, call: Call, through: Collection[str] | None = None) -> Response:
    """The change events that a call asks for, the newest first, of all or of these integrations."""
    since, until = moment(call, "since"), moment(call, "until")
    integrations = set(call.every("integration_ids[]"))
    found = [
        change
        for change in reversed(account.changes)
        if (since is None or change["at"] >= since)
        and (until is None or change["at"] <= until)
        and (not integrations or change["integration"] in integrations)
        and (through is None or change["integration"] in through)
    ]
    shown = view(account, call)

    def show(change: Record) -> Record:
        payload = change["event"]["payload"]
        service = account.records["integration"][change["integration"]]["service"]
        return {
            "id": change["id"],
            "type": "change_event",
            "summary": payload["summary"],
            "source": payload.get("source"),
            "timestamp": to_seconds(read_time(payload.get("timestamp") or "") or change["at"]),
            "integration": shown.reference(Ref("integration", change["integration"])),
            "services": [shown.reference(Ref("service", service))],
            "links": change["event"].get("links") or [],
            "images": change["event"].get("images") or [],
            "custom_details": payload.get("custom_details") or {},
        }

    return page(call, "change_events", found, show)


def _read_event(call: Call) -> Record:
    body = call.request.body
    if len(body) > LARGEST_EVENT:
        raise Refused(event_error(400, [f"Event is larger than {LARGEST_EVENT} bytes"]))
    try:
        event = read_json(body)
    except ValueError:
        event = None
    if isinstance(event, dict):
        return event
    unread = {"status": "Unrecognized object", "message": "Event object format is unrecognized"}
    raise Refused(reply(400, unread | {"errors": ["JSON parse error"]}))


def _key_details(account: Account, event: Record) -> list[str]:
    """What is wrong with the routing key."""
    key: Any = event.get("routing_key")
    if not isinstance(key, str) or not key.strip():
        return ["'routing_key' is missing or blank"]
    details = []
    if len(key) != KEY_LENGTH:
        details.append(f"Length of 'routing_key' is incorrect (should be {KEY_LENGTH} characters)")
    if not ALPHANUMERIC.fullmatch(key):
        details.append("'routing_key' cannot contain non-alphanumeric characters.")
    if not details and integration(account, key) is None:
        details.append("Invalid routing key")
    return details


def integration(account: Account, key: str) -> str | None:
    """The id of the integration that has this routing key."""
    for name, record in account.records["integration"].items():
        if record["key"] == key and not record.get("deleted"):
            return name
    return None


def _trigger(account: Account, source: str, key: str, event: Record, found: tuple[Incident, Alert] | None) -> None:
    service = account.records["integration"][source]["service"]
    agent = Ref("service", service)
    if found:
        account.write(found[0], "trigger", agent)
        return
    payload = event["payload"]
    urgency = account.urgency(service, payload["severity"])
    incident = account.start(payload["summary"], key, service, agent, urgency=urgency)
    first = incident.entries[0]
    kept = {name: value for name, value in event.items() if name != "routing_key"}
    incident.alerts.append(Alert(account.new_id(), key, source, service, payload["severity"], kept, first.at, first.id))


def _follow_up(account: Account, action: str, incident: Incident, alert: Alert) -> None:
    agent = Ref("service", alert.service)
    if action == "resolve":
        alert.resolved = account.now()
        account.settle_alerts(incident, agent)
    elif incident.status == "triggered":
        account.acknowledge(incident, agent)


EVENT_ROUTES: Final = (
    Route(pagerduty.ENQUEUE, enqueue),
    Route(pagerduty.ENQUEUE_CHANGE, enqueue_change),
)

ROUTES: Final = (Route(pagerduty.LIST_CHANGE_EVENTS, list_changes),)
