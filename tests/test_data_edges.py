"""Edges of conditions, pages, JSON paths and rows of SQL: the same on both engines."""

import json

import pytest
from stack import program

from xsrun.cli.start import main
from xsrun.diagnostics import Exit

TABLE = """

---
table hit {
  schema {
    int id
    int? ts
    json? data
    password? secret
  }
}"""
ROWS = """db.add hit { data = {ts: 1, data: {ab: 5, "a\\\\b": 7, k: {n: 8}}, secret: "longsecret"} } as $one
db.add hit { data = {ts: 2} } as $two
"""


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("where = $db.hit.ts > null", []),
        ("where = !($db.hit.ts > null)", []),
        ("where = !($db.hit.ts > null) || $db.hit.ts == 2", [2]),
        ("where = $db.hit.ts >? null", [1, 2]),
        ('override_sort = [{sortBy: "data.k.n", orderBy: "asc"}]', [1, 2]),
        ('override_sort = [{sortBy: "data.k\'; --", orderBy: "desc"}]', [1, 2]),
        ('additional_where = [{statement: {left: {tag: "col", operand: "data.a\\"b"}, right: {operand: 5}}}]', []),
        ('additional_where = [{statement: {left: {tag: "col", operand: "data.k\\",\\"n"}, right: {operand: 8}}}]', []),
        ('additional_where = [{statement: {left: {tag: "col", operand: "data.a\\\\b"}, right: {operand: 7}}}]', [1]),
        ('return = {type: "list", paging: {page: 9223372036854775807, per_page: 9, metadata: false}}', []),
        ('return = {type: "list", paging: {per_page: 9223372036854775807, metadata: false}}', [1, 2]),
    ],
)
def test_what_a_query_finds(on_each_engine, query, value):
    project = program(f"{ROWS}db.query hit {{\n{query}\n}} as $r{TABLE}", "$r|map:$$.id")
    assert not project.errors, project.errors[0]
    result = on_each_engine(project)
    assert (result.error and result.error.message, result.value) == (None, value)


@pytest.mark.parametrize("name", ["secret", "id; drop table hit", 'id\\" desc', "1"])
def test_what_is_sorted_by_is_a_column_that_shows(on_each_engine, name):
    query = f'{ROWS}db.query hit {{ override_sort = [{{sortBy: "{name}", orderBy: "desc"}}] }} as $r{TABLE}'
    error = on_each_engine(program(query, "$r")).error
    assert error.message == f"There is no column: {name}".replace("\\", "")


def test_bytes_in_rows_are_base64_and_can_be_kept(tmp_path, capsys):
    (tmp_path / "run.xs").write_text(
        'run.job "bytes" {\n  main = {name: "bytes", input: {}}\n}\n---\nfunction bytes {\n  stack {\n'
        "    db.direct_query { sql = \"select x'00ff' as b\" } as $r\n"
        "  }\n  response = $r\n}\n",
        encoding="utf-8",
    )
    assert main(["execute", str(tmp_path)]) == Exit.DONE
    assert json.loads(capsys.readouterr().out) == [{"b": "AP8="}]
