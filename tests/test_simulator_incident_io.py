"""The incident.io simulator answers as its provider's pages say."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from fixed_world import FixedClock, SeededRandom
from provider_shapes import IO

from xsrun.effects.ports import Request, Response
from xsrun.simulators import SIMULATORS
from xsrun.simulators.incident_io import ROUTES, IncidentIo
from xsrun.simulators.incident_io.seeds import (
    API_KEY,
    CLOSED_ID,
    CRITICAL_ID,
    HEARTBEAT_SOURCE_ID,
    IMPACT_ID,
    LEAD_ROLE_ID,
    LIMITED_KEY,
    MINOR_ID,
    POLICY_SOURCE_ID,
    ROUTED_SOURCE_ID,
    SOURCE_ID,
    SOURCE_TOKEN,
    TEAM_FIELD_ID,
    TICKET_FIELD_ID,
    catalogue,
)

BASE = "http://127.0.0.1:8080"


class Client:
    """Calls a simulator and holds every answer against the vendor's document."""

    def __init__(self, simulator: IncidentIo) -> None:
        self.simulator = simulator

    def send(self, method: str, path: str, body: Any = None, *headers: tuple[str, str]) -> Response:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        request = Request(method, BASE + path, headers, content)
        answer = self.simulator.handle(request)
        if answer.body:
            assert not IO.complaints(request, answer)
        if answer.status >= 400 and answer.body:
            found = read(answer)
            assert found["status"] == answer.status
            assert found["request_id"]
            assert found["errors"]
        return answer

    def event(self, body: Any = None, *, source: str = SOURCE_ID, **more: Any) -> Response:
        event = {"title": "Disk is full", "status": "firing", "deduplication_key": "disk"} | more
        path = f"/v2/alert_events/http/{source}"
        return self.send("POST", path, event if body is None else body, ("Authorization", f"Bearer {SOURCE_TOKEN}"))

    def api(self, method: str, path: str, body: Any = None, *, key: str = API_KEY) -> Response:
        return self.send(method, path, body, ("Authorization", f"Bearer {key}"), ("Content-Type", "application/json"))

    def get(self, path: str, **query: Any) -> Any:
        pairs = urlencode([(name.replace("__", "[") + ("]" if "__" in name else ""), v) for name, v in query.items()])
        answer = self.api("GET", f"{path}?{pairs}" if pairs else path)
        assert answer.status == 200, answer
        return read(answer)

    def create(self, key: str, **more: Any) -> Any:
        body = {"idempotency_key": key, "visibility": "public", "severity_id": MINOR_ID, "name": "Shop is down"}
        answer = self.api("POST", "/v2/incidents", body | more)
        assert answer.status == 200, answer
        return read(answer)["incident"]

    def edit(self, incident_id: str, **changes: Any) -> Response:
        body = {"incident": changes, "notify_incident_channel": False}
        return self.api("POST", f"/v2/incidents/{incident_id}/actions/edit", body)


def read(answer: Response) -> Any:
    return json.loads(answer.body) if answer.body else None


def error(answer: Response) -> tuple[int, str, list[tuple[str, str]]]:
    found = read(answer)
    faults = [(one["code"], one.get("source", {}).get("field", "")) for one in found["errors"]]
    return answer.status, found["type"], faults


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def client(clock: FixedClock) -> Client:
    return Client(IncidentIo(clock, SeededRandom()))


# ---------------------------------------------------------------- keys


def test_seeds_look_like_the_real_thing() -> None:
    settings = catalogue()
    sources, statuses = settings["alert_sources"], settings["incident_statuses"]
    ids = [*(source for source in sources if source != POLICY_SOURCE_ID), *statuses, MINOR_ID, LEAD_ROLE_ID]
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", one) for one in ids)
    assert statuses[CLOSED_ID]["category"] == "closed"
    keys = SIMULATORS["incident-io"].keys
    assert set(keys) == {"source_id", "source_token", "api_key", "limited_key"}
    assert set(SIMULATORS["incident-io"].env.values()) <= set(keys)


