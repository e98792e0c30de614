"""What all pages have around them."""

from __future__ import annotations

from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse

from xsrun.markup import Content, Html, document, element
from xsrun.server.login import LOGOUT, PAGE, cookie_of
from xsrun.server.look import HEADERS, LOOK
from xsrun.server.page.desk import Said

HOME: Final = PAGE
JOBS: Final = f"{HOME}/jobs"
SECONDS: Final = 2
"""Until a page that shows something under way is asked for again."""


class Live(NamedTuple):
    """Whether a page is asked for again by itself."""

    on: bool
    other: str
    """Where it is the other way round."""


def shown(
    request: Request,
    title: str,
    *content: Content,
    said: Said | None = None,
    live: Live | None = None,
    status: int = 200,
) -> HTMLResponse:
    """A page of the server."""
    home = element("a", "xsrun", href=HOME, class_="brand")
    inside = cookie_of(request) in request.cookies
    text = document(
        f"{title} · xsrun",
        LOOK,
        element(
            "header",
            element("nav", home, element("a", "Runs", href=HOME), element("a", "Jobs", href=JOBS)),
            live and _switch(live),
            element("form", element("button", "Log out"), method="post", action=LOGOUT) if inside else None,
        ),
        element("main", said and _told(said), content),
        head=element("meta", http_equiv="refresh", content=SECONDS) if live and live.on else None,
    )
    return HTMLResponse(text, status, HEADERS)


def _switch(live: Live) -> Html:
    text = f"shown anew every {SECONDS} s: stop" if live.on else "keep showing what is new"
    return element("a", text, href=live.other, class_="live")


def _told(said: Said) -> Html:
    return element("p", said.text, role="status", class_="said" if said.well else "said badly")
