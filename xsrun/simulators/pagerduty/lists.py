"""What all lists of the REST API have in common: paging, sorting, filters of the query, ``include[]``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from xsrun.effects.ports import Response
from xsrun.providers.fields import read_time
from xsrun.simulators.pagerduty.errors import refuse
from xsrun.simulators.pagerduty.present import View
from xsrun.simulators.pagerduty.state import Account
from xsrun.simulators.routing import Call, reply

Item = TypeVar("Item")

LARGEST_PAGE: Final = 100
FARTHEST: Final = 10_000


def view(account: Account, call: Call) -> View:
    """The view on the account that this call asks for."""
    return View(account, call.base, frozenset(call.every("include[]")))


def page(call: Call, name: str, items: Sequence[Item], show: Callable[[Item], Any]) -> Response:
    """Answer with the page that ``limit`` and ``offset`` ask for, under that name."""
    limit = max(1, min(count(call, "limit", 25), LARGEST_PAGE))
    offset = count(call, "offset", 0)
    if offset + limit > FARTHEST:
        raise refuse(
            "arguments",
            f"Offset+limit exceeds maximum allowed value of {FARTHEST}. Narrow the search down with filters.",
        )
    return reply(
        200,
        {
            name: [show(item) for item in items[offset : offset + limit]],
            "limit": limit,
            "offset": offset,
            "more": offset + limit < len(items),
            "total": len(items) if call.one("total") == "true" else None,
        },
    )


def count(call: Call, name: str, default: int) -> int:
    """The number in a query parameter."""
    text = call.one(name)
    if not text:
        return default
    if not (text.isdecimal() and len(text) < 10):
        raise refuse("invalid", f"{name.capitalize()} must be a number.")
    return int(text)


def choices(call: Call, name: str, allowed: Sequence[str], complaint: str) -> set[str]:
    """The values of a repeated filter; refused with the complaint when one is none of those allowed."""
    given = set(call.every(name))
    if not given <= set(allowed):
        raise refuse("invalid", complaint)
    return given


def moment(call: Call, name: str) -> int | None:
    """The time in a query parameter, in milliseconds; None when it is not there."""
    text = call.one(name)
    if not text:
        return None
    found = read_time(text)
    if found is None:
        raise refuse("invalid", f"{name.capitalize()} must be an ISO 8601 time.")
    return found


def sort(call: Call, items: Iterable[Item], keys: Mapping[str, Callable[[Item], Any]], at_most: int = 1) -> list[Item]:
    """The items in the order that ``sort_by`` asks for: names with ``:asc`` or ``:desc``, separated by commas."""
    wanted = [word for word in call.one("sort_by").split(",") if word]
    ordered = list(items)
    if len(wanted) > at_most:
        raise refuse("invalid", f"Sort by takes at most {at_most} fields.")
    for word in reversed(wanted):
        name, _, direction = word.partition(":")
        if name not in keys or direction not in ("", "asc", "desc"):
            raise refuse("invalid", f"Sort by must be one of {', '.join(keys)}, each with :asc or :desc.")
        ordered.sort(key=keys[name], reverse=direction == "desc")
    return ordered
