"""JavaScript of `api.lambda` and the `lambda_*` filters.

Every call gets an engine of its own, so that nothing of one is seen by another. It has no I/O; its clock and
chance are those of the world. Values go in and come out as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Thread
from time import monotonic
from types import ModuleType
from typing import Any, Final, NamedTuple

from xsrun import extras, values
from xsrun.diagnostics import Fault
from xsrun.effects.ports import World

EXTRA: Final = "lambda"
MEMORY: Final = 128 * 1024 * 1024
"""Bytes that the heap of one call may take, and again what its buffers may take."""


class Way(NamedTuple):
    """How a list is gone through; each member is known to the driver by its name."""

    alone: bool = False
    """There is no list: `$index` is undefined."""
    asks: bool = False
    """Only the truth of the results counts."""
    until: bool | None = None
    """The truth that ends the work."""
    folds: bool = False
    """Every result is `$result` of the next run, and only the last one is given back."""
    initial: Any = None
    """The first `$result`."""


def run(
    world: World,
    code: str,
    elements: Sequence[Any],
    bindings: Mapping[str, Any],
    *,
    timeout: float,
    needed_by: str,
    **way: Any,
) -> Any:
    """Run the body of an async function for every element, which it sees as `$this`.

    ``bindings`` are the other names it may use, with the dollar; ``way`` is a Way. The results come as a list,
    when it folds only the last one. Dates are ISO texts in them; undefined, functions, NaN and infinities null.
    Raises Fault: ``lambda-error`` when the code is wrong or throws, ``limit-time`` after ``timeout`` seconds,
    ``limit-size``, ``missing-extra``.
    """
    engine = extras.load("py_mini_racer", extra=EXTRA, needed_by=needed_by, message="Lambda support is not available.")
    order = _order(world, code, elements, bindings, Way(**way))
    with engine.mini_racer(_loop()) as context:
        context.set_hard_memory_limit(MEMORY)
        left = timeout
        prelude = _driver()
        while True:
            started = monotonic()
            answer = _answer(engine, context, f"{prelude}\nxsrunTurn({json.dumps(json.dumps(order))})", timeout, left)
            left -= monotonic() - started
            if "wait" not in answer:
                return _outcome(answer, timeout)
            wait = answer["wait"] / 1000
            if wait >= left:
                raise _too_long(timeout)
            if wait:
                world.clock.sleep(wait)
                left -= wait
            order, prelude = {"now": world.clock.now()}, ""


def _answer(engine: ModuleType, context: Any, code: str, timeout: float, left: float) -> dict[str, Any]:
    """What the driver says. Only an evaluation can be stopped, a call of a function cannot."""
    try:
        found: dict[str, Any] = values.loads(context.eval(code, timeout_sec=left))
    except engine.JSTimeoutException:
        raise _too_long(timeout) from None
    except engine.JSEvalException as error:
        if isinstance(error, engine.JSOOMException):
            raise _too_large() from None
        raise _thrown(str(error).partition("\n")[0], 0) from None
    except ValueError:
        raise _too_large() from None
    return found


def _order(world: World, code: str, elements: Sequence[Any], bindings: Mapping[str, Any], way: Way) -> dict[str, Any]:
    """The first order. Of the bindings only those are sent that the code mentions."""
    job = {
        **way._asdict(),
        "initial": values.dumps(way.initial),
        "code": code,
        "elements": [values.dumps(each) for each in elements],
        "bindings": {name: values.dumps(value) for name, value in bindings.items() if name in code},
        "seed": list(world.random.bytes(32)),
        "memory": MEMORY,
    }
    return {"now": world.clock.now(), "job": job}


def _outcome(answer: dict[str, Any], timeout: float) -> Any:
    if "error" in answer:
        raise _thrown(answer["error"], answer["line"])
    if "large" in answer:
        raise _too_large()
    if "idle" in answer:
        raise _too_long(timeout)
    return answer.get("value")


def _thrown(message: str, line: int) -> Fault:
    return Fault("lambda-error", message, help=f"look at line {line} of the lambda" if line else "")


def _too_long(timeout: float) -> Fault:
    return Fault("limit-time", f"the lambda took longer than {timeout:g} s", help="raise its timeout")


def _too_large() -> Fault:
    return Fault("limit-size", "the lambda needs more memory than it may use", help="let it work on fewer values")


@cache
def _driver() -> str:
    return Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """The loop that engines report to: one for all, in a thread that lasts as long as the process.

    It must outlive every engine, since one that is stopped in the middle still has something to say.
    """
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="lambdas", daemon=True).start()
    return loop


os.register_at_fork(after_in_child=_loop.cache_clear)  # its thread stays behind, and whoever waits for it would, too
