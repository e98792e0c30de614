"""Statuspage: incidents and components of a page. From https://developer.statuspage.io/."""

from __future__ import annotations

from typing import Final

from xsrun.providers.contracts import Api, Auth, Endpoint, Key
from xsrun.providers.fields import Field
from xsrun.providers.lookup import incident_of, incidents_named, named_since, update_since

PAGES: Final = Api(
    "statuspage",
    "Statuspage API v1",
    ("api.statuspage.io",),
    Auth(("OAuth ",), query="api_key"),
    "https://developer.statuspage.io/",
    rate=60,
    elsewhere=("/v1/",),
)

_COMPONENT: Final = ("operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage")
_INCIDENT: Final = (
    Field("name", blank=False),
    Field(
        "status",
        choices=(
            "investigating", "identified", "monitoring", "resolved",
            "scheduled", "in_progress", "verifying", "completed",
        ),
    ),
    Field("impact_override", choices=("none", "minor", "major", "critical", "maintenance")),
    Field("body"),
    Field("component_ids", "list"),
    Field("component_ids[]", needed=True),
    Field("components", "object"),
    Field("components.*", choices=_COMPONENT),
    Field("deliver_notifications", "boolean"),
    Field("metadata", "object"),
    Field("scheduled_for", "time"),
    Field("scheduled_until", "time"),
    Field("reminder_intervals"),
    *(
        Field(f"{name}", "boolean")
        for name in (
            "scheduled_remind_prior", "auto_transition_to_maintenance_state", "auto_transition_to_operational_state",
            "scheduled_auto_in_progress", "scheduled_auto_completed", "auto_transition_deliver_notifications_at_start",
            "auto_transition_deliver_notifications_at_end", "auto_tweet_at_beginning", "auto_tweet_on_completion",
            "auto_tweet_on_creation", "auto_tweet_one_hour_before", "backfilled",
        )
    ),
    Field("backfill_date"),
    Field("scheduled_auto_transition", "boolean"),
)  # fmt: skip

CREATE_INCIDENT: Final = Endpoint(
    PAGES, "POST", "/v1/pages/{page_id}/incidents", "Create an incident", 201, wrapper="incident",
    key=Key("incident.name", find=incidents_named, found=named_since, made=False),
    instead=(("title", "name"), ("message", "body"), ("impact", "impact_override")),
    fields=(_INCIDENT[0]._replace(needed=True), *_INCIDENT[1:]),
)  # fmt: skip
LIST_INCIDENTS: Final = Endpoint(
    PAGES, "GET", "/v1/pages/{page_id}/incidents", "Get a list of incidents",
    query=(Field("q"), Field("limit", "integer", between=(1, 100)), Field("page", "integer")),
)  # fmt: skip
LIST_UNRESOLVED: Final = Endpoint(
    PAGES, "GET", "/v1/pages/{page_id}/incidents/unresolved", "Get a list of unresolved incidents"
)
GET_INCIDENT: Final = Endpoint(PAGES, "GET", "/v1/pages/{page_id}/incidents/{incident_id}", "Get an incident")
UPDATE_INCIDENT: Final = Endpoint(
    PAGES, "PATCH", "/v1/pages/{page_id}/incidents/{incident_id}", "Update an incident", wrapper="incident",
    key=Key("incident.body", ("incident.status",), incident_of, update_since, made=False), fields=_INCIDENT,
)  # fmt: skip
REPLACE_INCIDENT: Final = UPDATE_INCIDENT._replace(method="PUT", key=None)
DELETE_INCIDENT: Final = Endpoint(PAGES, "DELETE", "/v1/pages/{page_id}/incidents/{incident_id}", "Delete an incident")
LIST_COMPONENTS: Final = Endpoint(PAGES, "GET", "/v1/pages/{page_id}/components", "Get a list of components")
UPDATE_COMPONENT: Final = Endpoint(
    PAGES, "PATCH", "/v1/pages/{page_id}/components/{component_id}", "Update a component", wrapper="component",
    fields=(
        Field("status", choices=_COMPONENT),
        *map(Field, ("name", "description", "group_id", "start_date")),
        Field("only_show_if_degraded", "boolean"),
        Field("showcase", "boolean"),
    ),
)  # fmt: skip
REPLACE_COMPONENT: Final = UPDATE_COMPONENT._replace(method="PUT")

ENDPOINTS: Final = tuple(each for each in globals().values() if isinstance(each, Endpoint))
