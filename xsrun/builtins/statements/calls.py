"""What the statements of providers have in common: a call is checked, sent, tried again, and its failure told."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from xsrun import values
from xsrun.builtins.statements.checks import broken_rules
from xsrun.diagnostics import ERROR_KINDS, INPUT_ERROR, STANDARD, ErrorKind, Fault
from xsrun.effects.ports import DEFAULT_TLS, Headers, Request, Response, Retry, TransportFailure, World
from xsrun.exchange import request as outgoing
from xsrun.late import Late
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import value_at
from xsrun.providers.policies import Policy, judge, standing

_retrying: Callable[..., Any] = Late("xsrun.providers.retry", "RetryingHttp")

REGIONS: Final = ("us", "eu")
MOST_ATTEMPTS: Final = 20
LONGEST_TIMEOUT: Final = 600
BUDGET: Final = 90.0
"""Seconds that the waits between the attempts of one call may take."""
MOST_SHOWN: Final = 500
"""Characters of an answer that a message repeats."""
DIGITS: Final = 64
KINDS: Final[Mapping[int, ErrorKind]] = {
    400: ERROR_KINDS["badrequest"],
    401: ERROR_KINDS["unauthorized"],
    403: ERROR_KINDS["accessdenied"],
    404: ERROR_KINDS["notfound"],
    422: ERROR_KINDS["badrequest"],
    429: ERROR_KINDS["toomanyrequests"],
}
_SECRET: Final = re.compile(r"[!-~]+")
_PLACE: Final = re.compile(r"\{\w+\}")


class Wording(NamedTuple):
    """Where the failing answer of an interface holds what it says, as paths in its JSON."""

    error: str
    """The name of the error that programs see."""
    whole: str
    """What has to be there for it to be such an answer."""
    code: str
    message: str
    errors: str
    request_id: str = ""


class Refusal(NamedTuple):
    """What ``$error.result`` and ``$error.payload`` of a failed call hold."""

    status: int
    """0 where no answer came, or nothing was sent."""
    code: Any = None
    """In the provider's words, as ``message``."""
    message: str = ""
    errors: Sequence[Any] = ()
    request_id: str | None = None
    unclear: bool = False
    """Whether it may have been carried out nevertheless."""


class Call(NamedTuple):
    """One call of a provider, in the words of a program."""

    wording: Wording
    endpoint: Endpoint
    task: str
    """What it is for, as it stands behind "Cannot"."""
    secret: str
    headers: Headers
    arguments: Mapping[str, Any] = {}
    """What stands in the path, by the name of its attribute."""
    query: Mapping[str, Any] = {}
    body: Mapping[str, Any] | None = None
    gives: str = ""
    """The property of the answer that is its value; the whole answer where there is none."""
    advice: Callable[[Refusal], str] | None = None
    """What to do about a refusal, as a further sentence without full stop."""
    again: str = "running the job again with the same input does no harm"
    """What is to be said of another run while it is unknown whether this one did it."""


class Manner(NamedTuple):
    """How a call is made."""

    region: Any = "us"
    timeout: Any = 10
    attempts: Any = 4
    crowded: float = 1.0
    """Seconds to wait after too many requests where the answer does not say how long."""


def answered(world: World, call: Call, manner: Manner) -> dict[str, Any]:
    """The value that a provider answers with.

    An attempt that failed for a moment is repeated where that does no harm, and one with a key in use counts as done
    when the provider shows what has it. Raises the Fault ``api-error`` with the name of the interface's error: before
    anything is sent for what breaks the provider's rules, else for every answer that is no success, and for none.
    """
    refuse_broken(call, manner)
    request = _request(world, call, manner)
    try:
        response = _sent(world, call, request, Retry(int(manner.attempts), BUDGET, manner.crowded))
    except TransportFailure as failure:
        refusal = Refusal(0, message=f"no answer, {failure.message}", unclear=failure.sent)
        raise failed(call, refusal, request) from None
    value = _value(call, response)
    if response.status != call.endpoint.status or value is None:
        raise failed(call, _refusal(call, response), request)
    return value


def _sent(world: World, call: Call, request: Request, retry: Retry) -> Response:
    since = begun(world)
    http = _retrying(world, lambda _host: retry, since, lambda each: _value(call, each) is not None)
    response: Response = http.send(request)
    judged = judge(request)
    return standing(world, judged, request, since) or response if judged.refused(response) else response


# ------------------------------------------------------------------ before it is sent


def refuse_broken(call: Call, manner: Manner) -> None:
    """Raises the Fault of a call that breaks the provider's rules, or is made in a way that makes no sense."""
    wrong = [*_unusable(manner), *broken_rules(call.endpoint, call.arguments, call.query, call.body)]
    if wrong:
        raise unsendable(call.wording, *wrong)


def secret(wording: Wording, name: str, given: Any, kind: str) -> str:
    """The text of a key, without the white space around it. Raises Fault for what can be none."""
    text = given.strip() if isinstance(given, str) else ""
    if not _SECRET.fullmatch(text):
        raise unsendable(wording, f"`{name}` is empty or no key at all; it must be {kind}")
    return text


def unsendable(wording: Wording, *wrong: str) -> Fault:
    """What is wrong with a call before it is made."""
    message = f"Nothing was sent: {'; '.join(wrong)}"
    return _fault(wording, Refusal(0, message=message, errors=wrong), message, INPUT_ERROR)


def _fault(wording: Wording, refusal: Refusal, message: str, kind: ErrorKind) -> Fault:
    result, payload = ({**refusal._asdict(), "errors": [*refusal.errors]} for _ in range(2))
    return Fault("api-error", message, kind=kind, name=wording.error, result=result, payload=payload)


