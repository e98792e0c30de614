"""Simulators behind a socket and inside a run's HTTP port, with troubles on the way."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fixed_world import FixedClock, SeededRandom

from xsrun.effects.ports import Request, Response, TransportFailure
from xsrun.simulators import SIMULATORS
from xsrun.simulators.faults import FINE, Trouble, Troubles
from xsrun.simulators.pagerduty import PagerDuty
from xsrun.simulators.pagerduty.seeds import ROUTING_KEY, SERVICE_ID, USER_KEY
from xsrun.simulators.port import SimulatedHttp, simulate_all
from xsrun.simulators.server import Running, serve

INCIDENT = {
    "incident": {
        "type": "incident",
        "title": "The shop is down",
        "service": {"id": SERVICE_ID, "type": "service_reference"},
        "incident_key": "shop",
    }
}
AUTHORIZATION = {"Authorization": f"Token token={USER_KEY}"}


@pytest.fixture
def simulator() -> PagerDuty:
    return PagerDuty(FixedClock(), SeededRandom())


@pytest.fixture
def running(simulator: PagerDuty) -> Iterator[Running]:
    with serve(simulator) as server:
        yield server


@pytest.fixture
def client(running: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.url, headers=AUTHORIZATION, timeout=5, trust_env=False) as client:
        yield client


# ---------------------------------------------------------------- over a socket


def test_an_incident_from_open_to_resolved(client: httpx.Client) -> None:
    made = client.post("/incidents", json=INCIDENT)
    assert (made.status_code, made.reason_phrase) == (201, "Created")
    assert made.headers["ratelimit-remaining"] == "959"
    link = made.json()["incident"]["self"]
    assert client.get(link).json()["incident"]["title"] == "The shop is down"
    change = {"incident": {"type": "incident_reference", "status": "resolved"}}
    assert client.put(link, json=change).json()["incident"]["status"] == "resolved"
    note = client.post(f"{link}/notes", json={"note": {"content": "Done."}})
    assert client.delete(f"{link}/notes/{note.json()['note']['id']}").status_code == 204
    assert client.get("/incidents", params={"statuses[]": "resolved"}).json()["incidents"]
    assert client.get("/nowhere").status_code == 404


def test_a_wrong_key_gets_an_empty_body(running: Running) -> None:
    answer = httpx.get(f"{running.url}/incidents", headers={"Authorization": f"Bearer {USER_KEY}"}, trust_env=False)
    assert (answer.status_code, answer.content) == (401, b"")
    assert "content-type" not in answer.headers


def test_events_under_the_same_address(client: httpx.Client) -> None:
    payload = {"summary": "Disk is full", "source": "db-1", "severity": "error"}
    event = {"routing_key": ROUTING_KEY, "event_action": "trigger", "payload": payload}
    assert client.post("/v2/enqueue", json=event).status_code == 202
    assert client.get("/incidents").json()["incidents"][0]["title"] == "Disk is full"


def test_every_provider_can_be_served() -> None:
    for provider in SIMULATORS.values():
        with serve(provider.factory(FixedClock(), SeededRandom())) as server:
            assert httpx.get(f"{server.url}/_xsrun/state", trust_env=False).status_code == 200


def test_alert_events_over_a_socket() -> None:
    provider = SIMULATORS["incident-io"]
    with serve(provider.factory(FixedClock(), SeededRandom())) as server:
        url = f"{server.url}/v2/alert_events/http/{provider.keys['source_id']}"
        headers = {"Authorization": f"Bearer {provider.keys['source_token']}"}
        event = {"title": "t", "status": "firing", "deduplication_key": "k"}
        assert httpx.post(url, json=event, headers=headers, trust_env=False).status_code == 202
        assert httpx.post(url, json={}, headers=headers, trust_env=False).status_code == 422


def test_the_state_shows_every_request_and_no_key(client: httpx.Client) -> None:
    client.post("/incidents", json=INCIDENT)
    state = client.get("/_xsrun/state")
    shown = state.json()
    assert shown["seen"] == 1
    assert shown["requests"][0]["body"] == INCIDENT
    assert shown["state"]["incidents"][0]["key"] == "shop"
    assert USER_KEY not in state.text
    assert ROUTING_KEY not in state.text
    assert client.post("/_xsrun/state").status_code == 405


def test_the_address_is_free_again_after_close(simulator: PagerDuty) -> None:
    first = serve(simulator)
    port = urlsplit(first.url).port
    first.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(first.url, trust_env=False)
    second = serve(simulator, port=port or 0)
    assert second.url == first.url
    second.close()


def test_requests_that_are_hardly_http(running: Running) -> None:
    def first_line(head: str) -> str:
        with socket.create_connection(("127.0.0.1", urlsplit(running.url).port or 0), timeout=5) as connection:
            connection.sendall(f"{head}\r\n\r\n".encode())
            return connection.recv(4096).decode().partition("\r\n")[0]

    assert first_line("POST /incidents HTTP/1.1\r\nContent-Length: many") == "HTTP/1.1 400 Bad Request"
    assert (
        first_line("POST /incidents HTTP/1.1\r\nContent-Length: 99999999999") == "HTTP/1.1 413 Request Entity Too Large"
    )
    assert first_line("POST /incidents HTTP/1.1\r\nTransfer-Encoding: chunked") == "HTTP/1.1 411 Length Required"
    assert first_line("GET nowhere HTTP/1.1") == "HTTP/1.1 400 Bad Request"
    assert first_line("GET /incidents HTTP/1.1\r\nHost: [::bad") == "HTTP/1.1 401 Unauthorized"


# ---------------------------------------------------------------- troubles


def test_a_plan_is_read() -> None:
    troubles = Troubles("429:2, reset,slow:5s,slow:250ms:1,ok,500")
    assert [troubles.next() for _ in range(8)] == [
        Trouble("status", 429),
        Trouble("status", 429),
        Trouble("reset"),
        Trouble("slow", seconds=5),
        Trouble("slow", seconds=0.25),
        FINE,
        Trouble("status", 500),
        FINE,
    ]


@pytest.mark.parametrize("plan", ["200", "600", "slow", "slow:5", "429:0", "429:", "boom", "ok,ok:-1"])
def test_a_plan_that_is_none_is_named(plan: str) -> None:
    with pytest.raises(ValueError, match="is no trouble"):
        Troubles(plan)


def test_forced_statuses_change_nothing(client: httpx.Client, simulator: PagerDuty) -> None:
    assert client.post("/_xsrun/troubles", content="429:2,503").status_code == 204
    answers = [client.post("/incidents", json=INCIDENT) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 503, 201]
    assert answers[0].headers["ratelimit-reset"] == "1"
    assert answers[2].json()["error"]["code"] == 2000
    log = simulator.snapshot()["requests"]
    assert [entry.get("trouble") for entry in log] == ["status", "status", "status", None]
    assert client.post("/_xsrun/troubles", content="boom").status_code == 400
    assert client.post("/_xsrun/troubles", content="500:9").status_code == 204
    assert client.delete("/_xsrun/troubles").status_code == 204
    assert client.get("/incidents").status_code == 200


def test_a_reset_comes_before_the_request_is_handled(client: httpx.Client, simulator: PagerDuty) -> None:
    simulator.troubles.add("reset")
    with pytest.raises(httpx.ReadError):
        client.post("/incidents", json=INCIDENT)
    assert client.post("/incidents", json=INCIDENT).status_code == 201


def test_a_lost_answer_has_had_its_effect(client: httpx.Client, simulator: PagerDuty) -> None:
    simulator.troubles.add("lost")
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/incidents", json=INCIDENT)
    again = client.post("/incidents", json=INCIDENT)
    assert "already exists" in again.json()["error"]["errors"][0]


def test_half_a_body(client: httpx.Client, simulator: PagerDuty) -> None:
    simulator.troubles.add("cut")
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/incidents", json=INCIDENT)
    assert len(client.get("/incidents").json()["incidents"]) == 1


def test_an_answer_that_is_no_json_has_had_its_effect(client: httpx.Client, simulator: PagerDuty) -> None:
    simulator.troubles.add("garbage")
    answer = client.post("/incidents", json=INCIDENT)
    assert (answer.status_code, answer.headers["content-type"]) == (201, "text/html")
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert len(client.get("/incidents").json()["incidents"]) == 1


def test_a_redirect_to_itself_changes_nothing(client: httpx.Client, simulator: PagerDuty) -> None:
    simulator.troubles.add("redirect:3")
    answer = client.post("/incidents?a=1", json=INCIDENT)
    assert (answer.status_code, answer.headers["location"]) == (307, "/incidents?a=1")
    with (
        httpx.Client(max_redirects=1, follow_redirects=True, trust_env=False) as patient,
        pytest.raises(httpx.TooManyRedirects),
    ):
        patient.get(str(answer.url))
    assert client.get("/incidents").json()["incidents"] == []


def test_a_reset_gives_a_fresh_account(client: httpx.Client) -> None:
    client.post("/incidents", json=INCIDENT)
    client.post("/_xsrun/troubles", content="500:9")
    assert client.post("/_xsrun/reset").status_code == 204
    state = client.get("/_xsrun/state").json()
    assert (state["seen"], state["requests"], state["state"]["incidents"]) == (0, [], [])
    assert client.post("/incidents", json=INCIDENT).json()["incident"]["incident_number"] == 1
    assert client.get("/_xsrun/reset").status_code == 405


def test_a_slow_answer(client: httpx.Client, simulator: PagerDuty) -> None:
    simulator.troubles.add("slow:100ms,slow:20s")
    started = time.perf_counter()
    assert client.post("/incidents", json=INCIDENT).status_code == 201
    assert time.perf_counter() - started >= 0.1
    with pytest.raises(httpx.ReadTimeout):
        client.get("/incidents", timeout=0.05)


# ---------------------------------------------------------------- inside a run


class Elsewhere:
    """Stands for the real network."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    def send(self, request: Request) -> Response:
        self.urls.append(request.url)
        return Response(204)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def create(url: str = "https://api.pagerduty.com/incidents", timeout: float = 10.0) -> Request:
    headers = (("Authorization", f"Token token={USER_KEY}"), ("Content-Type", "application/json"))
    return Request("POST", url, headers, json.dumps(INCIDENT).encode(), timeout)


