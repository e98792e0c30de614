"""Which pages of other sites may ask a group of queries, over real sockets."""

import pytest
from served import in_process, service_of

from xsrun.compile.program import compile_folder
from xsrun.project import load_text

SOURCE = (
    """api_group "silent" {
}
---
api_group "open" {
  cors = {mode: "default"}
}
---
api_group "some" {
  cors = {
    mode: "custom"
    origins: ["https://app.example.com/", "https://*.pages.example", "http://localhost:5173"]
    methods: ["GET", "POST"]
    headers: ["Content-Type", "Authorization"]
    credentials: true
    max_age: 86400
  }
}
---
api_group "any" {
  cors = {mode: "custom", origins: ["*"], credentials: true}
}
---
api_group "none" {
  cors = {mode: "custom", methods: ["GET"]}
}
"""
    + "".join(
        f'''---
query "it/{{id}}" verb={verb} {{
  api_group = "{group}"
  {auth}
  input {{
    int id
  }}
  response = $input.id
}}
'''
        for group, auth in (("silent", ""), ("open", ""), ("some", 'auth = "user"'), ("any", ""), ("none", ""))
        for verb in ("GET", "POST", "DELETE")
    )
    + """---
query "own" verb=GET {
  api_group = "some"
  stack {
    util.set_header { value = "Access-Control-Allow-Origin: https://partner.example" }
  }
}
---
query "declared" verb=OPTIONS {
  api_group = "some"
  response = "declared"
}
---
query "declared" verb=HEAD {
  api_group = "some"
  stack {
    util.set_header { value = "X-Declared: yes" }
  }
}
---
table user {
  auth = true
  schema {
    int id
  }
}
"""
)
APP = "https://app.example.com"
EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def ask():
    with in_process(service_of(SOURCE)) as client:
        yield client


def told(answer):
    names = ("origin", "methods", "headers", "credentials")
    found = {each: answer.headers.get(f"access-control-allow-{each}") for each in names}
    return {name: value for name, value in found.items() if value is not None}


def preflight(ask, path, origin, method="POST", wanted="authorization, content-type"):
    headers = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": wanted}
    return ask.options(path, headers={name: value for name, value in headers.items() if value})


@pytest.mark.parametrize(
    ("path", "origin", "method", "expected"),
    [
        ("/api:open/it/1", EVIL, "POST", {"origin": "*", "methods": "DELETE, GET, POST", "headers": "*"}),
        ("/project/api:open/it/1", "null", "DELETE", {"origin": "*", "methods": "DELETE, GET, POST", "headers": "*"}),
        (
            "/api:some:v1/it/1",
            APP,
            "POST",
            {"origin": APP, "methods": "GET, POST", "headers": "Content-Type, Authorization", "credentials": "true"},
        ),
        ("/api:any/it/1", EVIL, "POST", {"origin": "*", "methods": "DELETE, GET, POST", "headers": "*"}),
    ],
)
def test_who_may_ask_is_told_before(ask, path, origin, method, expected):
    answer = preflight(ask, path, origin, method)
    if expected.get("headers") == "*":
        expected = {**expected, "headers": "authorization, content-type"}
    assert (answer.status_code, answer.content, told(answer)) == (204, b"", expected)
    assert answer.headers["access-control-max-age"] == ("86400" if "some" in path else "3600")
    assert ("Origin" in answer.headers.get("vary", "")) == ("some" in path)
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    ("path", "origin", "method"),
    [
        ("/api:some/it/1", EVIL, "POST"),
        ("/api:some/it/1", "https://app.example.com.evil.example", "POST"),
        ("/api:some/it/1", "http://app.example.com", "POST"),
        ("/api:some/it/1", "https://app.example.com:444", "POST"),
        ("/api:some/it/1", "https://pages.example", "POST"),
        ("/api:some/it/1", "https://evil.example/.pages.example", "POST"),
        ("/api:some/it/1", "https://evil.example#.pages.example", "POST"),
        ("/api:some/it/1", "https://x.pages.example.evil.example", "POST"),
        ("/api:some/it/1", "https://user@x.pages.example", "POST"),
        ("/api:some/it/1", "null", "POST"),
        ("/api:some/it/1", APP, "DELETE"),
    ],
)
def test_nobody_else_is_told_anything(ask, path, origin, method):
    refused = preflight(ask, path, origin, method)
    assert (refused.status_code, told(refused)) == (403, {})
    assert told(ask.request("GET" if method == "POST" else method, path, headers={"Origin": origin})) == {}


