"""A policy as it lies in files: in Rego, or as a function ``policy`` in XanoScript."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from xsrun import values
from xsrun.compile.hosts import said
from xsrun.diagnostics import Diagnostic, Found, LimitFault, XsError
from xsrun.effects.memory import MemoryHttp, memory_world
from xsrun.effects.ports import Clock, Log, Random, Request, Response
from xsrun.executable import Executable, executable
from xsrun.files import opened, refuse_stray
from xsrun.policies import rego
from xsrun.policies.engine import evaluate
from xsrun.project import load_folder
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, run_function
from xsrun.source import Source, Span
from xsrun.syntax import tree

FUNCTION: Final = "policy"
"""The function that is a policy: ``alert`` and ``env`` in, a list of jobs out."""
MOST_BYTES: Final = 1_000_000
"""Of all files of a policy together."""
ENV: Final = ["input", "env"]
"""Where a policy in XanoScript has its environment variables."""
TESTS: Final = "_test.rego"
"""How the names of files end that test policies; they take no part."""


class Around(NamedTuple):
    """What a policy in XanoScript gets of the world, beside its inputs."""

    clock: Clock
    random: Random
    log: Log
    limits: Limits


class Policy(NamedTuple):
    """A policy that can be evaluated."""

    path: str
    """Absolute."""
    found: list[Diagnostic]
    """Warnings."""
    variables: Mapping[str, tuple[Span | None, ...]]
    """The environment variables that it reads, and where."""
    schemas: set[str] | None
    """Those it tells apart; None when that does not show."""
    digest: str
    """Names its text."""
    jobs: Callable[[Mapping[str, Any], Around], Any]
    """What it wants done about ``{alert, env}``. Raises XsError, PolicyFailed, MissingEngine and LimitFault."""

    @property
    def name(self) -> str:
        """What its file or folder is called."""
        return os.path.basename(self.path)


class PolicyFailed(Exception):
    """A policy in XanoScript came to no result."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def open_policy(path: str, strict: bool = False) -> Policy:
    """The policy of a file or folder. Raises XsError with all that is wrong with it."""
    place = os.path.realpath(path)
    if not os.path.exists(place):
        raise XsError([Diagnostic("not-found", f"there is no file or folder {path}", help="name a policy")])
    files = list(_rego_files(place))
    if not files:
        return _in_xanoscript(place)
    if os.path.isdir(place) and _has_function(place):
        message = f"{path} holds a policy in Rego and a function `{FUNCTION}`"
        raise XsError([Diagnostic("policy", message, help="name the file of one of them")])
    return _in_rego(place, files, strict)


