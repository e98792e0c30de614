"""The body of an incident: what it may hold, and the properties it sets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from xsrun.providers import incident_io
from xsrun.providers.fields import Field, read_time
from xsrun.simulators.ids import to_millis
from xsrun.simulators.incident_io.errors import Wrong, unknown_id
from xsrun.simulators.incident_io.seeds import Record
from xsrun.simulators.incident_io.state import Account

SETTINGS: Final = {
    "severity_id": ("severity", "severities"),
    "incident_status_id": ("status", "incident_statuses"),
    "incident_type_id": ("type", "incident_types"),
}
"""Properties of a body that hold the id of a setting: the property of the incident, and the kind of setting."""


def _names(fields: Iterable[Field], holder: str = "") -> list[str]:
    """The properties of the body, or of one of its objects."""
    paths = (field.path.removeprefix(holder) for field in fields if field.path.startswith(holder))
    return list(dict.fromkeys(re.split(r"[.\[]", path)[0] for path in paths))


CREATABLE: Final = _names(incident_io.CREATE_INCIDENT.fields)
EDITABLE: Final = _names(incident_io.EDIT_INCIDENT.fields, "incident.")

TEXTS: Final = {
    "name": "name",
    "summary": "summary",
    "call_url": "call_url",
    "slack_channel_name_override": "channel_name",
}


REFERENCES: Final = {
    "custom_field_entries": ("custom_field_id", "custom_fields"),
    "incident_role_assignments": ("incident_role_id", "incident_roles"),
    "incident_timestamp_values": ("incident_timestamp_id", "incident_timestamps"),
}
"""Lists of a body whose items name a setting."""


def read_properties(account: Account, body: Record, prefix: str = "") -> Record:
    """The properties of an incident that a body sets, refused with every id that stands for nothing."""
    wrong = [
        *(
            unknown_id(prefix + name)
            for name, (_, kind) in SETTINGS.items()
            if body.get(name) and body[name] not in account.settings[kind]
        ),
        *(wrong for name in REFERENCES for wrong in _unknown_items(account, body, name, prefix)),
    ]
    account.refuse_if(wrong)
    properties: Record = {own: body[name] for name, own in TEXTS.items() if body.get(name) is not None}
    properties |= {own: body[name] for name, (own, _) in SETTINGS.items() if body.get(name)}
    properties["custom_fields"] = _custom_fields(account, body, prefix)
    properties["roles"] = _roles(account, body, prefix)
    properties["timestamps"] = _timestamps(body)
    return properties


def _items(body: Record, name: str) -> Iterable[tuple[int, Record]]:
    return enumerate(body.get(name) or ())


def _unknown_items(account: Account, body: Record, name: str, prefix: str) -> list[Wrong]:
    id_name, kind = REFERENCES[name]
    return [
        unknown_id(f"{prefix}{name}.{index}.{id_name}")
        for index, item in _items(body, name)
        if item[id_name] not in account.settings[kind]
    ]


def _custom_fields(account: Account, body: Record, prefix: str) -> dict[str, list[Record]]:
    name = "custom_field_entries"
    fields = account.settings["custom_fields"]
    read: dict[str, list[Record]] = {}
    for index, entry in _items(body, name):
        values = [_custom_value(fields[entry["custom_field_id"]], value) for value in entry["values"]]
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
        users = [user["id"] for user in account.settings["users"].values() if _is_user(user, assignee)]
        if assignee and not users:
            raise account.refuse(422, [unknown_id(f"{prefix}{name}.{index}.assignee")])
        read[item["incident_role_id"]] = users[0] if users else ""
    return read


def _is_user(user: Record, assignee: Record) -> bool:
    return any(assignee.get(name) == user[name] for name in ("id", "email", "slack_user_id"))


def _timestamps(body: Record) -> dict[str, str]:
    """Times by their timestamp; ``""`` takes one away."""
    return {
        item["incident_timestamp_id"]: to_millis(moment) if (moment := read_time(item.get("value") or "")) else ""
        for _, item in _items(body, "incident_timestamp_values")
    }
