"""Jira Cloud: issues over the platform REST API, versions 3 and 2.

From https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/. Version 3 takes rich text as
Atlassian Document Format, version 2 as text.
"""

from __future__ import annotations

from typing import Final

from xsrun.providers.contracts import Api, Auth, Endpoint
from xsrun.providers.fields import Field, within

PLATFORM: Final = Api(
    "jira",
    "Jira Cloud platform REST API",
    ("*.atlassian.net",),
    Auth(("Basic ",), oauth=("Bearer ",), key="API token"),
    "https://developer.atlassian.com/cloud/jira/platform/rest/v3/",
    elsewhere=("/rest/", "/wiki/", "/gateway/", "/_edge/", "/secure/", "/plugins/"),
)


def _rich(name: str, kind: str, *, needed: bool = False) -> tuple[Field, ...]:
    """A rich text: a document in version 3, a text in version 2."""
    if kind == "text":
        return (Field(name, needed=needed),)
    return (
        Field(name, "object", needed=needed),
        Field(f"{name}.type", needed=True, choices=("doc",)),
        Field(f"{name}.version", "integer", needed=True, between=(1, 1)),
        Field(f"{name}.content", "list", needed=True),
        Field(f"{name}.*", "any"),
    )


def _named(name: str, *ways: str, needed: bool = False) -> tuple[Field, ...]:
    """A record that one of its properties names."""
    first, *others = ways
    return (
        Field(name, "object", needed=needed),
        Field(f"{name}.{first}", needed=True, unless=tuple(f"{name}.{other}" for other in others)),
        *(Field(f"{name}.{other}") for other in others),
    )


def _issue(rich: str) -> tuple[Field, ...]:
    """The properties that every project has; further ones belong to the project."""
    return (
        Field("summary", blank=False, longest=255),
        *_named("project", "key", "id"),
        *_named("issuetype", "name", "id"),
        *_rich("description", rich),
        *_named("priority", "name", "id"),
        Field("labels", "list"),
        Field("labels[]", longest=255),
        Field("assignee", "object"),
        Field("reporter", "object"),
        *_named("parent", "key", "id"),
        Field("components", "list"),
        Field("duedate"),
        Field("*", "any"),
    )


_NEEDED: Final = ("summary", "project", "issuetype")


def _create(rich: str) -> tuple[Field, ...]:
    fields = (each._replace(needed=each.needed or each.path in _NEEDED) for each in _issue(rich))
    return (
        Field("fields", "object", needed=True),
        *within("fields", fields),
        *(Field(name, "object") for name in ("update", "transition", "historyMetadata")),
        Field("properties", "list"),
    )


def _edit(rich: str) -> tuple[Field, ...]:
    return (
        Field("fields", "object"),
        *within("fields", _issue(rich)),
        *(Field(name, "object") for name in ("update", "transition", "historyMetadata")),
        Field("properties", "list"),
    )


def _of_version(version: int, rich: str) -> tuple[Endpoint, ...]:
    root = f"/rest/api/{version}"
    comment = (*_rich("body", rich, needed=True), Field("visibility", "object"), Field("properties", "list"))
    return (
        Endpoint(PLATFORM, "POST", f"{root}/issue", "Create issue", 201, _create(rich)),
        Endpoint(PLATFORM, "GET", f"{root}/issue/{{issueIdOrKey}}", "Get issue"),
        Endpoint(PLATFORM, "PUT", f"{root}/issue/{{issueIdOrKey}}", "Edit issue", 204, _edit(rich)),
        Endpoint(PLATFORM, "POST", f"{root}/issue/{{issueIdOrKey}}/comment", "Add comment", 201, comment),
        Endpoint(
            PLATFORM, "POST", f"{root}/issue/{{issueIdOrKey}}/transitions", "Transition issue", 204,
            (*_named("transition", "id", needed=True), Field("transition.*", "any"), *_edit(rich)[:-4]),
        ),
        Endpoint(PLATFORM, "GET", f"{root}/issue/{{issueIdOrKey}}/transitions", "Get transitions"),
        Endpoint(
            PLATFORM, "GET", f"{root}/search/jql", "Search for issues using JQL enhanced search",
            query=(*map(Field, ("jql", "nextPageToken", "fields", "expand")), Field("maxResults", "integer")),
        ),
        Endpoint(PLATFORM, "GET", f"{root}/myself", "Get current user"),
        Endpoint(PLATFORM, "GET", f"{root}/serverInfo", "Get Jira instance info"),
        Endpoint(PLATFORM, "GET", f"{root}/field", "Get fields"),
        Endpoint(PLATFORM, "GET", f"{root}/project/{{projectIdOrKey}}", "Get project"),
        Endpoint(PLATFORM, "GET", f"{root}/issue/{{issueIdOrKey}}/comment", "Get comments"),
    )  # fmt: skip


V3: Final = _of_version(3, "object")
V2: Final = _of_version(2, "text")
CREATE_ISSUE, GET_ISSUE, EDIT_ISSUE, ADD_COMMENT, TRANSITION_ISSUE, GET_TRANSITIONS, SEARCH = V3[:7]
CREATE_ISSUE_2: Final = V2[0]

ENDPOINTS: Final = (*V3, *V2)
