"""The queries of projects over HTTP: Starlette takes a request, a thread answers it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from xsrun.diagnostics import Fault, LimitFault
from xsrun.engine import observing
from xsrun.engine.observing import Ending, Subject
from xsrun.program import Endpoint
from xsrun.runtime.answering import JSON, Answered, Asked, Head, answer, failed, find, malformed, unknown
from xsrun.server.guard import EVERYBODY, Guard, Rules
from xsrun.server.mishaps import Mishaps, response_of, with_headers
from xsrun.server.openapi import document
from xsrun.server.patience import PATIENCE
from xsrun.server.reading import TooLarge, Unreadable, asked
from xsrun.server.service import RESERVED, Served, Service, Services
from xsrun.server.threads import Threads

VERBS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]
UNDER_WAY: Final = 8
"""Pieces of a streamed answer that wait for a slow client."""
TOO_LARGE: Final = Fault("input-error", "The request is too large.")


def application(
    served: Served, broken: Callable[[Exception], object], routes: Sequence[BaseRoute] = (), rules: Rules = EVERYBODY
) -> ASGIApp:
    """Services as an ASGI application, with further routes before their addresses and a guard around everything.

    ``/api:GROUP/PATH`` and ``/PROJECT/api:GROUP/PATH`` are queries, ``/openapi.json`` and ``/PROJECT/openapi.json``
    describe them. ``broken`` is told each fault of ours.
    """
    threads = Threads()

    async def openapi(request: Request) -> Response:
        return _described(served.now, request.path_params.get("project"))

    async def query(request: Request) -> Response:
        service = _meant(served.now, request)
        return response_of(unknown()) if service is None else await _answered(service, request, threads)

    queries = Route("/api:{group}/{path:path}", query, methods=VERBS)
    short = Router([queries], redirect_slashes=False)
    router = Router(
        [
            *routes,
            Route("/openapi.json", openapi),
            queries,
            Route("/{project}/openapi.json", openapi),
            Route("/{project}/api:{group}/{path:path}", query, methods=VERBS),
        ],
        redirect_slashes=False,
    )

    async def routed(scope: Scope, receive: Receive, send: Send) -> None:
        chosen = short if _is_query(scope["path"]) else router
        # With an application in it, the router raises what it refuses.
        await chosen({**scope, "app": chosen}, receive, send)

    return Mishaps(Guard(routed, rules), broken)


def _is_query(path: str) -> bool:
    """Whether an address can be that of a query alone: it need not be compared with those of all that is served."""
    group = path.removeprefix("/api:").partition("/")[0].partition(":")[0]
    return path.startswith("/api:") and group not in RESERVED


def _meant(services: Services, request: Request) -> Service | None:
    """The service that an address means."""
    project: str | None = request.path_params.get("project")
    return services.grouped.get(_group(request)) if project is None else services.named.get(project)


def _group(request: Request) -> str:
    """The group in an address; a branch behind it is not looked at."""
    group: str = request.path_params["group"]
    return group.partition(":")[0]


def _described(services: Services, project: str | None) -> Response:
    """The OpenAPI document of a project, or of all."""
    if project is None:
        title = ", ".join(each.title for each in services.named.values())
        return JSONResponse(document(title, services.listed()))
    service = services.named.get(project)
    if service is None:
        return response_of(unknown())
    return JSONResponse(document(service.title, service.listed()))


async def _answered(service: Service, request: Request, threads: Threads) -> Response:
    path = request.path_params["path"].strip("/")
    verb = "GET" if request.method == "HEAD" else request.method
    found = find(service.endpoints, _group(request), verb, path)
    if found is None:
        return response_of(unknown())
    endpoint, arguments = found
    try:
        given = await asked(request, path, arguments, service.largest)
    except TooLarge:
        return _complete(failed(TOO_LARGE)._replace(status=413), service.masked)
    except Unreadable as unreadable:
        return _complete(malformed(str(unreadable)), service.masked)
    if endpoint.streams:
        return await _streamed(service, endpoint, given, threads)
    return await threads.run(_whole, service, endpoint, given)


def _answer(service: Service, endpoint: Endpoint, given: Asked, head: Head) -> Answered:
    observer = observing.observer
    if observer is None:
        return _performed(service, endpoint, given, head)
    route, parent = f"/api:{endpoint.group}/{endpoint.path}", given.headers.get("Traceparent", "")
    watched = observer.begin(Subject(route, service.loaded, service.masked, endpoint.verb, parent, "", ""))
    answered: Answered = watched.during(lambda: _performed(service, endpoint, given, head), _ending)
    return answered


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
