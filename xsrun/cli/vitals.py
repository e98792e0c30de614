"""What commands that work for others need, to say whether they are ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xsrun.diagnostics import Fault
from xsrun.engine.folder import Broken
from xsrun.engine.orders import Engine
from xsrun.server.service import Served, Service
from xsrun.telemetry.health import Health, Look
from xsrun.telemetry.telling import Numbers

NOTHING: Final = "xsrun ready"
"""Names work that nobody does."""


def of_server(served: Served, engine: Engine, numbers: Numbers) -> Health:
    """The health of a server: it needs the journal, and the database of every project that has tables."""

    def looks() -> Mapping[str, Look]:
        services = served.now.named.values()
        databases = {f"database of {each.name}": _database(each) for each in services if each.loaded.program.tables}
        return {"journal": lambda: engine.journal().close(), **databases}

    return Health(looks, numbers.text)


def _database(service: Service) -> Look:
    def look() -> None:
        try:
            service.world.database.recall(NOTHING)
        except Fault as fault:
            raise Broken(service.masked(fault.message)) from None

    return look
