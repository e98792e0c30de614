"""The Opsgenie simulator: what changes an alert is a request, and an alias is open once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from provider_client import JSON, Client

from xsrun.effects.ports import Request
from xsrun.simulators.opsgenie.account import API_KEY, READONLY_KEY, TEAM_ID

BASE = "https://api.opsgenie.com"


@pytest.fixture
def client() -> Client:
    return Client("opsgenie", BASE, f"GenieKey {API_KEY}")


def taken(client: Client, path: str, body: Any = None, **query: str) -> Any:
    """What came of a request that was taken."""
    status, answer = client.ask("POST", path, {} if body is None else body, **query)
    assert (status, answer["result"]) == (202, "Request will be processed")
    return client.get(f"/v2/alerts/requests/{answer['requestId']}")["data"]


def create(client: Client, **more: Any) -> Any:
    return taken(client, "/v2/alerts", {"message": "Disk full", "alias": "disk"} | more)


def alert(client: Client, alias: str = "disk") -> Any:
    return client.get(f"/v2/alerts/{alias}", identifierType="alias")["data"]


def test_the_life_of_an_alert(client: Client) -> None:
    made = create(client, responders=[{"type": "team", "name": "Platform"}, {"type": "team", "name": "Nobody"}])
    assert (made["success"], made["action"], made["status"], made["alias"]) == (True, "Create", "Created alert", "disk")
    shown = alert(client)
    assert (shown["status"], shown["priority"], shown["tinyId"], shown["count"]) == ("open", "P3", "1", 1)
    assert shown["responders"] == [{"type": "team", "id": TEAM_ID}]
    assert client.get(f"/v2/alerts/{made['alertId']}")["data"] == shown
    assert client.get("/v2/alerts/1", identifierType="tiny")["data"] == shown
    client.clock.time += 60_000
    path = f"/v2/alerts/{made['alertId']}"
    assert taken(client, f"{path}/acknowledge", {"user": "ada@example.com"})["action"] == "Acknowledge"
    assert alert(client)["report"] == {"ackTime": 60_000, "acknowledgedBy": "ada@example.com"}
    taken(client, f"{path}/notes", {"note": "On it.", "user": "ada@example.com"})
    [note] = client.get(f"{path}/notes")["data"]
    assert (note["note"], note["owner"]) == ("On it.", "ada@example.com")
    taken(client, f"{path}/tags", {"tags": ["a", "b"]})
    taken(client, f"{path}/tags", {"tags": ["b"]})
    taken(client, f"{path}/snooze", {"endTime": "2026-01-02T00:00:00Z"})
    assert (alert(client)["tags"], alert(client)["snoozed"]) == (["a", "b"], True)
    taken(client, f"{path}/unacknowledge")
    assert alert(client)["acknowledged"] is False
    taken(client, "/v2/alerts/disk/close", {"note": "Done."}, identifierType="alias")
    assert (alert(client)["status"], alert(client)["report"]["closedBy"]) == ("closed", "System")
    status, _ = client.ask("DELETE", path)
    assert status == 202
    assert client.ask("GET", path)[0] == 404


def test_an_alias_is_open_once(client: Client) -> None:
    first = create(client)
    assert create(client, note="Again")["alertId"] == first["alertId"]
    assert alert(client)["count"] == 2
    taken(client, "/v2/alerts/disk/close", identifierType="alias")
    second = create(client)
    assert second["alertId"] != first["alertId"]
    assert alert(client)["id"] == second["alertId"]
    assert create(client, alias=None)["alias"] not in ("", "disk")


def test_what_is_not_there_is_told_by_its_request(client: Client) -> None:
    told = taken(client, "/v2/alerts/nobody/close", identifierType="alias")
    assert (told["success"], told["status"], told["alertId"]) == (False, "Alert does not exist", "")
    assert client.ask("GET", "/v2/alerts/nobody")[0] == 404
    status, answer = client.ask("GET", "/v2/alerts/requests/nobody")
    assert (status, answer["message"]) == (404, "Request not found. It might not be processed, yet.")


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"message": ""}, {"message": "Message can not be empty."}),
        ({"message": "x" * 131}, {"message": "Message can not be longer than 130."}),
        ({"priority": "P9"}, {"priority": "Priority should be one of [P1, P2, P3, P4, P5]"}),
        ({"tags": "x"}, {"tags": "Tags should be a valid list"}),
        ({"alias": "x" * 513}, {"alias": "Alias can not be longer than 512."}),
        ({"responders": [{"name": "x"}]}, {"responders.0.type": "Type can not be empty."}),
    ],
)
def test_alerts_that_are_refused(client: Client, change: dict[str, Any], errors: dict[str, str]) -> None:
    status, answer = client.ask("POST", "/v2/alerts", {"message": "Disk full"} | change)
    assert (status, answer["errors"]) == (422, errors)
    assert answer["message"] == "Request body is not processable. Please check the errors."
    assert {"took", "requestId"} <= set(answer)


def test_keys() -> None:
    nobody = Client("opsgenie", BASE)
    assert nobody.ask("GET", "/v2/alerts")[0] == 401
    for sent in ("GenieKey nobody", f"Bearer {API_KEY}"):
        status, answer = Client("opsgenie", BASE, sent).ask("GET", "/v2/alerts")
        assert (status, answer["message"]) == (401, "Could not authenticate")
    reader = Client("opsgenie", BASE, f"GenieKey {READONLY_KEY}")
    assert reader.ask("POST", "/v2/alerts", {"message": "x"})[0] == 403
    assert reader.ask("GET", "/v2/alerts")[0] == 200


def test_bodies_that_are_none(client: Client) -> None:
    assert client.send("POST", "/v2/alerts", b"{", JSON).status == 400
    assert client.send("POST", "/v2/alerts", b"[]", JSON).status == 400
    assert client.ask("GET", "/v2/nowhere")[0] == 404


def test_lists(client: Client) -> None:
    for n in range(5):
        create(client, alias=f"a{n}", message=f"Number {n}", tags=["even"] if n % 2 == 0 else [])
    taken(client, "/v2/alerts/a0/close", identifierType="alias")
    listed = client.get("/v2/alerts", query="status: open AND tag: even", limit="1")["data"]
    assert [each["alias"] for each in listed] == ["a4"]
    assert client.get("/v2/alerts/count", query="status: open")["data"] == {"count": 4}
    assert [each["alias"] for each in client.get("/v2/alerts", order="asc", offset="3")["data"]] == ["a3", "a4"]
    assert [each["alias"] for each in client.get("/v2/alerts", query='message: "number 3"')["data"]] == ["a3"]
    assert client.ask("GET", "/v2/alerts", query="colour: red")[0] == 422
    assert client.ask("GET", "/v2/alerts", limit="many")[0] == 422


def test_rate_limit(client: Client) -> None:
    answer = client.send("GET", "/v2/alerts")
    assert (answer.header("X-RateLimit-State"), bool(answer.header("X-Request-ID"))) == ("OK", True)
    while (answer := client.send("GET", "/v2/alerts")).status == 200:
        pass
    assert (answer.status, answer.header("X-RateLimit-State")) == (429, "THROTTLED")
    assert json.loads(answer.body)["message"] == "You are making too many requests!"


def test_forced_failures(client: Client) -> None:
    for status in (400, 401, 403, 404, 422, 429, 500, 503):
        answer = client.simulator.forced(status, Request("POST", f"{BASE}/v2/alerts"))
        assert answer.status == status
        assert {"message", "took", "requestId"} <= set(json.loads(answer.body))
