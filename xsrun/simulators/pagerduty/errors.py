"""How PagerDuty says no: the error table of the REST API, and the flat shape of the Events API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from xsrun.effects.ports import Response
from xsrun.providers.fields import Field, Problem, problems
from xsrun.simulators.routing import REASONS, Call, Refused, empty, read_json, reply


class Error(NamedTuple):
    """A row of the vendor's table; ``code`` is None where it names none."""

    status: int
    code: int | None
    message: str


ERRORS: Final[dict[str, Error]] = {
    "invalid": Error(400, 2001, "Invalid Input Provided"),
    "arguments": Error(400, 2002, "Arguments Caused Error"),
    "from-missing": Error(
        400, 2016, 'You must specify a user\'s email address in the "From" header to perform this action'
    ),
    "from-malformed": Error(400, 1028, 'Malformed "From" header'),
    "from-unknown": Error(400, 1008, "Requester User Not Found"),
    "resolved": Error(400, 1001, "Incident Already Resolved"),
    "status": Error(400, 1003, "Invalid Status Provided"),
    "snooze": Error(400, 1013, "Invalid Snooze Duration"),
    "merged": Error(400, 1019, "Incident Already Merged"),
    "unauthorized": Error(401, 2006, "Authentication failed"),
    "ability": Error(402, 2014, "Missing Account Ability"),
    "denied": Error(403, 2010, "Access Denied"),
    "unknown": Error(404, 2100, "Not Found"),
    "timeout": Error(408, 2016, "The request took too long to process"),
    "too-many": Error(413, None, "Request Entity Too Large"),
    "rate": Error(429, 2020, "Rate Limit Exceeded"),
}

_OF_STATUS: Final = {error.status: error for error in ERRORS.values() if error.status > 400}
_OF_STATUS[400] = ERRORS["invalid"]

_EVENT_STATUS: Final = {
    400: ("invalid event", "Event object is invalid"),
    429: ("throttle exceeded", "Events for this integration arrive faster than they are taken in"),
}

_A: Final = {
    "text": "a string",
    "time": "an ISO 8601 time",
    "integer": "an integer",
    "boolean": "true or false",
    "object": "an object",
    "list": "a list",
}


def rest_error(error: Error, details: Iterable[str] = ()) -> Response:
    """A failure of the REST API."""
    body: dict[str, Any] = {"message": error.message, "errors": list(details)}
    if error.code is not None:
        body["code"] = error.code
    return reply(error.status, {"error": body})


def refuse(name: str, *details: str) -> Refused:
    """The refusal of that row of the table, to be raised."""
    return Refused(rest_error(ERRORS[name], details))


def rest_status(status: int) -> Response:
    """What the REST API sends with that status when nothing more is known."""
    if status == 401:
        return empty(401)
    plain = Error(status, 2000, REASONS.get(status, "Internal Server Error"))
    return rest_error(_OF_STATUS.get(status, plain))


def event_error(status: int, details: Iterable[str] = ()) -> Response:
    """A failure of the Events API."""
    word, message = _EVENT_STATUS.get(status, ("error", "The event was not processed"))
    return reply(status, {"status": word, "message": message, "errors": list(details)})


def read_body(call: Call, wrapper: str, kind: type) -> Any:
    """What stands under ``wrapper`` in the JSON body of a REST call; refused when it is not of that type."""
    content_type = call.request.header("Content-Type").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise refuse("invalid", "params must be a Hash")
    try:
        body = read_json(call.request.body)
    except ValueError:
        raise refuse("invalid", "params must be a Hash") from None
    if not isinstance(body, dict) or not isinstance(body.get(wrapper), kind):
        raise refuse("invalid", "params must be a Hash")
    return body.get(wrapper)


def require(fields: Iterable[Field], body: Any) -> None:
    """Refuse a body of the REST API that breaks its rules, naming every fault."""
    found = problems(fields, body)
    if found:
        raise refuse("invalid", *(_rest_detail(problem) for problem in found))


def event_details(found: Iterable[Problem]) -> list[str]:
    """The faults of an event, in the words of the Events API."""
    return [_event_detail(problem) for problem in found]


def _rest_detail(problem: Problem) -> str:
    label = problem.path.replace(".", " ").replace("_", " ").capitalize()
    match problem.reason:
        case "missing":
            return f"{label} cannot be empty."
        case "choice":
            return f"{label} must be {_listed(problem.field.choices)}."
        case "length":
            return f"{label} is too long (maximum is {problem.field.longest} characters)."
        case "range":
            return f"{label} must be from {{}} to {{}}.".format(*problem.field.between or ())
        case "together":
            return f"{label} and {' or '.join(problem.field.without)} cannot be given together."
        case _:
            return f"{label} must be {_A[problem.field.kind]}."


def _event_detail(problem: Problem) -> str:
    name = f"'{problem.path}'"
    match problem.reason:
        case "missing":
            return f"{name} is missing or blank"
        case "choice":
            words = [f"'{word}'" for word in problem.field.choices]
            return f"{name} is invalid (must be {_listed(words)})"
        case "length":
            return f"{name} is too long (at most {problem.field.longest} characters)"
        case _:
            return f"{name} is invalid (must be {_A[problem.field.kind]})"


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
