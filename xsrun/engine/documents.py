"""Texts that are run without a folder of their own: kept in one by their hash, with what they store beside them."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from typing import Final

from xsrun.files import make_private

FILE: Final = "run.xs"
MOST: Final = 1_000
"""Documents that are kept."""


def keep(folder: str, text: str) -> str:
    """The folder of a text, which is written there unless it is there. Raises OSError."""
    data = text.encode("utf-8", "backslashreplace")
    home = os.path.join(folder, hashlib.sha256(data).hexdigest())
    file = os.path.join(home, FILE)
    if not os.path.exists(file):
        _forget_oldest(folder)
        os.makedirs(folder, 0o700, exist_ok=True)
        os.makedirs(home, 0o700, exist_ok=True)
        unfinished = f"{file}.{os.urandom(8).hex()}"
        make_private(unfinished)
        with open(unfinished, "wb") as stream:
            stream.write(data)
        os.replace(unfinished, file)
    return home


def _forget_oldest(folder: str) -> None:
    with suppress(FileNotFoundError):
        kept = sorted(os.scandir(folder), key=lambda each: each.stat().st_mtime)
        for each in kept[: max(0, len(kept) - MOST + 1)]:
            shutil.rmtree(each.path, ignore_errors=True)
