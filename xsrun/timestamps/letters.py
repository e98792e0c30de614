"""Dates as text by the letters of PHP ``date()``."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from xsrun.diagnostics import Fault
from xsrun.timestamps.names import MONTHS, WEEKDAYS

LONGEST: Final = 100_000


def render(when: datetime, pattern: str) -> str:
    """Every letter of the pattern replaced; other characters stay, a backslash protects the next one."""
    if len(pattern) > LONGEST:
        raise Fault("limit-size", f"a date format may have at most {LONGEST:,} characters")
    out: list[str] = []
    rest = iter(pattern)
    for letter in rest:
        if letter == "\\":
            out.append(next(rest, ""))
        else:
            show = _LETTERS.get(letter)
            out.append(show(when) if show else letter)
    return "".join(out)


def _suffix(when: datetime) -> str:
    if when.day in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(when.day % 10, "th")


def _offset(when: datetime, colon: str) -> str:
    seconds = _offset_seconds(when)
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}{colon}{minutes:02d}"


def _offset_seconds(when: datetime) -> int:
    return int((when.utcoffset() or timedelta()).total_seconds())


def _is_bare_offset(when: datetime) -> bool:
    return (when.tzname() or "").startswith(("UTC+", "UTC-"))


def _zone(when: datetime) -> str:
    """The place, abbreviation or offset the zone was asked by."""
    place = getattr(when.tzinfo, "key", None)
    return place or (_offset(when, ":") if _is_bare_offset(when) else when.tzname() or "")


def _abbreviation(when: datetime) -> str:
    return f"GMT{_offset(when, '')}" if _is_bare_offset(when) else when.tzname() or ""


def _beat(when: datetime) -> str:
    seconds = when.timestamp() + 3600
    return f"{int(seconds % 86400 / 86.4):03d}"


def _twelve(when: datetime) -> int:
    return when.hour % 12 or 12


_LETTERS: Final[dict[str, Callable[[datetime], str]]] = {
    "d": lambda when: f"{when.day:02d}",
    "j": lambda when: str(when.day),
    "D": lambda when: WEEKDAYS[when.isoweekday() % 7][:3].title(),
    "l": lambda when: WEEKDAYS[when.isoweekday() % 7].title(),
    "N": lambda when: str(when.isoweekday()),
    "w": lambda when: str(when.isoweekday() % 7),
    "S": _suffix,
    "z": lambda when: str(when.timetuple().tm_yday - 1),
    "W": lambda when: f"{when.isocalendar().week:02d}",
    "o": lambda when: str(when.isocalendar().year),
    "F": lambda when: MONTHS[when.month - 1].title(),
    "M": lambda when: MONTHS[when.month - 1][:3].title(),
    "m": lambda when: f"{when.month:02d}",
    "n": lambda when: str(when.month),
    "t": lambda when: str(monthrange(when.year, when.month)[1]),
    "L": lambda when: str(int(isleap(when.year))),
    "Y": lambda when: f"{when.year:04d}",
    "y": lambda when: f"{when.year % 100:02d}",
    "a": lambda when: "am" if when.hour < 12 else "pm",
    "A": lambda when: "AM" if when.hour < 12 else "PM",
    "B": _beat,
    "g": lambda when: str(_twelve(when)),
    "h": lambda when: f"{_twelve(when):02d}",
    "G": lambda when: str(when.hour),
    "H": lambda when: f"{when.hour:02d}",
    "i": lambda when: f"{when.minute:02d}",
    "s": lambda when: f"{when.second:02d}",
    "v": lambda when: f"{when.microsecond // 1000:03d}",
    "u": lambda when: f"{when.microsecond:06d}",
    "e": _zone,
    "I": lambda when: str(int(bool(when.dst()))),
    "O": lambda when: _offset(when, ""),
    "P": lambda when: _offset(when, ":"),
    "p": lambda when: "Z" if when.tzname() in ("UTC", "Z") else _offset(when, ":"),
    "T": _abbreviation,
    "Z": lambda when: str(_offset_seconds(when)),
    "c": lambda when: render(when, r"Y-m-d\TH:i:sP"),
    "r": lambda when: render(when, "D, d M Y H:i:s O"),
    "U": lambda when: str(int(when.timestamp() // 1)),
}
