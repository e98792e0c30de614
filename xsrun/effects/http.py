"""HTTP over real sockets. Importing this module imports httpx: do it when the first request is due."""

from __future__ import annotations

import math
import socket
import threading
import weakref
from collections.abc import Callable
from functools import lru_cache, partial
from ssl import SSLContext
from types import TracebackType
from typing import Final, Self

import httpcore

from xsrun import values
from xsrun.effects import tls
from xsrun.effects.addresses import ANYWHERE, Reach
from xsrun.effects.pools import Pools
from xsrun.effects.ports import Request, Response, Tls, TransportFailure
from xsrun.effects.slim import httpx
from xsrun.effects.wire import Resolve, Wire, reason
from xsrun.exchange import codings, redirects, urls

MAX_BODY: Final = 100_000_000
MAX_REDIRECTS: Final = 10
MAX_CONTEXTS: Final = 16


class HttpxPort:
    """Sends requests; implements ``ports.Http``. Safe for threads: each has a client of its own.

    ``max_body`` is the largest answer in bytes, unpacked. ``connect_timeout`` and ``read_timeout`` limit, in
    seconds, the making of one connection and a silence of the other side, on top of the time that
    each request has for everything. Proxies and trust store are those of the environment; where ``reach``
    is limited no proxy is used, since it would choose the address. ``resolve`` finds addresses as ``getaddrinfo`` does.
    """

    def __init__(
        self,
        *,
        max_body: int = MAX_BODY,
        connect_timeout: float = 30.0,
        read_timeout: float = math.inf,
        reach: Reach = ANYWHERE,
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:
        self._max_body = max_body
        self._wire = partial(Wire, connect_timeout, read_timeout, reach, resolve)
        self._proxied = not reach.public_only
        self._context = lru_cache(maxsize=MAX_CONTEXTS)(tls.context)
        self._local = threading.local()
        self._sessions: weakref.WeakSet[_Session] = weakref.WeakSet()
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        """Give back the answer of the last hop, whatever its status. Raises TransportFailure when there is none.

        ``Accept`` and ``Accept-Encoding`` are added where the request has none, and the body is unpacked.
        """
        session = self._session()
        session.wire.begin(request.timeout, request.sending, request.waiting)
        hop = request
        for _ in range(MAX_REDIRECTS + 1):
            response = session.hop(hop)
            following = session.following(hop, response) if request.follow else None
            if following is None:
                return response
            if request.admit is not None:
                request.admit(following)
            hop = following
        raise session.wire.fail(47, f"Maximum of {MAX_REDIRECTS} redirects followed")

    def close(self) -> None:
        """Close the connections of all threads. A later request opens new ones."""
        with self._lock:
            sessions = list(self._sessions)
            self._sessions.clear()
            self._local = threading.local()
        for session in sessions:
            session.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _session(self) -> _Session:
        session: _Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = _Session(self._wire(), self._context, self._max_body, self._proxied)
            with self._lock:
                self._sessions.add(session)
        return session


class _Session:
    """The client of one thread; its connections are closed when the thread ends."""

    __slots__ = ("__weakref__", "client", "max_body", "wire")

    def __init__(self, wire: Wire, context: Callable[[Tls], SSLContext], max_body: int, proxied: bool) -> None:
        self.wire = wire
        self.max_body = max_body
        self.client = httpx.Client(transport=Pools(wire, context, proxied), trust_env=False)
        weakref.finalize(self, self.client.close)

    def hop(self, request: Request) -> Response:
        """Send one request and read its whole answer, redirect or not."""
        wire = self.wire
        message = self._message(request)
        wire.hop(secure=message.url.scheme == "https")
        try:
            response = self._answer(message)
        except httpcore.RemoteProtocolError as broken:
            if wire.received:
                raise wire.fail(56, f"Failure when receiving data: {reason(broken)}") from None
            raise wire.fail(52, "Empty reply from server") from None
        except httpcore.LocalProtocolError as refused:
            raise wire.fail(43, f"The request cannot be sent: {reason(refused)}") from None
        except httpcore.ProxyError as refused:
            raise wire.fail(56, f"The proxy refused the connection: {refused}") from None
        try:
            return codings.decoded(response, self.max_body)
        except codings.TooLarge:
            raise self._too_large() from None
        except ValueError as broken:
            raise wire.fail(56, f"The answer cannot be unpacked: {broken}") from None

    def following(self, request: Request, response: Response) -> Request | None:
        """The request that a redirect asks for, None for any other answer."""
        try:
            return redirects.following(request, response)
        except ValueError as malformed:
            raise self.wire.fail(3, f"Redirected to a malformed URL: {malformed}") from None

    def _message(self, request: Request) -> httpx.Request:
        usual = (("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate"))
        headers = [*request.headers, *(header for header in usual if not request.header(header[0]))]
        try:
            return httpx.Request(
                request.method,
                urls.normal(request.url),
                headers=[(name.encode(), values.to_bytes(value)) for name, value in headers],
                content=request.body or None,
                extensions={"tls": request.tls},
            )
        except (ValueError, httpx.InvalidURL) as malformed:
            raise self.wire.fail(3, f"Malformed URL: {malformed}") from None

    def _answer(self, message: httpx.Request) -> Response:
        body = bytearray()
        answer = self.client.send(message, stream=True)
        try:
            for chunk in answer.iter_raw():
                body += chunk
                if len(body) > self.max_body:
                    raise self._too_large()
        finally:
            answer.close()
        return Response(
            status=answer.status_code,
            headers=tuple((name.decode(), values.bytes_text(line)) for name, line in answer.extensions["headers"]),
            body=bytes(body),
            reason=answer.reason_phrase,
            http_version=answer.http_version,
        )

    def _too_large(self) -> TransportFailure:
        return self.wire.fail(63, f"Maximum size of an answer exceeded: {self.max_body:,} bytes")
