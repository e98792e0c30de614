"""What is around a test: a fresh world in memory, without a network, and what a report wants to know of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Final

from xsrun import values
from xsrun.builtins.statements.security import AUTH_KEY
from xsrun.data.tables import Table
from xsrun.diagnostics import LimitFault
from xsrun.effects.memory import memory_world
from xsrun.effects.outward import LateHttp, fresh_database
from xsrun.effects.ports import Request, Response, World
from xsrun.runtime.secrets import Masker

MOST_LOGGED: Final = 20
"""Log entries of a test that are kept."""


SEEDED: Final = ("seed", "live")
"""The datasources in which tables have the rows that they declare in ``items``."""


class Offline:
    """Refuses every request. The fault goes past ``try_catch``: no test passes because its network is off."""

    def __init__(self, test: str) -> None:
        self._test = test

    def send(self, request: Request) -> Response:
        """Raise LimitFault."""
        # What is sent once is sent by a statement of a provider, which gives no response but what is in it.
        shown = "…" if request.single else "{response: {status: 200, result: …}}"
        raise LimitFault(
            "network-disabled",
            "network disabled in tests",
            help=f'mock it: mock = {{"{self._test}": {shown}}}',
        )


class Variables(dict[str, str]):
    """An environment that notes what is asked for and not there."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self.asked: dict[str, None] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a variable, else the default."""
        if name not in self:
            self.asked[name] = None
        return super().get(name, default)


class LastEntries:
    """Keeps the latest log entries: a loop without end must not fill the memory with them."""

    def __init__(self) -> None:
        self.values: deque[Any] = deque(maxlen=MOST_LOGGED)

    def write(self, value: Any, place: str = "") -> None:
        """Keep an entry."""
        self.values.append(values.plain(value))


class Surroundings:
    """The world of one test, and what is noted of it while it runs."""

    def __init__(self, test: str, network: bool = False) -> None:
        self.log = LastEntries()
        self.env = Variables({AUTH_KEY: "signs the tokens of tests, and nothing else"})
        self.secrets = Masker()
        """What the report must not show."""
        self.world = memory_world(http=LateHttp() if network else Offline(test), log=self.log, env=self.env)

    def with_tables(self, tables: Iterable[Table], datasource: str) -> World:
        """The world with a fresh database: every table, and rows only where a datasource with rows is asked for."""
        seeding = self.world if datasource in SEEDED else None
        return self.world._replace(database=fresh_database(tables, seeding))
