"""Conversions of a given value into the value of a scalar type or of json.

Each takes a value that is not null and the clock, and gives the converted value or raises Reject.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final
from xsrun.late import Late, re
from xsrun.types.fields import Field, Instant, Reject

Coerce = Callable[[Any, Instant], Any]

parse_time: Callable[[str, int], int] = Late("xsrun.timestamps", "parse")

_SCALARS: Final = (str, bool, int, float, bytes)
_BOOLEANS: Final = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(
    ("false", "no", "off", "0", ""), False
)
_UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_LABEL: Final = r"[^\W_](?:[^\W_]|-(?=[\w-]*[^\W_]))*"
_EMAIL: Final = rf"(?![^@]{{65}})[\w!#$%&'*+/=?^`{{|}}~-]+(?:\.[\w!#$%&'*+/=?^`{{|}}~-]+)*@(?:{_LABEL}\.)+{_LABEL}"
_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FIRST_DAY_MS: Final = -62_135_596_800_000
_LAST_DAY_MS: Final = 253_402_300_799_999


def _number(value: Any) -> int | float | None:
    """The finite number that a number, boolean or text is; ``""`` is 0."""
    if isinstance(value, str | bytes):
        source = values.bytes_text(value) if isinstance(value, bytes) else value
        parsed = values.parse_number(source) if source else 0
    else:
        parsed = int(value) if isinstance(value, bool) else value
    return parsed if parsed is not None and abs(parsed) < float("inf") else None


def integer(value: Any, _clock: Instant) -> int:
    """A whole number, clamped to 64 bits."""
    if not isinstance(value, _SCALARS):
        raise Reject("Integer filter requires a scalar value.")
    number = _number(value)
    if number is None or number != int(number):
        raise Reject("Value is not a valid integer.")
    return max(values.INT_MIN, min(values.INT_MAX, int(number)))


def decimal(value: Any, _clock: Instant) -> int | float:
    """A number; an int when it is whole."""
    if not isinstance(value, _SCALARS):
        raise Reject("Decimal filter requires a scalar value.")
    number = _number(value)
    if number is None:
        raise Reject("Input is not a valid decimal number.")
    if isinstance(number, float) and number.is_integer() and values.INT_MIN <= number < values.INT_MAX:
        return int(number)
    return values.whole(number) if isinstance(number, int) else number


def boolean(value: Any, _clock: Instant) -> bool:
    """True, false, 1, 0 or a word for them."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return value == 1
    known = _BOOLEANS.get(value.lower()) if isinstance(value, str) else None
    if known is None:
        raise Reject("Invalid boolean input.")
    return known


def text(value: Any, _clock: Instant) -> str | bytes:
    """Text; numbers and booleans by their text, raw bytes as they are."""
    if not isinstance(value, _SCALARS):
        raise Reject("Text filter requires an integer, float, string or boolean value.")
    return value if isinstance(value, bytes) else values.to_text(value)


def clear_text(value: Any, clock: Instant) -> str:
    """Text that holds no raw bytes."""
    return values.to_text(text(value, clock))


def word(value: Any, _clock: Instant) -> str:
    """The text to compare with the words of an enum."""
    if not isinstance(value, _SCALARS):
        raise Reject("Enum filter requires a scalar value.")
    return values.to_text(value)


def one_of(field: Field) -> Callable[[Any], Any]:
    """The check of a word against the ``values`` of its field."""
    allowed = frozenset(map(values.to_text, field.attributes.get("values") or ()))

    def check(value: str) -> str:
        if value not in allowed:
            shown = "***" if field.sensitive else value[:100]
            raise Reject(f'Input "{shown}" is not one of the allowable values.')
        return value

    return check


def address(_field: Field) -> Callable[[Any], Any]:
    """The check that a text looks like an e-mail address; an empty one passes."""
    shape = re.compile(_EMAIL)

    def check(value: str) -> str:
        if value and (len(value) > 320 or not shape.fullmatch(value)):
            raise Reject("Invalid email address.")
        return value

    return check


def uuid(value: Any, _clock: Instant) -> str:
    """A UUID in lower case."""
    if not isinstance(value, str) or not re.fullmatch(_UUID, value):
        raise Reject("Invalid uuid.")
    return value.lower()


def _instant(value: Any, clock: Instant) -> int | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and values.parse_number(value) is None:
        return _read_time(value, clock)
    number = _number(value)
    return None if number is None or not values.INT_MIN <= number <= values.INT_MAX else int(number)


def _read_time(source: str, clock: Instant) -> int | None:
    if not source.strip():
        return None
    try:
        return parse_time(source, clock.now())
    except Fault:
        return None


def timestamp(value: Any, clock: Instant) -> int:
    """Milliseconds since 1970, from a number of them or a date text."""
    instant = _instant(value, clock)
    if instant is None:
        raise Reject("Invalid timestamp.")
    return instant


def date(value: Any, clock: Instant) -> str:
    """``YYYY-MM-DD`` in UTC, from a date text or a timestamp."""
    instant = _instant(value, clock)
    if instant is None or not _FIRST_DAY_MS <= instant <= _LAST_DAY_MS:
        raise Reject("Invalid date.")
    day = time.gmtime(instant // 1000)
    found = f"{day.tm_year:04}-{day.tm_mon:02}-{day.tm_mday:02}"
    if found != value and isinstance(value, str) and re.fullmatch(_DAY, value):
        raise Reject("Invalid date.")
    return found


def decoded(value: Any) -> Any:
    """A text that holds a JSON object or list as that, anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return values.loads(value)
        except ValueError:
            return value
    return value


def json(value: Any, _clock: Instant) -> Any:
    """Any value; text that holds a JSON object or list is decoded, empty text is null."""
    return None if value == "" else decoded(value)
