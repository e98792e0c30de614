"""What hangs on an incident, over REST: notes, alerts, log entries, status updates."""

from __future__ import annotations

from typing import Final

from xsrun.effects.ports import Response
from xsrun.providers import pagerduty
from xsrun.providers.pagerduty import LARGEST_UPDATE
from xsrun.simulators.ids import to_seconds
from xsrun.simulators.pagerduty.errors import read_body, refuse, require
from xsrun.simulators.pagerduty.lists import choices, moment, page, sort, view
from xsrun.simulators.pagerduty.lookup import the_incident
from xsrun.simulators.pagerduty.present import View
from xsrun.simulators.pagerduty.seeds import Record
from xsrun.simulators.pagerduty.state import Account, Alert, Entry, Incident, Note
from xsrun.simulators.routing import Call, Route, empty, reply

MOST_NOTES: Final = 2000


# ---------------------------------------------------------------- notes


def list_notes(account: Account, call: Call) -> Response:
    """``GET /incidents/{id}/notes``; not paged."""
    shown = view(account, call)
    return reply(200, {"notes": [shown.note(note) for note in the_incident(account, call).notes]})


def add_note(account: Account, call: Call) -> Response:
    """``POST /incidents/{id}/notes``; answers 200."""
    incident = the_incident(account, call)
    body = read_body(call, "note", dict)
    require(pagerduty.CREATE_NOTE.fields, body)
    if len(incident.notes) >= MOST_NOTES:
        raise refuse("arguments", f"An incident takes {MOST_NOTES} notes at most.")
    entry = account.write(incident, "annotate", call.caller, note=body["content"])
    note = Note(account.new_id(), body["content"], call.caller, entry.at, entry.at)
    incident.notes.append(note)
    return reply(200, {"note": view(account, call).note(note)})


def change_note(account: Account, call: Call) -> Response:
    """``PUT /incidents/{id}/notes/{note_id}``."""
    note = _the_note(the_incident(account, call), call)
    body = read_body(call, "note", dict)
    require(pagerduty.CREATE_NOTE.fields, body)
    note.content = body["content"]
    note.updated = account.now()
    return reply(200, {"note": view(account, call).note(note)})


def delete_note(account: Account, call: Call) -> Response:
    """``DELETE /incidents/{id}/notes/{note_id}``."""
    incident = the_incident(account, call)
    incident.notes.remove(_the_note(incident, call))
    return empty(204)


def _the_note(incident: Incident, call: Call) -> Note:
    for note in incident.notes:
        if note.id == call.arguments[1]:
            return note
    raise refuse("unknown")


def add_status_update(account: Account, call: Call) -> Response:
    """``POST /incidents/{id}/status_updates``."""
    the_incident(account, call)
    body = {name: read_body(call, name, object) for name in ("message", "subject", "html_message")}
    require(pagerduty.CREATE_STATUS_UPDATE.fields, body)
    sent = {"id": account.new_id(), "created_at": to_seconds(account.now())}
    return reply(200, {"status_update": body | sent | {"sender": view(account, call).reference(call.caller)}})


# ---------------------------------------------------------------- alerts

ALERT_ORDER: Final = {"created_at": lambda alert: alert.created, "resolved_at": lambda alert: alert.resolved or 0}


def list_alerts(account: Account, call: Call) -> Response:
    """``GET /incidents/{id}/alerts``."""
    incident = the_incident(account, call)
    statuses = choices(call, "statuses[]", ("triggered", "resolved"), "Status must be a list of triggered or resolved.")
    key = call.one("alert_key")
    found = [
        alert
        for alert in incident.alerts
        if (not statuses or alert.status in statuses) and (not key or alert.key == key)
    ]
    shown = view(account, call)
    return page(call, "alerts", sort(call, found, ALERT_ORDER, at_most=2), lambda alert: shown.alert(incident, alert))


def get_alert(account: Account, call: Call) -> Response:
    """``GET /incidents/{id}/alerts/{alert_id}``."""
    incident = the_incident(account, call)
    alert = _find_alert(incident, call.arguments[1])
    if alert is None:
        raise refuse("unknown")
    return reply(200, {"alert": view(account, call).alert(incident, alert)})


