"""What came of a case against what its file expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xsrun import paths, values
from xsrun.builtins.statements.expect import mentions, same
from xsrun.diagnostics import Fault
from xsrun.effects.ports import Request
from xsrun.patterns import occurs
from xsrun.render import last_exchange, note, particulars, request_line, shorten
from xsrun.runtime.deadline import Deadline, OutOfTime
from xsrun.runtime.egress import SecretToHost
from xsrun.runtime.job import Failure, Result
from xsrun.runtime.run import Loaded
from xsrun.testing.cases.case import Case
from xsrun.testing.cases.matching import difference_lines, differences, wanted_line
from xsrun.testing.cases.playing import UNEXPECTED, Played, Unexpected, play
from xsrun.testing.comparing import comparison
from xsrun.testing.outcome import Mismatch, headline
from xsrun.testing.world import Surroundings


def case_problems(loaded: Loaded, case: Case, around: Surroundings, deadline: Deadline) -> Iterator[Fault]:
    """Everything that is wrong with a case. Raises OutOfTime when it takes too long."""
    yield from judge(case, play(loaded, case, around, deadline))


def judge(case: Case, played: Played) -> Iterator[Fault]:
    """Everything in which a run differs from what its case expects."""
    result = played.result
    failure = result.error
    if failure is not None and isinstance(failure.fault, OutOfTime):
        raise failure.fault
    if failure is not None and (failure.code == UNEXPECTED or "error" not in case.expect):
        yield _as_mismatch(case, failure, result)
        return
    yield from error_problems(case, failure, result.value)
    if failure is None and "error" not in case.expect:
        yield from value_problems(case, result.value)
    yield from request_problems(case, [each.request for each in result.requests])
    yield from log_problems(case, result.logs)
    for exchange, times in played.unused:
        asked = exchange.times - times
        often = f"asked for {asked} of {exchange.times} times" if asked else "never asked for"
        help = "take it out, or look why it is not sent"
        yield Mismatch(f"{wanted_line(exchange.request)} was {often}", span=exchange.span, help=help)


def _as_mismatch(case: Case, failure: Failure, result: Result) -> Mismatch:
    """Why the run failed, with the last request that it sent."""
    fault = failure.fault
    if fault is None:
        return Mismatch(failure.message, code=failure.code, span=case.span, help=failure.help)
    span = fault.span or case.span
    told = fault.told if isinstance(fault, Unexpected) else last_exchange(result.requests)
    compared = fault.compared if isinstance(fault, Mismatch) else ()
    notes = [*particulars(fault), *(note(span, word, text) for word, text in told)]
    help = "name it in the allow_hosts of the case" if isinstance(fault, SecretToHost) else failure.help
    return Mismatch(headline(fault), compared, code=failure.code, span=span, notes=notes, help=help)


# ------------------------------------------------------------------ results and errors


def value_problems(case: Case, value: Any) -> Iterator[Mismatch]:
    """What is wrong with the result."""
    expect = case.expect
    if "value" in expect and not same(expect["value"], value):
        span = case.place("expect", "value")
        yield Mismatch("the result is not the expected one", comparison(expect["value"], value), span=span)
    for path, wanted in expect.get("at", {}).items():
        span = case.place("expect", "at", path)
        if not paths.has(value, path):
            yield Mismatch(f"the result has nothing at `{path}`", (f"- {shorten(wanted)}",), span=span)
        elif not same(wanted, got := paths.get(value, path)):
            yield Mismatch(f"the result is another one at `{path}`", comparison(wanted, got), span=span)
    for path, pattern in expect.get("matches", {}).items():
        got = paths.get(value, path)
        if not isinstance(got, str | int | float) or not occurs(pattern, values.to_text(got)):
            message = f"`{pattern}` does not occur at `{path}`: there is {values.describe(got)}"
            yield Mismatch(message, span=case.place("expect", "matches", path))


def error_problems(case: Case, failure: Failure | None, value: Any) -> Iterator[Mismatch]:
    """What is wrong with the error; the value came where there is none."""
    wanted = case.expect.get("error")
    if wanted is None:
        return
    span = case.place("expect", "error")
    if failure is None:
        yield Mismatch(f"no error came, but {values.describe(value)}", span=span)
    elif isinstance(wanted, str):
        if not _mentions(failure, wanted):
            yield Mismatch(f"the error does not mention `{wanted}`", (f"- {wanted}", f"+ {failure.message}"), span=span)
    else:
        for key, each in wanted.items():
            got = error_part(failure, key)
            fits = each in got if key == "message" else each == got
            if not fits and not (key == "code" and each == error_part(failure, "error_code")):
                message = f"the {key} of the error is another one"
                yield Mismatch(message, (f"- {each}", f"+ {got}"), span=case.place("expect", "error", key))


def _mentions(failure: Failure, text: str) -> bool:
    """Whether an error has the text in it, or in the message as it is shown, where `***` stands for what is secret."""
    shown = text.casefold() in failure.message.casefold()
    return shown or (failure.fault is not None and mentions(failure.fault, text))


def error_part(failure: Failure, key: str) -> Any:
    """The name, message, code or exit code of a failure, or its `error_code`."""
    fault = failure.fault
    parts = {
        "name": failure.name,
        "message": failure.message,
        "code": failure.code,
        "exit": failure.exit,
        "error_code": fault.kind.error_code if fault else "",
    }
    return parts[key]


# ------------------------------------------------------------------ requests and logs


def request_problems(case: Case, sent: list[Request]) -> Iterator[Mismatch]:
    """What is wrong with the requests."""
    wanted = case.expect.get("requests")
    if wanted is None:
        return
    if isinstance(wanted, int):
        if wanted != len(sent):
            message = f"{len(sent)} request{'s' * (len(sent) != 1)} sent, not {wanted}"
            yield Mismatch(message, tuple(f"+ {request_line(each)}" for each in sent), span=_of(case))
        return
    all_wanted = [(at, each) for at, each in enumerate(wanted) for _ in range(each.get("count", 1))]
    pair = _in_order if case.expect.get("ordered", True) else _in_any_order
    yield from pair(case, all_wanted, sent)


def _of(case: Case, *key: str | int) -> Any:
    return case.place("expect", "requests", *key)


def _in_order(case: Case, wanted: list[tuple[int, Mapping[str, Any]]], sent: list[Request]) -> Iterator[Mismatch]:
    for number, ((at, each), request) in enumerate(zip(wanted, sent, strict=False), 1):
        found = [*differences(each, request)]
        if found:
            message = f"request {number} is another one: {request_line(request)}"
            yield Mismatch(message, difference_lines(iter(found)), span=_of(case, at))
            return  # those behind it may have moved
    for at, each in wanted[len(sent) :]:
        yield Mismatch(f"{wanted_line(each)} was not sent", span=_of(case, at))
    for request in sent[len(wanted) :]:
        yield Mismatch(f"a further request was sent: {request_line(request)}", span=_of(case))


def _in_any_order(case: Case, wanted: list[tuple[int, Mapping[str, Any]]], sent: list[Request]) -> Iterator[Mismatch]:
    left = [*sent]
    missed = []
    for at, each in wanted:
        fitting = next((request for request in left if not any(differences(each, request))), None)
        if fitting is None:
            missed.append((at, each))
        else:
            left.remove(fitting)
    for at, each in missed:
        near = min(left, key=lambda request: len([*differences(each, request)]), default=None)
        compared = difference_lines(differences(each, near)) if near else ()
        yield Mismatch(f"{wanted_line(each)} was not sent", compared, span=_of(case, at))
    for request in left[len(missed) :]:
        yield Mismatch(f"a further request was sent: {request_line(request)}", span=_of(case))


def log_problems(case: Case, logs: tuple[Any, ...]) -> Iterator[Mismatch]:
    """The first entry that the log lacks."""
    left = iter([values.plain(each) for each in logs])
    for at, wanted in enumerate(case.expect.get("logs", ())):
        if not any(_logged(wanted, each) for each in left):
            written = tuple(f"+ {each if isinstance(each, str) else shorten(each)}" for each in logs)
            shown = wanted if isinstance(wanted, str) else shorten(wanted)
            yield Mismatch(f"the log does not say `{shown}`", written, span=case.place("expect", "logs", at))
            return


def _logged(wanted: Any, entry: Any) -> bool:
    if isinstance(wanted, str) and isinstance(entry, str):
        return wanted in entry
    return same(wanted, entry)
