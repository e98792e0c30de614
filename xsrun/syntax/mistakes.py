"""What a place where the grammar stopped most likely means, in the author's words.

``CAUSES`` (causes.py) is a table of records: what is looked at, and what is said. The first one that
fits is reported; when none does, the last resort names what stands there and what could.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from xsrun.diagnostics import Edit, Found
from xsrun.source import Source, Span
from xsrun.syntax.causes import CAUSES, TYPES, Cause, Change
from xsrun.syntax.lexer import Token
from xsrun.syntax.place import LEFT_OUT, Place
from xsrun.syntax.recovery import Region

# ------------------------------------------------------------------ matching


def _fits(token: Token, wanted: frozenset[str]) -> bool:
    if token.type in wanted or "ANY" in wanted:
        return True
    return token.value in wanted and token.value not in TYPES


def fits(cause: Cause, place: Place) -> bool:
    """Whether a record is about this place."""
    if cause.inside and place.inside not in cause.inside.split():
        return False
    if cause.of and place.keyword not in cause.of.split():
        return False
    if cause.owner and place.owner not in cause.owner.split():
        return False
    view = cause.view
    start = place.at - view.middle
    if view.anchored and start != place.region.start:
        return False
    if cause.waiting and not place.waits_for(cause.waiting):
        return False
    if cause.glued and place.token(place.at - 1).end != place.token(place.at).start:
        return False
    return all(_fits(place.token(start + n), wanted) for n, wanted in enumerate(view.tokens))


# ------------------------------------------------------------------ reporting


def explain(
    accepted: Callable[[], Iterable[str]], tokens: list[Token], opened: list[int], at: int, source: Source, found: Found
) -> tuple[int, int]:
    """Report why the grammar stopped at a token, with cause and remedy.

    ``accepted`` tells which terminals could have stood there, ``opened`` which brackets are open before
    it. Gives back which tokens are at fault, the first and the last.
    """
    place = Place(tokens, opened, at, source)
    cause = next((each for each in CAUSES if fits(each, place)), None)
    if cause is None:
        found.error("syntax", _here(place), _span(place, 0, 0), label=_expected(set(accepted()), place))
        return at, at
    message, help = place.filled(cause.message, cause), place.filled(cause.help, cause)
    found.error(cause.code, message, _marked(cause, place), help, cause.label, _edits(place, cause))
    return at - cause.back, at


def _marked(cause: Cause, place: Place) -> Span:
    if cause.mark == "entry":
        return _whole(place, place.region)
    if cause.mark == "value":
        return _whole(place, place.region._replace(start=place.region.start + 2))
    return _span(place, *cause.marked)


def _edits(place: Place, cause: Cause) -> list[Edit]:
    """The changes of a record as edits of this text; none when what they repeat is too long to be shown."""
    edits = [_edit(place, cause, each) for each in cause.fix]
    return [] if any(LEFT_OUT in edit.text for edit in edits) else edits


def _edit(place: Place, cause: Cause, change: Change) -> Edit:
    text = place.filled(change.text, cause)
    if change.name:
        at = place.offset(change.name)
        return Edit(Span(place.source, at, at), text)
    first, last = place.token(place.at + change.first), place.token(place.at + change.last)
    start = first.start if change.first <= change.last else last.end
    return Edit(Span(place.source, start, last.end), text)


def _span(place: Place, first: int, last: int) -> Span:
    start, end = place.token(place.at + first), place.token(place.at + last)
    if end.type == "END" or (end.type == "SEP" and end.value == "\n"):
        before = place.token(place.at - 1).end
        return Span(place.source, start.start if first else before, before)
    return Span(place.source, start.start, end.end)


def _whole(place: Place, region: Region) -> Span:
    return Span(place.source, place.token(region.start).start, place.token(region.stop - 1).end)


def _here(place: Place) -> str:
    token = place.token(place.at)
    if token.type == "END":
        return "the text ends too early"
    if token.type == "SEP" and token.value == "\n":
        return "the line ends too early"
    return f"`{place.text(place.at, place.at + 1)}` makes no sense here"


_CLOSER_NAMES: Final = {"RBLOCK": "`}`", "ROBJECT": "`}`", "RSQUARE": "`]`", "RPAR": "`)`", "RCOND": "`)`"}
_EXPECTED: Final = (
    ("VAR STRING NUMBER", "a value"),
    ("KEY", "a key"),
    ("ATTR WORD", "a statement or an attribute"),
    ("TYPE", "a field"),
    ("WORD", "a name"),
    ("VAR", "a variable"),
    ("EQ", "`=`"),
    ("LBLOCK", "`{`"),
    ("COLON", "`:`"),
)
"""What could stand there in plain words, for the terminals that the grammar would take."""


def _expected(accepted: set[str], place: Place) -> str:
    words: list[str] = []
    for names, shown in _EXPECTED:
        if accepted >= set(names.split()):
            words.append(shown)
            break
    words += [shown for name, shown in _CLOSER_NAMES.items() if name in accepted]
    if "SEP" in accepted:
        words.append("a comma" if place.inside in ("object", "list") else "a new line")
    if not words and "COLON" in accepted:
        words.append("`:`")
    return f"expected {' or '.join(dict.fromkeys(words))}" if words else ""
