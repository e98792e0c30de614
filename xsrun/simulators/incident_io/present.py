"""Incidents as incident.io shows them; a property without a value is left out."""

from __future__ import annotations

from xsrun.simulators.ids import to_millis
from xsrun.simulators.incident_io.seeds import REPORTED_ID, Record
from xsrun.simulators.incident_io.state import Account, Incident, Update


def show_incident(account: Account, incident: Incident, base: str) -> Record:
    """An incident; ``base`` is scheme and host for its permalink."""
    settings = account.settings
    shown = {
        "id": incident.id,
        "reference": f"INC-{incident.number}",
        "name": incident.name,
        "visibility": incident.visibility,
        "mode": incident.mode,
        "creator": incident.creator,
        "incident_status": settings["incident_statuses"][incident.status],
        "incident_type": settings["incident_types"][incident.type],
        "incident_role_assignments": _roles(account, incident),
        "custom_field_entries": _custom_fields(account, incident),
        "incident_timestamp_values": _timestamps(account, incident),
        "team_ids": [],
        "slack_team_id": incident.slack_team,
        "slack_channel_id": incident.channel,
        "slack_channel_name": incident.channel_name,
        "permalink": f"{base}/incidents/{incident.number}",
        "created_at": to_millis(incident.created),
        "updated_at": to_millis(incident.updated),
        "last_activity_at": to_millis(incident.updated),
    }
    if incident.severity is not None:
        shown["severity"] = settings["severities"][incident.severity]
    if incident.summary:
        shown["summary"] = incident.summary
    if incident.call_url:
        shown["call_url"] = incident.call_url
    return shown


def show_update(account: Account, update: Update) -> Record:
    """An entry in the history of an incident."""
    shown = {
        "id": update.id,
        "incident_id": update.incident,
        "new_incident_status": account.settings["incident_statuses"][update.status],
        "updater": update.updater,
        "created_at": to_millis(update.created),
    }
    return (
        shown if update.severity is None else shown | {"new_severity": account.settings["severities"][update.severity]}
    )


def _roles(account: Account, incident: Incident) -> list[Record]:
    return [
        {"role": role}
        | ({"assignee": account.settings["users"][incident.roles[role_id]]} if incident.roles.get(role_id) else {})
        for role_id, role in account.settings["incident_roles"].items()
    ]


def _custom_fields(account: Account, incident: Incident) -> list[Record]:
    return [
        {"custom_field": field, "values": incident.custom_fields.get(field_id, [])}
        for field_id, field in account.settings["custom_fields"].items()
    ]


def _timestamps(account: Account, incident: Incident) -> list[Record]:
    values = {REPORTED_ID: to_millis(incident.created)} | incident.timestamps
    return [
        {"incident_timestamp": stamp} | ({"value": {"value": values[stamp_id]}} if values.get(stamp_id) else {})
        for stamp_id, stamp in account.settings["incident_timestamps"].items()
    ]
