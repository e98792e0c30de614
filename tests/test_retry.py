"""Further attempts and keys, over real sockets against the simulators; the waits are counted, not waited."""

import json
import os
from contextlib import suppress

import pytest
from counting import counting

from xsrun.cli.start import main
from xsrun.config import BadConfig, Config, Host, read_config
from xsrun.effects.http import HttpxPort
from xsrun.effects.memory import ManualClock, MemoryHttp, MemoryLog, SeededRandom, memory_world
from xsrun.effects.ports import Request, Response, Retry, TransportFailure
from xsrun.effects.real import SystemClock
from xsrun.engine.keying import auto_key
from xsrun.engine.layers import layer
from xsrun.resources.file import of_bytes
from xsrun.simulators.pagerduty import PagerDuty
from xsrun.simulators.pagerduty.seeds import ROUTING_KEY, SERVICE_ID, USER_KEY
from xsrun.simulators.port import SimulatedHttp
from xsrun.simulators.server import serve

INCIDENT = {"title": "The shop is down", "type": "incident", "service": {"id": SERVICE_ID, "type": "service_reference"}}
EVENT = {"summary": "down", "source": "shop", "severity": "critical"}


class Bench:
    """A world whose requests for PagerDuty reach a simulator over a socket."""

    def __init__(self, url, simulator, port, clock):
        self.simulator = simulator
        self.clock = clock
        self.log = MemoryLog()
        hosts = ("api.pagerduty.com", "events.pagerduty.com")
        inner = SimulatedHttp(port, dict.fromkeys(hosts, url), clock)
        self.world = memory_world(http=inner, clock=clock, log=self.log)

    def wrapped(self, config=None, key=None, retry=False, force=False):
        return layer(config or Config(), retry, key, force, self.clock.now())(self.world, None, "").http

    def incidents(self):
        return list(self.simulator.contents()["incidents"])

    def seen(self, method="POST"):
        return [each for each in self.simulator.snapshot()["requests"] if each["method"] == method]


@pytest.fixture
def bench():
    clock = ManualClock()
    simulator = PagerDuty(clock, SeededRandom(1))
    with serve(simulator) as running, HttpxPort() as port:
        yield Bench(running.url, simulator, port, clock)


def create(key="shop"):
    body = {"incident": INCIDENT | ({"incident_key": key} if key else {})}
    headers = (("Authorization", f"Token token={USER_KEY}"), ("Content-Type", "application/json"))
    return Request("POST", "https://api.pagerduty.com/incidents", headers, json.dumps(body).encode())


def trigger(**more):
    body = {"routing_key": ROUTING_KEY, "event_action": "trigger", "payload": EVENT, **more}
    headers = (("Content-Type", "application/json"),)
    return Request("POST", "https://events.pagerduty.com/v2/enqueue", headers, json.dumps(body).encode())


@pytest.mark.parametrize("plan", ["429", "500:2", "503,429", "reset", "lost", "cut", "lost,500"])
def test_a_keyed_write_comes_through_and_is_done_once(bench, plan):
    bench.simulator.troubles.add(plan)
    response = bench.wrapped(retry=True).send(create())
    assert response.status == 201
    assert len(bench.incidents()) == 1


PAGE = f"""run.job "Page" {{
  main = {{name: "page"}}
  env = ["a_key"]
}}
---
function "page" {{
  stack {{
    api.request {{
      url = "https://api.pagerduty.com/incidents"
      method = "POST"
      headers = ["Authorization: Token token=" ~ $env.a_key, "Content-Type: application/json"]
      params = {{incident: {json.dumps({**INCIDENT, "incident_key": "shop"})}}}
    }} as $answer
  }}
  response = $answer.response.status
}}
"""


