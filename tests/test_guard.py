"""Who may ask a server for what, over real sockets."""

import os
import re
import time

import httpx
import pytest
from served import in_process, service_of, serving
from starlette.requests import Request
from waiting import bounded

from xsrun.cli.hostnames import names_of
from xsrun.cli.options import BadOption
from xsrun.cli.start import main
from xsrun.cli.tokens import VARIABLE, token_of
from xsrun.diagnostics import Exit
from xsrun.server.guard import Rules
from xsrun.server.hosts import base_of

TOKEN = "a-token-that-nobody-guesses"
PING = 'query "ping" verb=GET {\n  api_group = "a"\n  response = "pong"\n}\n---\n' + (
    'query "ping" verb=POST {\n  api_group = "a"\n  response = $env.$http_headers.Authorization\n}\n'
)
GUARDED = (
    "/_xsrun",
    "/_xsrun/runs",
    "/api:run/run",
    "/api:run:v1/run",
    "/api:meta/beta/project/1/run/job",
    "/openapi.json",
    "/served/openapi.json",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guard") / "served"
    folder.mkdir()
    (folder / "ping.xs").write_text(PING)
    (folder / "token").write_text(f"{TOKEN}\n")
    return str(folder)


@pytest.fixture(scope="module")
def ask(folder):
    with serving(folder, "--token-file", f"{folder}/token", "--served-as", "api.example.com") as (
        _first,
        client,
        _process,
    ):
        yield client


@pytest.mark.parametrize("path", GUARDED)
def test_all_but_queries_and_health_needs_the_token(ask, path):
    refused = ask.get(path)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert set(refused.json()) == {"code", "message", "payload"}
    assert refused.json()["code"] == "ERROR_CODE_UNAUTHORIZED"
    assert ask.get(path, headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 401
    assert ask.get(path, headers={"Authorization": f"Basic {TOKEN}"}).status_code == 401
    assert ask.get(path, headers={"Authorization": f"bearer {TOKEN}"}).status_code != 401
    assert ask.get(f"{path}%0A").status_code in (401, 404)


def test_queries_and_health_are_open(ask):
    assert ask.get("/api:a/ping").json() == "pong"
    assert ask.get("/served/api:a/ping").json() == "pong"
    assert ask.get("/_xsrun/health").json() == {"status": "ok"}
    assert ask.get("/_xsrun/health/../runs").status_code == 401
    assert ask.get("/_xsrun/health%3Fx").status_code == 401


def test_the_token_shows_in_no_answer(ask):
    assert TOKEN not in ask.post("/api:a/ping", headers={"Authorization": f"Bearer {TOKEN}"}).text


@pytest.mark.parametrize("host", ["evil.example", "api.example.com.evil.example", "localhost.evil.example", ""])
def test_a_name_that_is_not_ours_is_answered_nothing(ask, host):
    answer = ask.get("/api:a/ping", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "ERROR_CODE_BAD_REQUEST")


@pytest.mark.parametrize("host", ["localhost", "x.localhost:1", "[::1]:8080", "10.0.0.7", "API.example.com:443"])
def test_our_names_are_answered(ask, host):
    assert ask.get("/api:a/ping", headers={"Host": host}).json() == "pong"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
        ({"Origin": "http://[x"}, 403),
        ({"Origin": "https://evil.example", "Host": "0.0.0.0"}, 403),
        ({"Origin": "https://evil.example", "Host": "[::ffff:127.0.0.1]"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://api.example.com"}, 200),
        ({"Origin": "http://api.example.com", "Host": "api.example.com"}, 200),
        ({"Origin": "https://evil.example", "Host": "api.example.com"}, 200),
        ({}, 200),
    ],
)
def test_a_page_of_another_site_changes_nothing_on_this_machine(ask, headers, status):
    assert ask.post("/api:a/ping", headers=headers).status_code == status
    with_token = {**headers, "Authorization": f"Bearer {TOKEN}"}
    other = "evil" in headers.get("Origin", "") or "Sec-Fetch-Site" in headers
    expected = 403 if other or status == 403 else 400
    assert ask.post("/api:run/run", headers=with_token).status_code == expected
    own = {"Origin": str(ask.base_url), "Authorization": f"Bearer {TOKEN}"}
    assert ask.post("/api:run/run", headers=own).status_code == 400
    assert ask.post("/api:run/run", headers={**own, "Sec-Fetch-Site": "none"}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/_xsrun", "/_xsrun/runs", "/_xsrun/metrics", "/api:run/project", "/api:run:v1/x", "/api:meta/x"]
)
def test_a_script_in_a_document_of_a_query_reads_and_starts_nothing(ask, path):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    allowed = ask.get(path, headers=headers).status_code
    assert allowed != 403
    for mode, dest in (("cors", "empty"), ("same-origin", "empty"), ("no-cors", "script"), ("navigate", "iframe")):
        fetched = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
        for method in ("GET", "POST"):
            assert ask.request(method, path, headers={**headers, **fetched}).status_code == 403
    followed = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    expected = 403 if path.startswith("/api:") else allowed
    assert ask.get(path, headers={**headers, **followed}).status_code == expected
    assert ask.post(path, headers={**headers, **followed, "Origin": "null"}).status_code == 403
    typed = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert ask.get(path, headers={**headers, **typed}).status_code == allowed


DOCUMENT = """query "page" verb=GET {
  input {
    text kind
  }
  stack {
    util.set_header { value = "Content-Type: " ~ $input.kind }
  }
  response = "<script>fetch('/_xsrun')</script>"
}
"""


@pytest.mark.parametrize(
    ("kind", "headers", "sandboxed"),
    [
        ("text/html", {"Host": "127.0.0.1"}, False),
        ("text/html", {"Host": "a.localhost:1"}, False),
        ("text/html", {"Host": "[::1]"}, False),
        ("text/html", {"Host": "runs.example.com", "X-Forwarded-Proto": "https"}, False),
        ("text/html", {"Host": "runs.example.com"}, True),
        ("TEXT/HTML; charset=utf-8", {"Host": "10.0.0.7"}, True),
        ("image/svg+xml", {"Host": "0.0.0.0"}, True),
        ("application/xhtml+xml", {"Host": "[::ffff:127.0.0.1]"}, True),
        ("application/json", {"Host": "10.0.0.7"}, False),
        ("text/plain", {"Host": "10.0.0.7"}, False),
    ],
)
def test_a_document_is_of_no_address_where_browsers_say_nothing_of_scripts(documents, kind, headers, sandboxed):
    answer = documents.get("/api:default/page", params={"kind": kind}, headers=headers)
    policy = answer.headers.get("content-security-policy", "")
    assert (policy.startswith("sandbox "), "allow-same-origin" in policy) == (sandboxed, False)
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.fixture(scope="module")
def documents():
    with in_process(service_of(DOCUMENT), rules=Rules(names=("runs.example.com",))) as client:
        yield client


def test_a_browser_logs_in_with_a_form_and_a_cookie_that_opens_the_page_alone(ask):
    browser = {"Accept": "text/html,*/*"}
    form = ask.get("/_xsrun/runs", headers=browser)
    assert (form.status_code, form.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert 'action="/_xsrun/login"' in form.text
    wrong = ask.post("/_xsrun/login", data={"token": "no"})
    assert (wrong.status_code, "This is not the token." in wrong.text, "set-cookie" in wrong.headers) == (
        401,
        True,
        False,
    )
    assert ask.post("/_xsrun/login", content=b"token=" + b"x" * 20_000).status_code == 401
    foreign = ask.post("/_xsrun/login", data={"token": TOKEN}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    right = ask.post("/_xsrun/login", data={"token": TOKEN})
    assert (right.status_code, right.headers["location"]) == (303, "/_xsrun")
    told = right.headers["set-cookie"]
    assert TOKEN not in told
    assert {"HttpOnly", "Path=/_xsrun", "SameSite=strict", "Max-Age=43200"} <= {
        each.strip() for each in told.split(";")
    }
    cookie = {"Cookie": told.partition(";")[0]}
    ask.cookies.clear()
    assert ask.get("/_xsrun/runs", headers=cookie).status_code == 404
    assert ask.get("/api:run/project", headers=cookie).status_code == 401
    assert ask.get("/openapi.json", headers=cookie).status_code == 401
    name, _, value = cookie["Cookie"].partition("=")
    forged = (f"{int(time.time()) + 90_000}.{value.partition('.')[2]}", f"{value[:-1]}x", "", "٣.x", f"1.{'0' * 64}")
    for each in forged:
        assert ask.get("/_xsrun", headers={"Cookie": f"{name}={each}".encode()}).status_code == 401
    done = ask.post("/_xsrun/logout", headers=cookie)
    assert (done.status_code, "Max-Age=0" in done.headers["set-cookie"]) == (303, True)
    assert ask.get("/_xsrun/runs", headers=cookie).status_code == 401  # nor for whoever has a copy
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert ask.post("/_xsrun/logout", headers={**bearer, "Cookie": f"{name}=none"}).status_code == 303


def test_a_server_that_others_can_reach_makes_a_token(folder):
    with serving(folder, "--host", "0.0.0.0", env={"XSRUN_TOKEN": None}) as (first, client, process):
        with bounded(process):
            token = re.fullmatch(r"token: (\S{43})\n", process.stderr.readline())[1]
        at = f"http://127.0.0.1:{client.base_url.port}"
        assert httpx.get(f"{at}/openapi.json").status_code == 401
        assert httpx.get(f"{at}/openapi.json", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert httpx.get(f"{at}/api:a/ping", headers={"Host": "any.example"}).json() == "pong"
        assert first["url"].startswith("http://0.0.0.0:")


def test_a_token_comes_from_a_variable_that_is_read_once():
    os.environ[VARIABLE] = TOKEN
    assert (token_of(None, None), token_of(None, None)) == (TOKEN, None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--token", "short"], "a token has 16 characters or more"),
        (["--token", "with a space in the middle"], "no space"),
        (["--token-file", os.devnull], "a token has 16 characters or more"),
        (["--token-file", "/nowhere"], "--token-file /nowhere cannot be read"),
        (["--token-file", "/nowhere", "--token", TOKEN], "exclude each other"),
    ],
)
def test_what_is_no_token(folder, capsys, arguments, said):
    assert main(["serve", folder, "--port", "0", *arguments]) == Exit.USAGE
    shown = capsys.readouterr().err
    assert said in shown
    assert TOKEN not in shown


BASE = 'query "base" verb=GET {\n  response = $env.$api_baseurl\n}\n'
EVIL = ("evil.example", "evil.example:80", "6.6.6.6", "[6::6]:1", "evil@runs.example.com", "runs.example.com/evil")
PROXIED = "https://runs.example.com/x"


@pytest.mark.parametrize(
    ("called", "host", "base"),
    [
        *((None, each, "OWN") for each in EVIL),
        *(([PROXIED, "b.example"], each, PROXIED) for each in EVIL),
        *((["runs.example.com"], each, "OWN") for each in EVIL),
        (None, "localhost:7", "http://localhost:7"),
        (None, "127.0.0.1:9", "http://127.0.0.1:9"),
        (["runs.example.com"], "Runs.Example.com:8443", "http://Runs.Example.com:8443"),
        ([PROXIED, "http://b.example:81"], "b.example:9", "http://b.example:81"),
        ([PROXIED], "localhost", PROXIED),
    ],
)
def test_a_link_leads_where_somebody_else_than_the_client_said(called, host, base):
    for arrived in ("127.0.0.1", "10.0.0.5"):
        scope = {"type": "http", "scheme": "http", "server": (arrived, 8080), "headers": [(b"host", host.encode())]}
        expected = base.replace("OWN", f"http://{arrived}:8080")
        if called is None and arrived != "127.0.0.1":
            expected = f"http://{arrived}:8080"
        assert base_of(Request(scope), *names_of(called or ())) == expected


def test_a_proxy_says_how_it_was_asked():
    with in_process(service_of(BASE), rules=Rules(None, *names_of(["runs.example.com"]))) as ask:
        told = {"Host": "runs.example.com", "X-Forwarded-Proto": "https"}
        assert ask.get("/api:default/base", headers=told).json() == "https://runs.example.com"
        evil = ask.get("/api:default/base", headers={"Host": "runs.example.com", "X-Forwarded-Host": "evil.example"})
        assert evil.json() == "http://runs.example.com"
        assert ask.get("/project/api:default/base").json() == f"{str(ask.base_url).rstrip('/')}/project"


def test_names_and_addresses_of_a_server():
    names, urls = names_of([" API.Example.com. ", "https://Runs.example.com:8443/a/", "http://[::1]:80", "::1"])
    assert names == ("api.example.com", "runs.example.com", "::1", "::1")
    assert urls == ("https://runs.example.com:8443/a", "http://[::1]:80")


@pytest.mark.parametrize(
    "written",
    ["", "a b", "a.example:443", "*.example.com", "a/b", "ftp://a.example", "https://", "https://u@a.example",
     "https://a.example?x", "https://a.example:x", "https://[::"],
)  # fmt: skip
def test_what_is_no_name_of_a_server(written):
    with pytest.raises(BadOption, match="--served-as"):
        names_of([written])
