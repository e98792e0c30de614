"""What all lists have in common: filters with an operator in brackets, and paging by the last id seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from xsrun.effects.ports import Response
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import read_time
from xsrun.simulators.incident_io.errors import Wrong
from xsrun.simulators.incident_io.state import Account
from xsrun.simulators.routing import Call, reply

Item = TypeVar("Item")

BRACKETS: Final = re.compile(r"(?P<name>\w+(?:\[\w+\])?)\[(?P<operator>\w+)\]")
DAY_END: Final = 86_400_000 - 1
ANY: Final = (-(2**63), 2**63)

ONE_OF: Final = ("one_of",)
CHOICE: Final = ("one_of", "not_in")
TIME: Final = ("gte", "lte", "date_range")


class Filter(NamedTuple):
    """What a filter compares, and how.

    ``read`` gives the values of an item: texts, or times in milliseconds. ``measure`` turns a text into the number
    that bounds compare with, None when it is none.
    """

    read: Callable[[Any], Sequence[str | int]]
    operators: tuple[str, ...]
    measure: Callable[[str], int | None] = read_time


class Demand(NamedTuple):
    """One filter of a query that has been read."""

    operator: str
    values: list[str]
    filter: Filter
    bounds: tuple[int, int]


def matcher(account: Account, call: Call, filters: Mapping[str, Filter]) -> Callable[[Any], bool]:
    """The test that the filters of the query make, refused with 422 when one of them is not understood."""
    demands = _demands(account, call, filters)
    join = any if call.one("filter_mode") == "any" and demands else all
    return lambda item: join(_meets(item, demand) for demand in demands)


def given(call: Call, name: str) -> bool:
    """Whether the query holds a filter of that name."""
    return any(key.startswith(f"{name}[") for key, _ in call.query)


def _demands(account: Account, call: Call, filters: Mapping[str, Filter]) -> list[Demand]:
    demands: list[Demand] = []
    wrong: list[Wrong] = []
    for key in dict.fromkeys(key for key, _ in call.query):
        found = BRACKETS.fullmatch(key)
        name = found["name"] if found else key
        if name not in filters:
            continue
        filtered = filters[name]
        operator = found["operator"] if found else ""
        values = call.every(key)
        if operator not in filtered.operators:
            wrong.append(Wrong("invalid_operator", f"{name} takes {', '.join(filtered.operators)} in brackets", name))
            continue
        bounds = _bounds(filtered, operator, values[-1])
        if bounds is None:
            wrong.append(Wrong("invalid_value", f"{name} cannot be compared with {values[-1]}", name))
            continue
        demands.append(Demand(operator, values, filtered, bounds))
    account.refuse_if(wrong)
    return demands


def _bounds(filtered: Filter, operator: str, value: str) -> tuple[int, int] | None:
    """The lowest and highest number that pass; None when the text is no bound."""
    if operator not in TIME:
        return ANY
    low, _, high = value.partition("~") if operator == "date_range" else (value, "", value)
    first, last = filtered.measure(low), filtered.measure(high)
    if first is None or last is None:
        return None
    if filtered.measure is read_time and len(high) == len("2024-12-08"):
        last += DAY_END  # a day without a time stands for all of it
    return (ANY[0] if operator == "lte" else first), (ANY[1] if operator == "gte" else last)


def _meets(item: Any, demand: Demand) -> bool:
    values = demand.filter.read(item)
    if demand.operator in TIME:
        low, high = demand.bounds
        numbers = (_number(demand.filter, value) for value in values)
        return any(number is not None and low <= number <= high for number in numbers)
    found = any(value in demand.values for value in values)
    return found != (demand.operator == "not_in")


def _number(filtered: Filter, value: str | int) -> int | None:
    return value if isinstance(value, int) else filtered.measure(value)


class Page(NamedTuple):
    """How a list is cut: its name, the call that asks for it, and whether the answer counts all records."""

    name: str
    endpoint: Endpoint
    counted: bool = False


def page(
    account: Account,
    call: Call,
    form: Page,
    ordered: Iterable[Item],
    wanted: Callable[[Item], bool],
    show: Callable[[Item], Any],
) -> Response:
    """Answer with the page that ``page_size`` and ``after`` ask for; items have an ``id``."""
    size = _size(account, call, *form.endpoint.parameter("page_size").between or ())
    found = list(ordered)
    total = sum(map(wanted, found))
    rest = list(filter(wanted, found[_start(account, call, found) :]))
    meta: dict[str, Any] = {"page_size": size}
    if len(rest) > size:
        meta["after"] = _id(rest[size - 1])
    if form.counted:
        meta["total_record_count"] = total
    return reply(200, {form.name: [show(item) for item in rest[:size]], "pagination_meta": meta})


def _size(account: Account, call: Call, least: int, largest: int) -> int:
    text = call.one("page_size") or "25"
    if text.isdecimal() and len(text) < 6 and least <= int(text) <= largest:
        return int(text)
    raise account.refuse(422, [Wrong("invalid_value", f"Page size must be from {least} to {largest}", "page_size")])


def _start(account: Account, call: Call, items: Sequence[Any]) -> int:
    after = call.one("after")
    if not after:
        return 0
    for index, item in enumerate(items, 1):
        if _id(item) == after:
            return index
    raise account.refuse(422, [Wrong("invalid_value", "After must be an id out of this list", "after")])


def _id(item: Any) -> str:
    return str(item.id)
