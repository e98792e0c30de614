"""Answers that are given again: told apart by what a query names, only good ones, in a bounded memory."""

import json

import pytest

from xsrun.builtins.statements.security import create_auth_token
from xsrun.compile.program import compile_folder
from xsrun.data.opening import fresh
from xsrun.effects.memory import memory_world
from xsrun.effects.real import FixedClock
from xsrun.project import load_text
from xsrun.resources.file import of_bytes
from xsrun.runtime.answering import Asked, Head, answer
from xsrun.runtime.answers import OWN_SIZE, Answers, Kept
from xsrun.runtime.frame import Limits
from xsrun.runtime.run import Loaded
from xsrun.values import INFINITY

SOURCE = """query "q" verb=GET {
  api_group = "a"
  input {
    json x?
    text fail?
    text header?
  }
  stack {
    redis.incr { key = "calls" by = 1 } as $calls
    precondition ($input.fail == null) { error = "no" }
    conditional {
      if ($input.header != null) {
        util.set_header { value = $input.header }
      }
    }
  }
  response = {calls: $calls, x: $input.x}
  cache = CACHE
  middleware = {post: [{name: "stamp"}]}
}
---
middleware "stamp" {
  stack {
    redis.incr { key = "stamps" by = 1 } as $stamps
  }
  response = {stamps: $stamps}
}
"""


def asking(cache):
    """What asks a query with such a cache: gives its value, by how often it was run."""
    folder = load_text(SOURCE.replace("CACHE", cache), "a.xs")
    loaded = Loaded(compile_folder(folder))
    assert not [each for each in folder.diagnostics if each.severity == "error"], folder.diagnostics
    world, answers = memory_world(env={"REGION": "eu"}), Answers()
    (endpoint,) = loaded.program.endpoints

    def ask(at=0, env=None, headers=None, ip="1.1.1.1", **given):
        now = world._replace(clock=FixedClock(1_000_000 + at), env=env or world.env)
        system = {"remote_ip": ip, "http_headers": headers or {}}
        asked = Asked("GET", "q", headers or {}, given, system)
        return answer(loaded, endpoint, asked, now, Limits(), Head(), lambda fault, query: None, answers)

    return ask


def calls(answered):
    assert answered.status == 200, answered
    return int(answered.body.split(b'"calls":')[1].split(b",")[0])


def test_an_answer_counts_for_its_time_and_its_inputs():
    ask = asking("{ttl: 60}")
    assert [calls(ask(x=1)), calls(ask(x=1)), calls(ask(x=2)), calls(ask(x=1, at=59_999))] == [1, 1, 2, 1]
    assert [calls(ask(x=1, at=60_000)), calls(ask(x=2, at=60_000))] == [3, 4]
    assert [calls(ask(x=[INFINITY])), calls(ask(x=[None])), calls(ask(x=[-INFINITY])), calls(ask(x=[None]))] == [
        5,
        6,
        7,
        6,
    ]


def test_middleware_runs_for_every_request():
    ask = asking("{ttl: 60}")
    assert [ask().body for _ in range(2)] == [b'{"calls":1,"x":null,"stamps":%d}' % each for each in (1, 2)]


@pytest.mark.parametrize("cache", ["{ttl: 0}", "{}", "{ttl: -1}"])
def test_no_cache(cache):
    ask = asking(cache)
    assert [calls(ask()), calls(ask())] == [1, 2]


@pytest.mark.parametrize(
    ("named", "told_apart", "alike"),
    [
        ("", {"x": 2}, {"ip": "2.2.2.2", "headers": {"X-A": "2"}, "env": {"REGION": "us"}}),
        ("input: false", {}, {"x": 2}),
        ("ip: true", {"ip": "2.2.2.2"}, {"headers": {"X-A": "2"}}),
        ('headers: ["x-a"]', {"headers": {"X-A": "2"}}, {"headers": {"X-A": "1", "X-B": "2"}}),
        ('env: ["REGION"]', {"env": {"REGION": "us"}}, {"env": {"REGION": "eu", "OTHER": "1"}}),
    ],
)
def test_requests_are_told_apart_by_what_is_named_and_nothing_else(named, told_apart, alike):
    ask = asking(f"{{ttl: 60{', ' if named else ''}{named}}}")
    first = {"x": 1, "headers": {"X-A": "1"}}
    assert calls(ask(**first)) == 1
    assert calls(ask(**{**first, **alike})) == 1
    assert calls(ask(**{**first, **told_apart})) == (2 if told_apart else 1)


