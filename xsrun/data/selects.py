"""``db.query`` as one SQL query (database.md section 5)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from xsrun.data.columns import KEY
from xsrun.data.conditions import SqlBuilder
from xsrun.data.session import Session


def query(session: Session, table: str, settled: dict[str, Any]) -> Any:
    """The rows of a settled query."""
    target = session.tables[table].alias(settled["alias"])
    builder = SqlBuilder({settled["alias"]: target}, session.dialect)
    chosen = sa.select(*(target.c[name] for name in settled["shown"])).where(builder.condition(settled["where"]))
    return session.rows(chosen.order_by(target.c[KEY]))
