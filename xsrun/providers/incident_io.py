"""incident.io: alert events with the secret of a source, everything else with an API key.

From the OpenAPI document of api.incident.io and its guides; rules that only the live service shows say so.
"""

from __future__ import annotations

from typing import Final

from xsrun.providers.contracts import Api, Auth, Endpoint, Key
from xsrun.providers.fields import Field, within

LIVE: Final = "seen on the live service"
HOSTS: Final = ("api.incident.io",)

SOURCE: Final = Api(
    "incident-io",
    "incident.io alert sources",
    HOSTS,
    Auth(("Bearer ", "Basic "), query="token", key="secret of the alert source"),
    "https://api-docs.incident.io/tag/Alert-Events-V2",
    rate=120,
)
API: Final = Api(
    "incident-io",
    "incident.io API",
    HOSTS,
    Auth(("Bearer ",)),
    "https://api-docs.incident.io/",
    rate=1200,
    elsewhere=(
        "/v1/actions", "/v1/alert_notes", "/v1/api_keys", "/v1/custom_field_options", "/v1/custom_fields",
        "/v1/incident_attachments", "/v1/incident_memberships", "/v1/incident_relationships",
        "/v1/incident_roles", "/v1/incident_statuses", "/v1/incident_team_memberships",
        "/v1/incident_templates", "/v1/incident_timestamps", "/v1/incidents", "/v1/ip_allowlists",
        "/v1/ip_ranges", "/v1/maintenance_windows", "/v1/openapiV3.json", "/v1/postmortem_documents",
        "/v1/severities", "/v1/status-pages", "/v2/actions", "/v2/alert_attributes",
        "/v2/alert_events/http_custom/", "/v2/alert_routes", "/v2/alert_sources", "/v2/alert_tags",
        "/v2/alerts/{id}/actions/", "/v2/announcement_rules", "/v2/announcement_templates", "/v2/call_routes",
        "/v2/call_sessions", "/v2/call_transcript_entries", "/v2/catalog_entries", "/v2/catalog_resources",
        "/v2/catalog_types", "/v2/custom_fields", "/v2/escalation_path_templates", "/v2/escalation_paths",
        "/v2/escalations", "/v2/follow_ups", "/v2/glossary_entries", "/v2/incident_activity_log_entries",
        "/v2/incident_alerts", "/v2/incident_participant_workloads", "/v2/incident_participants",
        "/v2/incident_roles", "/v2/incident_timeline_items", "/v2/incident_timestamps", "/v2/incident_updates",
        "/v2/incidents/{id}/actions/", "/v2/managed_resources", "/v2/on_call_notification_pauses",
        "/v2/pay_configs", "/v2/pay_reports", "/v2/policies", "/v2/policy_findings", "/v2/postmortems",
        "/v2/schedule_entries", "/v2/schedule_overrides", "/v2/schedule_sync_targets", "/v2/schedules",
        "/v2/secrets", "/v2/status_page_components", "/v2/status_page_incident_updates",
        "/v2/status_page_incidents", "/v2/status_page_maintenance_updates", "/v2/status_page_maintenances",
        "/v2/status_page_retrospective_incidents", "/v2/status_page_structures", "/v2/status_pages",
        "/v2/teams", "/v2/telemetry", "/v2/users", "/v2/workflow_runs", "/v2/workflows", "/v3/",
        "/x-audit-logs",
    ),
)  # fmt: skip

# ------------------------------------------------------------------ alerts

_ALERT_STATUSES: Final = ("firing", "resolved")

