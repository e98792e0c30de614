"""The pages say what is true: generated ones are current, and what the README claims is run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from xsrun.cli.app import COMMANDS
from xsrun.diagnostics import Exit
from xsrun.pages import PAGES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
VARYING = {"id", "incident_key"}


def blocks(language: str, under: str = "") -> list[str]:
    """The fenced blocks of a language, below a heading or anywhere."""
    text = README.partition(f"\n## {under}\n")[2].partition("\n## ")[0] if under else README
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def xsrun(*arguments: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xsrun", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, env=env)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_current(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name]()


def test_each_set_up_is_one_command():
    for heading in ("Run it", "Test it"):
        (command,) = blocks("sh", heading)
        assert len(command.strip().splitlines()) == 1


def test_the_first_command_prints_what_the_readme_shows():
    (command,) = blocks("sh", "Run it")
    (shown,) = blocks("json", "Run it")
    arguments = re.search(r"/xsrun (execute .*)", command)
    assert arguments
    words = [quoted or word for quoted, word in re.findall(r'"([^"]*)"|(\S+)', arguments[1])]
    done = xsrun(*words)
    assert (done.returncode, done.stderr) == (Exit.DONE, "")
    incident = json.loads(done.stdout)
    for key, value in json.loads(shown).items():
        if key not in VARYING:
            held = {part: incident[key][part] for part in value} if isinstance(value, dict) else incident[key]
            assert held == value


def test_the_first_job_runs_as_shown(tmp_path):
    run, function = blocks("xs", "Your first job")
    (tmp_path / "hello" / "function").mkdir(parents=True)
    (tmp_path / "hello" / "run.xs").write_text(run, encoding="utf-8")
    (tmp_path / "hello" / "function" / "greet.xs").write_text(function, encoding="utf-8")
    (session,) = blocks("console", "Your first job")
    for command, expected in re.findall(r"^\$ xsrun (.*)\n(.*)$", session, re.MULTILINE):
        done = xsrun(*command.split(), cwd=tmp_path)
        assert (done.returncode, done.stdout.strip()) == (Exit.DONE, expected)


def test_the_python_example_runs():
    (code,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["['PagerDuty Create Incident']", "['a', 'b']"]


def test_the_table_names_every_command_and_no_other():
    named = set(re.findall(r"^\| `xsrun (\w+)", README, re.MULTILINE))
    assert named == {*COMMANDS} - {"run", "exec"}


def test_every_page_is_named():
    pages = {f"docs/{each.name}" for each in (ROOT / "docs").glob("*.md")}
    assert pages <= set(re.findall(r"\]\(([^)#]+)", README))


def test_the_exit_codes_are_those_of_the_program():
    listed = re.search(r"Exit codes: (.*?)\.\n", README, re.DOTALL)
    assert listed
    codes = {int(number) for number in re.findall(r"(?:^|, )\s*(\d+) ", " ".join(listed[1].split()))}
    assert codes == {code for name, code in vars(Exit).items() if name.isupper()}


@pytest.mark.parametrize("link", re.findall(r"\]\(((?!http)[^)#]+)\)", README))
def test_links_lead_somewhere(link):
    assert (ROOT / link).exists()


def test_the_architecture_names_tests_that_exist():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/\w+\.py)`", page))
    assert named
    assert [each for each in sorted(named) if not (ROOT / each).exists()] == []


def test_the_statements_of_providers_give_what_their_page_shows(tmp_path):
    page = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
    (job,) = re.findall(r"^```xs\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "job.xs").write_text(job, encoding="utf-8")
    ((command, expected),) = re.findall(r"^\$ xsrun (.*)\n(.*)$", page, re.MULTILINE)
    done = xsrun(*command.split(), cwd=tmp_path, env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")})
    assert (done.returncode, done.stdout.strip(), done.stderr) == (Exit.DONE, expected, "")
    assert xsrun("fmt", "--check", "job.xs", cwd=tmp_path).returncode == Exit.DONE


WRITTEN = sorted(
    each for each in (ROOT / "docs").glob("*.md") if each.name not in {*PAGES, "architecture.md", "changelog.md"}
)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_a_page_begins_with_what_it_is_for_and_a_command(page):
    _, told, *_ = page.read_text(encoding="utf-8").split("\n\n")
    beginning = "".join(page.read_text(encoding="utf-8").splitlines(keepends=True)[:60])
    assert not told.startswith(("#", "|", "-", "```"))
    assert re.search(r"(^|[\s`/])(xsrun|python) [a-z]|pip install", beginning)


def test_commands_on_pages_take_the_options_they_are_given():
    described = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## xsrun ([a-z ]+)\n(.*?)(?=^## |\Z)", described, re.MULTILINE | re.DOTALL)
    known = {name: set(re.findall(r"--[a-z][a-z-]*", text)) for name, text in sections}
    wrong = []
    for page in (ROOT / "README.md", *WRITTEN):
        text = page.read_text(encoding="utf-8")
        lines = re.findall(r"^(?:\$ )?(?:\S+=\S+ )*(?:\S*/)?xsrun ([^\n#|]*)", text, re.MULTILINE)
        for command in (
            *(each for each in lines if not each.startswith("-")),
            *re.findall(r"`(?:xs|xsrun) ([a-z][^`]*)`", text),
        ):
            first, second, *_ = [*command.split(), "", ""]
            takes = known.get(f"{first} {second}") or known.get(first) or set(re.findall(r"--[a-z-]+", described))
            wrong += [
                (page.name, command, each) for each in re.findall(r"--[a-z][a-z-]*", command) if each not in takes
            ]
    assert wrong == []