def change_alert(account: Account, call: Call) -> Response:
    """``PUT /incidents/{id}/alerts/{alert_id}``: resolve it, or move it to another incident."""
    incident = the_incident(account, call)
    alert = _find_alert(incident, call.arguments[1])
    if alert is None:
        raise refuse("unknown")
    body = read_body(call, "alert", dict)
    require(pagerduty.UPDATE_ALERT.fields, body)
    holder = _change_alert(account, call, incident, alert, body)
    return reply(200, {"alert": view(account, call).alert(holder, alert)})


def change_alerts(account: Account, call: Call) -> Response:
    """``PUT /incidents/{id}/alerts``: all or none."""
    incident = the_incident(account, call)
    bodies = read_body(call, "alerts", list)
    if len(bodies) > LARGEST_UPDATE:
        raise refuse("too-many")
    pairs: list[tuple[Alert, Record]] = []
    require(pagerduty.UPDATE_ALERTS.fields, {"alerts": bodies})
    for body in bodies:
        alert = _find_alert(incident, body["id"])
        if alert is None:
            raise refuse("arguments", "Alert not found")
        _holder(account, incident, body)
        pairs.append((alert, body))
    changed = [(_change_alert(account, call, incident, alert, body), alert) for alert, body in pairs]
    shown = view(account, call)
    return page(call, "alerts", changed, lambda pair: shown.alert(*pair))


def _find_alert(incident: Incident, alert_id: str) -> Alert | None:
    return next((alert for alert in incident.alerts if alert.id == alert_id), None)


def _holder(account: Account, incident: Incident, body: Record) -> Incident:
    """The incident that is to hold the alert."""
    if not body.get("incident"):
        return incident
    holder = account.incident(body["incident"]["id"])
    if holder is None:
        raise refuse("arguments", "Incident not found")
    return holder


def _change_alert(account: Account, call: Call, incident: Incident, alert: Alert, body: Record) -> Incident:
    holder = _holder(account, incident, body)
    if holder is not incident and alert in incident.alerts:
        incident.alerts.remove(alert)
        holder.alerts.append(alert)
    if body.get("status") == "resolved":
        alert.resolved = alert.resolved or account.now()
        account.settle_alerts(holder, call.caller)
    elif body.get("status") == "triggered":
        alert.resolved = None
    return holder


# ---------------------------------------------------------------- log entries


def list_incident_entries(account: Account, call: Call) -> Response:
    """``GET /incidents/{id}/log_entries``, the newest first."""
    return _list_entries(account, call, the_incident(account, call).entries)


def list_entries(account: Account, call: Call) -> Response:
    """``GET /log_entries``, the newest first."""
    return _list_entries(account, call, sorted(account.log_entries(), key=lambda entry: entry.at))


def get_entry(account: Account, call: Call) -> Response:
    """``GET /log_entries/{id}``."""
    for entry in account.log_entries():
        if entry.id == call.arguments[0]:
            return reply(200, {"log_entry": view(account, call).entry(entry)})
    raise refuse("unknown")


def _list_entries(account: Account, call: Call, entries: list[Entry]) -> Response:
    since, until = moment(call, "since"), moment(call, "until")
    found = [
        entry
        for entry in reversed(entries)
        if (since is None or entry.at >= since) and (until is None or entry.at <= until)
    ]
    shown: View = view(account, call)
    return page(call, "log_entries", found, shown.entry)


ROUTES: Final = (
    Route(pagerduty.LIST_NOTES, list_notes),
    Route(pagerduty.CREATE_NOTE, add_note),
    Route(pagerduty.UPDATE_NOTE, change_note),
    Route(pagerduty.DELETE_NOTE, delete_note),
    Route(pagerduty.CREATE_STATUS_UPDATE, add_status_update),
    Route(pagerduty.LIST_ALERTS, list_alerts),
    Route(pagerduty.UPDATE_ALERTS, change_alerts),
    Route(pagerduty.GET_ALERT, get_alert),
    Route(pagerduty.UPDATE_ALERT, change_alert),
    Route(pagerduty.LIST_INCIDENT_LOG_ENTRIES, list_incident_entries),
    Route(pagerduty.LIST_LOG_ENTRIES, list_entries),
    Route(pagerduty.GET_LOG_ENTRY, get_entry),
)
