"""Filters that make text safe for HTML and free it from HTML."""

from __future__ import annotations

from xsrun import values
from xsrun.builtins.registry import Group, List, Text
from xsrun.hints import Final
from xsrun.late import re

html = Group("html")

_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#039;"})

# Every alternative runs to the end of the text when its end is missing, so that none is ever tried twice.
_COMMENT: Final = r"<!--.*?(?:-->|\Z)"
_TAG_REST: Final = r"""(?:[^'">]|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*+>?"""
_STRIPPED: Final = re.compile(rf"{_COMMENT}|<(?!\s)/?(?P<name>[a-zA-Z][\w:-]*)?{_TAG_REST}", re.DOTALL)
_SANITIZED: Final = re.compile(
    rf"{_COMMENT}"
    rf"|<(?P<raw>script|style)(?![\w:-]){_TAG_REST}.*?(?:</(?P=raw)(?![\w:-])[^>]*+>?|\Z)"
    rf"|<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*){_TAG_REST}"
    rf"|<[!?/]{_TAG_REST}"
    rf"|(?P<stray><)",
    re.DOTALL | re.IGNORECASE,
)
_NAME: Final = re.compile(r"[a-zA-Z][\w:-]*")


@html.filter('"<script>"|escape -> "&lt;script&gt;"', '"a & b"|escape -> "a &amp; b"', 'null|escape -> ""')
def escape(subject: Text) -> Text:
    """Write the characters & < > and both quotes as HTML entities."""
    return subject.translate(_ENTITIES)


@html.filter(
    '"<p>Epic <b>B</b></p>"|strip_html -> "Epic B"',
    '"<p>Epic <b>B</b></p>"|strip_html:"<b>" -> "Epic <b>B</b>"',
    '"1 < 2"|strip_html -> "1 < 2"',
    misnomers=("strip_tags",),
)
def strip_html(subject: Text, exclude: Text = "") -> Text:
    """Remove tags and comments and keep the text between them.

    ``exclude`` lists tags to keep, such as ``"<b><i>"``. The result is no safe HTML: use html_sanitize.
    """
    kept = {name.lower() for name in _NAME.findall(exclude)}

    def strip(tag: re.Match[str]) -> str:
        return tag[0] if (tag["name"] or "").lower() in kept and tag[0].endswith(">") else ""

    return _STRIPPED.sub(strip, subject)


@html.filter(
    '"<p>a</p><script>x</script>"|html_sanitize:["p"] -> "<p>a</p>"',
    '"<b onclick=\\"x()\\">a</b>"|html_sanitize:["b"] -> "<b>a</b>"',
    '"<i>a</i>"|html_sanitize:[] -> "a"',
    parity="attributes of the allowed tags are dropped",
)
def html_sanitize(subject: Text, allowed_tags: List) -> Text:
    """Remove every tag that is not allowed, every attribute, and scripts and styles with their content."""
    allowed = {values.text(name).strip("<>/ ").lower() for name in allowed_tags}

    def clean(tag: re.Match[str]) -> str:
        if tag["stray"]:
            return "&lt;"
        name = (tag["name"] or "").lower()
        return f"<{tag['close']}{name}>" if name in allowed and name else ""

    return _SANITIZED.sub(clean, subject)
