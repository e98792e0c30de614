"""Statements that change a number in a variable."""

from __future__ import annotations

from xsrun import values
from xsrun.builtins.filters.math import bitwise_and, bitwise_or, bitwise_xor
from xsrun.builtins.registry import Group, Int, Number

math = Group("math")


@math.update(
    "var $r { value = 1 }\nmath.add $r { value = 2 } -> 3",
    'var $r { value = {n: "1.5"} }\nmath.add $r.n { value = 1 } -> {"n":2.5}',
)
def add(target: Number, /, *, value: Number) -> Number:
    """Add a number to the variable."""
    return values.add(target, value)


@math.update("var $r { value = 1 }\nmath.sub $r { value = 2 } -> -1")
def sub(target: Number, /, *, value: Number) -> Number:
    """Take a number away from the variable."""
    return values.subtract(target, value)


@math.update("var $r { value = 3 }\nmath.mul $r { value = 1.5 } -> 4.5")
def mul(target: Number, /, *, value: Number) -> Number:
    """Multiply the variable by a number."""
    return values.multiply(target, value)


@math.update("var $r { value = 7 }\nmath.div $r { value = 2 } -> 3.5")
def div(target: Number, /, *, value: Number) -> Number:
    """Divide the variable by a number."""
    return values.divide(target, value)


@math.update("var $r { value = -7 }\nmath.mod $r { value = 3 } -> -1")
def mod(target: Number, /, *, value: Number) -> Int:
    """Replace the variable by the remainder of its division by a number, both without their fractions."""
    return values.modulo(target, value)


@math.update("var $r { value = 6 }\nmath.bitwise.and $r { value = 3 } -> 2", name="bitwise.and")
def bitwise_and_(target: Int, /, *, value: Int) -> Int:
    """Keep the bits of the variable that are set in the value too."""
    return bitwise_and(target, value)


@math.update("var $r { value = 6 }\nmath.bitwise.or $r { value = 1 } -> 7", name="bitwise.or")
def bitwise_or_(target: Int, /, *, value: Int) -> Int:
    """Set the bits of the value in the variable."""
    return bitwise_or(target, value)


@math.update("var $r { value = 6 }\nmath.bitwise.xor $r { value = 3 } -> 5", name="bitwise.xor")
def bitwise_xor_(target: Int, /, *, value: Int) -> Int:
    """Turn those bits of the variable round that are set in the value."""
    return bitwise_xor(target, value)
