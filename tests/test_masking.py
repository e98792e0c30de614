"""Every sink of every shipped job is searched for its key: as it is, encoded, and any eight characters of it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from counting import Handler, counting
from job_bench import ALERT, JOBS, KEYS, NEEDED, Bench

from xsrun.cli.bug import report
from xsrun.cli.execute import execute
from xsrun.cli.options import EXECUTE, parse
from xsrun.cli.start import main
from xsrun.diagnostics import Exit
from xsrun.effects.ports import World
from xsrun.engine.dry_run import HurriedClock
from xsrun.simulators.server import serve

WRONG = "w0+Xr9/kQz7Lm2=Vb5T"
HOSTS = ("api.pagerduty.com", "events.pagerduty.com", "api.incident.io")
SLICE = 8


def shapes(key: str) -> Iterator[str]:
    """What must not occur anywhere; written anew here, apart from what masks it."""
    data = key.encode()
    slices = (key[at : at + SLICE] for at in range(len(key) - SLICE + 1))
    yield from (each for each in slices if len({*each}) > SLICE // 2)  # not the zeros in keys of simulators
    yield from (quote(key, safe=""), quote_plus(key), data.hex(), data.hex().upper())
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + data).decode()
        core = coded[4 if before else 0 : -4]  # what the bytes around it have no part in
        yield core
        yield core.replace("+", "-").replace("/", "_")


class Sinks:
    """The places where something of a run may show: its output, and every file of the folder it ran in."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.told: dict[str, str] = {}

    def run(self, *arguments: str) -> int:
        return self.keep(arguments, main([*arguments]))

    def keep(self, arguments: Iterable[str], code: int) -> int:
        out, err = self.capsys.readouterr()
        arguments = tuple(arguments)
        self.told[f"stdout of {arguments}"] = out
        self.told[f"stderr of {arguments}"] = err
        return code

    def everything(self) -> dict[str, str]:
        files = (each for each in self.folder.rglob("*") if each.is_file() and each.name not in ("run.xs", ".env"))
        return self.told | {str(each.relative_to(self.folder)): each.read_bytes().decode("latin-1") for each in files}

    def search(self, texts: Iterator[str]) -> None:
        wanted = {*texts}
        found = [(name, each) for name, text in self.everything().items() for each in wanted if each in text]
        assert found == []


@pytest.fixture
def sinks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sinks:
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.chdir(tmp_path)
    return Sinks(tmp_path, capsys)


def options(job: str, url: str, key: str) -> list[str]:
    maps = [f"--map={host}={url}" for host in HOSTS]
    given = [f"--input={name}={value}" for name, value in NEEDED.get(job, {}).items()]
    return [str(JOBS / job), f"--env={KEYS[job][0]}={key}", *maps, *given]


@pytest.mark.parametrize("job", KEYS)
def test_runs_of_shipped_jobs(job: str, sinks: Sinks) -> None:
    bench = Bench.with_incident() if job != ALERT else Bench()
    key = KEYS[job][1]
    with serve(bench.simulator(job)) as running:
        command = ["execute", *options(job, running.url, key)]
        assert sinks.run(*command, "--record", "c.jsonl", "--trace") == Exit.DONE, sinks.told
        assert sinks.run(*command, "--dry-run", "--json") == Exit.DONE
    assert sinks.run(*command, "--replay", "c.jsonl", "--json") == Exit.DONE
    assert sinks.run("runs", "show", "last", "--html") == Exit.DONE
    assert {"c.jsonl"} < set(sinks.everything())
    assert any("journal" in name for name in sinks.everything())
    sinks.search(shapes(key))


@pytest.mark.parametrize("job", KEYS)
def test_a_wrong_key(job: str, sinks: Sinks) -> None:
    with serve(Bench().simulator(job)) as running:
        command = ["execute", *options(job, running.url, WRONG)]
        assert sinks.run(*command, "--record", "c.jsonl") == Exit.FAILED, sinks.told
        assert sinks.run(*command, "--json", "--trace") == Exit.FAILED
    sinks.search(shapes(WRONG))


@pytest.mark.parametrize("plan", ["429,500", "503,reset", "lost", "cut", "garbage"])
@pytest.mark.parametrize("job", KEYS)
def test_further_attempts(job: str, plan: str, sinks: Sinks) -> None:
    simulator = (Bench.with_incident() if job != ALERT else Bench()).simulator(job)
    simulator.troubles.add(plan)
    with serve(simulator) as running:
        given = [*options(job, running.url, KEYS[job][1]), "--retry", "--record", "c.jsonl", "--trace"]
        sinks.keep(given, execute(parse(EXECUTE, given), staged=hurried))
    assert sinks.run("runs", "show", "last", "--html") == Exit.DONE
    assert any("trouble" in each for each in simulator.snapshot()["requests"])
    sinks.search(shapes(KEYS[job][1]))


