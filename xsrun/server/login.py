"""A browser's way in: a form for the token, and a cookie that is made of it and can open nothing but the page."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from xsrun.markup import document, element
from xsrun.server.look import HEADERS, LOOK
from xsrun.server.reading import TooLarge, body_of

PAGE: Final = "/_xsrun"
LOGIN: Final = f"{PAGE}/login"
LOGOUT: Final = f"{PAGE}/logout"
LASTS: Final = 12 * 3600
"""Seconds after which somebody has to log in again."""
WRITTEN: Final = re.compile(r"([0-9]{1,12})\.([0-9a-f]{16})\.[0-9a-f]{64}")
"""A cookie: until when it counts, whose it is, and what only somebody with the token can have made of those."""
LARGEST: Final = 10_000
"""Bytes of a form that is read."""


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell how far they are."""
    digests = (hashlib.sha256(each.encode("utf-8", "surrogateescape")).digest() for each in (one, other))
    return hmac.compare_digest(*digests)


def form(said: str = "") -> Response:
    """The form, for somebody who has to log in."""
    headers = {**HEADERS, "WWW-Authenticate": "Bearer"}
    token = element(
        "input", type="password", name="token", autocomplete="current-password", autofocus=True, required=True
    )
    question = element("label", "Token of this server", token)
    asked = element("form", question, element("button", "Log in", class_="do"), method="post", action=LOGIN)
    page = element("main", element("h1", "xsrun"), asked, element("p", said, role="alert"))
    return HTMLResponse(document("xsrun", LOOK, page), 401, headers)


class LoggedOut:
    """Cookies that count no more, though their time is not over. Forgotten with the server."""

    def __init__(self) -> None:
        self._until: dict[str, int] = {}

    def add(self, cookie: str, until: int) -> None:
        """Let a cookie count no more, which would have done so until then."""
        now = time.time()
        self._until = {each: end for each, end in self._until.items() if end > now}
        self._until[cookie] = until

    def __contains__(self, cookie: str) -> bool:
        return cookie in self._until


def logged_in(request: Request, token: str, logged_out: LoggedOut) -> bool:
    """Whether a request has a cookie of somebody who logged in, not too long ago, and not out again."""
    written = _written(request)
    if written is None or written[0] in logged_out:
        return False
    return int(written[1]) > time.time() and same(written[0], _cookie(token, int(written[1]), written[2]))


async def log_in(request: Request, token: str) -> Response:
    """The answer to a form: a cookie and the way to the page, or the form again."""
    try:
        given = parse_qs((await body_of(request, LARGEST)).decode("latin-1")).get("token", [""])[-1]
    except TooLarge:
        given = ""
    if not same(given.strip(), token):
        return form("This is not the token.")
    response = _to(PAGE)
    secure = request.url.scheme == "https"
    cookie = _cookie(token, int(time.time()) + LASTS, secrets.token_hex(8))
    response.set_cookie(
        cookie_of(request), cookie, max_age=LASTS, path=PAGE, secure=secure, httponly=True, samesite="strict"
    )
    return response


def log_out(request: Request, logged_out: LoggedOut) -> Response:
    """The answer to somebody who is done: the form, and a cookie that counts no more, whoever has a copy."""
    if written := _written(request):
        logged_out.add(written[0], int(written[1]))
    response = _to(PAGE)
    response.delete_cookie(cookie_of(request), PAGE)
    return response


def _written(request: Request) -> re.Match[str] | None:
    """The cookie of a request, None where it is none of ours."""
    return WRITTEN.fullmatch(request.cookies.get(cookie_of(request), ""))


def _to(path: str) -> Response:
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})


def cookie_of(request: Request) -> str:
    """The name of the cookie. It tells servers on one machine apart, which browsers do not do by port."""
    server = request.scope.get("server") or ("", 0)
    return f"xsrun-{server[1]}"


def _cookie(token: str, until: int, own: str) -> str:
    signed = hmac.new(token.encode(), f"xsrun page {until} {own}".encode(), hashlib.sha256)
    return f"{until}.{own}.{signed.hexdigest()}"
