"""PagerDuty: REST API v2 and Events API v2.

From the OpenAPI documents of PagerDuty/api-schema and the reference and guides at developer.pagerduty.com; rules
that only the live service shows say so.
"""

from __future__ import annotations

from typing import Final

from xsrun.providers.contracts import Api, Auth, Endpoint, Key
from xsrun.providers.fields import Field, When, within
from xsrun.providers.lookup import incident_by_key, incident_exists, incident_since, note_since, notes_of

LIVE: Final = "seen on the live service"
GUIDE: Final = "https://developer.pagerduty.com/docs/rest-api-overview"

REST: Final = Api(
    "pagerduty",
    "PagerDuty REST API v2",
    ("api.pagerduty.com", "api.eu.pagerduty.com"),
    Auth(("Token token=",), oauth=("Bearer ",), key="REST API key"),
    "https://developer.pagerduty.com/api-reference/",
    rate=960,
    elsewhere=(
        "/addons", "/alert_grouping_settings", "/analytics", "/audit", "/automation_actions",
        "/business_services", "/change_events", "/custom_fields", "/enrichment", "/escalation_policies",
        "/event_orchestrations", "/extension_schemas", "/extensions", "/incident_workflows",
        "/incidents/custom_fields", "/incidents/types", "/incidents/{id}/business_services",
        "/incidents/{id}/custom_fields", "/incidents/{id}/outlier_incident", "/incidents/{id}/past_incidents",
        "/incidents/{id}/related_change_events", "/incidents/{id}/related_incidents",
        "/incidents/{id}/responder_requests", "/incidents/{id}/status_updates/", "/ip_allow_lists",
        "/license_allocations", "/licenses", "/log_entries/{id}/channel", "/maintenance_windows",
        "/notifications", "/oauth_delegations", "/paused_incident_reports", "/recommendations",
        "/response_plays", "/rulesets", "/schedules", "/service_dependencies", "/services/custom_fields",
        "/services/{id}/", "/session_configurations", "/sre_agent", "/standards", "/status_dashboards",
        "/status_pages", "/tags", "/teams", "/templates", "/users", "/v3", "/vendors", "/webhook_subscriptions",
        "/workflows", "/{entity_type}/{id}/change_tags", "/{entity_type}/{id}/tags",
    ),
)  # fmt: skip

EVENTS: Final = Api(
    "pagerduty",
    "PagerDuty Events API v2",
    ("events.pagerduty.com", "events.eu.pagerduty.com"),
    Auth(field="routing_key", header="X-Routing-Key", key="integration key"),
    "https://developer.pagerduty.com/docs/events-api-v2-overview",
    rate=120,
    elsewhere=("/integration/", "/generic/", "/x-ere/", "/v1/"),
)

STATUSES: Final = ("triggered", "acknowledged", "resolved")
URGENCIES: Final = ("high", "low")
REFERENCE: Final = ("incident_reference", "incident")
LARGEST_UPDATE: Final = 250
LARGEST_EVENT: Final = 512 * 1024
SNOOZE: Final = (1, 604_800)
"""Seconds."""

# ------------------------------------------------------------------ incidents