def hurried(world: World) -> World:
    """A world in which no wait is waited."""
    return world._replace(clock=HurriedClock(world.clock))


class Repeating(Handler):
    """Answers with all that it was sent, plain and encoded."""

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers.get("Content-Length") or 0)) + bytes(self.headers)
        data = WRONG.encode()
        coded = [base64.b64encode(b"me:"[at:] + data + b":you"[at:]).decode() for at in range(4)]
        said += b"".join(f"<{each}>".encode() for each in (WRONG, quote(WRONG, safe=""), data.hex(), *coded))
        self.send_response(400)
        self.send_header("Content-Length", str(len(said)))
        self.send_header("X-Key", WRONG)
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_PUT = do_POST


@pytest.mark.parametrize("job", KEYS)
def test_a_server_that_repeats_the_key(job: str, sinks: Sinks) -> None:
    with counting() as server:
        server.RequestHandlerClass = Repeating
        command = ["execute", *options(job, server.url, WRONG)]
        assert sinks.run(*command, "--record", "c.jsonl", "--trace") == Exit.FAILED
    assert sinks.run("runs", "show", "last", "--json") == Exit.DONE
    sinks.search(shapes(WRONG))


LEAKING = """run.job "Leak" {
  main = {name: "leak"}
  env = ["send_key"]
}
---
function "leak" {
  input {}
  stack {
    var $made {
      value = {
        whole: $env.send_key
        upper: $env.send_key|to_upper
        slice: $env.send_key|substr:2:9
        basic: ("me:" ~ $env.send_key)|base64_encode
        hash: $env.send_key|sha256
        signed: "body"|hmac_sha256:$env.send_key
        back: $env.send_key|split:""|reverse|join:""
        parts: $env.send_key|split:"/"
        query: "a=" ~ ($env.send_key|url_encode)
        json: {key: $env.send_key}|json_encode|json_encode
      }
    }
    debug.log { value = $made }
    api.request {
      url = "https://sink.test/x?" ~ $made.query
      method = "POST"
      params = $made
      headers = ["X-Hash: " ~ $made.hash, "Authorization: Basic " ~ $made.basic]
    } as $answer
    END
  }
  response = {made: $made, answer: $answer}
}
"""
ENDS = {
    "gives it back": ("debug.log { value = $answer }", Exit.DONE),
    "throws it": ('throw { name = "Leak" value = $made|json_encode }', Exit.FAILED),
    "breaks on it": ('var $x { value = $made|join:""|to_timestamp }\nvar $y { value = $made.back + 1 }', Exit.FAILED),
}


@pytest.mark.parametrize(("end", "exit_"), ENDS.values(), ids=ENDS)
def test_what_a_job_makes_of_its_key(end: str, exit_: int, sinks: Sinks) -> None:
    (sinks.folder / "run.xs").write_text(LEAKING.replace("END", end), encoding="utf-8")
    with counting() as server:
        command = ["execute", f"--env=send_key={WRONG}", f"--map=sink.test={server.url}"]
        for further in (["--record", "c.jsonl", "--trace"], ["--json"], ["--dry-run"]):
            assert sinks.run(*command, *further) == exit_, sinks.told
    for further in (["show", "last", "--json"], ["show", "last", "--html"], ["show", "last", "--as-curl"]):
        sinks.run("runs", *further)
    sinks.search(shapes(WRONG))
    made = [WRONG.upper(), WRONG[::-1], hashlib.sha256(WRONG.encode()).hexdigest(), *WRONG.split("/")]
    sinks.search(iter(made))


def test_a_fault_of_xsrun_itself_tells_nothing_of_what_it_worked_on(sinks: Sinks) -> None:
    def broken(key: str) -> None:
        raise ValueError(f"no {key}")

    with pytest.raises(ValueError, match="no ") as caught:
        broken(WRONG)
    assert report(caught.value) == Exit.INTERNAL
    sinks.told["crash report"] = sinks.capsys.readouterr().err
    assert "ValueError" in sinks.told["crash report"]
    sinks.search(shapes(WRONG))


def test_a_quiet_run_is_noted_without_its_key(sinks: Sinks) -> None:
    text = LEAKING.partition("stack {")[0] + "stack {}\n  response = $env.send_key|to_lower\n}\n"
    (sinks.folder / "run.xs").write_text(text, encoding="utf-8")
    assert sinks.run("execute", f"--env=send_key={WRONG}") == Exit.DONE
    assert any(name.endswith("quiet.jsonl") for name in sinks.everything())
    sinks.search(iter([*shapes(WRONG), WRONG.lower()]))
