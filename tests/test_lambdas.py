"""JavaScript of lambdas: what it sees, what it may not do, and what comes back."""

import asyncio
import time

import pytest
from stack import program

import xsrun
from xsrun import extras
from xsrun.builtins.registry import Bindings
from xsrun.diagnostics import Fault
from xsrun.effects.memory import ManualClock, SeededRandom, memory_world
from xsrun.lambdas import run
from xsrun.testing.forks import spread

INSTALLED = extras.is_installed("lambda")
needs_engine = pytest.mark.skipif(not INSTALLED, reason=f"needs {extras.install_command('lambda')}")


def js(code, world=None, timeout=5, bindings=None):
    names = bindings or {}
    return run(world or memory_world(), code, [None], names, timeout=timeout, needed_by="test", alone=True)[0]


def fault(code, **more) -> Fault:
    with pytest.raises(Fault) as caught:
        js(code, **more)
    return caught.value


def case(body, response="$r", **inputs):
    project = program(body, response)
    assert not project.errors, project.errors
    return project.call("case", inputs, world=memory_world(env={"KEY": "k"}))


@needs_engine
def test_a_fork_runs_lambdas_after_its_parent_did():
    assert js("return 1") == 1
    assert [*spread(2, lambda number: js(f"return {number}"), 2, 20)] == [0, 1]


# ------------------------------------------------------------------ results


@needs_engine
@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("", None),
        ("return undefined", None),
        ("return () => 1", None),
        ("return NaN", None),
        ("return -Infinity", None),
        ("return 2.0", 2),
        ("return 1e21", 1e21),
        ("return 1e20", 1e20),
        ("return [undefined, NaN, {a: undefined}]", [None, None, {}]),
        ("return new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("return new Map([[1, 2]])", {}),
        ("return 'é😀'.length + 'é😀\\u0000'", "3é😀\0"),
        ("return '😀'.slice(0, 1)", "\ufffd"),
        ("return await Promise.resolve({a: [1]})", {"a": [1]}),
        ("return 1 // the end", 1),
        ("return {__proto__: null, a: JSON.parse('{\"__proto__\": 1}')}", {"a": {"__proto__": 1}}),
    ],
)
def test_a_result_is_what_json_makes_of_it(code, value):
    assert js(code) == value


@needs_engine
def test_values_go_in_unchanged():
    value = {"__proto__": {"a": 1}, "n": None, "f": 1.5, "t": "</script>\u2028\\ é😀"}
    assert js("return $input", bindings={"$input": value}) == value


# ------------------------------------------------------------------ errors


@needs_engine
@pytest.mark.parametrize(
    ("code", "message", "line"),
    [
        ("\nthrow new Error('no')", "no", 2),
        ("return missing", "missing is not defined", 1),
        ("throw new TypeError()", "TypeError", 1),
        ("throw 'plain'", "plain", 0),
        ("throw null", "null", 0),
        ("throw {a: 1}", '{"a":1}', 0),
        ("throw Symbol('s')", "Symbol(s)", 0),
        ("await 0\nawait 0\nnull.x", "Cannot read properties of null (reading 'x')", 3),
        ("return 1n", "Do not know how to serialize a BigInt", 0),
        ("x = 1", "x is not defined", 1),
        ("}; {", "Unexpected token ';'", 0),
        ("setTimeout(() => { throw new Error('late') }); await new Promise(() => {})", "late", 1),
        ("throw Object.defineProperty(new Error(), 'message', {get() { throw 1 }})", "an error that has no text", 0),
    ],
)
def test_what_is_thrown_is_a_fault_with_its_text(code, message, line):
    found = fault(code)
    assert (found.code, found.message) == ("lambda-error", message)
    assert not line or found.help == f"look at line {line} of the lambda"


@needs_engine
def test_an_error_of_the_statement_can_be_caught():
    body = (
        "try_catch {\n  try { api.lambda { code = \"throw new Error('no')\" } as $x }\n"
        "  catch { var $r { value = $error } }\n}"
    )
    error = case(body).value
    assert (error["code"], error["message"]) == ("ERROR_FATAL", "no")


@needs_engine
@pytest.mark.parametrize("name", ["map", "filter", "find", "findIndex", "some", "every"])
def test_an_error_in_a_filter_is_its_value(name):
    assert xsrun.evaluate(f"[1, 2]|lambda_{name}:\"if ($this === 2) throw new Error('no')\"") in (
        "no",
        False,  # lambda_every ends at the first element
    )


