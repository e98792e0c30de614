"""Finding what a request about incidents names, refused in the provider's words when it is not there."""

from __future__ import annotations

from typing import Any

from xsrun.simulators.pagerduty.errors import refuse
from xsrun.simulators.pagerduty.seeds import INCIDENT_TYPES, Record
from xsrun.simulators.pagerduty.state import Account, Incident
from xsrun.simulators.routing import Call


def open_key(account: Account, service: str, key: str) -> bool:
    """Whether an open incident of that service carries the key."""
    return any(
        incident.open and incident.service == service and incident.carries(key)
        for incident in account.incidents.values()
    )


def the_incident(account: Account, call: Call) -> Incident:
    """The incident that the path names, refused with 404 when there is none."""
    incident = account.incident(call.arguments[0])
    if incident is None:
        raise refuse("unknown")
    return incident


def known(account: Account, kind: str, record_id: str) -> str:
    """An id of the catalogue, refused when it is none of that kind."""
    if record_id not in account.records[kind] or account.records[kind][record_id].get("deleted"):
        raise refuse("arguments", f"{kind.replace('_', ' ').capitalize()} not found")
    return record_id


def check_type(body: Record) -> None:
    """Refuse a type of incident that the account does not have."""
    names = [kind["name"] for kind in INCIDENT_TYPES]
    if body.get("incident_type") and body["incident_type"]["name"] not in names:
        raise refuse("invalid", f"Incident type name must be {' or '.join(names)}.")


def read_assignees(account: Account, body: Record) -> list[str]:
    """The ids of the users to whom a body assigns the incident."""
    given = body.get("assignments") or []
    return [known(account, "user", assignment["assignee"]["id"]) for assignment in given]


def find_priority(account: Account, given: Any) -> str:
    """The id of a priority that is given as a reference or by name."""
    wanted = given if isinstance(given, dict) else {"name": given}
    if isinstance(wanted.get("id"), str):
        return known(account, "priority", wanted["id"])
    found = [record["id"] for record in account.records["priority"].values() if record["name"] == wanted.get("name")]
    if not found:
        raise refuse("arguments", "Priority not found")
    return str(found[0])


def listed_incident(account: Account, body: Record) -> Incident:
    """The incident that an item of a body names by its id."""
    incident = account.incident(body["id"])
    if incident is None:
        raise refuse("arguments", "Incident not found")
    return incident
