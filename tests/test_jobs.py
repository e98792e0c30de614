"""What all shipped jobs have in common: keys, attempts, silent servers, answers of any shape."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator

import pytest
from fixed_world import SeededRandom
from job_bench import (
    ACKNOWLEDGE,
    ALERT,
    ALL_KEYS,
    CHANGE,
    CREATE,
    ERROR_NAMES,
    ESCALATE,
    EVENTS,
    INCIDENT,
    JIRA,
    JOBS,
    LOG,
    NAMES,
    NEEDED,
    NOTE,
    ON_CALL,
    OPSGENIE,
    RESOLVE,
    RESOLVE_ALERT,
    SLACK,
    STATUSPAGE,
    Bench,
    answers,
    project,
)

from xsrun.diagnostics import Exit
from xsrun.effects.http import HttpxPort
from xsrun.effects.memory import MemoryHttp, MemoryLog
from xsrun.effects.ports import Http, Request, Response, TransportFailure, World
from xsrun.simulators.server import serve
from xsrun.templates import TEMPLATES

every_job = pytest.mark.parametrize("job", ALL_KEYS)
every_repeating_job = pytest.mark.parametrize("job", [job for job in ALL_KEYS if job != CHANGE])
"""A change event has no key, so an attempt that may have arrived is not repeated."""
TEMPLATES_OF = {
    "slack-message": "slack-bot", "opsgenie-alert": "opsgenie", "jira-issue": "jira", "webhook-event": "webhook",
}  # fmt: skip
READS_FIRST = (ACKNOWLEDGE, ESCALATE, NOTE, ON_CALL, LOG, SLACK, JIRA, STATUSPAGE)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def opened() -> Bench:
    return Bench.with_incident()


@every_job
def test_there_is_nothing_to_say_about_the_source(job: str) -> None:
    assert [str(found) for found in project(job).diagnostics] == []
    assert list(project(job).jobs) == [NAMES[job]]
    assert (JOBS / job / "README.md").exists()


def test_functions_of_one_name_are_the_same_in_every_job() -> None:
    texts: dict[str, set[str]] = {}
    for path in JOBS.glob("*/function/*.xs"):
        texts.setdefault(path.name, set()).add(path.read_text())
    assert [name for name, versions in texts.items() if len(versions) > 1] == []


def test_a_job_that_is_a_template_too_has_its_functions_and_cases() -> None:
    for job, template in TEMPLATES_OF.items():
        copies = [
            {each.name: each.read_text() for kind in ("function", "cases") for each in home.glob(f"{kind}/*")}
            for home in (JOBS / job, TEMPLATES[template].home)
        ]
        assert copies[0] == copies[1]


def test_the_overview_names_every_job_with_its_variables() -> None:
    rows = dict(re.findall(r"^\| \[(.*?)\]\(.*?\) \| (.*)$", (JOBS / "README.md").read_text(), re.MULTILINE))
    assert sorted(rows) == sorted(each.parent.name for each in JOBS.glob("*/run.xs"))
    for job, row in rows.items():
        (found,) = project(job).jobs.values()
        assert row.split(" | ")[1] == ", ".join(f"`{name}`" for name in found.env), job


@every_job
def test_one_run_over_a_real_socket(opened: Bench, job: str) -> None:
    port = HttpxPort()
    with serve(opened.pagerduty) as rest, serve(opened.incident_io) as alerts:
        result = opened.run(job, http=opened.over(port, rest.url, alerts.url))
    port.close()
    assert result.error is None, result.error
    assert all(each.response and each.response.status < 500 for each in result.requests)


class _Hasty:
    """Waits a tenth of a second where the job would wait longer."""

    def __init__(self, inner: Http) -> None:
        self.inner = inner

    def send(self, request: Request) -> Response:
        assert request.timeout in (10, 15)
        return self.inner.send(request._replace(timeout=0.1))


@pytest.fixture
def silent() -> Iterator[str]:
    """A socket that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@every_repeating_job
def test_a_server_that_never_answers(bench: Bench, silent: str, job: str) -> None:
    port = HttpxPort()
    result = bench.run(job, http=bench.over(_Hasty(port), silent, silent, silent))
    port.close()
    assert result.error is not None
    assert result.error.name == ERROR_NAMES[job]
    assert "status 0, no answer, Operation timed out after 100 milliseconds" in result.error.message
    assert "unning the job again with the same input does no harm" in result.error.message
    assert result.error.exit is (Exit.NETWORK if job in READS_FIRST else Exit.UNKNOWN_OUTCOME)
    assert bench.clock.slept == [1, 2]


@every_job
@pytest.mark.parametrize("key", ["", "  ", "\n"])
def test_an_empty_key_sends_nothing(bench: Bench, job: str, key: str) -> None:
    message = bench.refused(job, key=key)
    assert message.startswith("Nothing was sent: ")
    assert ALL_KEYS[job][0] in message
    assert bench.simulator(job).snapshot()["seen"] == 0


@every_job
def test_a_line_end_behind_the_key_does_no_harm(opened: Bench, job: str) -> None:
    opened.done(job, key=ALL_KEYS[job][1] + "\n")


@every_job
def test_a_missing_key_stops_the_run(monkeypatch: pytest.MonkeyPatch, bench: Bench, job: str) -> None:
    name = ALL_KEYS[job][0]
    monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv(name.upper(), raising=False)
    result = project(job).run(
        input=NEEDED.get(job, {}), world=World(bench.http, bench.clock, SeededRandom(), MemoryLog())
    )
    assert result.error is not None
    assert result.error.exit == Exit.ENVIRONMENT
    assert name in result.error.message


