"""A small listener that says how a process is which answers nothing else over HTTP: a worker, a scheduler."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from xsrun.telemetry.health import Answer, Health

LOOPBACK: Final = "127.0.0.1"
NOTHING: Final = Answer(404, "text/plain", b"/_xsrun/health, /_xsrun/ready and /_xsrun/metrics are here\n")
LONGEST: Final = 10.0
"""Seconds that somebody may take to ask."""


class BadAddress(Exception):
    """This is no address to listen on, or it is taken."""


def address_of(given: str) -> tuple[str, int]:
    """``HOST:PORT``, or a port of the loopback. Raises BadAddress."""
    host, _, port = given.rpartition(":")
    if not port.isdecimal() or int(port) > 65535 or (given.startswith(":")):
        raise BadAddress(f"{given} is no address")
    return host.removeprefix("[").removesuffix("]") or LOOPBACK, int(port)


@contextmanager
def listening(given: str, health: Health) -> Iterator[str]:
    """Answer GET requests at an address in the block, on threads of its own. Gives the URL. Raises BadAddress."""
    host, port = address_of(given)
    try:
        server = _Server((host, port), health)
    except OSError as error:
        raise BadAddress(f"cannot listen on {given}: {error.strerror}") from None
    except TypeError:  # so the system says that it cannot write the name
        raise BadAddress(f"{host} is no name of a host") from None
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], health: Health) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.health = health
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who goes away before the answer is not told of."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = LONGEST

    def do_GET(self) -> None:
        """Answer."""
        answer = self.server.health.answer(self.path.partition("?")[0]) or NOTHING
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_GET

    def version_string(self) -> str:
        """Who answers."""
        return "xsrun"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of requests."""
