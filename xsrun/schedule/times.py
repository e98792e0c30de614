"""Times that come again: every so many seconds, or where a calendar says."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from heapq import merge
from itertools import count, groupby, takewhile
from typing import Final, NamedTuple

from xsrun.extras import load
from xsrun.program import Interval
from xsrun.timestamps.zones import zone_named

DAY: Final = 86_400_000
LAST: Final = 253_402_300_799_000
"""The last second of the year 9999, behind which there are no times."""
SPANS: Final = (DAY // 24, DAY, 32 * DAY, 8 * 366 * DAY + 2 * DAY)
"""How far back the latest time is looked for, step by step: the 29th of February may be eight years ago."""


class Cron(NamedTuple):
    """Times by the calendar and the clock of a zone, as cron writes them."""

    expression: str
    zone: str = "UTC"
    starts_on: int | None = None
    """The first moment at which a time may be."""
    ends_on: int | None = None
    """The last one."""


Times = Interval | Cron


def upcoming(times: Iterable[Times], after: int) -> Iterator[int]:
    """Every due time behind a moment, in order, each once."""
    return (due for due, _ in groupby(merge(*(_behind(each, after) for each in times))))


def following(times: Iterable[Times], after: int) -> int | None:
    """The first due time behind a moment; None when there is none."""
    return next(upcoming(times, after), None)


def latest(times: Iterable[Times], after: int, until: int) -> int | None:
    """The last due time behind ``after`` that is not behind ``until``; None when there is none."""
    return max((found for each in times if (found := _latest(each, after, until)) is not None), default=None)


def _behind(times: Times, after: int) -> Iterator[int]:
    end = LAST if times.ends_on is None else min(LAST, times.ends_on)
    return takewhile(lambda due: due <= end, _endless(times, after))


def _endless(times: Times, after: int) -> Iterator[int]:
    if isinstance(times, Cron):
        return _calendar(times, after)
    start, freq, _ = times
    if freq:
        return count(start + max(0, (after - start) // freq + 1) * freq, freq)
    return iter([start] if start > after else [])


def _latest(times: Times, after: int, until: int) -> int | None:
    until = min(until, LAST if times.ends_on is None else times.ends_on)
    if isinstance(times, Cron):
        return _latest_of(times, after, until)
    start, freq, _ = times
    found = start + (until - start) // freq * freq if freq else start
    return found if after < found <= until and found >= start else None


def _latest_of(cron: Cron, after: int, until: int) -> int | None:
    """Looked for a little way back first: there may be a time every minute, and the last look long ago."""
    for span in (*SPANS, until - after):
        found = deque(takewhile(lambda due: due <= until, _calendar(cron, max(after, until - span))), 1)
        if found or until - span <= after:
            return found[0] if found else None
    return None


def _calendar(cron: Cron, after: int) -> Iterator[int]:
    """Every time behind a moment and not before the beginning.

    A time that daylight saving leaves out is at the end of the gap, one that comes twice is at the first of the two;
    only where minute or hour begin with ``*`` it goes by the time that passes, as cron does it.
    """
    after = after if cron.starts_on is None else max(after, cron.starts_on - 1)
    cronsim = load("cronsim", extra="schedule", needed_by="cron")
    with suppress(OverflowError):  # behind the last year
        begun = datetime.fromtimestamp(min(after, LAST) // 1000, UTC).astimezone(zone_named(cron.zone))
        for due in cronsim.CronSim(cron.expression, begun):
            found = round(due.timestamp()) * 1000
            # In the hour that comes twice it begins anew with the first one, and times in a gap fall together.
            if found > after:
                after = found
                yield found
