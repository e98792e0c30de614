"""Regular expressions as programs write them: PHP-delimited PCRE text, compiled for the ``regex`` library.

Both dialects share possessive quantifiers, atomic groups, recursion and Unicode classes; what differs
is rewritten token by token. Patterns and subjects are hostile, so a search looks like this:

    with bounded(text):
        found = compile_pattern(text).search(subject, timeout=TIMEOUT)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

from xsrun.diagnostics import Fault
from xsrun.late import regex

TIMEOUT: Final = 1.0
"""Seconds one search may take."""

DELIMITERS: Final = {"/": "/", "#": "#", "~": "~", "%": "%", "|": "|", "!": "!"}
"""Characters that start a delimited pattern, with the one that ends it."""
BRACKETS: Final = {"(": ")", "{": "}", "[": "]", "<": ">"}
"""Delimiter pairs; ambiguous with undelimited patterns, so only ``compile_pattern`` takes them."""

_MODIFIERS: Final = "imsxuUD"
_MAX_LENGTH: Final = 65_535
_MAX_REPEAT: Final = 65_535
_NO_FULL_CASE_FOLDING: Final = "(?-f)"

_HEX: Final = "[0-9A-Fa-f]"
_SHARED: Final = (
    r"\\Q(?P<quoted>(?s:.*?))(?:\\E|\Z)"
    rf"|\\(?:x\{{(?P<code>{_HEX}{{1,8}})\}}|x(?P<hex>{_HEX}{{0,2}})|o\{{(?P<octal>[0-7]{{1,10}})\}})"
    r"|\\c(?P<control>[ -~])"
    r"|(?P<property>\\[pP](?:\{[^{}]*\}|[A-Za-z]))"
)
_OUTSIDE: Final = (
    r"|\\(?:k[<{'](?P<named>\w+)[>}']|g(?:\{(?P<braced>-?\w+)\}|(?P<bare>-?\d+)|[<'](?P<call>\w+)[>']))"
    r"|(?P<number>\\\d+)"
    r"|\\(?P<escape>(?s:.))"
    r"|(?P<class>\[\^?+\]?+(?:\\Q(?s:.*?)\\E|\\(?s:.)|\[:\^?\w++:\]|[^\]\\])*+\])"
    r"|\(\?'(?P<group>\w+)'"
    r"|(?P<skip>\(\?\#[^)]*\))"
    r"|\(\?(?!R\))(?P<flags>[A-Za-z^-]+)(?=[:)])"
    r"|(?P<opening>\((?:\?\+?|\*\w*)?)"
    r"|(?P<repeat>[*+?]|\{\d+(?:,\d*)?\})(?P<greed>[?+]?)"
    r"|(?P<brace>\{)|(?P<end>\$)|(?P<start>\^)"
)
# These are compiled at their first use, because few programs need them all.
_TOKENS: Final = _SHARED + _OUTSIDE
_VERBOSE_TOKENS: Final = r"(?P<skip>\#[^\n]*)|" + _SHARED + _OUTSIDE
_CLASS_TOKENS: Final = (
    _SHARED + r"|(?P<number>\\[0-7]{1,3})|\\(?P<escape>(?s:.))|(?P<posix>\[:\^?\w++:\])"
    r"|(?P<head>^\[\^?+)(?P<first>[\]-]?)|(?P<operator>--|[\[&|~])"
)
_INLINE_VERBOSE: Final = r"(?<!\\)\(\?[a-wyz]*x"
_CAPTURE: Final = r"(?<!\\)\((?:(?![?*])|\?P?<(?![=!])|\?')"

_ESCAPES: Final = {
    "N": r"[^\n]",
    "H": r"[^\h]",
    "v": r"[\n\x0b\f\r\x85\u2028\u2029]",
    "V": r"[^\n\x0b\f\r\x85\u2028\u2029]",
    "Z": r"(?=\n?\Z)",
    "z": r"\Z",
    "e": r"\x1b",
}
_CLASS_ESCAPES: Final = {letter: _ESCAPES[letter] for letter in "HvVe"}
_SAME: Final = frozenset("abdfhnrstwABDGKRSWX")
_CLASS_SAME: Final = frozenset("abdfhnrstwDSW")
_UNSUPPORTED: Final = frozenset("CFLUlu")


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> regex.Pattern[str]:
    """A delimited pattern such as ``/ab+/i``, compiled; search it inside ``bounded``.

    Modifiers: ``i m s x u U D``. Without ``u`` the classes ``\\w \\d \\s \\b`` and case folding know ASCII
    only; characters, never bytes, are matched either way. Raises the fault ``bad-regex``.
    """
    start = len(text) - len(text.lstrip(" \t\r\n\v\f"))
    close = (DELIMITERS | BRACKETS).get(text[start : start + 1])
    end = text.rfind(close) if close else -1
    if end <= start:
        raise _bad(text, 'pipe the pattern in, between slashes, e.g. "/ab+/i"|regex_matches:$text')
    return _compile(text, text[start + 1 : end], text[end + 1 :].strip("\r\n "))


@lru_cache(maxsize=512)
def compile_search(text: str) -> regex.Pattern[str]:
    """A pattern that may be delimited or bare; a bare one is taken as it is, in Unicode mode.

    Raises the fault ``bad-regex``.
    """
    close = DELIMITERS.get(text[:1])
    end = text.rfind(close) if close else -1
    if end > 0 and set(text[end + 1 :]) <= set(_MODIFIERS):
        return compile_pattern(text)
    return _compile(text, text, "u")


def occurs(text: str, subject: str) -> bool:
    """Whether a delimited or bare pattern matches anywhere. Raises ``bad-regex`` and ``limit-time``."""
    pattern = compile_search(text)
    with bounded(text):
        return pattern.search(subject, timeout=TIMEOUT) is not None


@contextmanager
def bounded(text: str) -> Iterator[None]:
    """Wrap every search of the pattern ``text``: running out of time or memory becomes the fault ``limit-time``."""
    try:
        yield
    except (TimeoutError, MemoryError):
        raise Fault(
            "limit-time",
            f"The regular expression took longer than {TIMEOUT:g} s: {_shortened(text)}",
            help="nested repeats such as (a+)+ try every split; write (a++)+ or simply a+",
        ) from None


def _bad(text: str, reason: str) -> Fault:
    return Fault("bad-regex", f"Invalid regular expression: {_shortened(text)}", help=reason)


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"


def _compile(text: str, body: str, modifiers: str) -> regex.Pattern[str]:
    unknown = set(modifiers) - set(_MODIFIERS)
    if unknown:
        raise _bad(text, f"unknown modifier {min(unknown)}; there are {' '.join(_MODIFIERS)}")
    if len(body) > _MAX_LENGTH:
        raise _bad(text, f"a pattern may have at most {_MAX_LENGTH:,} characters")
    flags = regex.VERSION1 | (regex.UNICODE if "u" in modifiers else regex.ASCII)
    for letter, flag in (("i", regex.IGNORECASE), ("m", regex.MULTILINE), ("s", regex.DOTALL), ("x", regex.VERBOSE)):
        if letter in modifiers:
            flags |= flag
    try:
        return regex.compile(_NO_FULL_CASE_FOLDING + _translate(body, modifiers), flags, cache_pattern=False)
    except regex.error as error:
        raise _bad(text, str(error)) from None
    except RecursionError:
        raise _bad(text, "it is nested too deep") from None


def _translate(body: str, modifiers: str) -> str:
    verbose = "x" in modifiers or regex.search(_INLINE_VERBOSE, body)
    tokens = _VERBOSE_TOKENS if verbose else _TOKENS
    return str(regex.sub(tokens, lambda token: _REWRITES[token.lastgroup or ""](token, modifiers), body))


def _translate_class(source: str) -> str:
    return str(regex.sub(_CLASS_TOKENS, lambda token: _CLASS_REWRITES[token.lastgroup or ""](token, ""), source))


Rewrite = Callable[["regex.Match[str]", str], str]


def _same(token: regex.Match[str], _modifiers: str) -> str:
    return str(token.group())


def _character(base: int) -> Rewrite:
    def rewrite(token: regex.Match[str], _modifiers: str) -> str:
        return f"\\U{int(token[token.lastgroup or ''] or '0', base):08x}"

    return rewrite


def _escape(rewritten: dict[str, str], same: frozenset[str]) -> Rewrite:
    def rewrite(token: regex.Match[str], _modifiers: str) -> str:
        letter = token["escape"]
        if letter in _UNSUPPORTED:
            raise regex.error(f"\\{letter} is not supported; a character by its code is \\x{{e9}}")
        if letter in rewritten:
            return rewritten[letter]
        literal = letter.isascii() and letter.isalnum() and letter not in same
        return str(letter if literal else token.group())

    return rewrite


def _reference(token: regex.Match[str], _modifiers: str) -> str:
    name = token[token.lastgroup or ""]
    if name.startswith("-"):
        name = str(len(regex.findall(_CAPTURE, token.string, endpos=token.start())) + 1 + int(name))
    return f"\\g<{name}>"


def _call(token: regex.Match[str], _modifiers: str) -> str:
    name = token["call"]
    return f"(?{name})" if name.isdigit() else f"(?&{name})"


def _flags(token: regex.Match[str], _modifiers: str) -> str:
    unknown = set(token["flags"]) - set("imsx-")
    if unknown:
        raise regex.error(f"unknown inline modifier {min(unknown)}; there are i m s x")
    return str(token.group())


def _repeat(token: regex.Match[str], modifiers: str) -> str:
    if any(int(number) > _MAX_REPEAT for number in regex.findall(r"\d+", token["repeat"][:20])):
        raise regex.error(f"a repeat may be at most {_MAX_REPEAT:,}")
    greed: str = token["greed"]
    if "U" in modifiers:
        greed = {"": "?", "?": ""}.get(greed, greed)
    return str(token["repeat"]) + greed


def _end(_token: regex.Match[str], modifiers: str) -> str:
    return r"\Z" if "D" in modifiers and "m" not in modifiers else "$"


def _start(_token: regex.Match[str], modifiers: str) -> str:
    return r"(?:^(?!\Z)|\A)" if "m" in modifiers else "^"


_LITERALS: Final[dict[str, Rewrite]] = {
    "quoted": lambda token, _: regex.escape(token["quoted"]),
    "code": _character(16),
    "hex": _character(16),
    "octal": _character(8),
    "control": lambda token, _: f"\\x{ord(token['control'].upper()) ^ 64:02x}",
    "property": _same,
    "number": _same,
}
_REWRITES: Final[dict[str, Rewrite]] = _LITERALS | {
    "named": _reference,
    "braced": _reference,
    "bare": _reference,
    "call": _call,
    "escape": _escape(_ESCAPES, _SAME),
    "class": lambda token, _: _translate_class(token.group()),
    "group": lambda token, _: f"(?<{token['group']}>",
    "skip": lambda _token, _: "",
    "flags": _flags,
    "opening": _same,
    "greed": _repeat,
    "brace": lambda _token, _: r"\{",
    "end": _end,
    "start": _start,
}
_CLASS_REWRITES: Final[dict[str, Rewrite]] = _LITERALS | {
    "escape": _escape(_CLASS_ESCAPES, _CLASS_SAME),
    "posix": _same,
    "first": lambda token, _: token["head"] + (f"\\{token['first']}" if token["first"] else ""),
    "operator": lambda token, _: r"-\-" if token.group() == "--" else f"\\{token.group()}",
}
