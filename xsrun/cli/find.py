"""Finding the job that was meant: by folder, by file, by name below the current folder, or the only one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from xsrun.diagnostics import Exit, nearest

RUN_FILES: Final = ("run.xs", "run.job.xs")
SKIPPED: Final = frozenset({"node_modules", "__pycache__", "venv"})
_HEADER: Final = re.compile(r'^[ \t]*(run\.(?:job|service))[ \t]+(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*))', re.MULTILINE)


class Place(NamedTuple):
    """A job and the folder or file it stands in."""

    name: str
    kind: str
    path: Path


class NotFound(Exception):
    """No job, or too many; ``help`` is the one thing to type."""

    def __init__(self, message: str, help: str = "", code: str = "no-job") -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.code = code
        self.exit = Exit.USAGE


def jobs_below(root: Path) -> list[Place]:
    """Every job in the run files of a folder and of the folders below it, in the order of their paths."""
    return [place for file in _run_files(root) for place in jobs_in(file)]


def _run_files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        for name in sorted(files):
            if name.endswith(".xs"):
                yield Path(folder, name)


def jobs_in(file: Path) -> list[Place]:
    """The jobs that a file declares."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if "run." not in text:
        return []
    home = file.parent if file.name in RUN_FILES else file
    return [Place(match[2] if match[2] is not None else match[3], match[1], home) for match in _HEADER.finditer(text)]


def find(path: str | None, job: str | None) -> tuple[Path, str | None]:
    """The folder (or file) to load and the name of the job in it. Raises NotFound."""
    if path is not None and not Path(path).exists():
        if job is None and not path.endswith(".xs") and os.sep not in path:
            return _by_name(Path(), path)
        raise NotFound(f"there is no file or folder {path}", "look with xsrun list", "not-found")
    start = Path(path or ".")
    if start.is_file():
        return (start.parent if start.name in RUN_FILES else start), job
    if any((start / name).exists() for name in RUN_FILES):
        return start, job
    if job is not None:
        return _by_name(start, job)
    places = jobs_below(start)
    if len(places) == 1:
        return places[0].path, places[0].name
    shown = ", ".join(f'"{place.name}"' for place in places[:8]) + (", …" if len(places) > 8 else "")
    where = "here" if start == Path() else f"below {start}"
    if not places:
        raise NotFound(
            f"there is no job {where}", "name a folder that holds a run.xs, or start one with xsrun new NAME"
        )
    raise NotFound(f"there are {len(places)} jobs {where}: {shown}", "choose one with --job NAME", "several-jobs")


def _by_name(root: Path, name: str) -> tuple[Path, str]:
    places = jobs_below(root)
    found = [place for place in places if place.name == name]
    if len(found) == 1:
        return found[0].path, name
    if found:
        shown = ", ".join(str(place.path) for place in found)
        raise NotFound(f"{len(found)} jobs are called `{name}`: {shown}", "name the folder instead", "several-jobs")
    near = nearest(name, (place.name for place in places))
    raise NotFound(
        f"there is no job `{name}` below {root.resolve()}",
        f'did you mean "{near}"?' if near else "look with xsrun list",
    )
