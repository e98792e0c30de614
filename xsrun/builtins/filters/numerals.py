"""Filters that write whole numbers in other bases: results are text, digits a base does not have are skipped."""

from __future__ import annotations

from xsrun import values
from xsrun.builtins.registry import Group, Int, Text
from xsrun.diagnostics import Fault
from xsrun.hints import Final

numerals = Group("numerals")

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
MAX_DIGITS: Final = 1_000


def _read(subject: str, base: int) -> int:
    known = DIGITS[:base]
    digits = "".join(digit for digit in subject.lower() if digit in known)
    if len(digits) > MAX_DIGITS:
        raise Fault("limit-size", f"a number may have at most {MAX_DIGITS:,} digits")
    return int(digits or "0", base)


def _write(number: int, base: int) -> str:
    digits = ""
    while number >= base:
        number, digit = divmod(number, base)
        digits = DIGITS[digit] + digits
    return DIGITS[number] + digits


def _decimal(subject: str) -> int:
    """The integer a text spells; a negative one in the 64 bits of its two's complement."""
    number = values.parse_number(subject)
    whole = _read(subject, 10) if number is None else values.truncate(number)
    return whole if whole >= 0 else whole & (2**64 - 1)


@numerals.filter('"1010"|bindec -> "10"', '"0b11"|bindec -> "3"', 'null|bindec -> "0"')
def bindec(subject: Text) -> Text:
    """Turn binary digits into a decimal number."""
    return str(_read(subject, 2))


@numerals.filter('"ff"|hexdec -> "255"', '"0xFF"|hexdec -> "255"', 'null|hexdec -> "0"')
def hexdec(subject: Text) -> Text:
    """Turn hexadecimal digits into a decimal number."""
    return str(_read(subject, 16))


@numerals.filter('"12"|octdec -> "10"', 'null|octdec -> "0"')
def octdec(subject: Text) -> Text:
    """Turn octal digits into a decimal number."""
    return str(_read(subject, 8))


@numerals.filter('10|decbin -> "1010"', '"10"|decbin -> "1010"', 'null|decbin -> "0"')
def decbin(subject: Text) -> Text:
    """Turn a decimal number into binary digits."""
    return format(_decimal(subject), "b")


@numerals.filter('255|dechex -> "ff"', '-1|dechex -> "ffffffffffffffff"', 'null|dechex -> "0"')
def dechex(subject: Text) -> Text:
    """Turn a decimal number into lower case hexadecimal digits."""
    return format(_decimal(subject), "x")


@numerals.filter('10|decoct -> "12"', 'null|decoct -> "0"')
def decoct(subject: Text) -> Text:
    """Turn a decimal number into octal digits."""
    return format(_decimal(subject), "o")


@numerals.filter(
    '"ff"|base_convert:16:10 -> "255"',
    '"zz"|base_convert:36:2 -> "10100001111"',
    '"1"|base_convert:1:10 -> !A base is a number from 2 to 36.',
)
def base_convert(subject: Text, from_: Int, to: Int) -> Text:
    """Turn a number of one base into another; bases go from 2 to 36."""
    if not (2 <= from_ <= 36 and 2 <= to <= 36):
        raise Fault("bad-argument", "A base is a number from 2 to 36.")
    return _write(_read(subject, from_), to)
