"""What a run may do to the outside, as protocols; ``World`` holds one of each.

Statements ask for ``World`` and get whatever was passed in: real ports, memory, recorders or a
journal around the real thing. Nothing here does anything. Records are named tuples because every start
of a job imports this module, and dataclasses would double its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from xsrun.diagnostics import Fault, LimitFault
from xsrun.hints import TYPE_CHECKING, Any, BinaryIO, Final, NoReturn, Protocol
from xsrun.record import NamedTuple

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

Headers = tuple[tuple[str, str], ...]
Command = tuple[str | int, ...]
"""A command of Redis: its name, then its arguments."""
Answer = str | int | list[str] | None
"""What Redis answers: a text, a number, texts, or nothing."""
READING_COMMANDS: Final = frozenset(("GET", "EXISTS", "LRANGE", "LLEN", "KEYS"))
"""Commands that change nothing."""


class Tls(NamedTuple):
    """How the other side of an https request is checked, and how we show who we are. Texts are PEM."""

    verify_peer: bool = True
    verify_host: bool = True
    ca_certificate: str = ""
    certificate: str = ""
    certificate_pass: str = ""
    private_key: str = ""
    private_key_pass: str = ""


DEFAULT_TLS = Tls()


class Request(NamedTuple):
    """One HTTP request, complete: what is sent is exactly this plus Host and Content-Length."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    timeout: float = 10.0
    """Seconds for the whole exchange, redirects included."""
    follow: bool = True
    tls: Tls = DEFAULT_TLS
    sending: Callable[[], None] | None = None
    """To be called by whoever sends it, right before the first byte leaves the process; it may refuse by raising."""
    admit: Callable[[Request], None] | None = None
    """To be called with every request that a redirect leads to, before it is sent; it may refuse by raising."""
    waiting: Callable[[], None] | None = None
    """To be called now and then while an answer is waited for; it may give up by raising."""
    key_header: str = ""
    """The header in which its host takes a key; ``""`` where nobody has said so."""
    single: bool = False
    """To be sent once: whoever sends it tries again by himself."""
    resent: int = 0
    """How often it was sent before."""

    def header(self, name: str) -> str:
        """The value of the first header of that name in any case, ``""`` when absent."""
        return find_header(self.headers, name)

    @property
    def host(self) -> str:
        """The host of its address in lower case, ``""`` when it has none."""
        authority = self.url.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]
        host = authority.rpartition("@")[2].lower()
        return host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]

    def with_url(self, url: str) -> Request:
        """The same request to another address."""
        return self._replace(url=url)


class Response(NamedTuple):
    """One HTTP answer. ``headers`` stand in received order and case; ``body`` is decoded from gzip."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    reason: str = ""
    http_version: str = "HTTP/1.1"

    def header(self, name: str) -> str:
        """The value of the first header of that name in any case, ``""`` when absent."""
        return find_header(self.headers, name)


def find_header(headers: Headers, name: str) -> str:
    """The value of the first header of that name in any case, ``""`` when absent."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), "")


