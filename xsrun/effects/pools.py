"""The connections of one thread, kept open between requests."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from ssl import SSLContext
from typing import Final

import httpcore

from xsrun.effects.ports import DEFAULT_TLS, Tls
from xsrun.effects.slim import httpx
from xsrun.effects.wire import Wire

MAX_POOLS: Final = 16
KEEP_ALIVE: Final = 3.0
"""Seconds an idle connection is kept. Widespread servers hang up after five, and a request that crosses
the hang-up has an unknown outcome."""


class Pools(httpx.BaseTransport):
    """One pool for every combination of TLS options and proxy; these two come with each request.

    A TLS context is built by ``context`` when the first https request needs it, because it costs
    more than the request; ``context`` raises ValueError when it cannot. Proxies are those of the environment, none
    when not ``proxied``.
    An answer carries its header lines in ``extensions["headers"]``.
    """

    def __init__(self, wire: Wire, context: Callable[[Tls], SSLContext], proxied: bool = True) -> None:
        self._wire = wire
        self._context = context
        self._proxies = urllib.request.getproxies() if proxied else {}
        self._pools: dict[tuple[Tls | None, str], httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its TLS options are ``extensions["tls"]``. Raises TransportFailure and httpcore's errors."""
        url = request.url
        answer = self._pool(request).handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        # httpx gets to see no header: it would keep cookies, and judge the Location of redirects nobody follows.
        return httpx.Response(
            answer.status, stream=_Body(answer), extensions={**answer.extensions, "headers": answer.headers}
        )

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def _pool(self, request: httpx.Request) -> httpcore.ConnectionPool:
        options: Tls | None = request.extensions["tls"] if request.url.scheme == "https" else None
        proxy = self._proxy(request.url)
        pool = self._pools.get((options, proxy))
        if pool is None:
            if len(self._pools) >= MAX_POOLS:
                self._pools.pop(next(iter(self._pools))).close()
            pool = self._pools[options, proxy] = httpcore.ConnectionPool(
                ssl_context=self._checked(options) if options else None,
                proxy=self._by_way_of(proxy) if proxy else None,
                keepalive_expiry=KEEP_ALIVE,
                network_backend=self._wire,
            )
        return pool

    def _checked(self, options: Tls) -> SSLContext:
        try:
            return self._context(options)
        except ValueError as unusable:
            raise self._wire.fail(58, f"Problem with the certificates: {unusable}") from None

    def _proxy(self, url: httpx.URL) -> str:
        host = url.host if ":" in url.host else url.netloc.decode()
        if not self._proxies or urllib.request.proxy_bypass(host):
            return ""
        return self._proxies.get(url.scheme) or self._proxies.get("all", "")

    def _by_way_of(self, address: str) -> httpcore.Proxy:
        try:
            proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
        except (ValueError, httpx.InvalidURL):
            raise self._wire.fail(7, "The proxy named in the environment has no usable address") from None
        if proxy.url.scheme.startswith("socks") and find_spec("socksio") is None:
            raise self._wire.fail(7, "The proxy named in the environment needs the package socksio")
        return httpcore.Proxy(
            str(proxy.url),
            auth=proxy.raw_auth,
            ssl_context=self._checked(DEFAULT_TLS) if proxy.url.scheme == "https" else None,
        )


class _Body(httpx.SyncByteStream):
    """The body of an answer, passed on as it comes."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
