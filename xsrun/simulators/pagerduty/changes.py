"""Changes of incidents over REST: update one or many, merge, snooze."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from xsrun.effects.ports import Response
from xsrun.providers import pagerduty
from xsrun.providers.fields import problems
from xsrun.providers.pagerduty import LARGEST_UPDATE, SNOOZE, STATUSES
from xsrun.simulators.pagerduty.errors import read_body, refuse, require
from xsrun.simulators.pagerduty.lists import view
from xsrun.simulators.pagerduty.lookup import (
    check_type,
    find_priority,
    known,
    listed_incident,
    read_assignees,
    the_incident,
)
from xsrun.simulators.pagerduty.seeds import Record
from xsrun.simulators.pagerduty.state import Account, Incident, Ref
from xsrun.simulators.routing import Call, Route, reply


class Change(NamedTuple):
    """A change that has been checked and can be made; None leaves a property as it is."""

    incident: Incident
    status: str | None
    resolution: str | None
    level: int | None
    assignees: Sequence[str]
    policy: str | None
    properties: Record


def change_one(account: Account, call: Call) -> Response:
    """``PUT /incidents/{id}``."""
    incident = the_incident(account, call)
    body = read_body(call, "incident", dict)
    _check_status(body)
    require(pagerduty.UPDATE_INCIDENT.fields, body)
    change = _check(account, incident, body, movable=True)
    _make(account, change, call.caller)
    return reply(200, {"incident": view(account, call).incident(incident)})


def change_many(account: Account, call: Call) -> Response:
    """``PUT /incidents``: all or none."""
    bodies = read_body(call, "incidents", list)
    if len(bodies) > LARGEST_UPDATE:
        raise refuse("too-many")
    for body in bodies:
        _check_status(body)
    require(pagerduty.UPDATE_INCIDENTS.fields, {"incidents": bodies})
    changes = [_check(account, listed_incident(account, body), body) for body in bodies]
    for change in changes:
        _make(account, change, call.caller)
    shown = view(account, call)
    return reply(200, {"incidents": [shown.incident(change.incident) for change in changes]})


def _check_status(body: Any) -> None:
    """A status that there is not has a code of its own."""
    status = body.get("status") if isinstance(body, dict) else None
    if status is not None and status not in STATUSES:
        raise refuse("status", "Status must be one of triggered, acknowledged or resolved.")


def _check(account: Account, incident: Incident, body: Record, *, movable: bool = False) -> Change:
    """Check a change; ``movable`` lets it go to another service."""
    check_type(body)
    status = body.get("status")
    if incident.merged and status in ("triggered", "acknowledged"):
        raise refuse("merged")
    properties = _properties(account, body)
    if movable and body.get("service"):
        properties["service"] = known(account, "service", body["service"]["id"])
    policy = body.get("escalation_policy") and known(account, "escalation_policy", body["escalation_policy"]["id"])
    level = body.get("escalation_level")
    if level is not None and not 1 <= level <= len(account.levels(policy or incident.policy)):
        raise refuse("invalid", "Escalation level is none of the escalation policy.")
    return Change(incident, status, body.get("resolution"), level, read_assignees(account, body), policy, properties)


def _properties(account: Account, body: Record) -> Record:
    properties: Record = {name: body[name] for name in ("title", "urgency") if body.get(name) is not None}
    if body.get("priority") is not None:
        properties["priority"] = find_priority(account, body["priority"])
    if body.get("incident_type"):
        properties["type_name"] = body["incident_type"]["name"]
    if body.get("conference_bridge"):
        properties["bridge"] = body["conference_bridge"]
    return properties


def _make(account: Account, change: Change, agent: Ref) -> None:
    incident = change.incident
    if change.properties.get("urgency", incident.urgency) != incident.urgency:
        account.write(incident, "urgency_change", agent)
    for name, value in change.properties.items():
        setattr(incident, name, value)
    match change.status:
        case "triggered":
            account.trigger(incident, agent)
        case "acknowledged":
            account.acknowledge(incident, agent)
        case "resolved":
            account.resolve(incident, agent, change.resolution)
    incident.updated = account.now()
    if change.policy:
        incident.policy = change.policy
    if not incident.open:
        return
    if change.assignees:
        account.assign(incident, change.assignees, agent)
    elif change.level or change.policy:
        account.escalate(incident, change.level or 1, agent, "escalate" if change.level else "assign")


def merge(account: Account, call: Call) -> Response:
    """``PUT /incidents/{id}/merge``."""
    target = the_incident(account, call)
    bodies = read_body(call, "source_incidents", list)
    require(pagerduty.MERGE_INCIDENTS.fields, {"source_incidents": bodies})
    if not target.open:
        raise refuse("resolved")
    sources = [listed_incident(account, body) for body in bodies]
    for source in sources:
        if source is target:
            raise refuse("invalid", "An incident cannot be merged into itself.")
        if source.merged:
            raise refuse("merged")
    account.merge(target, sources, call.caller)
    return reply(200, {"incident": view(account, call).incident_reference(target)})


def snooze(account: Account, call: Call) -> Response:
    """``POST /incidents/{id}/snooze``."""
    incident = the_incident(account, call)
    duration = read_body(call, "duration", object)
    if problems(pagerduty.SNOOZE_INCIDENT.fields, {"duration": duration}):
        raise refuse("snooze", "Duration must be an integer from {} to {}.".format(*SNOOZE))
    if not incident.open:
        raise refuse("resolved")
    account.snooze(incident, duration, call.caller)
    return reply(201, {"incident": view(account, call).incident(incident)})


ROUTES: Final = (
    Route(pagerduty.UPDATE_INCIDENTS, change_many),
    Route(pagerduty.UPDATE_INCIDENT, change_one),
    Route(pagerduty.MERGE_INCIDENTS, merge),
    Route(pagerduty.SNOOZE_INCIDENT, snooze),
)
