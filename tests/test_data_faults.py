"""What goes wrong with a database: each is one clear fault, and nothing is half stored."""

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from databases import ENGINES, database_for
from sqlalchemy import event
from stack import program
from waiting import joined

from xsrun.api import Project
from xsrun.data import opening
from xsrun.data.opening import database_of
from xsrun.effects.memory import memory_world
from xsrun.project import load_text

TABLE = """

---
table item {
  schema {
    int id
    text name
    int? number
    json? extra
    text[] tags
    text? nick
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
    {type: "btree|unique", field: [{name: "name"}, {name: "number"}]}
    {type: "btree", field: [{name: "nick", op: "asc"}]}
  ]
}
"""
ADD = 'db.add item { data = {name: "a", number: 1} } as $r'


def compiled(statements, response="null"):
    project = program(statements + TABLE, response=response)
    assert not project.errors, project.errors[0]
    return project


def fault(statements, database):
    error = compiled(statements).call("case", world=memory_world(database=database)).error
    return error and (error.code, error.message)


def count(database):
    found = compiled('db.query item { return = {type: "count"} } as $r', "$r").call(
        "case", world=memory_world(database=database)
    )
    assert found.error is None, found.error
    return found.value


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_refused_stores_nothing(engine, request):
    database = database_for(engine, request)(compiled(ADD).program.tables)
    assert fault(ADD, database) is None
    refused = {
        ADD: ("duplicate-record", "Duplicate record detected. Please check your table's unique indexes: name, number"),
        'db.bulk.add item { items = [{name: "b"}, {name: "a", number: 1}] }': (
            "duplicate-record",
            "Duplicate record detected. Please check your table's unique indexes: name, number",
        ),
        "db.add item { data = {name: null} }": ("input-error", "Missing param: name"),
        'db.add item { data = {number: "many"} }': ("input-error", "Value is not a valid integer."),
        "db.add item { data = {tags: [null]} }": ("input-error", "Missing param: tags.0"),
        "db.get item { field_value = null }": ("input-error", "Missing param: field_value"),
        'db.get item { field_name = ("nam" ~ "") field_value = 1 }': (
            "input-error",
            "The table item has no column: nam",
        ),
        'db.direct_query { sql = "select ?" arg = 99999999999999999999 }': None,
    }
    assert {each: fault(each, database) for each in refused} == refused
    assert count(database) == 1
    database.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_sql_that_is_wrong_fails_in_the_words_of_the_database(engine, request):
    database = database_for(engine, request)(compiled(ADD).program.tables)
    code, message = fault('db.direct_query { sql = "selec 1" }', database)
    assert code == "database"
    assert "syntax error" in message
    assert "[SQL" not in message
    database.close()


def test_sql_of_a_program_reaches_no_other_file(tmp_path):
    database = database_of(str(tmp_path), compiled(ADD).program.tables)
    for sql in (f"attach '{tmp_path}/x' as other", f"vacuum into '{tmp_path}/x'", "commit", "savepoint a"):
        code, _ = fault(f'db.direct_query {{ sql = "{sql}" }}', database)
        assert code == "database", sql
    assert sorted(each.name for each in tmp_path.rglob("x*")) == []
    database.close()


def test_a_file_that_another_process_holds(tmp_path):
    database = database_of(str(tmp_path), compiled(ADD).program.tables)
    assert fault(ADD, database) is None
    held = sqlite3.connect(tmp_path / ".xsrun" / "data.sqlite", isolation_level=None, timeout=0)
    held.execute("BEGIN IMMEDIATE")
    waiting = database_of(
        str(tmp_path), compiled(ADD).program.tables, f"sqlite:///{tmp_path}/.xsrun/data.sqlite?timeout=0"
    )
    assert fault('db.add item { data = {name: "b"} }', waiting) == ("database", "database is locked")
    assert count(waiting) == 1
    held.execute("COMMIT")
    assert fault('db.add item { data = {name: "b"} }', waiting) is None
    waiting.close()
    database.close()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no database at all, but text" * 40, "file is not a database"), (b"SQLite format 3\0" + b"x" * 4000, "")],
)
def test_a_file_that_is_no_database(tmp_path, content, said):
    (tmp_path / "data.sqlite").write_bytes(content)
    code, message = fault(ADD, database_of("", compiled(ADD).program.tables, str(tmp_path / "data.sqlite")))
    assert code == "database"
    assert said in message


