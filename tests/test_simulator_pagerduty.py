"""The PagerDuty simulator answers as its provider's pages say."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from fixed_world import NOON, FixedClock, SeededRandom
from provider_shapes import PAGERDUTY

from xsrun.effects.ports import Request, Response
from xsrun.simulators import SIMULATORS
from xsrun.simulators.pagerduty import PagerDuty
from xsrun.simulators.pagerduty.seeds import (
    ACCOUNT_KEY,
    ESCALATION_POLICY_ID,
    FROM,
    OAUTH_TOKEN,
    PRIORITY_ID,
    READONLY_KEY,
    ROUTING_KEY,
    SERVICE_ID,
    USER_ID,
    USER_KEY,
)

BASE = "http://127.0.0.1:8080"
JSON = ("Content-Type", "application/json")


class Client:
    """Calls a simulator and holds every answer against the vendor's document."""

    def __init__(self, simulator: PagerDuty, base: str = BASE) -> None:
        self.simulator = simulator
        self.base = base

    def send(self, method: str, path: str, body: Any = None, *headers: tuple[str, str]) -> Response:
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method, self.base + path, headers, content)
        answer = self.simulator.handle(request)
        assert not PAGERDUTY.complaints(request, answer)
        return answer

    def rest(self, method: str, path: str, body: Any = None, *, key: str = USER_KEY, sender: str = "") -> Response:
        headers = [("Authorization", f"Token token={key}"), JSON]
        if sender:
            headers.append(("From", sender))
        return self.send(method, path, body, *headers)

    def get(self, path: str, **query: Any) -> Any:
        pairs = urlencode({name.replace("__", "[]"): value for name, value in query.items()}, doseq=True)
        answer = self.rest("GET", f"{path}?{pairs}" if pairs else path)
        assert answer.status == 200, answer
        return read(answer)

    def create(self, **more: Any) -> Any:
        answer = self.rest("POST", "/incidents", {"incident": incident(**more)})
        assert answer.status == 201, answer
        return read(answer)["incident"]

    def put(self, incident_id: str, **change: Any) -> Any:
        body = {"incident": {"type": "incident_reference"} | change}
        answer = self.rest("PUT", f"/incidents/{incident_id}", body)
        assert answer.status == 200, answer
        return read(answer)["incident"]

    def event(self, action: str = "trigger", **more: Any) -> Response:
        event = {"routing_key": ROUTING_KEY, "event_action": action}
        if action == "trigger":
            event["payload"] = {"summary": "Disk is full", "source": "db-1", "severity": "critical"}
        return self.send("POST", "/v2/enqueue", event | more)


def incident(**more: Any) -> dict[str, Any]:
    service = {"id": SERVICE_ID, "type": "service_reference"}
    return {"type": "incident", "title": "The shop is down", "service": service} | more


def read(answer: Response) -> Any:
    return json.loads(answer.body) if answer.body else None


def error(answer: Response) -> tuple[int, int, list[str]]:
    found = read(answer)["error"]
    return answer.status, found["code"], found["errors"]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def client(clock: FixedClock) -> Client:
    return Client(PagerDuty(clock, SeededRandom()))


# ---------------------------------------------------------------- keys


def test_seeds_look_like_the_real_thing() -> None:
    assert {len(key) for key in (USER_KEY, ACCOUNT_KEY, READONLY_KEY)} == {20}
    assert USER_KEY.startswith("u+")
    assert len(ROUTING_KEY) == 32
    assert ROUTING_KEY.isalnum()
    keys = SIMULATORS["pagerduty"].keys
    assert set(keys) == {"token", "account_token", "readonly_token", "routing_key", "from", "service_id"}
    assert set(SIMULATORS["pagerduty"].env.values()) <= set(keys)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("Authorization", f"Bearer {USER_KEY}"),),
        (("Authorization", f"Token {USER_KEY}"),),
        (("Authorization", f"Basic {USER_KEY}"),),
        (("Authorization", USER_KEY),),
        (("Authorization", "Token token=nobodynobodynobody00"),),
    ],
)
def test_a_wrong_key_is_refused_with_an_empty_body(client: Client, headers: Any) -> None:
    answer = client.send("GET", "/incidents", None, *headers)
    assert (answer.status, answer.body, answer.header("Content-Type")) == (401, b"", "")


def test_a_token_of_oauth_goes_with_bearer(client: Client) -> None:
    bearer = client.send("GET", "/users/me", None, ("Authorization", f"Bearer {OAUTH_TOKEN}"))
    assert (bearer.status, read(bearer)["user"]["id"]) == (200, USER_ID)
    assert client.send("GET", "/users/me", None, ("Authorization", f"Token token={OAUTH_TOKEN}")).status == 401


def test_the_documented_401_is_an_option(clock: FixedClock) -> None:
    client = Client(PagerDuty(clock, SeededRandom(), explain_401=True))
    assert error(client.send("GET", "/incidents")) == (401, 2006, [])