EVENT = {"title": "t", "status": "firing", "deduplication_key": "k"}
EVENTS = f"/v2/alert_events/http/{SOURCE_ID}"


@pytest.mark.parametrize(
    ("path", "header"),
    [
        (EVENTS, f"Bearer {SOURCE_TOKEN}"),
        (EVENTS, f"Basic {SOURCE_TOKEN}"),
        (f"{EVENTS}?token={SOURCE_TOKEN}", ""),
    ],
)
def test_three_ways_to_authenticate_an_event(client: Client, path: str, header: str) -> None:
    assert client.send("POST", path, EVENT, *([("Authorization", header)] if header else [])).status == 202


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "missing_authorization_material"),
        ("Bearer nobody", "access_token_invalid"),
        (f"Bearer {API_KEY}", "access_token_invalid"),
        (f"Token token={SOURCE_TOKEN}", "access_token_invalid"),
    ],
)
def test_events_with_a_wrong_secret(client: Client, header: str, code: str) -> None:
    headers = [("Authorization", header)] if header else []
    assert error(client.send("POST", EVENTS, EVENT, *headers)) == (401, "authentication_error", [(code, "")])


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "missing_authorization_material"),
        (f"Bearer {SOURCE_TOKEN}", "access_token_invalid"),
        (f"Basic {API_KEY}", "access_token_invalid"),
        (f"Token token={API_KEY}", "access_token_invalid"),
    ],
)
def test_calls_with_a_wrong_key(client: Client, header: str, code: str) -> None:
    headers = [("Authorization", header)] if header else []
    assert error(client.send("GET", "/v1/identity", None, *headers)) == (401, "authentication_error", [(code, "")])


def test_unknown_sources_ids_and_paths(client: Client) -> None:
    assert error(client.event(source="01J0N0B0DY0000000000000000"))[:2] == (404, "not_found")
    assert error(client.event(source=HEARTBEAT_SOURCE_ID))[:2] == (404, "not_found")
    assert error(client.api("GET", "/v2/alerts/nobody"))[:2] == (404, "not_found")
    for method, path in (("GET", "/v2/nowhere"), ("PUT", "/v2/incidents"), ("GET", EVENTS)):
        answer = client.send(method, path)
        assert (answer.status, answer.body) == (404, b"")


def test_roles(client: Client) -> None:
    assert client.api("GET", "/v2/incidents", key=LIMITED_KEY).status == 200
    assert error(client.api("POST", "/v2/incidents", {}, key=LIMITED_KEY))[:2] == (403, "resource_forbidden")
    assert read(client.api("GET", "/v1/identity", key=LIMITED_KEY))["identity"]["roles"] == ["viewer"]
    assert "incident_creator" in client.get("/v1/identity")["identity"]["roles"]


# ---------------------------------------------------------------- alert events


def test_an_event_is_taken(client: Client) -> None:
    answer = client.event(description="94 %", source_url="https://grafana.test/d/1", metadata={"a": {"b": [1]}})
    message = "Event accepted for processing"
    assert (answer.status, read(answer)) == (
        202,
        {"status": "success", "message": message, "deduplication_key": "disk"},
    )
    alert = client.get("/v2/alerts")["alerts"][0]
    assert (alert["title"], alert["status"], alert["description"]) == ("Disk is full", "firing", "94 %")
    assert alert["created_at"] == "2026-01-01T12:00:00.000Z"
    assert "resolved_at" not in alert
    assert None not in alert.values()


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, [("is_required", "title"), ("is_required", "status"), ("is_required", "deduplication_key")]),
        ({"title": "t", "status": "open", "deduplication_key": "k"}, [("invalid_value", "status")]),
        (
            {"title": 1, "status": "firing", "deduplication_key": ""},
            [("invalid_type", "title"), ("is_required", "deduplication_key")],
        ),
        (EVENT | {"metadata": "text"}, [("invalid_type", "metadata")]),
    ],
)
def test_events_that_are_refused(client: Client, body: Any, faults: Any) -> None:
    answer = client.event(body)
    assert error(answer) == (422, "validation_error", faults)
    assert all(one["source"]["pointer"] == f"/{one['source']['field']}" for one in read(answer)["errors"])
    assert client.get("/v2/alerts")["alerts"] == []


