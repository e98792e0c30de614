"""The incident.io jobs: what they send, what they give back, what they say when it goes wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from job_bench import ALERT, INCIDENT, RESOLVE_ALERT, Bench, answers, body, sent

from xsrun.effects.ports import Request, Response
from xsrun.simulators.incident_io import seeds as incident_io


@pytest.fixture
def bench() -> Bench:
    return Bench()


FINDING = {
    "id": "finding-1",
    "schema": "alert",
    "title": "Login from two countries",
    "description": "Within **five** minutes.",
    "source": "auth",
    "attrs": [
        {"key": "user", "value": "ada"},
        {"key": "place", "value": {"city": "Oslo", "code": 47}},
        {"key": "user", "value": "bob", "type": "text"},
    ],
    "refs": [],
}


def test_alert_sends_what_the_reference_says(bench: Bench) -> None:
    result = bench.run(
        ALERT,
        title="Disk is full",
        description="On **db-1**.",
        status="firing",
        deduplication_key="disk-db-1",
        metadata={"host": {"name": "db-1"}, "tags": ["a"]},
        source_url="https://example.com/alerts/1",
    )
    url = f"https://api.incident.io/v2/alert_events/http/{incident_io.SOURCE_ID}"
    assert (sent(result).method, sent(result).url, sent(result).timeout) == ("POST", url, 10)
    assert sent(result).header("Authorization") == f"Bearer {incident_io.SOURCE_TOKEN}"
    assert sent(result).header("Content-Type") == "application/json"
    assert body(result) == {
        "title": "Disk is full",
        "status": "firing",
        "deduplication_key": "disk-db-1",
        "description": "On **db-1**.",
        "source_url": "https://example.com/alerts/1",
        "metadata": {"host": {"name": "db-1"}, "tags": ["a"]},
    }
    assert result.value == {
        "deduplication_key": "disk-db-1",
        "message": "Event accepted for processing",
        "status": "success",
    }
    assert bench.alerts()[0].title == "Disk is full"


def test_alert_takes_the_rest_from_the_finding(bench: Bench) -> None:
    result = bench.run(ALERT, alert=FINDING)
    assert body(result) == {
        "title": "Login from two countries",
        "status": "firing",
        "deduplication_key": "finding-1",
        "description": "Within **five** minutes.",
        "metadata": {"user": "bob", "place": {"city": "Oslo", "code": 47}},
    }


def test_what_is_given_wins_over_the_finding(bench: Bench) -> None:
    given = {
        "title": "t",
        "description": "d",
        "deduplication_key": "0",
        "metadata": {"place": {"city": "Rome"}, "n": 1},
    }
    expected = given | {"status": "firing", "metadata": {"user": "bob", "place": {"city": "Rome"}, "n": 1}}
    assert body(bench.run(ALERT, alert=FINDING, **given)) == expected


def test_an_alert_without_an_id_has_a_key_of_its_own_making(bench: Bench) -> None:
    first = bench.done(ALERT, title="Disk is full")
    assert bench.done(ALERT, title="Disk is full", description="seen again") == first
    assert bench.done(ALERT, title="Disk is full", status="resolved")["deduplication_key"] == first["deduplication_key"]
    assert [(alert.status, alert.key) for alert in bench.alerts()] == [("resolved", first["deduplication_key"])]
    assert bench.done(ALERT, title="Another")["deduplication_key"] != first["deduplication_key"]


def test_an_alert_that_lacks_a_field(bench: Bench) -> None:
    message = bench.refused(ALERT, alert={})
    assert "status 422, validation_error, Deduplication key is required [is_required] deduplication_key" in message
    assert body(bench.run(ALERT, alert={})) == {"title": "", "status": "firing", "deduplication_key": ""}


def test_an_unknown_alert_source(bench: Bench) -> None:
    message = bench.refused(ALERT, alert_source_config_id="../heartbeat/01J0?x=1")
    assert "status 404, not_found" in message
    assert "id of an HTTP alert source" in message
    result = bench.run(ALERT, alert_source_config_id="../heartbeat/01J0?x=1")
    assert sent(result).url.endswith("/v2/alert_events/http/..%2Fheartbeat%2F01J0%3Fx%3D1")


@pytest.mark.parametrize("key", [incident_io.API_KEY, "SIMsourceTOKEN000000000000000002"])
def test_a_wrong_secret(bench: Bench, key: str) -> None:
    message = bench.refused(ALERT, key=key)
    assert "status 401, authentication_error, Access token is not valid [access_token_invalid]" in message
    assert "secret of this alert source" in message


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "open"},
        {"metadata": ["a"]},
        {"metadata": "a"},
        {"title": {}},
        {"alert": ["a"]},
        {"alert_source_config_id": " "},
    ],
)
def test_an_argument_of_the_wrong_type_sends_nothing(bench: Bench, wrong: dict[str, Any]) -> None:
    result = bench.run(ALERT, **wrong)
    assert result.error is not None
    assert result.requests == ()


@pytest.mark.parametrize("status", [200, 201, 204])
def test_only_202_is_a_success(bench: Bench, status: int) -> None:
    answer = json.dumps({"status": "success", "message": "m", "deduplication_key": "k"}).encode()
    assert f"status {status}, " in bench.refused(ALERT, http=answers(Response(status, (), answer)))


# ---------------------------------------------------------------- resolve an alert


@pytest.mark.parametrize("named", [{"title": "Disk full"}, {"title": "Disk full", "deduplication_key": "disk"}])
def test_what_fired_is_resolved_by_the_same_words(bench: Bench, named: dict[str, Any]) -> None:
    fired = bench.done(ALERT, alert=None, **named)
    resolved = bench.done(RESOLVE_ALERT, **named)
    assert resolved == fired
    (alert,) = bench.alerts()
    assert (alert.status, alert.resolved is None) == ("resolved", False)


# ---------------------------------------------------------------- open an incident


def test_an_incident_is_opened_as_the_reference_says(bench: Bench) -> None:
    result = bench.run(INCIDENT, name=" Disk full ", summary="98 % used", visibility="private")
    assert (sent(result).method, sent(result).url) == ("POST", "https://api.incident.io/v2/incidents")
    assert sent(result).header("Authorization") == f"Bearer {incident_io.API_KEY}"
    assert set(body(result)) == {"name", "summary", "visibility", "mode", "severity_id", "idempotency_key"}
    assert (result.value["reference"], result.value["name"]) == ("INC-1", "Disk full")


def test_an_open_incident_is_given_back(bench: Bench) -> None:
    first = bench.done(INCIDENT)
    assert bench.done(INCIDENT)["id"] == first["id"]
    assert bench.done(INCIDENT, name="Another one")["id"] != first["id"]


def ask(bench: Bench, method: str, path: str, body: Any = None) -> Any:
    headers = (("Authorization", f"Bearer {incident_io.API_KEY}"), ("Content-Type", "application/json"))
    sent = Request(method, f"https://api.incident.io{path}", headers, json.dumps(body).encode() if body else b"")
    return json.loads(bench.http.send(sent).body)


def close(bench: Bench, incident: str) -> None:
    statuses = ask(bench, "GET", "/v1/incident_statuses")["incident_statuses"]
    closed = next(each["id"] for each in statuses if each["category"] == "closed")
    change = {"incident": {"incident_status_id": closed}, "notify_incident_channel": False}
    edited = ask(bench, "POST", f"/v2/incidents/{incident}/actions/edit", change)
    assert edited["incident"]["incident_status"]["category"] == "closed"


def test_a_cause_that_comes_back_opens_a_new_incident(bench: Bench) -> None:
    ids = []
    for _ in range(3):
        ids.append(bench.done(INCIDENT)["id"])
        close(bench, ids[-1])
    assert len(set(ids)) == 3
    assert len(bench.run(INCIDENT).requests) == 4


def test_a_key_that_may_not(bench: Bench) -> None:
    message = bench.refused(INCIDENT, key=incident_io.LIMITED_KEY)
    assert message.endswith("The API key needs a role that may do this")


def test_an_account_that_demands_a_severity(bench: Bench) -> None:
    message = bench.refused(INCIDENT, severity_id="")
    assert "A severity is required to open an incident" in message
    assert message.endswith("Give the id of a severity of the account as the input severity_id")