def test_a_read_only_key_reads_only(client: Client) -> None:
    assert client.rest("GET", "/incidents", key=READONLY_KEY).status == 200
    assert error(client.rest("POST", "/incidents", {"incident": incident()}, key=READONLY_KEY))[:2] == (403, 2010)


@pytest.mark.parametrize(
    ("sender", "code"), [("", 2016), ("casey", 1028), ("Casey <casey@example.com>", 1028), ("no@example.com", 1008)]
)
def test_an_account_key_needs_a_person(client: Client, sender: str, code: int) -> None:
    answer = client.rest("POST", "/incidents", {"incident": incident()}, key=ACCOUNT_KEY, sender=sender)
    assert error(answer) == (400, code, [])
    assert client.get("/incidents")["incidents"] == []


def test_an_account_key_with_a_person_creates(client: Client) -> None:
    answer = client.rest("POST", "/incidents", {"incident": incident()}, key=ACCOUNT_KEY, sender=FROM)
    assert answer.status == 201
    assert read(answer)["incident"]["last_status_change_by"]["id"] == USER_ID


def test_only_a_user_key_stands_for_a_user(client: Client) -> None:
    assert client.get("/users/me")["user"]["email"] == FROM
    assert client.rest("GET", "/users/me", key=ACCOUNT_KEY).status == 400


# ---------------------------------------------------------------- create


def test_create(client: Client) -> None:
    made = client.create(
        incident_key="shop",
        urgency="low",
        body={"type": "incident_body", "details": "Nobody can pay."},
        priority={"id": PRIORITY_ID, "type": "priority_reference"},
        description="not a property",
    )
    assert made["id"].startswith("Q")
    assert len(made["id"]) == 14
    assert made["summary"] == "[#1] The shop is down"
    assert (made["status"], made["urgency"], made["incident_key"]) == ("triggered", "low", "shop")
    assert made["self"] == f"{BASE}/incidents/{made['id']}"
    assert made["service"]["self"] == f"{BASE}/services/{SERVICE_ID}"
    assert made["assignments"][0]["assignee"]["id"] == USER_ID
    assert made["created_at"] == "2026-01-01T12:00:00Z"
    assert made["priority"]["summary"] == "P1"
    assert made["resolved_at"] is None
    assert "description" not in made
    assert "body" not in made


def test_every_self_link_leads_back(client: Client) -> None:
    client.event(dedup_key="disk")
    whole = client.get("/incidents")["incidents"][0]
    alerts = client.get(f"/incidents/{whole['id']}/alerts")["alerts"]
    links = set(_links([whole, alerts]))
    assert len(links) >= 7
    for link in links:
        assert link.startswith(BASE)
        assert client.rest("GET", link.removeprefix(BASE)).status == 200


def _links(value: Any) -> list[str]:
    if isinstance(value, list):
        return [link for item in value for link in _links(item)]
    if isinstance(value, dict):
        own = [value["self"]] if "self" in value else []
        return own + [link for item in value.values() for link in _links(item)]
    return []


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"title": " "}, ["Title cannot be empty."]),
        ({"title": None, "type": "x"}, ["Type must be incident.", "Title cannot be empty."]),
        ({"service": None}, ["Service cannot be empty."]),
        ({"service": {"id": SERVICE_ID}}, ["Service type cannot be empty."]),
        ({"urgency": "critical"}, ["Urgency must be high or low."]),
        ({"body": {"type": "incident_body", "details": {"a": 1}}}, ["Body details must be a string."]),
        ({"body": {"details": "x"}}, ["Body type cannot be empty."]),
        ({"incident_key": 7}, ["Incident key must be a string."]),
        (
            {"incident_type": {"name": "unheard_of"}},
            ["Incident type name must be incident_default or security_incident."],
        ),
        (
            {
                "assignments": [{"assignee": {"id": USER_ID, "type": "user_reference"}}],
                "escalation_policy": {"id": ESCALATION_POLICY_ID, "type": "escalation_policy_reference"},
            },
            ["Escalation policy and assignments cannot be given together."],
        ),
    ],
)
def test_create_names_what_is_wrong(client: Client, change: dict[str, Any], details: list[str]) -> None:
    assert error(client.rest("POST", "/incidents", {"incident": incident(**change)})) == (400, 2001, details)


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"service": {"id": "PNOBODY", "type": "service_reference"}}, "Service not found"),
        ({"priority": {"id": "PNOBODY", "type": "priority_reference"}}, "Priority not found"),
        ({"assignments": [{"assignee": {"id": "PNOBODY"}}]}, "User not found"),
        ({"escalation_policy": {"id": "PNOBODY"}}, "Escalation policy not found"),
    ],
)
def test_create_with_unknown_ids(client: Client, change: dict[str, Any], detail: str) -> None:
    assert error(client.rest("POST", "/incidents", {"incident": incident(**change)})) == (400, 2002, [detail])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"title": "x"}', b'{"incident": []}', b"[" * 100_000])
def test_a_body_that_is_no_hash(client: Client, body: bytes) -> None:
    request = Request("POST", f"{BASE}/incidents", (("Authorization", f"Token token={USER_KEY}"), JSON), body)
    assert error(client.simulator.handle(request)) == (400, 2001, ["params must be a Hash"])


