"""What ``xsrun.toml`` says of schedules.

[schedule."PagerDuty On-Call Handover"]    # a job by its name, or "task NAME"
every = "12h"                              # seconds as a number, or a time span: 90s, 5m, 1h30m, 2d

[[schedule."Report"]]                      # several of one job
cron = "0 3 * * 1-5"
timezone = "Europe/Berlin"                 # UTC when left out
starts_on = 2026-01-01T00:00:00Z           # no run before, or behind ends_on
input = {kind = "daily"}
overlap = true                             # begin while the run before it runs; false when left out
catch_up = false                           # do not make up for what was missed; true when left out
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final, NamedTuple

from xsrun.config import BadConfig, known_only
from xsrun.diagnostics import Fault
from xsrun.extras import load
from xsrun.program import Interval
from xsrun.schedule.times import Cron, Times, following
from xsrun.timestamps import parse
from xsrun.timestamps.zones import zone_named

SETTINGS: Final = ("every", "cron", "timezone", "starts_on", "ends_on", "input", "overlap", "catch_up")
SPAN: Final = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
LONGEST: Final = 10**9
"""Seconds between two runs, at most."""
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d\b")
NAMED: Final = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip
"""Words that cron takes for an expression."""
FIELDS: Final = "minute hour day month weekday"


class Entry(NamedTuple):
    """One schedule of a job."""

    job: str
    times: Times
    zone: str
    input: Mapping[str, Any]
    overlap: bool
    catch_up: bool


def entries(read: Mapping[str, Any]) -> Iterator[Entry]:
    """The schedules of the table ``schedule``. Raises BadConfig, and Fault where cron needs what is not installed."""
    for job, given in read.items():
        at = f'schedule."{job}"'
        for each in given if isinstance(given, list) else [given]:
            if not isinstance(each, dict):
                raise BadConfig(f"{at} is no table", f'write [{at}] and below it every = "5m"')
            yield _entry(job, each, at)


def _entry(job: str, given: dict[str, Any], at: str) -> Entry:
    known_only(given, f"{at}.", *SETTINGS)
    if ("every" in given) == ("cron" in given):
        raise BadConfig(f"{at} has either every or cron", 'write every = "5m", or cron = "0 3 * * 1-5"')
    name = _typed(given, at, "timezone", str, "UTC")
    try:
        zone = zone_named(name)
    except Fault as fault:
        raise BadConfig(f"{at}.timezone: {fault.message}", fault.help) from None
    start, end = _moment(given, at, "starts_on", zone), _moment(given, at, "ends_on", zone)
    if start is not None and end is not None and end < start:
        raise BadConfig(f"{at} ends before it begins", "let ends_on be later than starts_on")
    times: Times
    if "every" in given:
        times = Interval(start or 0, _span(given["every"], at), end)
    else:
        times = _cron(Cron(_typed(given, at, "cron", str, ""), name, start, end), at)
    return Entry(
        job, times, name, _typed(given, at, "input", dict, {}),
        _typed(given, at, "overlap", bool, False), _typed(given, at, "catch_up", bool, True),
    )  # fmt: skip


def _span(given: Any, at: str) -> int:
    """Milliseconds of a time span."""
    seconds = 0
    if type(given) is int:
        seconds = given
    elif isinstance(given, str) and (found := SPAN.fullmatch(given.replace(" ", "").lower())):
        days, hours, minutes, rest = (int(each or 0) for each in found.groups())
        seconds = ((days * 24 + hours) * 60 + minutes) * 60 + rest
    if not 0 < seconds <= LONGEST:
        raise BadConfig(f"{at}.every is {given!r}, no time span", 'write every = "5m", or 90s, 1h30m, 2d')
    return seconds * 1000


def _cron(cron: Cron, at: str) -> Cron:
    expression = NAMED.get(cron.expression.strip().lower(), cron.expression)
    cron = cron._replace(expression=expression)
    cronsim = load("cronsim", extra="schedule", needed_by="cron")
    help = f'write {FIELDS}, e.g. cron = "0 3 * * 1-5"'
    try:
        some = following([cron._replace(ends_on=None)], 0) is not None
    except cronsim.CronSimError as error:
        raise BadConfig(f"{at}.cron is {cron.expression!r}: {str(error)[:1].lower()}{str(error)[1:]}", help) from None
    if not some:
        raise BadConfig(f"{at}.cron is {cron.expression!r}, which no day is", help)
    return cron


def _moment(given: Mapping[str, Any], at: str, name: str, zone: tzinfo) -> int | None:
    """A time that is written as TOML has them, or as text; in the zone where it names none."""
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, datetime):
        pass
    elif isinstance(value, date):
        value = datetime.combine(value, time())
    elif isinstance(value, str) and DATE.match(value):
        try:
            return parse(value, 0, str(given.get("timezone", "UTC")))
        except Fault:
            value = None
    if not isinstance(value, datetime):
        raise BadConfig(f"{at}.{name} is {given[name]!r}, no time", f"write {name} = 2026-01-01T00:00:00Z")
    placed = value if value.tzinfo else value.replace(tzinfo=zone)
    return round(placed.astimezone(UTC).timestamp()) * 1000


def _typed(given: Mapping[str, Any], at: str, name: str, kind: type, default: Any) -> Any:
    value = given.get(name, default)
    if not isinstance(value, kind):
        shown = {str: "a text", bool: "true or false", dict: "a table, e.g. {key = 1}"}[kind]
        raise BadConfig(f"{at}.{name} is {value!r}", f"write {shown}")
    return value
