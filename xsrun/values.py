"""What a XanoScript value is: truth, equality, order, numbers and text of it.

Values are plain Python: ``None``, ``bool``, ``int`` (64 bit), ``float`` (decimal), ``str`` (text),
``bytes`` (text that is no UTF-8), ``list``, ``dict`` with text keys, and opaque resources (subclasses
of ``Opaque``). The rules are those of expressions.md section 9, which follow PHP 8.
"""

from __future__ import annotations

from _json import encode_basestring, make_encoder
from collections.abc import Callable, Iterable
from functools import cache
from itertools import takewhile

from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final
from xsrun.late import json, re

TYPE_NAMES: Final[dict[type, str]] = {
    type(None): "null",
    bool: "bool",
    int: "int",
    float: "decimal",
    str: "text",
    bytes: "bytes",
    list: "array",
    dict: "object",
}

NUMBERS: Final = frozenset({int, float})

INFINITY: Final = float("inf")
INT_MAX: Final = 2**63 - 1
INT_MIN: Final = -(2**63)
MOST_ITEMS: Final = 10_000_000
"""Entries of one list or object; no run may have larger ones."""
MOST_CHARACTERS: Final = 100_000_000
"""Characters of one text, or bytes."""
FREELY: Final = 1_000_000
"""Entries of a value that is written as JSON without counting them beforehand."""

_NUMERIC: Final = r"[ \t\n\r\v\f]*[+-]?(?:[0-9]+(\.[0-9]*)?|(\.[0-9]+))([eE][+-]?[0-9]+)?[ \t\n\r\v\f]*"


class Opaque:
    """A resource that programs pass along but cannot look into (a file, a stream)."""

    type_name = "resource"

    def to_json(self) -> Any:
        """What the resource shows as in JSON output."""
        return {}

    def glance(self) -> Any:
        """What it shows as in a message, which must not change it."""
        return self.to_json()

    def fields(self) -> dict[str, Any]:
        """What programs may read of it by name."""
        return {}

    def elements(self) -> list[Any] | None:
        """The list it stands for where a list is asked for, None when it stands for none. Raises Fault."""
        return None


def type_name(value: Any) -> str:
    """The language's word for the type of a value."""
    known = TYPE_NAMES.get(type(value))
    return known or str(getattr(value, "type_name", type(value).__name__))


def truth(value: Any) -> bool:
    """Truthiness: null, false, 0, 0.0, ``""``, ``"0"``, ``[]`` and ``{}`` are false."""
    return bool(value) and value != "0"


# ---------------------------------------------------------------- size


def demand_items(count: int, most: int = MOST_ITEMS) -> None:
    """Refuse a list or object with so many entries. Raises ``limit-size``."""
    if count > most:
        raise Fault("limit-size", f"a list or object may have at most {most:,} entries", help="work on it part by part")


def demand_characters(count: int, most: int = MOST_CHARACTERS) -> None:
    """Refuse a text of so many characters. Raises ``limit-size``."""
    if count > most:
        raise Fault("limit-size", f"a text may have at most {most:,} characters", help="work on it part by part")


def demand_size(value: Any, items: int = MOST_ITEMS, characters: int = MOST_CHARACTERS) -> None:
    """Refuse a value that is too large itself; what is in it is not looked at. Raises ``limit-size``."""
    kind = type(value)
    if kind is str or kind is bytes:
        demand_characters(len(value), characters)
    elif kind is list or kind is dict:
        demand_items(len(value), items)


# ---------------------------------------------------------------- numbers


@cache
def _numeric() -> re.Pattern[str]:
    """The form of a number, compiled at its first use."""
    return re.compile(_NUMERIC)


def parse_number(text: str) -> int | float | None:
    """The number that a wholly numeric text spells, else None."""
    found = _numeric().fullmatch(text)
    if not found:
        return None
    if found.lastindex is None:
        return whole(int(text)) if len(text) < 300 else float(text)
    return float(text)


def whole(value: int) -> int | float:
    """An integer, or the decimal it becomes beyond 64 bits."""
    return value if INT_MIN <= value <= INT_MAX else float(value)


