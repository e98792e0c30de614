"""How incident.io says no: one shape for every failure, several faults in one answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from xsrun.effects.ports import Headers, Response
from xsrun.providers.fields import Problem
from xsrun.simulators.ids import to_seconds
from xsrun.simulators.limits import Budget
from xsrun.simulators.routing import REASONS, reply

TYPES: Final[dict[int, str]] = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "resource_forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    409: "conflict",
    412: "precondition_failed",
    413: "payload_too_large",
    422: "validation_error",
    429: "too_many_requests",
}


class Wrong(NamedTuple):
    """One fault of a request. ``path`` leads to it in the body, ``""`` when it has no place."""

    code: str
    message: str
    path: str = ""


NO_KEY: Final = Wrong("missing_authorization_material", "No authorization material provided in request")
BAD_KEY: Final = Wrong("access_token_invalid", "Access token is not valid")
NOT_ALLOWED: Final = Wrong("insufficient_permissions", "The roles of this API key do not cover the request")
NOT_FOUND: Final = Wrong("not_found", "The resource was not found")
NO_JSON: Final = Wrong("invalid_json", "The body is not a JSON object")
TOO_LARGE: Final = Wrong("payload_too_large", "The body is larger than 512 KB")

_A: Final = {
    "text": "a string",
    "time": "an RFC 3339 time",
    "boolean": "true or false",
    "object": "an object",
    "list": "a list",
}


def failure(request_id: str, status: int, wrong: Iterable[Wrong], headers: Headers = (), **more: Any) -> Response:
    """A failing answer; ``more`` adds properties to the body."""
    body = {
        "type": TYPES.get(status, "api_error"),
        "status": status,
        "request_id": request_id,
        "errors": [_shown(one) for one in wrong],
    }
    return reply(status, body | more, headers)


def plain_failure(request_id: str, status: int) -> Response:
    """The answer of that status when nothing more is known."""
    kind = TYPES.get(status, "api_error")
    return failure(request_id, status, [Wrong(kind, REASONS.get(status, "Something went wrong"))])


def too_many(request_id: str, name: str, budget: Budget, now: int) -> Response:
    """The answer to a call over a rate limit of that name; ``now`` in milliseconds."""
    rate = {
        "name": name,
        "limit": budget.limit,
        "remaining": 0,
        "retry_after": to_seconds(now + budget.wait * 1000),
    }
    wrong = Wrong("rate_limit_reached", f"More requests than the limit {name} lets through")
    return failure(request_id, 429, [wrong], (("Retry-After", str(budget.wait)),), rate_limit=rate)


def describe(problem: Problem) -> Wrong:
    """A broken rule of a body."""
    label = _label(problem.path)
    match problem.reason:
        case "missing":
            return Wrong("is_required", f"{label} is required", problem.path)
        case "choice":
            return Wrong("invalid_value", f"{label} must be one of {', '.join(problem.field.choices)}", problem.path)
        case _:
            return Wrong("invalid_type", f"{label} must be {_A[problem.field.kind]}", problem.path)


def unknown_id(path: str) -> Wrong:
    """An id in the body that stands for nothing."""
    return Wrong("not_found", f"{_label(path.removesuffix('_id'))} was not found", path)


def _label(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ").capitalize()


def _shown(wrong: Wrong) -> dict[str, Any]:
    shown: dict[str, Any] = {"code": wrong.code, "message": wrong.message}
    if wrong.path:
        source = {"field": wrong.path.rpartition(".")[2], "pointer": "/" + wrong.path.replace(".", "/")}
        shown["source"] = source
    return shown
