"""Files that cannot be read, streams that are closed, and runs that are cut short."""

import errno
import importlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys

import pytest
from waiting import PATIENCE

from xsrun import __main__ as entry
from xsrun.cli import inputs
from xsrun.cli.start import main

JOB = 'run.job "A" {\n  main = {name: "one"}\n}\n'
ONE = 'function "one" {\n  stack {}\n  response = 1\n}\n'
ASK = """function "one" {
  stack {
    api.request {
      url = "http://api.example.com/page"
      method = "POST"
      params = {key: $env.A_KEY}
    } as $r
  }
  response = $r.response.status
}
"""


def pipe(path):
    os.mkfifo(path)


def dangling(path):
    path.symlink_to("nowhere.xs")


def circle(path):
    path.symlink_to(path.name)


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "job"
    (folder / "function").mkdir(parents=True)
    (folder / "run.xs").write_text(JOB, encoding="utf-8")
    (folder / "function" / "one.xs").write_text(ONE, encoding="utf-8")
    return folder


@pytest.mark.parametrize("command", ["execute", "check", "info"])
@pytest.mark.parametrize("name", ["run.xs", "function/one.xs"])
@pytest.mark.parametrize("make", [pipe, dangling, circle])
def test_what_cannot_be_read_is_reported_once(job, capsys, make, name, command):
    (job / name).unlink()
    make(job / name)
    assert main([command, str(job)]) == 3
    err = capsys.readouterr().err
    assert f"error[unreadable]: {name} cannot be read: " in err
    assert err.count("error[") == 1
    assert main(["list", str(job)]) == (2 if name == "run.xs" else 0)


def test_a_folder_named_as_a_run_file(job, capsys):
    (job / "run.xs").unlink()
    (job / "run.xs").mkdir()
    assert main(["execute", str(job)]) == 3
    assert "error[unreadable]: run.xs cannot be read: Is a directory" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["run.xs", "function/one.xs", "function"])
def test_what_may_not_be_read(job, capsys, name):
    (job / name).chmod(0)
    assert main(["execute", str(job)]) == 3
    (job / name).chmod(0o700)
    assert f"error[unreadable]: {name} cannot be read: Permission denied" in capsys.readouterr().err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_is_no_fault(job, closed):
    command = f'"{sys.executable}" -m xsrun execute "{job}" {closed}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("command", ["execute", "list", "info"])
def test_a_reader_that_is_gone_is_no_fault(job, command):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "xsrun", command, job],
            stdout=nobody,
            stderr=subprocess.PIPE,
            check=False,
            timeout=PATIENCE,
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is full")
def test_a_result_that_cannot_be_written(job):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "xsrun", "execute", job],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=PATIENCE,
        )
    assert done.returncode == 1
    assert done.stderr == b"error[output]: the output cannot be written: No space left on device\n"


def test_a_result_is_utf_8_whatever_the_terminal_speaks(job, monkeypatch):
    kept = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(kept, encoding="ascii"))
    (job / "function" / "one.xs").write_text(ONE.replace("1", '"höß 🎉"'), encoding="utf-8")
    assert main(["execute", str(job)]) == 0
    assert kept.getvalue().decode() == '"höß 🎉"\n'


def test_a_run_whose_result_cannot_be_written_is_done(job, monkeypatch, capsys):
    def full(_line):
        raise OSError(errno.ENOSPC, "No space left on device")

    (job / "function" / "one.xs").write_text(ASK, encoding="utf-8")
    monkeypatch.setattr("xsrun.cli.output.show", full)
    monkeypatch.setattr("xsrun.cli.start._drop_output", lambda: None)
    options = ["--map", "api.example.com=mock:slack", "--env", "A_KEY=hidden-key"]
    assert main(["execute", str(job), *options]) == 1
    assert "the run has ended, see xsrun runs show 01" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("execute", "nowhere"), "there is no folder or job `nowhere` here\n  = help: look with xsrun list"),
        (("serve", "nowhere"), "there is no folder or job `nowhere` here\n  = help: look with xsrun list"),
        (("execute", "Aa"), 'there is no folder or job `Aa` here\n  = help: did you mean "A"?'),
        (("execute", "--job", "Aa"), 'there is no job `Aa` here\n  = help: did you mean "A"?'),
        (("execute", "nowhere/b"), "there is no file or folder nowhere/b\n"),
    ],
)
def test_what_is_not_there_is_called_what_it_may_have_been(job, monkeypatch, capsys, words, said):
    monkeypatch.chdir(job.parent)
    assert main([*words]) == 2
    assert said in capsys.readouterr().err


