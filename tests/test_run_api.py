"""The Run API of ``xsrun serve``, in a process of its own, asked over real sockets."""

import json
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace

import httpx
import pytest
from holding_server import PATIENCE, outside
from served import run_api
from waiting import until

from xsrun.engine.folder import Broken
from xsrun.engine.orders import Place
from xsrun.engine.rows import RunRow, RunState
from xsrun.engine.sqlite import journal_in
from xsrun.server.runapi.reading import asked
from xsrun.server.runapi.sink import keep

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
  index = [{type: "primary", field: [{name: "id"}]}]
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
KEEP = """run.job "Keep" {
  main = { name: "keep" }
  env = ["NAME"]
}
---
function "keep" {
  input {
  }
  stack {
    redis.set { key = "kept" data = "here" }
    redis.get { key = "kept" } as $kept
  }
  response = $kept ~ " with " ~ ($env.NAME|strlen)
}
"""
SERVICE = """run.service "Counter" {
}
---
api_group "count" {
}
---
query "add/{by}" verb=GET {
  api_group = "count"
  input {
    int by
  }
  stack {
  }
  response = $input.by + 1
}
"""
PROJECTS = {"counter": SERVICE, "keep-a-note": NOTE, "caller": CALL, "refusing": REFUSE}


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
    given = ("--env", "GIVEN=by-name", "--env", f"XSRUN_AUTH_KEY={SECRET}")
    with run_api(folder, "--allow-doc", "--max-body", "1", *given, api_key=SECRET, TARGET=world.url) as running:
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
    path, open_ = f"/session/{id}", ("pending", "processing", "running")
    return until(lambda: (found := api.get(path).json())["state"] not in open_ and found)


# ------------------------------------------------------------ execute


FORMS = [
    ("/run", {"job_name": "Keep A Note"}),
    ("/v1/run", {"job": "keep a note", "env": {"api_key": "another-key-of-a-request"}}),
    ("/v1/job/run", {"job_name": "keep-a-note", "input": {"text": "hello"}}),
    ("/run", {"name": "KEEP A NOTE", "args": {"text": " hello "}, "template": "small", "logs": []}),
    ("/keep-a-note", {}),
]


def test_a_variable_of_a_request_is_in_no_answer_and_no_file(server, folder):
    api, said = server
    body = {"job": "Keep A Note", "env": {"api_key": "another-key-of-a-request"}}
    answer = api.post("/run", json=body)
    assert (answer.json()["state"], answer.json()["response"]["key"]) == ("complete", "***")
    assert "another-key-of-a-request" not in answer.text + api.get(f"/session/{answer.json()['session_id']}").text
    kept = [each.read_bytes() for each in (folder / "state").rglob("*") if each.is_file()]
    assert kept
    assert not [each for each in kept if b"another-key-of-a-request" in each]
    assert "noting hello with ***" in "".join(said)
    assert "another-key-of-a-request" not in "".join(said)


@pytest.mark.parametrize(("path", "body"), FORMS)
def test_every_form_of_public_scripts_runs_the_job(api, path, body):
    answer = api.post(path, json=body)
    found = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert (found["state"], found["response"]["text"], found["error_msg"]) == ("complete", "hello", "")
    assert (found["run"]["problems"], SECRET in answer.text) == ([], False)


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


def test_names_of_any_length_make_short_messages(api):
    long = "x" * 100_000
    refused = api.post("/run", json={"job_name": "Refuse", "env": {long: []}})
    run = api.post("/run", json={"job_name": "Refuse", long: 1, "env": {long: "a"}, "input": {long: 1}})
    assert len(refused.text) < 500
    assert max(len(each["message"]) for each in run.json()["run"]["problems"]) <= 500
    assert len(api.post(f"/{long[:5000]}").text) < 500


def test_curl_as_it_stands_in_the_documents_of_jobs(api):
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("there is no curl here")
    command = [curl, "-sf", "-X", "POST", f"{api.base_url}run", "-d", '{"job_name": "Keep A Note"}']
    done = subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    assert json.loads(done.stdout)["state"] == "complete"


# ------------------------------------------------------------ refused


