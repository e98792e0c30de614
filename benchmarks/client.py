"""A client that costs little, as a process of its own: it asks the same over a few kept connections.

``client.py PORT PATH REQUESTS CONNECTIONS`` prints the seconds that all requests took together.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator

ENDING = b'{"message":"Hello, world"}'


class Connection(asyncio.Protocol):
    """One connection: as soon as an answer is there, the next request is sent, as long as there is one."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None]) -> None:
        self.requests = requests
        self.done = done
        self.held = b""
        self.transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Look whether the answer is complete."""
        self.held += data
        if not self.held.endswith(ENDING):
            return
        if not self.held.startswith(b"HTTP/1.1 200 "):
            self.done.set_exception(AssertionError(self.held))
            return
        self.held = b""
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """A connection that the server closes has no business here."""
        if not self.done.done():
            self.done.set_exception(exc or AssertionError(f"the connection was closed: {self.held!r}"))

    def _ask(self) -> None:
        request = next(self.requests, None)
        if request is not None:
            self.transport.write(request)
        elif not self.done.done():
            self.done.set_result(None)


async def ask(port: int, path: str, requests: int, connections: int) -> float:
    """Seconds of that many requests."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: benchmark\r\n\r\n".encode()
    loop, left = asyncio.get_running_loop(), iter([head] * requests)
    done = [loop.create_future() for _ in range(connections)]
    begin = time.perf_counter()
    for each in done:
        await loop.create_connection(lambda each=each: Connection(left, each), "127.0.0.1", port)
    await asyncio.gather(*done)
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(asyncio.run(ask(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
