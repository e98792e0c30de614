"""Runs that change a database and are killed and resumed: real processes, real kill -9, each row once."""

import json
import sqlite3

import pytest
from counting import counting
from places import Place

JOB = """run.job "Rows" {
  main = {name: "rows"}
}
---
function "rows" {
  input {}
  stack {
    db.add item { data = {name: "first"} } as $first
    STATEMENTS
    db.query item { output = ["id", "name"] } as $rows
  }
  response = $rows
}
---
table item {
  schema {
    int id
    text name
    timestamp created_at?=now
    text token?="none" { sensitive = SENSITIVE }
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
"""
ADD = 'db.add item { data = {name: "second"} } as $second'
TRANSACTION = """
    try_catch {
      try {
        db.transaction {
          stack {
            db.add item { data = {name: "undone"} } as $undone
            throw { name = "Undo" value = "all" }
          }
        }
      }
      catch { debug.log { value = $error.message } }
    }
    db.transaction {
      stack {
        db.add item { data = {name: "second"} } as $second
        db.edit item { field_value = $second.id data = {name: $second.name ~ "!"} } as $edited
        api.request { url = "https://steps.example.com/page" method = "POST" params = {id: $second.id} } as $page
      }
    }
"""


@pytest.fixture
def counted():
    with counting() as running:
        yield running


@pytest.fixture
def place(tmp_path, counted):
    return Place(tmp_path, counted)


def names(place, database):
    with sqlite3.connect(place.folder / database) as connection:
        return [row[0] for row in connection.execute("select name from item order by id")]


@pytest.mark.parametrize(
    ("point", "sensitive"),
    [(point, "false") for point in ("before-intent", "after-intent", "call-made", "after-checkpoint")]
    + [("call-made", "true")],
)
def test_a_row_is_stored_once_whatever_kills_the_run(place, point, sensitive):
    place.job(JOB.replace("STATEMENTS", ADD).replace("SENSITIVE", sensitive))
    place.killed(point, 2)
    resumed = place.xsrun("runs", "resume", "last")
    assert resumed.returncode == 0, resumed.stderr
    assert [row["name"] for row in json.loads(resumed.stdout)] == ["first", "second"]
    assert names(place, ".xsrun/data.sqlite") == ["first", "second"]


@pytest.mark.parametrize(("point", "times"), [
    ("after-checkpoint", 2), ("after-intent", 4), ("call-made", 4), ("after-checkpoint", 4),
])  # fmt: skip
def test_a_transaction_is_done_once_and_what_stands_in_it_too(place, counted, point, times):
    place.job(JOB.replace("STATEMENTS", TRANSACTION).replace("SENSITIVE", "false"))
    mapped = ("--map", f"steps.example.com={counted.url}")
    place.killed(point, times, *mapped)
    resumed = place.xsrun("runs", "resume", "last")
    assert resumed.returncode == 0, resumed.stderr
    assert names(place, ".xsrun/data.sqlite") == ["first", "second!"]
    assert counted.seen == {"POST /page": 1}


def test_a_database_in_memory_is_filled_again(place):
    place.job(JOB.replace("STATEMENTS", ADD + "\n    util.sleep { value = 1 }").replace("SENSITIVE", "false"))
    place.killed("after-checkpoint", 1, "--db", ":memory:")
    resumed = place.xsrun("runs", "resume", "last")
    assert [row["name"] for row in json.loads(resumed.stdout)] == ["first", "second"], resumed.stderr


def test_no_value_of_a_sensitive_column_is_in_the_journal(place):
    place.job(
        JOB.replace("STATEMENTS", 'db.add item { data = {name: "x", token: "hush-hush-hush"} }').replace(
            "SENSITIVE", "true"
        )
    )
    assert place.xsrun("execute").returncode == 0
    for file in (place.folder / "state").rglob("*"):
        assert not file.is_file() or b"hush-hush" not in file.read_bytes()


def test_a_row_is_stored_once_in_postgresql(place, server):
    place.job(JOB.replace("STATEMENTS", ADD).replace("SENSITIVE", "false"))
    place.killed("call-made", 2, "--db", server.fresh())
    resumed = place.xsrun("runs", "resume", "last")
    assert [row["name"] for row in json.loads(resumed.stdout)] == ["first", "second"], resumed.stderr
