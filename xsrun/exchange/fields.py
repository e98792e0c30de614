"""Objects and lists as ``key=value`` pairs, for queries and forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

from xsrun import values
from xsrun.diagnostics import Fault


def urlencoded(value: Any) -> str:
    """The query or form text of an object or list. Raises Fault for a resource in it."""
    return "&".join(f"{_quoted(name)}={_quoted(scalar_text(item))}" for name, item in pairs(value))


def pairs(value: Any) -> list[tuple[str, Any]]:
    """Every scalar in an object or list with its name: ``a``, ``a[b]``, ``a[0]``; nulls are left out."""
    try:
        return [pair for key, item in values.as_object(value).items() for pair in _flat(key, item)]
    except RecursionError:
        raise Fault("limit-size", "the value is nested too deep for a query or form") from None


def scalar_text(value: Any) -> str:
    """A scalar in a query or form: ``1`` and ``0`` for true and false, numbers without exponent."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return _plain_decimal(value)
    return values.text(value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    value = values.settled(value)
    if isinstance(value, list | dict):
        for key, item in values.as_object(value).items():
            yield from _flat(f"{name}[{key}]", item)
    elif value is not None:
        yield name, value


def _quoted(text: str) -> str:
    return quote_plus(text, errors="surrogatepass").replace("~", "%7E")


def _plain_decimal(value: float) -> str:
    text = values.decimal_text(value)
    return f"{value:.20f}".rstrip("0").rstrip(".") if "E" in text else text
