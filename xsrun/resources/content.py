"""What a file is, told by its first bytes; nothing is converted."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.hints import Final
from xsrun.late import Late, re
from xsrun.record import NamedTuple

HEAD: Final = 65_536
"""Bytes that are looked at: the frame of a JPEG stands behind its comments and thumbnails."""
UNKNOWN: Final = "application/octet-stream"

_by_name: Callable[[str], tuple[str | None, str | None]] = Late("mimetypes", "guess_type")


class Signature(NamedTuple):
    """How files of a type begin."""

    mime: str
    pattern: bytes
    """A regular expression that matches at their start."""


SIGNATURES: Final = tuple(
    Signature(mime, pattern)
    for mime, pattern in (
        ("image/png", rb"\x89PNG\r\n\x1a\n"),
        ("image/jpeg", rb"\xff\xd8\xff"),
        ("image/gif", rb"GIF8[79]a"),
        ("image/webp", rb"RIFF....WEBP"),
        ("audio/mpeg", rb"ID3|\xff[\xf2-\xf7\xfa-\xff]"),
        ("audio/aac", rb"\xff[\xf0\xf1\xf8\xf9]"),
        ("audio/wav", rb"RIFF....WAVE"),
        ("audio/flac", rb"fLaC"),
        ("audio/aiff", rb"FORM....AIF[FC]"),
        ("audio/amr", rb"#!AMR"),
        ("audio/mp4", rb"....ftypM4[AB]"),
        ("audio/midi", rb"MThd"),
        ("video/ogg", rb"OggS.{24,60}(?:\x80theora|fishead)"),
        ("audio/ogg", rb"OggS"),
        ("video/quicktime", rb"....(?:ftypqt|moov|mdat)"),
        ("video/3gpp", rb"....ftyp3g"),
        ("video/mp4", rb"....ftyp(?:isom|iso[2-9]|mp4|avc1|M4V|dash|MSNV|f4v|mmp4)"),
        ("video/webm", rb"\x1aE\xdf\xa3.{0,60}webm"),
        ("video/x-matroska", rb"\x1aE\xdf\xa3.{0,60}matroska"),
        ("video/x-msvideo", rb"RIFF....AVI "),
        ("video/mpeg", rb"\x00\x00\x01[\xb3\xba]"),
        ("video/x-flv", rb"FLV\x01"),
        ("video/x-ms-wmv", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
        ("application/pdf", rb"%PDF-"),
    )
)
"""The first that matches says what a file is. The images are those that the platform takes for images."""


def recognised(head: bytes) -> str:
    """The MIME type that the first bytes of a file tell, ``""`` when they tell none."""
    return next((each.mime for each in SIGNATURES if re.match(each.pattern, head, re.DOTALL)), "")


def mime_of(head: bytes, name: str) -> str:
    """The MIME type of a file: by its first bytes, else by the ending of its name."""
    return recognised(head) or _by_name(name)[0] or UNKNOWN


def dimensions(head: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, JPEG or WEBP image, None where they cannot be told."""
    measure = _MEASURES.get(recognised(head))
    return measure(head) if measure else None


def _at(pattern: bytes, head: bytes, order: str = "big") -> tuple[int, int] | None:
    """Two numbers that groups of a pattern hold."""
    found = re.match(pattern, head, re.DOTALL)
    if found is None:
        return None
    first, second = (int.from_bytes(each, "little" if order == "little" else "big") for each in found.groups())
    return first, second


def _png(head: bytes) -> tuple[int, int] | None:
    return _at(rb".{8}.{4}IHDR(.{4})(.{4})", head)


def _gif(head: bytes) -> tuple[int, int] | None:
    return _at(rb".{6}(..)(..)", head, "little")


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """From the first frame header; the segments before it are stepped over."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = int.from_bytes(head[at + 5 : at + 7], "big"), int.from_bytes(head[at + 7 : at + 9], "big")
            return width, height
        at += 1 if marker == 0xFF else 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    if head[12:16] == b"VP8X":
        stored = _at(rb".{24}(...)(...)", head, "little")
        return stored and (stored[0] + 1, stored[1] + 1)
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    stored = _at(rb".{26}(..)(..)", head, "little")
    return stored and (stored[0] & 0x3FFF, stored[1] & 0x3FFF)


_MEASURES: Final[dict[str, Callable[[bytes], tuple[int, int] | None]]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
}
