"""What jobs have done to the accounts of simulators, counted under names for reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from xsrun.simulators.incident_io import IncidentIo
from xsrun.simulators.jira.site import STATUSES
from xsrun.simulators.pagerduty import PagerDuty
from xsrun.simulators.plain import PlainSimulator

STATUS_CHANGES: Final = {"trigger": "opened", "acknowledge": "acknowledged", "resolve": "resolved"}
"""What the log of an incident tells, and how reports call it."""
DONE: Final = {status["id"] for status in STATUSES if status["category"] == "done"}


def _pagerduty(simulator: PagerDuty) -> Counter[str]:
    done: Counter[str] = Counter()
    for incident in simulator.account.incidents.values():
        kinds = {entry.kind for entry in incident.entries}
        done.update(f"PagerDuty incident {word}" for kind, word in STATUS_CHANGES.items() if kind in kinds)
        done["PagerDuty note"] += len(incident.notes)
    done["PagerDuty change event"] += len(simulator.account.changes)
    return done


def _incident_io(simulator: IncidentIo) -> Counter[str]:
    done: Counter[str] = Counter()
    for alert in simulator.account.alerts.values():
        done["incident.io alert opened"] += 1
        done["incident.io alert resolved"] += alert.resolved is not None
    done["incident.io incident opened"] += len(simulator.account.incidents)
    return done


def _slack(simulator: PlainSimulator) -> Counter[str]:
    return Counter({"Slack message": len(simulator.account["messages"])})


def _opsgenie(simulator: PlainSimulator) -> Counter[str]:
    done: Counter[str] = Counter()
    for alert in simulator.account["alerts"]:
        done["Opsgenie alert opened"] += 1
        done["Opsgenie alert acknowledged"] += alert["acknowledged"]
        done["Opsgenie alert closed"] += alert["status"] == "closed"
        done["Opsgenie note"] += len(alert["notes"])
    return done


def _jira(simulator: PlainSimulator) -> Counter[str]:
    done: Counter[str] = Counter()
    for issue in simulator.account["issues"]:
        done["Jira issue created"] += 1
        done["Jira issue done"] += issue["status"] in DONE
        done["Jira comment"] += len(issue["comments"])
    return done


def _statuspage(simulator: PlainSimulator) -> Counter[str]:
    done: Counter[str] = Counter()
    for incident in simulator.account["incidents"]:
        done["Statuspage incident opened"] += 1
        done["Statuspage incident resolved"] += incident["resolved_at"] is not None
        done["Statuspage update"] += len(incident["incident_updates"])
    return done


EFFECTS: Final[dict[str, Callable[[Any], Counter[str]]]] = {
    "pagerduty": _pagerduty,
    "incident-io": _incident_io,
    "slack": _slack,
    "opsgenie": _opsgenie,
    "jira": _jira,
    "statuspage": _statuspage,
}
"""By the name of the provider, how often each thing was done."""
