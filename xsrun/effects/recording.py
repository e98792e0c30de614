"""An ``Http`` that keeps what passes through it."""

from __future__ import annotations

from xsrun.diagnostics import LimitFault
from xsrun.effects.ports import Http, Request, Response, TransportFailure
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


class RecordingHttp:
    """Sends through another port and keeps every exchange, in the order of the answers, in ``exchanges``."""

    def __init__(self, inner: Http, exchanges: list[Exchange]) -> None:
        self.inner = inner
        self.exchanges = exchanges

    def send(self, request: Request) -> Response:
        """Send, and keep what came of it."""
        try:
            response = self.inner.send(request)
        except TransportFailure as failure:
            self.exchanges.append(Exchange(request, failure=failure))
            raise
        except (KeyboardInterrupt, LimitFault) as stop:
            if not isinstance(stop, LimitFault) or stop.sent:
                stopped = TransportFailure(42, "the run was stopped before an answer came", sent=True)
                self.exchanges.append(Exchange(request, failure=stopped))
            raise
        self.exchanges.append(Exchange(request, response))
        return response
