"""The HTTP port of a tortured run: every request goes to the stage, whatever host it was meant for."""

from __future__ import annotations

from itertools import count
from typing import Final
from urllib.parse import urlsplit

from xsrun.effects.ports import Http, Request, Response, TransportFailure
from xsrun.simulators.port import moved
from xsrun.torture.faults import Trial

MALFORMED: Final = 3
NOT_FOUND: Final = 6


class StagePort:
    """Sends to the stage at an address and names the meant host in ``Host``; a trial may keep it from that."""

    def __init__(self, inner: Http, stage: str, trial: Trial) -> None:
        self._inner = inner
        self._stage = stage
        self._trial = trial
        self._numbers = count(1)

    def send(self, request: Request) -> Response:
        """The answer of the stage. Raises TransportFailure when there is none."""
        number, trial = next(self._numbers), self._trial
        if not request.host:
            raise TransportFailure(MALFORMED, f"Malformed URL: {request.url}", sent=False)
        if trial.fault.unresolved and trial.meets(number):
            raise TransportFailure(NOT_FOUND, f"Could not resolve host: {request.host}", sent=False)
        timeout = request.timeout
        if trial.fault.patience is not None and trial.meets(number):
            timeout = min(timeout, trial.fault.patience)
        meant = urlsplit(request.url).netloc.rpartition("@")[2]
        headers = (("Host", meant), *(each for each in request.headers if each[0].lower() != "host"))
        return self._inner.send(request._replace(url=moved(request.url, self._stage), headers=headers, timeout=timeout))
