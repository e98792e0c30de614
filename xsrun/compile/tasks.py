"""``task`` constructs to what a scheduler needs of them (constructs.md section 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xsrun.compile.attached import Attaching, static
from xsrun.compile.callees import Signature
from xsrun.compile.context import Findings
from xsrun.diagnostics import Fault, Found, nearest
from xsrun.program import Interval, Task
from xsrun.project import Construct, Folder
from xsrun.syntax import tree
from xsrun.syntax.static import NotStatic, static_value
from xsrun.timestamps import parse

PARTS: Final = ("starts_on", "freq", "ends_on")
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d\b")
"""How a time begins that is the same whenever it is read."""
LONGEST: Final = 10**9
"""Seconds between two times, at most."""
EXAMPLE: Final = "write schedule = [{starts_on: 2026-01-01 00:00:00+0000, freq: 3600}]"


def read_tasks(folder: Folder, signatures: Mapping[str, Mapping[str, Signature]], found: Found) -> tuple[Task, ...]:
    """The tasks of a folder; what is wrong with their schedules goes to ``found``."""
    middleware = Attaching(folder, signatures)
    return tuple(
        _task(each, signatures["task"][each.name].number, middleware, found)
        for each in folder.named("task").values()
    )  # fmt: skip


def _task(construct: Construct, number: int, middleware: Attaching, found: Found) -> Task:
    block = construct.block
    times = tuple(_Reader(construct, found).intervals())
    return Task(
        construct.name,
        number,
        times if static(block.attribute("active"), True) is not False else (),
        tuple(middleware.attached([construct], "pre")),
        tuple(middleware.attached([construct], "post")),
        str(static(block.attribute("description"), "")),
        str(static(block.attribute("datasource"), "")),
    )


class _Reader:
    def __init__(self, construct: Construct, found: Found) -> None:
        self.block = construct.block
        self.findings = Findings(construct.source, found)

    def intervals(self) -> Iterator[Interval]:
        """The intervals of ``schedule = […]``, or of the older ``schedule { events = […] }``."""
        older = self.block.block("schedule")
        entry = self.block.attribute("schedule") or (older.attribute("events") if older else None)
        if entry is None or tree.is_broken(entry):
            return
        if not isinstance(entry.value, tree.ListLiteral):
            self.findings.error("bad-clause", "`schedule` is a list of objects", entry.value, EXAMPLE)
            return
        for item in entry.value.items:
            if not isinstance(item, tree.ObjectLiteral):
                self.findings.error("bad-clause", "`schedule` is a list of objects", item, EXAMPLE)
            elif (made := self._interval(item)) is not None:
                yield made

    def _interval(self, node: tree.ObjectLiteral) -> Interval | None:
        given = {pair.key: pair for pair in node.pairs if isinstance(pair, tree.Pair) and not pair.disabled}
        for name, pair in given.items():
            if name not in PARTS:
                near = nearest(name, PARTS)
                shown = f"did you mean `{near}`?" if near else "it takes starts_on, freq and ends_on"
                self.findings.error("unknown-clause", f"`schedule` has no `{name}`", pair, shown)
        start, end = self._time(given.get("starts_on")), self._time(given.get("ends_on"))
        freq = self._freq(given.get("freq"))
        if "starts_on" not in given and not any(map(tree.is_broken, node.pairs)):
            self.findings.error(
                "bad-clause", "a schedule says when it begins", node, "add starts_on: 2026-01-01 00:00:00+0000"
            )
        if start is None or freq is None:
            return None
        if end is not None and end < start:
            self.findings.warn(
                "bad-clause",
                "this schedule ends before it begins: the task never runs",
                given["ends_on"],
                "let `ends_on` be later than `starts_on`",
            )
        return Interval(start, freq, end)

    def _time(self, pair: tree.Pair | None) -> int | None:
        """An instant in milliseconds; None where there is none, or none that makes sense."""
        value = self._value(pair)
        if pair is None or value is None:
            return None
        try:
            if isinstance(value, str) and DATE.match(value):
                return parse(value, 0)
        except Fault:
            pass
        self.findings.error(
            "bad-clause", f"`{pair.key}` is no time", pair.value, f"write {pair.key}: 2026-01-01 00:00:00+0000"
        )
        return None

    def _freq(self, pair: tree.Pair | None) -> int | None:
        """Milliseconds, 0 for once; None where it makes no sense."""
        seconds = self._value(pair)
        if pair is None or seconds is None:
            return 0
        if type(seconds) in (int, float) and 0 <= seconds <= LONGEST and seconds == int(seconds):
            return int(seconds) * 1000
        self.findings.error(
            "bad-clause",
            "`freq` is a whole number of seconds",
            pair.value,
            "write freq: 3600, or leave it out to run once",
        )
        return None

    def _value(self, pair: tree.Pair | None) -> Any:
        if pair is None:
            return None
        try:
            return static_value(pair.value)
        except NotStatic as fault:
            self.findings.error("bad-clause", "a schedule holds constants only", fault.node, EXAMPLE)
            return None
