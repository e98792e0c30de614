"""What may be run: the jobs of the projects that are served, and documents that arrive where they are let in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Iterable
from typing import Final, NamedTuple

from xsrun.diagnostics import nearest
from xsrun.engine import documents
from xsrun.executable import Executable, executable
from xsrun.program import Plan
from xsrun.runtime.job import Failure
from xsrun.server.runapi.shapes import NO_RUN, run_id
from xsrun.server.runapi.wrong import Wrong
from xsrun.server.service import Service

NOT_ALLOWED: Final = "documents are not run here; start the server with --allow-doc, or run a job by its name"
MOST_SHOWN: Final = 8
"""Jobs that a message names."""


class Offer(NamedTuple):
    """A job that may be run."""

    path: str
    """The folder or file of its project, absolute."""
    project: str
    """The name of the project in addresses."""
    plan: Plan
    compiled: Executable
    is_document: bool = False

    @property
    def id(self) -> str:
        """What names it among the runs of the platform."""
        return run_id(self.path, self.plan.name)


def offers(services: Iterable[Service]) -> list[Offer]:
    """The jobs and services of the projects that are served."""
    return [
        Offer(os.path.abspath(each.folder), each.name, plan, Executable(each.loaded.program, []))
        for each in services
        for plan in each.loaded.program.jobs.values()
    ]


def named(offered: Iterable[Offer], name: str) -> Offer:
    """The job that a name means: its own, in any case, or in small letters with hyphens that of it or its folder."""
    listed = list(offered)
    ways: tuple[Callable[[Offer], bool], ...] = (
        lambda each: each.plan.name == name,
        lambda each: each.plan.name.casefold() == name.casefold(),
        lambda each: slug(name) in (slug(each.plan.name), each.project),
    )
    found = next((fitting for way in ways if (fitting := [each for each in listed if way(each)])), [])
    if not found:
        names = [each.plan.name for each in listed]
        near, shown = nearest(name, names), ", ".join(f'"{each}"' for each in names[:MOST_SHOWN])
        help = f'did you mean "{near}"?' if near else f"the jobs here are {shown or 'none'}"
        raise Wrong("notfound", f"there is no job `{name[:100]}`; {help}")
    if len(found) > 1:
        shown = ", ".join(f"`{each.plan.name}` of {each.project}" for each in found[:MOST_SHOWN])
        raise Wrong("badrequest", f"`{name[:100]}` may mean {shown}; name one of them, or its folder")
    return found[0]


def slug(name: str) -> str:
    """A name in small letters with hyphens, as it stands in addresses."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


class Documents:
    """Texts that arrive over HTTP, kept in a folder each, by their hash: with what they store, apart from others."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.abspath(folder)

    def keep(self, text: str, job: str | None, in_use: Callable[[], Container[str]]) -> Offer:
        """The job of that name that a text of several documents declares, the only one for None. Raises Wrong.

        Those that are in use are kept, however old they are.
        """
        if not text.strip():
            raise Wrong("inputerror", "XanoScript content is empty")
        return self.at(documents.keep(self.folder, text, in_use), job)

    def at(self, path: str, job: str | None) -> Offer:
        """A job of a document that is kept. Raises Wrong."""
        compiled = executable(path)
        if compiled.errors:
            raise Wrong("inputerror", "the document has errors", [str(each) for each in compiled.errors])
        chosen = compiled.choose(job)
        if isinstance(chosen, Failure):
            said = NO_RUN if not compiled.jobs else f"{chosen.message}; choose one with `job_name`"
            raise Wrong("inputerror", said, [said])
        os.utime(path)
        return Offer(path, slug(chosen.name), chosen, compiled, is_document=True)
