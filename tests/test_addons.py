"""Addons: what they put into rows, on both engines, and with how few queries."""

import pytest
from databases import ENGINES, database_for
from stack import program

from xsrun import values
from xsrun.effects.memory import memory_world

FOLDER = """

---
addon pets_of {
  input { int owner }
  stack { db.query pet { where = $db.pet.owner_id == $input.owner sort = {name: "desc"} output = ["id", "name"] } }
}
---
addon count_pets {
  input { int owner }
  stack { db.query pet { where = $db.pet.owner_id == $input.owner return = {type: "count"} } }
}
---
addon has_pets {
  input { int owner }
  stack { db.query pet { where = $input.owner == $db.pet.owner_id return = {type: "exists"} } }
}
---
addon owner_of {
  input { int? owner? }
  stack { db.query person { where = $db.person.id == $input.owner return = {type: "single"} } }
}
---
addon dear_pets {
  input {
    int owner
    decimal price
  }
  stack {
    db.query pet {
      where = $db.pet.owner_id == $input.owner && $db.pet.price >= $input.price
      return = {type: "list", paging: {per_page: 1, totals: true}}
      output = ["itemsTotal", "items.name"]
    }
  }
}
---
table person {
  schema {
    int id
    text name
  }
  index = [{type: "primary", field: [{name: "id"}]}]
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
table club {
  schema {
    int id
    int[] members
    int[]? guests
    json visits
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
"""
FILLED = """
db.add club { data = {members: [1, 3], visits: [{person: 3, day: "Monday"}]} } as $club
db.bulk.add person { items = [{name: "Ada"}, {name: "Bob"}, {name: "Eve"}] } as $people
db.bulk.add pet {
  items = [
    {owner_id: 1, name: "Rex", price: 10}
    {owner_id: 1, name: "Tom", price: 4}
    {owner_id: 3, name: "Kit", price: 4}
  ]
} as $pets
"""
OWNER = "input: {owner: $output.id}"
CASES = {
    f'db.query person {{ addon = [{{name: "pets_of", {OWNER}, as: "items.pets"}}] }} as $r': (
        [
            {"id": 1, "name": "Ada", "pets": [{"id": 2, "name": "Tom"}, {"id": 1, "name": "Rex"}]},
            {"id": 2, "name": "Bob", "pets": []},
            {"id": 3, "name": "Eve", "pets": [{"id": 3, "name": "Kit"}]},
        ],
        2,
    ),
    f'db.query person {{ addon = [{{name: "count_pets", {OWNER}}}, {{name: "has_pets", {OWNER}, as: "any"}}]'
    ' output = ["name"] } as $r': (
        [
            {"name": "Ada", "_count_pets": 2, "any": True},
            {"name": "Bob", "_count_pets": 0, "any": False},
            {"name": "Eve", "_count_pets": 1, "any": True},
        ],
        3,
    ),
    'db.query pet {\n  addon = [{\n    name: "owner_of"\n    input: {owner: $output.owner_id}\n    as: "owner"\n'
    '    output: ["name"]\n'
    f'    addon: [{{name: "count_pets", {OWNER}, as: "pets"}}]\n  }}]\n  output = ["name"]\n}} as $r': (
        [
            {"name": "Rex", "owner": {"name": "Ada", "pets": 2}},
            {"name": "Tom", "owner": {"name": "Ada", "pets": 2}},
            {"name": "Kit", "owner": {"name": "Eve", "pets": 1}},
        ],
        3,
    ),
    'db.query person {\n  addon = {\n    dear_pets: {input: {owner: $output.id, price: 4}, as: "dear"}\n  }\n'
    '  return = {type: "list", paging: {per_page: 2, metadata: true}}\n  output = ["items.id"]\n} as $r': (
        {
            "itemsReceived": 2, "curPage": 1, "nextPage": 2, "prevPage": None, "offset": 0, "perPage": 2,
            "items": [
                {"id": 1, "dear": {"itemsTotal": 2, "items": [{"name": "Rex"}]}},
                {"id": 2, "dear": {"itemsTotal": 0, "items": []}},
            ],
        },
        5,
    ),
    f'db.get person {{ field_value = 1 addon = [{{name: "count_pets", {OWNER}, as: "n"}}] output = ["name"] }} as $r': (
        {"name": "Ada", "n": 2},
        2,
    ),
    f'db.get person {{ field_value = 9 addon = [{{name: "count_pets", {OWNER}}}] }} as $r': (None, 1),
    'db.query pet {\n  addon = {\n    items.owner: {\n      name: "owner_of"\n'
    '      input: {owner: $output.owner_id}\n      output: ["name"]\n    }\n  }\n'
    '  where = $db.pet.id == 3\n  output = ["name"]\n} as $r': (
        [{"name": "Kit", "owner": {"name": "Eve"}}],
        2,
    ),
    'db.query club {\n  addon = [{\n    name: "owner_of"\n    input: {owner: $output.$this}\n    as: "items.members"\n'
    '    output: ["name"]\n  }]\n'
    '  output = ["id"]\n} as $r': (
        [{"id": 1, "members": [{"name": "Ada"}, {"name": "Eve"}]}],
        2,
    ),
    'db.get club {\n  field_value = 1\n  addon = [\n'
    '    {name: "count_pets", input: {owner: $output.$this}, as: "members._pets"}\n'
    '    {name: "owner_of", input: {owner: $output.person}, as: "visits.who", output: ["name"]}\n'
    '    {name: "owner_of", input: {owner: $output.$this}, as: "guests"}\n  ]\n} as $r': (
        {
            "id": 1,
            "members": [{"_pets": 2}, {"_pets": 1}],
            "guests": None,
            "visits": [{"day": "Monday", "person": 3, "who": {"name": "Eve"}}],
        },
        3,
    ),
    'addon.call "count_pets" { input = {owner: 1} } as $r': (2, 1),
}  # fmt: skip
"""Statements, what they give, and how many queries that takes."""


class Counting:
    """A database that counts what it is asked."""

    lasting = False

    def __init__(self, inner):
        self.inner = inner
        self.asked = 0

    @property
    def catalog(self):
        return self.inner.catalog

    def do(self, work, once=""):
        self.asked += 1
        return self.inner.do(work)


@pytest.mark.parametrize("statements", CASES)
@pytest.mark.parametrize("engine", ENGINES)
def test_an_addon_is_asked_once_for_all_rows(engine, statements, request):
    given, queries = CASES[statements]
    filled, asked = program(FILLED + FOLDER), program(statements + FOLDER, response="$r")
    assert not asked.diagnostics, asked.diagnostics[0]
    database = Counting(database_for(engine, request)(filled.program.tables))
    world = memory_world(database=database)
    assert filled.call("case", world=world).error is None
    database.asked = 0
    result = asked.call("case", world=world)
    database.inner.close()
    assert result.error is None, result.error
    assert (values.dumps(result.value), database.asked) == (values.dumps(given), queries)


def test_what_is_wrong_with_an_addon_is_found_before_it_runs():
    project = program('db.query person { addon = [{name: "pets", inputs: {owner: 1}}, {name: "pets_off"}] }' + FOLDER)
    assert [(each.code, each.message, each.help) for each in project.errors] == [
        ("unresolved-function", "there is no addon `pets`", "add addon/….xs that declares it"),
        ("unknown-clause", "an addon has no `inputs`", "did you mean `input`?"),
        ("unresolved-function", "there is no addon `pets_off`", 'did you mean "pets_of"?'),
    ]
