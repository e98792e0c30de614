"""Tables: what `db.*` statements store and find, and what is wrong with them before anything runs."""

import json
import os
import subprocess
import sys

import pytest
from stack import program
from waiting import PATIENCE

from xsrun.effects.memory import memory_world
from xsrun.effects.outward import fresh_database
from xsrun.runtime.frame import Limits

PERSON = """

---
table person {
  auth = false
  schema {
    int id
    text name filters=trim
    int age?=18 filters=min:0|max:150
    text? nick
    text[] tags
    decimal score?
    bool active?=true
    json extra?
    enum status?=draft { values = ["draft", "done"] }
    password secret?
    timestamp created_at?=now
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
    {type: "btree|unique", field: [{name: "name"}]}
  ]
}
"""
NOW = 1_767_225_600_000


def ran(statements, response="$r", tables=PERSON, world=None):
    project = program(statements + tables, response=response)
    assert not project.errors, project.errors[0]
    return project.call("case", world=world or memory_world())


def value(statements, response="$r", tables=PERSON):
    result = ran(statements, response, tables)
    assert result.error is None, result.error
    return result.value


def fault(statements, tables=PERSON):
    error = ran(statements, "null", tables).error
    return error.code, error.message


def found(statements, tables=PERSON):
    return [(each.code, each.message, each.help) for each in program(statements + tables).diagnostics]


# ------------------------------------------------------------------ rows


def test_a_new_row_is_given_back_whole_and_in_the_order_of_its_columns():
    row = value('db.add person { data = {score: 2.0, name: " Ada ", extra: {bb: 1, a: [1.5]}} } as $r')
    assert json.dumps(row) == json.dumps(
        {
            "id": 1, "name": "Ada", "age": 18, "nick": None, "tags": [], "score": 2, "active": True,
            "extra": {"a": [1.5], "bb": 1}, "status": "draft", "created_at": NOW,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{name: null}", "Missing param: name"),
        ('{name: "a", age: 200}', "Value is greater than the maximum value of 150"),
        ('{name: "a", age: "x"}', "Value is not a valid integer."),
        ('{name: "a", status: "gone"}', 'Input "gone" is not one of the allowable values.'),
        ('{nick: ("6100"|hex2bin)}', "Value contains characters that a database cannot hold."),
    ],
)
def test_what_does_not_fit_a_column_is_an_input_error(data, said):
    assert fault(f"db.add person {{ data = {data} }}") == ("input-error", said)


def test_null_for_an_optional_column_that_holds_none():
    """It counts as left out, and clears the column of a row that is there."""
    added = 'db.add person { data = {name: "Ada", age: null, active: null} output = ["age", "active"] } as $a\n'
    edited = 'db.edit person { field_value = 1 data = {age: null, active: null} output = ["age", "active"] } as $e\n'
    assert value(f"{added}{edited}var $r {{ value = [$a, $e] }}") == [
        {"age": 18, "active": True},
        {"age": 0, "active": False},
    ]


def test_two_rows_of_one_unique_value_are_refused():
    assert fault('db.add person { data = {name: "a"} }\ndb.add person { data = {name: "a"} }') == (
        "duplicate-record",
        "Duplicate record detected. Please check your table's unique indexes: name",
    )


def test_a_value_of_another_type_finds_what_it_means():
    added = 'db.add person { data = {name: "a", age: 36} }\n'
    assert value(f'{added}db.has person {{ field_name = "age" field_value = "36" }} as $r')
    assert not value(f'{added}db.has person {{ field_name = "age" field_value = "x" }} as $r')


def test_an_edit_changes_one_row_and_nothing_else():
    added = 'foreach (["a", "b"]) {\n  each as $name { db.add person { data = {name: $name} } }\n}\n'
    edited = 'db.edit person { field_name = "age" field_value = 18 data = {nick: "x"} } as $e\n'
    rows = value(f'{added}{edited}db.query person {{ output = ["name", "nick"] }} as $r')
    assert rows == [{"name": "a", "nick": "x"}, {"name": "b", "nick": None}]


def test_a_password_is_stored_as_a_hash_and_shown_only_when_named():
    row = value('db.add person { data = {name: "a", secret: "hunter22"} output = ["secret"] } as $r')
    assert row["secret"].startswith("$scrypt$")


# ------------------------------------------------------------------ queries

