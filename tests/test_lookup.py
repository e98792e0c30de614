"""What became of a write without an answer, asked of its provider by the key that it carries."""

from __future__ import annotations

import json
from typing import Any

import pytest
from provider_client import JSON, Client

from xsrun.effects.ports import Request, Response
from xsrun.providers.policies import SKEW, NoAnswer, Policy, judge, lookup
from xsrun.simulators.slack.workspace import CHANNEL, TOKEN
from xsrun.simulators.statuspage.page import API_KEY, PAGE_ID

LATER = 3_600_000


@pytest.fixture
def web() -> Client:
    return Client("slack", "https://slack.com", f"Bearer {TOKEN}")


def message(key: str = "disk", **more: Any) -> Request:
    carried = {"event_type": "page", "event_payload": {"key": key}}
    body = {"channel": CHANNEL, "text": "Down", "metadata": carried} | more
    headers = (("Authorization", f"Bearer {TOKEN}"), JSON)
    return Request("POST", "https://slack.com/api/chat.postMessage", headers, json.dumps(body).encode())


def became(web: Client, request: Request, since: int = 0) -> Response | None:
    return lookup(judge(request), request, since or web.simulator.clock.now(), web.simulator.handle)


def test_a_message_with_a_key_is_looked_for_and_one_without_is_not() -> None:
    assert judge(message()).policy is Policy.LOOKUP
    assert judge(message(metadata={"event_type": "page", "event_payload": {}})).policy is Policy.ONCE
    assert judge(message("disk")).name != judge(message("disk", thread_ts="1.0")).name


def test_a_message_that_arrived_is_answered_as_it_was(web: Client) -> None:
    assert became(web, message()) is None
    answer = json.loads(web.simulator.handle(message()).body)
    found = became(web, message())
    assert found is not None
    assert {name: json.loads(found.body)[name] for name in ("ok", "channel", "ts")} == {
        "ok": True, "channel": CHANNEL, "ts": answer["ts"],
    }  # fmt: skip
    assert became(web, message("network")) is None


def test_an_old_message_is_another_one(web: Client) -> None:
    web.simulator.handle(message())
    assert became(web, message(), web.simulator.clock.now() + SKEW + 1000) is None


def test_what_was_answered_in_a_thread_is_looked_for_there(web: Client) -> None:
    ts = json.loads(web.simulator.handle(message()).body)["ts"]
    reply = message(thread_ts=ts, text="Looking")
    assert became(web, message("reply", thread_ts=ts)) is None
    web.simulator.handle(reply)
    assert became(web, reply) is not None


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": False, "error": "missing_scope"},
        {"ok": True},
        {"ok": True, "messages": [{"ts": "x"}]},
        {"ok": True, "messages": [{"ts": "99999999999.0"}], "has_more": True},
    ],
)
def test_nobody_knows_when_slack_does_not_say(answer: dict[str, Any]) -> None:
    with pytest.raises(NoAnswer, match=r"Slack Web API gave no list when asked for the key disk"):
        lookup(judge(message()), message(), LATER, lambda _request: Response(200, (), json.dumps(answer).encode()))


# ---------------------------------------------------------------- Statuspage


@pytest.fixture
def page() -> Client:
    return Client("statuspage", "https://api.statuspage.io", f"OAuth {API_KEY}")


def incident(method: str = "POST", place: str = "", **given: Any) -> Request:
    headers = (("Authorization", f"OAuth {API_KEY}"), JSON)
    url = f"https://api.statuspage.io/v1/pages/{PAGE_ID}/incidents{place}"
    return Request(method, url, headers, json.dumps({"incident": given}).encode())


def test_an_incident_that_was_opened_is_found_by_its_name(page: Client) -> None:
    opening = incident(name="Checkout is down", body="We look into it")
    assert judge(opening).policy is Policy.LOOKUP
    assert became(page, opening) is None
    page.simulator.handle(incident(name="Checkout is down again"))
    assert became(page, opening) is None
    opened = page.simulator.handle(opening)
    found = became(page, opening)
    assert found is not None
    assert (found.status, json.loads(found.body)) == (201, json.loads(opened.body))
    assert became(page, opening, page.simulator.clock.now() + SKEW + 1000) is None


def test_an_update_that_arrived_is_found_by_what_it_says(page: Client) -> None:
    opened = json.loads(page.simulator.handle(incident(name="Checkout is down")).body)
    update = incident("PATCH", f"/{opened['id']}", status="identified", body="A cable is broken")
    assert judge(update).policy is Policy.LOOKUP
    assert judge(incident("PATCH", f"/{opened['id']}", status="identified")).policy is Policy.ONCE
    assert became(page, update) is None
    page.simulator.handle(update)
    found = became(page, update)
    assert found is not None
    assert json.loads(found.body)["status"] == "identified"
    assert became(page, update, page.simulator.clock.now() + SKEW + 1000) is None


def test_a_page_that_does_not_answer_with_incidents_says_nothing() -> None:
    with pytest.raises(NoAnswer):
        lookup(judge(incident(name="x")), incident(name="x"), LATER, lambda _request: Response(200, (), b'{"a": 1}'))
