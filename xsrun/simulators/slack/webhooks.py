"""Incoming webhooks: a message to the channel of an address, answered in plain text with a status."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from xsrun.effects.ports import Headers, Request, Response
from xsrun.providers import slack
from xsrun.providers.fields import Problem
from xsrun.simulators.plain import broken
from xsrun.simulators.routing import Call, Route, read_json
from xsrun.simulators.slack.workspace import TEAM, Workspace

FORM: Final = "application/x-www-form-urlencoded"


def say_text(status: int, text: str, headers: Headers = ()) -> Response:
    """An answer of a webhook."""
    return Response(status, (("Content-Type", "text/html"), *headers), text.encode())


def take_webhook(workspace: Workspace, call: Call) -> Response:
    """``POST /services/{team}/{app}/{secret}``."""
    team, app, secret = call.arguments
    hook = workspace.find("webhooks", f"/services/{team}/{app}/{secret}")
    if hook is None:
        known = any(each["id"].startswith(f"/services/{team}/{app}/") for each in workspace.account["webhooks"])
        return say_text(403, "invalid_token") if known else say_text(404, "no_service" if team == TEAM else "no_team")
    payload = _payload(call.request)
    if not isinstance(payload, dict):
        return say_text(400, "invalid_payload")
    wrong = _hook_error(broken(slack.SEND_WEBHOOK, payload))
    if wrong:
        return say_text(400, wrong)
    channel = workspace.channel(hook["channel"])
    if channel["is_archived"]:
        return say_text(410, "channel_is_archived")
    budget = workspace.limits.take(hook["id"], workspace.clock.now())
    if not budget.allowed:
        return say_text(429, "rate_limited", (("Retry-After", str(budget.wait)),))
    workspace.say(channel, payload, subtype="bot_message")
    return say_text(200, "ok")


def _payload(request: Request) -> Any:
    """What a webhook was sent: JSON, or a form that carries it; None when it is neither."""
    body = request.body
    if request.header("Content-Type").partition(";")[0].strip().lower() == FORM:
        body = dict(parse_qsl(body.decode("utf-8", "replace"))).get("payload", "").encode()
    try:
        return read_json(body)
    except ValueError:
        return None


def _hook_error(found: list[Problem]) -> str:
    for problem in found:
        if problem.path.startswith("blocks"):
            return "invalid_blocks"
        if problem.path.startswith("attachments"):
            return "too_many_attachments" if problem.reason == "length" else "invalid_attachments"
        return {"missing": "no_text", "length": "msg_too_long"}.get(problem.reason, "invalid_payload")
    return ""


ROUTES: Final = (Route(slack.SEND_WEBHOOK, take_webhook),)
