"""The Slack simulator: webhooks with statuses and text, methods with ``ok`` and ``error``."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from provider_client import FORM, JSON, Client

from xsrun.effects.ports import Request
from xsrun.simulators.slack.workspace import BOT, CHANNEL, LIMITED_TOKEN, TOKEN, WEBHOOK


@pytest.fixture
def hook() -> Client:
    return Client("slack", "https://hooks.slack.com")


@pytest.fixture
def web() -> Client:
    return Client("slack", "https://slack.com", f"Bearer {TOKEN}")


def said(client: Client, body: bytes, *headers: tuple[str, str], path: str = WEBHOOK) -> tuple[int, str]:
    answer = client.send("POST", path, body, *headers)
    return answer.status, answer.body.decode()


def call(client: Client, method: str, **given: Any) -> Any:
    status, answer = client.ask("POST", f"/api/{method}", given)
    assert status == 200
    return answer


def error(client: Client, method: str, **given: Any) -> str:
    answer = call(client, method, **given)
    assert answer["ok"] is False
    return str(answer["error"])


# ---------------------------------------------------------------- webhooks


def test_a_webhook_takes_json_and_forms(hook: Client) -> None:
    assert said(hook, b'{"text": "Down"}', JSON) == (200, "ok")
    assert said(hook, urlencode({"payload": '{"text": "Up"}'}).encode(), FORM) == (200, "ok")
    assert said(hook, b'{"blocks": [{"type": "divider"}]}', JSON) == (200, "ok")
    assert [each["text"] for each in hook.simulator.contents()["messages"]] == ["Down", "Up", ""]


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"{", (400, "invalid_payload")),
        (b"[]", (400, "invalid_payload")),
        (b"", (400, "invalid_payload")),
        (b'{"text": ""}', (400, "no_text")),
        (b'{"blocks": "x"}', (400, "invalid_blocks")),
        (json.dumps({"text": "x", "attachments": [{}] * 101}).encode(), (400, "too_many_attachments")),
        (json.dumps({"text": "x" * 40_001}).encode(), (400, "msg_too_long")),
    ],
)
def test_what_a_webhook_refuses(hook: Client, body: bytes, answer: tuple[int, str]) -> None:
    assert said(hook, body, JSON) == answer
    assert hook.simulator.contents()["messages"] == []


def test_wrong_addresses_of_webhooks(hook: Client) -> None:
    body = b'{"text": "x"}'
    assert said(hook, body, JSON, path=WEBHOOK[:-1] + "x") == (403, "invalid_token")
    assert said(hook, body, JSON, path="/services/T0SIMULATR/B0NOBODY/x") == (404, "no_service")
    assert said(hook, body, JSON, path="/services/T0NOBODY/B0NOBODY/x") == (404, "no_team")
    hook.simulator.contents()["channels"][0]["is_archived"] = True
    assert said(hook, body, JSON) == (410, "channel_is_archived")


def test_a_webhook_has_a_limit(hook: Client) -> None:
    assert {said(hook, b'{"text": "x"}', JSON)[0] for _ in range(60)} == {200}
    refused = hook.send("POST", WEBHOOK, b'{"text": "x"}', JSON)
    assert (refused.status, refused.body, refused.header("Retry-After")) == (429, b"rate_limited", "60")


# ---------------------------------------------------------------- the Web API


def test_messages(web: Client) -> None:
    made = call(web, "chat.postMessage", channel="#general", text="Down")
    assert (made["ok"], made["channel"], made["message"]["user"]) == (True, CHANNEL, BOT)
    assert made["ts"] == "1767268800.000000"
    answered = call(web, "chat.postMessage", channel=CHANNEL, text="Looking", thread_ts=made["ts"])
    assert answered["message"]["thread_ts"] == made["ts"]
    changed = call(web, "chat.update", channel=CHANNEL, ts=made["ts"], text="Up again")
    assert (changed["text"], changed["message"]["edited"]["user"]) == ("Up again", BOT)
    history = call(web, "conversations.history", channel=CHANNEL)
    assert [each["text"] for each in history["messages"]] == ["Up again"]
    replies = call(web, "conversations.replies", channel=CHANNEL, ts=made["ts"])
    assert [each["text"] for each in replies["messages"]] == ["Up again", "Looking"]
    assert call(web, "reactions.add", channel=CHANNEL, timestamp=made["ts"], name="eyes") == {"ok": True}
    assert error(web, "reactions.add", channel=CHANNEL, timestamp=made["ts"], name="eyes") == "already_reacted"
    assert call(web, "chat.delete", channel=CHANNEL, ts=made["ts"])["ok"]
    assert error(web, "chat.delete", channel=CHANNEL, ts=made["ts"]) == "message_not_found"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"text": "x"}, "invalid_arguments"),
        ({"channel": "C0NOBODY", "text": "x"}, "channel_not_found"),
        ({"channel": CHANNEL}, "no_text"),
        ({"channel": CHANNEL, "text": " "}, "no_text"),
        ({"channel": CHANNEL, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": CHANNEL, "blocks": [{}]}, "invalid_blocks"),
        ({"channel": "incidents", "text": "x"}, "not_in_channel"),
        ({"channel": "attic", "text": "x"}, "is_archived"),
        ({"channel": CHANNEL, "text": "x", "thread_ts": "1.0"}, "thread_not_found"),
        ({"channel": CHANNEL, "text": "x", "mrkdwn": "perhaps"}, "invalid_arguments"),
        ({"channel": CHANNEL, "text": "x", "metadata": {"event_type": "page"}}, "invalid_metadata_format"),
        ({"channel": CHANNEL, "text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_format"),
    ],
)
def test_messages_that_are_refused(web: Client, given: dict[str, Any], expected: str) -> None:
    assert error(web, "chat.postMessage", **given) == expected
    assert web.simulator.contents()["messages"] == []


def test_metadata_shows_to_who_asks_for_it(web: Client) -> None:
    carried = {"event_type": "page", "event_payload": {"key": "disk"}}
    made = call(web, "chat.postMessage", channel=CHANNEL, text="Down", metadata=carried)
    call(web, "chat.postMessage", channel=CHANNEL, text="Looking", thread_ts=made["ts"], metadata=carried)
    for method, messages in (("conversations.history", 1), ("conversations.replies", 2)):
        given = {"channel": CHANNEL, "ts": made["ts"]}
        assert not any("metadata" in each for each in call(web, method, **given)["messages"])
        shown = call(web, method, **given, include_all_metadata=True)["messages"]
        assert [each["metadata"] for each in shown] == [carried] * messages


def test_tokens() -> None:
    assert error(Client("slack", "https://slack.com"), "auth.test") == "not_authed"
    assert error(Client("slack", "https://slack.com", "Bearer xoxb-nobody"), "auth.test") == "invalid_auth"
    limited = Client("slack", "https://slack.com", f"Bearer {LIMITED_TOKEN}")
    assert call(limited, "chat.postMessage", channel=CHANNEL, text="x") == {
        "ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "channels:read",
    }  # fmt: skip
    assert call(Client("slack", "https://slack.com", f"Bearer {TOKEN}"), "auth.test")["user_id"] == BOT


def test_arguments_come_in_three_ways(web: Client) -> None:
    blocks = json.dumps([{"type": "divider"}])
    form = urlencode({"channel": CHANNEL, "blocks": blocks, "mrkdwn": "true"}).encode()
    posted = json.loads(web.send("POST", "/api/chat.postMessage", form, FORM).body)
    assert posted["message"]["blocks"] == [{"type": "divider"}]
    assert web.get("/api/conversations.info", channel=CHANNEL)["channel"]["name"] == "general"
    token = urlencode({"token": TOKEN}).encode()
    nobody = Client("slack", "https://slack.com")
    assert json.loads(nobody.send("POST", "/api/auth.test", token, FORM).body)["ok"]
    for body, header, expected in (
        (b"{", JSON, "invalid_json"),
        (b"[]", JSON, "json_not_object"),
        (b"x", ("Content-Type", "text/plain"), "invalid_post_type"),
    ):
        answer = web.send("POST", "/api/chat.postMessage", body, header)
        assert json.loads(answer.body)["error"] == expected
    assert error(web, "chat.shout", text="x") == "unknown_method"


def test_channels_and_users(web: Client) -> None:
    listed = call(web, "conversations.list", limit=2)
    rest = call(web, "conversations.list", limit=2, cursor=listed["response_metadata"]["next_cursor"])
    names = [each["name"] for each in [*listed["channels"], *rest["channels"]]]
    assert names == ["general", "incidents", "attic"]
    assert len(call(web, "conversations.list", exclude_archived=True)["channels"]) == 2
    assert call(web, "conversations.join", channel="C0SIM000002")["channel"]["is_member"]
    assert call(web, "chat.postMessage", channel="incidents", text="x")["ok"]
    user = call(web, "users.lookupByEmail", email="casey.rivera@example.com")["user"]
    assert call(web, "users.info", user=user["id"])["user"]["name"] == "casey"
    assert error(web, "users.lookupByEmail", email="nobody@example.com") == "users_not_found"
    direct = call(web, "conversations.open", users=user["id"])["channel"]["id"]
    assert call(web, "conversations.open", users=user["id"])["channel"]["id"] == direct
    assert call(web, "chat.postMessage", channel=direct, text="x")["ok"]


def test_too_many_messages_to_a_channel(web: Client) -> None:
    for _ in range(60):
        assert call(web, "chat.postMessage", channel=CHANNEL, text="x")["ok"]
    body = json.dumps({"channel": CHANNEL, "text": "x"}).encode()
    refused = web.send("POST", "/api/chat.postMessage", body, JSON)
    assert (refused.status, refused.header("Retry-After")) == (429, "60")
    assert json.loads(refused.body) == {"ok": False, "error": "ratelimited"}
    assert call(web, "conversations.info", channel=CHANNEL)["ok"]


def test_forced_failures(web: Client) -> None:
    for status in (429, 500, 503):
        answer = web.simulator.forced(status, Request("POST", "https://slack.com/api/chat.postMessage"))
        assert (answer.status, json.loads(answer.body)["ok"]) == (status, False)
        assert web.simulator.forced(status, Request("POST", f"https://hooks.slack.com{WEBHOOK}")).status == status


def test_neither_tokens_nor_webhooks_show(web: Client) -> None:
    web.send("POST", "/services/T0OTHER00/B0OTHER00/areAlsecretWEBHOOK000000", b"{}", JSON)
    web.send("POST", WEBHOOK, b'{"text": "x"}', JSON)
    call(web, "auth.test")
    shown = json.dumps(web.simulator.snapshot())
    assert not any(secret in shown for secret in (*web.simulator.secrets(), "areAlsecretWEBHOOK"))
