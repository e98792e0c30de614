"""The filters of ``filters=``: one record per filter and class of types, and the checks a field gets from them."""

from __future__ import annotations

from collections.abc import Callable

from xsrun import values
from xsrun.hints import Any, Final
from xsrun.record import NamedTuple
from xsrun.types.demands import (
    Check,
    at_least,
    at_most,
    changed_by,
    each_number,
    fewest_items,
    is_symbol,
    longest,
    matching,
    most_items,
    only,
    shortest,
    starting_with,
    with_characters,
    without,
)
from xsrun.types.fields import Field

LIST: Final = "list"
"""In ``InputFilter.types``: the list as a whole, whatever it holds."""
ELEMENTWISE: Final = frozenset({"int", "decimal", "vector"})
"""Lists of these types are bounded by element, lists of all others by their count."""

_BLANKS: Final = " \t\n\r\0\v"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS: Final = "0123456789"


class InputExample(NamedTuple):
    """What a filter makes of a value: the new value, or the message of a rejection after ``!``."""

    type: str
    args: tuple[Any, ...]
    given: Any
    result: Any


class InputFilter(NamedTuple):
    """One filter of ``filters=`` for one class of types."""

    name: str
    types: frozenset[str]
    summary: str
    examples: tuple[InputExample, ...]
    build: Callable[..., Check] | None = None
    """Makes the check from the arguments."""
    alphabet: Callable[..., str] | None = None
    """Gives the characters it allows; a field allows what all such filters of it allow together."""
    params: tuple[str, ...] = ()
    required: int = 0
    """How many of ``params`` cannot be left out."""


_NUMBERS: Final = frozenset({"int", "decimal"})
_VECTOR: Final = frozenset({"vector"})
_LENGTHS: Final = frozenset({"text", "password", "email"})
_TEXT: Final = frozenset({"text"})
_TRIMMED: Final = frozenset({"text", "email"})
_PASSWORD: Final = frozenset({"password"})
_LISTS: Final = frozenset({LIST})


def _bound(name: str, types: frozenset[str], summary: str, build: Callable[..., Check], *examples: Any) -> InputFilter:
    return InputFilter(name, types, summary, tuple(InputExample(*each) for each in examples), build, None, ("n",), 1)


def _strength(name: str, kind: str, belongs: Callable[[str], bool], *examples: Any) -> InputFilter:
    summary = f"Demand at least n {kind} characters."
    return _bound(name, _PASSWORD, summary, with_characters(kind, belongs), *examples)


def _change(name: str, summary: str, change: Callable[[str], str], *examples: Any) -> InputFilter:
    return InputFilter(name, _TRIMMED, summary, tuple(InputExample(*each) for each in examples), changed_by(change))


def _characters(name: str, summary: str, alphabet: Callable[..., str], *examples: Any, params: Any = ()) -> InputFilter:
    found = tuple(InputExample(*each) for each in examples)
    return InputFilter(name, _TEXT, summary, found, None, alphabet, params, len(params))


