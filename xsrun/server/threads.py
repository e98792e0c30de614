"""The threads that answer requests.

The way to a thread and back is most of what a small request costs: with ``SimpleQueue`` it takes a third of the time
that it takes with ``anyio.to_thread``. Calls that end while the loop is busy are taken up together.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, TypeVar

MOST: Final = 40
"""Calls that are made at once; further ones wait."""

T = TypeVar("T")


class Threads:
    """As many threads as calls are under way, up to a number, for one loop. None keeps the process from ending."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._begun = 0
        self._busy = 0
        self._ended: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._told = False
        """Whether the loop knows that calls have ended: it takes up at once all that have."""
        self._waiting: SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]]] = SimpleQueue()

    async def run(self, call: Callable[..., T], *arguments: Any) -> T:
        """What a call gives, made on a thread in the context of the caller. Raises what the call raises."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._busy += 1
        if self._begun < min(self._busy, self._most):
            self._begun += 1
            Thread(target=self._work, name="xsrun answer", daemon=True).start()
        self._waiting.put((done, partial(copy_context().run, call, *arguments)))
        return await done

    def _work(self) -> None:
        while True:
            self._make(*self._waiting.get())

    def _make(self, done: asyncio.Future[Any], call: Callable[[], Any]) -> None:
        outcome: Any = None
        error: BaseException | None = None
        try:
            outcome = call()
        except StopIteration as raised:  # a future cannot raise it, and whoever waits for one would wait for ever
            error = RuntimeError("a call ended an iterator that is not its own")
            error.__cause__ = raised
        except BaseException as raised:
            error = raised
        self._ended.append((done, outcome, error))
        if not self._told:
            self._told = True
            with suppress(RuntimeError):  # the loop is closed: the server was told to end at once
                done.get_loop().call_soon_threadsafe(self._take)

    def _take(self) -> None:
        self._told = False  # before the first is taken: what ends from now on is told anew
        while self._ended:
            self._end(*self._ended.popleft())

    def _end(self, done: asyncio.Future[Any], outcome: Any, error: BaseException | None) -> None:
        self._busy -= 1
        if done.done():
            return
        if error is None:
            done.set_result(outcome)
        else:
            done.set_exception(error)