def test_a_body_without_content_type_is_not_read(client: Client) -> None:
    answer = client.send("POST", "/incidents", {"incident": incident()}, ("Authorization", f"Token token={USER_KEY}"))
    assert error(answer) == (400, 2001, ["params must be a Hash"])


def test_assigning_to_oneself_acknowledges(client: Client) -> None:
    mine = client.create(assignments=[{"assignee": {"id": USER_ID, "type": "user_reference"}}])
    assert (mine["status"], mine["assigned_via"]) == ("acknowledged", "direct_assignment")
    other = client.create(assignments=[{"assignee": {"id": "PUSR002", "type": "user_reference"}}])
    assert other["status"] == "triggered"
    two = [{"assignee": {"id": name}} for name in (USER_ID, "PUSR002")]
    assert client.rest("POST", "/incidents", {"incident": incident(assignments=two)}).status == 400


def test_a_key_is_taken_while_its_incident_is_open(client: Client) -> None:
    first = client.create(incident_key="shop")
    again = client.rest("POST", "/incidents", {"incident": incident(incident_key="shop")})
    assert error(again) == (400, 2002, ["Open incident with matching dedup key already exists on this service"])
    elsewhere = client.create(incident_key="shop", service={"id": "PSVC002", "type": "service_reference"})
    assert elsewhere["urgency"] == "low"
    client.put(first["id"], status="resolved")
    second = client.create(incident_key="shop")
    assert second["id"] != first["id"]
    found = client.get("/incidents", incident_key="shop", statuses__=["triggered"], service_ids__=[SERVICE_ID])
    assert [one["id"] for one in found["incidents"]] == [second["id"]]


# ---------------------------------------------------------------- read


def test_unknown_things_are_404(client: Client) -> None:
    for path in ("/incidents/QNOBODY", "/incidents/99", "/services/PNOBODY", "/nowhere"):
        assert error(client.rest("GET", path)) == (404, 2100, [])


def test_an_incident_by_number(client: Client) -> None:
    made = client.create()
    assert client.get("/incidents/1")["incident"]["id"] == made["id"]


def test_paging(client: Client) -> None:
    for _ in range(5):
        client.create()
    first = client.get("/incidents", limit=2)
    assert (len(first["incidents"]), first["more"], first["total"], first["limit"]) == (2, True, None, 2)
    last = client.get("/incidents", limit=2, offset=4, total="true")
    assert ([one["incident_number"] for one in last["incidents"]], last["more"], last["total"]) == ([5], False, 5)
    assert client.get("/incidents", limit=5000)["limit"] == 100
    assert client.get("/incidents")["limit"] == 25
    assert error(client.rest("GET", "/incidents?offset=9990&limit=25"))[:2] == (400, 2002)
    assert error(client.rest("GET", "/incidents?limit=many"))[:2] == (400, 2001)


def test_filters(client: Client, clock: FixedClock) -> None:
    old = client.create(title="old", urgency="low")
    clock.time += 40 * 86_400_000
    new = client.create(title="new", service={"id": "PSVC002", "type": "service_reference"})
    acknowledged = client.put(client.create(title="seen")["id"], status="acknowledged")

    def ids(**query: Any) -> list[str]:
        return [one["id"] for one in client.get("/incidents", **query)["incidents"]]

    assert ids() == [new["id"], acknowledged["id"]]
    assert ids(date_range="all") == [old["id"], new["id"], acknowledged["id"]]
    assert ids(since="2025-12-31", until="2026-01-02T00:00:00Z") == [old["id"]]
    assert ids(statuses__=["acknowledged", "resolved"]) == [acknowledged["id"]]
    assert ids(service_ids__=["PSVC002"]) == [new["id"]]
    assert ids(user_ids__=["PUSR002"]) == []
    assert ids(team_ids__=["PTEAM01"]) == [new["id"], acknowledged["id"]]
    assert ids(date_range="all", urgencies__=["low"], sort_by="created_at:desc") == [new["id"], old["id"]]
    assert ids(incident_key="") == [new["id"], acknowledged["id"]]
    assert ids(incident_key="nobody") == []
    complaint = ["Status must be a list of triggered, acknowledged, or resolved."]
    assert error(client.rest("GET", "/incidents?statuses%5B%5D=open")) == (400, 2001, complaint)
    for query in ("since=yesterday", "since=2020-01-01", "sort_by=title", "sort_by=urgency,created_at,resolved_at"):
        assert client.rest("GET", f"/incidents?{query}").status == 400


def test_include_gives_whole_objects(client: Client) -> None:
    bridge = {"conference_number": "+1 555 0100", "conference_url": "https://meet.example.com/1"}
    made = client.create(conference_bridge=bridge, priority={"id": PRIORITY_ID, "type": "priority_reference"})
    words = ["services", "assignees", "priorities", "first_trigger_log_entries", "conference_bridge", "teams", "agents"]
    whole = client.get(f"/incidents/{made['id']}", include__=words)["incident"]
    assert whole["service"]["name"] == "Checkout"
    assert whole["assignments"][0]["assignee"]["email"] == FROM
    assert whole["priority"]["name"] == "P1"
    assert whole["first_trigger_log_entry"]["type"] == "trigger_log_entry"
    assert whole["conference_bridge"] == bridge
    assert whole["teams"][0]["type"] == "team"
    assert "conference_bridge" not in client.get(f"/incidents/{made['id']}")["incident"]


