"""The account and the life of its incidents, free of HTTP.

``triggered -> acknowledged -> resolved``, ``triggered -> resolved``, and back from either through REST. Everything
that happens to an incident leaves a log entry. What time alone brings about, ``catch_up`` brings about before the next
request is looked at. Times are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xsrun.effects.ports import Clock, Random
from xsrun.simulators.ids import CAPITALS, HEX, token
from xsrun.simulators.pagerduty.seeds import Record, catalogue

WEEK = 7 * 86_400_000
URGENT_SEVERITIES = ("critical", "error")


class Ref(NamedTuple):
    """A record of the catalogue: ``kind`` such as ``user``, and its id."""

    kind: str
    id: str


class Stamp(NamedTuple):
    """Somebody, and since when."""

    at: int
    who: Ref


class Pending(NamedTuple):
    """What happens to an incident at a time unless somebody does something before."""

    kind: str
    at: int


class Turn(NamedTuple):
    """A user on a schedule, from when until when."""

    user: str
    start: int
    end: int


class Entry(NamedTuple):
    """A line of an incident's log; ``kind`` without ``_log_entry``."""

    id: str
    kind: str
    at: int
    agent: Ref
    incident: str
    note: str | None = None
    assignees: tuple[str, ...] = ()


@dataclass(slots=True)
class Note:
    """A note on an incident."""

    id: str
    content: str
    user: Ref
    created: int
    updated: int


@dataclass(slots=True)
class Alert:
    """An alert that an event opened; ``event`` is the event as it was sent."""

    id: str
    key: str
    integration: str
    service: str
    severity: str
    event: Record
    created: int
    entry: str
    resolved: int | None = None

    @property
    def status(self) -> str:
        """``triggered`` or ``resolved``."""
        return "triggered" if self.resolved is None else "resolved"


