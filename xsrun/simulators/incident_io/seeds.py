"""The account every incident.io simulator starts with: its keys, alert sources, severities, statuses."""

from __future__ import annotations

from typing import Any, Final

SOURCE_ID: Final = "01J0SRCE000000000000000001"
ROUTED_SOURCE_ID: Final = "01J0SRCE000000000000000002"
HEARTBEAT_SOURCE_ID: Final = "01J0SRCE000000000000000003"
POLICY_SOURCE_ID: Final = "B2BJGP4XSC4ZNWUY8FB5KIOV4SLGRS8N"
"""The source that the example policy of the alert action names."""

SOURCE_TOKEN: Final = "SIMsourceTOKEN000000000000000001"
API_KEY: Final = "inc_SIMapiKEY00000000000000000001"
LIMITED_KEY: Final = "inc_SIMlimitedKEY0000000000000001"

MINOR_ID: Final = "01J0SEVR000000000000000001"
MAJOR_ID: Final = "01J0SEVR000000000000000002"
CRITICAL_ID: Final = "01J0SEVR000000000000000003"

INVESTIGATING_ID: Final = "01J0STAT000000000000000002"
CLOSED_ID: Final = "01J0STAT000000000000000006"

TYPE_ID: Final = "01J0TYPE000000000000000001"
ROUTE_ID: Final = "01J0RVTE000000000000000001"
USER_ID: Final = "01J0VSER000000000000000001"
LEAD_ROLE_ID: Final = "01J0RNGE000000000000000001"
TEAM_FIELD_ID: Final = "01J0FEHD000000000000000001"
TICKET_FIELD_ID: Final = "01J0FEHD000000000000000002"
REPORTED_ID: Final = "01J0TSTP000000000000000001"
IMPACT_ID: Final = "01J0TSTP000000000000000002"

SLACK_TEAM_ID: Final = "T0SIM00XSR"
CREATED: Final = "2024-01-08T09:00:00.000Z"

Record = dict[str, Any]


def new_key(key_id: str, token: str, name: str, roles: tuple[str, ...]) -> Record:
    """An API key and what it may do."""
    return {"id": key_id, "token": token, "name": name, "roles": list(roles)}


def new_source(source_id: str, name: str, kind: str, *, secret: str = SOURCE_TOKEN, route: str = "") -> Record:
    """An alert source; ``route`` is the id of the alert route that opens incidents from it, ``""`` without one."""
    return {"id": source_id, "name": name, "source_type": kind, "secret": secret, "route": route}


def new_setting(setting_id: str, name: str, description: str, rank: int, **more: Any) -> Record:
    """A severity, or a status with its category."""
    named = {"id": setting_id, "name": name, "description": description, "rank": rank}
    return named | more | {"created_at": CREATED, "updated_at": CREATED}


def _by_id(*records: Record) -> dict[str, Record]:
    return {record["id"]: record for record in records}


ALL_ROLES: Final = ("viewer", "incident_creator", "incident_editor", "on_call_editor", "manage_settings")


def catalogue() -> dict[str, dict[str, Record]]:
    """A fresh copy of everything that is there before the first request, by kind and id."""
    return {
        "alert_sources": _by_id(
            new_source(SOURCE_ID, "Jobs", "http"),
            new_source(ROUTED_SOURCE_ID, "Jobs, with an alert route", "http", route=ROUTE_ID),
            new_source(HEARTBEAT_SOURCE_ID, "Nightly run", "heartbeat"),
            new_source(POLICY_SOURCE_ID, "Policies", "http"),
        ),
        "api_keys": _by_id(
            new_key("01J0KEYS000000000000000001", API_KEY, "Simulator", ALL_ROLES),
            new_key("01J0KEYS000000000000000002", LIMITED_KEY, "Simulator, read only", ("viewer",)),
        ),
        "severities": _by_id(
            new_setting(MINOR_ID, "Minor", "Nobody outside notices.", 1),
            new_setting(MAJOR_ID, "Major", "Some customers notice.", 2),
            new_setting(CRITICAL_ID, "Critical", "Everybody notices.", 3),
        ),
        "incident_statuses": _by_id(
            *(
                new_setting(f"01J0STAT{rank:018d}", name, f"Category {category}.", rank, category=category)
                for rank, (name, category) in enumerate(
                    (
                        ("Triage", "triage"),
                        ("Investigating", "live"),
                        ("Fixing", "live"),
                        ("Monitoring", "live"),
                        ("Reviewing", "learning"),
                        ("Closed", "closed"),
                        ("Declined", "declined"),
                        ("Merged", "merged"),
                        ("Canceled", "canceled"),
                        ("Paused", "paused"),
                    ),
                    1,
                )
            )
        ),
        "incident_types": _by_id(
            {
                "id": TYPE_ID,
                "name": "Default",
                "description": "Everything that goes wrong.",
                "is_default": True,
                "private_incidents_only": False,
                "create_in_triage": "optional",
                "created_at": CREATED,
                "updated_at": CREATED,
            }
        ),
        "incident_roles": _by_id(
            *(
                {
                    "id": role_id,
                    "name": name,
                    "shortform": role_type,
                    "description": f"{name} of the incident",
                    "instructions": "Say what you do.",
                    "role_type": role_type,
                    "required": role_type == "lead",
                    "created_at": CREATED,
                    "updated_at": CREATED,
                }
                for role_id, name, role_type in (
                    (LEAD_ROLE_ID, "Incident Lead", "lead"),
                    ("01J0RNGE000000000000000002", "Reporter", "reporter"),
                )
            )
        ),
        "users": _by_id(
            {
                "id": USER_ID,
                "name": "Casey Rivera",
                "email": "casey.rivera@example.com",
                "slack_user_id": "U0SIM0CASEY",
                "role": "owner",
            },
            {
                "id": "01J0VSER000000000000000002",
                "name": "Robin Okafor",
                "email": "robin.okafor@example.com",
                "slack_user_id": "U0SIM0ROBIN",
                "role": "responder",
            },
        ),
        "custom_fields": _by_id(
            {
                "id": TEAM_FIELD_ID,
                "name": "Affected team",
                "description": "Who has to act",
                "field_type": "single_select",
                "options": [
                    {"id": f"01J0XPTN{n:018d}", "custom_field_id": TEAM_FIELD_ID, "value": team, "sort_key": n * 10}
                    for n, team in enumerate(("Platform", "Payments", "Search"), 1)
                ],
            },
            {
                "id": TICKET_FIELD_ID,
                "name": "Ticket",
                "description": "Where work goes on",
                "field_type": "text",
                "options": [],
            },
        ),
        "incident_timestamps": _by_id(
            {"id": REPORTED_ID, "name": "Reported at", "rank": 1},
            {"id": IMPACT_ID, "name": "Impact started at", "rank": 2},
        ),
    }
