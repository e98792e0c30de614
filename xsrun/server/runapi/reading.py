"""Requests of the Run API as records. Whatever does not fit is refused with one sentence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from starlette.requests import Request

from xsrun import values
from xsrun.engine.observing import traceparent
from xsrun.engine.orders import Place
from xsrun.server.reading import TooLarge, Unreadable, body_of, parts_of
from xsrun.server.runapi.shapes import Page
from xsrun.server.runapi.wrong import Wrong

SOURCE: Final = "text/x-xanoscript"
"""The content type of a body that is a document."""
ADDRESSES: Final = ("http://", "https://")
NAMING: Final = ("job_name", "job", "name")
"""Keys that name a job."""
GIVING: Final = ("input", "args")
"""Keys that hold its inputs."""
MEANT: Final = frozenset({*NAMING, *GIVING, "doc", "env", "async", "queue", "priority", "order_key", "delay"})
PLATFORM_ONLY: Final = frozenset({"template", "logs", "branch", "workspace", "project", "project_id"})
"""Keys that mean something to the platform, and nothing here."""
VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{7,63}")
"""A key that is a run id as it is."""
LONGEST_KEY: Final = 255
DEEPEST: Final = 500
"""Levels of a body: whatever goes through a value later goes through all of them."""
LONGEST_SAID: Final = 60
"""Letters of a name of somebody else's in a message."""
MOST_SAID: Final = 8
"""Keys that are named where they are not looked at."""
MOST_ON_A_PAGE: Final = 100
LONGEST_DELAY: Final = 366 * 86_400.0
HIGHEST_PRIORITY: Final = 1_000_000


class Asked(NamedTuple):
    """What somebody wants run."""

    job: str | None
    doc: str | None
    args: Mapping[str, Any]
    env: Mapping[str, str]
    waits: bool
    """Whether the answer is to be its end."""
    place: Place | None
    """Where it waits, None for at once."""
    problems: tuple[str, ...]
    """What was asked for and is not looked at."""
    trace: str = ""
    """The trace that it is part of, as the header ``traceparent`` names it."""


