"""Statements for incident.io: alert events with the secret of a source, incidents with an API key.

From incident.io's reference; the rules are those of ``xsrun.providers.incident_io``.
"""

from __future__ import annotations

from typing import Any, Final

from xsrun import values
from xsrun.builtins.registry import Bool, Group, Int, List, Number, Object, Text
from xsrun.builtins.statements.calls import (
    Call,
    Manner,
    Refusal,
    Wording,
    answered,
    begun,
    cause_key,
    given,
    secret,
    unsendable,
)
from xsrun.effects.ports import World
from xsrun.providers import incident_io as table
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import read_time, value_at
from xsrun.providers.policies import SKEW

incident_io = Group("incident_io", extension=True)

WORDING: Final = Wording("IncidentIoAPIError", "errors", "type", "", "errors", "request_id")
SOURCE_SECRET: Final = "the secret of the alert source, which is another one than an API key"
API_KEY: Final = "an API key of incident.io, which is another one than the secret of an alert source"
ENDED: Final = frozenset({"declined", "merged", "canceled", "learning", "closed"})
"""Categories of the statuses of incidents that are over."""
MOST_ENDED: Final = 1000
ANSWER: Final = ("deduplication_key", "message", "status")


@incident_io.statement(
    'incident_io.create_alert {\n  secret_api_token = "sim-source-secret"\n'
    '  alert_source_config_id = "01J0SRCE000000000000000001"\n'
    '  alert = {id: "a-1", title: "Disk full", attrs: [{key: "team", value: "web"}]}\n} as $r'
    ' -> {"deduplication_key":"a-1","message":"Event accepted for processing","status":"success"}',
    'incident_io.create_alert {\n  secret_api_token = "sim-source-secret"\n'
    '  alert_source_config_id = "01J0SRCE000000000000000001"\n  title = "Disk full"\n  status = "open"\n}'
    " -> !Nothing was sent: `status` must be one of firing, resolved",
    instead={
        "token": "secret_api_token", "api_key": "secret_api_token", "source_id": "alert_source_config_id",
        "dedup_key": "deduplication_key", "custom_details": "metadata",
    },
    call=table.CREATE_ALERT_EVENT,
)  # fmt: skip
def create_alert(
    world: World,
    *,
    secret_api_token: Text,
    alert_source_config_id: Text,
    title: Text | None = None,
    description: Text | None = None,
    status: Text = "firing",
    deduplication_key: Text | None = None,
    metadata: Object | None = None,
    source_url: Text | None = None,
    alert: Object | None = None,
    timeout: Number = 10,
    attempts: Int = 4,
) -> Object:
    """Fire or resolve an alert of incident.io; gives back ``{deduplication_key, message, status}``.

    What is not given is taken from ``alert``, the alert at hand: ``title``, ``description``, ``id`` as the key that
    names the cause, and its ``attrs``, a list of ``{key, value}``, as metadata; of two with the same key the later one
    counts, and the entries of ``metadata`` before both. Without any key it is made of source and title, so that
    neither a further attempt nor another run fires twice, and resolving finds what was fired.

    What fails raises ``IncidentIoAPIError``. An alert pages nobody by itself: a route of the account has to.
    """
    at_hand = alert if isinstance(alert, dict) else {}
    token = secret(WORDING, "secret_api_token", secret_api_token, SOURCE_SECRET)
    title = title or at_hand.get("title") or ""
    key = deduplication_key or at_hand.get("id")
    if not key and isinstance(title, str) and title.strip():
        key = cause_key(str(alert_source_config_id), title)
    event = {"status": status, "title": title, "deduplication_key": key}
    event |= given(
        description=description or at_hand.get("description"),
        metadata=_metadata(alert, metadata),
        source_url=source_url,
    )
    call = Call(
        WORDING,
        table.CREATE_ALERT_EVENT,
        "send the alert",
        token,
        _bearer(token),
        {"alert_source_config_id": alert_source_config_id},
        body=event,
        advice=_about_source,
    )
    answer = answered(world, call, Manner("us", timeout, attempts))
    return {name: answer.get(name) for name in ANSWER}


def _metadata(alert: Any, metadata: Any) -> dict[str, Any]:
    """The attributes of the alert at hand, and over them what is given, one level deep."""
    if alert is not None and not isinstance(alert, dict):
        raise unsendable(WORDING, "`alert` must be an object")
    if metadata is not None and not isinstance(metadata, dict):
        raise unsendable(WORDING, "`metadata` must be an object")
    attributes = (alert or {}).get("attrs") or []
    listed = isinstance(attributes, list) and all(
        isinstance(each, dict) and isinstance(each.get("key"), str) for each in attributes
    )
    if not listed:
        raise unsendable(WORDING, "`alert.attrs` must be a list of {key, value}")
    return {each["key"]: each.get("value") for each in attributes} | (metadata or {})


def _about_source(refusal: Refusal) -> str:
    if refusal.status == 401:
        return f"`secret_api_token` must hold {SOURCE_SECRET}"
    return "Is `alert_source_config_id` the id of an HTTP alert source?" if refusal.status == 404 else ""


