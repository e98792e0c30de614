"""What a seed file may put into an account of incident.io."""

from __future__ import annotations

from typing import Final

from xsrun.providers.fields import Field
from xsrun.simulators.incident_io.seeds import ALL_ROLES, ROUTE_ID, Record, new_key, new_setting, new_source
from xsrun.simulators.incident_io.state import Account
from xsrun.simulators.seeding import Table

CATEGORIES: Final = ("triage", "declined", "merged", "canceled", "live", "learning", "closed", "paused")


def _add(account: Account, kind: str, record: Record) -> None:
    account.settings[kind][record["id"]] = record


def _put_user(account: Account, given: Record) -> None:
    _add(account, "users", {"id": account.new_id(), "slack_user_id": "", "role": "responder"} | given)


def _put_severity(account: Account, given: Record) -> None:
    setting_id, rank = given.get("id") or account.new_id(), given["rank"]
    _add(account, "severities", new_setting(setting_id, given["name"], given.get("description") or "", rank))


def _put_status(account: Account, given: Record) -> None:
    statuses = account.settings["incident_statuses"]
    setting_id, rank = given.get("id") or account.new_id(), given.get("rank", len(statuses) + 1)
    description = given.get("description") or f"Category {given['category']}."
    status = new_setting(setting_id, given["name"], description, rank, category=given["category"])
    _add(account, "incident_statuses", status)


def _put_source(account: Account, given: Record) -> None:
    secret = {"secret": given["secret"]} if given.get("secret") else {}
    route = ROUTE_ID if given.get("opens_incidents") else ""
    kind = given.get("source_type") or "http"
    source = new_source(given.get("id") or account.new_id(), given["name"], kind, route=route, **secret)
    _add(account, "alert_sources", source)


def _put_key(account: Account, given: Record) -> None:
    roles = tuple(given.get("roles", ALL_ROLES))
    _add(account, "api_keys", new_key(account.new_id(), given["key"], given.get("name") or "seed", roles))


def _named(*more: Field) -> tuple[Field, ...]:
    return (Field("id", blank=False), Field("name", needed=True, blank=False), *more)


TABLES: Final[dict[str, Table]] = {
    "users": Table(_named(Field("email", needed=True, blank=False), Field("slack_user_id"), Field("role")), _put_user),
    "severities": Table(_named(Field("rank", "integer", needed=True), Field("description")), _put_severity),
    "statuses": Table(
        _named(Field("category", needed=True, choices=CATEGORIES), Field("rank", "integer"), Field("description")),
        _put_status,
    ),
    "alert_sources": Table(
        _named(
            Field("source_type", choices=("http", "heartbeat")),
            Field("secret", blank=False),
            Field("opens_incidents", "boolean"),
        ),
        _put_source,
    ),
    "keys": Table(
        (
            Field("key", needed=True, blank=False),
            Field("name"),
            Field("roles", "list"),
            Field("roles[]", needed=True, choices=ALL_ROLES),
        ),
        _put_key,
    ),
}