def test_a_place_that_cannot_be_written():
    code, message = fault(ADD, database_of("/proc/nowhere", compiled(ADD).program.tables))
    assert (code, message) == ("database", "No such file or directory")


def test_a_url_that_means_nothing():
    with pytest.raises(Exception, match="There is no database of the kind oracle://"):
        database_of("", [], "oracle://x")


def test_a_full_disk_stores_nothing_of_a_statement(tmp_path):
    database = database_of(str(tmp_path), compiled(ADD).program.tables)
    assert fault(ADD, database) is None
    limited = 'db.direct_query { sql = "pragma max_page_count = 20" } as $p\n'
    filling = 'db.bulk.add item { items = ((1..5000)|map:{name: "x" ~ $$, nick: "' + "n" * 200 + '"}) }'
    assert fault(f"db.transaction {{\n  stack {{\n{limited}{filling}\n  }}\n}}", database) == (
        "database",
        "database or disk is full",
    )
    assert count(database) == 1
    database.close()


def test_a_connection_that_is_lost_in_a_transaction(server):
    database = database_of("", compiled(ADD).program.tables, server.fresh())
    assert fault(ADD, database) is None
    cut = 'db.direct_query { sql = "select pg_terminate_backend(pg_backend_pid())" }'
    code, message = fault(
        f'db.transaction {{\n  stack {{\n    db.add item {{ data = {{name: "b"}} }}\n    {cut}\n  }}\n}}', database
    )
    assert (code, message.partition(":")[0]) == ("database", "The connection to the database was lost")
    assert count(database) == 1
    assert fault('db.add item { data = {name: "c"} }', database) is None
    database.close()


def test_a_server_that_is_not_there():
    code, message = fault(
        ADD, database_of("", compiled(ADD).program.tables, "postgresql://nobody:secret-word@127.0.0.1:1/x")
    )
    assert code == "database"
    assert "secret-word" not in message


COUNTED = """run.job "Add" { main = {name: "add"} }
---
function add {
  input { text who }
  stack {
    for (50) {
      each as $n { db.add item { data = {name: $input.who, number: $n} } }
    }
  }
  response = true
}
"""


def test_two_processes_write_at_once_and_every_row_is_there(tmp_path):
    (tmp_path / "run.xs").write_text(COUNTED + TABLE.strip())
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "xsrun", "execute", str(tmp_path), "--input"]
    running = [subprocess.Popen([*command, f"who={who}"], env=env, stderr=subprocess.PIPE) for who in ("a", "b")]
    assert [(each.wait(60), each.stderr.read(), each.stderr.close()) for each in running] == [(0, b"", None)] * 2
    database = database_of(str(tmp_path), compiled(ADD).program.tables)
    assert count(database) == 100
    database.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_threads_write_at_once_and_every_row_is_there(engine, request):
    database = database_for(engine, request)(compiled(ADD).program.tables)
    failed = []

    def add(who):
        project = compiled(
            f'for (25) {{\n  each as $n {{ db.add item {{ data = {{name: "{who}", number: $n}} }} }}\n}}'
        )
        failed.append(project.call("case", world=memory_world(database=database)).error)

    threads = [threading.Thread(target=add, args=[who]) for who in "abcd"]
    for each in threads:
        each.start()
    joined(*threads)
    assert failed == [None] * 4
    assert count(database) == 100
    database.close()


# ------------------------------------------------------------------ no value becomes SQL

HOSTILE = ["'; drop table item; --", '%\' or ""="', "\\'; ? $1 :name %(x)s %s", "{}\n[é\U0001f600"]
OPERATORS = [
    "==",
    "!=",
    "<",
    ">=",
    "in",
    "not in",
    "contains",
    "includes",
    "like",
    "ilike",
    "between",
    "overlaps",
    "@>",
    "search",
]
COLUMNS = ["id", "name", "number", "extra", "extra.a", "tags", "nick"]


