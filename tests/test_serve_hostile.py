"""What nobody well-meaning sends, over real sockets: each gets an answer or is hung up on, and nothing breaks."""

import json
import socket
import threading
from contextlib import ExitStack, closing, contextmanager, suppress

import pytest
from served import in_process, service_of, serving
from waiting import bounded, joined, until

from xsrun.server import intake
from xsrun.server.app import application
from xsrun.server.guard import Rules
from xsrun.server.patience import SPARE
from xsrun.server.running import Server, listening
from xsrun.server.service import Served

SOURCE = """query "echo/{id}" verb=GET {
  api_group = "a"
  input {
    text id
    json more?
  }
  response = {id: $input.id, more: $input.more}
}
---
query "echo" verb=POST {
  api_group = "a"
  input {
    json more?
  }
  response = $input.more
}
---
query "head" verb=GET {
  api_group = "a"
  stack {
    util.set_header { value = "X-Snow: \u2603" }
  }
  response = "head"
}
"""
WITHIN = 30
HOST = b"Host: localhost\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "a.xs").write_text(SOURCE, encoding="utf-8")
    with serving(str(folder), "--max-body", "1") as (_first, client, process):
        yield client.base_url.port
        assert client.get("/api:a/echo/1").json() == {"id": "1", "more": None}
        process.terminate()
        with bounded(process):
            assert process.stderr.read().count("Traceback") == 0


def said(port, request, *, ended=False):
    """Everything that is answered to some bytes, until the other side hangs up."""
    with closing(socket.create_connection(("127.0.0.1", port), WITHIN)) as client:
        answer = b""
        try:
            client.sendall(request)
            if ended:
                client.shutdown(socket.SHUT_WR)
            while piece := client.recv(65536):
                answer += piece
        except ConnectionError:
            pass
        return answer


def get(path, head=HOST, method=b"GET"):
    return method + b" " + path + b" HTTP/1.1\r\n" + head + b"Connection: close\r\n\r\n"


def post(body, head=b"", length=None):
    size = b"Content-Length: %d\r\n" % (len(body) if length is None else length)
    return b"POST /api:a/echo HTTP/1.1\r\nConnection: close\r\n" + HOST + size + head + b"\r\n" + body