def number(value: Any) -> int | float:
    """The NUM class: a number, or a wholly numeric text. Raises ``Not numeric.``"""
    if type(value) is int or type(value) is float:
        known: int | float = value
        return known
    if type(value) is str:
        parsed = parse_number(value)
        if parsed is not None:
            return parsed
    raise not_numeric(value)


def integer(value: Any) -> int:
    """The INT class: a NUM truncated toward zero."""
    if type(value) is int:
        known: int = value
        return known
    return truncate(number(value))


def truncate(value: int | float) -> int:
    """The lowest 64 bits of a number without its fraction; infinities and not-a-number are 0, as PHP casts them."""
    if isinstance(value, int):
        return value
    return (int(value) - INT_MIN) % 2**64 + INT_MIN if abs(value) < INFINITY else 0


def not_numeric(value: Any) -> Fault:
    """The fault of arithmetic on something that is no number."""
    return Fault("not-numeric", "Not numeric.", help=f"this is {describe(value)}; convert it first, e.g. `|to_int`")


def add(a: Any, b: Any) -> int | float:
    """``a + b``."""
    if type(a) is not int and type(a) is not float:
        a = number(a)
    if type(b) is not int and type(b) is not float:
        b = number(b)
    result = a + b
    return result if type(result) is float or INT_MIN <= result <= INT_MAX else float(result)


def subtract(a: Any, b: Any) -> int | float:
    """``a - b``."""
    if type(a) is not int and type(a) is not float:
        a = number(a)
    if type(b) is not int and type(b) is not float:
        b = number(b)
    result = a - b
    return result if type(result) is float or INT_MIN <= result <= INT_MAX else float(result)


def multiply(a: Any, b: Any) -> int | float:
    """``a * b``."""
    if type(a) is not int and type(a) is not float:
        a = number(a)
    if type(b) is not int and type(b) is not float:
        b = number(b)
    result = a * b
    return result if type(result) is float or INT_MIN <= result <= INT_MAX else float(result)


def divide(a: Any, b: Any) -> int | float:
    """``a / b``: an integer when both are and the division is exact."""
    dividend, divisor = number(a), number(b)
    if divisor == 0:
        raise Fault("division-by-zero", "Division by zero")
    if isinstance(dividend, int) and isinstance(divisor, int):
        quotient, rest = divmod(dividend, divisor)
        if rest == 0:
            return whole(quotient)
    return dividend / divisor


def modulo(a: Any, b: Any) -> int:
    """``a % b`` of the truncated operands; the result has the sign of ``a``."""
    dividend, divisor = integer(a), integer(b)
    if divisor == 0:
        raise Fault("division-by-zero", "Modulo by zero")
    rest = abs(dividend) % abs(divisor)
    return -rest if dividend < 0 else rest


def negate(value: Any) -> int | float:
    """``0 - value``."""
    return subtract(0, value)


def span_list(start: Any, stop: Any) -> list[int]:
    """``start..stop``: inclusive integers, descending when start is the larger."""
    return list(span_range(start, stop))


def span_range(start: Any, stop: Any) -> range:
    """The same, to be gone through once."""
    first, last = integer(start), integer(stop)
    demand_items(abs(last - first) + 1)
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


# ---------------------------------------------------------------- text


def decimal_text(value: float) -> str:
    """A decimal as text: at most 14 significant digits, no trailing zeros, ``1.0E+25`` when very large or small."""
    if value != value:  # Nothing else differs from itself.
        return "NAN"
    if abs(value) == INFINITY:
        return "INF" if value > 0 else "-INF"
    mantissa, _, exponent = f"{value:.13e}".partition("e")
    power = int(exponent)
    if value and (power < -4 or power >= 14):
        digits = mantissa.rstrip("0")
        return f"{digits}{'0' if digits.endswith('.') else ''}E{'+' if power > 0 else '-'}{abs(power)}"
    text = f"{value:.{max(0, 13 - power)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def to_text(value: Any) -> str:
    """The text that ``~``, ``join`` and ``to_text`` make of any value; containers become JSON."""
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    if value is None:
        return ""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is float:
        return decimal_text(value)
    if type(value) is bytes:
        return bytes_text(value)
    return dumps(value)


