"""What a provider would refuse, misread or ignore in the requests of a folder, told before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from xsrun.contracts.address import STAND_IN, Target, parameters, targets
from xsrun.contracts.answers import Sent
from xsrun.contracts.authorization import judge_authorization
from xsrun.contracts.bodies import Wrong, body_of, faults, lacking
from xsrun.contracts.headers import Sending, headers_of
from xsrun.contracts.known import NULL, Known, Record, alternatives, exact, kinds_of
from xsrun.contracts.native import judge_statement
from xsrun.contracts.walk import requests
from xsrun.contracts.wording import call, one_of, told, warning
from xsrun.diagnostics import Diagnostic, nearest
from xsrun.project import Folder
from xsrun.providers.contracts import Endpoint
from xsrun.providers.table import endpoints_of

SUCCESS: Final = range(200, 300)
SPLITTING: Final = 400
"""Comparisons with larger numbers tell failures from one another, and nothing from success."""

JSON: Final = '"Content-Type: application/json"'


class Request(NamedTuple):
    """A request whose call is known: one, or several of which each run makes one."""

    sent: Sent
    targets: Sequence[Target]
    endpoints: Sequence[Endpoint]
    headers: Sending

    @property
    def endpoint(self) -> Endpoint:
        """The first call."""
        return self.endpoints[0]

    @property
    def params(self) -> Known:
        """What it gives for the body, or the query."""
        return self.sent.given.get("params", NULL)


def contract_findings(folder: Folder) -> list[Diagnostic]:
    """Everything that is certainly wrong with the requests of a folder to providers that are known, each once."""
    found = dict.fromkeys(each for sent in requests(folder) for each in _judge(sent))
    return sorted(found, key=lambda each: (each.span.source.name, each.span.start) if each.span else ("", 0))


def _judge(sent: Sent) -> Iterator[Diagnostic]:
    if sent.call is not None:
        yield from judge_statement(sent, sent.call)
        return
    found = targets(sent)
    if not found:
        return
    headers = headers_of(sent.given.get("headers", NULL))
    refused = judge_authorization(sent, found, headers)
    if refused:
        yield refused
    endpoints = list(dict.fromkeys(each.endpoint for each in found if each.endpoint))
    if any(each.endpoint is None for each in found):
        if not endpoints and all(each.sure for each in found):
            yield _unknown_call(sent, found[0])
        return
    request = Request(sent, found, endpoints, headers)
    for rule in RULES:
        yield from rule(request)


def _unknown_call(sent: Sent, target: Target) -> Diagnostic:
    known = endpoints_of(target.apis[0].hosts[0].replace("*", STAND_IN))
    methods = dict.fromkeys(each.method for each in known if each.arguments(each.method, target.path) is not None)
    title = target.apis[0].title
    if methods:
        span = sent.given["method"].at if "method" in sent.given else sent.span
        message = f"{title} has no {target.method} at `{target.path}`, it has {', '.join(methods)}"
        return warning("contract-path", message, span, f'method = "{next(iter(methods))}"')
    near = nearest(target.path, (each.path for each in known if each.method == target.method))
    message = f"{title} has no path `{target.path}`"
    return warning("contract-path", message, sent.given["url"].at, near and f"did you mean `{near}`?")


# ------------------------------------------------------------------ headers


def _person(request: Request) -> Iterator[Diagnostic]:
    headers = request.headers
    if headers.closed and "from" not in headers.given and all(each.person for each in request.endpoints):
        message = f"{call(request.endpoint)} is done by a person: keys of an account are refused without `From`"
        yield warning("contract-from", message, headers.at or request.sent.span, '"From: " ~ $env.pagerduty_from')


def _media(request: Request) -> Iterator[Diagnostic]:
    """What the body is said to be."""
    api, headers = request.endpoint.api, request.headers
    if not request.endpoint.body or request.params == NULL:
        return
    given = headers.given.get("content-type")
    if given is None:
        if headers.closed and kinds_of(request.params) == {"text"}:
            message = f"{api.title} reads JSON, and nothing says that this text is"
            yield warning("contract-content-type", message, headers.at or request.sent.span, JSON)
        return
    known, media = exact(given.value)
    if known and not any(word in str(media).lower() for word in ("json", *(("form",) if api.forms else ()))):
        yield warning("contract-content-type", f"{api.title} reads JSON, not `{media}`", given.value.at, JSON)


# ------------------------------------------------------------------ body and query


def _bodies(request: Request) -> list[Known]:
    return [body_of(each) for each in alternatives(request.params)]


def _body(request: Request) -> Iterator[Diagnostic]:
    """What is wrong with every body that there may be, whichever call it goes to."""
    if not all(each.writes for each in request.endpoints):
        return
    first, *others = [_common(each, request) for each in request.endpoints]
    for each, wrong in first.items():
        if all(each in other for other in others):
            yield told(request.endpoint, wrong)


def _common(endpoint: Endpoint, request: Request) -> dict[tuple[str, str], Wrong]:
    span = request.params.at or request.sent.span
    first, *others = [
        {(wrong.reason, wrong.path): wrong for wrong in faults(endpoint, body, span)} for body in _bodies(request)
    ]
    found = {each: wrong for each, wrong in first.items() if all(each in other for other in others)}
    auth, headers = endpoint.api.auth, request.headers
    if auth.header and (auth.header.lower() in headers.given or not headers.closed):
        found.pop(("missing", auth.field), None)
    unwrapped = {each: wrong for each, wrong in found.items() if each == ("missing", endpoint.wrapper)}
    return unwrapped or found


def _query(request: Request) -> Iterator[Diagnostic]:
    endpoint = request.endpoint
    if len(request.endpoints) > 1 or not endpoint.query:
        return
    given = parameters(request.targets[0].query)
    if not endpoint.writes and isinstance(request.params, Record):
        given += [(name, None) for name in request.params.entries]
    names = {each.path.partition("[")[0] for each in endpoint.query} | {endpoint.api.auth.query}
    span = request.sent.given["url"].at
    for name, value in dict.fromkeys(given):
        rule = next((each for each in endpoint.query if each.path == name), None)
        if name.partition("[")[0] not in names:
            near = nearest(name, (each.path for each in endpoint.query))
            help = f"write `{near}`" if near else f"it reads {', '.join(each.path for each in endpoint.query)}"
            yield warning("contract-unknown", f"{call(endpoint)} does not read the parameter `{name}`", span, help)
        elif rule is not None and rule.choices and value is not None and value not in rule.choices:
            broken, help = one_of(rule.choices, value)
            yield warning("contract-value", f"`{name}` of {call(endpoint)} {broken}", span, help)


# ------------------------------------------------------------------ keys, waiting, answers


def _key(request: Request) -> Iterator[Diagnostic]:
    """A key by which the provider would know the call again; where it needs one, that is said of the body."""
    endpoint = request.endpoint
    if len(request.endpoints) > 1 or endpoint.key is None:
        return
    place = endpoint.key.place
    needed = any(each.needed and each.when is None for each in endpoint.body if each.path == place)
    holders = [lacking(each, place) for each in _bodies(request)]
    if not needed and holders[0] and all(holders):
        name = place.rpartition(".")[2]
        message = f"{call(endpoint)} carries no `{place}`: sent again, it is done twice"
        yield warning("contract-key", message, holders[0].at or request.sent.span, f"{name}: $key")


def _timeout(request: Request) -> Iterator[Diagnostic]:
    if "timeout" not in request.sent.given:
        message = f"how long {call(request.endpoint)} may take is left to the default"
        yield warning("contract-timeout", message, request.sent.span, "timeout = 10")


def _status(request: Request) -> Iterator[Diagnostic]:
    """Comparisons with a status of success that the call never has."""
    sent, statuses = request.sent, {each.status for each in request.endpoints}
    if sent.judged or any(operator[0] in "<>" and number <= SPLITTING for operator, number, _ in sent.expected):
        return
    compared = [(number, span) for _, number, span in sent.expected if number in SUCCESS]
    if len(statuses) == 1 and not any(number in statuses for number, _ in compared):
        for number, span in compared:
            message = f"{call(request.endpoint)} answers {request.endpoint.status} when it has worked, not {number}"
            yield warning("contract-status", message, span, f"compare with {request.endpoint.status}")


RULES: Final = (_person, _media, _body, _query, _key, _timeout, _status)
