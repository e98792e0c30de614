"""The providers' own clients work with the simulators, in another process and over a real socket."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import httpx
import incident_io.errors
import pagerduty
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from incident_io import AuthenticatedClient
from incident_io.api.alert_events_v2 import alert_events_v2_create_http as alert_event
from incident_io.api.alert_sources_v2 import alert_sources_v2_list
from incident_io.api.alerts_v2 import (
    alerts_v2_list,
    alerts_v2_list_incident_alerts,
    alerts_v2_resolve,
    alerts_v2_show,
)
from incident_io.api.custom_fields_v2 import custom_fields_v2_list
from incident_io.api.heartbeat_v2 import heartbeat_v2_ping
from incident_io.api.incident_statuses_v1 import incident_statuses_v1_list
from incident_io.api.incident_types_v1 import incident_types_v1_list
from incident_io.api.incident_updates_v2 import incident_updates_v2_list
from incident_io.api.incidents_v2 import incidents_v2_create, incidents_v2_edit, incidents_v2_list, incidents_v2_show
from incident_io.api.severities_v1 import severities_v1_list
from incident_io.api.utilities_v1 import utilities_v1_identity
from incident_io.models import (
    AlertEventsCreateHTTPPayloadV2,
    AlertEventsCreateHTTPPayloadV2Status,
    ErrorResponse,
    IncidentsCreatePayloadV2,
    IncidentsEditPayloadV2,
)
from incident_io.types import Unset
from jira import JIRA, JIRAError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient
from waiting import PATIENCE, line_of


@contextmanager
def mock(provider: str, *words: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "xsrun", "mock", provider, *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield json.loads(line_of(process))
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def of_simulator(method: str, url: str, body: str = "") -> httpx.Response:
    return httpx.request(method, url, content=body, trust_env=False, verify=False)


# ---------------------------------------------------------------- PagerDuty


def self_signed() -> bytes:
    """A certificate of this machine and its key, because the client takes no address without TLS."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulator")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=36_500))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    return made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("tls") / "simulator.pem"
    file.write_bytes(self_signed())
    return str(file)


@pytest.fixture(scope="module")
def duty_process(certificate: str) -> Iterator[dict[str, Any]]:
    with mock("pagerduty", "--certificate", certificate) as told:
        yield told


@pytest.fixture(scope="module")
def tls(certificate: str) -> dict[str, Any]:
    return {"trust_env": False, "verify": ssl.create_default_context(cafile=certificate)}


@pytest.fixture
def duty(duty_process: dict[str, Any]) -> dict[str, Any]:
    of_simulator("POST", f"{duty_process['url']}/_xsrun/reset")
    return duty_process


class Rest(pagerduty.RestApiV2Client):
    """Waits no longer than it must."""

    sleep_timer = 0.001


class Events(pagerduty.EventsApiV2Client):
    """Waits no longer than it must."""

    sleep_timer = 0.001


@pytest.fixture
def rest(duty: dict[str, Any], tls: dict[str, Any]) -> Iterator[Rest]:
    with Rest(duty["keys"]["token"], base_url=duty["url"], **tls) as client:
        yield client


@pytest.fixture
def events(duty: dict[str, Any], tls: dict[str, Any]) -> Iterator[Events]:
    with Events(duty["keys"]["routing_key"], base_url=duty["url"], **tls) as client:
        yield client


def incident(duty: dict[str, Any], title: str = "Down", **more: Any) -> dict[str, Any]:
    service = {"id": duty["keys"]["service_id"], "type": "service_reference"}
    return {"type": "incident", "title": title, "service": service} | more


def test_reading_the_account(rest: Rest, duty: dict[str, Any]) -> None:
    assert [each["name"] for each in rest.list_all("services")] == ["Checkout", "Reports", "Search"]
    assert rest.find("services", "search")["name"] == "Search"
    assert rest.rget(f"/services/{duty['keys']['service_id']}")["type"] == "service"
    assert rest.rget("/users/me")["email"] == duty["keys"]["from"]
    assert rest.find("users", "robin.okafor@example.com", attribute="email")["name"] == "Robin Okafor"
    assert set(rest.dict_all("escalation_policies", by="name")) == {"Platform on call", "Second line"}
    assert [each["name"] for each in rest.iter_all("priorities")] == ["P1", "P2", "P3", "P4"]
    assert rest.list_all("oncalls")[0]["user"]["summary"] == "Casey Rivera"
    assert [each["name"] for each in rest.iter_all("schedules")] == ["Platform days"]
    assert rest.account_has_ability("teams")
    assert not rest.account_has_ability("time_travel")
    assert rest.api_key_access == "user"


