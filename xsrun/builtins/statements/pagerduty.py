"""Statements for PagerDuty: incidents over the REST API v2, events over the Events API v2.

From PagerDuty's reference and guides; the rules are those of ``xsrun.providers.pagerduty``.
"""

from __future__ import annotations

import re
from typing import Any, Final

from xsrun.builtins.registry import Group, Int, List, Number, Object, Text
from xsrun.builtins.statements.calls import (
    Call,
    Manner,
    Refusal,
    Wording,
    answered,
    cause_key,
    failed,
    given,
    refuse_broken,
    secret,
    unsendable,
)
from xsrun.diagnostics import Fault
from xsrun.effects.ports import Headers, World
from xsrun.providers import pagerduty as table
from xsrun.providers.contracts import Endpoint

pagerduty = Group("pagerduty", extension=True)

REST: Final = Wording("PagerDutyAPIError", "error", "error.code", "error.message", "error.errors")
EVENTS: Final = Wording("PagerDutyAPIError", "status", "status", "message", "errors")

REST_KEY: Final = "a REST API key of PagerDuty (20 characters)"
REST_LENGTH: Final = 20
ROUTING_KEY: Final = "the integration key (routing key) of an Events API v2 integration (32 letters and digits)"
ROUTING_LENGTH: Final = 32
OAUTH: Final = ("pdus+", "pdeu+")
"""Beginnings of access tokens of OAuth, which travel as ``Bearer``."""
ALREADY_RESOLVED: Final = 1001
ALREADY_ACKNOWLEDGED: Final = 1002
UNKNOWN_SENDER: Final = 1008
PAGE: Final = 100
MOST_LISTED: Final = 10_000
CROWDED: Final = 30.0
"""Seconds after which the Events API may take another event where too many came."""
_ALPHANUMERIC: Final = re.compile(r"[A-Za-z0-9]+")
_EMAIL: Final = re.compile(r"[!-;=?-~]+@[!-;=?-~]+\.[!-;=?-~]+")


# ------------------------------------------------------------------ incidents


@pagerduty.statement(
    'pagerduty.create_incident {\n  api_key = "u+SIMuserKEY00000001"\n  title = "Disk full"\n  service_id = "PSVC001"\n'
    '  urgency = "high"\n} as $incident\nvar $r { value = $incident.status } -> "triggered"',
    'pagerduty.create_incident {\n  api_key = "u+SIMuserKEY00000001"\n  title = " "\n  service_id = "PSVC001"\n'
    '  urgency = "urgent"\n} -> !Nothing was sent: `title` is missing; `urgency` must be one of high, low',
    instead={
        "description": "details", "body": "details", "service": "service_id", "dedup_key": "incident_key",
        "priority": "priority_id", "escalation_policy": "escalation_policy_id", "token": "api_key", "email": "from",
    },
    call=table.CREATE_INCIDENT,
)  # fmt: skip
def create_incident(
    world: World,
    *,
    api_key: Text,
    title: Text,
    service_id: Text,
    urgency: Text | None = None,
    details: Text | None = None,
    incident_key: Text | None = None,
    priority_id: Text | None = None,
    escalation_policy_id: Text | None = None,
    assignee_id: Text | None = None,
    incident_type: Text | None = None,
    conference_number: Text | None = None,
    conference_url: Text | None = None,
    from_: Text | None = None,
    region: Text = "us",
    timeout: Number = 10,
    attempts: Int = 4,
) -> Object:
    """Open a PagerDuty incident and give it back; when the service has an open one with its key, give back that one.

    ``incident_key`` names the cause; without one it is made of service and title, so that neither a further attempt
    nor another run for the same cause pages twice. ``from`` is the e-mail address of a user, which keys of an account
    need. What fails raises ``PagerDutyAPIError``.
    """
    details_ = {"type": "incident_body", "details": details}
    bridge = given(conference_number=conference_number, conference_url=conference_url)
    incident = {
        "type": "incident",
        "title": title,
        "service": {"id": service_id, "type": "service_reference"},
        "incident_key": incident_key or cause_key(str(service_id), str(title)),
        **given(
            urgency=urgency,
            body=details_ if details else None,
            priority=_reference("priority", priority_id),
            escalation_policy=_reference("escalation_policy", escalation_policy_id),
            assignments=[{"assignee": _reference("user", assignee_id)}] if assignee_id else None,
            incident_type={"name": incident_type} if incident_type else None,
            conference_bridge=bridge,
        ),
    }
    call = _rest(api_key, from_, table.CREATE_INCIDENT, "create the incident", "incident", body={"incident": incident})
    return answered(world, call, Manner(region, timeout, attempts))


