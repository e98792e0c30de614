"""HTTP over real sockets of this machine."""

import datetime
import gzip
import json
import socket
import ssl
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from waiting import joined
from werkzeug import Response as Answer

from xsrun.builtins.records import merge
from xsrun.builtins.statements.api import api, request
from xsrun.effects.http import HttpxPort
from xsrun.effects.memory import memory_world
from xsrun.effects.ports import Request, Tls, TransportFailure

FORM = "Content-Type: application/x-www-form-urlencoded"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def port():
    with HttpxPort() as opened:
        yield opened


# ---------------------------------------------------------------- servers


class Server:
    """Answers every request on every connection with the next of its answers; ``None`` hangs up."""

    def __init__(self, *answers, talk=None, tls=None):
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.connections = 0
        self.hung_up = threading.Event()
        self._talk = talk or self.serve
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._talks: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    def url(self, path="/", host="127.0.0.1", scheme="http"):
        return f"{scheme}://{host}:{self.port}{path}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._talks:
            thread.join(5)
            assert not thread.is_alive()

    def _accept(self):
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                self._talks.append(threading.Thread(target=self._serve, args=(connection,)))
                self._talks[-1].start()

    def _serve(self, connection):
        connection.settimeout(5)
        self._open.append(connection)
        with suppress(OSError), closing(connection):
            if not self._tls:
                self._talk(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as wrapped:
                    self._open.append(wrapped)
                    self._talk(wrapped)
        self.hung_up.set()

    def serve(self, connection):
        while received := self.receive(connection):
            self.requests.append(received)
            answer = self.answers.pop(0)
            if answer is None:
                return
            connection.sendall(answer)

    def receive(self, connection):
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = connection.recv(65536)
            if not chunk:
                return b""
            received += chunk
        head, _, body = received.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        missing = int(lengths[0].split(b":")[1]) - len(body) if lengths else 0
        while missing > 0:
            chunk = connection.recv(65536)
            received += chunk
            missing -= len(chunk)
        return received


def redirect(status, location):
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def refused_port():
    with socket.create_server(("127.0.0.1", 0)) as closing_soon:
        return closing_soon.getsockname()[1]


@contextmanager
def fails(code, sent, message="."):
    with pytest.raises(TransportFailure, match=message) as caught:
        yield
    assert (caught.value.code, caught.value.sent) == (code, sent)


def get(url, **fields):
    return Request("GET", url, **{"timeout": 5.0, **fields})


# ---------------------------------------------------------------- what is sent


def test_lines_on_the_wire(port):
    with Server(OK, OK) as server:
        port.send(get(server.url("/x?a=1#y"), headers=(("X-oDD", "é"), ("X-oDD", "2"))))
        port.send(Request("PUT", server.url(), (("accept", "text/csv"), ("Host", "other")), b"body"))
    host = b"127.0.0.1:%d" % server.port
    first, second = (received.split(b"\r\n") for received in server.requests)
    assert first[0] == b"GET /x?a=1 HTTP/1.1"
    assert sorted(first[1:]) == sorted(
        [
            b"Host: " + host,
            "X-oDD: é".encode(),
            b"X-oDD: 2",
            b"Accept: */*",
            b"Accept-Encoding: gzip, deflate",
            b"",
            b"",
        ]
    )
    assert sorted(second[1:]) == sorted(
        [b"Host: other", b"accept: text/csv", b"Accept-Encoding: gzip, deflate", b"Content-Length: 4", b"", b"body"]
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_empty_bodies_announce_their_length(port, method):
    with Server(OK) as server:
        port.send(Request(method, server.url()))
    assert b"Content-Length: 0\r\n" in server.requests[0]


def test_answer_as_it_was_received(port):
    with Server(b"HTTP/1.1 299 Fine \xe9\r\nX-B: 1\r\nx-a: \xe9\r\nX-B: 2\r\nContent-Length: 1\r\n\r\n\xff") as server:
        answer = port.send(get(server.url()))
    assert (answer.status, answer.body, answer.http_version) == (299, b"\xff", "HTTP/1.1")
    assert answer.headers == (("X-B", "1"), ("x-a", "é"), ("X-B", "2"), ("Content-Length", "1"))


def test_no_cookies_are_kept(port):
    with Server(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n", OK) as server:
        port.send(get(server.url()))
        port.send(get(server.url()))
    assert b"cookie" not in server.requests[1].lower()


def test_bodyless_answers(port):
    answers = [b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", OK]
    with Server(*answers) as server:
        assert port.send(get(server.url())).status == 204
        assert port.send(Request("HEAD", server.url())).body == b""
        assert port.send(get(server.url())).body == b"ok"
        assert server.connections == 1
        port.close()


def test_connections_are_kept_and_closed(port):
    with Server(OK, OK, OK) as server:
        port.send(get(server.url()))
        port.send(get(server.url()))
        assert server.connections == 1
        port.close()
        assert server.hung_up.wait(5)
        port.send(get(server.url()))
        assert server.connections == 2
        port.close()


def test_every_thread_has_its_own_connection_until_it_ends(port):
    with Server(OK, OK) as server:
        port.send(get(server.url()))
        other = threading.Thread(target=port.send, args=(get(server.url()),))
        other.start()
        joined(other)
        assert server.connections == 2
        assert server.hung_up.wait(5)
        port.close()


# ---------------------------------------------------------------- size and packing


def test_gzip_is_unpacked(port, httpserver):
    packed = Answer(gzip.compress(b"hello" * 100), headers={"Content-Encoding": "gzip"})
    httpserver.expect_request("/x").respond_with_response(packed)
    answer = port.send(get(httpserver.url_for("/x")))
    assert answer.body == b"hello" * 100
    assert answer.header("content-encoding") == "gzip"


def test_broken_gzip(port, httpserver):
    httpserver.expect_request("/x").respond_with_data(b"hello", headers={"Content-Encoding": "gzip"})
    with fails(56, True, "gzip"):
        port.send(get(httpserver.url_for("/x")))


def test_size_cap():
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n"
    bomb = gzip.compress(bytes(1_000_000))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    with Server(chunked, chunked, head + bomb, OK) as server:
        with HttpxPort(max_body=10) as port:
            assert port.send(get(server.url())).body == b"helloworld"
        with HttpxPort(max_body=9) as port, fails(63, True, "9 bytes"):
            port.send(get(server.url()))
        with HttpxPort(max_body=10_000) as port:
            with fails(63, True):
                port.send(get(server.url()))
            assert port.send(get(server.url())).body == b"ok"


# ---------------------------------------------------------------- failures


@pytest.mark.parametrize("url", ["", "/x", "ftp://h/", "http://", "http://a b/", "http://h:x/", "http://[bad/"])
def test_malformed_url(port, url):
    with fails(3, False, "Malformed URL"):
        port.send(get(url))


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 64 + ".test"])
def test_host_not_resolved(port, host):
    with fails((6), False, "resolve host|Malformed"):
        port.send(get(f"http://{host}/"))


def test_connection_refused(port):
    with fails(7, False, "refused"):
        port.send(get(f"http://127.0.0.1:{refused_port()}/"))


def dribble(head, drop, times=20):
    def talk(connection):
        connection.recv(65536)
        connection.sendall(head)
        for _ in range(times):
            time.sleep(0.01)
            connection.sendall(drop)

    return talk


def silent(connection):
    while connection.recv(65536):
        pass


@pytest.mark.parametrize(
    "talk",
    [
        silent,
        dribble(b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
        dribble(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"a"),
    ],
)
def test_timeout_covers_the_whole_exchange(talk):
    message = "Operation timed out after 100 milliseconds"
    with Server(talk=talk) as server, HttpxPort() as port, fails(28, True, message):
        port.send(get(server.url(), timeout=0.1))


def test_timeout_covers_all_hops():
    def slowly(connection):
        while server.receive(connection):
            time.sleep(0.03)
            connection.sendall(redirect(302, "/"))

    with Server(talk=slowly) as server, HttpxPort() as port, fails(28, True):
        port.send(get(server.url(), timeout=0.1))


def test_timeout_covers_sending():
    release = threading.Event()
    with Server(talk=lambda _: release.wait(5)) as server, HttpxPort() as port:
        with fails(28, True):
            port.send(Request("POST", server.url(), body=bytes(20_000_000), timeout=0.1))
        release.set()


def test_read_timeout():
    with Server(talk=silent) as server, HttpxPort(read_timeout=0.05) as port, fails(28, True):
        port.send(get(server.url()))


def test_connect_timeout():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, HttpxPort(connect_timeout=0.05) as port:
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        with fails(28, False, "Connection .* timed out"):
            port.send(get(f"http://127.0.0.1:{full.getsockname()[1]}/"))
        for each in waiting:
            each.close()


def test_tls_handshake_timeout():
    with Server(talk=silent) as server, HttpxPort() as port, fails(28, False):
        port.send(get(server.url(scheme="https"), timeout=0.05))


def test_empty_reply(port):
    with Server(None) as server, fails(52, True, "Empty reply"):
        port.send(get(server.url()))


def reset(before):
    def talk(connection):
        connection.recv(65536)
        connection.sendall(before)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    return talk


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
def test_reset(port, before):
    with Server(talk=reset(before)) as server, fails(56, True, "reset"):
        port.send(get(server.url()))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nX-A: 1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"SSH-2.0-OpenSSH\r\n\r\n",
    ],
)
def test_half_and_senseless_answers(port, answer):
    def talk(connection):
        connection.recv(65536)
        connection.sendall(answer)

    with Server(talk=talk) as server, fails(56, True):
        port.send(get(server.url()))


def test_answer_before_the_body_was_read(port):
    def talk(connection):
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    with Server(talk=talk) as server:
        assert port.send(Request("POST", server.url(), body=bytes(3_000_000))).status == 413


# ---------------------------------------------------------------- redirects


def test_redirect_is_followed_to_the_last_answer(port):
    with Server(redirect(302, "/next?b=1"), OK) as server:
        answer = port.send(Request("POST", server.url("/x"), (("Content-Type", "text/plain"),), b"body"))
    assert answer.body == b"ok"
    assert server.requests[1].startswith(b"GET /next?b=1 HTTP/1.1\r\n")
    assert b"Content-" not in server.requests[1]


def test_redirect_is_not_followed(port):
    with Server(redirect(302, "http://[bad")) as server:
        answer = port.send(get(server.url(), follow=False))
    assert (answer.status, answer.header("location")) == (302, "http://[bad")


@pytest.mark.parametrize("location", ["ftp://h/", "http://[bad", "http://a%20b:x/"])
def test_redirect_to_a_malformed_url(port, location):
    with Server(redirect(302, location)) as server, fails(3, True):
        port.send(get(server.url()))


def test_redirect_to_nobody_was_sent_all_the_same(port):
    with Server(redirect(307, f"http://127.0.0.1:{refused_port()}/")) as server, fails(7, True):
        port.send(Request("POST", server.url(), body=b"x"))


def test_number_of_redirects(port):
    with Server(*[redirect(302, "/")] * 10, OK) as server:
        assert port.send(get(server.url())).body == b"ok"
    with Server(*[redirect(302, "/")] * 11) as server, fails(47, True, "10 redirects"):
        port.send(get(server.url()))
    assert server.answers == []


# ---------------------------------------------------------------- TLS


class Authority:
    """A certificate authority of its own."""

    def __init__(self, name):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._signed(self.name, self.key, x509.BasicConstraints(ca=True, path_length=None))

    def issue(self, *names, days=1):
        """A certificate for host names, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        return self._signed(subject, key, alternatives, days), key

    def _signed(self, subject, key, extension, days=1):
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=2))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
            .sign(self.key, hashes.SHA256())
        )


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key, password="", form=serialization.PrivateFormat.PKCS8):
    locked = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, locked).decode()


@pytest.fixture(scope="module")
def authority():
    return Authority("test authority")


@pytest.fixture(scope="module")
def secure(authority, tmp_path_factory):
    """Makes a server context for host names."""

    def make(*names, days=1):
        certificate, key = authority.issue(*names, days=days)
        file = tmp_path_factory.mktemp("tls") / "server.pem"
        file.write_text(pem(certificate) + key_pem(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    return make


def https(server, **options):
    return get(server.url(scheme="https", host="localhost"), tls=Tls(**options))


def test_https_with_own_authority(port, authority, secure):
    bundle = "# Bündel\n" + pem(authority.certificate).replace("\n", "\\n")
    with Server(OK, tls=secure("localhost")) as server:
        assert port.send(https(server, ca_certificate=bundle)).body == b"ok"
        port.close()


@pytest.mark.parametrize(
    ("names", "days", "code", "trusted"),
    [("localhost", 1, 60, False), ("localhost", -1, 60, True), ("other.test", 1, 51, True)],
)
def test_certificate_problems(port, authority, secure, names, days, code, trusted):
    ca = pem((authority if trusted else Authority("other")).certificate)
    with Server(OK, OK, tls=secure(names, days=days)) as server:
        with fails(code, False, "TLS handshake failed"):
            port.send(https(server, ca_certificate=ca))
        assert port.send(https(server, ca_certificate=ca, verify_peer=False)).body == b"ok"
        if code == 51:
            assert port.send(https(server, ca_certificate=ca, verify_host=False)).body == b"ok"
        port.close()


def test_default_trust_store_is_that_of_the_environment(authority, secure, tmp_path, monkeypatch):
    with Server(OK, tls=secure("localhost")) as server:
        with HttpxPort() as port, fails(60, False):
            port.send(https(server))
        bundle = tmp_path / "ca.pem"
        bundle.write_text(pem(authority.certificate))
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
        with HttpxPort() as port:
            assert port.send(https(server)).body == b"ok"
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent"))
        with HttpxPort() as port, fails(58, False, "No such file"):
            port.send(https(server))


def test_server_without_tls(port):
    def talk(connection):
        connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")

    with Server(talk=talk) as server, fails(35, False, "TLS handshake failed"):
        port.send(https(server))


@pytest.mark.parametrize("form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("password", ["", "pass phrase"])
def test_client_certificate(port, authority, secure, form, password):
    context = secure("localhost")
    context.load_verify_locations(cadata=pem(authority.certificate))
    context.verify_mode = ssl.CERT_REQUIRED
    certificate, key = authority.issue("client.test")
    options = {
        "ca_certificate": pem(authority.certificate),
        "certificate": pem(certificate).replace("\n", "\\n"),
        "private_key": key_pem(key, password, form),
        "private_key_pass": password,
    }
    with Server(OK, tls=context) as server:
        assert port.send(https(server, **options)).body == b"ok"
        port.close()
        with HttpxPort() as other, fails(56, True):
            other.send(https(server, ca_certificate=options["ca_certificate"]))
    assert list(Path(tempfile.gettempdir()).glob("xsrun-*.pem")) == []


@pytest.mark.parametrize("wrong", ["certificate", "private_key", "key", "pass", "ca", "alone"])
def test_unusable_certificates(port, authority, wrong):
    certificate, key = authority.issue("client.test")
    _, other = authority.issue("client.test")
    good = {"certificate": pem(certificate), "private_key": key_pem(key)}
    options = {
        "certificate": {**good, "certificate": "nonsense"},
        "private_key": {**good, "private_key": "nonsense"},
        "key": {**good, "private_key": key_pem(other)},
        "pass": {**good, "private_key": key_pem(key, "secret")},
        "ca": {"ca_certificate": "nonsense"},
        "alone": {"certificate": pem(certificate)},
    }[wrong]
    with fails(58, False, "Problem with the certificates"):
        port.send(get("https://127.0.0.1:1/", tls=Tls(**options)))


# ---------------------------------------------------------------- proxies


def test_http_proxy(port, monkeypatch):
    with Server(OK, OK) as proxy:
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert port.send(get("http://far.test/x")).body == b"ok"
        assert port.send(get(proxy.url("/direct"))).body == b"ok"
        port.close()
    assert proxy.requests[0].startswith(b"GET http://far.test/x HTTP/1.1\r\n")
    assert b"Host: far.test\r\n" in proxy.requests[0]
    assert proxy.requests[1].startswith(b"GET /direct HTTP/1.1\r\n")


def test_https_through_a_tunnel(port, authority, secure, monkeypatch):
    context = secure("far.test")

    def talk(connection):
        proxy.requests.append(proxy.receive(connection))
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as wrapped:
            proxy.serve(wrapped)

    with Server(OK, talk=talk) as proxy:
        monkeypatch.setenv("https_proxy", f"http://user:p%40ss@127.0.0.1:{proxy.port}")
        asked = get("https://far.test/x", tls=Tls(ca_certificate=pem(authority.certificate)))
        assert port.send(asked).body == b"ok"
        port.close()
    assert proxy.requests[0].startswith(b"CONNECT far.test:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic dXNlcjpwQHNz" in proxy.requests[0]
    assert proxy.requests[1].startswith(b"GET /x HTTP/1.1\r\n")
    assert b"Proxy-Authorization" not in proxy.requests[1]


def test_proxies_that_fail_send_nothing(monkeypatch):
    with Server(b"HTTP/1.1 407 Denied\r\nContent-Length: 0\r\n\r\n", None) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url())
        with HttpxPort() as port, fails(56, False, "407"):
            port.send(get("https://far.test/"))
        with HttpxPort() as port, fails(52, False):
            port.send(get("https://far.test/"))
    for address in ("socks5://127.0.0.1:1", "gopher://127.0.0.1:1", f"http://127.0.0.1:{refused_port()}"):
        monkeypatch.setenv("https_proxy", address)
        with HttpxPort() as port, fails(7, False):
            port.send(get("https://far.test/"))


# ---------------------------------------------------------------- start-up


def test_first_request_imports_no_more_than_it_needs(tmp_path):
    (tmp_path / "click.py").write_text("")
    program = """
        import sys
        from xsrun.effects.http import HttpxPort
        from xsrun.effects.ports import Request
        port = HttpxPort()
        assert port.send(Request("GET", sys.argv[1])).status == 200
        surplus = {"click", "rich", "pygments"} & set(sys.modules)
        assert not surplus, surplus
        import click
    """
    # A TLS context cannot be built with this trust store: plain http must do without one.
    environment = {"SSL_CERT_FILE": str(tmp_path / "absent"), "PYTHONPATH": f"{tmp_path}:{':'.join(sys.path)}"}
    with Server(OK) as server:
        command = [sys.executable, "-c", textwrap.dedent(program), server.url()]
        subprocess.run(command, check=True, timeout=20, env=environment)


# ---------------------------------------------------------------- the statement


@pytest.fixture
def world(port):
    return memory_world(http=port)


@pytest.mark.parametrize(
    ("method", "params", "headers", "target", "content_type", "body"),
    [
        ("GET", {"b": "c d", "l": [1, 2], "n": None, "t": True}, [],
         b"/x?a=1&b=c+d&l%5B0%5D=1&l%5B1%5D=2&t=1", None, b""),
        ("POST", {"a": 1}, [], b"/x?a=1", b"application/json", b'{"a":1}'),
        ("POST", {"amount": 5, "metadata": {"o": "7"}}, [FORM],
         b"/x?a=1", b"application/x-www-form-urlencoded", b"amount=5&metadata%5Bo%5D=7"),
        ("POST", "a=b", [FORM], b"/x?a=1", b"application/x-www-form-urlencoded", b"a=b"),
        ("POST", '{"a":1}', ["Content-Type: application/json"], b"/x?a=1", b"application/json", b'{"a":1}'),
        ("POST", {}, ["Content-Type: application/json"], b"/x?a=1", b"application/json", b""),
        ("DELETE", {"ids": [1]}, [], b"/x?a=1", b"application/json", b'{"ids":[1]}'),
    ],
)  # fmt: skip
def test_statement_sends(world, method, params, headers, target, content_type, body):
    with Server(OK) as server:
        value = request(world, url=server.url("/x?a=1"), method=method, params=params, headers=headers)
    head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    named = dict(line.split(b": ", 1) for line in lines)
    assert first == method.encode() + b" " + target + b" HTTP/1.1"
    assert sent == body
    assert named.get(b"Content-Type") == content_type
    assert named.get(b"Content-Length") == (None if method == "GET" else b"%d" % len(body))
    assert b"User-Agent" not in named
    assert value["response"]["result"] == "ok"
    assert value["request"] == {
        "url": server.url("/x?a=1"), "method": method, "headers": headers, "params": params
    }  # fmt: skip


def test_statement_binds_any_status(world, httpserver):
    httpserver.expect_request("/number").respond_with_data("12", content_type="text/plain")
    httpserver.expect_request("/broken").respond_with_json({"e": 1}, status=500)
    assert request(world, url=httpserver.url_for("/number"))["response"]["result"] == 12
    answer = request(world, url=httpserver.url_for("/broken"))["response"]
    assert (answer["status"], answer["result"]) == (500, {"e": 1})
    assert answer["headers"][0].endswith(" 500 INTERNAL SERVER ERROR")
    assert "Content-Type: application/json" in answer["headers"]


def test_statement_binds_failures(world):
    answer = request(world, url=f"http://127.0.0.1:{refused_port()}/")["response"]
    assert (answer["status"], answer["result"], answer["headers"], answer["error"]["code"]) == (0, None, [], 7)


def test_statement_drops_authorization_at_another_host(world):
    with Server(OK) as other, Server(redirect(302, other.url("/y", host="localhost"))) as server:
        value = request(world, url=server.url(), headers=["Authorization: Bearer secret", "X-A: 1"])
        world.http.close()
    assert value["response"]["status"] == 200
    assert b"secret" in server.requests[0]
    assert b"Authorization" not in other.requests[0]
    assert b"X-A: 1\r\n" in other.requests[0]
    assert b"Host: localhost:%d\r\n" % other.port in other.requests[0]


def test_statement_sends_only_headers_with_a_name(world):
    with Server(OK) as server:
        request(world, url=server.url(), headers=["X-A: 1", "", "bad"])
    assert b"X-A: 1\r\n" in server.requests[0]
    assert b"bad" not in server.requests[0]


def test_statement_does_not_follow(world):
    with Server(redirect(301, "/x")) as server:
        assert request(world, url=server.url(), follow_location=False)["response"]["status"] == 301


def test_statement_sends_json_that_reads_back(world, httpserver):
    seen = []
    httpserver.expect_request("/x").respond_with_handler(lambda asked: seen.append(asked.get_data()) or Answer("{}"))
    request(world, url=httpserver.url_for("/x"), method="POST", params={"é": "/", "n": 1.50})
    assert json.loads(seen[0]) == {"é": "/", "n": 1.5}
    assert seen[0] == '{"é":"/","n":1.5}'.encode()


def test_statement_is_recorded():
    record = merge([api]).statements["api.request"]
    assert [param.name for param in record.params][:5] == ["url", "method", "params", "headers", "timeout"]
    assert "async" in [param.name for param in record.params]
    assert [param.name for param in record.params if param.required] == ["url"]
    assert record.instead["body"] == "params"
