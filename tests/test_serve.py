"""``xsrun serve``: a service in a process of its own, asked over real sockets."""

import json
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
from served import in_process, service_of, serving

from xsrun.builtins.statements.security import logged_in
from xsrun.cli.options import run_options
from xsrun.cli.serving import Hosted, Server, begin
from xsrun.cli.start import main
from xsrun.compile.program import compile_folder
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.memory import memory_world
from xsrun.effects.real import SystemClock
from xsrun.program import Endpoint
from xsrun.project import load_text
from xsrun.runtime.answering import Head, find
from xsrun.runtime.frame import Limits
from xsrun.server.openapi import document
from xsrun.server.runapi.docinfo import info_of_text
from xsrun.server.runapi.serving import endpoint_shape
from xsrun.server.running import listening
from xsrun.server.service import together
from xsrun.values import INFINITY

SERVICES = Path(__file__).parent / "services"
GREETING = "good-morning-greeting"


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service") / "counter"
    subprocess.run(["cp", "-r", str(SERVICES / "counter"), str(folder)], check=True)
    env = ["--env", f"greeting={GREETING}"]
    with serving(str(folder), *env, "--timeout", "1", "--max-body", "1", "--cache") as (first, client, _process):
        yield first, client


@pytest.fixture
def ask(counter):
    return counter[1]


def test_the_first_line_says_where_everything_is(counter):
    first, _ = counter
    listed = {(each["verb"], each["url"].removeprefix(first["url"])) for each in first["endpoints"]}
    assert first["pre_result"] == "ready"
    assert {("POST", "/api:count/add/{by}"), ("GET", "/api:users-and-friends/me")} <= listed


def test_inputs_come_from_path_body_and_query_string(ask):
    answer = ask.post("/api:count/add/2?tag=a&tag=b&by=7", json={"note": {"x": [1]}})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found = answer.json()
    assert (found["tag"], found["note"]) == (["a", "b"], {"x": [1]})
    assert answer.headers["X-Count"] == str(found["count"])
    again = ask.post("/api:count:v1/add/3", data={"tag": "c", "note": '{"y": 1}'}).json()
    assert (again["count"], again["tag"], again["note"]) == (found["count"] + 3, ["c"], {"y": 1})


def test_a_file_arrives_as_a_file(ask):
    found = ask.post("/api:count/add/1", files={"note": ("a.txt", b"hello", "text/plain")}).json()
    assert found["note"] == {"path": "tmp/a.txt", "name": "a.txt", "size": 5, "mime": "text/plain"}


@pytest.mark.parametrize(
    ("sent", "name"),
    [("../../../etc/passwd", "passwd"), ("C:\\\\x\\\\a b.txt", "a b.txt"), ("a/", "file"), ("..", "..")],
)
def test_a_file_has_a_name_and_no_path(ask, sent, name):
    body = f'--x\r\nContent-Disposition: form-data; name="note"; filename="{sent}"\r\n\r\nhi\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert ask.post("/api:count/add/1", content=body.encode(), headers=kind).json()["note"]["name"] == name


def test_no_secret_is_in_an_answer(ask):
    text = ask.post("/api:count/add/1").text
    assert GREETING not in text
    assert json.loads(text)["greeting"] == "***"


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/api:count/odd/created", 201, '"created"'),
        ("/api:count/odd/nothing", 204, ""),
        ("/api:count/odd/unchanged", 304, ""),
        ("/api:count/odd/stopped", 200, '"stopped"'),
        ("/api:count/page", 200, "<h1>Hi</h1>"),
        ("/api:count/rows?n=2", 200, '{"row":0}\n{"row":1}\n'),
        ("/api:count/fail", 404, '{"code":"ERROR_CODE_NOT_FOUND","message":"No such thing","payload":{"a":1}}'),
        ("/api:count/odd/thrown", 500, '{"code":"ERROR_CODE_THROWN_ERROR","message":"{\\"a\\":1}","payload":{"a":1}}'),
        ("/api:count/none", 404, '{"code":"ERROR_CODE_NOT_FOUND","message":"Unable to locate request.","payload":""}'),
        ("/", 404, '{"code":"ERROR_CODE_NOT_FOUND","message":"Unable to locate request.","payload":""}'),
        ("/api:nobody/page", 404, '{"code":"ERROR_CODE_NOT_FOUND","message":"Unable to locate request.","payload":""}'),
        ("/api:users-and-friends/me", 401, '{"code":"ERROR_CODE_UNAUTHORIZED","message":"Unauthorized","payload":""}'),
    ],
)
def test_status_and_body(ask, path, status, body):
    answer = ask.get(path)
    assert (answer.status_code, answer.text) == (status, body)


