"""Incidents and components of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

from xsrun.effects.ports import Response
from xsrun.providers import statuspage
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import Problem
from xsrun.simulators.ids import to_millis
from xsrun.simulators.plain import broken
from xsrun.simulators.routing import Call, Route, read_json, reply
from xsrun.simulators.seeding import Record
from xsrun.simulators.statuspage.page import IMPACTS, Page, no

ENDED: Final = ("resolved", "completed")
PLANNED: Final = ("scheduled", "in_progress", "verifying", "completed")
SEVERITY: Final = ("none", "maintenance", "minor", "major", "critical")
SET: Final = ("name", "impact_override", "metadata", "scheduled_for", "scheduled_until", "reminder_intervals")
"""Properties of a body that an incident takes as they are."""
SWITCHES: Final = ("scheduled_auto_completed", "scheduled_auto_in_progress", "scheduled_remind_prior")
LARGEST_PAGE: Final = 100


def read_body(call: Call, endpoint: Endpoint) -> Record:
    """What stands under the wrapper in the body: JSON or a form. Raises Refused."""
    kind = call.request.header("Content-Type").partition(";")[0].strip().lower()
    body: Any = None
    if kind == "application/x-www-form-urlencoded":
        body = _of_form(call.request.body.decode("utf-8", "replace"))
    else:
        try:
            body = read_json(call.request.body or b"{}")
        except ValueError:
            raise no(400, "The body is no valid JSON") from None
    given = body.get(endpoint.wrapper) if isinstance(body, dict) else None
    if not isinstance(given, dict) or not given:
        raise no(400, f"param is missing or the value is empty: {endpoint.wrapper}")
    found = broken(endpoint, given)
    if found:
        raise no(422, *map(_said, found))
    return given


def _of_form(text: str) -> Record:
    """``incident[name]=x`` and ``incident[component_ids][]=y`` as objects and lists."""
    body: Record = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        place: Any = body
        *path, last = name.replace("]", "").split("[")
        for step in path[:-1] if last == "" else path:
            place = place.setdefault(step, {})
        if last == "":
            place.setdefault(path[-1], []).append(value)
        else:
            place[last] = {"true": True, "false": False}.get(value, value)
    return body


def _said(problem: Problem) -> str:
    label = problem.path.rpartition(".")[2].replace("_", " ").capitalize()
    match problem.reason:
        case "missing":
            return f"{label} can't be blank"
        case "choice":
            return f"{label} must be one of the following: {', '.join(problem.field.choices)}"
        case _:
            return f"{label} is invalid"


def _on_page(page: Page, call: Call) -> None:
    if page.find("pages", call.arguments[0]) is None:
        raise no(404, "Not found")


def _the(page: Page, call: Call, kind: str) -> Record:
    _on_page(page, call)
    found = page.find(kind, call.arguments[1])
    if found is None:
        raise no(404, "Not found")
    return found


# ---------------------------------------------------------------- incidents


def create(page: Page, call: Call) -> Response:
    """``POST /v1/pages/{page_id}/incidents``."""
    _on_page(page, call)
    body = read_body(call, statuspage.CREATE_INCIDENT)
    now = to_millis(page.clock.now())
    planned = bool(body.get("scheduled_for"))
    incident: Record = {
        "id": page.new_id(),
        "page_id": call.arguments[0],
        "name": "",
        "status": "scheduled" if planned else "investigating",
        "created_at": now,
        "updated_at": now,
        "started_at": now,
        "monitoring_at": None,
        "resolved_at": None,
        "impact_override": None,
        "metadata": {},
        "scheduled_for": None,
        "scheduled_until": None,
        "reminder_intervals": None,
        **dict.fromkeys(SWITCHES, False),
        "components": [],
        "incident_updates": [],
    }
    _take(page, incident, body)
    page.put("incidents", incident)
    return reply(201, _show(page, call, incident))


def change(page: Page, call: Call) -> Response:
    """``PATCH`` and ``PUT /v1/pages/{page_id}/incidents/{incident_id}``."""
    incident = _the(page, call, "incidents")
    _take(page, incident, read_body(call, statuspage.UPDATE_INCIDENT))
    return reply(200, _show(page, call, incident))


def _take(page: Page, incident: Record, body: Record) -> None:
    """Have an incident be what a body says, and write down what changes for those who read the page."""
    statuses = body.get("components") or {}
    named = [*(body.get("component_ids") or ()), *statuses]
    unknown = [each for each in named if page.find("components", each) is None]
    if unknown:
        raise no(422, f"Component ids {', '.join(unknown)} are not components of this page")
    at = to_millis(page.clock.now())
    incident |= {name: body[name] for name in (*SET, *SWITCHES) if body.get(name) is not None} | {"updated_at": at}
    if body.get("status"):
        incident["status"] = body["status"]
    if "component_ids" in body or statuses:
        incident["components"] = list(dict.fromkeys([*incident["components"], *named]))
    affected = [_turn(page, each, status) for each, status in statuses.items()]
    if incident["status"] == "monitoring":
        incident["monitoring_at"] = incident["monitoring_at"] or at
    if incident["status"] in ENDED:
        incident["resolved_at"] = incident["resolved_at"] or at
    else:
        incident["resolved_at"] = None
    if body.keys() & {"status", "body", "components"} or not incident["incident_updates"]:
        incident["incident_updates"].insert(0, _update(page, incident, body, affected, at))


def _turn(page: Page, component_id: str, status: str) -> Record:
    component = page.find("components", component_id) or {}
    old, component["status"] = component["status"], status
    return {"code": component_id, "name": component["name"], "old_status": old, "new_status": status}


def _update(page: Page, incident: Record, body: Record, affected: list[Record], at: str) -> Record:
    return {
        "id": page.new_id(),
        "incident_id": incident["id"],
        "status": incident["status"],
        "body": body.get("body") or "",
        "affected_components": affected,
        "deliver_notifications": body.get("deliver_notifications", True),
        "custom_tweet": None,
        "tweet_id": None,
        "wants_twitter_update": False,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
    }


def get(page: Page, call: Call) -> Response:
    """``GET /v1/pages/{page_id}/incidents/{incident_id}``."""
    return reply(200, _show(page, call, _the(page, call, "incidents")))


def delete(page: Page, call: Call) -> Response:
    """``DELETE /v1/pages/{page_id}/incidents/{incident_id}``: answers what was deleted."""
    incident = _the(page, call, "incidents")
    page.account["incidents"].remove(incident)
    return reply(200, _show(page, call, incident))


def list_all(page: Page, call: Call) -> Response:
    """``GET /v1/pages/{page_id}/incidents``, the newest first."""
    wanted = call.one("q").lower()
    return _listed(page, call, (each for each in page.account["incidents"] if wanted in each["name"].lower()))


def list_unresolved(page: Page, call: Call) -> Response:
    """``GET /v1/pages/{page_id}/incidents/unresolved``: neither ended nor planned, the newest first."""
    return _listed(page, call, (each for each in page.account["incidents"] if each["status"] not in (*ENDED, *PLANNED)))


def _listed(page: Page, call: Call, found: Iterable[Record]) -> Response:
    _on_page(page, call)
    size, number = _count(call, "limit", LARGEST_PAGE), _count(call, "page", 1)
    first = (max(number, 1) - 1) * size
    shown = [_show(page, call, each) for each in reversed(list(found))]
    return reply(200, shown[first : first + size])


def _count(call: Call, name: str, default: int) -> int:
    text = call.one(name)
    return min(int(text), LARGEST_PAGE) if text.isdecimal() and len(text) < 6 and int(text) else default


def _show(page: Page, call: Call, incident: Record) -> Record:
    components = [_show_component(page, each) for each in incident["components"]]
    worst = max((IMPACTS[each["status"]] for each in components), key=SEVERITY.index, default="none")
    impact = incident["impact_override"] or ("maintenance" if incident["status"] in PLANNED else worst)
    post_mortem = dict.fromkeys(
        ("postmortem_body", "postmortem_body_last_updated_at", "postmortem_ignored", "postmortem_published_at")
    )
    link = f"{call.base}/incidents/{incident['id']}"
    return {**incident, "impact": impact, "components": components, "shortlink": link, **post_mortem}


# ---------------------------------------------------------------- components


def _show_component(page: Page, component_id: str) -> Record:
    component = page.find("components", component_id) or {}
    more = {"position": page.account["components"].index(component) + 1, "group": False, "group_id": None}
    return {
        **component,
        **more,
        "page_id": page.account["pages"][0]["id"],
        "showcase": True,
        "only_show_if_degraded": False,
    }


def list_components(page: Page, call: Call) -> Response:
    """``GET /v1/pages/{page_id}/components``."""
    _on_page(page, call)
    return reply(200, [_show_component(page, each["id"]) for each in page.account["components"]])


def change_component(page: Page, call: Call) -> Response:
    """``PATCH`` and ``PUT /v1/pages/{page_id}/components/{component_id}``."""
    component = _the(page, call, "components")
    body = read_body(call, statuspage.UPDATE_COMPONENT)
    component |= {name: body[name] for name in ("name", "description", "status") if body.get(name) is not None}
    return reply(200, _show_component(page, component["id"]))


ROUTES: Final = (
    Route(statuspage.CREATE_INCIDENT, create),
    Route(statuspage.LIST_INCIDENTS, list_all),
    Route(statuspage.LIST_UNRESOLVED, list_unresolved),
    Route(statuspage.GET_INCIDENT, get),
    Route(statuspage.UPDATE_INCIDENT, change),
    Route(statuspage.REPLACE_INCIDENT, change),
    Route(statuspage.DELETE_INCIDENT, delete),
    Route(statuspage.LIST_COMPONENTS, list_components),
    Route(statuspage.UPDATE_COMPONENT, change_component),
    Route(statuspage.REPLACE_COMPONENT, change_component),
)