# ---------------------------------------------------------------- change


def test_the_life_of_an_incident(client: Client, clock: FixedClock) -> None:
    made = client.create()
    clock.time += 60_000
    seen = client.put(made["id"], status="acknowledged")
    assert seen["last_status_change_at"] == "2026-01-01T12:01:00Z"
    assert seen["acknowledgements"][0]["acknowledger"]["id"] == USER_ID
    assert seen["pending_actions"][0] == {"type": "unacknowledge", "at": "2026-01-01T12:31:00Z"}
    assert client.put(made["id"], status="acknowledged") == seen
    ended = client.put(made["id"], status="resolved", resolution="Restarted.")
    assert (ended["assignments"], ended["acknowledgements"], ended["pending_actions"]) == ([], [], [])
    assert ended["resolved_at"] == "2026-01-01T12:01:00Z"
    assert client.put(made["id"], status="resolved")["status"] == "resolved"
    again = client.put(made["id"], status="triggered")
    assert (again["status"], again["resolved_at"], len(again["assignments"])) == ("triggered", None, 1)
    entries = client.get(f"/incidents/{made['id']}/log_entries")["log_entries"]
    kinds = [entry["type"].removesuffix("_log_entry") for entry in reversed(entries)]
    assert kinds == ["trigger", "assign", "acknowledge", "resolve", "assign"]
    assert [entry["note"] for entry in entries if "note" in entry] == ["Restarted."]


def test_changes_of_properties(client: Client) -> None:
    made = client.create()
    changed = client.put(
        made["id"],
        title="Everything is down",
        urgency="low",
        priority="P3",
        escalation_level=2,
        service={"id": "PSVC003", "type": "service_reference"},
        incident_type={"name": "security_incident"},
    )
    assert changed["summary"] == "[#1] Everything is down"
    assert (changed["urgency"], changed["priority"]["summary"]) == ("low", "P3")
    assert changed["assignments"][0]["assignee"]["id"] == "PUSR002"
    assert changed["service"]["id"] == "PSVC003"
    handed = client.put(made["id"], escalation_policy={"id": "PESC002", "type": "escalation_policy_reference"})
    assert handed["assignments"][0]["assignee"]["id"] == "PUSR003"
    given = client.put(made["id"], assignments=[{"assignee": {"id": USER_ID, "type": "user_reference"}}])
    assert given["assigned_via"] == "direct_assignment"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "open"}, 1003),
        ({"title": ""}, 2001),
        ({"type": None}, 2001),
        ({"escalation_level": 9}, 2001),
        ({"priority": "P9"}, 2002),
        ({"priority": {"id": 7}}, 2002),
    ],
)
def test_changes_that_are_refused(client: Client, change: dict[str, Any], code: int) -> None:
    made = client.create()
    body = {"incident": {"type": "incident_reference"} | change}
    assert error(client.rest("PUT", f"/incidents/{made['id']}", body))[:2] == (400, code)
    assert client.rest("PUT", "/incidents/QNOBODY", body).status == 404


def test_many_at_once_all_or_none(client: Client) -> None:
    made = [client.create() for _ in range(3)]

    def put(*bodies: dict[str, Any]) -> Response:
        return client.rest("PUT", "/incidents", {"incidents": list(bodies)})

    changes = [{"id": one["id"], "type": "incident_reference", "status": "resolved"} for one in made]
    refused = put(*changes[:2], {"id": "QNOBODY", "type": "incident_reference"})
    assert error(refused) == (400, 2002, ["Incident not found"])
    assert error(put(*changes[:2], {"status": "resolved"}))[:2] == (400, 2001)
    assert {one["status"] for one in client.get("/incidents")["incidents"]} == {"triggered"}
    assert [one["status"] for one in read(put(*changes))["incidents"]] == ["resolved"] * 3
    assert put(*(changes * 84)).status == 413


def test_merge(client: Client) -> None:
    target, source = client.create(), client.create()
    sources = {"source_incidents": [{"id": source["id"], "type": "incident_reference"}]}
    path = f"/incidents/{target['id']}/merge"
    merged = read(client.rest("PUT", path, sources))["incident"]
    assert (merged["id"], merged["type"]) == (target["id"], "incident_reference")
    gone = client.get(f"/incidents/{source['id']}")["incident"]
    assert (gone["status"], gone["resolve_reason"]["incident"]["id"]) == ("resolved", target["id"])
    assert error(client.rest("PUT", path, sources))[:2] == (400, 1019)
    client.put(target["id"], status="resolved")
    assert error(client.rest("PUT", path, sources))[:2] == (400, 1001)


