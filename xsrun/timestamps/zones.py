"""Time zones by the names people write: places, abbreviations and offsets."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from xsrun.diagnostics import Fault, nearest

SPELLING: Final = r"(?:GMT)?[+-](?:2[0-4]|[01]?[0-9]):?(?:[0-5]?[0-9])?|[a-z]+/[a-z][a-z0-9_+/-]*|[a-z]{1,6}"
"""What a zone looks like inside a date text (any case)."""

_OFFSET: Final = re.compile(r"(?:GMT)?([+-])(2[0-4]|[01]?[0-9]):?([0-5]?[0-9])?", re.IGNORECASE)
_PLACE: Final = re.compile(r"[A-Za-z0-9_+/-]{1,60}")

_HOURS: Final[dict[str, float]] = {
    "Z": 0, "GMT": 0, "UCT": 0, "ZULU": 0,
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "SST": -11,
    "CAT": 2, "EAT": 3, "WAT": 1, "SAST": 2, "IST": 2, "IDT": 3, "PKT": 5, "WIB": 7, "HKT": 8, "JST": 9,
    "AWST": 8, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip


@lru_cache(maxsize=256)
def find_zone(name: str) -> tzinfo | None:
    """The zone of a place (``Europe/Paris``), an abbreviation (``EST``) or an offset (``+02:00``), in any case."""
    return _abbreviation(name) or _offset(name) or _place(name)


def zone_named(name: str) -> tzinfo:
    """The same zone. Raises ``Fault``, with the nearest place as help, when there is none."""
    zone = find_zone(name)
    if zone is None:
        close = nearest(name, available_timezones())
        help = f'write "{close}"' if close else 'write a place such as "Europe/Paris" or an offset such as "+02:00"'
        raise Fault("bad-argument", f"Unknown time zone: {name[:60]}", help=help)
    return zone


def _abbreviation(name: str) -> tzinfo | None:
    hours = _HOURS.get(name.upper())
    return None if hours is None else timezone(timedelta(hours=hours), name.upper())


def _offset(name: str) -> tzinfo | None:
    found = _OFFSET.fullmatch(name)
    if found is None or found[2] == "24":
        return None
    away = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-away if found[1] == "-" else away)


def _place(name: str) -> tzinfo | None:
    if not _PLACE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        spelled = _places().get(name.casefold())
        return ZoneInfo(spelled) if spelled and spelled != name else None


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
