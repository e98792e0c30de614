"""What a seed file may put into an account of PagerDuty."""

from __future__ import annotations

from typing import Final

from xsrun.providers.fields import Field
from xsrun.simulators.pagerduty.seeds import (
    ESCALATION_POLICY_ID,
    Record,
    new_integration,
    new_key,
    new_level,
    new_policy,
    new_schedule,
    new_service,
    new_user,
)
from xsrun.simulators.pagerduty.state import Account
from xsrun.simulators.seeding import Table, Unknown


def _find(account: Account, kind: str, name: str, path: str) -> str:
    """The id of a record of that kind, named by its id, name or e-mail."""
    records = account.records[kind].values()
    for record in records:
        if name in (record["id"], record["name"], record.get("email")):
            return str(record["id"])
    raise Unknown(path, kind.replace("_", " "), [record["name"] for record in records])


def _add(account: Account, kind: str, record: Record) -> None:
    account.records[kind][record["id"]] = record


def _put_team(account: Account, given: Record) -> None:
    known = {"id": account.new_id(), "description": None, "default_role": "manager"}
    _add(account, "team", known | given)


def _put_user(account: Account, given: Record) -> None:
    teams = [_find(account, "team", team, "teams") for team in given.get("teams", ())]
    made = new_user(given.get("id") or account.new_id(), given["name"], given["email"], given.get("role") or "user")
    more = {name: given[name] for name in ("time_zone", "job_title") if name in given}
    _add(account, "user", made | more | {"teams": teams})


def _put_schedule(account: Account, given: Record) -> None:
    users = [_find(account, "user", user, "users") for user in given["users"]]
    made = new_schedule(given.get("id") or account.new_id(), given["name"], users, given.get("description"))
    _add(account, "schedule", made)


def _put_policy(account: Account, given: Record) -> None:
    levels = [
        new_level(
            account.new_id(),
            level.get("minutes", 30),
            [_find(account, "user", user, f"levels.{index}.users") for user in level.get("users", ())],
            [_find(account, "schedule", each, f"levels.{index}.schedules") for each in level.get("schedules", ())],
        )
        for index, level in enumerate(given["levels"])
    ]
    if not levels:
        raise Unknown("levels", "user", [user["name"] for user in account.records["user"].values()])
    made = new_policy(given.get("id") or account.new_id(), given["name"], given.get("description"), levels)
    _add(account, "escalation_policy", made | {"num_loops": given.get("num_loops", 0)})


def _put_service(account: Account, given: Record) -> None:
    name = given.get("escalation_policy") or ESCALATION_POLICY_ID
    policy = _find(account, "escalation_policy", name, "escalation_policy")
    service_id, integration_id = given.get("id") or account.new_id(), account.new_id()
    made = new_service(
        service_id, given["name"], given.get("description") or "", given.get("urgency") or "high", integration_id
    )
    teams = [_find(account, "team", team, "teams") for team in given.get("teams", ())]
    optional = ("auto_resolve_timeout", "acknowledgement_timeout", "status")
    more: Record = {name: given[name] for name in optional if name in given}
    _add(account, "service", made | more | {"escalation_policy": policy, "teams": teams})
    routing_key = given.get("routing_key") or account.new_key()
    _add(account, "integration", new_integration(integration_id, service_id, routing_key))


def _put_priority(account: Account, given: Record) -> None:
    _add(account, "priority", {"id": account.new_id(), "description": None} | given)


def _put_key(account: Account, given: Record) -> None:
    user = _find(account, "user", given["user"], "user") if given.get("user") else ""
    _add(account, "key", new_key(given["key"], given.get("name") or "seed", user, writes=given.get("writes", True)))


def _named(*more: Field) -> tuple[Field, ...]:
    return (Field("id", blank=False), Field("name", needed=True, blank=False), Field("description"), *more)


TABLES: Final[dict[str, Table]] = {
    "teams": Table(_named(), _put_team),
    "users": Table(
        (
            Field("id", blank=False),
            Field("name", needed=True, blank=False),
            Field("email", needed=True, blank=False),
            Field("role"),
            Field("time_zone"),
            Field("job_title"),
            Field("teams", "list"),
            Field("teams[]", needed=True),
        ),
        _put_user,
    ),
    "schedules": Table(
        _named(Field("users", "list", needed=True, shortest=1), Field("users[]", needed=True)), _put_schedule
    ),
    "escalation_policies": Table(
        _named(
            Field("num_loops", "integer"),
            Field("levels", "list", needed=True),
            Field("levels[].minutes", "integer"),
            Field("levels[].users", "list"),
            Field("levels[].users[]", needed=True),
            Field("levels[].schedules", "list"),
            Field("levels[].schedules[]", needed=True),
        ),
        _put_policy,
    ),
    "services": Table(
        _named(
            Field("escalation_policy"),
            Field("urgency", choices=("high", "low", "severity_based")),
            Field("status", choices=("active", "warning", "critical", "maintenance", "disabled")),
            Field("auto_resolve_timeout", "integer"),
            Field("acknowledgement_timeout", "integer"),
            Field("routing_key", shortest=32, longest=32),
            Field("teams", "list"),
            Field("teams[]", needed=True),
        ),
        _put_service,
    ),
    "priorities": Table(_named(), _put_priority),
    "keys": Table(
        (
            Field("key", needed=True, blank=False),
            Field("name"),
            Field("user"),
            Field("writes", "boolean"),
        ),
        _put_key,
    ),
}
"""``user``, ``users``, ``schedules``, ``teams`` and ``escalation_policy`` name records by id, name or e-mail."""
