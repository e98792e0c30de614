"""The world in memory, and the fixed clock, seeded chance and log that it shares with the real one."""

from __future__ import annotations

import io
import re
import threading
from contextlib import suppress

import pytest

from xsrun import values
from xsrun.effects.memory import (
    START,
    Answer,
    Entry,
    ManualClock,
    MemoryFiles,
    MemoryHttp,
    MemoryLog,
    SeededRandom,
    memory_world,
)
from xsrun.effects.outward import late_port
from xsrun.effects.ports import Request, Response, TransportFailure
from xsrun.effects.real import FixedClock, StderrLog, SystemClock, SystemRandom

GET = Request("GET", "https://api.test/a")
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_scripted_answers_are_given_once_each_in_their_order():
    http = MemoryHttp(
        [
            Answer("GET", GET.url, Response(500)),
            Answer("POST", GET.url, Response(201)),
            Answer("GET", GET.url, Response(200)),
        ]
    )
    assert [http.send(GET).status, http.send(GET).status] == [500, 200]
    with pytest.raises(TransportFailure):
        http.send(GET)


def test_a_scripted_failure_is_raised():
    http = MemoryHttp([Answer("GET", GET.url, TransportFailure(28, "timed out", sent=True))])
    with pytest.raises(TransportFailure, match="timed out") as caught:
        http.send(GET)
    assert caught.value.sent


def test_an_unexpected_request_fails_unsent_and_is_recorded():
    http = MemoryHttp()
    with pytest.raises(TransportFailure, match="network disabled in tests") as caught:
        http.send(GET)
    assert (caught.value.code, caught.value.sent) == (7, False)
    assert http.requests == [GET]


def test_a_function_answers_or_declines():
    http = MemoryHttp(lambda request: Response(200, body=request.body) if request.method == "POST" else None)
    assert http.send(Request("POST", GET.url, body=b"hi")).body == b"hi"
    with pytest.raises(TransportFailure, match="network disabled"):
        http.send(GET)


def test_only_sleeping_moves_the_manual_clock():
    clock = ManualClock()
    assert clock.now() == clock.now() == START
    clock.sleep(0.25)
    clock.sleep(3600)
    assert clock.now() == START + 3_600_250
    assert clock.slept == [0.25, 3600]


def test_the_fixed_clock_waits_and_moves_on():
    waited: list[float] = []
    clock = FixedClock(1000, wait=waited.append)
    clock.sleep(1.5)
    assert (clock.now(), waited) == (2500, [1.5])


def test_a_seed_repeats_chance():
    first, second, other = SeededRandom(7), SeededRandom(7), SeededRandom("seven")
    drawn = [(random.uuid(), random.integer(0, 2**60), random.bytes(8)) for random in (first, second, other)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert first.uuid() != drawn[0][0]


@pytest.mark.parametrize("random", [SystemRandom(), SeededRandom(1)])
def test_chance_has_the_wanted_shape(random: SystemRandom):
    assert UUID4.fullmatch(random.uuid())
    assert {random.integer(-1, 1) for _ in range(200)} == {-1, 0, 1}
    assert len(random.bytes(33)) == 33
    assert random.bytes(0) == b""


def test_the_system_clock_counts_milliseconds():
    assert SystemClock().now() > START


def test_log_entries_do_not_change_with_their_values():
    log, value = MemoryLog(), {"list": [1, 2.0, b"x"]}
    log.write(value, "run.xs:3")
    value["list"].append(4)
    assert log.entries == [Entry({"list": [1, 2, "x"]}, "run.xs:3")]


def test_the_log_on_stderr_writes_formatted_lines():
    stream = io.StringIO()
    log = StderrLog(stream, lambda value, place: f"{place}: {values.dumps(value)}")
    log.write({"a": 1}, "run.xs:3")
    log.write(None)
    assert stream.getvalue() == 'run.xs:3: {"a":1}\n: null\n'


def test_a_memory_world_takes_other_parts():
    http = MemoryHttp()
    world = memory_world(http=http, env={"KEY": "k"})
    assert world.http is http
    assert world.env["KEY"] == "k"
    assert memory_world().random.uuid() == memory_world().random.uuid()
    assert memory_world().env == {}


def test_a_memory_world_has_no_other_fields():
    with pytest.raises((TypeError, ValueError), match="htttp"):
        memory_world(htttp=MemoryHttp())


def test_a_late_port_is_made_once_by_functions_beside_one_another():
    made, both = [], threading.Barrier(2, timeout=0.05)

    def make():
        made.append(MemoryFiles())
        with suppress(threading.BrokenBarrierError):
            both.wait()
        return made[-1]

    port = late_port(make)
    threads = [threading.Thread(target=lambda: port.size) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(made) == 1
