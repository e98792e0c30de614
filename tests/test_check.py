"""``xsrun check``: what its reports are made of, and how much of many findings is shown."""

import json
import re
import sys

import pytest

from xsrun.cli.start import main
from xsrun.diagnostics import CODES, Diagnostic, Edit
from xsrun.reports import report
from xsrun.source import Source, Span

SOURCE = Source("job/100% sure.xs", 'var $a { value = "😀" ~ $b }\nreturn {\n}\n')
FOUND = [
    Diagnostic("unknown-variable", "no statement sets `$b`", Span(SOURCE, 23, 25), "warning", "set it"),
    Diagnostic("missing-attribute", "`return` needs `value`", Span(SOURCE, 28, 38)),
    Diagnostic("not-found", "100%: there is nothing", None),
]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sarif_of(found):
    return json.loads(report("sarif", found))


def test_sarif_has_what_its_schema_demands():
    """The required properties of sarif-2.1.0, the types of those that are used, and the references between them."""
    log = sarif_of(FOUND)
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    assert isinstance(driver["name"], str)
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    assert all(rule["shortDescription"]["text"] == CODES[rule["id"]].meaning for rule in driver["rules"])
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert isinstance(result["message"]["text"], str)
        for location in result.get("locations", ()):
            place = location["physicalLocation"]
            assert re.fullmatch(r"(?:[\w./~-]|%[0-9A-F]{2})+", place["artifactLocation"]["uri"])
            assert all(isinstance(number, int) and number >= 1 for number in place["region"].values())
            region = place["region"]
            assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])


def test_sarif_counts_columns_in_utf_16():
    first, second, third = sarif_of(FOUND)["runs"][0]["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "job/100%25%20sure.xs", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 1, "startColumn": 25, "endLine": 1, "endColumn": 27}
    assert second["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 2, "startColumn": 1, "endLine": 3, "endColumn": 2,
    }  # fmt: skip
    assert "locations" not in third


def test_sarif_tells_how_to_mend():
    mended = FOUND[0]._replace(edits=(Edit(Span(SOURCE, 23, 25), "$a"),))
    [fix] = sarif_of([mended])["runs"][0]["results"][0]["fixes"]
    [change] = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "job/100%25%20sure.xs"
    region = {"startLine": 1, "startColumn": 25, "endLine": 1, "endColumn": 27}
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": "$a"}}]


def test_sarif_names_files_elsewhere_whole():
    elsewhere = Diagnostic("syntax", "no", Span(Source("/tmp/a b.xs", "x"), 0, 1))
    place = sarif_of([elsewhere])["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "file:///tmp/a%20b.xs"}


def test_sarif_of_nothing_is_a_run_without_results():
    [run] = sarif_of([])["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_annotations_are_escaped():
    lines = report("github", FOUND).splitlines()
    assert lines == [
        "::warning file=job/100%25 sure.xs,line=1,col=24,endLine=1,endColumn=26,title=unknown-variable"
        "::no statement sets `$b`%0Ahelp: set it",
        "::error file=job/100%25 sure.xs,line=2,col=1,endLine=3,title=missing-attribute::`return` needs `value`",
        "::error title=not-found::100%25: there is nothing",
    ]


def test_many_findings_of_one_file_are_cut_short_and_none_in_json(here, capsys):
    wrong = "".join(f"    var $v{number} {{ value = {number}|qqqqqq{number} }}\n" for number in range(50))
    (here / "a.xs").write_text(
        f'function "a" {{\n  input {{}}\n  stack {{\n    var $result {{ value = 1 }}\n{wrong}  }}\n}}'
    )
    assert main(["check"]) == 3
    shown = capsys.readouterr().err
    assert shown.count("error[") == 20
    assert "a.xs: 30 errors and 1 warning more; --json shows all of them" in shown
    assert main(["check", "--json"]) == 3
    assert len(capsys.readouterr().out.splitlines()) == 51


def test_one_cause_is_shown_once_with_all_its_lines(here, capsys):
    reads = "".join(f"    debug.log {{ value = $lst|get:{number} }}\n" for number in range(3))
    (here / "a.xs").write_text(
        f'function "a" {{\n  stack {{\n    var $list {{ value = [1] }}\n{reads}  }}\n  response = $list\n}}'
    )
    assert main(["check"]) == 0
    shown = capsys.readouterr().err
    assert shown.count("unknown-variable") == 1
    assert "= also in lines 5, 6" in shown
    assert main(["check", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.skipif(sys.platform == "darwin", reason="names of files are Unicode there")
def test_a_file_whose_name_is_no_text(here, capsys):
    (here / "a\udcff.xs").write_text('function "a" { stack { var $b { value = 1|nope } } }')
    for form in ("--json", "--sarif", "--github"):
        assert main(["check", form]) == 3
        assert "unknown-filter" in capsys.readouterr().out


def test_an_expression_of_thousands_of_parts(here):
    long = " ~ ".join(["$a"] * 20_000)
    (here / "a.xs").write_text(
        f'function "a" {{\n  stack {{\n    var $a {{ value = 1 }}\n  }}\n  response = {long}\n}}'
    )
    assert main(["check"]) in (0, 3)
