"""Runs without the network: shown instead of sent, recorded, and played again."""

import json
import os
import stat
from pathlib import Path

import pytest
from counting import counting
from hypothesis import given
from hypothesis import strategies as st
from job_bench import NEEDED

from xsrun.cli.rehearsal import stand_ins
from xsrun.cli.start import main
from xsrun.effects.memory import MemoryHttp
from xsrun.effects.ports import Request, Response, TransportFailure
from xsrun.engine.cassette import BadCassette, NotRecorded, PlayingCassette, RecordingCassette, read_cassette
from xsrun.engine.vault import Vault
from xsrun.runtime.secrets import Masker

JOBS = Path(__file__).parent.parent / "jobs"
KEY = "u+abcdefghijklmnopqr"
JOB = """run.job "Send" {
  main = {name: "send"}
  env = ["send_key"]
}
---
function "send" {
  input {
    text word?=hello
  }
  stack {
    api.request {
      url = "https://api.example.com/words"
      method = "POST"
      headers = ["X-Key: " ~ $env.send_key]
      params = {word: $input.word, key: $env.send_key, odd: "⟦x⟧"}
    } as $answer
    util.sleep { value = 3600 }
    api.request {
      url = "https://api.example.com/words?last=" ~ $answer.response.result.count
    } as $read
  }
  response = [$answer.response.result, $read.response.status]
}
"""


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.xs").write_text(JOB.replace("3600", "0"), encoding="utf-8")
    with counting() as server:
        yield server, ("execute", "--map", f"api.example.com={server.url}", "--env", f"send_key={KEY}")


def shown(err):
    return [json.loads(line) for line in err.splitlines()]


def test_a_dry_run_sends_nothing_and_shows_what_it_would(job, tmp_path, capsys):
    server, _ = job
    (tmp_path / "run.xs").write_text(JOB, encoding="utf-8")
    assert main(["execute", "--dry-run", "--json", "--env", f"send_key={KEY}"]) == 0
    out, err = capsys.readouterr()
    assert KEY not in out + err
    first, second = shown(err)
    assert (first["method"], first["url"]) == ("POST", "https://api.example.com/words")
    assert second["url"] == "https://api.example.com/words?last="
    assert not server.seen
    assert not (tmp_path / "state" / "xsrun" / "journal.sqlite").exists()


def test_a_dry_run_shows_where_missing_values_would_go(tmp_path, job, capsys):
    (tmp_path / "run.xs").write_text(JOB, encoding="utf-8")
    assert main(["execute", "--dry-run", "--json"]) == 0
    first = shown(capsys.readouterr().err)[0]
    assert "stand-in-for-send_key" in first["body"]
    assert "X-Key: stand-in-for-send_key" in first["headers"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_key", "stand-in-for-api_key"),
        ("CALLBACK_URL", "https://stand-in.invalid/stand-in-for-CALLBACK_URL"),
        ("slack_webhook_url", "https://hooks.slack.com/services/T00000000/B00000000/stand-in-for-slack_webhook_url"),
        ("curly", "stand-in-for-curly"),
    ],
)
def test_a_stand_in_has_the_form_of_its_value(name, value):
    assert stand_ins([name]) == {name: value}


def test_the_body_shown_is_the_body_sent(job, capsys):
    server, command = job
    assert main(["execute", "--dry-run", "--json", "--env", "send_key=short"]) == 0
    body = shown(capsys.readouterr().err)[0]["body"]
    assert main([*command[:-1], "send_key=short"]) == 0
    assert server.bodies[0] == body


@pytest.mark.parametrize("folder", sorted(each.parent.name for each in JOBS.glob("*/run.xs")))
def test_every_shipped_job_can_be_rehearsed_without_keys(folder, capsys):
    given = ["--input", "incident_id=Q00PLACEHOLDER"] if folder in NEEDED else []
    code = main(["execute", str(JOBS / folder), "--dry-run", *given])
    assert code == 0
    err = capsys.readouterr().err
    assert "would send" in err


def test_a_cassette_is_played_without_network_and_without_secrets(job, tmp_path, capsys):
    server, command = job
    cassette = tmp_path / "cassette.jsonl"
    assert main([*command, "--record", str(cassette)]) == 0
    recorded = capsys.readouterr().out
    text = cassette.read_text(encoding="utf-8")
    assert KEY not in text
    assert stat.S_IMODE(cassette.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in text.splitlines()]
    assert [set(line) for line in lines] == [{"request", "response"}] * 2
    assert set(lines[0]["request"]) == {"method", "url", "headers", "body"}
    assert set(lines[0]["response"]) == {"status", "headers", "body"}
    seen = sum(server.seen.values())
    assert main(["execute", "--replay", str(cassette)]) == 0
    assert capsys.readouterr().out == recorded
    assert sum(server.seen.values()) == seen


