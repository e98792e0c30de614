"""Filters that make one value of all elements of a list."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key

from xsrun import values
from xsrun.builtins.registry import Group, List, Value
from xsrun.hints import Any, Final

array = Group("array")

_BY_ORDER: Final = cmp_to_key(values.compare)


@array.filter(
    "[1,2,3,4]|sum -> 10",
    '[1.5,"2",null,true,"x"]|sum -> 4.5',
    "[]|sum -> 0",
    "[[1]]|sum -> !Not numeric.",
)
def sum_(subject: List) -> int | float:
    """Add up a list; numeric text counts, true is 1, and null and other text are 0."""
    return sum(subject) if _are_small(subject) else _fold(values.add, subject, 0)


@array.filter("[1,2,3,4]|product -> 24", '["2",1.5]|product -> 3', "[]|product -> 1")
def product(subject: List) -> int | float:
    """Multiply all elements of a list; text, booleans and null count as in sum."""
    return _fold(values.multiply, subject, 1)


@array.filter("[1,2,3,4]|avg -> 2.5", "[2,4]|avg -> 3", "[]|avg -> null")
def avg(subject: List) -> float | None:
    """Give the average of a list, null when it is empty; elements count as in sum."""
    return sum_(subject) / len(subject) if subject else None


@array.filter("[5,2,8,1]|array_max -> 8", '["b","a"]|array_max -> "b"', "[]|array_max -> null")
def array_max(subject: List) -> Value:
    """Give the largest element of a list, null when it is empty."""
    return max(subject, key=_BY_ORDER, default=None)


@array.filter("[5,2,8,1]|array_min -> 1", '["10","9"]|array_min -> "9"', "[]|array_min -> null")
def array_min(subject: List) -> Value:
    """Give the smallest element of a list, null when it is empty."""
    return min(subject, key=_BY_ORDER, default=None)


def _are_small(items: list[Any]) -> bool:
    """Whether all are integers, and no sum of them leaves 64 bits."""
    return {*map(type, items)} == {int} and len(items) * max(max(items), -min(items)) <= values.INT_MAX


def _fold(operation: Callable[[Any, Any], int | float], items: list[Any], start: int) -> int | float:
    result: int | float = start
    for element in items:
        result = operation(result, _amount(element))
    return result


def _amount(value: Any) -> int | float:
    kind = type(value)
    if kind is int or kind is float:
        return value  # type: ignore[no-any-return]
    if value is None or kind is bool:
        return int(value or 0)
    if kind is str:
        return values.parse_number(value) or 0
    raise values.not_numeric(value)
