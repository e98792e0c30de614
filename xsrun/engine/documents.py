"""Texts that are run without a folder of their own: kept in one by their hash, with what they store beside them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Container
from contextlib import suppress
from typing import Final

from xsrun.engine.journal import Journal
from xsrun.engine.rows import UNFINISHED
from xsrun.files import make_private

FILE: Final = "run.xs"
MOST: Final = 1_000
"""Documents that are kept."""


def _nothing() -> Container[str]:
    return ()


def keep(folder: str, text: str, in_use: Callable[[], Container[str]] = _nothing) -> str:
    """The folder of a text, which is written there unless it is there. Raises OSError.

    Those that were used longest ago go where there are too many, but for the folders that are in use.
    """
    data = text.encode("utf-8", "backslashreplace")
    home = os.path.join(folder, hashlib.sha256(data).hexdigest())
    file = os.path.join(home, FILE)
    if not os.path.exists(file):
        _forget_oldest(folder, in_use)
        os.makedirs(folder, 0o700, exist_ok=True)
        os.makedirs(home, 0o700, exist_ok=True)
        unfinished = f"{file}.{os.urandom(8).hex()}"
        make_private(unfinished)
        with open(unfinished, "wb") as stream:
            stream.write(data)
        os.replace(unfinished, file)
    os.utime(home)
    return home


def rows_in(home: str) -> str:
    """Where the rows of the document in a folder are."""
    return os.path.join(home, "data.sqlite")


def in_use(journal: Journal) -> set[str]:
    """The folders of runs that have not ended. Raises Broken."""
    return {run.path for run in journal.runs(states=UNFINISHED)}


def _forget_oldest(folder: str, in_use: Callable[[], Container[str]]) -> None:
    with suppress(FileNotFoundError):
        kept = sorted(os.scandir(folder), key=lambda each: each.stat().st_mtime)
        if len(kept) < MOST:
            return
        needed = in_use()
        for each in [each for each in kept if each.path not in needed][: len(kept) - MOST + 1]:
            shutil.rmtree(each.path, ignore_errors=True)