def test_snooze(client: Client) -> None:
    made = client.create()
    path = f"/incidents/{made['id']}/snooze"
    answer = client.rest("POST", path, {"duration": 3600})
    assert answer.status == 201
    assert read(answer)["incident"]["status"] == "acknowledged"
    assert read(answer)["incident"]["pending_actions"][0]["at"] == "2026-01-01T13:00:00Z"
    for duration in (0, 604_801, "60", True, None):
        assert error(client.rest("POST", path, {"duration": duration}))[:2] == (400, 1013)
    client.put(made["id"], status="resolved")
    assert error(client.rest("POST", path, {"duration": 60}))[:2] == (400, 1001)


MINUTE = 60_000


def kinds(client: Client, made: dict[str, Any]) -> list[str]:
    entries = client.get(f"/incidents/{made['id']}/log_entries")["log_entries"]
    return [each["type"].removesuffix("_log_entry") for each in reversed(entries)]


def test_an_incident_escalates_while_nobody_answers(client: Client, clock: FixedClock) -> None:
    made = client.create()
    assert [each["type"] for each in made["pending_actions"]] == ["escalate", "resolve"]
    asked = []
    for _ in range(6):
        now = client.get(f"/incidents/{made['id']}")["incident"]
        asked.append(now["assignments"][0]["assignee"]["summary"].split()[0])
        clock.time += 30 * MINUTE
    assert asked == ["Casey", "Robin", "Casey", "Robin", "Robin", "Robin"]
    assert kinds(client, made) == ["trigger", "assign", "escalate", "escalate", "escalate"]
    entry = client.get(f"/incidents/{made['id']}/log_entries")["log_entries"][0]
    assert (entry["created_at"], entry["agent"]["type"]) == ("2026-01-01T13:30:00Z", "service_reference")


def test_an_acknowledgement_runs_out(client: Client, clock: FixedClock) -> None:
    made = client.create()
    client.put(made["id"], status="acknowledged")
    clock.time += 30 * MINUTE
    now = client.get(f"/incidents/{made['id']}")["incident"]
    assert (now["status"], now["acknowledgements"]) == ("triggered", [])
    assert kinds(client, made)[-1] == "unacknowledge"
    assert now["pending_actions"][0] == {"type": "escalate", "at": "2026-01-01T13:00:00Z"}


def test_a_snooze_ends(client: Client, clock: FixedClock) -> None:
    made = client.create()
    client.rest("POST", f"/incidents/{made['id']}/snooze", {"duration": 7200})
    clock.time += 119 * MINUTE
    assert client.get(f"/incidents/{made['id']}")["incident"]["status"] == "acknowledged"
    clock.time += MINUTE
    assert client.get(f"/incidents/{made['id']}")["incident"]["status"] == "triggered"


def test_a_service_resolves_what_stays_open(client: Client, clock: FixedClock) -> None:
    made = client.create(incident_key="k")
    clock.time += 4 * 60 * MINUTE
    assert client.create(incident_key="k")["id"] != made["id"]
    gone = client.get(f"/incidents/{made['id']}")["incident"]
    assert (gone["status"], gone["resolved_at"]) == ("resolved", "2026-01-01T16:00:00Z")
    assert gone["last_status_change_by"]["type"] == "service_reference"


def test_a_service_without_timeouts(client: Client, clock: FixedClock) -> None:
    policy = {"id": "PESC002", "type": "escalation_policy_reference"}
    body = {"type": "service", "name": "Quiet", "escalation_policy": policy, "auto_resolve_timeout": None}
    answer = client.rest("POST", "/services", {"service": body | {"acknowledgement_timeout": None}})
    service = read(answer)["service"]
    made = client.create(service={"id": service["id"], "type": "service_reference"})
    assert (answer.status, made["pending_actions"]) == (201, [])
    client.put(made["id"], status="acknowledged")
    clock.time += 29 * 24 * 60 * MINUTE
    assert client.get(f"/incidents/{made['id']}")["incident"]["status"] == "acknowledged"
    assert error(client.rest("POST", "/services", {"service": body}))[2] == ["Name has already been taken"]


def test_services_come_and_go(client: Client) -> None:
    policy = {"id": ESCALATION_POLICY_ID, "type": "escalation_policy_reference"}
    body = {"type": "service", "name": "Billing", "escalation_policy": policy}
    made = read(client.rest("POST", "/services", {"service": body}))["service"]
    path = f"/services/{made['id']}"
    integration = {"integration": {"type": "events_api_v2_inbound_integration", "name": "Events"}}
    key = read(client.rest("POST", f"{path}/integrations", integration))["integration"]["integration_key"]
    assert client.event(routing_key=key).status == 202
    change = {"routing_key": key, "payload": {"summary": "Deployed"}}
    client.send("POST", "/v2/change/enqueue", change)
    assert len(client.get(f"{path}/change_events")["change_events"]) == 1
    assert client.get(f"/services/{SERVICE_ID}/change_events")["change_events"] == []
    assert read(client.rest("PUT", path, {"service": body | {"name": "Invoices"}}))["service"]["name"] == "Invoices"
    assert error(client.rest("PUT", path, {"service": body | {"name": "checkout"}}))[:2] == (400, 2001)
    assert client.rest("DELETE", path).status == 204
    assert client.rest("GET", path).status == client.rest("DELETE", path).status == 404
    assert client.event(routing_key=key).status == 400
    gone = {"id": made["id"], "type": "service_reference"}
    assert error(client.rest("POST", "/incidents", {"incident": incident(service=gone)}))[2] == ["Service not found"]
    assert client.get("/incidents/1")["incident"]["service"]["summary"] == "Invoices"
    records = client.get("/audit/records", limit=2)
    later = client.get("/audit/records", limit=2, cursor=records["next_cursor"])
    actions = [each["action"] for each in [*records["records"], *later["records"]]]
    assert (actions, later["next_cursor"]) == (["delete", "update", "create", "create"], None)