async def asked_of(request: Request, largest: int) -> Asked:
    """What a request wants run: a body in JSON, or a document with ``args`` in the query string."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.query_params.get("env", "{}").strip() not in ("", "{}", "[]", "null"):
        help = "send a JSON body {doc, args, env}"
        raise Wrong("badrequest", f"`env` in an address would be seen by whoever sees the address; {help}")
    if kind != SOURCE:
        found = asked(await object_of(request, largest))
    else:
        text = await _text_of(request, largest)
        found = asked({"doc": text, "args": _parsed(request.query_params.get("args") or "{}", "args")})
    return found._replace(trace=traceparent(request.headers.get("traceparent", "")))


async def form_of(request: Request, largest: int) -> Asked:
    """What a form wants run, as the oldest clients ask: ``doc`` and ``args``, as texts."""
    try:
        parts = dict(await parts_of(request, await _body_of(request, largest)))
    except Unreadable as unreadable:
        raise Wrong("inputerror", str(unreadable)) from None
    doc, args = parts.get("doc"), parts.get("args") or "{}"
    if doc is None:
        raise Wrong("inputerror", "`doc` is missing: the text of a document")
    if not (isinstance(doc, str) and isinstance(args, str)):
        raise Wrong("inputerror", "send `doc` and `args` as texts: curl -F 'doc=<run.xs'")
    if doc.lstrip().startswith(ADDRESSES):
        raise Wrong("inputerror", "a document is not fetched from its address: send its text as `doc`")
    if args.lstrip().startswith(ADDRESSES):
        raise Wrong("inputerror", "arguments are not fetched from an address: send them as JSON in `args`")
    return asked({"doc": doc, "args": _parsed(args, "args")})


async def object_of(request: Request, largest: int) -> dict[str, Any]:
    """The object in a body, an empty one for no body."""
    read = _parsed(await _text_of(request, largest) or "{}", "the body")
    if not isinstance(read, dict):
        raise Wrong("inputerror", "the body is no JSON object")
    return read


async def _text_of(request: Request, largest: int) -> str:
    try:
        return (await _body_of(request, largest)).decode()
    except UnicodeDecodeError:
        raise Wrong("inputerror", "the body is no UTF-8") from None


async def _body_of(request: Request, largest: int) -> bytes:
    try:
        return await body_of(request, largest)
    except TooLarge:
        raise Wrong("inputerror", "The request is too large.", status=413) from None


def _parsed(text: str, what: str) -> Any:
    try:
        read = values.loads(text)
    except ValueError:
        raise Wrong("inputerror", f"{what} is no JSON") from None
    level = [read]
    for _ in range(DEEPEST):
        level = [inner for each in level if isinstance(each, dict | list) for inner in _inside(each)]
        if not level:
            return read
    raise Wrong("inputerror", f"{what} is nested more than {DEEPEST} levels deep")


def _inside(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def asked(body: Mapping[str, Any]) -> Asked:
    """What a body asks for."""
    names = [body[each] for each in NAMING if body.get(each) is not None]
    job, doc = (names[0] if names else None), body.get("doc")
    if job is not None and not isinstance(job, str):
        raise Wrong("inputerror", f'{type_of(job)} names no job; write {{"job_name": "NAME"}}')
    if doc is not None and not isinstance(doc, str):
        raise Wrong("inputerror", f"`doc` is {type_of(doc)}, and has to be the text of a document")
    if not isinstance(body.get("async", False), bool):
        raise Wrong("inputerror", "`async` is true or false")
    unknown = [each[:LONGEST_SAID] for each in body if each not in MEANT | PLATFORM_ONLY][:MOST_SAID]
    warnings = tuple(f"`{each}` is not looked at; inputs go in `input`" for each in unknown)
    args: Any = next((body[each] for each in GIVING if body.get(each) is not None), {})
    if not isinstance(args, dict):
        raise Wrong("inputerror", f"the inputs are {type_of(args)}, and have to be an object")
    place = _place(body)
    waits = not body.get("async") and not (place and place.delay)  # who wants it later does not wait for it
    return Asked(job, doc, args, _env(body.get("env")), waits, place, warnings)


def _env(given: Any) -> dict[str, str]:
    """Variables for one run; numbers and truth values are taken as they are written."""
    if given in (None, [], {}):
        return {}
    if not isinstance(given, dict):
        raise Wrong("inputerror", f"`env` is {type_of(given)}, and has to be an object of texts")
    for name, value in given.items():
        if not VARIABLE.fullmatch(name):
            raise Wrong("inputerror", "`env` has a name that no variable can have: letters, digits and _ make one")
        if isinstance(value, dict | list) or value is None:
            raise Wrong("inputerror", f"`env.{name[:LONGEST_SAID]}` is {type_of(value)}, and has to be a text")
    return {name: value if isinstance(value, str) else values.dumps(value) for name, value in given.items()}


def _place(body: Mapping[str, Any]) -> Place | None:
    queue = body.get("queue")
    if queue is None:
        return None
    if not isinstance(queue, str) or not queue:
        raise Wrong("inputerror", "`queue` has to be the name of a queue")
    key = body.get("order_key") or ""
    if not isinstance(key, str):
        raise Wrong("inputerror", "`order_key` has to be a text")
    priority, delay = _number(body, "priority", HIGHEST_PRIORITY), _number(body, "delay", LONGEST_DELAY)
    return Place(queue, int(priority), key, delay)


def _number(body: Mapping[str, Any], name: str, most: float) -> float:
    given = body.get(name) or 0
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= most:
        raise Wrong("inputerror", f"`{name}` has to be a number from 0 to {most:,.0f}")
    return given


def type_of(value: Any) -> str:
    """What a value is, in a message: it itself may be a secret."""
    return f"of type {values.type_name(value)}" if value is not None else "null"


def id_of(request: Request) -> str:
    """The run id that an ``Idempotency-Key`` stands for, ``""`` without one."""
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return ""
    key = keys[0].strip().strip('"')
    if len(keys) > 1 or not key or len(key) > LONGEST_KEY:
        raise Wrong("badrequest", f"Idempotency-Key has to be one text of at most {LONGEST_KEY} characters")
    if ID.fullmatch(key):
        return key
    return f"key-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"


def page_of(request: Request) -> Page:
    """Which part of a list is wanted: ``page`` from 1, ``per_page`` up to 100."""
    number, size = _whole(request, "page", 1), _whole(request, "per_page", 20)
    if size > MOST_ON_A_PAGE:
        raise Wrong("inputerror", f"`per_page` goes from 1 to {MOST_ON_A_PAGE}")
    return Page(number, size)


def _whole(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name)
    if given is None:
        return default
    if not re.fullmatch(r"[1-9][0-9]{0,8}", given):
        raise Wrong("inputerror", f"`{name}` has to be a whole number from 1")
    return int(given)
