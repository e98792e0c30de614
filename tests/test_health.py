"""Whether a process says truly how it is, and its numbers for Prometheus: real servers, asked over real sockets."""

import socket
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from collecting import collecting, samples
from places import Place
from served import answering
from waiting import PATIENCE

from xsrun.engine.folder import Broken
from xsrun.telemetry.health import METRICS, READY, Health
from xsrun.telemetry.listener import BadAddress, address_of, listening
from xsrun.telemetry.metrics import METRICS as ALL
from xsrun.telemetry.metrics import QUEUED, RUNS, Meters
from xsrun.telemetry.prometheus import Prometheus

SERVICES = Path(__file__).parent / "services"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PASSWORD = "pass-4711-word"


@contextmanager
def client_of(place, *arguments):
    with answering(place.started("-m", "xsrun", "serve", *arguments, "--port", "0")) as (_, client):
        yield client


def test_a_server_tells_what_it_answers(tmp_path):
    with collecting() as collector:
        place = Place(tmp_path, None)
        place.environment |= collector.env()
        subprocess.run(["cp", "-r", str(SERVICES / "counter"), str(tmp_path / "counter")], check=True)
        with client_of(place, "counter", "--env", "greeting=good-morning-greeting") as client:
            asked = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
            assert client.post("/api:count/add/2?tag=secret-tag", headers=asked).status_code == 200
            assert client.get("/api:count/odd/thrown").status_code == 500
            assert client.get("/_xsrun/health").json() == {"status": "ok"}
            refusals = [
                client.get("/api:count/none"),
                client.get("/_xsrun/none"),
                client.get("/", headers={"Host": "x"}),
            ]
            refusals.append(client.post("/api:count/add/2", content=b"{", headers={"Content-Type": "application/json"}))
            assert [each.status_code for each in refusals] == [404, 404, 400, 400]
            with socket.create_connection((client.base_url.host, client.base_url.port), PATIENCE) as strange:
                strange.sendall(b"oops\r\n\r\n")
                assert strange.recv(12) == b"HTTP/1.1 400"
            assert client.get("/_xsrun/ready").json() == {"status": "ready"}
            answer = client.get("/_xsrun/metrics")
            found = samples(answer.text)
            place.environment["XDG_STATE_HOME"] = str(tmp_path / "gone")
            (tmp_path / "state").rename(tmp_path / "away")
            (tmp_path / "state").write_text("no folder")
            refused = client.get("/_xsrun/ready")
            assert refused.status_code == 503
            assert refused.json()["reasons"] == ["journal: Not a directory"]
    route = ("http_route", "/api:count/add/{by}")
    labels = (("http_request_method", "POST"), ("http_response_status_code", "200"), route)
    assert found[("http_server_request_duration_seconds_count", *labels)] == 1

    def counted(method, status, route):
        told = (("http_request_method", method), ("http_response_status_code", status), ("http_route", route))
        return found.get(("http_server_request_duration_seconds_count", *told))

    assert [counted("GET", "404", ""), counted("GET", "400", ""), counted("_OTHER", "400", "")] == [2, 1, 1]
    assert (counted("POST", "400", route[1]), counted("GET", "500", "/api:count/odd/{what}")) == (1, 1)
    assert [each.attributes["xsrun.state"] for each in collector.spans if each.name == "run Counter"] == ["complete"]
    assert answer.headers["content-type"].startswith("text/plain; version=")
    asked_for = collector.only("POST /api:count/add/{by}")
    assert (asked_for.trace, asked_for.parent, asked_for.kind) == (TRACE, SPAN, 2)
    assert "query add/{by}" in str(collector.tree(asked_for))
    thrown = next(each for each in collector.spans if each.attributes.get("http.response.status_code") == 500)
    assert thrown.failed
    assert "http.server.request.duration" in collector.metrics
    assert not [each for each in collector.raw if b"secret-tag" in each or b"good-morning" in each]


def test_a_server_without_its_database_is_not_ready_and_shows_no_password(tmp_path):
    place = Place(tmp_path, None)
    subprocess.run(["cp", "-r", str(SERVICES / "notes"), str(tmp_path / "notes")], check=True)
    with client_of(place, "notes", "--db", f"postgresql://me:{PASSWORD}@127.0.0.1:1/none") as client:
        answer = client.get(READY)
    (reason,) = answer.json()["reasons"]
    assert answer.status_code == 503
    assert reason.startswith("database of notes: ")
    assert PASSWORD not in answer.text


def test_who_is_waited_for_too_long_is_not_ready():
    release = threading.Event()
    bugs = [{}]
    looks = {"journal": release.wait, "database": lambda: bugs and bugs.pop()["none"]}
    health = Health(lambda: looks, patience=0.1)
    broke = "database: looking at it broke (KeyError)"
    assert health.reasons() == ["journal: no answer within 0.1 s", broke]
    release.set()
    health.reasons()
    assert health.reasons() == []
    health.end()
    assert health.reasons() == ["it is about to end"]


def test_a_small_listener_answers_for_what_serves_nothing_else():
    def broken():
        raise Broken("it is gone")

    meters, prometheus = Meters(), Prometheus()
    meters.into(prometheus)
    meters.gauge(QUEUED, lambda: [(("paging",), 3)])
    meters.record(RUNS, 1, "Page", "complete")
    health = Health(lambda: {"journal": broken}, prometheus.text)
    with listening("127.0.0.1:0", health) as url, httpx.Client(base_url=url) as client:
        assert client.get("/_xsrun/health").json() == {"status": "ok"}
        assert client.get(READY).json() == {"status": "not ready", "reasons": ["journal: it is gone"]}
        assert client.get("/other").status_code == 404
        assert client.post(READY).status_code == 501
        found = samples(client.get(METRICS).text)
        assert client.head("/_xsrun/health").content == b""
    assert found[("xsrun_queue_length", ("queue", "paging"))] == 3
    assert found[("xsrun_runs_total", ("job", "Page"), ("state", "complete"))] == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [("8081", ("127.0.0.1", 8081)), ("0.0.0.0:80", ("0.0.0.0", 80)), ("[::1]:0", ("::1", 0))],
)
def test_where_to_listen(given, expected):
    assert address_of(given) == expected


@pytest.mark.parametrize("given", ["", ":80", "localhost", "x:99999", "http://x:80/"])
def test_where_not_to_listen(given):
    with pytest.raises(BadAddress):
        address_of(given)


def test_a_port_that_is_taken_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadAddress, match="Address already in use"), listening(str(port), Health(dict)):
            pass


def test_the_page_tells_of_every_metric():
    page = (Path(__file__).parents[1] / "docs" / "telemetry.md").read_text(encoding="utf-8")
    for each in ALL:
        labels = ", ".join(f"`{label}`" for label in each.labels)
        assert f"| `{each.name}` | `{each.prometheus}` | {labels} | {each.help} |" in page
