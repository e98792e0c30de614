"""What commands that work for others need to say how they are: whether they are ready, and their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Final

from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.diagnostics import Fault
from xsrun.engine.folder import Broken
from xsrun.engine.orders import Engine
from xsrun.telemetry.health import Health, Look
from xsrun.telemetry.listener import BadAddress, listening
from xsrun.telemetry.metrics import Meters
from xsrun.telemetry.telling import Numbers, serving

if TYPE_CHECKING:
    from xsrun.server.service import Served, Service

NOTHING: Final = "xsrun ready"
"""Names work that nobody does."""


@contextmanager
def telling_health(address: str | None, looks: Mapping[str, Look], output: Output) -> Iterator[tuple[Health, Meters]]:
    """Have a process watched, and its health told at ``HOST:PORT`` or a port, if one is given. Raises BadOption."""
    with serving(output.untold) as numbers, ExitStack() as until:
        health = Health(lambda: looks, numbers.text)
        if address is not None:
            try:
                url = until.enter_context(listening(address, health))
            except BadAddress as bad:
                raise BadOption(f"--health: {bad}", "write --health 127.0.0.1:8081, or a port alone") from None
            output.line({"type": "health", "url": url} if output.as_json else f"health: {url}/_xsrun/ready")
        yield health, numbers.meters


def of_server(served: Served, engine: Engine, numbers: Numbers) -> Health:
    """The health of a server: it needs the journal, and the database of every project that has tables."""

    def looks() -> Mapping[str, Look]:
        services = served.now.named.values()
        databases = {f"database of {each.name}": _database(each) for each in services if each.loaded.program.tables}
        return {"journal": reaching(engine), **databases}

    return Health(looks, numbers.text)


def reaching(engine: Engine) -> Look:
    """Looks whether the journal of an engine is there. Where it lies is told to nobody: anybody may ask for health."""

    def look() -> None:
        try:
            with closing(engine.journal()) as journal:
                journal.rows("SELECT 1")
        except Broken as broken:
            raise Broken(broken.reason) from None

    return look


def _database(service: Service) -> Look:
    def look() -> None:
        try:
            service.world.database.recall(NOTHING)
        except Fault as fault:
            raise Broken(service.masked(fault.message)) from None

    return look
