"""XML as values."""

from __future__ import annotations

from typing import Any, Final
from xml.parsers import expat

from xsrun import values
from xsrun.diagnostics import Fault

MAX_DEPTH: Final = 100


def decode(subject: str) -> dict[str, Any]:
    """The elements of a document by name, as ``xml_decode`` gives them. Raises Fault."""
    tree = _XmlTree()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.characters
    parser.EntityDeclHandler = tree.entity
    try:
        parser.Parse(values.to_bytes(subject.lstrip()), True)
    except expat.ExpatError as why:
        message = expat.ErrorString(why.code)
        raise Fault("bad-argument", f"Invalid XML: {message} in line {why.lineno}") from None
    return tree.root


class _XmlTree:
    """Collects what the parser reports, outermost element first."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self.open: list[dict[str, Any]] = []
        self.texts: list[list[str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if len(self.open) >= MAX_DEPTH:
            raise Fault("limit-size", f"XML may be nested at most {MAX_DEPTH} deep")
        element: dict[str, Any] = {"@attributes": attributes or [], "value": []}
        (self.open[-1]["value"].append if self.open else self.root.update)({name: element})
        self.open.append(element)
        self.texts.append([])

    def characters(self, piece: str) -> None:
        """Text within an element."""
        self.texts[-1].append(piece)

    def end(self, _name: str) -> None:
        """An element ends: without elements in it, its value is its text."""
        element, pieces = self.open.pop(), self.texts.pop()
        element["value"] = element["value"] or "".join(pieces)

    def entity(self, name: str, *_: Any) -> None:
        """A document declares an entity: a way to make a small text huge, or to read files."""
        raise Fault("bad-argument", f"XML that declares entities is refused: {name}")
