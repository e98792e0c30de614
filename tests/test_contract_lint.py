"""What ``check --contracts`` says of requests: every rule, through every way a request is put together, and silence."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from xsrun.builtins.catalogue import registry
from xsrun.contracts.bodies import faults
from xsrun.contracts.known import constant
from xsrun.contracts.rules import contract_findings
from xsrun.project import load_folder, load_text
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import Field, problems
from xsrun.providers.table import all_endpoints
from xsrun.source import Source, Span

ROOT = Path(__file__).parent.parent
OWN = sorted(each.parent for place in ("jobs", "xsrun/templates") for each in (ROOT / place).glob("*/run.xs"))

CREATE = """{incident: {
  type: "incident", title: $input.title, incident_key: $input.key
  service: {id: $input.service, type: "service_reference"}
}}"""
REST = '["Authorization: Token token=" ~ $env.pagerduty_api_key, "From: ada@example.com"]'
EVENT = """{
  routing_key: $env.pagerduty_routing_key, event_action: "trigger", dedup_key: $input.key
  payload: {summary: $input.title, source: "xs", severity: "critical"}
}"""
ALERT = '{title: $input.title, status: "firing", deduplication_key: $input.key}'
BEARER = '["Authorization: Bearer " ~ $env.key]'


def request(url: str, method: str = "POST", params: str = "", headers: str = "", more: str = "timeout = 10") -> str:
    lines = [f"url = {url}", f'method = "{method}"', *([f"params = {params}"] if params else [])]
    lines += [*([f"headers = {headers}"] if headers else []), more]
    return "api.request {\n" + "\n".join(lines) + "\n} as $answer\n"


def incident(params: str = CREATE, headers: str = REST, **given: str) -> str:
    return request('"https://api.pagerduty.com/incidents"', params=params, headers=headers, **given)


def event(params: str) -> str:
    return request('"https://events.pagerduty.com/v2/enqueue"', params=params)


def alert(params: str = ALERT, headers: str = BEARER) -> str:
    return request('"https://api.incident.io/v2/alert_events/http/" ~ $input.source', params=params, headers=headers)


def page(stack: str, inputs: str = "", others: str = "") -> str:
    declared = inputs or "text title\ntext key\ntext service\ntext source\njson anything?\nbool flag?"
    return f"function page {{\ninput {{\n{declared}\n}}\nstack {{\n{stack}}}\nresponse = $answer\n}}\n{others}"


def said(text: str) -> list[str]:
    return [
        f"{each.code.removeprefix('contract-')}: {each.message}" for each in contract_findings(load_text(text, "a.xs"))
    ]


def helps(text: str) -> list[str]:
    return [each.help for each in contract_findings(load_text(text, "a.xs"))]


REST_TITLE = "PagerDuty REST API v2"
WANTED = f"{REST_TITLE} wants its REST API key as `Authorization: Token token=KEY`"

SAID = {
    "bearer with an API key": (
        incident(headers='["Authorization: Bearer " ~ $env.pagerduty_api_key, "From: a@b.co"]'),
        [f"auth: {WANTED}, this is `Bearer KEY`"],
    ),
    "no token=": (
        incident(headers='["Authorization: Token " ~ $env.pagerduty_api_key, "From: a@b.co"]'),
        [f"auth: {WANTED}, this is `Token KEY`"],
    ),
    "no authorization": (incident(headers='["From: a@b.co"]'), [f"auth: {WANTED}, and none is sent"]),
    "PagerDuty's form at incident.io": (
        alert(headers='["Authorization: Token token=" ~ $env.key]'),
        [
            "auth: incident.io alert sources wants its secret of the alert source as `Authorization: Bearer KEY`,"
            " this is `Token KEY`"
        ],
    ),
    "Bearer at Opsgenie": (
        request('"https://api.opsgenie.com/v2/alerts"', params='{message: "a", alias: "b"}', headers=BEARER),
        ["auth: Opsgenie Alert API v2 wants its API key as `Authorization: GenieKey KEY`, this is `Bearer KEY`"],
    ),
    "no From": (
        incident(headers='["Authorization: Token token=" ~ $env.pagerduty_api_key]'),
        [f"from: createIncident of {REST_TITLE} is done by a person: keys of an account are refused without `From`"],
    ),
    "a severity of another provider": (
        event(EVENT.replace('"critical"', '"high"')),
        [
            "value: `payload.severity` of createV2Event of PagerDuty Events API v2"
            ' is one of critical, error, warning, info, not "high"'
        ],
    ),
    "urgency": (
        incident(CREATE.replace("title:", 'urgency: "critical", title:')),
        [f'value: `incident.urgency` of createIncident of {REST_TITLE} is one of high, low, not "critical"'],
    ),
    "an escalation policy beside somebody": (
        incident(
            CREATE.replace(
                "title:",
                'escalation_policy: {id: $input.key, type: "escalation_policy_reference"},'
                ' assignments: [{assignee: {id: "PUSR001", type: "user_reference"}}], title:',
            )
        ),
        [
            f"value: `incident.escalation_policy` of createIncident of {REST_TITLE}"
            " may not stand beside `incident.assignments`"
        ],
    ),
    "an unknown path": (
        request('"https://api.pagerduty.com/v2/incidents"', params=CREATE, headers=REST),
        [f"path: {REST_TITLE} has no path `/v2/incidents`"],
    ),
    "an unknown method": (
        request('"https://api.pagerduty.com/incidents/" ~ ($input.key|url_encode)', "POST", CREATE, REST),
        [f"path: {REST_TITLE} has no POST at `/incidents/X`, it has GET, PUT"],
    ),
    "no wrapper": (
        incident('{type: "incident", title: "a"}'),
        [f"missing: createIncident of {REST_TITLE} needs `incident`"],
    ),
    "no body": (incident(""), [f"missing: createIncident of {REST_TITLE} needs `incident`"]),
    "a field that is needed": (
        incident(CREATE.replace("title: $input.title,", "")),
        [f"missing: createIncident of {REST_TITLE} needs `incident.title`"],
    ),
    "a field of a trigger": (
        event(EVENT.replace('source: "xs", ', "")),
        ["missing: createV2Event of PagerDuty Events API v2 needs `payload.source`"],
    ),
    "a field that is ignored": (
        incident(CREATE.replace("title:", "description: $input.title, title:")),
        [f"unknown: createIncident of {REST_TITLE} does not read `incident.description`"],
    ),
    "another kind": (
        incident(CREATE.replace("$input.title", "{text: $input.title}")),
        [f"value: `incident.title` of createIncident of {REST_TITLE} is a text"],
    ),
    "text where a document belongs": (
        request(
            '"https://" ~ $env.site ~ ".atlassian.net/rest/api/3/issue"',
            params='{fields: {project: {key: "A"}, issuetype: {name: "Bug"}, summary: "a", description: "b"}}',
            headers='["Authorization: Basic " ~ $env.key]',
        ),
        ["value: `fields.description` of Create issue of Jira Cloud platform REST API is an object"],
    ),
    "too long": (
        event(EVENT.replace("$input.title", f'"{"a" * 1025}"')),
        ["value: `payload.summary` of createV2Event of PagerDuty Events API v2 takes at most 1024 characters"],
    ),
    "too short": (
        event(EVENT.replace("$env.pagerduty_routing_key", '"R0UTING"')),
        ["value: `routing_key` of createV2Event of PagerDuty Events API v2 takes exactly 32 characters"],
    ),
    "out of range": (
        request('"https://api.pagerduty.com/incidents/Q1/snooze"', params="{duration: 700000}", headers=REST),
        [f"value: `duration` of createIncidentSnooze of {REST_TITLE} is from 1 to 604800"],
    ),
    "no key": (
        incident(CREATE.replace(", incident_key: $input.key", "")),
        [f"key: createIncident of {REST_TITLE} carries no `incident.incident_key`: sent again, it is done twice"],
    ),
    "a key that is needed": (
        alert('{title: $input.title, status: "firing"}'),
        ["missing: Alert Events V2#CreateHTTP of incident.io alert sources needs `deduplication_key`"],
    ),
    "no timeout": (
        incident(more=""),
        [f"timeout: how long createIncident of {REST_TITLE} may take is left to the default"],
    ),
    "another status": (
        incident() + 'precondition ($answer.response.status == 200) {\nerror = "no"\n}\n',
        [f"status: createIncident of {REST_TITLE} answers 201 when it has worked, not 200"],
    ),
    "text without a type": (
        incident(f"({CREATE})|json_encode"),
        [f"content-type: {REST_TITLE} reads JSON, and nothing says that this text is"],
    ),
    "a form": (
        incident(headers=REST.replace("[", '["Content-Type: application/x-www-form-urlencoded", ', 1)),
        [f"content-type: {REST_TITLE} reads JSON, not `application/x-www-form-urlencoded`"],
    ),
    "a parameter that is ignored": (
        request('"https://api.pagerduty.com/incidents?status=triggered"', "GET", headers=REST),
        [f"unknown: listIncidents of {REST_TITLE} does not read the parameter `status`"],
    ),
    "a value of a parameter": (
        request('"https://api.pagerduty.com/incidents?statuses%5B%5D=open"', "GET", headers=REST),
        [
            f"value: `statuses[]` of listIncidents of {REST_TITLE}"
            ' is one of triggered, acknowledged, resolved, not "open"'
        ],
    ),
}


@pytest.mark.parametrize(("stack", "expected"), SAID.values(), ids=SAID)
def test_what_a_provider_refuses_or_ignores_is_said(stack, expected):
    assert said(page(stack)) == expected


WRONG = '{...$input.anything, urgency: "critical"}'
BODY = f"{{incident: {WRONG}}}"
TYPED = REST.replace("[", '["Content-Type: application/json", ', 1)

WAYS = {
    "a literal": incident(BODY),
    "a variable": f"var $incident {{ value = {WRONG} }}\n" + incident("{incident: $incident}"),
    "set": incident(f'({CREATE})|set:"incident.urgency":"critical"'),
    "set in a branch": f"var $body {{ value = {CREATE} }}\nconditional {{ if ($input.flag) {{"
    ' var.update $body.incident.urgency { value = "critical" } } }\n' + incident("$body"),
    "merge": incident('{incident: {...$input.anything}|merge:{urgency: "critical"}}'),
    "a ternary": incident(CREATE.replace("title:", 'urgency: $input.flag ? "critical" : "low", title:')),
    "what is not null": incident(CREATE.replace("title:", 'urgency: $input.anything ?? "critical", title:')),
    "text of JSON": incident(f"({BODY})|json_encode", TYPED),
    "an address in pieces": 'var $base { value = "https://api.pagerduty.com" }\n'
    'var $path { value = "/%s"|sprintf:"incidents" }\n' + request("$base ~ $path", params=BODY, headers=REST),
    "headers that are pushed": 'var $headers { value = ["Authorization: Token token=" ~ $env.key] }\n'
    'array.push $headers { value = "From: a@b.co" }\n' + incident(BODY, "$headers"),
    "a loop": "for (3) {\neach as $i {\n" + incident(BODY) + "}\n}\n",
    "a loop through a list": 'foreach (["low", "critical"]) {\neach as $urgency {\n'
    + incident("{incident: {...$input.anything, urgency: $urgency}}") + "}\n}\n",
    "try": "try_catch {\ntry {\n" + incident(BODY) + "}\ncatch { }\n}\n",
    "switch": 'switch ($input.key) {\ncase ("a") {\n' + incident(BODY) + "} break\ndefault { }\n}\n",
    "group": "group {\nstack {\n" + incident(BODY) + "}\n}\n",
}  # fmt: skip


@pytest.mark.parametrize("stack", WAYS.values(), ids=WAYS)
def test_a_value_is_followed_however_the_request_is_put_together(stack):
    urgency = f'`incident.urgency` of createIncident of {REST_TITLE} is one of high, low, not "critical"'
    assert said(page(stack)) == [f"value: {urgency}"]


SENDER = f"""
function send {{
  input {{
    text path
    enum method {{
      values = ["GET", "POST", "PUT"]
    }}
    json body?
  }}
  stack {{
    api.request {{
      url = "https://api.pagerduty.com" ~ $input.path
      method = $input.method
      params = $input.body
      headers = {REST}
      timeout = 10
    }} as $answer
  }}
  response = $answer.response
}}
"""


def test_a_call_is_judged_where_the_caller_wrote_it():
    call = (
        'function.run send {\ninput = {path: "/incidents", method: "POST", body: {incident: $incident}}\n} as $answer\n'
    )
    stack = 'var $incident { value = {type: "incident", title: "a", urgency: "critical"} }\n' + call
    check = 'precondition ($answer.status == 200) {\nerror = "no"\n}\n'
    (found,) = [each for each in contract_findings(load_text(page(stack + check, others="---" + SENDER), "a.xs"))
                if each.code == "contract-value"]  # fmt: skip
    assert found.span.source.text[found.span.start : found.span.end] == '"critical"'
    assert said(page(stack + check, others="---" + SENDER)) == [
        f"missing: createIncident of {REST_TITLE} needs `incident.service`",
        f"key: createIncident of {REST_TITLE} carries no `incident.incident_key`: sent again, it is done twice",
        f'value: `incident.urgency` of createIncident of {REST_TITLE} is one of high, low, not "critical"',
        f"status: createIncident of {REST_TITLE} answers 201 when it has worked, not 200",
    ]


SILENT = {
    "a full request": incident(),
    "an event": event(EVENT),
    "an alert": alert(),
    "another host": request('"https://api.example.com/incidents"'),
    "an unknown host": request("$input.source"),
    "an unknown path": request('"https://api.pagerduty.com/" ~ $input.source', headers=REST),
    "a path that goes on": request('"https://api.pagerduty.com/incidents/" ~ $input.source', "DELETE", headers=REST),
    "a path that is somewhere else": request('"https://api.pagerduty.com/schedules/P1"', "GET", headers=REST),
    "a method that is chosen": incident().replace('"POST"', "$input.source"),
    "a body that is given": incident("$input.anything"),
    "a body with more": incident('{incident: $input.anything|set:"title":"a"}'),
    "headers that are given": incident(headers="$input.anything"),
    "headers with more": incident(headers='["From: a@b.co", ...$input.anything]'),
    "a whole header": incident(headers='["From: a@b.co", "Authorization: " ~ $env.authorization]'),
    "an access token": incident(headers='["From: a@b.co", "Authorization: Bearer " ~ $env.pagerduty_oauth_token]'),
    "a key in the query": request(
        '"https://api.incident.io/v2/alert_events/http/1?token=" ~ $env.token', params=ALERT
    ),
    "a From that may be left out": 'var $headers { value = ["Authorization: Token token=" ~ $env.key] }\n'
    'conditional { if ($input.flag) { array.push $headers { value = "From: a@b.co" } } }\n'
    + incident(headers="$headers"),
    "a key that may be left out": f"var $body {{ value = {CREATE.replace('incident_key: $input.key', '')} }}\n"
    "conditional { if ($input.flag) { var.update $body.incident.incident_key { value = $input.key } } }\n"
    + incident("$body"),
    "an event that resolves": event(
        '{routing_key: $env.k, event_action: $input.flag ? "resolve" : "acknowledge", dedup_key: $input.key}'
    ),
    "an event of which the kind is not known": event(
        "{routing_key: $env.k, event_action: $input.title, dedup_key: $input.key}"
    ),
    "a key in a header": request(
        '"https://events.pagerduty.com/v2/enqueue"', headers='["X-Routing-Key: " ~ $env.key]',
        params='{event_action: "resolve", dedup_key: $input.key}',
    ),
    "two statuses": incident()
    + "var $ok { value = $answer.response.status == 200 || $answer.response.status == 201 }\n",
    "a range": incident() + "var $ok { value = $answer.response.status >= 200 && $answer.response.status < 300 }\n",
    "a list of statuses": incident() + "var $ok { value = [200, 201]|in:$answer.response.status }\n",
    "a failure": incident() + "var $ok { value = $answer.response.status != 404 }\n",
    "metadata of any shape": alert(
        '{title: "a", status: "firing", deduplication_key: "b", metadata: {any: {thing: [1]}}}'
    ),
    "a disabled request": "!" + incident(""),
    "custom fields": request(
        '"https://a.atlassian.net/rest/api/3/issue"',
        params='{fields: {project: {id: "1"}, issuetype: {id: "1"}, summary: "a", customfield_1: 2}}',
        headers='["Authorization: Basic " ~ $env.key]',
    ),
    "a message of blocks": request(
        '"https://hooks.slack.com/services/T/B/x"', params='{blocks: [{type: "section", text: {type: "mrkdwn"}}]}'
    ),
}  # fmt: skip


@pytest.mark.parametrize("stack", SILENT.values(), ids=SILENT)
def test_nothing_is_said_of_what_may_be_right(stack):
    assert said(page(stack)) == []


@pytest.mark.parametrize("folder", OWN, ids=lambda each: each.name)
def test_nothing_is_said_of_our_own_jobs(folder):
    assert contract_findings(load_folder(str(folder))) == []


def test_help_is_one_thing_to_type():
    assert helps(page(event(EVENT.replace('"critical"', '"info "')))) == ['write "info"']
    description = page(incident(CREATE.replace("title:", "description: $input.title, title:")))
    assert helps(description) == ['write `body: {type: "incident_body", details: $description}`']
    assert helps(page(incident("{}"))) == ["params = {incident: {…}}"]
    service = page(incident('{incident: {type: "incident", title: "a", incident_key: "b"}}'))
    assert helps(service) == ['service: {id: $id, type: "service_reference"}']


def test_a_cause_is_said_once_however_often_it_is_reached():
    calls = 'function.run send {\ninput = {path: "/incidents?status=open", method: "GET"}\n} as $answer\n' * 2
    assert len(said(page(calls, others="---" + SENDER))) == 1


def test_what_calls_itself_and_what_fans_out_comes_to_an_end():
    around = 'function.run page {\ninput = {title: "a"}\n} as $again\n'
    assert len(said(page(around + incident(""), "text title"))) == 1
    rows = "\n".join(
        f"---\nfunction f{n} {{\ninput {{\n}}\nstack {{\n" + f"function.run f{n + 1} as $a\n" * 8 + "}\n}"
        for n in range(9)
    )
    doubled = 'var $a { value = "xxxxxxxxxxxxxxxx" }\nvar $o { value = {a: 1} }\n' + 60 * (
        "var.update $a { value = $a ~ $a }\nvar.update $o { value = {a: $o, b: $o} }\n"
    )
    assert [each.partition(":")[0] for each in said(page(doubled + incident("$o")))] == ["missing"]
    long = 'var $b { value = "' + '" ~ "'.join(map(str, range(9_000))) + '" }\n'
    assert said(page(long)) == []
    assert said(rows + "\n---\nfunction f9 {\ninput {\n}\nstack {\n" + incident("") + "}\n}")[0].startswith("missing")


GOOD: dict[str, Any] = {
    "text": "xx", "time": "2024-01-02T03:04:05Z", "integer": 5, "boolean": True, "object": {}, "list": [], "any": [1],
}  # fmt: skip
NOWHERE = Span(Source("a.xs", ""), 0, 0)


def values(field: Field) -> some.SearchStrategy[Any]:
    """Values of a field, right ones and wrong ones."""
    right = some.sampled_from(field.choices) if field.choices else some.just("x" * (field.shortest or 2))
    wrong = [True, 10**9, -1, 1.5, None, "", " ", "y" * (field.longest + 1), {"odd": 1}, [1]]
    return some.one_of(
        right if field.kind == "text" else some.builds(lambda: deepcopy(GOOD[field.kind])),
        some.sampled_from(wrong).map(deepcopy),
    )


@some.composite
def bodies(draw: some.DrawFn) -> tuple[Endpoint, dict[str, Any]]:
    """A call and a body for it, in which any field may be there, right, wrong, or not there."""
    endpoint = draw(some.sampled_from([each for each in all_endpoints() if each.body]))
    body: dict[str, Any] = {}
    for field in endpoint.body:
        holder: Any = body
        *steps, last = field.path.split(".")
        for step in steps:
            inner = holder.get(step.removesuffix("[]")) if isinstance(holder, dict) else None
            holder = inner[0] if step.endswith("[]") and isinstance(inner, list) and inner else inner
        if isinstance(holder, dict) and last != "*" and draw(some.booleans()):
            name = last.removesuffix("[]")
            if last == name:
                holder[name] = draw(values(field))
            elif isinstance(holder.get(name), list):
                holder[name] = [draw(values(field))]
    return endpoint, body


@given(bodies())
def test_a_body_that_is_known_whole_is_judged_as_a_simulator_judges_it(drawn):
    endpoint, body = drawn
    answered = {problem.field.path for problem in problems(endpoint.body, body)}
    told = {fault.field.path for fault in faults(endpoint, constant(body), NOWHERE) if fault.reason != "unknown"}
    assert not body or told == answered


# ------------------------------------------------------------------ statements of providers

STATEMENTS = {
    'pagerduty.create_incident\napi_key = $env.k\ntitle = " "\nservice_id = 5\nurgency = "critical"\n'
    "priority_id = null": [
        (f"missing: createIncident of {REST_TITLE} needs `title`", "title = $title"),
        (f'value: `urgency` of createIncident of {REST_TITLE} is one of high, low, not "critical"', 'write "high"'),
    ],
    'pagerduty.list\napi_key = $env.k\nstatuses = ["open"]\nlimit = 500\nsince = "noon"': [
        (
            f"value: `statuses` of listIncidents of {REST_TITLE} is one of triggered, acknowledged, resolved,"
            ' not "open"',
            'write "triggered"',
        ),
        (f"value: `since` of listIncidents of {REST_TITLE} is a time in ISO 8601", 'since = "2030-01-01T00:00:00Z"'),
    ],
    'pagerduty.send_event\nrouting_key = $env.k\nsummary = $input.title\nsource = "s"\nseverity = "high"\n'
    'links = [{url: "x"}]': [
        (
            'value: `severity` of createV2Event of PagerDuty Events API v2 is one of critical, error, warning, info,'
            ' not "high"',
            'write "critical"',
        ),
        ("missing: createV2Event of PagerDuty Events API v2 needs `links[].href`", "href: $href"),
        (
            "unknown: createV2Event of PagerDuty Events API v2 does not read `links[0].url`",
            "take it out: `links[0]` holds href, text",
        ),
    ],
    'incident_io.create_alert\nsecret_api_token = $env.k\nalert_source_config_id = "x"\nstatus = "open"': [
        (
            "value: `status` of Alert Events V2#CreateHTTP of incident.io alert sources is one of firing, resolved,"
            ' not "open"',
            'write "firing"',
        )
    ],
    'pagerduty.create_incident\napi_key = $env.k\ntitle = $input.title\nservice_id = "P"\nurgency = ""\ndetails = "x"\n'
    'priority_id = "P"\nassignee_id = "U"\nincident_type = "major"\nconference_url = "u"\n'
    'escalation_policy_id = ""': [],
    "pagerduty.send_event\nrouting_key = $env.k\nevent_action = $input.key\nsummary = $input.title\nclass = 5": [],
    'pagerduty.send_event\nrouting_key = $env.k\nevent_action = "resolve"\ndedup_key = "a"': [],
}  # fmt: skip


@pytest.mark.parametrize(("statement", "found"), STATEMENTS.items(), ids=[each.split("\n")[0] for each in STATEMENTS])
def test_literals_of_a_statement_of_a_provider_are_judged_by_the_same_table(statement, found):
    name, _, attributes = statement.partition("\n")
    text = page(f"{name} {{\n{attributes}\n}} as $answer\n")
    assert sorted(zip(said(text), helps(text), strict=True)) == sorted(found)


@pytest.mark.parametrize(
    "example",
    [
        each.source
        for record in registry().statements.values()
        if record.call
        for each in record.examples
        if not each.expected.startswith("!")
    ],
)
def test_nothing_is_said_of_their_examples(example):
    assert said(page(f"{example}\n")) == []
