"""What an account of Opsgenie holds, how the simulator reads a body and how it says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import Field, Problem
from xsrun.simulators.ids import to_millis
from xsrun.simulators.limits import Limits, Window
from xsrun.simulators.plain import PlainSimulator, broken
from xsrun.simulators.routing import Call, Refused, read_json, reply
from xsrun.simulators.seeding import Record, Table

API_KEY: Final = "51mu1a70-0000-4000-8000-00000000a91e"
READONLY_KEY: Final = "51mu1a70-0000-4000-8000-00000000a92e"
INTEGRATION: Final = "51mu1a70-0000-4000-8000-0000000017e9"
TEAM_ID: Final = "51mu1a70-0000-4000-8000-0000000074a1"
RATE: Final = 600


class Alerts(PlainSimulator):
    """One account in memory."""

    TABLES: ClassVar[Mapping[str, Table]] = {
        "teams": Table(
            (Field("id", blank=False), Field("name", needed=True, blank=False)),
            lambda self, given: self.put("teams", {"id": self.random.uuid()} | given),
        ),
        "keys": Table(
            (Field("key", needed=True, blank=False), Field("name"), Field("writes", "boolean")),
            lambda self, given: self.put(
                "keys",
                {"id": given["key"], "name": given.get("name") or "seed", "writes": given.get("writes", True)},
            ),
        ),
    }

    def fresh(self) -> dict[str, list[Record]]:
        """Two keys and a team."""
        return {
            "keys": [
                {"id": API_KEY, "name": "Simulator", "writes": True},
                {"id": READONLY_KEY, "name": "Simulator, read only", "writes": False},
            ],
            "teams": [{"id": TEAM_ID, "name": "Platform"}],
            "alerts": [],
            "requests": [],
        }

    def fresh_limits(self) -> Limits:
        """Requests of a key."""
        return Limits(lambda: Window(RATE))

    def secrets(self) -> Iterable[str]:
        """The API keys."""
        return [each["id"] for each in self.account["keys"]]

    def open_alert(self, alias: str) -> Record | None:
        """The alert of that alias which nobody closed."""
        return next(
            (each for each in self.account["alerts"] if each["alias"] == alias and each["status"] == "open"), None
        )

    def named(self, call: Call) -> Record | None:
        """The alert that the path names: by id, alias or the number that people see."""
        name = {"alias": "alias", "tiny": "tinyId"}.get(call.one("identifierType"), "id")
        if name == "alias":
            return self.open_alert(call.arguments[0]) or self.find("alerts", call.arguments[0], name)
        return self.find("alerts", call.arguments[0], name)

    def note(self, alert: Record, text: str, body: Record, owner: str = "System") -> None:
        """Write a line into the notes of an alert."""
        at = to_millis(self.clock.now())
        alert["notes"].append({"note": text, "owner": body.get("user") or owner, "createdAt": at})
        alert["updatedAt"] = at


def no(status: int, message: str, **more: Any) -> Refused:
    """A refusal, to be raised."""
    return Refused(reply(status, {"message": message, **more}))


def throttled() -> Refused:
    """The refusal of what comes too fast, to be raised."""
    headers = (("X-RateLimit-Reason", "ACCOUNT"), ("X-RateLimit-Period-In-Sec", "60"), ("Retry-After", "1"))
    return Refused(reply(429, {"message": "You are making too many requests!"}, headers))


def read_body(call: Call, endpoint: Endpoint) -> Record:
    """The body of a call, refused when it is no JSON or breaks the rules."""
    try:
        body = read_json(call.request.body) if call.request.body else {}
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise no(400, "Could not parse the request body: it is no valid JSON")
    found = broken(endpoint, body)
    if found:
        errors = {problem.path: _said(problem) for problem in reversed(found)}
        raise no(422, "Request body is not processable. Please check the errors.", errors=errors)
    return body


def _said(problem: Problem) -> str:
    label, field = problem.path.rpartition(".")[2].capitalize(), problem.field
    match problem.reason:
        case "missing":
            return f"{label} can not be empty."
        case "length":
            return f"{label} can not be longer than {field.longest}."
        case "choice":
            return f"{label} should be one of [{', '.join(field.choices)}]"
        case _:
            return f"{label} should be a valid {field.kind}"
