"""The account every PagerDuty simulator starts with: its keys, and records without links.

References between records are ids; the answers turn them into objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

USER_KEY: Final = "u+SIMuserKEY00000001"
ACCOUNT_KEY: Final = "SIMaccountKEY0000001"
READONLY_KEY: Final = "SIMreadonlyKEY000001"
OAUTH_TOKEN: Final = "pdus+_SIMoauthTOKEN00000000000001"
"""Of the same user as the user key; goes with ``Bearer``."""
ROUTING_KEY: Final = "SIMroutingKEY0000000000000000001"

USER_ID: Final = "PUSR001"
FROM: Final = "casey.rivera@example.com"
SERVICE_ID: Final = "PSVC001"
ESCALATION_POLICY_ID: Final = "PESC001"
PRIORITY_ID: Final = "PPRI001"
TEAM_ID: Final = "PTEAM01"
SCHEDULE_ID: Final = "PSCH001"

CREATED: Final = "2024-01-08T09:00:00Z"

Record = dict[str, Any]


ROUTING_KEYS: Final = (ROUTING_KEY, "SIMroutingKEY0000000000000000002", "SIMroutingKEY0000000000000000003")
"""Of the services, in their order."""


def new_key(key: str, name: str, user: str = "", *, writes: bool = True, oauth: bool = False) -> Record:
    """A REST key. ``user`` is the id of the user it belongs to, ``""`` for a key of the account."""
    return {"id": key, "name": name, "user": user, "writes": writes, "oauth": oauth}


def new_user(user_id: str, name: str, email: str, role: str) -> Record:
    """A user of the first team."""
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


def new_service(service_id: str, name: str, description: str, urgency: str, integration: str) -> Record:
    """A service with one integration, under the first policy and team; ``urgency`` is that of its rule."""
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


def new_integration(integration_id: str, service_id: str, routing_key: str) -> Record:
    """The integration through which a service takes events."""
    made = {"id": integration_id, "name": "Events API v2", "service": service_id, "created_at": CREATED}
    return made | {"key": routing_key}


def new_schedule(schedule_id: str, name: str, users: list[str], description: str | None = None) -> Record:
    """A schedule on which these users take turns, a week each."""
    return {"id": schedule_id, "name": name, "time_zone": "Etc/UTC", "description": description, "users": users}


def new_policy(policy_id: str, name: str, description: str | None, levels: list[Record], team: str = "") -> Record:
    """An escalation policy; a level has ``id``, ``minutes``, ``users`` and ``schedules``."""
    return {
        "id": policy_id,
        "name": name,
        "description": description,
        "num_loops": 0,
        "on_call_handoff_notifications": "if_has_services",
        "levels": levels,
        "teams": [team] if team else [],
    }


def new_level(level_id: str, minutes: int, users: list[str], schedules: Sequence[str] = ()) -> Record:
    """A level of an escalation policy: whom it asks, and for how long."""
    return {"id": level_id, "minutes": minutes, "users": users, "schedules": list(schedules)}


def _records(*records: Record) -> dict[str, Record]:
    return {record["id"]: record for record in records}


def catalogue() -> dict[str, dict[str, Record]]:
    """A fresh copy of everything that is there before the first request, by kind and id."""
    return {
        "user": _records(
            new_user(USER_ID, "Casey Rivera", FROM, "owner"),
            new_user("PUSR002", "Robin Okafor", "robin.okafor@example.com", "admin"),
            new_user("PUSR003", "Sam Lindqvist", "sam.lindqvist@example.com", "limited_user"),
        ),
        "team": _records(
            {"id": TEAM_ID, "name": "Platform", "description": "Keeps the lights on", "default_role": "manager"}
        ),
        "service": _records(
            new_service(SERVICE_ID, "Checkout", "Everything between basket and receipt", "high", "PINT001"),
            new_service("PSVC002", "Reports", "Nightly numbers", "low", "PINT002"),
            new_service("PSVC003", "Search", "Urgent when the event says so", "severity_based", "PINT003"),
        ),
        "integration": _records(
            *(new_integration(f"PINT00{n}", f"PSVC00{n}", key) for n, key in enumerate(ROUTING_KEYS, 1))
        ),
        "escalation_policy": _records(
            new_policy(
                ESCALATION_POLICY_ID,
                "Platform on call",
                "First the one on duty, then the lead",
                [
                    new_level("PRUL001", 30, [USER_ID]),
                    new_level("PRUL002", 30, ["PUSR002"]),
                ],
                TEAM_ID,
            )
            | {"num_loops": 1},
            new_policy("PESC002", "Second line", None, [new_level("PRUL003", 60, [], [SCHEDULE_ID])]),
        ),
        "schedule": _records(
            new_schedule(SCHEDULE_ID, "Platform days", ["PUSR003"], "Who is asked when nobody else answers")
        ),
        "priority": _records(
            *(
                {"id": f"PPRI00{n}", "name": f"P{n}", "description": description}
                for n, description in enumerate(("Customers cannot buy", "A part is down", "Slow", "Cosmetic"), 1)
            )
        ),
        "key": _records(
            new_key(USER_KEY, "user", USER_ID),
            new_key(ACCOUNT_KEY, "account"),
            new_key(READONLY_KEY, "readonly", writes=False),
            new_key(OAUTH_TOKEN, "oauth", USER_ID, oauth=True),
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
