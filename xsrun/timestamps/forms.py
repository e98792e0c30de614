"""Date texts of a known form, read by the letters of PHP ``createFromFormat``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from typing import Final

from xsrun.diagnostics import Fault
from xsrun.timestamps.moment import HERE_OR_AFTER, Moment
from xsrun.timestamps.names import month_number, weekday_number
from xsrun.timestamps.zones import SPELLING, find_zone

_SKIPPED: Final = {
    " ": re.compile(r"\s*"),
    "?": re.compile(r"[\s\S]"),
    "*": re.compile(r"[^\s0-9,;:/.\\()-]*"),
    "#": re.compile(r"[;:/.,()-]"),
    "+": re.compile(r"[\s\S]*"),
    "S": re.compile(r"st|nd|rd|th", re.IGNORECASE),
}


def scan(text: str, pattern: str) -> Moment:
    """The fields of the text; the time of day is open only when the pattern has none.

    Raises ``Fault`` when text and pattern do not fit.
    """
    moment = Moment()
    place = 0
    letters = iter(pattern)
    for letter in letters:
        if letter == "!":
            _start_at_epoch(moment, reset=True)
        elif letter == "|":
            _start_at_epoch(moment, reset=False)
        elif letter in _SKIPPED:
            place = _match(_SKIPPED[letter], text, place, letter).end()
        elif letter in _FIELDS:
            source, take = _FIELDS[letter]
            found = _match(source, text, place, letter)
            take(moment, found[0])
            place = found.end()
        else:
            wanted = next(letters, "\\") if letter == "\\" else letter
            if not text.startswith(wanted, place):
                raise _no_fit(wanted, text, place)
            place += len(wanted)
    if place < len(text):
        raise _unfit(f'the text goes on with "{text[place : place + 20]}"')
    _close(moment)
    return moment


def _match(source: re.Pattern[str], text: str, place: int, letter: str) -> re.Match[str]:
    found = source.match(text, place)
    if found is None:
        raise _no_fit(letter, text, place)
    return found


def _no_fit(letter: str, text: str, place: int) -> Fault:
    return _unfit(f'"{letter}" of the format does not fit "{text[place : place + 20]}"')


def _unfit(help: str) -> Fault:
    return Fault("bad-argument", "Unable to parse timestamp.", help=help)


def _close(moment: Moment) -> None:
    clock = (moment.hour, moment.minute, moment.second)
    if any(part is not None for part in clock) or moment.has_time:
        moment.set_clock(moment.hour or 0, moment.minute or 0, moment.second or 0)


def _start_at_epoch(moment: Moment, reset: bool) -> None:
    zero = {"year": 1970, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
    for field, value in zero.items():
        if reset or getattr(moment, field) is None:
            setattr(moment, field, value)


def _number(field: str) -> Callable[[Moment, str], None]:
    def take(moment: Moment, digits: str) -> None:
        setattr(moment, field, int(digits))

    return take


def _short_year(moment: Moment, digits: str) -> None:
    moment.year = int(digits) + (2000 if int(digits) < 70 else 1900)


def _day_of_year(moment: Moment, digits: str) -> None:
    moment.month, moment.day = 1, int(digits) + 1


def _month(moment: Moment, word: str) -> None:
    moment.month = month_number(word)
    if moment.month is None:
        raise _unfit(f'"{word[:20]}" is no month')


def _weekday(moment: Moment, word: str) -> None:
    moment.weekday, moment.search = weekday_number(word), HERE_OR_AFTER
    if moment.weekday is None:
        raise _unfit(f'"{word[:20]}" is no weekday')


def _half_day_hour(moment: Moment, digits: str) -> None:
    if int(digits) > 12:
        raise _unfit(f"hour {digits} is higher than 12")
    moment.hour = int(digits)


def _half_day(moment: Moment, word: str) -> None:
    if moment.hour is None:
        raise _unfit("am and pm must follow an hour")
    moment.hour = moment.hour % 12 + (12 if word[0] in "pP" else 0)


def _fraction(moment: Moment, digits: str) -> None:
    moment.millis += int(digits.ljust(6, "0")) // 1000
    moment.has_time = True


def _epoch_seconds(moment: Moment, digits: str) -> None:
    _start_at_epoch(moment, reset=True)
    moment.millis, moment.zone = int(digits) * 1000, UTC


def _zone(moment: Moment, name: str) -> None:
    moment.zone = find_zone(name)
    if moment.zone is None:
        raise _unfit(f'"{name[:40]}" is no time zone')


_ONE_OR_TWO: Final = re.compile("[0-9]{1,2}")
_TWO: Final = re.compile("[0-9]{2}")
_WORD: Final = re.compile("[A-Za-z]+")
_ZONE: Final = re.compile(SPELLING, re.IGNORECASE)

_FIELDS: Final[dict[str, tuple[re.Pattern[str], Callable[[Moment, str], None]]]] = {
    **dict.fromkeys("dj", (_ONE_OR_TWO, _number("day"))),
    **dict.fromkeys("mn", (_ONE_OR_TWO, _number("month"))),
    **dict.fromkeys("GH", (_ONE_OR_TWO, _number("hour"))),
    **dict.fromkeys("gh", (_ONE_OR_TWO, _half_day_hour)),
    **dict.fromkeys("Dl", (_WORD, _weekday)),
    **dict.fromkeys("MF", (_WORD, _month)),
    **dict.fromkeys("aA", (re.compile("[ap]m", re.IGNORECASE), _half_day)),
    **dict.fromkeys("eTOPp", (_ZONE, _zone)),
    "i": (_TWO, _number("minute")),
    "s": (_TWO, _number("second")),
    "v": (re.compile("[0-9]{1,3}"), _fraction),
    "u": (re.compile("[0-9]{1,6}"), _fraction),
    "Y": (re.compile("[0-9]{1,4}"), _number("year")),
    "y": (_TWO, _short_year),
    "z": (re.compile("[0-9]{1,3}"), _day_of_year),
    "U": (re.compile("-?[0-9]{1,15}"), _epoch_seconds),
}
