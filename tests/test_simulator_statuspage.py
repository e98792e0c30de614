"""The Statuspage simulator: incidents of a page and what they say of its components."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from provider_client import FORM, JSON, Client

from xsrun.effects.ports import Request
from xsrun.simulators.statuspage.page import API_KEY, COMPONENT_ID, PAGE_ID

BASE = "https://api.statuspage.io"
INCIDENTS = f"/v1/pages/{PAGE_ID}/incidents"


@pytest.fixture
def client() -> Client:
    return Client("statuspage", BASE, f"OAuth {API_KEY}")


def create(client: Client, **more: Any) -> Any:
    status, answer = client.ask("POST", INCIDENTS, {"incident": {"name": "Checkout is slow"} | more})
    assert status == 201, answer
    return answer


def change(client: Client, made: dict[str, Any], **changes: Any) -> Any:
    status, answer = client.ask("PATCH", f"{INCIDENTS}/{made['id']}", {"incident": changes})
    assert status == 200, answer
    return answer


def test_the_life_of_an_incident(client: Client) -> None:
    made = create(client, body="We look into it.", components={COMPONENT_ID: "partial_outage"})
    assert (made["status"], made["impact"], made["page_id"]) == ("investigating", "major", PAGE_ID)
    [update] = made["incident_updates"]
    assert (update["body"], update["affected_components"][0]["new_status"]) == ("We look into it.", "partial_outage")
    listed = client.get(f"{INCIDENTS}/unresolved")
    assert [each["id"] for each in listed] == [made["id"]]
    assert change(client, made, status="monitoring", body="Mended.")["monitoring_at"] == "2026-01-01T12:00:00.000Z"
    done = change(client, made, status="resolved", body="Done.", components={COMPONENT_ID: "operational"})
    assert (done["impact"], done["resolved_at"]) == ("none", "2026-01-01T12:00:00.000Z")
    assert [each["status"] for each in done["incident_updates"]] == ["resolved", "monitoring", "investigating"]
    assert client.get(f"{INCIDENTS}/unresolved") == []
    assert client.get(f"{INCIDENTS}/{made['id']}") == done
    assert client.ask("DELETE", f"{INCIDENTS}/{made['id']}")[0] == 200
    assert client.ask("GET", f"{INCIDENTS}/{made['id']}") == (404, {"error": "Not found"})


def test_maintenance_is_planned(client: Client) -> None:
    made = create(client, scheduled_for="2026-01-02T00:00:00Z", scheduled_until="2026-01-02T01:00:00Z")
    assert (made["status"], made["impact"]) == ("scheduled", "maintenance")
    assert client.get(f"{INCIDENTS}/unresolved") == []
    assert change(client, made, status="completed")["resolved_at"]


def test_lists(client: Client) -> None:
    for n in range(3):
        create(client, name=f"Number {n}")
    assert [each["name"] for each in client.get(INCIDENTS)] == ["Number 2", "Number 1", "Number 0"]
    assert [each["name"] for each in client.get(INCIDENTS, q="number 1")] == ["Number 1"]
    assert [each["name"] for each in client.get(INCIDENTS, limit="2", page="2")] == ["Number 0"]


def test_forms_are_read(client: Client) -> None:
    pairs = [
        ("incident[name]", "Slow"), ("incident[component_ids][]", COMPONENT_ID),
        (f"incident[components][{COMPONENT_ID}]", "major_outage"), ("incident[deliver_notifications]", "false"),
    ]  # fmt: skip
    answer = client.send("POST", INCIDENTS, urlencode(pairs).encode(), FORM)
    made = json.loads(answer.body)
    assert (answer.status, made["impact"], made["components"][0]["status"]) == (201, "critical", "major_outage")
    assert made["incident_updates"][0]["deliver_notifications"] is False


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"incident": {"name": ""}}, 422, ["Name can't be blank"]),
        ({"incident": {"body": "x"}}, 422, ["Name can't be blank"]),
        ({"incident": {"name": "x", "impact_override": "huge"}}, 422,
         ["Impact override must be one of the following: none, minor, major, critical, maintenance"]),
        ({"incident": {"name": "x", "component_ids": ["nobody"]}}, 422,
         ["Component ids nobody are not components of this page"]),
        ({"name": "x"}, 400, "param is missing or the value is empty: incident"),
        ([], 400, "param is missing or the value is empty: incident"),
    ],
)  # fmt: skip
def test_incidents_that_are_refused(client: Client, body: Any, status: int, error: Any) -> None:
    assert client.ask("POST", INCIDENTS, body) == (status, {"error": error})
    assert client.get(INCIDENTS) == []


def test_keys_and_pages(client: Client) -> None:
    for sent in ("", f"Bearer {API_KEY}", "OAuth nobody"):
        assert Client("statuspage", BASE, sent).ask("GET", INCIDENTS) == (401, {"error": "Could not authenticate"})
    assert len(Client("statuspage", BASE).get(INCIDENTS, api_key=API_KEY)) == 0
    assert client.ask("GET", "/v1/pages/nobody/incidents")[0] == 404
    assert client.send("POST", INCIDENTS, b"{", JSON).status == 400


def test_components(client: Client) -> None:
    path = f"/v1/pages/{PAGE_ID}/components"
    assert [each["name"] for each in client.get(path)] == ["Checkout", "Search"]
    status, shown = client.ask("PATCH", f"{path}/{COMPONENT_ID}", {"component": {"status": "under_maintenance"}})
    assert (status, shown["status"]) == (200, "under_maintenance")
    assert client.ask("PATCH", f"{path}/nobody", {"component": {"status": "operational"}})[0] == 404
    assert client.ask("PATCH", f"{path}/{COMPONENT_ID}", {"component": {"status": "gone"}})[0] == 422


def test_rate_limit_and_forced_failures(client: Client) -> None:
    assert {client.ask("GET", INCIDENTS)[0] for _ in range(60)} == {200}
    refused = client.send("GET", INCIDENTS)
    assert (refused.status, refused.header("Retry-After")) == (429, "60")
    for status in (400, 401, 403, 404, 422, 429, 500, 503):
        answer = client.simulator.forced(status, Request("GET", BASE + INCIDENTS))
        assert (answer.status, list(json.loads(answer.body))) == (status, ["error"])
