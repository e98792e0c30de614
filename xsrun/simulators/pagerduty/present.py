"""Records as PagerDuty shows them: objects with ``self`` links on the host that was asked, and references."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from xsrun.simulators.ids import to_seconds
from xsrun.simulators.pagerduty.seeds import Record
from xsrun.simulators.pagerduty.state import Account, Alert, Entry, Incident, Note, Ref, Stamp

PATHS: Final = {
    "user": "/users/{id}",
    "team": "/teams/{id}",
    "service": "/services/{id}",
    "escalation_policy": "/escalation_policies/{id}",
    "priority": "/priorities/{id}",
    "schedule": "/schedules/{id}",
    "integration": "/services/{service}/integrations/{id}",
}

TYPES: Final = {"integration": "events_api_v2_inbound_integration"}
"""Where an object's ``type`` is not the word this module uses for its kind."""

ENTRY_TEXTS: Final = {
    "trigger": "Triggered",
    "acknowledge": "Acknowledged",
    "unacknowledge": "Unacknowledged",
    "resolve": "Resolved",
    "assign": "Assigned",
    "escalate": "Escalated",
    "annotate": "Note added",
    "snooze": "Snoozed",
    "urgency_change": "Urgency changed",
}

INCLUDED: Final = {
    "acknowledgers": "acknowledger",
    "agents": "agent",
    "assignees": "assignee",
    "users": "user",
    "escalation_policies": "escalation_policy",
    "services": "service",
    "teams": "team",
    "integrations": "integration",
}
"""Values of ``include[]`` that turn references into objects: the role they are named after."""

Include = Collection[str]