def test_schedules_and_who_is_on_call(client: Client) -> None:
    [schedule] = client.get("/schedules")["schedules"]
    whole = client.get(f"/schedules/{schedule['id']}")["schedule"]
    assert whole["final_schedule"]["rendered_schedule_entries"][0]["user"]["summary"] == "Sam Lindqvist"
    assert [each["summary"] for each in whole["escalation_policies"]] == ["Second line"]
    assert client.get(f"/schedules/{schedule['id']}/users")["users"][0]["name"] == "Sam Lindqvist"
    [on_call] = client.get("/oncalls", schedule_ids__=[schedule["id"]])["oncalls"]
    assert (on_call["schedule"]["id"], on_call["start"]) == (schedule["id"], "2026-01-01T00:00:00Z")
    assert len(client.get("/oncalls")["oncalls"]) == 3


def test_notes(client: Client) -> None:
    path = f"/incidents/{client.create()['id']}/notes"
    answer = client.rest("POST", path, {"note": {"content": "On it."}})
    assert answer.status == 200
    note = read(answer)["note"]
    assert note["user"]["summary"] == "Casey Rivera"
    assert client.get(path) == {"notes": [note]}
    assert error(client.rest("POST", path, {"note": {"content": " "}})) == (400, 2001, ["Content cannot be empty."])
    assert error(client.rest("POST", path, {"content": "x"})) == (400, 2001, ["params must be a Hash"])
    changed = client.rest("PUT", f"{path}/{note['id']}", {"note": {"content": "Done."}})
    assert read(changed)["note"]["content"] == "Done."
    assert client.rest("DELETE", f"{path}/{note['id']}").status == 204
    assert client.get(path) == {"notes": []}


def test_status_updates(client: Client) -> None:
    path = f"/incidents/{client.create()['id']}/status_updates"
    assert read(client.rest("POST", path, {"message": "Soon."}))["status_update"]["sender"]["id"] == USER_ID
    assert client.rest("POST", path, {"message": ""}).status == 400


# ---------------------------------------------------------------- the account's own records


def test_services(client: Client) -> None:
    service = client.get(f"/services/{SERVICE_ID}", include__=["escalation_policies", "integrations"])["service"]
    assert (service["auto_resolve_timeout"], service["acknowledgement_timeout"]) == (14400, 1800)
    assert service["escalation_policy"]["type"] == "escalation_policy"
    assert [one["name"] for one in client.get("/services", query="SEARCH")["services"]] == ["Search"]
    assert client.get("/services", name="search")["services"] == []
    names = [one["name"] for one in client.get("/services", sort_by="name:desc")["services"]]
    assert names == ["Search", "Reports", "Checkout"]
    client.create()
    assert client.get(f"/services/{SERVICE_ID}")["service"]["last_incident_timestamp"] == "2026-01-01T12:00:00Z"


def test_the_rest_of_the_account(client: Client) -> None:
    assert [one["email"] for one in client.get("/users", query="robin.okafor@")["users"]] == [
        "robin.okafor@example.com"
    ]
    assert [one["name"] for one in client.get("/priorities")["priorities"]] == ["P1", "P2", "P3", "P4"]
    policy = client.get(f"/escalation_policies/{ESCALATION_POLICY_ID}")["escalation_policy"]
    assert len(policy["escalation_rules"]) == 2
    assert client.get("/teams")["teams"][0]["name"] == "Platform"
    assert "teams" in client.get("/abilities")["abilities"]
    assert client.rest("GET", "/abilities/teams").status == 204
    assert len(client.get("/incidents/types")["incident_types"]) == 2
    calls = client.get("/oncalls", escalation_policy_ids__=[ESCALATION_POLICY_ID], include__=["users"])["oncalls"]
    assert [(call["escalation_level"], call["user"]["email"]) for call in calls] == [
        (1, FROM),
        (2, "robin.okafor@example.com"),
    ]
    assert client.get("/log_entries")["log_entries"] == []


# ---------------------------------------------------------------- events