def test_the_key_that_is_missing_is_named(client: Client) -> None:
    answer = client.event({"title": "t", "status": "firing"})
    assert read(answer)["errors"][0]["message"] == "Deduplication key is required"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff"])
def test_an_event_that_is_no_json(client: Client, body: bytes) -> None:
    assert error(client.event(body))[:2] == (400, "invalid_request_error")


def test_an_event_that_is_too_large(client: Client) -> None:
    assert error(client.event(description="x" * 600_000))[:2] == (413, "payload_too_large")


def test_one_alert_for_each_key_and_source(client: Client, clock: FixedClock) -> None:
    for _ in range(3):
        client.event()
    client.event(deduplication_key="other")
    client.event(source=POLICY_SOURCE_ID)
    assert len(client.get("/v2/alerts")["alerts"]) == 3
    clock.time += 1000
    client.event(status="resolved")
    mine = client.get("/v2/alerts", deduplication_key__is="disk", alert_source__one_of=SOURCE_ID)["alerts"]
    assert [(one["status"], one["resolved_at"]) for one in mine] == [("resolved", "2026-01-01T12:00:01.000Z")]
    client.event()
    again = client.get(f"/v2/alerts/{mine[0]['id']}")["alert"]
    assert again["status"] == "firing"
    assert "resolved_at" not in again


def test_a_resolve_that_never_fired(client: Client) -> None:
    assert client.event(status="resolved", source=ROUTED_SOURCE_ID).status == 202
    assert client.get("/v2/alerts")["alerts"][0]["status"] == "resolved"
    assert client.get("/v2/incidents")["incidents"] == []


def test_heartbeats(client: Client) -> None:
    path = f"/v2/heartbeat/{HEARTBEAT_SOURCE_ID}/ping"
    for method in ("GET", "POST"):
        answer = client.send(method, path, None, ("Authorization", f"Bearer {SOURCE_TOKEN}"))
        assert (answer.status, answer.body) == (204, b"")
    assert client.simulator.snapshot()["state"]["heartbeats"]


# ---------------------------------------------------------------- alerts


def test_alert_filters_and_paging(client: Client, clock: FixedClock) -> None:
    for name in ("a", "b", "c"):
        client.event(deduplication_key=name, title=name)
        clock.time += 86_400_000
    client.event(deduplication_key="b", status="resolved")

    def keys(**query: Any) -> list[str]:
        return [one["deduplication_key"] for one in client.get("/v2/alerts", **query)["alerts"]]

    assert keys() == ["c", "b", "a"]
    assert keys(status__one_of="firing") == ["c", "a"]
    assert keys(status__not_in="firing") == ["b"]
    assert keys(alert_source__not_in=SOURCE_ID) == []
    assert keys(created_at__gte="2026-01-02") == ["c", "b"]
    assert keys(created_at__lte="2026-01-02") == ["b", "a"]
    assert keys(created_at__date_range="2026-01-02~2026-01-02") == ["b"]
    assert keys(has_notes__is="true") == keys(alert_group_id__one_of="x") == []
    first = client.get("/v2/alerts", page_size=2)
    assert first["pagination_meta"] == {"page_size": 2, "after": first["alerts"][-1]["id"]}
    last = client.get("/v2/alerts", page_size=2, after=first["pagination_meta"]["after"])
    assert [one["deduplication_key"] for one in last["alerts"]] == ["a"]
    assert last["pagination_meta"] == {"page_size": 2}
    for query in ("page_size=51", "page_size=x", "after=x", "status=firing", "status[is]=firing", "created_at[gte]=x"):
        assert error(client.api("GET", f"/v2/alerts?{query}"))[:2] == (422, "validation_error")


