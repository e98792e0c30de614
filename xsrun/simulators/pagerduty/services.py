"""The account's own records over REST, to be read: services, users, policies, priorities and who is on call."""

from __future__ import annotations

from typing import Any, Final

from xsrun.effects.ports import Response
from xsrun.providers import pagerduty
from xsrun.simulators.pagerduty.errors import refuse
from xsrun.simulators.pagerduty.lists import page, sort, view
from xsrun.simulators.pagerduty.seeds import ABILITIES, Record
from xsrun.simulators.pagerduty.state import Account, Ref
from xsrun.simulators.routing import Call, Handler, Route, empty, reply

PLURALS: Final = {
    "service": "services",
    "user": "users",
    "team": "teams",
    "escalation_policy": "escalation_policies",
    "priority": "priorities",
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
        any(query in text for text in searched)
        and (not name or kind != "service" or record["name"] == name)
        and (not teams or not teams.isdisjoint(record.get("teams", ())))
    )


def getter(kind: str) -> Handler:
    """The handler that shows one record of that kind."""

    def get_record(account: Account, call: Call) -> Response:
        record = account.records[kind].get(call.arguments[-1])
        if record is None:
            raise refuse("unknown")
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
        raise refuse("arguments", "Only a user-level API key stands for a user.")
    return reply(200, {"user": view(account, call).record("user", account.records["user"][call.caller.id])})


def list_abilities(_account: Account, _call: Call) -> Response:
    """``GET /abilities``."""
    return reply(200, {"abilities": list(ABILITIES)})


def get_ability(_account: Account, call: Call) -> Response:
    """``GET /abilities/{id}``: 204 when the account has it."""
    if call.arguments[0] not in ABILITIES:
        raise refuse("ability")
    return empty(204)


def list_oncalls(account: Account, call: Call) -> Response:
    """``GET /oncalls``: every user of every level of every policy, always."""
    users, policies = set(call.every("user_ids[]")), set(call.every("escalation_policy_ids[]"))
    found = [
        (policy, level, user)
        for policy, record in account.records["escalation_policy"].items()
        for level, rule in enumerate(record["levels"], 1)
        for user in rule["users"]
        if (not policies or policy in policies) and (not users or user in users) and not call.every("schedule_ids[]")
    ]
    shown = view(account, call)

    def show(oncall: tuple[str, int, str]) -> dict[str, Any]:
        policy, level, user = oncall
        return {
            "escalation_policy": shown.reference(Ref("escalation_policy", policy)),
            "escalation_level": level,
            "schedule": None,
            "user": shown.reference(Ref("user", user)),
            "start": None,
            "end": None,
        }

    return page(call, "oncalls", found, show)


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
    Route(pagerduty.LIST_ONCALLS, list_oncalls),
)
