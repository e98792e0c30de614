"""Filters between text, bytes and their encodings: base64, hexadecimal, JSON, character sets.

Bytes that are UTF-8 come back as text, others as raw bytes.
"""

from __future__ import annotations

import binascii

from xsrun import values
from xsrun.builtins.registry import Binary, Group, List, Text, Value
from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final
from xsrun.late import re

encode = Group("encode")


def _text_or_bytes(raw: bytes) -> str | bytes:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw


# ---------------------------------------------------------------- base64, hexadecimal

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_IN_ALPHABET: Final = bytes(set(range(256)) - set(_ALPHABET))
_TO_URL_SAFE: Final = bytes.maketrans(b"+/=", b"-_.")
_FROM_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")


@encode.filter('"hello"|base64_encode -> "aGVsbG8="', 'null|base64_encode -> ""', misnomers=("base64", "btoa"))
def base64_encode(subject: Binary) -> Text:
    """Write the bytes of the text in base64."""
    return binascii.b2a_base64(subject, newline=False).decode("ascii")


@encode.filter(
    '"aGVsbG8="|base64_decode -> "hello"',
    '"aGVs bG8"|base64_decode -> "hello"',
    '"!"|base64_decode -> ""',
    misnomers=("atob",),
)
def base64_decode(subject: Binary) -> Value:
    """Read base64; characters that are none are skipped, and the padding may be missing."""
    digits = subject.translate(None, _NOT_IN_ALPHABET)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return _text_or_bytes(binascii.a2b_base64(digits + b"=" * (-len(digits) % 4)))


@encode.filter('"hello"|base64_encode_urlsafe -> "aGVsbG8."', '"a?>"|base64_encode_urlsafe -> "YT8-"')
def base64_encode_urlsafe(subject: Binary) -> Text:
    """Write the bytes of the text in base64 for addresses: - _ . in place of + / =."""
    return binascii.b2a_base64(subject, newline=False).translate(_TO_URL_SAFE).decode("ascii")


@encode.filter('"aGVsbG8_"|base64_decode_urlsafe -> "hello?"', '"aGVsbG8."|base64_decode_urlsafe -> "hello"')
def base64_decode_urlsafe(subject: Binary) -> Value:
    """Read base64 for addresses, with its padding as . or = or missing."""
    return base64_decode(subject.translate(_FROM_URL_SAFE))


@encode.filter('"hello"|bin2hex -> "68656c6c6f"', '"é"|bin2hex -> "c3a9"', 'null|bin2hex -> ""')
def bin2hex(subject: Binary) -> Text:
    """Write the bytes of the text in lower case hexadecimal digits."""
    return subject.hex()


@encode.filter('"68656c6c6f"|hex2bin -> "hello"', '"C3A9"|hex2bin -> "é"', '"abc"|hex2bin -> !Not hexadecimal.')
def hex2bin(subject: Binary) -> Value:
    """Read hexadecimal digits, two for each byte. An odd number of them or any other character is a fault."""
    try:
        return _text_or_bytes(binascii.unhexlify(subject))
    except binascii.Error:
        raise Fault("bad-argument", "Not hexadecimal.", help="an even number of the digits 0-9 and a-f") from None


# ---------------------------------------------------------------- JSON


@encode.filter(
    '{a: [1, 2.0, "é/"]}|json_encode -> "{\\"a\\":[1,2,\\"é/\\"]}"',
    'null|json_encode -> "null"',
    misnomers=("to_json", "json_stringify", "stringify"),
)
def json_encode(subject: Value) -> Text:
    """Write any value as compact JSON text."""
    return values.dumps(subject)


@encode.filter(
    '"{\\"a\\": 1}"|json_decode -> {"a":1}',
    '"{oops"|json_decode -> null',
    "null|json_decode -> null",
    '{a: 1}|json_decode -> {"a":1}',
    misnomers=("from_json", "json_parse", "parse_json"),
)
def json_decode(subject: Value) -> Value:
    """Read JSON text; what is no JSON gives null, and a value that is no text stays as it is."""
    if not isinstance(subject, str | bytes):
        return subject
    try:
        return values.loads(values.text(subject))
    except ValueError:
        return None


# ---------------------------------------------------------------- character sets

