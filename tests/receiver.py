"""The other side of runs that are killed: a process that keeps every request on the disk before it answers.

    python tests/receiver.py FILE

writes its URL as the first line of stdout, ends with its stdin, and adds to FILE a line of JSON a request: ``method``,
``path``, ``name`` (the last part of the path, or the key of an incident), ``key``, ``body``, ``at`` in seconds, and
``done``: whether it had an effect. The first part of a path says how it behaves:

| path | effect |
| --- | --- |
| `/keyed/…` | once per `Idempotency-Key` |
| `/repeat/…` | sets what lies there: once per path and body |
| `/once/…` | each time |
| `/incidents` | as PagerDuty: a second one with an open `incident_key` is refused, and one can ask by key |

| parameter | answer |
| --- | --- |
| `?hold` | when somebody has sent `POST /release/NAME` |
| `?slow=S` | after S seconds |
| `?lost` | none: the connection is closed |
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from waiting import line_of

from xsrun.effects.ports import Request
from xsrun.effects.real import SystemClock, SystemRandom
from xsrun.simulators.pagerduty import PagerDuty

HELD = 120.0
"""Seconds that a held answer waits at most."""


class Receiver(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, file: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kept = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.lock = threading.Lock()
        self.released: dict[str, threading.Event] = defaultdict(threading.Event)
        self.known: set[tuple[str, ...]] = set()
        self.pagerduty = PagerDuty(SystemClock(), SystemRandom())

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """Clients are killed here."""

    def take(self, request: Request, path: str) -> tuple[int, bytes]:
        """Do what a request asks for, and keep it. Gives back the answer."""
        with self.lock:
            kind, name = path.split("/")[1], path.rpartition("/")[2]
            key = request.header("Idempotency-Key") or ""
            status, answer, done = 200, b"{}", request.method not in ("GET", "HEAD")
            if kind == "incidents":
                name = json.loads(request.body)["incident"]["incident_key"] if done else ""
                came = self.pagerduty.answer(request)
                status, answer, done = came.status, came.body, done and came.status == 201
            elif kind != "once":
                known = (kind, path, key if kind == "keyed" else request.body.decode())
                done, _ = done and known not in self.known, self.known.add(known)
            line = {"method": request.method, "path": path, "name": name, "key": key, "body": request.body.decode()}
            os.write(self.kept, f"{json.dumps({**line, 'at': time.time(), 'done': done})}\n".encode())
            os.fsync(self.kept)
            return status, answer


class Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True  # Who sends it is dead: half a request asks for nothing.
            return
        address = urlsplit(self.path)
        name = address.path.rpartition("/")[2]
        if address.path.startswith("/release/"):
            self.server.released[name].set()
            self._answer(200, b"{}")
            return
        url = f"https://api.pagerduty.com{self.path}"
        status, answer = self.server.take(Request(self.command, url, tuple(self.headers.items()), body), address.path)
        told = parse_qs(address.query, keep_blank_values=True)
        if "hold" in told:
            self.server.released[name].wait(HELD)
        time.sleep(float(told.get("slow", ["0"])[0]))
        if "lost" in told:
            self.close_connection = True
            return
        self._answer(status, answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


class Received(NamedTuple):
    """A request as it came in."""

    method: str
    path: str
    name: str
    """The last part of the path; the key of an incident."""
    key: str
    body: str
    at: float
    done: bool

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiving:
    """A receiver that is answering."""

    def __init__(self, url: str, file: Path) -> None:
        self.url = url
        self.host = urlsplit(url).netloc
        self._file = file

    def requests(self, below: str = "/") -> list[Received]:
        """What has come in so far, in its order."""
        text = self._file.read_text(encoding="utf-8") if self._file.exists() else ""
        found = (Received(**json.loads(line)) for line in text.splitlines(keepends=True) if line[-1] == "\n")
        return [each for each in found if each.path.startswith(below)]

    def writes(self, below: str = "/") -> list[Received]:
        """The same without those that only read."""
        return [each for each in self.requests(below) if each.method not in ("GET", "HEAD")]

    def effects(self, below: str = "/") -> Counter[str]:
        """How often each name had an effect."""
        return Counter(each.name for each in self.requests(below) if each.done)

    def release(self, name: str) -> None:
        """Give the answers to a name that are held, and hold none from now on."""
        connection = HTTPConnection(self.host, timeout=10)
        connection.request("POST", f"/release/{name}")
        connection.getresponse().read()
        connection.close()


@contextmanager
def receiving(folder: Path) -> Iterator[Receiving]:
    """A receiver whose requests lie in a folder."""
    file = folder / "requests.jsonl"
    command = [sys.executable, __file__, str(file)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield Receiving(line_of(process).strip(), file)
        finally:
            process.kill()


def main() -> None:
    with Receiver(sys.argv[1]) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        sys.stdin.read()
        os._exit(0)


if __name__ == "__main__":
    main()
