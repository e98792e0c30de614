"""The command line of the platform's client, and the forms that public scripts use, on the runs of this machine."""

import json
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from waiting import PATIENCE

from xsrun.cli.start import main
from xsrun.diagnostics import Exit

DOUBLE = """run.job "Double It" {
  main = { name: "double", input: { n: 3 } }
}
---
function "double" {
  input {
    int n
  }
  stack {
    debug.log { value = "doubling" }
    precondition ($input.n < 100) { error = "too much" }
    db.add result { data = {n: $input.n} } as $row
  }
  response = {n: $input.n * 2}
}
---
table result {
  schema {
    int id
    int n
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
"""
TEXT = 'run.job "Say" {\n  main = {name: "say"}\n}\n---\nfunction "say" { input { } stack { } response = "hi" }\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "double").mkdir()
    (tmp_path / "double" / "run.xs").write_text(DOUBLE)
    monkeypatch.chdir(tmp_path / "double")
    return tmp_path


@pytest.fixture
def typed(folder, capsys):
    """What a command line comes to: its exit code, stdout and stderr."""

    def run(*words):
        exit = main([*words])
        out, err = capsys.readouterr()
        return exit, out, err

    return run


FORMS = [
    ("run", "execute", "--job", "Double It"),
    ("run", "--job=Double It"),
    ("run", "execute"),
    ("run",),
    ("run", "run.xs"),
    ("run", "exec", "run.xs"),
    ("run", "execute", "./run.xs"),
    ("run", "--file", "run.xs"),
    ("run:exec", "-f", "run.xs"),
    ("run", "--input", '{"n": 3}'),
    ("run", "exec", ".", "-a", '{"n": 3}'),
    ("run", "-d", "n:=3"),
    ("run", "-d", "n:=3", "--input", '{"n": 9}', "--args", '{"n": 8}'),
    ("job", "run", "."),
]


@pytest.mark.parametrize("words", FORMS)
def test_every_form_of_public_scripts_runs_the_job(typed, words):
    assert typed(*words, "-q")[:2] == (Exit.DONE, '{"n":6}\n')


def test_the_nearest_input_wins(typed):
    words = ("run", "-q", "-a", '{"n": 1}', "--input", '{"n": 2}')
    assert typed(*words)[1] == '{"n":4}\n'
    assert typed(*words, "-d", "n:=5")[1] == '{"n":10}\n'


def test_the_end_of_a_run_in_each_form(typed, folder):
    exit, out, _ = typed("run", "-o", "json", "-q")
    found = json.loads(out)
    assert (exit, found["result"]["response"], found["run"]["session"]["state"]) == (0, {"n": 6}, "complete")
    assert (found["response"], found["state"], found["run"]["debug"]) == ({"n": 6}, "complete", ["doubling"])
    assert typed("run", "-o", "response", "-q")[1] == '{"n":6}\n'
    (folder / "say.xs").write_text(TEXT)
    assert typed("run", str(folder / "say.xs"), "-o", "response", "-q")[1] == "hi\n"


SUMMARY = """Executed successfully!

  Run ID:     RUN
  Session ID: SESSION
  State:      complete

  Timing:
    Total  TIME
    Boot   TIME
    Main   TIME

  Response:
    {
      "n": 6
    }
"""
FAILED = """Execution failed

  Run ID:     RUN
  Session ID: SESSION
  State:      error

  Timing:
    Total  TIME
    Boot   TIME
    Main   TIME

  Error: too much
"""


@pytest.mark.parametrize(("n", "exit", "shown"), [(3, 0, SUMMARY), (100, 1, FAILED)])
def test_the_summary_is_laid_out_as_that_of_the_client(typed, n, exit, shown):
    ended, out, _ = typed("run", "exec", "-d", f"n:={n}", "-o", "summary", "-q")
    out = re.sub(r"(Run ID: +)\S+", r"\1RUN", re.sub(r"\d+\.\d\dms", "TIME", out))
    assert (ended, re.sub(r"(Session ID: )\S+", r"\1SESSION", out)) == (exit, shown)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("-o", "xml"), Exit.USAGE),
        (("-o", "json", "--ephemeral"), Exit.USAGE),
        (("-o", "summary", "--dry-run"), Exit.USAGE),
        (("run.xs", "--file", "run.xs"), Exit.USAGE),
        (("-o", "json", "--job", "Nothing"), Exit.USAGE),
        (("http://127.0.0.1:1/run.xs?key=hidden",), Exit.USAGE),
    ],
)
def test_what_makes_no_sense_is_said_and_runs_nothing(typed, words, code):
    exit, out, err = typed("run", *words)
    assert (exit, out) == (code, "")
    assert "help:" in err or "cannot be had" in err
    assert "hidden" not in err