USERS = """query "login" verb=POST {
  api_group = "a"
  input {
    int id
  }
  stack {
    security.create_auth_token { table = "user" id = $input.id extras = {} expiration = 9999 } as $token
  }
  response = $token
}
---
query "me" verb=GET {
  api_group = "a"
  auth = "user"
  stack {
    redis.incr { key = "calls" by = 1 } as $calls
  }
  response = {id: $auth.id, calls: $calls}
  cache = {ttl: 60, auth: WHO}
}
---
table user {
  auth = true
  schema {
    int id
  }
}
"""


@pytest.mark.parametrize(("who", "second"), [("true", b'{"id":2,"calls":2}'), ("false", b'{"id":1,"calls":1}')])
def test_everybody_gets_what_is_theirs_unless_the_query_says_otherwise(who, second):
    loaded = Loaded(compile_folder(load_text(USERS.replace("WHO", who), "a.xs")))
    world, answers = memory_world(env={"XSRUN_AUTH_KEY": "k" * 32}, database=fresh(loaded.program.tables)), Answers()
    login, me = loaded.program.endpoints

    def ask(endpoint, given, token=""):
        asked = Asked(endpoint.verb, endpoint.path, {"Authorization": f"Bearer {token}"}, given)
        return answer(loaded, endpoint, asked, world, Limits(), Head(), lambda fault, query: None, answers)

    tokens = [ask(login, {"id": number}).body.decode().strip('"') for number in (1, 2)]
    first = b'{"id":1,"calls":1}'
    assert [ask(me, {}, token).body for token in (*tokens, tokens[0])] == [first, second, first]
    assert ask(me, {}).status == 401


def test_only_good_answers_are_kept():
    ask = asking("{ttl: 60}")
    assert [ask(fail="x").status, ask(fail="x").status] == [500, 500]
    assert calls(ask()) == 3
    for header in ("HTTP/1.1 404 Not Found", "Set-Cookie: a=b"):
        assert ask(header=header).body != ask(header=header).body
    for x in (of_bytes("a", b"1", "text/plain"), [{"in": of_bytes("a", b"1", "text/plain")}]):
        assert calls(ask(x=x)) < calls(ask(x=x))


def test_status_and_headers_belong_to_an_answer():
    ask = asking("{ttl: 60}")
    for header, status in (("HTTP/1.1 201 Created", 201), ("X-A: 1", 200)):
        first, again = ask(header=header), ask(header=header)
        assert (first.status, first.headers) == (again.status, again.headers)
        assert again.status == status
        assert first.body.partition(b"stamps")[0] == again.body.partition(b"stamps")[0]


def test_memory_is_bounded_and_what_is_asked_for_stays():
    answers = Answers(most=20 * (OWN_SIZE + 400))
    kept = Kept(10, "x" * 100, 0, ())
    for number in range(40):
        answers.put(b"%d" % number, kept)
        assert answers.get(b"0", 0) == kept
    held = [number for number in range(40) if answers.get(b"%d" % number, 0)]
    assert held == [0, *range(21, 40)]
    answers.put(b"large", kept._replace(text="x" * 100_000))
    assert answers.get(b"large", 0) is None
    answers.put(b"0", kept._replace(until=20))
    assert (answers.get(b"0", 15), answers.get(b"39", 15)) == (kept._replace(until=20), None)


