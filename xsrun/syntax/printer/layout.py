"""Documents that fit a width: texts, places where a line may break, and groups that break together.

The algebra of Wadler's *A prettier printer*, as far as the language needs it. A document is a text, a
list of documents, or one of the records below. A group stands on one line when it fits there; else
all its own lines break, and the groups inside it are tried in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

INDENT: Final = 2
NARROWEST: Final = 40
"""Columns that count as free however deep a line is indented."""


class Line(NamedTuple):
    """A place to break; on one line it is ``flat``. A broken one leaves a line empty when ``blank``."""

    flat: str = ""
    blank: bool = False


class Flat(NamedTuple):
    """A text that is only written on one line: the comma between entries that have no lines of their own."""

    text: str


class Suffix(NamedTuple):
    """A comment at the end of a line, which takes no part in what fits."""

    text: str


class Indent(NamedTuple):
    """What stands deeper when the group around it breaks."""

    inside: Doc


class Group(NamedTuple):
    """Lines that break together: always when ``broken``, else when they do not fit."""

    inside: Doc
    broken: bool = False


Doc: TypeAlias = "str | list[Doc] | Line | Flat | Suffix | Indent | Group"


class _Todo(NamedTuple):
    """A document still to be written, its indentation, and whether its lines break."""

    indent: int
    broken: bool
    doc: Doc


def render(doc: Doc, width: int) -> str:
    """The text of a document whose outermost lines break; no line ends with blanks."""
    out: list[str] = []
    column = 0
    todo = [_Todo(0, True, doc)]
    while todo:
        indent, broken, doc = todo.pop()
        match doc:
            case str():
                out.append(doc)
                column = _column(column, doc)
            case list():
                todo.extend([_Todo(indent, broken, each) for each in reversed(doc)])
            case Group(inside, forced):
                room = max(width, indent + NARROWEST) - column
                breaks = forced or not _fits(_Todo(indent, False, inside), todo, room)
                todo.append(_Todo(indent, breaks, inside))
            case Indent(inside):
                todo.append(_Todo(indent + INDENT if broken else indent, broken, inside))
            case Line(_, blank) if broken:
                out.append(("\n\n" if blank else "\n") + " " * indent)
                column = indent
            case Line(text, _) | Suffix(text):
                out.append(text)
                column += len(text)
            case Flat(text) if not broken:
                out.append(text)
                column += len(text)
    return "".join(out)


def _column(column: int, text: str) -> int:
    last = text.rfind("\n")
    return column + len(text) if last < 0 else len(text) - last - 1


def _fits(first: _Todo, rest: list[_Todo], room: int) -> bool:
    """Whether everything up to the next break has room."""
    for broken, leaf in _leaves(first, rest):
        if isinstance(leaf, Line) and broken:
            return True
        if isinstance(leaf, str):
            head, newline, _ = leaf.partition("\n")
            room -= len(head)
            if newline:
                return room >= 0
        elif isinstance(leaf, Line) or (isinstance(leaf, Flat) and not broken):
            room -= len(leaf[0])
        if room < 0:
            return False
    return True


def _leaves(first: _Todo, rest: list[_Todo]) -> Iterator[tuple[bool, str | Line | Flat | Suffix]]:
    """Texts and lines in order, each with whether the lines around it break."""
    for start in chain((first,), reversed(rest)):
        todo = [(start.broken, start.doc)]
        while todo:
            broken, doc = todo.pop()
            match doc:
                case list():
                    todo += [(broken, each) for each in reversed(doc)]
                case Group(inside, forced):
                    todo.append((broken or forced, inside))
                case Indent(inside):
                    todo.append((broken, inside))
                case _:
                    yield broken, doc
