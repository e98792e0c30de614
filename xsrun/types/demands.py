"""The checks that input filters make of their arguments.

A check takes a converted value, gives back the value to go on with, and raises Reject.
"""

from __future__ import annotations

from collections.abc import Callable

from xsrun import values
from xsrun.hints import Any
from xsrun.late import Late
from xsrun.types.fields import Reject

Check = Callable[[Any], Any]

occurs: Callable[[str, str], bool] = Late("xsrun.patterns", "occurs")


def _limit(argument: Any) -> int | float:
    return values.number(argument)


def at_least(limit: Any) -> Check:
    """``min`` of a number."""
    low = _limit(limit)

    def check(value: Any) -> Any:
        if value < low:
            raise Reject(f"Value is less than the minimum value of {values.to_text(low)}")
        return value

    return check


def at_most(limit: Any) -> Check:
    """``max`` of a number."""
    high = _limit(limit)

    def check(value: Any) -> Any:
        if value > high:
            raise Reject(f"Value is greater than the maximum value of {values.to_text(high)}")
        return value

    return check


def each_number(build: Callable[..., Check]) -> Callable[..., Check]:
    """The check of every number of a vector."""

    def build_each(*args: Any) -> Check:
        check = build(*args)
        return lambda vector: [check(number) for number in vector]

    return build_each


def shortest(limit: Any) -> Check:
    """``min`` of a text."""
    low = _limit(limit)

    def check(value: str) -> str:
        if len(value) < low:
            raise Reject(f"Minimum length of {values.to_text(low)} required.")
        return value

    return check


def longest(limit: Any) -> Check:
    """``max`` of a text."""
    high = _limit(limit)

    def check(value: str) -> str:
        if len(value) > high:
            raise Reject(f"Maximum length of {values.to_text(high)} exceeded.")
        return value

    return check


def fewest_items(limit: Any) -> Check:
    """The lower bound of a list."""
    low = _limit(limit)

    def check(value: list[Any]) -> list[Any]:
        if len(value) < low:
            raise Reject('Input "', f'" must have at least {values.to_text(low)} items.')
        return value

    return check


def most_items(limit: Any) -> Check:
    """The upper bound of a list."""
    high = _limit(limit)

    def check(value: list[Any]) -> list[Any]:
        if len(value) > high:
            raise Reject('Input "', f'" must have at most {values.to_text(high)} items.')
        return value

    return check


def changed_by(change: Callable[[str], str]) -> Callable[..., Check]:
    """The check that only changes the text."""
    return lambda: change


def only(alphabet: str) -> Check:
    """The check that every character is in the alphabet."""
    allowed = frozenset(alphabet)

    def check(value: str) -> str:
        if not allowed.issuperset(value):
            raise Reject("Value contains characters that are not allowed.")
        return value

    return check


def without(phrase: Any) -> Check:
    """The check that a phrase does not occur, in any case."""
    unwanted = values.to_text(phrase).casefold()

    def check(value: str) -> str:
        if unwanted in value.casefold():
            raise Reject("Value contains a prevented phrase.")
        return value

    return check


def starting_with(prefix: Any) -> Check:
    """The check of the first characters."""
    wanted = values.to_text(prefix)

    def check(value: str) -> str:
        if not value.startswith(wanted):
            raise Reject(f'Value must start with "{wanted}".')
        return value

    return check


def matching(pattern: Any, message: Any = "Value does not match the required pattern.") -> Check:
    """The check that a regular expression matches somewhere."""
    source, complaint = values.to_text(pattern), values.to_text(message)

    def check(value: str) -> str:
        if not occurs(source, value):
            raise Reject(complaint)
        return value

    return check


def with_characters(kind: str, belongs: Callable[[str], bool]) -> Callable[..., Check]:
    """The check that so many characters are of a kind."""

    def build(limit: Any) -> Check:
        low = _limit(limit)

        def check(value: str) -> str:
            if sum(map(belongs, value)) < low:
                raise Reject(f"Password requires at least {values.to_text(low)} {kind} characters.")
            return value

        return check

    return build


def is_symbol(character: str) -> bool:
    """Whether a character is neither a letter nor a digit."""
    return not character.isalnum()
