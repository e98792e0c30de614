"""The lines in which two values differ."""

from __future__ import annotations

import difflib
import json
from typing import Any, Final

from xsrun import values

MOST_LINES: Final = 60
"""Lines of a comparison."""


def comparison(expected: Any, actual: Any) -> tuple[str, ...]:
    """The lines in which two values differ: ``-`` was expected, ``+`` came."""
    return compared_lines(_spread(expected), _spread(actual))


def compared_lines(expected: list[str], actual: list[str]) -> tuple[str, ...]:
    """The same of two texts."""
    compared = [*difflib.unified_diff(expected, actual, lineterm="", n=2)][3:]
    lines = ["- expected", "+ actual", *("..." if line.startswith("@@") else line for line in compared)]
    more = [f"… {len(lines) - MOST_LINES} more lines"] * (len(lines) > MOST_LINES)
    return (*lines[:MOST_LINES], *more)


def _spread(value: Any) -> list[str]:
    """A value over several lines; keys in order, since their order makes no difference."""
    return json.dumps(values.plain(value), indent=2, sort_keys=True, ensure_ascii=False).splitlines()