ROWS = """
foreach ([{name: "Ada", age: 36, tags: ["x", "y"]}, {name: "Bob", age: 17, nick: "bo%b"}, {name: "Zoé", age: 50}]) {
  each as $row { db.add person { data = $row } }
}
"""


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("$db.person.age > 17", ["Ada", "Zoé"]),
        ("$db.age >= 17 && $db.person.name != \"Ada\"", ["Bob", "Zoé"]),
        ("$db.person.nick == null", ["Ada", "Zoé"]),
        ("$db.person.nick != null", ["Bob"]),
        ("$db.person.nick ==? null", ["Ada", "Bob", "Zoé"]),
        ("$db.person.age in [17, \"50\"]", ["Bob", "Zoé"]),
        ("$db.person.age not in []", ["Ada", "Bob", "Zoé"]),
        ("$db.person.age in []", []),
        ("$db.person.tags contains \"x\"", ["Ada"]),
        ("$db.person.tags overlaps [\"y\", \"z\"]", ["Ada"]),
        ("$db.person.name includes \"ZOÉ\"", ["Zoé"]),
        ("$db.person.nick includes \"%\"", ["Bob"]),
        ("$db.person.name like \"_da\"", ["Ada"]),
        ("$db.person.name like \"a%\"", []),
        ("$db.person.name ilike \"a%\"", ["Ada"]),
        ("$db.person.name ~ \"^[AB]\"", ["Ada", "Bob"]),
        ("$db.person.age between [17, 36]", ["Ada", "Bob"]),
        ("!($db.person.age == 36 || $db.person.age == 50)", ["Bob"]),
        ("($db.person.name|to_lower) == \"ada\"", ["Ada"]),
        ("1 == 2 || $db.person.age == 36", ["Ada"]),
    ],
)  # fmt: skip
def test_a_condition_finds_the_rows_that_meet_it(where, names):
    rows = value(f"{ROWS}db.query person {{ where = {where} }} as $r")
    assert [row["name"] for row in rows] == names


# ------------------------------------------------------------------ before anything runs


def test_unknown_tables_and_columns_are_named_with_the_nearest_one():
    assert found(
        'db.get persn { field_value = 1 }\ndb.add person { data = {nmae: "a"} }\n'
        'db.get person { field_name = "agge" field_value = 1 }\ndb.query person { where = $db.person.aeg == 1 } as $r'
    )[:4] == [
        ("unresolved-table", "there is no table `persn`", "did you mean `person`?"),
        ("unknown-column", "the table `person` has no column `nmae`", "did you mean `name`?"),
        ("unknown-column", "the table `person` has no column `agge`", "did you mean `age`?"),
        ("unknown-column", "the table `person` has no column `aeg`", "did you mean `age`?"),
    ]


def test_a_missing_table_in_a_try_is_met_when_the_statement_runs():
    tried = "try_catch {\n  try { db.add gone { data = {a: 1} } }\n  catch { var $r { value = $error.message } }\n}"
    assert value(f'var $r {{ value = "" }}\n{tried}') == "Table does not exist: gone"


# ------------------------------------------------------------------ where rows are

JOB = 'run.job "Add" { main = {name: "add"} }'
ADD = """function add { input {} stack {
  db.add person { data = {name: "a"} }
  db.query person as $r
} response = $r|count }"""


def test_rows_stay_in_a_private_file_of_the_project(tmp_path):
    first, second = executed(tmp_path), executed(tmp_path)
    assert (first.stdout, second.returncode) == ("1\n", 1)
    assert "Duplicate record detected" in second.stderr
    store = tmp_path / "job" / ".xsrun" / "data.sqlite"
    assert os.stat(store).st_mode & 0o777 == 0o600
    assert [each.name for each in store.parent.iterdir() if each.name.startswith("data.")] == ["data.sqlite"]


def test_a_database_is_named_by_an_option_or_by_the_settings_of_the_project(tmp_path):
    assert [executed(tmp_path, "--db", ":memory:").stdout for _ in range(2)] == ["1\n", "1\n"]
    assert executed(tmp_path, "--db", str(tmp_path / "other.sqlite")).stdout == "1\n"
    (tmp_path / "job" / "xsrun.toml").write_text('db = ":memory:"\n')
    assert [executed(tmp_path).stdout for _ in range(2)] == ["1\n", "1\n"]
    assert not (tmp_path / "job" / ".xsrun").exists()


