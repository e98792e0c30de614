"""A disk of a few megabytes that can be filled up, and freed again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def why_no_disk() -> str:
    """Why there can be no such disk here, ``""`` when there can."""
    if os.geteuid() != 0:
        return "only root can mount a small disk"
    return "" if shutil.which("mount") else "there is no program `mount`"


class SmallDisk:
    """``place`` is where it is mounted."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._filler = place / "filler"

    def fill(self) -> None:
        """Leave not one block."""
        with open(self._filler, "ab", buffering=0) as filler, suppress(OSError):
            while filler.write(b"\0" * 4096):
                pass

    def free(self) -> None:
        """Have room again."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk mounted at a place, which belongs to whoever owns the folder that the place lies in."""
    place.mkdir()
    owner = place.parent.stat()
    options = f"size={megabytes}m,uid={owner.st_uid},gid={owner.st_gid},mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)
    try:
        yield SmallDisk(place)
    finally:
        # Whoever is being killed may still have a file open there.
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()