class View:
    """Shows the records of an account on one host, with what ``include[]`` asked for."""

    def __init__(self, account: Account, base: str, include: Include = ()) -> None:
        self.account = account
        self.base = base
        self.include = include
        self._whole = {INCLUDED[word] for word in include if word in INCLUDED}

    # ---------------------------------------------------------------- references

    def reference(self, ref: Ref, role: str = "") -> Record:
        """A record of the catalogue as a reference, or whole when its ``role`` was included."""
        record = self.account.records[ref.kind][ref.id]
        if role in self._whole or ref.kind in self._whole:
            return self.record(ref.kind, record)
        return self._frame(ref.kind, record, "_reference")

    def incident_reference(self, incident: Incident) -> Record:
        """An incident as a reference."""
        return self._incident_frame(incident, "incident_reference")

    def entry_reference(self, entry: Entry) -> Record:
        """A log line as a reference."""
        return self._entry_frame(entry, "_log_entry_reference")

    def _frame(self, kind: str, record: Record, suffix: str = "") -> Record:
        link = self.base + PATHS[kind].format_map(record)
        return {
            "id": record["id"],
            "type": TYPES.get(kind, kind) + suffix,
            "summary": record["name"],
            "self": link,
            "html_url": link,
        }

    def _incident_frame(self, incident: Incident, kind: str) -> Record:
        link = f"{self.base}/incidents/{incident.id}"
        summary = f"[#{incident.number}] {incident.title}"
        return {"id": incident.id, "type": kind, "summary": summary, "self": link, "html_url": link}

    def _entry_frame(self, entry: Entry, suffix: str) -> Record:
        link = f"{self.base}/log_entries/{entry.id}"
        summary = f"{ENTRY_TEXTS[entry.kind]} through the API"
        return {"id": entry.id, "type": entry.kind + suffix, "summary": summary, "self": link, "html_url": link}

    # ---------------------------------------------------------------- catalogue

    def record(self, kind: str, record: Record) -> Record:
        """A record of the catalogue, whole."""
        shown = self._frame(kind, record) | {name: value for name, value in record.items() if name not in _OWN}
        for name, refer in _REFERENCES.items():
            if name in record:
                shown[name] = refer(self, record[name])
        more = _MORE.get(kind)
        return shown | more(self, record) if more else shown

    def _many(self, kind: str, ids: list[str]) -> list[Record]:
        return [self.reference(Ref(kind, one)) for one in ids]

    def _levels(self, levels: list[Record]) -> list[Record]:
        return [
            {
                "id": level["id"],
                "escalation_delay_in_minutes": level["minutes"],
                "targets": [*self._many("user", level["users"]), *self._many("schedule", level["schedules"])],
                "escalation_rule_assignment_strategy": "assign_to_everyone",
            }
            for level in levels
        ]

    def _service_more(self, record: Record) -> Record:
        return {"last_incident_timestamp": _time(record.get("last_incident"))}

    def _policy_more(self, record: Record) -> Record:
        services = self.account.records["service"].values()
        uses = [service["id"] for service in services if service["escalation_policy"] == record["id"]]
        return {"escalation_rules": self._levels(record["levels"]), "services": self._many("service", uses)}

    def _schedule_more(self, record: Record) -> Record:
        policies = self.account.records["escalation_policy"].values()
        uses = [each["id"] for each in policies if any(record["id"] in level["schedules"] for level in each["levels"])]
        return {"escalation_policies": self._many("escalation_policy", uses)}

    def _integration_more(self, record: Record) -> Record:
        return {"integration_key": record["key"]}

    def _user_more(self, record: Record) -> Record:
        return {
            "contact_methods": [],
            "notification_rules": [],
            "avatar_url": f"{self.base}/avatars/{record['id']}.png",
        }

    # ---------------------------------------------------------------- incidents

    def incident(self, incident: Incident) -> Record:
        """An incident, whole."""
        shown = self._incident_frame(incident, "incident") | {
            "incident_number": incident.number,
            "title": incident.title,
            "created_at": to_seconds(incident.created),
            "updated_at": to_seconds(incident.updated),
            "status": incident.status,
            "urgency": incident.urgency,
            "incident_key": incident.key,
            "service": self.reference(Ref("service", incident.service)),
            "escalation_policy": self.reference(Ref("escalation_policy", incident.policy)),
            "teams": self._many("team", self.account.records["service"][incident.service]["teams"]),
            "assignments": self._stamps(incident.assignments, "assignee"),
            "assigned_via": incident.assigned_via,
            "acknowledgements": self._stamps(incident.acknowledgements, "acknowledger"),
            "last_status_change_at": to_seconds(incident.changed),
            "last_status_change_by": self.reference(incident.changed_by, "agent"),
            "resolved_at": _time(incident.resolved),
            "pending_actions": self._pending(incident),
            "first_trigger_log_entry": self._first_entry(incident),
            "alert_counts": _counts(incident.alerts),
            "is_mergeable": incident.open,
            "priority": self._priority(incident),
            "incident_type": {"name": incident.type_name},
            "resolve_reason": self._reason(incident),
            "alert_grouping": None,
            "incidents_responders": [],
            "responder_requests": [],
        }
        if "body" in self.include and incident.body:
            shown["body"] = incident.body
        if "conference_bridge" in self.include and incident.bridge:
            shown["conference_bridge"] = incident.bridge
        return shown

    def _stamps(self, stamps: list[Stamp], role: str) -> list[Record]:
        return [{"at": to_seconds(stamp.at), role: self.reference(stamp.who, role)} for stamp in stamps]

    def _priority(self, incident: Incident) -> Record | None:
        if incident.priority is None:
            return None
        if "priorities" in self.include:
            return self.record("priority", self.account.records["priority"][incident.priority])
        return self.reference(Ref("priority", incident.priority))

    def _first_entry(self, incident: Incident) -> Record:
        entry = incident.entries[0]
        return self.entry(entry) if "first_trigger_log_entries" in self.include else self.entry_reference(entry)

    def _reason(self, incident: Incident) -> Record | None:
        if incident.merged is None:
            return None
        target = self.incident_reference(self.account.incidents[incident.merged])
        return {"type": "merge_resolve_reason", "incident": target}

    def _pending(self, incident: Incident) -> list[Record]:
        due = self.account.pending(incident) if incident.open else []
        return [{"type": each.kind, "at": to_seconds(each.at)} for each in due]

    # ---------------------------------------------------------------- parts of incidents

    def alert(self, incident: Incident, alert: Alert) -> Record:
        """An alert, whole."""
        payload = alert.event["payload"]
        link = f"{self.base}/incidents/{incident.id}/alerts/{alert.id}"
        entry = next(entry for entry in self.account.log_entries() if entry.id == alert.entry)
        return {
            "id": alert.id,
            "type": "alert",
            "summary": payload["summary"],
            "self": link,
            "html_url": link,
            "created_at": to_seconds(alert.created),
            "status": alert.status,
            "alert_key": alert.key,
            "service": self.reference(Ref("service", alert.service)),
            "incident": self.incident_reference(incident),
            "first_trigger_log_entry": self.entry_reference(entry),
            "suppressed": False,
            "severity": alert.severity,
            "integration": self.reference(Ref("integration", alert.integration)),
            "body": {
                "type": "alert_body",
                "contexts": _contexts(alert.event),
                "details": payload.get("custom_details") or {},
            },
        }

    def note(self, note: Note) -> Record:
        """A note, whole."""
        return {
            "id": note.id,
            "user": self.reference(note.user),
            "channel": {"summary": "The PagerDuty website or APIs"},
            "content": note.content,
            "created_at": to_seconds(note.created),
            "updated_at": to_seconds(note.updated),
        }

    def entry(self, entry: Entry) -> Record:
        """A line of a log, whole."""
        incident = self.account.incidents[entry.incident]
        whole_incident = "incidents" in self.include
        shown = self._entry_frame(entry, "_log_entry") | {
            "created_at": to_seconds(entry.at),
            "agent": self.reference(entry.agent),
            "channel": {"type": "api"},
            "service": self.reference(Ref("service", incident.service)),
            "incident": self.incident(incident) if whole_incident else self.incident_reference(incident),
            "teams": self._many("team", self.account.records["service"][incident.service]["teams"]),
            "contexts": [],
        }
        if entry.note is not None:
            shown["note"] = entry.note
        if entry.assignees:
            shown["assignees"] = self._many("user", list(entry.assignees))
        return shown


