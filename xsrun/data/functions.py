"""What SQLite does not have: functions that conditions call, each as PostgreSQL does it."""

from __future__ import annotations

import json
import math
import sqlite3
import statistics
import threading
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, wraps
from typing import Any, Final
from zoneinfo import ZoneInfo

from xsrun import values
from xsrun.late import regex

EARTH: Final = 6_371_008.8
"""Its mean radius in metres."""


_raised = threading.local()


def cause() -> str:
    """Why the last function that failed on this thread did: SQLite only says that one did."""
    return str(getattr(_raised, "cause", ""))


def _of_texts(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is null when any argument is, as in SQL."""

    @wraps(function)
    def strict(*arguments: Any) -> Any:
        if None in arguments:
            return None
        try:
            return function(*arguments)
        except Exception as error:
            _raised.cause = str(error)
            raise

    return strict


@cache
def _like_pattern(pattern: str) -> Any:
    """A pattern of LIKE as a regular expression: ``%``, ``_``, and a backslash before what is meant as it is."""
    made, at = "", 0
    while at < len(pattern):
        each = pattern[at]
        if each == "\\":
            at += 1
            if at == len(pattern):
                raise ValueError("LIKE pattern must not end with escape character")
            made += regex.escape(pattern[at])
        else:
            made += {"%": ".*", "_": "."}.get(each) or regex.escape(each)
        at += 1
    return regex.compile(made, regex.DOTALL)


def like(text: str, pattern: str) -> bool:
    """LIKE, in which case counts."""
    return bool(_like_pattern(pattern).fullmatch(text))


def ilike(text: str, pattern: str) -> bool:
    """LIKE, in which case does not count."""
    return like(text.lower(), pattern.lower())


def includes(text: str, part: str) -> bool:
    """Whether a text holds another one in any case."""
    return part.lower() in text.lower()


def holds(holder: str, held: str) -> bool:
    """Containment of JSON, as ``@>``."""
    return _holds(json.loads(holder), json.loads(held), True)


def _holds(holder: Any, held: Any, outermost: bool = False) -> bool:
    if isinstance(holder, dict) and isinstance(held, dict):
        return all(key in holder and _holds(holder[key], value) for key, value in held.items())
    if isinstance(holder, list) and isinstance(held, list):
        return all(any(_holds(each, wanted) for each in holder) for wanted in held)
    if outermost and isinstance(holder, list) and not isinstance(held, dict):
        return any(_same(each, held) for each in holder)
    return _same(holder, held)


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and a == b if isinstance(a, bool) or isinstance(b, bool) else bool(a == b)


def overlaps(one: str, other: str) -> bool:
    """Whether two lists of JSON share an element."""
    left, right = json.loads(one), json.loads(other)
    return isinstance(left, list) and isinstance(right, list) and any(_same(a, b) for a in left for b in right)


def matches(text: str, pattern: str) -> bool:
    """Whether a regular expression matches somewhere."""
    return regex.search(pattern, text, timeout=1) is not None


def text_of(value: Any, mark: str) -> str:
    """The text of a value as the language writes it."""
    return values.to_text(bool(value)) if mark == "bool" else values.to_text(value)


# ------------------------------------------------------------------ numbers and times


def round_(number: float, digits: int) -> float:
    """A number with so many decimals, halves away from zero."""
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def ts_part(ms: int, part: str, zone: str) -> int:
    """A part of a time, named as PostgreSQL names it."""
    at = datetime.fromtimestamp(ms // 1000, ZoneInfo(zone))
    if part == "week":
        return at.isocalendar().week
    if part == "dow":
        return at.isoweekday() % 7
    return at.timetuple().tm_yday if part == "doy" else int(getattr(at, part))


def add_months(ms: int, months: int) -> int:
    """A time some months later in UTC, on the last day of a month that is too short."""
    at = datetime.fromtimestamp(ms // 1000, UTC)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, monthrange(year, month + 1)[1])
    return int(at.replace(year=year, month=month + 1, day=day).timestamp()) * 1000 + ms % 1000


def unaccent(text: str) -> str:
    """A text without the marks on its letters."""
    plain = "".join(each for each in unicodedata.normalize("NFD", text) if not "\u0300" <= each <= "\u036f")
    return unicodedata.normalize("NFC", plain)


def search(text: str, words: str) -> float:
    """How often the words occur in a text, 0 when one of them does not."""
    found = [text.lower().count(each) for each in words.lower().split()]
    return float(sum(found)) if found and all(found) else 0.0


# ------------------------------------------------------------------ places and vectors


def _points(shape: Any) -> list[dict[str, float]]:
    if isinstance(shape, dict):
        return [shape] if "lng" in shape else _points(list(shape.values()))
    return [point for each in shape for point in _points(each)] if isinstance(shape, list) else []


def _rings(shape: Any) -> list[list[dict[str, float]]]:
    if not isinstance(shape, list):
        return []
    ring = [shape] if shape and isinstance(shape[0], dict) else []
    return [*ring, *(found for each in shape for found in _rings(each))]


def covers(one: str, other: str) -> bool:
    """Whether every point of a shape lies in the area of another: an odd number of edges is beside it."""
    edges = [
        (a["lng"], a["lat"], b["lng"], b["lat"])
        for ring in _rings(json.loads(one).get("data"))
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
    ]

    def inside(x: float, y: float) -> bool:
        crossed = [(y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 for x1, y1, x2, y2 in edges]
        return sum(crossed) % 2 == 1

    return all(inside(each["lng"], each["lat"]) for each in _points(json.loads(other)))


def distance(one: str, other: str) -> float | None:
    """Metres between the nearest points of two shapes on a sphere, 0 where an area covers the other shape."""
    a, b = json.loads(one), json.loads(other)
    if (a["type"].startswith("poly") and covers(one, other)) or (b["type"].startswith("poly") and covers(other, one)):
        return 0.0
    return min((_metres(p, q) for p in _points(a) for q in _points(b)), default=None)


def _metres(p: dict[str, float], q: dict[str, float]) -> float:
    up, aside = math.radians(q["lat"] - p["lat"]) / 2, math.radians(q["lng"] - p["lng"]) / 2
    across = math.cos(math.radians(p["lat"])) * math.cos(math.radians(q["lat"])) * math.sin(aside) ** 2
    return 2 * EARTH * math.asin(math.sqrt(math.sin(up) ** 2 + across))


def vector(kind: str, one: str, other: str) -> float | None:
    """How two vectors stand to each other. Raises ValueError when they have not the same length."""
    a, b = json.loads(one), json.loads(other)
    if len(a) != len(b):
        raise ValueError("different vector dimensions")
    if kind in ("l1", "l2"):
        apart = [abs(x - y) for x, y in zip(a, b, strict=True)]
        return float(sum(apart)) if kind == "l1" else math.sqrt(sum(each * each for each in apart))
    dot = float(sum(x * y for x, y in zip(a, b, strict=True)))
    if "product" in kind:
        return dot if kind == "inner_product" else -dot
    lengths = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b))
    similar = dot / lengths if lengths else None
    return similar if similar is None or kind == "cosine_similarity" else 1 - similar


FUNCTIONS: Final[dict[str, tuple[Callable[..., Any], int]]] = {
    "xs_like": (like, 2),
    "xs_ilike": (ilike, 2),
    "xs_includes": (includes, 2),
    "xs_holds": (holds, 2),
    "xs_overlaps": (overlaps, 2),
    "xs_matches": (matches, 2),
    "xs_text": (text_of, 2),
    "xs_floor_div": (lambda a, b: a // b, 2),
    "xs_floor": (math.floor, 1),
    "xs_ceil": (math.ceil, 1),
    "xs_round": (round_, 2),
    "xs_ts_part": (ts_part, 3),
    "xs_add_months": (add_months, 2),
    "xs_unaccent": (unaccent, 1),
    "xs_search": (search, 2),
    "xs_covers": (covers, 2),
    "xs_distance": (distance, 2),
    "xs_vec": (vector, 3),
    "xs_lower": (str.lower, 1),
    "xs_upper": (str.upper, 1),
}
"""By name, with the number of arguments."""


class Median:
    """The middle of numbers, as ``percentile_cont(0.5)``."""

    def __init__(self) -> None:
        self._numbers: list[float] = []

    def step(self, number: float | None) -> None:
        """Take a number."""
        if number is not None:
            self._numbers.append(number)

    def finalize(self) -> float | None:
        """The middle of all."""
        return statistics.median(self._numbers) if self._numbers else None


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions."""
    for name, (function, arguments) in FUNCTIONS.items():
        connection.create_function(name, arguments, _of_texts(function), deterministic=True)
    connection.create_aggregate("xs_median", 1, Median)  # type: ignore[arg-type]
