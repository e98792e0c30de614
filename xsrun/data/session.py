"""One connection, within a transaction, as work sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from xsrun.data.columns import Catalog

Row = dict[str, Any]


class Session(NamedTuple):
    """What work is done with."""

    connection: sa.Connection
    tables: Mapping[str, sa.Table]
    catalog: Catalog
    prepared: dict[Any, Any]
    """Statements that were made before, by what they are made of: making one takes longer than most take to run."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    def rows(self, statement: sa.Executable, given: Any = None) -> list[Row]:
        """The rows of a statement."""
        result = self.connection.execute(statement, given)
        names = tuple(result.keys())
        return [dict(zip(names, row, strict=True)) for row in result]

    def first(self, statement: sa.Executable, given: Any = None) -> Row | None:
        """The first row of a statement."""
        return next(iter(self.rows(statement, given)), None)
