"""From a request to its handler: routes as data, the parsed call, answers in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from xsrun.effects.ports import Headers, Request, Response
from xsrun.providers.contracts import Endpoint

REASONS: Final[dict[int, str]] = {status.value: status.phrase for status in HTTPStatus}
"""The reason phrase of every registered status."""


class Call(NamedTuple):
    """A request that has found its route."""

    request: Request
    base: str
    """Scheme and host the request came to; links in answers start with it."""
    arguments: tuple[str, ...]
    """What stands in the path at the places of the ``{names}`` of the endpoint, decoded."""
    query: tuple[tuple[str, str], ...]
    caller: Any = None
    """Who sent it, as the provider knows them; None where nobody has to say."""

    def every(self, name: str) -> list[str]:
        """All values of a query parameter, in order."""
        return [value for key, value in self.query if key == name]

    def one(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return next((value for key, value in reversed(self.query) if key == name), default)


Handler = Callable[[Any, Call], Response]


class Route(NamedTuple):
    """A call of the provider's contract, and who answers it."""

    endpoint: Endpoint
    handler: Handler
    """Takes the provider's state and the call."""
    rule: str = ""
    """A word of the provider about who may come."""


class Refused(Exception):
    """Ends a handler with an answer that says no."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def find(routes: Iterable[Route], request: Request) -> tuple[Route, Call] | None:
    """The first route that fits, with the parsed call."""
    parts = urlsplit(request.url)
    for route in routes:
        arguments = route.endpoint.arguments(request.method.upper(), parts.path)
        if arguments is not None:
            query = tuple(parse_qsl(parts.query, keep_blank_values=True))
            return route, Call(request, f"{parts.scheme}://{parts.netloc}", arguments, query)
    return None


def settle(route: Route, state: Any, call: Call) -> Response:
    """Run the handler; a refusal becomes its answer."""
    try:
        return route.handler(state, call)
    except Refused as refusal:
        return refusal.response


def reply(status: int, value: Any, headers: Headers = ()) -> Response:
    """An answer in JSON."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Response(status, (("Content-Type", "application/json; charset=utf-8"), *headers), body)


def empty(status: int, headers: Headers = ()) -> Response:
    """An answer without a body."""
    return Response(status, headers)


def read_json(body: bytes) -> Any:
    """The JSON value of a body. Raises ValueError when it is none, or nested beyond any sense."""
    try:
        return json.loads(body, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
