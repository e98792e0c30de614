"""Compiled projects between runs: a second start is lean and says the same; nothing stale or damaged is used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import PATIENCE

from xsrun import cache
from xsrun.effects.memory import memory_world
from xsrun.executable import Executable, executable
from xsrun.runtime.job import run_job

HEAVY = {
    "lark", "httpx", "typer", "rich", "click", "dataclasses", "inspect",
    "xsrun.syntax", "xsrun.compile", "xsrun.project", "xsrun.api", "xsrun.render",
}  # fmt: skip
SLOW = {
    "typing", "re", "json", "enum", "signal", "random", "hashlib", "sqlite3", "regex", "threading", "encodings.ascii",
}  # fmt: skip
"""Modules that would cost a start about as much as the job does."""
RUN = """run.job "Sum" {
  main = {name: "sum", input: {numbers: [1, 2, 3]}}
  pre = {name: "twice", input: {number: 1}, as: "first"}
}
"""
SUM = """function sum {
  input {
    int[1:] numbers
    text label?="total" filters=trim|lower
    object extra? {
      schema {
        int weight?=2
      }
    }
  }
  stack {
    var $total { value = 0 }
    foreach ($input.numbers) {
      each as $number {
        function.run twice {
          input = {number: $number}
        } as $double
        var.update $total { value = $total + $double }
      }
    }
  }
  response = {label: $input.label, total: $total, zone: $env.zone}
}
"""
TWICE = """function twice {
  input {
    int number
  }
  stack {
    precondition ($input.number < 100) {
      error = "too large"
    }
  }
  response = $input.number * 2
}
"""
RESULT = '{"label":"total","total":12,"zone":null}\n'
OLD = 1_600_000_000
"""A time at which files may have been changed last, in seconds."""


@pytest.fixture(autouse=True)
def cache_home(tmp_path, monkeypatch) -> Path:
    home = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    return home


@pytest.fixture
def project(tmp_path) -> Path:
    folder = tmp_path / "sum"
    write(folder / "run.xs", RUN)
    write(folder / "function" / "sum.xs", SUM)
    write(folder / "function" / "twice.xs", TWICE)
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def start(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xsrun", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


def imports(*arguments: object) -> tuple[set[str], str]:
    """What a process imports, and what it prints."""
    listing = "import atexit, sys; atexit.register(lambda: print(*sys.modules, sep='\\n', file=sys.stderr))"
    command = [sys.executable, "-c", f"{listing}; from xsrun.__main__ import main; main()", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()), done.stdout


def kept(project: Path) -> bool:
    """Whether the cache has a program that fits the files as they are."""
    return cache.Entry(str(project)).read() is not None


def the_file(home: Path) -> Path:
    [file] = (home / "xsrun").iterdir()
    return file


# ------------------------------------------------------------------ lean starts


def test_a_second_start_imports_no_front_end_and_no_http(project):
    first, cold = imports("execute", project)
    second, warm = imports("execute", project)
    assert first >= {"xsrun.syntax.parser", "xsrun.compile", "xsrun.project"}
    assert second & HEAVY == {"xsrun.render"}, "the warning about `zone` is drawn"
    assert cold == warm == RESULT


def test_a_second_start_with_nothing_to_say_draws_nothing(project):
    executable(str(project))
    found, _ = imports("execute", project, "--quiet")
    assert found & (HEAVY | SLOW) == set()
    assert "xsrun.cache" in found


def test_only_a_fault_needs_lark(project):
    found, _ = imports("execute", project, "--no-cache")
    assert "xsrun.syntax.parser" in found
    assert found & {"lark", "xsrun.syntax.tables"} == set()


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["execute", "--help"]], ids=" ".join)
def test_help_imports_neither_lark_nor_httpx(arguments):
    found, _ = imports(*arguments)
    assert found & {"lark", "httpx", "xsrun.compile", "xsrun.project"} == set()


# ------------------------------------------------------------------ warm is as cold


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--json"],
        ["--input", "numbers:=[1,500]"],
        ["--json", "--input", "numbers:=[1,500]"],
        ["--input", "extra=x"],
    ],
    ids=" ".join,
)
def test_result_warnings_and_faults_are_the_same(project, arguments):
    cold = start("execute", project, "--no-cache", *arguments)
    executable(str(project))
    warm = start("execute", project, *arguments)
    assert (warm.returncode, warm.stdout, warm.stderr) == (cold.returncode, cold.stdout, cold.stderr)
    assert "undeclared-env" in warm.stderr


def test_a_fault_of_a_warm_start_shows_its_line(project):
    executable(str(project))
    failed = start("execute", project, "--quiet", "--input", "numbers:=[500]").stderr
    assert "function/twice.xs:6:" in failed
    assert "6 |     precondition ($input.number < 100) {" in failed
    assert "sum at function/sum.xs:15:" in failed


def test_a_program_comes_back_as_it_was(project):
    made = executable(str(project))
    entry = cache.Entry(str(project)).read()
    assert entry is not None
    program, diagnostics = entry
    assert program._replace(sources=()) == made.program._replace(sources=())
    assert kinds(program) == kinds(made.program)
    assert [contents(each) for each in program.sources] == [contents(each) for each in made.program.sources]
    assert [(str(each), each.help) for each in diagnostics] == [(str(each), each.help) for each in made.diagnostics]
    assert kinds(diagnostics) == kinds(made.diagnostics)


def contents(source):
    return source.name, source.text, source.path


def kinds(value):
    """The classes of a value and of everything in it."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, tuple | list) else ()
    return type(value), [kinds(each) for each in held]


