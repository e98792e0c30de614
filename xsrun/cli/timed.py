"""What is scheduled at some paths: the tasks of projects, and the jobs that ``xsrun.toml`` names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from xsrun.cli.attempts import AUTO
from xsrun.cli.execute import choose
from xsrun.cli.find import NotFound, projects_at
from xsrun.cli.network import simulated_keys
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.cli.preparing import variables_of
from xsrun.cli.scheduler import Timed
from xsrun.config import BadConfig, Config, config_file, read_config
from xsrun.diagnostics import Diagnostic, Exit, Fault, nearest
from xsrun.engine.orders import Place, Refused
from xsrun.executable import Executable, executable
from xsrun.program import SERVICE, spoken, task_name
from xsrun.runtime.environment import resolve
from xsrun.runtime.job import Failure
from xsrun.schedule.settings import Entry, entries
from xsrun.schedule.ticks import Series, merged, prefix


def timed(paths: Sequence[str], project: str | None, place: Place | None, output: Output) -> list[Timed]:
    """The series of runs at some paths.

    ``project`` tells their ids from those of other projects, in place of where they are. Raises NotFound, BadOption,
    and Refused for source that does not compile and for what is not installed.
    """
    homes: dict[str, tuple[str, Executable]] = {}
    for path in paths:
        if not os.path.lexists(path):
            raise NotFound(f"there is no file or folder {path}", "name a folder", "not-found")
        homes |= {home: (path, _compiled(home, output)) for home in projects_at(path)}
    found: dict[str, Timed] = {}
    for series in merged(_series(paths, {home: compiled for home, (_, compiled) in homes.items()}, output)):
        begins = prefix(series, _name(series.path, homes[series.path][0], project))
        found[begins] = Timed(series, begins, _options(series.path), place)
    return list(found.values())


def check_variables(found: Iterable[Timed], options: Mapping[str, Any]) -> None:
    """Raise Refused where a run would miss a variable: better now than in the night. Raises BadOption, too."""
    for series in (each.series for each in found):
        compiled = executable(series.path)
        job = choose(compiled, series.job)
        flags, *others = variables_of(series.path, options)
        missing = resolve(job.env, flags, simulated_keys(options["simulate"], options["map"]), *others).missing
        if missing:
            raise Refused(compiled.missing_env(job, missing))


def _name(home: str, path: str, project: str | None) -> str:
    """What tells a project from others. Links stay as they are: where they lead may change with every release."""
    if project is None:
        return os.path.abspath(home)
    around = path if os.path.isdir(path) else os.path.dirname(path)
    return f"{project}:{os.path.relpath(home, around or os.curdir)}"


def _series(paths: Sequence[str], homes: Mapping[str, Executable], output: Output) -> Iterator[Series]:
    for home, compiled in homes.items():
        for task in compiled.program.tasks:
            if task.schedule:
                yield Series(home, task_name(task.name), task.schedule)
    for file, known in _files(paths, homes).items():
        for entry in _entries(file):
            made = _of_entry(entry, file, known, paths, output)
            if made is not None:
                yield made


def _compiled(home: str, output: Output) -> Executable:
    compiled = executable(home)
    output.diagnostics(compiled.diagnostics)
    if compiled.errors:
        message = f"{home} does not compile; nothing is scheduled"
        raise Refused(Failure("syntax", message, Exit.SOURCE, "mend it, or name the folders to schedule"))
    return compiled


def _files(paths: Sequence[str], homes: Mapping[str, Executable]) -> dict[str, dict[str, Executable]]:
    """The files with settings, and the projects that each speaks of: the one beside it, or all."""
    found: dict[str, dict[str, Executable]] = {}
    for home, compiled in homes.items():
        if file := _config_file(home):
            found.setdefault(os.path.abspath(file), {})[home] = compiled
    for path in paths:
        if file := _config_file(path):
            found[os.path.abspath(file)] = dict(homes)
    return found


def _of_entry(
    entry: Entry, file: str, homes: Mapping[str, Executable], paths: Sequence[str], output: Output
) -> Series | None:
    """The series that a setting means. Raises NotFound when no project has such a job, or several do.

    A file outside of the paths may speak of projects that are not scheduled here.
    """
    names = {
        home: [*compiled.tasks, *(each.name for each in compiled.jobs.values() if each.kind != SERVICE)]
        for home, compiled in homes.items()
    }
    having = [home for home, listed in names.items() if entry.job in listed]
    at = f'{file}: schedule."{entry.job}"'
    if len(having) > 1:
        raise NotFound(f"{at} is in {' and in '.join(having)}", "put xsrun.toml beside the one", "several-jobs")
    if having:
        _, times, zone, given, overlap, catch_up = entry
        return Series(having[0], entry.job, (times,), given, overlap, catch_up, zone)
    message = f"{at}: there is no {spoken(entry.job)} there"
    near = nearest(entry.job, [name for listed in names.values() for name in listed])
    help = f'did you mean "{near}"?' if near else "look with xsrun list"
    if any(_is_in(file, path) for path in paths):
        raise NotFound(message, help)
    output.diagnostics([Diagnostic("no-job", f"{message}; it is left out", severity="warning", help=help)])
    return None


def _is_in(file: str, path: str) -> bool:
    return file.startswith(os.path.join(os.path.abspath(path), ""))


def _options(home: str) -> Any:
    """The options of each run. Keys that are made of job and input would be those of the run before: its id is one."""
    file = _config_file(home)
    automatic = file is not None and _read(file).key == AUTO
    return lambda run: {"key": run} if automatic else {}


def _config_file(path: str) -> str | None:
    try:
        return config_file(path)
    except BadConfig as fault:
        raise BadOption(fault.message, fault.help) from None


def _read(file: str) -> Config:
    try:
        return read_config(file)
    except BadConfig as fault:
        raise BadOption(fault.message, fault.help) from None


def _entries(file: str) -> list[Entry]:
    try:
        return list(entries(_read(file).schedule))
    except BadConfig as fault:
        raise BadOption(f"{file}: {fault.message}", fault.help) from None
    except Fault as missing:
        raise Refused(Failure(missing.code, f"{file}: {missing.message}", Exit.USAGE, missing.help)) from None