ONLY = 'function "a" { input { } stack { } response = 1 }'
DEEP = b'{"job_name": "Refuse", "input": ' + b'{"a":' * 3000 + b"1" + b"}" * 3001
REFUSED = [
    ("/run", {"job_name": "Keep A Npte"}, 404, 'there is no job `Keep A Npte`; did you mean "Keep A Note"?'),
    ("/run", {"job_name": "../../etc"}, 404, "there is no job `../../etc`; "),
    ("/nothing-like-it", {}, 404, "there is no job `nothing-like-it`; "),
    ("/run", {}, 400, 'no job is named; write {"job_name": "NAME"}'),
    ("/run", {"job_name": 7}, 400, "of type int names no job"),
    ("/run", [], 400, "the body is no JSON object"),
    ("/run", {"job_name": "Refuse", "input": [1]}, 400, "the inputs are of type array, and have to be an object"),
    ("/run", {"job_name": "Refuse", "env": {"A": {"b": 1}}}, 400, "`env.A` is of type object, and has to be a text"),
    ("/run", {"job_name": "Refuse", "env": {"A B": ""}}, 400, "`env` has a name that no variable can have"),
    ("/run", {"job_name": "Refuse", "async": "yes"}, 400, "`async` is true or false"),
    ("/run", {"job_name": "Refuse", "queue": "q", "priority": -1}, 400, "`priority` has to be a number from 0 to "),
    ("/run", {"job_name": "Refuse", "queue": "q", "delay": 1e300}, 400, "`delay` has to be a number from 0 to "),
    ("/project/7/run/exec", {"doc": 1}, 400, "`doc` is of type int, and has to be the text of a document"),
    ("/project/7/run/exec", {"doc": " "}, 400, "XanoScript content is empty"),
    ("/project/7/run/exec", {"doc": "function {{{"}, 400, "the document has errors"),
    (
        "/project/7/run/exec",
        {"doc": ONLY},
        400,
        "no run.job or run.service",
    ),
    ("/project/7/run/nothing/exec", {}, 404, "there is no run with this id"),
    ("/session/nothing/access", {"access": "public"}, 404, "there is no session with this id"),
    ("/session/nothing/exec", {"doc": ""}, 404, "there is no session with this id"),
    ("/project/7/run/session/nothing/stop", {}, 404, "there is no session with this id"),
    ("/project/7/doc/info", {}, 400, "`doc` is missing: the text of a document"),
]


@pytest.mark.parametrize(("path", "body", "status", "message"), REFUSED)
def test_a_request_that_makes_no_sense_is_refused_with_one_sentence(api, path, body, status, message):
    answer = api.post(path, json=body)
    found = answer.json()
    assert (answer.status_code, found["payload"], found["message"][: len(message)]) == (status, "", message)
    assert found["code"].startswith("ERROR_CODE_")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"a": NaN}',
        b'{"job_name": "Refuse", "input": ' + b'{"a":' * 3000 + b"1" + b"}" * 3001,
    ],
)
def test_a_body_that_cannot_be_read_is_refused(api, body):
    answer = api.post("/run", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "ERROR_CODE_INPUT_ERROR")


def test_a_body_that_is_too_large_is_refused(api):
    assert api.post("/run", content=b"x" * 1_000_001).status_code == 413


def test_a_method_that_is_not_there_is_as_an_address_that_is_not(api):
    for answer in (api.get("/run"), api.put("/project"), api.get("/nothing/at/all")):
        assert (answer.status_code, answer.json()["code"]) == (404, "ERROR_CODE_NOT_FOUND")


def test_a_queue_is_a_place(api):
    body = {"job": "a", "queue": "calls", "priority": 2, "order_key": "one", "delay": 1.5}
    assert asked(body).place == Place("calls", 2, "one", 1.5)
    assert asked({"job": "a"}).place is None


def test_nobody_waits_for_what_is_to_begin_later():
    later = {"job_name": "Refuse", "queue": "paging", "delay": 3_600}
    assert [asked(each).waits for each in (later, {**later, "delay": 0}, {"job_name": "Refuse"})] == [False, True, True]


def test_there_is_no_queue_without_an_engine(api):
    answer = api.post("/run", json={"job_name": "Refuse", "queue": "paging", "async": True})
    assert (answer.status_code, "--engine" in answer.json()["message"]) == (400, True)


# ------------------------------------------------------------ documents