def test_what_was_not_recorded_is_shown_beside_the_nearest(job, tmp_path, capsys):
    _, command = job
    cassette = tmp_path / "cassette.jsonl"
    assert main([*command, "--record", str(cassette)]) == 0
    assert main(["execute", "--replay", str(cassette), "--input", "word=bye"]) == 1
    err = capsys.readouterr().err
    assert "error[not-recorded]: the cassette holds no further POST https://api.example.com/words" in err
    assert '-{"word":"hello"' in err
    assert '+{"word":"bye"' in err
    assert KEY not in err


ASKED = '{"request": {"method": "GET", "url": "x"}, '


@pytest.mark.parametrize(
    "text",
    [
        "nonsense\n",
        "{}\n",
        '{"request": 1}\n',
        '{"request": {"method": "GET", "url": "x"}}\n',
        "[]\n",
        ASKED + '"response": {"status": 200, "headers": [["a", "b"]]}}\n',
        ASKED + '"response": {"status": 200, "headers": {}, "body": {"base64": "a"}}}\n',
        ASKED + '"response": {"status": "200"}}\n',
        ASKED + '"failure": {"code": 7, "message": "m"}}\n',
        "[" * 5000 + "\n",
    ],
)
def test_what_is_no_cassette_is_said_with_its_line(tmp_path, text):
    file = tmp_path / "c.jsonl"
    file.write_text("\n" + text)
    with pytest.raises(BadCassette, match=r"c.jsonl:2 is no exchange"):
        read_cassette(file)


def test_options_that_exclude_each_other(job, tmp_path, capsys):
    assert main(["execute", "--dry-run", "--replay", "x"]) == 2
    assert main(["execute", "--replay", str(tmp_path / "none.jsonl"), "--env", "send_key=abcdefgh"]) == 2
    assert main(["execute", "--record", str(tmp_path), "--env", "send_key=abcdefgh"]) == 2
    assert "cannot be written" in capsys.readouterr().err


@given(
    st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.binary()), max_size=4),
    st.sampled_from(["secret-of-ours", "⟦secret⟧"]),
)
def test_whatever_was_answered_is_answered_again(tmp_path_factory, exchanges, secret):
    vault = Vault({"name": secret}, Masker([secret]))
    answers = [Response(200, (("X-One", "1"), ("X-One", "2")), body) for _, body in exchanges]
    requests = [
        Request("POST", f"https://x.test/{at}", (), f"{text}{secret}".encode())
        for at, (text, _) in enumerate(exchanges)
    ]
    file = tmp_path_factory.mktemp("cassettes") / "c.jsonl"
    left = list(answers)
    recorder = RecordingCassette(MemoryHttp(lambda _request: left.pop(0)), file, vault, print)
    for request in requests:
        recorder.send(request)
    assert secret not in file.read_text(encoding="utf-8")
    player = PlayingCassette(read_cassette(file), vault)
    for request, answer in zip(reversed(requests), reversed(answers), strict=True):
        played = player.send(request)
        assert (played.status, played.headers) == (answer.status, answer.headers)
        if b"***" not in played.body:
            assert played.body == answer.body
    with pytest.raises(NotRecorded):
        player.send(Request("GET", "https://x.test/"))


def test_a_failure_is_played_as_a_failure(tmp_path):
    def fail(_request):
        raise TransportFailure(28, "late", sent=True)

    vault, file = Vault({}, Masker(())), tmp_path / "c.jsonl"
    with pytest.raises(TransportFailure):
        RecordingCassette(MemoryHttp(fail), file, vault, print).send(Request("GET", "https://x.test/"))
    with pytest.raises(TransportFailure, match="late"):
        PlayingCassette(read_cassette(file), vault).send(Request("GET", "https://x.test/"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device here")
def test_what_was_sent_is_answered_also_where_it_cannot_be_recorded():
    warned = []
    vault = Vault({}, Masker(()))
    recorder = RecordingCassette(MemoryHttp(lambda _request: Response(201)), "/dev/full", vault, warned.append)
    assert recorder.send(Request("POST", "https://x.test/")).status == 201
    assert "No space left" in warned[0]
