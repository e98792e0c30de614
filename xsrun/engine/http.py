"""Requests as effects: sent through the door, and kept as JSON."""

from __future__ import annotations

import base64
from typing import Any

from xsrun.effects.ports import Http, Request, Response, TransportFailure
from xsrun.engine.effects import Effect, Effects, Outcome, State, Unsure
from xsrun.providers.policies import Judged, NoAnswer, judge, lookup


def send(inner: Http, effects: Effects, request: Request) -> Response:
    """The answer to a request, of now or of an earlier attempt. Raises TransportFailure when there is none."""
    judged = judge(request)
    answer = effects.do(
        Effect(
            kind="http",
            title=f"{request.method} {request.url}",
            args=request_json(request),
            policy=judged.policy,
            perform=lambda sending, _waited: _perform(inner, request._replace(sending=sending)),
            lookup=lambda since: asked(inner, judged, request, since),
            key=judged.name,
        )
    )
    return response_of(answer)


def _perform(inner: Http, request: Request) -> Outcome:
    try:
        response = inner.send(request)
    except TransportFailure as failure:
        value = {"failure": failure.message, "code": failure.code, "sent": failure.sent}
        return Outcome(value, State.UNANSWERED if failure.sent else State.NOT_SENT)
    return Outcome(response_json(response))


def asked(inner: Http, judged: Judged, request: Request, since: int) -> Outcome | None:
    """What a provider says came of a request since a time; None when it knows of nothing. Raises Unsure."""
    try:
        found = lookup(judged, request, since, inner.send)
    except NoAnswer as unsaid:
        raise Unsure(str(unsaid)) from None
    return None if found is None else Outcome(response_json(found))


# ------------------------------------------------------------------ requests and answers as JSON


def request_json(request: Request) -> dict[str, Any]:
    """A request as it is kept: ``method``, ``url``, ``headers`` as lines, and ``body`` as text or base64."""
    return {
        "method": request.method,
        "url": request.url,
        "headers": [f"{name}: {value}" for name, value in request.headers],
        **_body_json(request.body),
    }


def response_json(response: Response) -> dict[str, Any]:
    """An answer as it is kept."""
    return {
        "status": response.status,
        "reason": response.reason,
        "version": response.http_version,
        "headers": [[name, value] for name, value in response.headers],
        **_body_json(response.body),
    }


def request_of(kept: dict[str, Any]) -> Request:
    """The request that was kept."""
    headers = [line.partition(": ") for line in kept["headers"]]
    return Request(kept["method"], kept["url"], tuple((name, value) for name, _, value in headers), _body(kept))


def response_of(answer: dict[str, Any]) -> Response:
    """The answer that was kept. Raises TransportFailure when there was none."""
    if "failure" in answer:
        raise TransportFailure(answer["code"], answer["failure"], sent=answer["sent"])
    headers = tuple((name, value) for name, value in answer["headers"])
    return Response(answer["status"], headers, _body(answer), answer["reason"], answer["version"])


def succeeded(outcome: Any) -> bool:
    """Whether what was kept of a request is an answer that says that it was done."""
    return isinstance(outcome, dict) and 200 <= outcome.get("status", 0) < 300


def _body_json(body: bytes) -> dict[str, str]:
    try:
        return {"body": body.decode()} if body else {}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _body(kept: dict[str, Any]) -> bytes:
    return base64.b64decode(kept["base64"]) if "base64" in kept else str(kept.get("body", "")).encode()