def test_a_document_runs_as_json_and_as_text(api):
    path = "/project/any/run/exec"
    first = api.post(path, json={"doc": CALL, "args": {"paths": []}, "env": {"TARGET": "http://nobody.test"}}).json()
    assert (first["state"], first["response"], first["run"]["problems"]) == ("complete", [], [])
    text = {"Content-Type": "text/x-xanoscript"}
    second = api.post(path, params={"args": "{}", "env": "{}"}, content=REFUSE, headers=text).json()
    assert (second["state"], second["error_msg"]) == ("error", "Not like that")
    again = api.post(f"/project/any/run/{second['run']['id']}/exec", json={}).json()
    assert again["run"]["id"] == second["run"]["id"]
    assert again["session_id"] != second["session_id"]


def test_a_document_runs_as_the_form_of_the_oldest_clients(api):
    def post(kind, **fields):
        address = f"{str(api.base_url).replace('/api:run/', '/api:meta/beta')}/project/1/run/{kind}"
        return api.post(address, files={name: (None, value) for name, value in fields.items()})

    echo = CALL.replace("$seen\n", "$input.paths\n").replace("foreach ($input.paths)", "foreach ([])")
    found = post("job", doc=echo.replace('env = ["TARGET"]', ""), args='{"paths": ["/a"]}').json()
    assert (found["result"]["state"], found["result"]["response"], found["result"]["error_msg"]) == (
        "complete",
        ["/a"],
        "",
    )
    assert found["run"]["session"] == {"id": found["run"]["session"]["id"], "state": "complete"}
    assert (sorted(found), found["logs"]) == (["logs", "result", "run"], [])
    for kind, fields, said in (
        ("service", {"doc": REFUSE}, "run/job"),
        ("job", {"doc": SERVICE}, "is not run here"),
        ("job", {"doc": "https://example.test/run.xs"}, "send its text"),
        ("job", {"doc": REFUSE, "args": "https://example.test/a.json"}, "send them as JSON"),
        ("job", {"doc": REFUSE, "args": "[1]"}, "have to be an object"),
        ("job", {"args": "{}"}, "`doc` is missing"),
    ):
        answer = post(kind, **fields)
        assert (answer.status_code, said in answer.json()["message"]) == (400, True), answer.text
    assert post("nothing", doc=REFUSE).status_code == 404


def test_one_of_several_jobs_of_a_document_is_named(api):
    body = {"doc": f"{REFUSE}---\n{REFUSE.replace('Refuse', 'Also').partition('---')[0]}"}
    answer = api.post("/project/any/run/exec", json=body)
    assert (answer.status_code, "choose one with `job_name`" in answer.json()["message"]) == (400, True)
    found = api.post("/project/any/run/exec", json={**body, "job_name": "Also"}).json()
    assert found["run"]["session"]["_run"]["name"] == "Also"
    again = api.post(f"/project/any/run/{found['run']['id']}/exec", json={}).json()
    assert again["run"]["session"]["_run"]["name"] == "Also"