CREATE_ALERT_EVENT: Final = Endpoint(
    SOURCE, "POST", "/v2/alert_events/http/{alert_source_config_id}", "Alert Events V2#CreateHTTP", 202,
    key=Key("deduplication_key", ("status",)), largest=512 * 1024,
    instead=(
        ("dedup_key", "deduplication_key"),
        ("summary", "description"),
        ("message", "description"),
        ("severity", "metadata: {severity: $severity}"),
        ("priority", "metadata: {priority: $priority}"),
        ("custom_details", "metadata"),
        ("url", "source_url"),
    ),
    fields=(
        Field("title", needed=True),
        Field("status", needed=True, choices=_ALERT_STATUSES),
        Field("deduplication_key", needed=True, blank=False, source=LIVE),
        Field("description"),
        Field("metadata", "object"),
        Field("source_url"),
    ),
)  # fmt: skip
PING_HEARTBEAT: Final = Endpoint(
    SOURCE, "GET", "/v2/heartbeat/{alert_source_config_id}/ping", "Heartbeat V2#Ping#1", 204
)
POST_HEARTBEAT: Final = Endpoint(
    SOURCE, "POST", "/v2/heartbeat/{alert_source_config_id}/ping", "Heartbeat V2#Ping", 204
)


def _filters(name: str, *operators: str, choices: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """The parameters of a filter: its name with an operator in brackets."""
    return tuple(Field(f"{name}[{operator}]", choices=choices) for operator in operators)


def _paged(largest: int) -> tuple[Field, ...]:
    return Field("page_size", "integer", between=(1, largest)), Field("after")


_CHOICE: Final = ("one_of", "not_in")
_TIMES: Final = (
    *_filters("created_at", "gte", "lte", "date_range"),
    *_filters("updated_at", "gte", "lte", "date_range"),
)

LIST_ALERTS: Final = Endpoint(
    API, "GET", "/v2/alerts", "Alerts V2#List", role="viewer",
    query=(
        *_paged(50),
        *_filters("deduplication_key", "is"),
        *_filters("status", *_CHOICE, choices=_ALERT_STATUSES),
        *_filters("alert_source", *_CHOICE),
        *_filters("alert_group_id", "one_of"),
        *_filters("has_notes", "is"),
        *map(Field, ("attributes", "tags")),
        Field("include_maintenance_window", "boolean"),
        *_TIMES,
    ),
)  # fmt: skip
GET_ALERT: Final = Endpoint(API, "GET", "/v2/alerts/{id}", "Alerts V2#Show", role="viewer")
RESOLVE_ALERT: Final = Endpoint(
    API, "POST", "/v2/alerts/{id}/actions/resolve", "Alerts V2#Resolve", role="on_call_editor"
)
LIST_INCIDENT_ALERTS: Final = Endpoint(
    API, "GET", "/v2/incident_alerts", "Alerts V2#ListIncidentAlerts", role="viewer",
    query=(*_paged(50), *map(Field, ("alert_id", "incident_id"))),
)  # fmt: skip
LIST_ALERT_SOURCES: Final = Endpoint(API, "GET", "/v2/alert_sources", "Alert Sources V2#List", role="viewer")
GET_ALERT_SOURCE: Final = Endpoint(API, "GET", "/v2/alert_sources/{id}", "Alert Sources V2#Show", role="viewer")

# ------------------------------------------------------------------ incidents


def _required(path: str) -> Field:
    return Field(path, needed=True, blank=False)


_VALUE: Final = (
    "id", "value_catalog_entry_id", "value_link", "value_numeric", "value_option_id", "value_text", "value_timestamp",
)  # fmt: skip

_SHARED: Final = (
    Field("name"),
    Field("summary"),
    Field("severity_id"),
    Field("incident_status_id"),
    Field("slack_channel_name_override"),
    Field("custom_field_entries", "list"),
    Field("custom_field_entries[]", "object", needed=True),
    _required("custom_field_entries[].custom_field_id"),
    Field("custom_field_entries[].values", "list", needed=True),
    Field("custom_field_entries[].values[]", "object", needed=True),
    *within("custom_field_entries[].values[]", map(Field, _VALUE)),
    Field("incident_role_assignments", "list"),
    Field("incident_role_assignments[]", "object", needed=True),
    _required("incident_role_assignments[].incident_role_id"),
    Field("incident_role_assignments[].assignee", "object"),
    *within("incident_role_assignments[].assignee", map(Field, ("id", "email", "slack_user_id"))),
    Field("incident_timestamp_values", "list"),
    Field("incident_timestamp_values[]", "object", needed=True),
    _required("incident_timestamp_values[].incident_timestamp_id"),
    Field("incident_timestamp_values[].value", "time"),
)
"""What create and edit have in common."""

CREATE_INCIDENT: Final = Endpoint(
    API, "POST", "/v2/incidents", "Incidents V2#Create", key=Key("idempotency_key"), role="incident_creator",
    instead=(
        ("title", "name"),
        ("description", "summary"),
        ("severity", "severity_id"),
        ("status", "incident_status_id"),
    ),
    fields=(
        Field("idempotency_key", needed=True, blank=False),
        Field("visibility", needed=True, choices=("public", "private")),
        Field("mode", choices=("standard", "retrospective", "test", "tutorial")),
        Field("incident_type_id"),
        Field("slack_team_id"),
        Field("retrospective_incident_options", "object"),
        Field("retrospective_incident_options.external_id", "integer"),
        Field("retrospective_incident_options.postmortem_document_url"),
        Field("retrospective_incident_options.slack_channel_id"),
        *_SHARED,
    ),
)  # fmt: skip
LIST_INCIDENTS: Final = Endpoint(
    API, "GET", "/v2/incidents", "Incidents V2#List", role="viewer",
    query=(
        *_paged(500),
        Field("sort_by", choices=("created_at_newest_first", "created_at_oldest_first")),
        Field("filter_mode", choices=("all", "any")),
        *_filters("status", *_CHOICE),
        *_filters("status_category", *_CHOICE),
        *_filters("severity", *_CHOICE, "gte", "lte"),
        *_filters("incident_type", *_CHOICE),
        *_filters("mode", "one_of"),
        *map(Field, ("incident_role", "custom_field")),
        *_TIMES,
    ),
)  # fmt: skip
GET_INCIDENT: Final = Endpoint(API, "GET", "/v2/incidents/{id}", "Incidents V2#Show", role="viewer")
EDIT_INCIDENT: Final = Endpoint(
    API, "POST", "/v2/incidents/{id}/actions/edit", "Incidents V2#Edit", role="incident_editor", repeats=True,
    fields=(
        Field("incident", "object", needed=True),
        Field("notify_incident_channel", "boolean", needed=True),
        *within("incident", (Field("call_url"), *_SHARED)),
    ),
)  # fmt: skip
LIST_INCIDENT_UPDATES: Final = Endpoint(
    API, "GET", "/v2/incident_updates", "Incident Updates V2#List", role="viewer",
    query=(*_paged(250), Field("incident_id")),
)  # fmt: skip

# ------------------------------------------------------------------ settings

LIST_SEVERITIES: Final = Endpoint(API, "GET", "/v1/severities", "Severities V1#List", role="viewer")
GET_SEVERITY: Final = Endpoint(API, "GET", "/v1/severities/{id}", "Severities V1#Show", role="viewer")
LIST_INCIDENT_STATUSES: Final = Endpoint(
    API, "GET", "/v1/incident_statuses", "Incident Statuses V1#List", role="viewer"
)
GET_INCIDENT_STATUS: Final = Endpoint(
    API, "GET", "/v1/incident_statuses/{id}", "Incident Statuses V1#Show", role="viewer"
)
LIST_INCIDENT_TYPES: Final = Endpoint(API, "GET", "/v1/incident_types", "Incident Types V1#List", role="viewer")
GET_INCIDENT_TYPE: Final = Endpoint(API, "GET", "/v1/incident_types/{id}", "Incident Types V1#Show", role="viewer")
GET_IDENTITY: Final = Endpoint(API, "GET", "/v1/identity", "Utilities V1#Identity")
LIST_CUSTOM_FIELDS: Final = Endpoint(API, "GET", "/v2/custom_fields", "Custom Fields V2#List", role="viewer")
LIST_ALERT_ATTRIBUTES: Final = Endpoint(API, "GET", "/v2/alert_attributes", "Alert Attributes V2#List", role="viewer")

ENDPOINTS: Final = tuple(each for each in globals().values() if isinstance(each, Endpoint))