@pagerduty.statement(
    'pagerduty.acknowledge {\n  api_key = "u+SIMuserKEY00000001"\n  incident_id = "Q00PLACEHOLDER"\n} as $incident\n'
    'var $r { value = $incident.status } -> "acknowledged"',
    instead={"id": "incident_id", "token": "api_key"},
    call=table.UPDATE_INCIDENT,
)
def acknowledge(
    world: World,
    *,
    api_key: Text,
    incident_id: Text,
    from_: Text | None = None,
    region: Text = "us",
    timeout: Number = 10,
    attempts: Int = 4,
) -> Object:
    """Acknowledge a PagerDuty incident and give it back.

    An incident that is acknowledged already stays as it is; one that is resolved is an error, because PagerDuty would
    open it again and page for it. What fails raises ``PagerDutyAPIError``.
    """
    manner = Manner(region, timeout, attempts)
    call = _change(api_key, from_, incident_id, "acknowledge the incident", {"status": "acknowledged"})
    refuse_broken(call, manner)
    found = _read(world, api_key, incident_id, manner)
    if found.get("status") == "acknowledged":
        return found
    if found.get("status") == "resolved":
        raise failed(call, Refusal(0, ALREADY_RESOLVED, "it is resolved, and acknowledging would open it again"))
    return _settled(world, call, manner, ALREADY_ACKNOWLEDGED)


@pagerduty.statement(
    'pagerduty.resolve {\n  api_key = "u+SIMuserKEY00000001"\n  incident_id = "Q00PLACEHOLDER"\n'
    '  resolution = "Restarted db-1"\n} as $incident\nvar $r { value = $incident.status } -> "resolved"',
    instead={"id": "incident_id", "note": "resolution", "token": "api_key"},
    call=table.UPDATE_INCIDENT,
)
def resolve(
    world: World,
    *,
    api_key: Text,
    incident_id: Text,
    resolution: Text | None = None,
    from_: Text | None = None,
    region: Text = "us",
    timeout: Number = 10,
    attempts: Int = 4,
) -> Object:
    """Resolve a PagerDuty incident and give it back; ``resolution`` becomes a note in its log.

    One that is resolved already stays so. What fails raises ``PagerDutyAPIError``.
    """
    change = {"status": "resolved", **given(resolution=resolution)}
    call = _change(api_key, from_, incident_id, "resolve the incident", change)
    return _settled(world, call, Manner(region, timeout, attempts), ALREADY_RESOLVED)


@pagerduty.statement(
    'pagerduty.get {\n  api_key = "u+SIMuserKEY00000001"\n  incident_id = "Q00PLACEHOLDER"\n} as $incident\n'
    'var $r { value = $incident.id } -> "Q00PLACEHOLDER"',
    instead={"id": "incident_id", "token": "api_key"},
    call=table.GET_INCIDENT,
)
def get(
    world: World,
    *,
    api_key: Text,
    incident_id: Text,
    region: Text = "us",
    timeout: Number = 10,
    attempts: Int = 4,
) -> Object:
    """Give back a PagerDuty incident by its id or number. One that is not there raises ``PagerDutyAPIError``."""
    return _read(world, api_key, incident_id, Manner(region, timeout, attempts))


@pagerduty.statement(
    'pagerduty.list {\n  api_key = "u+SIMuserKEY00000001"\n  statuses = ["triggered", "acknowledged"]\n'
    '  service_ids = ["PSVC001"]\n} as $incidents\nvar $r { value = $incidents } -> []',
    'pagerduty.list {\n  api_key = "u+SIMuserKEY00000001"\n  incident_key = ""\n}'
    " -> !Nothing was sent: `incident_key` is empty, which would list every incident",
    instead={"status": "statuses", "service_id": "service_ids", "urgency": "urgencies", "token": "api_key"},
    call=table.LIST_INCIDENTS,
)
def list_(
    world: World,
    *,
    api_key: Text,
    statuses: List | None = None,
    service_ids: List | None = None,
    team_ids: List | None = None,
    user_ids: List | None = None,
    urgencies: List | None = None,
    incident_key: Text | None = None,
    since: Text | None = None,
    until: Text | None = None,
    date_range: Text | None = None,
    sort_by: Text | None = None,
    limit: Int = PAGE,
    offset: Int = 0,
    region: Text = "us",
    timeout: Number = 10,
    attempts: Int = 4,
) -> List:
    """Give back the PagerDuty incidents that all filters let through, ``limit`` of them at most.

    Values of one filter are alternatives. Without ``since``, ``until`` or ``date_range = "all"`` these are the
    incidents of the last month. As many pages are read as ``limit`` asks for. What fails raises ``PagerDutyAPIError``.
    """
    if incident_key is not None and not incident_key.strip():
        raise unsendable(REST, "`incident_key` is empty, which would list every incident")
    if not (limit >= 1 and offset >= 0 and limit + offset <= MOST_LISTED):
        raise unsendable(REST, f"`limit` is at least 1, and with `offset` {MOST_LISTED} at most")
    filters = given(
        incident_key=incident_key, since=since, until=until, date_range=date_range, sort_by=sort_by
    ) | _repeated(statuses=statuses, service_ids=service_ids, team_ids=team_ids, user_ids=user_ids, urgencies=urgencies)
    found: list[Any] = []
    more = True
    while more and len(found) < limit:
        query = {**filters, "limit": min(PAGE, limit - len(found)), "offset": offset + len(found)}
        call = _rest(api_key, None, table.LIST_INCIDENTS, "list the incidents", query=query)
        page = answered(world, call, Manner(region, timeout, attempts))
        incidents = _records(page.get("incidents"))
        found += incidents
        more = bool(incidents) and page.get("more") is True
    return found[:limit]


