"""A server over its life: it follows its source, waits for what is under way, and leaves runs to be resumed."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from served import serving
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from waiting import bounded, joined, until

from xsrun.diagnostics import Exit
from xsrun.server.app import application
from xsrun.server.patience import PATIENCE
from xsrun.server.running import Server, listening
from xsrun.server.service import Served
from xsrun.server.threads import Threads

WITHIN = 30

PROJECT = """run.job "Ask" {
  main = { name: "ask" }
}
---
function "ask" {
  stack {
    api.request { url = "GATE" } as $answer
  }
  response = $answer.response.result.said
}
---
query "version" verb=GET {
  api_group = "a"
  response = "VERSION"
}
---
query "slow" verb=GET {
  api_group = "a"
  stack {
    api.request { url = "GATE" } as $answer
  }
  response = "VERSION"
}
---
query "count" verb=POST {
  api_group = "a"
  stack {
    db.add hit { data = {at: "now"} } as $hit
  }
  response = $hit.id
}
---
table hit {
  schema {
    int id
    timestamp at
  }
}
"""


class Gate:
    """A server that tells when it is asked, and answers when it may."""

    def __init__(self):
        self.asked = threading.Semaphore(0)
        self.open = threading.Event()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                gate.asked.release()
                gate.open.wait(WITHIN)
                body = b'{"said": "hello"}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def gate():
    gate = Gate()
    thread = threading.Thread(target=gate.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield gate
    gate.open.set()
    gate.server.shutdown()
    thread.join()
    gate.server.server_close()


@pytest.fixture
def folder(tmp_path, gate):
    folder = tmp_path / "project"
    folder.mkdir()
    write(folder, gate, "old")
    return folder


def write(folder, gate, version):
    text = PROJECT.replace("GATE", gate.url).replace("VERSION", version)
    (folder / "run.xs").write_text(text)


@contextmanager
def in_background(call):
    """What a call gives, as a list that it is put into; the call has ended behind the block."""
    given = []
    thread = threading.Thread(target=lambda: given.append(call()))
    thread.start()
    yield given
    joined(thread, seconds=WITHIN)


def told(process, kind):
    """The next message of a kind on stderr."""
    with bounded(process, WITHIN):
        return next(each for each in map(json.loads, process.stderr) if each["type"] == kind)


def test_a_service_follows_its_source(folder, gate):
    with serving(str(folder), "--reload", "--json", "--db", ":memory:") as (first, ask, process):
        assert ask.get("/api:a/version").json() == "old"
        assert ask.post("/api:a/count").json() == 1
        with in_background(lambda: httpx.get(f"{first['url']}/api:a/slow", timeout=WITHIN).json()) as given:
            assert gate.asked.acquire(timeout=WITHIN)
            write(folder, gate, "new")
            assert told(process, "reloaded") == {"type": "reloaded", "project": "project"}
            assert ask.get("/api:a/version").json() == "new"
            gate.open.set()
        assert given == ["old"]
        (folder / "broken.xs").write_text("function f { stack { var $x { value = } } }")
        assert told(process, "diagnostic")["severity"] == "error"
        assert told(process, "kept") == {"type": "kept", "project": "project"}
        assert ask.get("/api:a/version").json() == "new"
        (folder / "broken.xs").unlink()
        told(process, "reloaded")
        assert ask.post("/api:a/count").json() == 2


def begin_run(ask, gate):
    run = ask.post("/api:run/run", json={"job_name": "Ask", "async": True}).json()["run"]["session"]["id"]
    assert gate.asked.acquire(timeout=WITHIN)
    return run


def is_refused(ask):
    with socket.socket() as client:
        return client.connect_ex((ask.base_url.host, ask.base_url.port)) != 0


def xsrun(*arguments, env):
    command = [sys.executable, "-m", "xsrun", *arguments]
    around = {**os.environ, **env}
    return subprocess.run(command, capture_output=True, text=True, env=around, timeout=WITHIN, check=False)


def test_the_first_signal_waits_for_runs_and_requests(folder, gate, tmp_path):
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    with serving(str(folder), "--json", env=state) as (first, ask, process):
        run = begin_run(ask, gate)
        with in_background(lambda: httpx.get(f"{first['url']}/api:a/slow", timeout=WITHIN).json()) as given:
            assert gate.asked.acquire(timeout=WITHIN)
            process.send_signal(signal.SIGTERM)
            until(lambda: is_refused(ask))
            assert process.poll() is None
            gate.open.set()
        assert given == ["old"]
        assert process.wait(WITHIN) == Exit.DONE
    shown = xsrun("runs", "list", "--json", env=state).stdout
    assert [(each["id"], each["state"]) for each in json.loads(shown)] == [(run, "complete")]


def test_a_second_signal_leaves_runs_to_be_resumed(folder, gate, tmp_path):
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    with serving(str(folder), "--json", env=state) as (_first, ask, process):
        run = begin_run(ask, gate)
        process.send_signal(signal.SIGTERM)
        assert told(process, "ending") == {"type": "ending", "runs": [run]}
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN) == Exit.INTERRUPTED
    shown = json.loads(xsrun("runs", "list", "--json", env=state).stdout)
    assert [(each["id"], each["state"]) for each in shown] == [(run, "interrupted")]
    gate.open.set()
    resumed = xsrun("runs", "resume", run, env=state)
    assert (resumed.returncode, resumed.stdout) == (Exit.DONE, '"hello"\n')


def test_clients_who_come_as_a_server_ends_keep_it_from_nothing():
    with listening("127.0.0.1", 0) as address, ExitStack() as held:
        where = address.getsockname()

        async def crowd(_):
            for _ in range(20):
                held.enter_context(socket.create_connection(where, WITHIN))
            server.stop()
            time.sleep(0.15)  # the server looks ten times a second whether it is to end
            return PlainTextResponse("there")

        server = Server(application(Served(()), print, [Route("/crowd", crowd)]))
        thread = threading.Thread(target=server.run, args=(address,))
        thread.start()
        assert httpx.get("http://{}:{}/crowd".format(*where), timeout=WITHIN).text == "there"
        joined(thread, seconds=PATIENCE / 2)


def test_a_call_that_ends_an_iterator_is_answered():
    with pytest.raises(RuntimeError, match="iterator") as raised:
        asyncio.run(asyncio.wait_for(Threads().run(lambda: next(iter(()))), WITHIN))
    assert isinstance(raised.value.__cause__, StopIteration)


def test_calls_that_end_together_are_all_answered():
    async def many():
        threads = Threads(8)
        for turn in range(50):
            calls = [threads.run(lambda each: each, number) for number in range(turn)]
            assert await asyncio.wait_for(asyncio.gather(*calls), WITHIN) == [*range(turn)]

    asyncio.run(many())