def test_a_function_runs_by_itself_and_is_kept(typed, folder):
    assert typed("function", "run", "double", "-d", "n:=21")[:2] == (0, '{"n":42}\n')
    assert json.loads(typed("runs", "list", "--json")[1])[0]["job"] == "function double"
    assert '"state":"complete"' in typed("function", "run", "double", "-d", "n=2", "-o", "json")[1]
    exit, _, err = typed("function", "run", "dubble", ".")
    assert (exit, "there is no function `dubble`" in err, 'did you mean "double"?' in err) == (2, True, True)
    (folder / "apart" / "function").mkdir(parents=True)
    (folder / "apart" / "function" / "say.xs").write_text('function "say" { input { } stack { } response = "hi" }\n')
    assert typed("function", "run", "say", str(folder / "apart"))[:2] == (0, '"hi"\n'), "where no job is declared"


def test_documents_come_from_stdin(folder):
    command = [sys.executable, "-m", "xsrun", "run", "exec", "--stdin", "-q"]
    done = subprocess.run(command, input=DOUBLE, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert done.stdout == '{"n":6}\n'


@contextmanager
def files_of(folder):
    """The address of a server of the files in a folder."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        return


def test_documents_come_from_an_address(typed, folder):
    with files_of(folder) as url:
        assert typed("run", f"{url}/double/run.xs", "-q")[:2] == (0, '{"n":6}\n')
        exit, _, err = typed("run", f"{url}/nothing.xs?key=hidden", "-q")
    assert (exit, "it answers 404" in err, "hidden" in err) == (Exit.USAGE, True, False)


def test_sessions_are_listed_shown_and_forgotten(typed):
    typed("run", "-q", "-o", "json")
    exit, out, _ = typed("run", "sessions", "list")
    head, rule, row = out.splitlines()
    assert (exit, head.split(), rule) == (0, ["ID", "STATE", "CREATED"], "-" * 75)
    id, state, created = row.split()
    assert (state, created[:2]) == ("complete", "20")
    for words in (["run:sessions:list", "-o", "json"], ["run", "history", "--json"]):
        assert [each["id"] for each in json.loads(typed(*words)[1])] == [id]
    assert f"Session ID: {id}" in typed("run", "sessions", "get", id[:8])[1]
    assert json.loads(typed("run", "sessions", "get", "last", "-o", "json")[1])["response"] == {"n": 6}
    for words in (["stop", id], ["start", id], ["get", "nothing"]):
        exit, out, err = typed("run", "sessions", *words)
        assert (exit, out, "error[no-run]" in err) == (Exit.USAGE, "", True)
    assert typed("run", "sessions", "delete", id)[0] == Exit.USAGE
    assert typed("run", "sessions", "delete", id, "--force")[1] == f"Session deleted successfully!\n  ID: {id}\n"
    assert json.loads(typed("run", "sessions", "list", "--json")[1]) == []


def test_a_sink_has_the_tables_and_the_log(typed):
    typed("run", "-q", "-o", "json")
    assert typed("run", "sink", "get", "last")[1] == "Sink Data:\nTables: 1\n  - result (1 rows)\nLogs: 2 entries\n"
    found = json.loads(typed("run", "sink", "get", "last", "-o", "json")[1])
    assert found["tables"][0]["content"] == [{"id": 1, "n": 3}]


def test_info_says_what_a_document_takes(typed):
    exit, out, _ = typed("run", "info")
    assert (exit, out.splitlines()[:3]) == (0, ["Document Info:", "", "  Type: job"])
    assert "  - n: {" in out
    assert out.endswith("Environment Variables:\n  (none)\n")
    assert json.loads(typed("run", "info", "-f", "run.xs", "-o", "json")[1])["input"]["n"]["value"] == 3


def test_there_is_one_project_and_nothing_to_deploy_to(typed):
    assert typed("run", "projects", "list")[1].splitlines()[1].split() == ["local", "local", "private"]
    assert json.loads(typed("run", "projects", "create", "--name", "mine", "--json")[1])["id"] == "local"
    assert typed("run", "deploy")[0] == Exit.USAGE
    assert typed("run", "env", "list")[1] == "Environment variables:\n"
    assert typed("run", "env", "get", "KEY")[:2] == (Exit.USAGE, "")


def test_a_folder_with_the_name_of_a_command_is_run(typed, folder, monkeypatch):
    (folder / "double").rename(folder / "env")
    monkeypatch.chdir(folder)
    assert typed("run", "env", "-q")[1] == '{"n":6}\n'
    assert typed("run", "env/", "-q")[1] == '{"n":6}\n'
