"""Runs the shipped jobs against the simulators; every run is searched for the key it was given."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from fixed_world import FixedClock, SeededRandom

import xsrun
from xsrun.effects.memory import MemoryHttp, MemoryLog
from xsrun.effects.ports import Http, Request, Response, TransportFailure, World
from xsrun.runtime.job import Result
from xsrun.simulators import SIMULATORS
from xsrun.simulators.core import Simulator
from xsrun.simulators.incident_io import IncidentIo
from xsrun.simulators.incident_io import seeds as incident_io
from xsrun.simulators.jira import site
from xsrun.simulators.opsgenie import account
from xsrun.simulators.pagerduty import PagerDuty
from xsrun.simulators.pagerduty import seeds as pagerduty
from xsrun.simulators.port import SimulatedHttp
from xsrun.simulators.slack import workspace
from xsrun.simulators.statuspage import page

JOBS = Path(__file__).resolve().parents[1] / "jobs"

CREATE = "pagerduty-create-incident"
ACKNOWLEDGE = "pagerduty-acknowledge-incident"
RESOLVE = "pagerduty-resolve-incident"
EVENTS = "pagerduty-events-v2"
ESCALATE = "pagerduty-escalate-incident"
NOTE = "pagerduty-add-note"
ON_CALL = "pagerduty-on-call"
LOG = "incident-log"
CHANGE = "pagerduty-change-event"
ALERT = "incident-io-create-alert"
RESOLVE_ALERT = "incident-io-resolve-alert"
INCIDENT = "incident-io-create-incident"
SLACK = "slack-message"
OPSGENIE = "opsgenie-alert"
JIRA = "jira-issue"
STATUSPAGE = "statuspage-incident"
WEBHOOK = "webhook-event"
EVERYWHERE = "alert-everywhere"
NAMES = {
    CREATE: "PagerDuty Create Incident",
    ACKNOWLEDGE: "PagerDuty Acknowledge Incident",
    RESOLVE: "PagerDuty Resolve Incident",
    EVENTS: "PagerDuty Events v2",
    ESCALATE: "PagerDuty Escalate Incident",
    NOTE: "PagerDuty Add Note",
    ON_CALL: "PagerDuty On Call",
    LOG: "Incident Log",
    CHANGE: "PagerDuty Change Event",
    ALERT: "incident.io Create Alert",
    RESOLVE_ALERT: "incident.io Resolve Alert",
    INCIDENT: "incident.io Create Incident",
    SLACK: "Slack Message",
    OPSGENIE: "Opsgenie Alert",
    JIRA: "Jira Issue",
    STATUSPAGE: "Statuspage Incident",
}
KEYS = {
    **dict.fromkeys(
        (CREATE, ACKNOWLEDGE, RESOLVE, ESCALATE, NOTE, ON_CALL, LOG), ("pagerduty_api_key", pagerduty.USER_KEY)
    ),
    **dict.fromkeys((EVENTS, CHANGE), ("pagerduty_routing_key", pagerduty.ROUTING_KEY)),
    **dict.fromkeys((ALERT, RESOLVE_ALERT), ("incident_io_api_token", incident_io.SOURCE_TOKEN)),
    INCIDENT: ("incident_io_api_key", incident_io.API_KEY),
}
OF_OTHERS = {SLACK: "slack", OPSGENIE: "opsgenie", JIRA: "jira", STATUSPAGE: "statuspage"}
"""Jobs for one provider of another kind, and which."""
ALL_KEYS = KEYS | {
    SLACK: ("slack_bot_token", workspace.TOKEN),
    OPSGENIE: ("opsgenie_api_key", account.API_KEY),
    JIRA: ("jira_api_token", site.API_TOKEN),
    STATUSPAGE: ("statuspage_api_key", page.API_KEY),
}
BESIDE = {JIRA: {"jira_email": site.EMAIL}}
"""Variables beside the key."""
OF_INCIDENT_IO = (ALERT, RESOLVE_ALERT, INCIDENT)
ERROR_NAMES = dict.fromkeys(KEYS, "PagerDutyAPIError") | dict.fromkeys(OF_INCIDENT_IO, "IncidentIoAPIError")
ERROR_NAMES |= {
    SLACK: "SlackError", OPSGENIE: "OpsgenieError", JIRA: "JiraError", STATUSPAGE: "StatuspageError",
}  # fmt: skip
NEEDED: dict[str, dict[str, Any]] = {job: {"incident_id": "1"} for job in (ACKNOWLEDGE, RESOLVE, ESCALATE, NOTE)}
"""Input without which a job does not start; the others bring constants."""


@cache
def project(job: str) -> xsrun.Project:
    return xsrun.load(JOBS / job)


class Bench:
    """A clock that does not wait and an account of each provider; every run is searched for the key it was given."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.pagerduty = PagerDuty(self.clock, SeededRandom(1))
        self.incident_io = IncidentIo(self.clock, SeededRandom(2))
        self.others = {name: SIMULATORS[name].factory(self.clock, SeededRandom(4)) for name in OF_OTHERS.values()}
        self.http: Http = self.over(MemoryHttp(), self.pagerduty, self.incident_io)

    def over(self, inner: Http, rest: Any, alerts: Any, others: Any = None) -> Http:
        hosts = ("api.pagerduty.com", "api.eu.pagerduty.com", "events.pagerduty.com", "events.eu.pagerduty.com")
        places = {host: others or each for name, each in self.others.items() for host in SIMULATORS[name].hosts}
        places |= dict.fromkeys(hosts, rest) | {"api.incident.io": alerts}
        return SimulatedHttp(inner, places, self.clock)

    def simulator(self, job: str) -> Simulator:
        if job in OF_OTHERS:
            return self.others[OF_OTHERS[job]]
        return self.incident_io if job in OF_INCIDENT_IO else self.pagerduty

    def run(self, job: str, *, key: str | None = None, http: Http | None = None, **given: Any) -> Result:
        name, usual = ALL_KEYS[job]
        log = MemoryLog()
        world = World(http or self.http, self.clock, SeededRandom(3), log)
        secret = usual if key is None else key
        result = project(job).run(
            input=NEEDED.get(job, {}) | given, env=BESIDE.get(job, {}) | {name: secret}, world=world
        )
        if len(secret.strip()) > 8:
            shown = [result.value, result.error, result.logs, log.entries]
            if result.error and result.error.fault:
                shown += [result.error.fault.values, result.error.fault.payload]
            assert secret.strip() not in repr(shown)
        return result

    def done(self, job: str, **given: Any) -> Any:
        result = self.run(job, **given)
        assert result.error is None, result.error
        return result.value

    def refused(self, job: str, **given: Any) -> str:
        result = self.run(job, **given)
        assert result.error is not None, result.value
        assert (result.error.code, result.error.name) == ("thrown", ERROR_NAMES[job]), result.error
        return result.error.message

    def incidents(self) -> list[Any]:
        return list(self.pagerduty.account.incidents.values())

    def alerts(self) -> list[Any]:
        return list(self.incident_io.account.alerts.values())

    @classmethod
    def with_incident(cls) -> Bench:
        """A bench with incident number 1."""
        bench = cls()
        assert bench.done(CREATE)["incident_number"] == 1
        return bench


def sent(result: Result, index: int = 0) -> Request:
    return result.requests[index].request


def body(result: Result, index: int = 0) -> Any:
    return json.loads(sent(result, index).body)


def answers(response: Response | TransportFailure) -> MemoryHttp:
    def give(_request: Request) -> Response:
        if isinstance(response, TransportFailure):
            raise response
        return response

    return MemoryHttp(give)