def text(value: Any) -> str:
    """The TEXT class: text, numbers, booleans, null as ``""``; a container is a fault."""
    if type(value) is str:
        return value
    if isinstance(value, list | dict | Opaque):
        raise Fault(
            "wrong-type",
            "Text filter requires an integer, float, string or boolean value.",
            help=f"this is {describe(value)}",
        )
    return to_text(value)


def bytes_text(value: bytes) -> str:
    """Raw bytes as text: UTF-8 where they are, else one character a byte."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def to_bytes(value: Any) -> bytes:
    """The bytes of a text value, for hashes and encodings."""
    return value if isinstance(value, bytes) else text(value).encode("utf-8", "surrogatepass")


# ---------------------------------------------------------------- containers


def array(value: Any) -> list[Any]:
    """The LIST class: a list, null as ``[]``; anything else is a fault."""
    if type(value) is list:
        return value
    if value is None:
        return []
    return _listed(value)


def container(value: Any) -> list[Any] | dict[str, Any]:
    """A list or an object, null as ``[]``; anything else is a fault."""
    if type(value) is list or type(value) is dict:
        return value
    if value is None:
        return []
    return _listed(value)


def elements(value: Any) -> list[Any]:
    """The elements of a list or the values of an object, null as none."""
    if type(value) is list:
        return value
    if type(value) is dict:
        return list(value.values())
    return array(value)


def mapping(value: Any) -> dict[str, Any]:
    """An object, null as ``{}``, an empty list as ``{}``; anything else is a fault."""
    if type(value) is dict:
        return value
    if value is None or value == []:
        return {}
    raise Fault("wrong-type", "Value must be an object.", help=f"this is {describe(value)}")


def settled(value: Any) -> Any:
    """A value that outlives what it is read from: a stream as its list, anything else as it is."""
    found = value.elements() if isinstance(value, Opaque) else None
    return value if found is None else found


def _listed(value: Any) -> list[Any]:
    """The list that a stream stands for; anything else is a fault."""
    found = settled(value)
    if found is value:
        raise not_array(value)
    listed: list[Any] = found
    return listed


def not_array(value: Any) -> Fault:
    """The fault of a list filter on a scalar."""
    hint = "; `strlen` measures text, `split` makes a list of it" if isinstance(value, str) else ""
    return Fault("wrong-type", "Value must be an array.", help=f"this is {describe(value)}{hint}")


def timestamp(value: Any) -> int | None:
    """A number of milliseconds since 1970 that is already one; None for null. Text is read by ``timestamps``."""
    return None if value is None else integer(value)


# ---------------------------------------------------------------- comparison


def equal(a: Any, b: Any) -> bool:
    """Loose equality ``==`` of PHP 8."""
    kind_a, kind_b = type(a), type(b)
    if kind_a is kind_b:
        return bool(a == b) if kind_a in NUMBERS else _equal_same_type(a, b)
    if a is None or b is None:
        other = b if a is None else a
        return other == "" if isinstance(other, str) else not truth(other)
    if kind_a is bool or kind_b is bool:
        return truth(a) is truth(b)
    if kind_a in (int, float) and kind_b in (int, float):
        return bool(a == b)
    if kind_a is str and kind_b in (int, float):
        return _number_equals_text(b, a)
    if kind_b is str and kind_a in (int, float):
        return _number_equals_text(a, b)
    if isinstance(a, str | bytes) and isinstance(b, str | bytes):
        return to_bytes(a) == to_bytes(b)
    if {kind_a, kind_b} == {list, dict}:
        return _same_entries(as_object(a), as_object(b))
    return False


def _equal_same_type(a: Any, b: Any) -> bool:
    if isinstance(a, str):
        return a == b or _numeric_texts_equal(a, b)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return _same_entries(a, b)
    return bool(a == b)


def _numeric_texts_equal(a: str, b: str) -> bool:
    if not (a and b) or a[0] > "9" or b[0] > "9":
        return False
    first = parse_number(a)
    return first is not None and first == parse_number(b)


def _number_equals_text(value: int | float, other: str) -> bool:
    parsed = parse_number(other)
    return value == parsed if parsed is not None else to_text(value) == other


def _same_entries(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return len(a) == len(b) and all(key in b and equal(value, b[key]) for key, value in a.items())


def as_object(value: Any) -> dict[str, Any]:
    """A list as the object with its positions as keys; an object as it is."""
    return {str(i): item for i, item in enumerate(value)} if isinstance(value, list) else value


def not_equal(a: Any, b: Any) -> bool:
    """``!=``."""
    return not equal(a, b)


def identical(a: Any, b: Any) -> bool:
    """``===``: the same type and value, all the way down."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(identical(value, b[key]) for key, value in a.items())
    return bool(a == b)


