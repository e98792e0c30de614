"""Links in a project: those inside it are followed, those that lead out are refused and named, for every reader."""

import errno
import json
import os

import pytest

import xsrun
from xsrun.cli.start import main
from xsrun.files import source_files

JOB = 'run.job "A" {\n  main = {name: "one"}\n  env = ["A_KEY"]\n}\n'
ONE = 'function "one" {\n  stack {}\n  response = $env.A_KEY\n}\n'
LEAK = "secret text of somebody else"
OUTSIDE = f"{LEAK} }} {{\n"
LINKS = ["run.xs", "function/one.xs", "api/pages/get.xs", "table/pages.xs"]


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "job"
    for name, text in {"run.xs": JOB, "function/one.xs": ONE}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "held.xs").write_text(OUTSIDE)
    return folder


def link(job, name, target):
    (job / name).parent.mkdir(parents=True, exist_ok=True)
    (job / name).unlink(missing_ok=True)
    (job / name).symlink_to(target)


@pytest.mark.parametrize(
    "command", [["execute", "--env", "A_KEY=k"], ["check"], ["info"], ["test"], ["execute", "--job", "A"]]
)
@pytest.mark.parametrize("name", LINKS)
def test_a_file_that_leads_out_is_refused_and_shows_nothing(job, capsys, name, command):
    target = job.parent / "elsewhere" / "held.xs"
    link(job, name, target)
    assert main([*command, str(job)]) == 3
    shown = capsys.readouterr()
    assert f"error[unreadable]: {name} cannot be read: it leads out of the folder, to {target}\n" in shown.err
    assert "= help: put what it leads to in its place" in shown.err
    assert LEAK not in shown.out + shown.err


def test_a_folder_that_leads_out_is_named_and_not_entered(job, capsys):
    link(job, "table", job.parent / "elsewhere")
    assert main(["check", str(job)]) == 0
    shown = capsys.readouterr()
    assert (
        f"warning[unreadable]: table cannot be read: it leads out of the folder, to {job.parent / 'elsewhere'}\n"
        in shown.err
    )
    assert LEAK not in shown.out + shown.err


def test_what_a_refused_folder_might_declare_is_missing(job, capsys):
    (job / "function" / "one.xs").unlink()
    (job / "function").rmdir()
    link(job, "function", job.parent / "elsewhere")
    assert main(["execute", "--env", "A_KEY=k", str(job)]) == 3
    err = capsys.readouterr().err
    assert "error[unresolved-function]" in err
    assert "warning[unreadable]: function cannot be read: it leads out of the folder" in err


def test_links_inside_are_followed_and_second_names_left_out(job, capsys):
    (job / "shared").mkdir()
    os.rename(job / "function" / "one.xs", job / "shared" / "one.xs")
    (job / "function").rmdir()
    link(job, "function", "shared")
    link(job, "again.xs", "shared/one.xs")
    link(job, "shared/loop", "..")
    assert [os.path.relpath(each, job) for each in source_files(str(job))] == ["again.xs", "run.xs"]
    (job / "again.xs").unlink()
    assert [os.path.relpath(each, job) for each in source_files(str(job))] == ["function/one.xs", "run.xs"]
    for _ in range(2):
        assert main(["execute", "--env", "A_KEY=some-key", "--json", str(job)]) == 0
    assert xsrun.load(str(job)).diagnostics == []


def test_what_a_link_inside_leads_to_may_change_between_runs(job, capsys):
    link(job, "function/one.xs", job / "held" / "one.xs")
    (job / "held").mkdir()
    for answer in ("1", "2"):
        (job / "held" / "one.xs").write_text(ONE.replace("$env.A_KEY", answer))
        assert main(["execute", "--env", "A_KEY=k", str(job)]) == 0
        assert capsys.readouterr().out == f"{answer}\n"


def test_a_file_of_the_cache_that_becomes_a_link_out_is_refused(job, capsys):
    moved = job.parent / "elsewhere" / "one.xs"
    os.utime(job / "function" / "one.xs", (1, 1))
    assert main(["execute", "--env", "A_KEY=some-key", str(job)]) == 0
    os.rename(job / "function" / "one.xs", moved)
    link(job, "function/one.xs", moved)
    assert main(["execute", "--env", "A_KEY=some-key", str(job)]) == 3
    assert "function/one.xs cannot be read: it leads out of the folder" in capsys.readouterr().err


def test_a_link_that_may_not_be_read_is_named_where_it_could_be_source(job, capsys, monkeypatch):
    """As those of other users' processes in /proc are: whoever may read everything has none."""
    link(job, "shut", "elsewhere")
    link(job, "shut.xs", "elsewhere")
    readlink = os.readlink

    def refusing(path, *more, **named):
        if "shut" in os.fspath(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return readlink(path, *more, **named)

    monkeypatch.setattr(os, "readlink", refusing)
    for command in (["check"], ["list"], ["info"]):
        main([*command, str(job)])
        assert ("shut.xs cannot be read: Permission denied" in capsys.readouterr().err) == (command != ["list"])


def test_a_project_may_itself_be_reached_through_a_link(job, capsys):
    link(job.parent, "short", job)
    assert main(["execute", "--env", "A_KEY=some-key", str(job.parent / "short")]) == 0
    assert main(["check", str(job.parent / "short" / "run.xs")]) == 0


def test_a_file_that_is_named_may_lie_anywhere(job, capsys):
    (job.parent / "elsewhere" / "held.xs").write_text(JOB + "---\n" + ONE)
    link(job.parent, "alone.xs", job.parent / "elsewhere" / "held.xs")
    assert main(["execute", "--env", "A_KEY=some-key", str(job.parent / "alone.xs")]) == 0


def test_jobs_behind_links_out_are_not_listed(job, capsys):
    (job.parent / "elsewhere" / "held.xs").write_text(JOB.replace('"A"', '"Hidden"'))
    link(job, "run.xs", job.parent / "elsewhere" / "held.xs")
    assert main(["list", "--json", str(job)]) == 2
    shown = capsys.readouterr()
    assert "Hidden" not in shown.out + shown.err
    assert "run.xs cannot be read: it leads out of the folder, to" in shown.err


def test_variables_beside_the_job_do_not_come_from_elsewhere(job, capsys):
    held = job.parent / "elsewhere" / "held.env"
    held.write_text("A_KEY=some-key\n")
    link(job, ".env", held)
    assert main(["execute", str(job)]) == 2
    said, help = capsys.readouterr().err.splitlines()
    assert said == f"error[usage]: {job / '.env'} leads out of the folder, to {held}"
    assert help == f"  = help: take it away and write --env-file {held}"
    (job / ".env").unlink()
    assert main(["execute", "--env-file", str(held), str(job)]) == 0
    link(job.parent, "named.env", held)
    assert main(["execute", "--env-file", str(job.parent / "named.env"), str(job)]) == 0


def test_settings_beside_the_job_do_not_come_from_elsewhere(job, capsys):
    link(job, "xsrun.toml", job.parent / "elsewhere" / "held.xs")
    assert main(["execute", "--env", "A_KEY=some-key", "--json", str(job)]) == 2
    shown = capsys.readouterr()
    assert "leads out of the folder" in json.loads(shown.err)["message"]
    assert LEAK not in shown.out + shown.err
