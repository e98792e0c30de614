"""Filters that put a list in order, and the kinds of order there are."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key

from xsrun import values
from xsrun.builtins.registry import Bool, Group, List, Text
from xsrun.hints import Any, Final
from xsrun.late import re
from xsrun.paths import of_element

array = Group("array")

_DIGITS: Final = re.compile(r"([0-9]+)")


@array.filter(
    '[{n: "z"}, {n: "a"}]|sort:"n":"text":true -> [{"n":"a"},{"n":"z"}]',
    "[10,9,2]|sort -> [10,2,9]",
    '[10,9,2]|sort:"":"number" -> [2,9,10]',
    '["b","C","a"]|sort -> ["a","b","C"]',
    '["f10","f9"]|sort:"":"natural":false -> ["f10","f9"]',
    misnomers=("fsort", "sort_by", "order_by"),
)
def sort(subject: List, path: Text = "", type_: Text = "itext", asc: Bool = True) -> List:
    """Sort a list by its elements or by their values at a path, as text unless told otherwise.

    The type is ``text`` (capitals first), ``itext`` (capitals and small letters alike, the default),
    ``natural`` and ``inatural`` (runs of digits by their number) or ``number``; any other sorts as
    text. Text puts 10 before 9: numbers need ``sort:"":"number"``. Equal elements keep their order.
    """
    return _sorted(subject, path, type_, descending=not asc)


@array.filter(
    '["a","b"]|rsort -> ["b","a"]',
    '[{n: 2}, {n: 10}]|rsort:"n":"number" -> [{"n":10},{"n":2}]',
)
def rsort(subject: List, path: Text = "", type_: Text = "itext") -> List:
    """Sort a list in descending order; path and type as in sort."""
    return _sorted(subject, path, type_, descending=True)


def _sorted(items: list[Any], path: str, order: str, *, descending: bool) -> list[Any]:
    at = of_element(path)
    if order == "number" and {type(at(element)) for element in items} <= {int, float}:
        return sorted(items, key=at, reverse=descending)
    rank: Callable[[Any], Any] = _ORDERS.get(order, values.to_text)
    return sorted(items, key=lambda element: rank(at(element)), reverse=descending)


def _folded(value: Any) -> str:
    return values.to_text(value).lower()


def _natural(value: Any) -> list[Any]:
    return _runs(values.to_text(value))


def _folded_natural(value: Any) -> list[Any]:
    return _runs(_folded(value))


def _runs(text: str) -> list[Any]:
    """Text and digits in turn; digits as (length, digits) without leading zeros, which orders like the number."""
    runs: list[Any] = _DIGITS.split(text)
    for i in range(1, len(runs), 2):
        digits = runs[i].lstrip("0")
        runs[i] = (len(digits), digits)
    return runs


_COMPARED: Final = cmp_to_key(values.compare)


def _number(value: Any) -> Any:
    return _COMPARED("" if value is None else value)


_ORDERS: Final[dict[str, Callable[[Any], Any]]] = {
    "text": values.to_text,
    "itext": _folded,
    "natural": _natural,
    "inatural": _folded_natural,
    "number": _number,
}
