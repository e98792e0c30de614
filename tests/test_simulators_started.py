"""Simulators as a library, as fixtures and as a command: seeds, a state that lasts, troubles on demand."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from waiting import PATIENCE, line_of

from xsrun.cli.start import main
from xsrun.simulators import SIMULATORS, start
from xsrun.simulators.keeping import BadState
from xsrun.simulators.seeding import BadSeed, read_seeds
from xsrun.simulators.started import OnDemand
from xsrun.templates import TEMPLATES
from xsrun.torture.effects import EFFECTS

PAGE: Final = (Path(__file__).parent.parent / "docs" / "simulators.md").read_text(encoding="utf-8")
SEEDS: Final = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]


def http(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Token token={key}"}, trust_env=False, timeout=5)


def incident(service: str, **more: str) -> dict[str, Any]:
    return {"incident": {"type": "incident", "title": "Down", "service": {"id": service, "type": "service"}} | more}


def opened(client: httpx.Client, service: str, **more: str) -> httpx.Response:
    return client.post("/incidents", json=incident(service, **more))


# ---------------------------------------------------------------- as a library


def test_a_simulator_for_a_block() -> None:
    with start("pagerduty", troubles="429") as pagerduty:
        assert pagerduty.name == "pagerduty"
        assert pagerduty.env["PAGERDUTY_API_KEY"] == pagerduty.env["pagerduty_api_key"] == pagerduty.keys["token"]
        assert pagerduty.maps["events.pagerduty.com"] == pagerduty.url
        with http(pagerduty.url, pagerduty.keys["token"]) as client:
            assert opened(client, pagerduty.keys["service_id"]).status_code == 429
            assert opened(client, pagerduty.keys["service_id"]).status_code == 201
            pagerduty.plan("500:2")
            pagerduty.calm()
            assert client.get("/incidents").status_code == 200
            assert [each["status"] for each in pagerduty.requests] == [429, 201, 200]
            assert pagerduty.state["incidents"][0]["title"] == "Down"
            assert pagerduty.keys["token"] not in json.dumps([pagerduty.state, pagerduty.requests])
            pagerduty.reset()
            assert (pagerduty.requests, pagerduty.state["incidents"]) == ([], [])
    with pytest.raises(httpx.ConnectError):
        httpx.get(pagerduty.url, trust_env=False)


def test_what_cannot_be_started_is_named() -> None:
    with pytest.raises(KeyError, match="nobody"), start("nobody"):
        pass
    with pytest.raises(ValueError, match='"boom" is no trouble'), start("pagerduty", troubles="boom"):
        pass


def test_a_fixture_starts_them_on_demand(xsrun_simulators: OnDemand) -> None:
    assert list(xsrun_simulators) == list(SIMULATORS)
    pagerduty = xsrun_simulators["pagerduty"]
    assert xsrun_simulators["pagerduty"] is pagerduty
    assert xsrun_simulators.maps["api.pagerduty.com"] == pagerduty.url
    assert set(xsrun_simulators.maps) == {host for provider in SIMULATORS.values() for host in provider.hosts}
    assert xsrun_simulators.env["INCIDENT_IO_API_KEY"] == xsrun_simulators["incident-io"].keys["api_key"]


def test_the_example_of_the_page_runs() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+ u\+SIMuserKEY00000001\n\[\] \[\]\n", done.stdout), done.stderr


# ---------------------------------------------------------------- seeds


def test_seeds_are_there_from_the_beginning(tmp_path: Path) -> None:
    file = tmp_path / "account.toml"
    file.write_text(SEEDS)
    with start("pagerduty", seeds=read_seeds(str(file))) as pagerduty:
        with http(pagerduty.url, "u+NOORSkey0000000000") as noor:
            made = opened(noor, "PSVC900").json()["incident"]
            assert (made["urgency"], made["assignments"][0]["assignee"]["summary"]) == ("low", "Noor Haddad")
            assert noor.get("/users/me").json()["user"]["email"] == "noor@example.com"
            payload = {"summary": "Late", "source": "cron", "severity": "error"}
            event = {"routing_key": "0123456789abcdef0123456789abcdef", "event_action": "trigger", "payload": payload}
            assert noor.post("/v2/enqueue", json=event).status_code == 202
            assert {each["service"]["id"] for each in noor.get("/incidents").json()["incidents"]} == {"PSVC900"}
            pagerduty.reset()
            assert noor.get("/services/PSVC900").status_code == 200
        assert "NOORSkey" not in json.dumps([pagerduty.state, pagerduty.requests])


def test_seeds_of_incident_io(tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    seeds = {
        "severities": [{"id": "SEV9", "name": "Meltdown", "rank": 9}],
        "statuses": [{"id": "STAT9", "name": "Watching", "category": "live"}],
        "users": [{"name": "Noor Haddad", "email": "noor@example.com"}],
        "alert_sources": [{"id": "SRC9", "name": "Cron", "secret": "cron-secret-0000", "opens_incidents": True}],
        "keys": [{"key": "inc_noor_000000000000", "roles": ["viewer", "incident_creator"]}],
    }
    file.write_text(json.dumps(seeds))
    with start("incident-io", seeds=read_seeds(str(file))) as simulator:
        event = {"title": "Late", "status": "firing", "deduplication_key": "k"}
        url = f"{simulator.url}/v2/alert_events/http/SRC9?token=cron-secret-0000"
        assert httpx.post(url, json=event, trust_env=False).status_code == 202
        headers = {"Authorization": "Bearer inc_noor_000000000000"}
        with httpx.Client(base_url=simulator.url, headers=headers, trust_env=False) as noor:
            assert noor.get("/v1/severities").json()["severities"][-1]["name"] == "Meltdown"
            body = {
                "idempotency_key": "k",
                "visibility": "public",
                "severity_id": "SEV9",
                "incident_status_id": "STAT9",
            }
            made = noor.post("/v2/incidents", json=body).json()["incident"]
            assert made["incident_status"]["category"] == "live"
            assert noor.get("/v2/incidents").json()["pagination_meta"]["total_record_count"] == 2
            assert noor.post(f"/v2/incidents/{made['id']}/actions/edit", json={}).status_code == 403


MORE_SEEDS: Final[dict[str, Any]] = {
    "slack": {
        "channels": [{"id": "C9", "name": "night", "is_member": True}],
        "users": [{"id": "U9", "name": "noor", "email": "noor@example.com"}],
        "keys": [{"key": "xoxb-noor", "scopes": ["chat:write"]}],
    },
    "opsgenie": {"teams": [{"id": "T9", "name": "Night"}], "keys": [{"key": "noor-key", "writes": False}]},
    "jira": {
        "projects": [{"key": "NIGHT", "name": "Night"}],
        "issue_types": [{"name": "Outage"}],
        "users": [{"name": "Noor Haddad", "email": "noor@example.com", "token": "noor-token"}],
    },
    "statuspage": {"components": [{"id": "c9", "name": "Billing"}], "keys": [{"key": "noor-key"}]},
    "pagerduty": {
        "teams": [{"id": "T9", "name": "Night"}],
        "schedules": [{"id": "S9", "name": "Nights", "users": ["Casey Rivera"]}],
        "escalation_policies": [{"id": "E9", "name": "Watch", "levels": [{"schedules": ["Nights"]}]}],
        "priorities": [{"id": "P9", "name": "P9"}],
    },
}


@pytest.mark.parametrize("name", MORE_SEEDS)
def test_every_table_of_seeds_is_taken(name: str) -> None:
    with start(name, seeds=MORE_SEEDS[name]) as simulator:
        shown = json.dumps(simulator.state)
        for records in MORE_SEEDS[name].values():
            for record in records:
                assert f'"{record.get("name") or "****"}' in shown
        assert "noor-key" not in shown
        assert "noor-token" not in shown


def test_seeded_keys_open_doors() -> None:
    with start("slack", seeds=MORE_SEEDS["slack"]) as slack:
        headers = {"Authorization": "Bearer xoxb-noor"}
        body = {"channel": "night", "text": "x"}
        assert httpx.post(f"{slack.url}/api/chat.postMessage", json=body, headers=headers, trust_env=False).json()["ok"]
    with start("jira", seeds=MORE_SEEDS["jira"]) as jira:
        fields = {"project": {"key": "NIGHT"}, "issuetype": {"name": "Outage"}, "summary": "x"}
        auth = ("noor@example.com", "noor-token")
        made = httpx.post(f"{jira.url}/rest/api/3/issue", json={"fields": fields}, auth=auth, trust_env=False)
        assert (made.status_code, made.json()["key"]) == (201, "NIGHT-1")
    with start("opsgenie", seeds=MORE_SEEDS["opsgenie"]) as opsgenie:
        headers = {"Authorization": "GenieKey noor-key"}
        answer = httpx.post(f"{opsgenie.url}/v2/alerts", json={"message": "x"}, headers=headers, trust_env=False)
        assert answer.status_code == 403
    with start("pagerduty", seeds=MORE_SEEDS["pagerduty"]) as duty, http(duty.url, duty.keys["token"]) as client:
        on_call = client.get("/oncalls", params={"escalation_policy_ids[]": "E9"}).json()["oncalls"]
        assert on_call[0]["user"]["summary"] == "Casey Rivera"


@pytest.mark.parametrize(
    ("seeds", "message", "help"),
    [
        ({"service": []}, "service is no table of seeds", "did you mean services?"),
        ({"services": {}}, "services is no list of records", "write [[services]] above each record"),
        ({"services": ["x"]}, "services[0] is no record", "write the names of its properties and their values"),
        ({"users": [{"name": "A"}]}, "users[0].email is missing", ""),
        (
            {"users": [{"name": "A", "email": "a@b.cd", "emial": "x"}]},
            "users[0].emial is no property of seeds",
            "did you mean email?",
        ),
        (
            {"escalation_policies": [{"name": "A", "levels": [{"users": [], "minuts": 1}]}]},
            "escalation_policies[0].levels[0].minuts is no property of seeds",
            "did you mean minutes?",
        ),
        (
            {"escalation_policies": [{"name": "A", "levels": [{"users": ["nobody"]}]}]},
            "escalation_policies[0].levels[0].users names no user",
            "there are Casey Rivera, Robin Okafor, Sam Lindqvist",
        ),
        ({"services": [{"name": 5}]}, "services[0].name is no text", ""),
        (
            {"services": [{"name": "A", "urgency": "loud"}]},
            "services[0].urgency is none of high, low, severity_based",
            "",
        ),
        (
            {"services": [{"name": "A", "routing_key": "short"}]},
            "services[0].routing_key is not 32 to 32 characters long",
            "",
        ),
    ],
)
def test_seeds_that_make_no_sense(seeds: Any, message: str, help: str) -> None:
    with pytest.raises(BadSeed) as fault, start("pagerduty", seeds=seeds):
        pass
    assert (fault.value.message, fault.value.help) == (message, help)


# ---------------------------------------------------------------- a state that lasts


@pytest.mark.parametrize("name", SIMULATORS)
def test_every_state_can_be_kept_and_taken_up(name: str, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with start(name, state=str(file)) as first:
        before = first.state
    with start(name, state=str(file)) as second:
        assert second.state == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_state_goes_on_where_it_ended(tmp_path: Path) -> None:
    file = str(tmp_path / "state.json")
    with start("pagerduty", state=file) as pagerduty, http(pagerduty.url, pagerduty.keys["token"]) as client:
        service = pagerduty.keys["service_id"]
        made = opened(client, service, incident_key="k").json()["incident"]
        client.post(f"/incidents/{made['id']}/notes", json={"note": {"content": "Hm."}})
        payload = {"summary": "Late", "source": "cron", "severity": "error"}
        event = {"routing_key": pagerduty.keys["routing_key"], "event_action": "trigger", "payload": payload}
        client.post("/v2/enqueue", json=event)
        client.put(f"/incidents/{made['id']}", json={"incident": {"type": "incident", "status": "acknowledged"}})
        before = client.get("/incidents").json(), pagerduty.state
    with start("pagerduty", state=file) as pagerduty, http(pagerduty.url, pagerduty.keys["token"]) as client:
        assert pagerduty.state == before[1]
        shown = json.dumps(client.get("/incidents").json()).replace(pagerduty.url, "URL")
        assert [each["id"] for each in json.loads(shown)["incidents"]] == [
            each["id"] for each in before[0]["incidents"]
        ]
        assert opened(client, service, incident_key="k").status_code == 400
        assert opened(client, service).json()["incident"]["incident_number"] == 3


def test_alerts_and_incidents_of_incident_io_last(tmp_path: Path) -> None:
    file = str(tmp_path / "state.json")
    event = {"title": "Late", "status": "firing", "deduplication_key": "k"}
    source = "01J0SRCE000000000000000002"
    with start("incident-io", state=file) as simulator:
        url = f"{simulator.url}/v2/alert_events/http/{source}?token={simulator.keys['source_token']}"
        assert httpx.post(url, json=event, trust_env=False).status_code == 202
        before = simulator.state
    with start("incident-io", state=file) as simulator:
        assert simulator.state == before
        url = f"{simulator.url}/v2/alert_events/http/{source}?token={simulator.keys['source_token']}"
        httpx.post(url, json=event, trust_env=False)
        assert len(simulator.state["alerts"]) == len(simulator.state["incident_alerts"]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "it is no JSON: "),
        ("[]", "it holds no state of a simulator"),
        ('{"provider": "incident-io", "state": {}}', "it holds the state of incident-io"),
        ('{"provider": "pagerduty", "state": {}}', "it holds a state that makes no sense: "),
    ],
)
def test_a_state_that_makes_no_sense(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    with pytest.raises(BadState) as fault, start("pagerduty", state=str(file)):
        pass
    assert str(fault.value).startswith(message)
    assert file.read_text() == text


def test_a_broken_record_is_named(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with start("pagerduty", state=str(file)) as pagerduty, http(pagerduty.url, pagerduty.keys["token"]) as client:
        opened(client, pagerduty.keys["service_id"])
    kept = json.loads(file.read_text())
    kept["state"]["incidents"][0]["entries"][0][2] = "now"
    file.write_text(json.dumps(kept))
    with (
        pytest.raises(BadState, match=r"incidents\[0\].entries\[0\].at is no int$"),
        start("pagerduty", state=str(file)),
    ):
        pass


def test_a_change_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    with start("slack", state=str(folder / "state.json")) as slack:
        (folder / "state.json").unlink()
        answer = httpx.post(f"{slack.url}/api/auth.test", trust_env=False)
        assert answer.status_code == 500
        assert answer.json()["message"].startswith(f"the change was made, but {folder}/state.json cannot be written: ")
        assert httpx.post(f"{slack.url}/_xsrun/reset", trust_env=False).status_code == 500


# ---------------------------------------------------------------- as a command


@contextmanager
def mock(*words: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-m", "xsrun", "mock", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process, json.loads(line_of(process))
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def test_the_command_keeps_its_state_when_it_is_asked_to_end(tmp_path: Path) -> None:
    file, seeds = tmp_path / "state.json", tmp_path / "account.toml"
    seeds.write_text(SEEDS)
    words = ["pagerduty", "--state", str(file), "--seed-file", str(seeds), "--fault", "503:1,reset"]
    with mock(*words) as (process, told), http(told["url"], told["keys"]["token"]) as client:
        assert opened(client, "PSVC900").status_code == 503
        with pytest.raises(httpx.ReadError):
            opened(client, "PSVC900")
        assert opened(client, "PSVC900").status_code == 201
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 130
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    with mock(*words[:3]) as (_, told), http(told["url"], told["keys"]["token"]) as client:
        assert [each["title"] for each in client.get("/incidents").json()["incidents"]] == ["Down"]
        assert client.get("/_xsrun/state").json()["seen"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fault", "boom"], '--fault boom: "boom" is no trouble; known are a status'),
        (["--seed-file", "bad.toml"], "--seed-file bad.toml: it is no TOML: "),
        (["--seed-file", "nowhere.json"], "--seed-file nowhere.json: it cannot be read: No such file or directory"),
        (["--seed-file", "odd.json"], "--seed-file odd.json: services[0].urgency is none of high, low, severity_based"),
        (["--state", "bad.toml"], "--state bad.toml: it is no JSON: "),
        (["--certificate", "no.pem"], "--certificate no.pem cannot be read: No such file or directory"),
        (["--certificate", "bad.toml"], "--certificate bad.toml: it holds no certificate with its key"),
        (["--state", "nowhere/state.json"], "--state nowhere/state.json cannot be written: No such file or directory"),
    ],
)
def test_a_command_that_makes_no_sense(
    words: Sequence[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text("users = [")
    (tmp_path / "odd.json").write_text('{"services": [{"name": "A", "urgency": "loud"}]}')
    assert main(["mock", "pagerduty", *words]) == 2
    assert f"error[usage]: {said}" in capsys.readouterr().err


# ---------------------------------------------------------------- what jobs need of them

NO_SIMULATOR = {"webhook", "compute"}


def test_every_simulator_can_be_asked_by_jobs() -> None:
    for provider in SIMULATORS.values():
        assert set(provider.env.values()) <= set(provider.keys)
        assert provider.name in {route.endpoint.api.provider for route in provider.routes}
        assert provider.name in EFFECTS


@pytest.mark.parametrize("template", sorted(set(TEMPLATES) - NO_SIMULATOR))
def test_templates_run_against_simulators(template: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "Night watch", "--template", template, "--into", str(tmp_path)]) == 0
    assert main(["execute", str(tmp_path / "night-watch"), "--simulate", "--ephemeral", "--json"]) == 0, (
        capsys.readouterr()
    )
