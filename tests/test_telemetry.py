"""What runs tell a collector of OpenTelemetry: real runs, a real collector, every byte looked at."""

import json
import os
from base64 import b64encode
from pathlib import Path

import pytest
from collecting import collecting
from counting import counting
from places import Place

from xsrun.cli.start import main
from xsrun.telemetry.metrics import MOST_SERIES, OTHER, RUNS, Meters
from xsrun.telemetry.requests import method_of, shown
from xsrun.telemetry.telling import Asked, Refused, asked_for

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SECRET = "sekret-4711-abcdef"
INTERNAL, CLIENT = 1, 3
JOB = """run.job "Told" {
  main = {name: "outer"}
  env = ["api_key"]
}
---
table note {
  auth = false
  schema {
    int id
    text body
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
---
function "outer" {
  input {}
  stack {
    function.run "beside" {
      async = true
    } as $job
    function.run "inner" {
      input = {n: 2}
    } as $inner
    api.request {
      url = "https://user:" ~ $env.api_key ~ "@told.example.com/step?token=" ~ $env.api_key ~ "&page=2"
      method = "PUT"
      params = {key: $env.api_key}
      headers = ["Authorization: Bearer " ~ $env.api_key]
    } as $answer
    function.call "broken" {
      input = {key: $env.api_key}
    } as $broken
    await $job as $beside
  }
  response = [$inner, $beside, $answer.response.status, $broken.message]
}
---
function "inner" {
  input {
    int n
  }
  stack {
    db.add note {
      data = {body: "x"}
    } as $row
    db.transaction {
      stack {
        db.query note {
          return = {type: "count"}
        } as $count
      }
    }
    redis.set {
      key = "told"
      data = $input.n
    }
    util.sleep {
      value = 0.01
    }
  }
  response = $count
}
---
function "beside" {
  input {}
  stack {
    api.request {
      url = "https://told.example.com/" ~ ($env.api_key|base64_encode|url_encode) ~ "/failing"
      method = "PUT"
    } as $answer
  }
  response = $answer.response.status
}
---
function "broken" {
  input {
    text key
  }
  stack {
    throw {
      name = "Refused"
      value = "no such key " ~ $input.key
    }
  }
  response = null
}
"""
CONFIG = """
[retry]
attempts = 2
[hosts."told.example.com"]
traceparent = true
"""
STEPS = """run.job "Steps" {
  main = {name: "steps"}
}
---
function "steps" {
  input {}
  stack {
    foreach ([1, 2, 3]) {
      each as $step {
        api.request {
          url = "https://told.example.com/step/" ~ $step
          method = "PUT"
        } as $answer
      }
    }
  }
  response = "done"
}
"""


@pytest.fixture
def server():
    with counting() as running:
        yield running


@pytest.fixture
def collector():
    with collecting() as running:
        yield running


@pytest.fixture
def place(tmp_path, server, collector):
    made = Place(tmp_path, server)
    made.environment |= collector.env()
    return made


@pytest.fixture
def here(place, monkeypatch, capsys):
    """Runs the job of the place in this process; gives back exit code, result and stderr."""

    def run(*arguments):
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        code = main(["execute", str(place.folder), *arguments])
        said = capsys.readouterr()
        return code, said.out and json.loads(said.out), said.err

    return run


def ran(place, *arguments):
    return place.xsrun("execute", *mapped(place), *arguments)


def mapped(place):
    return "--map", f"told.example.com={place.server.url}"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """One run with everything in it."""
    with counting() as server, collecting() as collector:
        place = Place(tmp_path_factory.mktemp("told"), server)
        place.environment |= {**collector.env(), "OTEL_SERVICE_NAME": "pager", "TRACEPARENT": f"00-{TRACE}-{SPAN}-01"}
        place.job(JOB)
        (place.folder / "xsrun.toml").write_text(CONFIG, encoding="utf-8")
        done = ran(place, "--env", f"api_key={SECRET}")
        assert json.loads(done.stdout) == [1, 500, 200, "no such key ***"], done.stderr
        assert SECRET not in done.stderr
        yield collector, server


def test_functions_and_effects_are_spans_below_what_called_them(told):
    collector, _ = told
    run = collector.only("run Told")
    (outer,) = collector.tree(run)
    assert sorted(map(str, outer[1:])) == [
        "['PUT']",
        "['function beside', ['PUT'], ['sleep'], ['PUT']]",
        "['function broken']",
        "['function inner', ['insert note'], ['transaction', ['query note']], ['SET'], ['sleep']]",
    ]
    assert (run.trace, run.parent) == (TRACE, SPAN)
    assert {each.trace for each in collector.spans} == {TRACE}
    assert run.attributes["xsrun.state"] == "complete"
    assert collector.resource["service.name"] == "pager"


