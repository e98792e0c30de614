"""A project ready to run: its jobs, what was found in it, its program; from the cache where that fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from xsrun import cache
from xsrun.diagnostics import Diagnostic, Exit, nearest
from xsrun.hints import TYPE_CHECKING
from xsrun.late import Late
from xsrun.program import FUNCTION, JOB, TASK, Call, Plan, Program, spoken, task_name
from xsrun.runtime.job import Failure
from xsrun.runtime.run import Loaded
from xsrun.types.fields import Field

if TYPE_CHECKING:
    from xsrun.project import Folder

_load_folder: Callable[[str], Folder] = Late("xsrun.project", "load_folder")
_compile_folder: Callable[[Folder], Program] = Late("xsrun.compile.program", "compile_folder")


class Executable:
    """A compiled project with what was found in its source. Run as often as wanted, from any thread."""

    def __init__(self, program: Program, diagnostics: list[Diagnostic]) -> None:
        self.program = program
        self.diagnostics = diagnostics
        """Errors and warnings; a program with errors cannot be run."""

    @property
    def jobs(self) -> Mapping[str, Plan]:
        """The jobs and services by declared name."""
        return self.program.jobs

    @cached_property
    def tasks(self) -> Mapping[str, Plan]:
        """The tasks as ``task NAME``; each may read what any function here reads."""
        env = tuple(self.program.env_read)
        named = {task_name(each.name): each.description for each in self.program.tasks}
        return {name: Plan(name, TASK, None, None, None, env, description) for name, description in named.items()}

    @property
    def errors(self) -> list[Diagnostic]:
        """The findings that keep it from running."""
        return [each for each in self.diagnostics if each.severity == "error"]

    @cached_property
    def loaded(self) -> Loaded:
        """The program, ready to run."""
        return Loaded(self.program)

    def choose(self, name: str | None) -> Plan | Failure:
        """The job of that name, ``task NAME`` or ``function NAME``, the only job when None, or why there is none."""
        known = {**self.tasks, **self.jobs}
        if name is None:
            return self._only()
        if name in known:
            return known[name]
        kind, _, function = name.partition(" ")
        functions = {each.name for each in self.program.routines if each.kind == FUNCTION and kind == FUNCTION}
        if function in functions:
            env = tuple(self.program.env_read)
            return Plan(name, JOB, Call(function, {}, "result"), None, None, env, "")
        near = nearest(function, functions) if functions else nearest(name, known)
        shown = ", ".join(f'"{each}"' for each in functions or known) or "none"
        help = f'did you mean "{near}"?' if near else f"the {'functions' if functions else 'jobs'} here are {shown}"
        return Failure("no-job", f"there is no {spoken(name)}", Exit.USAGE, help)

    def _only(self) -> Plan | Failure:
        if not self.jobs:
            return Failure("no-job", "no job is declared here", Exit.USAGE, 'write run.job "name" { … } in run.xs')
        if len(self.jobs) == 1:
            return next(iter(self.jobs.values()))
        shown = ", ".join(f'"{each}"' for each in self.jobs)
        return Failure("several-jobs", f"the jobs here are {shown}", Exit.USAGE, "choose one with --job")

    def inputs(self, job: Plan) -> list[Field]:
        """What ``main`` and ``pre`` of a job declare."""
        routines = [self.program.routine("function", call.name) for call in (job.main, job.pre) if call]
        return [field for routine in routines if routine for field in routine.fields]

    def unknown_inputs(self, job: Plan, given: Iterable[str]) -> list[Diagnostic]:
        """A warning for every given input that neither ``main`` nor ``pre`` of the job declares."""
        known = [field.name for field in self.inputs(job)]
        return [
            Diagnostic(
                "unknown-input",
                f"{spoken(job.name)} has no input `{name}`; it is ignored",
                severity="warning",
                help=f"did you mean `{near}`?" if (near := nearest(name, known)) else f"it takes {', '.join(known)}",
            )
            for name in given
            if name not in known
        ]

    def missing_env(self, job: Plan, names: Iterable[str]) -> Failure:
        """The failure of a run whose variables have no value, with the places that read them."""
        missing = list(names)
        read = self.program.env_read
        places = [f"{name} (read at {', '.join(read[name])})" if name in read else name for name in missing]
        example = " ".join(f"--env {name}=…" for name in missing)
        return Failure(
            "missing-env",
            f"{spoken(job.name)} needs {', '.join(places)}; nothing was sent",
            Exit.ENVIRONMENT,
            f"set it in the environment or in .env, or give {example}",
        )


def executable(path: str, cached: bool = True) -> Executable:
    """The project of a folder or file, compiled anew only when the cache has no program that fits.

    With ``cached`` false nothing is taken from the cache and nothing kept there.
    """
    entry = cache.Entry(path) if cached else None
    stored = entry.read() if entry else None
    if stored:
        return Executable(*stored)
    folder = _load_folder(path)
    made = Executable(_compile_folder(folder), folder.diagnostics)
    passing = any(each.code == "missing-extra" for each in made.diagnostics)
    if entry and not made.errors and not passing:
        entry.write(made.program, made.diagnostics)
    return made
