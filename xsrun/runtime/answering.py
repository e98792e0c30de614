"""A query answers a request: who asks, its inputs, middleware, and what becomes of its value or its error.

constructs.md sections 5.2, 9 and 14, errors.md sections 2 and 7. No I/O: a request in, an answer out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from xsrun import values
from xsrun.diagnostics import ERROR_KINDS, INPUT_ERROR, NOT_FOUND, Fault
from xsrun.effects.ports import World
from xsrun.exchange.streamed import CONTENT, no_stream
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.program import Endpoint
from xsrun.record import NamedTuple
from xsrun.runtime.answers import Answers
from xsrun.runtime.deadline import ENDLESS, Deadline, Watchman
from xsrun.runtime.frame import Limits
from xsrun.runtime.run import Loaded
from xsrun.runtime.surrounding import envelope, surrounded

JSON: Final = "application/json"
STATUS_LINE: Final = re.compile(r"HTTP/\d(?:\.\d)?\s+(\d{3})\b.*", re.IGNORECASE)
HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*)", re.DOTALL)
LOWEST, HIGHEST = 200, 599
"""The statuses of an answer."""
WITHOUT_BODY: Final = (204, 304)
"""Statuses of answers that have no body."""
OF_CONNECTION: Final = frozenset(
    {"connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""Headers that say how an answer is sent, and not what it is."""
BEARER: Final = re.compile(r"bearer\s+(\S+)", re.IGNORECASE)

_quote: Callable[..., str] = Late("urllib.parse", "quote")
_logged_in: Callable[..., dict[str, Any]] = Late("xsrun.builtins.statements.security", "logged_in")

WATCHMAN: Final = Watchman()
"""Ends queries whose time is over."""
EMPTY: Final[dict[str, Any]] = {}
"""What no body says."""


class Asked(NamedTuple):
    """A request to a query."""

    verb: str
    path: str
    """Decoded, behind the name of the group, without a slash at either end."""
    headers: Mapping[str, str] = {}
    """By name, in Title-Case."""
    given: Mapping[str, Any] = {}
    """What query string and body hold."""
    system: Mapping[str, Any] = {}
    """The values behind ``$env.$name``."""
    raw: Any = EMPTY
    """What the body says: an object where it is one, or a form, or empty; null where it cannot be read."""
    body: bytes = b""
    caller: dict[str, Any] | Fault | None = None
    """Who asks, as ``$auth``, or why that is not known; None where nobody has looked yet."""


class Answered(NamedTuple):
    """The answer: its body is complete, or was sent in pieces already."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Head:
    """Status and headers of an answer under way; implements ``ports.Reply``.

    ``send`` takes the pieces of a streamed one.
    """

    def __init__(self, send: Callable[[Head, bytes], None] | None = None) -> None:
        self.status = 200
        self.headers: list[tuple[str, str]] = []
        self.begun = False
        """Whether a piece was sent."""
        self._send = send

    def header(self, line: str, append: bool) -> None:
        """Add a header or set the status. Raises Fault for what is neither."""
        if found := STATUS_LINE.fullmatch(line.strip()):
            self._set_status(int(found[1]), line)
            return
        header = HEADER.fullmatch(line.strip())
        if header is None or any(not 32 <= ord(char) < 256 for char in line):
            raise Fault("bad-argument", f"Invalid header: {line!a}", help='write value = "Name: value"')
        name, value = header.groups()
        if name.lower() in OF_CONNECTION:
            raise Fault("bad-argument", f"{name} is not for a query to set.", help="the server sets it")
        if not append:
            self.headers = [each for each in self.headers if each[0].lower() != name.lower()]
        self.headers.append((name, value))

    def _set_status(self, status: int, line: str) -> None:
        if not LOWEST <= status <= HIGHEST:
            raise Fault("bad-argument", f"Invalid status: {line!a}", help=f"write {LOWEST} to {HIGHEST}")
        self.status = status

    def write(self, pieces: Iterable[bytes], kind: str, filename: str) -> None:
        """Send pieces of a streamed answer."""
        if self._send is None:
            raise no_stream()
        if not self.begun:
            self._begin(kind, filename)
        for piece in pieces:
            self._send(self, piece)

    def _begin(self, kind: str, filename: str) -> None:
        if not self.content_type():
            self.header(f"Content-Type: {CONTENT.get(kind, CONTENT['raw'])}", append=False)
        if filename:
            plain = re.sub(r'[^ -~]|[\\"]', "_", filename)
            encoded = "" if plain == filename else f"; filename*=UTF-8''{_quote(filename, safe='')}"
            self.header(f'Content-Disposition: attachment; filename="{plain}"{encoded}', append=False)
        self.begun = True

    def content_type(self) -> str:
        """The content type that was set, ``""`` when none was."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")