@pytest.mark.parametrize("now", ["2001-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_an_old_incident_is_not_ours_whatever_the_clock_of_the_job_shows(tmp_path, monkeypatch, capsys, now):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "run.xs").write_text(PAGE)
    clock = ManualClock(SystemClock().now() - 3_600_000)
    simulator = PagerDuty(clock, SeededRandom(1))
    with serve(simulator) as running, HttpxPort() as port:
        old = Bench(running.url, simulator, port, clock).wrapped()
        made = json.loads(old.send(create()).body)["incident"]["id"]
        closing = json.dumps({"incident": {"type": "incident", "status": "resolved"}}).encode()
        assert old.send(create()._replace(method="PUT", url=f"{create().url}/{made}", body=closing)).status == 200
        clock.sleep(3_600)
        simulator.troubles.add("reset")
        where = ("--map", f"api.pagerduty.com={running.url}", "--env", f"a_key={USER_KEY}")
        assert main(["execute", str(tmp_path), "--retry", "--now", now, *where]) == 0
    assert capsys.readouterr().out == "201\n"
    assert len(simulator.contents()["incidents"]) == 2


@pytest.mark.parametrize("plan", ["429", "500", "lost", "cut", "reset"])
def test_a_write_without_a_key_is_not_repeated_once_it_was_sent(bench, plan):
    bench.simulator.troubles.add(plan)
    with suppress(TransportFailure):
        bench.wrapped(retry=True).send(create(key=""))
    assert len(bench.seen()) == 1
    assert bench.clock.slept == []


def test_a_write_that_surely_was_not_sent_is_repeated(bench):
    world = bench.world._replace(http=HttpxPort())
    with pytest.raises(TransportFailure) as raised:
        layer(Config(), True, None, False, 0)(world, None, "").http.send(Request("POST", "http://127.0.0.1:9/x"))
    assert not raised.value.sent
    assert len(bench.clock.slept) == 3


def test_without_the_option_nothing_is_repeated(bench):
    bench.simulator.troubles.add("500")
    assert bench.wrapped().send(create()).status == 500
    assert len(bench.seen()) == 1


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, (("Retry-After", "7"),), 7),
        (429, (("ratelimit-reset", "9"),), 9),
        (503, (("Retry-After", "Thu, 01 Jan 2026 00:00:12 GMT"),), 12),
        (503, (("Retry-After", "Wed, 31 Dec 2025 00:00:00 GMT"),), 0),
        (503, (("Date", "Sat, 06 Jun 2015 00:00:00 GMT"), ("Retry-After", "Sat, 06 Jun 2015 00:00:12 GMT")), 12),
        (503, (("ratelimit-reset", "9"),), None),
        (500, (("Retry-After", "7"),), None),
        (429, (("Retry-After", "soon"),), None),
    ],
)
def test_the_other_side_says_how_long_to_wait(status, headers, seconds):
    answers = [Response(200), Response(status, headers)]
    clock = ManualClock()
    world = memory_world(http=MemoryHttp(lambda _request: answers.pop()), clock=clock)
    layer(Config(), True, None, False, 0)(world, None, "").http.send(Request("GET", "https://x.test/"))
    (waited,) = clock.slept
    assert waited == seconds if seconds is not None else 0.5 <= waited <= 1


def test_waits_grow_and_stay_within_the_budget(bench):
    bench.simulator.troubles.add("500:20")
    response = bench.wrapped(Config(retry=Retry(attempts=20, budget=20.0))).send(create())
    assert response.status == 500
    assert sum(bench.clock.slept) <= 20
    assert all(low <= waited <= 2 * low for low, waited in zip([0.5, 1, 2, 4], bench.clock.slept, strict=False))


def test_a_host_can_be_left_out(bench):
    bench.simulator.troubles.add("500")
    config = Config(retry=True, hosts={"api.pagerduty.com": Host(retry=False)})
    assert bench.wrapped(config).send(create()).status == 500


# ------------------------------------------------------------------ keys


def test_a_key_is_placed_where_the_provider_takes_it(bench):
    assert bench.wrapped(key="cause").send(create(key="")).status == 201
    assert bench.wrapped().send(create("cause")).status == 400
    assert json.loads(bench.wrapped(key="cause").send(trigger()).body)["dedup_key"] == "cause"


def test_the_next_write_of_the_run_gets_a_key_of_its_own(bench):
    http = bench.wrapped(key="cause")
    keys = [json.loads(http.send(trigger()).body)["dedup_key"] for _ in range(2)]
    assert keys == ["cause", "cause-2"]