_OWN: Final = {"id", "key", "levels", "last_incident", "deleted"}
"""Properties of a record that are the simulator's own business, or shown already."""

_REFERENCES: Final[dict[str, Callable[[View, Any], Any]]] = {
    "users": lambda view, ids: view._many("user", ids),
    "teams": lambda view, ids: view._many("team", ids),
    "integrations": lambda view, ids: view._many("integration", ids),
    "escalation_policy": lambda view, one: view.reference(Ref("escalation_policy", one)),
    "service": lambda view, one: view.reference(Ref("service", one)),
}

_MORE: Final[dict[str, Callable[[View, Record], Record]]] = {
    "service": View._service_more,
    "escalation_policy": View._policy_more,
    "user": View._user_more,
    "schedule": View._schedule_more,
    "integration": View._integration_more,
}


def _time(moment: int | None) -> str | None:
    return None if moment is None else to_seconds(moment)


def _counts(alerts: list[Alert]) -> Record:
    triggered = sum(alert.resolved is None for alert in alerts)
    return {"all": len(alerts), "triggered": triggered, "resolved": len(alerts) - triggered}


def _contexts(event: Record) -> list[Record]:
    links = [{"type": "link", "href": link["href"], "text": link.get("text")} for link in event.get("links") or ()]
    images = [
        {"type": "image", "src": image["src"], "href": image.get("href"), "text": image.get("alt")}
        for image in event.get("images") or ()
    ]
    return links + images
