"""The tables that are shipped beside the grammar: they follow from it, and both parsers read the same from them."""

from pathlib import Path

import pytest

from xsrun.diagnostics import Found
from xsrun.source import Source
from xsrun.syntax import grammar, lalr, parser, tables
from xsrun.syntax.builder import Builder
from xsrun.syntax.lexer import Token, Tokenizer

ROOT = Path(__file__).parent.parent
GRAMMAR = grammar.text()
FILES = sorted([*ROOT.glob("jobs/**/*.xs"), *ROOT.glob("benchmarks/**/*.xs"), *ROOT.glob("tests/faults/**/*.xs")])
OTHERS = [None, "<<<<<<< HEAD\n", "{}\n", '{"grammar": "00", "lark": "0.1", "data": {}, "memo": {}}']


def test_tables_are_up_to_date():
    kept = grammar.kept(GRAMMAR)
    assert kept, "run: python -m xsrun.syntax.tables"
    made = tables.made(GRAMMAR)
    assert kept["pattern"] == made["pattern"]
    assert sorted(map(rule, rules(kept))) == sorted(map(rule, rules(made)))


def rules(found):
    return [each for each in found["memo"].values() if each["__type__"] == "Rule"]


def rule(found):
    return found["origin"]["name"], [each["name"] for each in found["expansion"]], found["alias"] or "", found["order"]


def test_both_parsers_read_the_same():
    read = refused = 0
    for file in FILES:
        source = Source(file.name, file.read_text(encoding="utf-8-sig", errors="replace"))
        for start, end in parser.split(source):
            tokens = Tokenizer(parser.reader().pattern, source, start, end, Found()).run().tokens
            try:
                ours = lalr.parse(parser.reader().states, tokens, "document")
                read += 1
            except lalr.Unexpected:
                refused += 1
                with pytest.raises(tables.lark.UnexpectedToken):
                    tables.parser().parse(tokens, start="document")
                continue
            assert ours.same(tables.parser().parse(tokens, start="document"))
    assert read > 40
    assert refused


def test_the_first_token_that_does_not_fit_is_named():
    tokens = [Token(type, type, at, at + 1) for at, type in enumerate(["WORD", "STRING", "EQ", "LBLOCK"])]
    with pytest.raises(lalr.Unexpected) as refused:
        lalr.parse(parser.reader().states, tokens, "document")
    assert refused.value.args == (tokens[2],)


@pytest.mark.parametrize("text", OTHERS)
def test_tables_that_do_not_fit_are_passed_over(text, tmp_path, monkeypatch):
    file = tmp_path / "tables.json"
    if text is not None:
        file.write_text(text)
    monkeypatch.setattr(grammar, "TABLES", str(file))
    assert grammar.kept(GRAMMAR) is None
    assert tables.parser.__wrapped__().rules
    states = lalr.states_of(tables.made(GRAMMAR), Builder())
    assert lalr.parse(states, [Token("NUMBER", "1", 0, 1)], "expr").value == 1


def test_tables_of_another_lark_serve_us_and_not_lark(tmp_path, monkeypatch):
    file = tmp_path / "tables.json"
    file.write_text(Path(grammar.TABLES).read_text(encoding="utf-8").replace(f'"{tables.lark.__version__}"', '"9.9.9"'))
    monkeypatch.setattr(grammar, "TABLES", str(file))
    monkeypatch.setattr(tables, "_loaded", None)
    assert grammar.kept(GRAMMAR)
    assert tables.parser.__wrapped__().rules