def test_the_life_of_an_incident(rest: Rest, duty: dict[str, Any]) -> None:
    made = rest.rpost("incidents", json=incident(duty, incident_key="shop", urgency="low"))
    assert (made["status"], made["urgency"], made["incident_key"]) == ("triggered", "low", "shop")
    assert rest.rget(made)["id"] == made["id"]
    assert rest.rput(made, json={"type": "incident_reference", "status": "acknowledged"})["status"] == "acknowledged"
    note = rest.rpost(f"/incidents/{made['id']}/notes", json={"content": "On it."})
    assert rest.rget(f"/incidents/{made['id']}/notes") == [note]
    assert [each["note"] for each in rest.iter_incident_notes(made["id"])] == ["On it."]
    snoozed = rest.post(f"/incidents/{made['id']}/snooze", json={"duration": 60})
    assert snoozed.status_code == 201
    many = rest.rput("incidents", json=[{"id": made["id"], "type": "incident_reference", "status": "resolved"}])
    assert [each["status"] for each in many] == ["resolved"]
    kinds = [each["type"] for each in rest.iter_all(f"/incidents/{made['id']}/log_entries")]
    assert kinds[0] == "resolve_log_entry"
    assert kinds[-1] == "trigger_log_entry"
    assert rest.rpost("incidents", json=incident(duty, incident_key="shop"))["id"] != made["id"]


def test_pages_and_filters(rest: Rest, duty: dict[str, Any]) -> None:
    made = [rest.rpost("incidents", json=incident(duty, f"Number {n}")) for n in range(7)]
    seen: list[tuple[int, int]] = []
    found = list(rest.iter_all("incidents", page_size=3, total=True, item_hook=lambda _, n, of: seen.append((n, of))))
    assert [each["id"] for each in found] == [each["id"] for each in made]
    assert seen == [(n, 7) for n in range(1, 8)]
    rest.rput(made[0], json={"type": "incident_reference", "status": "resolved"})
    assert rest.get_total("incidents", {"statuses": ["triggered"]}) == 6
    params = {"statuses": ["resolved"], "service_ids": [duty["keys"]["service_id"]]}
    assert [each["id"] for each in rest.iter_all("incidents", params=params)] == [made[0]["id"]]


def test_services_are_made_and_changed_and_leave_a_trail(rest: Rest, tls: dict[str, Any]) -> None:
    policy = {"id": "PESC001", "type": "escalation_policy_reference"}
    made = rest.persist("services", "name", {"type": "service", "name": "Billing", "escalation_policy": policy})
    assert rest.persist("services", "name", {"type": "service", "name": "Billing"})["id"] == made["id"]
    changed = rest.rput(made, json={"type": "service", "name": "Invoices", "escalation_policy": policy})
    assert changed["name"] == "Invoices"
    key = {"type": "events_api_v2_inbound_integration", "name": "Events"}
    routing_key = rest.rpost(f"/services/{made['id']}/integrations", json=key)["integration_key"]
    with Events(routing_key, base_url=rest.url, **tls) as events:
        events.trigger("Late", "cron", dedup_key="k")
    assert rest.list_all("incidents", params={"service_ids": [made["id"]]})[0]["title"] == "Late"
    assert rest.rdelete(made).status_code == 204
    assert [each["action"] for each in rest.iter_cursor("/audit/records", page_size=2)] == [
        "delete", "create", "update", "create",
    ]  # fmt: skip


def test_merging(rest: Rest, duty: dict[str, Any]) -> None:
    target, source = (rest.rpost("incidents", json=incident(duty, title)) for title in ("A", "B"))
    sources = {"source_incidents": [{"id": source["id"], "type": "incident_reference"}]}
    assert rest.jput(f"/incidents/{target['id']}/merge", json=sources)["incident"]["id"] == target["id"]
    assert rest.rget(source)["resolve_reason"]["type"] == "merge_resolve_reason"


def failing(rest: Rest, made: dict[str, Any]) -> tuple[int, Any]:
    with pytest.raises(pagerduty.HttpError) as fault:
        rest.rpost("incidents", json=made)
    response = fault.value.response
    return response.status_code, response.json()["error"]