# ------------------------------------------------------------------ limits


@needs_engine
@pytest.mark.parametrize(
    "code",
    [
        "for (;;) {}",
        "await 0; for (;;) {}",
        "setTimeout(() => { for (;;) {} }, 1); await new Promise(() => {})",
        "return /(a+)+$/.test('a'.repeat(60) + 'b')",
        "await new Promise((done) => setTimeout(done, 3600000))",
        "await new Promise(() => {})",
        "const again = () => Promise.resolve().then(again); again()\nawait new Promise(() => {})",
        "const again = () => setTimeout(again); again()\nawait new Promise(() => {})",
    ],
)
def test_a_lambda_ends_in_time(code):
    started = time.monotonic()
    found = fault(code, timeout=0.3)
    assert (found.code, found.message) == ("limit-time", "the lambda took longer than 0.3 s")
    assert time.monotonic() - started < 3


@needs_engine
@pytest.mark.parametrize(
    "code",
    [
        "const a = []; for (;;) a.push(new Array(1e6).fill(1.5))",
        "return new Uint8Array(2e9).fill(1).length",
        "return new ArrayBuffer(8, {maxByteLength: 2e9}).resize(2e9)",
        "const a = []; for (;;) a.push(new Float64Array(1e6))",
        "const a = [new Uint8Array(1e6)]; for (;;) a.push(a[0].slice())",
        "try { new Uint8Array(2e9) } catch { return 1 }",
        "const kind = new Uint8Array(1).constructor; return new kind(2e9)",
        "return 'x'.repeat(20_000_000)",
    ],
)
def test_a_lambda_is_kept_small(code):
    assert fault(code, timeout=20).code == "limit-size"


@needs_engine
@pytest.mark.parametrize("depth", [900, 6000, 300_000])
def test_a_result_that_is_nested_deep_is_whole_or_a_fault(depth):
    code = f"let a = 1; for (let i = 0; i < {depth}; i++) a = [a]; return a"
    if depth == 900:
        assert str(js(code)).count("[") == depth
    else:
        assert fault(code).code in ("limit-size", "lambda-error")


@needs_engine
def test_a_lambda_reaches_nothing_outside():
    names = ["fetch", "require", "process", "Deno", "WebAssembly", "SharedArrayBuffer", "Atomics", "Temporal"]
    assert js(f"return {names}.filter((name) => name in globalThis)") == []
    assert fault("return await import('fs')").code == "lambda-error"


# ------------------------------------------------------------------ isolation


@needs_engine
def test_nothing_is_left_for_the_next_lambda():
    assert js("Array.prototype.left = 1; Math.left = 1; return [].left") == 1
    assert js("return [[].left, Math.left]") == [None, None]


@needs_engine
def test_elements_see_fresh_values():
    code = "$this.n += 1; $var.n += 1; $parent.push(0); return [$this.n, $var.n, $parent.length]"
    body = f'var $n {{ value = 1 }}\nvar $r {{ value = [{{n: 1}}, {{n: 2}}]|lambda_map:"{code}" }}'
    assert case(body).value == [[2, 2, 3], [3, 2, 3]]


@needs_engine
def test_globals_cannot_be_changed():
    assert "not extensible" in fault("globalThis.n = 1").message


@needs_engine
def test_a_lambda_changes_no_variable():
    body = 'var $a { value = [1] }\napi.lambda { code = "$var.a.push(2); return $var.a.length" } as $n'
    assert case(body, "[$a, $n]").value == [[1], 2]


# ------------------------------------------------------------------ what it sees


@needs_engine
def test_a_lambda_sees_the_function():
    source = (
        'function case { input { int n } stack { var $v { value = 2 }\napi.lambda { code = "'
        'return [$input.n, $var.v, $env.KEY, $auth, typeof $this, typeof $index, $var.late]" } as $r\n'
        "var $late { value = 1 } } response = $r }"
    )
    project = xsrun.api.Project(xsrun.project.load_text(source, "case.xs"))
    result = project.call("case", {"n": 1}, world=memory_world(env={"KEY": "k"}))
    assert result.value == [1, 2, "k", {}, "object", "undefined", None]


@needs_engine
def test_a_variable_that_grows_in_place_is_seen_as_it_was():
    body = (
        "var $r { value = [1] }\n"
        'var.update $r { value = $r|push:2|push:(0|lambda:"return $var.r.length")|push:3 }\n'
        'var.update $r { value = $r|push:(0|lambda:"return $var.r.length") }'
    )
    assert case(body).value == [1, 2, 1, 3, 4]


