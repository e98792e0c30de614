"""Numbers, text, equality and order of the oracle, written down from expressions.md section 9."""

import math
import re
from typing import Any

from xsrun import values
from xsrun.diagnostics import Fault

NUMERIC = re.compile(r"\s*([+-]?)(\d*)(\.?)(\d*)(?:[eE][+-]?\d+)?\s*", re.ASCII)
LOWEST, HIGHEST = -(2**63), 2**63 - 1


def truth(value: Any) -> bool:
    return not any(value is each for each in (None, False)) and value not in (0, "", "0", [], {})


def parsed(text: str) -> int | float | None:
    """The number a wholly numeric text spells."""
    found = NUMERIC.fullmatch(text)
    if not found or not (found[2] or found[4]):
        return None
    plain = text.strip()
    return within(int(plain)) if plain.lstrip("+-").isdigit() else float(plain)


def within(value: int | float) -> int | float:
    return float(value) if isinstance(value, int) and not LOWEST <= value <= HIGHEST else value


def number(value: Any) -> int | float:
    if isinstance(value, str):
        value = parsed(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Fault("not-numeric", "Not numeric.")
    return value


def integer(value: Any) -> int:
    found = number(value)
    if isinstance(found, int):
        return found
    if not math.isfinite(found):
        return 0
    return (int(found) + 2**63) % 2**64 - 2**63


def arithmetic(operator: str, left: Any, right: Any) -> int | float:
    if operator == "%":
        return remainder(left, right)
    a, b = number(left), number(right)
    if operator == "/":
        if b == 0:
            raise Fault("division-by-zero", "Division by zero")
        exact = isinstance(a, int) and isinstance(b, int) and a % b == 0
        return within(a // b) if exact else a / b
    return within(a + b if operator == "+" else a - b if operator == "-" else a * b)


def remainder(left: Any, right: Any) -> int:
    a, b = integer(left), integer(right)
    if b == 0:
        raise Fault("division-by-zero", "Modulo by zero")
    size = abs(a) % abs(b)
    return -size if a < 0 else size


def text(value: Any) -> str:
    """What ``~`` makes of a value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return decimal(value)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else values.dumps(value)


def decimal(value: float) -> str:
    if not math.isfinite(value):
        return "NAN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    digits, _, exponent = f"{value + 0.0:.14g}".partition("e")
    if not exponent:
        return digits
    return f"{digits if '.' in digits else digits + '.0'}E{int(exponent):+d}"


def scalar_text(value: Any) -> str:
    """The TEXT class."""
    if isinstance(value, list | dict):
        raise Fault("wrong-type", "Text filter requires an integer, float, string or boolean value.")
    return text(value)


def keyed(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {str(at): each for at, each in enumerate(value)}


# ------------------------------------------------------------------ comparison


def kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    names = {type(None): "null", int: "number", float: "number", str: "text", list: "container", dict: "container"}
    return names[type(value)]


def equal(a: Any, b: Any) -> bool:
    kinds = {kind(a), kind(b)}
    if "bool" in kinds:
        return truth(a) == truth(b)
    if "null" in kinds:
        other = b if a is None else a
        return other == "" if isinstance(other, str) else not truth(other)
    if kinds == {"container"}:
        first, second = keyed(a), keyed(b)
        return first.keys() == second.keys() and all(equal(value, second[key]) for key, value in first.items())
    if "container" in kinds:
        return False
    return ordered(a, b) == 0


def identical(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(identical(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return list(a) == list(b) and all(identical(a[key], b[key]) for key in a)
    return bool(a == b)


def ordered(a: Any, b: Any) -> int | None:
    """-1, 0 or 1; None where nothing holds: beside a number that is none, and between objects of other keys."""
    kinds = {kind(a), kind(b)}
    if kinds == {"null", "text"}:
        return ordered(a or "", b or "")
    if kinds & {"null", "bool"}:
        return sign(truth(a), truth(b))
    if kinds == {"container"}:
        return ordered_containers(a, b)
    if "container" in kinds:
        return sign(kind(a) == "container", kind(b) == "container")
    first, second = (parsed(each) if isinstance(each, str) else each for each in (a, b))
    if first is None or second is None:
        return sign(text(a), text(b))
    return sign(first, second)


def sign(a: Any, b: Any) -> int | None:
    return -1 if a < b else 1 if a > b else 0 if a == b else None


def ordered_containers(a: Any, b: Any) -> int | None:
    first, second = keyed(a), keyed(b)
    if len(first) != len(second):
        return sign(len(first), len(second))
    for key, value in first.items():
        if key not in second:
            return None
        order = ordered(value, second[key])
        if order != 0:
            return order
    return 0


def compared(operator: str, a: Any, b: Any) -> bool:
    if operator in ("==", "!="):
        return equal(a, b) is (operator == "==")
    if operator in ("===", "!=="):
        return identical(a, b) is (operator == "===")
    order = ordered(a, b)
    return order in {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}[operator]
