"""Which request follows a redirect."""

from __future__ import annotations

from typing import Final

from xsrun.effects.ports import Request, Response
from xsrun.exchange import urls

STATUSES: Final = (301, 302, 303, 307, 308)
KEEPING: Final = (307, 308)
BODYLESS: Final = ("GET", "HEAD", "OPTIONS")
OF_BODY: Final = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding"})
OF_ORIGIN: Final = frozenset({"authorization", "cookie", "host"})


def following(request: Request, response: Response) -> Request | None:
    """The next request, or None when the answer is no redirect.

    Raises ValueError when it points to something that is no http or https address.
    """
    location = response.header("location")
    if response.status not in STATUSES or not location:
        return None
    url = urls.joined(request.url, location)
    dropped: frozenset[str] = frozenset()
    if urls.origin(url) != urls.origin(request.url):
        dropped = OF_ORIGIN
    method, body = request.method, request.body
    if response.status not in KEEPING and method not in BODYLESS:
        method, body, dropped = "GET", b"", dropped | OF_BODY
    headers = tuple(header for header in request.headers if header[0].lower() not in dropped)
    return request._replace(method=method, url=url, headers=headers, body=body)
