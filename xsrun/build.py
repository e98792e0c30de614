"""Which xsrun this is: what tells one state of its code from every other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Final

VERSION: Final = "0.1.0"

PACKAGE: Final = os.path.dirname(os.path.abspath(__file__))


def grammar_folder() -> str:
    """Where the grammar lies: in the installed package or beside it in a checkout."""
    installed = os.path.join(PACKAGE, "_grammar")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(PACKAGE), "grammar")


def build_stamp() -> str:
    """A text that another version of xsrun or Python does not have, nor a checkout after any change to its files."""
    files = [*_files(PACKAGE), *_files(grammar_folder())]
    return "\n".join([VERSION, sys.version, *files])


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as scan:
        entries = sorted(scan, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.endswith((".py", ".lark", ".json")):
            found = entry.stat()
            yield f"{entry.path} {found.st_size} {found.st_mtime_ns}"
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _files(entry.path)