FUNCTIONS = """query "q" verb=GET {
  api_group = "a"
  auth = AUTH
  input {
    json x?
    text header?
    bool fails?
  }
  stack {
    util.set_header { value = "HTTP/1.1 202 Accepted" }
    try_catch {
      try {
        CALL
        precondition (!$input.fails)
      }
      catch {
        var $said { value = null }
      }
    }
  }
  response = $said
}
---
function "counts" {
  input {
    json x?
    text header?
  }
  stack {
    redis.incr { key = "calls" by = 1 } as $calls
    conditional {
      if ($input.header != null) {
        util.set_header { value = $input.header }
      }
    }
  }
  response = {calls: $calls, x: $input.x, who: $auth.id}
  cache = {ttl: 60}
  middleware = {post: [{name: "stamp"}]}
}
---
middleware "stamp" {
  stack {
    redis.incr { key = "stamps" by = 1 } as $stamps
  }
  response = {stamps: $stamps}
}
---
table user {
  auth = true
  schema {
    int id
  }
}
"""
PLAIN = 'function.run "counts" { input = {x: $input.x, header: $input.header} } as $said'
BESIDE = 'function.run "counts" { input = {x: $input.x} async = true } as $job\n        await $job as $said'
WITHIN = f"db.transaction {{\n          stack {{\n            {PLAIN}\n          }}\n        }}"


def asking_function(call=PLAIN, auth="", kept=True):
    """What asks a query that calls a function with a cache, and how often the function was run; who it asks as."""
    program = compile_folder(load_text(FUNCTIONS.replace("CALL", call).replace("AUTH", f'"{auth}"'), "a.xs"))
    loaded, answers = Loaded(program), Answers() if kept else None
    world = memory_world(env={"XSRUN_AUTH_KEY": "k" * 32}, database=fresh(loaded.program.tables))
    (endpoint,) = loaded.program.endpoints

    def ask(user=0, at=0, **given):
        now = world._replace(clock=FixedClock(1_000_000 + at))
        token = create_auth_token(now, table="user", id=user, extras={}, expiration=9999) if user else ""
        asked = Asked("GET", "q", {"Authorization": f"Bearer {token}"}, given)
        return answer(loaded, endpoint, asked, now, Limits(), Head(), lambda fault: None, answers)

    return ask


def told(answered):
    return json.loads(answered.body)


def test_what_a_function_gives_counts_for_its_time_and_its_inputs():
    ask = asking_function()
    found = [told(ask(x=1)), told(ask(x=1)), told(ask(x=2)), told(ask(x=1, at=59_999)), told(ask(x=1, at=60_000))]
    assert [each["calls"] for each in found] == [1, 1, 2, 1, 3]
    assert [each["stamps"] for each in found] == [1, 2, 3, 4, 5]
    beside = asking_function(BESIDE)
    assert [told(beside(x=1))["calls"] for _ in range(2)] == [1, 1]
    forgets = asking_function(kept=False)
    assert [told(forgets(x=1))["calls"] for _ in range(2)] == [1, 2]


def test_nobody_gets_what_a_function_gave_somebody_else():
    ask = asking_function(auth="user")
    found = [told(ask(user)) for user in (1, 2, 1)]
    assert [(each["who"], each["calls"]) for each in found] == [(1, 1), (2, 2), (1, 1)]


def test_what_a_function_says_of_the_answer_belongs_to_what_it_gives():
    ask = asking_function()
    for header, status in (("X-A: 1", 202), ("HTTP/1.1 201 Created", 201)):
        first, again = ask(header=header), ask(header=header)
        assert (first.status, first.headers) == (again.status, again.headers)
        assert (again.status, told(first)["calls"]) == (status, told(again)["calls"])
    for header in ("Set-Cookie: a=b", "HTTP/1.1 404 Not Found"):
        first, again = ask(header=header), ask(header=header)
        assert (first.headers, told(first)["calls"] + 1) == (again.headers, told(again)["calls"])


def test_what_happens_in_a_transaction_is_not_kept():
    """It may come to nothing, and what it gave was never so."""
    ask = asking_function(WITHIN)
    assert [told(ask(fails=True)), told(ask())["calls"], told(ask())["calls"]] == [None, 2, 3]
