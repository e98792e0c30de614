"""What named work came to, in the database that it was done in: so that a run that goes on does nothing twice.

A row is written in the transaction of the work itself. Either both are there, or none.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final

import sqlalchemy as sa

from xsrun import values

TABLE: Final = "_xsrun_done"
DAYS: Final = 90
"""How long a run that was cut short can go on without doing its last work again."""
SELDOM: Final = 500
"""One of so many times old outcomes are looked for."""
_DAY_MS: Final = 86_400_000

done: Final = sa.Table(
    TABLE,
    sa.MetaData(),
    sa.Column("name", sa.Text(), primary_key=True),
    sa.Column("outcome", sa.Text(), nullable=False),
    sa.Column("at", sa.BigInteger(), nullable=False),
)


def recall(connection: sa.Connection, name: str) -> tuple[Any] | None:
    """What work of a name came to, None when it was not done."""
    found = connection.execute(sa.select(done.c.outcome).where(done.c.name == name)).scalar()
    return None if found is None else (values.loads(found),)


def remember(connection: sa.Connection, name: str, outcome: Any) -> None:
    """Note what work of a name came to; now and then forget what is too old."""
    if _now() % SELDOM == 0:
        connection.execute(sa.delete(done).where(done.c.at < _now() - DAYS * _DAY_MS))
    connection.execute(sa.insert(done), {"name": name, "outcome": json.dumps(outcome), "at": _now()})


def _now() -> int:
    return time.time_ns() // 1_000_000
