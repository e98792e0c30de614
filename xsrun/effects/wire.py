"""The sockets under the HTTP client: every wait ends in time, and every failure gets its number where it happens."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpcore

from xsrun.effects.addresses import ANYWHERE, Reach
from xsrun.effects.ports import TransportFailure

Resolve = Callable[..., Iterable[Any]]
"""Finds the addresses of a host, as ``socket.getaddrinfo`` does."""
SLICE: Final = 64 * 1024
PAUSE: Final = 0.25
"""Seconds of silence after which whoever waits is asked whether he still does."""
NAME_MISMATCH: Final = (62, 64)
"""OpenSSL's numbers for a certificate that is valid but made out to another host name or address."""


class Wire(httpcore.NetworkBackend):
    """Opens the connections of one thread and keeps the account of the exchange under way.

    ``connect_timeout`` is the longest wait for one connection to be made, ``read_timeout`` the longest
    silence while an answer is awaited, both in seconds and both within the time of the whole exchange.
    ``reach`` says which addresses may be connected to; the address that is looked at is the one that is taken.
    """

    def __init__(
        self,
        connect_timeout: float,
        read_timeout: float,
        reach: Reach = ANYWHERE,
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:
        self._reach = reach
        self._resolve = resolve
        self.connect_timeout = connect_timeout
        self.read_timeout = read_timeout
        self.sent = False
        self.received = 0
        self.tunnelled = False
        self._sending: Callable[[], None] | None = None
        self._waiting: Callable[[], None] | None = None
        self._sockets = httpcore.SyncBackend()
        self._timeout = 0.0
        self._deadline = 0.0

    def begin(
        self, timeout: float, sending: Callable[[], None] | None = None, waiting: Callable[[], None] | None = None
    ) -> None:
        """Start the account of an exchange that may take so many seconds.

        ``sending`` comes before its first byte, ``waiting`` now and then while its answer is waited for.
        """
        self._sending = sending
        self._waiting = waiting
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self.sent = False

    def hop(self, *, secure: bool) -> None:
        """Start the account of one request of the exchange; ``secure`` when it travels inside TLS."""
        self.received = 0
        self.tunnelled = secure

    def fail(self, code: int, message: str) -> TransportFailure:
        """The failure of this exchange, as far as it got."""
        return TransportFailure(code, message, sent=self.sent)

    def leave(self) -> None:
        """Note that a byte of the exchange is about to leave the process."""
        if not self.sent:
            if self._sending is not None:
                self._sending()
            self.sent = True

    def timed_out(self) -> TransportFailure:
        """The failure of an exchange that took too long."""
        return self.fail(28, f"Operation timed out after {self._timeout * 1000:.0f} milliseconds")

    def left(self, limit: float) -> float:
        """Seconds that a single wait may take. Raises TransportFailure when the time is used up."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise self.timed_out()
        return min(seconds, limit)

    def received_by(self, receive: Callable[[float], bytes]) -> bytes:
        """What comes next of an answer; ``receive`` waits so many seconds for it."""
        silence = self.left(self.read_timeout)
        while self._waiting is not None and silence > PAUSE:
            self._waiting()
            try:
                return receive(PAUSE)
            except httpcore.ReadTimeout:
                silence -= PAUSE
        return receive(silence)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers; each gets its share of the time."""
        addresses = self._addresses(host, port)
        self._reach.check(host, addresses)
        until = time.monotonic() + self.left(self.connect_timeout)
        failure = self.fail(7, f"Could not connect to {host}:{port}")
        for position, address in enumerate(addresses):
            share = max(until - time.monotonic(), 0.001) / (len(addresses) - position)
            try:
                return _Stream(self, self._sockets.connect_tcp(address, port, share))
            except httpcore.ConnectTimeout:
                failure = self.fail(28, f"Connection to {host}:{port} timed out")
            except httpcore.ConnectError as refused:
                failure = self.fail(7, f"Could not connect to {host}:{port}: {reason(refused)}")
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = self._resolve(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError):
            raise self.fail(6, f"Could not resolve host: {host}") from None
        return [str(address[0]) for *_, address in found]


class _Stream(httpcore.NetworkStream):
    """One connection, with the clock and the account of its wire."""

    def __init__(self, wire: Wire, inner: httpcore.NetworkStream, *, secure: bool = False) -> None:
        self._wire = wire
        self._inner = inner
        self._secure = secure

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        wire = self._wire
        try:
            data = wire.received_by(lambda seconds: self._inner.read(max_bytes, seconds))
        except httpcore.ReadTimeout:
            raise wire.timed_out() from None
        except httpcore.ReadError as broken:
            raise wire.fail(56, f"Failure when receiving data: {reason(broken)}") from None
        wire.received += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        wire = self._wire
        # What goes out in the clear ahead of TLS only asks a proxy for the tunnel.
        if self._secure or not wire.tunnelled:
            wire.leave()
        try:
            for start in range(0, len(buffer), SLICE):
                self._inner.write(buffer[start : start + SLICE], wire.left(wire.read_timeout))
        except httpcore.WriteTimeout:
            raise wire.timed_out() from None

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wire = self._wire
        try:
            inner = self._inner.start_tls(ssl_context, server_hostname, wire.left(wire.connect_timeout))
        except httpcore.ConnectTimeout:
            raise wire.timed_out() from None
        except (httpcore.ConnectError, ValueError) as refused:
            raise wire.fail(_tls_code(refused), f"TLS handshake failed: {reason(refused)}") from None
        return _Stream(wire, inner, secure=True)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def reason(failure: Exception) -> str:
    """What the system said about a failed network call."""
    cause = failure.args[0] if failure.args else failure
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(cause) or type(cause).__name__


def _tls_code(refused: Exception) -> int:
    cause = refused.args[0] if refused.args else None
    if not isinstance(cause, ssl.SSLCertVerificationError):
        return 35
    return 51 if cause.verify_code in NAME_MISMATCH else 60