INPUT_FILTERS: Final[tuple[InputFilter, ...]] = (
    _bound(
        "min",
        _NUMBERS,
        "Demand a number of at least n.",
        at_least,
        ("int", (0,), 0, 0),
        ("int", (0,), -1, "!Value is less than the minimum value of 0"),
        ("decimal", (0.5,), "0.25", "!Value is less than the minimum value of 0.5"),
    ),
    _bound(
        "min", _VECTOR, "Demand numbers of at least n.", each_number(at_least), ("vector", (0,), [0, 1.5], [0, 1.5])
    ),
    _bound(
        "min",
        _LENGTHS,
        "Demand a text of at least n characters.",
        shortest,
        ("text", (2,), "ab", "ab"),
        ("text", (2,), "a", "!Minimum length of 2 required."),
    ),
    _bound(
        "min",
        _LISTS,
        "Demand a list of at least n elements; numbers are bounded one by one instead.",
        fewest_items,
        ("text[]", (1,), ["a"], ["a"]),
        ("text[]", (1,), [], '!Input "x" must have at least 1 items.'),
        ("int[]", (1,), [], []),
    ),
    _bound(
        "max",
        _NUMBERS,
        "Demand a number of at most n.",
        at_most,
        ("int", (9,), "9", 9),
        ("int", (9,), 10, "!Value is greater than the maximum value of 9"),
    ),
    _bound(
        "max",
        _VECTOR,
        "Demand numbers of at most n.",
        each_number(at_most),
        ("vector", (1,), [2], "!Value is greater than the maximum value of 1"),
    ),
    _bound(
        "max",
        _LENGTHS,
        "Demand a text of at most n characters.",
        longest,
        ("text", (3,), "abc", "abc"),
        ("text", (3,), "abcd", "!Maximum length of 3 exceeded."),
    ),
    _bound(
        "max",
        _LISTS,
        "Demand a list of at most n elements; numbers are bounded one by one instead.",
        most_items,
        ("text[]", (1,), ["a", "b"], '!Input "x" must have at most 1 items.'),
        ("int[]", (1,), [1, 2], "!Value is greater than the maximum value of 1"),
    ),
    _change(
        "trim",
        "Remove blanks and line breaks around the text.",
        lambda value: value.strip(_BLANKS),
        ("text", (), "  a ", "a"),
        ("email", (), " a@b.co ", "a@b.co"),
    ),
    _change("lower", "Write the text in lower case.", str.lower, ("text", (), "Ab", "ab")),
    _change("upper", "Write the text in upper case.", str.upper, ("text", (), "Ab", "AB")),
    _characters(
        "ok",
        "Allow these characters only, with those of `alphaOk`, `digitOk` and other `ok` filters.",
        values.to_text,
        ("text", ("abc",), "cab", "cab"),
        ("text", ("abc",), "abd", "!Value contains characters that are not allowed."),
        params=("characters",),
    ),
    _characters(
        "alphaOk",
        "Allow the letters a-z and A-Z only, with what `ok` and `digitOk` allow.",
        lambda: _LETTERS,
        ("text", (), "aZ", "aZ"),
        ("text", (), "a1", "!Value contains characters that are not allowed."),
    ),
    _characters(
        "digitOk",
        "Allow the digits 0-9 only, with what `ok` and `alphaOk` allow.",
        lambda: _DIGITS,
        ("text", (), "12", "12"),
        ("text", (), "1.2", "!Value contains characters that are not allowed."),
    ),
    InputFilter(
        "prevent",
        _TEXT,
        "Refuse a text that contains the phrase, in any case.",
        (
            InputExample("text", ("admin",), "guest", "guest"),
            InputExample("text", ("admin",), "Admin1", "!Value contains a prevented phrase."),
        ),
        without,
        params=("phrase",),
        required=1,
    ),
    InputFilter(
        "startsWith",
        _TEXT,
        "Demand that the text starts with the prefix.",
        (
            InputExample("text", ("SKU-",), "SKU-1", "SKU-1"),
            InputExample("text", ("SKU-",), "X", '!Value must start with "SKU-".'),
        ),
        starting_with,
        params=("prefix",),
        required=1,
    ),
    InputFilter(
        "pattern",
        _TEXT,
        "Demand that the regular expression, bare or between slashes, matches somewhere in the text.",
        (
            InputExample("text", (r"^\d{5}$",), "12345", "12345"),
            InputExample("text", (r"/^\d{5}$/",), "1234", "!Value does not match the required pattern."),
            InputExample("text", ("^a", "Start with a."), "b", "!Start with a."),
        ),
        matching,
        params=("regex", "message"),
        required=1,
    ),
    _strength("minAlpha", "alphabetic", str.isalpha, ("password", (1,), "a1", "a1")),
    _strength(
        "minLowerAlpha",
        "lowercase",
        str.islower,
        ("password", (1,), "AB", "!Password requires at least 1 lowercase characters."),
    ),
    _strength(
        "minUpperAlpha",
        "uppercase",
        str.isupper,
        ("password", (1,), "ab", "!Password requires at least 1 uppercase characters."),
    ),
    _strength(
        "minDigit",
        "digit",
        str.isdigit,
        ("password", (2,), "a1", "!Password requires at least 2 digit characters."),
    ),
    _strength("minSymbol", "symbol", is_symbol, ("password", (1,), "a_1", "a_1")),
)

_BY_TYPE: Final = {(each.name, type_name): each for each in INPUT_FILTERS for type_name in each.types}


def find_filter(name: str, field: Field) -> InputFilter | None:
    """The record that a filter name means on a field, None where it is not allowed."""
    whole = field.is_list and field.type not in ELEMENTWISE
    return (whole and _BY_TYPE.get((name, LIST))) or _BY_TYPE.get((name, field.type))


def allowed_filters(field: Field) -> tuple[str, ...]:
    """The names of the filters that a field may have."""
    return tuple(dict.fromkeys(each.name for each in INPUT_FILTERS if find_filter(each.name, field) is each))


class Checks(NamedTuple):
    """The checks of a field in the order of its filters."""

    each: tuple[Check, ...]
    """Run on the value, or on each element of a list."""
    whole: tuple[Check, ...]
    """Run on a list."""


def field_checks(field: Field) -> Checks:
    """The checks that a field's filters make; it must have passed ``check_field``."""
    active = [
        (found, call.args) for call in field.filters if not call.disabled and (found := find_filter(call.name, field))
    ]
    alphabet = "".join(found.alphabet(*args) for found, args in active if found.alphabet)
    each: list[Check] = []
    whole: list[Check] = []
    united = False
    for found, args in active:
        if found.build:
            (whole if LIST in found.types else each).append(found.build(*args))
        elif not united:
            each.append(only(alphabet))
            united = True
    return Checks(tuple(each), tuple(whole))
