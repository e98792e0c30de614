"""What compiling makes and running takes: plain records that can be stored and loaded without the front end."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType

from xsrun.data.tables import Table
from xsrun.hints import Any, Final
from xsrun.record import NamedTuple
from xsrun.source import Source
from xsrun.types.fields import Field


class Call(NamedTuple):
    """``main``, ``pre`` or ``post`` of a job: which function, with which constants, under which name."""

    name: str
    input: dict[str, Any]
    as_name: str


TASK: Final = "task"
"""The kind of a plan that runs a task."""
FUNCTION: Final = "function"
"""How the name of a plan begins that runs one function and nothing else."""
JOB: Final = "run.job"
SERVICE: Final = "run.service"


class Plan(NamedTuple):
    """A ``run.job``, ``run.service`` or ``task`` as running it needs it."""

    name: str
    kind: str
    main: Call | None
    pre: Call | None
    post: Call | None
    env: tuple[str, ...]
    description: str


class Routine(NamedTuple):
    """A compiled construct with a stack."""

    number: int
    kind: str
    name: str
    fields: tuple[Field, ...]
    variables: dict[str, str]
    """Python local to the name shown to people, for messages."""
    source: int
    """Which of the program's sources it stands in."""
    line: int


class Middleware(NamedTuple):
    """A middleware where it is attached."""

    number: int
    """Of its routine."""
    strategy: str
    """What its response does: ``merge`` or ``replace``."""
    policy: str
    """What its errors do: ``rethrow``, ``silent`` or ``critical``."""


class Caching(NamedTuple):
    """For how long an answer of a query counts, and what of a request tells answers apart."""

    seconds: float
    input: bool = True
    auth: bool = True
    datasource: bool = True
    ip: bool = False
    headers: tuple[str, ...] = ()
    env: tuple[str, ...] = ()


class Cors(NamedTuple):
    """Which pages of other sites may ask the queries of a group, and how."""

    origins: tuple[str, ...]
    """As browsers write them, in small letters; ``*`` for every site, and in a name for a part of it."""
    methods: tuple[str, ...] = ("*",)
    headers: tuple[str, ...] = ("*",)
    credentials: bool = False
    """Whether browsers may send cookies from sites that are written out, without ``*``."""
    max_age: int = 3600
    """Seconds for which browsers need not ask again whether they may."""


METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
"""What queries may answer."""


class Endpoint(NamedTuple):
    """A ``query`` as a server needs it."""

    number: int
    """Of its routine."""
    verb: str
    path: str
    """``users/{id}``, without a slash at either end."""
    group: str
    """The canonical name of its ``api_group``."""
    auth: str
    """The table of those who may call it, ``""`` for everybody."""
    pre: tuple[Middleware, ...] = ()
    post: tuple[Middleware, ...] = ()
    streams: bool = False
    description: str = ""
    cache: Caching | None = None
    """None where every request gets an answer of its own."""
    cors: Cors | None = None
    """None where no page of another site may ask."""


class Trigger(NamedTuple):
    """A ``table_trigger`` that runs by itself."""

    name: str
    number: int
    """Its routine."""
    table: str
    actions: tuple[str, ...]
    """``insert``, ``update``, ``delete`` and ``truncate``."""
    datasources: tuple[str, ...]
    """Where it runs; everywhere when empty."""


class Interval(NamedTuple):
    """Times that come again: ``starts_on``, and every ``freq`` behind it. All in milliseconds, since 1970 UTC."""

    starts_on: int
    freq: int = 0
    """0 for ``starts_on`` alone."""
    ends_on: int | None = None
    """The last moment at which a time may be; None for no end."""


class Task(NamedTuple):
    """A ``task``: a routine that runs by the clock, and its middleware."""

    name: str
    number: int
    """Of its routine."""
    schedule: tuple[Interval, ...]
    """When it runs; never by itself where it is not active."""
    pre: tuple[Middleware, ...] = ()
    post: tuple[Middleware, ...] = ()
    description: str = ""
    datasource: str = ""
    """Where its rows are; ``""`` for the default one."""


class Program(NamedTuple):
    """Everything that running needs."""

    code: tuple[CodeType, ...]
    """One module a source, all run in one namespace; none when something is wrong with the program."""
    routines: tuple[Routine, ...]
    imports: tuple[tuple[str, str, str], ...]
    """Name in the code, module and qualified name of every builtin that is called."""
    sources: tuple[Source, ...]
    env_read: dict[str, tuple[str, ...]]
    """Environment names that the functions read, and where."""
    jobs: Mapping[str, Plan]
    """The jobs and services by declared name."""
    hosts: tuple[str, ...] = ()
    """The hosts and patterns of hosts that the source names."""
    tables: tuple[Table, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    """The queries, in the order of their source."""
    triggers: tuple[Trigger, ...] = ()
    tasks: tuple[Task, ...] = ()

    def routine(self, kind: str, name: str) -> Routine | None:
        """The compiled construct of a kind and name."""
        return next((each for each in self.routines if each.kind == kind and each.name == name), None)

    def task(self, plan: str) -> Task:
        """The task that a plan of this name runs."""
        return next(each for each in self.tasks if task_name(each.name) == plan)


def task_name(name: str) -> str:
    """What the run of a task is called where jobs are called by their names."""
    return f"{TASK} {name}"


def spoken(name: str) -> str:
    """The name of a job, task or function in a sentence."""
    kind, _, other = name.partition(" ")
    return f"{kind} `{other}`" if kind in (TASK, FUNCTION) and other else f"job `{name}`"


def function_name(number: int) -> str:
    """The Python name of a routine."""
    return f"f{number}"


def code_name(source: Source) -> str:
    """The file name that Python's tracebacks show for a source."""
    return source.path or source.name
