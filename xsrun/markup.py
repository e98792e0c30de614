"""HTML made of elements. What is not HTML already is text, whatever it holds."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from html import escape
from typing import Any, Final, TypeAlias


class Html(str):
    """A piece of HTML."""

    __slots__ = ()


Content: TypeAlias = "str | int | Iterable[Content] | None"
Attribute: TypeAlias = str | int | bool | None

EMPTY: Final = frozenset({"br", "hr", "input", "meta"})
"""Elements without an end."""


def element(tag: str, /, *content: Content, **attributes: Attribute) -> Html:
    """An element with its content.

    ``class_`` stands for the attribute ``class``, ``http_equiv`` for ``http-equiv``. True is an attribute without a
    value, None and False are none.
    """
    opened = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    return Html(opened if tag in EMPTY else f"{opened}{joined(content)}</{tag}>")


def joined(content: Content) -> Html:
    """Pieces of a page one behind the other."""
    if isinstance(content, Html):
        return content
    if isinstance(content, str | int):
        return Html(escape(str(content)))
    return Html("" if content is None else "".join(map(joined, content)))


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    shown = name.rstrip("_").replace("_", "-")
    return f" {shown}" if value is True else f' {shown}="{escape(str(value))}"'


def pretty(value: Any) -> str:
    """A value as JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def policy_of(style: str) -> str:
    """The Content-Security-Policy of a page: it shows itself in this style, and reaches nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'"


def document(title: str, style: str, *content: Content, head: Content = None) -> str:
    """A whole page, which can be written as UTF-8 whatever it holds."""
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=policy_of(style)),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            head,
            element("title", title),
            element("style", Html(style)),
        ),
        element("body", content),
        lang="en",
    )
    return (
        f"<!doctype html>\n{page}\n".replace("\0", "\N{REPLACEMENT CHARACTER}")
        .encode("utf-8", "backslashreplace")
        .decode()
    )
