"""Incidents with an API key: create, read, edit, and their history."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from xsrun.effects.ports import Response
from xsrun.providers import incident_io
from xsrun.simulators.incident_io.bodies import CREATABLE, EDITABLE, read_properties
from xsrun.simulators.incident_io.errors import Wrong
from xsrun.simulators.incident_io.lists import CHOICE, ONE_OF, TIME, Filter, Page, given, matcher, page
from xsrun.simulators.incident_io.present import show_incident, show_update
from xsrun.simulators.incident_io.seeds import SLACK_TEAM_ID, Record
from xsrun.simulators.incident_io.state import Account, Incident, Update
from xsrun.simulators.routing import Call, Route, reply

REHEARSALS: Final = ("test", "tutorial")
"""Modes that lists leave out unless they are asked for."""

NEWEST_FIRST: Final = "created_at_newest_first"


def _reader(field_id: str) -> Callable[[Incident], list[str]]:
    """What a custom field holds: the id of an option, or a text."""
    return lambda incident: [
        value["value_option"]["id"] if "value_option" in value else value["value_text"]
        for value in incident.custom_fields.get(field_id, ())
    ]


def _filters(account: Account) -> dict[str, Filter]:
    """What a list can be narrowed down by."""
    severities, statuses = account.settings["severities"], account.settings["incident_statuses"]
    return {
        "status": Filter(lambda incident: [incident.status], CHOICE),
        "status_category": Filter(lambda incident: [statuses[incident.status]["category"]], CHOICE),
        "severity": Filter(
            lambda incident: [incident.severity or ""],
            (*CHOICE, "gte", "lte"),
            lambda severity: severities[severity]["rank"] if severity in severities else None,
        ),
        "incident_type": Filter(lambda incident: [incident.type], CHOICE),
        "mode": Filter(lambda incident: [incident.mode], ONE_OF),
        "created_at": Filter(lambda incident: [incident.created], TIME),
        "updated_at": Filter(lambda incident: [incident.updated], TIME),
        **{f"custom_field[{field}]": Filter(_reader(field), CHOICE) for field in account.settings["custom_fields"]},
    }


# ---------------------------------------------------------------- calls


def create(account: Account, call: Call) -> Response:
    """``POST /v2/incidents``; answers 200, and the incident that is there when the key was used before."""
    body = account.read_object(call)
    account.require(incident_io.CREATE_INCIDENT.fields, body)
    key = body["idempotency_key"]
    known = next((incident for incident in account.incidents.values() if incident.key == key), None)
    if known is not None:
        return reply(200, {"incident": show_incident(account, known, call.base)})
    if not body.get("severity_id"):
        wrong = Wrong("is_required", "A severity is required to open an incident", "severity_id")
        raise account.refuse(422, [wrong])
    properties = read_properties(account, {name: body.get(name) for name in CREATABLE})
    name = properties.pop("name", "").strip() or "Untitled incident"
    more = {
        "visibility": body["visibility"],
        "mode": body.get("mode") or "standard",
        "slack_team": body.get("slack_team_id") or SLACK_TEAM_ID,
        "channel_name": "inc-" + (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "new"),
    }
    creator = {"api_key": {"id": call.caller["id"], "name": call.caller["name"]}}
    incident = account.open(key, name, creator, **(more | properties))
    return reply(200, {"incident": show_incident(account, incident, call.base)})


def edit(account: Account, call: Call) -> Response:
    """``POST /v2/incidents/{id}/actions/edit``: what is not given stays as it is."""
    incident = _the_incident(account, call)
    body = account.read_object(call)
    account.require(incident_io.EDIT_INCIDENT.fields, body)
    changes = read_properties(account, {name: body["incident"].get(name) for name in EDITABLE}, "incident.")
    turned = any(
        changes.get(name, getattr(incident, name)) != getattr(incident, name) for name in ("status", "severity")
    )
    for name, value in changes.items():
        setattr(incident, name, getattr(incident, name) | value if isinstance(value, dict) else value)
    incident.updated = account.clock.now()
    if turned:
        account.note_update(incident, {"api_key": {"id": call.caller["id"], "name": call.caller["name"]}})
    return reply(200, {"incident": show_incident(account, incident, call.base)})


def get(account: Account, call: Call) -> Response:
    """``GET /v2/incidents/{id}``; the number of the reference will do."""
    return reply(200, {"incident": show_incident(account, _the_incident(account, call), call.base)})


def list_all(account: Account, call: Call) -> Response:
    """``GET /v2/incidents``."""
    order = call.one("sort_by") or NEWEST_FIRST
    if order not in incident_io.LIST_INCIDENTS.parameter("sort_by").choices:
        raise account.refuse(422, [Wrong("invalid_value", f"Sort by cannot be {order}", "sort_by")])
    incidents = list(account.incidents.values())
    passes = matcher(account, call, _filters(account))
    all_modes = given(call, "mode")

    def wanted(incident: Incident) -> bool:
        return passes(incident) and (all_modes or incident.mode not in REHEARSALS)

    ordered = reversed(incidents) if order == NEWEST_FIRST else incidents
    form = Page("incidents", incident_io.LIST_INCIDENTS, counted=True)
    return page(account, call, form, ordered, wanted, lambda incident: show_incident(account, incident, call.base))


def list_updates(account: Account, call: Call) -> Response:
    """``GET /v2/incident_updates``, the newest first."""
    incident = call.one("incident_id")
    form = Page("incident_updates", incident_io.LIST_INCIDENT_UPDATES)
    updates = reversed(account.updates)

    def show(update: Update) -> Record:
        return show_update(account, update)

    return page(account, call, form, updates, lambda update: incident in ("", update.incident), show)


def _the_incident(account: Account, call: Call) -> Incident:
    incident = account.find_incident(call.arguments[0])
    if incident is None:
        raise account.missing()
    return incident


ROUTES: Final = (
    Route(incident_io.CREATE_INCIDENT, create),
    Route(incident_io.LIST_INCIDENTS, list_all),
    Route(incident_io.GET_INCIDENT, get),
    Route(incident_io.EDIT_INCIDENT, edit),
    Route(incident_io.LIST_INCIDENT_UPDATES, list_updates),
)
