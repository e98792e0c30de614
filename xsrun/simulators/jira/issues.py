"""Issues: create, read, edit, comment, move through the workflow."""

from __future__ import annotations

from typing import Final

from xsrun.effects.ports import Response
from xsrun.providers import jira
from xsrun.simulators.jira.reading import SET, Reading
from xsrun.simulators.jira.showing import link_to, show, show_comment, show_status, show_user, version_of, wanted_fields
from xsrun.simulators.jira.site import STATUSES, Site, no, read_body
from xsrun.simulators.jira.texts import as_document
from xsrun.simulators.routing import Call, Handler, Route, empty, reply
from xsrun.simulators.seeding import Record


def _fields(call: Call) -> Record:
    body = read_body(call)
    fields = body.get("fields") or {}
    if not isinstance(fields, dict):
        raise no(400, "Can not deserialize the fields of the request")
    return fields


def create(site: Site, call: Call) -> Response:
    """``POST /rest/api/{version}/issue``."""
    if not call.caller["writes"]:
        raise no(400, project="You cannot create issues in this project.")
    reading = Reading(site, version_of(call), _fields(call))
    needed, others = reading.needed(), reading.others()
    if reading.errors:
        raise no(400, **reading.errors)
    project = site.find("projects", needed["project"]) or {}
    number = 1 + sum(each["project"] == project["id"] for each in site.account["issues"])
    now = site.clock.now()
    absent = dict.fromkeys(("description", "assignee", "parent", "duedate"))
    issue = {
        "id": str(10_000 + len(site.account["issues"])),
        "key": f"{project['key']}-{number}",
        "status": STATUSES[0]["id"],
        "created": now,
        "updated": now,
        "resolved": None,
        "comments": [],
        **absent,
        "labels": [],
        "priority": "Medium",
        "reporter": call.caller["id"],
        **others,
        **needed,
    }
    site.put("issues", issue)
    return reply(201, {"id": issue["id"], "key": issue["key"], "self": link_to(call, f"issue/{issue['id']}")})


def get(site: Site, call: Call) -> Response:
    """``GET /rest/api/{version}/issue/{issueIdOrKey}``."""
    return reply(200, show(site, call, site.issue(call.arguments[0]), wanted_fields(call) or ["*all"]))


def edit(site: Site, call: Call) -> Response:
    """``PUT /rest/api/{version}/issue/{issueIdOrKey}``."""
    issue = site.issue(call.arguments[0])
    if not call.caller["writes"]:
        raise no(403, "You do not have permission to edit issues in this project.")
    reading = Reading(site, version_of(call), _fields(call))
    changes = reading.others()
    if reading.errors:
        raise no(400, **reading.errors)
    issue |= changes | {"updated": site.clock.now()}
    return empty(204)


def comment(site: Site, call: Call) -> Response:
    """``POST /rest/api/{version}/issue/{issueIdOrKey}/comment``."""
    issue, version = site.issue(call.arguments[0]), version_of(call)
    if not call.caller["writes"]:
        raise no(403, "You do not have the permission to comment on this issue.")
    body = read_body(call).get("body")
    document = as_document(body, version)
    if not body or document is None:
        raise no(400, comment="Comment body can not be empty!" if not body else "Comment body is not valid!")
    now = site.clock.now()
    made = {"id": str(20_000 + len(issue["comments"])), "author": call.caller["id"], "body": document, "created": now}
    issue["comments"].append(made)
    issue["updated"] = now
    return reply(201, show_comment(site, call, issue, made))


def list_transitions(site: Site, call: Call) -> Response:
    """``GET /rest/api/{version}/issue/{issueIdOrKey}/transitions``."""
    site.issue(call.arguments[0])
    shown = [
        {
            "id": status["transition"],
            "name": status["name"],
            "to": show_status(call, status),
            "hasScreen": False,
            "isGlobal": True,
            "isInitial": False,
            "isAvailable": True,
            "isConditional": False,
        }
        for status in STATUSES
    ]
    return reply(200, {"expand": "transitions", "transitions": shown})


def transition(site: Site, call: Call) -> Response:
    """``POST /rest/api/{version}/issue/{issueIdOrKey}/transitions``."""
    issue = site.issue(call.arguments[0])
    wanted = read_body(call).get("transition")
    if not isinstance(wanted, dict) or not wanted.get("id"):
        raise no(400, "Missing 'transition' identifier")
    found = next((status for status in STATUSES if status["transition"] == str(wanted["id"])), None)
    if found is None or not call.caller["writes"]:
        raise no(400, f"Transition id '{wanted['id']}' is not valid for this issue.")
    now = site.clock.now()
    issue |= {"status": found["id"], "updated": now, "resolved": now if found["category"] == "done" else None}
    return empty(204)


def get_myself(_site: Site, call: Call) -> Response:
    """``GET /rest/api/{version}/myself``."""
    return reply(200, show_user(call, call.caller))


def get_server_info(_site: Site, call: Call) -> Response:
    """``GET /rest/api/{version}/serverInfo``."""
    known = {"baseUrl": call.base, "version": "1001.0.0-SNAPSHOT", "versionNumbers": [1001, 0, 0]}
    return reply(200, {**known, "deploymentType": "Cloud", "buildNumber": 100_000, "serverTitle": "Jira"})


def list_fields(_site: Site, _call: Call) -> Response:
    """``GET /rest/api/{version}/field``."""
    known = {"custom": False, "orderable": True, "navigable": True, "searchable": True}
    return reply(
        200, [{"id": name, "key": name, "name": name.capitalize(), "clauseNames": [name], **known} for name in SET]
    )


def get_project(site: Site, call: Call) -> Response:
    """``GET /rest/api/{version}/project/{projectIdOrKey}``."""
    name = call.arguments[0]
    found = site.find("projects", name.upper(), "key") or site.find("projects", name)
    if found is None:
        raise no(404, f"No project could be found with key '{name}'.")
    kinds = {"issueTypes": site.account["issue_types"], "projectTypeKey": "software", "simplified": False}
    return reply(200, {**found, "self": link_to(call, f"project/{found['id']}"), **kinds})


def list_comments(site: Site, call: Call) -> Response:
    """``GET /rest/api/{version}/issue/{issueIdOrKey}/comment``, the oldest first."""
    issue = site.issue(call.arguments[0])
    shown = [show_comment(site, call, issue, each) for each in issue["comments"]]
    return reply(200, {"startAt": 0, "maxResults": 100, "total": len(shown), "comments": shown})


HANDLERS: Final[dict[str, Handler]] = {
    "Create issue": create,
    "Get issue": get,
    "Edit issue": edit,
    "Add comment": comment,
    "Transition issue": transition,
    "Get transitions": list_transitions,
    "Get current user": get_myself,
    "Get Jira instance info": get_server_info,
    "Get project": get_project,
    "Get fields": list_fields,
    "Get comments": list_comments,
}
ROUTES: Final = tuple(
    Route(each, HANDLERS[each.operation]) for each in (*jira.V3, *jira.V2) if each.operation in HANDLERS
)