# ------------------------------------------------------------------ what invalidates


def test_changes_of_files(project):
    executable(str(project))
    assert kept(project)
    write(project / "function" / "twice.xs", TWICE.replace("* 2", "* 3"))
    assert not kept(project)
    assert start("execute", project, "-q").stdout == RESULT.replace("12", "18")
    assert kept(project)


@pytest.mark.parametrize("name", ["function/more.xs", "function/deep/more.xs", "a.xs"])
def test_added_and_removed_files(project, name):
    executable(str(project))
    write(project / name, "function more {\n  response = 1\n}\n")
    assert not kept(project)
    executable(str(project))
    assert kept(project)
    (project / name).unlink()
    assert not kept(project)


def test_files_of_other_projects_do_not_count(project):
    executable(str(project))
    write(project / "notes.txt", "")
    write(project / ".hidden" / "a.xs", SUM)
    write(project / "other" / "run.xs", RUN)
    assert kept(project)


def test_a_file_that_was_only_touched_still_fits(project):
    executable(str(project))
    os.utime(project / "run.xs", (OLD, OLD))
    assert kept(project)


def test_a_time_that_is_too_young_proves_nothing(project):
    file = project / "function" / "twice.xs"
    executable(str(project))
    before = file.stat()
    write(file, TWICE.replace("* 2", "* 3"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not kept(project)


def test_a_settled_file_is_not_read_again(project, monkeypatch):
    for file in project.rglob("*.xs"):
        os.utime(file, (OLD, OLD))
    executable(str(project))
    monkeypatch.setattr(cache.Entry, "_is_unchanged", lambda _entry, kept, now, _source: kept == now and now.changed)
    assert kept(project)


def test_another_build_or_python_starts_anew(project, monkeypatch):
    executable(str(project))
    monkeypatch.setattr(cache, "build_stamp", lambda: "another")
    assert not kept(project)


def test_blank_and_single_files(tmp_path):
    write(tmp_path / "one.xs", RUN + "---\n" + SUM + "---\n" + TWICE)
    write(tmp_path / "blank" / "blank.xs", "\n")
    for path in (tmp_path / "one.xs", tmp_path / "blank"):
        executable(str(path))
        assert kept(path)


def test_programs_with_errors_are_not_kept(project, cache_home):
    write(project / "function" / "twice.xs", TWICE.replace("response", "respond"))
    assert executable(str(project)).errors
    assert not cache_home.exists()


# ------------------------------------------------------------------ what is not trusted


@pytest.fixture
def never_loaded(monkeypatch):
    def refuse(_data):
        pytest.fail("the data of a file that does not fit was loaded")

    monkeypatch.setattr(cache.marshal, "loads", refuse)


DAMAGES = {
    "empty": lambda data: b"",
    "short": lambda data: data[:11],
    "truncated": lambda data: data[:-1],
    "longer": lambda data: data + b"\0",
    "foreign": lambda data: b"\x7fELF" + data[4:],
    "digest": lambda data: data[:9] + bytes([data[9] ^ 1]) + data[10:],
    "payload": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_files_are_passed_over(project, cache_home, never_loaded, damage):
    executable(str(project))
    file = the_file(cache_home)
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)
    assert run(executable(str(project))) == {"label": "total", "total": 12, "zone": None}
    assert file.read_bytes() != damaged


def test_the_file_of_another_project_does_not_fit(project, cache_home, never_loaded, tmp_path):
    executable(str(project))
    mine = the_file(cache_home)
    data = mine.read_bytes()
    mine.unlink()
    twin = tmp_path / "twin"
    for file in project.rglob("*.xs"):
        write(twin / file.relative_to(project), file.read_text())
    executable(str(twin))
    the_file(cache_home).write_bytes(data)
    assert not kept(twin)


def test_files_are_for_their_user_alone(project, cache_home):
    executable(str(project))
    assert (cache_home / "xsrun").stat().st_mode & 0o777 == 0o700
    assert the_file(cache_home).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_may_write_is_not_trusted(project, cache_home, never_loaded, mode):
    executable(str(project))
    the_file(cache_home).chmod(mode)
    assert not kept(project)


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_may_write_is_not_used(project, cache_home, never_loaded, mode):
    executable(str(project))
    (cache_home / "xsrun").chmod(mode)
    assert not kept(project)
    the_file(cache_home).unlink()
    executable(str(project))
    assert list((cache_home / "xsrun").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("place", ["file", "folder"])
def test_what_belongs_to_others_is_not_trusted(project, cache_home, never_loaded, place):
    executable(str(project))
    os.chown(the_file(cache_home) if place == "file" else cache_home / "xsrun", 4321, -1)
    assert not kept(project)


# ------------------------------------------------------------------ without a cache


def test_an_unwritable_cache_costs_nothing_but_time(project, tmp_path, monkeypatch):
    write(tmp_path / "file", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    for _ in range(2):
        done = start("execute", project, "-q")
        assert (done.returncode, done.stdout, done.stderr) == (0, RESULT, "")


def test_a_write_that_fails_leaves_nothing_behind(project, cache_home, monkeypatch):
    def full(_source, _target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.os, "replace", full)
    assert not executable(str(project)).errors
    assert list((cache_home / "xsrun").iterdir()) == []


def test_a_relative_cache_home_is_passed_over(project, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    executable(str(project))
    assert kept(project)
    assert not (tmp_path / "relative").exists()
    assert the_file(tmp_path / "home" / ".cache").is_file()


def test_a_user_without_a_home_has_no_cache(project, tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(cache.os.path, "expanduser", lambda path: path)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert run(executable(str(project)))["total"] == 12
    assert sorted(tmp_path.rglob("*")) == before


def test_no_cache_neither_keeps_nor_uses(project, cache_home):
    assert start("execute", project, "-q", "--no-cache").stdout == RESULT
    assert not cache_home.exists()
    executable(str(project))
    found, _ = imports("execute", project, "--no-cache")
    assert "xsrun.project" in found


def test_processes_that_write_at_once(project, cache_home):
    command = [sys.executable, "-m", "xsrun", "execute", str(project), "-q"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate(timeout=PATIENCE)[0] for process in running] == [RESULT] * 4
    assert the_file(cache_home).is_file()
    assert kept(project)


def run(made: Executable):
    return run_job(made.loaded, made.jobs["Sum"], {}, memory_world()).value
