"""What may be done again: the policy of a request, from its method and from what its provider promises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from xsrun.effects.ports import Request, Response, TransportFailure, World
from xsrun.providers.contracts import Endpoint
from xsrun.providers.keys import key_of, scope_of
from xsrun.providers.table import endpoint_of

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATABLE: Final = frozenset({"PUT", "DELETE"})
"""Methods whose second time changes nothing (RFC 9110, section 9.2.2)."""

IDEMPOTENCY_HEADER: Final = "Idempotency-Key"
MOST_SHOWN: Final = 80
"""Characters of a key that messages show."""
SKEW: Final = 60_000
"""Milliseconds that the clock of a provider may be behind."""


class Policy(StrEnum):
    """What may be done about an effect that an earlier attempt of the same run may have carried out already."""

    READ = "read"
    """Do it again: it changes nothing."""
    REPEAT = "repeat"
    """Do it again: twice has the effect of once, as with PUT and DELETE."""
    KEYED = "keyed"
    """Do it again with the same key, by which the other side knows it."""
    LOOKUP = "lookup"
    """Ask the other side by key first, and do it when it knows of nothing."""
    ONCE = "once"
    """Stop: whether it was done is for a person to say."""


class Judged(NamedTuple):
    """What is known about repeating a request."""

    policy: Policy
    key: str = ""
    """The key it carries."""
    name: str = ""
    """The same with all that tells it from other effects of that key; empty when it has none."""
    call: Endpoint | None = None

    @property
    def shown(self) -> str:
        """The key, or its beginning."""
        return self.key if len(self.key) <= MOST_SHOWN else f"{self.key[: MOST_SHOWN - 1]}…"

    @property
    def refuses(self) -> bool:
        """Whether the provider refuses a second one of the same key."""
        return bool(self.call and self.call.key and self.call.key.refused)

    def refused(self, response: Response) -> bool:
        """Whether an answer says that there is one with this key already."""
        key = self.call.key if self.call else None
        return key is not None and key.refused is not None and key.refused(response)


def judge(request: Request) -> Judged:
    """The policy of a request, and the key it carries."""
    if request.method in READING:
        return Judged(Policy.READ)
    call = endpoint_of(request.method, request.url)
    place = f"{request.method} {request.url.partition('?')[0]}"
    if call is not None and call.key is not None and (key := key_of(call, request)):
        name = " ".join([place, *scope_of(call, request), key])
        return Judged(Policy.LOOKUP if call.key.find else Policy.KEYED, key, name, call)
    if key := request.header(request.key_header or IDEMPOTENCY_HEADER):
        return Judged(Policy.KEYED, key, f"{place} {key}", call)
    repeats = request.method in REPEATABLE or (call is not None and call.repeats)
    return Judged(Policy.REPEAT if repeats else Policy.ONCE, call=call)


class NoAnswer(Exception):
    """The provider was asked about a request and did not say."""


def lookup(judged: Judged, request: Request, since: int, send: Callable[[Request], Response]) -> Response | None:
    """The answer that a request had, asked of the provider by key; None when it made nothing since a time.

    The time is in milliseconds. Raises NoAnswer.
    """
    call = judged.call
    if call is None or call.key is None or call.key.find is None or call.key.found is None:
        raise NoAnswer("this provider cannot be asked by key")
    try:
        answer = send(call.key.find(request, judged.key))
    except TransportFailure as failure:
        raise NoAnswer(f"asking for its key got no answer: {failure.message}") from None
    if not 200 <= answer.status < 300:
        raise NoAnswer(f"{call.api.title} answered {answer.status} when asked for the key {judged.shown}")
    begun = datetime.fromtimestamp((since - SKEW) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        return call.key.found(request, answer, judged.key, begun)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NoAnswer(f"{call.api.title} gave no list when asked for the key {judged.shown}") from None


def question(request: Request) -> str:
    """The address under which its provider is asked what became of a request; ``""`` where it cannot be asked."""
    judged = judge(request)
    key = judged.call.key if judged.call else None
    return key.find(request, judged.key).url if key and key.find and judged.policy is Policy.LOOKUP else ""


def standing(world: World, judged: Judged, request: Request, since: int) -> Response | None:
    """What stands in the way of a second one of a key, as if this request had made it; None when nothing shows.

    What has ended counts from a time on, in milliseconds.
    """
    try:
        found = lookup(judged, request, since, world.http.send)
    except NoAnswer:
        return None
    if found is not None:
        world.log.write(f"{request.method} {request.url}: there is one with the key {judged.shown} already")
    return found
