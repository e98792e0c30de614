"""What the paths of a command line reach, job folders or files, and what these are called from here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from xsrun.cli.find import NotFound, homes_below
from xsrun.diagnostics import Diagnostic
from xsrun.files import home_of, is_home, real_path, source_files
from xsrun.source import Source, Span


class Reached(NamedTuple):
    """One project: where it lies, and what of it is meant."""

    path: str
    files: tuple[str, ...] | None = None
    """Of a folder that is no project itself, the files that make one; None for all of a project."""
    file: str = ""
    """The one file that was asked about, links resolved; ``""`` for all."""

    @property
    def source(self) -> str:
        """That file where it is source; ``""`` for all source."""
        return self.file if self.file.endswith(".xs") else ""


def reached(paths: Iterable[str]) -> list[Reached]:
    """The projects that some paths mean, each once. Raises NotFound."""
    found: dict[tuple[str, str], Reached] = {}
    for path in paths:
        for each in _below(path) if os.path.isdir(path) else [_of_file(path)]:
            found.setdefault((real_path(each.path), each.file), each)
    return [*found.values()]


def _of_file(path: str) -> Reached:
    if not os.path.lexists(path):
        raise NotFound(f"there is no file or folder {path or '``'}", "look with xsrun list", "not-found")
    if not path.endswith(".xs"):
        raise NotFound(f"{path} is no .xs file", "name a job folder or an .xs file", "not-found")
    if home_of(path) != path:
        return Reached(home_of(path))
    home = _home_around(path)
    return Reached(home, file=real_path(path)) if home else Reached(path)


def _home_around(file: str) -> str:
    """The job folder that a file belongs to, ``""`` when there is none."""
    folder = os.path.dirname(os.path.abspath(file))
    while not is_home(folder):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return folder


def _below(folder: str) -> list[Reached]:
    """Every job folder, and as one project the files that belong to none."""
    if is_home(folder):
        return [Reached(folder)]
    homes = homes_below(folder)
    taken = {os.path.normpath(home) for home in homes}
    loose = [file for file in source_files(folder) if os.path.normpath(file) not in taken]
    if not homes and not loose:
        raise NotFound(f"there is no .xs file in {folder}", "name a job folder", "not-found")
    return [*map(Reached, homes), *([Reached(folder, tuple(loose))] if loose else [])]


def from_here(path: str, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Findings in the project of a path, with the names of their files as they are reached from the current folder."""
    renamed: dict[str, Source] = {}
    for each in found:
        if each.span is None:
            yield each
            continue
        source = each.span.source
        if source.name not in renamed:
            renamed[source.name] = Source(name_from_here(path, source.name), source.text, source.path)
        yield each._replace(span=Span(renamed[source.name], each.span.start, each.span.end))


def name_from_here(path: str, name: str) -> str:
    """What a file in the project of a path is called from the current folder."""
    file = os.path.join(path, name) if os.path.isdir(path) else path  # a file, or a folder that is gone
    beneath = os.path.relpath(file)
    outside = beneath.split(os.sep)[0] == os.pardir
    return os.path.abspath(file) if outside else beneath
