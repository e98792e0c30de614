"""The GitHub Action and the hooks of pre-commit: they parse, and the commands they name do what they say."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from xsrun.cli.start import main
from xsrun.diagnostics import Exit

ROOT = Path(__file__).parent.parent
PLACE = ".github/actions/xsrun"
ACTION = yaml.safe_load((ROOT / PLACE / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")

GOOD = """\
function "total" {
  input {
    int a
  }
  stack {
    var $sum {
      value = $input.a + 1
    }
  }
  response = $sum
  test "adds" {
    input = {a: 1}
    expect.to_equal ($response) { value = 2 }
  }
}
"""
BROKEN = GOOD.replace("$input.a + 1", "$input.b + 1")
UNTIDY = GOOD.replace("    int a", "  int   a")
FAILING = GOOD.replace("{ value = 2 }", "{ value = 3 }")
MENDABLE = GOOD.replace("$input.a + 1", "[$input.a]|length")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A current folder with a command xsrun, and places of its own for caches."""
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "xsrun").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m xsrun "$@"\n', encoding="utf-8")
    (tmp_path / "bin" / "xsrun").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "my jobs").mkdir()
    monkeypatch.chdir(tmp_path / "my jobs")
    return tmp_path / "my jobs"


def filled(text: str, given: dict[str, str]) -> str:
    """A text of the action with the values of its expressions."""
    inputs = {name: each["default"] for name, each in ACTION["inputs"].items()} | given
    known = {f"inputs.{name}": value for name, value in inputs.items()}
    known["github.action_path"] = str(ROOT / PLACE)
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: known[match[1]], text)


def step(name: str, **given: str) -> subprocess.CompletedProcess[str]:
    """A step of the action, run as GitHub does."""
    variables = {key: filled(value, given) for key, value in STEPS[name]["env"].items()}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]]
    return subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60)


def test_no_step_puts_an_input_into_a_script():
    assert [each["name"] for each in STEPS.values() if "${{" in each["run"]] == []
    assert all(each["shell"] == "bash" for each in STEPS.values())


def test_the_action_installs_what_it_lies_in():
    variables = {key: filled(value, {}) for key, value in STEPS["Install xsrun"]["env"].items()}
    project = tomllib.loads((Path(variables["SOURCE"]) / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "xsrun"
    extras = re.search(r"\$SOURCE\[([\w,]+)\]", STEPS["Install xsrun"]["run"])
    assert extras
    assert set(extras[1].split(",")) <= set(project["optional-dependencies"])
    assert f">={ACTION['inputs']['python-version']['default']}" == project["requires-python"]


@pytest.mark.parametrize(
    ("name", "text", "exit", "said"),
    [
        ("Check", GOOD, Exit.DONE, ""),
        ("Check", BROKEN, Exit.SOURCE, "::error file=total.xs,line=7"),
        ("Format", GOOD, Exit.DONE, ""),
        ("Format", UNTIDY, Exit.FAILED, "-  int   a"),
        ("Test", GOOD, Exit.DONE, ""),
        ("Test", FAILING, Exit.TEST, "::error file=total.xs,line=13"),
    ],
    ids=lambda value: str(value)[:8],
)
def test_a_step_reports_and_ends_as_its_command_does(folder, name, text, exit, said):
    (folder / "total.xs").write_text(text, encoding="utf-8")
    done = step(name)
    assert done.returncode == exit, done.stdout + done.stderr
    assert said in done.stdout
    assert (folder / "total.xs").read_text(encoding="utf-8") == text


def test_the_inputs_of_the_action_reach_the_commands(folder):
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "total.xs").write_text(GOOD.replace("$sum", "$result"), encoding="utf-8")
    assert step("Check", paths="one two").returncode == Exit.DONE
    assert step("Check", paths="one two", strict="true").returncode == Exit.SOURCE
    assert step("Test", paths="one", junit="report.xml").returncode == Exit.DONE
    assert "<testsuites" in (folder / "report.xml").read_text(encoding="utf-8")
    used = {name for text in re.findall(r"inputs\.([\w-]+)", str(ACTION["runs"])) for name in [text]}
    assert used == set(ACTION["inputs"])


@pytest.mark.parametrize(
    ("hook", "before", "exit", "after"),
    [
        ("xsrun-check", GOOD, Exit.DONE, GOOD),
        ("xsrun-check", BROKEN, Exit.SOURCE, BROKEN),
        ("xsrun-fix", MENDABLE, Exit.DONE, GOOD.replace("$input.a + 1", "[$input.a]|count")),
        ("xsrun-fmt", UNTIDY, Exit.DONE, GOOD),
        ("xsrun-test", GOOD, Exit.DONE, GOOD),
        ("xsrun-test", FAILING, Exit.TEST, FAILING),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_hook_does_what_it_says(folder, capsys, hook, before, exit, after):
    (folder / "total.xs").write_text(before, encoding="utf-8")
    program, *arguments = shlex.split(HOOKS[hook]["entry"])
    assert program == "xsrun"
    assert main([*arguments, *(["total.xs"] if HOOKS[hook].get("pass_filenames", True) else [])]) == exit
    assert (folder / "total.xs").read_text(encoding="utf-8") == after


def test_hooks_look_at_programs_one_process_at_a_time():
    assert all(re.search(each["files"], "jobs/a/function/b.xs") for each in HOOKS.values())
    assert all(each["language"] == "python" and each["require_serial"] for each in HOOKS.values())


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_names_what_there_is():
    workflow, hooks = map(yaml.safe_load, blocks("yaml"))
    (used,) = [each for each in workflow["jobs"]["xsrun"]["steps"] if PLACE in each["uses"]]
    assert set(used["with"]) <= set(ACTION["inputs"])
    assert {each["id"] for each in hooks["repos"][0]["hooks"]} <= set(HOOKS)
    assert set(re.findall(r"^\| `(xsrun-\w+)`", PAGE, re.MULTILINE)) == set(HOOKS)
    rows = re.findall(r"^\| (`[\w-]+`(?:, `[\w-]+`)*) \|", PAGE, re.MULTILINE)
    assert set(re.findall(r"`([\w-]+)`", " ".join(rows))) - set(HOOKS) == set(ACTION["inputs"])


def test_the_commands_of_the_page_run(folder, capsys):
    (folder / "jobs").mkdir()
    (folder / "jobs" / "total.xs").write_text(GOOD, encoding="utf-8")
    (commands,) = blocks("sh")
    for line in commands.splitlines():
        assert main(shlex.split(line)[1:]) == Exit.DONE, line
