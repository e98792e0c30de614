"""Filters of timestamps: reading, writing, shifting, and taking them apart.

A timestamp is a number of milliseconds since 1970-01-01T00:00Z. Wherever one is piped in, a date text or a
phrase such as ``next friday`` may stand instead, and null gives null.
"""

from __future__ import annotations

from collections.abc import Callable

from xsrun import values
from xsrun.builtins.registry import Group, Int, Number, Text, Value
from xsrun.effects.ports import World
from xsrun.hints import TYPE_CHECKING
from xsrun.late import Late

if TYPE_CHECKING:
    from datetime import datetime

date = Group("date")
date_parts = Group("date-db")

_instant: Callable[..., int | None] = Late("xsrun.timestamps", "instant")
_parse: Callable[..., int] = Late("xsrun.timestamps", "parse")
_parse_as: Callable[..., int] = Late("xsrun.timestamps", "parse_as")
_format_instant: Callable[..., str] = Late("xsrun.timestamps", "format_instant")
_local_time: Callable[..., datetime] = Late("xsrun.timestamps", "local_time")

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


# ---------------------------------------------------------------- read and write


@date.filter(
    '"2000-01-01"|to_timestamp -> 946684800000',
    '"2000-01-01"|to_timestamp:"America/New_York" -> 946702800000',
    "null|to_timestamp -> null",
    '"soon"|to_timestamp -> !Invalid timestamp.',
    misnomers=("to_epochms", "strtotime"),
)
def to_timestamp(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Turn a date text or a phrase such as ``next friday`` into a timestamp; a number is one already."""
    return _instant(subject, world.clock.now(), timezone)


@date.filter('"2000-01-01"|to_ms -> 946684800000', "5|to_ms -> 5", misnomers=("to_epoch_ms",))
def to_ms(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the milliseconds from 1970 to a date."""
    return _count(world, subject, timezone, 1)


@date.filter('"2000-01-01"|to_seconds -> 946684800', "-1|to_seconds -> -1", misnomers=("to_epoch_sec",))
def to_seconds(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the whole seconds from 1970 to a date."""
    return _count(world, subject, timezone, SECOND)


@date.filter('"2000-01-01"|to_minutes -> 15778080', "null|to_minutes -> null", misnomers=("to_epoch_minute",))
def to_minutes(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the whole minutes from 1970 to a date."""
    return _count(world, subject, timezone, MINUTE)


@date.filter('"2000-01-01"|to_hours -> 262968', misnomers=("to_epoch_hour",))
def to_hours(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the whole hours from 1970 to a date."""
    return _count(world, subject, timezone, HOUR)


@date.filter('"2000-01-01"|to_days -> 10957', '"1969-12-31 23:00"|to_days -> -1', misnomers=("to_epoch_day",))
def to_days(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the whole days from 1970 to a date."""
    return _count(world, subject, timezone, DAY)


def _count(world: World, subject: Value, timezone: str, unit: int) -> int | None:
    instant = _instant(subject, world.clock.now(), timezone)
    return None if instant is None else instant // unit


@date.filter(
    '1692132330000|format_timestamp:"Y-m-d H:i:s":"America/New_York" -> "2023-08-15 16:45:30"',
    '1692132330000|format_timestamp:"jS F Y" -> "15th August 2023"',
    'null|format_timestamp:"Y" -> null',
    '0|format_timestamp:"Y":"Mars/Base" -> !Unknown time zone: Mars/Base',
    misnomers=("epochms_date", "date", "format_date"),
    parity="years outside 1 to 9999 are refused",
)
def format_timestamp(world: World, subject: Value, format: Text, timezone: Text = "UTC") -> str | None:
    """Write a timestamp as text by the letters of PHP ``date()``, in a time zone.

    ``Y-m-d H:i:s`` is ``2023-08-15 20:45:30``; ``v`` shows the milliseconds; a backslash makes the next
    letter stand for itself.
    """
    instant = _instant(subject, world.clock.now(), timezone)
    return None if instant is None else _format_instant(instant, format, timezone)


@date.filter(
    '"2023-08-15 13:45:30"|parse_timestamp:"Y-m-d H:i:s":"America/Los_Angeles" -> 1692132330000',
    '"15/08/2023"|parse_timestamp:"!d/m/Y" -> 1692057600000',
    '"15.08."|parse_timestamp:"Y-m-d" -> !Unable to parse timestamp.',
    'null|parse_timestamp:"Y" -> null',
    misnomers=("epochms_from_format",),
)
def parse_timestamp(world: World, subject: Value, format: Text, timezone: Text = "UTC") -> int | None:
    """Read a timestamp from a text of a known form, given in the letters of PHP ``createFromFormat``.

    A format without any time of day takes the present one; ``!`` at its beginning or ``|`` at its end sets
    everything it leaves open to zero.
    """
    if subject is None:
        return None
    return _parse_as(values.text(subject), format, world.clock.now(), timezone)


# ---------------------------------------------------------------- shift


@date.filter(
    '1692132330000|transform_timestamp:"-7 days" -> 1691527530000',
    '1706702400000|transform_timestamp:"+1 month" -> 1709380800000',
    'null|transform_timestamp:"+1 day" -> null',
    '0|transform_timestamp:"a while ago" -> !Invalid timestamp.',
    misnomers=("epochms_transform",),
    parity="years outside 1 to 9999 are refused",
)
def transform_timestamp(world: World, subject: Value, expression: Text, timezone: Text = "UTC") -> int | None:
    """Move a timestamp by a phrase such as ``-7 days``, ``last monday`` or ``first day of next month``.

    Months and days are those of the calendar in the time zone; a day that a month does not have runs over
    into the next.
    """
    instant = _instant(subject, world.clock.now(), timezone)
    return None if instant is None else _parse(expression, instant, timezone)


@date.filter(
    "1691527530000|add_secs_to_timestamp:60 -> 1691527590000",
    '"2000-01-01"|add_secs_to_timestamp:-1 -> 946684799000',
    "null|add_secs_to_timestamp:1 -> null",
    misnomers=("epochms_add_secs",),
)
def add_secs_to_timestamp(world: World, subject: Value, secs: Int) -> Number | None:
    """Add seconds to a timestamp; negative ones are taken away."""
    return _later(world, subject, secs * SECOND)


@date.filter(
    "1691527530000|add_ms_to_timestamp:1000 -> 1691527531000",
    "null|add_ms_to_timestamp:1 -> null",
    misnomers=("epochms_add_ms",),
)
def add_ms_to_timestamp(world: World, subject: Value, ms: Int) -> Number | None:
    """Add milliseconds to a timestamp; negative ones are taken away."""
    return _later(world, subject, ms)


def _later(world: World, subject: Value, milliseconds: int) -> int | float | None:
    instant = _instant(subject, world.clock.now())
    return None if instant is None else values.add(instant, milliseconds)


@date.filter("1500|ms_to_secs -> 1", "-1|ms_to_secs -> -1", "null|ms_to_secs -> !Not numeric.")
def ms_to_secs(subject: Int) -> Int:
    """Turn milliseconds into whole seconds."""
    return subject // SECOND


@date.filter("2|secs_to_ms -> 2000", "1.5|secs_to_ms -> 1500")
def secs_to_ms(subject: Number) -> Int:
    """Turn seconds into milliseconds."""
    return values.integer(values.multiply(subject, SECOND))


# ---------------------------------------------------------------- parts


@date_parts.filter(
    "1692132330000|timestamp_year -> 2023", '0|timestamp_year:"America/New_York" -> 1969', "null|timestamp_year -> null"
)
def timestamp_year(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the year of a timestamp in a time zone."""
    return _part(world, subject, timezone, lambda when: when.year)


@date_parts.filter("1692132330000|timestamp_month -> 8")
def timestamp_month(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the month of a timestamp in a time zone, from 1 to 12."""
    return _part(world, subject, timezone, lambda when: when.month)


@date_parts.filter("1692132330000|timestamp_week -> 33", '"2021-01-01"|timestamp_week -> 53')
def timestamp_week(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the ISO week of a timestamp in a time zone, from 1 to 53."""
    return _part(world, subject, timezone, lambda when: when.isocalendar().week)


@date_parts.filter("1692132330000|timestamp_day_of_year -> 227", '"2024-12-31"|timestamp_day_of_year -> 366')
def timestamp_day_of_year(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the day of the year of a timestamp in a time zone, from 1 to 366."""
    return _part(world, subject, timezone, lambda when: when.timetuple().tm_yday)


@date_parts.filter(
    "1692132330000|timestamp_day_of_month -> 15", '1692132330000|timestamp_day_of_month:"Asia/Tokyo" -> 16'
)
def timestamp_day_of_month(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the day of the month of a timestamp in a time zone, from 1 to 31."""
    return _part(world, subject, timezone, lambda when: when.day)


@date_parts.filter("1692132330000|timestamp_day_of_week -> 2", '"sunday"|timestamp_day_of_week -> 0')
def timestamp_day_of_week(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the weekday of a timestamp in a time zone, from 0 for Sunday to 6."""
    return _part(world, subject, timezone, lambda when: when.isoweekday() % 7)


@date_parts.filter("1692132330000|timestamp_hour -> 20", '1692132330000|timestamp_hour:"+05:30" -> 2')
def timestamp_hour(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the hour of a timestamp in a time zone, from 0 to 23."""
    return _part(world, subject, timezone, lambda when: when.hour)


@date_parts.filter("1692132330000|timestamp_minute -> 45", "null|timestamp_minute -> null")
def timestamp_minute(world: World, subject: Value, timezone: Text = "UTC") -> int | None:
    """Give the minute of a timestamp in a time zone, from 0 to 59."""
    return _part(world, subject, timezone, lambda when: when.minute)


def _part(world: World, subject: Value, timezone: str, take: Callable[[datetime], int]) -> int | None:
    instant = _instant(subject, world.clock.now(), timezone)
    return None if instant is None else take(_local_time(instant, timezone))
