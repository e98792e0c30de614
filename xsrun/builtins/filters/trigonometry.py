"""Filters of angles and of the hyperbolic functions."""

from __future__ import annotations

import math

from xsrun.builtins.filters.math import real
from xsrun.builtins.registry import Group, Number

angles = Group("math")


@angles.filter("0|sin -> 0", "1|sin -> 0.8414709848078965", "null|sin -> !Not numeric.")
def sin(subject: Number) -> float | None:
    """Give the sine of an angle in radians."""
    return real(math.sin, subject)


@angles.filter("1|cos -> 0.5403023058681398", '"0"|cos -> 1')
def cos(subject: Number) -> float | None:
    """Give the cosine of an angle in radians."""
    return real(math.cos, subject)


@angles.filter("0.785398|tan -> 0.9999996732051568", "0|tan -> 0")
def tan(subject: Number) -> float | None:
    """Give the tangent of an angle in radians."""
    return real(math.tan, subject)


@angles.filter("1|asin -> 1.5707963267948966", "2|asin -> null")
def asin(subject: Number) -> float | None:
    """Give the arc sine in radians, null outside -1 to 1."""
    return real(math.asin, subject)


@angles.filter("1|acos -> 0", "2|acos -> null")
def acos(subject: Number) -> float | None:
    """Give the arc cosine in radians, null outside -1 to 1."""
    return real(math.acos, subject)


@angles.filter("1|atan -> 0.7853981633974483", '"x"|atan -> !Not numeric.')
def atan(subject: Number) -> float | None:
    """Give the arc tangent in radians."""
    return real(math.atan, subject)


@angles.filter("1|sinh -> 1.1752011936438014", "1000|sinh -> null")
def sinh(subject: Number) -> float | None:
    """Give the hyperbolic sine; null where a decimal cannot hold it."""
    return real(math.sinh, subject)


@angles.filter("1|cosh -> 1.5430806348152437", "1000|cosh -> null")
def cosh(subject: Number) -> float | None:
    """Give the hyperbolic cosine; null where a decimal cannot hold it."""
    return real(math.cosh, subject)


@angles.filter("1|tanh -> 0.7615941559557649", "1000|tanh -> 1")
def tanh(subject: Number) -> float | None:
    """Give the hyperbolic tangent."""
    return real(math.tanh, subject)


@angles.filter("1|asinh -> 0.881373587019543", "0|asinh -> 0")
def asinh(subject: Number) -> float | None:
    """Give the inverse hyperbolic sine."""
    return real(math.asinh, subject)


@angles.filter("1|acosh -> 0", "0.5|acosh -> null")
def acosh(subject: Number) -> float | None:
    """Give the inverse hyperbolic cosine, null below 1."""
    return real(math.acosh, subject)


@angles.filter("0.5|atanh -> 0.5493061443340548", "1|atanh -> null")
def atanh(subject: Number) -> float | None:
    """Give the inverse hyperbolic tangent, null outside -1 to 1 and at both ends."""
    return real(math.atanh, subject)


@angles.filter("180|deg2rad -> 3.141592653589793", "null|deg2rad -> !Not numeric.")
def deg2rad(subject: Number) -> float | None:
    """Turn degrees into radians."""
    return real(math.radians, subject)


@angles.filter("0|rad2deg -> 0", "3.141592653589793|rad2deg -> 180")
def rad2deg(subject: Number) -> float | None:
    """Turn radians into degrees."""
    return real(math.degrees, subject)