class TransportFailure(Exception):
    """No answer came. ``code`` counts as the common C transfer library counts (http.md section 6).

    ``sent`` tells whether any byte of the request may have reached the other side.
    """

    def __init__(self, code: int, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.sent = sent


class Retry(NamedTuple):
    """How often a request is tried, the first time included, and how many seconds the waits for it may take."""

    attempts: int = 4
    budget: float = 60.0
    crowded: float = 1.0
    """Seconds before the second attempt where too many requests were made, and the answer does not say how many."""


class Http(Protocol):
    """Sends requests. A port that lets bytes out of the process calls ``request.sending`` before the first of them."""

    def send(self, request: Request) -> Response:
        """Give back the answer, whatever its status. Raises TransportFailure when there is none."""


class Clock(Protocol):
    """Tells and passes time."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Random(Protocol):
    """The source of everything that is left to chance."""

    def uuid(self) -> str:
        """A new version 4 UUID, lower case."""

    def integer(self, low: int, high: int) -> int:
        """An integer between two bounds, both included."""

    def bytes(self, count: int) -> bytes:
        """That many random bytes."""


class Log(Protocol):
    """Takes what ``debug.log`` and the runner have to say."""

    def write(self, value: Any, place: str = "") -> None:
        """Add an entry."""


class Files(Protocol):
    """Keeps files under paths such as ``/vault/4f2a/report.csv``; a leading slash changes nothing.

    All raise the Fault ``bad-path`` for a path that is not taken, ``file-error`` when the system refuses.
    """

    def open(self, path: str) -> BinaryIO:
        """The content of a file, to be read and closed. Raises the Fault ``notfound``."""

    def size(self, path: str) -> int:
        """The size of a file in bytes. Raises the Fault ``notfound``."""

    def write(self, path: str, pieces: Iterable[bytes]) -> int:
        """Store a file as a whole, in the place of one that is there. Gives back its size."""

    def append(self, path: str, data: bytes) -> None:
        """Add to the end of a file, which is made when it is not there."""

    def delete(self, path: str) -> None:
        """Remove a file. Raises the Fault ``notfound``."""

    def address(self, path: str, expires: int) -> str:
        """A URL by which a file can be read until a time, in seconds since 1970."""

    def behind(self, url: str, now: int) -> str | None:
        """The path of the file that an address of this store leads to, None for a URL that is to be fetched.

        Raises the Fault ``accessdenied`` for an address that this store did not make, or that has expired.
        """


class Cache(Protocol):
    """Texts and lists of texts under keys, as Redis keeps them."""

    def execute(self, commands: Sequence[Command], once: str = "") -> list[Answer]:
        """Carry out commands of Redis, all or none and nothing of others in between; gives back an answer for each.

        These are known: ``GET``, ``SET key value [PX milliseconds] [NX]``, ``DEL``, ``EXISTS``, ``INCRBY``,
        ``RPUSH`` and ``LPUSH`` of one value, ``RPOP`` and ``LPOP key count``, ``LRANGE``, ``LLEN``, ``LREM`` and
        ``KEYS``, whose answer is in order. ``once`` names what is done: commands of a name that were carried out
        before are not again, and their answers come again. Raises the Fault ``redis-error``.
        """


class Work(NamedTuple):
    """One thing to do with the tables of a project, complete: values are converted, conditions are settled."""

    verb: str
    """``insert``, ``update``, ``query`` …: what ``given`` holds is the verb's own, see ``data.store``."""
    table: str
    """``""`` for what concerns no table."""
    given: tuple[Any, ...] = ()
    """Values of the language, and tuples of such."""
    datasource: str = ""
    """``""`` is the default one."""


READING_WORK: Final = frozenset(("get", "has", "query"))
"""Verbs of work that changes nothing."""


class Database(Protocol):
    """Keeps the rows of tables. Every call is one SQL statement or one transaction.

    All raise the Fault ``database`` when the store cannot be reached or written, or refuses, and
    ``duplicate-record`` for a second row with the same values of a unique index.
    """

    @property
    def catalog(self) -> Any:
        """The tables that it has, by name: what ``data.columns.Catalog`` says."""

    @property
    def lasting(self) -> bool:
        """Whether its rows outlive the process."""

    def do(self, work: Work, once: str = "") -> Any:
        """What comes of a piece of work; inside ``transaction`` as a part of that.

        ``once`` names what is done: work of a name that was done before is not again, and its outcome comes again.
        """

    def transaction(self, isolation: str = "", datasource: str = "") -> AbstractContextManager[None]:
        """All work inside is done together, or not at all when an exception leaves it. Inside another: a part of it."""

    def remember(self, name: str, outcome: Any, datasource: str = "") -> None:
        """Note something under a name, inside a transaction as a part of that."""

    def recall(self, name: str, datasource: str = "") -> tuple[Any] | None:
        """What was noted under a name, None for nothing."""


class DatabaseLost(Fault):
    """The connection to a database broke before it said what came of a statement."""


READING_SQL: Final = ("select", "show", "values", "table", "explain", "describe", "desc")
"""What statements begin with that are done in a transaction which only reads."""


class ForeignSql(NamedTuple):
    """One statement of SQL for a database of others."""

    kind: str
    """``postgresql`` or ``mysql``."""
    url: str
    """Where it is, with user and password: a secret."""
    sql: str
    """With ``?`` for every value."""
    arguments: tuple[Any, ...] = ()
    sending: Callable[[], None] | None = None
    """To be called by whoever sends it, when the database is connected to; it may refuse by raising."""

    @property
    def reads(self) -> bool:
        """Whether it is to change nothing, which the database sees to."""
        words = self.sql.lstrip(" \t\r\n(").split(None, 1)
        return bool(words) and words[0].lower().rstrip("(*") in READING_SQL

    @property
    def shown(self) -> str:
        """Where the database is, without user, password and options."""
        authority, _, name = self.url.partition("://")[2].partition("?")[0].rpartition("@")[2].partition("/")
        return f"{self.kind}://{authority}/{name}"


class Elsewhere(Protocol):
    """Asks databases of others."""

    def query(self, asked: ForeignSql) -> list[dict[str, Any]]:
        """The rows of a statement, which is a transaction of its own.

        Raises the Faults ``database``, DatabaseLost and ``missing-extra``.
        """


class Reply(Protocol):
    """The answer to a request that a query is about to give."""

    status: int
    headers: list[tuple[str, str]]
    begun: bool
    """Whether a piece of it was sent."""

    def header(self, line: str, append: bool) -> None:
        """Add a header, ``Name: value``, in the place of one of that name or after it; or a status line of HTTP."""

    def write(self, pieces: Iterable[bytes], kind: str, filename: str) -> None:
        """Send pieces of a streamed answer at once; the first ones decide what kind of content it is.

        Raises the Fault ``not-local`` where the answer is not streamed.
        """


class Secrets(Protocol):
    """Is told what must not show from now on."""

    def add(self, secrets: Iterable[str], names: str = "") -> None:
        """Hide secrets of these names, and all encodings of them."""

    def derive(self, texts: Iterable[str], names: str) -> None:
        """Hide texts that were made of the secrets of these names."""


class _NoSecrets:
    """Hides nothing, where nothing is shown."""

    def add(self, secrets: Iterable[str], names: str = "") -> None:
        """Forget them."""

    def derive(self, texts: Iterable[str], names: str) -> None:
        """Forget them."""


class _NoFiles:
    """Refuses to keep files, for a world that was given no store."""

    def _refuse(self, *_: object) -> NoReturn:
        raise Fault("file-error", "This world keeps no files.", help="give World(files=…) a store, e.g. MemoryFiles()")

    open = size = write = append = delete = address = behind = _refuse


class _NoCache:
    """Refuses to keep anything, for a world that was given no cache."""

    def execute(self, commands: Sequence[Command], once: str = "") -> list[Answer]:
        """Raise Fault."""
        raise Fault("redis-error", "This world has no cache.", help="give World(cache=…) one, e.g. memory_cache()")


class _NoDatabase:
    """Refuses to keep rows, for a world that was given no store."""

    def __getattr__(self, _name: str) -> NoReturn:
        raise Fault(
            "database", "This world has no database.", help="give World(database=…) a store, e.g. fresh(tables)"
        )


class _NowhereElse:
    """Reaches no database of others, for a world that was given none."""

    def query(self, asked: ForeignSql) -> list[dict[str, Any]]:
        """Raise Fault."""
        message = f"This world does not reach {asked.shown}"
        raise LimitFault("network-disabled", message, help="give the statement a mock = {…}")


NO_ENV: Mapping[str, str] = {}
NO_FILES: Final[Files] = _NoFiles()
NO_SECRETS: Final[Secrets] = _NoSecrets()
NO_CACHE: Final[Cache] = _NoCache()
NO_DATABASE: Final[Database] = _NoDatabase()
NOWHERE_ELSE: Final[Elsewhere] = _NowhereElse()


class World(NamedTuple):
    """Everything outside a run, passed in by whoever starts it."""

    http: Http
    clock: Clock
    random: Random
    log: Log
    env: Mapping[str, str] = NO_ENV
    files: Files = NO_FILES
    fork: Callable[[], World] | None = None
    """The world of a function that begins to run beside its caller; None where that is the same one."""
    secrets: Secrets = NO_SECRETS
    cache: Cache = NO_CACHE
    reply: Reply | None = None
    """The answer that the run is to give, None where nobody asked over HTTP."""
    database: Database = NO_DATABASE
    elsewhere: Elsewhere = NOWHERE_ELSE
    """Databases of others."""
    begun: int | None = None
    """When the run really began, in milliseconds, whatever its clock shows; None where that is what its clock shows."""

    def with_layer(self, layer: Callable[[World], World]) -> World:
        """The world with something around its ports, also around those of functions that run beside their caller."""
        fork = self.fork
        return layer(self)._replace(fork=(lambda: fork().with_layer(layer)) if fork else None)

    def with_env(self, env: Mapping[str, str]) -> World:
        """The same world with other environment variables."""
        return self._replace(env=env)
