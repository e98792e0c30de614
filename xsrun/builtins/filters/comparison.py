"""Filters that answer with true or false as the comparison operators and ``!`` do."""

from __future__ import annotations

from xsrun import values
from xsrun.builtins.registry import Bool, Group, List, Value

comparison = Group("comparison")
logic = Group("logic")


@comparison.filter("4|equals:4 -> true", '"1"|equals:"01" -> true', "null|equals:0 -> true", misnomers=("eq",))
def equals(subject: Value, value: Value) -> bool:
    """Tell whether two values are loosely equal, as ``==`` does."""
    return values.equal(subject, value)


@comparison.filter("4|not_equals:4 -> false", '0|not_equals:"a" -> true', misnomers=("ne", "neq"))
def not_equals(subject: Value, value: Value) -> bool:
    """Tell whether two values are not loosely equal, as ``!=`` does."""
    return values.not_equal(subject, value)


@comparison.filter("4|greater_than:2 -> true", '"b"|greater_than:"a" -> true', misnomers=("gt",))
def greater_than(subject: Value, value: Value) -> bool:
    """Tell whether the value is larger than the argument, as ``>`` does."""
    return values.greater(subject, value)


@comparison.filter(
    "4|greater_than_or_equal:4 -> true", "null|greater_than_or_equal:1 -> false", misnomers=("gte", "ge")
)
def greater_than_or_equal(subject: Value, value: Value) -> bool:
    """Tell whether the value is larger than the argument or as large, as ``>=`` does."""
    return values.greater_equal(subject, value)


@comparison.filter("4|less_than:2 -> false", '"9"|less_than:"10" -> true', misnomers=("lt",))
def less_than(subject: Value, value: Value) -> bool:
    """Tell whether the value is smaller than the argument, as ``<`` does."""
    return values.less(subject, value)


@comparison.filter("4|less_than_or_equal:4 -> true", "[1]|less_than_or_equal:[0,0] -> true", misnomers=("lte", "le"))
def less_than_or_equal(subject: Value, value: Value) -> bool:
    """Tell whether the value is smaller than the argument or as small, as ``<=`` does."""
    return values.less_equal(subject, value)


@comparison.filter(
    "[1,2,3]|in:3 -> true",
    '[1,2,3]|in:"3" -> true',
    "null|in:1 -> false",
    '"abc"|in:"b" -> !Value must be an array.',
    misnomers=("in_array",),
)
def in_(subject: List, search: Value) -> bool:
    """Tell whether the list holds an element that is loosely equal to the argument."""
    return any(values.equal(item, search) for item in subject)


@logic.filter("true|not -> false", '"0"|not -> true', '"false"|not -> false', "[]|not -> true")
def not_(subject: Bool) -> bool:
    """Give true for a value that counts as false, and false for any other."""
    return not subject
