"""For programs that drive xsrun: ``--json`` everywhere, with a documented shape; codes that stay; no questions."""

import ast
import json
import re
from pathlib import Path

import pytest

import xsrun
from xsrun.cli.app import run
from xsrun.cli.reference import EXITS, MESSAGES, commands
from xsrun.cli.start import main
from xsrun.diagnostics import CODES, Exit

PACKAGE = Path(str(xsrun.__file__)).parent
JOBS = str(PACKAGE.parent / "jobs")
COMMANDS = commands()
ASKING = {"prompt", "confirm", "input", "getpass", "getch", "getchar", "pause"}


@pytest.fixture(autouse=True)
def private_folders(tmp_path, monkeypatch):
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def test_all_commands_are_known():
    assert {"xsrun execute", "xsrun check", "xsrun docs", "xsrun runs list"} <= {each.path for each in COMMANDS}


@pytest.mark.parametrize("found", COMMANDS, ids=lambda each: each.path)
def test_every_command_has_json_and_says_its_shape(found):
    assert "--json" in [flag for param in found.command.params for flag in param.opts]
    assert re.search(r"^--json: \S", found.command.help, re.MULTILINE), found.command.help
    assert re.search(r"Examples?:", found.command.help)
    assert not re.search(r"^(\s+|Examples?: )xsrun .*\sxsrun ", found.command.help, re.MULTILINE), "one example a line"


@pytest.mark.parametrize("words", [[], ["runs"], ["secrets"], ["db"]])
def test_no_command_is_cut_short_in_the_lists_of_commands(words, capsys):
    assert main([*words, "--help"]) == Exit.DONE
    listed = capsys.readouterr().out.partition("Commands:")[2]
    assert listed
    assert "..." not in listed


@pytest.mark.parametrize("found", COMMANDS, ids=lambda each: each.path)
def test_every_option_has_help(found):
    assert [param.name for param in found.command.params if not param.help and param.name != "help"] == []


@pytest.mark.parametrize("found", COMMANDS, ids=lambda each: each.path)
def test_a_command_line_that_is_not_understood_is_a_json_line(found, capsys):
    words = found.path.split()[1:]
    assert main([*words, "--json", "--no-such-option"]) == Exit.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert json.loads(line)["code"] == "usage"
    assert main([*words, "--no-such-option"]) == Exit.USAGE
    assert "No such option: --no-such-option" in capsys.readouterr().err


QUICK = {
    "check": ["check", JOBS],
    "execute": ["execute", f"{JOBS}/pagerduty-create-incident", "--simulate"],
    "fmt": ["fmt", "--check", JOBS],
    "test": ["test", f"{JOBS}/pagerduty-create-incident", "-k", "retry_wait"],
    "info": ["info", f"{JOBS}/pagerduty-create-incident"],
    "list": ["list", JOBS],
    "list codes": ["list", "--codes"],
    "docs": ["docs", "split"],
    "docs search": ["docs", "--search", "cut"],
    "explain": ["explain", "unclosed"],
    "runs list": ["runs", "list"],
    "runs prune": ["runs", "prune"],
    "runs show": ["runs", "show", "nobody"],
    "runs diff": ["runs", "diff", "nobody"],
    "runs watch": ["runs", "watch", "nobody"],
    "runs cancel": ["runs", "cancel", "nobody"],
    "top": ["top"],
    "runs resume": ["runs", "resume", "nobody"],
    "runs resolve": ["runs", "resolve", "nobody"],
    "db status": ["db", "status", f"{JOBS}/pagerduty-create-incident"],
    "db reset": ["db", "reset", f"{JOBS}/pagerduty-create-incident", "--db", "sqlite:////dev/null/x"],
    "alert": ["alert", "--policy", "nowhere"],
    "mock": ["mock", "nobody"],
    "mcp": ["mcp", "nowhere"],
}


@pytest.mark.parametrize("words", QUICK.values(), ids=QUICK.keys())
def test_with_json_every_line_is_json(words, capsys):
    run([*words, "--json"])
    out, err = capsys.readouterr()
    assert out or err or words[0] == "check"
    for line in out.splitlines():
        json.loads(line)
    for line in err.splitlines():
        assert json.loads(line)["type"] in MESSAGES


def test_two_runs_are_compared_as_json(capsys):
    for title in ("Disk full", "Disk empty"):
        assert main(["execute", f"{JOBS}/pagerduty-create-incident", "--simulate", "--input", f"title={title}"]) == 0
    capsys.readouterr()
    assert main(["runs", "list", "--json"]) == 0
    now, before = [each["id"] for each in json.loads(capsys.readouterr().out)]
    assert main(["runs", "diff", before, now, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["before"], found["now"]) == (before, now)
    assert any("Disk empty" in line for line in found["lines"])
    assert main(["runs", "prune", "--older", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"forgotten": 2}


def literals(folder: Path):
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_every_type_of_a_message_is_documented():
    written = {
        value.value
        for _, module in literals(PACKAGE / "cli")
        for node in ast.walk(module)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "type" and isinstance(value, ast.Constant)
    }
    assert {"diagnostic", "error", "log"} <= written
    assert written <= set(MESSAGES)


def calls(node: ast.AST, asked_first: bool = False):
    """The calls that ask, but for those behind the question whether there is a terminal."""
    if isinstance(node, ast.Call) and not asked_first:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ASKING:
            yield node
    for child in ast.iter_child_nodes(node):
        guarded = isinstance(node, ast.IfExp) and child is node.body and "isatty()" in ast.unparse(node.test)
        yield from calls(child, asked_first or guarded)


def test_nothing_asks_off_a_terminal():
    assert [f"{path.name}:{node.lineno}" for path, module in literals(PACKAGE) for node in calls(module)] == []


def test_every_exit_code_has_a_meaning():
    codes = {code for name, code in vars(Exit).items() if name.isupper()}
    assert set(EXITS) == codes
    assert {code.exit for code in CODES.values()} <= codes
