"""The queries of projects over HTTP: Starlette takes a request, a thread answers it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from xsrun.diagnostics import Fault, LimitFault
from xsrun.engine import observing
from xsrun.engine.observing import Ending, Subject
from xsrun.program import METHODS, Endpoint
from xsrun.runtime.answering import JSON, Answered, Asked, Head, answer, caller, failed, find, malformed, unknown
from xsrun.server import cors
from xsrun.server.apart import apart
from xsrun.server.counting import ROUTE, WATCHED, Counting
from xsrun.server.guard import EVERYBODY, Guard, Rules
from xsrun.server.intake import Intake
from xsrun.server.mishaps import Mishaps, response_of, with_headers
from xsrun.server.openapi import document
from xsrun.server.patience import PATIENCE
from xsrun.server.reading import LARGEST, TooLarge, Unreadable, has_body, head_of, with_body
from xsrun.server.service import RESERVED, Served, Service, Services
from xsrun.server.threads import Threads

ADDRESS: Final = re.compile(r"(?:/(?P<project>[^/]+))??/api:(?P<group>[^/:]+)(?::[^/]*)?/(?P<path>.*)", re.DOTALL)
"""The address of a query; a branch behind its group is not looked at."""
UNDER_WAY: Final = 8
"""Pieces of a streamed answer that wait for a slow client."""
TOO_LARGE: Final = Fault("input-error", "The request is too large.")


def application(
    served: Served,
    broken: Callable[[Exception], object],
    routes: Sequence[BaseRoute] = (),
    rules: Rules = EVERYBODY,
    largest: int = LARGEST,
) -> ASGIApp:
    """Services as an ASGI application, with further routes before their addresses and a guard around everything.

    ``/api:GROUP/PATH`` and ``/PROJECT/api:GROUP/PATH`` are queries, ``/openapi.json`` and ``/PROJECT/openapi.json``
    describe them. ``broken`` is told each fault of ours. ``largest`` are the bytes of the largest body.
    """
    threads = Threads()

    async def openapi(request: Request) -> Response:
        return _described(served.now, request.path_params.get("project"))

    async def nothing(_: Request) -> Response:
        return response_of(unknown())

    documents = [Route("/openapi.json", openapi), Route("/{project}/openapi.json", openapi)]
    # Below /api: a method that is not there is answered as an address that is not.
    router = Router([*routes, *documents, Route("/api:{rest:path}", nothing, methods=METHODS)], redirect_slashes=False)

    async def routed(scope: Scope, receive: Receive, send: Send) -> None:
        address = _address(scope["path"])
        if address is None and scope["path"].endswith("\n"):
            # The router takes it for the address without the line break, which the guard has not seen.
            await response_of(unknown())(scope, receive, send)
            return
        if address is None:
            # With an application in it, the router raises what it refuses.
            await router({**scope, "app": router}, receive, send)
            return
        request = Request(scope, receive, send)
        service = _meant(served.now, address)
        response = response_of(unknown()) if service is None else await _answered(service, address, request, threads)
        await response(scope, receive, send)

    def admitted(request: Request) -> bool:
        address = _address(request.scope["path"])
        service = _meant(served.now, address) if address else None
        rules = service.cors(address.group) if service and address else None
        return rules is not None and cors.admits(rules, request)

    return Counting(Mishaps(Intake(Guard(routed, rules, admitted), largest), broken))


class Address(NamedTuple):
    """Where a query is."""

    project: str | None
    """The name of the project, None where the group says enough."""
    group: str
    path: str
    """Behind the name of the group, without a slash at either end."""


def _address(path: str) -> Address | None:
    """The query that a path may mean, None for what belongs to the server."""
    found = ADDRESS.fullmatch(path)
    if found is None or (found["project"] is None and found["group"] in RESERVED):
        return None
    return Address(found["project"], found["group"], found["path"].strip("/"))


def _meant(services: Services, address: Address) -> Service | None:
    """The service that an address means."""
    named = address.project
    return services.grouped.get(address.group) if named is None else services.named.get(named)


def _described(services: Services, project: str | None) -> Response:
    """The OpenAPI document of a project, or of all."""
    if project is None:
        title = ", ".join(each.title for each in services.named.values())
        return JSONResponse(document(title, services.listed()))
    service = services.named.get(project)
    if service is None:
        return response_of(unknown())
    return JSONResponse(document(service.title, service.listed()))


async def _answered(service: Service, address: Address, request: Request, threads: Threads) -> Response:
    """The answer of a query, told to pages of other sites as far as its group lets them ask."""
    rules = service.cors(address.group)
    found = _found(service, address, request.method)
    if rules is not None and found is None and cors.is_preflight(request):
        verbs = _verbs(service, address)
        return cors.preflight(rules, request, verbs) if verbs else response_of(unknown())
    if found is None:
        response = _no_query(service, address, request.method)
    else:
        response = await _asked(service, *found, address, request, threads)
    response = apart(request, response)
    return response if rules is None else cors.told(rules, request, response)


def _found(service: Service, address: Address, method: str) -> tuple[Endpoint, dict[str, str]] | None:
    """The query at an address, with the inputs that stand in it; that for GET answers HEAD too."""
    found = find(service.endpoints, address.group, method, address.path)
    if found is None and method == "HEAD":
        return find(service.endpoints, address.group, "GET", address.path)
    return found


def _verbs(service: Service, address: Address) -> list[str]:
    """The methods of an address, none where there is no query."""
    verbs = [each for each in METHODS if _found(service, address, each)]
    return sorted({*verbs, "OPTIONS"}) if verbs else []


def _no_query(service: Service, address: Address, method: str) -> Response:
    """The answer where no query is asked. Raises HTTPException for a method that is not for queries."""
    verbs = _verbs(service, address)
    if method not in METHODS or (method == "OPTIONS" and verbs):
        allowed = ", ".join(verbs or METHODS)
        raise HTTPException(405, "Method Not Allowed", {"Allow": allowed})
    return response_of(unknown())


async def _asked(
    service: Service,
    endpoint: Endpoint,
    arguments: dict[str, str],
    address: Address,
    request: Request,
    threads: Threads,
) -> Response:
    request.scope[ROUTE] = service.masked(_route(endpoint))
    given = head_of(request, address.path)
    if endpoint.auth and has_body(request):
        given = given._replace(caller=await threads.run(caller, endpoint, given.headers, service.world))
    try:
        if not isinstance(given.caller, Fault):  # nobody reads what a stranger sends
            given = await with_body(given, request, arguments, service.largest)
    except TooLarge:
        return _complete(failed(TOO_LARGE)._replace(status=413), service.masked)
    except Unreadable as unreadable:
        return _complete(malformed(str(unreadable)), service.masked)
    request.scope[WATCHED] = True
    if endpoint.streams:
        return await _streamed(service, endpoint, given, threads)
    return await threads.run(_whole, service, endpoint, given)


def _answer(service: Service, endpoint: Endpoint, given: Asked, head: Head) -> Answered:
    observer = observing.observer
    if observer is None:
        return _performed(service, endpoint, given, head)
    parent = given.headers.get("Traceparent", "")
    watched = observer.begin(Subject(_route(endpoint), service.loaded, service.masked, endpoint.verb, parent, "", ""))
    answered: Answered = watched.during(lambda: _performed(service, endpoint, given, head), _ending)
    return answered


def _route(endpoint: Endpoint) -> str:
    """A query by its name."""
    return f"/api:{endpoint.group}/{endpoint.path}"


def _performed(service: Service, endpoint: Endpoint, given: Asked, head: Head) -> Answered:
    world = service.world.fork() if service.world.fork else service.world
    return answer(service.loaded, endpoint, given, world, service.limits, head, service.failing, service.answers)


def _ending(answered: Answered) -> Ending:
    return Ending(0, answered.status, str(answered.status) if answered.status >= 500 else "", "", "")


def _whole(service: Service, endpoint: Endpoint, given: Asked) -> Response:
    return _complete(_answer(service, endpoint, given, Head()), service.masked)


def _complete(answered: Answered, masked: Callable[[str], str]) -> Response:
    """An answer as Starlette sends it, without secrets in its headers and, where it is text, its body."""
    kind = next((value for name, value in answered.headers if name.lower() == "content-type"), "")
    is_text = "json" in kind or kind.startswith("text/")
    body = _without_secrets(answered.body, masked) if is_text else answered.body
    return response_of(Answered(answered.status, _shown(answered.headers, masked), body))


def _without_secrets(body: bytes, masked: Callable[[str], str]) -> bytes:
    return masked(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _shown(headers: Iterable[tuple[str, str]], masked: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """Headers without secrets."""
    return tuple((name, value if value == JSON else masked(value)) for name, value in headers)


async def _streamed(service: Service, endpoint: Endpoint, given: Asked, threads: Threads) -> Response:
    """An answer that is sent while the query runs; an error before its first piece is an answer as any other."""
    send, receive = anyio.create_memory_object_stream[tuple[Head, bytes] | Answered](UNDER_WAY)
    loop = asyncio.get_running_loop()

    def put(stream: MemoryObjectSendStream[tuple[Head, bytes] | Answered], head: Head, piece: bytes) -> None:
        shown = _without_secrets(piece, service.masked)
        sent = asyncio.run_coroutine_threadsafe(stream.send((head, shown)), loop)
        try:
            sent.result(PATIENCE)
        except anyio.BrokenResourceError:
            raise LimitFault("cancelled", "the client is gone") from None
        except TimeoutError:
            sent.cancel()
            raise LimitFault("cancelled", "the client does not take what it is sent") from None

    async def run() -> None:
        async with send:
            head = Head(partial(put, send))
            answered = await threads.run(_answer, service, endpoint, given, head)
            if not head.begun or answered.body:
                with suppress(anyio.BrokenResourceError):
                    await send.send(answered)

    running = asyncio.create_task(run())
    first = await receive.receive()
    if isinstance(first, Answered):
        await running
        return _complete(first, service.masked)

    async def pieces() -> AsyncIterator[bytes]:
        async with receive:
            yield first[1]
            async for each in receive:
                if isinstance(each, Answered):
                    raise ConnectionAbortedError("the query failed behind its first piece")
                yield each[1]
        await running

    response = StreamingResponse(pieces(), first[0].status)
    return with_headers(response, _shown(first[0].headers, service.masked))
