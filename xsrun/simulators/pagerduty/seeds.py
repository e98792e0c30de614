"""The account every PagerDuty simulator starts with: its keys, and records without links.

References between records are ids; the answers turn them into objects.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

USER_KEY: Final = "u+SIMuserKEY00000001"
ACCOUNT_KEY: Final = "SIMaccountKEY0000001"
READONLY_KEY: Final = "SIMreadonlyKEY000001"
ROUTING_KEY: Final = "SIMroutingKEY0000000000000000001"

USER_ID: Final = "PUSR001"
FROM: Final = "casey.rivera@example.com"
SERVICE_ID: Final = "PSVC001"
ESCALATION_POLICY_ID: Final = "PESC001"
PRIORITY_ID: Final = "PPRI001"
TEAM_ID: Final = "PTEAM01"

CREATED: Final = "2024-01-08T09:00:00Z"

Record = dict[str, Any]


class Key(NamedTuple):
    """A REST key. ``user`` is the id of the user it belongs to, ``""`` for a key of the account."""

    name: str
    user: str = ""
    writes: bool = True


KEYS: Final[dict[str, Key]] = {
    USER_KEY: Key("user", USER_ID),
    ACCOUNT_KEY: Key("account"),
    READONLY_KEY: Key("readonly", writes=False),
}

SECRETS: Final = (*KEYS, ROUTING_KEY, "SIMroutingKEY0000000000000000002", "SIMroutingKEY0000000000000000003")


def _user(user_id: str, name: str, email: str, role: str) -> Record:
    return {
        "id": user_id,
        "name": name,
        "email": email,
        "time_zone": "Etc/UTC",
        "color": "teal",
        "role": role,
        "description": None,
        "invitation_sent": False,
        "job_title": "Site Reliability Engineer",
        "teams": [TEAM_ID],
    }


def _service(service_id: str, name: str, description: str, urgency: str, integration: str) -> Record:
    return {
        "id": service_id,
        "name": name,
        "description": description,
        "status": "active",
        "created_at": CREATED,
        "auto_resolve_timeout": 14400,
        "acknowledgement_timeout": 1800,
        "incident_urgency_rule": {"type": "constant", "urgency": urgency},
        "alert_creation": "create_alerts_and_incidents",
        "escalation_policy": ESCALATION_POLICY_ID,
        "teams": [TEAM_ID],
        "integrations": [integration],
    }


def _records(*records: Record) -> dict[str, Record]:
    return {record["id"]: record for record in records}


def catalogue() -> dict[str, dict[str, Record]]:
    """A fresh copy of everything that is there before the first request, by kind and id."""
    return {
        "user": _records(
            _user(USER_ID, "Casey Rivera", FROM, "owner"),
            _user("PUSR002", "Robin Okafor", "robin.okafor@example.com", "admin"),
            _user("PUSR003", "Sam Lindqvist", "sam.lindqvist@example.com", "limited_user"),
        ),
        "team": _records(
            {"id": TEAM_ID, "name": "Platform", "description": "Keeps the lights on", "default_role": "manager"}
        ),
        "service": _records(
            _service(SERVICE_ID, "Checkout", "Everything between basket and receipt", "high", "PINT001"),
            _service("PSVC002", "Reports", "Nightly numbers", "low", "PINT002"),
            _service("PSVC003", "Search", "Urgent when the event says so", "severity_based", "PINT003"),
        ),
        "integration": _records(
            *(
                {
                    "id": f"PINT00{n}",
                    "name": "Events API v2",
                    "service": f"PSVC00{n}",
                    "created_at": CREATED,
                    "key": key,
                }
                for n, key in enumerate(SECRETS[-3:], 1)
            )
        ),
        "escalation_policy": _records(
            {
                "id": ESCALATION_POLICY_ID,
                "name": "Platform on call",
                "description": "First the one on duty, then the lead",
                "num_loops": 1,
                "on_call_handoff_notifications": "if_has_services",
                "levels": [
                    {"id": "PRUL001", "minutes": 30, "users": [USER_ID]},
                    {"id": "PRUL002", "minutes": 30, "users": ["PUSR002"]},
                ],
                "teams": [TEAM_ID],
            },
            {
                "id": "PESC002",
                "name": "Second line",
                "description": None,
                "num_loops": 0,
                "on_call_handoff_notifications": "if_has_services",
                "levels": [{"id": "PRUL003", "minutes": 60, "users": ["PUSR003"]}],
                "teams": [],
            },
        ),
        "priority": _records(
            *(
                {"id": f"PPRI00{n}", "name": f"P{n}", "description": description}
                for n, description in enumerate(("Customers cannot buy", "A part is down", "Slow", "Cosmetic"), 1)
            )
        ),
    }


INCIDENT_TYPES: Final[tuple[Record, ...]] = (
    {"id": "PTYP001", "name": "incident_default", "display_name": "Base Incident", "parent": None},
    {"id": "PTYP002", "name": "security_incident", "display_name": "Security", "parent": "PTYP001"},
)

ABILITIES: Final = (
    "teams",
    "urgencies",
    "service_support_hours",
    "read_only_users",
    "manage_schedules",
    "event_intelligence",
)