JSON = b"Content-Type: application/json\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=x\r\n"
MANY = b"".join(b'--x\r\nContent-Disposition: form-data; name="p%d"\r\n\r\n1\r\n' % each for each in range(2000))
PART = b'--x\r\nContent-Disposition: form-data; name="more"\r\n\r\n1\r\n--x--\r\n'
CHUNKED = b"POST /api:a/echo HTTP/1.1\r\n" + HOST + JSON + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(get(b"/api:a/echo/%zz%"), 200, id="percent and no number"),
        pytest.param(get(b"/api:a/echo/%ff%fe"), 200, id="percent and no UTF-8"),
        pytest.param(get(b"/api:a/echo/%00"), 200, id="NUL in a path"),
        pytest.param(get(b"/api:a/echo/\x00"), 400, id="NUL in a target"),
        pytest.param(get(b"/api:a/echo/\xff"), 400, id="no ASCII in a target"),
        pytest.param(get(b"/api:a/../../etc/passwd"), 404, id="out of the group"),
        pytest.param(get(b"/api:a/echo/..%2f..%2fetc%2fpasswd"), 404, id="out of the folder"),
        pytest.param(get(b"http://evil.example/api:a/echo/1"), 404, id="target of a proxy"),
        pytest.param(get(b"*", method=b"OPTIONS"), 404, id="asterisk"),
        pytest.param(get(b"/api:a/echo/1", method=b"OPTIONS"), 405, id="OPTIONS"),
        pytest.param(get(b"/api:a/echo/1", method=b"TRACE"), 405, id="TRACE"),
        pytest.param(get(b"/api:a/echo/1", method=b"OOPS"), 405, id="no method"),
        pytest.param(get(b"/api:a/echo/1?more=%5B&more=" + b"1" * 5000), 200, id="odd query string"),
        pytest.param(get(b"/api:a/echo/1", HOST + HOST), 400, id="two hosts"),
        pytest.param(get(b"/api:a/echo/1", b""), 400, id="no host"),
        pytest.param(get(b"/api:a/echo/1", b"Host: \xff\r\n"), 400, id="host of bytes"),
        pytest.param(get(b"/api:a/echo/1", HOST + b"X-Y: \xff\xfe\r\nAuthorization: Bearer \xff\r\n"), 200, id="bytes"),
        pytest.param(get(b"/api:a/head"), 500, id="header that is none"),
        pytest.param(b"GET /api:a/echo/1 HTTP/1.0\r\n\r\n", 200, id="HTTP/1.0"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, id="TLS"),
        pytest.param(b"\r\n\r\n\r\n\r\noops\r\n\r\n", 400, id="no HTTP"),
        pytest.param(post(b"[" * 200_000, JSON), 400, id="deep JSON"),
        pytest.param(post(b'{"more":' * 100_000, JSON), 400, id="deep objects"),
        pytest.param(post(b'{"more": %s1%s}' % (b"[" * 900, b"]" * 900), JSON), 200, id="somewhat deep JSON"),
        pytest.param(post(b'{"more": ' + b"9" * 5000 + b"}", JSON), 200, id="long number"),
        pytest.param(post(b'{"more": 1e999}', JSON), 200, id="large number"),
        pytest.param(post(b'\xef\xbb\xbf{"more": 1}', JSON), 200, id="byte order mark"),
        pytest.param(post(b'{"more": NaN}', JSON), 400, id="no number"),
        pytest.param(post(b'{"more": "\\ud800\\u0000"}', JSON), 200, id="half a character"),
        pytest.param(post(b"x" * 1_000_001), 413, id="too much"),
        pytest.param(post(b"", length=10**12), 413, id="too much to come"),
        pytest.param(post(b"{}", b"Content-Length: 3\r\n"), 400, id="two lengths"),
        pytest.param(post(b"{}", b"Transfer-Encoding: gzip\r\n"), 400, id="other encoding"),
        pytest.param(CHUNKED + b"zz\r\n", 400, id="chunk of no length"),
        pytest.param(CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", 200, id="chunks"),
        pytest.param(post(MANY + b"--x--\r\n", FORM), 400, id="too many parts"),
        pytest.param(post(b"--x\r\n\r\n", FORM), 400, id="no parts"),
        pytest.param(post(PART, FORM), 200, id="a part"),
        pytest.param(post(PART, FORM.replace(b"=x", b"=x; charset=UTF-8")), 200, id="a charset"),
        pytest.param(post(PART, FORM.replace(b"=x", b"=x; charset=undefined")), 400, id="a charset that breaks"),
        pytest.param(post(PART, FORM.replace(b"=x", b"=x; charset=punycode")), 400, id="a charset that takes long"),
        pytest.param(post(b"{}", b"Content-Type: multipart/form-data\r\n"), 400, id="no boundary"),
    ],
)
def test_is_answered(server, request_, status):
    head, _, body = said(server, request_).partition(b"\r\n\r\n")
    assert head.split()[1].decode() == str(status), head + body
    assert b"access-control" not in head.lower()
    shown = json.loads(body)
    if status != 200:
        assert {"code", "message", "payload"} == set(shown)


@pytest.mark.parametrize(
    "request_",
    [
        get(b"/api:a/echo/1", HOST + b"X-Big: " + b"x" * 1_000_000 + b"\r\n"),
        get(b"/api:a/echo/1", HOST + b"X: y\r\n" * 200_000),
        get(b"/api:a/echo/" + b"x" * 1_000_000),
        get(b"/api:a/echo/1?more=" + b"x" * 1_000_000),
    ],
    ids=["header", "headers", "path", "query string"],
)
def test_a_head_without_end_is_hung_up_on(server, request_):
    assert said(server, request_).partition(b" ")[2][:3] in (b"400", b"")  # the answer may be lost with the connection


def test_a_length_that_is_not_kept_is_hung_up_on(server):
    assert said(server, post(b"{}", length=10), ended=True) == b""


