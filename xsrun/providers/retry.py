"""Requests that are sent again: when it helps, and only when it surely does no harm.

A write is repeated when nothing of it left this process, or when it carries a key by which its provider knows it
again; where the provider can be asked for the key, it is asked first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Final

from xsrun.effects.ports import Request, Response, Retry, TransportFailure, World
from xsrun.providers.policies import Judged, NoAnswer, Policy, judge, lookup, standing

CROWDED: Final = frozenset({429, 503})
"""Answers that may say how long to wait."""
PASSING: Final = frozenset({408, 500, 502, 504})
TELLING: Final = ("retry-after", "ratelimit-reset")
"""Headers that say it, in seconds or as a date."""
FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 30.0
JITTER: Final = 1000

Tried = Response | TransportFailure


class RetryingHttp:
    """Sends through the port of a world, again where that is safe and may help.

    ``patience`` says for a host how long; None for not at all. What is to be sent once is. ``begun`` is when the run
    really began, in milliseconds: the world may have another clock than a provider, and an earlier attempt of the run
    may have sent the request. A success that is not ``readable`` is one that may have been carried out, and no more.
    """

    def __init__(
        self,
        world: World,
        patience: Callable[[str], Retry | None],
        begun: int,
        readable: Callable[[Response], bool] = lambda _: True,
    ) -> None:
        self._world = world
        self._patience = patience
        self._begun = begun
        self._readable = readable

    def send(self, request: Request) -> Response:
        """The last answer. Raises the last TransportFailure when there is none."""
        patience = None if request.single else self._patience(request.host)
        if patience is not None:
            request = request._replace(single=True)
        judged = judge(request)
        waited, attempt = 0.0, 1
        tried = self._try(request)
        maybe = False
        while patience and attempt < patience.attempts and self._helps(judged, tried):
            wait = self._wait(tried, attempt, patience)
            if waited + wait > patience.budget:
                break
            self._world.log.write(f"{request.method} {request.url}: {self._reason(tried)}, again in {wait:.1f} s")
            self._world.clock.sleep(wait)
            waited, attempt = waited + wait, attempt + 1
            request = request._replace(resent=attempt - 1)
            maybe = maybe or self._unclear(tried)
            tried = self._again(judged, request, tried) if maybe else self._try(request)
        if maybe and isinstance(tried, Response) and judged.refused(tried):
            tried = standing(self._world, judged, request, self._begun) or tried
        if isinstance(tried, TransportFailure):
            raise tried
        return tried

    def _try(self, request: Request) -> Tried:
        try:
            return self._world.http.send(request)
        except TransportFailure as failure:
            return failure

    def _again(self, judged: Judged, request: Request, tried: Tried) -> Tried:
        """Another attempt, after one that may have been carried out: what that did, where its provider says so."""
        found = None
        if judged.policy is Policy.LOOKUP:
            try:
                found = lookup(judged, request, self._begun, self._world.http.send)
            except NoAnswer:
                if not judged.refuses:
                    return tried
        return found or self._try(request)

    def _helps(self, judged: Judged, tried: Tried) -> bool:
        """Whether another attempt is safe, and may come to something else."""
        if isinstance(tried, TransportFailure):
            return not tried.sent or judged.policy is not Policy.ONCE
        passing = tried.status in CROWDED | PASSING or self._is_garbled(tried)
        return passing and judged.policy is not Policy.ONCE

    def _unclear(self, tried: Tried) -> bool:
        """Whether an attempt may have been carried out."""
        if isinstance(tried, TransportFailure):
            return tried.sent
        return tried.status in PASSING | {503} or self._is_garbled(tried)

    def _is_garbled(self, response: Response) -> bool:
        return 200 <= response.status < 300 and not self._readable(response)

    def _reason(self, tried: Tried) -> str:
        if isinstance(tried, TransportFailure):
            return tried.message
        garbled = " with an answer that cannot be read" if self._is_garbled(tried) else ""
        return f"{tried.status} {tried.reason}".rstrip() + garbled

    def _wait(self, tried: Tried, attempt: int, patience: Retry) -> float:
        """Seconds to wait before the next attempt."""
        told = _told(tried, self._world.clock.now()) if isinstance(tried, Response) else None
        if told is not None:
            return told
        first = patience.crowded if isinstance(tried, Response) and tried.status == 429 else FIRST_WAIT
        longest: float = min(LONGEST_WAIT, first * 2 ** (attempt - 1))
        return longest * self._world.random.integer(JITTER // 2, JITTER) / JITTER


def _told(response: Response, now: int) -> float | None:
    """The seconds that an answer asks to wait."""
    if response.status not in CROWDED:
        return None
    for name in TELLING if response.status == 429 else TELLING[:1]:
        value = response.header(name).strip()
        if value.isdecimal() and len(value) < 10:
            return float(value)
        with suppress(ValueError):
            return max(0.0, parsedate_to_datetime(value).timestamp() - _answered_at(response, now))
    return None


def _answered_at(response: Response, now: int) -> float:
    """When the other side answered, in seconds and by its own clock if it says so."""
    with suppress(ValueError):
        return parsedate_to_datetime(response.header("date")).timestamp()
    return now / 1000
