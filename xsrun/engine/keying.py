"""Keys for writes, placed where their provider takes them, when the user asks for it.

An author's own key wins. What carries a key of ours and was answered in another run is not sent again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from xsrun import values
from xsrun.effects.ports import Request, Response, World
from xsrun.engine.http import response_of
from xsrun.providers.contracts import LONGEST_KEY, body_of
from xsrun.providers.fields import value_at
from xsrun.providers.keys import keyed_call
from xsrun.providers.policies import judge, standing
from xsrun.resources.file import FileResource, fingerprint

DIGITS: Final = 40
KEYED_METHODS: Final = frozenset({"POST", "PATCH"})
"""Methods that need a key to be repeated; the others may be repeated as they are."""


class Done(NamedTuple):
    """What another run did under a name."""

    run: str
    at: str
    """When it was answered, ISO 8601."""
    answer: dict[str, Any]
    """A response as it is kept."""


Ledger = Callable[[str], Done | None]


def auto_key(job: str, given: Mapping[str, Any]) -> str:
    """The key of a job and its input: the same for the same, in whatever order it was written."""
    return _digest(values.dumps([job, sorted((name, _told_apart(value)) for name, value in given.items())]))


def _told_apart(value: Any) -> Any:
    """An input as JSON that is the same for the same alone: files by their content."""
    if isinstance(value, list):
        return [_told_apart(each) for each in value]
    return fingerprint(value) if isinstance(value, FileResource) else value


def _digest(text: str) -> str:
    return "xs-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


class Keying(NamedTuple):
    """What the user asks for."""

    key: str
    begun: int
    """When the run really began, in milliseconds."""
    force: bool = False
    """Whether to send what another run has done already."""


class KeyingHttp:
    """Puts a key into every write without one that takes one, and asks the ledger before sending it.

    The first write of a kind in a strand gets the key as it is, the next ones with a number. Strands have keys of their
    own, because they may come first or last from one time to the next.
    """

    def __init__(self, world: World, keying: Keying, ledger: Ledger | None, strand: str) -> None:
        self._world = world
        self._key = f"{keying.key}.{strand}" if strand else keying.key
        self._begun = keying.begun
        self._ledger = None if keying.force else ledger
        self._used: Counter[str] = Counter()

    def send(self, request: Request) -> Response:
        """The answer, of now or of the run that did the same before. Raises TransportFailure."""
        keyed = self._keyed(request)
        if keyed is None:
            return self._world.http.send(request)
        judged = judge(keyed)
        done = self._ledger(judged.name) if self._ledger else None
        if done is not None:
            told = f"already done by run {done.run} at {done.at}; nothing was sent (--force sends it again)"
            self._world.log.write(f"{request.method} {request.url}: {told}")
            return response_of(done.answer)
        response = self._world.http.send(keyed)
        return standing(self._world, judged, keyed, self._begun) or response if judged.refused(response) else response

    def _keyed(self, request: Request) -> Request | None:
        """The request with a key of ours; None where it has one, or takes none."""
        if request.method not in KEYED_METHODS or judge(request).key:
            return None
        call = keyed_call(request)
        if call is not None and call.key is not None and not call.key.made:
            return None
        if call is not None and call.key is not None:
            return self._in_body(request, call.key.place, call.longest_key)
        if not request.key_header:
            self._world.log.write(f"{request.method} {request.url} got no key: it is not known where it takes one")
            return None
        return request._replace(headers=(*request.headers, (request.key_header, self._next(request, LONGEST_KEY))))

    def _in_body(self, request: Request, path: str, longest: int) -> Request | None:
        body = body_of(request)
        holder, _, name = path.rpartition(".")
        place = value_at(body, holder) if holder else body
        if not isinstance(place, dict) or place.get(name) not in (None, ""):
            return None
        place[name] = self._next(request, longest)
        return request._replace(body=values.dumps(body).encode("utf-8", "surrogatepass"))

    def _next(self, request: Request, longest: int) -> str:
        kind = f"{request.method} {request.url.partition('?')[0]}"
        self._used[kind] += 1
        number = self._used[kind]
        key = self._key if number == 1 else f"{self._key}-{number}"
        return key if len(key) <= longest else _digest(key)