def test_what_is_refused(rest: Rest, duty: dict[str, Any], tls: dict[str, Any]) -> None:
    unknown = {"id": "PNOBODY", "type": "service_reference"}
    status, error = failing(rest, incident(duty, service=unknown))
    assert (status, error["code"], error["errors"]) == (400, 2002, ["Service not found"])
    assert failing(rest, incident(duty, ""))[1]["errors"] == ["Title cannot be empty."]
    rest.rpost("incidents", json=incident(duty, incident_key="k"))
    assert failing(rest, incident(duty, incident_key="k"))[1]["code"] == 2002
    with pytest.raises(pagerduty.HttpError) as missing:
        rest.rget("/incidents/QNOBODY")
    assert missing.value.response.status_code == 404
    with (
        Rest("u+nobodynobodynobody", base_url=duty["url"], **tls) as stranger,
        pytest.raises(pagerduty.HttpError, match="401 Unauthorized"),
    ):
        stranger.rget("/services")


def test_keys_of_the_account_need_a_sender(duty: dict[str, Any], tls: dict[str, Any]) -> None:
    keys, url = duty["keys"], duty["url"]
    with Rest(keys["account_token"], base_url=url, **tls) as account:
        assert account.api_key_access == "account"
        status, error = failing(account, incident(duty))
        assert (status, error["code"]) == (400, 2016)
    with Rest(keys["account_token"], default_from=keys["from"], base_url=url, **tls) as account:
        assert account.rpost("incidents", json=incident(duty))["status"] == "triggered"
    with Rest(keys["readonly_token"], default_from=keys["from"], base_url=url, **tls) as reader:
        assert failing(reader, incident(duty))[0] == 403


def test_the_client_waits_out_a_rate_limit(rest: Rest, events: Events, duty: dict[str, Any]) -> None:
    of_simulator("POST", f"{duty['url']}/_xsrun/troubles", "429:2")
    assert rest.rpost("incidents", json=incident(duty))["status"] == "triggered"
    of_simulator("POST", f"{duty['url']}/_xsrun/troubles", "429,500,502,lost")
    assert events.trigger("Late", "cron", dedup_key="k") == "k"
    state = of_simulator("GET", f"{duty['url']}/_xsrun/state").json()
    assert [each["status"] for each in state["requests"]] == [429, 429, 201, 429, 500, 502, None, 202]
    assert len(state["state"]["incidents"]) == 2


def test_events(rest: Rest, events: Events) -> None:
    key = events.trigger("Late", "cron", severity="warning", custom_details={"minutes": 5})
    made = rest.list_all("incidents")[0]
    assert (made["title"], made["incident_key"]) == ("Late", key)
    assert rest.list_all(f"/incidents/{made['id']}/alerts")[0]["body"]["details"] == {"minutes": 5}
    assert events.acknowledge(key) == key
    assert rest.rget(made)["status"] == "acknowledged"
    assert events.resolve(key) == key
    assert rest.rget(made)["status"] == "resolved"
    events.submit("Deployed", source="ci", timestamp="2026-01-01T12:00:00Z", links=[{"href": "https://ci.test/1"}])
    assert [each["summary"] for each in rest.iter_all("change_events")] == ["Deployed"]
    with pytest.raises(pagerduty.HttpError) as fault:
        events.trigger("Late", "cron", severity="loud")
    assert fault.value.response.json()["status"] == "invalid event"


# ---------------------------------------------------------------- incident.io


@pytest.fixture(scope="module")
def io_process() -> Iterator[dict[str, Any]]:
    with mock("incident-io") as told:
        yield told


@pytest.fixture
def io(io_process: dict[str, Any]) -> dict[str, Any]:
    of_simulator("POST", f"{io_process['url']}/_xsrun/reset")
    return io_process


def connected(io: dict[str, Any], key: str) -> AuthenticatedClient:
    return AuthenticatedClient(
        base_url=io["url"], token=io["keys"].get(key, key), raise_on_unexpected_status=True,
        httpx_args={"trust_env": False},
    )  # fmt: skip


@pytest.fixture
def source(io: dict[str, Any]) -> Iterator[AuthenticatedClient]:
    with connected(io, "source_token") as client:
        yield client


@pytest.fixture
def api(io: dict[str, Any]) -> Iterator[AuthenticatedClient]:
    with connected(io, "api_key") as client:
        yield client


