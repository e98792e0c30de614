"""The ``redis.*`` statements: the store of a project and a real Redis give the same answers."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stack import program
from waiting import PATIENCE, bounded, ending, joined

from xsrun.cli.start import main
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.cache import KeptCache, memory_cache
from xsrun.effects.memory import memory_world
from xsrun.effects.outward import cache_of
from xsrun.effects.real import SystemClock
from xsrun.effects.redis import RedisCache
from xsrun.engine.dry_cache import DryCache
from xsrun.engine.local import POINTS
from xsrun.exchange.passwords import passwords_of

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    """A Redis of our own: what is tested here forgets everything it holds."""
    if not (server := shutil.which("redis-server")):
        pytest.skip("redis-server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    arguments = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with ending(subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)) as process:
        with bounded(process):
            assert any("Ready to accept connections" in line for line in iter(process.stdout.readline, ""))
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def real(redis_url):
    cache = RedisCache(redis_url)
    cache._client.flushdb()
    yield cache
    cache._client.close()


@pytest.fixture(params=["kept", "memory", "redis"])
def cache(request, tmp_path):
    if request.param == "redis":
        return request.getfixturevalue("real")
    clock = SystemClock()
    return KeptCache(clock.now, str(tmp_path)) if request.param == "kept" else memory_cache(clock.now)


def run(cache, stack: str):
    result = program(stack, "$r").call("case", world=memory_world(cache=cache, clock=SystemClock()))
    return result.value if result.error is None else f"!{result.error.message}"


# ------------------------------------------------------------------ the same answers

VALUES = [
    None,
    True,
    7,
    -2.5,
    2**53 + 1,
    "",
    "text",
    "12",
    "Ä 🙂\n\"'\\",
    "half \ud800",
    [],
    [1, [2]],
    {},
    {"a": {"b": None}},
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_comes_back_as_it_was(cache, value):
    literal = json.dumps(json.dumps(value))
    stack = f'redis.set {{\n  key = "a"\n  data = {literal}|json_decode\n}}\nredis.get {{ key = "a" }} as $r'
    assert run(cache, stack) == value


def test_a_key_with_half_a_character_is_refused(cache):
    text = json.dumps(json.dumps("half \ud800"))
    for stack in ("set { key = $k data = 1 }", "keys { search = $k } as $r", "ratelimit { key = $k } as $r"):
        assert run(cache, f"var $k {{ value = {text}|json_decode }}\nredis.{stack}") == "!A key holds half a character."


KEYS = st.sampled_from(["a", "b", "ab", "", "k*", "k[1]", "x:1"])
TEXTS = st.sampled_from(
    [
        "0",
        "1",
        "-5",
        "01",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        '"t"',
        '{"a":1}',
        "null",
        "",
    ]
)
NUMBERS = st.integers(-4, 4)
COMMANDS = st.one_of(
    st.tuples(st.just("GET"), KEYS),
    st.tuples(st.just("SET"), KEYS, TEXTS),
    st.tuples(st.just("SET"), KEYS, TEXTS, st.just("NX")),
    st.tuples(st.just("SET"), KEYS, TEXTS, st.just("PX"), st.sampled_from([-1, 0, 100_000])),
    st.tuples(st.just("DEL"), KEYS),
    st.tuples(st.just("EXISTS"), KEYS),
    st.tuples(st.just("INCRBY"), KEYS, st.sampled_from([1, -1, 5, 2**62, -(2**62)])),
    st.tuples(st.sampled_from(["RPUSH", "LPUSH"]), KEYS, TEXTS),
    st.tuples(st.sampled_from(["RPOP", "LPOP"]), KEYS, st.integers(-1, 4)),
    st.tuples(st.just("LRANGE"), KEYS, NUMBERS, NUMBERS),
    st.tuples(st.just("LLEN"), KEYS),
    st.tuples(st.just("LREM"), KEYS, st.integers(-2, 2), TEXTS),
    st.tuples(
        st.just("KEYS"), st.sampled_from(["*", "a*", "?", "[ab]", "[^a]", "k\\*", "k\\[1]", "x:*", "[a-c]b", ""])
    ),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commands=st.lists(COMMANDS, max_size=14))
def test_what_stands_in_the_place_of_redis_answers_as_redis_does(real, commands):
    ours = memory_cache()
    real._client.flushdb()
    for command in commands:
        assert answer(ours, command) == answer(real, command), command


def answer(cache, command):
    try:
        return cache.execute([command])
    except Fault as fault:
        return str(fault.message)


def test_a_key_expires(cache):
    cache.execute([("SET", "soon", "1", "PX", 1), ("SET", "later", "1", "PX", 60_000)])
    until = time.monotonic() + 5
    while cache.execute([("EXISTS", "soon")]) == [1] and time.monotonic() < until:
        pass
    assert cache.execute([("EXISTS", "soon"), ("EXISTS", "later"), ("KEYS", "*")]) == [0, 1, ["later"]]


def test_commands_of_one_name_are_carried_out_once(cache):
    commands = [("INCRBY", "n", 1), ("RPUSH", "l", "x"), ("LPOP", "l", 1), ("LREM", "l", 0, "y"), ("LPOP", "l", 1)]
    first = cache.execute(commands, "run 0")
    assert first == [1, 1, ["x"], 0, None]
    assert cache.execute(commands, "run 0") == first
    assert cache.execute([("GET", "n")]) == ["1"]
    assert cache.execute(commands, "run 1")[0] == 2
    assert cache.execute([("KEYS", "*")]) == [["n"]]


def test_an_error_leaves_nothing_half_done(cache):
    cache.execute([("RPUSH", "l", "x")])
    with pytest.raises(Fault, match="WRONGTYPE"):
        cache.execute([("INCRBY", "l", 1)], "run 0")
    assert cache.execute([("LRANGE", "l", 0, -1)]) == [["x"]]


def test_a_rate_limit_opens_again(cache):
    hit = 'redis.ratelimit {\n  key = "k"\n  max = 2\n  ttl = 60\n} as $'
    assert run(cache, f"{hit}a\n{hit}b\n{hit}c\nvar $r {{ value = [$a, $b, $c] }}") == [True, True, False]
    cache.execute([("DEL", "k")])
    assert run(cache, f"{hit}r") is True


def test_a_rate_limit_says_what_its_author_says(cache):
    stack = 'redis.ratelimit {\n  key = "k"\n  max = 0\n  error = "Slow down"\n}'
    assert run(cache, stack + " as $r") == "!Slow down"
    caught = f"try_catch {{\n  try {{\n    {stack}\n  }}\n  catch {{\n    var $r {{ value = $error.code }}\n  }}\n}}"
    assert run(cache, caught) == "ERROR_CODE_TOO_MANY_REQUESTS"


@pytest.mark.parametrize("text", ["*", "'; DROP TABLE keys; --", "\0", "a\nb", "\ud7ff", "%s", "?1", "🙂" * 50])
def test_a_hostile_text_is_only_a_text(cache, text):
    cache.execute([("SET", text, text), ("RPUSH", f"{text}l", text)])
    assert cache.execute([("GET", text), ("LRANGE", f"{text}l", 0, -1)]) == [text, [text]]


def test_threads_lose_nothing(cache):
    def add():
        for _ in range(50):
            cache.execute([("INCRBY", "n", 1)])

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    joined(*threads)
    assert cache.execute([("GET", "n")]) == ["200"]


# ------------------------------------------------------------------ where it lies

COUNT = 'redis.incr { key = "visits" } as $r'


@pytest.fixture
def job(tmp_path, monkeypatch):
    folder = tmp_path / "job"
    (folder / "function").mkdir(parents=True)
    (folder / "run.xs").write_text('run.job "Count" {\n  main = {name: "count"}\n}\n')
    (folder / "function" / "count.xs").write_text(
        f"function count {{\n  stack {{\n    {COUNT}\n  }}\n  response = $r\n}}\n"
    )
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("REDIS_URL", raising=False)
    return folder


def test_what_is_kept_survives_the_run(job, capsys):
    assert [main(["execute", str(job)]) for _ in range(2)] == [0, 0]
    assert capsys.readouterr().out == "1\n2\n"
    store = job / ".xsrun" / "redis.sqlite"
    assert store.stat().st_mode & 0o777 == 0o600


def test_a_process_that_comes_and_goes_takes_no_key_from_another(tmp_path):
    (tmp_path / ".xsrun").mkdir()

    def cache():
        return KeptCache(SystemClock().now, str(tmp_path))

    def elsewhere():
        script = (
            "import sys; from xsrun.effects.cache import KeptCache; cache = KeptCache(lambda: 0, sys.argv[1]);"
            "print(cache.execute([('INCRBY', 'a', 1)])[0])"
        )
        words = [sys.executable, "-c", script, str(tmp_path)]
        return int(subprocess.run(words, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout)

    held = cache()
    cache()._database.close()
    assert elsewhere() == 1
    assert held.execute([("INCRBY", "a", 1)]) == [2]
    assert elsewhere() == 3
    held._database.close()


def test_a_rehearsal_changes_nothing(job, capsys):
    main(["execute", str(job)])
    assert main(["execute", str(job), "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "1\n2\n"
    assert "would do redis INCRBY visits" in shown.err
    assert cache_of(str(job), SystemClock()).execute([("GET", "visits")]) == ["1"]


def test_a_rehearsal_sees_what_there_is():
    inner = memory_cache()
    inner.execute([("SET", "a", "1"), ("RPUSH", "l", "x"), ("RPUSH", "l", "y")])
    shown: list[tuple[str, str]] = []
    dry = DryCache(inner, lambda: 0, lambda *what: shown.append(what))
    assert dry.execute([("KEYS", "*")]) == [["a", "l"]]
    assert dry.execute([("LPOP", "l", 1), ("DEL", "a"), ("KEYS", "*"), ("LRANGE", "l", 0, -1)]) == [
        ["x"],
        1,
        ["l"],
        ["y"],
    ]
    assert dry.execute([("GET", "a")]) == [None]
    assert inner.execute([("GET", "a"), ("LLEN", "l")]) == ["1", 2]
    assert shown == [("LPOP", "l"), ("DEL", "a")]


def test_a_url_leads_to_the_real_one(job, real, redis_url, capsys):
    assert main(["execute", str(job), "--env", f"REDIS_URL={redis_url}"]) == 0
    assert real.execute([("GET", "visits")]) == ["1"]
    assert not (job / ".xsrun" / "redis.sqlite").exists()
    assert capsys.readouterr().out == "1\n"


def test_nobody_there_is_said_without_the_password(job, capsys):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"redis://:hunter2hunter2@127.0.0.1:{closed.getsockname()[1]}/3"
        assert main(["execute", str(job), "--env", f"REDIS_URL={url}"]) == Exit.FAILED
    shown = capsys.readouterr().err
    assert "does not answer" in shown
    assert "function/count.xs:3" in shown
    assert "hunter2" not in shown


def test_an_address_that_is_none(job, capsys):
    assert main(["execute", str(job), "--env", "REDIS_URL=localhost:6379"]) == Exit.FAILED
    assert "REDIS_URL is no address of a Redis" in capsys.readouterr().err


def test_a_link_in_its_place_is_not_followed(job, tmp_path, capsys):
    elsewhere = tmp_path / "elsewhere.sqlite"
    (job / ".xsrun").mkdir()
    (job / ".xsrun" / "redis.sqlite").symlink_to(elsewhere)
    assert main(["execute", str(job)]) == Exit.FAILED
    assert "cannot be used" in capsys.readouterr().err
    assert not elsewhere.exists()


def test_what_is_no_store_is_said(job, capsys):
    (job / ".xsrun").mkdir()
    (job / ".xsrun" / "redis.sqlite").write_text("nothing of the kind" * 100)
    assert main(["execute", str(job)]) == Exit.FAILED
    assert ".xsrun/redis.sqlite cannot be used: file is not a database" in capsys.readouterr().err


def test_passwords_of_addresses():
    assert passwords_of("redis://localhost:6379/0") == []
    assert passwords_of("redis://me:a%21b@host/0") == ["a%21b", "a!b"]
    for written in ("p?ss", "p#ss", "p/ss", "p@ss", "p:ss", "p?password=ss"):
        assert written in passwords_of(f"postgresql://me:{written}@host/db"), written
    for behind in ("db@x", "db?application_name=a@b", "db?PASSWORD=ss"):
        assert "pass" in passwords_of(f"postgresql://me:pass@host/{behind}"), behind
    assert passwords_of("postgresql:///db?user=me@host&Password=a%26b") == ["a%26b", "a&b"]
    assert passwords_of("postgresql://host:5432/db?user=me@realm") == []


# ------------------------------------------------------------------ kills


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("store", ["kept", "redis"])
def test_a_killed_run_counts_once(job, request, point, store):
    url = request.getfixturevalue("redis_url") if store == "redis" else ""
    if url:
        request.getfixturevalue("real")
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent), **({"REDIS_URL": url} if url else {})}

    def python(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    killed = python(str(HERE / "killed.py"), point, "1", str(job), "--durable")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    resumed = python("-m", "xsrun", "runs", "resume", "last")
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout == "1\n"
    assert cache_of(str(job), SystemClock(), url).execute([("GET", "visits")]) == ["1"]
