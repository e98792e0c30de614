"""English names of months and weekdays, in lower case."""

from __future__ import annotations

from typing import Final

MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")

_MONTH_NUMBERS: Final = {
    "sept": 9,
    **{spelled: number for number, name in enumerate(MONTHS, 1) for spelled in (name, name[:3])},
}
_WEEKDAY_NUMBERS: Final = {
    spelled: number for number, name in enumerate(WEEKDAYS) for spelled in (name, f"{name}s", name[:3])
}

MONTH_WORDS: Final = tuple(sorted(_MONTH_NUMBERS, key=len, reverse=True))
WEEKDAY_WORDS: Final = tuple(sorted(_WEEKDAY_NUMBERS, key=len, reverse=True))
"""Every accepted spelling, longer ones first."""


def month_number(word: str) -> int | None:
    """The number from 1 of a month by its name or short name in any case; None for any other word."""
    return _MONTH_NUMBERS.get(word.lower())


def weekday_number(word: str) -> int | None:
    """The number of a weekday from 0 for Sunday by its name or short name in any case; None for any other word."""
    return _WEEKDAY_NUMBERS.get(word.lower())
