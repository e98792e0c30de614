"""Filters that calculate with numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

from xsrun import values
from xsrun.builtins.filters.totals import array_max, array_min
from xsrun.builtins.registry import Group, Int, Number, Text, Value
from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final

numbers = Group("math")

ALL_WHOLE: Final = 2.0**52
"""From here on a decimal has no fraction."""

MOST_DECIMALS: Final = 1000
"""The most digits behind the point that ``number_format`` writes; a decimal has no more that differ from 0."""


# ---------------------------------------------------------------- the four operations


@numbers.filter("10|add:5 -> 15", '"1.5"|add:1 -> 2.5', "null|add:1 -> !Not numeric.", misnomers=("plus",))
def add(subject: Number, value: Number) -> Number:
    """Add a number."""
    return values.add(subject, value)


@numbers.filter("10|subtract:3 -> 7", '"a"|subtract:1 -> !Not numeric.', misnomers=("sub", "minus"))
def subtract(subject: Number, value: Number) -> Number:
    """Take a number away."""
    return values.subtract(subject, value)


@numbers.filter("10|multiply:2 -> 20", "3|multiply:0.5 -> 1.5", misnomers=("mul", "times"))
def multiply(subject: Number, value: Number) -> Number:
    """Multiply by a number."""
    return values.multiply(subject, value)


@numbers.filter("7|divide:2 -> 3.5", "6|divide:3 -> 2", "1|divide:0 -> !Division by zero", misnomers=("div",))
def divide(subject: Number, value: Number) -> Number:
    """Divide by a number; the result is an integer when both are and nothing is left over."""
    return values.divide(subject, value)


@numbers.filter("-7|modulus:3 -> -1", "7.9|modulus:3 -> 1", "1|modulus:0 -> !Modulo by zero", misnomers=("mod",))
def modulus(subject: Number, value: Number) -> Int:
    """Give the remainder of a division of two numbers without their fractions; its sign is that of the first."""
    return values.modulo(subject, value)


@numbers.filter("2|pow:3 -> 8", "2|pow:-1 -> 0.5", "4|pow:0.5 -> 2", "-8|pow:0.5 -> null", misnomers=("power",))
def pow_(subject: Number, exp: Number) -> Number | None:
    """Raise to a power; null where no real number comes out.

    The result is an integer when both numbers are, the power is not negative and 64 bits hold it.
    """
    if isinstance(subject, int) and isinstance(exp, int) and exp >= 0 and (abs(subject) < 2 or exp < 64):
        exact: int = subject**exp
        if values.INT_MIN <= exact <= values.INT_MAX:
            return exact
    return real(math.pow, subject, exp)


# ---------------------------------------------------------------- round and choose


@numbers.filter("-10|abs -> 10", "-2.5|abs -> 2.5", "null|abs -> !Not numeric.")
def abs_(subject: Number) -> Number:
    """Give the number without its sign."""
    return values.whole(abs(subject)) if isinstance(subject, int) else abs(subject)


@numbers.filter("2.7|floor -> 2", "-2.1|floor -> -3", '"7.9"|floor -> 7', "null|floor -> !Not numeric.")
def floor(subject: Number) -> Number | None:
    """Give the largest integer that is not larger."""
    return subject if type(subject) is int else _whole(math.floor, subject)


@numbers.filter("2.3|ceil -> 3", "-2.9|ceil -> -2", "5|ceil -> 5", misnomers=("ceiling",))
def ceil(subject: Number) -> Number | None:
    """Give the smallest integer that is not smaller."""
    return subject if type(subject) is int else _whole(math.ceil, subject)


@numbers.filter("2.567|round:2 -> 2.57", "1.005|round:2 -> 1.01", "-2.5|round -> -3", "1250|round:-2 -> 1300")
def round_(subject: Number, precision: Int = 0) -> Number | None:
    """Round to a number of decimals, halves away from zero; a negative one rounds left of the point.

    Without decimals the result is an integer.
    """
    if precision > 0:
        return _rounded(float(subject), precision)
    if type(subject) is int:
        return subject if precision == 0 else _rounded_int(subject, -precision)
    return _whole(round, _rounded(subject, precision))


def _rounded(value: float, places: int) -> float:
    """Moves the point in the digits that are shown, so that 1.005 is no smaller than it looks."""
    shifted = _shifted(value, places) if math.isfinite(value) else value
    if not abs(shifted) < ALL_WHOLE:
        return value
    near = math.trunc(shifted)
    if abs(shifted - near) >= 0.5:
        near += 1 if shifted > 0 else -1
    return _shifted(near, -places)


def _shifted(value: int | float, places: int) -> float:
    mantissa, _, exponent = repr(value).partition("e")
    return float(f"{mantissa}e{int(exponent or 0) + places}")


def _rounded_int(value: int, zeros: int) -> int | float:
    step = 10 ** min(zeros, 20)
    near = (abs(value) + step // 2) // step * step
    return values.whole(near if value > 0 else -near)


def _whole(operation: Callable[[float], int], value: float) -> int | float | None:
    return values.whole(operation(value)) if math.isfinite(value) else None


@numbers.filter(
    '31253212.141592|number_format:2:".":"," -> "31,253,212.14"',
    '1234.5|number_format -> "1,235"',
    '-1234.567|number_format:2:",":"." -> "-1.234,57"',
    '1234.5|number_format:2:".":"" -> "1234.50"',
)
def number_format(
    subject: Number, decimals: Int = 0, decimal_separator: Text = ".", thousands_separator: Text = ","
) -> Text:
    """Write the number with a fixed count of decimals and its digits in groups of three.

    Halves are rounded away from zero. ``""`` as the thousands separator writes no groups.
    """
    if decimals > MOST_DECIMALS:
        raise Fault("limit-size", f"a number may be written with at most {MOST_DECIMALS:,} decimals")
    if not math.isfinite(subject):
        return values.to_text(subject)
    exact = type(subject) is int and decimals > 0
    whole, _, fraction = _grouped(subject if exact else round_(subject, decimals) or 0, max(0, decimals))
    return whole.replace(",", thousands_separator) + (decimal_separator + fraction if fraction else "")


def _grouped(amount: int | float, places: int) -> tuple[str, str, str]:
    if isinstance(amount, int):
        return f"{amount:,}", ".", "0" * places
    return f"{amount + 0.0:,.{places}f}".partition(".")


@numbers.filter(
    "5|min:3 -> 3",
    '"4"|min:10 -> 4',
    "[5,2]|min -> 2",
    "5|min:null -> !Missing filter argument: value",
    misnomers=("num_min",),
)
def min_(subject: Value, value: Value = None) -> Value:
    """Give the smaller of two numbers, or without an argument the smallest element of a list."""
    if value is None:
        return array_min(_list(subject))
    first, second = values.number(subject), values.number(value)
    return second if second < first else first


@numbers.filter(
    "5|max:10 -> 10",
    "2.5|max:1 -> 2.5",
    "[5,2]|max -> 5",
    "5|max:null -> !Missing filter argument: value",
    misnomers=("num_max",),
)
def max_(subject: Value, value: Value = None) -> Value:
    """Give the larger of two numbers, or without an argument the largest element of a list."""
    if value is None:
        return array_max(_list(subject))
    first, second = values.number(subject), values.number(value)
    return second if second > first else first


def _list(subject: Any) -> list[Any]:
    if isinstance(subject, list):
        return subject
    raise Fault("missing-argument", "Missing filter argument: value", help="give the number to compare with")


@numbers.filter("4|even -> true", "3.9|even -> false", "null|even -> !Not numeric.")
def even(subject: Int) -> bool:
    """Tell whether the integer can be halved."""
    return subject % 2 == 0


@numbers.filter("3|odd -> true", "-3|odd -> true", "4|odd -> false")
def odd(subject: Int) -> bool:
    """Tell whether the integer cannot be halved."""
    return subject % 2 == 1


# ---------------------------------------------------------------- bits


@numbers.filter("5|bitwise_and:3 -> 1", "-1|bitwise_and:255 -> 255", '"x"|bitwise_and:1 -> !Not numeric.')
def bitwise_and(subject: Int, value: Int) -> Int:
    """Keep the bits that are set in both of two 64-bit integers."""
    return subject & value


@numbers.filter("5|bitwise_or:3 -> 7", "5.9|bitwise_or:2 -> 7")
def bitwise_or(subject: Int, value: Int) -> Int:
    """Set the bits that are set in one of two 64-bit integers."""
    return subject | value


@numbers.filter("5|bitwise_xor:3 -> 6", "5|bitwise_xor:5 -> 0")
def bitwise_xor(subject: Int, value: Int) -> Int:
    """Set the bits in which two 64-bit integers differ."""
    return subject ^ value


@numbers.filter("5|bitwise_not -> -6", "-1|bitwise_not -> 0")
def bitwise_not(subject: Int) -> Int:
    """Turn all bits of a 64-bit integer round."""
    return ~subject


# ---------------------------------------------------------------- powers and logarithms


@numbers.filter("9|sqrt -> 3", "2|sqrt -> 1.4142135623730951", "-1|sqrt -> null")
def sqrt(subject: Number) -> float | None:
    """Give the square root, null of a negative number."""
    return real(math.sqrt, subject)


@numbers.filter("0|exp -> 1", "1|exp -> 2.718281828459045", "1000|exp -> null")
def exp(subject: Number) -> float | None:
    """Raise e to the number; null where a decimal cannot hold the result."""
    return real(math.exp, subject)


@numbers.filter("1|ln -> 0", "0|ln -> null")
def ln(subject: Number) -> float | None:
    """Give the natural logarithm, null of zero and below."""
    return real(math.log, subject)


@numbers.filter("8|log:2 -> 3", "1000|log:10 -> 3", "8|log:1 -> null", "-1|log:2 -> null")
def log(subject: Number, base: Number) -> float | None:
    """Give the logarithm to a base; null of zero and below, and for a base of 1, zero and below."""
    exactly = math.log2 if base == 2 else math.log10 if base == 10 else None
    return real(exactly, subject) if exactly else real(math.log, subject, base)


@numbers.filter("1000|log10 -> 3", "0|log10 -> null")
def log10(subject: Number) -> float | None:
    """Give the logarithm to base 10, null of zero and below."""
    return real(math.log10, subject)


def real(operation: Callable[..., float], *operands: int | float) -> float | None:
    """The result, or None where there is no finite one: neither infinity nor not-a-number is a value."""
    try:
        result = operation(*operands)
    except (ValueError, OverflowError, ZeroDivisionError):
        return None
    return result if math.isfinite(result) else None
