"""Statements that keep values in Redis, or in what stands in its place."""

from __future__ import annotations

from itertools import chain

from xsrun import values
from xsrun.builtins.registry import Bool, Group, Int, Number, Text, Value
from xsrun.diagnostics import ERROR_KINDS, Fault
from xsrun.effects.ports import Answer, Command, World
from xsrun.hints import Any, Final

redis = Group("redis")

SECONDS: Final = 1000
"""Milliseconds."""
_STORE: Final = {"value": "data", "expire": "ttl", "expires": "ttl", "name": "key"}
_KEY: Final = {"name": "key"}
_ELEMENT: Final = {"data": "value", "name": "key"}
_LIST: Final = 'redis.push {\n  key = "jobs"\n  value = 1\n}\nredis.push {\n  key = "jobs"\n  value = {a: 2}\n}\n'
_MISSING: Final = "live, a key that is not there was seen to give false; the pages say null"


@redis.statement(
    'redis.set {\n  key = "user:1"\n  data = {name: "Ada"}\n  ttl = 60\n}\nredis.get { key = "user:1" } as $user\n'
    'var $r { value = $user.name } -> "Ada"',
    'redis.set {\n  key = "once"\n  data = 1\n}\n'
    'redis.set {\n  key = "once"\n  data = 2\n  create_only = true\n} as $new\n'
    "var $r { value = $new } -> false",
    'redis.set {\n  key = "a"\n  data = 1\n  ttl = -1\n} -> !ttl must be 0 or more',
    instead=_STORE,
)
def set_(world: World, *, key: Text, data: Value, ttl: Number = 0, create_only: Bool = False) -> bool:
    """Keep a value under a key, for ``ttl`` seconds, 0 for ever; whatever the key held is gone.

    With ``create_only`` nothing happens where the key is taken. Gives back whether the value was stored. Values are
    kept as JSON.
    """
    if ttl < 0:
        raise Fault("bad-argument", "ttl must be 0 or more", help="write seconds, e.g. ttl = 60; 0 keeps it for ever")
    lives: tuple[str | int, ...] = ("PX", _at_least_one(ttl)) if ttl else ()
    return _one(world, "SET", key, _json(data), *lives, *(("NX",) if create_only else ())) is not None


@redis.statement(
    'redis.get { key = "nothing" } as $r -> null',
    'redis.set {\n  key = "a"\n  data = [1, "two"]\n}\nredis.get { key = "a" } as $r -> [1,"two"]',
    _LIST + 'redis.get { key = "jobs" } as $r -> !WRONGTYPE Operation against a key holding the wrong kind of value',
    instead=_KEY,
    parity=_MISSING,
)
def get(world: World, *, key: Text) -> Value:
    """The value that a key holds, null when there is none. What others stored and is no JSON comes as text."""
    return _value(_one(world, "GET", key))


@redis.statement('redis.has { key = "nothing" } as $r -> false', instead=_KEY)
def has(world: World, *, key: Text) -> bool:
    """Whether a key holds anything."""
    return bool(_one(world, "EXISTS", key))


@redis.statement(
    'redis.set {\n  key = "a"\n  data = 1\n}\nredis.del { key = "a" }\nredis.has { key = "a" } as $r -> false',
    instead=_KEY,
)
def del_(world: World, *, key: Text) -> None:
    """Forget what a key holds."""
    _one(world, "DEL", key)


@redis.statement(
    'redis.incr { key = "visits" } as $one\nredis.incr {\n  key = "visits"\n  by = 4\n} as $r -> 5',
    'redis.set {\n  key = "a"\n  data = "many"\n}\nredis.incr { key = "a" } as $r'
    " -> !value is not an integer or out of range",
    instead={**_KEY, "value": "by", "amount": "by"},
)
def incr(world: World, *, key: Text, by: Int = 1) -> int:
    """Add to the whole number that a key holds, from 0 where there is none, and give back the sum."""
    return _number(_one(world, "INCRBY", key, by))


@redis.statement(
    'redis.decr {\n  key = "left"\n  by = 2\n} as $r -> -2',
    instead={**_KEY, "value": "by", "amount": "by"},
)
def decr(world: World, *, key: Text, by: Int = 1) -> int:
    """Subtract from the whole number that a key holds, from 0 where there is none, and give back the difference."""
    return _number(_one(world, "INCRBY", key, -by))


@redis.statement(
    'redis.push {\n  key = "jobs"\n  value = {id: 7}\n} as $r -> 1',
    'redis.set {\n  key = "a"\n  data = 1\n}\nredis.push {\n  key = "a"\n  value = 2\n} as $r'
    " -> !WRONGTYPE Operation against a key holding the wrong kind of value",
    instead=_ELEMENT,
)
def push(world: World, *, key: Text, value: Value) -> int:
    """Add a value to the end of a list, which is made where there is none. Gives back its length."""
    return _number(_one(world, "RPUSH", key, _json(value)))


@redis.statement(
    _LIST + 'redis.unshift {\n  key = "jobs"\n  value = 0\n} as $length\nredis.range { key = "jobs" } as $r'
    ' -> [0,1,{"a":2}]',
    instead=_ELEMENT,
)
def unshift(world: World, *, key: Text, value: Value) -> int:
    """Add a value to the beginning of a list, which is made where there is none. Gives back its length."""
    return _number(_one(world, "LPUSH", key, _json(value)))