def test_the_key_of_the_author_wins(bench):
    assert json.loads(bench.wrapped(key="cause").send(trigger(dedup_key="own")).body)["dedup_key"] == "own"


def test_the_open_incident_is_the_answer_when_there_is_one(bench):
    first = bench.wrapped(key="cause").send(create(key=""))
    second = bench.wrapped(key="cause").send(create(key=""))
    assert (first.status, second.status) == (201, 201)
    assert json.loads(first.body)["incident"]["id"] == json.loads(second.body)["incident"]["id"]


def test_the_refusal_is_left_to_the_job_when_the_key_is_its_own(bench):
    http = bench.wrapped(key="cause")
    assert [http.send(create("own")).status for _ in range(2)] == [201, 400]


def test_a_long_key_becomes_one_that_fits(bench):
    placed = json.loads(bench.wrapped(key="k" * 300).send(trigger()).body)["dedup_key"]
    assert placed.startswith("xs-")
    assert len(placed) <= 255


def test_an_unknown_host_gets_a_header_only_where_that_is_said(bench):
    with counting() as server:
        world = bench.world._replace(http=HttpxPort())
        request = Request("POST", f"{server.url}/pay", (), b"{}")
        layer(Config(), False, "cause", False, 0)(world, None, "").http.send(request)
        config = Config(hosts={"127.0.0.1": Host(key_header="Idempotency-Key")})
        layer(config, False, "cause", False, 0)(world, None, "").http.send(request)
    assert "got no key" in bench.log.entries[0].value
    assert [each.get("idempotency-key") for each in server.headers] == [None, "cause"]


def test_the_automatic_key_follows_from_job_and_input():
    assert auto_key("Job", {"a": 1, "b": 2}) == auto_key("Job", {"b": 2, "a": 1})
    assert auto_key("Job", {"a": 1}) != auto_key("Job", {"a": 2})
    assert auto_key("Job", {}) != auto_key("Other", {})
    assert auto_key("Job", {"doc": of_bytes("a", b"x")}) == auto_key("Job", {"doc": of_bytes("a", b"x")})
    assert auto_key("Job", {"doc": [of_bytes("a", b"x")]}) != auto_key("Job", {"doc": [of_bytes("a", b"y")]})


JOB = """run.job "Page" {
  main = {name: "page"}
}
---
function "page" {
  input {
    text word?=hello
  }
  stack {
    api.request {
      url = "https://api.incident.io/v2/alert_events/http/01JXS1M0ALERTS0VRCE0000001"
      method = "POST"
      params = {title: $input.word, status: "firing"}
    } as $answer
  }
  response = $answer.response.result
}
"""


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.xs").write_text(JOB, encoding="utf-8")
    with counting() as server:
        yield server, ("execute", "--map", f"api.incident.io={server.url}")


def test_what_another_run_has_done_is_not_sent_again(job, capsys):
    server, command = job
    assert main([*command, "--key", "cause"]) == 0
    first = capsys.readouterr().out
    assert main([*command, "--key", "cause"]) == 0
    second = capsys.readouterr()
    assert first == second.out
    assert "already done by run" in second.err
    assert sum(server.seen.values()) == 1
    assert main([*command, "--key", "cause", "--force"]) == 0
    assert sum(server.seen.values()) == 2


def test_another_input_is_another_cause(job):
    server, command = job
    for word in ("one", "two", "one"):
        assert main([*command, "--key", "auto", "--input", f"word={word}"]) == 0
    assert sum(server.seen.values()) == 2


def test_the_project_may_ask_for_keys(job, tmp_path):
    server, command = job
    (tmp_path / "xsrun.toml").write_text('[run]\nkey = "auto"\n')
    assert [main([*command]) for _ in range(2)] == [0, 0]
    assert sum(server.seen.values()) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[rety]\n", "there is no setting rety"),
        ("retry = 3\n", "retry is neither a table nor true"),
        ("[retry]\nattempts = 0\n", "retry.attempts is a number from 1 to 100"),
        ("[retry]\nbudget = true\n", "retry.budget is a number of seconds"),
        ("[hosts]\nx = 1\n", "hosts.x is no table"),
        ("[run]\nkey = 1\n", "key is a text"),
        ("[run\n", "is no TOML"),
    ],
)
def test_a_bad_configuration_is_one_message(tmp_path, text, message):
    file = tmp_path / "xsrun.toml"
    file.write_text(text)
    with pytest.raises(BadConfig) as raised:
        read_config(str(file))
    assert message in raised.value.message


