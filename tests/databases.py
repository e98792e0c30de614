"""Databases for tests: SQLite in memory, and the PostgreSQL of this machine, each test in a schema of its own."""

import os
from itertools import count

import pytest

from xsrun.data.opening import database_of, fresh
from xsrun.effects.memory import memory_world

SERVER = os.environ.get("XSRUN_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
ENGINES = ("sqlite", "postgresql")


class Server:
    """A database in the PostgreSQL server, made for one session of tests and dropped behind it."""

    def __init__(self) -> None:
        psycopg = pytest.importorskip("psycopg")
        self._name = f"xsrun_test_{os.getpid()}"
        self._numbers = count()
        try:
            self._admin = psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=3)
        except psycopg.OperationalError as error:
            pytest.skip(f"no PostgreSQL server at {SERVER}: {str(error).splitlines()[0]}")
        self._admin.execute(f"DROP DATABASE IF EXISTS {self._name}")
        self._admin.execute(f"CREATE DATABASE {self._name}")
        self._session = psycopg.connect(f"{SERVER}/{self._name}", autocommit=True)

    def fresh(self) -> str:
        """The URL of an empty database."""
        schema = f"t{next(self._numbers)}"
        self._session.execute(f"CREATE SCHEMA {schema}")
        return f"{SERVER}/{self._name}?options=-csearch_path%3D{schema}"

    def execute(self, sql: str) -> None:
        """Do something behind the back of the store."""
        self._session.execute(sql)

    def drop(self) -> None:
        """Drop the database."""
        self._session.close()
        self._admin.execute(f"DROP DATABASE {self._name} WITH (FORCE)")
        self._admin.close()


@pytest.fixture(scope="session")
def server():
    found = Server()
    yield found
    found.drop()


def database_for(engine, request, server=None):
    """What opens an empty database with some tables in an engine."""
    if engine == "sqlite":
        return fresh
    found = server or request.getfixturevalue("server")
    return lambda tables: database_of("", tables, found.fresh())


@pytest.fixture(params=ENGINES)
def on_each_engine(request):
    """Runs a project in a fresh world with an empty database, in each of the two engines."""
    opened = []

    def run(project):
        opened.append(database_for(request.param, request)(project.program.tables))
        return project.call("case", world=memory_world(database=opened[-1]))

    yield run
    for each in opened:
        each.close()