def test_events_open_and_close(client: Client) -> None:
    answer = client.event(dedup_key="disk")
    assert (answer.status, read(answer)) == (
        202,
        {"status": "success", "message": "Event processed", "dedup_key": "disk"},
    )
    client.event(dedup_key="disk")
    found = client.get("/incidents", incident_key="disk")["incidents"]
    assert [(one["title"], one["status"], one["alert_counts"]["all"]) for one in found] == [
        ("Disk is full", "triggered", 1)
    ]
    client.event("acknowledge", dedup_key="disk")
    assert client.get("/incidents/1")["incident"]["status"] == "acknowledged"
    client.event("resolve", dedup_key="disk")
    assert client.get("/incidents/1")["incident"]["status"] == "resolved"
    assert client.event("resolve", dedup_key="disk").status == 202
    client.event(dedup_key="disk")
    assert client.get("/incidents/2")["incident"]["status"] == "triggered"


def test_events_without_a_key_are_always_new(client: Client) -> None:
    keys = {read(client.event())["dedup_key"] for _ in range(3)}
    assert len(keys) == len(client.get("/incidents")["incidents"]) == 3


def test_an_event_follows_up_only_through_its_own_key(client: Client) -> None:
    client.event(dedup_key="disk")
    other = ROUTING_KEY[:-1] + "2"
    assert client.event("resolve", dedup_key="disk", routing_key=other).status == 202
    assert client.get("/incidents/1")["incident"]["status"] == "triggered"


def test_severity_makes_urgency_where_the_service_says_so(client: Client) -> None:
    payload = {"summary": "Slow", "source": "web", "severity": "warning"}
    client.event(routing_key=ROUTING_KEY[:-1] + "3", payload=payload)
    client.event(routing_key=ROUTING_KEY, payload=payload)
    assert [one["urgency"] for one in client.get("/incidents")["incidents"]] == ["low", "high"]


def test_a_rest_create_sees_the_key_of_an_open_event(client: Client) -> None:
    client.event(dedup_key="disk")
    assert client.rest("POST", "/incidents", {"incident": incident(incident_key="disk")}).status == 400


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"payload": {"summary": "x", "source": "y"}}, "'payload.severity' is missing or blank"),
        ({"payload": {"summary": "x", "severity": "info"}}, "'payload.source' is missing or blank"),
        ({"payload": {"summary": "x", "source": "y", "severity": "high"}}, "'payload.severity' is invalid"),
        ({"payload": {"summary": "x" * 1025, "source": "y", "severity": "info"}}, "'payload.summary' is too long"),
        (
            {"payload": {"summary": "x", "source": "y", "severity": "info", "timestamp": "noon"}},
            "'payload.timestamp' is invalid (must be an ISO 8601 time)",
        ),
        ({"payload": None}, "'payload' is missing or blank"),
        ({"routing_key": ""}, "'routing_key' is missing or blank"),
        ({"routing_key": USER_KEY}, "Length of 'routing_key' is incorrect (should be 32 characters)"),
        ({"routing_key": "-" * 32}, "'routing_key' cannot contain non-alphanumeric characters."),
        ({"routing_key": "0" * 32}, "Invalid routing key"),
        ({"event_action": "open"}, "'event_action' is invalid"),
        ({"event_action": "resolve"}, "'dedup_key' is missing or blank"),
        ({"dedup_key": "x" * 256}, "'dedup_key' is too long"),
        ({"links": [{"text": "no address"}]}, "'links.0.href' is missing or blank"),
        (
            {"payload": {"summary": "x", "source": "y", "severity": "info", "custom_details": "x"}},
            "'payload.custom_details'",
        ),
    ],
)
def test_events_that_are_refused(client: Client, change: dict[str, Any], detail: str) -> None:
    answer = client.event(**change)
    found = read(answer)
    assert (answer.status, found["status"], found["message"]) == (400, "invalid event", "Event object is invalid")
    assert any(one.startswith(detail) for one in found["errors"])


def test_an_event_that_is_no_json(client: Client) -> None:
    answer = client.simulator.handle(Request("POST", f"{BASE}/v2/enqueue", (), b"{"))
    assert answer.status == 400
    assert read(answer)["errors"] == ["JSON parse error"]
    big = json.dumps({"routing_key": ROUTING_KEY, "event_action": "trigger", "client": "x" * 600_000}).encode()
    assert client.simulator.handle(Request("POST", f"{BASE}/v2/enqueue", (), big)).status == 400


def test_change_events_page_nobody(client: Client) -> None:
    body = {
        "routing_key": ROUTING_KEY,
        "payload": {"summary": "Deployed 1.2"},
        "links": [{"href": "https://ci.test/1"}],
    }
    answer = client.send("POST", "/v2/change/enqueue", body)
    assert answer.status == 202
    assert "dedup_key" not in read(answer)
    assert client.get("/incidents")["incidents"] == []
    assert client.get("/change_events")["change_events"][0]["summary"] == "Deployed 1.2"
    assert client.send("POST", "/v2/change/enqueue", {"routing_key": ROUTING_KEY, "payload": {}}).status == 400