def test_resolve_an_alert(client: Client, clock: FixedClock) -> None:
    client.event()
    alert = client.get("/v2/alerts")["alerts"][0]
    path = f"/v2/alerts/{alert['id']}/actions/resolve"
    resolved = read(client.api("POST", path))["alert"]
    assert resolved["status"] == "resolved"
    clock.time += 1000
    assert read(client.api("POST", path))["alert"] == resolved
    assert client.api("POST", path, key=LIMITED_KEY).status == 403


def test_a_source_with_a_route_opens_incidents(client: Client) -> None:
    client.event()
    assert client.get("/v2/incident_alerts")["incident_alerts"] == []
    for _ in range(2):
        client.event(source=ROUTED_SOURCE_ID)
    joins = client.get("/v2/incident_alerts")["incident_alerts"]
    assert len(joins) == 1
    assert (joins[0]["incident"]["reference"], joins[0]["incident"]["status_category"]) == ("INC-1", "active")
    incident = client.get("/v2/incidents/1")["incident"]
    assert incident["creator"]["alert"]["id"] == joins[0]["alert"]["id"]
    assert client.get("/v2/incident_alerts", alert_id="x")["incident_alerts"] == []


def test_alert_sources(client: Client) -> None:
    sources = {one["id"]: one for one in client.get("/v2/alert_sources")["alert_sources"]}
    assert sources[SOURCE_ID]["alert_events_url"] == BASE + EVENTS
    assert sources[SOURCE_ID]["secret_token"] == SOURCE_TOKEN
    assert client.get(f"/v2/alert_sources/{HEARTBEAT_SOURCE_ID}")["alert_source"]["source_type"] == "heartbeat"


# ---------------------------------------------------------------- incidents


def test_create_an_incident(client: Client) -> None:
    made = client.create(
        "one",
        summary="Nobody can pay.",
        incident_role_assignments=[
            {"incident_role_id": LEAD_ROLE_ID, "assignee": {"email": "casey.rivera@example.com"}}
        ],
        custom_field_entries=[
            {"custom_field_id": TICKET_FIELD_ID, "values": [{"value_text": "OPS-1"}]},
            {"custom_field_id": TEAM_FIELD_ID, "values": [{"value_option_id": "01J0XPTN000000000000000002"}]},
        ],
        incident_timestamp_values=[{"incident_timestamp_id": IMPACT_ID, "value": "2026-01-01T11:00:00Z"}],
    )
    assert (made["reference"], made["name"], made["mode"]) == ("INC-1", "Shop is down", "standard")
    assert made["severity"]["name"] == "Minor"
    assert made["incident_status"]["category"] == "live"
    assert made["incident_role_assignments"][0]["assignee"]["name"] == "Casey Rivera"
    assert "assignee" not in made["incident_role_assignments"][1]
    assert [entry["values"] for entry in made["custom_field_entries"]][1] == [{"value_text": "OPS-1"}]
    assert made["incident_timestamp_values"][1]["value"] == {"value": "2026-01-01T11:00:00.000Z"}
    assert made["creator"]["api_key"]["name"] == "Simulator"
    assert made["created_at"].endswith("Z")
    assert client.get("/v2/incidents/1")["incident"] == client.get(f"/v2/incidents/{made['id']}")["incident"] == made
    assert len(client.get("/v2/incidents", custom_field__x="y")["incidents"]) == 1
    found = client.api("GET", f"/v2/incidents?custom_field[{TICKET_FIELD_ID}][one_of]=OPS-2")
    assert read(found)["incidents"] == []