CODECS: Final[dict[str, str]] = {
    "ASCII": "us-ascii",
    "UTF-8": "utf8",
    "UTF-7": "utf7",
    "UTF-16": "utf-16-be",
    "UTF-16BE": "utf-16-be",
    "UTF-16LE": "utf-16-le",
    "UTF-32": "utf-32-be",
    "UTF-32BE": "utf-32-be",
    "UTF-32LE": "utf-32-le",
    **{f"ISO-8859-{part}": f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17))},
    **{f"Windows-{page}": f"cp{page}" for page in range(1250, 1259)},
    "CP437": "cp437",
    "CP850": "cp850",
    "CP866": "cp866",
    "KOI8-R": "koi8-r",
    "KOI8-U": "koi8-u",
    "EUC-JP": "euc_jp",
    "SJIS": "shift_jis",
    "CP932": "cp932",
    "ISO-2022-JP": "iso2022_jp",
    "EUC-KR": "euc_kr",
    "UHC": "cp949",
    "ISO-2022-KR": "iso2022_kr",
    "EUC-CN": "gb2312",
    "CP936": "gbk",
    "GB18030": "gb18030",
    "HZ": "hz",
    "BIG-5": "big5",
}
"""The character sets by the name programs give them, each with Python's name of it."""

_NOT_IN_KEY: Final = re.compile(r"[^a-z0-9]+")


def _key(name: str) -> str:
    return _NOT_IN_KEY.sub("", name.lower())


_NAMES: Final = {
    **{_key(codec): name for name, codec in reversed(CODECS.items())},
    **{_key(name): name for name in CODECS},
    "latin1": "ISO-8859-1",
}


def _known(name: Any) -> str:
    """The name of a character set as ``CODECS`` spells it. Raises ``bad-argument``."""
    spelled = values.text(name)
    known = _NAMES.get(_key(spelled))
    if known is None:
        raise Fault("bad-argument", f"Unknown encoding: {spelled}", help="`|list_encodings` gives the known ones")
    return known


@encode.filter('(|list_encodings)|in:"UTF-8" -> true', '(|list_encodings)|first -> "ASCII"')
def list_encodings(subject: Value) -> list[Text]:
    """List the names of all known character sets; nothing needs to be piped in."""
    return list(CODECS)


@encode.filter(
    '"étude"|detect_encoding -> "UTF-8"',
    '"abc"|detect_encoding -> "ASCII"',
    '"é"|detect_encoding:["ASCII","ISO-8859-1"] -> "ISO-8859-1"',
    '"é"|detect_encoding:["ASCII"] -> null',
)
def detect_encoding(subject: Binary, encodings: List | None = None) -> Value:
    """Name the first of some character sets in which the bytes are valid, null when none is.

    Without a list ASCII and UTF-8 are tried.
    """
    names = map(_known, encodings) if encodings else ("ASCII", "UTF-8")
    return next((name for name in names if _valid(subject, CODECS[name])), None)


def _valid(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


@encode.filter(
    '"abc"|convert_encoding:"ISO-8859-1":"UTF-8" -> "abc"',
    '("é"|convert_encoding:"latin1":"UTF-8")|bin2hex -> "e9"',
    '"a"|convert_encoding:"nope":"UTF-8" -> !Unknown encoding: nope',
)
def convert_encoding(subject: Binary, to: Text, from_: Text) -> Value:
    """Turn the bytes of one character set into those of another; a character it does not have becomes "?"."""
    target, source = CODECS[_known(to)], CODECS[_known(from_)]
    return _text_or_bytes(subject.decode(source, "replace").encode(target, "replace"))


@encode.filter('"abc"|from_utf8 -> "abc"', '("é"|from_utf8)|bin2hex -> "e9"', '"€"|from_utf8 -> "?"')
def from_utf8(subject: Text) -> Value:
    """Turn text into the bytes of ISO-8859-1; a character outside it becomes "?"."""
    return _text_or_bytes(subject.encode("latin-1", "replace"))


@encode.filter('"abc"|to_utf8 -> "abc"', '("e9"|hex2bin)|to_utf8 -> "é"', misnomers=("utf8_encode",))
def to_utf8(subject: Binary) -> Text:
    """Read bytes as ISO-8859-1."""
    return subject.decode("latin-1")