def test_head_is_as_get_without_a_body(server):
    head, _, body = said(server, get(b"/api:a/echo/1", method=b"HEAD")).partition(b"\r\n\r\n")
    assert (head.split()[1], body) == (b"200", b"")
    assert b"content-length: 22" in head


def test_what_hangs_on_a_request_is_a_request_of_its_own(server):
    two = get(b"/api:a/echo/1", HOST).replace(b"Connection: close\r\n", b"") + get(b"/_xsrun/health")
    assert said(server, two).count(b"HTTP/1.1 200") == 2


# ------------------------------------------------------------------ clients that send nothing


@contextmanager
def strict(patience=0.2, connections=100):
    """A server without services that waits a moment only."""
    running = Server(application(Served([]), print, rules=Rules("token")), patience, connections)
    with listening("127.0.0.1", 0) as address:
        thread = threading.Thread(target=running.run, args=(address,), daemon=True)
        thread.start()
        try:
            yield address.getsockname()[1]
        finally:
            running.stop()
            joined(thread, seconds=WITHIN)


def test_connections_are_numbered():
    with strict(WITHIN, 5) as port, ExitStack() as held:
        for _ in range(4):
            held.enter_context(closing(socket.create_connection(("127.0.0.1", port), WITHIN)))
        assert said(port, get(b"/none")).startswith(b"HTTP/1.1 503")
        for _ in range(SPARE + 1):
            held.enter_context(closing(socket.create_connection(("127.0.0.1", port), WITHIN)))
        assert said(port, get(b"/none")) == b""
        held.close()
        until(lambda: said(port, get(b"/none")).startswith(b"HTTP/1.1 404"))


def test_nobody_keeps_a_server_waiting():
    with strict() as port:
        assert said(port, b"") == b""
        assert said(port, b"GET /_xsrun/health HTTP/1.1\r\nHost: loc") == b""
        half = get(b"/none").replace(b"Connection: close\r\n\r\n", b"\r\nGET /")
        assert said(port, half).count(b"HTTP/1.1 404") == 1
        body = b"POST /_xsrun/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\ntoken"
        head, _, answer = said(port, body).partition(b"\r\n\r\n")
        assert (head.split()[1], json.loads(answer)["message"]) == (b"408", "The request comes too slowly.")


def test_all_bodies_together_have_a_bound(monkeypatch):
    """Four requests that never end take all the room; others wait and are told so, and get it when one is done."""
    monkeypatch.setattr(intake, "TOGETHER", 0)
    monkeypatch.setattr(intake, "FREE", 0)
    largest = 30_000
    with in_process(service_of(SOURCE, largest=largest), largest=largest) as ask, ExitStack() as held:
        address = ("127.0.0.1", ask.base_url.port)
        waiting = [held.enter_context(closing(socket.create_connection(address, WITHIN))) for _ in range(5)]
        late = waiting.pop()
        for each in waiting:
            each.sendall(post(b"", JSON + b"Expect: 100-continue\r\n", largest))
            assert each.recv(1000).startswith(b"HTTP/1.1 100 ")  # its body is waited for
        monkeypatch.setattr(intake, "LONGEST", 0.01)
        monkeypatch.setattr(intake, "FREE", 11)  # a small one needs no room
        assert ask.post("/api:a/echo", content=b'{"more": 1}').json() == 1
        assert ask.post("/api:a/echo", content=iter([b'{"more":', b" 2}"])).json() == 2
        assert ask.post("/api:a/echo", content=b'{"more": 12}').status_code == 503
        monkeypatch.setattr(intake, "FREE", 0)
        refused = ask.post("/api:a/echo", json={"more": 1})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert set(refused.json()) == {"code", "message", "payload"}
        assert ask.post("/api:a/echo", content=b" " * (2 * largest)).status_code == 503
        assert ask.post("/api:a/echo", content=iter([b"{", b"}"])).status_code == 503
        assert said(address[1], CHUNKED + b"2\r\n{}\r\n0\r\n\r\n").startswith(b"HTTP/1.1 503")
        assert ask.get("/api:a/echo/1").status_code == 200
        monkeypatch.setattr(intake, "LONGEST", WITHIN)
        late.sendall(post(b'{"more": 1}', JSON))
        waiting[0].sendall(b" " * (largest - 2) + b"{}")
        assert waiting[0].recv(12) == b"HTTP/1.1 200"
        assert late.recv(12) == b"HTTP/1.1 200"
        assert ask.post("/api:a/echo", json={"more": 2}).json() == 2