@pagerduty.statement(
    'pagerduty.note {\n  api_key = "u+SIMuserKEY00000001"\n  incident_id = "Q00PLACEHOLDER"\n'
    '  content = "Restarted db-1"\n} as $note\nvar $r { value = $note.id } -> "P0NOTE0"',
    instead={"id": "incident_id", "text": "content", "note": "content", "token": "api_key"},
    call=table.CREATE_NOTE,
)
def note(
    world: World,
    *,
    api_key: Text,
    incident_id: Text,
    content: Text,
    from_: Text | None = None,
    region: Text = "us",
    timeout: Number = 10,
    attempts: Int = 4,
) -> Object:
    """Write a note on a PagerDuty incident and give it back; where it has one of the same text, give back that one.

    What fails raises ``PagerDutyAPIError``.
    """
    manner = Manner(region, timeout, attempts)
    body, arguments = {"note": {"content": content}}, {"incident_id": incident_id}
    call = _rest(api_key, from_, table.CREATE_NOTE, "write the note", "note", body=body, arguments=arguments)
    refuse_broken(call, manner)
    listed = answered(world, call._replace(endpoint=table.LIST_NOTES, body=None, gives=""), manner).get("notes")
    same = (each for each in _records(listed) if each.get("content") == content)
    return next(same, None) or answered(world, call, manner)


# ------------------------------------------------------------------ events


@pagerduty.statement(
    'pagerduty.send_event {\n  routing_key = "SIMroutingKEY0000000000000000001"\n  summary = "Disk full"\n'
    '  source = "db-1"\n  severity = "critical"\n  dedup_key = "disk-db-1"\n} as $event\n'
    'var $r { value = $event.dedup_key } -> "disk-db-1"',
    'pagerduty.send_event {\n  routing_key = "u+SIMuserKEY00000001"\n  summary = "Disk full"\n  source = "db-1"\n}'
    " -> !Nothing was sent: `routing_key` has 20 characters, like a REST API key of PagerDuty; it must be the"
    " integration key (routing key) of an Events API v2 integration (32 letters and digits)",
    instead={
        "integration_key": "routing_key", "api_key": "routing_key", "action": "event_action", "title": "summary",
        "details": "custom_details", "incident_key": "dedup_key",
    },
    call=table.ENQUEUE,
)  # fmt: skip
def send_event(
    world: World,
    *,
    routing_key: Text,
    event_action: Text = "trigger",
    summary: Text | None = None,
    source: Text | None = None,
    severity: Text = "error",
    dedup_key: Text | None = None,
    timestamp: Text | None = None,
    component: Text | None = None,
    group: Text | None = None,
    class_: Text | None = None,
    custom_details: Object | None = None,
    links: List | None = None,
    images: List | None = None,
    client: Text | None = None,
    client_url: Text | None = None,
    region: Text = "us",
    timeout: Number = 10,
    attempts: Int = 4,
) -> Object:
    """Trigger, acknowledge or resolve an alert of PagerDuty by events; gives back ``{status, message, dedup_key}``.

    ``dedup_key`` names the cause; without one it is made of source and summary, so that the same of these resolve what
    they triggered, and a repeated event does not page twice. What fails raises ``PagerDutyAPIError``.
    """
    key = dedup_key or (cause_key(source or "", summary) if summary else None)
    event: dict[str, Any] = {"routing_key": _routing_key(routing_key), "event_action": event_action}
    event |= given(dedup_key=key)
    if event_action not in ("acknowledge", "resolve"):
        event |= given(links=links, images=images, client=client, client_url=client_url)
        event["payload"] = given(
            summary=summary,
            source=source,
            severity=severity,
            timestamp=timestamp,
            component=component,
            group=group,
            class_=class_,
            custom_details=custom_details,
        )
    return answered(world, _event(table.ENQUEUE, "send the event", event), Manner(region, timeout, attempts, CROWDED))


