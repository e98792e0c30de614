"""Services and their integrations over REST, to be made and changed, and the trail that this leaves."""

from __future__ import annotations

from typing import Final

from xsrun.effects.ports import Response
from xsrun.providers import pagerduty
from xsrun.simulators.ids import to_seconds
from xsrun.simulators.pagerduty.errors import read_body, refuse, require
from xsrun.simulators.pagerduty.events import show_changes
from xsrun.simulators.pagerduty.lists import LARGEST_PAGE, count, moment, view
from xsrun.simulators.pagerduty.lookup import known
from xsrun.simulators.pagerduty.seeds import Record, new_integration, new_service
from xsrun.simulators.pagerduty.services import the_record
from xsrun.simulators.pagerduty.state import Account, Ref
from xsrun.simulators.routing import Call, Route, empty, reply

KEPT: Final = (
    "name", "description", "status", "auto_resolve_timeout", "acknowledgement_timeout", "incident_urgency_rule",
    "alert_creation",
)  # fmt: skip
"""Properties of a body that the service takes as they are; null takes a timeout away."""


def create_service(account: Account, call: Call) -> Response:
    """``POST /services``."""
    service = new_service(account.new_id(), "", "", "high", "") | {"teams": [], "integrations": []}
    service["created_at"] = to_seconds(account.now())
    _take(account, call, service)
    account.records["service"][service["id"]] = service
    _note(account, call, "create", Ref("service", service["id"]))
    return reply(201, {"service": view(account, call).record("service", service)})


def change_service(account: Account, call: Call) -> Response:
    """``PUT /services/{id}``."""
    service = the_record(account, "service", call.arguments[0])
    _take(account, call, service)
    _note(account, call, "update", Ref("service", service["id"]))
    return reply(200, {"service": view(account, call).record("service", service)})


def delete_service(account: Account, call: Call) -> Response:
    """``DELETE /services/{id}``: no longer to be found; its incidents stay."""
    service = the_record(account, "service", call.arguments[0])
    service["deleted"] = True
    for integration in service["integrations"]:
        account.records["integration"][integration]["deleted"] = True
    _note(account, call, "delete", Ref("service", service["id"]))
    return empty(204)


def _take(account: Account, call: Call, service: Record) -> None:
    """Have a service be what the body says."""
    body = read_body(call, "service", dict)
    require(pagerduty.CREATE_SERVICE.fields, body)
    others = (each for each in account.records["service"].values() if not each.get("deleted") and each is not service)
    if any(each["name"].lower() == body["name"].lower() for each in others):
        raise refuse("invalid", "Name has already been taken")
    policy = known(account, "escalation_policy", body["escalation_policy"]["id"])
    service |= {name: body[name] for name in KEPT if name in body} | {"escalation_policy": policy}


def create_integration(account: Account, call: Call) -> Response:
    """``POST /services/{id}/integrations``: with a routing key of its own."""
    service = the_record(account, "service", call.arguments[0])
    body = read_body(call, "integration", dict)
    require(pagerduty.CREATE_INTEGRATION.fields, body)
    integration = new_integration(account.new_id(), service["id"], account.new_key())
    integration |= {"name": body.get("name") or integration["name"], "created_at": to_seconds(account.now())}
    account.records["integration"][integration["id"]] = integration
    service["integrations"] = [*service["integrations"], integration["id"]]
    _note(account, call, "create", Ref("integration", integration["id"]))
    return reply(201, {"integration": view(account, call).record("integration", integration)})


def list_service_changes(account: Account, call: Call) -> Response:
    """``GET /services/{id}/change_events``, the newest first."""
    service = the_record(account, "service", call.arguments[0])
    return show_changes(account, call, set(service["integrations"]))


# ---------------------------------------------------------------- the trail


def _note(account: Account, call: Call, action: str, ref: Ref) -> None:
    actor = list(call.caller) if call.caller else None
    made = {"id": account.new_id(), "at": account.now(), "actor": actor, "action": action, "resource": list(ref)}
    account.audit.append(made)


def list_audit(account: Account, call: Call) -> Response:
    """``GET /audit/records``, the newest first; paged by cursor."""
    limit = max(1, min(count(call, "limit", 10), LARGEST_PAGE))
    since, until = moment(call, "since"), moment(call, "until")
    actions, after = set(call.every("actions[]")), call.one("cursor")
    found = [
        each
        for each in reversed(account.audit)
        if (since is None or each["at"] >= since)
        and (until is None or each["at"] <= until)
        and (not actions or each["action"] in actions)
    ]
    places = {each["id"]: place for place, each in enumerate(found, 1)}
    if after and after not in places:
        raise refuse("invalid", "Cursor is none of this list.")
    rest = found[places.get(after, 0) :]
    shown = [_show(account, call, each) for each in rest[:limit]]
    following = rest[limit - 1]["id"] if len(rest) > limit else None
    return reply(200, {"records": shown, "limit": limit, "next_cursor": following})


def _show(account: Account, call: Call, record: Record) -> Record:
    shown = view(account, call)
    resource = shown.reference(Ref(*record["resource"]))
    return {
        "id": record["id"],
        "execution_time": to_seconds(record["at"]),
        "execution_context": None,
        "actors": [shown.reference(Ref(*record["actor"]))] if record["actor"] else [],
        "method": {"type": "api_token", "truncated_token": None},
        "root_resource": resource,
        "action": record["action"],
        "details": {"resource": resource, "fields": [], "references": []},
    }


ROUTES: Final = (
    Route(pagerduty.CREATE_SERVICE, create_service),
    Route(pagerduty.UPDATE_SERVICE, change_service),
    Route(pagerduty.DELETE_SERVICE, delete_service),
    Route(pagerduty.CREATE_INTEGRATION, create_integration),
    Route(pagerduty.LIST_SERVICE_CHANGE_EVENTS, list_service_changes),
    Route(pagerduty.LIST_AUDIT_RECORDS, list_audit),
)