def test_a_body_that_comes_drop_by_drop_is_given_up():
    with strict(0.05) as port, closing(socket.create_connection(("127.0.0.1", port), WITHIN)) as client:
        client.sendall(b"POST /_xsrun/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n")
        client.settimeout(0.02)

        def answer():
            client.sendall(b"x")
            with suppress(TimeoutError):
                return client.recv(65536)
            return b""

        assert until(answer).startswith(b"HTTP/1.1 408")


def test_the_rest_of_a_body_that_was_answered_is_not_taken_in_for_ever():
    with strict(0.3) as port, closing(socket.create_connection(("127.0.0.1", port), WITHIN)) as client:
        client.sendall(b"POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\nx")
        assert client.recv(12) == b"HTTP/1.1 404"
        client.settimeout(0.02)

        def is_hung_up():
            with suppress(TimeoutError):
                try:
                    client.sendall(b"x")
                    return client.recv(65536) == b""
                except ConnectionError:
                    return True

        until(is_hung_up)


def test_whoever_sends_the_rest_of_a_body_goes_on():
    with strict(0.3) as port, closing(socket.create_connection(("127.0.0.1", port), WITHIN)) as client:
        client.sendall(b"POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nx")
        assert client.recv(12) == b"HTTP/1.1 404"
        client.sendall(b"x" + get(b"/none"))
        with closing(client.makefile("rb")) as answers:
            assert answers.read().count(b"HTTP/1.1 404") == 1


PRIVATE = """table "user" {
  auth = true
  schema {
    int id
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
---
query "private" verb=POST {
  api_group = "a"
  auth = "user"
  input {
    json more?
  }
  response = $input.more
}
---
query "login" verb=POST {
  api_group = "a"
  stack {
    security.create_auth_token { table = "user" id = 1 extras = {} expiration = 9999 } as $token
  }
  response = $token
}
"""


def test_what_a_stranger_sends_is_not_waited_for():
    with in_process(service_of(PRIVATE)) as ask:
        address = b"POST /api:a/private HTTP/1.1\r\n" + HOST + JSON + b"Content-Length: 90000\r\n"
        for who in (b"", b"Authorization: Bearer forged\r\n", b"Authorization: Basic YTpi\r\n"):
            assert said(ask.base_url.port, address + who + b"\r\n").startswith(b"HTTP/1.1 401")
        assert ask.post("/api:a/private", content=b"no JSON").status_code == 401
        known = {"Authorization": f"Bearer {ask.post('/api:a/login').json()}"}
        assert ask.post("/api:a/private", json={"more": 1}, headers=known).json() == 1
        assert ask.post("/api:a/private", content=iter([b'{"more":', b" 2}"]), headers=known).json() == 2
        assert ask.post("/api:a/private?more=3", headers=known).json() == "3"
        assert ask.post("/api:a/private", content=b"no JSON", headers=known).status_code == 400


LARGE = """query "large" verb=GET {
  api_group = "a"
  response = "x"|pad_end:9000000:"x"
}
"""


def answered(port):
    """A client with a large answer that it does not take, ``None`` when it was hung up on before it had asked."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(WITHIN)
    with suppress(ConnectionError):
        client.connect(("127.0.0.1", port))
        client.sendall(get(b"/api:a/large"))
        if client.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200":
            return client
    client.close()
    return None


def taken(client):
    """How many bytes come before the other side hangs up."""
    came = 0
    with suppress(ConnectionError):
        while piece := client.recv(65536):
            came += len(piece)
    return came


def test_an_answer_that_nobody_takes_is_given_up():
    with in_process(service_of(LARGE), patience=0.1, connections=2) as ask:
        with closing(until(lambda: answered(ask.base_url.port))) as client:
            until(lambda: ask.get("/none").status_code != 503)
            assert taken(client) < 9_000_000
        assert len(ask.get("/api:a/large").json()) == 9_000_000