def test_the_same_idempotency_key_gives_the_same_incident(client: Client) -> None:
    first = client.create("one")
    assert client.create("one", name="another name") == first
    assert client.create("two")["id"] != first["id"]
    assert client.get("/v2/incidents")["pagination_meta"]["total_record_count"] == 2


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"severity_id": None}, [("is_required", "severity_id")]),
        (
            {"visibility": None, "idempotency_key": ""},
            [("is_required", "idempotency_key"), ("is_required", "visibility")],
        ),
        ({"visibility": "secret", "mode": "loud"}, [("invalid_value", "visibility"), ("invalid_value", "mode")]),
        (
            {"severity_id": "x", "incident_status_id": "x", "incident_type_id": "x"},
            [("not_found", name) for name in ("severity_id", "incident_status_id", "incident_type_id")],
        ),
        ({"custom_field_entries": [{"custom_field_id": "x", "values": []}]}, [("not_found", "custom_field_id")]),
        ({"custom_field_entries": [{"custom_field_id": TEAM_FIELD_ID}]}, [("is_required", "values")]),
        ({"custom_field_entries": [{"custom_field_id": TEAM_FIELD_ID, "values": [{}]}]}, [("invalid_value", "values")]),
        (
            {"incident_role_assignments": [{"incident_role_id": LEAD_ROLE_ID, "assignee": {"email": "x"}}]},
            [("not_found", "assignee")],
        ),
        (
            {"incident_timestamp_values": [{"incident_timestamp_id": IMPACT_ID, "value": "noon"}]},
            [("invalid_type", "value")],
        ),
    ],
)
def test_incidents_that_are_refused(client: Client, change: dict[str, Any], faults: Any) -> None:
    body = {"idempotency_key": "k", "visibility": "public", "severity_id": MINOR_ID} | change
    assert error(client.api("POST", "/v2/incidents", body)) == (422, "validation_error", faults)
    assert client.get("/v2/incidents")["incidents"] == []


def test_edit_and_close(client: Client, clock: FixedClock) -> None:
    made = client.create("one", summary="Old")
    clock.time += 1000
    edited = read(client.edit(made["id"], severity_id=CRITICAL_ID, summary="New", call_url="https://meet.test/1"))[
        "incident"
    ]
    assert (edited["severity"]["rank"], edited["summary"], edited["name"]) == (3, "New", "Shop is down")
    assert edited["updated_at"] == "2026-01-01T12:00:01.000Z"
    closed = read(client.edit("1", incident_status_id=CLOSED_ID))["incident"]
    assert closed["incident_status"]["category"] == "closed"
    history = client.get("/v2/incident_updates", incident_id=made["id"])["incident_updates"]
    assert [one["new_incident_status"]["name"] for one in history] == ["Closed", "Investigating", "Investigating"]
    path = f"/v2/incidents/{made['id']}/actions/edit"
    assert error(client.api("POST", path, {"incident": {}})) == (
        422,
        "validation_error",
        [("is_required", "notify_incident_channel")],
    )
    assert error(client.edit(made["id"], severity_id="x")) == (422, "validation_error", [("not_found", "severity_id")])
    assert error(client.edit("nobody"))[0] == 404


def test_incident_lists(client: Client) -> None:
    client.create("a", name="a")
    client.create("b", name="b", severity_id=CRITICAL_ID)
    client.create("c", name="c", mode="test")
    client.edit("1", incident_status_id=CLOSED_ID)

    def names(**query: Any) -> list[str]:
        return [one["name"] for one in client.get("/v2/incidents", **query)["incidents"]]

    assert names() == ["b", "a"]
    assert names(sort_by="created_at_oldest_first") == ["a", "b"]
    assert names(mode__one_of="test") == ["c"]
    assert names(status_category__one_of="closed") == names(status__one_of=CLOSED_ID) == ["a"]
    assert names(severity__gte=CRITICAL_ID) == names(severity__not_in=MINOR_ID) == ["b"]
    assert names(severity__lte=MINOR_ID) == ["a"]
    assert names(status_category__one_of="closed", severity__one_of=CRITICAL_ID) == []
    assert names(status_category__one_of="closed", severity__one_of=CRITICAL_ID, filter_mode="any") == ["b", "a"]
    first = client.get("/v2/incidents", page_size=1)
    meta = first["pagination_meta"]
    assert meta == {"page_size": 1, "after": first["incidents"][0]["id"], "total_record_count": 2}
    assert "after" not in client.get("/v2/incidents", page_size=1, after=meta["after"])["pagination_meta"]
    for query in ("sort_by=name", "severity[gte]=x", "page_size=501"):
        assert client.api("GET", f"/v2/incidents?{query}").status == 422


