"""``xsrun test``: find the tests, run them, report."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from xsrun.cli import coverage, mutate
from xsrun.cli.memory import bounded_memory
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, coloured, show
from xsrun.cli.preparing import LONGEST_RUN, MEMORY
from xsrun.cli.reach import Reached, from_here
from xsrun.cli.selecting import chosen, hint, reached_tests, where
from xsrun.cli.signals import heeding_signals
from xsrun.cli.updating import update
from xsrun.diagnostics import Diagnostic, Exit
from xsrun.reports import report
from xsrun.testing import machine, mutation, text
from xsrun.testing.cases.shape import schema
from xsrun.testing.coverage import Covered, document, table
from xsrun.testing.failed import keep_failed
from xsrun.testing.item import TIMEOUT, Item
from xsrun.testing.mutation import Verdict
from xsrun.testing.outcome import Outcome
from xsrun.testing.running import outcomes
from xsrun.testing.suite import Suite, seen
from xsrun.watching import changes

Options = Mapping[str, Any]

BETWEEN: Final = 0.3
"""Seconds between two looks at the files."""
MOST_PROCESSES: Final = 256


class Settings(NamedTuple):
    """How tests are run, of options that were looked at."""

    seconds: float
    """The time of a test; 0 for no bound."""
    processes: int
    coverage: bool
    mutants: bool


def test(options: Options) -> int:
    """Run tests and report them. Gives back the exit code."""
    output = Output(options["json"], False, options["color"])
    if options["schema"]:
        show(json.dumps(schema(), indent=2, ensure_ascii=False))
        return int(Exit.DONE)
    try:
        settings = _settings(options)
        meant = reached_tests(options["path"] or os.curdir)
        if options["update"]:
            suites = [Suite(path, files) for path, files, _ in meant]
            update(suites, [*chosen(suites, meant, options)], settings.seconds, output)
        before = {each.path: seen(each.path) for each in meant} if options["watch"] else {}
        code = _round(meant, options, settings, output)
        if options["watch"]:
            with heeding_signals():
                for changed in changes(before, seen, _wait):
                    code = _round([each for each in meant if each.path in changed], options, settings, output)
    except BadOption as fault:
        return output.reject(fault)
    return code


def _wait() -> None:
    sys.stdout.flush()
    time.sleep(BETWEEN)


def _round(meant: Sequence[Reached], options: Options, settings: Settings, output: Output) -> int:
    """Load some projects, run what is meant of their tests, report. Raises BadOption."""
    suites = [Suite(path, files) for path, files, _ in meant]
    for suite in suites:
        output.diagnostics(from_here(suite.path, suite.diagnostics))
    items = [*chosen(suites, meant, options)]
    unsound = any(suite.errors for suite in suites)
    running = _outcomes(items, settings.seconds, settings.processes, options["fail_fast"])
    passed = [*running] if settings.mutants and not unsound else []
    mutating = bool(passed) and not _failed(passed)
    ran = passed if mutating else _run(items, iter(passed) if passed else running, options)
    _keep(suites, ran, output)
    covered = coverage.measured(suites, meant, ran) if settings.coverage else []
    judged = mutate.judged(suites, meant, ran, options) if mutating else []
    _report(ran, covered, judged, options)
    if unsound:
        return int(Exit.SOURCE)
    if not ran:
        return output.complain("no-test", where(options), hint(suites, options))
    if _failed(ran):
        return int(Exit.TEST)
    least = options["mutate_min"]
    return max(coverage.too_low(covered, options["coverage_min"], output), mutate.too_low(judged, least, output))


def _failed(ran: text.Ran) -> bool:
    return any(outcome.problems for _, outcome in ran)


def _keep(suites: Sequence[Suite], ran: text.Ran, output: Output) -> None:
    """Keep what failed, for ``--failed``."""
    for suite in suites:
        try:
            keep_failed(suite.path, [each for each in ran if each[0].folder == suite.path])
        except OSError as error:
            message = f"--failed will not know what failed in {suite.path}: {error.strerror}"
            output.diagnostics([Diagnostic("unwritable", message, severity="warning")])


def _settings(options: Options) -> Settings:
    """How tests are run. Raises BadOption."""
    seconds = TIMEOUT if options["timeout"] is None else options["timeout"]
    if not 0 <= seconds <= LONGEST_RUN:
        raise BadOption(f"--timeout {seconds:g} is no time span", "write seconds, e.g. --timeout 30")
    processes = 1 if options["jobs"] is None else options["jobs"]
    if not 1 <= processes <= MOST_PROCESSES:
        raise BadOption(f"--jobs {processes} is no number of processes", f"write a number from 1 to {MOST_PROCESSES}")
    return Settings(seconds, processes, coverage.is_wanted(options), mutate.is_wanted(options))


def _run(items: Sequence[Item], running: Iterator[tuple[Item, Outcome]], options: Options) -> text.Ran:
    """The tests with their outcomes, each shown as soon as it is there."""
    if options["json"] or not items:
        return [*running]
    in_colour = coloured(sys.stdout, options["color"])
    several = len({item.folder for item in items}) > 1
    show(f"{text.opening(items)}\n")
    ran: list[tuple[Item, Outcome]] = []
    for item, outcome in running:
        if several and not (ran and ran[-1][0].folder == item.folder):
            show(item.folder)
        show(text.outcome_text(item, outcome, in_colour))
        ran.append((item, outcome))
    if options["durations"]:
        show(f"\n{text.slowest(ran, options['durations'])}")
    show(f"\n{text.summary(ran, len(items) - len(ran))}")
    return ran


def _outcomes(items: Sequence[Item], seconds: float, processes: int, fail_fast: bool) -> Iterator[tuple[Item, Outcome]]:
    """The tests with their outcomes in order, up to the first failure where that ends it."""
    with bounded_memory(MEMORY):
        for item, outcome in outcomes(items, seconds, processes):
            yield item, outcome
            if outcome.problems and fail_fast:
                return


def _report(ran: text.Ran, covered: Sequence[Covered], judged: Sequence[Verdict], options: Options) -> None:
    """What machines read, and coverage. Raises BadOption when a file cannot be written."""
    if options["json"]:
        reached = {"coverage": document(covered)} if covered else {}
        noticed = {"mutation": mutation.document(judged)} if judged else {}
        show(json.dumps({**machine.roll_up(ran), **reached, **noticed}, ensure_ascii=False))
    elif covered and ran:
        show(f"\n{table(covered)}")
    coverage.write(covered, options)
    if options["github"]:
        found = [
            each
            for folder, members in groupby(ran, key=lambda each: each[0].folder)
            for each in from_here(folder, machine.findings([*members]))
        ]
        (sys.stderr if options["json"] else sys.stdout).write(report("github", found))
    if options["junit"]:
        try:
            with open(options["junit"], "w", encoding="utf-8", errors="replace") as file:
                file.write(machine.junit(ran))
        except OSError as error:
            raise BadOption(f"cannot write `{options['junit']}`: {error.strerror}") from None
