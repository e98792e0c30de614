"""What SQLite does not have: functions that conditions call, each as PostgreSQL does it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, Final

from xsrun import values
from xsrun.late import regex


def _of_texts(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is null when any argument is, as in SQL."""

    @wraps(function)
    def strict(*arguments: Any) -> Any:
        return None if None in arguments else function(*arguments)

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


FUNCTIONS: Final[dict[str, tuple[Callable[..., Any], int]]] = {
    "xs_like": (like, 2),
    "xs_ilike": (ilike, 2),
    "xs_includes": (includes, 2),
    "xs_holds": (holds, 2),
    "xs_overlaps": (overlaps, 2),
    "xs_matches": (matches, 2),
    "xs_text": (text_of, 2),
    "xs_lower": (str.lower, 1),
    "xs_upper": (str.upper, 1),
}
"""By name, with the number of arguments."""


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions."""
    for name, (function, arguments) in FUNCTIONS.items():
        connection.create_function(name, arguments, _of_texts(function), deterministic=True)