@pytest.mark.parametrize("make", [lambda file: file.symlink_to("gone.toml"), lambda file: file.mkdir(), os.mkfifo])
def test_a_configuration_that_is_no_file_lets_nothing_be_sent(job, tmp_path, capsys, make):
    server, command = job
    make(tmp_path / "xsrun.toml")
    assert main([*command]) == 2
    assert "xsrun.toml is no file, or leads to none" in capsys.readouterr().err
    assert not server.seen


def test_a_configuration_says_what_holds_for_hosts(tmp_path):
    file = tmp_path / "xsrun.toml"
    file.write_text('[retry]\nattempts = 3\n[hosts."API.x.test"]\nretry = false\n[hosts."y.test"]\nretry.budget = 5\n')
    config = read_config(str(file))
    assert config.patience("other.test") == Retry(3, 60.0)
    assert config.patience("api.x.test") is None
    assert config.patience("y.test") == Retry(4, 5.0)


@pytest.mark.parametrize("before", [("--replay", "cassette.jsonl"), ("--env", "token=of-another-account")])
def test_what_was_not_done_there_is_sent(job, tmp_path, before):
    server, command = job
    (tmp_path / "run.xs").write_text(JOB.replace("}\n---", '  env = ["token"]\n}\n---', 1), encoding="utf-8")
    options = ("--key", "cause", "--env", "token=of-the-account")
    assert main([*command, "--ephemeral", *options, "--record", "cassette.jsonl"]) == 0
    assert main([*command, *options, *before]) == 0
    server.seen.clear()
    assert [main([*command, *options]) for _ in range(2)] == [0, 0]
    assert sum(server.seen.values()) == 1


def test_a_failed_answer_is_not_done(job, tmp_path):
    server, command = job
    (tmp_path / "run.xs").write_text(JOB.replace("01JXS1M0ALERTS0VRCE0000001", "failing"), encoding="utf-8")
    for _ in range(2):
        main([*command, "--key", "cause"])
    assert sum(server.seen.values()) == 2


def test_any_header_may_hold_the_key(job, tmp_path):
    server, command = job
    (tmp_path / "run.xs").write_text(JOB.replace("/v2/alert_events", "/v9/pay"), encoding="utf-8")
    config = '[hosts."api.incident.io"]\nkey_header = "X-Request"\n'
    (tmp_path / "xsrun.toml").write_text(config, encoding="utf-8")
    for key in ("one", "two", "one"):
        assert main([*command, "--key", key]) == 0
    assert [each["x-request"] for each in server.headers] == ["one", "two"]


@pytest.mark.parametrize("kept", [(), ("--ephemeral",)])
def test_functions_that_run_beside_have_keys_of_their_own(job, tmp_path, kept):
    server, command = job
    both = """  stack {
    function.run "page" { input = {word: "a"}, async = true } as $a
    function.run "page" { input = {word: "b"}, async = true } as $b
    await { ids = [$a, $b] } as $all
  }
  response = $all|values
"""
    main_one = 'run.job "Both" { main = {name: "both"} }\n---\nfunction "both" {\n' + both + "}\n---\n"
    (tmp_path / "run.xs").write_text(main_one + JOB.partition("---\n")[2], encoding="utf-8")
    assert main([*command, "--key", "cause", *kept]) == 0
    placed = {each["title"]: each["deduplication_key"] for each in map(json.loads, server.bodies)}
    assert placed == {"a": "cause.1", "b": "cause.2"}


def test_a_key_of_the_author_wins_whatever_its_type(bench):
    placed = []
    world = memory_world(http=MemoryHttp(lambda request: placed.append(json.loads(request.body)) or Response(202)))
    layer(Config(), False, "cause", False, 0)(world, None, "").http.send(trigger(dedup_key=42))
    assert placed[0]["dedup_key"] == 42
