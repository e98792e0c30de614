"""Assertions of tests: each demands something of the value in its head and raises `expectation` otherwise.

The head is read late, so that a reference which leads nowhere is an answer and no fault of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from xsrun import values
from xsrun.builtins.registry import Group, Lazy, LazyValue, Text, Value
from xsrun.diagnostics import Fault, LimitFault
from xsrun.effects.ports import World
from xsrun.faults import fault_of
from xsrun.hints import Any, Final
from xsrun.late import Late

expect = Group("expect")

_occurs: Callable[[str, str], bool] = Late("xsrun.patterns", "occurs")
_parse_time: Callable[[str, int], int] = Late("xsrun.timestamps", "parse")

SHOWN: Final = 300
"""Characters of a value that a failure shows."""


class Failed(LimitFault):
    """An assertion that does not hold. It ends its test, whatever catches errors around it."""

    def __init__(self, message: str) -> None:
        super().__init__("expectation", message)


class Unequal(Failed):
    """A value that is not the expected one. Both are kept, for a report that compares them."""

    def __init__(self, expected: Any, actual: Any) -> None:
        reason = f"expected value {_shown(expected)} does not equal {_shown(actual)}"
        super().__init__(f"to_equal failed - {reason}")
        self.expected = expected
        self.actual = actual


# ---------------------------------------------------------------- equality


@expect.statement(
    "expect.to_equal (1 + 1) { value = 2.0 }",
    "expect.to_equal ({a: 1, b: [null]}) { value = {b: [null], a: 1} }",
    'expect.to_equal (1) { value = "1" } -> !to_equal failed - expected value "1" does not equal 1',
    "expect.to_equal ($r.a) { value = null } -> !to_equal failed - value is not defined",
)
def to_equal(found: Lazy, /, *, value: Value) -> None:
    """Demand an equal value: numbers by value, text exactly, lists in order, objects in any order."""
    actual = _defined("to_equal", found)
    if not same(actual, value):
        raise Unequal(value, actual)


@expect.statement(
    'expect.to_not_equal (1) { value = "1" }',
    "expect.to_not_equal ([1]) { value = [1] } -> !to_not_equal failed - value equals [1]",
)
def to_not_equal(found: Lazy, /, *, value: Value) -> None:
    """Demand a value that is not equal, by the rules of `expect.to_equal`."""
    actual = _defined("to_not_equal", found)
    _demand("to_not_equal", not same(actual, value), f"value equals {_shown(value)}")


# ---------------------------------------------------------------- single values


@expect.statement(
    "expect.to_be_true (1 == 1)",
    'expect.to_be_true ("yes") -> !to_be_true failed - value is not true: it is text "yes"',
)
def to_be_true(found: Lazy, /) -> None:
    """Demand true itself; a value that merely counts as true is not enough."""
    actual = _defined("to_be_true", found)
    _demand("to_be_true", actual is True, f"value is not true: it is {_described(actual)}")


@expect.statement(
    "expect.to_be_false (1 == 2)",
    "expect.to_be_false (0) -> !to_be_false failed - value is not false: it is int 0",
)
def to_be_false(found: Lazy, /) -> None:
    """Demand false itself; a value that merely counts as false is not enough."""
    actual = _defined("to_be_false", found)
    _demand("to_be_false", actual is False, f"value is not false: it is {_described(actual)}")


@expect.statement(
    "expect.to_be_null (null)",
    "var $a { value = {} }\nexpect.to_be_null ($a.missing)",
    "expect.to_be_null (0) -> !to_be_null failed - value is not null: it is int 0",
)
def to_be_null(found: Lazy, /) -> None:
    """Demand null; a path that leads nowhere counts as null."""
    actual = _look(found)[1]
    _demand("to_be_null", actual is None, f"value is not null: it is {_described(actual)}")


@expect.statement(
    "expect.to_not_be_null (0)",
    "expect.to_not_be_null (null) -> !to_not_be_null failed - value is null",
)
def to_not_be_null(found: Lazy, /) -> None:
    """Demand a value that is there and not null."""
    _demand("to_not_be_null", _look(found)[1] is not None, "value is null")


@expect.statement(
    "var $a { value = {b: null} }\nexpect.to_be_defined ($a.b)",
    "var $a { value = {} }\nexpect.to_be_defined ($a.b) -> !to_be_defined failed - value is not defined",
)
def to_be_defined(found: Lazy, /) -> None:
    """Demand that the path leads somewhere, be it to null."""
    _defined("to_be_defined", found)


@expect.statement(
    "var $a { value = {} }\nexpect.to_not_be_defined ($a.b)",
    "var $a { value = {b: 1} }\nexpect.to_not_be_defined ($a.b)"
    " -> !to_not_be_defined failed - value is defined: it is int 1",
)
def to_not_be_defined(found: Lazy, /) -> None:
    """Demand that the path leads nowhere."""
    exists, actual = _look(found)
    _demand("to_not_be_defined", not exists, f"value is defined: it is {_described(actual)}")


@expect.statement(
    'expect.to_be_empty ("")',
    "expect.to_be_empty ({})",
    "expect.to_be_empty (0) -> !to_be_empty failed - value is not empty: it is int 0",
)
def to_be_empty(found: Lazy, /) -> None:
    """Demand null, an empty text, list or object, or a path that leads nowhere; 0 and false are not empty."""
    actual = _look(found)[1]
    empty = actual is None or (isinstance(actual, str | bytes | list | dict) and not actual)
    _demand("to_be_empty", empty, f"value is not empty: it is {_described(actual)}")


# ---------------------------------------------------------------- order


@expect.statement(
    "expect.to_be_greater_than (2) { value = 1.5 }",
    'expect.to_be_greater_than ("2024-02-01") { value = "2024-01-31" }',
    "expect.to_be_greater_than (1) { value = 1 } -> !to_be_greater_than failed - 1 is not greater than 1",
    "expect.to_be_greater_than (true) { value = 0 } -> !to_be_greater_than failed - true is not greater than 0",
)
def to_be_greater_than(world: World, found: Lazy, /, *, value: Value) -> None:
    """Demand more than a value: numbers, texts, or a timestamp and a date text."""
    actual = _defined("to_be_greater_than", found)
    order = _order(actual, value, world.clock.now())
    _demand(
        "to_be_greater_than",
        order is not None and order > 0,
        f"{_shown(actual)} is not greater than {_shown(value)}",
    )


@expect.statement(
    "expect.to_be_less_than (1) { value = 1.5 }",
    'expect.to_be_less_than (0) { value = "2024-01-31" }',
    'expect.to_be_less_than ("b") { value = "a" } -> !to_be_less_than failed - "b" is not less than "a"',
)
def to_be_less_than(world: World, found: Lazy, /, *, value: Value) -> None:
    """Demand less than a value: numbers, texts, or a timestamp and a date text."""
    actual = _defined("to_be_less_than", found)
    order = _order(actual, value, world.clock.now())
    _demand("to_be_less_than", order is not None and order < 0, f"{_shown(actual)} is not less than {_shown(value)}")


@expect.statement(
    "expect.to_be_within (1) { min = 1, max = 2 }",
    "expect.to_be_within (3) { min = 1, max = 2 } -> !to_be_within failed - 3 is not within 1 and 2",
    parity="the platform was seen to exclude the two bounds, which count as within here",
)
def to_be_within(world: World, found: Lazy, /, *, min: Value, max: Value) -> None:
    """Demand a value between two others, both included."""
    actual, now = _defined("to_be_within", found), world.clock.now()
    below, above = _order(actual, min, now), _order(actual, max, now)
    within = below is not None and above is not None and below >= 0 >= above
    _demand("to_be_within", within, f"{_shown(actual)} is not within {_shown(min)} and {_shown(max)}")


@expect.statement(
    'expect.to_be_in_the_past ("2001-01-01")',
    "expect.to_be_in_the_past (now + 1000)"
    " -> !to_be_in_the_past failed - value is not in the past: it is int 1767225601000",
)
def to_be_in_the_past(world: World, found: Lazy, /) -> None:
    """Demand a timestamp or date text before now."""
    actual = _defined("to_be_in_the_past", found)
    order = _order(_instant(actual, world.clock.now()), world.clock.now(), 0)
    _demand(
        "to_be_in_the_past",
        order is not None and order < 0,
        f"value is not in the past: it is {_described(actual)}",
    )


@expect.statement(
    'expect.to_be_in_the_future ("+1 day")',
    'expect.to_be_in_the_future ("soon")'
    ' -> !to_be_in_the_future failed - value is not in the future: it is text "soon"',
)
def to_be_in_the_future(world: World, found: Lazy, /) -> None:
    """Demand a timestamp or date text after now."""
    actual = _defined("to_be_in_the_future", found)
    order = _order(_instant(actual, world.clock.now()), world.clock.now(), 0)
    _demand(
        "to_be_in_the_future",
        order is not None and order > 0,
        f"value is not in the future: it is {_described(actual)}",
    )


# ---------------------------------------------------------------- contents


@expect.statement(
    "expect.to_contain ([1, {a: 2}]) { value = {a: 2} }",
    'expect.to_contain ("abc") { value = "b" }',
    'expect.to_contain ({a: 1}) { value = "a" }',
    "expect.to_contain ([1, 2]) { value = 3 } -> !to_contain failed - value does not contain 3: it is array [1,2]",
)
def to_contain(found: Lazy, /, *, value: Value) -> None:
    """Demand an element of a list, a part of a text, or a key of an object."""
    actual = _defined("to_contain", found)
    _demand(
        "to_contain",
        _contains(actual, value),
        f"value does not contain {_shown(value)}: it is {_described(actual)}",
    )


@expect.statement(
    'expect.to_start_with ("abc") { value = "ab" }',
    'expect.to_start_with ("abc") { value = "AB" }'
    ' -> !to_start_with failed - value does not start with "AB": it is text "abc"',
)
def to_start_with(found: Lazy, /, *, value: Value) -> None:
    """Demand a text that begins with another, case-sensitively."""
    actual = _defined("to_start_with", found)
    text, part = _text_of(actual), _text_of(value)
    _demand(
        "to_start_with",
        text is not None and part is not None and text.startswith(part),
        f"value does not start with {_shown(value)}: it is {_described(actual)}",
    )


@expect.statement(
    'expect.to_end_with ("abc") { value = "bc" }',
    'expect.to_end_with (null) { value = "" } -> !to_end_with failed - value does not end with "": it is null',
)
def to_end_with(found: Lazy, /, *, value: Value) -> None:
    """Demand a text that ends with another, case-sensitively."""
    actual = _defined("to_end_with", found)
    text, part = _text_of(actual), _text_of(value)
    _demand(
        "to_end_with",
        text is not None and part is not None and text.endswith(part),
        f"value does not end with {_shown(value)}: it is {_described(actual)}",
    )


@expect.statement(
    'expect.to_match ("abc-12") { value = "^[a-z]+-[0-9]+$" }',
    'expect.to_match ("ABC") { value = "/b/i" }',
    'expect.to_match ("abc") { value = "^b" } -> !to_match failed - value does not match "^b": it is text "abc"',
)
def to_match(found: Lazy, /, *, value: Text) -> None:
    """Demand a text in which a pattern occurs, written bare or between slashes with flags."""
    actual = _defined("to_match", found)
    text = _text_of(actual)
    _demand(
        "to_match",
        text is not None and _occurs(value, text),
        f"value does not match {_shown(value)}: it is {_described(actual)}",
    )


# ---------------------------------------------------------------- errors


def must_throw(wanted: Any, stack: Callable[..., Any], *variables: Any) -> None:
    """Run a stack that has to raise an error, one that mentions ``wanted`` unless that is null."""
    try:
        stack(*variables)
    except LimitFault:
        raise
    except (Fault, TypeError) as error:
        fault = fault_of(error)
        mentioned = wanted is None or mentions(fault, values.text(wanted))
        message = fault.message
    else:
        raise Failed("to_throw failed - response is ok")
    _demand("to_throw", mentioned, f"expected {_shown(wanted)}, got {_shown(message)}")


def mentions(fault: Fault, text: str) -> bool:
    """Whether a text occurs in the message, name, code or thrown value of an error, in any case."""
    searched = (fault.message, fault.name, fault.kind.error_code, values.to_text(fault.result))
    return any(text.casefold() in each.casefold() for each in searched)


# ---------------------------------------------------------------- rules


def _demand(assertion: str, holds: bool, reason: str) -> None:
    if not holds:
        raise Failed(f"{assertion} failed - {reason}")


def _look(found: LazyValue) -> tuple[bool, Any]:
    """Whether the head leads somewhere, and its value."""
    try:
        return True, found()
    except Fault as fault:
        if fault.code not in ("missing-path", "missing-variable"):
            raise
        return False, None


def _defined(assertion: str, found: LazyValue) -> Any:
    """The value of the head, which has to lead somewhere."""
    exists, actual = _look(found)
    _demand(assertion, exists, "value is not defined")
    return actual


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and type(value) is not bool


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal in a test: numbers by value, text exactly, lists in order, objects in any order."""
    if _is_number(a) and _is_number(b):
        return bool(a == b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    if isinstance(a, str | bytes) and isinstance(b, str | bytes):
        return values.to_text(a) == values.to_text(b)
    return type(a) is type(b) and bool(a == b)


def _order(a: Any, b: Any, now: int) -> int | None:
    """Negative, 0 or positive; None for values that have no order. A date text becomes a timestamp beside a number."""
    if _is_number(a) and isinstance(b, str):
        b = _instant(b, now)
    elif isinstance(a, str) and _is_number(b):
        a = _instant(a, now)
    comparable = (_is_number(a) and _is_number(b)) or (isinstance(a, str) and isinstance(b, str))
    return values.compare(a, b) if comparable else None


def _instant(value: Any, now: int) -> int | float | None:
    """A timestamp out of a number or a text; None for anything else."""
    if not isinstance(value, str):
        return value if _is_number(value) else None
    number = values.parse_number(value)
    if number is not None:
        return number
    try:
        return _parse_time(value, now)
    except Fault as fault:
        if fault.code != "bad-argument":
            raise
        return None


def _contains(actual: Any, value: Any) -> bool:
    if isinstance(actual, list):
        return any(same(item, value) for item in actual)
    part = _text_of(value)
    if isinstance(actual, dict):
        return part is not None and part in actual
    text = _text_of(actual)
    return text is not None and part is not None and part in text


def _text_of(value: Any) -> str | None:
    """A text, or a number as one; None for anything else."""
    return values.to_text(value) if isinstance(value, str | bytes) or _is_number(value) else None


def _shown(value: Any) -> str:
    return values.shortened(value, SHOWN)


def _described(value: Any) -> str:
    return values.describe(value, SHOWN)
