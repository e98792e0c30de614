"""What a case would have to expect for its run to be right, as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from xsrun import paths, values
from xsrun.effects.ports import Request
from xsrun.runtime.deadline import OutOfTime
from xsrun.runtime.job import Failure
from xsrun.testing.cases.case import Case
from xsrun.testing.cases.judging import error_part, error_problems, log_problems, request_problems, value_problems
from xsrun.testing.cases.matching import request_value
from xsrun.testing.cases.playing import UNEXPECTED, Played

GONE: Final = object()
"""Stands for a key that has to go."""
OF_A_RESULT: Final = ("value", "at", "matches")


def renewed(case: Case, played: Played) -> dict[str, Any]:
    """The keys of ``expect`` that have to change, with their new values or GONE; none where nobody could say.

    Patterns stay as they are: what they should be is not to be seen in a value.
    """
    failure = played.result.error
    if failure is not None and (failure.code in (UNEXPECTED, "missing-env") or isinstance(failure.fault, OutOfTime)):
        return {}
    sent = [each.request for each in played.result.requests]
    made = dict(_failed(case, failure) if failure else _done(case, played.result.value))
    if any(request_problems(case, sent)):
        made["requests"] = _requests(case.expect["requests"], sent)
    if any(log_problems(case, played.result.logs)):
        made["logs"] = [values.plain(each) for each in played.result.logs]
    if not case.expect and sent:
        made["requests"] = _requests([], sent)
    return made


def _failed(case: Case, failure: Failure) -> Iterator[tuple[str, Any]]:
    wanted = case.expect.get("error")
    if isinstance(wanted, Mapping):
        if any(error_problems(case, failure, None)):
            yield "error", {key: error_part(failure, key) for key in wanted}
    elif wanted is None or any(error_problems(case, failure, None)):
        yield "error", failure.message
        yield from ((key, GONE) for key in OF_A_RESULT if key in case.expect)


def _done(case: Case, value: Any) -> Iterator[tuple[str, Any]]:
    plain, expect = values.plain(value), case.expect
    if "error" in expect:
        yield "error", GONE
    elif "value" in expect and not any(value_problems(case._replace(expect={"value": expect["value"]}), value)):
        return
    if "value" in expect or "error" in expect or not expect:
        yield "value", plain
    parts = expect.get("at", {})
    now = {path: paths.get(plain, path) for path in parts if paths.has(plain, path)}
    if any(value_problems(case._replace(expect={"at": parts}), value)):
        yield "at", now or GONE


def _requests(wanted: Any, sent: list[Request]) -> Any:
    """The requests that were sent, each told in as many words as the wanted one in its place."""
    if isinstance(wanted, int):
        return len(sent)
    spread = [each for each in wanted for _ in range(each.get("count", 1))]
    return [_request(spread[at] if at < len(spread) else {}, each) for at, each in enumerate(sent)]


def _request(wanted: Mapping[str, Any], sent: Request) -> dict[str, Any]:
    made: dict[str, Any] = {"method": sent.method, "url": sent.url}
    if "body" in wanted:
        made["body"] = request_value(sent)
    if "at" in wanted:
        held = request_value(sent)
        made["at"] = {path: paths.get(held, path) for path in wanted["at"] if paths.has(held, path)}
    if "headers" in wanted:
        made["headers"] = {name: sent.header(name) for name in wanted["headers"]}
    return made
