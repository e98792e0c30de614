"""The stable Python face: parse, load, evaluate, and a project's run, call and batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

from xsrun.compile.flow import check_flow
from xsrun.compile.hidden import check_hidden
from xsrun.compile.portability import check_extensions
from xsrun.compile.program import compile_folder
from xsrun.compile.sharing import check_sharing
from xsrun.compile.slips import check_slips
from xsrun.config import config_file, read_config
from xsrun.diagnostics import Diagnostic, Exit, Found, XsError, nearest
from xsrun.effects.outward import (
    FILES_URL,
    REDIS_URL,
    AdmittingHttp,
    LateHttp,
    admitting,
    cache_of,
    database_of,
    files_of,
    fresh_database,
    real_world,
)
from xsrun.effects.ports import NO_DATABASE, Database, Http, World
from xsrun.executable import Executable
from xsrun.files import home_of
from xsrun.program import Plan
from xsrun.project import Construct, Folder, load_folder
from xsrun.runtime.egress import Binding, named_hosts
from xsrun.runtime.environment import resolve
from xsrun.runtime.expressions import evaluate as evaluate_text
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, Result, run_function, run_job
from xsrun.runtime.secrets import Masker
from xsrun.source import Source
from xsrun.syntax import tree
from xsrun.syntax.parser import parse_documents
from xsrun.syntax.printer import canonical

__all__ = ["Document", "Limits", "Project", "Result", "XsError", "evaluate", "format", "load", "parse"]

NO_VALUES: Mapping[str, Any] = {}


class Document:
    """A parsed text: its tree, one document after another, and warnings about it."""

    def __init__(self, source: Source, documents: list[tree.Document], diagnostics: list[Diagnostic]) -> None:
        self.source = source
        self.documents = documents
        self.diagnostics = diagnostics


class _SilentLog:
    """Takes entries that only the Result shows."""

    def write(self, value: Any, place: str = "") -> None:
        """Say nothing."""


class Project(Executable):
    """A loaded folder with its constructs. Compiled when it is loaded, run as often as wanted, from any thread."""

    def __init__(self, folder: Folder) -> None:
        program = compile_folder(folder)
        check_flow(folder)
        check_slips(folder)
        check_hidden(folder, {each.name: each for each in program.tables})
        check_sharing(folder)
        check_extensions(folder)
        super().__init__(program, folder.diagnostics)
        self.folder = folder

    def reread(self, texts: Mapping[str, str] = NO_VALUES) -> Project:
        """The project as its files are now; ``texts`` stand in place of what files hold, by their real path."""
        return Project(load_folder(self.path, self.folder.files, texts))

    @property
    def path(self) -> str:
        """The folder or file it was read from."""
        return self.folder.path

    @cached_property
    def functions(self) -> Mapping[str, Construct]:
        """The functions by declared name."""
        return self.folder.named("function")

    @cached_property
    def tables(self) -> Mapping[str, Construct]:
        """The tables by declared name."""
        return self.folder.named("table")

    @cached_property
    def database(self) -> Database:
        """Where its tables keep their rows: ``.xsrun/data.sqlite``, or what ``xsrun.toml`` says."""
        file = config_file(self.path)
        return database_of(self.path, self.program.tables, read_config(file).db if file else "")

    def run(
        self,
        job: str | None = None,
        input: Mapping[str, Any] = NO_VALUES,
        env: Mapping[str, str] = NO_VALUES,
        world: World | None = None,
        limits: Limits | None = None,
        allow_hosts: Iterable[str] = (),
    ) -> Result:
        """Run a job; the only one of the folder when none is named.

        ``input`` wins over the constants of the job key by key, ``env`` over the process environment. Without a
        ``world`` of yours secrets go to hosts that source and variables name, and to ``allow_hosts``.
        ``limits`` say how far the run may go; what goes further ends it with a ``limit-…`` error.
        Raises nothing for a job that fails: the Result says so.
        """
        chosen = self.choose(job)
        if isinstance(chosen, Failure):
            return Result(error=chosen)
        if self.errors:
            return Result(error=self._unusable())
        resolved = resolve(chosen.env, env, os.environ)
        if resolved.missing:
            return Result(error=self.missing_env(chosen, resolved.missing))
        ready = self._world(world, resolved.values, allow_hosts, chosen)
        return run_job(self.loaded, chosen, input, ready, limits or Limits())

    def call(
        self,
        function: str,
        input: Mapping[str, Any] = NO_VALUES,
        env: Mapping[str, str] = NO_VALUES,
        world: World | None = None,
        limits: Limits | None = None,
        allow_hosts: Iterable[str] = (),
    ) -> Result:
        """Run one function with these inputs; it sees the environment variables of ``env`` and no others."""
        return self._call(function, input, self._world(world, env, allow_hosts), limits)

    def _call(self, function: str, input: Mapping[str, Any], world: World, limits: Limits | None) -> Result:
        routine = self.program.routine("function", function)
        if routine is None:
            near = nearest(function, self.functions)
            help = f'did you mean "{near}"?' if near else ""
            return Result(error=Failure("no-function", f"Function does not exist: {function}", Exit.USAGE, help))
        if self.errors:
            return Result(error=self._unusable())
        return run_function(self.loaded, routine, input, world, limits or Limits())

    def batch(
        self,
        function: str,
        inputs: Iterable[Mapping[str, Any]],
        env: Mapping[str, str] = NO_VALUES,
        world: World | None = None,
        threads: int = 16,
        allow_hosts: Iterable[str] = (),
        limits: Limits | None = None,
    ) -> list[Result]:
        """Run one function for many inputs on threads; the results stand in the order of the inputs."""
        shared, allowed = LateHttp(), tuple(allow_hosts)

        def one(given: Mapping[str, Any]) -> Result:
            return self._call(function, given, self._world(world, env, allowed, http=shared), limits)

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(one, inputs))

    def _unusable(self) -> Failure:
        first = self.errors[0]
        return Failure(first.code, str(first), Exit.SOURCE, first.help)

    def _world(
        self,
        world: World | None,
        env: Mapping[str, str],
        allow_hosts: Iterable[str],
        plan: Plan | None = None,
        http: Http | None = None,
    ) -> World:
        """The world of a caller as it is, or a real one that lets secrets go to named hosts only."""
        if world is not None:
            world = world.with_env({**world.env, **env})
            bare = world.database is NO_DATABASE and self.program.tables
            return world._replace(database=fresh_database(self.program.tables)) if bare else world
        masker = Masker()
        for name, value in env.items():
            masker.add([value], name)
        binding = Binding(masker, lambda: (*named_hosts(self.program, plan, env, None), *allow_hosts))
        guarded = AdmittingHttp(http or LateHttp(), lambda: binding)
        made = real_world(_SilentLog(), dict(env), guarded, files=files_of(self.path, env.get(FILES_URL, "")))
        return made._replace(
            secrets=masker,
            elsewhere=admitting(made.elsewhere, lambda: binding),
            cache=cache_of(self.path, made.clock, env.get(REDIS_URL, "")),
            database=self.database,
        )


def parse(text: str, name: str = "run.xs") -> Document:
    """Read a text of one or more documents. Raises XsError with every fault of its syntax."""
    found, source = Found(), Source(name, text)
    parsed = parse_documents(source, found)
    if any(each.severity == "error" for each in found.items):
        raise XsError(found.items)
    return Document(source, [each.document for each in parsed], found.items)


def format(text: str, name: str = "run.xs") -> str:
    """The canonical text of one or more documents: the same program and comments, laid out as everywhere.

    Raises XsError with every fault of its syntax.
    """
    found = Found()
    after = canonical(Source(name, text), found)
    if after is None:
        raise XsError(found.items)
    return after


def load(path: str | os.PathLike[str]) -> Project:
    """Read a job folder, or a single file of several documents.

    A project with faults is given back too: its ``diagnostics`` hold them. Raises XsError when there
    is nothing to read.
    """
    place = home_of(os.fspath(path))
    if not os.path.exists(place):
        raise XsError([Diagnostic("not-found", f"there is no file or folder {place}")])
    return Project(load_folder(place))


def evaluate(expression: str, variables: Mapping[str, Any] = NO_VALUES, world: World | None = None) -> Any:
    """The value of one expression, with ``$name`` for every given variable.

    Raises XsError when it cannot be read or fails.
    """
    return evaluate_text(expression, variables, world or real_world(_SilentLog(), {}))
