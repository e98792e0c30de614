"""The tables that are shipped beside the grammar: they follow from it, and give the same trees."""

from pathlib import Path

import pytest

from xsrun.syntax import tables
from xsrun.syntax.lexer import terminal_pattern

GRAMMAR = Path(tables.GRAMMAR).read_text(encoding="utf-8")


def test_tables_are_up_to_date():
    assert tables.kept(GRAMMAR), "run: python -m xsrun.syntax.tables"


def test_tables_say_what_the_grammar_says():
    kept, built = tables.parser(), tables.built(GRAMMAR)
    assert terminal_pattern(kept.terminals).pattern == terminal_pattern(built.terminals).pattern
    assert sorted(map(shape, kept.rules)) == sorted(map(shape, built.rules))
    assert kept.options.start == built.options.start


def shape(rule):
    return rule.origin.name, [symbol.name for symbol in rule.expansion], rule.alias or "", rule.order


@pytest.mark.parametrize(
    "text", [None, "<<<<<<< HEAD\n", "{}\n", '{"key": "lark 0.1, grammar 00", "data": {}, "memo": {}}']
)
def test_tables_that_do_not_fit_are_passed_over(text, tmp_path, monkeypatch):
    file = tmp_path / "tables.json"
    if text is not None:
        file.write_text(text)
    monkeypatch.setattr(tables, "TABLES", str(file))
    assert tables.kept(GRAMMAR) is None
    assert tables.parser().rules