def test_a_dry_run_shows_what_it_would_store_and_stores_nothing(tmp_path):
    first = executed(tmp_path, "--dry-run")
    assert (first.stdout, first.stderr) == ("1\n", "would do database insert person\n")
    assert not (tmp_path / "job" / ".xsrun").exists()
    assert executed(tmp_path).stdout == "1\n"
    assert "Duplicate record detected" in executed(tmp_path, "--dry-run").stderr


def executed(tmp_path, *options):
    job = tmp_path / "job"
    job.mkdir(exist_ok=True)
    (job / "run.xs").write_text(f"{JOB}\n---\n{ADD}{PERSON}")
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "xsrun", "execute", str(job), *options]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=PATIENCE)


def test_one_database_serves_several_calls():
    project = program(f'db.add person {{ data = {{name: "a"}} }}\ndb.query person as $r{PERSON}', response="$r")
    world = memory_world(database=fresh_database(project.program.tables))
    assert len(project.call("case", world=world).value) == 1
    assert project.call("case", world=world).error.code == "duplicate-record"


WRONG = {
    'where = ($db.person.name|trim) == "a"': ("unknown-filter", "`trim` is no filter of database expressions"),
    "where = ($db.person.name|concat) == 1": ("missing-argument", "`concat` needs 1 more argument"),
    "where = ($db.person.name|to_lower:1) == 1": ("too-many-arguments", "`to_lower` takes 0 at most"),
    "where = $db.persn.name == 1": ("unresolved-table", "the query has no table `persn`"),
    "where = $db.person == 1": ("unknown-column", "`$db.person` names no column"),
    "where = $db.person.name.first == 1": ("unknown-column", "`name` is text and holds nothing below it"),
    "where = ($db.person.age > 1 ? 1 : 2) == 1": ("misplaced-db", "the database cannot calculate this"),
    'return = {type: "lst"}': ("bad-clause", "`type` cannot be `lst`"),
    'return = {typ: "list"}': ("unknown-clause", "`return` has no `typ`"),
    'return = {type: "list", paging: {pages: 1}}': ("unknown-clause", "`paging` has no `pages`"),
    'return = {type: "aggregate", eval: {n: $db.person.id|cnt}}': ("unknown-filter", "`n` ends in no aggregator"),
    'return = {type: "aggregate", eval: {n: $db.person.id|count}} sort = {age: "asc"}': (
        "unknown-column",
        "the aggregate has no `age`",
    ),
    'sort = {age: "up"}': ("bad-clause", "`age` cannot be `up`"),
    'sort = {agee: "asc"}': ("unknown-column", "the table `person` has no column `agee`"),
    'join = {pet: {table: "pett"}}': ("unresolved-table", "there is no table `pett`"),
    "join = {pet: {}}": ("missing-attribute", "the join `pet` names no table"),
    'join = {p: {table: "person", typ: "left"}}': ("unknown-clause", "`p` has no `typ`"),
    "limit = 3": ("unknown-attribute", "`db.query` has no attribute `limit`"),
    "addon = 3": ("bad-clause", "`addon` is a list of objects"),
}


@pytest.mark.parametrize("body", WRONG)
def test_what_is_wrong_with_a_query_is_found_before_it_runs(body):
    clauses = body.replace("}} sort", "}}\n  sort")
    errors = program(f"db.query person {{\n  {clauses}\n}} as $r{PERSON}").errors
    assert [(each.code, each.message) for each in errors] == [WRONG[body]]


def test_a_table_may_go_by_its_name_where_the_query_knows_it_by_another():
    joined = """db.add person { data = {name: "Ada", age: 36} } as $one
db.query person {
  join = {other: {table: "pet", type: "left", where: $db.person.id == $db.pet.owner}}
  where = $db.PERSON.age > 1 && $db.pet.id == null
  output = ["name"]
} as $r"""
    pet = """
---
table pet {
  schema {
    int id
    int owner
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
"""
    project = program(joined + PERSON + pet, response="$r")
    assert [(each.severity, each.code) for each in project.diagnostics] == [("warning", "not-portable")] * 3
    assert project.call("case").value == [{"name": "Ada"}]
    exported = program(
        'db.query "my-pets" { where = $db.my_pets.owner == 1 } as $r\n' + pet.replace("pet", '"my-pets"')
    )
    assert not exported.diagnostics, "my-pets cannot be written behind $db"


