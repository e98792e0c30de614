"""Changed tables: what is added by itself, what is refused as rows would lose by it, and what is done on demand."""

import threading

import pytest
from databases import ENGINES
from stack import program
from waiting import PATIENCE, joined

from xsrun.data import migration
from xsrun.data.migration import Rename, Terms
from xsrun.data.opening import database_of
from xsrun.diagnostics import Fault
from xsrun.effects.memory import memory_world

BEFORE = """
    int id
    text name
    text? nick
    int age
    enum state { values = ["new", "old"] }
"""
ADD = """db.bulk.add item { items = [
  {name: "Ada", nick: "A", age: 36, state: "new"}, {name: "Bob", age: 17, state: "old"},
  {name: "Ada", age: 5}] } as $r"""
ALL = 'db.query item { return = {type: "list"} } as $r'
BTREE = ', {type: "btree", field: [{name: "name"}]}'


def compiled(statements, columns=BEFORE, indexes="", items="", name="item"):
    table = f"""

---
table {name} {{
  schema {{{columns}}}
  index = [{{type: "primary", field: [{{name: "id"}}]}}{indexes}]
  {f"items = {items}" if items else ""}
}}
"""
    project = program(statements.replace("item", name, 1) + table, response="$r")
    assert not project.errors, project.errors[0]
    return project


class Place:
    """Somewhere rows stay, whatever the tables are."""

    def __init__(self, url, home):
        self.url = url
        self.home = home

    def run(self, statements, *declared, **more):
        """What statements give with tables as declared; or the fault."""
        project = compiled(statements, *declared, **more)
        database = database_of(self.home, project.program.tables, self.url)
        result = project.call("case", world=memory_world(database=database))
        database.close()
        return result.value if result.error is None else (result.error.code, result.error.message)

    def migrate(self, terms, *declared, **more):
        database = database_of(self.home, compiled(ALL, *declared, **more).program.tables, self.url)
        try:
            with database.upkeep() as (session, wanted):
                return list(map(str, migration.prepare(session.connection, wanted, False, terms)))
        finally:
            database.close()

    def column(self, name, *declared, **more):
        return [row[name] for row in self.run(ALL, *declared, **more)]


@pytest.fixture(params=ENGINES)
def place(request, tmp_path):
    home = str(tmp_path / "project")
    (tmp_path / "project").mkdir()
    url = "" if request.param == "sqlite" else request.getfixturevalue("server").fresh()
    found = Place(url, home)
    assert len(found.run(ADD)) == 3
    return found


def test_what_adds_is_done_at_first_use(place):
    wider = BEFORE.replace('["new", "old"]', '["new", "old", "lost"]').replace("int age", "int? age")
    more = "\n text city?=Ulm\n int rank\n timestamp seen?=now\n text[] tags\n json? extra\n decimal size?=1.5\n"
    rows = place.run(ALL, wider + more, BTREE)
    assert [[row[name] for name in ("city", "rank", "tags", "extra", "size", "age")] for row in rows] == [
        ["Ulm", 0, [], None, 1.5, age] for age in (36, 17, 5)
    ]
    assert all(row["seen"] > 1_700_000_000_000 for row in rows)
    assert len({row["seen"] for row in rows}) == 1
    place.run('db.add item { data = {state: "lost", age: null} }', wider + more, BTREE)
    assert place.column("state", wider + more, BTREE) == ["new", "old", "", "lost"]


LOSSES = {
    "a column": (
        BEFORE.replace("    text? nick\n", ""), "", "item.nick: 1 row, its values are lost", "drop column",
        {"name": ["Ada", "Bob", "Ada"]},
    ),
    "a type": (
        BEFORE.replace("text name", "int name"), "",
        "item.name: 3 rows, from text to int; what cannot be converted gets the default", "retype column",
        {"name": [0, 0, 0]},
    ),
    "null": (
        BEFORE.replace("text? nick", "text nick?=none"), "", "item.nick: 2 rows, null becomes the default",
        "require column", {"nick": ["A", "none", "none"]},
    ),
    "a word": (
        BEFORE.replace('["new", "old"]', '["new"]'), "",
        "item.state: 1 row, what is none of its values becomes the default", "narrow column",
        {"state": ["new", "", ""]},
    ),
    "doubles": (
        BEFORE, ', {type: "btree|unique", field: [{name: "name"}]}',
        "item.name: 1 row, only the first of rows with the same values stays", "add index", {"name": ["Ada", "Bob"]},
    ),
    "the key": (
        BEFORE.replace("int id", "uuid id"), "", "item anew: 3 rows, an id of type uuid cannot be made of int",
        "make table", {"name": []},
    ),
}  # fmt: skip


