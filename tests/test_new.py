"""``xsrun new``: every template is a working job, whatever the job is called and whatever the provider answers."""

import json
import os
import re
import shlex
import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_bench import answers

import xsrun
from xsrun.cli.find import jobs_below
from xsrun.cli.start import main
from xsrun.diagnostics import Exit
from xsrun.effects.memory import memory_world
from xsrun.effects.ports import Response, TransportFailure
from xsrun.templates import DEFAULT, PLACEHOLDER, TEMPLATES, BadName, create, files, folder_name, job_name
from xsrun.testing.suite import Suite

ROOT = Path(__file__).parent.parent
NAME = "Disk Alert"
VALUES = {
    "webhook_url": "https://hooks.example.com/in/4f1c9d7ab2",
    "webhook_secret": "5d41402abc4b2a76b9719d91",
    "slack_webhook_url": "https://hooks.slack.com/services/T01ABCDEF/B01ABCDEF/7xYvOq3LmNpR",
    "slack_bot_token": "xoxb-2148-3629-aBcDeFgHiJkL",
    "pagerduty_routing_key": "R0ABCDEF0123456789ABCDEF01234567",
    "incident_io_api_token": "9f86d081884c7d659a2feaa0c55ad015",
    "opsgenie_api_key": "eb243592-1111-2222-3333-1afdf565c889",
    "jira_email": "ada@example.com",
    "jira_api_token": "ATATT3xFfGF0abcdefghijkl",
}
ERRORS = {
    "webhook": "WebhookError",
    "slack": "SlackError",
    "slack-bot": "SlackError",
    "pagerduty": "PagerDutyError",
    "incident-io": "IncidentIoError",
    "opsgenie": "OpsgenieError",
    "jira": "JiraError",
}
REPEATED = {"pagerduty", "incident-io", "slack-bot", "opsgenie", "jira"}
"""Whose first request does no harm when it arrives twice."""

