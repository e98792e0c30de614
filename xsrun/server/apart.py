"""What keeps the pages of the server apart from documents that queries answer with: they share an address.

A script in such a document, perhaps out of a text that somebody sent, could read runs and start jobs in the name of
whoever looks at it. On https and on this machine browsers say where a request comes from, and keep windows apart that
want it: so ``by_script`` is enough there, and such documents may do what they like among queries. Elsewhere browsers
say nothing, and a document gets no address that a script could use.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from xsrun.server.hosts import is_trusted, name_of
from xsrun.server.mishaps import with_headers

ACTIVE: Final = re.compile("html|xml|svg", re.IGNORECASE)
"""Content types of documents that may hold scripts."""
SANDBOX: Final = (
    "sandbox allow-downloads allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-scripts"
)
"""All that a document may do but for being of this address."""


def by_script(request: Request, is_page: bool) -> bool:
    """Whether a script asks, and nobody who typed an address or, for a page, followed a link or sent a form."""
    told = [request.headers.get(f"sec-fetch-{each}") for each in ("site", "mode", "dest")]
    return told[0] not in (None, "none") and not (is_page and told[1:] == ["navigate", "document"])


def apart(request: Request, response: Response) -> Response:
    """The answer of a query with what keeps it apart."""
    found, headers = response.headers, []
    if "x-content-type-options" not in found:
        headers.append(("X-Content-Type-Options", "nosniff"))
    trusted = request.scope["scheme"] == "https" or is_trusted(name_of(request.headers.get("host", "")))
    if not trusted and ACTIVE.search(found.get("content-type", "")):
        headers.append(("Content-Security-Policy", SANDBOX))
    return with_headers(response, headers)
