"""``api.call``: a query of the folder run in place, without HTTP in between."""

from __future__ import annotations

from collections.abc import Callable

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.exchange import headers as written
from xsrun.hints import Any
from xsrun.late import Late
from xsrun.runtime.frame import Run
from xsrun.runtime.support import caught

_logged_in: Callable[..., dict[str, Any]] = Late("xsrun.builtins.statements.security", "logged_in")


def call_query(
    run: Run, depth: int, number: int, given: Any, verb: str, headers: Any, auth: Any, users: str, held: bool
) -> Any:
    """The response of a query; where errors are ``held``, one as ``code``, ``message`` and ``payload``.

    ``headers`` is a list of ``Name: value``, or such a list as JSON text. ``auth`` may hold the ``token`` of who is
    logged in; it has to be one of the table ``users`` where that is named.
    """
    inputs = values.mapping(given)
    system = {"request_method": verb, "http_headers": _headers(run, headers)}
    try:
        inner = run.within(inputs, system)
        inner.auth = _caller(run, auth, users)
        return inner.call(depth, number, inputs)
    except (Fault, TypeError) as fault:
        if not held:
            raise
        error = caught(fault)
        return {name: error[name] for name in ("code", "message", "payload")}


def _caller(run: Run, auth: Any, users: str) -> dict[str, Any]:
    """Who is logged in: whom the token names, nobody without one."""
    given = values.mapping(auth or {})
    if given.get("token") is None:
        return {}
    return _logged_in(run.world, values.text(given["token"]), values.truth(given.get("ignore_expiration")), users)


def _headers(run: Run, given: Any) -> dict[str, str]:
    try:
        listed = values.loads(given) if isinstance(given, str) and given.startswith("[") else given
    except ValueError as error:
        raise Fault("bad-argument", f"Invalid headers: {error}", help='headers = ["Name: value"]') from None
    return {name.title(): value for name, value in written.parse(written.lines(listed), run.world.log.write)}