@every_repeating_job
@pytest.mark.parametrize("trouble", ["429", "500", "503:2", "408", "reset", "lost", "cut", "slow:30s"])
def test_what_passes_by_itself_is_tried_again(opened: Bench, job: str, trouble: str) -> None:
    opened.simulator(job).troubles.add(trouble)
    opened.done(job)
    assert len(opened.incidents()) <= 2
    assert len(opened.alerts()) == (job in (ALERT, RESOLVE_ALERT))


@every_repeating_job
@pytest.mark.parametrize(("trouble", "status"), [("429:3", 429), ("500:3", 500), ("503:3", 503), ("reset:3", 0)])
def test_three_attempts_and_no_more(opened: Bench, job: str, trouble: str, status: int) -> None:
    opened.simulator(job).troubles.add(trouble)
    result = opened.run(job)
    assert result.error is not None
    assert result.error.name == ERROR_NAMES[job]
    assert f": status {status}, " in result.error.message
    assert len(result.requests) == 3


@every_job
@pytest.mark.parametrize("status", [400, 403, 413])
def test_a_refusal_is_not_tried_again(opened: Bench, job: str, status: int) -> None:
    opened.simulator(job).troubles.add(str(status))
    result = opened.run(job)
    assert result.error is not None
    assert f": status {status}, " in result.error.message
    assert len(result.requests) == 1


SUCCESS = {
    **dict.fromkeys((ACKNOWLEDGE, RESOLVE, ESCALATE, NOTE, ON_CALL, LOG, INCIDENT, SLACK, JIRA, STATUSPAGE), 200),
    CREATE: 201,
    **dict.fromkeys((EVENTS, CHANGE, ALERT, RESOLVE_ALERT, OPSGENIE), 202),
}


SAY_IT_AS_IT_IS = (OPSGENIE, JIRA)
"""What cannot be read is shown without a word before it."""
UNREADABLE = ("<html>Welcome</html>", '{"incident":', "", "[]", "null", "12")


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_change_event_that_was_taken_is_not_sent_again_for_its_answer(bench: Bench, text: str) -> None:
    """Nobody could tell a second one from the first."""
    http = answers(Response(SUCCESS[CHANGE], (), text.encode()))
    assert bench.done(CHANGE, http=http) == {"status": "success", "message": None}


@every_repeating_job
@pytest.mark.parametrize("text", UNREADABLE)
def test_a_success_that_is_no_answer(bench: Bench, job: str, text: str) -> None:
    message = bench.refused(job, http=answers(Response(SUCCESS[job], (), text.encode())))
    assert f": status {SUCCESS[job]}, " in message
    if job not in SAY_IT_AS_IT_IS:
        assert "the answer is empty" in message if text in ("", "null") else "not the expected answer" in message


@every_job
@pytest.mark.parametrize(
    "text",
    [
        "<h1>Oh no</h1>",
        "",
        "[1]",
        '{"error": "broken"}',
        '{"error": {"message": "broken", "code": "2001", "errors": "one text"}}',
        '{"error": {"message": "broken", "errors": {"title": ["too long"]}}}',
        '{"error": {"errors": [{"title": "too long"}]}}',
        '{"status": "broken", "message": null}',
        '{"errors": ["one text"]}',
        '{"errors": [{"code": "a", "message": "b", "source": {"field": "c"}}, {}]}',
        "null",
    ],
)
def test_failures_in_any_shape_are_told(bench: Bench, job: str, text: str) -> None:
    assert ": status 400, " in bench.refused(job, http=answers(Response(400, (), text.encode())))


@every_job
@pytest.mark.parametrize("status", [200, 201, 202, 204, 302, 400, 401, 500])
def test_a_server_that_repeats_the_key(bench: Bench, job: str, status: int) -> None:
    if status == SUCCESS[job]:
        return
    key = ALL_KEYS[job][1]
    told = {"message": f"{key} is wrong", "errors": [key], "error": {"message": key, "errors": [f"no {key}"]}}
    for text in (json.dumps(told), f"<p>{key}</p>", json.dumps({"errors": [{"code": key, "message": key}]})):
        assert "***" in bench.refused(job, http=answers(Response(status, (), text.encode())))


@every_job
def test_a_long_answer_is_cut(bench: Bench, job: str) -> None:
    assert len(bench.refused(job, http=answers(Response(400, (), b"x" * 1_000_000)))) < 800


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ((("ratelimit-reset", "7"),), 7),
        ((("RateLimit-Reset", "7"), ("Retry-After", "3")), 7),
        ((("Retry-After", "3"),), 3),
        ((("Retry-After", "86400"),), 60),
        ((("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),), 5),
        ((("ratelimit-reset", "0"),), 5),
        ((), 5),
    ],
)
def test_how_long_a_429_says_to_wait(bench: Bench, headers: tuple[tuple[str, str], ...], waited: int) -> None:
    bench.refused(CREATE, http=answers(Response(429, headers)))
    assert bench.clock.slept == [waited, waited]


@pytest.mark.parametrize("job", [CREATE, RESOLVE, EVENTS, ALERT])
def test_an_unclear_attempt_before_unsent_ones_stays_unclear(bench: Bench, job: str) -> None:
    left = [TransportFailure(28, "Operation timed out", sent=True)]

    def give(_request: Request) -> Response:
        raise left.pop() if left else TransportFailure(7, "Connection refused", sent=False)

    result = bench.run(job, http=MemoryHttp(give))
    assert result.error is not None
    assert result.error.exit == Exit.UNKNOWN_OUTCOME


def test_an_ordinary_reset_header_does_not_slow_a_retry(bench: Bench) -> None:
    bench.refused(CREATE, http=answers(Response(500, (("ratelimit-reset", "55"),))))
    assert bench.clock.slept == [1, 2]