def _unusable(manner: Manner) -> list[str]:
    wrong = []
    if manner.region not in REGIONS:
        wrong.append(f"`region` must be one of {', '.join(REGIONS)}")
    if not 1 <= manner.attempts <= MOST_ATTEMPTS:
        wrong.append(f"`attempts` must be a number from 1 to {MOST_ATTEMPTS}")
    if not 0 < manner.timeout <= LONGEST_TIMEOUT:
        wrong.append(f"`timeout` must be a number of seconds up to {LONGEST_TIMEOUT}")
    return wrong


def _request(world: World, call: Call, manner: Manner) -> Request:
    hosts = call.endpoint.api.hosts
    host = hosts[min(REGIONS.index(manner.region), len(hosts) - 1)]
    arguments = iter(call.arguments.values())
    path = _PLACE.sub(lambda _: quote(next(arguments).strip(), safe="", errors="surrogatepass"), call.endpoint.path)
    pairs = [
        (name, str(each).lower() if isinstance(each, bool) else values.text(each))
        for name, value in call.query.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    query = urlencode(pairs, quote_via=quote, errors="surrogatepass")
    headers = dict(call.headers) | ({} if call.body is None else {"Content-Type": "application/json"})
    asked = outgoing.call(
        f"https://{host}{path}{'?' if query else ''}{query}", call.endpoint.method, call.body, headers
    )
    request = outgoing.build(
        asked, timeout=manner.timeout, follow=False, tls=DEFAULT_TLS, boundary=world.random.uuid, warn=world.log.write
    )
    largest = call.endpoint.largest
    if largest and len(request.body) > largest:
        raise unsendable(call.wording, f"the request has {len(request.body)} bytes, {largest} are taken at most")
    return request


# ------------------------------------------------------------------ what came back


def _json(call: Call, response: Response) -> Any:
    """The answer as JSON, without the key: a server may repeat what it was sent; None when it is none."""
    try:
        return values.loads(_text(call, response))
    except ValueError:
        return None


def _text(call: Call, response: Response) -> str:
    return response.body.decode("utf-8", "replace").replace(call.secret, "***")


def _value(call: Call, response: Response) -> dict[str, Any] | None:
    """What a successful answer gives, None where it does not hold it."""
    found = _json(call, response)
    if call.gives:
        found = found.get(call.gives) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _refusal(call: Call, response: Response) -> Refusal:
    wording, said = call.wording, _json(call, response)
    unclear = response.status == 408 or response.status >= 500 or response.status < 300
    if value_at(said, wording.whole) is None:
        text = _text(call, response).strip()
        message = f"not the expected answer: {text[:MOST_SHOWN]}" if text else "the answer is empty"
        return Refusal(response.status, message=message, unclear=unclear)
    listed = value_at(said, wording.errors)
    errors = listed if isinstance(listed, list) else [] if listed is None else [listed]
    return Refusal(
        response.status,
        value_at(said, wording.code),
        _message(value_at(said, wording.message)) or next(map(_message, errors), ""),
        errors,
        value_at(said, wording.request_id) if wording.request_id else response.header("x-request-id") or None,
        unclear,
    )


def failed(call: Call, refusal: Refusal, request: Request | None = None) -> Fault:
    """The error of a call that came to nothing."""
    code = f"code {refusal.code}" if isinstance(refusal.code, int) else refusal.code
    number = f"request {refusal.request_id}" if refusal.request_id else ""
    details = "; ".join(map(_shown, refusal.errors)).rstrip(".")
    parts = [code, "" if details.startswith(refusal.message) else refusal.message, details, number]
    reason = ", ".join(str(part) for part in parts if part)[:MOST_SHOWN].rstrip(".")
    message = f"Cannot {call.task}: status {refusal.status}, {reason}"
    advice = call.advice(refusal) if call.advice else ""
    if not advice and refusal.unclear and request is not None and judge(request).policy is not Policy.READ:
        advice = f"Whether it was carried out is unknown; {call.again}"
    message = f"{message}. {advice}" if advice else message
    fault = _fault(call.wording, refusal, message, KINDS.get(refusal.status, STANDARD))
    if refusal.unclear and request is not None and judge(request).policy is Policy.ONCE:
        fault.code = "outcome-unknown"  # whoever starts the job again would do it twice
    return fault


def _message(said: Any) -> str:
    """What an answer or one of its errors says."""
    if isinstance(said, dict):
        said = said.get("message")
    return said if isinstance(said, str) else "" if said is None else json.dumps(said)


def _shown(error: Any) -> str:
    """One of the errors of an answer: a text, or an object with a message, a code and the field that is meant."""
    if isinstance(error, dict) and "message" in error:
        code, field = error.get("code"), value_at(error, "source.field")
        return " ".join(str(part) for part in (error["message"], f"[{code}]" if code else "", field) if part)
    return error if isinstance(error, str) else json.dumps(error)


# ------------------------------------------------------------------ keys


def cause_key(*cause: str) -> str:
    """The key of a cause: the same in every run, whoever makes it."""
    return _key("\n".join(part.strip() for part in cause))


def begun(world: World) -> int:
    """When the run really began, in milliseconds."""
    return world.clock.now() if world.begun is None else world.begun


def _key(text: str) -> str:
    return "xs-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def given(**attributes: Any) -> dict[str, Any]:
    """The attributes that say something: neither null nor an empty text, list or object."""
    return {name.rstrip("_"): value for name, value in attributes.items() if value not in (None, "", [], {})}
