"""PHP-delimited patterns: what they match here, and which are refused."""

import pytest

from xsrun.diagnostics import Fault
from xsrun.patterns import TIMEOUT, bounded, compile_pattern, occurs

MATCHES = [  # pattern, subject, every match
    ("/ab+/i", "xABBa", ["ABB"]),
    ("#a#", "a", ["a"]),
    ("{a}i", "A", ["A"]),
    ("(a|b)", "ab", ["a", "b"]),
    ("[a]", "a", ["a"]),
    ("<a>", "a", ["a"]),
    ("//", "a", ["", ""]),
    (" /ab/i\n", "AB", ["AB"]),
    (r"/\//", "/", ["/"]),
    ("/a$/", "a\n", ["a"]),
    ("/a$/D", "a\n", []),
    ("/a$/Dm", "a\n", ["a"]),
    (r"/a\Z/", "a\n", ["a"]),
    (r"/a\z/", "a\n", []),
    ("/^/m", "a\nb\n", ["", ""]),
    (r"/\h+/", " \t", [" \t"]),
    (r"/[\H]/", "a ", ["a"]),
    (r"/\v\V/", "\na", ["\na"]),
    (r"/\N+/", "a\nb", ["a", "b"]),
    (r"/\e\cA/", "\x1b\x01", ["\x1b\x01"]),
    ("/{name}/", "{name}", ["{name}"]),
    ("/a{e}/", "a{e}", ["a{e}"]),
    ("/a{,2}/", "aa{,2}", ["a{,2}"]),
    ("/a+/U", "aa", ["a", "a"]),
    ("/a+?/U", "aa", ["aa"]),
    ("/a++b/U", "aab", ["aab"]),
    (r"/\Qa.b\E+/", "a.bb", ["a.bb"]),
    (r"/\x{e9}\x41\o{102}\x4/", "éAB\x04", ["éAB\x04"]),
    (r"/[\x{61}-\x{63}]+/", "abcd", ["abc"]),
    (r"/(?'n'a)\k'n'\k{n}\g{n}\g1\g{-1}/", "aaaaaa", ["aaaaaa"]),
    (r"/(?<x>a|b)\g<x>\g<1>/", "aba", ["aba"]),
    (r"/[[:alpha:]\]\[]+/", "a][1", ["a]["]),
    ("/[]a]+/", "a]", ["a]"]),
    ("/[^]a]+/", "a]b", ["b"]),
    ("/[a[b]+/", "a[b", ["a[b"]),
    ("/[a&&b~~c||d]+/", "a&&b~", ["a&&b~"]),
    ("/[--/]+/", "-./", ["-./"]),
    ("/[+--]+/", "+,-.", ["+,-"]),
    (r"/[\101\8\b]+/", "A8\b", ["A8\b"]),
    ("/ss/iu", "ß", []),
    ("/(a(?i)b|c)/", "aBC", ["aB", "C"]),
    (r"/\w+/", "é", []),
    (r"/\w+/u", "é", ["é"]),
    ("/É/iu", "é", ["é"]),
    ("/a b # [note\n c/x", "abc", ["abc"]),
    ("/(?x) a # [note\n b/", "ab", ["ab"]),
    ("/a(?#[)b/x", "ab", ["ab"]),
    (r"/\y\_/", "y_", ["y_"]),
    (r"/\p{Lu}\pL\P{L}\p{^L}/u", "Éa11", ["Éa11"]),
    (r"/(?|(a)|(b))\1/", "bb", ["bb"]),
    ("/a(*SKIP)(*FAIL)|b/", "ab", ["b"]),
    (r"/\((?:[^()]++|(?R))*\)/", "x(a(b)c)", ["(a(b)c)"]),
]


@pytest.mark.parametrize(("pattern", "subject", "expected"), MATCHES)
def test_matches(pattern: str, subject: str, expected: list[str]) -> None:
    with bounded(pattern):
        found = [match.group() for match in compile_pattern(pattern).finditer(subject, timeout=TIMEOUT)]
    assert found == expected


REFUSED = [
    ("abc", "between slashes"),
    ("", "between slashes"),
    ("/", "between slashes"),
    ("/a/q", "unknown modifier q"),
    ("/(?U)a/", "unknown inline modifier U"),
    ("/(/", "missing )"),
    ("/[a/", "unterminated"),
    ("/a{99999}/", "a repeat may be at most 65,535"),
    (r"/\u00e9/", "is not supported"),
    (r"/\x{110000}/", "bad hex escape"),
    ("/" + "(" * 3000 + ")" * 3000 + "/", "nested too deep"),
    ("/" + "a" * 70_000 + "/", "at most 65,535 characters"),
]


@pytest.mark.parametrize(("pattern", "reason"), REFUSED, ids=lambda part: part[:12])
def test_refused(pattern: str, reason: str) -> None:
    with pytest.raises(Fault, match=r"^Invalid regular expression: ") as caught:
        compile_pattern(pattern)
    assert caught.value.code == "bad-regex"
    assert reason in caught.value.help


def test_searches_are_bounded() -> None:
    with pytest.raises(Fault) as caught:
        occurs("/^(a|a)+$/", "a" * 60 + "!")
    assert caught.value.code == "limit-time"


def test_bare_patterns() -> None:
    assert occurs(r"^\d{5}(-\d{4})?$", "12345-6789")
    assert occurs("[0-9]", "a5")
    assert occurs("/a", "/a")
    assert occurs(r"^\w$", "é")
    assert not occurs("/é/i", "É")
