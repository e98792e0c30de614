"""Incidents with an API key: create, read, edit, and their history."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from xsrun.effects.ports import Response
from xsrun.simulators.fields import Field
from xsrun.simulators.ids import read_time
from xsrun.simulators.incident_io.errors import Wrong, required, unknown_id
from xsrun.simulators.incident_io.lists import CHOICE, ONE_OF, TIME, Filter, Page, given, matcher, page
from xsrun.simulators.incident_io.present import show_incident, show_update
from xsrun.simulators.incident_io.seeds import (
    CUSTOM_FIELDS,
    ROLES,
    SEVERITIES,
    SLACK_TEAM_ID,
    STATUSES,
    TIMESTAMPS,
    TYPES,
    USERS,
    Record,
)
from xsrun.simulators.incident_io.state import Account, Incident
from xsrun.simulators.routing import Call, Route, reply

LARGEST_PAGE: Final = 500
REHEARSALS: Final = ("test", "tutorial")
"""Modes that lists leave out unless they are asked for."""

SHARED: Final = (
    Field("name"),
    Field("summary"),
    Field("severity_id"),
    Field("incident_status_id"),
    Field("slack_channel_name_override"),
    Field("custom_field_entries", "list"),
    Field("custom_field_entries[]", "object", needed=True),
    required("custom_field_entries[].custom_field_id"),
    Field("custom_field_entries[].values", "list", needed=True),
    Field("custom_field_entries[].values[]", "object", needed=True),
    Field("incident_role_assignments", "list"),
    Field("incident_role_assignments[]", "object", needed=True),
    required("incident_role_assignments[].incident_role_id"),
    Field("incident_role_assignments[].assignee", "object"),
    Field("incident_timestamp_values", "list"),
    Field("incident_timestamp_values[]", "object", needed=True),
    required("incident_timestamp_values[].incident_timestamp_id"),
    Field("incident_timestamp_values[].value"),
)

CREATE: Final = (
    Field("idempotency_key", needed=True, blank=False),
    Field("visibility", needed=True, choices=("public", "private")),
    Field("mode", choices=("standard", "retrospective", "test", "tutorial")),
    Field("incident_type_id"),
    Field("slack_team_id"),
    Field("retrospective_incident_options", "object"),
    *SHARED,
)

EDIT: Final = (
    Field("incident", "object", needed=True),
    Field("notify_incident_channel", "boolean", needed=True),
    *(field._replace(path=f"incident.{field.path}") for field in (Field("call_url"), *SHARED)),
)

SETTINGS: Final = {
    "severity_id": ("severity", SEVERITIES),
    "incident_status_id": ("status", STATUSES),
    "incident_type_id": ("type", TYPES),
}
"""Properties of a body that hold the id of a setting."""


def _names(fields: Iterable[Field]) -> list[str]:
    """The properties at the top of a table of fields."""
    return list(dict.fromkeys(field.path.partition("[")[0] for field in fields))


NEWEST_FIRST: Final = "created_at_newest_first"

CREATABLE: Final = _names(CREATE)
EDITABLE: Final = ("call_url", *_names(SHARED))

TEXTS: Final = {
    "name": "name",
    "summary": "summary",
    "call_url": "call_url",
    "slack_channel_name_override": "channel_name",
}


REFERENCES: Final = {
    "custom_field_entries": ("custom_field_id", CUSTOM_FIELDS),
    "incident_role_assignments": ("incident_role_id", ROLES),
    "incident_timestamp_values": ("incident_timestamp_id", TIMESTAMPS),
}
"""Lists of a body whose items name a setting."""


def _rank(severity: str) -> int | None:
    return SEVERITIES[severity]["rank"] if severity in SEVERITIES else None


def _reader(field_id: str) -> Callable[[Incident], list[str]]:
    """What a custom field holds: the id of an option, or a text."""
    return lambda incident: [
        value["value_option"]["id"] if "value_option" in value else value["value_text"]
        for value in incident.custom_fields.get(field_id, ())
    ]


FILTERS: Final = {
    "status": Filter(lambda incident: [incident.status], CHOICE),
    "status_category": Filter(lambda incident: [STATUSES[incident.status]["category"]], CHOICE),
    "severity": Filter(lambda incident: [incident.severity or ""], (*CHOICE, "gte", "lte"), _rank),
    "incident_type": Filter(lambda incident: [incident.type], CHOICE),
    "mode": Filter(lambda incident: [incident.mode], ONE_OF),
    "created_at": Filter(lambda incident: [incident.created], TIME),
    "updated_at": Filter(lambda incident: [incident.updated], TIME),
    **{f"custom_field[{field_id}]": Filter(_reader(field_id), CHOICE) for field_id in CUSTOM_FIELDS},
}


# ---------------------------------------------------------------- reading a body


def _properties(account: Account, body: Record, prefix: str = "") -> Record:
    """The properties of an incident that a body sets, refused with every id that stands for nothing."""
    wrong = [
        *(
            unknown_id(prefix + name)
            for name, (_, settings) in SETTINGS.items()
            if body.get(name) and body[name] not in settings
        ),
        *(wrong for name in REFERENCES for wrong in _unknown_items(body, name, prefix)),
    ]
    account.refuse_if(wrong)
    properties: Record = {own: body[name] for name, own in TEXTS.items() if body.get(name) is not None}
    properties |= {own: body[name] for name, (own, _) in SETTINGS.items() if body.get(name)}
    properties["custom_fields"] = _custom_fields(account, body, prefix)
    properties["roles"] = _roles(account, body, prefix)
    properties["timestamps"] = _timestamps(account, body, prefix)
    return properties


def _items(body: Record, name: str) -> Iterable[tuple[int, Record]]:
    return enumerate(body.get(name) or ())


def _unknown_items(body: Record, name: str, prefix: str) -> list[Wrong]:
    id_name, settings = REFERENCES[name]
    return [
        unknown_id(f"{prefix}{name}.{index}.{id_name}")
        for index, item in _items(body, name)
        if item[id_name] not in settings
    ]


def _custom_fields(account: Account, body: Record, prefix: str) -> dict[str, list[Record]]:
    name = "custom_field_entries"
    read: dict[str, list[Record]] = {}
    for index, entry in _items(body, name):
        values = [_custom_value(CUSTOM_FIELDS[entry["custom_field_id"]], value) for value in entry["values"]]
        if None in values:
            wrong = Wrong("invalid_value", "Values do not fit the custom field", f"{prefix}{name}.{index}.values")
            raise account.refuse(422, [wrong])
        read[entry["custom_field_id"]] = [value for value in values if value is not None]
    return read


def _custom_value(field: Record, value: Record) -> Record | None:
    if field["field_type"] == "text":
        text = value.get("value_text")
        return {"value_text": text} if isinstance(text, str) else None
    found = [option for option in field["options"] if option["id"] == value.get("value_option_id")]
    return {"value_option": found[0]} if found else None


def _roles(account: Account, body: Record, prefix: str) -> dict[str, str]:
    """Who takes which role; ``""`` takes it away from everybody."""
    name = "incident_role_assignments"
    read: dict[str, str] = {}
    for index, item in _items(body, name):
        assignee = item.get("assignee") or {}
        users = [user["id"] for user in USERS.values() if _is_user(user, assignee)]
        if assignee and not users:
            raise account.refuse(422, [unknown_id(f"{prefix}{name}.{index}.assignee")])
        read[item["incident_role_id"]] = users[0] if users else ""
    return read


def _is_user(user: Record, assignee: Record) -> bool:
    return any(assignee.get(name) == user[name] for name in ("id", "email", "slack_user_id"))


def _timestamps(account: Account, body: Record, prefix: str) -> dict[str, str]:
    """Times by their timestamp; ``""`` takes one away."""
    name = "incident_timestamp_values"
    read: dict[str, str] = {}
    for index, item in _items(body, name):
        value = item.get("value") or ""
        if value and read_time(value) is None:
            path = f"{prefix}{name}.{index}.value"
            raise account.refuse(422, [Wrong("invalid_value", "Value must be an RFC 3339 time", path)])
        read[item["incident_timestamp_id"]] = value
    return read


# ---------------------------------------------------------------- calls


def create(account: Account, call: Call) -> Response:
    """``POST /v2/incidents``; answers 200, and the incident that is there when the key was used before."""
    body = account.read_object(call)
    account.require(CREATE, body)
    key = body["idempotency_key"]
    known = next((incident for incident in account.incidents.values() if incident.key == key), None)
    if known is not None:
        return reply(200, {"incident": show_incident(known, call.base)})
    if not body.get("severity_id"):
        wrong = Wrong("is_required", "A severity is required to open an incident", "severity_id")
        raise account.refuse(422, [wrong])
    properties = _properties(account, {name: body.get(name) for name in CREATABLE})
    name = properties.pop("name", "").strip() or "Untitled incident"
    more = {
        "visibility": body["visibility"],
        "mode": body.get("mode") or "standard",
        "slack_team": body.get("slack_team_id") or SLACK_TEAM_ID,
        "channel_name": "inc-" + (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "new"),
    }
    creator = {"api_key": {"id": call.caller.id, "name": call.caller.name}}
    incident = account.open(key, name, creator, **(more | properties))
    return reply(200, {"incident": show_incident(incident, call.base)})


def edit(account: Account, call: Call) -> Response:
    """``POST /v2/incidents/{id}/actions/edit``: what is not given stays as it is."""
    incident = _the_incident(account, call)
    body = account.read_object(call)
    account.require(EDIT, body)
    changes = _properties(account, {name: body["incident"].get(name) for name in EDITABLE}, "incident.")
    turned = any(
        changes.get(name, getattr(incident, name)) != getattr(incident, name) for name in ("status", "severity")
    )
    for name, value in changes.items():
        setattr(incident, name, getattr(incident, name) | value if isinstance(value, dict) else value)
    incident.updated = account.clock.now()
    if turned:
        account.note_update(incident, {"api_key": {"id": call.caller.id, "name": call.caller.name}})
    return reply(200, {"incident": show_incident(incident, call.base)})


def get(account: Account, call: Call) -> Response:
    """``GET /v2/incidents/{id}``; the number of the reference will do."""
    return reply(200, {"incident": show_incident(_the_incident(account, call), call.base)})


def list_all(account: Account, call: Call) -> Response:
    """``GET /v2/incidents``."""
    order = call.one("sort_by") or NEWEST_FIRST
    if order not in (NEWEST_FIRST, "created_at_oldest_first"):
        raise account.refuse(422, [Wrong("invalid_value", f"Sort by cannot be {order}", "sort_by")])
    incidents = list(account.incidents.values())
    passes = matcher(account, call, FILTERS)
    all_modes = given(call, "mode")

    def wanted(incident: Incident) -> bool:
        return passes(incident) and (all_modes or incident.mode not in REHEARSALS)

    ordered = reversed(incidents) if order == NEWEST_FIRST else incidents
    form = Page("incidents", LARGEST_PAGE, counted=True)
    return page(account, call, form, ordered, wanted, lambda incident: show_incident(incident, call.base))


def list_updates(account: Account, call: Call) -> Response:
    """``GET /v2/incident_updates``, the newest first."""
    incident = call.one("incident_id")
    form = Page("incident_updates", 250)
    updates = reversed(account.updates)
    return page(account, call, form, updates, lambda update: incident in ("", update.incident), show_update)


def _the_incident(account: Account, call: Call) -> Incident:
    incident = account.find_incident(call.arguments[0])
    if incident is None:
        raise account.missing()
    return incident


ROUTES: Final = (
    Route("POST", "/v2/incidents", create, "incident_creator"),
    Route("GET", "/v2/incidents", list_all, "viewer"),
    Route("GET", "/v2/incidents/{id}", get, "viewer"),
    Route("POST", "/v2/incidents/{id}/actions/edit", edit, "incident_editor"),
    Route("GET", "/v2/incident_updates", list_updates, "viewer"),
)
