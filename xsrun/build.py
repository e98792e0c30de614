"""Which xsrun this is: what tells one state of its code from every other."""

from __future__ import annotations

import os
import sys
from functools import cache

VERSION = "0.1.0"

PACKAGE = os.path.dirname(os.path.abspath(__file__))
OUTWARD = frozenset({"__pycache__", "cli", "effects", "exchange", "simulators", "telemetry", "templates"})
"""Folders of the package that have no part in what a program is compiled to."""


def grammar_folder() -> str:
    """Where the grammar lies: in the installed package or beside it in a checkout."""
    installed = os.path.join(PACKAGE, "_grammar")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(PACKAGE), "grammar")


@cache
def build_stamp() -> str:
    """A text that changes with the versions of xsrun and Python, and with every file that has a part in compiling.

    It is that of the first look: a process goes on with the code that it began with.
    """
    parts = [VERSION, sys.version]
    folders = [PACKAGE, grammar_folder()]
    for folder in folders:
        with os.scandir(folder) as scan:
            for entry in scan:
                if entry.name.endswith((".py", ".lark")):
                    found = entry.stat()
                    parts.append(f"{entry.path} {found.st_size} {found.st_mtime_ns}")
                elif entry.name not in OUTWARD and entry.is_dir():
                    folders.append(entry.path)
    return "\n".join(parts)
