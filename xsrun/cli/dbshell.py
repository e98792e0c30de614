"""``xsrun db shell``: the database's own shell with its address, or one statement."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any

import sqlalchemy as sa

from xsrun import values
from xsrun.data import direct
from xsrun.data.session import Session


def hand_over(url: str, file: str, datasource: str) -> None:
    """Become the shell of a database; come back where none is installed."""
    shell = shutil.which("sqlite3" if file else "psql")
    if shell is None:
        sys.stderr.write("neither sqlite3 nor psql is at hand for this; one statement is read from stdin\n")
        return
    sys.stdout.flush()
    if file:
        os.execv(shell, [shell, file])
    address = sa.make_url(url)
    known = {"PGPASSWORD": address.password} if address.password else {}
    search = {"PGOPTIONS": f"-csearch_path={datasource}"} if datasource else {}
    place = (address.username, None, address.host, address.port, address.database, address.query)
    plain = sa.URL.create("postgresql", *place).render_as_string()
    os.execve(shell, [shell, plain], {**os.environ, **known, **search})


def statement(session: Session, text: str) -> list[dict[str, Any]]:
    """The rows of one statement. Raises the Fault ``database``."""
    return [values.plain(row) for row in direct.run(session, "", text.rstrip().removesuffix(";"), [])]
