"""Forms that come from our own pages, and what is said after them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from xsrun.markup import Content, Html, element
from xsrun.server.page.desk import Said
from xsrun.server.reading import FORM

LARGEST: Final = 1_000_000
"""Bytes of a form."""
KEPT: Final = 100
"""Sentences that wait for somebody to read them."""
TOKEN: Final = "token"
SEEN: Final = "seen"
"""Field with how that stood which the form is about."""


class Unwelcome(Exception):
    """A form that does not come from a page of this process, or is too large."""


class Forms:
    """Makes forms and knows them again. Only who could read our page has the token in it."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._said: dict[str, Said] = {}
        self._lock = threading.Lock()

    def form(self, path: str, seen: str, *content: Content) -> Html:
        """A form that is posted to a path; ``seen`` is how that stands which it is about."""
        hidden = [
            element("input", type="hidden", name=name, value=value)
            for name, value in ((SEEN, seen), (TOKEN, self._token(path, seen)))
        ]
        return element("form", hidden, content, method="post", action=path)

    async def read(self, request: Request, path: str) -> dict[str, str]:
        """The fields of a form that was posted to a path. Raises Unwelcome."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise Unwelcome("this is not a form of this page")
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST:
                raise Unwelcome("the form is too large")
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        expected = self._token(path, fields.get(SEEN, ""))
        if not hmac.compare_digest(expected.encode(), fields.get(TOKEN, "").encode()):
            raise Unwelcome("the form was made before the server began, or by somebody else")
        return fields

    def _token(self, path: str, seen: str) -> str:
        return hmac.new(self._key, f"{path}\n{seen}".encode(), hashlib.sha256).hexdigest()

    def keep(self, said: Said) -> str:
        """A name by which something is said once, on the page that comes next."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._said[name] = said
            while len(self._said) > KEPT:
                del self._said[next(iter(self._said))]
        return name

    def said(self, query: Mapping[str, str]) -> Said | None:
        """What is to be said on a page."""
        with self._lock:
            return self._said.pop(query.get("said", ""), None)
