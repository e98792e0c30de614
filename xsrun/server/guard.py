"""Who may ask a server for what: by the name it is called, the site of the page that asks, and a token.

Queries are guarded by what they say themselves, ``auth``. Everything else needs the token, where there is one, but for
health. On any host name that leads to this machine a page of another site could ask in the name of whoever looks at
it: names are checked, and so is where a request that changes something comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from xsrun.diagnostics import ERROR_KINDS, Fault
from xsrun.runtime.answering import failed
from xsrun.server.apart import by_script
from xsrun.server.hosts import BASE, address_of, base_of, is_local, name_of
from xsrun.server.login import LOGIN, LOGOUT, PAGE, LoggedOut, form, log_in, log_out, logged_in, same

OPEN: Final = ("/_xsrun/health", "/_xsrun/ready")
"""What a balancer of loads asks, which has no token."""
RUN_API: Final = "/api:run"
OLDEST_API: Final = "/api:meta"
"""Where the oldest clients of the Run API ask."""
SESSIONS: Final = f"{RUN_API}/session"
"""What everybody may ask for: the Run API knows which sessions are public."""
STRANGER: Final = "xsrun.stranger"
"""Is true in the scope of a request that came so far without the token."""
NO_TOKEN: Final = "This needs the token of the server: Authorization: Bearer TOKEN."
OF_ANOTHER_SITE: Final = "A page of another site may not ask for this"
DOCUMENT: Final = "/openapi.json"
CHANGES_NOTHING: Final = ("GET", "HEAD", "OPTIONS")
OWN_SITE: Final = ("same-origin", "none")
"""What ``Sec-Fetch-Site`` says of a page of ours, and of somebody who typed the address."""


class Rules(NamedTuple):
    """What a server asks of a request."""

    token: str | None = None
    """What opens all but queries and health; None where everybody may."""
    names: tuple[str, ...] = ()
    """The host names that a server goes by, beside addresses and ``localhost``."""
    urls: tuple[str, ...] = ()
    """The addresses of which it is known that clients use them, without a slash at the end."""
    any_name: bool = False
    """Whether it goes by every name: where it is reachable from elsewhere and nobody has named it."""


EVERYBODY: Final = Rules()
"""Rules of a server that this machine alone can reach."""


class Guard:
    """ASGI middleware that refuses what the rules do not allow."""

    def __init__(self, app: ASGIApp, rules: Rules, admitted: Callable[[Request], bool]) -> None:
        """``admitted`` says whether a query lets the page that a request comes from ask."""
        self._app = app
        self._rules = rules
        self._admitted = admitted
        self._logged_out = LoggedOut()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let the application do it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        scope[BASE] = base_of(request, self._rules.names, self._rules.urls)
        refusal = self._stranger(request) or await self._closed(request)
        await (refusal or self._app)(scope, receive, send)

    def _stranger(self, request: Request) -> Response | None:
        """The answer to a request for another server, or in the name of another site; None for any other."""
        host, rules = request.headers.get("host"), self._rules
        name = name_of(host) if host is not None else ""
        if host is not None and not (rules.any_name or name in rules.names or is_local(name) or address_of(name)):
            said = f"This server does not go by the name {name[:100]!a}; --served-as gives it names."
            return _refused("badrequest", said)
        path = _path(request)
        if (_below(path, PAGE) or _run_api(path)) and by_script(request, _below(path, PAGE)):
            return _refused("accessdenied", "A script in a page may not ask for this.")
        if request.method in CHANGES_NOTHING or _own_site(request, host or "", rules):
            return None
        if _guarded(path):
            return _refused("accessdenied", f"{OF_ANOTHER_SITE}; --served-as names its host.")
        if is_local(name) and not self._admitted(request):
            return _refused("accessdenied", f"{OF_ANOTHER_SITE}; `cors` of the api_group or --served-as lets it.")
        return None

    async def _closed(self, request: Request) -> Response | None:
        """The answer to somebody without the token, None where it needs none; and what logs in and out."""
        token, path = self._rules.token, _path(request)
        if token is None or not _guarded(path):
            return None
        if (request.method, path) == ("POST", LOGIN):
            return await log_in(request, token)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        bearer = scheme.lower() == "bearer" and same(given.strip(), token)
        inside = bearer or (_below(path, PAGE) and logged_in(request, token, self._logged_out))
        if inside:
            return log_out(request, self._logged_out) if (request.method, path) == ("POST", LOGOUT) else None
        if request.method == "GET" and _below(path, SESSIONS):
            request.scope[STRANGER] = True
            return None
        return _no_token(request)


def _guarded(path: str) -> bool:
    """Whether a token opens an address, and no rule of the project's own."""
    if path in OPEN:
        return False
    return _below(path, PAGE) or _run_api(path) or path.endswith(DOCUMENT)


def _run_api(path: str) -> bool:
    return any(_below(path, root) or path.startswith(f"{root}:") for root in (RUN_API, OLDEST_API))


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")


def _own_site(request: Request, host: str, rules: Rules) -> bool:
    """Whether a request comes from a page of this server, or from no page."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") in OWN_SITE
    try:
        asking = urlsplit(origin)
    except ValueError:
        return False
    return (bool(host) and asking.netloc.lower() == host.lower()) or asking.hostname in rules.names


def _path(request: Request) -> str:
    """The path that routes are chosen by. That of ``request.url`` may be another one: it is made with ``Host``."""
    path: str = request.scope["path"]
    return path


def _no_token(request: Request) -> Response:
    if _below(_path(request), PAGE) and "text/html" in request.headers.get("accept", ""):
        return form()
    return _refused("unauthorized", NO_TOKEN)


def _refused(kind: str, message: str) -> Response:
    answered = failed(Fault(kind, message, kind=ERROR_KINDS[kind]))
    headers = {"WWW-Authenticate": "Bearer"} if kind == "unauthorized" else {}
    return Response(answered.body, answered.status, headers, "application/json")
