"""Opsgenie: alerts. From https://docs.opsgenie.com/docs/alert-api."""

from __future__ import annotations

from typing import Final

from xsrun.providers.contracts import Api, Auth, Endpoint, Key
from xsrun.providers.fields import Field

ALERTS: Final = Api(
    "opsgenie",
    "Opsgenie Alert API v2",
    ("api.opsgenie.com", "api.eu.opsgenie.com"),
    Auth(("GenieKey ",)),
    "https://docs.opsgenie.com/docs/alert-api",
    elsewhere=("/v1/", "/v1.1/", "/v2/", "/v3/"),
)

_PRIORITIES: Final = ("P1", "P2", "P3", "P4", "P5")


def _parties(name: str) -> tuple[Field, ...]:
    """A list of teams, users, escalations or schedules, each named by one of its properties."""
    return (
        Field(name, "list", longest=50),
        Field(f"{name}[]", "object", needed=True),
        Field(f"{name}[].type", needed=True, choices=("team", "user", "escalation", "schedule", "all")),
        *(Field(f"{name}[].{each}") for each in ("id", "name", "username")),
    )


_ACTION: Final = (Field("user", longest=100), Field("source", longest=100), Field("note", longest=25_000))
"""What every change of an alert may say."""
_BY: Final = (Field("identifierType", choices=("id", "alias", "tiny")),)
_PAGED: Final = (Field("limit", "integer", between=(1, 100)), Field("offset", "integer", between=(0, 20_000)))

CREATE_ALERT: Final = Endpoint(
    ALERTS, "POST", "/v2/alerts", "Create Alert", 202, key=Key("alias"),
    instead=(("title", "message"), ("summary", "message"), ("dedup_key", "alias"), ("severity", "priority")),
    fields=(
        Field("message", needed=True, blank=False, longest=130),
        Field("alias", longest=512),
        Field("description", longest=15_000),
        *_parties("responders"),
        *_parties("visibleTo"),
        Field("actions", "list", longest=10),
        Field("actions[]", longest=50),
        Field("tags", "list", longest=20),
        Field("tags[]", longest=50),
        Field("details", "object"),
        Field("entity", longest=512),
        Field("priority", choices=_PRIORITIES),
        *_ACTION,
    ),
)  # fmt: skip
LIST_ALERTS: Final = Endpoint(
    ALERTS, "GET", "/v2/alerts", "List Alerts",
    query=(
        *map(Field, ("query", "searchIdentifier", "sort")),
        Field("searchIdentifierType", choices=("id", "name")),
        Field("order", choices=("asc", "desc")),
        *_PAGED,
    ),
)  # fmt: skip
COUNT_ALERTS: Final = Endpoint(ALERTS, "GET", "/v2/alerts/count", "Count Alerts")
GET_REQUEST: Final = Endpoint(ALERTS, "GET", "/v2/alerts/requests/{id}", "Get Request Status")
GET_ALERT: Final = Endpoint(ALERTS, "GET", "/v2/alerts/{id}", "Get Alert", query=_BY)
DELETE_ALERT: Final = Endpoint(
    ALERTS, "DELETE", "/v2/alerts/{id}", "Delete Alert", 202, query=(*_BY, Field("user"), Field("source"))
)


def _act(name: str, operation: str, *fields: Field) -> Endpoint:
    return Endpoint(ALERTS, "POST", f"/v2/alerts/{{id}}/{name}", operation, 202, (*fields, *_ACTION), query=_BY)


CLOSE_ALERT: Final = _act("close", "Close Alert")
ACKNOWLEDGE_ALERT: Final = _act("acknowledge", "Acknowledge Alert")
UNACKNOWLEDGE_ALERT: Final = _act("unacknowledge", "Unacknowledge Alert")
SNOOZE_ALERT: Final = _act("snooze", "Snooze Alert", Field("endTime", "time", needed=True))
ADD_NOTE: Final = Endpoint(
    ALERTS, "POST", "/v2/alerts/{id}/notes", "Add Note to Alert", 202, query=_BY,
    fields=(_ACTION[-1]._replace(needed=True, blank=False), *_ACTION[:-1]),
)  # fmt: skip
LIST_NOTES: Final = Endpoint(
    ALERTS, "GET", "/v2/alerts/{id}/notes", "List Alert Notes", query=(*_BY, Field("limit", "integer"))
)
ADD_TAGS: Final = _act(
    "tags", "Add Tags to Alert", Field("tags", "list", needed=True, longest=20), Field("tags[]", longest=50)
)

ENDPOINTS: Final = tuple(each for each in globals().values() if isinstance(each, Endpoint))
