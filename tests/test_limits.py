"""How far a run may go: every limit ends it with a fault that has a place, and the exit code of limits."""

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial

import pytest
from stack import program
from waiting import PATIENCE, joined

import xsrun
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.memory import memory_world
from xsrun.effects.ports import Response
from xsrun.effects.real import SystemClock
from xsrun.runtime import interrupts
from xsrun.runtime.deadline import Deadline, OutOfTime
from xsrun.runtime.interrupts import CALCULATING, calculates
from xsrun.runtime.support import own
from xsrun.values import MOST_CHARACTERS, MOST_ITEMS, plain

SMALL = xsrun.Limits(items=100, characters=1000)

GROWING = {
    "push in a loop": "for (100000) { each as $i { array.push $x { value = $i } } }",
    "unshift in a loop": "for (100000) { each as $i { array.unshift $x { value = $i } } }",
    "merge with itself": "while (true) { each { array.merge $x { value = $x } } }",
    "the push filter": "for (100000) { each as $i { var $x { value = $x|push:$i } } }",
    "the merge filter": "while (true) { each { var $x { value = $x|merge:$x } } }",
    "a list that takes in others": "while (true) { each { var $x { value = [...$x, ...$x] } } }",
    "an object that takes in others": "var $x { value = {a: 1, ...(1|fill_keys:(1..100))} }",
    "keys of an object": "var $x { value = {} }\n"
    'for (100000) { each as $i { var.update $x["k" ~ $i] { value = $i } } }',
    "keys of an inner object": "var $x { value = {a: {}} }\n"
    'for (100000) { each as $i { var.update $x.a[$i ~ "k"] { value = $i } } }',
    "an inner list": "var $x { value = {a: []} }\nfor (100000) { each as $i { array.push $x.a { value = $i } } }",
    "fill": "var $x { value = 1|fill:0:101 }",
    "range": "var $x { value = |range:1:101 }",
    "a range": "var $x { value = (1..101) }",
    "split": 'var $x { value = "a"|pad_end:101:"a"|split:"" }',
    "decoded JSON": 'var $x { value = ("[0" ~ (""|pad_end:200:",0") ~ "]")|json_decode }',
    "JSON decoded inside": """var $x { value = ('{"a":[0' ~ (""|pad_end:200:",0") ~ "]}")|json_decode }""",
    "an answer": 'api.request { url = "https://x.test/list" } as $x',
    "text in a loop": 'var $x { value = "" }\nfor (100000) { each as $i { var $x { value = $x ~ $i } } }',
    "text of itself": 'var $x { value = "a" }\nwhile (true) { each { var $x { value = $x ~ $x } } }',
    "text of others": 'var $x { value = "a" }\n'
    "while (true) { each { var $y { value = $x }\nvar $x { value = $y ~ $x } } }",
    "text.append": 'var $x { value = "a" }\nwhile (true) { each { text.append $x { value = $x } } }',
    "pad_start": 'var $x { value = ""|pad_start:1001 }',
    "concat": 'var $x { value = "a" }\nwhile (true) { each { var $x { value = $x|concat:$x } } }',
    "join": 'var $x { value = [1,2,3]|join:(""|pad_end:900:"-") }',
    "replace": 'var $x { value = (""|pad_end:900:"-")|replace:"-":"--" }',
    "an encoder": 'var $x { value = (""|pad_end:900:"-")|bin2hex }',
    "a value given back": 'return { value = (""|pad_end:600:"-") ~ (""|pad_end:600:"-") }',
}


class Answering:
    """Answers every request with a list of 101 numbers."""

    def send(self, request):
        return Response(200, (), b"[" + b",".join([b"0"] * 101) + b"]")


@pytest.mark.parametrize("statements", GROWING.values(), ids=GROWING.keys())
def test_a_value_grows_to_its_limit(statements):
    project = program(f"var $x {{ value = [1] }}\n{statements}", response="$x")
    result = project.call("case", world=memory_world()._replace(http=Answering()), limits=SMALL)
    assert result.error is not None
    assert (result.error.code, result.error.exit) == ("limit-size", Exit.LIMIT)
    assert result.error.fault.span.line >= 2


