"""What an account of Statuspage holds, and how the simulator says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from xsrun.providers import statuspage
from xsrun.providers.fields import Field
from xsrun.simulators.ids import token
from xsrun.simulators.limits import Limits, Window
from xsrun.simulators.plain import PlainSimulator
from xsrun.simulators.routing import Refused, reply
from xsrun.simulators.seeding import Record, Table

API_KEY: Final = "51mu1a70r0000000000000000000000000000000000000000000000000000001"
PAGE_ID: Final = "kctbh9vrtdwd"
COMPONENT_ID: Final = "8kbf7d35c070"
ALPHABET: Final = "0123456789abcdefghijklmnopqrstuvwxyz"

IMPACTS: Final = {
    "operational": "none",
    "degraded_performance": "minor",
    "partial_outage": "major",
    "major_outage": "critical",
    "under_maintenance": "maintenance",
}
"""What a component's status makes of an incident."""


class Page(PlainSimulator):
    """One page in memory."""

    TABLES: ClassVar[Mapping[str, Table]] = {
        "components": Table(
            (Field("id", blank=False), Field("name", needed=True, blank=False), Field("description")),
            lambda self, given: self.put(
                "components", new_component(given.get("id") or self.new_id(), given["name"], given.get("description"))
            ),
        ),
        "keys": Table(
            (Field("key", needed=True, blank=False),), lambda self, given: self.put("keys", {"id": given["key"]})
        ),
    }

    def fresh(self) -> dict[str, list[Record]]:
        """A key, a page and two components."""
        return {
            "keys": [{"id": API_KEY}],
            "pages": [{"id": PAGE_ID, "name": "Simulator"}],
            "components": [
                new_component(COMPONENT_ID, "Checkout", "From basket to receipt"),
                new_component("vtnh60py4yd7", "Search", None),
            ],
            "incidents": [],
        }

    def fresh_limits(self) -> Limits:
        """Requests of a key."""
        return Limits(lambda: Window(statuspage.PAGES.rate))

    def secrets(self) -> Iterable[str]:
        """The API keys."""
        return [each["id"] for each in self.account["keys"]]

    def new_id(self) -> str:
        """An id."""
        return token(self.random, ALPHABET, 12)


def new_component(component_id: str, name: str, description: str | None) -> Record:
    """A component that works."""
    return {"id": component_id, "name": name, "description": description, "status": "operational"}


def no(status: int, *errors: str) -> Refused:
    """A refusal, to be raised: one error as a text, or a list of what is wrong with a record."""
    return Refused(reply(status, {"error": list(errors) if status == 422 else errors[0]}))
