"""Alert events and heartbeats with the secret of a source; alerts and sources with an API key."""

from __future__ import annotations

from typing import Any, Final

from xsrun.effects.ports import Response
from xsrun.providers import incident_io
from xsrun.simulators.ids import to_millis
from xsrun.simulators.incident_io.errors import TOO_LARGE
from xsrun.simulators.incident_io.lists import CHOICE, ONE_OF, TIME, Filter, Page, matcher, page
from xsrun.simulators.incident_io.seeds import Record
from xsrun.simulators.incident_io.state import Account, Alert, Join
from xsrun.simulators.routing import Call, Route, empty, reply

FILTERS: Final = {
    "deduplication_key": Filter(lambda alert: [alert.key], ("is",)),
    "status": Filter(lambda alert: [alert.status], CHOICE),
    "alert_source": Filter(lambda alert: [alert.source], CHOICE),
    "alert_group_id": Filter(lambda alert: [], ONE_OF),
    "created_at": Filter(lambda alert: [alert.created], TIME),
    "updated_at": Filter(lambda alert: [alert.updated], TIME),
    "has_notes": Filter(lambda alert: ["false"], ("is",)),
}

SLIM_CATEGORIES: Final = {"live": "active", "learning": "post-incident"}
"""Categories of a status that have another word on the incident of an alert."""


def take_event(account: Account, call: Call) -> Response:
    """``POST /v2/alert_events/http/{id}``; the caller is the source."""
    if len(call.request.body) > incident_io.CREATE_ALERT_EVENT.largest:
        raise account.refuse(413, [TOO_LARGE])
    event = account.read_object(call)
    account.require(incident_io.CREATE_ALERT_EVENT.fields, event)
    alert = account.record_event(call.caller, event)
    message = "Event accepted for processing"
    return reply(202, {"status": "success", "message": message, "deduplication_key": alert.key})


def take_ping(account: Account, call: Call) -> Response:
    """``GET`` and ``POST /v2/heartbeat/{id}/ping``."""
    account.pings[call.caller["id"]] = account.clock.now()
    return empty(204)


def show_alert(alert: Alert) -> Record:
    """An alert as the API shows it."""
    return show_slim(alert) | {"attributes": []}


def show_slim(alert: Alert) -> Record:
    """An alert inside another object."""
    shown: dict[str, Any] = {
        "id": alert.id,
        "alert_source_id": alert.source,
        "deduplication_key": alert.key,
        "status": alert.status,
        "title": alert.title,
        "description": alert.description,
        "source_url": alert.source_url,
        "created_at": to_millis(alert.created),
        "updated_at": to_millis(alert.updated),
    }
    if alert.resolved is not None:
        shown["resolved_at"] = to_millis(alert.resolved)
    return {name: value for name, value in shown.items() if value or name == "title"}


def list_alerts(account: Account, call: Call) -> Response:
    """``GET /v2/alerts``, the newest first."""
    wanted = matcher(account, call, FILTERS)
    return page(
        account, call, Page("alerts", incident_io.LIST_ALERTS), reversed(account.alerts.values()), wanted, show_alert
    )


def get_alert(account: Account, call: Call) -> Response:
    """``GET /v2/alerts/{id}``."""
    return reply(200, {"alert": show_alert(_the_alert(account, call))})


def resolve_alert(account: Account, call: Call) -> Response:
    """``POST /v2/alerts/{id}/actions/resolve``."""
    alert = _the_alert(account, call)
    account.resolve(alert)
    return reply(200, {"alert": show_alert(alert)})


def _the_alert(account: Account, call: Call) -> Alert:
    alert = account.alerts.get(call.arguments[0])
    if alert is None:
        raise account.missing()
    return alert


def list_joins(account: Account, call: Call) -> Response:
    """``GET /v2/incident_alerts``, the newest first."""
    alert, incident = call.one("alert_id"), call.one("incident_id")

    def wanted(join: Join) -> bool:
        return alert in ("", join.alert.id) and incident in ("", join.incident.id)

    return page(
        account,
        call,
        Page("incident_alerts", incident_io.LIST_INCIDENT_ALERTS),
        reversed(account.joins),
        wanted,
        lambda join: _show_join(account, join),
    )


def _show_join(account: Account, join: Join) -> Record:
    incident = join.incident
    category = account.settings["incident_statuses"][incident.status]["category"]
    slim = {
        "id": incident.id,
        "external_id": incident.number,
        "reference": f"INC-{incident.number}",
        "name": incident.name,
        "visibility": incident.visibility,
        "status_category": SLIM_CATEGORIES.get(category, category),
    }
    if incident.summary:
        slim["summary"] = incident.summary
    return {"id": join.id, "alert": show_slim(join.alert), "alert_route_id": join.route, "incident": slim}


def list_sources(account: Account, call: Call) -> Response:
    """``GET /v2/alert_sources``; not paged."""
    return reply(
        200, {"alert_sources": [_show_source(source, call) for source in account.settings["alert_sources"].values()]}
    )


def get_source(account: Account, call: Call) -> Response:
    """``GET /v2/alert_sources/{id}``."""
    source = account.settings["alert_sources"].get(call.arguments[0])
    if source is None:
        raise account.missing()
    return reply(200, {"alert_source": _show_source(source, call)})


def _show_source(source: Record, call: Call) -> Record:
    shown: Record = {
        "id": source["id"],
        "name": source["name"],
        "source_type": source["source_type"],
        "secret_token": source["secret"],
        "template": {
            "expressions": [],
            "title": {"label": "Title", "reference": "payload.title"},
            "description": {"label": "Description", "reference": "payload.description"},
            "attributes": [],
            "is_private": False,
        },
    }
    if source["source_type"] == "http":
        shown["alert_events_url"] = f"{call.base}/v2/alert_events/http/{source['id']}"
    else:
        shown["heartbeat_options"] = {
            "interval_seconds": 86_400,
            "grace_period_seconds": 600,
            "failure_threshold": 1,
            "ping_url": f"{call.base}/v2/heartbeat/{source['id']}/ping",
        }
    return shown


SOURCE_ROUTES: Final = (
    Route(incident_io.CREATE_ALERT_EVENT, take_event, "http"),
    Route(incident_io.PING_HEARTBEAT, take_ping, "heartbeat"),
    Route(incident_io.POST_HEARTBEAT, take_ping, "heartbeat"),
)
"""Called with the secret of a source; the rule is the type of source."""

ROUTES: Final = (
    Route(incident_io.LIST_ALERTS, list_alerts),
    Route(incident_io.GET_ALERT, get_alert),
    Route(incident_io.RESOLVE_ALERT, resolve_alert),
    Route(incident_io.LIST_INCIDENT_ALERTS, list_joins),
    Route(incident_io.LIST_ALERT_SOURCES, list_sources),
    Route(incident_io.GET_ALERT_SOURCE, get_source),
)
