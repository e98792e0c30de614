"""The Jira simulator: issues, their workflow and searching."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from provider_client import JSON, Client

from xsrun.effects.ports import Request
from xsrun.simulators.jira.site import API_TOKEN, EMAIL, READER, READER_TOKEN

BASE = "https://your-site.atlassian.net"
DOCUMENT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "98 %"}]}],
}


def basic(email: str, token: str) -> str:
    return "Basic " + b64encode(f"{email}:{token}".encode()).decode()


@pytest.fixture
def client() -> Client:
    return Client("jira", BASE, basic(EMAIL, API_TOKEN))


def fields(**more: Any) -> dict[str, Any]:
    return {"fields": {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "Disk full"} | more}


def create(client: Client, **more: Any) -> Any:
    status, answer = client.ask("POST", "/rest/api/3/issue", fields(**more))
    assert status == 201, answer
    return answer


def found(client: Client, jql: str, **query: str) -> list[str]:
    return [each["key"] for each in client.get("/rest/api/3/search/jql", jql=jql, **query)["issues"]]


def test_the_life_of_an_issue(client: Client) -> None:
    made = create(client, description=DOCUMENT, labels=["xs-1"], priority={"name": "High"})
    assert made == {"id": "10000", "key": "OPS-1", "self": f"{BASE}/rest/api/3/issue/10000"}
    issue = client.get("/rest/api/3/issue/ops-1")["fields"]
    assert (issue["summary"], issue["description"], issue["priority"]["name"]) == ("Disk full", DOCUMENT, "High")
    assert issue["created"] == "2026-01-01T12:00:00.000+0000"
    assert client.get("/rest/api/2/issue/10000")["fields"]["description"] == "98 %"
    assert list(client.get("/rest/api/3/issue/OPS-1", fields="summary,status")["fields"]) == ["summary", "status"]
    status, comment = client.ask("POST", "/rest/api/3/issue/OPS-1/comment", {"body": DOCUMENT})
    assert (status, comment["author"]["displayName"]) == (201, "Casey Rivera")
    assert client.ask("PUT", "/rest/api/3/issue/OPS-1", {"fields": {"summary": "Disk is full"}}) == (204, None)
    moves = client.get("/rest/api/3/issue/OPS-1/transitions")["transitions"]
    done = next(each["id"] for each in moves if each["to"]["statusCategory"]["key"] == "done")
    assert client.ask("POST", "/rest/api/3/issue/OPS-1/transitions", {"transition": {"id": done}}) == (204, None)
    issue = client.get("/rest/api/3/issue/OPS-1")["fields"]
    assert (issue["summary"], issue["status"]["name"], issue["resolution"]["name"]) == ("Disk is full", "Done", "Done")
    assert issue["comment"]["total"] == 1
    assert client.get("/rest/api/3/myself")["emailAddress"] == EMAIL


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"summary": " "}, {"summary": "You must specify a summary of the issue."}),
        ({"summary": "x" * 255}, {"summary": "Summary must be less than 255 characters."}),
        ({"summary": "a\nb"}, {"summary": "The summary is invalid because it contains newline characters."}),
        ({"project": {"key": "NOBODY"}}, {"project": "valid project is required"}),
        ({"project": None, "issuetype": None},
         {"project": "Specify a valid project ID or key", "issuetype": "Specify an issue type"}),
        ({"description": "98 %"},
         {"description": "Operation value must be an Atlassian Document (see the Atlassian Document Format)"}),
        ({"labels": ["a b"]}, {"labels": "The label 'a b' contains spaces which is invalid."}),
        ({"colour": "red"},
         {"colour": "Field 'colour' cannot be set. It is not on the appropriate screen, or unknown."}),
        ({"duedate": "soon"}, {"duedate": "Specify a valid date in YYYY-MM-DD format"}),
        ({"assignee": {"accountId": "nobody"}}, {"assignee": "Specify a valid value for assignee"}),
        ({"parent": {"key": "OPS-9"}}, {"parent": "Could not find issue by id or key."}),
    ],
)  # fmt: skip
def test_issues_that_are_refused(client: Client, change: dict[str, Any], errors: dict[str, str]) -> None:
    assert client.ask("POST", "/rest/api/3/issue", fields(**change)) == (400, {"errorMessages": [], "errors": errors})
    assert client.simulator.contents()["issues"] == []


def test_texts_of_version_2(client: Client) -> None:
    status, made = client.ask("POST", "/rest/api/2/issue", fields(description="a\n\nb"))
    assert status == 201
    document = client.get(f"/rest/api/3/issue/{made['key']}")["fields"]["description"]
    assert [each["content"][0]["text"] for each in document["content"]] == ["a", "b"]
    assert client.get(f"/rest/api/2/issue/{made['key']}")["fields"]["description"] == "a\n\nb"
    refused = client.ask("POST", "/rest/api/2/issue", fields(description=DOCUMENT))[1]
    assert refused["errors"] == {"description": "Operation value must be a string"}


@pytest.mark.parametrize("sent", ["", "Basic x", basic(EMAIL, "nobody"), basic("nobody@x.test", API_TOKEN), "Bearer x"])
def test_wrong_keys(sent: str) -> None:
    answer = Client("jira", BASE, sent).send("GET", "/rest/api/3/myself")
    assert (answer.status, answer.body) == (401, b"Client must be authenticated to access this resource.")


def test_who_only_reads(client: Client) -> None:
    create(client)
    reader = Client("jira", BASE, basic(READER, READER_TOKEN))
    status, answer = reader.ask("POST", "/rest/api/3/issue", fields())
    assert (status, list(answer["errors"])) == (400, ["project"])
    client.authorization = reader.authorization
    assert client.ask("PUT", "/rest/api/3/issue/OPS-1", {"fields": {}})[0] == 403
    assert client.ask("POST", "/rest/api/3/issue/OPS-1/comment", {"body": DOCUMENT})[0] == 403
    assert client.get("/rest/api/3/issue/OPS-1")["key"] == "OPS-1"


def test_calls_that_make_no_sense(client: Client) -> None:
    create(client)
    missing = {"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}}
    assert client.ask("GET", "/rest/api/3/issue/OPS-9") == (404, missing)
    assert client.send("POST", "/rest/api/3/issue", b"{", JSON).status == 400
    assert client.send("POST", "/rest/api/3/issue", b"{}").status == 415
    path = "/rest/api/3/issue/OPS-1/transitions"
    assert client.ask("POST", path, {"transition": {"id": "99"}})[1]["errorMessages"] == [
        "Transition id '99' is not valid for this issue."
    ]
    assert client.ask("POST", path, {})[0] == 400
    assert client.ask("POST", "/rest/api/3/issue/OPS-1/comment", {"body": "x"})[0] == 400
    assert client.ask("GET", "/rest/api/3/nowhere")[0] == 404


# ---------------------------------------------------------------- searching


def test_searches(client: Client) -> None:
    for summary, labels in (("Disk full", ["xs-1"]), ("Fan loud", ["xs-1", "b"]), ("Disk gone", [])):
        create(client, summary=summary, labels=labels)
        client.clock.time += 1000
    client.ask("POST", "/rest/api/3/issue/OPS-2/transitions", {"transition": {"id": "31"}})
    assert found(client, "project = OPS") == ["OPS-3", "OPS-2", "OPS-1"]
    assert found(client, 'project = "OPS" AND labels = "xs-1" AND statusCategory != Done') == ["OPS-1"]
    assert found(client, "labels in (b, c)") == ["OPS-2"]
    assert found(client, "labels is EMPTY") == ["OPS-3"]
    assert found(client, "labels not in (b) order by created asc") == ["OPS-1"]
    assert found(client, "summary ~ disk ORDER BY summary DESC, key") == ["OPS-3", "OPS-1"]
    assert found(client, "status = 'To Do' and assignee is empty and key != OPS-1") == ["OPS-3"]
    page = client.get("/rest/api/3/search/jql", jql="project = OPS", maxResults="2", fields="summary")
    assert (page["isLast"], [each["fields"] for each in page["issues"]]) == (
        False,
        [{"summary": "Disk gone"}, {"summary": "Fan loud"}],
    )
    assert found(client, "project = OPS", maxResults="2", nextPageToken=page["nextPageToken"]) == ["OPS-1"]
    assert "fields" not in client.get("/rest/api/3/search/jql", jql="project = OPS")["issues"][0]


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("", "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."),
        ("order by created", "Unbounded JQL queries are not allowed here."),
        ("project = NOBODY", "The value 'NOBODY' does not exist for the field 'project'."),
        ("colour = red", "Field 'colour' does not exist or you do not have permission to view it."),
        ("project", "Error in the JQL Query: Expecting operator but got '' after 'project'."),
        ("project = OPS labels = a", "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'labels'."),
        ("project = OPS OR key = OPS-1", "Error in the JQL Query: this simulator joins clauses by AND only"),
        ("(project = OPS)", "Error in the JQL Query: this simulator joins clauses by AND only"),
        ("assignee = currentUser()", "Error in the JQL Query: this simulator knows no function 'currentUser'."),
        ('summary ~ "a', "Error in the JQL Query: The character '\"' is a reserved JQL character."),
        ("labels is red", "The operator 'is' takes EMPTY or NULL only."),
    ],
)
def test_searches_that_are_refused(client: Client, jql: str, message: str) -> None:
    status, answer = client.ask("GET", "/rest/api/3/search/jql", jql=jql)
    assert status == 400
    assert answer["errorMessages"][0].startswith(message)


def test_forced_failures(client: Client) -> None:
    for status in (400, 401, 403, 404, 429, 500, 503):
        assert client.simulator.forced(status, Request("GET", f"{BASE}/rest/api/3/myself")).status == status
    limited = client.simulator.forced(429, Request("GET", BASE))
    assert (limited.header("Retry-After"), list(json.loads(limited.body))) == ("1", ["errorMessages", "errors"])
