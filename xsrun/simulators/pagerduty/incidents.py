"""Incidents over REST: create and read."""

from __future__ import annotations

from typing import Final

from xsrun.effects.ports import Response
from xsrun.providers import pagerduty
from xsrun.providers.pagerduty import STATUSES, URGENCIES
from xsrun.simulators.pagerduty.errors import read_body, refuse, require
from xsrun.simulators.pagerduty.lists import choices, moment, page, sort, view
from xsrun.simulators.pagerduty.lookup import check_type, known, open_key, read_assignees, the_incident
from xsrun.simulators.pagerduty.seeds import INCIDENT_TYPES, Record
from xsrun.simulators.pagerduty.state import Account, Incident, Ref
from xsrun.simulators.routing import Call, Route, reply

DAY: Final = 86_400_000
DEFAULT_WINDOW: Final = 30 * DAY
LARGEST_WINDOW: Final = 184 * DAY

SORT_KEYS: Final = {
    "incident_number": lambda incident: incident.number,
    "created_at": lambda incident: incident.created,
    "resolved_at": lambda incident: incident.resolved or 0,
    "urgency": lambda incident: incident.urgency == "high",
}


def create(account: Account, call: Call) -> Response:
    """``POST /incidents``."""
    body = read_body(call, "incident", dict)
    require(pagerduty.CREATE_INCIDENT.fields, body)
    check_type(body)
    service = known(account, "service", body["service"]["id"])
    assignees = read_assignees(account, body)
    if len(assignees) > 1:
        raise refuse("invalid", "Assignments must hold one assignee at most.")
    key = body.get("incident_key") or account.new_key()
    if open_key(account, service, key):
        raise refuse("arguments", "Open incident with matching dedup key already exists on this service")
    more: Record = {"body": body.get("body"), "bridge": body.get("conference_bridge")}
    if body.get("urgency"):
        more["urgency"] = body["urgency"]
    if body.get("priority"):
        more["priority"] = known(account, "priority", body["priority"]["id"])
    if body.get("escalation_policy"):
        more["policy"] = known(account, "escalation_policy", body["escalation_policy"]["id"])
    if body.get("incident_type"):
        more["type_name"] = body["incident_type"]["name"]
    agent: Ref = call.caller
    incident = account.start(body["title"], key, service, agent, **more)
    if assignees:
        account.assign(incident, assignees, agent)
        if assignees == [agent.id]:
            account.acknowledge(incident, agent)
    return reply(201, {"incident": view(account, call).incident(incident)})


# ---------------------------------------------------------------- read


def get(account: Account, call: Call) -> Response:
    """``GET /incidents/{id}``; a number will do."""
    return reply(200, {"incident": view(account, call).incident(the_incident(account, call))})


def list_all(account: Account, call: Call) -> Response:
    """``GET /incidents``: different filters must all match, values of one filter are alternatives."""
    statuses = choices(call, "statuses[]", STATUSES, "Status must be a list of triggered, acknowledged, or resolved.")
    urgencies = choices(call, "urgencies[]", URGENCIES, "Urgency must be a list of high or low.")
    services, teams, users = (set(call.every(f"{name}_ids[]")) for name in ("service", "team", "user"))
    key = call.one("incident_key")
    since, until = _window(account, call)

    def wanted(incident: Incident) -> bool:
        team_ids = account.records["service"][incident.service]["teams"]
        return all(
            (
                not statuses or incident.status in statuses,
                not urgencies or incident.urgency in urgencies,
                not services or incident.service in services,
                not teams or not teams.isdisjoint(team_ids),
                not users or any(stamp.who.id in users for stamp in incident.assignments),
                not key or incident.carries(key),
                since is None or incident.created >= since,
                until is None or incident.created <= until,
            )
        )

    found = sort(call, filter(wanted, account.incidents.values()), SORT_KEYS, at_most=2)
    return page(call, "incidents", found, view(account, call).incident)


def _window(account: Account, call: Call) -> tuple[int | None, int | None]:
    since, until = moment(call, "since"), moment(call, "until")
    if call.one("date_range") == "all":
        return None, None
    last = account.now() if until is None else until
    first = last - DEFAULT_WINDOW if since is None else since
    if last - first > LARGEST_WINDOW:
        raise refuse("invalid", "Since and until must lie within six months.")
    return first, until


def list_types(_account: Account, call: Call) -> Response:
    """``GET /incidents/types``."""
    parents = {kind["id"]: {"id": kind["id"], "type": "incident_type_reference"} for kind in INCIDENT_TYPES}
    shown = [
        kind | {"type": "incident_type", "enabled": True, "description": None, "parent": parents.get(kind["parent"])}
        for kind in INCIDENT_TYPES
    ]
    return reply(200, {"incident_types": [] if call.one("filter") == "disabled" else shown})


ROUTES: Final = (
    Route(pagerduty.CREATE_INCIDENT, create),
    Route(pagerduty.LIST_INCIDENTS, list_all),
    Route(pagerduty.LIST_INCIDENT_TYPES, list_types),
    Route(pagerduty.GET_INCIDENT, get),
)
