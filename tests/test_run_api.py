"""The Run API of ``xsrun serve``, in a process of its own, asked over real sockets."""

import json
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager

import httpx
import pytest
from holding_server import PATIENCE, outside

SECRET = "a-key-that-must-not-show"
TOKEN = "the-token-of-this-server"
NOTE = """run.job "Keep A Note" {
  pre = { name: "ready" }
  main = { name: "note", input: { text: "hello" } }
  env = ["api_key"]
}
---
function "ready" {
  input {
  }
  stack {
  }
  response = {ready: true}
}
---
function "note" {
  input {
    text text filters=trim
    password secret? { sensitive = true }
  }
  stack {
    debug.log { value = "noting " ~ $input.text ~ " with " ~ $env.api_key }
    db.add note { data = {text: $input.text, secret: $input.secret} } as $row
  }
  response = {id: $row.id, text: $input.text, key: $env.api_key, secret: $input.secret}
}
---
table note {
  schema {
    int id
    text text { description = "What it says" }
    text? secret { sensitive = true }
  }
}
"""
CALL = """run.job "Call Outside" {
  main = { name: "call", input: { paths: ["/one"] } }
  env = ["TARGET"]
}
---
function "call" {
  input {
    text[] paths
  }
  stack {
    var $seen { value = [] }
    foreach ($input.paths) {
      each as $path {
        api.request { url = $env.TARGET ~ $path method = "POST" params = {} } as $answer
        array.push $seen { value = $answer.response.result.path }
      }
    }
  }
  response = $seen
}
"""
REFUSE = """run.job "Refuse" {
  main = { name: "refuse" }
}
---
function "refuse" {
  input {
  }
  stack {
    precondition (false) { error_type = "inputerror" error = "Not like that" }
  }
  response = null
}
"""
PROJECTS = {"keep-a-note": NOTE, "caller": CALL, "refusing": REFUSE}


@contextmanager
def serving(folder, *arguments, **env):
    command = [sys.executable, "-m", "xsrun", "serve", str(folder / "jobs"), "--port", "0", *arguments]
    env = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache"), **env}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        if not first:
            process.wait()
            raise AssertionError(process.stderr.read())
        said = []
        reading = threading.Thread(target=lambda: said.extend(process.stderr), daemon=True)
        reading.start()
        try:
            with httpx.Client(base_url=f"{json.loads(first)['url']}/api:run", timeout=PATIENCE) as client:
                yield client, said
        finally:
            process.terminate()
            process.wait()
            reading.join()


@pytest.fixture(scope="module")
def world():
    with outside() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("run-api")
    for name, text in PROJECTS.items():
        (made / "jobs" / name).mkdir(parents=True)
        (made / "jobs" / name / "run.xs").write_text(text)
    return made


@pytest.fixture(scope="module")
def server(folder, world):
    with serving(folder, "--allow-doc", "--max-body", "1", api_key=SECRET, TARGET=world.url) as running:
        yield running


@pytest.fixture
def api(server):
    return server[0]


def held(api, world, path="/hold", **more):
    """A session that waits for an answer from outside."""
    world.open.clear()
    answer = api.post(
        "/run", json={"job_name": "Call Outside", "async": True, "input": {"paths": [path, "/after"]}, **more}
    )
    assert world.arrived.acquire(timeout=PATIENCE)
    return answer.json()


def ended(api, id):
    """A session when it is over."""
    while (found := api.get(f"/session/{id}").json())["state"] in ("pending", "processing", "running"):
        pass
    return found


# ------------------------------------------------------------ execute


FORMS = [
    ("/run", {"job_name": "Keep A Note"}),
    ("/v1/run", {"job": "keep a note", "env": {"api_key": "another-key-of-a-request"}}),
    ("/v1/job/run", {"job_name": "keep-a-note", "input": {"text": "hello"}}),
    ("/run", {"name": "KEEP A NOTE", "args": {"text": " hello "}, "template": "small", "logs": []}),
    ("/keep-a-note", {}),
]


@pytest.mark.parametrize(("path", "body"), FORMS)
def test_every_form_of_public_scripts_runs_the_job(api, path, body):
    answer = api.post(path, json=body)
    found = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert (found["state"], found["response"]["text"], found["error_msg"]) == ("complete", "hello", "")
    assert found["run"]["problems"] == []
    assert not {"another-key-of-a-request", SECRET} & {*answer.text.split('"')}


def test_the_answer_has_all_that_the_platform_tells(api):
    found = api.post("/run", json={"job_name": "Keep A Note"}).json()
    run, session = found["run"], found["run"]["session"]
    assert found["response"] == found["result"]["response"] == run["result"]["response"] == session["response"]
    assert found["state"] == found["result"]["state"] == session["state"] == "complete"
    assert found["session_id"] == session["id"]
    assert run["id"] == session["run_id"] == session["_run"]["id"]
    assert run["debug"] == ["noting hello with ***"]
    assert [each["log_object"] for each in found["logs"]] == ["noting hello with ***"]
    assert found["result"]["pre_result"] == {"ready": True}
    times = [found["result"][f"{each}_time"] for each in ("boot", "pre", "main", "total")]
    assert all(isinstance(each, float) for each in times)
    assert found["result"]["post_time"] is None
    assert session["_run"] | {"doc": "", "sig": "", "created_at": 0, "updated_at": 0} == {
        "id": run["id"], "name": "Keep A Note", "type": "job", "doc": "", "args": {}, "sig": "", "project_id": "local",
        "user_id": 0, "created_at": 0, "updated_at": 0,
    }  # fmt: skip


def test_a_job_that_fails_is_no_fault_of_the_server(api):
    answer = api.post("/run", json={"job_name": "Refuse"})
    found = answer.json()
    assert (answer.status_code, found["state"], found["error_msg"]) == (200, "error", "Not like that")
    assert (found["response"], found["run"]["session"]["error_msg"]) == (None, "Not like that")


def test_what_is_not_looked_at_is_said(api):
    body = {"job_name": "Refuse", "wait": 1, "input": {"a": 1}, "env": {"NOBODY": "x"}}
    problems = api.post("/run", json=body).json()["run"]["problems"]
    assert {each["severity"] for each in problems} == {"warning"}
    assert [each["message"] for each in problems] == [
        "`wait` is not looked at; inputs go in `input`",
        "job `Refuse` has no variable `NOBODY`; it is ignored",
        "job `Refuse` has no input `a`; it is ignored",
    ]


def test_curl_as_it_stands_in_the_documents_of_jobs(api):
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("there is no curl here")
    command = [curl, "-sf", "-X", "POST", f"{api.base_url}run", "-d", '{"job_name": "Keep A Note"}']
    assert json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["state"] == "complete"