LARGE = """function "one" {
  stack {
    var $few { value = [1] }
    var $many { value = 1..100000 }
    var $ratio { value = ($few|count) / (($many|count) - 100000) }
  }
}
"""


def test_a_failure_holds_no_more_than_the_beginning_of_a_large_value(job, capsys):
    (job / "function" / "one.xs").write_text(LARGE, encoding="utf-8")
    assert main(["execute", str(job), "--json"]) == 1
    shown = json.loads(capsys.readouterr().err)["values"]
    assert shown["$few"] == [1]
    assert (len(shown["$many"]), shown["$many"][:6]) == (10_000, "[1,2,3")


@pytest.mark.parametrize(("stop", "by"), [(signal.SIGTERM, "SIGTERM"), (signal.SIGINT, "the keyboard")])
def test_a_run_cut_short_says_what_was_sent(job, stop, by):
    (job / "function" / "one.xs").write_text(ASK, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        command = [sys.executable, "-m", "xsrun", "execute", job, "--map", f"api.example.com={address}"]
        run = subprocess.Popen(
            [*command, "--env", "A_KEY=hidden-key"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        server.settimeout(PATIENCE)
        connection, _ = server.accept()
        with connection:
            connection.settimeout(PATIENCE)
            connection.recv(65536)
            run.send_signal(stop)
            out, err = run.communicate(timeout=20)
    assert (run.returncode, out) == (130, "")
    assert f"stopped by {by}; sent before that: POST http://api.example.com/page (no answer)" in err
    assert "it may have arrived" in err
    assert re.search(r"help: let it go on with xsrun runs resume \w{13}\n", err)
    assert "hidden-key" not in err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[1]", "--input-json holds array [1]"),
        ('{"a":}', "--input-json is no JSON"),
        ("gone.json", "cannot read `gone.json`: No such file or directory"),
    ],
)
def test_inputs_that_are_no_object(job, capsys, given, said):
    assert main(["execute", str(job), "--input-json", given]) == 2
    assert said in capsys.readouterr().err


def test_a_command_that_is_stopped_while_it_is_read_in_shows_no_traceback(monkeypatch, capsys):
    def read_in(name):
        if name == "xsrun.cli.start":
            raise KeyboardInterrupt
        return importlib.import_module(name)

    monkeypatch.setattr("xsrun.__main__.import_module", read_in)
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setattr("gc.set_threshold", lambda _few: None)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert (ended.value.code, capsys.readouterr().err) == (130, "stopped by the keyboard\n")


def test_run_files_that_cannot_be_read_are_named(job, capsys):
    dangling(job.parent / "run.xs")
    hidden = "run.xs cannot be read: No such file or directory; its jobs are not looked at"
    assert main(["list", str(job.parent)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("A ")
    assert f"warning[unreadable]: {job.parent}/{hidden}" in err
    (job.parent / "run.xs").rename(job.parent / "other")
    (job / "run.xs").unlink()
    dangling(job / "run.xs")
    assert main(["execute", str(job.parent), "--job", "A"]) == 2
    assert f"{job}/{hidden}" in capsys.readouterr().err


def test_variables_come_from_stdin_whenever_a_run_reads_them(monkeypatch):
    inputs._variables_on_stdin.cache_clear()
    monkeypatch.setattr("sys.stdin", io.StringIO("TOKEN='of stdin'\n"))
    assert [inputs.read_env_file("-"), inputs.read_env_file("-")] == [{"TOKEN": "of stdin"}] * 2
    inputs._variables_on_stdin.cache_clear()


def test_a_line_of_an_env_file_that_is_no_variable(job, capsys):
    (job / ".env").write_text("A=1\n\nB=2\nno variable at all = x y\n'", encoding="utf-8")
    assert main(["execute", str(job)]) == 2
    _, err = capsys.readouterr()
    assert err.startswith(f"error[usage]: {job}/.env:4: this is no variable")
    assert len(err.splitlines()) == 2
