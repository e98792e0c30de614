"""``xsrun test``: find the tests, run them, report."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from itertools import chain, groupby
from typing import Any, Final

from xsrun.cli.execute import LONGEST_RUN, MEMORY
from xsrun.cli.find import NotFound
from xsrun.cli.memory import bounded_memory
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, coloured, show
from xsrun.cli.reach import from_here, reached
from xsrun.compile.tests import UnitTest
from xsrun.diagnostics import Exit, nearest
from xsrun.reports import report
from xsrun.runtime.deadline import Deadline
from xsrun.testing import machine, text
from xsrun.testing.suite import Suite
from xsrun.testing.trial import Limit, Outcome, run_tests

TIMEOUT: Final = 10.0
"""Seconds that a test may take unless ``--timeout`` says otherwise."""

Options = Mapping[str, Any]
Chosen = Sequence[tuple[Suite, list[UnitTest]]]


def test(options: Options) -> int:
    """Run tests and report them. Gives back the exit code."""
    output = Output(options["json"], False, options["color"])
    try:
        limit = _limit(options["timeout"])
        meant = reached([options["path"] or os.curdir])
        suites = [Suite(path, files) for path, files, _ in meant]
        for suite in suites:
            output.diagnostics(from_here(suite.path, suite.diagnostics))
        if any(suite.errors for suite in suites):
            return int(Exit.SOURCE)
        chosen = [
            (suite, [test for test in suite.tests if _is_meant(suite, test, file, options["name"] or "")])
            for suite, (_, _, file) in zip(suites, meant, strict=True)
        ]
        outcomes = _run(chosen, options, limit)
        _report(outcomes, options)
    except NotFound as fault:
        return output.complain(fault.code, fault.message, fault.help)
    except BadOption as fault:
        return output.complain("usage", fault.message, fault.help)
    if not outcomes:
        return output.complain("no-test", f"no tests found{_where(options)}", _hint(suites, options["name"]))
    return int(Exit.TEST if any(each.failures for each in outcomes) else Exit.DONE)


def _limit(given: float | None) -> Limit:
    """What ends a test that takes longer; nothing for 0. Raises BadOption."""
    seconds = TIMEOUT if given is None else given
    if not 0 <= seconds <= LONGEST_RUN:
        raise BadOption(f"--timeout {seconds:g} is no time span", "write seconds, e.g. --timeout 30")
    return (lambda: Deadline(seconds, "test").running()) if seconds else nullcontext


def _is_meant(suite: Suite, test: UnitTest, file: str, name: str) -> bool:
    return file in ("", test.span.source.path) and name.casefold() in suite.label(test).casefold()


def _run(chosen: Chosen, options: Options, limit: Limit) -> list[Outcome]:
    """The outcomes, each shown as soon as it is there; up to the first failure with ``--fail-fast``."""
    total = sum(len(tests) for _, tests in chosen)
    if options["json"] or not total:
        return [*_outcomes(chosen, options, limit)]
    in_colour = coloured(sys.stdout, options["color"])
    show(f"Running {total} test{'s' if total > 1 else ''}...\n")
    outcomes: list[Outcome] = []
    for outcome in _outcomes(chosen, options, limit):
        if len(chosen) > 1 and not (outcomes and outcomes[-1].suite is outcome.suite):
            show(outcome.suite.path)
        show(text.outcome_text(outcome, in_colour))
        outcomes.append(outcome)
    if options["durations"]:
        show(f"\n{text.slowest(outcomes, options['durations'])}")
    show(f"\n{text.summary(outcomes, total - len(outcomes))}")
    return outcomes


def _outcomes(chosen: Chosen, options: Options, limit: Limit) -> Iterator[Outcome]:
    with bounded_memory(MEMORY):
        for outcome in chain.from_iterable(run_tests(suite, tests, limit) for suite, tests in chosen):
            yield outcome
            if outcome.failures and options["fail_fast"]:
                return


def _report(outcomes: Sequence[Outcome], options: Options) -> None:
    """What machines read. Raises BadOption when a file cannot be written."""
    if options["json"]:
        show(json.dumps(machine.roll_up(outcomes), ensure_ascii=False))
    if options["github"]:
        found = [
            each
            for suite, members in groupby(outcomes, key=lambda outcome: outcome.suite)
            for each in from_here(suite.path, machine.findings(members))
        ]
        (sys.stderr if options["json"] else sys.stdout).write(report("github", found))
    if options["junit"]:
        try:
            with open(options["junit"], "w", encoding="utf-8", errors="replace") as file:
                file.write(machine.junit(outcomes))
        except OSError as error:
            raise BadOption(f"cannot write `{options['junit']}`: {error.strerror}") from None


def _where(options: Options) -> str:
    named = f" called `{options['name']}`" if options["name"] else ""
    return named + (f" in {options['path']}" if options["path"] else "")


def _hint(suites: Sequence[Suite], name: str | None) -> str:
    if not name:
        return 'write test "what it shows" { … } behind the response of a function'
    near = nearest(name, (test.name for suite in suites for test in suite.tests))
    return f'did you mean "{near}"?' if near else "-k takes a part of the name of a test or of what it tests"
