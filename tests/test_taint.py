"""Texts that a program makes of its secrets do not show, and programs without secrets do not notice."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from job_bench import JOBS, KEYS
from stack import program
from test_scripts import cases
from waiting import joined

from xsrun.api import Project
from xsrun.compile.program import compile_folder
from xsrun.diagnostics import LimitFault
from xsrun.effects.memory import MemoryHttp, memory_world
from xsrun.effects.ports import Response
from xsrun.program import Program
from xsrun.project import load_folder, load_text
from xsrun.runtime.secrets import MOST, Masker

KEY = "u+JzQ8fk3Lmn0pQr/7"
ENV = {"key": KEY, "region": "us-east-1", "base": "https://acme.x.test/v2"}


def shown(body: str, response: str, env: dict[str, str] = ENV, **ports: Any) -> Any:
    """What a program gives, as every output shows it."""
    masker = Masker()
    for name, value in env.items():
        masker.add([value], name)
    result = program(body, response).call("case", env=env, world=memory_world(secrets=masker, **ports))
    assert result.error is None, result.error
    return masker.value(result.value)


HIDDEN = {
    "an encoding": "$env.key|base64_encode",
    "another case": "$env.key|to_upper",
    "a slice": "$env.key|substr:2:10",
    "a slice of an encoding": "$env.key|bin2hex|substr:3:12",
    "a hash": "$env.key|sha256",
    "a signature": '"body"|hmac_sha256:$env.key',
    "backwards": '$env.key|split:""|reverse|join:""',
    "a replacement": '$env.key|replace:"+":"-"',
    "what a pattern finds": '"/[A-Za-z0-9]+$/"|regex_get_first_match:($env.key|replace:"/":"")|first',
    "in a branch": '("a" == "a") ? ($env.key|to_lower) : "none"',
    "a default": "(null ?? ($env.key|to_lower))",
    "by a name": "$env.key|as:k|to_lower",
    "by the whole environment": '$env|get:"key"|to_lower',
    "a token": '{sub: "u1"}|jws_encode:{}:($env.key ~ $env.key):"HS256"',
}


@pytest.mark.parametrize("expression", HIDDEN.values(), ids=HIDDEN)
def test_what_is_made_of_a_secret_is_hidden(expression: str) -> None:
    assert shown("", expression) == "***"


FLOWS = {
    "a variable": ("var $k { value = $env.key }", "$k|to_lower"),
    "a changed place": ("var $o { value = {} }\nvar.update $o.a.b { value = $env.key }", '$o|get:"a.b"|to_lower'),
    "a list": ("var $l { value = [] }\narray.push $l { value = $env.key }", "$l|first|to_lower"),
    "elements": ('var $l { value = [$env.key] }', '$l|map:($$|to_lower)|first'),
    "a reduction": ("var $l { value = [$env.key] }", '$l|reduce:$result ~ ($$|substr:0:9):""'),
    "a loop": ("foreach ([$env.key]) { each as $k { var $x { value = $k|to_lower } } }", "$x"),
    "a statement": ('var $t { value = "  " ~ $env.key ~ "zz" }\ntext.trim $t { value = "z" }', "$t|to_lower|trim"),
    "an error": (
        'try_catch {\n try { throw { name = "a" value = $env.key } }\n'
        " catch { var $m { value = $error.message|to_lower } }\n}",
        "$m",
    ),
    "an error as a value": (
        'function.call bad { input = {text: $env.key} } as $r\n\n---\n'
        'function bad { input { text text } stack { throw { name = "a" value = $input.text } } response = 1 }',
        "$r.message|to_lower",
    ),
    "a text of thousands of parts": (
        "var $x { value = " + " ~ ".join(['""'] * 3000) + " ~ $env.key }", "$x|to_lower",
    ),
    "code that is evaluated": ("", '"$env.key|to_lower"|to_expr'),
    "an environment": ("util.get_env as $e", "$e.key|to_lower"),
    "a template": ('util.template_engine { value = "{{ $env.key|lower }}" } as $t', "$t"),
    "a filter of a binding": ("util.get_env as $e|get:\"key\"|to_lower", "$e"),
    "an input and a result": (
        'function.run low { input = {text: $env.key} } as $r\n\n---\n'
        "function low { input { text text } stack {} response = $input.text|to_lower }",
        "$r",
    ),
    "a function that runs beside": (
        'function.run low { input = {text: $env.key}, async = true } as $j\nawait $j as $r\n\n---\n'
        "function low { input { text text } stack {} response = $input.text|to_lower }",
        "$r",
    ),
    "a filter of an input": (
        'function.run low { input = {text: $env.key} } as $r\n\n---\n'
        "function low { input { text text filters=lower } stack {} response = $input.text }",
        "$r",
    ),
    "a recursion": (
        'function.run low { input = {text: $env.key, n: 2} } as $r\n\n---\n'
        "function low { input {\ntext text\nint n\n} stack {\n"
        "conditional { if ($input.n > 0) { function.run low { input = {text: $input.text, n: $input.n - 1} } as $r\n"
        "return { value = $r } } }\n} response = $input.text|to_lower }",
        "$r",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "response"), FLOWS.values(), ids=FLOWS)
def test_the_ways_of_a_secret(body: str, response: str) -> None:
    assert shown(body, response) == "***"


def test_a_sensitive_input_is_a_secret_too() -> None:
    text = (
        'function case { input {} stack { function.run low { input = {pin: "hunter-2-hunter"} } as $r } response = $r }'
        "\n---\nfunction low { input { text pin { sensitive = true } } stack {} response = $input.pin|to_upper }"
    )
    masker = Masker()
    result = Project(load_text(text, "a.xs")).call("case", world=memory_world(secrets=masker))
    assert (result.value, masker.value(result.value)) == ("HUNTER-2-HUNTER", "***")


KEPT = {
    "what is looked for": ('"status 401 of u1234567"|replace:$env.key:"***"', "status 401 of u1234567"),
    "a comparison": ('($env.key == "x") ? "production" : "staging-12345678"', "staging-12345678"),
    "a length": ('($env.key|strlen) ~ " characters"', "18 characters"),
    "another text": ('"Hello World 2026"|to_upper', "HELLO WORLD 2026"),
    "a short slice": ("$env.key|substr:0:4", "u+Jz"),
    "words of a value": ('$env.region|split:"-"', ["us", "east", "1"]),
    "a host": ('$env.base|split:"/"|get:2', "acme.x.test"),
    "a selection": ('{a: "text number 1"}|get:$env.region:"text number 2"', "text number 2"),
    "around it": ('"x" ~ $env.key ~ "y"', "x***y"),
}


@pytest.mark.parametrize(("expression", "expected"), KEPT.values(), ids=KEPT)
def test_what_is_no_secret_shows(expression: str, expected: Any) -> None:
    assert shown("", expression) == expected


def test_answers_show_but_for_secrets_in_them() -> None:
    answer = MemoryHttp(lambda request: Response(200, (), b'{"id": "incident 1234", "key": "' + KEY.encode() + b'"}'))
    body = 'api.request { url = "https://x.test" headers = ["Authorization: " ~ $env.key] } as $r'
    assert shown(body, "$r.response.result|json_encode|to_lower", http=answer) != "***"
    assert shown(body, "$r.response.result.id|to_upper", http=answer) == "INCIDENT 1234"


# ------------------------------------------------------------------ no cost


def names(made: Program) -> set[str]:
    """Every name that the code of a program uses."""
    found: set[str] = set()
    pending = [*made.code]
    while pending:
        code = pending.pop()
        found.update(code.co_names)
        pending += [each for each in code.co_consts if hasattr(each, "co_names")]
    return found


CLEAN = (
    "function clean { input { text t } stack { var $x { value = $input.t|to_upper|sha256 } } response = $x|substr:3 }"
)
TOUCHED = "function touched { input {} stack {} response = $env.key|to_upper }"


def test_a_function_without_secrets_is_compiled_as_if_there_were_none() -> None:
    alone, beside = (compile_folder(load_text(text, "a.xs")).code[0] for text in (CLEAN, f"{CLEAN}\n---\n{TOUCHED}"))
    functions = [next(each for each in code.co_consts if hasattr(each, "co_code")) for code in (alone, beside)]
    assert functions[0] == functions[1]
    assert "derived" in names(compile_folder(load_text(TOUCHED, "a.xs")))


def test_no_golden_program_without_secrets_minds_them() -> None:
    for case in cases():
        if "env" not in case.body and "sensitive" not in case.body and "password" not in case.body:
            assert "derived" not in names(program(case.body, name=case.script).program), case.title


@pytest.mark.parametrize("job", KEYS)
def test_shipped_jobs_are_told_of_what_they_trim(job: str) -> None:
    assert "derived" in names(compile_folder(load_folder(str(JOBS / job))))


# ------------------------------------------------------------------ the masker


def test_secrets_may_come_while_texts_are_masked() -> None:
    masker = Masker(["secret-number-one"])
    failures: list[str] = []

    def show() -> None:
        for _ in range(300):
            if "secret-number-one" in masker.text("a secret-number-one b"):
                failures.append("shown")

    def add() -> None:
        for at in range(300):
            masker.derive([f"derived-text-{at}-{at}"], "k")

    threads = [threading.Thread(target=each) for each in (show, add, show)]
    for each in threads:
        each.start()
    joined(*threads)
    assert failures == []
    assert masker.text("derived-text-299-299") == "***"


def test_too_many_texts_end_the_run_rather_than_show() -> None:
    masker = Masker()
    with pytest.raises(LimitFault, match="texts were made of secrets"):
        masker.derive((f"derived-text-{at}" for at in range(MOST + 1)), "k")


def test_json_and_addresses_hide_nothing() -> None:
    masker = Masker(['päss"wörd/\U0001f600'])
    for shape in (
        r"p\u00e4ss\"w\u00f6rd/\ud83d\ude00",
        r"p\u00e4ss\"w\u00f6rd\/\ud83d\ude00",
        "p%C3%A4ss%22w%C3%B6rd%2F%F0%9F%98%80",
    ):
        assert masker.text(f"<{shape}>") == "<***>"
