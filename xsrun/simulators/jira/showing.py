"""Issues as Jira shows them, and the parts of a call that say how."""

from __future__ import annotations

from xsrun.simulators.ids import to_millis
from xsrun.simulators.jira.site import PRIORITIES, STATUSES, Site
from xsrun.simulators.jira.texts import shown_text
from xsrun.simulators.routing import Call
from xsrun.simulators.seeding import Record


def version_of(call: Call) -> str:
    """The version of the interface that a call is for."""
    return call.request.url.partition("/rest/api/")[2][:1]


def stamp(millis: int) -> str:
    """A time as Jira shows it: ``2026-01-01T12:00:00.000+0000``."""
    return to_millis(millis).removesuffix("Z") + "+0000"


def link_to(call: Call, rest: str) -> str:
    """The address of something in the version that was called."""
    return f"{call.base}/rest/api/{version_of(call)}/{rest}"


def wanted_fields(call: Call) -> list[str]:
    """The fields that the query asks for."""
    return [name.strip() for value in call.every("fields") for name in value.split(",") if name.strip()]


def show_user(call: Call, user: Record | None) -> Record | None:
    """A user as issues show them."""
    if user is None:
        return None
    shown = {"accountId": user["id"], "accountType": "atlassian", "emailAddress": user["email"], "active": True}
    return {
        "self": link_to(call, f"user?accountId={user['id']}"),
        **shown,
        "displayName": user["name"],
        "timeZone": "Etc/UTC",
    }


def show_status(call: Call, status: Record) -> Record:
    """A status with its category."""
    category = {"key": status["category"], "name": status["shown"], "colorName": "blue-gray"}
    return {
        "self": link_to(call, f"status/{status['id']}"),
        "id": status["id"],
        "name": status["name"],
        "statusCategory": category,
    }


def show_comment(site: Site, call: Call, issue: Record, made: Record) -> Record:
    """A comment."""
    author = show_user(call, site.find("users", made["author"]))
    return {
        "self": link_to(call, f"issue/{issue['id']}/comment/{made['id']}"),
        "id": made["id"],
        "author": author,
        "body": shown_text(made["body"], version_of(call)),
        "updateAuthor": author,
        "created": stamp(made["created"]),
        "updated": stamp(made["created"]),
        "jsdPublic": True,
    }


def show(site: Site, call: Call, issue: Record, wanted: list[str]) -> Record:
    """An issue with the fields that are wanted; ``*all`` and ``*navigable`` are all of them."""
    shown: Record = {"expand": "renderedFields,names,schema", "id": issue["id"], "key": issue["key"]}
    shown["self"] = link_to(call, f"issue/{issue['id']}")
    if not wanted or wanted == ["id"]:
        return shown
    fields = _all_fields(site, call, issue)
    everything = any(name in ("*all", "*navigable") for name in wanted)
    return shown | {"fields": {name: value for name, value in fields.items() if everything or name in wanted}}


def _all_fields(site: Site, call: Call, issue: Record) -> Record:
    status = next(each for each in STATUSES if each["id"] == issue["status"])
    project, kind = site.find("projects", issue["project"]), site.find("issue_types", issue["issuetype"])
    comments = [show_comment(site, call, issue, each) for each in issue["comments"]]
    paged = {"maxResults": len(comments), "total": len(comments), "startAt": 0}
    return {
        "summary": issue["summary"],
        "project": project,
        "issuetype": kind,
        "status": show_status(call, status),
        "description": shown_text(issue["description"], version_of(call)),
        "labels": issue["labels"],
        "priority": {"id": str(PRIORITIES.index(issue["priority"]) + 1), "name": issue["priority"]},
        "assignee": show_user(call, site.find("users", issue["assignee"] or "")),
        "reporter": show_user(call, site.find("users", issue["reporter"] or "")),
        "creator": show_user(call, site.find("users", issue["reporter"] or "")),
        "parent": {"key": issue["parent"]} if issue["parent"] else None,
        "duedate": issue["duedate"],
        "created": stamp(issue["created"]),
        "updated": stamp(issue["updated"]),
        "resolutiondate": stamp(issue["resolved"]) if issue["resolved"] else None,
        "resolution": {"id": "10000", "name": "Done"} if issue["resolved"] else None,
        "comment": {"comments": comments, **paged},
    }
