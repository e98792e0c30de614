"""Where secrets may go, and which addresses a run may reach. Real sockets count what arrives."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from counting import Counting, counting
from job_bench import JOBS, KEYS, NEEDED

import xsrun
from xsrun.cli.start import main
from xsrun.diagnostics import Exit, LimitFault
from xsrun.effects.addresses import BlockedAddress, Reach, is_public
from xsrun.effects.http import HttpxPort
from xsrun.effects.outward import AdmittingHttp
from xsrun.effects.ports import DEFAULT_TLS, Request, TransportFailure
from xsrun.exchange.request import Call, build
from xsrun.runtime.egress import Binding, named_hosts
from xsrun.runtime.secrets import Masker

KEY = "u+JzQ8fk3Lmn0pQr"
JOB = """run.job "Send" {{
  main = {{name: "send", input: {{{constants}}}}}
  env = ["send_key"{env}]
}}
---
function "send" {{
  input {{
    text url?
  }}
  stack {{
    api.request {{
      url = {url}
      method = "POST"
      {request}
    }} as $answer
  }}
  response = $answer.response.status
}}
"""
HEADER = 'headers = ["X-Key: " ~ $env.send_key]'


class Bench:
    """A folder with a job, a server, and what a run of the command line says."""

    def __init__(self, folder: Path, server: Counting, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.server, self.capsys = folder, server, capsys

    def job(self, request: str = HEADER, url: str = "$input.url", constants: str = "", env: str = "") -> None:
        text = JOB.format(request=request, url=url, constants=constants, env=env)
        (self.folder / "run.xs").write_text(text, encoding="utf-8")

    def run(self, *options: str, url: str | None = None) -> tuple[int, str]:
        """Run with an address that came from elsewhere."""
        payload = self.folder / "input.json"
        payload.write_text(json.dumps({} if url is None else {"url": url}), encoding="utf-8")
        code = main(["execute", "--input-json", str(payload), "--env", f"send_key={KEY}", *options])
        out, err = self.capsys.readouterr()
        assert KEY not in out + err
        return code, err

    def refused(self, *options: str, url: str | None = None) -> str:
        code, err = self.run(*options, url=url)
        assert code == Exit.LIMIT, err
        assert "error[secret-to-host]" in err
        assert not self.server.seen
        return err


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    with counting() as server:
        made = Bench(tmp_path, server, capsys)
        made.job()
        yield made


def test_a_host_that_nobody_named_gets_no_secret(bench: Bench) -> None:
    err = bench.refused(url=bench.server.url)
    assert "`send_key` in the header X-Key would go to `127.0.0.1`" in err
    assert "--> run.xs:11" in err
    assert "= help: --allow-host 127.0.0.1 lets it go there" in err


def test_blanks_around_a_variable_do_not_hide_its_host() -> None:
    program = xsrun.load(JOBS / "webhook-event").program
    assert "hooks.example.com" in [*named_hosts(program, None, {"hook": " https://hooks.example.com/in\n"}, None)]


def test_without_a_secret_any_host_is_reached(bench: Bench) -> None:
    bench.job(request="params = {a: 1}")
    assert bench.run(url=bench.server.url)[0] == Exit.DONE
    assert bench.server.seen["POST /"] == 1


@pytest.mark.parametrize(
    "request_",
    [
        "params = {a: {b: $env.send_key}}",
        'headers = ["Authorization: Basic " ~ ("me:" ~ $env.send_key|base64_encode)]',
        "params = {hash: ($env.send_key|sha256)}",
        'headers = ["Content-Type: application/x-www-form-urlencoded"]\n params = {a: $env.send_key}',
    ],
)
def test_a_secret_is_found_in_every_shape(bench: Bench, request_: str) -> None:
    bench.job(request=request_)
    bench.refused(url=bench.server.url)


def test_a_secret_in_the_address_is_found_and_not_shown(bench: Bench) -> None:
    bench.job(request="params = {}", url='$input.url ~ "/?key=" ~ ($env.send_key|url_encode)')
    assert "in the address" in bench.refused(url=bench.server.url)
    bench.job(request="params = {}", url='"http://" ~ ($env.send_key|replace:"+":"") ~ "." ~ $input.url')
    assert "`***.x.test`" in bench.refused(url="x.test")


def test_try_catch_does_not_see_it(bench: Bench) -> None:
    bench.job()
    text = (bench.folder / "run.xs").read_text().replace("api.request", "try_catch { try { api.request")
    text = text.replace("as $answer", 'as $answer } catch { var $answer { value = "caught" } } }')
    (bench.folder / "run.xs").write_text(text.replace("$answer.response.status", "$answer"))
    bench.refused(url=bench.server.url)


def test_what_the_user_names_is_allowed(bench: Bench) -> None:
    url = bench.server.url
    assert bench.run("--input", f"url={url}")[0] == Exit.DONE, "typed"
    assert bench.run("--allow-host", "127.0.0.1", url=url)[0] == Exit.DONE
    (bench.folder / "xsrun.toml").write_text('[run]\nallow_hosts = ["127.0.0.1"]')
    assert bench.run(url=url)[0] == Exit.DONE
    (bench.folder / "xsrun.toml").unlink()
    bench.job(constants=f'url: "{url}"')
    assert bench.run()[0] == Exit.DONE, "a constant of the job"
    bench.job(url='$env.base_url ~ "/a"', env=', "base_url"')
    assert bench.run("--env", f"base_url={url}")[0] == Exit.DONE, "a variable"
    bench.job(url=f'"{url}/b"')
    assert bench.run()[0] == Exit.DONE, "the source"
    assert bench.server.seen == {"POST /": 4, "POST /a": 1, "POST /b": 1}


def test_a_pattern_of_the_source_lets_in_what_is_below_a_domain(bench: Bench) -> None:
    bench.job(url='"https://" ~ ($input.url|trim) ~ ".x.test/v1"')
    err = bench.run("--map", f"acme.x.test={bench.server.url}", url="acme")[1]
    assert "error" not in err
    assert bench.server.seen["POST /v1"] == 1
    assert bench.run("--map", f"acme.x.test={bench.server.url}", url="evil.test/?")[0] == Exit.LIMIT


def test_mapped_requests_count_by_the_host_they_were_written_for(bench: Bench) -> None:
    bench.refused("--map", f"evil.test={bench.server.url}", url="https://evil.test")
    bench.refused("--simulate", url="https://evil.test")
    bench.refused("--dry-run", url="https://evil.test")


def test_a_redirect_takes_no_secret_along(bench: Bench, httpserver: Any) -> None:
    elsewhere = f"http://127.0.0.1:{httpserver.port}/stolen"
    httpserver.expect_request("/go").respond_with_data(status=307, headers={"Location": elsewhere})
    httpserver.expect_request("/stolen").respond_with_data("{}")
    bench.job(url=f'"http://localhost:{httpserver.port}/go"')
    err = bench.refused()
    assert "`send_key` in the header X-Key would go to `127.0.0.1`" in err
    assert [each.path for each, _ in httpserver.log] == ["/go"]
    assert bench.run("--allow-host", "127.0.0.1")[0] == Exit.DONE


def test_what_was_refused_leaves_no_secret_behind(bench: Bench) -> None:
    bench.refused(url=bench.server.url)
    kept = b"".join(each.read_bytes() for each in (bench.folder / "XDG_STATE_HOME").rglob("*") if each.is_file())
    assert kept
    assert KEY.encode() not in kept
    assert main(["runs", "list"]) == Exit.DONE


def test_a_resumed_run_goes_where_it_was_allowed_to(bench: Bench) -> None:
    bench.job(url='$input.url ~ "/lost"')
    assert bench.run("--input", f"url={bench.server.url}")[0] == Exit.UNKNOWN_OUTCOME
    given = ["last", "--env", f"send_key={KEY}"]
    assert main(["runs", "resolve", *given, "--assume-lost"]) == Exit.DONE
    code = main(["runs", "resume", *given])
    assert (code, bench.server.seen["POST /lost"]) == (Exit.UNKNOWN_OUTCOME, 2), bench.capsys.readouterr().err


def test_a_resumed_run_sends_the_same_signature(bench: Bench) -> None:
    bench.job(url=f'"{bench.server.url}/lost"', request='params = {signed: ("body"|hmac_sha256:$env.send_key)}')
    assert bench.run()[0] == Exit.UNKNOWN_OUTCOME
    given = ["last", "--env", f"send_key={KEY}"]
    assert main(["runs", "resolve", *given, "--assume-lost"]) == Exit.DONE
    assert main(["runs", "resume", *given]) == Exit.UNKNOWN_OUTCOME, bench.capsys.readouterr().err
    first, second = bench.server.bodies
    assert first == second
    assert "***" not in second


def test_a_replay_sends_nothing_and_refuses_nothing(bench: Bench) -> None:
    assert bench.run("--record", "c.jsonl", "--allow-host", "127.0.0.1", url=bench.server.url)[0] == Exit.DONE
    assert bench.run("--replay", "c.jsonl", url=bench.server.url)[0] == Exit.DONE


@pytest.mark.parametrize("hosts", ["[1]", '["*.com"]', '["https://x.test"]', '"x.test"'])
def test_the_file_names_hosts(bench: Bench, hosts: str) -> None:
    (bench.folder / "xsrun.toml").write_text(f"[run]\nallow_hosts = {hosts}")
    code, err = bench.run()
    assert (code, "allow_hosts" in err) == (Exit.USAGE, True)


@pytest.mark.parametrize("host", ["*", "*.com", "https://x.test/", "", "a b"])
def test_what_names_no_host_is_refused(bench: Bench, host: str) -> None:
    code, err = bench.run("--allow-host", host)
    assert (code, "names no host" in err) == (Exit.USAGE, True)


def test_the_python_face_keeps_secrets_too(bench: Bench) -> None:
    project = xsrun.load(bench.folder)
    given: dict[str, Any] = {"input": {"url": bench.server.url}, "env": {"send_key": KEY}}
    error = project.run(**given).error
    assert error is not None
    assert (error.code, error.exit) == ("secret-to-host", Exit.LIMIT)
    assert not bench.server.seen
    assert project.run(**given, allow_hosts=["127.0.0.1"]).value == 200
    refused = project.call("send", **given).error
    assert refused is not None
    assert refused.code == "secret-to-host"


@pytest.mark.parametrize("job", KEYS)
def test_shipped_jobs_name_their_hosts(job: str) -> None:
    """With a simulator behind the hosts they name, and no word of the user, they run."""
    assert xsrun.load(JOBS / job).program.hosts
    options = [f"--input={name}={value}" for name, value in NEEDED.get(job, {}).items()]
    code = main(["execute", str(JOBS / job), "--simulate", "--ephemeral", "-q", *options])
    assert code in (Exit.DONE, Exit.FAILED)


# ------------------------------------------------------------------ addresses


PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"]
SPECIAL = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%lo",
    "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC + SPECIAL)
def test_which_addresses_are_public(address: str) -> None:
    assert is_public(address) is (address in PUBLIC)


class Names:
    """Resolves names as it is told, and remembers for what it was asked."""

    def __init__(self, **addresses: list[str]) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        return [(2, 1, 6, "", (each, port)) for each in self.addresses[host.partition(".")[0]]]


def send(url: str, reach: Reach, names: Names) -> int:
    with HttpxPort(reach=reach, resolve=names) as port:
        return port.send(Request("GET", url)).status


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["93.184.216.34", "127.0.0.1"]])
def test_a_name_with_a_private_address_is_not_connected_to(bench: Bench, addresses: list[str]) -> None:
    url = bench.server.url.replace("127.0.0.1", "rebound.test")
    with pytest.raises(BlockedAddress, match=r"`rebound\.test` has the address") as caught:
        send(url, Reach(public_only=True), Names(rebound=addresses))
    assert caught.value.help == "--allow-host rebound.test lets it"
    assert not bench.server.seen


def test_the_address_that_was_looked_at_is_the_one_that_is_taken(bench: Bench) -> None:
    names = Names(pinned=["127.0.0.1"])
    url = bench.server.url.replace("127.0.0.1", "pinned.test")
    assert send(url, Reach(True, ("pinned.test",)), names) == 200
    assert names.asked == ["pinned.test"]


def test_a_redirect_does_not_lead_inside(bench: Bench, httpserver: Any) -> None:
    httpserver.expect_request("/go").respond_with_data(status=302, headers={"Location": bench.server.url})
    names = Names(front=["127.0.0.1"], **{"127": ["127.0.0.1"]})
    with pytest.raises(BlockedAddress, match=r"`127\.0\.0\.1` is not of the public network"):
        send(f"http://front.test:{httpserver.port}/go", Reach(True, ("front.test",)), names)
    assert not bench.server.seen


def test_a_proxy_is_not_asked_to_go_there(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", bench.server.url)
    with pytest.raises(BlockedAddress):
        send("http://inner.test/", Reach(public_only=True), Names(inner=["10.0.0.1"]))
    assert not bench.server.seen


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_the_command_line_keeps_to_the_public_network(bench: Bench, host: str) -> None:
    bench.job(request="params = {}")
    port = bench.server.server_address[1]
    code, err = bench.run("--public-only", url=f"http://{host}:{port}/")
    assert code == Exit.LIMIT, err
    assert "error[blocked-address]" in err
    assert not bench.server.seen


def test_an_allowed_host_may_lie_anywhere(bench: Bench) -> None:
    bench.job(request="params = {}")
    assert bench.run("--public-only", "--allow-host", "127.0.0.1", url=bench.server.url)[0] == Exit.DONE


def test_credentials_in_headers_are_told_apart_from_a_secret(bench: Bench) -> None:
    bench.job(request='headers = ["Authorization: Basic ' + base64.b64encode(b"a:b").decode() + '"]')
    assert bench.run(url=bench.server.url)[0] == Exit.DONE


TRICKS = [
    "https://{good}@{bad}/", "https://{bad}\\@{good}/", "https://{bad}#@{good}/", "https://{bad}?@{good}/",
    "https://{good}.{bad}/", "https://{good}:443@{bad}:80/", "https://{bad}/@{good}", "https:\\\\{bad}@{good}/",
    "https://{bad}%2f@{good}/", "https://{good}%00.{bad}/", "https://{good}%2e{bad}/", "https://{good}\t.{bad}/",
    " https://{bad}/", "HTTPS://{bad}/", "https://{good}\uff0e{bad}/", "https://{bad}\u3002/", "https:///{bad}/",
    "https://{good};@{bad}/", "https://[{good}]@{bad}/", "https://{good}/../../@{bad}/", "https://@{good}@{bad}/",
]  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("through", ["address", "redirect"])
def test_the_host_that_is_judged_is_the_host_that_is_connected_to(trick: str, through: str, httpserver: Any) -> None:
    url = trick.format(good="named.test", bad="evil.test")
    names = Names(localhost=["127.0.0.1"], named=[], evil=[])
    masker = Masker()
    masker.add([KEY], "send_key")
    binding = Binding(masker, lambda: ("named.test", "localhost"))
    httpserver.expect_request("/go").respond_with_data(status=307, headers={"Location": url.replace("\t", "")})
    asked = Call(url if through == "address" else f"http://localhost:{httpserver.port}/go", "POST", {"key": KEY}, [])
    with HttpxPort(resolve=names) as port, suppress(TransportFailure, LimitFault, KeyError):
        AdmittingHttp(port, lambda: binding).send(
            build(asked, timeout=5, follow=True, tls=DEFAULT_TLS, boundary=str, warn=str)
        )
    assert {*names.asked} <= {"named.test", "localhost"}
