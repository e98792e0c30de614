"""What a date text says, field by field, and the instant that makes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from xsrun.diagnostics import Fault

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)

AFTER, HERE_OR_AFTER, SAME_WEEK = 0, 1, 2
"""Where a weekday is looked for: after the day, from the day on, in the week (Monday to Sunday) of the day."""


class Moment:
    """The fields of a date text; None is what it leaves open.

    Relative amounts are added last. ``weekday`` counts from 0 for Sunday. ``edge`` is ``first`` or
    ``last`` for "first day of", ``nth_of`` the same for "second monday of" (counted from the first of
    the month) and "last monday of" (counted back from the end).
    """

    __slots__ = (
        "business_days", "day", "days", "edge", "has_date", "has_time", "hour", "millis", "minute", "month", "months",
        "nth_of", "search", "second", "weekday", "year", "years", "zone",
    )  # fmt: skip

    def __init__(self) -> None:
        self.year: int | None = None
        self.month: int | None = None
        self.day: int | None = None
        self.hour: int | None = None
        self.minute: int | None = None
        self.second: int | None = None
        self.zone: tzinfo | None = None
        self.has_date = False
        self.has_time = False
        self.years = self.months = self.days = self.millis = 0
        self.business_days: int | None = None
        self.weekday: int | None = None
        self.search = AFTER
        self.edge = ""
        self.nth_of = ""

    def set_clock(self, hour: int, minute: int = 0, second: int = 0) -> None:
        """Fix the time of day."""
        self.hour, self.minute, self.second = hour, minute, second

    @property
    def is_relative_only(self) -> bool:
        """Whether no field of calendar or clock is fixed."""
        fields = (self.year, self.month, self.day, self.hour, self.minute, self.second)
        return all(field is None for field in fields)


def out_of_range() -> Fault:
    """The fault of a date that no calendar here can show."""
    return Fault("bad-argument", "Timestamp out of range.", help="years run from 1 to 9999")


def local(instant: int, zone: tzinfo) -> datetime:
    """The calendar and clock of an instant in the zone."""
    try:
        return (EPOCH + timedelta(milliseconds=instant)).astimezone(zone)
    except (OverflowError, ValueError):
        raise out_of_range() from None


def resolve(moment: Moment, now: int, zone: tzinfo) -> int:
    """The instant the fields mean, open ones taken from ``now`` in the zone, overflowing as PHP does.

    A text that names a zone means its fields there. Clock times that a zone skips move forward, of those
    it has twice the first counts.
    """
    here = local(now, zone)
    try:
        day = date.fromordinal(_day(moment, here))
        wall = datetime(day.year, day.month, day.day) + _time_of_day(moment, here)
        fold = here.fold if moment.is_relative_only else 0
        placed = wall.replace(tzinfo=moment.zone or zone, fold=fold)
        return (placed - EPOCH) // MILLISECOND
    except (OverflowError, ValueError):
        raise out_of_range() from None


def _time_of_day(moment: Moment, here: datetime) -> timedelta:
    return timedelta(
        hours=here.hour if moment.hour is None else moment.hour,
        minutes=here.minute if moment.minute is None else moment.minute,
        seconds=here.second if moment.second is None else moment.second,
        milliseconds=moment.millis + (here.microsecond // 1000 if moment.is_relative_only else 0),
    )


def _day(moment: Moment, here: datetime) -> int:
    year = here.year if moment.year is None else moment.year
    month = here.month if moment.month is None else moment.month
    day = here.day if moment.day is None else moment.day
    months = moment.months
    if moment.nth_of:
        month, day, months = month + months + (moment.nth_of == "last"), 1, 0
    elif moment.edge:
        month, day = _edge(moment.edge, month)
    ordinal = _ordinal(year, month, day)
    if moment.weekday is not None:
        ordinal += _to_weekday(moment.weekday, moment, ordinal % 7)
    there = date.fromordinal(ordinal)
    year, month, day = there.year + moment.years, there.month + months, there.day + moment.days
    if moment.edge:
        month, day = _edge(moment.edge, month)
    ordinal = _ordinal(year, month, day)
    return ordinal if moment.business_days is None else _business_day(ordinal, moment.business_days)


def _edge(edge: str, month: int) -> tuple[int, int]:
    return (month, 1) if edge == "first" else (month + 1, 0)


def _ordinal(year: int, month: int, day: int) -> int:
    """The number of a day that may lie outside its month, as the month may outside its year."""
    carry, month = divmod(month - 1, 12)
    return date(year + carry, month + 1, 1).toordinal() + day - 1


def _to_weekday(weekday: int, moment: Moment, today: int) -> int:
    """How many days the weekday is away from a day that is the weekday ``today``."""
    if moment.search == SAME_WEEK:
        return (weekday % 7 or 7) - (today or 7)
    if weekday < 0:
        return -(7 - (-weekday - today))
    away = weekday - today
    back = moment.days < 0
    if (back and away < 0) or (not back and away <= -moment.search):
        away += 7
    return away


def _business_day(ordinal: int, count: int) -> int:
    """The day so many days without Saturdays and Sundays away; a weekend counts as no day of its own."""
    monday, position = ordinal - (ordinal - 1) % 7, (ordinal - 1) % 7
    if position > 4:
        if count == 0:
            return monday + 7
        position = 4 if count > 0 else 5
    weeks, position = divmod(position + count, 5)
    return monday + weeks * 7 + position