def test_known_hosts_stay_in_the_process(clock: FixedClock) -> None:
    elsewhere = Elsewhere()
    http = SimulatedHttp(elsewhere, simulate_all(clock, SeededRandom()), clock)
    answer = http.send(create())
    assert answer.status == 201
    link = json.loads(answer.body)["incident"]["self"]
    assert link.startswith("https://api.pagerduty.com/incidents/")
    assert http.send(create("https://API.pagerduty.com:443/incidents")).status == 400
    assert http.send(create("https://events.pagerduty.com/v2/enqueue")).status == 400
    assert http.send(create("https://api.incident.io/v2/incidents")).status == 401
    assert elsewhere.urls == []
    assert http.send(create("https://example.com/x")).status == 204
    assert http.send(create("http://[broken")).status == 204
    assert elsewhere.urls == ["https://example.com/x", "http://[broken"]


@pytest.mark.parametrize(
    ("url", "base", "moved"),
    [
        ("https://api.test/a/b?c=d", "http://127.0.0.1:8080", "http://127.0.0.1:8080/a/b?c=d"),
        ("https://api.test", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("https://api.test/a", "https://proxy.test/for/api/", "https://proxy.test/for/api/a"),
    ],
)
def test_a_host_can_be_mapped_to_another_address(clock: FixedClock, url: str, base: str, moved: str) -> None:
    elsewhere = Elsewhere()
    SimulatedHttp(elsewhere, {"api.test": base}, clock).send(create(url))
    assert elsewhere.urls == [moved]


def test_a_port_can_be_part_of_the_name(clock: FixedClock, simulator: PagerDuty) -> None:
    elsewhere = Elsewhere()
    http = SimulatedHttp(elsewhere, {"127.0.0.1:9": simulator}, clock)
    http.send(create("http://127.0.0.1:10/incidents"))
    assert len(elsewhere.urls) == 1
    assert http.send(create("http://user:pass@127.0.0.1:9/incidents")).status == 201


@pytest.mark.parametrize(
    ("plan", "code", "slept", "incidents"),
    [("reset", 56, [], 0), ("lost", 52, [], 1), ("cut", 56, [], 1), ("slow:5s", 28, [2.0], 1)],
)
def test_troubles_are_transport_failures(
    clock: FixedClock, simulator: PagerDuty, plan: str, code: int, slept: list[float], incidents: int
) -> None:
    http = SimulatedHttp(Elsewhere(), {"api.pagerduty.com": simulator}, clock)
    simulator.troubles.add(plan)
    with pytest.raises(TransportFailure) as failure:
        http.send(create(timeout=2.0))
    assert (failure.value.code, failure.value.sent, clock.slept) == (code, True, slept)
    assert len(simulator.account.incidents) == incidents
    state: dict[str, Any] = simulator.snapshot()
    assert state["requests"][0]["trouble"] == plan.partition(":")[0]


def test_a_slow_answer_within_the_time_arrives(clock: FixedClock, simulator: PagerDuty) -> None:
    http = SimulatedHttp(Elsewhere(), {"api.pagerduty.com": simulator}, clock)
    simulator.troubles.add("slow:1.5s")
    assert http.send(create()).status == 201
    assert clock.slept == [1.5]


def test_a_redirect_that_never_ends_in_the_process(clock: FixedClock) -> None:
    simulator = PagerDuty(clock, SeededRandom())
    http = SimulatedHttp(Elsewhere(), {"api.pagerduty.com": simulator}, clock)
    simulator.troubles.add("redirect:2")
    with pytest.raises(TransportFailure, match="Maximum of 10 redirects followed") as failure:
        http.send(create())
    assert failure.value.code == 47
    assert http.send(create()._replace(follow=False)).status == 307
    assert http.send(create()).status == 201