def test_a_variable_in_an_address_is_refused_and_told_nowhere(server):
    api, said = server
    headers = {"Content-Type": "text/x-xanoscript"}
    query = {"env": json.dumps({"TARGET": "a-secret-in-an-address"})}
    answer = api.post("/project/any/run/exec", params=query, content=CALL, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("`env` in an address would be seen")
    assert "a-secret-in-an-address" not in answer.text + "".join(said)


def test_a_document_gets_no_variable_of_the_server(api):
    answer = api.post("/project/any/run/exec", json={"doc": CALL})
    assert answer.status_code == 400
    assert answer.json()["problems"] == [
        {"severity": "error", "message": "the document needs TARGET; send them in `env`. Nothing was run"}
    ]


@pytest.mark.parametrize("name", ["api_key", "XSRUN_AUTH_KEY", "xsrun_auth_key", "XSRUN_TOKEN"])
def test_a_document_gets_none_of_the_servers_own_variables(api, name):
    assert api.post("/project/any/run/exec", json={"doc": KEEP.replace("NAME", "GIVEN")}).json()["state"] == "complete"
    answer = api.post("/project/any/run/exec", json={"doc": KEEP.replace("NAME", name)})
    assert (answer.status_code, f"the document needs {name}" in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize("name", ["REDIS_URL", "FILES_URL"])
def test_a_document_chooses_no_store(api, name):
    body = {"doc": KEEP.replace("NAME", name), "env": {name: "redis://127.0.0.1:1"}}
    assert api.post("/project/any/run/exec", json=body).json()["response"] == "here with 0"


def test_a_document_that_goes_on_gets_no_variable_of_the_server(api, folder):
    def cut_short(name):
        body = {"doc": KEEP.replace("NAME", name), "env": {name: "of-the-request"}}
        id = api.post("/project/any/run/exec", json=body).json()["session_id"]
        with closing(journal_in(str(folder / "state" / "xsrun"))) as journal:
            journal.set_state(id, RunState.INTERRUPTED, RunState.COMPLETE)
        return id

    answer = api.post(f"/project/any/run/session/{cut_short('api_key')}/start", json={})
    assert (answer.status_code, "api_key" in answer.json()["message"]) == (400, True)
    id = cut_short("GIVEN")
    assert api.post(f"/project/any/run/session/{id}/start", json={}).status_code == 200
    assert ended(api, id)["response"].startswith("here with ")


@pytest.mark.parametrize("error", [Broken("database or disk is full"), FileNotFoundError("forgotten by another one")])
def test_a_sink_that_cannot_be_kept_is_no_bug(error):
    def journal():
        raise error

    keep(SimpleNamespace(engine=SimpleNamespace(journal=journal)), "a-session")


def test_a_document_reaches_no_private_address(api, world):
    before = world.seen.copy()
    found = api.post("/project/any/run/exec", json={"doc": CALL, "env": {"TARGET": world.url}}).json()
    assert (found["state"], world.seen) == ("error", before)


def test_a_document_shares_no_rows_with_a_job(api):
    body = {"doc": NOTE, "env": {"api_key": "some-other-key"}}
    answers = [api.post("/project/any/run/exec", json=body).json() for _ in range(2)]
    assert [each["response"]["id"] for each in answers] == [1, 2]
    sinks = [api.get(f"/session/{each['session_id']}/sink") for each in answers]
    assert [len(each.json()["tables"][0]["content"]) for each in sinks] == [1, 2], "as each has left them"
    assert all("some-other-key" not in each.text for each in sinks)


def test_info_says_what_a_document_takes_and_needs(api):
    found = api.post("/project/any/doc/info", json={"doc": NOTE}).json()
    assert found == {
        "type": "job",
        "input": {
            "text": {
                "type": "text", "required": True, "nullable": False, "default": None, "description": "",
                "value": "hello",
            },
            "secret": {"type": "password", "required": False, "nullable": False, "default": None, "description": ""},
        },
        "env": ["api_key"],
        "problems": [],
        "functions": ["note", "ready"],
        "services": [],
        "jobs": ["Keep A Note"],
        "valid": True,
        "errors": [],
    }  # fmt: skip
    only = api.post("/project/any/doc/info", json={"doc": ONLY}).json()
    assert (only["type"], only["problems"][-1]["message"]) == (None, "no run.job or run.service")
    assert api.post("/project/any/doc/info", json={"doc": "function {{{"}).json()["valid"] is False


# ------------------------------------------------------------ sessions


def test_who_does_not_wait_asks_for_the_session(api, world):
    begun = held(api, world)
    assert (begun["state"], begun["run"]["session"]["state"], begun["response"]) == ("pending", "pending", None)
    assert api.get(f"/session/{begun['session_id']}").json()["state"] == "running"
    world.open.set()
    assert ended(api, begun["session_id"])["response"] == ["/hold", "/after"]


def test_a_key_is_one_run_also_while_it_is_under_way(api, world):
    world.open.clear()
    body = {"job_name": "Call Outside", "input": {"paths": ["/hold/keyed"]}}
    headers = {"Idempotency-Key": "7f3c0f9e-6f0a-4f5c-9a53-0d5f6d1c2b3a"}
    with ThreadPoolExecutor() as pool:
        answers = [pool.submit(api.post, "/run", json=body, headers=headers) for _ in range(4)]
        assert world.arrived.acquire(timeout=PATIENCE)
        world.open.set()
        found = [each.result().json() for each in answers]
    assert {each["session_id"] for each in found} == {headers["Idempotency-Key"]}
    assert [each["response"] for each in found] == [["/hold/keyed"]] * 4
    assert api.post("/run", json=body, headers=headers).json()["response"] == ["/hold/keyed"]
    assert world.seen["/hold/keyed"] == 1
    other = api.post("/run", json={"job_name": "Refuse"}, headers=headers)
    assert (other.status_code, "belongs to a session" in other.json()["message"]) == (422, True)
    other = api.post("/run", json={**body, "input": {"paths": ["/hold/another"]}}, headers=headers)
    assert (other.status_code, "with other inputs" in other.json()["message"]) == (422, True)


def test_the_same_inputs_with_a_key_are_the_same_whatever_they_are(api):
    odd = r'{"a": 1.0, "b": 1e300, "c": 12345678901234567890, "d": "\ud800 ⟦x⟧", "e": [null, {"ä": ""}]'
    text = odd + ', "secret": "a-secret"}'
    body = f'{{"job_name": "Keep A Note", "input": {text}, "env": {{"api_key": "a-secret"}}}}'
    for _ in range(2):
        answer = api.post("/run", content=body, headers={"Idempotency-Key": "odd-inputs-1"}).json()
        assert (answer["session_id"], answer["state"]) == ("odd-inputs-1", "complete")


@pytest.mark.parametrize("key", ["../../etc/passwd", "last", "Order #7, for ACME", "x" * 255, "K" * 36])
def test_a_key_that_is_no_id_stands_for_one(api, key):
    headers = {"Idempotency-Key": key}
    ids = [api.post("/run", json={"job_name": "Refuse"}, headers=headers).json()["session_id"] for _ in range(2)]
    assert ids[0] == ids[1]
    assert ids[0].startswith("key-")
    assert api.get(f"/session/{ids[0]}").json()["id"] == ids[0]


@pytest.mark.parametrize("keys", [[""], ["x" * 256], ["one-of-two", "two-of-two"]])
def test_a_key_that_is_none_is_refused(api, keys):
    answer = api.post("/run", json={"job_name": "Refuse"}, headers=[("Idempotency-Key", each) for each in keys])
    assert (answer.status_code, answer.json()["code"]) == (400, "ERROR_CODE_BAD_REQUEST")


def test_a_session_is_stopped_before_its_next_effect_and_started_again(api, world):
    begun = held(api, world, "/hold/stopped")
    id, run = begun["session_id"], begun["run"]["id"]
    assert api.delete(f"/project/any/run/session/{id}").status_code == 400
    assert api.post(f"/project/any/run/session/{id}/start", json={}).status_code == 400
    stopped = api.post(f"/project/any/run/{run}/session/{id}/stop").json()
    assert (stopped["id"], stopped["state"], stopped["error_msg"]) == (id, "error", "The session was stopped.")
    world.open.set()
    assert api.post(f"/project/any/run/session/{id}/stop").status_code == 400

    def started():
        answer = api.post(f"/project/any/run/session/{id}/start", json={})
        assert answer.status_code == 200 or answer.json()["code"] == "ERROR_CODE_BAD_REQUEST"
        return answer.status_code == 200

    until(started)
    assert ended(api, id)["response"] == ["/hold/stopped", "/after"]
    assert world.seen["/hold/stopped"] == 1


def test_a_session_that_was_given_up_is_stopped_or_started(api, folder):
    id = api.post("/run", json={"job_name": "Keep A Note"}).json()["session_id"]
    for state, does in ((RunState.COMPLETE, "stop"), (RunState.CANCELLED, "start")):
        with closing(journal_in(str(folder / "state" / "xsrun"))) as journal:
            journal.set_state(id, RunState.GIVEN_UP, state)
        assert api.post(f"/project/any/run/session/{id}/{does}", json={}).status_code == 200
    assert ended(api, id)["state"] == "complete"
    answer = api.post(f"/project/any/run/session/{id}/start", json={})
    assert (answer.status_code, "has ended: complete" in answer.json()["message"]) == (400, True)


def test_a_session_is_named_made_public_and_forgotten(api):
    id = api.post("/run", json={"job_name": "Refuse"}).json()["session_id"]
    assert api.patch(f"/session/{id}", json={"name": "Friday"}).json()["label"] == "Friday"
    assert api.post(f"/session/{id}/access", json={"access": "public"}).json()["access"] == "public"
    found = api.get(f"/session/{id}").json()
    assert (found["name"], found["label"], found["access"], found["status"]) == ("Friday", "Friday", "public", "error")
    for body in ({}, {"name": 1}, {"name": "x" * 201}, {"access": "everybody"}):
        assert api.patch(f"/session/{id}", json=body).status_code == 400
    assert api.post(f"/session/{id}/exec", json={"doc": REFUSE}).status_code == 400
    assert api.delete(f"/project/any/run/session/{id}").json() == {}
    assert api.get(f"/session/{id}").status_code == 404


def test_lists_come_in_pages_the_newest_first(api):
    found = [api.post("/run", json={"job_name": "Refuse"}).json() for _ in range(3)]
    run = found[0]["run"]["id"]
    pages = [api.get(f"/project/any/run/{run}/session", params={"page": at, "per_page": 2}).json() for at in (1, 2)]
    shown = [each["id"] for page in pages for each in page["items"]][:3]
    assert shown == [each["session_id"] for each in reversed(found)]
    total = pages[0]["itemsTotal"]
    assert {key: value for key, value in pages[0].items() if key != "items"} == {
        "curPage": 1, "nextPage": 2, "prevPage": None, "itemsReceived": 2, "itemsTotal": total, "offset": 0,
        "pageTotal": -(-total // 2), "perPage": 2,
    }  # fmt: skip
    assert api.get("/project/any/run/session").json()["items"][0]["id"] == shown[0]
    assert api.get("/project/any/run").json()["items"][0]["id"] == run
    for query in ({"page": 0}, {"per_page": 101}, {"per_page": "x"}):
        assert api.get("/project/any/run", params=query).status_code == 400


def test_runs_of_other_folders_are_nobodys_business(api, folder):
    row = RunRow("of-another", "Refuse", str(folder / "jobs"), {}, {}, "", None, RunState.COMPLETE, 0, 0, 1, 1)
    with closing(journal_in(str(folder / "state" / "xsrun"))) as journal:
        journal.begin(row, {})
    assert api.get("/session/of-another").status_code == 404
    assert api.delete("/project/any/run/session/of-another").status_code == 404
    assert api.post("/run", json={"job_name": "Refuse"}, headers={"Idempotency-Key": "of-another"}).status_code == 422


def test_a_service_tells_where_its_queries_are_and_runs_as_long_as_the_server(api):
    found = api.post("/run", json={"job_name": "counter"}).json()
    base = str(api.base_url).removesuffix("/api:run/")
    assert (found["state"], found["service"]["run"]["id"]) == ("running", found["run"]["id"])
    assert found["result"]["metadata_api"] == {"url": f"{base}/counter/openapi.json"}
    (endpoint,) = found["result"]["endpoints"]
    field = {"name": "by", "type": "int", "source": "path", "required": True, "nullable": False, "default": None}
    assert endpoint == {"verb": "GET", "url": f"{base}/api:count/add/{{by}}", "input": [field]}
    assert httpx.get(endpoint["url"].replace("{by}", "7")).json() == 8
    session = api.get(f"/session/{found['session_id']}").json()
    assert (session["state"], session["_run"]["type"], session["doc"]) == ("running", "service", SERVICE.strip())
    for answer in (
        api.post(f"/session/{found['session_id']}/exec", json={"doc": SERVICE}),
        api.post("/project/any/run/exec", json={"doc": SERVICE}),
        api.post(f"/project/any/run/session/{found['session_id']}/stop"),
        api.get(f"/session/{found['session_id']}/sink"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "ERROR_CODE_BAD_REQUEST")


# ------------------------------------------------------------ sinks and settings


def test_a_sink_has_the_rows_and_the_log_and_no_secret(api):
    body = {"job_name": "Keep A Note", "input": {"text": "kept", "secret": "a-secret-of-the-input"}}
    id = api.post("/run", json=body).json()["session_id"]
    answer = api.get(f"/session/{id}/sink")
    (table,) = answer.json()["tables"]
    assert (table["name"], table["content"][-1]["text"], table["content"][-1]["secret"]) == ("note", "kept", "***")
    assert table["columns"][:2] == [
        {"name": "id", "type": "int", "isPrimaryKey": True, "description": ""},
        {"name": "text", "type": "text", "isPrimaryKey": False, "description": "What it says"},
    ]
    assert [each["log_type"] for each in answer.json()["logs"]] == ["debug.log", "database"]
    shown = answer.text + api.get(f"/session/{id}").text
    assert not [each for each in (SECRET, "a-secret-of-the-input") if each in shown]


def test_a_sink_of_a_job_that_is_not_declared_any_more_is_that_of_its_project(api, folder):
    api.post("/run", json={"job_name": "Keep A Note", "input": {"text": "of before"}})
    path, now = str(folder / "jobs" / "keep-a-note"), time.time_ns() // 1_000_000
    row = RunRow("of-another-name", "Its Old Name", path, {}, {}, "", None, RunState.COMPLETE, 0, 0, 1, now)
    with closing(journal_in(str(folder / "state" / "xsrun"))) as journal:
        journal.begin(row, {})
    (table,) = api.get("/session/of-another-name/sink").json()["tables"]
    assert table["content"][-1]["text"] == "of before"


def test_there_is_one_project(api):
    (project,) = api.get("/project").json()
    assert (project["id"], project["name"]) == ("local", "local")
    for answer in (api.post("/project", json={"name": "mine"}), api.patch("/project/local", json={"name": "mine"})):
        assert (answer.json()["id"], answer.json()["name"]) == ("local", "mine")
    assert api.delete("/project/local").json() == {}
    assert api.get("/project/local/secret/key").json() == {"secrets": []}


def test_variables_are_set_and_never_given_out(api):
    env = "/project/any/env"
    assert api.get(f"{env}/key").json() == {"env": ["TARGET", "api_key"]}
    refused = api.get(env, params={"name": "api_key"})
    assert (refused.status_code, SECRET in refused.text) == (403, False)
    assert api.get(env, params={"name": "nothing"}).status_code == 404
    assert api.patch(env, json={"name": "mine", "env": {"name": "mine", "value": "set-over-http"}}).json() == {
        "name": "mine", "value": None,
    }  # fmt: skip
    assert "mine" in api.get(f"{env}/key").json()["env"]
    assert api.get(env, params={"name": "mine"}).status_code == 403
    doc = CALL.replace("TARGET", "mine")
    assert api.post("/project/any/run/exec", json={"doc": doc, "args": {"paths": []}}).json()["state"] == "complete"
    assert api.request("DELETE", env, json={"name": "mine"}).json() == {"name": "mine", "value": None}
    assert api.request("DELETE", env, json={"name": "mine"}).status_code == 404
    for body in ({"name": "a b", "env": {"value": ""}}, {"env": {"name": "a", "value": 1}}, {}):
        assert api.patch(env, json=body).status_code == 400


def test_the_operators_variable_wins_over_one_that_was_set(api, world):
    api.patch("/project/any/env", json={"env": {"name": "TARGET", "value": "http://nobody.test"}})
    assert api.post("/run", json={"job_name": "Call Outside"}).json()["response"] == ["/one"]
    api.request("DELETE", "/project/any/env", json={"name": "TARGET"})


# ------------------------------------------------------------ tokens


def test_a_token_opens_everything_and_nobody_else_reads_what_is_private(api, folder, world):
    document = api.post("/project/any/run/exec", json={"doc": REFUSE}).json()["run"]["id"]
    with run_api(folder, api_key=SECRET, TARGET=world.url, XSRUN_TOKEN=TOKEN) as (closed, _):
        known = {"Authorization": f"Bearer {TOKEN}"}
        assert closed.post("/run", json={"job_name": "Refuse"}).status_code == 401
        id = closed.post("/run", json={"job_name": "Refuse"}, headers=known).json()["session_id"]
        for path in (f"/session/{id}", f"/session/{id}/sink", "/session/nothing", "/project/any/run/session"):
            answer = closed.get(path)
            assert (path, answer.status_code, answer.json()["code"]) == (path, 401, "ERROR_CODE_UNAUTHORIZED")
        closed.post(f"/session/{id}/access", json={"access": "public"}, headers=known)
        assert closed.get(f"/session/{id}").json()["error_msg"] == "Not like that"
        assert closed.get(f"/session/{id}/sink").status_code == 401
        assert closed.get(f"/session/{id}/sink", headers=known).json()["tables"] == []
        assert closed.patch(f"/session/{id}", json={"name": "mine"}).status_code == 401
        assert closed.get(f"/session/{id}", headers=known).json()["label"] == ""
        # Documents are off unless they are let in, those too that have run.
        for path, body in (("exec", {"doc": REFUSE}), (f"{document}/exec", {})):
            answer = closed.post(f"/project/any/run/{path}", json=body, headers=known)
            assert (answer.status_code, answer.json()["code"]) == (403, "ERROR_CODE_ACCESS_DENIED")
            assert "--allow-doc" in answer.json()["message"]
        assert closed.post("/project/any/doc/info", json={"doc": REFUSE}, headers=known).json()["type"] == "job"