@redis.statement(
    _LIST + 'redis.pop { key = "jobs" } as $r -> {"a":2}',
    _LIST + 'redis.pop {\n  key = "jobs"\n  count = 5\n} as $r -> [{"a":2},1]',
    'redis.pop { key = "nothing" } as $r -> null',
    instead=_KEY,
)
def pop(world: World, *, key: Text, count: Value = None) -> Value:
    """Take the last value out of a list, null from an empty one; with ``count`` a list of so many, the last first."""
    return _taken(world, "RPOP", key, count)


@redis.statement(
    _LIST + 'redis.shift { key = "jobs" } as $r -> 1',
    'redis.shift {\n  key = "nothing"\n  count = 2\n} as $r -> null',
    instead=_KEY,
)
def shift(world: World, *, key: Text, count: Value = None) -> Value:
    """Take the first value out of a list, null from an empty one; with ``count`` a list of so many."""
    return _taken(world, "LPOP", key, count)


@redis.statement(
    _LIST + 'redis.range {\n  key = "jobs"\n  start = -1\n} as $r -> [{"a":2}]',
    'redis.range { key = "nothing" } as $r -> []',
    instead={**_KEY, "end": "stop", "from": "start", "to": "stop"},
)
def range_(world: World, *, key: Text, start: Int = 0, stop: Int = -1) -> list[Any]:
    """The values of a list from a position to another, both included; negative ones count from the end."""
    return [_value(each) for each in _texts(_one(world, "LRANGE", key, start, stop))]


@redis.statement(_LIST + 'redis.count { key = "jobs" } as $r -> 2', instead=_KEY)
def count(world: World, *, key: Text) -> int:
    """The length of a list, 0 where there is none."""
    return _number(_one(world, "LLEN", key))


@redis.statement(
    _LIST + 'redis.remove {\n  key = "jobs"\n  value = 1\n}\nredis.range { key = "jobs" } as $r -> [{"a":2}]',
    instead=_ELEMENT,
    parity="values are equal when their JSON is: objects with the same keys in another order are not",
)
def remove(world: World, *, key: Text, value: Value, count: Int = 0) -> None:
    """Take equal values out of a list: all for 0, the first so many, or with a negative number the last so many."""
    _one(world, "LREM", key, count, _json(value))


@redis.statement(
    'redis.set {\n  key = "user:1"\n  data = 1\n}\nredis.keys { search = "user:*" } as $r -> ["user:1"]',
    instead={"pattern": "search", "key": "search"},
    parity="where no real Redis is named `?` is one letter, there one byte",
)
def keys(world: World, *, search: Text) -> list[Any]:
    """The keys that a pattern fits, in order: ``*`` any text, ``?`` one letter, ``[ab]`` one of these."""
    return _texts(_one(world, "KEYS", search))


@redis.statement(
    'redis.ratelimit {\n  key = "login:7"\n  max = 1\n  ttl = 60\n} as $first\n'
    'redis.ratelimit {\n  key = "login:7"\n  max = 1\n  ttl = 60\n} as $second\n'
    "var $r { value = [$first, $second] } -> [true,false]",
    'redis.ratelimit {\n  key = "login:7"\n  max = 0\n  error = "Not so fast"\n} -> !Not so fast',
    instead={**_KEY, "limit": "max", "message": "error"},
)
def ratelimit(world: World, *, key: Text, max: Int = 5, ttl: Number = 60, error: Text = "") -> bool:
    """Count a hit, and tell whether there were at most ``max`` in the ``ttl`` seconds since the first of them.

    One too many gives false, or where ``error`` says something ends with it and the status 429.
    """
    if ttl <= 0:
        raise Fault("bad-argument", "ttl must be more than 0", help="write seconds, e.g. ttl = 60")
    begin = ("SET", key, 0, "PX", _at_least_one(ttl), "NX")
    _, hits = _all(world, begin, ("INCRBY", key, 1))
    if _number(hits) <= max:
        return True
    if error:
        raise Fault("toomanyrequests", error, kind=ERROR_KINDS["toomanyrequests"])
    return False


def _at_least_one(seconds: float) -> int:
    return round(seconds * SECONDS) or 1


def _one(world: World, *command: str | int) -> Answer:
    return _all(world, command)[0]


def _all(world: World, *commands: Command) -> list[Answer]:
    """The answers to commands. Raises Fault for keys that have no bytes."""
    for part in chain.from_iterable(commands):
        if isinstance(part, str) and values.storable(part) != part:
            raise Fault("bad-argument", "A key holds half a character.", help="encode it: |url_encode")
    return world.cache.execute(commands)


def _json(value: Any) -> str:
    return values.storable(values.dumps(value))


def _taken(world: World, command: str, key: str, count: Any) -> Any:
    """Values taken from a list; without a count just one."""
    alone = count is None or count == ""
    taken = _one(world, command, key, 1 if alone else values.integer(count))
    if not isinstance(taken, list) or not taken:
        return None
    found = [_value(each) for each in taken]
    return found[0] if alone else found


def _value(stored: Answer) -> Any:
    if not isinstance(stored, str):
        return stored
    try:
        return values.loads(stored)
    except ValueError:
        return stored


def _number(answer: Answer) -> int:
    assert isinstance(answer, int)
    return answer


def _texts(answer: Answer) -> list[Any]:
    assert isinstance(answer, list)
    return answer
