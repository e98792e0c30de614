"""Runs that change nothing: requests are shown instead of sent, and waits are not waited."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.effects.ports import Clock, Http, Request, Response, TransportFailure
from xsrun.providers.answers import usual_answer


class UsualAnswers:
    """Answers in place of everybody, as they usually do."""

    def send(self, request: Request) -> Response:
        """The usual answer of the provider."""
        return usual_answer(request)


class DryHttp:
    """Shows every request and has somebody answer who is not the other side. Asks nobody about what names no host."""

    def __init__(self, inner: Http, show: Callable[[Request], None]) -> None:
        self._inner = inner
        self._show = show

    def send(self, request: Request) -> Response:
        """An answer that nobody sent. Raises TransportFailure for what could not be sent."""
        if not request.host:
            raise TransportFailure(3, f"Malformed URL: {request.url}", sent=False)
        self._show(request)
        return self._inner.send(request)


class HurriedClock:
    """The clock of the machine, put forward by every wait instead of waiting."""

    def __init__(self, inner: Clock) -> None:
        self._inner = inner
        self._ahead = 0.0

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        return self._inner.now() + round(self._ahead * 1000)

    def sleep(self, seconds: float) -> None:
        """Put the clock forward."""
        self._ahead += seconds
