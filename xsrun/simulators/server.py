"""A simulator behind a loopback address.

Besides the provider's own paths there are three of the simulator: ``GET /_xsrun/state`` shows what it holds and every
request it has seen, keys masked; ``POST /_xsrun/troubles`` with a plan such as ``429:2,reset`` as its body makes the
next requests fail (see ``faults``), and ``DELETE`` ends that; ``POST /_xsrun/reset`` begins anew with a fresh account.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final

from xsrun.effects.ports import Headers, Request, Response
from xsrun.simulators.core import Simulator
from xsrun.simulators.keeping import NotKept
from xsrun.simulators.routing import REASONS, empty, reply

STATE: Final = "/_xsrun/state"
TROUBLES: Final = "/_xsrun/troubles"
RESET: Final = "/_xsrun/reset"
OWN: Final = frozenset({STATE, TROUBLES, RESET})
LARGEST_BODY: Final = 16 * 1024 * 1024
IDLE: Final = 30.0
"""Seconds after which a silent connection is closed."""
NOTICED: Final = 0.5
"""Seconds within which a thread that waits learns of a signal that another one was given."""
HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")
HOP_HEADERS: Final = frozenset(("connection", "content-length"))


class Running:
    """A server that is answering. Also a context manager that closes it."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it answers: ``http://127.0.0.1:PORT``, or ``https:``; no slash at the end."""
        return self._server.url

    def wait(self) -> None:
        """Block until somebody closes the server."""
        while self._thread.is_alive():
            self._thread.join(NOTICED)

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Running:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def serve(simulator: Simulator, host: str = "127.0.0.1", port: int = 0, certificate: str | None = None) -> Running:
    """Answer requests to that address with a simulator; port 0 takes any free one.

    With ``certificate``, a PEM file that holds one and its key, it speaks HTTPS. Raises OSError when the address or the
    file cannot be had.
    """
    return Running(_Server(simulator, host, port, certificate))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, simulator: Simulator, host: str, port: int, certificate: str | None) -> None:
        context = _context(certificate) if certificate else None
        self.simulator = simulator
        self.stopping = threading.Event()
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Handler)
        name = f"[{host}]" if ":" in host else host
        self.scheme = "https" if context else "http"
        self.url = f"{self.scheme}://{name}:{self.server_port}"
        if context:
            # Hands are shaken when a connection is first read from, in its own thread.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def server_bind(self) -> None:
        # The inherited way asks for the full name of the host, which can take seconds.
        try:
            socket.socket.bind(self.socket, self.server_address)
        except TypeError:  # so the system says that it cannot write the name
            raise OSError(errno.EADDRNOTAVAIL, "no host has such a name") from None
        self.server_address = self.socket.getsockname()
        self.server_port = self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about clients that went away or speak otherwise, and about nothing else."""
        if not isinstance(sys.exception(), ConnectionError | ssl.SSLError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE
    wbufsize = -1  # head and body in one packet, or the client waits for the second one
    server: _Server

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            return
        request = Request(self.command, self._base() + self.path, tuple(self.headers.items()), body)
        path = self.path.partition("?")[0]
        if path in OWN:
            self._send(_own(self.server.simulator, path, request))
        else:
            self._exchange(request)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

    def _base(self) -> str:
        host = self.headers.get("Host", "")
        return f"{self.server.scheme}://{host}" if HOST.fullmatch(host) else self.server.url

    def _read_body(self) -> bytes | None:
        """The body, None when the request was already refused."""
        length = self.headers.get("Content-Length", "0")
        if not self.path.startswith("/"):
            self._refuse(400)
        elif "Transfer-Encoding" in self.headers:
            self._refuse(411)
        elif not (length.isdecimal() and len(length) < 15):
            self._refuse(400)
        elif int(length) > LARGEST_BODY:
            self._refuse(413)
        else:
            return self.rfile.read(int(length))
        return None

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._send(empty(status))

    def _exchange(self, request: Request) -> None:
        try:
            exchange = self.server.simulator.exchange(request)
        except NotKept as fault:
            self._send(reply(500, {"message": str(fault)}))
            return
        if exchange.delay:
            self.server.stopping.wait(exchange.delay)
        if exchange.response is not None:
            self._send(exchange.response, cut=exchange.cut)
            return
        self.close_connection = True
        if not exchange.handled:
            # Closing with a linger time of zero sends a reset instead of an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _send(self, response: Response, *, cut: bool = False) -> None:
        body = response.body
        self.send_response_only(response.status, response.reason or REASONS.get(response.status, ""))
        for name, value in _own_headers(response.headers):
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(body)))
        if cut:
            self.close_connection = True
            body = body[: len(body) // 2]
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing; the simulator keeps its own log."""


def _context(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with open(certificate, "rb"):  # ssl does not name a file that it cannot read
        pass
    context.load_cert_chain(certificate)
    return context


def _own(simulator: Simulator, path: str, request: Request) -> Response:
    """Answer a path of the simulator itself."""
    if path == STATE and request.method == "GET":
        return reply(200, simulator.snapshot())
    if path == TROUBLES and request.method == "POST":
        try:
            simulator.troubles.add(request.body.decode("utf-8", "replace"))
        except ValueError as error:
            return reply(400, {"message": str(error)})
        return empty(204)
    if path == TROUBLES and request.method == "DELETE":
        simulator.troubles.clear()
        return empty(204)
    if path == RESET and request.method == "POST":
        return _reset(simulator)
    return empty(405)


def _reset(simulator: Simulator) -> Response:
    try:
        simulator.reset()
    except NotKept as fault:
        return reply(500, {"message": str(fault)})
    return empty(204)


def _own_headers(headers: Headers) -> Headers:
    return tuple(header for header in headers if header[0].lower() not in HOP_HEADERS)
