"""Entries and brackets as documents to lay out: where lines may break, must break, and never do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, NamedTuple

from xsrun.syntax.printer.layout import Doc, Flat, Group, Indent, Line, Suffix
from xsrun.syntax.printer.pieces import Bracket, Entry, Note, Piece
from xsrun.syntax.printer.roles import spaced

SHORT: Final = 18
"""Characters of an entry that is too long to share a line with others when its bracket is broken."""


class Laid(NamedTuple):
    """A document, and whether it takes more than one line whatever the width."""

    doc: Doc
    broken: bool = False


class Row(NamedTuple):
    """What begins a line in a broken bracket: an entry, or a comment.

    ``blank`` says whether the author left a line empty before it, ``begins`` whether it began a line.
    """

    doc: Doc
    blank: bool
    begins: bool
    broken: bool


class Rows(NamedTuple):
    """The inside of a bracket; ``opener`` is the comment on the line that opens it."""

    opener: Doc
    rows: list[Row]

    @property
    def broken(self) -> bool:
        """Whether it cannot stand on one line."""
        return bool(self.opener) or any(row.broken or row.begins for row in self.rows)


def laid_out(document: Bracket) -> Doc:
    """A whole document."""
    rows = _rows(document, "").rows
    return [_lines(rows), Line()] if rows else []


# ------------------------------------------------------------------ one value or head


def _flow(pieces: list[Piece], closer: Piece | None = None) -> Laid:
    """Pieces on one line, or broken where their author broke them; a long chain of filters breaks before each.

    With a ``closer`` they stand in parentheses, whose first piece may begin a line, too.
    """
    chained = sum(piece.role == "LINK" for piece in pieces) > 1
    begin: list[Doc] = []
    deeper: list[Doc] = []
    end: list[Doc] = []
    parts, forced, broken = begin, False, False
    for at, piece in enumerate(pieces):
        blank = " " if at and spaced(pieces[at - 1].last_role, piece.role) else ""
        breaks = piece.own_line and (at > 0 or closer is not None)
        if breaks or (chained and piece.role == "LINK"):
            parts = deeper
            parts += [*_notes(piece.notes), Line(blank)]
            forced = forced or bool(piece.notes) or (breaks and piece.role == "LINK")
        else:
            parts.append(blank)
        laid = _LAID[piece.role](piece.text, piece.bracket) if piece.bracket else Laid(piece.text, "\n" in piece.text)
        parts.append(laid.doc)
        broken = broken or laid.broken
    if closer is not None:
        deeper += _notes(closer.notes)
        forced = forced or bool(closer.notes)
        end = [Line(), closer.text] if closer.own_line else [closer.text]
    return Laid(Group([*begin, Indent(deeper), *end], forced), forced or broken)


def _notes(notes: Iterable[Note]) -> list[Doc]:
    """Comments in the middle of a value."""
    parts: list[Doc] = []
    for note in notes:
        parts += [Line(), note.text] if note.own_line else [Suffix(f" {note.text}")]
    return parts


def _parenthesis(opener: str, bracket: Bracket) -> Laid:
    inside = _flow([piece for entry in bracket.entries for piece in entry.pieces], bracket.closer)
    return Laid([opener, inside.doc], inside.broken)


# ------------------------------------------------------------------ blocks, objects, lists


def _block(opener: str, bracket: Bracket, shares: bool = True) -> Laid:
    """A block; a single attribute may share its line where the block ``shares`` it."""
    inside = _rows(bracket, "")
    broken = inside.broken or bracket.closer.own_line or not (shares and _is_attribute(bracket.entries))
    doc: Doc = [opener, inside.opener, Indent([Line(" "), _lines(inside.rows)]), Line(" "), bracket.closer.text]
    return Laid(Group(doc if inside.rows else [opener, inside.opener, Line(), bracket.closer.text], broken), broken)


def _is_attribute(entries: list[Entry]) -> bool:
    """Whether all there is is one ``name = value``."""
    return len(entries) == 1 and next(each.type for each in entries[0].pieces if each.type != "BANG") == "ATTR"


def _literal(opener: str, bracket: Bracket) -> Laid:
    """An object or a list. One that the author broke stays broken, one that is too long breaks."""
    filled = _is_filled(opener, bracket)
    always = filled or any(entry.first.role == "LEADING" for entry in bracket.entries)
    inside = _rows(bracket, "," if always else Flat(","))
    if not inside.rows and not inside.opener:
        return Laid(opener + bracket.closer.text)
    broken = inside.broken or bracket.closer.own_line
    rows = _filled(inside.rows) if filled else _lines(inside.rows)
    doc: Doc = [opener, inside.opener, Indent([Line(), rows]) if inside.rows else "", Line(), bracket.closer.text]
    return Laid(Group(doc, broken), broken)


def _is_filled(opener: str, bracket: Bracket) -> bool:
    """Whether entries share lines when the bracket is broken: all are short, and some share one in the source."""
    begun = [entry.first.own_line for entry in bracket.entries]
    shared = not all(begun[1:]) and (opener == "[" or any(begun))
    return shared and all(_is_short(entry.pieces) for entry in bracket.entries)


def _is_short(pieces: list[Piece]) -> bool:
    if any(piece.bracket or "\n" in piece.text for piece in pieces) or any(piece.notes for piece in pieces[1:]):
        return False
    names = pieces[2:] if pieces[0].type == "KEY" else pieces
    return [piece.role for piece in names[:-1]] in ([], ["PREFIX"]) and sum(len(piece.text) for piece in pieces) < SHORT


_LAID: Final[dict[str, Callable[[str, Bracket], Laid]]] = {
    "CONSTRUCT": partial(_block, shares=False),
    "LBLOCK": _block,
    "LOBJECT": _literal,
    "LSQUARE": _literal,
    "LPAR": _parenthesis,
    "LCOND": _parenthesis,
    "INDEX": _parenthesis,
}
"""How a bracket is laid out, by the role of what opens it."""


# ------------------------------------------------------------------ rows


def _lines(rows: list[Row]) -> Doc:
    """Every row on a line of its own, or all of them on one."""
    parts: list[Doc] = []
    for at, row in enumerate(rows):
        parts += [Line(" ", row.blank), row.doc] if at else [row.doc]
    return parts


def _filled(rows: list[Row]) -> Doc:
    """As many rows on a line as fit."""
    parts: list[Doc] = [rows[0].doc] if rows else []
    parts += [Group([Line(" ", row.blank), row.doc], row.begins) for row in rows[1:]]
    return parts


def _rows(bracket: Bracket, comma: Doc) -> Rows:
    """Entries and the comments between them; ``comma`` stands behind every entry but the last."""
    opener: Doc = ""
    rows: list[Row] = []
    for number, entry in enumerate(bracket.entries):
        first = entry.first
        opener = _comments(first, rows, opener)
        laid = _flow(entry.pieces)
        doc: Doc = [laid.doc, comma] if number < len(bracket.entries) - 1 else laid.doc
        if _ends_case(bracket.entries, number):
            rows[-1] = rows[-1]._replace(doc=[rows[-1].doc, " ", doc])
        else:
            rows.append(Row(doc, first.breaks > 1, first.own_line, laid.broken))
    opener = _comments(bracket.closer, rows, opener)
    return Rows(opener, rows)


def _comments(piece: Piece, rows: list[Row], opener: Doc) -> Doc:
    """Put the comments before a piece where they belong: behind the row before, or behind the bracket, or in rows."""
    for note in piece.notes:
        if note.own_line:
            rows.append(Row(note.text, note.blank, True, True))
        elif rows:
            rows[-1] = rows[-1]._replace(doc=[rows[-1].doc, Suffix(f" {note.text}")], broken=True)
        else:
            opener = Suffix(f" {note.text}")
    return opener


def _ends_case(entries: list[Entry], number: int) -> bool:
    """Whether an entry is the ``break`` of the case before it, which has to stand on the line of its brace."""
    if not number or entries[number].first.notes:
        return False
    return [piece.text for piece in entries[number].pieces] == ["break"] and entries[number - 1].first.text == "case"
