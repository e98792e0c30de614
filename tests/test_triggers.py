"""Triggers of tables: what they are given, when they run, and that they change nothing when they fail."""

import pytest
from stack import program

FOLDER = """

---
table item {
  schema {
    int id
    text name
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
---
table told {
  schema {
    int id
    text said
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
---
table_trigger tell {
  table = "item"
  actions = {insert: true, update: true, delete: true, truncate: true}
  input {
    json new
    json old
    text action
    text datasource
  }
  stack {
    db.add told { data = {said: $input.action ~ " " ~ ($input.old.name ?? "-") ~ " " ~ ($input.new.name ?? "-")} }
    precondition (($input.new.name ?? "") != "bad") { error = "refused" }
  }
}
---
table_trigger asleep {
  active = false
  table = "item"
  actions = {insert: true}
  stack { db.add told { data = {said: "asleep"} } }
}
---
table_trigger draft {
  table = "item"
  datasources = ["draft"]
  actions = {insert: true}
  stack { db.add told { data = {said: "draft"} } }
}
"""
TWO = 'db.bulk.add item { items = [{name: "a"}, {name: "b"}] }\n'
CASES = {
    'db.add item { data = {name: "a"} }': ["insert - a"],
    TWO: ["insert - a", "insert - b"],
    TWO + 'db.edit item { field_value = 1 data = {name: "c"} } as $e': ["insert - a", "insert - b", "update a c"],
    'db.add_or_edit item { field_name = "name" field_value = "a" data = {name: "a"} }\n'
    'db.add_or_edit item { field_name = "name" field_value = "a" data = {name: "b"} }': ["insert - a", "update a b"],
    TWO + "db.del item { field_value = 2 }": ["insert - a", "insert - b", "delete b -"],
    TWO + 'db.bulk.patch item { items = [{id: 1, name: "x"}, {id: 9, name: "y"}] }': [
        "insert - a", "insert - b", "update a x",
    ],
    TWO + 'db.bulk.patch item { where = $db.item.id > 0 data = {name: "x"} }': [
        "insert - a", "insert - b", "update a x", "update b x",
    ],
    TWO + "db.bulk.delete item": ["insert - a", "insert - b", "delete a -", "delete b -"],
    TWO + "db.truncate item": ["insert - a", "insert - b", "truncate - -"],
    'try_catch { try { db.transaction { stack {\n  db.add item { data = {name: "a"} }\n  var $x { value = 1 / 0 }\n'
    "} } } catch { } }": [],
    'db.transaction { stack {\n  db.add item { data = {name: "a"} }\n  db.add told { data = {said: "inside"} }\n} }': [
        "inside", "insert - a",
    ],
    'db.add item { data = {name: "bad"} }': ["insert - bad"],
    'db.set_datasource { value = "draft" }\ndb.add item { data = {name: "a"} }': ["insert - a", "draft"],
}  # fmt: skip


@pytest.mark.parametrize("statements", CASES)
def test_a_trigger_runs_behind_each_change(statements):
    asked = 'db.query told { output = ["said"] } as $r'
    project = program(f"{statements}\n{asked}{FOLDER}", response="$r|map:$$.said")
    assert not project.errors, project.errors[0]
    result = project.call("case")
    assert (result.error, result.value) == (None, CASES[statements])
    if "bad" in statements:
        assert result.logs == ("the trigger tell failed: refused",)


def test_a_trigger_that_causes_itself_ends():
    again = FOLDER.replace("db.add told", 'db.add item { data = {name: "again"} }\n    db.add told', 1)
    project = program('db.add item { data = {name: "a"} }\ndb.query item as $r' + again, response="$r|count")
    result = project.call("case")
    assert (result.error, result.value) == (None, 11)


def test_a_channel_may_have_triggers_of_one_name():
    each = 'realtime_trigger channel_trigger {\n  channel = "a"\n  stack {}\n  response = null\n}'
    assert not program(f"\n\n---\n{each}\n---\n{each}").errors


def test_a_trigger_of_a_table_that_is_not_there():
    project = program("" + FOLDER.replace('table = "item"', 'table = "itm"', 1))
    found = [(each.severity, each.help) for each in project.diagnostics if each.code == "unresolved-table"]
    assert found == [("warning", 'did you mean "item"?')]