def test_an_input_that_does_not_fit_names_itself(ask):
    answer = ask.post("/api:count/add/0")
    assert answer.status_code == 400
    assert answer.json()["payload"] == {"param": "by"}


@pytest.mark.parametrize(("body", "kind"), [(b"{oops", "application/json"), (b"\xff", "application/json")])
def test_a_body_that_is_none(ask, body, kind):
    answer = ask.post("/api:count/add/1", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid JSON body.")


def test_a_body_that_is_too_large(ask):
    answer = ask.post("/api:count/add/1", content=b"x" * 1_000_001)
    assert (answer.status_code, answer.json()["message"]) == (413, "The request is too large.")


def test_headers(ask):
    assert ask.get("/api:count/odd/twice").headers.get_list("X-Part") == ["one", "two"]
    split = ask.get("/api:count/odd/split")
    assert split.status_code == 500
    assert "X-Evil" not in split.headers
    assert split.json()["message"].startswith("Invalid header: ")
    assert ask.get("/api:count/rows").headers["content-type"] == "application/x-ndjson"
    assert "access-control-allow-origin" not in ask.options("/api:count/page").headers


def test_an_answer_counts_for_a_while_and_headers_are_looked_up_in_any_case(ask):
    def asked(who):
        return ask.get("/api:count/kept", headers={"X-WHO": who}).json()

    ada = asked("ada")
    assert ada == {"times": ada["times"], **dict.fromkeys(("who", "member", "got", "named"), "ada"), "has": True}
    assert [asked("ada"), asked("bob")["times"], asked("ada")] == [ada, ada["times"] + 1, ada]


def test_a_stream_has_the_name_that_it_was_given(ask):
    assert ask.get("/api:count/rows?file=a b.json").headers["content-disposition"] == 'attachment; filename="a b.json"'
    found = ask.get("/api:count/rows", params={"file": 'Grüße".json'}).headers["content-disposition"]
    assert found == "attachment; filename=\"Gr__e_.json\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%22.json"


def test_a_name_that_comes_again_and_again_is_read_at_once(ask):
    """Each time as long as the time before, and not longer: a client would see its time run out."""
    body = "by=1&" + "a=1&" * 200_000
    answer = ask.post("/api:count/add/1", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 200


def test_a_stream_that_fails_breaks_off_and_shows_no_secret(ask):
    with ask.stream("GET", "/api:count/cut") as answer:
        assert (answer.status_code, answer.headers["X-Word"]) == (200, "***")
        pieces = answer.iter_bytes()
        assert next(pieces) == b'{"row":1,"word":"***"}\n'
        with pytest.raises(httpx.RemoteProtocolError):
            next(pieces)


def test_only_a_query_that_streams_can_stream(ask):
    assert "api.stream writes only while" in ask.get("/api:count/odd/stream").json()["message"]


def test_a_request_without_end_is_ended_and_others_are_not_kept_waiting(ask):
    answer = ask.get("/api:count/odd/loop")
    assert answer.status_code == 500
    assert ask.get("/api:count/odd/fine").json() == "fine"


def test_who_asks_is_told_by_a_token(ask):
    token = ask.post("/api:users-and-friends/login", json={"id": 7}).json()["token"]
    answer = ask.get("/api:users-and-friends/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == {"id": 7, "stamped": True}
    forged = ask.get("/api:users-and-friends/me", headers={"Authorization": f"Bearer {token[:-2]}xx"})
    assert (forged.status_code, forged.json()["message"]) == (401, "Unauthorized")


def test_middleware_stands_around_a_query(ask):
    assert ask.post("/api:users-and-friends/say", json={"word": "hi"}).json() == {"word": "HI", "stamped": True}
    refused = ask.post("/api:users-and-friends/say", json={"word": "secret"})
    assert (refused.status_code, refused.json()["message"]) == (403, "Not this word")


def test_a_middleware_at_the_end_may_refuse(ask):
    refused = ask.get("/api:users-and-friends/last")
    assert (refused.status_code, refused.json()["message"]) == (403, "Not at the end")


def test_the_document_describes_every_endpoint(counter):
    first, ask = counter
    described = ask.get("/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    assert sum(len(each) for each in described["paths"].values()) == len(first["endpoints"])
    add = described["paths"]["/api:count/add/{by}"]["post"]
    assert add["parameters"][0]["schema"] == {"type": "integer", "format": "int64"}
    body = add["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["tag"] == {"type": "array", "items": {"type": "string"}}
    assert described["paths"]["/api:users-and-friends/me"]["get"]["security"] == [{"token": []}]
    assert ask.get("/_xsrun/health").json() == {"status": "ok"}


def test_a_service_ends_well_when_it_is_asked_to(tmp_path):
    (tmp_path / "ping.xs").write_text('query "ping" verb=GET {\n  api_group = "a"\n  response = "pong"\n}\n')
    with serving(str(tmp_path)) as (first, ask, process):
        assert ask.get("/api:a/ping").json() == "pong"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert first["pre_result"] is None


WITH_DEFAULTS = """query "p" verb=POST {
  api_group = "a"
  input {
    int size?=7
    text key?="kept-from-all" { sensitive = true }
    password pin?="kept-from-all"
    object more? { schema { text key?="kept-from-all" { sensitive = true } } }
  }
  response = 1
}
---
run.job "j" { main = {name: "f", input: {more: {key: "kept-from-all"}}} }
---
function "f" {
  input {
    text key?="kept-from-all" { sensitive = true }
    object more? { schema { text key { sensitive = true } } }
  }
  stack {
  }
  response = 1
}
"""


def test_no_document_tells_the_default_of_a_sensitive_input():
    (listed,) = together([service_of(WITH_DEFAULTS)]).listed()
    for told in (document("a", [listed]), endpoint_shape(listed, ""), info_of_text(WITH_DEFAULTS)):
        assert "kept-from-all" not in json.dumps(told)
    assert '"default": 7' in json.dumps(document("a", [listed]))


SEVERAL = """query "is" verb=POST {
  api_group = "both"
  input {
    text guess
  }
  response = $env.word == $input.guess
}
---
query "hit" verb=POST {
  api_group = "NAME"
  stack {
    db.add hit { data = {} } as $hit
    redis.incr { key = "hits" by = 1 } as $hits
  }
  response = [$hit.id, $hits]
}
---
table hit {
  schema {
    int id
  }
}
"""


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    folder = tmp_path_factory.mktemp("several") / "outer"
    for name in ("One", "two"):
        (folder / name).mkdir(parents=True)
        service = f'run.service "{name}" {{\n  env = ["word"]\n}}\n---\n'
        (folder / name / "run.xs").write_text(service + SEVERAL.replace("NAME", name))
        (folder / name / ".env").write_text(f"word=word-of-{name}\n")
    (folder / "job").mkdir()
    (folder / "job" / "run.xs").write_text(
        'run.job "j" {\n  main = {name: "f"}\n  env = ["nowhere"]\n}\n---\nfunction f {\n}\n'
    )
    (folder / "shared.xs").write_text('query "ping" verb=GET {\n  api_group = "own"\n  response = "own"\n}\n')
    with serving(str(folder), env={"word": None}) as (first, client, _process):
        yield first, client


def test_several_projects_are_served_together(several):
    first, ask = several
    listed = [each["url"].removeprefix(first["url"]) for each in first["endpoints"]]
    assert listed == ["/api:own/ping", "/one/api:both/is", "/api:one/hit", "/two/api:both/is", "/api:two/hit"]
    assert first["pre_result"] == {"outer": None, "job": None, "one": None, "two": None}
    for nowhere in ("/api:both/is", "/one/api:two/hit", "/x/api:two/hit"):
        assert ask.post(nowhere, json={"guess": ""}).status_code == 404
    assert list(ask.get("/openapi.json").json()["paths"]) == listed
    assert list(ask.get("/two/openapi.json").json()["paths"]) == ["/two/api:both/is", "/two/api:two/hit"]
    assert ask.get("/three/openapi.json").status_code == 404


def test_every_project_has_what_is_its_own(several):
    _, ask = several
    for name, other in (("One", "two"), ("two", "One")):
        address = f"/{name.lower()}/api:both/is"
        guesses = [ask.post(address, json={"guess": f"word-of-{each}"}).json() for each in (name, other)]
        assert guesses == [True, False]
    hits = [ask.post(each).json() for each in ("/one/api:one/hit", "/api:one/hit", "/api:two/hit")]
    assert hits == [[1, 1], [2, 2], [1, 1]]


# ------------------------------------------------------------------ what cannot be served


@pytest.mark.parametrize(
    ("source", "exit", "said"),
    [
        ("function f {\n}\n", Exit.USAGE, "there is no query and no job in "),
        ('query "a" verb=GET {\n  response = nothing|oops\n}\n', Exit.SOURCE, "oops"),
        (
            'query "a/{id}" verb=GET {\n  input { int id }\n}\n---\nquery "a/{x}" verb=GET {\n  input { int x }\n}\n',
            Exit.SOURCE,
            "`GET a/{x}` and `a/{id}` answer the same addresses",
        ),
        ('run.service "s" {\n  env = ["nowhere"]\n}\n---\nquery "a" verb=GET {\n}\n', Exit.ENVIRONMENT, "nowhere"),
        (
            'run.service "s" {\n  pre = {name: "f"}\n}\n---\nquery "a" verb=GET {\n}\n---\n'
            'function f {\n  stack {\n    throw { name = "x" value = "not today" }\n  }\n}\n',
            Exit.FAILED,
            "not today",
        ),
    ],
)
def test_what_cannot_be_served(tmp_path, capsys, source, exit, said):
    (tmp_path / "all.xs").write_text(source)
    assert main(["serve", str(tmp_path), "--port", "0"]) == exit
    assert said in capsys.readouterr().err


def test_words_in_a_path_go_before_inputs():
    """Exports of the platform have such paths, though its documentation says that they collide."""
    paths = ["a/{id}", "a/{id}/all", "a/me", "a/mine/{id}", "b/{none}"]
    text = "\n---\n".join(f'query "{each}" verb=GET {{\n  input {{ int id? }}\n}}' for each in paths)
    folder = load_text(text, "all.xs")
    endpoints = compile_folder(folder).endpoints
    found = [find(endpoints, "default", "GET", each) for each in ("a/1", "a/me", "a/mine/all", "a/1/all", "b/2")]
    assert [each and each[0].path for each in found] == ["a/{id}", "a/me", "a/mine/{id}", "a/{id}/all", "b/{none}"]
    assert {(each.severity, each.code) for each in folder.diagnostics} == {
        ("warning", "route-collision"),
        ("warning", "path-input"),
    }


GROUPS = """api_group "one" {
  canonical = "same"
}
---
api_group "two" {
  canonical = "same"
}
---
api_group "three" {
  canonical = "a/b"
}
---
query "q" verb=GET {
  api_group = "one"
}
---
query "q" verb=GET {
  api_group = "two"
}
---
query "q" verb=PUSH {
  api_group = "two"
}
---
query "q" verb=GET {
  api_group = "日本 / x"
}
---
query "q" verb=GET {
  api_group = "日本"
}
"""


def test_every_query_has_an_address_of_its_own_or_it_is_said():
    folder = load_text(GROUPS, "all.xs")
    endpoints = compile_folder(folder).endpoints
    told = [(each.severity, each.code, each.line) for each in folder.diagnostics]
    assert told == [("warning", "bad-clause", 10), ("error", "route-collision", 17), ("warning", "bad-clause", 21)]
    assert [each.group for each in endpoints] == ["same", "same", "same", "x", "日本"]


def test_the_project_that_is_wrong_is_named_among_several(tmp_path, capsys):
    for name, value in (("good", "1"), ("bad", "=")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.xs").write_text(f'query "q" verb=GET {{\n  response = {value}\n}}\n')
    assert main(["serve", str(tmp_path / "good"), str(tmp_path / "bad"), "--port", "0"]) == Exit.SOURCE
    assert f"{Path('bad', 'a.xs')}:2" in capsys.readouterr().err
    (tmp_path / "gone").symlink_to("nowhere")
    assert main(["serve", str(tmp_path / "gone"), "--port", "0"]) != Exit.DONE
    assert "gone/gone" not in capsys.readouterr().err


def test_a_database_that_is_none_is_said_at_the_start(tmp_path, capsys):
    (tmp_path / "ping.xs").write_text('query "ping" verb=GET {\n}\n')
    assert main(["serve", str(tmp_path), "--port", "0", "--db", "nosuch://me:password@x"]) == Exit.USAGE
    assert capsys.readouterr().err.startswith("error[usage]: There is no database of the kind nosuch://\n")


@pytest.mark.parametrize("host", ["nowhere.invalid", "203.0.113.1"])
def test_an_address_that_is_none_of_this_machine(tmp_path, capsys, host):
    (tmp_path / "ping.xs").write_text('query "ping" verb=GET {\n}\n')
    assert main(["serve", str(tmp_path), "--port", "0", "--host", host]) == Exit.USAGE
    shown = capsys.readouterr().err
    assert f"cannot listen on {host}:0: " in shown
    assert "e.g. --host 127.0.0.1" in shown
    assert "while" not in shown


def test_which_service_has_to_be_clear(tmp_path, capsys):
    (tmp_path / "run.xs").write_text('run.service "a" {\n}\n---\nrun.service "b" {\n}\n')
    assert main(["serve", str(tmp_path)]) == Exit.USAGE
    assert "error[several-jobs]: the services in" in capsys.readouterr().err
    assert main(["serve", str(tmp_path), "--job", "c"]) == Exit.USAGE
    assert "there is no service `c` in" in capsys.readouterr().err
    assert main(["serve", str(tmp_path), str(tmp_path), "--job", "a"]) == Exit.USAGE
    assert "--job chooses among the services of one folder" in capsys.readouterr().err
    assert main(["serve", str(tmp_path), str(tmp_path)]) == Exit.USAGE
    assert "would both be at /test-which-service" in capsys.readouterr().err


def test_an_address_that_is_taken(counter, tmp_path, capsys):
    first, _ = counter
    (tmp_path / "ping.xs").write_text('query "ping" verb=GET {\n}\n')
    port = first["url"].rpartition(":")[2]
    assert main(["serve", str(tmp_path), "--port", port]) == Exit.USAGE
    assert "cannot listen on 127.0.0.1" in capsys.readouterr().err


@pytest.mark.parametrize(("timeout", "seconds"), [(None, 300), (0, INFINITY), (2.5, 2.5)])
def test_a_query_has_a_time_limit_unless_there_is_to_be_none(tmp_path, timeout, seconds):
    (tmp_path / "a.xs").write_text('query "ping" verb=GET {\n}\n')
    server = Server(run_options(timeout=timeout), False, None, 1, False)
    assert begin(Hosted("a", str(tmp_path), None), server).service.limits.seconds == seconds


WAITS = """query "loop" verb=GET {
  stack {
    while (true) {
      each {
      }
    }
  }
}
---
query "fine" verb=GET {
  response = "fine"
}
---
query "sleep" verb=GET {
  stack {
    util.sleep { value = 20 }
  }
}
---
query "beside" verb=GET {
  stack {
    function.run "sleep" { async = true } as $job
    await { ids = [$job] timeout = 20 }
  }
}
---
function "sleep" {
  stack {
    util.sleep { value = 20 }
  }
}
"""


def test_a_query_that_waits_or_calculates_ends_with_its_time():
    """One thread watches all: it hears of a time that is over before the one it waits for."""
    service = service_of(WAITS)
    service = service._replace(world=service.world._replace(clock=SystemClock()))
    long, short = (
        service._replace(name="long", limits=Limits(seconds=300)),
        service._replace(limits=Limits(seconds=0.1)),
    )
    with in_process(long, short) as ask:
        assert ask.get("/long/api:default/fine").json() == "fine"
        for path in ("sleep", "beside", "loop", "loop"):
            answer = ask.get(f"/project/api:default/{path}")
            assert answer.status_code == 500
            assert answer.elapsed.seconds < 15, "a wait of 20 seconds was not cut"
            assert "took longer than" in answer.json()["message"]
        assert ask.get("/project/api:default/fine").json() == "fine"


def test_whoever_serves_is_told_what_failed_and_in_which_query():
    told = []
    source = 'query "users/{id}" verb=GET {\n  input {\n    int id\n  }\n  response = 1 / $input.id\n}\n'
    service = service_of(source, failing=lambda fault, query: told.append((fault.code, query)))
    with in_process(service) as ask:
        assert [ask.get(f"/api:default/users/{id}").status_code for id in ("1", "x", "0")] == [200, 400, 500]
    assert told == [(code, "GET /api:default/users/{id}") for code in ("input-error", "division-by-zero")]


RAW = """query "raw" verb=POST {
  input {
    int n?
  }
  stack {
    util.get_raw_input { encoding = $env.$http_headers["x-encoding"] } as $raw
    function.run "see" as $seen
  }
  response = {n: $input.n, raw: $raw, same: $seen == $raw}
}
---
function "see" {
  stack {
    util.get_raw_input { encoding = $env.$http_headers["x-encoding"] } as $raw
  }
  response = $raw
}
"""
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("encoding", "kind", "body", "raw"),
    [
        ("json", "application/json", '[{"n": 1}, 2]', [{"n": 1}, 2]),
        ("json", "application/json", '"text"', "text"),
        ("json", "", "7", 7),
        ("json", "application/json", "null", None),
        ("json", "application/json", '{"a": [1]}', {"a": [1]}),
        ("json", FORM, "a=1", {"a": "1"}),
        ("json", "application/json", "", {"n": "3"}),
        ("json", "text/xml", "<a/>", None),
        ("none", "text/xml", "<a/>", "<a/>"),
        ("none", "application/json", "[1, 2]", "[1, 2]"),
        ("none", "", "", ""),
        ("yaml", "text/yaml", "- 1\n- a", [1, "a"]),
        ("yaml", "text/yaml", "a: [", None),
        ("x-www-form-urlencoded", "text/plain", "a=1&b=2", {"a": "1", "b": "2"}),
    ],
)
def test_a_body_can_be_had_as_it_was_sent(raw, asks_raw, encoding, kind, body):
    headers = {"X-Encoding": encoding, **({"Content-Type": kind} if kind else {})}
    found = asks_raw.post("/api:default/raw?n=3", content=body, headers=headers).json()
    assert found == {"n": 3, "raw": raw, "same": True}


@pytest.fixture(scope="module")
def asks_raw():
    with in_process(service_of(RAW)) as client:
        yield client


def test_a_body_is_not_had_in_an_encoding_that_is_none(asks_raw):
    answer = asks_raw.post("/api:default/raw", headers={"X-Encoding": "morse"})
    assert (answer.status_code, answer.json()["message"]) == (500, "There is no encoding 'morse'.")


# ------------------------------------------------------------------ the parts


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("users/7", {"id": "7"}),
        ("users/a%2Fb", {"id": "a%2Fb"}),
        ("users", None),
        ("users/", None),
        ("users/7/x", None),
        ("Users/7", None),
    ],
)
def test_a_path_fits_or_does_not(path, found):
    endpoints = [Endpoint(0, "GET", "users/{id}", "g", "")]
    match = find(endpoints, "g", "GET", path)
    assert (match and match[1]) == found
    assert find(endpoints, "g", "POST", path) is None
    assert find(endpoints, "h", "GET", path) is None


@pytest.mark.parametrize(
    "line",
    ["HTTP/1.1 000 x", "HTTP/1.1 101 Switching", "HTTP/1.1 999", "Content-Length: 1", "X-Snow: \u2603", "X: a\x01"],
)
def test_a_header_that_no_query_sets(line):
    with pytest.raises(Fault):
        Head().header(line, append=False)


def test_a_header_takes_the_place_of_one_of_its_name():
    head = Head()
    head.header("X-A: 1", append=False)
    head.header("x-a: 2", append=False)
    head.header("X-A: 3", append=True)
    assert head.headers == [("x-a", "2"), ("X-A", "3")]


def test_a_small_answer_does_not_wait_for_the_client():
    with listening("127.0.0.1", 0) as address, socket.create_connection(address.getsockname()):
        address.settimeout(20)
        accepted, _ = address.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.fixture
def closed(tmp_path):
    """A service with users in a folder that keeps nothing of its own."""
    folder = tmp_path / "notes"
    subprocess.run(["cp", "-r", str(SERVICES / "notes"), str(folder)], check=True)
    subprocess.run(["rm", "-rf", str(folder / ".xsrun")], check=True)
    (folder / ".xsrun").write_text("")
    return str(folder)


def test_a_service_with_users_in_a_folder_that_keeps_no_key_wants_the_variable(closed, capsys):
    assert main(["serve", closed, "--port", "0"]) == Exit.ENVIRONMENT
    assert capsys.readouterr().err.startswith("error[missing-env]: XSRUN_AUTH_KEY is not set. ")


def test_the_key_of_tokens_comes_from_a_variable(closed, tmp_path):
    variables, rows = tmp_path / "variables", tmp_path / "rows.sqlite"
    variables.write_text(f"XSRUN_AUTH_KEY={'k' * 32}\n")
    with serving(closed, "--env-file", str(variables), "--db", str(rows)) as (_, client, _process):
        made = client.post("/api:notes/signup", json={"email": "a@example.com", "password": "correct-Horse-7"})
    assert made.status_code == 200
    world = memory_world(env={"XSRUN_AUTH_KEY": "k" * 32})
    assert logged_in(world, made.json()["token"], table="user")["id"] == 1