@pytest.mark.parametrize("engine", ENGINES)
def test_no_value_becomes_a_part_of_sql(engine, request):
    """Every operator on every column with every hostile text: rows come or do not, and all tables stay as they are."""
    database = database_for(engine, request)(compiled(ADD).program.tables)
    world = memory_world(database=database)
    assert fault(ADD, database) is None
    made = [
        f"db.query item {{ where = $db.item.{column} {operator} {_given(operator)} }} as $r"
        for column in COLUMNS
        for operator in OPERATORS
    ]
    named = [
        "db.get item { field_name = $input.text field_value = $input.text } as $r",
        "db.query item { override_sort = [{sortBy: $input.text}] } as $r",
        'db.query item { additional_where = {expression: [{statement: {left: {tag: "col", operand: $input.text}, '
        "op: $input.text, right: {operand: $input.text}}}]} } as $r",
        "db.set_datasource { value = $input.text }\ndb.query item as $r",
    ]
    for statements in [*made, *named]:
        for hostile in HOSTILE:
            given = with_text(statements)
            error = given.call("case", {"text": hostile}, world=world).error
            assert error is None or error.code in ("bad-argument", "input-error", "wrong-type", "database"), (
                statements,
                hostile,
                error,
            )
            assert statements not in made or error is None or error.code == "wrong-type" or "LIKE" in error.message
    assert fault('db.add item { data = {name: "' + "'; drop table item; --" + '"} }', database) is None
    assert count(database) == 2
    database.close()


def _given(operator):
    return "[$input.text, $input.text]" if operator == "between" else "$input.text"


_PROJECTS = {}


def with_text(statements):
    """Statements that have the input `text`."""
    if statements not in _PROJECTS:
        text = (
            f"function case {{\n  input {{ text text }}\n  stack {{\n{statements}\n  }}\n  response = null\n}}{TABLE}"
        )
        _PROJECTS[statements] = Project(load_text(text, "t.xs"))
        assert not _PROJECTS[statements].errors, _PROJECTS[statements].errors[0]
    return _PROJECTS[statements]


# ------------------------------------------------------------------ indexes


@pytest.mark.parametrize(
    ("where", "index"),
    [
        ('$db.item.nick == "a"', "item_nick_btree"),
        ('$db.item.nick in ["a", "b"]', "item_nick_btree"),
        ('$db.item.nick >= "a" && $db.item.nick < "b"', "item_nick_btree"),
        ('$db.item.name == "a" && $db.item.number == 1', "item_name_number_unique"),
        ("$db.item.id > 3", "PRIMARY KEY"),
    ],
)
def test_a_condition_uses_an_index(where, index):
    project = compiled(f"db.query item {{ where = {where} }} as $r")
    database = opening.fresh(project.program.tables)
    plans = []

    def explain(connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            rows = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[-1] for row in rows)

    event.listen(database._engine(""), "before_cursor_execute", explain)
    assert project.call("case", world=memory_world(database=database)).error is None
    assert any("SEARCH" in plan and index in plan for plan in plans), plans


def test_every_kind_of_index_is_taken(server):
    kinds = """

---
table item {
  schema {
    int id
    text a_column_with_a_name_that_is_rather_long_for_an_index
    text title
    json extra
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
    {type: "unique", field: [{name: "a_column_with_a_name_that_is_rather_long_for_an_index"}, {name: "title"}]}
    {type: "gin", field: [{name: "extra", op: "jsonb_path_op"}]}
    {type: "search", name: "words", lang: "english", field: [{name: "title", op: "A"}]}
    {type: "hash", field: [{name: "title"}]}
    {type: "vector", field: [{name: "extra", op: "vector_cosine_ops"}]}
  ]
}
"""
    project = program('db.add item { data = {title: "a"} output = ["title"] } as $r' + kinds, response="$r")
    assert not project.errors, project.errors[0]
    for database in (opening.fresh(project.program.tables), database_of("", project.program.tables, server.fresh())):
        assert project.call("case", world=memory_world(database=database)).value == {"title": "a"}
        database.close()
