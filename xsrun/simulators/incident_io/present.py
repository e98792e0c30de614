"""Incidents as incident.io shows them; a property without a value is left out."""

from __future__ import annotations

from xsrun.simulators.ids import to_millis
from xsrun.simulators.incident_io.seeds import (
    CUSTOM_FIELDS,
    REPORTED_ID,
    ROLES,
    SEVERITIES,
    STATUSES,
    TIMESTAMPS,
    TYPES,
    USERS,
    Record,
)
from xsrun.simulators.incident_io.state import Incident, Update


def show_incident(incident: Incident, base: str) -> Record:
    """An incident; ``base`` is scheme and host for its permalink."""
    shown = {
        "id": incident.id,
        "reference": f"INC-{incident.number}",
        "name": incident.name,
        "visibility": incident.visibility,
        "mode": incident.mode,
        "creator": incident.creator,
        "incident_status": STATUSES[incident.status],
        "incident_type": TYPES[incident.type],
        "incident_role_assignments": _roles(incident),
        "custom_field_entries": _custom_fields(incident),
        "incident_timestamp_values": _timestamps(incident),
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
        shown["severity"] = SEVERITIES[incident.severity]
    if incident.summary:
        shown["summary"] = incident.summary
    if incident.call_url:
        shown["call_url"] = incident.call_url
    return shown


def show_update(update: Update) -> Record:
    """An entry in the history of an incident."""
    shown = {
        "id": update.id,
        "incident_id": update.incident,
        "new_incident_status": STATUSES[update.status],
        "updater": update.updater,
        "created_at": to_millis(update.created),
    }
    return shown if update.severity is None else shown | {"new_severity": SEVERITIES[update.severity]}


def _roles(incident: Incident) -> list[Record]:
    return [
        {"role": role} | ({"assignee": USERS[incident.roles[role_id]]} if incident.roles.get(role_id) else {})
        for role_id, role in ROLES.items()
    ]


def _custom_fields(incident: Incident) -> list[Record]:
    return [
        {"custom_field": field, "values": incident.custom_fields.get(field_id, [])}
        for field_id, field in CUSTOM_FIELDS.items()
    ]


def _timestamps(incident: Incident) -> list[Record]:
    values = {REPORTED_ID: to_millis(incident.created)} | incident.timestamps
    return [
        {"incident_timestamp": stamp} | ({"value": {"value": values[stamp_id]}} if values.get(stamp_id) else {})
        for stamp_id, stamp in TIMESTAMPS.items()
    ]
