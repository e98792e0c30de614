"""A small HTTP server on this machine, as a process of its own.

``POST /20`` is answered after 20 ms, ``POST /0`` at once; ``GET /count`` says how many POSTs there were.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

ANSWER: Final = b'{"status":"success"}'


class Connection(asyncio.Protocol):
    """One kept-alive connection, one request after the other."""

    posts = 0

    def __init__(self) -> None:
        self.waiting = b""
        self.transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, rest = self.waiting.split(b"\r\n\r\n", 1)
            length = _content_length(head)
            if len(rest) < length:
                return
            self.waiting = rest[length:]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        method, path, _ = head.split(b" ", 2)
        if method == b"GET":
            self._send(str(Connection.posts).encode())
            return
        Connection.posts += 1
        asyncio.get_running_loop().call_later(int(path[1:]) / 1000, self._send, ANSWER)

    def _send(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.transport.write(head + body)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def serve() -> None:
    """Serve on a free port, which is printed as the first line."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running() -> Iterator[str]:
    """A server in a process of its own, by its address, e.g. ``http://127.0.0.1:4711``."""
    with subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(serve())