def test_no_secret_reaches_the_collector(told):
    collector, server = told
    assert any(SECRET in body for body in server.bodies)
    shapes = SECRET.encode(), b64encode(SECRET.encode()).rstrip(b"=")
    assert not [each for each in collector.raw for shape in shapes if shape in each]


def test_a_request_is_told_of_as_the_conventions_say(told):
    collector, _ = told
    sent = next(each for each in collector.named("PUT") if each.attributes["http.response.status_code"] == 200)
    assert sent.kind == CLIENT
    assert {name: sent.attributes[name] for name in sent.attributes if name.partition(".")[0] != "xsrun"} == {
        "http.request.method": "PUT",
        "url.full": "https://told.example.com/step?token=REDACTED&page=REDACTED",
        "server.address": "told.example.com",
        "server.port": 443,
        "http.request.body.size": 28,
        "http.response.status_code": 200,
        "http.response.body.size": sent.attributes["http.response.body.size"],
    }
    assert (sent.attributes["xsrun.policy"], sent.attributes["xsrun.place"]) == ("repeat", "run.xs:24")


def test_every_attempt_of_a_request_is_a_span(told):
    collector, _ = told
    failed = [each for each in collector.named("PUT") if each.failed]
    assert [each.attributes.get("http.request.resend_count") for each in failed] == [None, 1]
    assert {each.attributes["error.type"] for each in failed} == {"500"}
    assert collector.metrics["xsrun.retries"] == [({}, 1)]


def test_the_trace_goes_to_hosts_that_are_to_have_it(told):
    collector, server = told
    sent = {each.id for each in collector.named("PUT")}
    assert {each["traceparent"].split("-")[2] for each in server.headers} == sent


def test_a_fault_is_told_with_its_code(told):
    collector, _ = told
    broken = collector.only("function broken")
    assert (broken.failed, broken.message, broken.attributes["error.type"]) == (True, "no such key ***", "thrown")
    assert not collector.only("function outer").failed


def test_what_is_counted(told):
    collector, _ = told
    effects = {tuple(labels.values()): count for labels, count in collector.metrics["xsrun.effects"]}
    assert effects[("http", "repeat", "ok")] == 1
    assert effects[("http", "repeat", "error")] == 2
    assert effects[("database", "keyed", "ok")] == 2
    assert collector.metrics["xsrun.runs"] == [({"job": "Told", "state": "complete"}, 1)]
    assert collector.metrics["xsrun.run.duration"] == [({"job": "Told"}, 1)]


def test_the_page_names_whatever_is_said_of_a_span(told):
    page = (Path(__file__).parents[1] / "docs" / "telemetry.md").read_text(encoding="utf-8")
    said = {name for each in told[0].spans for name in each.attributes}
    assert [name for name in sorted(said) if f"`{name}`" not in page] == []


def test_a_resumed_run_leads_to_its_first_attempt_and_marks_what_it_does_not_do_again(place, collector):
    place.job(STEPS)
    place.environment["OTEL_BSP_SCHEDULE_DELAY"] = "10"
    place.killed("call-made", 2, "--map", f"told.example.com={place.server.url}")
    place.environment["OTEL_METRICS_EXPORTER"] = "none"
    resumed = place.xsrun("runs", "resume", "last")
    assert resumed.returncode == 0, resumed.stderr
    run = collector.only("run Steps")
    ((trace, _),) = run.links
    assert trace != run.trace
    assert {each.trace for each in collector.spans if each.trace != run.trace} <= {trace}
    again = [each for each in collector.named("PUT") if each.trace == run.trace]
    assert [(each.attributes.get("xsrun.replayed", False), each.kind) for each in again] == [
        (True, INTERNAL),
        (False, CLIENT),
        (False, CLIENT),
    ]
    assert not any("traceparent" in headers for headers in place.server.headers)
    assert collector.metrics == {}


def test_a_failed_run_says_why(place, here, collector):
    place.job(STEPS.replace('response = "done"', "response = $answer.response.result.nothing|first"))
    _, _, said = here("--map", "told.example.com=http://127.0.0.1:1", "--ephemeral")
    run = collector.only("run Steps")
    assert (run.failed, run.attributes["xsrun.exit"], "xsrun.run.id" in run.attributes) == (True, 6, False)
    assert f"error[{run.attributes['error.type']}]" in said
    assert all(each.failed for each in collector.named("PUT"))
    assert collector.metrics["xsrun.effects"] == [({"kind": "http", "policy": "none", "outcome": "not sent"}, 3)]
    assert [labels["state"] for labels, _ in collector.metrics["xsrun.runs"]] == ["error"]