def test_change_events_are_not_for_rulesets(clock: FixedClock) -> None:
    key = "R0SIMulesetKEY000000000000000001"
    seeds = {"services": [{"name": "Rules", "routing_key": key}]}
    client = Client(PagerDuty(clock, SeededRandom(), seeds))
    assert client.event(routing_key=key).status == 202
    refused = client.send("POST", "/v2/change/enqueue", {"routing_key": key, "payload": {"summary": "Deployed"}})
    assert read(refused)["errors"] == ["Change events are not taken with the key of a ruleset"]


def test_alerts_over_rest(client: Client) -> None:
    client.event(dedup_key="a", images=[{"src": "https://pics.test/1.png"}])
    client.event(dedup_key="b")
    first, second = client.get("/incidents")["incidents"]
    merge = {"source_incidents": [{"id": second["id"], "type": "incident_reference"}]}
    client.rest("PUT", f"/incidents/{first['id']}/merge", merge)
    path = f"/incidents/{first['id']}/alerts"
    alerts = client.get(path)["alerts"]
    assert [alert["alert_key"] for alert in alerts] == ["a", "b"]
    assert client.get("/incidents", incident_key="b", statuses__=["triggered"])["incidents"][0]["id"] == first["id"]
    done = {"alerts": [{"id": alerts[0]["id"], "type": "alert", "status": "resolved"}]}
    assert read(client.rest("PUT", path, done))["alerts"][0]["status"] == "resolved"
    counts = client.get("/incidents/1")["incident"]["alert_counts"]
    assert counts == {"all": 2, "triggered": 1, "resolved": 1}
    assert len(client.get(path, statuses__=["triggered"])["alerts"]) == 1
    client.rest("PUT", f"{path}/{alerts[1]['id']}", {"alert": {"type": "alert", "status": "resolved"}})
    assert client.get("/incidents/1")["incident"]["status"] == "resolved"
    assert client.rest("GET", f"{path}/QNOBODY").status == 404
    assert client.rest("PUT", path, {"alerts": [{"id": "QNOBODY", "type": "alert"}]}).status == 400


def test_each_host_serves_its_own_api(clock: FixedClock) -> None:
    simulator = PagerDuty(clock, SeededRandom())
    rest = Client(simulator, "https://api.pagerduty.com")
    events = Client(simulator, "https://events.eu.pagerduty.com")
    assert rest.create()["self"].startswith("https://api.pagerduty.com/incidents/Q")
    assert rest.send("POST", "/v2/enqueue", {}).status == 401
    assert events.event(dedup_key="x").status == 202
    assert events.send("GET", "/incidents", None, ("Authorization", f"Token token={USER_KEY}")).status == 404


# ---------------------------------------------------------------- limits, log, chance


def test_rest_rate_limit(client: Client, clock: FixedClock) -> None:
    answer = client.rest("GET", "/abilities")
    assert (answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")) == ("960", "959")
    for _ in range(959):
        client.send("GET", "/nowhere", None, ("Authorization", f"Token token={USER_KEY}"))
    clock.time += 1000
    refused = client.rest("GET", "/abilities")
    assert error(refused) == (429, 2020, [])
    assert (refused.header("ratelimit-remaining"), refused.header("ratelimit-reset")) == ("0", "59")
    assert client.rest("GET", "/abilities", key=ACCOUNT_KEY).status == 200
    clock.time += 59_000
    assert client.rest("GET", "/abilities").status == 200


def test_event_rate_limit(client: Client, clock: FixedClock) -> None:
    assert {client.event(dedup_key="x").status for _ in range(120)} == {202}
    assert client.event(dedup_key="x").status == 429
    assert client.event(dedup_key="x", routing_key=ROUTING_KEY[:-1] + "2").status == 202
    clock.time += 60_000
    assert client.event(dedup_key="x").status == 202


def test_every_request_is_kept_with_masked_keys(client: Client) -> None:
    client.create(title=f"my key is {USER_KEY}")
    client.event()
    client.send("GET", "/users/me", None, ("Authorization", "Token token=a-real-key-by-mistake"))
    shown = client.simulator.snapshot()
    assert shown["seen"] == 3
    assert [entry["status"] for entry in shown["requests"]] == [201, 202, 401]
    assert shown["requests"][1]["body"]["routing_key"] == "****0001"
    text = json.dumps(shown)
    assert not any(secret in text for secret in (*client.simulator.secrets(), "real-key-by"))
    assert sum(entry["method"] == "POST" and entry["url"].endswith("/incidents") for entry in shown["requests"]) == 1


def test_the_same_seed_gives_the_same_account() -> None:
    def run() -> Any:
        client = Client(PagerDuty(FixedClock(NOON), SeededRandom(7)))
        return client.create(), read(client.event())

    assert run() == run()


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 599])
def test_forced_failures_have_the_providers_shape(client: Client, status: int) -> None:
    rest = client.simulator.forced(status, Request("GET", f"{BASE}/incidents"))
    event = client.simulator.forced(status, Request("POST", f"{BASE}/v2/enqueue"))
    assert rest.status == event.status == status
    assert status == 401 or isinstance(read(rest)["error"]["message"], str)
    assert set(read(event)) == {"status", "message", "errors"}
    assert (rest.header("ratelimit-reset") == "1") == (status == 429)
