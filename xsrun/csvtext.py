"""Text in rows and cells (CSV): written by the row, and read piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, repeat

from xsrun.diagnostics import Fault
from xsrun.hints import Final
from xsrun.late import re

DIALECT_HELP: Final = "separator and enclosure are one character each, escape one or none"
QUOTE: Final = '"'
CUTTING: Final = frozenset(',"\r\n')
"""Characters that cut a text into rows and cells."""
LONGEST_ROW: Final = 4_000_000
"""Characters of the longest row: an enclosure that is never closed would take in all the rest."""


@lru_cache(maxsize=32)
def _cell(separator: str, enclosure: str, escape: str) -> re.Pattern[str]:
    """Matches one cell with what ends it: quoted part, plain rest, end."""
    demand_dialect(separator, enclosure, escape)
    cut, quote, protect = re.escape(separator), re.escape(enclosure), re.escape(escape)
    blanks = "".join(each for each in " \t" if each not in separator + enclosure)
    blank = f"[{blanks}]*+" if blanks else ""
    protected = f"|{protect}." if escape not in ("", enclosure) else ""
    inside = f"(?:[^{quote}{protect}]|{quote}{quote}{protected})*+"
    return re.compile(
        rf"(?:{blank}{quote}(?P<quoted>{inside}){quote}?)?(?P<plain>[^{cut}\r\n]*+)(?P<end>{cut}|\r?\n|\r|\Z)",
        re.DOTALL,
    )


def demand_dialect(separator: str, enclosure: str, escape: str) -> None:
    """Raise Fault for characters that make no CSV."""
    if len(separator) != 1 or len(enclosure) != 1 or len(escape) > 1 or separator in "\r\n" or enclosure in "\r\n":
        raise Fault("bad-argument", "Not a CSV dialect.", help=DIALECT_HELP)


def line(cells: Iterable[str], end: str = "\n") -> str:
    """A row with its end. In quotes stand cells that hold what cuts a text, and one that alone would be no row."""
    written = [f'"{cell.replace(QUOTE, QUOTE * 2)}"' if CUTTING & set(cell) else cell for cell in cells]
    return ('""' if written == [""] else ",".join(written)) + end


def rows(pieces: Iterable[str], separator: str, enclosure: str, escape: str) -> Iterator[list[str]]:
    """The rows of a CSV text, which comes in pieces cut anywhere; lines without anything are no rows.

    No more than a row and a piece is held. Raises Fault for characters that make no CSV, and for an endless row.
    """
    cell = _cell(separator, enclosure, escape)
    following = iter(pieces)
    text, more = next(following, "").removeprefix("\ufeff"), next(following, "")
    while True:
        row: list[str] = []
        done = 0
        for found in cell.finditer(text):
            if more and found.end() == len(text):
                break  # The cell may go on in the next piece.
            if row or found[0].strip("\r\n"):
                quoted, plain = found["quoted"], found["plain"]
                row.append(plain if quoted is None else quoted.replace(enclosure * 2, enclosure) + plain)
            if found["end"] != separator:
                done = found.end()
                if row:
                    yield row
                row = []
        if not more:
            return
        rest = text[done:]
        if len(rest) > LONGEST_ROW:
            raise Fault("limit-size", f"a row of a CSV text may have at most {LONGEST_ROW:,} characters")
        text, more = rest + more, _at_least(following, len(rest))


def _at_least(pieces: Iterator[str], size: int) -> str:
    """So much text, if there is as much: a row of many pieces is not looked at again for each of them."""
    found = next(pieces, "")
    while len(found) < size and (piece := next(pieces, "")):
        found += piece
    return found


def as_objects(found: Iterator[list[str]]) -> Iterator[dict[str, str | None]]:
    """Rows as objects under the names in the first; a missing cell is null, one without a name is dropped."""
    names = next(found, [])
    return (dict(zip(names, chain(row, repeat(None)), strict=False)) for row in found)