@incident_io.statement(
    'incident_io.create_incident {\n  api_key = "sim-api-key"\n  name = "Checkout is down"\n'
    '  severity_id = "01J0SEVR"\n  mode = "test"\n} as $incident\nvar $r { value = $incident.name }'
    ' -> "Checkout is down"',
    instead={"title": "name", "description": "summary", "severity": "severity_id", "token": "api_key"},
    call=table.CREATE_INCIDENT,
)
def create_incident(
    world: World,
    *,
    api_key: Text,
    name: Text | None = None,
    summary: Text | None = None,
    severity_id: Text | None = None,
    visibility: Text = "public",
    idempotency_key: Text | None = None,
    mode: Text | None = None,
    incident_type_id: Text | None = None,
    incident_status_id: Text | None = None,
    custom_field_entries: List | None = None,
    incident_role_assignments: List | None = None,
    incident_timestamp_values: List | None = None,
    retrospective_incident_options: Object | None = None,
    slack_channel_name_override: Text | None = None,
    slack_team_id: Text | None = None,
    timeout: Number = 10,
    attempts: Int = 4,
) -> Object:
    """Open an incident of incident.io and give it back; the one that has its ``idempotency_key`` where there is one.

    Such a key is taken for ever, also when its incident has ended. Without one it is made of the name, else of the
    summary, else of everything, and goes on when the incident that has it ended before this run: neither a further
    attempt nor another run opens a second one for a cause that is going on; one that comes back opens a new one. What
    fails raises ``IncidentIoAPIError``.
    """
    body = {"visibility": visibility}
    body |= given(
        name=name,
        summary=summary,
        severity_id=severity_id,
        mode=mode,
        incident_type_id=incident_type_id,
        incident_status_id=incident_status_id,
        custom_field_entries=custom_field_entries,
        incident_role_assignments=incident_role_assignments,
        incident_timestamp_values=incident_timestamp_values,
        retrospective_incident_options=retrospective_incident_options,
        slack_channel_name_override=slack_channel_name_override,
        slack_team_id=slack_team_id,
    )
    manner = Manner("us", timeout, attempts)
    if idempotency_key:
        return answered(world, _opening(api_key, body, idempotency_key), manner)
    return _going_on(world, api_key, body, cause_key(name or summary or values.dumps(body)), manner)


def _opening(api_key: Any, body: dict[str, Any], key: str) -> Call:
    return _api(api_key, table.CREATE_INCIDENT, "create the incident", {"idempotency_key": key, **body})


def _going_on(world: World, api_key: Any, body: dict[str, Any], key: str, manner: Manner) -> dict[str, Any]:
    """The incident of a cause that is going on, else a new one: incidents that have ended keep their keys."""
    since = begun(world) - SKEW
    for _ in range(MOST_ENDED):
        call = _opening(api_key, body, key)
        incident = answered(world, call, manner)
        old = (read_time(str(incident.get("created_at"))) or since) < since
        if not old or value_at(incident, "incident_status.category") not in ENDED:
            if old:
                world.log.write(f"incident.io: {incident.get('reference')} has the key {key} already")
            return incident
        key = cause_key(key, str(incident.get("id")))
    raise unsendable(WORDING, f"{MOST_ENDED} incidents of this cause have ended; it needs an `idempotency_key`")


@incident_io.statement(
    'incident_io.edit_incident {\n  api_key = "sim-api-key"\n  incident_id = "123"\n  summary = "A replica is lost"\n'
    '} as $incident\nvar $r { value = $incident.reference } -> "INC-1"',
    'incident_io.edit_incident {\n  api_key = "sim-api-key"\n  incident_id = "123"\n}'
    " -> !Nothing was sent: nothing is to be changed",
    instead={"id": "incident_id", "title": "name", "status_id": "incident_status_id", "token": "api_key"},
    call=table.EDIT_INCIDENT,
)
def edit_incident(
    world: World,
    *,
    api_key: Text,
    incident_id: Text,
    name: Text | None = None,
    summary: Text | None = None,
    severity_id: Text | None = None,
    incident_status_id: Text | None = None,
    call_url: Text | None = None,
    custom_field_entries: List | None = None,
    incident_role_assignments: List | None = None,
    incident_timestamp_values: List | None = None,
    slack_channel_name_override: Text | None = None,
    notify_incident_channel: Bool = False,
    timeout: Number = 10,
    attempts: Int = 4,
) -> Object:
    """Change an incident of incident.io and give it back; what is not given stays as it is.

    It is closed by an ``incident_status_id`` of the category ``closed``. What fails raises ``IncidentIoAPIError``.
    """
    change = given(
        name=name,
        summary=summary,
        severity_id=severity_id,
        incident_status_id=incident_status_id,
        call_url=call_url,
        custom_field_entries=custom_field_entries,
        incident_role_assignments=incident_role_assignments,
        incident_timestamp_values=incident_timestamp_values,
        slack_channel_name_override=slack_channel_name_override,
    )
    if not change:
        raise unsendable(WORDING, "nothing is to be changed")
    body = {"incident": change, "notify_incident_channel": notify_incident_channel}
    call = _api(api_key, table.EDIT_INCIDENT, "edit the incident", body)
    return answered(world, call._replace(arguments={"incident_id": incident_id}), Manner("us", timeout, attempts))


def _api(api_key: Any, endpoint: Endpoint, task: str, body: dict[str, Any]) -> Call:
    """A call with an API key."""
    key = secret(WORDING, "api_key", api_key, API_KEY)

    def advise(refusal: Refusal) -> str:
        if refusal.status == 401:
            return f"`api_key` must hold {API_KEY}"
        return f"The key needs the role {endpoint.role}" if refusal.status == 403 and endpoint.role else ""

    return Call(WORDING, endpoint, task, key, _bearer(key), body=body, gives="incident", advice=advise)


def _bearer(token: str) -> tuple[tuple[str, str]]:
    return (("Authorization", f"Bearer {token}"),)
