"""The account: alerts, incidents and what joins them, free of HTTP. Times are milliseconds since 1970."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xsrun.effects.ports import Clock, Random
from xsrun.providers.fields import Field, problems
from xsrun.simulators.ids import CAPITALS, token, ulid
from xsrun.simulators.incident_io.errors import NO_JSON, NOT_FOUND, Wrong, describe, failure
from xsrun.simulators.incident_io.seeds import INVESTIGATING_ID, TYPE_ID, Record, catalogue
from xsrun.simulators.routing import Call, Refused, read_json


@dataclass(slots=True)
class Alert:
    """An alert; ``event`` is the newest event of its key."""

    id: str
    source: str
    key: str
    status: str
    title: str
    description: str
    source_url: str
    created: int
    updated: int
    resolved: int | None
    event: Record


@dataclass(slots=True)
class Incident:
    """An incident; settings are kept by id, ``creator`` is one of the shapes of the API."""

    id: str
    number: int
    key: str
    name: str
    creator: Record
    created: int
    updated: int
    channel: str
    summary: str = ""
    visibility: str = "public"
    mode: str = "standard"
    status: str = INVESTIGATING_ID
    severity: str | None = None
    type: str = TYPE_ID
    call_url: str = ""
    channel_name: str = ""
    slack_team: str = ""
    roles: dict[str, str] = field(default_factory=dict)
    custom_fields: dict[str, list[Record]] = field(default_factory=dict)
    timestamps: dict[str, str] = field(default_factory=dict)


class Join(NamedTuple):
    """An alert that an alert route put into an incident."""

    id: str
    alert: Alert
    incident: Incident
    route: str


class Update(NamedTuple):
    """A status or severity that an incident took on."""

    id: str
    incident: str
    status: str
    severity: str | None
    updater: Record
    created: int


class Account:
    """Everything the provider holds."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self.clock = clock
        self.random = random
        self.settings = catalogue()
        self.alerts: dict[str, Alert] = {}
        self.incidents: dict[str, Incident] = {}
        self.joins: list[Join] = []
        self.updates: list[Update] = []
        self.pings: dict[str, int] = {}

    def new_id(self) -> str:
        """A new ULID."""
        return ulid(self.clock.now(), self.random)

    def refuse(self, status: int, wrong: Iterable[Wrong]) -> Refused:
        """A refusal, to be raised."""
        return Refused(failure(self.random.uuid(), status, wrong))

    def missing(self) -> Refused:
        """The refusal of an id in the path that stands for nothing, to be raised."""
        return self.refuse(404, [NOT_FOUND])

    def read_object(self, call: Call) -> Record:
        """The JSON object in the body of a call, refused with 400 when there is none."""
        try:
            body = read_json(call.request.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise self.refuse(400, [NO_JSON])
        return body

    def require(self, fields: Iterable[Field], body: Any) -> None:
        """Refuse a body that breaks these rules, naming every fault."""
        self.refuse_if([describe(problem) for problem in problems(fields, body)])

    def refuse_if(self, wrong: list[Wrong]) -> None:
        """Refuse with 422 when anything is wrong."""
        if wrong:
            raise self.refuse(422, wrong)

    def record_event(self, source: Record, event: Record) -> Alert:
        """Take in an event: there is one alert for each key of a source."""
        now = self.clock.now()
        key, status = event["deduplication_key"], event["status"]
        resolved = now if status == "resolved" else None
        alert = next(
            (known for known in self.alerts.values() if (known.source, known.key) == (source["id"], key)), None
        )
        if alert is None:
            alert = Alert(
                id=self.new_id(),
                source=source["id"],
                key=key,
                status=status,
                title=event["title"],
                description=event.get("description") or "",
                source_url=event.get("source_url") or "",
                created=now,
                updated=now,
                resolved=resolved,
                event=event,
            )
            self.alerts[alert.id] = alert
            if source["route"] and status == "firing":
                self._follow_route(source, alert)
        elif status != alert.status:
            alert.status, alert.resolved = status, resolved
        alert.updated = now
        alert.event = event
        return alert

    def resolve(self, alert: Alert) -> None:
        """Resolve an alert; once more changes nothing."""
        if alert.status == "firing":
            alert.status = "resolved"
            alert.resolved = alert.updated = self.clock.now()

    def open(self, key: str, name: str, creator: Record, **more: Any) -> Incident:
        """Open an incident; ``more`` sets further properties of it."""
        now = self.clock.now()
        number = len(self.incidents) + 1
        channel = "C0" + token(self.random, CAPITALS, 9)
        incident = Incident(self.new_id(), number, key, name, creator, now, now, channel, **more)
        self.incidents[incident.id] = incident
        self.note_update(incident, creator)
        return incident

    def note_update(self, incident: Incident, updater: Record) -> None:
        """Keep the status and severity that an incident has now."""
        now = self.clock.now()
        self.updates.append(Update(self.new_id(), incident.id, incident.status, incident.severity, updater, now))

    def find_incident(self, name: str) -> Incident | None:
        """The incident of that id, or of the number in its reference."""
        if name.isdecimal() and len(name) < 19:
            return next((found for found in self.incidents.values() if found.number == int(name)), None)
        return self.incidents.get(name)

    def _follow_route(self, source: Record, alert: Alert) -> None:
        creator = {"alert": {"id": alert.id, "title": alert.title}}
        incident = self.open(alert.id, alert.title, creator, summary=alert.description)
        self.joins.append(Join(self.new_id(), alert, incident, source["route"]))