def fire(client: AuthenticatedClient, source_id: str, status: str = "firing", key: str = "k") -> Any:
    event = AlertEventsCreateHTTPPayloadV2(
        title="Late", status=AlertEventsCreateHTTPPayloadV2Status(status), deduplication_key=key
    )
    return alert_event.sync(source_id, client=client, body=event)


def test_alerts(io: dict[str, Any], source: AuthenticatedClient, api: AuthenticatedClient) -> None:
    source_id = io["keys"]["source_id"]
    assert fire(source, source_id).deduplication_key == "k"
    assert fire(source, source_id).status == "success"
    [alert] = alerts_v2_list.sync(client=api).alerts
    assert (alert.title, alert.status.value, alert.alert_source_id) == ("Late", "firing", source_id)
    assert alerts_v2_resolve.sync(alert.id, client=api).alert.status.value == "resolved"
    fire(source, source_id)
    assert isinstance(alerts_v2_show.sync(alert.id, client=api).alert.resolved_at, Unset)
    for n in range(4):
        fire(source, "01J0SRCE000000000000000002", key=str(n))
    page = alerts_v2_list.sync(client=api, page_size=3)
    rest = alerts_v2_list.sync(client=api, page_size=3, after=page.pagination_meta.after)
    assert [len(page.alerts), len(rest.alerts)] == [3, 2]
    assert isinstance(rest.pagination_meta.after, Unset)
    assert len(alerts_v2_list_incident_alerts.sync(client=api, page_size=25).incident_alerts) == 4
    assert heartbeat_v2_ping.sync_detailed("01J0SRCE000000000000000003", client=source).status_code == 204


def test_incidents(api: AuthenticatedClient) -> None:
    severity = severities_v1_list.sync(client=api).severities[0]
    payload = {"idempotency_key": "k", "visibility": "public", "name": "Down", "severity_id": severity.id}
    body = IncidentsCreatePayloadV2.from_dict(payload)
    made = incidents_v2_create.sync(client=api, body=body).incident
    assert incidents_v2_create.sync(client=api, body=body).incident.id == made.id
    assert (made.reference, made.severity.name) == ("INC-1", "Minor")
    statuses = incident_statuses_v1_list.sync(client=api).incident_statuses
    closed = next(each for each in statuses if each.category.value == "closed")
    edit = {"incident": {"incident_status_id": closed.id}, "notify_incident_channel": False}
    edited = incidents_v2_edit.sync(made.id, client=api, body=IncidentsEditPayloadV2.from_dict(edit)).incident
    assert edited.incident_status.category.value == "closed"
    assert incidents_v2_show.sync("1", client=api).incident.id == made.id
    page = incidents_v2_list.sync(client=api, page_size=1)
    assert (len(page.incidents), page.pagination_meta.total_record_count) == (1, 1)
    assert len(incident_updates_v2_list.sync(client=api, incident_id=made.id).incident_updates) == 2


def test_settings(api: AuthenticatedClient) -> None:
    assert utilities_v1_identity.sync(client=api).identity.name == "Simulator"
    assert len(alert_sources_v2_list.sync(client=api).alert_sources) == 4
    assert len(incident_types_v1_list.sync(client=api).incident_types) == 1
    assert len(custom_fields_v2_list.sync(client=api).custom_fields) == 2


def test_what_incident_io_refuses(io: dict[str, Any], source: AuthenticatedClient, api: AuthenticatedClient) -> None:
    for key, code in (("nobody", "access_token_invalid"), ("limited_key", "insufficient_permissions")):
        with connected(io, key) as client:
            body = IncidentsCreatePayloadV2.from_dict({"idempotency_key": "k", "visibility": "public"})
            refused = incidents_v2_create.sync(client=client, body=body)
            assert isinstance(refused, ErrorResponse)
            assert refused.errors[0].code == code
    refused = incidents_v2_create.sync(client=api, body=body)
    assert (refused.status, refused.errors[0].source.field) == (422, "severity_id")
    assert fire(source, "01J0NOBODY0000000000000000").status == 404
    assert fire(api, io["keys"]["source_id"]).status == 401
    of_simulator("POST", f"{io['url']}/_xsrun/troubles", "429,503")
    body = AlertEventsCreateHTTPPayloadV2.from_dict({"title": "t", "status": "firing"})
    limited = alert_event.sync_detailed(io["keys"]["source_id"], client=source, body=body)
    assert (limited.status_code, limited.headers["retry-after"], limited.parsed.rate_limit.remaining) == (429, "1", 0)
    with pytest.raises(incident_io.errors.UnexpectedStatus):
        alerts_v2_list.sync(client=api)


