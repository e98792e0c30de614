"""``api.call``: a query of the folder run in place, without HTTP in between."""

from __future__ import annotations

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.exchange import headers as written
from xsrun.hints import Any
from xsrun.runtime.frame import Run
from xsrun.runtime.support import caught


def call_query(run: Run, depth: int, number: int, given: Any, verb: str, headers: Any, raises: bool) -> Any:
    """The response of a query, or its error as ``code``, ``message`` and ``payload`` unless it ``raises``.

    ``headers`` is a list of ``Name: value``, or such a list as JSON text.
    """
    inputs = values.mapping(given)
    system = {"request_method": verb, "http_headers": _headers(run, headers)}
    try:
        return run.within(inputs, system).call(depth, number, inputs)
    except (Fault, TypeError) as fault:
        if raises:
            raise
        error = caught(fault)
        return {name: error[name] for name in ("code", "message", "payload")}


def _headers(run: Run, given: Any) -> dict[str, str]:
    try:
        listed = values.loads(given) if isinstance(given, str) and given.startswith("[") else given
    except ValueError as error:
        raise Fault("bad-argument", f"Invalid headers: {error}", help='headers = ["Name: value"]') from None
    return {name.title(): value for name, value in written.parse(written.lines(listed), run.world.log.write)}