@needs_engine
def test_filters_inside_expressions_per_element():
    assert xsrun.evaluate('[1, 2]|map:($$|lambda:"return $this * 10")') == [10, 20]
    body = 'var $k { value = 3 }\nvar $r { value = [1, 2]|map:($$|lambda:"return $this * $var.k") }'
    assert case(body).value == [3, 6]


# ------------------------------------------------------------------ the world


@needs_engine
def test_time_and_chance_are_those_of_the_world():
    code = "return [Date.now(), new Date().getTime(), Math.random(), crypto.randomUUID(), new Date() instanceof Date]"
    first, second = (js(code, memory_world(random=SeededRandom(7))) for _ in range(2))
    assert first == second
    assert first[:2] == [1_767_225_600_000] * 2
    assert 0 <= first[2] < 1
    assert first[4] is True
    assert js("return crypto.randomUUID()", memory_world(random=SeededRandom(8))) != first[3]


class Zeros(SeededRandom):
    def bytes(self, count):
        return bytes(count)


@needs_engine
def test_chance_is_a_chacha20_stream():
    code = "return [...crypto.getRandomValues(new Uint8Array(68))]"
    stream = bytes(js(code, memory_world(random=Zeros(0))))
    assert stream[:8].hex() == "76b8e0ada0f13d90"
    assert stream[64:].hex() == "9f07e7be"


@needs_engine
def test_waiting_is_done_by_the_clock_of_the_world():
    clock = ManualClock()
    code = (
        "const at = Date.now(), wait = (ms) => new Promise((done) => setTimeout(done, ms));\n"
        "const gone = setTimeout(() => { throw new Error('gone') }, 5); clearTimeout(gone);\n"
        "await Promise.all([wait(1500), wait(500)]); return Date.now() - at"
    )
    assert js(code, memory_world(clock=clock)) == 1500
    assert clock.slept == [0.5, 1.0]


@needs_engine
@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("return btoa('') + btoa('a') + btoa('ab') + btoa('abc') + btoa('\\xff\\n')", "YQ==YWI=YWJj/wo="),
        ("return [atob('YQ=='), atob('YWI'), atob(' YW Jj '), atob('')]", ["a", "ab", "abc", ""]),
        ("const a = {d: new Date(0), m: new Map([[1, {b: 2}]]), s: new Set([3]), r: /x/gi, l: [1, , 3]};\n"
         "a.self = a; const b = structuredClone(a);\n"
         "return [b !== a, b.self === b, b.d.getTime(), b.m.get(1).b, b.s.has(3), String(b.r), 1 in b.l, b.l.length]",
         [True, True, 0, 2, True, "/x/gi", False, 3]),
        ("const u = structuredClone(new Uint16Array([1, 258])); return [...u, u.byteLength]", [1, 258, 4]),
        ("const e = structuredClone(new TypeError('t')); return [e instanceof TypeError, e.message]", [True, "t"]),
        ("return [new Uint8Array([1, 2, 3]).slice(1).length, Uint8Array.from('12', Number)[1]]", [2, 2]),
    ],
)  # fmt: skip
def test_what_browsers_add(code, value):
    assert js(code) == value


@needs_engine
def test_it_runs_where_a_loop_is_running():
    async def main():
        return js("return 1")

    assert asyncio.run(main()) == 1


# ------------------------------------------------------------------ without the engine


def test_a_missing_engine_is_reported_and_a_fault(monkeypatch):
    monkeypatch.setitem(extras.PACKAGES, "lambda", "no_such_engine")
    project = program('api.lambda { code = "return 1" } as $r\nvar $s { value = 1|lambda:"return 1" }')
    assert [(each.code, each.severity, each.help) for each in project.diagnostics] == [
        ("missing-extra", "warning", "pip install 'xsrun[lambda]'")
    ] * 2
    assert [each.message.split("`")[1] for each in project.diagnostics] == ["api.lambda", "lambda"]
    with pytest.raises(Fault, match=r"^Lambda support is not available\.$") as caught:
        extras.load("no_such_engine", extra="lambda", needed_by="x", message="Lambda support is not available.")
    assert caught.value.code == "missing-extra"


def test_bindings_are_named_as_programs_write_them():
    assert Bindings({"a": 1}, {}, {}, {}).dollared() == {"$input": {"a": 1}, "$var": {}, "$env": {}, "$auth": {}}
