"""What a site of Jira holds, and how the simulator says no."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from xsrun.effects.ports import Response
from xsrun.providers.fields import Field
from xsrun.simulators.limits import Limits, Window
from xsrun.simulators.plain import PlainSimulator
from xsrun.simulators.routing import Call, Refused, read_json, reply
from xsrun.simulators.seeding import Record, Table

EMAIL: Final = "casey.rivera@example.com"
API_TOKEN: Final = "ATATT3xSIMULATORtoken0000000001"
READER: Final = "robin.okafor@example.com"
READER_TOKEN: Final = "ATATT3xSIMULATORtoken0000000002"
SITE: Final = "your-site"
PROJECT: Final = "OPS"
RATE: Final = 6000

STATUSES: Final = (
    {"id": "10000", "name": "To Do", "category": "new", "shown": "To Do", "transition": "11"},
    {"id": "10001", "name": "In Progress", "category": "indeterminate", "shown": "In Progress", "transition": "21"},
    {"id": "10002", "name": "Done", "category": "done", "shown": "Done", "transition": "31"},
)
"""The one workflow: from every status to every status."""
PRIORITIES: Final = ("Highest", "High", "Medium", "Low", "Lowest")


class Site(PlainSimulator):
    """One site in memory."""

    TABLES: ClassVar[Mapping[str, Table]] = {
        "projects": Table(
            (Field("key", needed=True, blank=False), Field("name", needed=True, blank=False)),
            lambda self, given: self.put("projects", {"id": str(10_001 + len(self.account["projects"]))} | given),
        ),
        "issue_types": Table(
            (Field("name", needed=True, blank=False), Field("subtask", "boolean")),
            lambda self, given: self.put(
                "issue_types", {"id": str(10_101 + len(self.account["issue_types"])), "subtask": False} | given
            ),
        ),
        "users": Table(
            (
                Field("email", needed=True, blank=False),
                Field("name", needed=True, blank=False),
                Field("token", needed=True, blank=False),
                Field("writes", "boolean"),
            ),
            lambda self, given: self.put("users", {"id": f"sim:{given['email']}", "writes": True} | given),
        ),
    }

    def fresh(self) -> dict[str, list[Record]]:
        """A project, four types of issue, a user who writes and one who reads."""
        types = (("Task", False), ("Bug", False), ("Story", False), ("Sub-task", True))
        return {
            "users": [
                {"id": "sim:casey", "name": "Casey Rivera", "email": EMAIL, "token": API_TOKEN, "writes": True},
                {"id": "sim:robin", "name": "Robin Okafor", "email": READER, "token": READER_TOKEN, "writes": False},
            ],
            "projects": [{"id": "10000", "key": PROJECT, "name": "Operations"}],
            "issue_types": [
                {"id": str(10_100 + place), "name": name, "subtask": subtask}
                for place, (name, subtask) in enumerate(types)
            ],
            "issues": [],
        }

    def fresh_limits(self) -> Limits:
        """Requests of a user."""
        return Limits(lambda: Window(RATE))

    def secrets(self) -> Iterable[str]:
        """The tokens, alone and as a request carries them."""
        for user in self.account["users"]:
            yield user["token"]
            yield b64encode(f"{user['email']}:{user['token']}".encode()).decode()

    def issue(self, name: str) -> Record:
        """The issue of that key or id. Raises Refused."""
        found = self.find("issues", name.upper(), "key") or self.find("issues", name)
        if found is None:
            raise no(404, "Issue does not exist or you do not have permission to see it.")
        return found


def no(status: int, *messages: str, **errors: str) -> Refused:
    """A refusal in the shape of all failures, to be raised; ``errors`` by field."""
    return Refused(reply(status, {"errorMessages": list(messages), "errors": errors}))


def unauthorized() -> Response:
    """The answer to a caller who is nobody."""
    text = b"Client must be authenticated to access this resource."
    return Response(401, (("Content-Type", "text/html;charset=UTF-8"), ("WWW-Authenticate", "OAuth")), text)


def read_body(call: Call) -> Record:
    """The JSON object in the body of a call. Raises Refused."""
    if call.request.header("Content-Type").partition(";")[0].strip().lower() != "application/json":
        raise Refused(Response(415, (("Content-Type", "text/html"),), b"Unsupported Media Type"))
    try:
        body: Any = read_json(call.request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise no(400, "There was an error parsing JSON. Check that your request body is valid.")
    return body
