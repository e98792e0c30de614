"""Tasks: when they run as the compiler reads it, and a task run once as a job is."""

import os

import pytest
from counting import counting
from places import Place

from xsrun.cli.start import main
from xsrun.diagnostics import Exit
from xsrun.executable import executable
from xsrun.program import Interval

START = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""
HOUR = 3_600_000


def task(schedule: str, clauses: str = "") -> str:
    return f'task "nightly" {{\n  stack {{}}\n  {schedule}\n  {clauses}\n}}\n'


def read(tmp_path, text):
    (tmp_path / "nightly.xs").write_text(text, encoding="utf-8")
    return executable(str(tmp_path / "nightly.xs"), cached=False)


@pytest.mark.parametrize(
    ("schedule", "intervals"),
    [
        ("schedule = [{starts_on: 2026-01-01 00:00:00+0000, freq: 3600}]", [Interval(START, HOUR)]),
        ('schedule = [{starts_on: "2026-01-01 02:00:00+0200"}]', [Interval(START)]),
        ('schedule = [{starts_on: "2026-01-01", freq: 0}]', [Interval(START)]),
        (
            "schedule = [{starts_on: 2026-01-01 00:00:00+0000, freq: 60, ends_on: 2026-01-01 01:00:00+0000}\n"
            "  {starts_on: 2026-01-01 01:00:00+0000}]",
            [Interval(START, 60_000, START + HOUR), Interval(START + HOUR)],
        ),
        ("schedule {\n events = [{starts_on: 2026-01-01 00:00:00+0000, freq: 3600}]\n}", [Interval(START, HOUR)]),
        ("schedule = []", []),
        ("", []),
        ("schedule = [{starts_on: 2026-01-01 00:00:00+0000, freq: 3600}]\n  active = false", []),
    ],
)
def test_a_schedule_is_read(tmp_path, schedule, intervals):
    project = read(tmp_path, task(schedule))
    assert project.diagnostics == []
    (found,) = project.program.tasks
    assert list(found.schedule) == intervals


@pytest.mark.parametrize(
    ("schedule", "code", "told"),
    [
        ("{starts_on: 2026-01-01 00:00:00+0000, frequency: 5}", "unknown-clause", "it takes starts_on"),
        ("{starts_on: 2026-01-01 00:00:00+0000, frq: 5}", "unknown-clause", "did you mean `freq`?"),
        ("{freq: 5}", "bad-clause", "add starts_on"),
        ("{starts_on: 2026-01-01 00:00:00+0000, freq: -5}", "bad-clause", "whole number of seconds"),
        ("{starts_on: 2026-01-01 00:00:00+0000, freq: 0.5}", "bad-clause", "whole number of seconds"),
        ('{starts_on: 2026-01-01 00:00:00+0000, freq: "5m"}', "bad-clause", "whole number of seconds"),
        ('{starts_on: "tomorrow", freq: 5}', "bad-clause", "`starts_on` is no time"),
        ('{starts_on: "2026-13-01", freq: 5}', "bad-clause", "`starts_on` is no time"),
        ("{starts_on: now, freq: 5}", "bad-clause", "constants only"),
        ("5", "bad-clause", "list of objects"),
        ("{starts_on: 2026-01-01 00:00:00+0000, ends_on: 2025-01-01 00:00:00+0000}", "bad-clause", "never runs"),
    ],
)
def test_what_is_wrong_with_a_schedule_is_said(tmp_path, schedule, code, told):
    (found,) = read(tmp_path, task(f"schedule = [{schedule}]")).diagnostics
    assert found.code == code
    assert told in f"{found.message} {found.help}"


def test_a_program_out_of_the_cache_knows_when_its_tasks_run(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    os.makedirs(tmp_path / "cache", 0o700)
    text = task("schedule = [{starts_on: 2026-01-01 00:00:00+0000, freq: 3600}]", 'middleware = {pre: [{name: "m"}]}')
    (tmp_path / "nightly.xs").write_text(text + '---\nmiddleware "m" {\n  stack {}\n  response = null\n}\n')
    made, kept = (executable(str(tmp_path / "nightly.xs")).program.tasks for _ in range(2))
    assert made == kept
    assert kept[0].schedule == (Interval(START, HOUR),)
    assert len(kept[0].pre) == 1


FOLDER = {
    "tasks/nightly.xs": 'task "nightly" {\n  active = false\n  stack {\n    api.request { url = "https://there.example.com/a"'
    ' method = "POST" } as $a\n    function.run "second"\n    return { value = 5 }\n  }\n'
    '  middleware = {pre: [{name: "stamp"}], post: [{name: "stamp"}, {name: "idle", active: false}]}\n}\n',
    "functions/second.xs": 'function "second" {\n  stack {\n    api.request { url = "https://there.example.com/b"'
    ' method = "POST" headers = ["X-Key: " ~ $env.there_key] } as $b\n  }\n  response = null\n}\n',
    "middleware/stamp.xs": 'middleware "stamp" {\n  stack {\n'
    '    debug.log { value = $input.type ~ " " ~ ($input.vars|json_encode) }\n  }\n  response = null\n}\n',
    "middleware/idle.xs": 'middleware "idle" {\n  stack { debug.log { value = "idle" } }\n  response = null\n}\n',
}  # fmt: skip


@pytest.fixture
def server():
    with counting() as running:
        yield running


@pytest.fixture
def place(tmp_path, server):
    made = Place(tmp_path, server)
    for name, text in FOLDER.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return made


def test_a_task_runs_once_with_its_middleware_and_is_kept(place, server):
    there = f"there.example.com={server.url}"
    done = place.xsrun("task", "nightly", "--map", there, "--env", "there_key=open-sesame-please")
    assert (done.returncode, done.stdout) == (0, "null\n"), done.stderr
    assert done.stderr.splitlines() == ["log: pre {}", 'log: post {"status":200,"result":5}']
    assert server.seen == {"POST /a": 1, "POST /b": 1}
    assert (place.run()["job"], place.run()["state"]) == ("task nightly", "complete")


def test_a_task_is_found_below_a_folder_and_named_when_it_is_not(place, capsys):
    assert main(["task", "nightly", str(place.folder)]) == Exit.ENVIRONMENT
    assert "task `nightly` needs there_key" in capsys.readouterr().err
    assert main(["task", "nightl", str(place.folder)]) == Exit.USAGE
    told = capsys.readouterr().err
    assert "there is no task `nightl` below" in told
    assert "nightly" in told
    assert main(["task"]) == Exit.USAGE


def test_the_rows_of_a_task_are_in_its_datasource(tmp_path, capsys, monkeypatch):
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    folder = tmp_path / "shop"
    folder.mkdir()
    table = 'table "item" {\n  schema {\n    int id\n  }\n  index = [{type: "primary", field: [{name: "id"}]}]\n}\n'
    for name in ("draft", "no such / name"):
        stack = "stack {\n    db.add item { data = {} }\n  }"
        text = f'task "fill" {{\n  datasource = "{name}"\n  {stack}\n}}\n---\n{table}'
        (folder / "fill.xs").write_text(text, encoding="utf-8")
        assert main(["task", "fill", str(folder)]) == (Exit.DONE if name == "draft" else Exit.FAILED)
    assert "cannot be the name of a datasource" in capsys.readouterr().err
    assert (folder / ".xsrun" / "data.draft.sqlite").exists()
    assert not (folder / ".xsrun" / "data.sqlite").exists()