@pagerduty.statement(
    'pagerduty.send_change_event {\n  routing_key = "SIMroutingKEY0000000000000000001"\n  summary = "42 is live"\n'
    '} as $event\nvar $r { value = $event.status } -> "success"',
    instead={"integration_key": "routing_key", "api_key": "routing_key", "details": "custom_details"},
    call=table.ENQUEUE_CHANGE,
)
def send_change_event(
    world: World,
    *,
    routing_key: Text,
    summary: Text,
    source: Text | None = None,
    timestamp: Text | None = None,
    custom_details: Object | None = None,
    links: List | None = None,
    images: List | None = None,
    region: Text = "us",
    timeout: Number = 10,
    attempts: Int = 4,
) -> Object:
    """Tell PagerDuty of a change, which pages nobody; gives back ``{status, message}``.

    A change event has no key: one that may have arrived is not sent again. What fails raises ``PagerDutyAPIError``.
    """
    payload = given(summary=summary, source=source, timestamp=timestamp, custom_details=custom_details)
    event = {"routing_key": _routing_key(routing_key), "payload": payload, **given(links=links, images=images)}
    call = _event(table.ENQUEUE_CHANGE, "send the change event", event)
    return answered(
        world, call._replace(again="look there before you send it again"), Manner(region, timeout, attempts)
    )


# ------------------------------------------------------------------ calls


def _rest(api_key: Any, sender: str | None, endpoint: Endpoint, task: str, gives: str = "", **parts: Any) -> Call:
    """A call of the REST API."""
    key = secret(REST, "api_key", api_key, REST_KEY)
    if len(key) == ROUTING_LENGTH and _ALPHANUMERIC.fullmatch(key):
        like = "`api_key` has 32 characters, like the integration key (routing key) of the Events API"
        raise unsendable(REST, f"{like}; it must be {REST_KEY}")
    scheme = "Bearer " if key.startswith(OAUTH) else "Token token="
    headers: Headers = (
        ("Authorization", f"{scheme}{key}"),
        ("Accept", "application/vnd.pagerduty+json;version=2"),
    )
    if sender:
        if not _EMAIL.fullmatch(sender.strip()):
            raise unsendable(REST, "`from` must be the e-mail address of a user of the account")
        headers = (*headers, ("From", sender.strip()))
    return Call(REST, endpoint, task, key, headers, gives=gives, advice=_advice(len(key)), **parts)


def _advice(length: int) -> Any:
    def advise(refusal: Refusal) -> str:
        if refusal.status == 401:
            return f"`api_key` must hold {REST_KEY}; this one has {length} and is not accepted"
        if '"From" header' in refusal.message or refusal.code == UNKNOWN_SENDER:
            return "Give the e-mail address of a user of the account as `from`"
        return ""

    return advise


def _read(world: World, api_key: Any, incident_id: Any, manner: Manner) -> dict[str, Any]:
    arguments = {"incident_id": incident_id}
    call = _rest(api_key, None, table.GET_INCIDENT, "read the incident", "incident", arguments=arguments)
    return answered(world, call, manner)


def _change(api_key: Any, sender: str | None, incident_id: Any, task: str, change: dict[str, Any]) -> Call:
    body = {"incident": {"type": "incident_reference", **change}}
    arguments = {"incident_id": incident_id}
    return _rest(api_key, sender, table.UPDATE_INCIDENT, task, "incident", body=body, arguments=arguments)


def _settled(world: World, call: Call, manner: Manner, already: int) -> dict[str, Any]:
    """The incident after a change; also where PagerDuty says that there was nothing to change."""
    try:
        return answered(world, call, manner)
    except Fault as fault:
        if fault.result["code"] != already:
            raise
    return answered(world, call._replace(endpoint=table.GET_INCIDENT, body=None), manner)


def _routing_key(given_key: Any) -> str:
    key = secret(EVENTS, "routing_key", given_key, ROUTING_KEY)
    if len(key) != ROUTING_LENGTH or not _ALPHANUMERIC.fullmatch(key):
        like = ", like a REST API key of PagerDuty" if len(key) == REST_LENGTH else ""
        has = f"has {len(key)} characters{like}" if len(key) != ROUTING_LENGTH else "has other characters"
        raise unsendable(EVENTS, f"`routing_key` {has}; it must be {ROUTING_KEY}")
    return key


def _event(endpoint: Endpoint, task: str, event: dict[str, Any]) -> Call:
    return Call(EVENTS, endpoint, task, event["routing_key"], (), body=event)


def _records(listed: Any) -> list[dict[str, Any]]:
    """The records of a list that a provider gave; whatever else stands there is none."""
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _reference(kind: str, record: str | None) -> dict[str, str] | None:
    return {"id": record, "type": f"{kind}_reference"} if record else None


def _repeated(**filters: list[Any] | None) -> dict[str, list[Any]]:
    return {f"{name}[]": value for name, value in filters.items() if value}
