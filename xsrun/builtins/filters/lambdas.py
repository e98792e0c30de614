"""Filters that run JavaScript on a value, or on every element of a list."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from xsrun.builtins.registry import Bindings, Group, List, Number, Text, Value
from xsrun.diagnostics import Fault
from xsrun.effects.ports import World
from xsrun.hints import Any, Final
from xsrun.late import Late

lambdas = Group("lambda", extra="lambda")

TYPESCRIPT: Final = "type annotations of TypeScript are not understood"

_run: Callable[..., Any] = Late("xsrun.lambdas", "run")


def _thrown_is_value(function: Callable[..., Any]) -> Callable[..., Any]:
    """What the code throws is the result, as text; limits and a missing engine stay faults."""

    @wraps(function)
    def filtered(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Fault as fault:
            if fault.code != "lambda-error":
                raise
            return fault.message

    return filtered


def _each(
    name: str, world: World, bindings: Bindings, items: list[Any], code: str, timeout: float, **more: Any
) -> list[Any]:
    """The results for the elements of a list; see ``xsrun.lambdas.run`` for what more there is to ask."""
    names = {**bindings.dollared(), "$parent": items}
    found: list[Any] = _run(world, code, items, names, timeout=timeout, needed_by=name, **more)
    return found


@lambdas.filter(
    '"a"|lambda:"return $this.toUpperCase()" -> "A"',
    '{a: 1}|lambda:"$this.b = 2; return $this" -> {"a":1,"b":2}',
    'null|lambda:"return typeof $this + typeof $index" -> "objectundefined"',
    '1|lambda:"throw new Error(\'no\')" -> "no"',
    name="lambda",
    parity=TYPESCRIPT,
)
@_thrown_is_value
def lambda_(world: World, bindings: Bindings, subject: Value, code: Text, timeout: Number = 10) -> Value:
    """Run JavaScript on a value and give back what it returns.

    The code sees `$this`, `$input`, `$var`, `$env` and `$auth`, may `await`, and must `return`. What it throws
    becomes the result, as text. ``timeout`` counts seconds.
    """
    return _run(world, code, [subject], bindings.dollared(), timeout=timeout, needed_by="lambda", alone=True)[0]


@lambdas.filter(
    '[1,2,3]|lambda_map:"return $this * 2" -> [2,4,6]',
    '["a","b"]|lambda_map:"return $index + $this + $parent.length" -> ["0a2","1b2"]',
    'null|lambda_map:"return $this" -> []',
    '[1]|lambda_map:"return x" -> "x is not defined"',
    parity=TYPESCRIPT,
)
@_thrown_is_value
def lambda_map(world: World, bindings: Bindings, items: List, code: Text, timeout: Number = 10) -> Value:
    """Run JavaScript on every element of a list and collect what it returns.

    The code sees `$this`, `$index`, `$parent`, `$input`, `$var`, `$env` and `$auth`, may `await`, and must
    `return`. What it throws for any element becomes the whole result, as text. ``timeout`` counts seconds for
    all elements together.
    """
    return _each("lambda_map", world, bindings, items, code, timeout)


@lambdas.filter(
    '[1,2,3,4]|lambda_filter:"return $this % 2" -> [1,3]',
    '[]|lambda_filter:"return true" -> []',
    parity=TYPESCRIPT,
)
@_thrown_is_value
def lambda_filter(world: World, bindings: Bindings, items: List, code: Text, timeout: Number = 10) -> Value:
    """Keep the elements of a list for which JavaScript returns something true."""
    kept = _each("lambda_filter", world, bindings, items, code, timeout, asks=True)
    return [item for item, keep in zip(items, kept, strict=True) if keep]


@lambdas.filter(
    '[1,2,3,8,9]|lambda_find:"return $this === 8" -> 8',
    '[1,2]|lambda_find:"return $this > 2" -> null',
    parity=TYPESCRIPT,
)
@_thrown_is_value
def lambda_find(world: World, bindings: Bindings, items: List, code: Text, timeout: Number = 10) -> Value:
    """The first element for which JavaScript returns something true, else null."""
    asked = _each("lambda_find", world, bindings, items, code, timeout, asks=True, until=True)
    return items[len(asked) - 1] if any(asked) else None


@lambdas.filter(
    '[1,2,3,8,9]|lambda_findIndex:"return $this === 8" -> 3',
    '[1,2]|lambda_findIndex:"return $this > 2" -> -1',
    name="lambda_findIndex",
    parity=TYPESCRIPT,
)
@_thrown_is_value
def lambda_find_index(world: World, bindings: Bindings, items: List, code: Text, timeout: Number = 10) -> Value:
    """The position of the first element for which JavaScript returns something true, else -1."""
    asked = _each("lambda_findIndex", world, bindings, items, code, timeout, asks=True, until=True)
    return len(asked) - 1 if any(asked) else -1


@lambdas.filter(
    '[1,2,3]|lambda_some:"return $this > 2" -> true',
    '[]|lambda_some:"return true" -> false',
    parity=TYPESCRIPT,
)
@_thrown_is_value
def lambda_some(world: World, bindings: Bindings, items: List, code: Text, timeout: Number = 10) -> Value:
    """Whether JavaScript returns something true for any element."""
    return any(_each("lambda_some", world, bindings, items, code, timeout, asks=True, until=True))


@lambdas.filter(
    '[2,4,6]|lambda_every:"return $this % 2 === 0" -> true',
    '[]|lambda_every:"return false" -> true',
    parity=TYPESCRIPT,
)
@_thrown_is_value
def lambda_every(world: World, bindings: Bindings, items: List, code: Text, timeout: Number = 10) -> Value:
    """Whether JavaScript returns something true for every element."""
    return all(_each("lambda_every", world, bindings, items, code, timeout, asks=True, until=False))


@lambdas.filter(
    '[1,2,3]|lambda_reduce:0:"return $result + $this" -> 6',
    '[]|lambda_reduce:{a: 1}:"return 2" -> {"a":1}',
    parity=TYPESCRIPT,
)
@_thrown_is_value
def lambda_reduce(
    world: World, bindings: Bindings, items: List, initial: Value, code: Text, timeout: Number = 10
) -> Value:
    """Fold a list: JavaScript gets `$result` and `$this`, and returns the next `$result`."""
    return _each("lambda_reduce", world, bindings, items, code, timeout, initial=initial, folds=True)
