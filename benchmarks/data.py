"""What tables cost: statements against the same done by hand with SQLAlchemy Core, in turn on one SQLite file."""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa
from measuring import Bar, Plan, Row, in_turn, ratio

import xsrun
from xsrun.data.opening import database_of
from xsrun.data.schema import Definitions
from xsrun.data.store import Store
from xsrun.effects.memory import memory_world
from xsrun.project import load_text

ROWS: Final = 10_000
ADDED: Final = 1_000
MANY: Final = 1_000_000
TEXT: Final = """function "find" {
  input {}
  stack {
    db.query person { where = $db.person.age >= 18 } as $rows
  }
  response = $rows
}
---
function "add" {
  input { int times }
  stack {
    db.transaction {
      stack {
        for ($input.times) {
          each as $n { db.add person { data = {name: "Ada", age: $n, tags: ["a", "b"]} } }
        }
      }
    }
  }
}
---
function "stream" {
  input {}
  stack {
    var $count { value = 0 }
    db.query person { return = {type: "stream"} } as $rows
    foreach ($rows) {
      each as $row { math.add $count { value = 1 } }
    }
  }
  response = $count
}
---
function "page" {
  input { int page }
  stack {
    db.query person {
      return = {type: "list", paging: {page: $input.page, per_page: 1000}}
    } as $page
  }
  response = $page.itemsReceived
}
---
table person {
  schema {
    int id
    text name
    int age
    text[] tags
    timestamp created_at?=now
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
"""


def data(plan: Plan) -> list[Row]:
    """A query of many rows, a loop of additions, and the memory of going through a large table."""
    project = xsrun.Project(load_text(TEXT, "person.xs"))
    with tempfile.TemporaryDirectory() as folder:
        store = database_of(folder, project.program.tables)
        try:
            return [*_speeds(project, store, plan), _memory(project, store, plan)]
        finally:
            store.close()


def _speeds(project: xsrun.Project, store: Store, plan: Plan) -> list[Row]:
    world = memory_world(database=store)
    table = Definitions(project.program.tables).tables["person"]
    with store.transaction():
        project.call("add", {"times": ROWS}, world=world)
    engine = sa.create_engine(store._engine("").url)

    def find_by_hand() -> Any:
        with engine.connect() as connection:
            chosen = sa.select(table).where(table.c.age >= 18).order_by(table.c.id)
            return [dict(row) for row in connection.execute(chosen).mappings()]

    def add_by_hand() -> None:
        with engine.begin() as connection:
            for n in range(ADDED):
                row = {"name": "Ada", "age": n, "tags": ["a", "b"], "created_at": time.time_ns() // 1_000_000}
                connection.execute(sa.insert(table).returning(*table.c), row).mappings().one()

    found = in_turn(
        {"ours": _timed(lambda: project.call("find", world=world)), "by hand": _timed(find_by_hand)}, plan.rounds
    )
    added = in_turn(
        {
            "ours": _timed(lambda: project.call("add", {"times": ADDED}, world=world)),
            "by hand": _timed(add_by_hand),
        },
        plan.rounds,
    )
    engine.dispose()
    return [
        Row(
            "data",
            f"db.query of {ROWS:,} rows, of SQLAlchemy Core to dicts",
            ratio(found["ours"], found["by hand"]),
            Bar("<=", 1.5),
        ),
        Row(
            "data",
            f"{ADDED:,} db.add in a transaction, of the loop by hand",
            ratio(added["ours"], added["by hand"]),
            Bar("<=", 1.5),
        ),
    ]


def _timed(work: Callable[[], Any]) -> Callable[[], float]:
    def once() -> float:
        begun = time.process_time()
        work()
        return time.process_time() - begun

    return once


def _memory(project: xsrun.Project, store: Store, plan: Plan) -> Row:
    """Megabytes at the peak of going through all rows as a stream, and of one late page."""
    world = memory_world(database=store)
    many = MANY // 10 if plan.quick else MANY
    with store._engine("").connect() as connection, connection.begin():
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO person (name, age, tags, created_at) SELECT 'Ada', i, '[]', 0 FROM n",
            (many,),
        )
    tracemalloc.start()
    assert project.call("stream", world=world).value > many
    assert project.call("page", {"page": many // 1000}, world=world).value == 1000
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return Row("data", f"memory of a stream of {many:,} rows and of a late page", peak, Bar("<=", 10.0), unit="MB")
