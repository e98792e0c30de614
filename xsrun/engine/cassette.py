"""Cassettes: what was sent and answered, a JSON line an exchange, to be played again without the network.

No secret is in them: ``⟦name⟧`` stands for one, and is put in again from the variables of the run that plays it.
"""

from __future__ import annotations

import base64
import difflib
import json
import os
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

from xsrun.diagnostics import LimitFault
from xsrun.effects.ports import Headers, Http, Request, Response, TransportFailure
from xsrun.engine.vault import OPEN, Vault
from xsrun.runtime.secrets import CREDENTIALS, MASK, Masker

_BOUNDARY: Final = re.compile(r'boundary="?([^";\s]+)')


class BadCassette(Exception):
    """The file is no cassette."""


class NotRecorded(LimitFault):
    """A request that the cassette does not hold."""

    sent = False

    def __init__(self, request: str, nearest: str) -> None:
        super().__init__(
            "not-recorded",
            f"the cassette holds no further {request}{nearest and ', the nearest one differs:'}\n{nearest}".rstrip(),
            help="record it anew with --record FILE",
        )


class RecordingCassette:
    """Sends through another port, and writes every exchange down when it is over.

    Raises OSError when the file cannot be written. What stood in it is gone. An exchange that cannot be written any
    more is one to ``warn`` of: what was sent was sent.
    """

    def __init__(self, inner: Http, path: str | os.PathLike[str], vault: Vault, warn: Callable[[str], None]) -> None:
        self._inner = inner
        self._warn = warn
        self._path = path
        self._vault = vault
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        """The answer of the other port. Raises TransportFailure."""
        try:
            response = self._inner.send(request)
        except TransportFailure as failure:
            told = {"code": failure.code, "message": failure.message, "sent": failure.sent}
            self._write({"request": _request_json(request, self._vault), "failure": told})
            raise
        self._write({"request": _request_json(request, self._vault), "response": _response_json(response, self._vault)})
        return response

    def _write(self, exchange: dict[str, Any]) -> None:
        with self._lock:
            try:
                with open(self._path, "a", encoding="utf-8", errors="backslashreplace") as stream:
                    stream.write(json.dumps(exchange, ensure_ascii=False) + "\n")
            except OSError as error:
                self._warn(f"{self._path} does not tell of {exchange['request']['url']}: {error.strerror}")


class PlayingCassette:
    """Answers from a cassette: each exchange once, in its order among equal requests."""

    def __init__(self, exchanges: Iterable[dict[str, Any]], vault: Vault) -> None:
        self._left = list(exchanges)
        self._vault = vault
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        """The recorded answer. Raises TransportFailure where one was recorded, and NotRecorded."""
        wanted = _shown(_request_json(request, self._vault))
        with self._lock:
            at = next((at for at, each in enumerate(self._left) if _shown(each["request"]) == wanted), None)
            if at is None:
                raise NotRecorded(f"{request.method} {request.url}", self._nearest(wanted))
            exchange = self._left.pop(at)
        if "failure" in exchange:
            failure = exchange["failure"]
            raise TransportFailure(failure["code"], failure["message"], sent=failure["sent"])
        return response_of(exchange["response"], self._vault)

    def _nearest(self, wanted: str) -> str:
        """The difference to the recorded request that is most like it."""
        left = [_shown(each["request"]) for each in self._left]
        near = max(left, key=lambda each: difflib.SequenceMatcher(None, wanted, each).ratio(), default=None)
        if near is None:
            return ""
        return "\n".join(
            difflib.unified_diff(near.splitlines(), wanted.splitlines(), "recorded", "wanted", lineterm="")
        )


def read_cassette(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """The exchanges of a file. Raises BadCassette."""
    exchanges = []
    try:
        with open(path, encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    exchanges.append(_exchange(line, f"{path}:{number}"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadCassette(f"{path} cannot be read: {getattr(error, 'strerror', error)}") from None
    return exchanges


def _exchange(line: str, place: str) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads(line)
        if _is_playable(read):
            return read
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise BadCassette(f'{place} is no exchange: {{"request": {{…}}, "response": {{…}}}}')


def _is_playable(read: dict[str, Any]) -> bool:
    """Whether an exchange can be found and given back. Raises what that raises for one of another form."""
    _shown(read["request"])
    request = read["request"]
    fits = isinstance(request["method"], str) and isinstance(request["url"], str)
    if "failure" in read:
        failure = read["failure"]
        return fits and isinstance(failure["code"], int) and isinstance(failure["message"], str) and "sent" in failure
    response_of(read["response"], Vault({}, Masker(())))
    return fits and isinstance(read["response"]["status"], int)


def _shown(request: dict[str, Any]) -> str:
    """What makes a request the same: method, address and body."""
    body = request.get("body", "")
    return f"{request['method']} {request['url']}\n{body if isinstance(body, str) else json.dumps(body)}"


def _request_json(request: Request, vault: Vault) -> dict[str, Any]:
    boundary = _BOUNDARY.search(request.header("content-type"))
    body = request.body.replace(boundary[1].encode(), b"boundary") if boundary else request.body
    return {
        "method": request.method,
        "url": vault.seal(request.url),
        "headers": _headers_json(request.headers, vault),
        "body": _body_json(body, vault),
    }


def _response_json(response: Response, vault: Vault) -> dict[str, Any]:
    return {
        "status": response.status,
        "headers": _headers_json(response.headers, vault),
        "body": _body_json(response.body, vault),
    }


def _headers_json(headers: Headers, vault: Vault) -> dict[str, Any]:
    """Header values by name; a list where a name stands more than once. Credentials of unknown origin are hidden."""
    found: dict[str, Any] = {}
    for name, value in headers:
        sealed = vault.seal(value)
        shown = MASK if name.lower() in CREDENTIALS and OPEN not in sealed else sealed
        before = found.get(name)
        found[name] = shown if before is None else [*(before if isinstance(before, list) else [before]), shown]
    return found


def _body_json(body: bytes, vault: Vault) -> Any:
    try:
        return vault.seal(body.decode())
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def response_of(kept: dict[str, Any], vault: Vault) -> Response:
    """The response that a cassette tells of."""
    headers = tuple(
        (name, vault.open(str(each)))
        for name, value in (kept.get("headers") or {}).items()
        for each in (value if isinstance(value, list) else [value])
    )
    body = kept.get("body", "")
    if isinstance(body, dict) and "base64" in body:
        return Response(kept["status"], headers, base64.b64decode(body["base64"]))
    return Response(kept["status"], headers, vault.open(body if isinstance(body, str) else json.dumps(body)).encode())