@dataclass(slots=True)
class Incident:
    """An incident. ``key`` is its incident_key, ``merged`` the id of the incident it went into."""

    id: str
    number: int
    title: str
    key: str
    service: str
    urgency: str
    policy: str
    created: int
    updated: int
    changed: int
    changed_by: Ref
    level: int = 1
    loop: int = 0
    handed: int = 0
    """When it was handed to whom it is assigned to."""
    status: str = "triggered"
    resolved: int | None = None
    assigned_via: str = "escalation_policy"
    assignments: list[Stamp] = field(default_factory=list)
    acknowledgements: list[Stamp] = field(default_factory=list)
    wakes: int | None = None
    priority: str | None = None
    type_name: str = "incident_default"
    body: Record | None = None
    bridge: Record | None = None
    merged: str | None = None
    entries: list[Entry] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Neither resolved by hand nor merged away."""
        return self.status != "resolved"

    def carries(self, key: str) -> bool:
        """Whether this is its incident_key or the key of one of its alerts."""
        return self.key == key or any(alert.key == key for alert in self.alerts)


class Account:
    """Everything the provider holds."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self.clock = clock
        self.random = random
        self.records = catalogue()
        self.incidents: dict[str, Incident] = {}
        self.changes: list[Record] = []
        self.audit: list[Record] = []
        self._then: int | None = None

    def now(self) -> int:
        """The time, or the time at which something happened that is only now caught up with."""
        return self.clock.now() if self._then is None else self._then

    def catch_up(self) -> None:
        """Have everything happen that time alone brings about."""
        now = self.clock.now()
        for incident in self.incidents.values():
            while incident.open and (due := self.pending(incident)) and due[0].at <= now:
                self._then = due[0].at
                self._come_due(incident, due[0].kind)
        self._then = None

    def pending(self, incident: Incident) -> list[Pending]:
        """What time will bring about on an open incident, the next first."""
        service = self.records["service"][incident.service]
        wait, end = service["acknowledgement_timeout"], service["auto_resolve_timeout"]
        coming = []
        if incident.status == "acknowledged" and (incident.wakes or wait):
            coming.append(Pending("unacknowledge", incident.wakes or incident.changed + wait * 1000))
        elif incident.status == "triggered" and incident.assigned_via == "escalation_policy":
            policy = self.records["escalation_policy"][incident.policy]
            if incident.level < len(policy["levels"]) or incident.loop < policy["num_loops"]:
                minutes = policy["levels"][incident.level - 1]["minutes"]
                coming.append(Pending("escalate", max(incident.handed, incident.changed) + minutes * 60_000))
        if end:
            coming.append(Pending("resolve", incident.created + end * 1000))
        return sorted(coming, key=lambda each: each.at)

    def _come_due(self, incident: Incident, kind: str) -> None:
        agent = Ref("service", incident.service)
        if kind == "unacknowledge":
            self.trigger(incident, agent)
        elif kind == "resolve":
            self.resolve(incident, agent)
        else:
            last = incident.level == len(self.levels(incident.policy))
            loop = incident.loop + last
            self.escalate(incident, 1 if last else incident.level + 1, agent)
            incident.loop = loop

    def on_call(self, level: Record) -> list[str]:
        """The users whom a level of a policy asks now."""
        turns = (self.turn(self.records["schedule"][each]).user for each in level["schedules"])
        return list(dict.fromkeys([*level["users"], *turns]))

    def turn(self, schedule: Record) -> Turn:
        """Whose turn it is on a schedule, and from when until when."""
        week = self.now() // WEEK
        users = schedule["users"]
        return Turn(users[week % len(users)], week * WEEK, (week + 1) * WEEK)

    def new_id(self) -> str:
        """An id as newer accounts have it."""
        return "Q" + token(self.random, CAPITALS, 13)

    def new_key(self) -> str:
        """A de-duplication key for who sent none."""
        return token(self.random, HEX, 32)

    def incident(self, name: str) -> Incident | None:
        """The incident of that id or number."""
        if name.isdecimal() and len(name) < 19:
            return next((found for found in self.incidents.values() if found.number == int(name)), None)
        return self.incidents.get(name)

    def log_entries(self) -> Iterator[Entry]:
        """The lines of all logs, incident by incident."""
        for incident in self.incidents.values():
            yield from incident.entries

    def open_alert(self, integration: str, key: str) -> tuple[Incident, Alert] | None:
        """The alert of that key which this integration opened and nobody resolved."""
        for incident in self.incidents.values():
            for alert in incident.alerts:
                if alert.integration == integration and alert.key == key and alert.resolved is None:
                    return incident, alert
        return None

    def urgency(self, service: str, severity: str = "critical") -> str:
        """What the service's rule makes of an incident."""
        rule: str = self.records["service"][service]["incident_urgency_rule"]["urgency"]
        if rule != "severity_based":
            return rule
        return "high" if severity in URGENT_SEVERITIES else "low"

    def start(self, title: str, key: str, service: str, agent: Ref, **more: Any) -> Incident:
        """Open an incident and give it to whoever is on call; ``more`` sets further properties of it."""
        now = self.now()
        settings = {"urgency": self.urgency(service), "policy": self.records["service"][service]["escalation_policy"]}
        number = len(self.incidents) + 1
        incident = Incident(
            id=self.new_id(), number=number, title=title, key=key, service=service, created=now, updated=now,
            changed=now, changed_by=agent, **(settings | more),
        )  # fmt: skip
        self.incidents[incident.id] = incident
        self.records["service"][service]["last_incident"] = now
        self.write(incident, "trigger", agent)
        self.escalate(incident, 1, agent, "assign")
        return incident

    def write(self, incident: Incident, kind: str, agent: Ref, **more: Any) -> Entry:
        """Add a line to the log of an incident."""
        entry = Entry(self.new_id(), kind, self.now(), agent, incident.id, **more)
        incident.entries.append(entry)
        incident.updated = entry.at
        return entry

    def levels(self, policy: str) -> list[Record]:
        """The escalation levels of a policy, the first one first."""
        levels: list[Record] = self.records["escalation_policy"][policy]["levels"]
        return levels

    def escalate(self, incident: Incident, level: int, agent: Ref, kind: str = "escalate") -> None:
        """Hand over to a level (from 1) of the incident's policy."""
        self._hand_over(incident, self.on_call(self.levels(incident.policy)[level - 1]), agent, kind)
        incident.assigned_via = "escalation_policy"
        incident.level, incident.loop = level, 0

    def assign(self, incident: Incident, users: Sequence[str], agent: Ref) -> None:
        """Hand over to these users, past the policy."""
        self._hand_over(incident, users, agent, "assign")
        incident.assigned_via = "direct_assignment"

    def _hand_over(self, incident: Incident, users: Sequence[str], agent: Ref, kind: str) -> None:
        entry = self.write(incident, kind, agent, assignees=tuple(users))
        incident.assignments = [Stamp(entry.at, Ref("user", user)) for user in users]
        incident.handed = entry.at

    def acknowledge(self, incident: Incident, agent: Ref) -> None:
        """Say that somebody has seen it; a resolved one opens again."""
        if any(stamp.who == agent for stamp in incident.acknowledgements):
            return
        self._reopen(incident, agent)
        entry = self.write(incident, "acknowledge", agent)
        incident.acknowledgements.append(Stamp(entry.at, agent))
        self._turn(incident, "acknowledged", agent)

    def trigger(self, incident: Incident, agent: Ref) -> None:
        """Back to the start: take acknowledgements away, open a resolved one again."""
        if incident.status == "triggered":
            return
        if not self._reopen(incident, agent):
            self.write(incident, "unacknowledge", agent)
        self._turn(incident, "triggered", agent)
        incident.acknowledgements = []
        incident.wakes = None

    def resolve(self, incident: Incident, agent: Ref, note: str | None = None) -> None:
        """End it, and its alerts with it; once more changes nothing."""
        if not incident.open:
            return
        entry = self.write(incident, "resolve", agent, note=note)
        self._turn(incident, "resolved", agent)
        incident.resolved = entry.at
        incident.assignments, incident.acknowledgements, incident.wakes = [], [], None
        for alert in incident.alerts:
            alert.resolved = alert.resolved or entry.at

    def snooze(self, incident: Incident, seconds: int, agent: Ref) -> None:
        """Keep it quiet for a while; that acknowledges it."""
        self.acknowledge(incident, agent)
        entry = self.write(incident, "snooze", agent)
        incident.wakes = entry.at + seconds * 1000

    def merge(self, target: Incident, sources: Sequence[Incident], agent: Ref) -> None:
        """Move the alerts of the sources into the target and resolve the sources."""
        for source in sources:
            target.alerts += source.alerts
            source.alerts = []
            self.resolve(source, agent)
            source.merged = target.id
        target.updated = self.now()

    def settle_alerts(self, incident: Incident, agent: Ref) -> None:
        """Resolve an incident whose alerts are all resolved."""
        if incident.alerts and all(alert.resolved is not None for alert in incident.alerts):
            self.resolve(incident, agent)

    def _reopen(self, incident: Incident, agent: Ref) -> bool:
        if incident.open:
            return False
        incident.resolved = None
        self._turn(incident, "triggered", agent)
        self.escalate(incident, 1, agent, "assign")
        return True

    def _turn(self, incident: Incident, status: str, agent: Ref) -> None:
        incident.status = status
        incident.changed = self.now()
        incident.changed_by = agent
