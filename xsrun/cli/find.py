"""Finding the job that was meant: by folder, by file, by name below the current folder, or the only one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from xsrun.cli.options import BadOption
from xsrun.diagnostics import Diagnostic, nearest
from xsrun.engine.folder import state_folder
from xsrun.files import RUN_FILES, SKIPPED, content, home_of, is_home, source_files
from xsrun.hints import Final
from xsrun.late import Late, re
from xsrun.program import FUNCTION, TASK, spoken, task_name
from xsrun.record import NamedTuple

_unquote: Callable[[str], str] = Late("xsrun.syntax.builder", "unquote")

HERE: Final = os.curdir
_HEADER: Final = r'(?m)^[ \t]*(run\.(?:job|service)|task)[ \t]+("(?:[^"\\]|\\.)*"|[A-Za-z_]\w*)'
_BEGINNING: Final = r"(?m)^[ \t]*(?:query|task|run\.(?:job|service))\b"


class Place(NamedTuple):
    """A job, or a task as ``task NAME``, and the folder or file of its project."""

    name: str
    kind: str
    path: str


class NotFound(BadOption):
    """No job, or too many; ``help`` is the one thing to type."""

    def __init__(self, message: str, help: str = "", code: str = "no-job") -> None:
        super().__init__(message, help)
        self.code = code


def jobs_below(root: str) -> list[Place]:
    """Every job of a file, or of the files in a folder and below it, in the order of their paths.

    Files that cannot be read are left out; ``unread_below`` names them.
    """
    return [place for file in xs_files(root) for place in _jobs_in(file, root)]


def tasks_below(root: str) -> list[Place]:
    """Every task in the same way."""
    return [
        Place(task_name(name), kind, project_around(file, root))
        for file in xs_files(root)
        for kind, name in _declared_in(file, root)
        if kind == TASK
    ]


def project_around(file: str, root: str) -> str:
    """The innermost folder around a file that is a project of its own; the root when there is none below it."""
    folder = os.path.dirname(file)
    while len(folder) > len(root.rstrip(os.sep)) and not is_home(folder):
        folder = os.path.dirname(folder)
    return folder if folder and is_home(folder) else root


def unread_below(root: str) -> list[Diagnostic]:
    """A warning for every run file there that cannot be read: its jobs are not known."""
    found: list[Diagnostic] = []
    for file in xs_files(root):
        try:
            if os.path.basename(file) in RUN_FILES:
                content(file, root)
        except OSError as error:
            message = f"{file} cannot be read: {error.strerror}; its jobs are not looked at"
            found.append(Diagnostic("unreadable", message, severity="warning"))
    return found


def projects_at(path: str) -> list[str]:
    """The project of a file or folder; a folder without a run file stands for those below it too.

    Then its own source counts where there is something in it that begins by itself.
    """
    if not os.path.isdir(path):
        return [home_of(path)]
    below = [] if is_home(path) else [each for each in homes_below(path) if is_home(each)]
    own = source_files(path)
    counts = any(_begins(file, path) for file in own) if below else bool(own)
    return [path, *below] if counts else below


def _begins(file: str, root: str) -> bool:
    """Whether a file declares what is asked for or due."""
    try:
        return re.search(_BEGINNING, content(file, root).decode("utf-8-sig", "replace")) is not None
    except OSError:  # compiling says so
        return True


def homes_below(root: str) -> list[str]:
    """Every folder or file of a job, whether its run file makes sense or not, in the order of their paths."""
    files = ((file, os.path.basename(file) in RUN_FILES) for file in xs_files(root))
    return list(dict.fromkeys(home_of(file) for file, certain in files if certain or _jobs_in(file, root)))


def xs_files(root: str) -> Iterator[str]:
    """The file, or every ``.xs`` file in the folder and below it, in the order of their paths; no hidden ones.

    Nor those of our own, which past runs began with.
    """
    own = os.path.abspath(state_folder())
    if not os.path.isdir(root):
        yield root
    for folder, folders, files in os.walk(root):
        named = [*files, *(name for name in folders if name in RUN_FILES)]
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in SKIPPED and os.path.abspath(os.path.join(folder, name)) != own
        )
        for name in sorted(named):
            if name.endswith(".xs"):
                yield os.path.join(folder, name).removeprefix(os.path.join(HERE, ""))


def _jobs_in(file: str, root: str) -> list[Place]:
    home = home_of(file)
    return [Place(name, kind, home) for kind, name in _declared_in(file, root) if kind != TASK]


def _declared_in(file: str, root: str) -> list[tuple[str, str]]:
    """The kinds and names of the jobs and tasks of a file."""
    try:
        text = content(file, root).decode("utf-8-sig", "replace")
    except OSError:
        return []
    if "run." not in text and TASK not in text:
        return []
    return [(match[1], _name(match[2])) for match in re.finditer(_HEADER, text)]


def _name(written: str) -> str:
    """What a name that is written with or without quotes stands for."""
    if written[0] != '"':
        return written
    return _unquote(written) if "\\" in written else written[1:-1]


def folder_of(path: str | None) -> str:
    """The folder (or file) to load, for a command that takes no name of a job. Raises NotFound."""
    return find(path, None, named=False)[0]


def find(path: str | None, job: str | None, named: bool = True) -> tuple[str, str | None]:
    """The folder (or file) to load and the name of the job in it. Raises NotFound.

    ``named`` says whether the command takes the name of a job, which decides what helps where there are several.
    """
    start = HERE if path is None else path
    if not os.path.lexists(start):
        if job is None and start and not start.endswith(".xs") and os.sep not in start:
            return _by_name(HERE, start, f"folder or job `{start}`")
        raise NotFound(f"there is no file or folder {path or '``'}", "look with xsrun list", "not-found")
    if not os.path.isdir(start):
        return home_of(start), job
    if is_home(start):
        return start, job
    if job is not None:
        alone = job.startswith(f"{FUNCTION} ") and source_files(start)
        return (start, job) if alone else _by_name(start, job, spoken(job))
    places = jobs_below(start)
    if len(places) == 1:
        return places[0].path, places[0].name
    shown = ", ".join(f'"{place.name}"' for place in places[:8]) + (", …" if len(places) > 8 else "")
    where = _where(start)
    if not places:
        raise NotFound(f"there is no job {where}", _unread(start) or "name a folder that holds a run.xs")
    help = "choose one with --job NAME" if named else f"name the folder of one, such as {places[0].path}"
    raise NotFound(f"there are {len(places)} jobs {where}: {shown}", help, "several-jobs")


def _by_name(root: str, name: str, meant: str) -> tuple[str, str]:
    """The only job of a name; ``meant`` is what a message calls it. Raises NotFound."""
    places = [*jobs_below(root), *tasks_below(root)]
    found = [place for place in places if place.name == name]
    if len(found) == 1:
        return found[0].path, name
    if found:
        shown = ", ".join(place.path for place in found)
        raise NotFound(f"{len(found)} jobs are called `{name}`: {shown}", "name the folder instead", "several-jobs")
    near = nearest(name, (place.name for place in places))
    help = f'did you mean "{near}"?' if near else "look with xsrun list"
    raise NotFound(f"there is no {meant} {_where(root)}", _unread(root) or help)


def _unread(root: str) -> str:
    """What to say when a job may stand in a file that cannot be read."""
    return "; ".join(each.message for each in unread_below(root))


def _where(root: str) -> str:
    return "here" if root == HERE else f"below {root}"
