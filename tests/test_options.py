"""The options of ``execute``: one list serves the fast way in, the full command line and its help."""

import pytest

from xsrun.cli import app
from xsrun.cli.options import EXECUTE, NotUnderstood, parse
from xsrun.cli.start import main

FUNCTION = """function "show" {
  input {
    text title
    int count?=1
  }
  stack {
    debug.log { value = $env.place }
    util.sleep { value = 0 }
  }
  response = {title: $input.title, count: $input.count, now: now, place: $env.place}
}
"""
JOB = 'run.job "Show" {\n  main = {name: "show"}\n  env = ["place"]\n}'
VALUES = {"text": "a", "texts": "b", "number": "1.5", "whole": "2", "when": "never"}
READ = {"flag": True, "text": "a", "texts": ["b"], "number": 1.5, "whole": 2, "when": "never"}
GIVEN = ("--job", "Show", "--input", "title=Disk full", "--env", "place=here", "--now", "1700000000000")


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "show"
    (folder / "function").mkdir(parents=True)
    (folder / "run.xs").write_text(JOB, encoding="utf-8")
    (folder / "function" / "show.xs").write_text(FUNCTION, encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(
    "further",
    [
        (),
        ("--json",),
        ("-q", "--seed", "7", "--limit", "5", "--memory", "4000", "--timeout", "9"),
        ("-i", "count:=3", "-i", "title=Fan", "-e", "place=there"),
        ("--input=count=4", "--color=always", "--no-cache"),
        ("--input", "count=x"),
        ("--limit", "0"),
        ("--now", "soon"),
        ("--simulate", "--map", "api.test=mock:nobody"),
        ("--env-file", "missing.env"),
    ],
    ids=" ".join,
)
def test_both_ways_in_do_the_same(job, capsys, further):
    command = [job, *GIVEN, *further]
    assert parse(EXECUTE, command), "the fast way in reads it"
    fast = main(["execute", *command]), capsys.readouterr()
    full = app.run(["execute", *command]), capsys.readouterr()
    assert fast == full


@pytest.mark.parametrize("option", EXECUTE, ids=lambda option: option.name)
def test_every_spelling_is_read_and_shown(option, capsys):
    assert main(["execute", "--help"]) == 0
    shown = capsys.readouterr().out
    for flag in option.flags:
        words = [flag] if option.kind == "flag" else [flag, VALUES[option.kind]]
        assert parse(EXECUTE, words)[option.name] == READ[option.kind]
        assert flag in shown


@pytest.mark.parametrize(
    "words", [["--jb", "x"], ["--job"], ["--memory", "x"], ["--json=1"], ["a", "b"], ["-h"]], ids=str
)
def test_what_is_unusual_goes_to_the_full_command_line(words):
    with pytest.raises(NotUnderstood):
        parse(EXECUTE, words)


@pytest.mark.parametrize(
    ("words", "help"),
    [
        (["--delay", "5m"], "write seconds: --delay 300"),
        (["--memory", "x"], "write a number: --memory MB"),
        (["--timeout", "soon", "--json"], "write a number: --timeout SECONDS"),
    ],
)
def test_what_is_no_number_is_answered_with_one(words, help, capsys):
    assert main(["execute", *words]) == 2
    assert help in capsys.readouterr().err


def test_help_groups_options_by_their_purpose(capsys):
    assert main(["execute", "--help"]) == 0
    shown = capsys.readouterr().out
    panels = list(dict.fromkeys(option.panel for option in EXECUTE))
    assert [line.removesuffix(":") for line in shown.splitlines() if line.removesuffix(":") in panels] == panels
