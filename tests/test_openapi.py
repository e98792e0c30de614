"""Every request of a shipped job or template, and every answer to it, fits the providers' OpenAPI documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fixed_world import FixedClock, SeededRandom
from job_bench import (
    ACKNOWLEDGE,
    ALERT,
    CHANGE,
    CREATE,
    ESCALATE,
    EVENTS,
    INCIDENT,
    KEYS,
    LOG,
    NOTE,
    ON_CALL,
    RESOLVE,
    RESOLVE_ALERT,
    Bench,
)
from provider_shapes import AMENDMENTS, FOLDER, IO, PAGERDUTY, SILENCES, needs_documents

import xsrun
from xsrun.effects.memory import MemoryHttp, MemoryLog
from xsrun.effects.ports import Http, Request, Response, World
from xsrun.simulators import SIMULATORS
from xsrun.simulators.port import SimulatedHttp
from xsrun.templates import TEMPLATES, files

VENDORS = {"pagerduty": PAGERDUTY, "incident-io": IO}
INPUTS: dict[str, tuple[dict[str, Any], ...]] = {
    CREATE: ({}, {"title": "a", "urgency": "low", "details": "x"}, {"service_id": "PNOBODY"}, {"incident_key": "k"}),
    ACKNOWLEDGE: ({}, {"incident_id": "QNOBODY"}),
    RESOLVE: ({}, {"incident_id": "QNOBODY"}),
    ESCALATE: ({}, {"incident_id": "QNOBODY"}),
    NOTE: ({}, {"incident_id": "QNOBODY"}),
    ON_CALL: ({},),
    LOG: ({},),
    EVENTS: ({}, {"severity": "warning"}),
    CHANGE: ({},),
    ALERT: ({}, {"alert_source_config_id": "01J0NOBODY0000000000000000"}),
    RESOLVE_ALERT: ({},),
    INCIDENT: ({},),
}
ERROR_ANSWERS = ("400", "401", "403", "404", "429", "500", "503")

pytestmark = needs_documents


class Judge:
    """Passes requests on and gathers what does not fit."""

    def __init__(self, inner: Http) -> None:
        self._inner = inner
        self.judged = 0
        self.complaints: list[str] = []

    def send(self, request: Request) -> Response:
        vendor = IO if request.host.endswith("incident.io") else PAGERDUTY
        response = self._inner.send(request)
        found = [*vendor.complaints(request), *vendor.complaints(request, response)]
        if response.status in (400, 422):  # the provider has judged the request itself
            found = vendor.complaints(request, response)
        self.complaints += [f"{request.method} {request.url}: {each}" for each in found]
        self.judged += 1
        return response


def test_every_shipped_job_is_judged() -> None:
    assert set(INPUTS) == set(KEYS)


@pytest.mark.parametrize("job", KEYS)
def test_what_shipped_jobs_send_and_are_answered(job: str) -> None:
    bench = Bench.with_incident()
    judge = Judge(bench.http)
    for given in INPUTS[job]:
        bench.run(job, http=judge, **given)
        bench.run(job, http=judge, **given)
    bench.run(job, http=judge, key="Nobody0Nobody0Nobody0Nobody0Nob0")
    assert judge.judged
    assert judge.complaints == []


@pytest.mark.parametrize("status", ERROR_ANSWERS)
@pytest.mark.parametrize("job", KEYS)
def test_what_shipped_jobs_are_answered_when_it_fails(job: str, status: str) -> None:
    bench = Bench.with_incident()
    judge = Judge(bench.http)
    bench.simulator(job).troubles.add(status)
    bench.run(job, http=judge)
    documented = [each for each in judge.complaints if "Unknown response http status" not in each]
    assert documented == []


@pytest.mark.parametrize("template", ["pagerduty", "incident-io"])
def test_what_templates_send_and_are_answered(template: str, tmp_path: Any) -> None:
    for path, data in files(TEMPLATES[template], "Night watch").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    clock, provider = FixedClock(), SIMULATORS[template]
    simulator = provider.factory(clock, SeededRandom(1))
    judge = Judge(SimulatedHttp(MemoryHttp(), dict.fromkeys(provider.hosts, simulator), clock))
    world = World(judge, clock, SeededRandom(2), MemoryLog())
    result = xsrun.load(tmp_path).run(input={}, env=provider.environment(), world=world)
    assert result.error is None
    assert (judge.judged > 0, judge.complaints) == (True, [])


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_request_or_answer_that_does_not_fit_is_found(vendor: str) -> None:
    headers = (("Content-Type", "application/json"), ("Authorization", "Token token=x"))
    if vendor == "pagerduty":
        request = Request("POST", "https://api.pagerduty.com/incidents", headers, b'{"incident": {"type": "incident"}}')
        answer = Response(201, headers[:1], b'{"incident": {"incident_number": "1"}}')
        expected = "title"
    else:
        url = "https://api.incident.io/v2/alert_events/http/x"
        request = Request("POST", url, headers, b'{"status": "firing"}')
        answer = Response(202, headers[:1], b'{"status": "success"}')
        expected = "title"
    assert any(expected in each for each in VENDORS[vendor].complaints(request))
    assert VENDORS[vendor].complaints(request, answer)
    assert VENDORS[vendor].complaints(request, answer._replace(status=299)) == [
        "ResponseNotFound: : Unknown response http status: 299"
    ]


def test_every_exception_says_of_what_and_why() -> None:
    for each in (*AMENDMENTS, *SILENCES):
        assert (FOLDER / each.document).exists()
        assert each.why
    methods = {(silence.document, silence.method, silence.status, silence.path) for silence in SILENCES}
    assert len(methods) == len(SILENCES)


def test_documents_are_valid_before_they_are_amended() -> None:
    for name in ("pagerduty-rest.json", "pagerduty-events-v2.json", "incident-io.json"):
        assert json.loads((FOLDER / name).read_text(encoding="utf-8"))["openapi"].startswith("3.0")
