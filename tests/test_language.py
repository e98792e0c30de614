"""The records against the tables of the language, where these lie beside the repository."""

import csv
from pathlib import Path

import pytest

from xsrun.builtins.absent import ABSENT
from xsrun.builtins.catalogue import registry
from xsrun.compile.calls import COMMON_ATTRIBUTES
from xsrun.compile.forms import FORMS
from xsrun.types.filters import INPUT_FILTERS

AROUND = Path(__file__).resolve().parents[2:4]
FOLDER = next((each / "shared" / "language" for each in AROUND if (each / "shared" / "language").is_dir()), None)
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the tables of the language are not beside the repository")

BLOCKS = {"if", "elseif", "else", "case", "default", "each", "try", "catch", "finally"}
"""Rows of the statement table that are parts of other statements."""
WRITTEN_OTHERWISE = {("api.call", "verb=")}
"""Attributes that stand in the head."""
OTHER_ARITY = {"csv_create": "rows may be left out: then the piped list holds them"}
KNOWN = {*registry().statements, *FORMS, *ABSENT, *BLOCKS}


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("table", ["statements.tsv", "functions.tsv"])
def test_every_statement_is_known(table):
    assert [row["name"] for row in rows(table) if row["name"] not in KNOWN] == []


def test_every_filter_is_known():
    known = {"value": registry().filters, "both": registry().filters, "input": {each.name for each in INPUT_FILTERS}}
    table = [row for row in rows("filters.tsv") if row["context"] in known and row["example"] != "(rejected)"]
    assert [row["name"] for row in table if row["name"] not in known[row["context"]]] == []


def test_every_attribute_is_known():
    missing = []
    for row in rows("statement-attributes.tsv"):
        statement, name = row["statement"], row["attribute"]
        if statement not in KNOWN - set(ABSENT) - BLOCKS or name in COMMON_ATTRIBUTES or not name[0].isalpha():
            continue
        if " " not in name and "." not in name and name != "as" and (statement, name) not in WRITTEN_OTHERWISE:
            missing += [(statement, name)] if name not in taken(statement) else []
    assert missing == []


def taken(statement):
    if statement in FORMS:
        form = FORMS[statement]
        return {*form.required, *form.optional, *form.blocks}
    return {param.name for param in registry().statements[statement].params}


def test_every_filter_takes_as_many_arguments():
    differing = []
    for row in rows("filter-catalogue.tsv"):
        if "value" not in row["where"] or row["name"] in OTHER_ARITY:
            continue
        record = registry().filters[row["name"]]
        least, _, most = row["arg_count"].partition("-")
        ours = sum(param.required for param in record.params), "n" if record.variadic else str(len(record.params))
        differing += [(row["name"], row["arg_count"], ours)] if ours != (int(least), most or least) else []
    assert differing == []
