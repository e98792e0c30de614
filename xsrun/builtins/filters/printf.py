"""The filter that fills values into a format."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from xsrun import values
from xsrun.builtins.registry import Group, Text, Value
from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final
from xsrun.late import re
from xsrun.record import NamedTuple

printf = Group("printf")

MAX_PRECISION: Final = 53
UNSIGNED: Final = 2**64 - 1

_PLACE: Final = re.compile(
    r"%(?:(?P<percent>%)"
    r"|(?:(?P<number>\d{1,9})\$)?(?P<flags>(?:[-+ 0]|'.)*+)"
    r"(?P<width>\d{0,9})(?:\.(?P<precision>\d{0,9}))?l?(?P<letter>[a-zA-Z])"
    r"|(?P<broken>))",
    re.DOTALL | re.ASCII,
)
_FLAG: Final = re.compile(r"'.|.", re.DOTALL)
_LEADING_NUMBER: Final = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII)
_EXPONENT: Final = re.compile(r"e([+-])0*(?=\d)")


class _Place(NamedTuple):
    """One place of a format, read."""

    letter: str
    left: bool
    plus: bool
    pad: str
    width: int
    precision: int | None


@printf.filter(
    '"Hello %s, %d new"|sprintf:"Bob":5 -> "Hello Bob, 5 new"',
    '"%.2f|%05d|%x"|sprintf:3.14159:42:255 -> "3.14|00042|ff"',
    '"%2$s %1$s"|sprintf:"a":"b" -> "b a"',
    '"%s"|sprintf -> !Too few values for the format: 1 needed, 0 given.',
)
def sprintf(subject: Text, *values_: Value) -> Text:
    """Fill values into the places of a format, such as %s for text, %d for integers and %.2f for two decimals.

    A place is ``%``, then optionally ``n$`` for the n-th value, the flags ``-`` (left), ``+`` (sign),
    ``0`` or ``'c`` (fill character), a width, ``.precision``, and a letter: ``s`` text, ``d`` integer,
    ``u`` unsigned, ``f`` ``e`` ``g`` decimal, ``b`` ``o`` ``x`` ``X`` other bases, ``c`` character.
    ``%%`` is a percent sign.
    """
    following = iter(range(len(values_)))
    size = len(subject)

    def fill(found: re.Match[str]) -> str:
        nonlocal size
        if found["percent"]:
            return "%"
        if found["broken"] is not None:
            raise _unknown(found.string[found.start() : found.start() + 8])
        value = values_[_chosen(found["number"], following, len(values_))]
        place = _read(found)
        size += place.width
        values.demand_characters(size)
        piece = _aligned(place, _shown(place, value))
        size += len(piece)
        return piece

    return _PLACE.sub(fill, subject)


def _chosen(number: str | None, following: Iterator[int], given: int) -> int:
    position = next(following, given) if number is None else int(number) - 1
    if not 0 <= position < given:
        raise Fault("missing-argument", f"Too few values for the format: {position + 1} needed, {given} given.")
    return position


def _unknown(place: str) -> Fault:
    return Fault("bad-argument", f"Unknown place in the format: {place}", help="a percent sign itself is written %%")


def _read(found: re.Match[str]) -> _Place:
    flags: list[str] = _FLAG.findall(found["flags"])
    pads = [flag[-1] for flag in flags if flag not in ("-", "+")]
    precision = found["precision"]
    return _Place(
        letter=found["letter"],
        left="-" in flags,
        plus="+" in flags,
        pad=pads[-1] if pads else " ",
        width=int(found["width"] or 0),
        precision=None if precision is None else int(precision or 0),
    )


def _shown(place: _Place, value: Any) -> str:
    form = _FORMS.get(place.letter)
    if form is None:
        raise _unknown(f"%{place.letter}")
    return form(place, value)


def _aligned(place: _Place, shown: str) -> str:
    missing = place.width - len(shown)
    if missing <= 0:
        return shown
    if place.left:
        return shown + (" " if place.letter in "duboxX" and place.pad == "0" else place.pad) * missing
    if place.pad == "0" and place.letter in "dfFeEgGhH" and shown[:1] in ("-", "+"):
        return shown[0] + "0" * missing + shown[1:]
    return place.pad * missing + shown


def _lenient(value: Any) -> int | float:
    """The number a value begins with, 0 without one: formats take what arithmetic refuses."""
    if isinstance(value, int | float):
        return value
    found = _LEADING_NUMBER.match(values.text(value))
    return (values.parse_number(found[1]) if found else None) or 0


def _whole(value: Any) -> int:
    return int(values.truncate(_lenient(value)))


def _text(place: _Place, value: Any) -> str:
    return values.to_text(value)[: place.precision]


def _signed(place: _Place, value: Any) -> str:
    return format(_whole(value), "+d" if place.plus else "d")


def _unsigned(base: str) -> Callable[[_Place, Any], str]:
    return lambda place, value: format(_whole(value) & UNSIGNED, base)


def _character(place: _Place, value: Any) -> str:
    return chr(_whole(value) % 256)


def _decimal(style: str) -> Callable[[_Place, Any], str]:
    def show(place: _Place, value: Any) -> str:
        number = float(_lenient(value))
        if not math.isfinite(number):
            return values.decimal_text(number)
        precision = 6 if place.precision is None else min(place.precision, MAX_PRECISION)
        shown = _EXPONENT.sub(r"e\1", format(number, f"{'+' if place.plus else ''}.{precision}{style}"))
        if style == "g" and "e" in shown and "." not in shown:
            shown = shown.replace("e", ".0e")
        return shown.upper() if place.letter in "EGH" else shown

    return show


_FORMS: Final[dict[str, Callable[[_Place, Any], str]]] = {
    "s": _text,
    "d": _signed,
    "c": _character,
    "u": _unsigned("d"),
    "b": _unsigned("b"),
    "o": _unsigned("o"),
    "x": _unsigned("x"),
    "X": _unsigned("X"),
    "f": _decimal("f"),
    "F": _decimal("f"),
    "e": _decimal("e"),
    "E": _decimal("e"),
    "g": _decimal("g"),
    "G": _decimal("g"),
    "h": _decimal("g"),
    "H": _decimal("g"),
}
