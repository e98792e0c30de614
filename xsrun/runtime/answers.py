"""What queries and functions give is given again for a while (``cache``, constructs.md section 1.4).

The middleware of a query or function runs every time; what is kept is what it gives itself. Nothing is kept of one that
fails, sets a cookie, streams or was given a file, nor of what happens in a transaction, which may come to nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock

from xsrun import values
from xsrun.effects.ports import Reply
from xsrun.hints import Any, Final
from xsrun.late import LateModule
from xsrun.program import Caching
from xsrun.record import NamedTuple
from xsrun.runtime.frame import Run

MOST_BYTES: Final = 64_000_000
"""What the answers of a service may take."""
OWN_SIZE: Final = 500
"""Bytes that an answer takes beside its text."""
SHARE: Final = 8
"""An answer may take such a part of all at most."""
FIRST_FAILURE: Final = 300
"""The lowest status that is no success."""

_hashes: Any = LateModule("hashlib")


class Kept(NamedTuple):
    """What a query or function gave, as it can be given to anybody."""

    until: int
    """In milliseconds."""
    text: str
    """The value as JSON."""
    status: int
    """The status that it set, 0 for none."""
    headers: tuple[tuple[str, str], ...]


class Answers:
    """The answers of a service, those that were asked for last. Safe for threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._taken = 0
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: bytes, now: int) -> Kept | None:
        """The answer that is kept, None where there is none that still counts."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if found.until <= now:
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return found

    def put(self, key: bytes, kept: Kept) -> None:
        """Keep an answer, and forget those that nobody asked for in the longest time."""
        if _size(kept) > self._most // SHARE:
            return
        with self._lock:
            if key in self._kept:
                self._drop(key)
            self._kept[key] = kept
            self._taken += _size(kept)
            while self._taken > self._most:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: bytes) -> None:
        self._taken -= _size(self._kept.pop(key))


def _size(kept: Kept) -> int:
    return OWN_SIZE + len(kept.text) * 4 + sum(len(name) + len(value) for name, value in kept.headers)


def kept_or_made(run: Run, number: int, caching: Caching, bound: Mapping[str, Any], make: Callable[[], Any]) -> Any:
    """What a query or function gives for its inputs: what is kept of an earlier request, or what is made now.

    Status and headers that it sets in the answer of the request belong to it.
    """
    answers, head = run.answers, run.world.reply
    if answers is None or any(map(_has_no_text, bound.values())):
        return make()
    key = _key(run, number, caching, bound)
    found = answers.get(key, run.world.clock.now())
    if found is not None:
        if head is not None:
            _repeat(found, head)
        return values.loads(found.text)
    status, before = (head.status, list(head.headers)) if head is not None else (0, [])
    value = values.settled(make())
    kept = Kept(run.world.clock.now() + int(caching.seconds * 1000), "", 0, ())
    if head is not None:
        headers = tuple(each for each in head.headers if each not in before)
        kept = kept._replace(status=0 if head.status == status else head.status, headers=headers)
    if not (run.unsettled or _is_for_one(kept, head) or _has_no_text(value)):
        answers.put(key, kept._replace(text=values.dumps(value)))
    return value


def _repeat(kept: Kept, head: Reply) -> None:
    """Have an answer say what was said when something was kept."""
    head.status = kept.status or head.status
    replaced = {name.lower() for name, _ in kept.headers}
    head.headers = [each for each in head.headers if each[0].lower() not in replaced]
    for name, value in kept.headers:
        head.header(f"{name}: {value}", append=True)


def _is_for_one(kept: Kept, head: Reply | None) -> bool:
    """Whether something was said that no other client is to hear: an error, a cookie, pieces of a stream."""
    cookie = any(name.lower() == "set-cookie" for name, _ in kept.headers)
    return cookie or kept.status >= FIRST_FAILURE or (head is not None and head.begun)


def _key(run: Run, number: int, caching: Caching, bound: Mapping[str, Any]) -> bytes:
    """What tells a request apart from those that get another answer: what is named, and nothing else."""
    sent = run.system["http_headers"]
    named = {
        "routine": number,
        "input": dict(bound) if caching.input else None,
        "auth": run.auth if caching.auth else None,
        "datasource": run.system["datasource"] if caching.datasource else None,
        "ip": run.system.get("remote_ip") if caching.ip else None,
        "headers": [sent.get(name.title()) for name in caching.headers],
        "env": [run.env.get(name) for name in caching.env],
    }
    digest: bytes = _hashes.sha256(values.dumps(named).encode("utf-8", "surrogatepass")).digest()
    return digest


def _has_no_text(value: Any) -> bool:
    """Whether a value is or holds something that no text stands for, such as a file or a number without end."""
    if isinstance(value, dict):
        return any(map(_has_no_text, value.values()))
    if isinstance(value, list):
        return any(map(_has_no_text, value))
    if isinstance(value, float):
        return abs(value) == values.INFINITY
    return not (value is None or isinstance(value, str | int))