# ---------------------------------------------------------------- Slack


@pytest.fixture(scope="module")
def slack() -> Iterator[dict[str, Any]]:
    with mock("slack") as told:
        yield told


def test_messages_of_slack(slack: dict[str, Any]) -> None:
    web = WebClient(slack["keys"]["token"], base_url=f"{slack['url']}/api/")
    assert web.auth_test()["user"] == "xsrun"
    made = web.chat_postMessage(channel="general", text="Down")
    assert web.chat_update(channel=made["channel"], ts=made["ts"], text="Up")["text"] == "Up"
    assert web.conversations_history(channel=made["channel"])["messages"][0]["text"] == "Up"
    names = [each["name"] for page in web.conversations_list(limit=2) for each in page["channels"]]
    assert names == ["general", "incidents", "attic"]
    assert web.reactions_add(channel=made["channel"], timestamp=made["ts"], name="eyes")["ok"]
    assert web.users_lookupByEmail(email="casey.rivera@example.com")["user"]["name"] == "casey"
    with pytest.raises(SlackApiError) as fault:
        web.chat_postMessage(channel="nobody", text="x")
    assert fault.value.response["error"] == "channel_not_found"
    with pytest.raises(SlackApiError) as fault:
        WebClient("xoxb-nobody", base_url=f"{slack['url']}/api/").auth_test()
    assert fault.value.response["error"] == "invalid_auth"


def test_webhooks_of_slack(slack: dict[str, Any]) -> None:
    path = slack["keys"]["webhook_url"].removeprefix("https://hooks.slack.com")
    hook = WebhookClient(slack["url"] + path)
    assert [hook.send(text="Down").body, hook.send(text="").body] == ["ok", "no_text"]
    of_simulator("POST", f"{slack['url']}/_xsrun/troubles", "429")
    assert hook.send(text="Down").headers["Retry-After"] == "1"


# ---------------------------------------------------------------- Jira


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[JIRA, dict[str, Any]]]:
    with mock("jira") as told:
        keys = told["keys"]
        client = JIRA(told["url"], basic_auth=(keys["email"], keys["api_token"]), max_retries=0)
        yield client, told
        client.close()


def test_issues_of_jira(site: tuple[JIRA, dict[str, Any]]) -> None:
    client, _ = site
    issue = client.create_issue(project="OPS", issuetype="Task", summary="Disk full", description="98 %", labels=["xs"])
    assert (issue.key, issue.fields.description, issue.fields.status.name) == ("OPS-1", "98 %", "To Do")
    client.add_comment(issue, "On it.")
    assert [each.body for each in client.comments(issue)] == ["On it."]
    moves = {each["name"]: each["id"] for each in client.transitions(issue)}
    client.transition_issue(issue, moves["Done"])
    issue.update(summary="Disk is full")
    assert (client.issue("OPS-1").fields.summary, client.issue("OPS-1").fields.status.name) == ("Disk is full", "Done")
    client.create_issue(project="OPS", issuetype="Task", summary="Fan loud")
    found = client.enhanced_search_issues("project = OPS AND statusCategory != Done", maxResults=5)
    assert [each.key for each in found] == ["OPS-2"]
    assert client.myself()["displayName"] == "Casey Rivera"


def test_what_jira_refuses(site: tuple[JIRA, dict[str, Any]]) -> None:
    client, told = site
    with pytest.raises(JIRAError) as fault:
        client.create_issue(project={"key": "NOBODY"}, issuetype={"name": "Task"}, summary="")
    assert (fault.value.status_code, "valid project is required" in fault.value.text) == (400, True)
    with pytest.raises(JIRAError, match="Issue does not exist"):
        client.issue("OPS-99")
    with pytest.raises(JIRAError, match="No project could be found with key 'NOBODY'"):
        client.project("NOBODY")
    stranger = JIRA(told["url"], basic_auth=("nobody@x.test", "x"), get_server_info=False, max_retries=0)
    with pytest.raises(JIRAError) as fault:
        stranger.myself()
    assert fault.value.status_code == 401
    stranger.close()