def find(endpoints: Iterable[Endpoint], group: str, verb: str, path: str) -> tuple[Endpoint, dict[str, str]] | None:
    """The endpoint that is meant, with the inputs that stand in the path; None when there is none.

    Of several it is the one that has words where the others have inputs, from the left.
    """
    parts = path.split("/")
    fitting = [
        (each, found)
        for each in endpoints
        if (each.group, each.verb) == (group, verb) and (found := _match(each.path.split("/"), parts)) is not None
    ]
    return min(fitting, key=lambda fit: [_is_input(part) for part in fit[0].path.split("/")], default=None)


def _is_input(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")


def _match(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(parts):
        return None
    found = {}
    for expected, part in zip(pattern, parts, strict=True):
        if _is_input(expected) and part:
            found[expected[1:-1]] = part
        elif expected != part:
            return None
    return found


def unknown() -> Answered:
    """The answer to a request that no endpoint answers."""
    return failed(Fault("notfound", "Unable to locate request.", kind=NOT_FOUND))


def malformed(message: str) -> Answered:
    """The answer to a request that cannot be read."""
    return failed(Fault("input-error", message, kind=INPUT_ERROR))


def failed(fault: Fault, head: Head | None = None) -> Answered:
    """The answer that an error gives: code, message and payload, and the headers that were set before."""
    kept = [each for each in (head.headers if head else ()) if each[0].lower() != "content-type"]
    return Answered(fault.kind.status, (("Content-Type", JSON), *kept), values.dumps(envelope(fault)).encode())


def answer(
    loaded: Loaded,
    endpoint: Endpoint,
    asked: Asked,
    world: World,
    limits: Limits,
    head: Head,
    failing: Callable[[Fault, str], None],
    answers: Answers | None = None,
) -> Answered:
    """The answer of an endpoint.

    ``failing`` is told every error, with its place, and the query; ``answers`` keeps those that may be given again.
    """
    deadline = ENDLESS
    if limits.seconds < values.INFINITY:
        deadline = Deadline(limits.seconds, "query", watchman=WATCHMAN)
        world = world.with_layer(deadline.over)
    run = loaded.begin(asked.given, world._replace(reply=head), limits, deadline)
    run.system |= asked.system
    run.body = asked.body
    if asked.body:
        run.raw_input = asked.raw
    run.answers = answers
    try:
        run.auth = _known(endpoint, asked, world)
        value = deadline.run(lambda: loaded.finish(run, lambda: surrounded(run, endpoint, asked.given)))
    except Fault as fault:
        failing(fault, f"{endpoint.verb} /api:{endpoint.group}/{endpoint.path}")
        return failed(fault, head)
    return _succeeded(value, head)


def caller(endpoint: Endpoint, headers: Mapping[str, str], world: World) -> dict[str, Any] | Fault:
    """Who asks, as ``$auth``; what to answer where somebody has to and does not say who, or says it wrongly."""
    if not endpoint.auth:
        return {}
    token = BEARER.fullmatch(headers.get("Authorization", "").strip())
    try:
        if token is not None:
            return _logged_in(world, token[1], table=endpoint.auth)
    except Fault as fault:
        if fault.code != "unauthorized":
            return fault
    return Fault("unauthorized", "Unauthorized", kind=ERROR_KINDS["unauthorized"])


def _known(endpoint: Endpoint, asked: Asked, world: World) -> dict[str, Any]:
    """Who asks. Raises Fault where that is not known."""
    found = caller(endpoint, asked.headers, world) if asked.caller is None else asked.caller
    if isinstance(found, Fault):
        raise found
    return found


def _succeeded(value: Any, head: Head) -> Answered:
    kind = head.content_type()
    headers = tuple(head.headers) if kind else (("Content-Type", JSON), *head.headers)
    if head.begun or head.status in WITHOUT_BODY:
        return Answered(head.status, tuple(head.headers), b"")
    if isinstance(value, str | bytes) and kind and JSON not in kind.lower():
        return Answered(head.status, headers, value if isinstance(value, bytes) else value.encode("utf-8", "replace"))
    return Answered(head.status, headers, values.dumps(value).encode("utf-8", "surrogatepass"))