def not_identical(a: Any, b: Any) -> bool:
    """``!==``."""
    return not identical(a, b)


def compare(a: Any, b: Any) -> int:
    """The ordering of ``<`` and of min, max and sort: -1, 0 or 1 (PHP 8); 1 too where neither is the smaller."""
    kind_a, kind_b = type(a), type(b)
    if kind_a in (int, float) and kind_b in (int, float):
        return _sign(a, b)
    if kind_a is str and kind_b is str:
        return _compare_texts(a, b)
    if a is None and kind_b is str:
        return -1 if b else 0
    if b is None and kind_a is str:
        return 1 if a else 0
    if a is None or b is None or kind_a is bool or kind_b is bool:
        return _sign(truth(a), truth(b))
    if (kind_a is str and kind_b in NUMBERS) or (kind_b is str and kind_a in NUMBERS):
        return _compare_number_text(a, b)
    return _compare_containers(a, b)


def _sign(a: Any, b: Any) -> int:
    return -1 if a < b else int(a != b)


def _compare_texts(a: str, b: str) -> int:
    if a and b and a[0] <= "9" and b[0] <= "9":
        first, second = parse_number(a), parse_number(b)
        if first is not None and second is not None:
            return _sign(first, second)
    return _sign(a, b)


def _compare_number_text(a: Any, b: Any) -> int:
    first, second = (parse_number(each) if isinstance(each, str) else each for each in (a, b))
    return _sign(to_text(a), to_text(b)) if first is None or second is None else _sign(first, second)


def _compare_containers(a: Any, b: Any) -> int:
    held_a, held_b = isinstance(a, list | dict), isinstance(b, list | dict)
    if not (held_a and held_b):
        return _sign(held_a, held_b)
    if len(a) != len(b):
        return _sign(len(a), len(b))
    first, second = as_object(a), as_object(b)
    for key, value in first.items():
        if key not in second:
            return 1
        order = compare(value, second[key])
        if order:
            return order
    return 0


def less(a: Any, b: Any) -> bool:
    """``<``."""
    if type(a) in NUMBERS and type(b) in NUMBERS:
        return bool(a < b)
    return compare(a, b) < 0


def less_equal(a: Any, b: Any) -> bool:
    """``<=``."""
    if type(a) in NUMBERS and type(b) in NUMBERS:
        return bool(a <= b)
    return compare(a, b) <= 0


def greater(a: Any, b: Any) -> bool:
    """``>``."""
    if type(a) in NUMBERS and type(b) in NUMBERS:
        return bool(a > b)
    return compare(b, a) < 0


def greater_equal(a: Any, b: Any) -> bool:
    """``>=``."""
    if type(a) in NUMBERS and type(b) in NUMBERS:
        return bool(a >= b)
    return compare(b, a) <= 0


# ---------------------------------------------------------------- JSON


def plain(value: Any) -> Any:
    """A value as the JSON output shows it: whole decimals as integers, bytes as text, resources as objects.

    Raises Fault when it is nested too deep.
    """
    try:
        try:
            return _plain(value, [FREELY])
        except _Many:
            _demand_entries(value)
            return _plain(value, [MOST_ITEMS])
    except RecursionError:
        raise _too_deep() from None


class _Many(Exception):
    """A value has more entries, all in all, than are taken without a look."""


