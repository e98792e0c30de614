"""Date texts and relative phrases as PHP ``strtotime`` reads them.

A text is cut into tokens; at each place the longest token wins, the earlier in ``_TOKENS`` among
equals. What a token means is either in its named groups (calendar and clock fields) or in a function.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from functools import lru_cache
from typing import Final

from xsrun.diagnostics import Fault
from xsrun.timestamps.moment import AFTER, HERE_OR_AFTER, SAME_WEEK, Moment
from xsrun.timestamps.names import MONTH_WORDS, WEEKDAY_WORDS, month_number, weekday_number
from xsrun.timestamps.zones import SPELLING, find_zone

LONGEST: Final = 200

Take = Callable[[Moment, re.Match[str]], None]

_ORDINALS: Final = (
    "first", "second", "third", "fourth", "fifth", "sixth",
    "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
)  # fmt: skip
_STEPS: Final = {"next": 1, "last": -1, "previous": -1, "this": 0} | {word: i for i, word in enumerate(_ORDINALS, 1)}

_SECOND: Final = 1000
_UNITS: Final = {
    "ms": ("millis", 1), "msec": ("millis", 1), "millisecond": ("millis", 1),
    "sec": ("millis", _SECOND), "second": ("millis", _SECOND),
    "min": ("millis", 60 * _SECOND), "minute": ("millis", 60 * _SECOND), "hour": ("millis", 3600 * _SECOND),
    "day": ("days", 1), "week": ("days", 7), "fortnight": ("days", 14),
    "month": ("months", 1), "year": ("years", 1),
}  # fmt: skip


@lru_cache(maxsize=512)
def understand(text: str) -> Moment:
    """The fields a date text or phrase speaks of. Raises ``Fault`` for a text that is none.

    The result is shared between calls: read it, do not change it.
    """
    if not text.strip() or len(text) > LONGEST:
        raise _unreadable(text)
    moment = Moment()
    place = _gap(text, 0)
    while place < len(text):
        found, take = _longest(text, place)
        take(moment, found)
        place = _gap(text, found.end())
    if moment.has_date and not moment.has_time:
        moment.set_clock(moment.hour or 0, moment.minute or 0, moment.second or 0)
    return moment


def _unreadable(text: str) -> Fault:
    shown = text if len(text) <= 40 else text[:39] + "…"
    return Fault(
        "bad-argument",
        "Invalid timestamp.",
        help=f'"{shown}" is no date; write one such as "2024-01-31 10:00" or a phrase such as "+2 days"',
    )


def _gap(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\n\r.,":
        place += 1
    return place


def _longest(text: str, place: int) -> tuple[re.Match[str], Take]:
    matches = [(found, take) for source, take in _tokens() if (found := source.match(text, place))]
    if not matches:
        raise _unreadable(text)
    return max(matches, key=lambda match: match[0].end())


# ---------------------------------------------------------------- fields of calendar and clock


def _fields(moment: Moment, found: re.Match[str]) -> None:
    """Take what the named groups of a token say."""
    said = {name: value for name, value in found.groupdict().items() if value is not None}
    if said.keys() & {"year", "month", "name", "day", "week", "day_of_year"}:
        _take_date(moment, said, found)
    if "hour" in said:
        _take_clock(moment, said, found)


def _take_date(moment: Moment, said: dict[str, str], found: re.Match[str]) -> None:
    if moment.has_date:
        raise _unreadable(found.string)
    moment.has_date = True
    if "year" in said:
        moment.year = _full_year(said["year"])
    if "week" in said:
        _take_week(moment, int(said["week"]), int(said.get("weekday", 1)))
    elif "day_of_year" in said:
        moment.month, moment.day = 1, int(said["day_of_year"])
    else:
        moment.month = month_number(said["name"]) if "name" in said else int(said["month"])
        if "day" in said:
            moment.day = int(said["day"])
        elif "year" in said:
            moment.day = 1


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2 or year > 99:
        return year
    return year + (2000 if year < 70 else 1900)


def _take_week(moment: Moment, week: int, weekday: int) -> None:
    """ISO week 1 is the one with January 4th."""
    moment.month, moment.day = 1, 4
    moment.weekday, moment.search = weekday % 7, SAME_WEEK
    moment.days += 7 * (week - 1) - (7 if weekday == 0 else 0)


def _take_clock(moment: Moment, said: dict[str, str], found: re.Match[str]) -> None:
    if moment.has_time:
        raise _unreadable(found.string)
    hour = int(said["hour"])
    if "half" in said:
        hour = hour % 12 + (12 if said["half"] in "pP" else 0)
    moment.has_time = True
    moment.set_clock(hour, int(said.get("minute", 0)), int(said.get("second", 0)))


def _clock_or_year(moment: Moment, found: re.Match[str]) -> None:
    """Four digits that may be a clock are one, unless the text has a clock already."""
    if moment.has_time:
        moment.year = int(found[0])
    else:
        _take_clock(moment, found.groupdict(), found)


def _year(moment: Moment, found: re.Match[str]) -> None:
    moment.year = int(found[0])


def _epoch(moment: Moment, found: re.Match[str]) -> None:
    moment.year, moment.month, moment.day = 1970, 1, 1
    moment.set_clock(0)
    moment.zone = UTC
    below = found["fraction"] is not None and found["fraction"].strip("0") != "" and found[1].startswith("-")
    moment.millis += (int(found[1]) - below) * _SECOND


def _zone(moment: Moment, found: re.Match[str]) -> None:
    """The first zone of a text counts, as PHP has it."""
    named = find_zone(found[0].strip("()"))
    if named is None:
        raise _unreadable(found.string)
    moment.zone = moment.zone or named


# ---------------------------------------------------------------- words


def _now(moment: Moment, found: re.Match[str]) -> None:
    """Changes nothing."""


def _midnight(moment: Moment, found: re.Match[str]) -> None:
    moment.has_time = False
    moment.set_clock(0)


def _noon(moment: Moment, found: re.Match[str]) -> None:
    moment.has_time = True
    moment.set_clock(12)


def _tomorrow(moment: Moment, found: re.Match[str]) -> None:
    _midnight(moment, found)
    moment.days = 1


def _yesterday(moment: Moment, found: re.Match[str]) -> None:
    _midnight(moment, found)
    moment.days = -1


def _quarter(moment: Moment, found: re.Match[str]) -> None:
    """``back of 7pm`` is 19:15, ``front of 7pm`` 18:45."""
    hour = int(found["at"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "pP" else 0)
    back = found[1].lower() == "back"
    moment.has_time = True
    moment.set_clock(hour if back else hour - 1, 15 if back else 45)


def _day_of(moment: Moment, found: re.Match[str]) -> None:
    moment.edge = found[1].lower()


def _weekday(moment: Moment, found: re.Match[str]) -> None:
    _midnight(moment, found)
    moment.weekday = weekday_number(found[0])
    if moment.search != SAME_WEEK:
        moment.search = HERE_OR_AFTER


def _weekday_of(moment: Moment, found: re.Match[str]) -> None:
    steps = _STEPS[found[1].lower()]
    moment.nth_of = "first" if steps > 0 else "last"
    _midnight(moment, found)
    _add(moment, steps, found[2], HERE_OR_AFTER if steps > 0 else AFTER)


# ---------------------------------------------------------------- amounts


def _amount(moment: Moment, found: re.Match[str]) -> None:
    """``+2 days``, ``- 3 fridays``: an odd number of minus signs subtracts."""
    sign = -1 if found[1].count("-") % 2 else 1
    _add(moment, sign * int(found[2]), found[3], HERE_OR_AFTER)


def _step(moment: Moment, found: re.Match[str]) -> None:
    """``next month``, ``last friday``, ``third day``; a weekday starts at midnight."""
    word, unit = found[1].lower(), found[2].lower()
    if _known_unit(unit) is None:
        _midnight(moment, found)
    _add(moment, _STEPS[word], unit, HERE_OR_AFTER if word == "this" else AFTER)


def _week_step(moment: Moment, found: re.Match[str]) -> None:
    """``next week`` alone is its Monday at the same time of day; with a weekday it is that day of the week."""
    moment.days += 7 * _STEPS[found[1].lower()]
    moment.search = SAME_WEEK
    if moment.weekday is None:
        moment.weekday = 1


def _add(moment: Moment, amount: int, unit: str, search: int) -> None:
    name = unit.lower()
    if name.startswith("weekday"):
        moment.business_days = amount
        return
    known = _known_unit(name)
    if known is None:
        moment.days += 7 * (amount - 1 if amount > 0 else amount)
        moment.weekday, moment.search = weekday_number(name), search
    else:
        field, size = known
        setattr(moment, field, getattr(moment, field) + amount * size)


def _known_unit(name: str) -> tuple[str, int] | None:
    return _UNITS.get(name) or _UNITS.get(name.removesuffix("s"))


def _ago(moment: Moment, found: re.Match[str]) -> None:
    """Turn every amount before it round."""
    moment.years, moment.months = -moment.years, -moment.months
    moment.days, moment.millis = -moment.days, -moment.millis
    if moment.weekday is not None:
        moment.weekday = -moment.weekday or -7
    if moment.business_days is not None:
        moment.business_days = -moment.business_days


# ---------------------------------------------------------------- the tokens

_YEAR: Final = r"(?P<year>[0-9]{1,4})"
_YEAR4: Final = r"(?P<year>[0-9]{4})"
_MONTH: Final = r"(?P<month>1[0-2]|0?[0-9])"
_MONTH2: Final = r"(?P<month>1[0-2]|0[0-9])"
_DAY: Final = r"(?P<day>3[01]|[0-2]?[0-9])"
_DAY2: Final = r"(?P<day>3[01]|[0-2][0-9])"
_NAME: Final = rf"(?P<name>{'|'.join(MONTH_WORDS)})"
_HOUR: Final = r"(?P<hour>2[0-4]|[01]?[0-9])"
_HOUR2: Final = r"(?P<hour>2[0-4]|[01][0-9])"
_HOUR12: Final = r"(?P<hour>1[0-2]|0?[1-9])"
_MINUTE: Final = r"(?P<minute>[0-5]?[0-9])"
_MINUTE2: Final = r"(?P<minute>[0-5][0-9])"
_SECONDS: Final = r"(?P<second>60|[0-5]?[0-9])"
_SECONDS2: Final = r"(?P<second>60|[0-5][0-9])"
_HALF: Final = r"[ \t]*(?P<half>[ap])\.?m\b\.?"
_CLOCK12: Final = rf"{_HOUR12}[:.]{_MINUTE2}(?:[:.]{_SECONDS2})?{_HALF}"
_CLOCK: Final = rf"t?{_HOUR}[:.]{_MINUTE}(?:[:.]{_SECONDS}(?:\.[0-9]+)?)?"
_NAME_DAY: Final = rf"{_NAME}[ .\t-]*{_DAY}[,.stndrh\t ]*"
_WEEKDAYS: Final = "|".join(WEEKDAY_WORDS)
_UNIT: Final = "|".join(("weekdays?", *(f"{unit}s?" for unit in sorted(_UNITS, key=len, reverse=True)), _WEEKDAYS))
_STEP: Final = "|".join(_STEPS)


@lru_cache(maxsize=1)
def _tokens() -> list[tuple[re.Pattern[str], Take]]:
    """Compiled when the first text is read: most programs only write dates."""
    return [(re.compile(source, re.IGNORECASE), take) for source, take in _TOKENS]


_TOKENS: Final[tuple[tuple[str, Take], ...]] = (
    (r"yesterday", _yesterday),
    (r"now", _now),
    (r"noon", _noon),
    (r"midnight|today", _midnight),
    (r"tomorrow", _tomorrow),
    (r"@(-?[0-9]{1,15})(?P<fraction>\.[0-9]{0,6})?", _epoch),
    (r"(first|last) day of", _day_of),
    (rf"(back|front) of (?P<at>2[0-4]|[01]?[0-9])(?:{_HALF})?", _quarter),
    (rf"({_STEP})[ \t]+({_WEEKDAYS})[ \t]+of", _weekday_of),
    (rf"{_HOUR12}{_HALF}", _fields),
    (_CLOCK12, _fields),
    (rf"t{_HOUR}", _fields),
    (_CLOCK, _fields),
    (rf"t?{_HOUR2}{_MINUTE2}", _clock_or_year),
    (rf"t?{_HOUR2}{_MINUTE2}{_SECONDS2}", _fields),
    (rf"{_MONTH}/{_DAY}", _fields),
    (rf"{_MONTH}/{_DAY}/{_YEAR}", _fields),
    (rf"{_YEAR4}/{_MONTH}/{_DAY}", _fields),
    (rf"{_YEAR}-{_MONTH}-{_DAY}", _fields),
    (rf"{_YEAR4}-{_MONTH}", _fields),
    (rf"{_DAY}[.\t-]{_MONTH}[.-]{_YEAR4}", _fields),
    (rf"{_DAY}[.\t]{_MONTH}\.(?P<year>[0-9]{{2}})", _fields),
    (rf"{_DAY}(?:st|nd|rd|th)?[ \t.-]*{_NAME}[ \t.-]*{_YEAR}", _fields),
    (rf"{_NAME}[ .\t-]*{_YEAR4}", _fields),
    (rf"{_YEAR4}[ .\t-]*{_NAME}", _fields),
    (rf"{_NAME}[ .\t-]*{_DAY}[,.stndrh\t ]+{_YEAR}", _fields),
    (_NAME_DAY, _fields),
    (_NAME_DAY + _CLOCK12, _fields),
    (_NAME_DAY + _CLOCK, _fields),
    (rf"{_DAY}(?:st|nd|rd|th)?[ \t.-]*{_NAME}", _fields),
    (rf"{_NAME}-{_DAY2}-{_YEAR}", _fields),
    (rf"{_YEAR}-{_NAME}-{_DAY2}", _fields),
    (rf"{_YEAR4}{_MONTH2}{_DAY2}", _fields),
    (rf"{_YEAR4}{_MONTH2}{_DAY2}t?{_HOUR2}{_MINUTE2}{_SECONDS2}", _fields),
    (r"(?P<year>[0-9]{4})[.-]?(?P<day_of_year>36[0-6]|3[0-5][0-9]|[0-2][0-9][0-9])", _fields),
    (rf"{_YEAR4}-?W(?P<week>5[0-3]|[0-4][0-9])(?:-?(?P<weekday>[0-7]))?", _fields),
    (rf"{_YEAR4}:{_MONTH2}:{_DAY2} {_HOUR2}:{_MINUTE2}:{_SECONDS2}", _fields),
    (rf"{_DAY}/{_NAME}/{_YEAR4}:{_HOUR2}:{_MINUTE2}:{_SECONDS2}", _fields),
    (r"[0-9]{4}", _year),
    (r"ago", _ago),
    (_NAME, _fields),
    (_WEEKDAYS, _weekday),
    (rf"([+-]*)[ \t]*([0-9]{{1,13}})[ \t]*({_UNIT})", _amount),
    (rf"({_STEP})[ \t]+week", _week_step),
    (rf"({_STEP})[ \t]+({_UNIT})", _step),
    (rf"\((?:{SPELLING})\)|{SPELLING}", _zone),
)
