"""A call of the Web API: its arguments, its token, its method. It is answered 200 whatever happens, unless too fast."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from xsrun.effects.ports import Request, Response
from xsrun.simulators.routing import Call, Refused, read_json, reply
from xsrun.simulators.seeding import Record
from xsrun.simulators.slack.webhooks import FORM
from xsrun.simulators.slack.workspace import Workspace, no

JSON: Final = "application/json"
CODED: Final = ("blocks", "attachments", "metadata")
"""Arguments that a form carries as JSON."""


class Method(NamedTuple):
    """A method: what a token must be allowed to do, and who answers."""

    scope: str
    run: Callable[[Workspace, Record, Record], Record]
    """Takes the arguments and the token."""


def call_method(workspace: Workspace, call: Call, methods: Mapping[str, Method]) -> Response:
    """``/api/{method}``."""
    try:
        return _call(workspace, call, methods)
    except Refused as refusal:
        return refusal.response


def _call(workspace: Workspace, call: Call, methods: Mapping[str, Method]) -> Response:
    name = call.request.url.partition("/api/")[2].partition("?")[0]
    method = methods.get(name)
    if method is None:
        raise no("unknown_method", req_method=name)
    given = _arguments(call)
    key = _caller(workspace, call.request, given)
    if method.scope not in ("", *key["scopes"]):
        raise no("missing_scope", needed=method.scope, provided=",".join(key["scopes"]))
    budget = workspace.limits.take(f"{key['id']} {name} {given.get('channel', '')}", workspace.clock.now())
    if not budget.allowed:
        return reply(429, {"ok": False, "error": "ratelimited"}, (("Retry-After", str(budget.wait)),))
    return reply(200, {"ok": True, **method.run(workspace, given, key)})


def _caller(workspace: Workspace, request: Request, given: Record) -> Record:
    scheme, _, sent = request.header("Authorization").partition(" ")
    sent = sent.strip() if scheme.lower() == "bearer" else str(given.get("token") or "")
    if not sent:
        raise no("not_authed")
    found = workspace.find("tokens", sent)
    if found is None:
        raise no("invalid_auth")
    return found


def _arguments(call: Call) -> Record:
    """The arguments of a method: of the query, of a form or of JSON."""
    given: Record = dict(call.query)
    kind = call.request.header("Content-Type").partition(";")[0].strip().lower()
    if call.request.method != "POST" or not call.request.body:
        return given
    if kind == JSON:
        try:
            body = read_json(call.request.body)
        except ValueError:
            raise no("invalid_json") from None
        if not isinstance(body, dict):
            raise no("json_not_object")
        return given | body
    if kind != FORM:
        raise no("invalid_post_type")
    form = given | dict(parse_qsl(call.request.body.decode("utf-8", "replace"), keep_blank_values=True))
    return {name: _decoded(value) if name in CODED else value for name, value in form.items()}


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
