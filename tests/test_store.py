"""The journal in PostgreSQL, when the server takes connections away."""

from collections.abc import Iterator

import pytest
from scaled import database_of_queues

from xsrun.engine.folder import Broken
from xsrun.engine.scale.store import PostgresStore, engine_for

psycopg = pytest.importorskip("psycopg")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    try:
        with database_of_queues() as made:
            yield made
    except psycopg.OperationalError:
        pytest.skip("there is no PostgreSQL")


@pytest.fixture
def store(url):
    made = PostgresStore(engine_for(url), patience=20, own=True)
    yield made
    made.close()


def end_all(url: str) -> None:
    """Have the server end every connection to the database but the one that asks for it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_connection_that_the_server_has_ended_is_made_anew(store, url):
    assert store.rows("SELECT ?::int", (1,)) == [(1,)]
    with store.engine.connect(), store.engine.connect():
        pass
    end_all(url)
    assert store.execute("SELECT ?::int", (2,)).rows == [(2,)]
    assert store.transact(lambda db: db.execute("SELECT 3").fetchone()[0]) == 3


def test_a_statement_that_is_wrong_is_not_waited_for(store):
    with pytest.raises(Broken, match='relation "nowhere" does not exist'):
        store.rows("SELECT * FROM nowhere", ())
    assert store.rows("SELECT 1", ()) == [(1,)]


def test_a_server_that_is_not_there_is_waited_for_as_long_as_one_is_patient():
    with pytest.raises(Broken):
        PostgresStore(engine_for("postgresql://127.0.0.1:1/none"), patience=0.2, own=True).rows("SELECT 1", ())