@pytest.mark.parametrize("lost", LOSSES)
def test_what_loses_stops_and_is_done_on_demand(place, lost):
    columns, indexes, said, change, left = LOSSES[lost]
    columns += "    text more\n"
    code, message = place.run(ALL, columns, indexes)
    assert code == "schema-loss"
    assert message == f"The declared tables cannot hold the rows that are there: {change} {said}"
    assert len(place.run(ALL)) == 3, "nothing is half done"
    place.migrate(Terms(allow_loss=True), columns, indexes)
    assert {name: place.column(name, columns, indexes) for name in left} == left
    place.run('db.add item { data = {name: "7", state: "new"} }', columns, indexes)
    assert len(place.run(ALL, columns, indexes)) == len(next(iter(left.values()))) + 1


def test_what_can_be_converted_is(place):
    columns = BEFORE.replace("int age", "text age")
    assert place.migrate(Terms(allow_loss=True), columns) == ["retype column item.age"]
    assert place.column("age", columns) == ["36", "17", "5"]


def test_columns_without_values_and_tables_without_rows_may_go(place):
    place.run("db.truncate item {} as $r")
    assert place.run(ALL, "\n    uuid id\n    json name\n") == []
    assert place.run('db.query other { return = {type: "list"} } as $r', name="other") == []


def test_a_table_that_is_declared_no_longer(place):
    said = "drop table item: 3 rows, all of them are lost"
    assert place.run(ALL, name="other") == (
        "schema-loss", f"The declared tables cannot hold the rows that are there: {said}"
    )  # fmt: skip
    neighbour = Place(place.url, f"{place.home}-2")
    if place.url:
        assert neighbour.run(ALL, name="other") == [], "what another project declares is none of this one's business"


def test_names_change_and_values_stay(place):
    columns = BEFORE.replace("nick", "label").replace("int age", "int years")
    index = ', {type: "btree", field: [{name: "label"}]}'
    terms = Terms(
        renames=(Rename("item", "nick", "label"), Rename("item", "age", "years"), Rename("item", "", "thing"))
    )
    assert place.migrate(terms, columns, index, name="thing") == ["add index thing.label"]
    assert [(row["label"], row["years"]) for row in place.run(ALL, columns, index, name="thing")] == [
        ("A", 36), (None, 17), (None, 5)
    ]  # fmt: skip
    with pytest.raises(Fault, match=r"The database has no item\.nick to be renamed"):
        place.migrate(Terms(renames=(Rename("item", "nick", "x"),)), columns, index, name="thing")


def test_a_table_has_its_items_when_it_is_made(place):
    items = '[{id: 7, name: "seven"}, {name: "next"}]'
    other = 'db.query other { return = {type: "list"} } as $r'
    place.run("db.truncate item {} as $r")
    assert [(row["id"], row["name"]) for row in place.run(other, items=items, name="other")] == [
        (7, "seven"),
        (8, "next"),
    ]
    assert place.run('db.add other { data = {name: "new"} } as $r', items=items, name="other")["id"] == 9
    assert len(place.run(other, items=items, name="other")) == 3, "once"


def test_two_at_once_change_a_table_once(place):
    columns, found = BEFORE + "    text more?=x\n", []
    both = threading.Barrier(2, timeout=PATIENCE)

    def change():
        both.wait()
        found.append(place.column("more", columns))

    threads = [threading.Thread(target=change) for _ in range(2)]
    for each in threads:
        each.start()
    joined(*threads)
    assert found == [["x", "x", "x"]] * 2


def test_a_database_in_memory_has_the_items_too():
    rows = Place(":memory:", "").run(ALL, items='[{id: 7, name: "seven"}]')
    assert [row["name"] for row in rows] == ["seven"]
