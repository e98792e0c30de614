"""``xsrun test``: find the tests, run them, report."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from xsrun.cli import coverage, mutate
from xsrun.cli.execute import LONGEST_RUN, MEMORY
from xsrun.cli.find import NotFound
from xsrun.cli.memory import bounded_memory
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, coloured, show
from xsrun.cli.reach import Reached, from_here, reached
from xsrun.diagnostics import Exit, nearest
from xsrun.reports import report
from xsrun.testing import machine, text
from xsrun.testing.cases.reading import FOLDER, SUFFIXES
from xsrun.testing.cases.shape import schema
from xsrun.testing.coverage import Covered, document, table
from xsrun.testing.item import TIMEOUT, Item
from xsrun.testing.outcome import Outcome
from xsrun.testing.suite import Suite

Options = Mapping[str, Any]

KINDS: Final = {"unit": "unit", "workflow": "workflow", "cases": "case"}
"""Options that choose a kind of tests, and the kind."""


def test(options: Options) -> int:
    """Run tests and report them. Gives back the exit code."""
    output = Output(options["json"], False, options["color"])
    if options["schema"]:
        show(json.dumps(schema(), indent=2, ensure_ascii=False))
        return int(Exit.DONE)
    try:
        seconds, with_coverage = _seconds(options["timeout"]), coverage.is_wanted(options)
        with_mutants = mutate.is_wanted(options)
        meant = reached_tests(options["path"] or os.curdir)
        suites = [Suite(path, files) for path, files, _ in meant]
        for suite in suites:
            output.diagnostics(from_here(suite.path, suite.diagnostics))
        items = [
            item
            for suite, (_, _, file) in zip(suites, meant, strict=True)
            for item in suite.items
            if file in ("", item.span.source.path) and _is_meant(item, options)
        ]
        if with_mutants and not any(suite.errors for suite in suites):
            passed = [*_outcomes(items, options, seconds)]
            if passed and not any(outcome.problems for _, outcome in passed):
                return mutate.mutate(suites, meant, passed, options)
        ran = _run(items, options, seconds)
        covered = coverage.measured(suites, meant, ran) if with_coverage else []
        _report(ran, covered, options)
    except NotFound as fault:
        return output.complain(fault.code, fault.message, fault.help)
    except BadOption as fault:
        return output.complain("usage", fault.message, fault.help)
    if any(suite.errors for suite in suites):
        return int(Exit.SOURCE)
    if not ran:
        return output.complain("no-test", f"no tests found{_where(options)}", _hint(suites, options))
    if any(outcome.problems for _, outcome in ran):
        return int(Exit.TEST)
    return coverage.too_low(covered, options["coverage_min"], output)


def reached_tests(path: str) -> list[Reached]:
    """The projects that a path means, of a file of cases the one it belongs to. Raises NotFound."""
    folder, name = os.path.split(os.path.realpath(path))
    if name.endswith(SUFFIXES) and os.path.basename(folder) == FOLDER and os.path.lexists(path):
        return [Reached(os.path.relpath(os.path.dirname(folder)), file=os.path.join(folder, name))]
    return reached([path])


def _seconds(given: float | None) -> float:
    """The time of a test; 0 for no bound. Raises BadOption."""
    seconds = TIMEOUT if given is None else given
    if not 0 <= seconds <= LONGEST_RUN:
        raise BadOption(f"--timeout {seconds:g} is no time span", "write seconds, e.g. --timeout 30")
    return seconds


def _is_meant(item: Item, options: Options) -> bool:
    kinds = [kind for flag, kind in KINDS.items() if options[flag]]
    return (
        (not kinds or item.kind in kinds)
        and (options["name"] or "").casefold() in item.label.casefold()
        and (options["obj_type"] or item.obj_type) == item.obj_type
        and (options["obj"] or item.obj_name) == item.obj_name
        and (not options["tag"] or not set(options["tag"]).isdisjoint(item.tags))
    )


def _run(items: Sequence[Item], options: Options, seconds: float) -> text.Ran:
    """The tests with their outcomes, each shown as soon as it is there; up to the first failure with ``-x``."""
    if options["json"] or not items:
        return [*_outcomes(items, options, seconds)]
    in_colour = coloured(sys.stdout, options["color"])
    several = len({item.folder for item in items}) > 1
    show(f"{text.opening(items)}\n")
    ran: list[tuple[Item, Outcome]] = []
    for item, outcome in _outcomes(items, options, seconds):
        if several and not (ran and ran[-1][0].folder == item.folder):
            show(item.folder)
        show(text.outcome_text(item, outcome, in_colour))
        ran.append((item, outcome))
    if options["durations"]:
        show(f"\n{text.slowest(ran, options['durations'])}")
    show(f"\n{text.summary(ran, len(items) - len(ran))}")
    return ran


def _outcomes(items: Sequence[Item], options: Options, seconds: float) -> Iterator[tuple[Item, Outcome]]:
    with bounded_memory(MEMORY):
        for item in items:
            outcome = item.run(seconds)
            yield item, outcome
            if outcome.problems and options["fail_fast"]:
                return


def _report(ran: text.Ran, covered: Sequence[Covered], options: Options) -> None:
    """What machines read, and coverage. Raises BadOption when a file cannot be written."""
    if options["json"]:
        reached = {"coverage": document(covered)} if covered else {}
        show(json.dumps({**machine.roll_up(ran), **reached}, ensure_ascii=False))
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


def _where(options: Options) -> str:
    """What was looked for, in words."""
    named = f" called `{options['name']}`" if options["name"] else ""
    tagged = "".join(f" with the tag `{each}`" for each in options["tag"])
    of = " ".join(options[each] for each in ("obj_type", "obj") if options[each])
    return f"{named}{tagged}{of and f' of {of}'}" + (f" in {options['path']}" if options["path"] else "")


def _hint(suites: Sequence[Suite], options: Options) -> str:
    items = [item for suite in suites for item in suite.items]
    known = (
        (options["name"], [item.name for item in items], "-k takes a part of the name of a test or of what it tests"),
        (options["obj"], [item.obj_name for item in items], "--obj takes the name of what is tested"),
        (
            options["obj_type"],
            [item.obj_type for item in items],
            "--obj-type takes function, query, middleware or task",
        ),
        *((tag, [each for item in items for each in item.tags], "no test has it") for tag in options["tag"]),
    )
    for given, names, otherwise in known:
        if given and not any(given.casefold() in name.casefold() for name in names):
            near = nearest(given, names)
            return f'did you mean "{near}"?' if near else otherwise
    return 'write test "what it shows" { … } behind the response of a function'
