"""An ``Http`` that keeps what passes through it."""

from __future__ import annotations

from xsrun.diagnostics import LimitFault
from xsrun.effects.ports import Http, Request, Response, TransportFailure
from xsrun.hints import Final
from xsrun.record import NamedTuple


class Exchange(NamedTuple):
    """One request with its answer, or with the reason why there is none."""

    request: Request
    response: Response | None = None
    failure: TransportFailure | None = None

    @property
    def unclear(self) -> bool:
        """Whether the request may have reached the other side without an answer coming back."""
        return self.failure is not None and self.failure.sent

    @property
    def writes(self) -> bool:
        """Whether the request may change something."""
        return self.request.method not in ("GET", "HEAD", "OPTIONS")


MOST_KEPT: Final = 50_000_000
"""Bytes of bodies that are kept of one run; what comes later is cut."""
BEGINNING: Final = 2000
"""Bytes that are kept of a body that is cut."""


class RecordingHttp:
    """Sends through another port and keeps every exchange, in the order of the answers, in ``exchanges``.

    Of a run with large bodies the later ones are cut, so that a long run holds what it needs and no more.
    """

    def __init__(self, inner: Http, exchanges: list[Exchange], most: int = MOST_KEPT) -> None:
        self.inner = inner
        self.exchanges = exchanges
        self.left = most
        """Bytes of bodies that may still be kept."""

    def send(self, request: Request) -> Response:
        """Send, and keep what came of it."""
        try:
            response = self.inner.send(request)
        except TransportFailure as failure:
            self._keep(request, None, failure)
            raise
        except (KeyboardInterrupt, LimitFault) as stop:
            if not isinstance(stop, LimitFault) or stop.sent:
                stopped = TransportFailure(42, "the run was stopped before an answer came", sent=True)
                self._keep(request, None, stopped)
            raise
        self._keep(request, response)
        return response

    def _keep(self, request: Request, response: Response | None, failure: TransportFailure | None = None) -> None:
        request = request._replace(body=self._kept(request.body))
        response = response and response._replace(body=self._kept(response.body))
        self.exchanges.append(Exchange(request, response, failure))

    def _kept(self, body: bytes) -> bytes:
        """A body as it is while there is room, else its beginning."""
        kept = body if len(body) <= max(self.left, BEGINNING) else body[:BEGINNING]
        self.left -= len(kept)
        return kept
