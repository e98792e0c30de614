"""The statement that runs JavaScript."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.builtins.filters.lambdas import TYPESCRIPT
from xsrun.builtins.registry import Bindings, Group, Number, Text, Value
from xsrun.effects.ports import World
from xsrun.hints import Any
from xsrun.late import Late

api = Group("api", extra="lambda")

_run: Callable[..., Any] = Late("xsrun.lambdas", "run")


@api.statement(
    'api.lambda { code = "return 1;" timeout = 10 } as $r -> 1',
    'var $n { value = [3, 1, 2] }\napi.lambda {\n  code = "return $var.n.sort().map((n) => n * 2)"\n} as $r -> [2,4,6]',
    "api.lambda { code = \"throw new Error('no')\" } as $r -> !no",
    instead={"script": "code", "source": "code", "javascript": "code", "value": "code"},
    parity=TYPESCRIPT,
)
def lambda_(world: World, bindings: Bindings, *, code: Text, timeout: Number = 10) -> Value:
    """Run JavaScript and give back what it returns.

    The code sees `$input`, `$var`, `$env` and `$auth`, may `await`, and must `return`. What it throws is an
    error of the statement. ``timeout`` counts seconds.
    """
    return _run(world, code, [None], bindings.dollared(), timeout=timeout, needed_by="api.lambda", alone=True)[0]
