"""The source that a run began with, as files again."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Container, Mapping
from contextlib import suppress
from typing import Final

from xsrun.engine.folder import Broken, state_folder
from xsrun.engine.rows import RunRow
from xsrun.files import private

DAY: Final = 86_400
SOURCES: Final = ".sources"
"""The folder of them in a state folder: hidden from a project that has its state folder inside."""


def unpacked(run: RunRow, files: Mapping[str, str]) -> str:
    """A folder that holds the files of a run, or the one file that it was made from; written once for each source.

    Raises Broken.
    """
    single = len(files) == 1 and not os.path.isdir(run.path)
    folder = written(run.source, files)
    return os.path.join(folder, next(iter(files))) if single else folder


def written(source: str, files: Mapping[str, str]) -> str:
    """A folder of ours that holds the files of a source, which has this hash. Raises Broken."""
    folder = os.path.join(state_folder(), SOURCES, source)
    try:
        if not os.path.isdir(folder):
            os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
            _write(files, folder)
    except OSError as error:
        raise Broken(f"the source of the run cannot be written to {folder}: {error.strerror}") from None
    return folder


def forget_sources(folder: str, needed: Container[str]) -> None:
    """Take away the folders in a state folder that hold other sources, and those that nobody has finished for a day."""
    home = os.path.join(folder, SOURCES)
    with suppress(FileNotFoundError), os.scandir(home) as entries:
        for entry in entries:
            unfinished = entry.name.startswith(tempfile.gettempprefix())
            if entry.name not in needed and not (unfinished and time.time() - entry.stat().st_mtime < DAY):
                shutil.rmtree(entry.path, ignore_errors=True)


def _write(files: Mapping[str, str], folder: str) -> None:
    """All of the files at once: the folder appears when it is complete."""
    made = tempfile.mkdtemp(dir=os.path.dirname(folder))
    try:
        _fill(made, files)
        os.replace(made, folder)
    except BaseException as error:
        shutil.rmtree(made, ignore_errors=True)
        if not (isinstance(error, OSError) and os.path.isdir(folder)):  # somebody else was first
            raise


def _fill(made: str, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        place = os.path.realpath(os.path.join(made, name))
        if not place.startswith(os.path.realpath(made) + os.sep):
            raise Broken(f"the source of the run has a file outside of its folder: {name}")
        os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
        with open(place, "w", encoding="utf-8", errors="surrogatepass", newline="", opener=private) as stream:
            stream.write(text)