def _reference(name: str, *types: str, needed: bool = False, without: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """A property that names another record by its id."""
    return (
        Field(name, "object", needed=needed, without=without),
        Field(f"{name}.id", needed=True, blank=False),
        Field(f"{name}.type", choices=types),
    )


_SHARED: Final = (
    Field("urgency", choices=URGENCIES),
    *_reference("escalation_policy", "escalation_policy_reference", "escalation_policy", without=("assignments",)),
    Field("assignments", "list"),
    Field("assignments[]", "object", needed=True),
    Field("assignments[].assignee", "object", needed=True),
    Field("assignments[].assignee.id", needed=True, blank=False),
    Field("assignments[].assignee.type", choices=("user_reference", "user")),
    Field("incident_type", "object"),
    Field("incident_type.name", needed=True),
    Field("conference_bridge", "object"),
    Field("conference_bridge.conference_number"),
    Field("conference_bridge.conference_url"),
)
"""What create and change have in common."""

_CREATE: Final = (
    Field("type", needed=True, choices=("incident",)),
    Field("title", needed=True, blank=False, source=LIVE),
    Field("service", "object", needed=True),
    Field("service.id", needed=True, blank=False),
    Field("service.type", needed=True, choices=("service_reference", "service")),
    Field("incident_key"),
    Field("body", "object"),
    Field("body.type", needed=True, choices=("incident_body",)),
    Field("body.details", source="https://developer.pagerduty.com/docs/creating-an-incident"),
    *_reference("priority", "priority_reference", "priority"),
    *_SHARED,
)

_CHANGE: Final = (
    Field("type", needed=True, choices=REFERENCE),
    Field("status", choices=STATUSES),
    Field("title", blank=False),
    Field("resolution"),
    Field("escalation_level", "integer"),
    Field("priority", "any"),
    *_SHARED,
)

_PAGED: Final = (
    Field("limit", "integer", between=(1, 100)),
    Field("offset", "integer", between=(0, 10_000)),
    Field("total", "boolean"),
)
_SPAN: Final = (Field("since", "time"), Field("until", "time"))

CREATE_INCIDENT: Final = Endpoint(
    REST, "POST", "/incidents", "createIncident", 201, _CREATE, wrapper="incident", person=True,
    key=Key("incident.incident_key", ("incident.service.id",), incident_by_key, incident_since, incident_exists),
    instead=(
        ("description", 'body: {type: "incident_body", details: $description}'),
        ("details", 'body: {type: "incident_body", details: $details}'),
        ("message", "title"),
        ("name", "title"),
        ("severity", "urgency"),
        ("dedup_key", "incident_key"),
        ("service_id", 'service: {id: $service_id, type: "service_reference"}'),
        ("assigned_to", 'assignments: [{assignee: {id: $user_id, type: "user_reference"}}]'),
    ),
)  # fmt: skip
LIST_INCIDENTS: Final = Endpoint(
    REST, "GET", "/incidents", "listIncidents",
    query=(
        Field("statuses[]", choices=STATUSES),
        Field("urgencies[]", choices=URGENCIES),
        *map(Field, ("service_ids[]", "team_ids[]", "user_ids[]", "incident_key", "time_zone", "sort_by", "include[]")),
        Field("date_range", choices=("all",)),
        *_SPAN,
        *_PAGED,
    ),
)  # fmt: skip
UPDATE_INCIDENTS: Final = Endpoint(
    REST, "PUT", "/incidents", "updateIncidents", person=True,
    fields=(
        Field("incidents", "list", needed=True, longest=LARGEST_UPDATE),
        Field("incidents[]", "object", needed=True),
        Field("incidents[].id", needed=True, blank=False),
        *within("incidents[]", _CHANGE),
    ),
)  # fmt: skip
LIST_INCIDENT_TYPES: Final = Endpoint(
    REST, "GET", "/incidents/types", "listIncidentTypes",
    query=(Field("filter", choices=("enabled", "disabled", "all")),),
)  # fmt: skip
GET_INCIDENT: Final = Endpoint(REST, "GET", "/incidents/{id}", "getIncident")
UPDATE_INCIDENT: Final = Endpoint(
    REST, "PUT", "/incidents/{id}", "updateIncident", wrapper="incident", person=True,
    fields=(*_CHANGE, *_reference("service", "service_reference", "service")),
)  # fmt: skip
MERGE_INCIDENTS: Final = Endpoint(
    REST, "PUT", "/incidents/{id}/merge", "mergeIncidents", person=True,
    fields=(
        Field("source_incidents", "list", needed=True),
        Field("source_incidents[]", "object", needed=True),
        Field("source_incidents[].id", needed=True, blank=False),
        Field("source_incidents[].type", needed=True, choices=REFERENCE),
    ),
)  # fmt: skip
SNOOZE_INCIDENT: Final = Endpoint(
    REST, "POST", "/incidents/{id}/snooze", "createIncidentSnooze", 201, person=True,
    fields=(Field("duration", "integer", needed=True, between=SNOOZE),),
)  # fmt: skip

# ------------------------------------------------------------------ what hangs on an incident

_NOTE: Final = (Field("content", needed=True, blank=False, source=LIVE),)
_ALERT: Final = (
    Field("status", choices=("triggered", "resolved")),
    Field("incident", "object"),
    Field("incident.id", needed=True, blank=False),
    Field("incident.type", choices=REFERENCE),
)

LIST_NOTES: Final = Endpoint(REST, "GET", "/incidents/{id}/notes", "listIncidentNotes")
CREATE_NOTE: Final = Endpoint(
    REST, "POST", "/incidents/{id}/notes", "createIncidentNote", fields=_NOTE, wrapper="note", person=True,
    key=Key("note.content", find=notes_of, found=note_since, made=False),
)  # fmt: skip
UPDATE_NOTE: Final = Endpoint(
    REST, "PUT", "/incidents/{id}/notes/{note_id}", "updateIncidentNote", fields=_NOTE, wrapper="note", person=True
)
DELETE_NOTE: Final = Endpoint(REST, "DELETE", "/incidents/{id}/notes/{note_id}", "deleteIncidentNote", 204)
CREATE_STATUS_UPDATE: Final = Endpoint(
    REST, "POST", "/incidents/{id}/status_updates", "createIncidentStatusUpdate", person=True,
    fields=(Field("message", needed=True, blank=False), Field("subject"), Field("html_message")),
)  # fmt: skip
LIST_ALERTS: Final = Endpoint(
    REST, "GET", "/incidents/{id}/alerts", "listIncidentAlerts",
    query=(
        Field("statuses[]", choices=("triggered", "resolved")),
        *map(Field, ("alert_key", "sort_by", "include[]")),
        *_PAGED,
    ),
)  # fmt: skip
UPDATE_ALERTS: Final = Endpoint(
    REST, "PUT", "/incidents/{id}/alerts", "updateIncidentAlerts", person=True,
    fields=(
        Field("alerts", "list", needed=True, longest=LARGEST_UPDATE),
        Field("alerts[]", "object", needed=True),
        Field("alerts[].id", needed=True, blank=False),
        Field("alerts[].type", needed=True, choices=("alert",)),
        *within("alerts[]", _ALERT),
    ),
)  # fmt: skip
GET_ALERT: Final = Endpoint(REST, "GET", "/incidents/{id}/alerts/{alert_id}", "getIncidentAlert")
UPDATE_ALERT: Final = Endpoint(
    REST, "PUT", "/incidents/{id}/alerts/{alert_id}", "updateIncidentAlert", wrapper="alert", person=True,
    fields=(Field("id"), Field("type", choices=("alert", "alert_reference")), *_ALERT),
)  # fmt: skip

_LOG_QUERY: Final = (*_SPAN, *map(Field, ("time_zone", "include[]")), Field("is_overview", "boolean"), *_PAGED)
LIST_INCIDENT_LOG_ENTRIES: Final = Endpoint(
    REST, "GET", "/incidents/{id}/log_entries", "listIncidentLogEntries", query=_LOG_QUERY
)
LIST_LOG_ENTRIES: Final = Endpoint(
    REST, "GET", "/log_entries", "listLogEntries", query=(*_LOG_QUERY, Field("team_ids[]"))
)
GET_LOG_ENTRY: Final = Endpoint(REST, "GET", "/log_entries/{id}", "getLogEntry")

# ------------------------------------------------------------------ the account


def _list(path: str, operation: str, *names: str) -> Endpoint:
    return Endpoint(REST, "GET", path, operation, query=(*map(Field, names), *_PAGED))


LIST_SERVICES: Final = _list(
    "/services", "listServices", "query", "name", "team_ids[]", "time_zone", "sort_by", "include[]"
)
GET_SERVICE: Final = Endpoint(REST, "GET", "/services/{id}", "getService")
_SERVICE: Final = (
    Field("type", needed=True, choices=("service",)),
    Field("name", needed=True, blank=False),
    Field("description"),
    Field("status", choices=("active", "warning", "critical", "maintenance", "disabled")),
    Field("auto_resolve_timeout", "integer"),
    Field("acknowledgement_timeout", "integer"),
    *_reference("escalation_policy", "escalation_policy_reference", "escalation_policy", needed=True),
    Field("incident_urgency_rule", "object"),
    Field("incident_urgency_rule.type", needed=True, choices=("constant", "use_support_hours")),
    Field("incident_urgency_rule.urgency", choices=(*URGENCIES, "severity_based")),
    Field("incident_urgency_rule.*", "any"),
    Field("alert_creation", choices=("create_incidents", "create_alerts_and_incidents")),
    Field("*", "any"),
)
CREATE_SERVICE: Final = Endpoint(REST, "POST", "/services", "createService", 201, _SERVICE, wrapper="service")
UPDATE_SERVICE: Final = Endpoint(REST, "PUT", "/services/{id}", "updateService", 200, _SERVICE, wrapper="service")
DELETE_SERVICE: Final = Endpoint(REST, "DELETE", "/services/{id}", "deleteService", 204)
_INTEGRATIONS: Final = tuple(
    f"{name}_inbound_integration"
    for name in (
        "events_api_v2", "generic_events_api", "generic_email", "event_transformer_api", "aws_cloudwatch", "cloudkick",
        "keynote", "nagios", "pingdom", "sql_monitor",
    )
)  # fmt: skip
CREATE_INTEGRATION: Final = Endpoint(
    REST, "POST", "/services/{id}/integrations", "createServiceIntegration", 201, wrapper="integration",
    fields=(
        Field("type", needed=True, choices=_INTEGRATIONS),
        Field("name", blank=False),
        Field("*", "any"),
    ),
)  # fmt: skip
LIST_SERVICE_CHANGE_EVENTS: Final = Endpoint(
    REST, "GET", "/services/{id}/change_events", "listServiceChangeEvents",
    query=(*map(Field, ("team_ids[]", "integration_ids[]")), *_SPAN, *_PAGED),
)  # fmt: skip
LIST_AUDIT_RECORDS: Final = Endpoint(
    REST, "GET", "/audit/records", "listAuditRecords",
    query=(
        Field("limit", "integer", between=(1, 100)),
        *map(Field, ("cursor", "root_resource_types[]", "actions[]")),
        *_SPAN,
    ),
)  # fmt: skip
LIST_SCHEDULES: Final = _list("/schedules", "listSchedules", "query", "include[]")
GET_SCHEDULE: Final = Endpoint(
    REST, "GET", "/schedules/{id}", "getSchedule", query=(*map(Field, ("time_zone", "include[]")), *_SPAN)
)
LIST_SCHEDULE_USERS: Final = Endpoint(REST, "GET", "/schedules/{id}/users", "listScheduleUsers", query=_SPAN)
GET_INTEGRATION: Final = Endpoint(REST, "GET", "/services/{id}/integrations/{integration_id}", "getServiceIntegration")
LIST_USERS: Final = _list("/users", "listUsers", "query", "team_ids[]", "include[]")
GET_CURRENT_USER: Final = Endpoint(REST, "GET", "/users/me", "getCurrentUser")
GET_USER: Final = Endpoint(REST, "GET", "/users/{id}", "getUser")
LIST_TEAMS: Final = _list("/teams", "listTeams", "query")
GET_TEAM: Final = Endpoint(REST, "GET", "/teams/{id}", "getTeam")
LIST_ESCALATION_POLICIES: Final = _list(
    "/escalation_policies", "listEscalationPolicies", "query", "user_ids[]", "team_ids[]", "sort_by", "include[]"
)
GET_ESCALATION_POLICY: Final = Endpoint(REST, "GET", "/escalation_policies/{id}", "getEscalationPolicy")
LIST_PRIORITIES: Final = _list("/priorities", "listPriorities")
GET_PRIORITY: Final = Endpoint(REST, "GET", "/priorities/{id}", "getPriority")
LIST_ONCALLS: Final = Endpoint(
    REST, "GET", "/oncalls", "listOnCalls",
    query=(
        *map(Field, ("user_ids[]", "escalation_policy_ids[]", "schedule_ids[]", "time_zone", "include[]")),
        Field("earliest", "boolean"),
        *_SPAN,
        *_PAGED,
    ),
)  # fmt: skip
LIST_ABILITIES: Final = Endpoint(REST, "GET", "/abilities", "listAbilities")
GET_ABILITY: Final = Endpoint(REST, "GET", "/abilities/{id}", "getAbility", 204)

# ------------------------------------------------------------------ events

_TRIGGER: Final = When("event_action", ("trigger",))
_FOLLOW_UP: Final = When("event_action", ("acknowledge", "resolve"))

_ROUTING_KEY: Final = Field("routing_key", needed=True, blank=False, shortest=32, longest=32)
_LINKS: Final = (
    Field("links", "list"),
    Field("links[]", "object", needed=True),
    Field("links[].href", needed=True, blank=False),
    Field("links[].text"),
    Field("images", "list"),
    Field("images[]", "object", needed=True),
    Field("images[].src", needed=True, blank=False),
    Field("images[].href"),
    Field("images[].alt"),
)

ENQUEUE: Final = Endpoint(
    EVENTS, "POST", "/v2/enqueue", "createV2Event", 202, largest=LARGEST_EVENT,
    key=Key("dedup_key", ("routing_key", "event_action")),
    instead=(
        ("event_type", "event_action"),
        ("service_key", "routing_key"),
        ("incident_key", "dedup_key"),
        ("deduplication_key", "dedup_key"),
        ("description", "payload: {summary: $description}"),
        ("details", "payload: {custom_details: $details}"),
        ("summary", "payload: {summary: $summary}"),
        ("severity", "payload: {severity: $severity}"),
        ("source", "payload: {source: $source}"),
        ("title", "payload: {summary: $title}"),
    ),
    fields=(
        _ROUTING_KEY,
        Field("event_action", needed=True, blank=False, choices=("trigger", "acknowledge", "resolve")),
        Field("dedup_key", longest=255),
        Field("client"),
        Field("client_url"),
        *_LINKS,
        Field("payload", "object", needed=True, when=_TRIGGER),
        Field("payload.summary", needed=True, blank=False, longest=1024, when=_TRIGGER),
        Field("payload.source", needed=True, blank=False, when=_TRIGGER),
        Field(
            "payload.severity", needed=True, blank=False, choices=("critical", "error", "warning", "info"),
            when=_TRIGGER,
        ),
        Field("payload.timestamp", "time", when=_TRIGGER),
        Field("payload.component", when=_TRIGGER),
        Field("payload.group", when=_TRIGGER),
        Field("payload.class", when=_TRIGGER),
        Field("payload.custom_details", "object", when=_TRIGGER),
        Field("dedup_key", needed=True, blank=False, when=_FOLLOW_UP),
    ),
)  # fmt: skip
ENQUEUE_CHANGE: Final = Endpoint(
    EVENTS, "POST", "/v2/change/enqueue", "createChangeEvent", 202, largest=LARGEST_EVENT,
    fields=(
        _ROUTING_KEY,
        Field("payload", "object", needed=True),
        Field("payload.summary", needed=True, blank=False, longest=1024),
        Field("payload.source"),
        Field("payload.timestamp", "time"),
        Field("payload.custom_details", "object"),
        *_LINKS,
    ),
)  # fmt: skip
LIST_CHANGE_EVENTS: Final = Endpoint(
    REST, "GET", "/change_events", "listChangeEvents",
    query=(*map(Field, ("team_ids[]", "integration_ids[]")), *_SPAN, *_PAGED),
)  # fmt: skip

ENDPOINTS: Final = tuple(each for each in globals().values() if isinstance(each, Endpoint))