def test_columns_that_an_export_has_lost_are_left_out_of_a_row():
    """The platform's own starter template names `phone` in `output`, and its exports index `xdo`.

    They also have one index for each direction.
    """
    indexes = """
      {type: "gin", field: [{name: "xdo", op: "jsonb_path_op"}]}
      {type: "btree", field: [{name: "age", op: "desc"}]}
      {type: "btree", field: [{name: "age", op: "asc"}]}
"""
    project = program(
        """db.add person { data = {name: "Ada", age: 36} } as $one
db.get person { field_name = "id" field_value = 1 output = ["phone", "name"] } as $two
db.query person { output = ["name", "phone"] } as $all
db.query person { return = {type: "list", paging: {page: 1}} output = ["items.name", "items.phone"] } as $page
db.get person { field_value = 1 output = ["phone"] } as $lost
db.edit person { field_value = 1 data = {age: 37} output = [] } as $none"""
        + PERSON.replace("index = [", f"index = [{indexes}"),
        response='[$two, $all, $page|get:"items", $lost.age, $none.age]',
    )
    assert [(each.severity, each.code) for each in project.diagnostics] == [("warning", "unknown-column")] * 4
    assert project.call("case").value == [{"name": "Ada"}, [{"name": "Ada"}], [{"name": "Ada"}], 36, 37]


TABLES = {
    "table t { schema { text name } }": ("missing-column", "the table `t` has no column `id`"),
    "table t { schema { decimal id } }": ("missing-column", "the column `id` is decimal, and can be int or uuid"),
    "table t { }": ("missing-schema", "a table says in `schema` which columns it has"),
    'table t { schema { int id } index = [{type: "uniqe", field: [{name: "id"}]}] }': (
        "bad-index",
        "there is no index of type `uniqe`",
    ),
    'table t { schema { int id } index = [{type: "btree", field: [{name: "ide"}]}] }': (
        "unknown-column",
        "the table `t` has no column `ide`",
    ),
    "table t { schema { int id } items = [{ide: 1}] }": ("unknown-column", "the table `t` has no column `ide`"),
    "table t { schema { int id } items = 3 }": ("bad-clause", "`items` is a list of objects"),
    "table t { schema {\n int id\n file a\n} }": ("wrong-type", "Type 'file' is for inputs only"),
    'table t { schema {\n int id\n dblink { table = "t" }\n} }': ("wrong-type", "Type 'dblink' is for inputs only"),
}


@pytest.mark.parametrize("table", TABLES)
def test_what_is_wrong_with_a_table_is_found_before_it_runs(table):
    errors = program(f"\n\n---\n{table}").errors
    assert [(each.code, each.message) for each in errors] == [TABLES[table]]


def test_columns_that_differ_in_case_alone_are_reported_before_sqlite_refuses_them():
    project = program("\n\n---\ntable t { schema {\n int id\n text Town\n text town\n} }")
    [found] = [each for each in project.diagnostics if each.code == "duplicate-name"]
    assert (found.severity, found.message) == ("warning", "SQLite cannot tell the columns `Town` and `town` apart")


def test_a_result_may_not_have_more_rows_than_the_run_allows():
    project = program(f"{ROWS}\ndb.query person as $r{PERSON}", response="$r")
    error = project.call("case", limits=Limits(items=2)).error
    assert error is not None
    assert error.code == "limit-size"


@pytest.mark.parametrize(
    ("named", "code", "error"), [("", "lost-reference", "lost-reference"), ("pets", "unresolved-table", "database")]
)
def test_a_query_fails_whose_join_has_no_table(named, code, error):
    joined = f'db.query person {{ join = {{o: {{table: "{named}", where: $db.person.id == $db.o.owner}}}} }} as $rows'
    tried = f"try_catch {{ try {{ {joined} }} catch {{ var $rows {{ value = $error.code }} }} }}"
    assert [each.code for each in program(tried + PERSON).diagnostics] == [code]
    project = program((joined if not named else tried) + PERSON, response="$rows")
    result = project.call("case")
    assert (result.error.code if result.error else result.value) == (error if not named else "ERROR_FATAL")