def test_values_below_the_limits_are_left_alone():
    project = program(
        'var $x { value = [] }\nvar $t { value = "" }\n'
        'for (100) { each as $i { array.push $x { value = $i }\nvar $t { value = $t ~ ($i % 7) ~ "," } } }',
        response="$x|count",
    )
    result = project.call("case", world=memory_world(), limits=SMALL)
    assert (result.error, result.value) == (None, 100)


def test_no_limit_goes_beyond_what_builtins_can_make():
    given = xsrun.Limits(items=10 * MOST_ITEMS, characters=10 * MOST_CHARACTERS)
    project = program(f"var $x {{ value = |range:1:{MOST_ITEMS + 1} }}")
    assert project.call("case", world=memory_world(), limits=given).error.code == "limit-size"


def test_a_value_that_holds_itself_many_times_is_not_written_out():
    project = program(
        "var $x { value = [] }\nfor (60) { each { var $x { value = [$x, $x] } } }", response="$x|json_encode"
    )
    result = project.call("case", world=memory_world())
    assert result.error.code == "limit-size"


def test_a_size_can_be_caught():
    project = program(
        "var $r { value = 1 }\ntry_catch {\n try { var $x { value = 1|fill:0:101 } }\n"
        "catch { var $r { value = $error.message } } }",
        response="$r",
    )
    assert (
        project.call("case", world=memory_world(), limits=SMALL).value
        == "a list or object may have at most 100 entries"
    )


def test_turns_and_depth_from_python():
    endless = program("while (true) { each { } }")
    assert endless.call("case", world=memory_world(), limits=xsrun.Limits(turns=50)).error.code == "limit-steps"
    deep = program('function.run "case" { input = {} } as $x')
    result = deep.call("case", world=memory_world(), limits=xsrun.Limits(depth=20))
    assert (result.error.code, result.error.exit) == ("limit-depth", Exit.LIMIT)


def test_exactly_the_turns_that_are_allowed():
    project = program("var $n { value = 0 }\nfor (50) { each as $i { math.add $n { value = 1 } } }", response="$n")
    assert project.call("case", world=memory_world(), limits=xsrun.Limits(turns=50)).value == 50
    assert project.call("case", world=memory_world(), limits=xsrun.Limits(turns=49)).error.code == "limit-steps"


# ------------------------------------------------------------------ time

SOON = xsrun.Limits(seconds=0.05)

LASTING = {
    "a loop": "while (true) { each { } }",
    "a loop that catches": (
        "while (true) { each { try_catch { try { while (true) { each { } } } catch { var $x { value = 1 } } } } }"
    ),
    "filters in filters": "var $x { value = (1..5000)|map:((1..5000)|map:((1..5000)|map:$$ * 2)|count) }",
    "calls": 'function.run "tree" { input = {n: 60} } as $x'
    '\n\n---\nfunction "tree" {\n input { int n }\n stack { conditional { if ($input.n > 0) {'
    ' function.run "tree" { input = {n: $input.n - 1} } as $a\n function.run "tree" { input = {n: $input.n - 1} } as $b'
    " } } }\n response = 1\n}",
    "a wait": "util.sleep { value = 60 }",
    "a loop on another thread": 'function.run "spin" { runtime_mode = "async-shared" } as $x\n'
    "await { ids = [$x] timeout = 60 } as $y"
    '\n\n---\nfunction "spin" {\n input {}\n stack { while (true) { each { } } }\n response = 1\n}',
}


@pytest.mark.parametrize("statements", LASTING.values(), ids=LASTING.keys())
def test_a_run_ends_in_time(statements):
    result = program(statements).call("case", world=memory_world()._replace(clock=SystemClock()), limits=SOON)
    assert (result.error.code, result.error.exit) == ("limit-time", Exit.LIMIT)
    assert result.error.message == "the run took longer than 0.05 s"
    assert result.error.fault.span.line >= 2


def test_what_copies_large_values_for_generated_code_may_be_interrupted():
    """A loop that does little but copy is seen there, every time somebody looks."""
    assert own.__module__.startswith(CALCULATING)


