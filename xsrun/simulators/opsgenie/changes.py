"""What changes an alert: answered 202 with a request, which is carried out at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from xsrun.effects.ports import Response
from xsrun.providers import opsgenie
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import read_time
from xsrun.simulators.ids import to_millis
from xsrun.simulators.opsgenie.account import INTEGRATION, Alerts, read_body
from xsrun.simulators.routing import Call, Route, reply
from xsrun.simulators.seeding import Record

SENT: Final = "Request will be processed"


def _accept(account: Alerts, action: str, alert: Record | None, status: str) -> Response:
    """Answer that a request was taken, and keep what came of it; there was nothing to do it to without an alert."""
    request_id = account.random.uuid()
    data = {
        "success": alert is not None,
        "action": action,
        "processedAt": to_millis(account.clock.now()),
        "integrationId": INTEGRATION,
        "isSuccess": alert is not None,
        "status": status if alert else "Alert does not exist",
        "alertId": alert["id"] if alert else "",
        "alias": alert["alias"] if alert else "",
    }
    account.put("requests", {"id": request_id, "data": data})
    return reply(202, {"result": SENT, "requestId": request_id})


def create(account: Alerts, call: Call) -> Response:
    """``POST /v2/alerts``: while an alert of the alias is open, it counts one more."""
    body = read_body(call, opsgenie.CREATE_ALERT)
    at = to_millis(account.clock.now())
    known = account.open_alert(body["alias"]) if body.get("alias") else None
    if known:
        known |= {"count": known["count"] + 1, "lastOccurredAt": at, "updatedAt": at}
        if body.get("note"):
            account.note(known, body["note"], body)
        return _accept(account, "Create", known, "Created alert")
    alert_id = account.random.uuid()
    alert = {
        "id": alert_id,
        "tinyId": str(len(account.account["alerts"]) + 1),
        "alias": body.get("alias") or alert_id,
        "message": body["message"],
        "status": "open",
        "acknowledged": False,
        "isSeen": False,
        "tags": body.get("tags") or [],
        "snoozed": False,
        "count": 1,
        "lastOccurredAt": at,
        "createdAt": at,
        "updatedAt": at,
        "source": body.get("source") or "127.0.0.1",
        "owner": "",
        "priority": body.get("priority") or "P3",
        "responders": _responders(account, body.get("responders") or []),
        "integration": {"id": INTEGRATION, "name": "Simulator", "type": "API"},
        "report": {},
        "actions": body.get("actions") or [],
        "entity": body.get("entity") or "",
        "description": body.get("description") or "",
        "details": {name: str(value) for name, value in (body.get("details") or {}).items()},
        "notes": [],
    }
    account.put("alerts", alert)
    if body.get("note"):
        account.note(alert, body["note"], body)
    return _accept(account, "Create", alert, "Created alert")


def _responders(account: Alerts, given: list[Record]) -> list[Record]:
    """Responders by type and id; those that stand for nobody are left out."""
    found = []
    for each in given:
        team = account.find("teams", each.get("id") or "") or account.find("teams", each.get("name") or "", "name")
        if each["type"] != "team":
            found.append({"type": each["type"], "id": each.get("id") or each.get("username") or each.get("name") or ""})
        elif team:
            found.append({"type": "team", "id": team["id"]})
    return found


def _changes(endpoint: Endpoint, action: str, status: str, change: Callable[[Alerts, Record, Record], None]) -> Route:
    """A call that does something to an alert, if it is there."""

    def act(account: Alerts, call: Call) -> Response:
        body = read_body(call, endpoint)
        alert = account.named(call)
        if alert:
            change(account, alert, body)
            if body.get("note"):
                account.note(alert, body["note"], body)
        return _accept(account, action, alert, status)

    return Route(endpoint, act)


def _close(account: Alerts, alert: Record, body: Record) -> None:
    now = account.clock.now()
    if alert["status"] == "open":
        took = now - (read_time(alert["createdAt"]) or now)
        alert["report"] |= {"closeTime": took, "closedBy": body.get("user") or "System"}
    alert |= {"status": "closed", "snoozed": False, "updatedAt": to_millis(now)}


def _acknowledge(account: Alerts, alert: Record, body: Record) -> None:
    now = account.clock.now()
    if alert["status"] != "open" or alert["acknowledged"]:
        return
    took = now - (read_time(alert["createdAt"]) or now)
    user = body.get("user") or "System"
    alert["report"] |= {"ackTime": took, "acknowledgedBy": user}
    alert |= {"acknowledged": True, "isSeen": True, "owner": body.get("user") or "", "updatedAt": to_millis(now)}


def _unacknowledge(account: Alerts, alert: Record, _body: Record) -> None:
    if alert["status"] == "open":
        alert |= {"acknowledged": False, "owner": "", "updatedAt": to_millis(account.clock.now())}


def _snooze(account: Alerts, alert: Record, body: Record) -> None:
    if alert["status"] == "open":
        now = to_millis(account.clock.now())
        alert |= {"snoozed": True, "snoozedUntil": body["endTime"], "updatedAt": now}


def _tag(account: Alerts, alert: Record, body: Record) -> None:
    alert["tags"] = list(dict.fromkeys([*alert["tags"], *body["tags"]]))
    alert["updatedAt"] = to_millis(account.clock.now())


def _only_note(_account: Alerts, _alert: Record, _body: Record) -> None:
    """The note itself is written for every change."""


def delete(account: Alerts, call: Call) -> Response:
    """``DELETE /v2/alerts/{id}``."""
    alert = account.named(call)
    if alert:
        account.account["alerts"].remove(alert)
    return _accept(account, "Delete", alert, "Deleted alert")


ROUTES: Final = (
    Route(opsgenie.CREATE_ALERT, create),
    Route(opsgenie.DELETE_ALERT, delete),
    _changes(opsgenie.CLOSE_ALERT, "Close", "Closed alert", _close),
    _changes(opsgenie.ACKNOWLEDGE_ALERT, "Acknowledge", "Acknowledged alert", _acknowledge),
    _changes(opsgenie.UNACKNOWLEDGE_ALERT, "UnAcknowledge", "UnAcknowledged alert", _unacknowledge),
    _changes(opsgenie.SNOOZE_ALERT, "Snooze", "Snoozed alert", _snooze),
    _changes(opsgenie.ADD_NOTE, "Add Note", "Added note to alert", _only_note),
    _changes(opsgenie.ADD_TAGS, "Add Tags", "Added tags to alert", _tag),
)