def test_settings(client: Client) -> None:
    severities = client.get("/v1/severities")["severities"]
    assert [one["rank"] for one in severities] == [1, 2, 3]
    assert client.get(f"/v1/severities/{MINOR_ID}")["severity"] == severities[0]
    categories = {one["category"] for one in client.get("/v1/incident_statuses")["incident_statuses"]}
    assert {"triage", "live", "learning", "closed"} <= categories
    assert client.get("/v1/incident_types")["incident_types"][0]["is_default"]
    assert len(client.get("/v2/custom_fields")["custom_fields"]) == 2
    assert client.get("/v2/alert_attributes")["alert_attributes"] == []
    assert client.api("GET", "/v1/incident_statuses/nobody").status == 404


# ---------------------------------------------------------------- limits, log, chance


def test_events_are_limited_by_source(client: Client, clock: FixedClock) -> None:
    assert {client.event().status for _ in range(120)} == {202}
    clock.time += 10_000
    refused = client.event()
    assert error(refused)[:2] == (429, "too_many_requests")
    assert refused.header("Retry-After") == "50"
    limit = read(refused)["rate_limit"]
    assert (limit["limit"], limit["remaining"], limit["retry_after"]) == (120, 0, "2026-01-01T12:01:00Z")
    assert client.event(source=POLICY_SOURCE_ID).status == 202
    clock.time += 50_000
    assert client.event().status == 202


def test_calls_are_limited_by_key(client: Client, clock: FixedClock) -> None:
    answer = client.api("GET", "/v1/identity")
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Used", "X-RateLimit-Reset")
    assert [answer.header(name) for name in names] == ["1200, 1200;window=60", "1199", "1", str(clock.time // 1000 + 1)]
    path, headers = f"{BASE}/v1/identity", (("Authorization", f"Bearer {API_KEY}"),)
    for _ in range(1199):
        client.simulator.handle(Request("GET", path, headers))
    refused = client.api("GET", "/v1/identity")
    assert (refused.status, refused.header("Retry-After"), refused.header("X-RateLimit-Remaining")) == (429, "1", "0")
    assert client.api("GET", "/v1/identity", key=LIMITED_KEY).status == 200
    clock.time += 1000
    assert [client.api("GET", "/v1/identity").status for _ in range(21)] == [200] * 20 + [429]


def test_every_request_is_kept_with_masked_keys(client: Client) -> None:
    client.event()
    client.send("POST", f"{EVENTS}?token={SOURCE_TOKEN}", EVENT)
    client.send("POST", f"{EVENTS}?token=a-real-secret-by-mistake&x=1", EVENT)
    client.api("GET", "/v2/alert_sources")
    shown = client.simulator.snapshot()
    assert [entry["status"] for entry in shown["requests"]] == [202, 202, 401, 200]
    assert shown["requests"][2]["url"].endswith("?token=****take&x=1")
    text = json.dumps(shown)
    assert not any(secret in text for secret in (*client.simulator.secrets(), "real-secret"))


def test_the_same_seed_gives_the_same_account() -> None:
    def run() -> Any:
        client = Client(IncidentIo(FixedClock(), SeededRandom(7)))
        client.event()
        return client.create("one"), client.get("/v2/alerts"), read(client.event({}))

    assert run() == run()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 422, 429, 500, 503, 599])
def test_forced_failures_have_the_providers_shape(client: Client, status: int) -> None:
    request = Request("POST", BASE + EVENTS)
    answer = client.simulator.forced(status, request)
    assert answer.status == read(answer)["status"] == status
    assert not IO.complaints(request, answer if status < 501 else answer._replace(status=500))
    assert (answer.header("Retry-After") == "1") == (status == 429)


def test_every_route_needs_a_key(client: Client) -> None:
    for route in ROUTES:
        path = re.sub(r"\{\w+\}", SOURCE_ID, route.endpoint.path)
        assert client.send(route.endpoint.method, path).status == 401
