"""Database statements on both engines: the same programs give the same results, byte for byte."""

import json
import random
import tomllib
from pathlib import Path

import pytest
from databases import ENGINES, database_for
from stack import program

from xsrun import values
from xsrun.effects.memory import memory_world

CASES = tomllib.loads(Path(__file__).with_name("databases.toml").read_text(encoding="utf-8"))
TABLES = """

---
table person {
  schema {
    int id
    text name
    int age
    text? nick
    text[] tags
    int[] marks
    decimal score
    bool active
    json extra?
    object address? { schema {
      text city?
      text zip?
    } }
    date? born
    timestamp? seen
    geo_point? place
    geo_polygon? area
    vector? taste { size = 3 }
    enum? state { values = ["new", "done"] }
    uuid? code
    text note { visibility = "internal" }
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
    {type: "btree", field: [{name: "age", op: "desc"}]}
  ]
}
---
table pet {
  schema {
    int id
    int owner_id { table = "person" }
    text name
    decimal price
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
---
table thing {
  schema {
    uuid id
    text name
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
    {type: "btree|unique", field: [{name: "name"}]}
  ]
}
"""
PEOPLE = [
    {
        "name": "Ada", "age": 36, "tags": ["x", "y"], "marks": [1, 2], "score": 1.5, "active": True, "nick": "A",
        "extra": {"level": 3, "on": True, "who": {"first": "Ada"}}, "address": {"city": "Ulm", "zip": "89073"},
        "born": "1815-12-10", "seen": 1_700_000_000_000, "place": {"lng": 10.0, "lat": 48.4}, "state": "new",
        "taste": [1, 0, 0], "code": "0b6f0c0e-5e2c-4d7a-9d55-0a9c9d1f2a3b", "note": "hidden",
        "area": {
            "type": "poly",
            "data": [[{"lng": 9, "lat": 47}, {"lng": 11, "lat": 47}, {"lng": 11, "lat": 49}, {"lng": 9, "lat": 49}]],
        },
    },
    {
        "name": "bob", "age": 17, "nick": "b%_b", "score": 2.0, "extra": [1, "two"], "seen": 1_709_164_800_123,
        "taste": [0, 1, 0],
    },
    {
        "name": "Zoé", "age": 50, "tags": ["y"], "marks": [3], "score": -0.25, "active": True, "extra": "plain",
    },
]  # fmt: skip
PETS = [
    {"owner_id": 1, "name": "Rex", "price": 10.5},
    {"owner_id": 1, "name": "Tom", "price": 4},
    {"owner_id": 3, "name": "Kit", "price": 4},
]
FILLED = (
    f"db.bulk.add person {{ items = ({json.dumps(json.dumps(PEOPLE))}|json_decode) }} as $people\n"
    f"db.bulk.add pet {{ items = ({json.dumps(json.dumps(PETS))}|json_decode) }} as $pets\n"
)


def text(result):
    return f"!{result.error.message}" if result.error else values.dumps(result.value)


def compiled(statements, response="$r"):
    project = program(statements + TABLES, response=response)
    assert not project.errors, f"{statements}\n{project.errors[0]}"
    return project


@pytest.mark.parametrize("engine", ENGINES)
def test_a_condition_finds_the_rows_that_meet_it(engine, request):
    """All on one database: each is a query of its own."""
    wheres = {each["where"]: each["names"] for each in CASES["condition"]}
    queries = {where: f"db.query person {{ where = {where} }} as $r" for where in wheres}
    found = answers(queries, database_for(engine, request), "$r|map:$$.name")
    assert {where: " ".join(json.loads(each)) if each[0] != "!" else each for where, each in found.items()} == wheres


@pytest.mark.parametrize("engine", ENGINES)
def test_a_query_gives_what_its_clauses_say(engine, request):
    queries = {each["body"]: f"db.query person {{\n{each['body']}\n}} as $r" for each in CASES["query"]}
    assert answers(queries, database_for(engine, request)) == {each["body"]: each["gives"] for each in CASES["query"]}


@pytest.mark.parametrize("case", CASES["statements"], ids=lambda case: case["run"].strip().splitlines()[0][:60])
def test_statements_do_the_same_on_both_engines(case, on_each_engine):
    assert text(on_each_engine(compiled(FILLED + case["run"]))) == case["gives"]


def answers(queries, open_empty, response="$r"):
    """What each of some queries gives, in turn on one filled database."""
    database = open_empty(compiled(FILLED, "null").program.tables)
    world = memory_world(database=database)
    assert compiled(FILLED, "null").call("case", world=world).error is None
    found = {name: text(compiled(query, response).call("case", world=world)) for name, query in queries.items()}
    database.close()
    return found


COLUMNS = [
    "id", "name", "age", "nick", "tags", "marks", "score", "active", "extra", "address", "born", "seen", "place",
    "taste", "state", "code", "extra.level", "extra.who", "extra.0", "address.city",
]  # fmt: skip
COMPARED = [
    "==", "!=", "<", "<=", ">", ">=", "in", "contains", "includes", "like", "ilike", "overlaps", "@>", "not in",
    "not contains", "not includes", "not like", "not overlaps",
]  # fmt: skip
VALUES = [
    "1", "36", '"36"', '"Ada"', '"a"', "null", "true", "1.5", '["x", "y"]', "[1, 2]", "[]", "{level: 3}",
    '"2024-02-29"',
    "1700000000000", '"%"', '"1815-12-10"', '""', "-1", '"0b6f0c0e-5e2c-4d7a-9d55-0a9c9d1f2a3b"', "[null]", '"é"',
    "9223372036854775807",
]  # fmt: skip
FILTERED = ("", "", "", "|to_lower", "|floor", "|length", "|coalesce:1", "|add:1", "|timestamp_year", '|concat:"x"')


def test_random_conditions_find_the_same_in_both(server):
    """Whatever is compared with what: the same rows, or the same fault."""
    tables = compiled(FILLED, "null").program.tables
    databases = [database_for(engine, None, server)(tables) for engine in ENGINES]
    for each in databases:
        assert compiled(FILLED, "null").call("case", world=memory_world(database=each)).error is None
    chance = random.Random(2026)
    for _ in range(150):
        left = f"$db.person.{chance.choice(COLUMNS)}{chance.choice(FILTERED)}"
        right = chance.choice(VALUES) if chance.random() < 0.85 else f"$db.person.{chance.choice(COLUMNS)}"
        where = f"({left}) {chance.choice(COMPARED)} {right}"
        query = compiled(f'db.query person {{ where = {where} output = ["id"] }} as $r')
        first, second = (text(query.call("case", world=memory_world(database=each))) for each in databases)
        assert first == second, where
    for each in databases:
        each.close()