def _plain(value: Any, left: list[int]) -> Any:
    """``left`` holds how many entries may follow. Raises _Many."""
    kind = type(value)
    if kind is list:
        left[0] -= len(value)
        if left[0] < 0:
            raise _Many
        return [item if type(item) is str else _plain(item, left) for item in value]
    if kind is dict:
        left[0] -= len(value)
        if left[0] < 0:
            raise _Many
        return {key: item if type(item) is str else _plain(item, left) for key, item in value.items()}
    return _plain_scalar(value)


def _demand_entries(value: Any) -> None:
    """Refuse a value with too many entries; what stands in several places counts in each, as JSON writes it.

    Raises ``limit-size``.
    """
    known: dict[int, int] = {}

    def weigh(held: Any) -> int:
        if type(held) is not list and type(held) is not dict:
            return 0
        if id(held) not in known:
            entries = len(held) + sum(map(weigh, elements(held)))
            if entries > MOST_ITEMS:  # at once: what doubles with every list has numbers of as many digits
                raise Fault("limit-size", f"JSON may have at most {MOST_ITEMS:,} entries", help="write it part by part")
            known[id(held)] = entries
        return known[id(held)]

    weigh(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, float):
        if not abs(value) < INFINITY:
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, bytes):
        return bytes_text(value)
    if isinstance(value, Opaque):
        return value.to_json()
    return value


def dumps(value: Any, indent: int | None = None) -> str:
    """JSON text: compact unless indented, shortest decimals, ``2.0`` as ``2``, nothing escaped without need.

    Raises Fault when the value is nested too deep.
    """
    try:
        if indent is None:
            return "".join(_encoder()(plain(value), 0))
        return json.dumps(plain(value), ensure_ascii=False, indent=indent)
    except RecursionError:
        raise _too_deep() from None


def storable(text: str) -> str:
    """A text with half characters written out, which no file takes; what is JSON stays the same JSON."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _encoder() -> Callable[[Any, int], Iterable[str]]:
    """The encoder of ``json.dumps``, as that makes it. Importing ``json``, which reads too, is a fifth of a start."""
    return make_encoder({}, _no_json, encode_basestring, None, ":", ",", False, False, True)


def _no_json(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} is no JSON")


def _too_deep() -> Fault:
    return Fault("limit-size", "the value is nested too deep for JSON")


def loads(source: str) -> Any:
    """The value of a JSON text. Raises ``ValueError``."""
    if source.startswith("\ufeff"):
        raise ValueError("it begins with a byte order mark")
    try:
        return _decoder().decode(source)
    except RecursionError:
        raise ValueError("nested too deep") from None


@cache
def _decoder() -> Any:
    """The decoder of JSON texts: making one takes longer than reading a short text."""
    return json.JSONDecoder(parse_int=_json_int, parse_constant=_no_constant)


def _json_int(digits: str) -> int | float:
    return whole(int(digits)) if len(digits) < 40 else float(digits)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def glance(value: Any) -> Any:
    """A value as a message may show it: looking at a resource must not change it."""
    return value.glance() if isinstance(value, Opaque) else value


def describe(value: Any, limit: int = 60) -> str:
    """A value in a message: its type and a shortened look at it."""
    if value is None:
        return "null"
    return f"{type_name(value)} {shortened(value, limit)}"


def shortened(value: Any, limit: int) -> str:
    """The JSON text of a value, cut where it is longer; of one that is nested beyond reading, its type.

    However large the value is, no more of it is looked at.
    """
    try:
        shown = dumps(_beginning(glance(value), limit, [limit]))
    except (Fault, RecursionError):
        return type_name(value)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _beginning(value: Any, limit: int, left: list[int]) -> Any:
    """A value with as many entries, all in all, as ``left`` says; the text of each takes two characters or more."""
    if isinstance(value, str | bytes):
        return value[:limit]
    if isinstance(value, list | dict):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        taken = [(key, _beginning(item, limit, left)) for key, item in takewhile(lambda _: _take(left), entries)]
        return dict(taken) if isinstance(value, dict) else [item for _, item in taken]
    return value


def _take(left: list[int]) -> bool:
    left[0] -= 1
    return left[0] >= 0
