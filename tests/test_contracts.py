"""The table of provider rules: every call is found, every rule of a body can be broken, simulators keep to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xsrun.effects.ports import Request
from xsrun.providers.answers import USUAL, usual_answer
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import KINDS, Field, Problem, When, problems, within
from xsrun.providers.table import all_endpoints, endpoint_of
from xsrun.simulators import SIMULATORS

ENDPOINTS = all_endpoints()


def address(endpoint: Endpoint) -> str:
    host = endpoint.api.hosts[0].replace("*", "example")
    return f"https://{host}{re.sub(r'[{][^}]+[}]', 'X1', endpoint.path)}?limit=1"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.api.provider} {each.method} {each.path}")
def test_a_call_is_found_by_its_address_and_has_rules_that_hang_together(endpoint):
    assert endpoint_of(endpoint.method, address(endpoint)) is endpoint
    paths = {field.path for field in endpoint.body}
    for field in endpoint.body:
        holder, _, name = field.path.rpartition(".")
        assert not holder or holder in paths, field
        assert not name.endswith("[]") or field.path.removesuffix("[]") in paths, field
        assert set(field.unless) <= paths, field
        assert field.when is None or field.when.path in paths, field
        assert field.kind in KINDS
    assert endpoint.key is None or {endpoint.key.place, *endpoint.key.within} <= paths
    assert endpoint.writes or not (endpoint.body or endpoint.key)
    assert len(paths) == len(endpoint.body) or any(field.when for field in endpoint.body)


def test_a_call_of_nobody_is_none():
    for method, url in (
        ("GET", "https://api.example.com/incidents"),
        ("DELETE", "https://api.pagerduty.com/incidents"),
        ("POST", "https://api.pagerduty.com/v2/incidents"),
        ("POST", "https://atlassian.net/rest/api/3/issue"),
        ("GET", "http://[::1"),
    ):
        assert endpoint_of(method, url) is None


def test_a_simulator_answers_calls_of_the_table_under_the_hosts_of_its_provider():
    for name, provider in SIMULATORS.items():
        assert {route.endpoint for route in provider.routes} <= set(ENDPOINTS)
        assert {route.endpoint.api.provider for route in provider.routes} == {name}
        assert set(provider.hosts) == {
            host for each in ENDPOINTS if each.api.provider == name for host in each.api.hosts
        }


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.api.provider} {each.method} {each.path}")
def test_the_usual_answer_has_the_status_of_the_contract(endpoint):
    answer = usual_answer(Request(endpoint.method, address(endpoint), (), b"{}"))
    assert answer.status == endpoint.status
    assert answer.body or endpoint.status == 204


def test_a_call_that_is_known_to_nobody_is_answered_with_an_empty_object():
    assert usual_answer(Request("GET", "https://unknown.test/")).body == b"{}"
    assert {usual.call for usual in USUAL} <= set(ENDPOINTS)


def test_the_calls_that_take_a_key():
    assert [(each.api.title, each.operation, each.key.place, each.longest_key) for each in ENDPOINTS if each.key] == [
        ("PagerDuty REST API v2", "createIncident", "incident.incident_key", 255),
        ("PagerDuty REST API v2", "createIncidentNote", "note.content", 255),
        ("PagerDuty Events API v2", "createV2Event", "dedup_key", 255),
        ("incident.io alert sources", "Alert Events V2#CreateHTTP", "deduplication_key", 255),
        ("incident.io API", "Incidents V2#Create", "idempotency_key", 255),
        ("Slack Web API", "chat.postMessage", "metadata.event_payload.key", 255),
        ("Opsgenie Alert API v2", "Create Alert", "alias", 512),
        ("Statuspage API v1", "Create an incident", "incident.name", 255),
        ("Statuspage API v1", "Update an incident", "incident.body", 255),
    ]


def test_the_page_about_runs_names_every_call_that_takes_a_key():
    page = (Path(__file__).parent.parent / "docs" / "runs.md").read_text(encoding="utf-8")
    for each in ENDPOINTS:
        if each.key and each.key.made:
            path = re.sub(r"[{]\w+[}]", "ID", each.path)
            assert re.search(rf"\| `{each.method} {re.escape(path)}` \| `{each.key.place}`", page), each.operation


@pytest.mark.parametrize(
    ("field", "good", "bad", "reason"),
    [
        (Field("a"), {"a": "x"}, {"a": 1}, "kind"),
        (Field("a", needed=True), {"a": ""}, {"a": None}, "missing"),
        (Field("a", blank=False), {}, {"a": " "}, "missing"),
        (Field("a", choices=("x", "y")), {"a": "y"}, {"a": "X"}, "choice"),
        (Field("a", longest=3), {"a": "xyz"}, {"a": "wxyz"}, "length"),
        (Field("a", shortest=2), {"a": "xy"}, {"a": "x"}, "length"),
        (Field("a", "list", longest=1), {"a": [1]}, {"a": [1, 2]}, "length"),
        (Field("a", "integer", between=(1, 9)), {"a": 9}, {"a": 0}, "range"),
        (Field("a", "integer"), {"a": 1}, {"a": True}, "kind"),
        (Field("a", "time"), {"a": "2024-01-02T03:04:05Z"}, {"a": "soon"}, "kind"),
        (Field("a", needed=True, unless=("b",)), {"b": "x"}, {"b": []}, "missing"),
        (Field("a", needed=True, when=When("b", ("x",))), {"b": "y"}, {"b": "x"}, "missing"),
    ],
)  # fmt: skip
def test_a_rule_is_kept_or_broken(field, good, bad, reason):
    assert problems((field,), good) == []
    assert problems((field,), bad) == [Problem("a", reason, field)]


def test_paths_lead_into_objects_items_and_every_property():
    fields = within("box[]", (Field("name", needed=True), Field("parts", "object"), Field("parts.*", "integer")))
    body = {"box": [{"name": "x", "parts": {"a": 1, "b": "2"}}, {}, 3]}
    assert [(each.path, each.reason) for each in problems(fields, body)] == [
        ("box.1.name", "missing"),
        ("box.0.parts.b", "kind"),
    ]
    assert within("a", (Field("b", unless=("c",), when=When("d", ("x",))),)) == (
        Field("a.b", unless=("a.c",), when=When("a.d", ("x",))),
    )
