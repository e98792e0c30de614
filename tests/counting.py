"""A server that counts what arrives, answers as it is told, and forgets nothing."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Counting(ThreadingHTTPServer):
    """``seen`` counts requests by method and path; a path that ends in ``/lost`` is taken in and not answered.

    One that ends in ``/failing`` is answered with 500, one that holds ``/held`` when ``release`` is set.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.release = threading.Event()
        self.seen: Counter[str] = Counter()
        self.bodies: list[str] = []
        self.headers: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Counting
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen[f"{self.command} {self.path}"] += 1
        self.server.bodies.append(body.decode())
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.path.endswith("/lost"):
            self.close_connection = True
            return
        if "/held" in self.path:
            self.server.release.wait()
        answer = json.dumps({"path": self.path, "count": self.server.seen.total()}).encode()
        self.send_response(500 if self.path.endswith("/failing") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_PUT = do_DELETE = do_POST

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def counting() -> Iterator[Counting]:
    with Counting() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.release.set()
            server.shutdown()
            thread.join()
