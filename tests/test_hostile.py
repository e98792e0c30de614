"""Sources, inputs and outputs that mean harm, or look as if: a fault and no bug, and no part of a secret."""

from __future__ import annotations

import json

import pytest

from xsrun.api import Project
from xsrun.cli.start import main
from xsrun.diagnostics import Fault, LimitFault
from xsrun.effects.addresses import Reach
from xsrun.effects.elsewhere import databases
from xsrun.effects.memory import memory_world
from xsrun.effects.ports import ForeignSql, Request
from xsrun.effects.recording import RecordingHttp
from xsrun.project import load_text
from xsrun.runtime.secrets import Masker
from xsrun.telemetry.health import Health
from xsrun.telemetry.listener import BadAddress, listening

DIGITS = "9" * 5000
SECRET = "sk_live_abcdefghijklmnopqrstuvwxyz"


def evaluated(stack: str, inputs: str = "", more: str = "", **given: object) -> object:
    """What a function with that stack leaves in ``$r``, or the code of its fault."""
    text = f'function "f" {{\ninput {{\n{inputs}\n}}\nstack {{\n{stack}\n}}\nresponse = $r\n}}\n{more}'
    project = Project(load_text(text, "f.xs"))
    if project.errors:
        return project.errors[0].code
    result = project.call("f", given, world=memory_world())
    return result.error.code if result.error else result.value


@pytest.mark.parametrize(
    ("stack", "value"),
    [
        ("var $r { value = [1]|get:$input.k }", None),
        ("var $l { value = [1] }\nvar $r { value = $l[$input.k] }", None),
        (f'var $l {{ value = [1] }}\nvar $r {{ value = ($l."{DIGITS}") ?? 2 }}', 2),
        (f'var $l {{ value = [1] }}\nvar $r {{ value = $l."{DIGITS}" }}', "missing-path"),
        ("var $r { value = [1] }\nvar.update $r[$input.k] { value = 2 }", {"0": 1, DIGITS: 2}),
        (f"var $r {{ value = [1]|map:${DIGITS} }}", [None]),
    ],
)
def test_more_digits_than_any_list_has_elements(stack: str, value: object):
    assert evaluated(stack, "text k", k=DIGITS) == value


@pytest.mark.parametrize(
    ("field", "code"),
    [(f"int[{DIGITS}:] a", "bad-bounds"), ("int[-:] a?", "bad-bounds"), (f"int a? filters=min:{DIGITS}", 1)],
)
def test_numbers_in_a_field(field: str, code: object):
    assert evaluated("var $r { value = 1 }", field) == code


def test_headers_of_a_call_that_are_no_json():
    query = '---\nquery "q" verb=GET {\ninput {}\nstack {}\nresponse = 1\n}'
    assert evaluated('api.call "q" verb=GET { headers = "[oops" } as $r', more=query) == "bad-argument"


@pytest.mark.parametrize("test", ["odd", "even", "divisible by(5)", "divisibleby(5)"])
def test_a_template_takes_no_text_for_a_format(test: str):
    text = "{{ '%2000000000d' is " + test + " }}"
    expected = "bad-argument" if " " in test else "not-numeric"
    assert evaluated("util.template_engine { value = $input.k } as $r", "text k", k=text) == expected


@pytest.mark.parametrize("length", range(6, len(SECRET)))
def test_the_beginning_of_a_secret_that_was_cut_short(length: int):
    assert Masker([SECRET]).text(f'"x{SECRET[:length]}…; y') == '"x***…; y'


def test_a_request_that_is_cut_off_was_sent():
    class Slow:
        def send(self, request: Request) -> None:
            raise LimitFault("limit-time", "too long")

    http = RecordingHttp(Slow(), [])
    with pytest.raises(LimitFault):
        http.send(Request("POST", "https://x.test"))
    assert [(each.writes, each.unclear) for each in http.exchanges] == [(True, True)]


