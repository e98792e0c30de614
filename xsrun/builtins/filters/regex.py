"""Filters with regular expressions. The pattern is what is piped in, delimited as in PHP: ``"/ab+/i"``."""

from __future__ import annotations

from collections.abc import Iterator

from xsrun import values
from xsrun.builtins.registry import Bool, Group, Text
from xsrun.hints import TYPE_CHECKING, Final
from xsrun.late import re
from xsrun.patterns import TIMEOUT, bounded, compile_pattern

if TYPE_CHECKING:
    from regex import Match

regex = Group("regex")


def _matches(pattern: str, subject: str) -> Iterator[Match[str]]:
    """All matches from left to right. Raises ``bad-regex`` and ``limit-time``."""
    with bounded(pattern):
        yield from compile_pattern(pattern).finditer(subject, timeout=TIMEOUT)


@regex.filter(
    '"/^a.*c$/"|regex_matches:"abbbc" -> true',
    '"/B/i"|regex_matches:"abc" -> true',
    '"/x/"|regex_matches:null -> false',
    '"abc"|regex_matches:"/b/" -> !Invalid regular expression: abc',
    misnomers=("regex_test", "preg_match"),
)
def regex_matches(pattern: Text, subject: Text) -> Bool:
    """Tell whether the piped pattern matches anywhere in a text."""
    return next(_matches(pattern, subject), None) is not None


@regex.filter(
    '"/(a)(b)/"|regex_get_first_match:"xab" -> ["ab","a","b"]',
    '"/(a)?b(c)?/"|regex_get_first_match:"b" -> ["b"]',
    '"/x/"|regex_get_first_match:"abc" -> []',
    misnomers=("regex_match",),
)
def regex_get_first_match(pattern: Text, subject: Text) -> list[Text]:
    """Give the first match of the piped pattern in a text, followed by its groups.

    A group that took no part is ``""``, those at the end are left out; without a match the list is empty.
    """
    found = next(_matches(pattern, subject), None)
    if found is None:
        return []
    groups = [found[0], *found.groups()]
    while groups[-1] is None:
        groups.pop()
    return [group or "" for group in groups]


@regex.filter(
    '"/\\\\w+/"|regex_get_all_matches:"a b" -> [["a","b"]]',
    '"/(a)(b)?/"|regex_get_all_matches:"ab a" -> [["ab","a"],["a","a"],["b",""]]',
    '"/(x)/"|regex_get_all_matches:"abc" -> [[],[]]',
    misnomers=("regex_match_all", "preg_match_all"),
)
def regex_get_all_matches(pattern: Text, subject: Text) -> list[list[Text]]:
    """Give all matches of the piped pattern in a text: a list of the whole matches, then one for each group."""
    columns: list[list[str]] = [[] for _ in range(compile_pattern(pattern).groups + 1)]
    size = 0
    for found in _matches(pattern, subject):
        for column, piece in zip(columns, (found[0], *found.groups("")), strict=True):
            column.append(piece)
            size += len(piece)
        values.demand_characters(size)
    return columns


_REFERENCE: Final = re.compile(r"\\([\\$])|(?:\\|\$)(\d{1,2})|\$\{(\d{1,2})\}", re.ASCII)


@regex.filter(
    '"/ +/"|regex_replace:"-":"a  b" -> "a-b"',
    '"/(\\\\w+) (\\\\w+)/"|regex_replace:"$2 ${1}!":"a b" -> "b a!"',
    '"/x/"|regex_replace:"-":"abc" -> "abc"',
    '"a b"|regex_replace:"/ /":"-" -> !Invalid regular expression: a b',
    misnomers=("preg_replace", "replace_regex"),
)
def regex_replace(pattern: Text, replacement: Text, subject: Text) -> Text:
    """Replace every match of the piped pattern in a text; $1, ${1} or \\1 in the replacement stand for its groups."""
    template = list(_template(replacement))
    pieces: list[str] = []
    size = end = 0
    for found in _matches(pattern, subject):
        between = subject[end : found.start()]
        piece = "".join(part if isinstance(part, str) else _group(found, part) for part in template)
        size += len(between) + len(piece)
        values.demand_characters(size)
        pieces += between, piece
        end = found.end()
    return "".join([*pieces, subject[end:]])


def _template(replacement: str) -> Iterator[str | int]:
    """A replacement as plain parts and numbers of groups."""
    end = 0
    for found in _REFERENCE.finditer(replacement):
        yield replacement[end : found.start()]
        yield found[1] or int(found[2] or found[3])
        end = found.end()
    yield replacement[end:]


def _group(found: Match[str], number: int) -> str:
    return (found[number] or "") if number <= found.re.groups else ""


_SPECIAL: Final = frozenset(".\\+*?[^]$(){}=!<>|:-#")


@regex.filter('"a.b"|regex_quote:"/" -> "a\\\\.b"', '"a/b"|regex_quote:"/" -> "a\\\\/b"', 'null|regex_quote -> ""')
def regex_quote(subject: Text, delimiter: Text = "") -> Text:
    """Put a backslash before every character that has a meaning in patterns, and before the delimiter."""
    special = _SPECIAL | set(delimiter[:1])
    return "".join(f"\\{each}" if each in special else each for each in subject)
