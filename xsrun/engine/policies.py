"""What may be done again: the policy of a request, from its method and from what its provider promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from xsrun.effects.ports import Request, Response
from xsrun.engine.effects import Policy
from xsrun.providers.keys import Keyed, keyed_call

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATABLE: Final = frozenset({"PUT", "DELETE"})
"""Methods whose second time changes nothing (RFC 9110, section 9.2.2)."""

IDEMPOTENCY_HEADER: Final = "Idempotency-Key"


class Judged(NamedTuple):
    """What is known about repeating a request."""

    policy: Policy
    key: str = ""
    """The key it carries."""
    name: str = ""
    """The same with all that tells it from other effects of that key; empty when it has none."""
    call: Keyed | None = None


def judge(request: Request) -> Judged:
    """The policy of a request, and the key it carries."""
    if request.method in READING:
        return Judged(Policy.READ)
    call = keyed_call(request)
    place = f"{request.method} {request.url.partition('?')[0]}"
    if call is not None and (key := call.key_of(request)):
        name = " ".join([place, *call.scope_of(request), key])
        return Judged(Policy.LOOKUP if call.find else Policy.KEYED, key, name, call)
    if key := request.header(request.key_header or IDEMPOTENCY_HEADER):
        return Judged(Policy.KEYED, key, f"{place} {key}", call)
    return Judged(Policy.REPEAT if request.method in REPEATABLE else Policy.ONCE, call=call)


class NoAnswer(Exception):
    """The provider was asked about a request and did not say."""


def lookup(judged: Judged, request: Request, since: str, send: Callable[[Request], Response]) -> Response | None:
    """The answer that a request had, asked of the provider by key; None when it made nothing since a time.

    Raises NoAnswer and TransportFailure.
    """
    call = judged.call
    if call is None or call.find is None or call.found is None:
        raise NoAnswer("this provider cannot be asked by key")
    answer = send(call.find(request, judged.key))
    if not 200 <= answer.status < 300:
        raise NoAnswer(f"{call.provider} answered {answer.status} when asked for the key {judged.key}")
    try:
        return call.found(answer, since)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NoAnswer(f"{call.provider} gave no list when asked for the key {judged.key}") from None