@pytest.fixture
def job(tmp_path):
    """Runs a job with a password among its inputs; gives the exit code."""
    (tmp_path / "run.xs").write_text(
        'run.job "J" {\n  main = {name: "f"}\n}\n---\nfunction "f" {\n  input {\n    json v?\n    password p?\n  }\n'
        "  stack {\n    var $r { value = $input.v }\n    for ($input.v|count) { each { var $r { value = [$r] } } }\n"
        "    conditional { if ($input.p != null) { var $x { value = $input.p|first } } }\n  }\n  response = $r\n}\n"
    )
    return lambda *arguments: main(["execute", str(tmp_path), "--no-cache", *arguments])


def test_half_a_character_is_escaped_as_json_does(job, capsys):
    assert job("--input", r'v:=["\ud800"]') == 0
    assert capsys.readouterr().out == '[["\\ud800"]]\n'


def test_a_result_nested_too_deep_is_a_fault(job, capsys):
    assert job("--input", f"v:={json.dumps([0] * 9000)}") == 7
    assert "limit-size" in capsys.readouterr().err


def test_a_sensitive_input_does_not_show(job, capsys):
    assert job("--input", "p=hunter2hunter2", "--input", "v:=[]") == 1
    assert "hunter2" not in "".join(capsys.readouterr())


def test_a_sensitive_input_of_an_inner_function_does_not_show(tmp_path, capsys):
    (tmp_path / "run.xs").write_text(
        'run.job "J" {\n  main = {name: "f"}\n}\n---\nfunction "f" {\n  input {}\n  stack {\n'
        '    function.run "g" { input = {c: {token: "hunter" ~ "2hunter2"}} } as $x\n  }\n  response = $x\n}\n'
        '---\nfunction "g" {\n  input {\n    object c {\n      schema {\n'
        "        text token {\n          sensitive = true\n        }\n      }\n    }\n  }\n  stack {\n"
        "    debug.log { value = $input.c }\n    var $t { value = $input.c.token }\n"
        '    throw { name = "x" value = "no " ~ $t }\n  }\n  response = 1\n}\n'
    )
    assert main(["execute", str(tmp_path), "--no-cache"]) == 1
    shown = "".join(capsys.readouterr())
    assert "hunter2" not in shown
    assert "no ***" in shown


@pytest.mark.parametrize("option", ["--timeout=inf", "--timeout=-1", "--timeout=nan", "--now=²", f"--now={DIGITS}"])
def test_an_option_that_makes_no_sense(option: str, job, capsys):
    assert job(option) == 2
    assert "error[usage]" in capsys.readouterr().err


# ------------------------------------------------------------------ command lines

HUGE = "9" * 20
BYTES = "a\udcff"
"""A name that is no UTF-8, as the shell hands it over."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    text = 'run.job "A" {\n  main = {name: "f"}\n}\n---\nfunction "f" {\n  response = 1\n}\n'
    (tmp_path / BYTES).mkdir()
    (tmp_path / BYTES / "run.xs").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("argv", "exit"),
    [
        (["list"], 0),
        (["list", "--json"], 0),
        (["info", BYTES], 0),
        (["info", BYTES, "--json"], 0),
        (["execute", BYTES, "--memory", HUGE], 0),
        (["execute", BYTES, "--seed", BYTES], 0),
        (["schedule", BYTES, "--dry-run", "-n", HUGE], 2),
        (["runs", "list", "-n", HUGE], 2),
        (["runs", "list", "--job", BYTES], 0),
        (["runs", "prune", "--older", HUGE], 2),
        (["runs", "prune", "--keep", HUGE], 2),
        (["run", "https://a..b/x"], 2),
        (["mock", "pagerduty", "--host", "é" * 70], 2),
        (["runs", "list", "--engine", "postgresql://a..b/x"], 1),
        (["db", "status", BYTES, "--db", "postgresql://a..b/x"], 1),
    ],
)
def test_words_that_no_system_takes(home, argv: list[str], exit: int, capsys):
    assert main(argv) == exit
    assert "internal" not in capsys.readouterr().err


def test_names_that_no_host_has():
    with pytest.raises(BadAddress, match="is no name of a host"), listening(f"{'a' * 70}.b\udcff:0", Health(dict)):
        pass
    with pytest.raises(Fault, match="no host has such a name"):
        databases(Reach(public_only=True)).query(ForeignSql("postgresql", "postgresql://a..b/x", "select 1"))
