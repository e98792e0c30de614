"""The statements of providers over real sockets: what they send, give back, try again, and say when it goes wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stack import program, source_text

from xsrun import values
from xsrun.api import Project
from xsrun.builtins.statements.incident_io import create_alert
from xsrun.cli.start import main
from xsrun.config import Config
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.http import HttpxPort
from xsrun.effects.memory import ManualClock, MemoryHttp, MemoryLog, SeededRandom, memory_world
from xsrun.effects.ports import Request, Response, TransportFailure
from xsrun.engine.layers import layer
from xsrun.info import describe
from xsrun.project import load_text
from xsrun.runtime.job import Result
from xsrun.simulators.incident_io import IncidentIo
from xsrun.simulators.incident_io import seeds as incident_io
from xsrun.simulators.pagerduty import PagerDuty
from xsrun.simulators.pagerduty import seeds as pagerduty
from xsrun.simulators.pagerduty.state import Ref
from xsrun.simulators.port import SimulatedHttp
from xsrun.simulators.server import serve

REST = ("api.pagerduty.com", "api.eu.pagerduty.com")
EVENTS = ("events.pagerduty.com", "events.eu.pagerduty.com")
NOON = 1_767_268_800_000

CREATE = {"title": "Disk full", "service_id": pagerduty.SERVICE_ID}
EVENT = {"summary": "Disk full", "source": "db-1"}
ALERT = {"alert_source_config_id": incident_io.SOURCE_ID, "title": "Disk full"}
INCIDENT = {"name": "Checkout is down", "severity_id": incident_io.MAJOR_ID}
KEYS = {
    "send_event": ("routing_key", pagerduty.ROUTING_KEY),
    "send_change_event": ("routing_key", pagerduty.ROUTING_KEY),
    "create_alert": ("secret_api_token", incident_io.SOURCE_TOKEN),
    "create_incident": ("api_key", incident_io.API_KEY),
    "edit_incident": ("api_key", incident_io.API_KEY),
}


class Bench:
    """Simulators behind sockets, and a clock that does not wait."""

    def __init__(self, rest: Any, alerts: Any, urls: tuple[str, str], port: HttpxPort, clock: ManualClock) -> None:
        self.pagerduty, self.incident_io, self.clock, self.log = rest, alerts, clock, MemoryLog()
        hosts = dict.fromkeys((*REST, *EVENTS), urls[0]) | {"api.incident.io": urls[1]}
        http = SimulatedHttp(port, hosts, clock)
        self.secrets = (*rest.secrets(), *alerts.secrets())
        self.world = memory_world(http=http, clock=clock, log=self.log, random=SeededRandom(3))

    def run(self, statement: str, http: Any = None, **attributes: Any) -> Result:
        """What a statement gives with these attributes; its key is a variable that never shows."""
        provider, _, name = statement.rpartition(".")
        named, key = KEYS.get(name, ("api_key", pagerduty.USER_KEY))
        if provider == "pagerduty" and name == "create_incident":
            named, key = "api_key", pagerduty.USER_KEY
        env = {"key": attributes.pop(named, key)}
        written = "\n".join(f"{each} = {values.dumps(value)}" for each, value in attributes.items())
        body = f"{statement} {{\n{named} = $env.key\n{written}\n}} as $r"
        project = program(body, response="$r")
        assert not project.errors, project.errors
        world = self.world if http is None else self.world._replace(http=http)
        result = project.call("case", env=env, world=world)
        fault = result.error.fault if result.error else None
        shown = [result.value, result.error, fault and (fault.result, fault.payload), self.log.entries]
        assert not any(secret in repr(shown) for secret in (env["key"], *self.secrets) if len(secret) > 8)
        return result

    def done(self, statement: str, **attributes: Any) -> Any:
        result = self.run(statement, **attributes)
        assert result.error is None, result.error
        return result.value

    def refused(self, statement: str, **attributes: Any) -> Fault:
        result = self.run(statement, **attributes)
        assert result.error is not None, result.value
        assert result.error.fault is not None
        fault = result.error.fault
        assert fault.code == "api-error", fault
        named = "IncidentIoAPIError" if statement.startswith("incident_io") else "PagerDutyAPIError"
        assert (fault.name, fault.payload) == (named, fault.result)
        return fault

    def incidents(self) -> list[Any]:
        return list(self.pagerduty.account.incidents.values())

    def alerts(self) -> list[Any]:
        return list(self.incident_io.account.alerts.values())


@pytest.fixture
def bench():
    clock = ManualClock(NOON)
    rest, alerts = PagerDuty(clock, SeededRandom(1)), IncidentIo(clock, SeededRandom(2))
    with serve(rest) as one, serve(alerts) as other, HttpxPort() as port:
        yield Bench(rest, alerts, (one.url, other.url), port, clock)


@pytest.fixture
def opened(bench):
    assert bench.done("pagerduty.create_incident", **CREATE)["incident_number"] == 1
    return bench


def answers(*given: Response | TransportFailure) -> MemoryHttp:
    """Gives these answers, the last one again and again."""
    left = list(given)

    def give(_request: Request) -> Response:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, TransportFailure):
            raise answer
        return answer

    return MemoryHttp(give)


def body(result: Result, at: int = 0) -> Any:
    return json.loads(result.requests[at].request.body)


def methods(result: Result) -> list[str]:
    return [each.request.method for each in result.requests]


# ------------------------------------------------------------------ PagerDuty incidents


def test_an_incident_is_sent_as_the_reference_says(bench):
    result = bench.run(
        "pagerduty.create_incident",
        **CREATE,
        urgency="low",
        details="98 % used",
        incident_key="disk",
        priority_id=pagerduty.PRIORITY_ID,
        escalation_policy_id=pagerduty.ESCALATION_POLICY_ID,
        conference_number="+1 555 0100",
        incident_type="security_incident",
        **{"from": pagerduty.FROM},
    )
    (exchange,) = result.requests
    assert (exchange.request.method, exchange.request.url) == ("POST", "https://api.pagerduty.com/incidents")
    assert exchange.request.headers == (
        ("Authorization", f"Token token={pagerduty.USER_KEY}"),
        ("Accept", "application/vnd.pagerduty+json;version=2"),
        ("From", pagerduty.FROM),
        ("Content-Type", "application/json"),
    )
    assert body(result) == {
        "incident": {
            "type": "incident",
            "title": "Disk full",
            "service": {"id": "PSVC001", "type": "service_reference"},
            "incident_key": "disk",
            "urgency": "low",
            "body": {"type": "incident_body", "details": "98 % used"},
            "priority": {"id": "PPRI001", "type": "priority_reference"},
            "escalation_policy": {"id": "PESC001", "type": "escalation_policy_reference"},
            "incident_type": {"name": "security_incident"},
            "conference_bridge": {"conference_number": "+1 555 0100"},
        }
    }
    assert (result.value["status"], result.value["urgency"]) == ("triggered", "low")


def test_an_assignee_and_nothing_else(bench):
    result = bench.run("pagerduty.create_incident", **CREATE, assignee_id="PUSR002")
    assert body(result)["incident"]["assignments"] == [{"assignee": {"id": "PUSR002", "type": "user_reference"}}]
    assert set(body(result)["incident"]) == {"type", "title", "service", "incident_key", "assignments"}


def test_the_same_cause_is_one_incident_and_another_one_is_another(bench):
    first = bench.done("pagerduty.create_incident", **CREATE)
    again = bench.run("pagerduty.create_incident", **CREATE, details="seen again")
    assert again.value == first
    assert methods(again) == ["POST", "GET"]
    assert "there is one with the key xs-" in bench.log.entries[-1].value
    bench.done("pagerduty.create_incident", **CREATE | {"title": "Disk fuller"})
    bench.done("pagerduty.create_incident", **CREATE | {"service_id": "PSVC002"})
    assert len(bench.incidents()) == 3
    bench.done("pagerduty.resolve", incident_id=first["id"])
    assert bench.done("pagerduty.create_incident", **CREATE)["incident_number"] == 4


def test_a_key_that_needs_escaping_finds_what_it_made(bench):
    key = 'disk /var & "db"=ä+1'
    ids = {bench.done("pagerduty.create_incident", **CREATE, incident_key=key)["id"] for _ in range(2)}
    assert len(ids) == 1


@pytest.mark.parametrize("plan", ["429", "500:2", "503,429", "reset", "lost", "cut", "lost,500", "408", "garbage"])
def test_what_fails_for_a_moment_is_sent_again_and_done_once(bench, plan):
    bench.pagerduty.troubles.add(plan)
    assert bench.done("pagerduty.create_incident", **CREATE)["incident_number"] == 1
    assert len(bench.incidents()) == 1
    assert bench.clock.slept


def test_attempts_are_counted_and_the_waits_are_those_that_are_asked_for(bench):
    limited = Response(429, (("ratelimit-reset", "7"),))
    result = bench.run("pagerduty.get", answers(limited), incident_id="1", attempts=3)
    assert (len(result.requests), bench.clock.slept) == (3, [7, 7])
    bench.run("pagerduty.get", answers(limited), incident_id="1", attempts=1)
    assert bench.clock.slept == [7, 7]


def test_a_run_that_asks_for_further_attempts_does_not_multiply_them(bench):
    answered = answers(Response(503))
    layered = layer(Config(), True, None, False, NOON)(bench.world._replace(http=answered), None, "")
    assert bench.run("pagerduty.get", layered.http, incident_id="1", attempts=2).error
    assert len(answered.requests) == 2


def test_acknowledge_and_resolve(opened):
    found = opened.done("pagerduty.get", incident_id="1")
    acknowledged = opened.run("pagerduty.acknowledge", incident_id=found["id"])
    assert (acknowledged.value["status"], methods(acknowledged)) == ("acknowledged", ["GET", "PUT"])
    again = opened.run("pagerduty.acknowledge", incident_id=found["id"])
    assert (again.value["status"], methods(again)) == ("acknowledged", ["GET"])
    resolved = opened.run("pagerduty.resolve", incident_id=found["id"], resolution="Restarted db-1")
    assert (resolved.value["status"], body(resolved)["incident"]["resolution"]) == ("resolved", "Restarted db-1")
    assert opened.done("pagerduty.resolve", incident_id=found["id"])["status"] == "resolved"
    fault = opened.refused("pagerduty.acknowledge", incident_id=found["id"])
    assert fault.message == (
        "Cannot acknowledge the incident: status 0, code 1001, it is resolved, and acknowledging would open it again"
    )
    assert opened.incidents()[0].status == "resolved"


@pytest.mark.parametrize(
    ("statement", "code", "before"), [("acknowledge", 1002, "triggered"), ("resolve", 1001, "triggered")]
)
def test_already_is_done(bench, statement, code, before):
    def give(request: Request) -> Response:
        if request.method == "GET":
            return Response(200, (), json.dumps({"incident": {"id": "P1", "status": before}}).encode())
        return Response(400, (), json.dumps({"error": {"code": code, "message": "Already"}}).encode())

    result = bench.run(f"pagerduty.{statement}", MemoryHttp(give), incident_id="P1")
    assert result.value["id"] == "P1"


def test_incidents_are_listed_over_pages(bench):
    numbers = range(1, 131)
    for number in numbers:
        bench.pagerduty.account.start(f"t{number}", f"k{number}", "PSVC001", Ref("user", pagerduty.USER_ID))
    listed = bench.run(
        "pagerduty.list", statuses=["triggered"], service_ids=["PSVC001"], limit=120, sort_by="incident_number:desc"
    )
    assert [each["incident_number"] for each in listed.value] == [*range(130, 10, -1)]
    assert [each.request.url.partition("?")[2] for each in listed.requests] == [
        f"sort_by=incident_number%3Adesc&statuses%5B%5D=triggered&service_ids%5B%5D=PSVC001&limit={limit}&offset={offset}"
        for limit, offset in ((100, 0), (20, 100))
    ]
    assert len(bench.done("pagerduty.list", limit=500, offset=100)) == 30
    assert [each["title"] for each in bench.done("pagerduty.list", incident_key="k7")] == ["t7"]
    assert bench.done("pagerduty.list", statuses=["resolved"], urgencies=["low"]) == []


def test_a_note(opened):
    first, again = (opened.done("pagerduty.note", incident_id="1", content="Restarted db-1") for _ in range(2))
    assert (first["content"], again) == ("Restarted db-1", first)
    assert len(opened.incidents()[0].notes) == 1


# ------------------------------------------------------------------ PagerDuty events


def test_an_event_is_sent_as_the_reference_says(bench):
    given_ = {
        "severity": "critical", "timestamp": "2026-01-01T12:00:00Z", "component": "sda", "group": "db", "class": "disk",
        "custom_details": {"used": 98},
    }  # fmt: skip
    more = {
        "links": [{"href": "https://x.test"}], "images": [{"src": "https://x.test/i.png"}], "client": "cron",
        "client_url": "https://x.test/cron",
    }  # fmt: skip
    result = bench.run("pagerduty.send_event", **EVENT, **given_, **more, dedup_key="disk")
    (exchange,) = result.requests
    assert (exchange.request.url, exchange.request.headers) == (
        "https://events.pagerduty.com/v2/enqueue",
        (("Content-Type", "application/json"),),
    )
    assert body(result) == {
        "routing_key": pagerduty.ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": "disk",
        **more,
        "payload": {**EVENT, **given_},
    }
    assert result.value == {"status": "success", "message": "Event processed", "dedup_key": "disk"}


def test_the_same_cause_resolves_what_it_triggered(bench):
    fired = bench.done("pagerduty.send_event", **EVENT)
    assert bench.done("pagerduty.send_event", **EVENT) == fired
    assert fired["dedup_key"] == "xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb"
    assert [each.status for each in bench.incidents()] == ["triggered"]
    bench.done("pagerduty.send_event", event_action="resolve", **EVENT)
    assert [each.status for each in bench.incidents()] == ["resolved"]


@pytest.mark.parametrize("plan", ["429", "500", "lost", "cut,reset"])
def test_an_event_comes_through_once(bench, plan):
    bench.pagerduty.troubles.add(plan)
    bench.done("pagerduty.send_event", **EVENT)
    (incident,) = bench.incidents()
    assert len(incident.alerts) == 1


def test_the_events_api_is_given_time_after_too_many_events(bench):
    bench.pagerduty.troubles.add("429:2")
    bench.done("pagerduty.send_event", **EVENT)
    assert all(15 <= each <= 30 for each in bench.clock.slept)


def test_a_change_event_pages_nobody_and_is_not_repeated(bench):
    result = bench.run("pagerduty.send_change_event", summary="42 is live", source="ci", custom_details={"build": 42})
    assert result.value == {"status": "success", "message": "Change event processed"}
    assert body(result)["payload"] == {"summary": "42 is live", "source": "ci", "custom_details": {"build": 42}}
    assert bench.incidents() == []
    bench.pagerduty.troubles.add("lost")
    failed = bench.run("pagerduty.send_change_event", summary="43 is live")
    assert failed.error is not None
    assert failed.error.exit == Exit.UNKNOWN_OUTCOME
    assert len(failed.requests) == 1
    assert failed.error.message.endswith("Whether it was carried out is unknown; look there before you send it again")
    assert len(bench.pagerduty.account.changes) == 2


# ------------------------------------------------------------------ incident.io


def test_what_is_not_given_is_taken_from_the_alert_at_hand(bench):
    alert = {
        "id": "a-1",
        "title": "Disk full",
        "description": "98 % used",
        "attrs": [
            {"key": "team", "value": "web"},
            {"key": "team", "value": "db", "type": "text"},
            {"key": "at", "value": {"a": 1}},
        ],
    }
    result = bench.run("incident_io.create_alert", alert_source_config_id=incident_io.SOURCE_ID, alert=alert)
    (exchange,) = result.requests
    url = f"https://api.incident.io/v2/alert_events/http/{incident_io.SOURCE_ID}"
    assert (exchange.request.method, exchange.request.url) == ("POST", url)
    assert exchange.request.headers == (
        ("Authorization", f"Bearer {incident_io.SOURCE_TOKEN}"),
        ("Content-Type", "application/json"),
    )
    assert body(result) == {
        "status": "firing",
        "title": "Disk full",
        "deduplication_key": "a-1",
        "description": "98 % used",
        "metadata": {"team": "db", "at": {"a": 1}},
    }
    assert result.value == {
        "deduplication_key": "a-1",
        "message": "Event accepted for processing",
        "status": "success",
    }


def test_what_is_given_wins_one_level_deep(bench):
    alert = {"id": "a-1", "title": "Disk", "attrs": [{"key": "at", "value": {"a": 1}}, {"key": "b", "value": 2}]}
    result = bench.run(
        "incident_io.create_alert",
        **ALERT,
        alert=alert,
        deduplication_key="disk",
        status="resolved",
        metadata={"at": {"c": 3}},
        source_url="https://x.test",
    )
    assert body(result) == {
        "status": "resolved",
        "title": "Disk full",
        "deduplication_key": "disk",
        "metadata": {"at": {"c": 3}, "b": 2},
        "source_url": "https://x.test",
    }


def test_an_alert_without_a_key_is_named_after_its_cause(bench):
    fired = bench.done("incident_io.create_alert", **ALERT)
    assert fired == bench.done("incident_io.create_alert", **ALERT)
    bench.done("incident_io.create_alert", **ALERT, status="resolved")
    (alert,) = bench.alerts()
    assert alert.status == "resolved"


@pytest.mark.parametrize("plan", ["429", "500", "lost", "cut,reset", "503,lost", "garbage"])
def test_an_alert_comes_through_once(bench, plan):
    bench.incident_io.troubles.add(plan)
    bench.done("incident_io.create_alert", **ALERT)
    assert len(bench.alerts()) == 1


@pytest.mark.parametrize("plan", ["", "429", "lost", "cut,500", "garbage"])
def test_an_incident_of_incident_io_is_opened_once(bench, plan):
    bench.incident_io.troubles.add(plan)
    made = bench.done("incident_io.create_incident", **INCIDENT, mode="test")
    assert (made["reference"], made["name"], made["mode"]) == ("INC-1", "Checkout is down", "test")
    assert len(bench.incident_io.account.incidents) == 1


def test_a_cause_that_goes_on_is_one_incident_of_incident_io_and_one_that_comes_back_another(bench):
    first = bench.run("incident_io.create_incident", **INCIDENT).value
    bench.clock.sleep(3_600)
    again = bench.run("incident_io.create_incident", **INCIDENT, summary="seen again")
    assert (again.value["id"], len(again.requests)) == (first["id"], 1)
    assert bench.log.entries[-1].value.startswith("incident.io: INC-1 has the key xs-")
    closed = {"incident_status_id": incident_io.CLOSED_ID}
    for number in (2, 3):
        bench.done("incident_io.edit_incident", incident_id=first["id"], **closed)
        bench.clock.sleep(3_600)
        back = bench.run("incident_io.create_incident", **INCIDENT)
        assert (back.value["reference"], len(back.requests)) == (f"INC-{number}", number)
        assert bench.done("incident_io.create_incident", **INCIDENT)["id"] == back.value["id"]
        first = back.value
    other = bench.done("incident_io.create_incident", **INCIDENT | {"name": "Search is down"})
    nameless = [bench.done("incident_io.create_incident", severity_id=each)["reference"]
                for each in (incident_io.MAJOR_ID, incident_io.MINOR_ID, incident_io.MAJOR_ID)]  # fmt: skip
    assert (other["reference"], nameless) == ("INC-4", ["INC-5", "INC-6", "INC-5"])


def test_what_ended_while_the_run_was_cut_short_is_not_opened_again(bench):
    begun = bench.clock.now()
    made = bench.done("incident_io.create_incident", **INCIDENT)
    bench.done("incident_io.edit_incident", incident_id=made["id"], incident_status_id=incident_io.CLOSED_ID)
    bench.clock.sleep(3_600)
    bench.world = bench.world._replace(begun=begun)
    assert bench.done("incident_io.create_incident", **INCIDENT)["id"] == made["id"]


def test_an_idempotency_key_of_the_author_is_sent_as_it_is(bench):
    ids = {bench.done("incident_io.create_incident", **INCIDENT, idempotency_key="k")["id"] for _ in range(2)}
    assert len(ids) == 1


def test_an_incident_of_incident_io_is_edited_and_closed(bench):
    made = bench.done("incident_io.create_incident", **INCIDENT)
    result = bench.run(
        "incident_io.edit_incident",
        incident_id=made["id"],
        summary="A replica is lost",
        incident_status_id=incident_io.CLOSED_ID,
        notify_incident_channel=True,
    )
    assert result.requests[0].request.url == f"https://api.incident.io/v2/incidents/{made['id']}/actions/edit"
    assert body(result) == {
        "incident": {"summary": "A replica is lost", "incident_status_id": incident_io.CLOSED_ID},
        "notify_incident_channel": True,
    }
    assert result.value["incident_status"]["category"] == "closed"


# ------------------------------------------------------------------ refusals of the providers


@pytest.mark.parametrize(
    ("statement", "attributes", "status", "code", "kind", "part"),
    [
        ("pagerduty.create_incident", CREATE | {"service_id": "PNONE"}, 400, 2002, "BAD_REQUEST", "Service not found"),
        ("pagerduty.create_incident", CREATE | {"api_key": pagerduty.ACCOUNT_KEY}, 400, 2016, "BAD_REQUEST",
         "Give the e-mail address of a user of the account as `from`"),
        ("pagerduty.create_incident", CREATE | {"api_key": pagerduty.ACCOUNT_KEY, "from": "no.body@example.com"}, 400,
         1008, "BAD_REQUEST", "Give the e-mail address of a user of the account as `from`"),
        ("pagerduty.create_incident", CREATE | {"api_key": "u+SIMuserKEY00000009"}, 401, None, "UNAUTHORIZED",
         "the answer is empty. `api_key` must hold a REST API key of PagerDuty (20 characters); this one has 20"),
        ("pagerduty.create_incident", CREATE | {"api_key": "tooshort1"}, 401, None, "UNAUTHORIZED", "this one has 9"),
        ("pagerduty.create_incident", CREATE | {"api_key": pagerduty.READONLY_KEY}, 403, 2010, "ACCESS_DENIED",
         "Access Denied"),
        ("pagerduty.get", {"incident_id": "PNONE"}, 404, 2100, "NOT_FOUND", "Cannot read the incident: status 404"),
        ("pagerduty.resolve", {"incident_id": "../services"}, 404, 2100, "NOT_FOUND", "Not Found"),
        ("pagerduty.note", {"incident_id": "PNONE", "content": "x"}, 404, 2100, "NOT_FOUND", "Cannot write the note"),
        ("pagerduty.send_event", EVENT | {"routing_key": "0" * 32}, 400, "invalid event", "BAD_REQUEST",
         "Invalid routing key"),
        ("incident_io.create_alert", ALERT | {"secret_api_token": incident_io.API_KEY}, 401, "authentication_error",
         "UNAUTHORIZED", "`secret_api_token` must hold the secret of the alert source, which is another one than"),
        ("incident_io.create_alert", ALERT | {"alert_source_config_id": "01NONE"}, 404, "not_found", "NOT_FOUND",
         "Is `alert_source_config_id` the id of an HTTP alert source?"),
        ("incident_io.create_incident", INCIDENT | {"api_key": incident_io.SOURCE_TOKEN}, 401, "authentication_error",
         "UNAUTHORIZED", "`api_key` must hold an API key of incident.io, which is another one than the secret"),
        ("incident_io.create_incident", INCIDENT | {"api_key": incident_io.LIMITED_KEY}, 403, "resource_forbidden",
         "ACCESS_DENIED", "The key needs the role incident_creator"),
        ("incident_io.create_incident", {"name": "x"}, 422, "validation_error", "BAD_REQUEST",
         "A severity is required to open an incident [is_required] severity_id, request "),
        ("incident_io.edit_incident", {"incident_id": "999", "name": "x"}, 404, "not_found", "NOT_FOUND", "status 404"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_in_the_words_of_the_provider(bench, statement, attributes, status, code, kind, part):
    fault = bench.refused(statement, **attributes)
    assert part in fault.message
    assert (fault.result["status"], fault.result["code"], fault.result["unclear"]) == (status, code, False)
    assert fault.kind.error_code == f"ERROR_CODE_{kind}"
    assert bench.clock.slept == []


@pytest.mark.parametrize("statement", ["pagerduty.create_incident", "pagerduty.send_event", "incident_io.create_alert"])
@pytest.mark.parametrize("status", [402, 404, 408, 413, 429, 500, 502, 503, 504])
def test_every_failing_status_is_an_error_with_its_status(bench, statement, status):
    for each in (bench.pagerduty, bench.incident_io):
        each.troubles.add(f"{status}:20")
    attributes = {"create_incident": CREATE, "send_event": EVENT, "create_alert": ALERT}[statement.partition(".")[2]]
    fault = bench.refused(statement, **attributes)
    assert (fault.result["status"], fault.result["unclear"]) == (status, status == 408 or status >= 500)
    passing = status in (408, 429, 500, 502, 503, 504)
    assert bool(bench.clock.slept) == passing
    assert sum(bench.clock.slept) <= 90
    assert (
        fault.message.endswith("running the job again with the same input does no harm") or not fault.result["unclear"]
    )
    assert bench.incidents() == []


@pytest.mark.parametrize(
    ("error", "message", "errors"),
    [
        ({"code": 1003, "message": "Invalid Status Provided"}, "code 1003, Invalid Status Provided", []),
        ({"code": 1019, "message": "Merged", "errors": "one text"}, "code 1019, Merged, one text", ["one text"]),
        ({"code": "2001", "message": "No", "errors": {"a": 1}}, '2001, No, {"a": 1}', [{"a": 1}]),
        ({"message": "No", "errors": ["a", "b."]}, "No, a; b", ["a", "b."]),
    ],
)
def test_refusals_of_other_shapes_are_read(bench, error, message, errors):
    said = answers(Response(400, (("X-Request-Id", "req-1"),), json.dumps({"error": error}).encode()))
    fault = bench.run("pagerduty.get", said, incident_id="1").error.fault
    assert fault.message == f"Cannot read the incident: status 400, {message}, request req-1"
    assert (fault.result["errors"], fault.result["request_id"]) == (errors, "req-1")


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (204, b"", "status 204, the answer is empty"),
        (200, b"<html>", "status 200, not the expected answer: <html>"),
        (200, b'{"incident": null}', 'status 200, not the expected answer: {"incident": null}'),
        (200, b"\xff\xfe", "status 200, not the expected answer: "),
        (307, b"", "status 307, the answer is empty"),
        (403, pagerduty.USER_KEY.encode(), "status 403, not the expected answer: ***"),
        (200, b"[" * 100_000, "status 200, not the expected answer: [[["),
    ],
)
def test_an_answer_of_somebody_else_is_no_crash_and_shows_no_key(bench, status, answer, said):
    result = bench.run("pagerduty.get", answers(Response(status, (), answer)), incident_id="1")
    assert said in result.error.message
    assert len(result.error.message) < 700


def test_a_success_without_json_is_an_error(bench):
    fault = bench.run("incident_io.create_alert", answers(Response(202, (), b"ok")), **ALERT).error.fault
    assert fault.message == (
        "Cannot send the alert: status 202, not the expected answer: ok. "
        "Whether it was carried out is unknown; running the job again with the same input does no harm"
    )


@pytest.mark.parametrize(
    ("sent", "exit", "advice"), [(False, Exit.NETWORK, ""), (True, Exit.UNKNOWN_OUTCOME, "Whether it was carried out")]
)
def test_no_answer_at_all(bench, sent, exit, advice):
    nobody = answers(TransportFailure(7, "Connection refused", sent=sent))
    error = bench.run("pagerduty.create_incident", nobody, **CREATE).error
    assert error.message.startswith("Cannot create the incident: status 0, no answer, Connection refused")
    assert (advice in error.message, error.exit, error.fault.result["unclear"]) == (True, exit, sent)


def test_an_error_is_caught_with_all_that_is_known_of_it(bench):
    text = """try_catch {
      try { incident_io.create_incident { api_key = $env.key, name = "x" } }
      catch { var $r { value = [$error.name, $error.code, $error.result.errors, $error.payload.status] } }
    }"""
    result = program(text, response="$r").call("case", env={"key": incident_io.API_KEY}, world=bench.world)
    name, code, (error,), status = result.value
    assert (name, code, status) == ("IncidentIoAPIError", "ERROR_CODE_BAD_REQUEST", 422)
    assert error["source"]["field"] == "severity_id"


# ------------------------------------------------------------------ rules before anything is sent


@pytest.mark.parametrize(
    ("statement", "attributes", "wrong"),
    [
        ("pagerduty.create_incident", CREATE | {"title": " "}, "`title` is missing"),
        ("pagerduty.create_incident", CREATE | {"title": None, "service_id": ""},
         "`title` is missing; `service_id` is missing"),
        ("pagerduty.create_incident", CREATE | {"urgency": "High"}, "`urgency` must be one of high, low"),
        ("pagerduty.create_incident", CREATE | {"region": "mars", "attempts": 0, "timeout": -1},
         "`region` must be one of us, eu; `attempts` must be a number from 1 to 20; "
         "`timeout` must be a number of seconds up to 600"),
        ("pagerduty.create_incident", CREATE | {"from": "Casey"},
         "`from` must be the e-mail address of a user of the account"),
        ("pagerduty.create_incident", CREATE | {"from": "a@example.com\r\nX-Evil: 1"},
         "`from` must be the e-mail address of a user of the account"),
        ("pagerduty.create_incident", CREATE | {"api_key": ""},
         "`api_key` is empty or no key at all; it must be a REST API key of PagerDuty (20 characters)"),
        ("pagerduty.create_incident", CREATE | {"api_key": "two words"},
         "`api_key` is empty or no key at all; it must be a REST API key of PagerDuty (20 characters)"),
        ("pagerduty.create_incident", CREATE | {"api_key": pagerduty.ROUTING_KEY},
         "`api_key` has 32 characters, like the integration key (routing key) of the Events API; "
         "it must be a REST API key of PagerDuty (20 characters)"),
        ("pagerduty.create_incident", CREATE | {"escalation_policy_id": "PESC001", "assignee_id": "PUSR001"},
         "`escalation_policy_id` may not stand beside `assignee_id`"),
        ("pagerduty.send_event", EVENT | {"routing_key": pagerduty.USER_KEY},
         "`routing_key` has 20 characters, like a REST API key of PagerDuty; it must be the integration key "
         "(routing key) of an Events API v2 integration (32 letters and digits)"),
        ("pagerduty.send_event", EVENT | {"routing_key": "-" * 32},
         "`routing_key` has other characters; it must be the integration key (routing key) of an Events API v2 "
         "integration (32 letters and digits)"),
        ("pagerduty.send_event", EVENT | {"severity": "high"},
         "`severity` must be one of critical, error, warning, info"),
        ("pagerduty.send_event", {}, "`summary` is missing; `source` is missing"),
        ("pagerduty.send_event", EVENT | {"event_action": "open"},
         "`event_action` must be one of trigger, acknowledge, resolve"),
        ("pagerduty.send_event", {"event_action": "resolve"}, "`dedup_key` is missing"),
        ("pagerduty.send_event", EVENT | {"timestamp": "noon", "links": [{"text": "x"}]},
         "`links.0.href` is missing; `timestamp` must be a time in ISO 8601, e.g. 2026-01-31T12:00:00Z"),
        ("pagerduty.send_event", EVENT | {"summary": "x" * 1025},
         "`summary` must have at most 1024 characters or entries"),
        ("pagerduty.send_event", EVENT | {"custom_details": {"x": "y" * 600_000}},
         "the request has 600252 bytes, 524288 are taken at most"),
        ("pagerduty.send_change_event", {"summary": ""}, "`summary` is missing"),
        ("pagerduty.get", {"incident_id": " "}, "`incident_id` is missing"),
        ("pagerduty.resolve", {"incident_id": ".."}, "`incident_id` is missing"),
        ("pagerduty.note", {"incident_id": "1", "content": " "}, "`content` is missing"),
        ("pagerduty.list", {"statuses": ["open"]},
         "`statuses.0` must be one of triggered, acknowledged, resolved"),
        ("pagerduty.list", {"incident_key": ""}, "`incident_key` is empty, which would list every incident"),
        ("pagerduty.list", {"limit": 10, "offset": 9_991},
         "`limit` is at least 1, and with `offset` 10000 at most"),
        ("incident_io.create_alert", ALERT | {"status": "open"}, "`status` must be one of firing, resolved"),
        ("incident_io.create_alert", ALERT | {"title": ""}, "`deduplication_key` is missing"),
        ("incident_io.create_alert", ALERT | {"alert_source_config_id": ""}, "`alert_source_config_id` is missing"),
        ("incident_io.create_alert", ALERT | {"alert": {"attrs": ["x"]}},
         "`alert.attrs` must be a list of {key, value}"),
        ("incident_io.create_alert", ALERT | {"secret_api_token": " "},
         "`secret_api_token` is empty or no key at all; it must be the secret of the alert source, "
         "which is another one than an API key"),
        ("incident_io.create_incident", INCIDENT | {"visibility": "secret"},
         "`visibility` must be one of public, private"),
        ("incident_io.create_incident", INCIDENT | {"custom_field_entries": [{}]},
         "`custom_field_entries.0.custom_field_id` is missing; `custom_field_entries.0.values` is missing"),
        ("incident_io.edit_incident", {"incident_id": "1"}, "nothing is to be changed"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_not_sent(bench, statement, attributes, wrong):
    result = bench.run(statement, **attributes)
    fault = bench.refused(statement, **attributes)
    assert fault.message == f"Nothing was sent: {wrong}"
    assert result.requests == ()
    assert (fault.result["status"], fault.kind.error_code) == (0, "ERROR_CODE_INPUT_ERROR")
    assert "; ".join(fault.result["errors"]) == wrong


TEXTS = st.text(max_size=40) | st.sampled_from(
    ["\ud800", "\x00", "\u2028", '"', "\\", "</script>", "a" * 300, "é/../?#&"]
)


@settings(max_examples=60)
@given(title=TEXTS, details=TEXTS, service=TEXTS, key=TEXTS, content=TEXTS, incident=TEXTS)
def test_no_text_breaks_a_request(title, details, service, key, content, incident):
    sent: list[Request] = []

    def take(request: Request) -> Response:
        sent.append(request)
        return Response(200, (), b"{}")

    world = memory_world(http=MemoryHttp(take))
    given_ = {"title": title, "details": details, "service": service, "key": key, "content": content, "id": incident}
    text = """try_catch {
      try { pagerduty.create_incident {
        api_key = "u+SIMuserKEY00000001", title = $input.title, details = $input.details, service_id = $input.service
        incident_key = $input.key
      } }
    }
    try_catch {
      try { pagerduty.note {
        api_key = "u+SIMuserKEY00000001", incident_id = $input.id, content = $input.content
      } }
    }
    try_catch {
      try { pagerduty.list {
        api_key = "u+SIMuserKEY00000001", incident_key = $input.key, service_ids = [$input.service]
      } }
    }"""
    inputs = "".join(f"\njson {name}?" for name in given_)
    project = Project(load_text(source_text(text).replace("input {}", f"input {{ {inputs}\n}}"), "stack.xs"))
    assert project.call("case", given_, world=world).error is None
    for request in sent:
        assert request.url.isascii()
        path = request.url.removeprefix("https://api.pagerduty.com").partition("?")[0]
        assert path == "/incidents" or (path.startswith("/incidents/") and path.endswith("/notes"))
        assert path.count("/") in (1, 3)
        if request.method == "POST" and path == "/incidents":
            made = json.loads(request.body.decode("utf-8"))["incident"]
            assert (made["title"], made["service"]["id"]) == (title, service)
        elif request.method == "POST":
            assert json.loads(request.body)["note"]["content"] == content


# ------------------------------------------------------------------ the function itself


def test_the_function_is_called_with_values_of_json(bench):
    asked = {"secret_api_token": incident_io.SOURCE_TOKEN, "alert_source_config_id": incident_io.SOURCE_ID}
    answer = create_alert(bench.world, **asked, alert={"id": "a-1", "title": "Disk full"})
    assert answer["deduplication_key"] == "a-1"
    for wrong, said in (
        ({"title": 5}, "`title` must be a text"),
        ({"status": 1}, "`status` must be a text"),
        ({"metadata": [1]}, "`metadata` must be an object"),
        ({"deduplication_key": ["x"]}, "`deduplication_key` must be a text"),
        ({"alert": "x"}, "`alert` must be an object"),
        ({"secret_api_token": None}, "`secret_api_token` is empty or no key at all"),
        ({"alert_source_config_id": 7}, "`alert_source_config_id` is missing"),
    ):
        with pytest.raises(Fault) as raised:
            create_alert(bench.world, **asked | {"title": "x"} | wrong)
        assert raised.value.message.startswith(f"Nothing was sent: {said}"), wrong
    assert len(bench.alerts()) == 1


# ------------------------------------------------------------------ around a run

PAGES = """run.job "Pages" {
  main = {name: "page"}
  env = ["pagerduty_api_key", "incident_io_api_key"]
}
---
function "page" {
  stack {
    pagerduty.create_incident {
      api_key = $env.pagerduty_api_key
      title = "Disk full"
      service_id = "PSVC001"
    } as $incident
    pagerduty.note {
      api_key = $env.pagerduty_api_key
      incident_id = $incident.id
      content = "Making room"
    }
    incident_io.create_incident {
      api_key = $env.incident_io_api_key
      name = "Disk full"
      severity_id = "01J0SEVR000000000000000001"
    }
  }
  response = true
}
"""


def test_no_kill_pages_twice_or_loses_a_page(tmp_path):
    (tmp_path / "run.xs").write_text(PAGES, encoding="utf-8")
    command = [sys.executable, "-m", "xsrun", "torture", str(tmp_path), "--json", "--only", "kill-call"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (Exit.DONE, "")
    found = json.loads(done.stdout)
    assert [found["totals"][bad] for bad in ("double", "lost", "silent", "leak", "hang", "crash")] == [0] * 6
    (job,) = found["jobs"]
    ends = {trial["title"]: trial["outcome"] for trial in job["trials"]}
    assert len(ends) > 1 + 3
    assert set(ends.values()) == {"done"}


def test_a_recorded_page_is_replayed_with_another_key(tmp_path, monkeypatch, capsys):
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "run.xs").write_text(PAGES, encoding="utf-8")
    cassette = tmp_path / "page.jsonl"
    assert main(["execute", str(tmp_path), "--simulate", "--record", str(cassette)]) == Exit.DONE
    kept = cassette.read_text(encoding="utf-8")
    assert len(kept.splitlines()) == 4
    assert not any(key in kept for key in (pagerduty.USER_KEY, incident_io.API_KEY))
    keys = ("--env", "pagerduty_api_key=u+another0000000key1", "--env", "incident_io_api_key=another0000000key2")
    assert main(["execute", str(tmp_path), "--replay", str(cassette), *keys]) == Exit.DONE
    assert capsys.readouterr() == ("true\ntrue\n", "")


def test_the_clock_of_a_job_does_not_make_an_old_incident_its_own(bench):
    old = bench.done("pagerduty.create_incident", **CREATE, incident_key="disk")
    bench.done("pagerduty.resolve", incident_id=old["id"])
    bench.clock.sleep(3_600)
    bench.world = bench.world._replace(clock=ManualClock(NOON - 86_400_000), begun=bench.clock.now())
    bench.pagerduty.troubles.add("reset")
    assert bench.done("pagerduty.create_incident", **CREATE, incident_key="disk")["incident_number"] == 2


def test_a_note_whose_answer_is_lost_is_looked_for_and_never_written_twice(opened):
    for trouble in ("lost", "garbage"):
        opened.pagerduty.troubles.add(f"ok,{trouble}")
        written = opened.run("pagerduty.note", incident_id="1", content=f"Making room, {trouble}")
        assert (written.value["content"], methods(written)) == (f"Making room, {trouble}", ["GET", "POST", "GET"])
    opened.pagerduty.troubles.add("ok,reset")
    added = opened.run("pagerduty.note", incident_id="1", content="Room was made")
    assert methods(added) == ["GET", "POST", "GET", "POST"]
    for trouble, exit in (("lost,500:9", Exit.UNKNOWN_OUTCOME), ("garbage:9", Exit.FAILED)):
        opened.pagerduty.troubles.add(f"ok,{trouble}")
        failed = opened.run("pagerduty.note", incident_id="1", content=f"Never asked, {trouble}")
        opened.pagerduty.troubles.clear()
        assert (failed.error.exit, methods(failed)) == (exit, ["GET", "POST", "GET", "GET", "GET"])
    assert len(opened.incidents()[0].notes) == 5


@pytest.mark.parametrize("listed", [{}, {"notes": 5}, {"notes": [None, "x", {"content": 5}]}])
def test_a_list_of_notes_that_is_none_keeps_no_note_from_being_written(bench, listed):
    def give(request: Request) -> Response:
        return Response(200, (), json.dumps({"note": {"id": "N1"}} if request.method == "POST" else listed).encode())

    assert bench.run("pagerduty.note", MemoryHttp(give), incident_id="1", content="x").value == {"id": "N1"}


def test_a_list_of_incidents_that_is_none_is_empty(bench):
    for listed in (b'{"incidents": 5, "more": true}', b'{"incidents": ["x"], "more": true}'):
        assert bench.run("pagerduty.list", answers(Response(200, (), listed))).value == []


def test_a_description_that_is_sent_is_read_like_any_other_attribute():
    text = """incident_io.create_alert {
      secret_api_token = $env.token
      alert_source_config_id = "01J0"
      title = "x"
      description = $env.other_key
    }"""
    described = describe(program(text).folder)
    assert [each["name"] for each in described["env"]] == ["other_key", "token"]
    assert described["hosts"][0]["secrets"] == ["other_key", "token"]