@pytest.mark.parametrize(
    ("callers", "may_be"),
    [
        (["xanoscript"], True),
        (["xanoscript", "xsrun.builtins.filters.lists", "xsrun.values"], True),
        (["xanoscript", "xsrun.builtins.filters.lists", "xanoscript", "xsrun.paths"], True),
        (["xanoscript", "xsrun.builtins.statements.arrays", "xsrun.values"], True),
        (["xanoscript", "xsrun.builtins.statements.arrays"], False),
        (["xanoscript", "xsrun.engine.journal"], False),
        (["xanoscript", "xsrun.engine.journal", "xsrun.values"], False),
        (["xsrun.values"], False),
    ],
)
def test_what_calculates_for_the_journal_is_not_interrupted(callers, may_be):
    """It would be lost that an answer is there, and the write be unclear."""
    call = "def call(inner): return inner()"

    def ask():
        return calculates(sys._getframe(1))

    for name in reversed(callers):
        module = {"__name__": name}
        exec(call, module)
        ask = partial(module["call"], ask)

    assert ask() is may_be


def test_a_value_with_entries_beyond_counting_is_refused_at_once(monkeypatch):
    held, looked_at = [], []
    for _ in range(300):
        held = [*held, held]
    monkeypatch.setattr("xsrun.values.FREELY", 10)
    monkeypatch.setattr("xsrun.values.elements", lambda value: looked_at.append(1) or list(value))
    with pytest.raises(Fault, match="JSON may have at most"):
        plain(held)
    assert len(looked_at) < 50


def test_a_request_takes_no_longer_than_the_run():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        project = program(f'api.request {{ url = "{url}" method = "POST" timeout = 60 }} as $x')
        result = project.call("case", limits=xsrun.Limits(seconds=0.2))
    assert (result.error.code, result.error.exit) == ("limit-time", Exit.UNKNOWN_OUTCOME)
    assert result.requests[0].unclear


def test_a_run_in_time_leaves_its_thread_alone():
    project = program("var $x { value = 1 }", response="$x")
    assert [project.call("case", world=memory_world(), limits=SOON).value for _ in range(50)] == [1] * 50
    threading.Event().wait(0.1)


def test_a_batch_takes_limits():
    project = program("while (true) { each { } }")
    results = project.batch("case", [{}] * 3, world=memory_world(), threads=3, limits=SOON)
    assert [each.error.code for each in results] == ["limit-time"] * 3


def test_an_end_that_comes_as_a_run_ends_is_taken_in(monkeypatch):
    """Told all the time, as late as can be: nothing is left on its way, and nobody tells this thread any more."""
    deadline, calculating = Deadline(1000), [False]
    monkeypatch.setattr(interrupts, "calculates", lambda frame: calculating[0])
    left = []

    def calculate():
        calculating[0] = True
        for _ in range(30):
            pass

    def tell():
        while until > time.monotonic():
            deadline.enforce()
            os.sched_yield()

    before, until = sys.getswitchinterval(), time.monotonic() + 0.5
    sys.setswitchinterval(1e-5)
    telling = threading.Thread(target=tell)
    telling.start()
    try:
        while telling.is_alive():
            calculating[0] = False
            with suppress(OutOfTime):
                deadline.join(calculate)
            left.append(threading.get_ident() in deadline._threads)
    finally:
        sys.setswitchinterval(before)
        joined(telling)
    assert left
    assert not any(left)


def test_a_run_can_be_traced_after_one_whose_time_was_over():
    spins, calls = program("while (true) { each { } }"), program("var $x { value = 1 }", response="$x")
    assert spins.call("case", world=memory_world(), limits=SOON).error.code == "limit-time"
    assert calls.call("case", world=memory_world(), limits=SOON).value == 1
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        assert calls.call("case", world=memory_world()).value == 1
    finally:
        sys.settrace(before)


HELD = """
from xsrun.cli.memory import bounded_memory
held = bytearray(400 << 20)
with bounded_memory(100):
    bytearray(50 << 20)
    try:
        bytearray(200 << 20)
    except MemoryError:
        print("bounded")
bytearray(200 << 20)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="the system does not say what a process holds")
def test_what_a_process_holds_already_is_no_part_of_its_bound():
    done = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout == "bounded\n"