each_template = pytest.mark.parametrize("template", TEMPLATES)
each_provider = pytest.mark.parametrize("template", ERRORS)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder, without a variable of any template."""
    for kind in ("CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    for name in VALUES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def made(template, here, capsys):
    assert main(["new", NAME, "--template", template]) == Exit.DONE
    capsys.readouterr()
    return here / "disk-alert"


@cache
def project(template: str) -> xsrun.Project:
    return xsrun.load(TEMPLATES[template].home)


# ------------------------------------------------------------------ every template


@each_template
def test_there_is_nothing_to_say_about_it(made, capsys):
    assert main(["check", "--strict", "."]) == Exit.DONE
    assert capsys.readouterr().err == "1 project checked: 0 errors, 0 warnings\n"
    assert main(["fmt", "--check", "."]) == Exit.DONE


@each_template
def test_every_function_has_tests(template):
    functions = [path.read_text(encoding="utf-8") for path in TEMPLATES[template].home.glob("function/*.xs")]
    assert functions
    assert all('\n  test "' in text for text in functions)


@each_template
def test_whole_runs_of_it_are_tested(template):
    assert sum(item.kind == "case" for item in Suite(str(TEMPLATES[template].home)).items) >= 2


@each_template
def test_the_next_commands_work_without_a_key(template, here, capsys):
    assert main(["new", NAME, "--template", template, "--json"]) == Exit.DONE
    said = json.loads(capsys.readouterr().out)
    assert (said["name"], said["template"], said["path"]) == (NAME, template, "disk-alert")
    assert all((here / said["path"] / each).is_file() for each in said["files"])
    assert len(said["next"]) == 3
    for command in said["next"]:
        assert main(shlex.split(command)[1:]) == Exit.DONE, capsys.readouterr().err


@each_template
def test_the_commands_of_its_readme_work(made, template, monkeypatch, capsys):
    monkeypatch.chdir(made)
    commands = re.findall(r"^    xsrun (.*)$", (made / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        words = shlex.split(command)
        sent = words[0] == "execute" and template in ERRORS and TEMPLATES[template].rehearsal not in words
        if words != ["test"]:  # which ran above
            assert main(words + (["--dry-run"] if sent else [])) == Exit.DONE, capsys.readouterr().err


@each_template
def test_it_says_which_variables_it_needs(made, template):
    job = xsrun.load(made).choose(None)
    readme = (made / "README.md").read_text(encoding="utf-8")
    assert TEMPLATES[template].variables == list(job.env)
    assert all(f"`{name}`" in readme for name in job.env)
    assert set(job.env) <= VALUES.keys()
    assert (made / ".gitignore").read_text() == ".env\n"


@each_template
def test_only_the_name_is_filled_in(made, template):
    held = [path for path in made.rglob("*") if path.is_file() and PLACEHOLDER in path.read_text(encoding="utf-8")]
    assert held == []
    home = TEMPLATES[template].home
    for path in home.rglob("*.*"):
        text = path.read_text(encoding="utf-8").replace(PLACEHOLDER, NAME)
        assert (made / path.relative_to(home)).read_text(encoding="utf-8") == text


def test_when_to_send_again_is_said_alike_in_every_template_and_job():
    homes = (TEMPLATES[DEFAULT].home.parent, ROOT / "jobs")
    texts = {path.read_text() for home in homes for path in home.glob("*/function/retry_wait.xs")}
    assert len(texts) == 1


# ------------------------------------------------------------------ whatever the provider does

ODD = (b"", b"[]", b"null", b'"x"', b"7", b"{}", b"<html>", b"\xff\xfe", b'{"message": {"a": 1}, "errors": "x"}',
       b'{"errors": [1, {"a": 2}], "errorMessages": "x", "issues": [7], "key": [], "result": {}}')  # fmt: skip


@each_provider
@pytest.mark.parametrize("status", [200, 201, 202, 400, 500])
def test_an_odd_answer_is_a_success_or_an_error_of_its_name(template, status):
    for body in ODD:
        result = project(template).run(env=VALUES, world=memory_world(http=answers(Response(status, (), body))))
        assert result.error is None or result.error.name == ERRORS[template], (body, result.error)
        assert status < 400 or result.error is not None
        shown = repr([result.value, result.error and result.error.message])
        assert [name for name, value in VALUES.items() if value in shown] == []


@each_provider
@pytest.mark.parametrize(
    ("failure", "attempts"),
    [
        (TransportFailure(28, "Operation timed out", sent=True), None),
        (TransportFailure(7, "Connection refused", sent=False), 3),
    ],
    ids=["no answer", "no connection"],
)
def test_only_what_does_no_harm_is_sent_again(template, failure, attempts):
    result = project(template).run(env=VALUES, world=memory_world(http=answers(failure)))
    assert result.error is not None
    assert result.error.name == ERRORS[template]
    assert f"status 0, no answer, {failure}" in result.error.message
    assert len(result.requests) == (attempts or (3 if template in REPEATED else 1))
    assert all(each.request.timeout in (10, 15) for each in result.requests)


@each_provider
def test_an_empty_variable_sends_nothing(template):
    for name in TEMPLATES[template].variables:
        result = project(template).run(env=VALUES | {name: " \n"}, world=memory_world(http=answers(Response(200))))
        assert result.error is not None
        assert result.error.name == ERRORS[template]
        assert "Nothing was sent" in result.error.message
        assert result.requests == ()


# ------------------------------------------------------------------ names and places


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("PagerDuty: page me!", "pagerduty-page-me"),
        ("../../etc/passwd", "etc-passwd"),
        ("/", "job"),
        ("..", "job"),
        ("-rf", "rf"),
        ("--- {$env.key} `x` ---", "env-key-x"),
        ('a "quoted" \\ name // no comment', "a-quoted-name-no-comment"),
        ("Störung Ⅷ 障害 🚨", "störung-ⅷ-障害"),
        ("x" * 5000, "x" * 60),
        ("é" * 5000, "é" * 60),
        (PLACEHOLDER, "job-name"),
        ("[a](b) <i> # *c*", "a-b-i-c"),
    ],
)
def test_a_job_may_be_called_anything(name, folder, here, capsys):
    assert main(["new", "--json", "--", name]) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["path"] == folder
    (place,) = jobs_below(".")
    assert (place.name, place.path) == (name, folder)
    assert main(["check", "--strict", folder]) == Exit.DONE
    assert main(["fmt", "--check", folder]) == Exit.DONE
    assert main(["execute", "--job", name]) == Exit.DONE


@settings(max_examples=40)
@given(st.text(), st.sampled_from(sorted(TEMPLATES)))
def test_a_name_is_refused_or_means_itself(text, template):
    try:
        name = job_name(text)
    except BadName:
        return
    made = files(TEMPLATES[template], name)
    (document,) = xsrun.parse(made["run.xs"].decode()).documents
    assert [head.value for block in document.entries for head in block.heads] == [name]
    folder = folder_name(name)
    assert folder == os.path.basename(folder)
    assert folder not in ("", ".", "..")
    assert len(os.fsencode(folder)) <= 255


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "nul\0", "\x1b[31m", "half \ud800"])
def test_a_name_that_is_none(name, here, capsys):
    assert main(["new", name]) == Exit.USAGE
    assert "error[usage]" in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_nothing_is_overwritten(here, capsys):
    (here / "disk-alert").mkdir()
    assert main(["new", NAME]) == Exit.DONE
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    assert main(["new", NAME, "-t", "slack"]) == Exit.USAGE
    assert "disk-alert is there already" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before
    (here / "a-file").write_text("mine")
    assert main(["new", "a file"]) == Exit.USAGE
    (here / "a-link").symlink_to(here.parent)
    assert main(["new", "a link"]) == Exit.USAGE
    assert sorted(path.name for path in here.iterdir()) == ["a-file", "a-link", "disk-alert"]


def test_a_folder_is_made_where_it_is_wanted(here, capsys):
    assert main(["new", NAME, "--into", "ops/jobs"]) == Exit.DONE
    assert (here / "ops" / "jobs" / "disk-alert" / "run.xs").exists()
    assert "xsrun test ops/jobs/disk-alert\n" in capsys.readouterr().out
    assert main(["new", NAME, "--into", "ops/jobs/disk-alert/run.xs"]) == Exit.USAGE
    assert "cannot make ops/jobs/disk-alert/run.xs/disk-alert" in capsys.readouterr().err


@pytest.fixture
def nobody():
    """Without the rights of root, to whom nothing is forbidden."""
    user = os.geteuid()
    if not user:
        os.seteuid(65534)
    yield
    os.seteuid(user)


def test_a_folder_that_may_not_be_written(here, nobody, capsys):
    if os.access(here, os.W_OK, effective_ids=True):
        here.chmod(0o555)
    assert main(["new", NAME]) == Exit.USAGE
    err = capsys.readouterr().err
    assert "cannot make disk-alert: Permission denied" in err
    assert "--into DIR" in err


def test_a_folder_is_whole_or_not_there(here):
    with pytest.raises(OSError, match="exists"):
        create("half", {"a": b"", "a/b": b""})
    assert list(here.iterdir()) == []


# ------------------------------------------------------------------ what is said


def test_the_list(capsys):
    assert main(["new", "--list"]) == Exit.DONE
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(TEMPLATES)
    assert main(["new", "--list", "--json"]) == Exit.DONE
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(TEMPLATES)
    assert rows[0] == {
        "name": "compute", "summary": TEMPLATES["compute"].summary, "provider": "", "env": [], "rehearsal": "",
    }  # fmt: skip
    assert {path.parent.name for path in TEMPLATES[DEFAULT].home.parent.glob("*/run.xs")} == set(TEMPLATES)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([NAME, "-t", "slak"], "did you mean `slack`?"),
        ([NAME, "-t", "nothing-like-it"], "there are compute, webhook"),
        (["jira"], 'write xsrun new "Disk Alert" -t jira'),
        ([], 'write xsrun new "Disk Alert"'),
        ([NAME, "--list"], "a name and --list exclude each other"),
    ],
)
def test_what_makes_no_sense_is_said(words, said, here, capsys):
    assert main(["new", *words]) == Exit.USAGE
    assert said in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_templates_belong_to_the_package():
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert built["targets"]["wheel"]["packages"] == ["xsrun"]
    assert not {"exclude", "only-include"} & (built.keys() | built["targets"]["wheel"].keys())
    assert TEMPLATES[DEFAULT].home.is_relative_to(ROOT / "xsrun")
