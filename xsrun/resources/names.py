"""Names of files: which paths are good, and what becomes of the others."""

from __future__ import annotations

import unicodedata

from xsrun.diagnostics import Fault
from xsrun.hints import Final
from xsrun.late import re

LONGEST_PATH: Final = 1024
LONGEST_PART: Final = 255
LONGEST_NAME: Final = 120
"""Bytes of a path, of a part of one, and of a name that is made here."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that do not show, or turn others around."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Characters of these categories that scripts and emoji need."""
_RESERVED: Final = frozenset('<>:"|?*')
"""Characters that some systems do not take in names."""


def parts(path: str) -> tuple[str, ...]:
    """The folders of a path and its name, from the top of the store; a leading ``/`` changes nothing.

    Raises Fault ``bad-path`` for whatever might lead out of a folder, name no file, or be no name on some system.
    """
    composed = unicodedata.normalize("NFC", path)
    if "\\" in composed or any(_is_unseen(char) for char in composed):
        raise bad_path(path, "a backslash or a character that does not show stands in it")
    found = tuple(part for part in composed.split("/") if part)
    if not found or composed.endswith("/"):
        raise bad_path(path, "it names no file")
    if any(part in (".", "..") for part in found):
        raise bad_path(path, "`.` and `..` are no folders here")
    if len(composed.encode()) > LONGEST_PATH or any(len(part.encode()) > LONGEST_PART for part in found):
        raise bad_path(path, "it is too long")
    return found


def safe_name(text: str) -> str:
    """A name that every system takes, made of the last part of any text: ``../Re: a.txt`` is ``Re_ a.txt``."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    shown = "".join("_" if char in _RESERVED else char for char in last if not _is_unseen(char)).strip(". ")
    stem, dot, extension = shown.rpartition(".")
    if not dot or len(extension.encode()) > LONGEST_NAME // 4:
        stem, dot, extension = shown, "", ""
    room = LONGEST_NAME - len(f"{dot}{extension}".encode())
    return f"{stem.encode()[:room].decode(errors='ignore')}{dot}{extension}" or "file"


def bad_path(path: str, reason: str) -> Fault:
    """The fault of a path that is not taken."""
    shown = path if len(path) <= 60 else f"{path[:59]}…"
    return Fault(
        "bad-path", f"Invalid path {shown!a}: {reason}.", help="write folders and a name, e.g. reports/2026.csv"
    )


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in _UNSEEN and char not in _JOINERS
