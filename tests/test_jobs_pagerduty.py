"""The PagerDuty jobs: what they send, what they give back, what they say when it goes wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from job_bench import ACKNOWLEDGE, CHANGE, CREATE, ESCALATE, EVENTS, NOTE, ON_CALL, RESOLVE, Bench, body, sent

from xsrun.effects.memory import MemoryHttp
from xsrun.effects.ports import Request, Response
from xsrun.simulators.pagerduty import seeds as pagerduty


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def opened() -> Bench:
    return Bench.with_incident()


# ---------------------------------------------------------------- create an incident


def test_create_sends_what_the_reference_says(bench: Bench) -> None:
    result = bench.run(
        CREATE,
        title=" Database is down ",
        description="db-1 does not answer.",
        urgency="low",
        service_id="PSVC002",
        incident_key="db-1",
        priority=pagerduty.PRIORITY_ID,
        **{"from": pagerduty.FROM},
    )
    assert (sent(result).method, sent(result).url) == ("POST", "https://api.pagerduty.com/incidents")
    assert sent(result).headers[:4] == (
        ("Authorization", f"Token token={pagerduty.USER_KEY}"),
        ("Accept", "application/vnd.pagerduty+json;version=2"),
        ("Content-Type", "application/json"),
        ("From", pagerduty.FROM),
    )
    assert body(result) == {
        "incident": {
            "type": "incident",
            "title": "Database is down",
            "service": {"id": "PSVC002", "type": "service_reference"},
            "urgency": "low",
            "incident_key": "db-1",
            "body": {"type": "incident_body", "details": "db-1 does not answer."},
            "priority": {"id": pagerduty.PRIORITY_ID, "type": "priority_reference"},
        }
    }
    value = result.value
    assert (value["incident_number"], value["title"], value["status"]) == (1, "Database is down", "triggered")
    assert (value["urgency"], value["service"]["id"], value["service"]["summary"]) == ("low", "PSVC002", "Reports")
    assert value["id"].startswith("Q")
    assert value["id"] in value["html_url"]
    assert value["created_at"] == "2026-01-01T12:00:00Z"


def test_create_leaves_out_what_is_not_given(bench: Bench) -> None:
    result = bench.run(CREATE)
    assert set(body(result)["incident"]) == {"type", "title", "service", "urgency", "incident_key"}
    assert sent(result).header("From") == ""
    assert body(result)["incident"]["service"]["id"] == pagerduty.SERVICE_ID


def test_create_twice_is_one_incident(bench: Bench) -> None:
    first = bench.run(CREATE, title="a")
    second = bench.run(CREATE, title="a", description="seen again", urgency="low")
    assert second.value == first.value
    assert len(bench.incidents()) == 1
    assert [each.request.method for each in second.requests] == ["POST", "GET"]
    assert "Nothing was created" in second.logs[0]
    assert first.logs == ()


def test_create_for_another_cause_is_another_incident(bench: Bench) -> None:
    for given in ({"title": "a"}, {"title": "b"}, {"title": "a", "service_id": "PSVC002"}, {"incident_key": "mine"}):
        bench.done(CREATE, **given)
    assert len(bench.incidents()) == 4


def test_create_after_a_resolve_is_a_new_incident(opened: Bench) -> None:
    opened.done(RESOLVE)
    assert opened.done(CREATE)["incident_number"] == 2


def test_create_finds_an_open_incident_of_any_age(opened: Bench) -> None:
    opened.pagerduty.account.records["service"][pagerduty.SERVICE_ID]["auto_resolve_timeout"] = None
    opened.clock.time += 200 * 86_400_000
    assert opened.done(CREATE)["incident_number"] == 1


def test_create_finds_a_key_that_needs_escaping(bench: Bench) -> None:
    key = 'disk /var & "db"=ä+1'
    assert bench.done(CREATE, incident_key=key)["id"] == bench.done(CREATE, incident_key=key)["id"]
    assert bench.done(CREATE, incident_key="0")["incident_key"] == "0"


def test_create_whose_answer_was_lost_is_found(bench: Bench) -> None:
    bench.pagerduty.troubles.add("lost")
    assert bench.done(CREATE)["incident_number"] == 1
    assert len(bench.incidents()) == 1


def test_create_refused_for_a_key_that_no_look_up_shows(bench: Bench) -> None:
    refusal = {"error": {"code": 2002, "message": "Arguments Caused Error", "errors": ["It already exists"]}}
    found: dict[str, list[Any]] = {"incidents": []}

    def give(request: Request) -> Response:
        return Response(
            *(
                (200, (), json.dumps(found).encode())
                if request.method == "GET"
                else (400, (), json.dumps(refusal).encode())
            )
        )

    message = bench.refused(CREATE, http=MemoryHttp(give))
    assert message.endswith("status 400, code 2002, Arguments Caused Error, It already exists")


def test_create_without_a_sender(bench: Bench) -> None:
    message = bench.refused(CREATE, key=pagerduty.ACCOUNT_KEY)
    assert "status 400, code 2016, You must specify a user's email address" in message
    assert message.endswith("as the input from")
    assert bench.done(CREATE, key=pagerduty.ACCOUNT_KEY, **{"from": pagerduty.FROM})["incident_number"] == 1
    nobody = bench.refused(CREATE, key=pagerduty.ACCOUNT_KEY, title="b", **{"from": "nobody@example.com"})
    assert "code 1008, Requester User Not Found" in nobody


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("u+SIMuserKEY00000002", "this one has 20"),
        ("SIMuserKEY", "this one has 10"),
        (pagerduty.ROUTING_KEY, "this one has 32, like the integration key (routing key) of the Events API"),
    ],
)
@pytest.mark.parametrize("job", [CREATE, ACKNOWLEDGE, RESOLVE])
def test_a_refused_rest_key(opened: Bench, job: str, key: str, told: str) -> None:
    message = opened.refused(job, key=key)
    assert "status 401, the answer is empty" in message
    assert "pagerduty_api_key must hold a REST API key (20 characters)" in message
    assert message.endswith(told)


@pytest.mark.parametrize("job", [CREATE, RESOLVE, ACKNOWLEDGE])
def test_a_read_only_key(opened: Bench, job: str) -> None:
    assert "status 403, code 2010, Access Denied" in opened.refused(job, key=pagerduty.READONLY_KEY)


def test_create_for_an_unknown_service(bench: Bench) -> None:
    message = bench.refused(CREATE, service_id="PNOBODY")
    assert message == "Cannot create the incident: status 400, code 2002, Arguments Caused Error, Service not found"


def test_create_with_a_blank_field(bench: Bench) -> None:
    assert "code 2001, Invalid Input Provided, Title cannot be empty" in bench.refused(CREATE, title="  ")
    assert "code 2001, Invalid Input Provided" in bench.refused(CREATE, service_id="  ")
    assert bench.incidents() == []


@pytest.mark.parametrize("name", ["title", "service_id"])
@pytest.mark.parametrize("given", ["", None])
def test_create_without_a_needed_input(bench: Bench, name: str, given: str | None) -> None:
    result = bench.run(CREATE, **{name: given})
    assert result.error is not None
    assert result.error.message == f"Missing param: {name}"
    assert result.requests == ()


@pytest.mark.parametrize("wrong", [{"urgency": "urgent"}, {"region": "moon"}, {"from": "nobody"}, {"title": ["a"]}])
def test_create_with_an_input_that_makes_no_sense(bench: Bench, wrong: dict[str, Any]) -> None:
    result = bench.run(CREATE, **wrong)
    assert result.error is not None
    assert result.error.code == "input-error"
    assert result.requests == ()


@pytest.mark.parametrize("job", [CREATE, ACKNOWLEDGE, RESOLVE, EVENTS])
def test_the_region_chooses_the_host(opened: Bench, job: str) -> None:
    result = opened.run(job, region="eu")
    host = "events.eu.pagerduty.com" if job == EVENTS else "api.eu.pagerduty.com"
    assert all(each.request.url.startswith(f"https://{host}/") for each in result.requests)
    assert result.error is None


# ---------------------------------------------------------------- acknowledge and resolve


def test_acknowledge_by_id_and_by_number(opened: Bench) -> None:
    incident = opened.incidents()[0]
    for name in (incident.id, "1"):
        value = opened.done(ACKNOWLEDGE, incident_id=f" {name} ")
        assert (value["id"], value["status"]) == (incident.id, "acknowledged")


def test_acknowledge_does_not_open_a_resolved_incident(opened: Bench) -> None:
    opened.done(RESOLVE)
    assert "it is resolved" in opened.refused(ACKNOWLEDGE)
    assert opened.incidents()[0].status == "resolved"


def test_acknowledge_needs_a_sender_with_an_account_key(opened: Bench) -> None:
    assert "as the input from" in opened.refused(ACKNOWLEDGE, key=pagerduty.ACCOUNT_KEY)
    sender = {"from": "robin.okafor@example.com"}
    value = opened.done(ACKNOWLEDGE, key=pagerduty.ACCOUNT_KEY, **sender)
    assert value["acknowledgements"][0]["acknowledger"]["id"] == "PUSR002"


def test_resolve_with_a_note(opened: Bench) -> None:
    value = opened.done(RESOLVE, resolution="Restarted db-1.")
    assert (value["status"], value["resolved_at"]) == ("resolved", "2026-01-01T12:00:00Z")
    assert opened.incidents()[0].entries[-1].note == "Restarted db-1."


def test_resolve_twice_changes_nothing(opened: Bench) -> None:
    result = opened.run(RESOLVE)
    assert body(result) == {"incident": {"type": "incident_reference", "status": "resolved"}}
    assert opened.done(RESOLVE) == result.value


@pytest.mark.parametrize("job", [ACKNOWLEDGE, RESOLVE])
@pytest.mark.parametrize("name", ["QNOBODY", "1/notes", "../services", "1?x=1", "77"])
def test_an_unknown_incident(opened: Bench, job: str, name: str) -> None:
    assert "status 404, code 2100, Not Found" in opened.refused(job, incident_id=name)
    assert opened.incidents()[0].status == "triggered"


@pytest.mark.parametrize("job", [ACKNOWLEDGE, RESOLVE])
@pytest.mark.parametrize("name", ["", " ", None])
def test_no_incident_named(bench: Bench, job: str, name: str | None) -> None:
    result = bench.run(job, incident_id=name)
    assert result.error is not None
    assert result.error.code == "input-error"
    assert result.requests == ()


# ---------------------------------------------------------------- events


def test_trigger_sends_what_the_reference_says(bench: Bench) -> None:
    payload: dict[str, Any] = {
        "summary": "Disk is full",
        "source": "db-1",
        "severity": "critical",
        "timestamp": "2026-01-01T12:00:00Z",
        "component": "disk",
        "group": "db",
        "class": "space",
        "custom_details": {"free": 0},
    }
    around: dict[str, Any] = {
        "dedup_key": "disk-db-1",
        "links": [{"href": "https://example.com/runbook", "text": "Runbook"}],
        "images": [{"src": "https://example.com/graph.png"}],
        "client": "xsrun",
        "client_url": "https://example.com",
    }
    result = bench.run(EVENTS, **payload, **around)
    assert (sent(result).method, sent(result).url) == ("POST", "https://events.pagerduty.com/v2/enqueue")
    assert sent(result).header("Content-Type") == "application/json"
    assert sent(result).header("Authorization") == ""
    expected = {"event_action": "trigger", "routing_key": pagerduty.ROUTING_KEY, "payload": payload} | around
    assert body(result) == expected
    assert result.value == {"status": "success", "message": "Event processed", "dedup_key": "disk-db-1"}
    assert bench.incidents()[0].title == "Disk is full"


def test_the_same_input_triggers_once_and_resolves(bench: Bench) -> None:
    for action, status in (
        ("trigger", "triggered"),
        ("trigger", "triggered"),
        ("acknowledge", "acknowledged"),
        ("resolve", "resolved"),
    ):
        result = bench.run(EVENTS, event_action=action)
        assert set(body(result)) >= {"routing_key", "event_action", "dedup_key"}
        assert ("payload" in body(result)) == (action == "trigger")
        assert [incident.status for incident in bench.incidents()] == [status]


def test_a_trigger_whose_answer_was_lost_pages_once(bench: Bench) -> None:
    bench.pagerduty.troubles.add("lost:2")
    bench.done(EVENTS)
    assert len(bench.incidents()) == 1


def test_events_wait_half_a_minute_when_there_are_too_many(bench: Bench) -> None:
    bench.pagerduty.troubles.add("429:2")
    bench.done(EVENTS)
    assert bench.clock.slept == [30, 30]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"summary": ""}, "'payload.summary' is missing or blank"),
        ({"source": ""}, "'payload.source' is missing or blank"),
        ({"summary": "", "event_action": "resolve"}, "'dedup_key' is missing or blank"),
        ({"custom_details": ["a"]}, "'payload.custom_details'"),
    ],
)
def test_an_event_that_lacks_something(bench: Bench, given: dict[str, Any], told: str) -> None:
    message = bench.refused(EVENTS, **given)
    assert "status 400, invalid event, Event object is invalid, " in message
    assert told in message


def test_a_wrong_routing_key(bench: Bench) -> None:
    message = bench.refused(EVENTS, key=pagerduty.USER_KEY)
    assert "Length of 'routing_key' is incorrect" in message
    assert message.endswith("this one has 20, like a REST API key")
    unknown = bench.refused(EVENTS, key="SIMroutingKEY0000000000000000009")
    assert "Invalid routing key. pagerduty_routing_key must hold the integration key of a service" in unknown


def test_a_severity_of_another_kind(bench: Bench) -> None:
    result = bench.run(EVENTS, severity="high")
    assert result.error is not None
    assert result.error.code == "input-error"
    assert result.requests == ()


# ---------------------------------------------------------------- escalate, note, on call, change


def test_an_incident_is_handed_to_the_next_level(opened: Bench) -> None:
    assert opened.incidents()[0].assignments[0].who.id == "PUSR001"
    result = opened.run(ESCALATE, **{"from": pagerduty.FROM})
    assert [each.request.method for each in result.requests] == ["GET", "PUT"]
    assert body(result, 1) == {"incident": {"type": "incident_reference", "escalation_level": 2}}
    assert sent(result, 1).header("From") == pagerduty.FROM
    assert [each["assignee"]["id"] for each in result.value["assignments"]] == ["PUSR002"]


def test_what_is_resolved_is_handed_to_nobody(opened: Bench) -> None:
    opened.done(RESOLVE)
    assert opened.refused(ESCALATE) == "Cannot escalate the incident: it is resolved"


def test_a_policy_that_nobody_knows(opened: Bench) -> None:
    assert "status 400, code 2002" in opened.refused(ESCALATE, escalation_policy="PNONE")


def test_a_note_is_added_once(opened: Bench) -> None:
    first = opened.run(NOTE, content=" Restarted db-1 ")
    assert first.value["content"] == "Restarted db-1"
    second = opened.run(NOTE, content="Restarted db-1")
    assert second.value == first.value
    assert [each.request.method for each in second.requests] == ["GET"]
    opened.done(NOTE, content="Restarted db-2")
    assert [note.content for note in opened.incidents()[0].notes] == ["Restarted db-1", "Restarted db-2"]


@pytest.mark.parametrize("trouble", ["lost", "cut", "reset", "500", "slow:30s"])
def test_an_attempt_that_was_not_answered_is_looked_up(opened: Bench, trouble: str) -> None:
    opened.pagerduty.troubles.add(f"ok:1,{trouble}")
    assert opened.done(NOTE)["content"] == "Test note"
    assert [note.content for note in opened.incidents()[0].notes] == ["Test note"]


def test_who_is_on_call_comes_by_level(bench: Bench) -> None:
    people = bench.done(ON_CALL)
    assert [(each["level"], each["id"]) for each in people] == [(1, "PUSR001"), (2, "PUSR002")]
    assert people[0]["email"].endswith("@example.com")
    assert bench.done(ON_CALL, escalation_policy="PNONE", service_id="") == []
    assert "status 404, code 2100" in bench.refused(ON_CALL, service_id="PNONE")


def test_a_change_is_told_and_opens_nothing(bench: Bench) -> None:
    value = bench.done(CHANGE, summary="Deployed web 4.2", links=[{"href": "https://example.com/1", "text": "Commit"}])
    assert value == {"status": "success", "message": "Change event processed"}
    assert bench.incidents() == []
    (change,) = bench.pagerduty.account.changes
    assert change["event"]["payload"] == {"summary": "Deployed web 4.2", "source": "xsrun"}
    assert change["event"]["links"] == [{"href": "https://example.com/1", "text": "Commit"}]


@pytest.mark.parametrize(("trouble", "requests"), [("lost", 1), ("500", 1), ("429:2", 3)])
def test_a_change_that_may_have_arrived_is_not_sent_again(bench: Bench, trouble: str, requests: int) -> None:
    bench.pagerduty.troubles.add(trouble)
    assert len(bench.run(CHANGE).requests) == requests
    assert len(bench.pagerduty.account.changes) == (trouble != "500")
