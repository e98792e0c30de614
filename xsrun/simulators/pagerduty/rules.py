"""What the body of an incident may hold, where create and change agree."""

from __future__ import annotations

from typing import Final

from xsrun.simulators.fields import Field
from xsrun.simulators.pagerduty.seeds import INCIDENT_TYPES

STATUSES: Final = ("triggered", "acknowledged", "resolved")
URGENCIES: Final = ("high", "low")

SHARED: Final = (
    Field("urgency", choices=URGENCIES),
    Field("escalation_policy", "object"),
    Field("escalation_policy.id", needed=True, blank=False),
    Field("assignments", "list"),
    Field("assignments[]", "object", needed=True),
    Field("assignments[].assignee", "object", needed=True),
    Field("assignments[].assignee.id", needed=True, blank=False),
    Field("incident_type", "object"),
    Field("incident_type.name", needed=True, choices=tuple(kind["name"] for kind in INCIDENT_TYPES)),
    Field("conference_bridge", "object"),
    Field("conference_bridge.conference_number"),
    Field("conference_bridge.conference_url"),
)
