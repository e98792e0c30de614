"""The shipped jobs for Slack, Opsgenie, Jira and Statuspage, and the one that tells several providers, run again."""

from __future__ import annotations

from typing import Any

import pytest
from fixed_world import SeededRandom
from job_bench import EVERYWHERE, JIRA, OPSGENIE, SLACK, STATUSPAGE, WEBHOOK, Bench, answers, body, project, sent

from xsrun.diagnostics import Exit
from xsrun.effects.memory import MemoryHttp, MemoryLog, memory_world
from xsrun.effects.ports import Request, Response, World
from xsrun.runtime.job import Result
from xsrun.simulators.incident_io import seeds as incident_io
from xsrun.simulators.pagerduty import seeds as pagerduty
from xsrun.simulators.slack.workspace import LIMITED_TOKEN, TOKEN

LATER = 3_700_000
"""Milliseconds after which Slack's job takes a message for another one."""


@pytest.fixture
def bench() -> Bench:
    return Bench()


def held(bench: Bench, provider: str, kind: str) -> list[Any]:
    return list(bench.others[provider].contents()[kind])


# ---------------------------------------------------------------- Slack


def test_a_message_is_posted_once_an_hour(bench: Bench) -> None:
    first = bench.done(SLACK)
    assert bench.done(SLACK) == first
    assert bench.done(SLACK, text="Another one") != first
    assert len(held(bench, "slack", "messages")) == 2
    bench.clock.time += LATER
    assert bench.done(SLACK) != first


def test_a_message_of_a_thread_is_looked_for_there(bench: Bench) -> None:
    thread = bench.done(SLACK)["ts"]
    reply = bench.done(SLACK, thread_ts=thread)
    assert bench.done(SLACK, thread_ts=thread) == reply
    assert len(held(bench, "slack", "messages")) == 2


def test_a_bot_that_may_not_look_posts_and_says_so(bench: Bench) -> None:
    slack: Any = bench.others["slack"]
    slack.account["tokens"][1]["scopes"] = ["chat:write"]
    result = bench.run(SLACK, key=LIMITED_TOKEN)
    assert result.error is None
    assert "the bot lacks the scope channels:history" in str(result.logs)
    slack.troubles.add("ok,lost")
    assert "look into the channel" in bench.refused(SLACK, key=LIMITED_TOKEN)
    assert len(held(bench, "slack", "messages")) == 2


# ---------------------------------------------------------------- Opsgenie, Jira


def test_an_alert_comes_again_and_ends(bench: Bench) -> None:
    alias = bench.done(OPSGENIE)["alias"]
    assert bench.done(OPSGENIE)["alias"] == alias
    (alert,) = held(bench, "opsgenie", "alerts")
    assert (alert["alias"], alert["count"], alert["status"]) == (alias, 2, "open")
    bench.done(OPSGENIE, action="close")
    assert held(bench, "opsgenie", "alerts")[0]["status"] == "closed"


def test_an_issue_of_a_cause_is_created_once(bench: Bench) -> None:
    first = bench.done(JIRA)
    assert bench.done(JIRA) == first | {"created": False}
    assert bench.done(JIRA, cause="another")["key"] != first["key"]


# ---------------------------------------------------------------- Statuspage


def test_an_incident_is_told_once_at_each_of_its_steps(bench: Bench) -> None:
    opened = bench.done(STATUSPAGE)
    assert bench.done(STATUSPAGE) == opened
    for status, text in (
        ("identified", "A cable is broken"),
        ("monitoring", "Repaired"),
        ("resolved", "It was the cable"),
    ):
        for _ in range(2):
            assert bench.done(STATUSPAGE, status=status, body=text)["status"] == status
    (incident,) = held(bench, "statuspage", "incidents")
    assert [each["status"] for each in incident["incident_updates"]] == [
        "resolved", "monitoring", "identified", "investigating",
    ]  # fmt: skip
    assert bench.done(STATUSPAGE)["id"] != opened["id"]


def test_an_update_without_an_answer_is_told_once(bench: Bench) -> None:
    bench.done(STATUSPAGE)
    bench.others["statuspage"].troubles.add("ok,lost")
    bench.done(STATUSPAGE, status="identified", body="A cable is broken")
    (incident,) = held(bench, "statuspage", "incidents")
    assert len(incident["incident_updates"]) == 2


# ---------------------------------------------------------------- a webhook


def test_an_event_has_the_same_key_and_signature_each_time() -> None:
    env = {"webhook_url": "https://hooks.example.com/in", "webhook_secret": "made-up-secret"}
    results = [project(WEBHOOK).run(env=env, world=memory_world(http=answers(Response(204)))) for _ in range(2)]
    first, second = (dict(sent(each).headers) for each in results)
    assert first["Idempotency-Key"] == second["Idempotency-Key"] == results[0].value["key"]
    assert first["X-Signature"] == second["X-Signature"]
    assert body(results[0])["event"] == "test"


# ---------------------------------------------------------------- everywhere

ENV = {
    "pagerduty_routing_key": pagerduty.ROUTING_KEY,
    "incident_io_api_token": incident_io.SOURCE_TOKEN,
    "slack_bot_token": TOKEN,
}


def everywhere(bench: Bench, **given: Any) -> Result:
    world = World(bench.http, bench.clock, SeededRandom(3), MemoryLog())
    return project(EVERYWHERE).run(input=given, env=ENV, world=world)


def counted(bench: Bench) -> tuple[int, int, int]:
    return len(bench.incidents()), len(bench.alerts()), len(held(bench, "slack", "messages"))


def test_an_alert_is_told_once_everywhere(bench: Bench) -> None:
    for _ in range(2):
        assert everywhere(bench).error is None
    assert counted(bench) == (1, 1, 1)
    assert everywhere(bench, status="resolved").error is None
    assert bench.incidents()[0].status == "resolved"
    assert bench.alerts()[0].status == "resolved"
    assert counted(bench) == (1, 1, 2)


@pytest.mark.parametrize(
    ("troubled", "counts"),
    [("pagerduty", (0, 1, 1)), ("incident_io", (1, 0, 1)), ("slack", (1, 1, 0))],
)
def test_one_that_is_away_is_told_by_the_next_run(bench: Bench, troubled: str, counts: tuple[int, int, int]) -> None:
    names = ["pagerduty", "incident_io", "slack"]
    simulator: Any = bench.others["slack"] if troubled == "slack" else getattr(bench, troubled)
    simulator.troubles.add("503:3")
    result = everywhere(bench)
    assert result.error is not None
    assert (result.error.name, result.error.exit) == ("AlertError", Exit.FAILED)
    told = ", ".join(each for each in names if each != troubled)
    assert result.error.message.startswith(f"Told: {told}. Not told: {troubled} (Cannot ")
    assert counted(bench) == counts
    assert everywhere(bench).error is None
    assert counted(bench) == (1, 1, 1)


def test_nobody_is_told_without_keys(bench: Bench) -> None:
    seen: list[Request] = []

    def give(request: Request) -> Response:
        seen.append(request)
        return Response(200)

    env = dict.fromkeys(ENV, " ")
    result = project(EVERYWHERE).run(env=env, world=memory_world(http=MemoryHttp(give)))
    assert result.error is not None
    assert result.error.message.startswith("Told: nobody. Not told: pagerduty (Nothing was sent: ")
    assert seen == []
