"""Timestamps: milliseconds since 1970-01-01T00:00Z, read from text and written as text.

The rules are those of PHP (expressions.md section 12): ``date()`` letters, ``createFromFormat`` letters,
and the phrases of ``strtotime``. There is no clock in here: whoever reads a text passes in what "now" is.
Every function raises ``Fault`` with code ``bad-argument`` for a text, zone or year it cannot use; years
run from 1 to 9999.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xsrun import values
from xsrun.timestamps.forms import scan
from xsrun.timestamps.letters import render
from xsrun.timestamps.moment import local, resolve
from xsrun.timestamps.phrases import understand
from xsrun.timestamps.zones import zone_named

__all__ = ["format_instant", "instant", "local_time", "parse", "parse_as"]


def instant(value: Any, now: int, zone: str = "UTC") -> int | None:
    """A timestamp out of any value: numbers and numeric texts as they are, other texts by ``parse``, null as None."""
    if isinstance(value, str) and values.parse_number(value) is None:
        return parse(value, now, zone)
    return values.timestamp(value)


def parse(text: str, now: int, zone: str = "UTC") -> int:
    """The instant a date or a phrase such as ``first day of next month`` means, seen from ``now`` in the zone.

    A fraction of a second in the text is dropped; a phrase that keeps the time of day keeps that of ``now``
    to the millisecond.
    """
    return resolve(understand(text), now, zone_named(zone))


def parse_as(text: str, pattern: str, now: int, zone: str = "UTC") -> int:
    """The instant a text means that is written as the pattern says; what it leaves open is taken from ``now``."""
    return resolve(scan(text, pattern), now, zone_named(zone))


def format_instant(moment: int, pattern: str, zone: str = "UTC") -> str:
    """An instant as text by ``date()`` letters; a backslash makes the next letter stand for itself."""
    return render(local_time(moment, zone), pattern)


def local_time(moment: int, zone: str = "UTC") -> datetime:
    """The calendar and clock of an instant in the zone."""
    return local(moment, zone_named(zone))
