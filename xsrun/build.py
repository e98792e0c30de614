"""Which xsrun this is: what tells one state of its code from every other."""

from __future__ import annotations

import os
import sys
from typing import Final

VERSION: Final = "0.1.0"

PACKAGE: Final = os.path.dirname(os.path.abspath(__file__))


def grammar_folder() -> str:
    """Where the grammar lies: in the installed package or beside it in a checkout."""
    installed = os.path.join(PACKAGE, "_grammar")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(PACKAGE), "grammar")


def build_stamp() -> str:
    """A text that another version of xsrun or Python does not have, nor this one after any change to its files."""
    parts = [VERSION, sys.version]
    folders = [PACKAGE, grammar_folder()]
    for folder in folders:
        with os.scandir(folder) as scan:
            for entry in scan:
                if entry.name.endswith((".py", ".lark")):
                    found = entry.stat()
                    parts.append(f"{entry.path} {found.st_size} {found.st_mtime_ns}")
                elif entry.is_dir() and entry.name != "__pycache__":
                    folders.append(entry.path)
    return "\n".join(parts)