@pytest.mark.parametrize(
    "path",
    [
        "/_xsrun",
        "/_xsrun/health",
        "/api:run/run",
        "/api:run",
        "/api:meta/x",
        "/openapi.json",
        "/api:silent/it/1",
        "/api:none/it/1",
    ],
)
def test_what_is_no_query_of_such_a_group_knows_nothing_of_other_sites(ask, path):
    answer = preflight(ask, path, APP)
    assert answer.status_code in (404, 405)
    assert told(answer) == told(ask.get(path, headers={"Origin": APP})) == {}


def test_answers_and_errors_can_be_read_by_whom_they_are_for(ask):
    other = "https://a-b.pages.example"
    for path, status in (("/api:some/it/1", 401), ("/api:some/none", 404)):
        answer = ask.get(path, headers={"Origin": other})
        assert (answer.status_code, told(answer)) == (status, {"origin": other})
        assert "Origin" in answer.headers["vary"]
    assert told(ask.get("/api:open/it/x", headers={"Origin": EVIL})) == {"origin": "*"}
    assert told(ask.get("/api:open/it/1")) == {"origin": "*"}
    assert told(ask.get("/api:some/it/1")) == {}
    assert told(ask.head("/api:some/it/1", headers={"Origin": APP}))["origin"] == APP
    assert told(ask.get("/api:some/own", headers={"Origin": APP})) == {"origin": "https://partner.example"}


def test_a_page_that_may_ask_may_change_something_on_this_machine(ask):
    assert ask.post("/api:open/it/7", headers={"Origin": EVIL}).json() == 7
    assert ask.post("/api:some/it/7", headers={"Origin": APP}).status_code == 401
    for path, origin in (("/api:some/it/7", EVIL), ("/api:silent/it/7", APP), ("/api:some/it/7", "null")):
        assert ask.post(path, headers={"Origin": origin}).status_code == 403
    assert ask.delete("/api:some/it/7", headers={"Origin": APP}).status_code == 403
    assert ask.post("/api:open/it/7", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_other_methods_are_told_from_those_that_are_declared(ask):
    refused = ask.options("/api:silent/it/1")
    assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE, GET, HEAD, OPTIONS, POST")
    assert ask.options("/api:silent/none").status_code == 404
    assert ask.options("/api:some/declared").json() == "declared"
    assert ask.head("/api:some/declared").headers["x-declared"] == "yes"


@pytest.mark.parametrize(
    "cors",
    [
        '"*"',
        '{mode: "open"}',
        '{mode: "custom", origins: "https://a.example"}',
        "{mode: 7}",
        '{origins: ["*"], max_age: true}',
        '{origins: ["*"], credentials: 1}',
        '{mode: "custom", methods: ["GET"]}',
        "$env.cors",
    ],
)
def test_what_makes_no_sense_is_said_and_lets_nobody_in(cors):
    source = f'api_group "a" {{\n  cors = {cors}\n}}\n---\nquery "q" verb=GET {{\n  api_group = "a"\n}}\n'
    folder = load_text(source, "a.xs")
    (endpoint,) = compile_folder(folder).endpoints
    assert endpoint.cors is None
    (found,) = [each for each in folder.diagnostics if each.code == "bad-clause"]
    assert (found.severity, found.line) == ("warning", 2)