@pytest.mark.parametrize("trouble", ["down", "hanging", "refusing"])
def test_a_collector_that_takes_nothing_costs_a_line_and_no_run(place, here, collector, trouble):
    place.job(STEPS)
    if trouble == "down":
        place.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1"
    elif trouble == "hanging":
        collector.hanging.clear()
    else:
        collector.status = 401
    code, result, said = here(*mapped(place))
    assert (code, result) == (0, "done")
    reason = "it answered 401" if trouble == "refusing" else "it does not answer"
    assert said.splitlines() == [
        f"warning[telemetry]: the collector of OpenTelemetry did not take what was sent: {reason}",
        "  = help: look at OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
    ]
    assert not collector.spans


def test_settings_that_make_no_sense_are_said_and_end_no_run(place, here):
    place.job(STEPS)
    place.environment["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = "0"
    code, result, said = here(*mapped(place))
    assert (code, result) == (0, "done")
    assert said.startswith("warning[telemetry]: traces and metrics are not sent: max_export_batch_size must be")


def test_without_its_packages_a_line_says_what_to_type(place):
    place.job(STEPS)
    (place.folder / "none" / "opentelemetry").mkdir(parents=True)
    (place.folder / "none" / "opentelemetry" / "__init__.py").write_text("")
    place.environment["PYTHONPATH"] = f"{place.folder / 'none'}{os.pathsep}{place.environment['PYTHONPATH']}"
    done = ran(place)
    assert (done.returncode, json.loads(done.stdout)) == (0, "done")
    assert done.stderr.splitlines()[:2] == [
        "warning[telemetry]: traces and metrics are not sent: OpenTelemetry is not installed",
        "  = help: pip install 'xsrun[otel]'",
    ]


MANY = """run.job "Many" {
  main = {name: "many"}
}
---
function "many" {
  input {}
  stack {
    for (1500) {
      each as $turn {
        function.run "one" {
          input = {}
        } as $one
      }
    }
    util.sleep {
      value = 0.001
    }
  }
  response = $one
}
---
function "one" {
  input {}
  stack {}
  response = 1
}
"""


def test_a_rehearsal_says_that_it_is_one(place, here, collector):
    place.job(STEPS)
    assert here("--dry-run")[0] == 0
    assert not collector.spans
    assert here("--simulate", *mapped(place))[0] == 0
    assert collector.only("run Steps").attributes["xsrun.rehearsed"] == "simulate"


def test_a_loop_makes_no_spans_without_end(place, here, collector):
    place.job(MANY)
    assert here() == (0, 1, "")
    assert len(collector.named("function one")) == 999
    assert collector.only("run Many").attributes["xsrun.spans.left_out"] == 501
    assert collector.only("sleep").parent == collector.only("function many").id


DEEP = """run.job "Deep" {
  main = {name: "down", input: {n: 990}}
}
---
function "down" {
  input {
    int n
  }
  stack {
    var $under { value = 0 }
    conditional {
      if ($input.n > 0) {
        function.run "down" {
          input = {}|set:"n":($input.n - 1)
        } as $under
      }
    }
  }
  response = $under + 1
}
"""


def test_calls_go_as_deep_as_ever(place, here, collector):
    place.job(DEEP)
    assert here()[:2] == (0, 991)
    assert len(collector.named("function down")) == 991


@pytest.mark.parametrize(
    ("env", "asked"),
    [
        ({}, Asked(False, False)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, Asked(True, True)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://c/v1/traces"}, Asked(True, False)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_METRICS_EXPORTER": "none"}, Asked(True, False)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "True"}, Asked(False, False)),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, Asked(True, False)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, Asked(False, False)),
    ],
)
def test_what_the_variables_ask_for(env, asked):
    assert asked_for(env) == asked


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "there is no exporter zipkin here"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "c:4317"}, "the collector has no address over HTTP"),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "grpc is not spoken here"),
    ],
)
def test_what_the_variables_may_not_ask_for(env, message):
    with pytest.raises(Refused, match=message):
        asked_for(env)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://user:pw@api.example.com:8443/a%20b?token=x&a=&b#f",
            "https://api.example.com:8443/a%20b?token=REDACTED&a=REDACTED&b=REDACTED",
        ),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("http://[oops/?a=1", ""),
        ("nothing", "nothing"),
    ],
)
def test_how_an_address_is_told(url, expected):
    assert shown(url) == expected


def test_a_method_that_nobody_knows_is_no_label():
    assert (method_of("POST"), method_of("post"), method_of("x" * 99)) == ("POST", "_OTHER", "_OTHER")


def test_labels_do_not_grow_without_end():
    seen = set()

    class Seeing:
        def record(self, _metric, _amount, labels):
            seen.add(labels)

        def watch(self, _metric, _read):
            return

    meters = Meters()
    meters.into(Seeing())
    for number in range(MOST_SERIES + 10):
        meters.record(RUNS, 1, f"job {number}", "complete")
    assert len(seen) == MOST_SERIES + 1
    assert (OTHER, OTHER) in seen
