"""Alerts, their notes and what came of requests, to be read."""

from __future__ import annotations

import re
from typing import Final

from xsrun.effects.ports import Response
from xsrun.providers import opsgenie
from xsrun.simulators.opsgenie.account import Alerts, no
from xsrun.simulators.routing import Call, Route, reply
from xsrun.simulators.seeding import Record

LARGEST_PAGE: Final = 100
WORDS: Final = re.compile(r'(?P<field>\w+)\s*[:=]\s*(?P<value>"[^"]*"|[^\s"]+)|(?P<word>"[^"]*"|\S+)')
QUERIED: Final = ("alias", "status", "message", "priority", "entity", "source", "tiny", "tag", "acknowledged", "owner")


def get_request(account: Alerts, call: Call) -> Response:
    """``GET /v2/alerts/requests/{id}``."""
    found = account.find("requests", call.arguments[0])
    if found is None:
        raise no(404, "Request not found. It might not be processed, yet.")
    return reply(200, {"data": found["data"]})


def get(account: Alerts, call: Call) -> Response:
    """``GET /v2/alerts/{id}``."""
    return reply(200, {"data": {name: value for name, value in _the_alert(account, call).items() if name != "notes"}})


def _the_alert(account: Alerts, call: Call) -> Record:
    alert = account.named(call)
    if alert is None:
        raise no(404, "Alert not found")
    return alert


def list_notes(account: Alerts, call: Call) -> Response:
    """``GET /v2/alerts/{id}/notes``, the newest first."""
    notes = _the_alert(account, call)["notes"]
    shown = [{**note, "offset": str(place)} for place, note in enumerate(notes)]
    return reply(200, {"data": shown[::-1][: _number(call, "limit", LARGEST_PAGE)]})


def _number(call: Call, name: str, default: int) -> int:
    text = call.one(name) or str(default)
    if not (text.isdecimal() and len(text) < 6):
        raise no(422, "Request is not processable.", errors={name: f"{name} should be a number"})
    return int(text)


def _queried(account: Alerts, call: Call) -> list[Record]:
    """The alerts that a query finds: ``field: value`` and words, all of which must fit."""
    demands = []
    for found in WORDS.finditer(call.one("query")):
        field = (found["field"] or "").lower()
        if (field and field not in QUERIED) or (found["word"] or "").upper() in ("OR", "NOT"):
            raise no(422, "Query is not parseable. Please check the query.")
        if found["field"] or found["word"].upper() != "AND":
            demands.append((field, (found["value"] or found["word"]).strip('"').lower()))
    return [each for each in account.account["alerts"] if all(_fits(each, *demand) for demand in demands)]


def _fits(alert: Record, field: str, value: str) -> bool:
    if field == "tag":
        return value in (tag.lower() for tag in alert["tags"])
    if field in ("", "message"):
        return value.rstrip("*") in alert["message"].lower()
    return str(alert[{"tiny": "tinyId"}.get(field, field)]).lower() == value


def list_all(account: Alerts, call: Call) -> Response:
    """``GET /v2/alerts``, the newest first."""
    found = _queried(account, call)
    limit, offset = min(_number(call, "limit", 20), LARGEST_PAGE), _number(call, "offset", 0)
    if (call.one("order") or "desc") == "desc":
        found = found[::-1]
    left_out = ("notes", "description", "details", "actions", "entity")
    shown = [{name: value for name, value in each.items() if name not in left_out} for each in found]
    return reply(200, {"data": shown[offset : offset + limit], "paging": {}})


def count(account: Alerts, call: Call) -> Response:
    """``GET /v2/alerts/count``."""
    return reply(200, {"data": {"count": len(_queried(account, call))}})


ROUTES: Final = (
    Route(opsgenie.LIST_ALERTS, list_all),
    Route(opsgenie.COUNT_ALERTS, count),
    Route(opsgenie.GET_REQUEST, get_request),
    Route(opsgenie.GET_ALERT, get),
    Route(opsgenie.LIST_NOTES, list_notes),
)
