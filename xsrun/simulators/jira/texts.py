"""Rich texts: documents in version 3 of the interface, plain texts in version 2. Documents are what is kept."""

from __future__ import annotations

from typing import Any

from xsrun.providers.fields import Field, problems
from xsrun.simulators.seeding import Record

DOCUMENT = (
    Field("type", needed=True, choices=("doc",)),
    Field("version", "integer", needed=True, between=(1, 1)),
    Field("content", "list", needed=True),
    Field("content[]", "object", needed=True),
    Field("content[].type", needed=True),
)


def as_document(value: Any, version: str) -> Record | None:
    """What was sent as a rich text, as a document; None when it is no such text in that version."""
    if version == "2":
        return _document(value) if isinstance(value, str) else None
    return value if isinstance(value, dict) and not problems(DOCUMENT, value) else None


def shown_text(document: Record | None, version: str) -> Any:
    """A rich text as that version shows it."""
    if document is None or version == "3":
        return document
    return "\n\n".join("".join(_words(block)) for block in document["content"])


def _document(text: str) -> Record:
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": part}]} for part in text.split("\n\n") if part
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _words(node: Record) -> list[str]:
    if node.get("type") == "hardBreak":
        return ["\n"]
    if "text" in node:
        return [str(node["text"])]
    return [word for inner in node.get("content") or () if isinstance(inner, dict) for word in _words(inner)]
