"""``xsrun test --update``: what cases come to now is what their files expect from now on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, show
from xsrun.diagnostics import Diagnostic, Fault
from xsrun.project import write_source
from xsrun.runtime.deadline import Deadline
from xsrun.source import Source
from xsrun.testing.cases.case import Case
from xsrun.testing.cases.playing import play
from xsrun.testing.cases.reading import ROWS
from xsrun.testing.cases.renewing import renewed
from xsrun.testing.cases.updating import Unchangeable, updated
from xsrun.testing.item import Item
from xsrun.testing.suite import Suite
from xsrun.testing.world import Surroundings
from xsrun.values import INFINITY

Changes = list[tuple[Case, Mapping[str, Any]]]


def update(suites: Iterable[Suite], items: Sequence[Item], seconds: float, output: Output) -> None:
    """Write what the chosen cases of some projects come to into their files, and say what changed. Raises BadOption."""
    spans = {item.span for item in items}
    for suite in suites:
        changes = [*_changes(suite, [case for case in suite.cases if case.span in spans], seconds)]
        for source, found in groupby(changes, key=lambda each: each[0].span.source):
            _write(source, [*found], output)


def _changes(suite: Suite, cases: Iterable[Case], seconds: float) -> Iterator[tuple[Case, Mapping[str, Any]]]:
    for case in cases:
        if change := _change(suite, case, Deadline(seconds or INFINITY, "test")):
            yield case, change


def _change(suite: Suite, case: Case, deadline: Deadline) -> Mapping[str, Any]:
    """What a case comes to now, where that is something else; nothing where it fails."""
    try:
        return deadline.run(lambda: renewed(case, play(suite.loaded, case, Surroundings(case.name), deadline)))
    except Fault:
        return {}  # the test that is run next says what it is


def _write(source: Source, changes: Changes, output: Output) -> None:
    if changes[0][0].path == ROWS:
        _refuse(source, "its cases are rows", output)
        return
    try:
        text = updated(source.text, source.path.endswith(".toml"), {case.path: change for case, change in changes})
        write_source(source, text)
    except Unchangeable:
        _refuse(source, "its form has no place for them", output)
        return
    except Fault as fault:
        raise BadOption(fault.message, fault.help) from None
    except OSError as error:
        _refuse(source, error.strerror or str(error), output)
        return
    if not output.as_json:
        for case, change in changes:
            show(f"updated {source.name}: {case.name}: {', '.join(change)}")


def _refuse(source: Source, reason: str, output: Output) -> None:
    message = f"{source.name} does not get the values that its cases come to: {reason}"
    output.diagnostics([Diagnostic("unwritable", message, severity="warning", help="write them there yourself")])