def _digest(sources: Iterable[Source], home: str) -> str:
    parts = [part for source in sources for part in (os.path.relpath(source.path, home), source.text)]
    return hashlib.sha256(values.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


# ------------------------------------------------------------------ Rego


def _rego_files(place: str) -> Iterator[str]:
    """The file, or every file in Rego in the folder and below it but tests, in the order of their paths."""
    if not os.path.isdir(place):
        yield from [place] if place.endswith(".rego") else []
    for folder, folders, files in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(".rego") and not name.endswith(TESTS):
                yield os.path.join(folder, name)


def _in_rego(place: str, files: list[str], strict: bool) -> Policy:
    found = Found()
    home = place if os.path.isdir(place) else os.path.dirname(place)
    sources = list(_sources(files, place))
    read = [rego.read(source, found, strict) for source in sources]
    variables: dict[str, tuple[Span | None, ...]] = {}
    for each in (each for source in sources for each in rego.variables(source, found)):
        variables[each.name] = (*variables.get(each.name, ()), each.span)
    package = _package(read, found)
    if any(each.severity == "error" for each in found.items):
        raise XsError(found.items)

    def jobs(given: Mapping[str, Any], _around: Around) -> Any:
        return evaluate(read, package, given)

    return Policy(place, found.items, variables, rego.schemas(sources), _digest(sources, home), jobs)


def _sources(files: list[str], place: str) -> Iterator[Source]:
    """The texts of files, named as they are reached from here. Raises XsError for what is too much, or unreadable."""
    left = MOST_BYTES
    for file in files:
        name = os.path.relpath(file)
        name = file if name.startswith(os.pardir) else name
        try:
            refuse_stray(file, place)
            with opened(file) as stream:
                data = stream.read(left + 1)
            text = data.decode("utf-8-sig")
        except OSError as error:
            raise XsError([Diagnostic("unreadable", f"{name} cannot be read: {error.strerror}")]) from None
        except UnicodeDecodeError:
            raise XsError([Diagnostic("encoding", f"{name} is no UTF-8", help="save it as UTF-8")]) from None
        left -= len(data)
        if left < 0:
            raise XsError([Diagnostic("source-size", f"the policy has more than {MOST_BYTES:,} bytes")])
        yield Source(name, text, file)


def _package(read: list[rego.Read], found: Found) -> str:
    """The one package that has the rule ``run``."""
    packages = list(dict.fromkeys(each.package for each in read if rego.RULE in each.rules))
    if not packages:
        span = Span(read[0].source, 0, 0)
        found.error("policy", f"no rule is called `{rego.RULE}`", span, "write run[job] { job := {…} }")
    elif len(packages) > 1:
        message = f"several packages have a rule `{rego.RULE}`: {', '.join(packages)}"
        found.error("policy", message, None, "put them into one package, or name one file")
    return packages[0] if packages else rego.PACKAGE


# ------------------------------------------------------------------ XanoScript


def _has_function(place: str) -> bool:
    return executable(place).program.routine("function", FUNCTION) is not None


def _in_xanoscript(place: str) -> Policy:
    project = executable(place)
    if project.errors:
        raise XsError(project.diagnostics)
    if project.program.routine("function", FUNCTION) is None:
        message = f"there is no policy: no file in Rego, and no function `{FUNCTION}`"
        raise XsError([Diagnostic("policy", message, help="name a .rego file, a .xs file or a folder with one")])
    variables: dict[str, tuple[Span | None, ...]] = {}
    for construct in load_folder(place).constructs:
        for name, node in _read(construct.block):
            variables[name] = (*variables.get(name, ()), node.span(construct.source))

    def jobs(given: Mapping[str, Any], around: Around) -> Any:
        return _called(project, given, around)

    return Policy(place, project.diagnostics, variables, None, _digest(project.program.sources, place), jobs)


def _read(node: tree.Node) -> Iterator[tuple[str, tree.Node]]:
    """The environment variables that a run reads below a node, by what names them: ``$input.env.NAME``."""
    name: Any = None
    match node:
        case tree.Chain(
            subject=subject, filters=[tree.Filter(name="get", arguments=[tree.Literal(value=key), *_]), *_]
        ):
            name = key if _path(subject) == ENV else None
        case tree.Path() if _path(node)[: len(ENV)] == ENV:
            name = _path(node)[len(ENV)] if len(_path(node)) > len(ENV) else None
    if isinstance(name, str):
        yield name, node
    for each in said(node):
        yield from _read(each)


def _path(node: tree.Node | None) -> list[Any]:
    """The names along a reference, None for a computed one; nothing for what is none."""
    if not isinstance(node, tree.Path) or not isinstance(node.base, tree.Variable):
        return []
    return [node.base.name, *map(_name, node.steps)]


def _name(step: tree.Member | tree.Index) -> Any:
    if isinstance(step, tree.Member):
        return step.name
    return step.key.value if isinstance(step.key, tree.Literal) else None


def _called(project: Executable, given: Mapping[str, Any], around: Around) -> Any:
    routine = project.program.routine("function", FUNCTION)
    assert routine is not None
    world = memory_world(http=MemoryHttp(_refuse), clock=around.clock, random=around.random, log=around.log)
    result = run_function(project.loaded, routine, given, world, around.limits)
    if result.error is not None:
        raise PolicyFailed(result.error)
    return values.plain(result.value)


def _refuse(request: Request) -> Response:
    raise LimitFault("policy", f"a policy sends nothing, and this one wants {request.method} {request.url}")
