"""Services that follow their source while they answer."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any, Final

from xsrun.cli.bug import report
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.cli.serving import Begun, Hosted
from xsrun.config import FILE
from xsrun.files import source_files
from xsrun.watching import Seen, changes, states

BETWEEN: Final = 0.3
"""Seconds between two looks at the files."""

Again = Callable[[Hosted, Begun], Begun | None]
"""Makes a service anew; None where that fails."""


def follow(projects: Mapping[Hosted, Begun], again: Again, replace: Callable[[Any], None], output: Output) -> None:
    """Put a service in the place of an earlier one whenever its files change, in a thread that ends with the process.

    What cannot be served leaves the earlier one where it is.
    """
    before = {each.folder: _seen(each.folder) for each in projects}
    Thread(target=_follow, args=(dict(projects), before, again, replace, output), name="reload", daemon=True).start()


def _follow(
    projects: dict[Hosted, Begun],
    before: Mapping[str, Seen],
    again: Again,
    replace: Callable[[Any], None],
    output: Output,
) -> None:
    by_folder = {each.folder: each for each in projects}
    for changed in changes(before, _seen, lambda: time.sleep(BETWEEN)):
        for project in (by_folder[each] for each in changed):
            made = _made(project, projects[project], again, output)
            if made is None:
                output.line(_told(output, "kept", project, "it is served as it was"))
                continue
            projects[project] = made
            replace(made.service)
            output.line(_told(output, "reloaded", project, "it is served as it is now"))


def _made(project: Hosted, before: Begun, again: Again, output: Output) -> Begun | None:
    try:
        return again(project, before)
    except BadOption as fault:
        output.reject(fault)
    except Exception as bug:  # the top of a thread: a fault of ours becomes a report, and the server goes on
        report(bug)
    return None


def _told(output: Output, kind: str, project: Hosted, said: str) -> object:
    return {"type": kind, "project": project.name} if output.as_json else f"{project.name} has changed: {said}"


def _seen(path: str) -> Seen:
    """The files that a service is made of, as they are now."""
    home = path if os.path.isdir(path) else os.path.dirname(path) or os.curdir
    return states([*source_files(path), os.path.join(home, ".env"), os.path.join(home, FILE)])
