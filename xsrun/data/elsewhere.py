"""Databases of others, for ``db.external.*.direct_query`` (database.md section 10); implements ``ports.Elsewhere``."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final
from weakref import finalize

import sqlalchemy as sa

from xsrun import extras
from xsrun.data import direct
from xsrun.data.refusals import telling
from xsrun.data.session import Row
from xsrun.diagnostics import Fault
from xsrun.effects.ports import DatabaseLost, ForeignSql

CONNECT_SECONDS: Final = 10
ANSWER_SECONDS: Final = 30
"""How long one statement may take."""
SCHEMES: Final[Mapping[str, str]] = {
    "postgres": "postgresql", "postgresql": "postgresql", "mysql": "mysql", "mariadb": "mysql",
}  # fmt: skip
SHAPES: Final = {"postgresql": "postgres://user:password@host:5432/name", "mysql": "mysql://user:password@host/name"}
POSTGRESQL_OPTIONS: Final = frozenset(
    {"sslmode", "sslrootcert", "sslnegotiation", "channel_binding", "application_name", "options", "host"}
)
MYSQL_OPTIONS: Final = frozenset({"charset", "unix_socket", "ssl-mode", "ssl-ca"})


class Databases:
    """Databases at addresses, connected to when they are first asked; safe for threads.

    ``check`` is told the host of an address before it is connected to, and refuses by raising.
    """

    def __init__(self, check: Callable[[str], None] = lambda _host: None) -> None:
        self._check = check
        self._engines: dict[str, sa.Engine] = {}
        self._making = Lock()
        self.close: Callable[[], object] = finalize(self, _let_go, self._engines)
        """Closes the connections, at the latest when nobody has this any more."""

    def query(self, asked: ForeignSql) -> list[Row]:
        """The rows of a statement, in a transaction of its own. Raises the Faults ``database``, ``missing-extra``."""
        engine = self._engine(asked)
        bound = direct.bound(asked.sql, asked.arguments, engine.dialect.name)
        for host in {str(engine.url.host or ""), *_places(engine.url)}:
            self._check(host)
        try:
            with telling(), engine.connect() as connection, connection.begin():
                for each in _before(engine.dialect.name, asked.reads):
                    connection.exec_driver_sql(each)
                if asked.sending is not None:
                    asked.sending()
                return direct.rows(connection, *bound)
        except DatabaseLost as lost:
            if not asked.reads:
                lost.help = "look in the database whether it was done"
            raise
        except Fault as fault:
            if fault.help == "" and asked.reads and "READ ONLY" in fault.message.upper().replace("-", " "):
                fault.help = "what begins with SELECT only reads; begin with WITH what also writes"
            raise

    def _engine(self, asked: ForeignSql) -> sa.Engine:
        with self._making:
            found = self._engines.get(asked.url)
            if found is None:
                found = self._engines[asked.url] = _opened(asked)
            return found


def _let_go(engines: Mapping[str, sa.Engine]) -> None:
    """Close the connections."""
    for engine in engines.values():
        engine.dispose()


def _places(url: sa.URL) -> list[str]:
    """Where else than at its host an address may lead."""
    return [str(value) for name, value in url.query.items() if name in ("host", "unix_socket")]


def _before(dialect: str, reads: bool) -> list[str]:
    """What begins a transaction."""
    limits = [f"SET LOCAL statement_timeout = {ANSWER_SECONDS * 1000}"] if dialect == "postgresql" else []
    return [*(["SET TRANSACTION READ ONLY"] if reads else []), *limits]


def _opened(asked: ForeignSql) -> sa.Engine:
    """The engine of an address, which is not connected to yet. Raises Fault, never with the address."""
    try:
        url = sa.make_url(asked.url)
    except (sa.exc.ArgumentError, ValueError):
        raise _no_address(asked.kind) from None
    if SCHEMES.get(url.drivername) != asked.kind:
        raise _no_address(asked.kind)
    make = _postgresql if asked.kind == "postgresql" else _mysql
    return make(url, {name: str(value) for name, value in url.query.items()})


def _postgresql(url: sa.URL, options: Mapping[str, str]) -> sa.Engine:
    extras.load("psycopg", extra="postgresql", needed_by="db.external.postgres.direct_query")
    _demand_known(options, POSTGRESQL_OPTIONS)
    patience = {"connect_timeout": CONNECT_SECONDS, "tcp_user_timeout": ANSWER_SECONDS * 1000}
    return _made(url.set(drivername="postgresql+psycopg"), patience)


def _mysql(url: sa.URL, options: Mapping[str, str]) -> sa.Engine:
    extras.load("pymysql", extra="mysql", needed_by="db.external.mysql.direct_query")
    _demand_known(options, MYSQL_OPTIONS)
    told: dict[str, Any] = {
        "charset": options.get("charset", "utf8mb4"),
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": ANSWER_SECONDS,
        "write_timeout": ANSWER_SECONDS,
    }
    socket = {name: value for name, value in options.items() if name == "unix_socket"}
    tls = _tls(options.get("ssl-mode", "PREFERRED").upper(), options.get("ssl-ca"))
    return _made(url.set(drivername="mysql+pymysql", query=socket), {**told, **tls})


def _tls(mode: str, authority: str | None) -> dict[str, Any]:
    """What a driver of MySQL is told for one of its ``ssl-mode``. Raises Fault."""
    if mode in ("DISABLED", "PREFERRED"):
        return {"ssl_disabled": True} if mode == "DISABLED" else {}
    if mode not in ("REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"):
        raise Fault("database", f"Unknown ssl-mode: {mode}", help="write ssl-mode=REQUIRED, or VERIFY_IDENTITY")
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError as error:
        help = "ssl-ca is the path of certificates as PEM"
        raise Fault("database", f"ssl-ca cannot be read: {error.strerror or error}", help=help) from None
    context.check_hostname = mode == "VERIFY_IDENTITY"
    if mode == "REQUIRED":
        context.verify_mode = ssl.CERT_NONE
    return {"ssl": context}


def _made(url: sa.URL, told: Mapping[str, Any]) -> sa.Engine:
    return sa.create_engine(url, max_overflow=-1, pool_pre_ping=True, connect_args=dict(told), hide_parameters=True)


def _demand_known(options: Mapping[str, str], known: frozenset[str]) -> None:
    for name in options:
        if name not in known:
            help = f"these are known: {', '.join(sorted(known))}"
            raise Fault("database", f"The connection string has an unknown option: {name}", help=help)


def _no_address(kind: str) -> Fault:
    return Fault("database", f"The connection string is no address of {kind}.", help=f"write {SHAPES[kind]}")
