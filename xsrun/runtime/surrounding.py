"""A routine with its middleware around it (constructs.md section 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.hints import Any
from xsrun.late import Late
from xsrun.program import Caching, Endpoint, Middleware, Task
from xsrun.record import NamedTuple
from xsrun.runtime.frame import Run

_kept_or_made: Callable[[Run, int, Caching, Mapping[str, Any], Callable[[], Any]], Any] = Late(
    "xsrun.runtime.answers", "kept_or_made"
)

Bound = Mapping[str, Any]
Records = tuple[tuple[int, str, str], ...]
"""Middleware as generated code holds it."""


class Attached(NamedTuple):
    """A function, and the middleware around it."""

    number: int
    pre: tuple[Middleware, ...]
    post: tuple[Middleware, ...]
    cache: Caching | None = None


Around = Endpoint | Task | Attached


def call_attached(
    run: Run, depth: int, number: int, given: Any, pre: Records, post: Records, cache: tuple[Any, ...] | None
) -> Any:
    """Run a function with an object of inputs, and its middleware around it, or take what is kept of its result."""
    caching = Caching(*cache) if cache else None
    around = Attached(number, tuple(map(Middleware._make, pre)), tuple(map(Middleware._make, post)), caching)
    return surrounded(run, around, values.mapping(given), depth=depth)


def surrounded(run: Run, around: Around, given: Bound, depth: int = 1) -> Any:
    """The value of a routine, or the error of a middleware after which nothing else runs."""
    try:
        return _surrounded(run, around, given, depth)
    except _Critical as critical:
        raise critical.fault from None


def _surrounded(run: Run, around: Around, given: Bound, depth: int) -> Any:
    entry = run.entries[around.number]
    bound = entry.bind(given, run.world.clock)
    try:
        for each in around.pre:
            changed = _after(each, bound, _attached(run, each, {"vars": dict(bound), "type": "pre"}, depth))
            if isinstance(changed, dict):
                bound = {name: changed.get(name) for name in bound}
        made = partial(entry.run, run, depth, *bound.values())
        caching = None if isinstance(around, Task) or run.answers is None else around.cache
        value = made() if caching is None else _kept_or_made(run, around.number, caching, bound, made)
    except Fault as fault:
        for each in around.post:
            told = {"status": fault.kind.status, "result": envelope(fault), "payload": fault.payload}
            _attached(run, each, {"vars": told, "type": "post"}, depth)
        raise
    for each in around.post:
        told = {"status": 200, "result": value}
        value = _after(each, value, _attached(run, each, {"vars": told, "type": "post"}, depth))
    return value


def envelope(fault: Fault) -> dict[str, Any]:
    """An error as an answer holds it."""
    payload = "" if fault.payload is None else fault.payload
    return {"code": fault.kind.error_code, "message": fault.message, "payload": payload}


class _Critical(Exception):
    """An error of a middleware after which no other one runs."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self.fault = fault


def _attached(run: Run, middleware: Middleware, given: Bound, depth: int) -> Any:
    """The response of a middleware; its errors are what its policy makes of them."""
    try:
        return run.call(depth, middleware.number, given)
    except Fault as fault:
        if middleware.policy == "silent":
            return None
        if middleware.policy == "critical":
            raise _Critical(fault) from fault
        raise


def _after(middleware: Middleware, before: Any, response: Any) -> Any:
    """What a response of a middleware makes of inputs or a result; null makes nothing of them."""
    if response is None:
        return before
    if middleware.strategy == "merge" and isinstance(before, dict) and isinstance(response, dict):
        return {**before, **response}
    return response
