"""The other side of every request: simulators of the providers, and somebody who counts for all other hosts.

It is a server in a process of its own, because the processes that talk to it are killed.
"""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

from xsrun.effects.ports import Request, Response
from xsrun.effects.real import SystemClock, SystemRandom
from xsrun.exchange.hosts import matches
from xsrun.providers.answers import usual_answer
from xsrun.providers.policies import READING, Policy, judge
from xsrun.simulators import SIMULATORS
from xsrun.simulators.core import Simulator
from xsrun.simulators.pagerduty.seeds import SERVICE_ID, USER_KEY
from xsrun.simulators.server import RESET, STATE, TROUBLES, serve
from xsrun.torture.effects import EFFECTS

KNOWN_INPUTS: Final = {"incident_id": "1", "service_id": SERVICE_ID}
"""What jobs are given that need it and say nothing: the incident is one that is open from the beginning."""
BEFOREHAND: Final = {
    "incident": {
        "type": "incident",
        "title": "An incident from before",
        "service": {"id": SERVICE_ID, "type": "service_reference"},
        "incident_key": "from-before",
    }
}
DEADLINE: Final = 30.0


class Stage(Simulator):
    """Answers for every host, and tells what was done: ``contents`` holds how often, by what it was."""

    def open_account(self) -> None:
        """Fresh accounts, and one incident of PagerDuty that is open."""
        self._accounts = {name: each.factory(self.clock, self.random) for name, each in SIMULATORS.items()}
        self._written: Counter[str] = Counter()
        self._keys: set[str] = set()
        headers = (("Authorization", f"Token token={USER_KEY}"), ("Content-Type", "application/json"))
        body = json.dumps(BEFOREHAND).encode()
        self._accounts["pagerduty"].answer(Request("POST", "https://api.pagerduty.com/incidents", headers, body))
        self._beforehand = self._effects()

    def secrets(self) -> Iterable[str]:
        """The keys of all accounts."""
        return [secret for account in self._accounts.values() for secret in account.secrets()]

    def answer(self, request: Request) -> Response:
        """The answer of whoever has the host."""
        provider = self._provider(request)
        if provider is not None:
            return provider.answer(request)
        self._count(request)
        return usual_answer(request)

    def forced(self, status: int, request: Request) -> Response:
        """A failing answer as whoever has the host words it."""
        provider = self._provider(request)
        return provider.forced(status, request) if provider else Response(status)

    def contents(self) -> dict[str, Any]:
        """How often each thing was done, without what was there beforehand."""
        return dict(self._effects() - self._beforehand)

    def _provider(self, request: Request) -> Simulator | None:
        found = (name for name, provider in SIMULATORS.items() if matches(request.host, provider.hosts))
        return self._accounts.get(next(found, ""))

    def _count(self, request: Request) -> None:
        """Count a write to a host that only answers; what has been done by its key is not done again."""
        if request.method in READING:
            return
        place = f"{request.method} {request.url.partition('://')[2].partition('?')[0]}"
        judged = judge(request)
        name = place if judged.policy is Policy.REPEAT else judged.name
        if name and name in self._keys:
            return
        self._keys.add(name)
        self._written[place] += 1

    def _effects(self) -> Counter[str]:
        done = Counter(self._written)
        for name, account in self._accounts.items():
            done += EFFECTS[name](account)
        return +done


class Seen(Mapping[str, int]):
    """What a stage has seen of one scenario: what was done how often, and every request; addresses are not masked."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self._done: dict[str, int] = snapshot["state"]
        self.requests: list[str] = [f"{each['method']} {_shown(each['url'])}" for each in snapshot["requests"]]

    def __getitem__(self, name: str) -> int:
        return self._done.get(name, 0)

    def __iter__(self) -> Iterator[str]:
        return iter(self._done)

    def __len__(self) -> int:
        return len(self._done)


def _shown(url: str) -> str:
    return url.partition("://")[2].partition("?")[0]


class OtherSide:
    """A stage in another process. ``url`` is where it answers."""

    def __init__(self, url: str) -> None:
        self.url = url

    def begin(self, plan: str = "") -> None:
        """A fresh stage, with troubles to come."""
        self._ask("POST", RESET)
        if plan:
            self._ask("POST", TROUBLES, plan)

    def calm(self) -> None:
        """Have everything go well from now on."""
        self._ask("DELETE", TROUBLES)

    def snapshot(self) -> dict[str, Any]:
        """What has been done since it began, see ``Seen``."""
        found: dict[str, Any] = json.loads(self._ask("GET", STATE))
        return found

    def _ask(self, method: str, path: str, body: str = "") -> bytes:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=DEADLINE)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"the stage answered {answer.status} to {method} {path}")
        return text


@contextmanager
def other_side() -> Iterator[OtherSide]:
    """A stage in a process that ends with this one."""
    told, tell = os.pipe()
    watched, held = os.pipe()
    child = os.fork()
    if not child:
        os.close(told)
        os.close(held)
        _answer(tell, watched)
    os.close(tell)
    os.close(watched)
    with os.fdopen(told) as line:
        url = line.readline().strip()
    try:
        yield OtherSide(url)
    finally:
        os.close(held)
        os.waitpid(child, 0)


def _answer(tell: int, watched: int) -> None:
    """Answer until nobody holds the other end of a pipe. Does not come back."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with serve(Stage(SystemClock(), SystemRandom())) as running:
            os.write(tell, f"{running.url}\n".encode())
            os.close(tell)
            os.read(watched, 1)
        code = 0
    finally:
        os._exit(code)
