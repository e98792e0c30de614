"""Coverage: what no test reaches is what the sources of ``tests/coverage`` announce, in every report."""

import json
import re
from pathlib import Path

import pytest

from xsrun.cli.start import main
from xsrun.compile.program import compile_folder
from xsrun.project import load_folder
from xsrun.testing.coverage import coverage, not_reached, percent
from xsrun.testing.exports import export
from xsrun.testing.suite import Suite

FOLDER = Path(__file__).parent / "coverage"
ANNOUNCED = re.compile(r"//! (?:\+(\d+) )?(missing|never .*)$")


@pytest.fixture(scope="module")
def files():
    suite = Suite(str(FOLDER))
    assert [str(each) for each in suite.errors] == []
    outcomes = [item.run() for item in suite.items]
    assert [outcome.message for outcome in outcomes] == ["", "", ""]
    return {
        Path(each.source.path).stem: each
        for each in coverage(suite.marks, (number for outcome in outcomes for number in outcome.reached))
    }


def announced(covered):
    """What the comments of a source say of the line below, or of one further down."""
    found = ((line, ANNOUNCED.search(text)) for line, text in enumerate(covered.source.text.splitlines(), 1))
    return {line + int(match[1] or 1): match[2] for line, match in found if match}


def told(covered):
    """What the report says, by line."""
    found = dict.fromkeys(covered.missing_lines, "missing")
    for each in not_reached(covered):
        line, space, outcome = each.partition(" ")
        if space:
            found[int(line)] = f"{found[int(line)]} and {outcome}" if int(line) in found else outcome
    return found


@pytest.mark.parametrize("name", ["ways", "caught", "untouched"])
def test_what_no_test_reaches(files, name):
    assert told(files[name]) == announced(files[name])


def test_a_file_that_no_test_touches_counts_as_nothing(files):
    assert percent([files["untouched"]]) == 0
    assert [*not_reached(files["untouched"])] == ["7-12"]


def test_programs_that_are_not_for_tests_note_nothing():
    for code in compile_folder(load_folder(str(FOLDER))).code:
        names = {name for each in code.co_consts if hasattr(each, "co_names") for name in each.co_names}
        assert "reached" not in names


def test_coverage_py_counts_the_same(files, tmp_path):
    export([*files.values()], str(tmp_path / "lcov"), str(tmp_path / "pages"), str(tmp_path / "json"))
    counted = json.loads((tmp_path / "json").read_text())
    assert counted["totals"]["percent_covered"] == pytest.approx(percent(files.values()))
    for path, found in counted["files"].items():
        ours = files[Path(path).stem]
        assert found["missing_lines"] == ours.missing_lines
        assert found["summary"]["num_branches"] == len(ours.branches)
        assert found["summary"]["covered_branches"] == sum(taken for _, taken in ours.branches)
    lcov = (tmp_path / "lcov").read_text()
    assert "BRDA:28,0,holds,1\nBRDA:28,0,fails,0\n" in lcov
    (page,) = (page.read_text() for page in (tmp_path / "pages").glob("*ways*.html"))
    assert "line 28 never fails" in page
    assert "line 31 never false; line 31 never true" in page


def test_the_table(capsys, monkeypatch):
    monkeypatch.chdir(FOLDER)
    assert main(["test", "--coverage"]) == 0
    shown = capsys.readouterr().out.partition("failed\n\n")[2]
    assert shown == (FOLDER / "table.txt").read_text()


def test_one_document_for_machines(capsys):
    assert main(["test", str(FOLDER), "--coverage", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["coverage"]
    untouched = next(each for each in found["files"] if each["file"].endswith("untouched.xs"))
    assert untouched["missing_branches"] == [
        {"line": 7, "column": 5, "outcome": "fails"},
        {"line": 7, "column": 5, "outcome": "holds"},
    ]
    assert 0 < found["percent"] < 100


def test_one_file(capsys):
    assert main(["test", str(FOLDER / "function" / "caught.xs"), "--coverage", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["coverage"]
    assert [Path(each["file"]).name for each in found["files"]] == ["caught.xs"]


@pytest.mark.parametrize(("least", "code"), [("10", 0), ("99.5", 5)])
def test_a_bound(capsys, least, code):
    assert main(["test", str(FOLDER), "--coverage-min", least]) == code
    assert ("99.5 % are demanded" in capsys.readouterr().err) == bool(code)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--coverage-min", "101"], "error[usage]: --coverage-min 101 is no percentage"),
        (["--coverage-lcov", "/dev/null/x"], "error[usage]: cannot write `/dev/null`: File exists"),
    ],
)
def test_what_cannot_be(capsys, words, message):
    assert main(["test", str(FOLDER), *words]) == 2
    assert capsys.readouterr().err.splitlines()[0] == message
