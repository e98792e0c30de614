"""The account's own records over REST, to be read: services, users, policies, priorities."""

from __future__ import annotations

from typing import Final

from xsrun.effects.ports import Response
from xsrun.providers import pagerduty
from xsrun.simulators.pagerduty.errors import refuse
from xsrun.simulators.pagerduty.lists import page, sort, view
from xsrun.simulators.pagerduty.seeds import ABILITIES, Record
from xsrun.simulators.pagerduty.state import Account
from xsrun.simulators.routing import Call, Handler, Refused, Route, empty, reply

PLURALS: Final = {
    "service": "services",
    "user": "users",
    "team": "teams",
    "escalation_policy": "escalation_policies",
    "priority": "priorities",
    "schedule": "schedules",
}

SEARCHED: Final = {"user": ("name", "email")}
"""The properties that ``query`` looks into, where it is not the name alone."""

BY_NAME: Final = {"name": lambda record: record["name"].lower()}
ALREADY_ORDERED: Final = ("priority",)


def lister(kind: str) -> Handler:
    """The handler of a list of that kind."""

    def list_records(account: Account, call: Call) -> Response:
        found = [record for record in account.records[kind].values() if _wanted(kind, record, call)]
        if kind not in ALREADY_ORDERED:
            found = sort(call, sorted(found, key=BY_NAME["name"]), BY_NAME)
        shown = view(account, call)
        return page(call, PLURALS[kind], found, lambda record: shown.record(kind, record))

    return list_records


def _wanted(kind: str, record: Record, call: Call) -> bool:
    query, name, teams = call.one("query").lower(), call.one("name"), set(call.every("team_ids[]"))
    searched = [record[part].lower() for part in SEARCHED.get(kind, ("name",))]
    return (
        not record.get("deleted")
        and any(query in text for text in searched)
        and (not name or kind != "service" or record["name"] == name)
        and (not teams or not teams.isdisjoint(record.get("teams", ())))
    )


def the_record(account: Account, kind: str, record_id: str) -> Record:
    """The record of that id, refused with 404 when there is none."""
    record = account.records[kind].get(record_id)
    if record is None or record.get("deleted"):
        raise refuse("unknown")
    return record


def getter(kind: str) -> Handler:
    """The handler that shows one record of that kind."""

    def get_record(account: Account, call: Call) -> Response:
        record = the_record(account, kind, call.arguments[-1])
        return reply(200, {kind: view(account, call).record(kind, record)})

    return get_record


def get_integration(account: Account, call: Call) -> Response:
    """``GET /services/{id}/integrations/{integration_id}``."""
    service, integration = call.arguments
    if account.records["integration"].get(integration, {}).get("service") != service:
        raise refuse("unknown")
    return getter("integration")(account, call)


def get_me(account: Account, call: Call) -> Response:
    """``GET /users/me``: only a key of a user has one."""
    if call.caller is None:
        raise Refused(reply(400, {"error": "There is no user behind an account-level access token"}))
    return reply(200, {"user": view(account, call).record("user", account.records["user"][call.caller.id])})


def list_abilities(_account: Account, _call: Call) -> Response:
    """``GET /abilities``."""
    return reply(200, {"abilities": list(ABILITIES)})


def get_ability(_account: Account, call: Call) -> Response:
    """``GET /abilities/{id}``: 204 when the account has it."""
    if call.arguments[0] not in ABILITIES:
        raise refuse("ability")
    return empty(204)


ROUTES: Final = (
    Route(pagerduty.LIST_SERVICES, lister("service")),
    Route(pagerduty.GET_SERVICE, getter("service")),
    Route(pagerduty.GET_INTEGRATION, get_integration),
    Route(pagerduty.LIST_USERS, lister("user")),
    Route(pagerduty.GET_CURRENT_USER, get_me),
    Route(pagerduty.GET_USER, getter("user")),
    Route(pagerduty.LIST_TEAMS, lister("team")),
    Route(pagerduty.GET_TEAM, getter("team")),
    Route(pagerduty.LIST_ESCALATION_POLICIES, lister("escalation_policy")),
    Route(pagerduty.GET_ESCALATION_POLICY, getter("escalation_policy")),
    Route(pagerduty.LIST_PRIORITIES, lister("priority")),
    Route(pagerduty.GET_PRIORITY, getter("priority")),
    Route(pagerduty.LIST_ABILITIES, list_abilities),
    Route(pagerduty.GET_ABILITY, get_ability),
)
