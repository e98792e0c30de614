"""A simulator of Slack: incoming webhooks, and the methods of the Web API that send and find messages.

A webhook answers in plain text, with a status that says how it went. A method answers 200 whatever happens; ``ok`` and
``error`` say how it went, only too many requests are a 429.
"""

from __future__ import annotations

from typing import Final

from xsrun.effects.ports import Request, Response
from xsrun.providers import slack
from xsrun.simulators.routing import Call, Route, empty, find, reply
from xsrun.simulators.slack import webhooks
from xsrun.simulators.slack.calling import call_method
from xsrun.simulators.slack.methods import METHODS
from xsrun.simulators.slack.webhooks import say_text
from xsrun.simulators.slack.workspace import Workspace


class Slack(Workspace):
    """One workspace in memory."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        found = find(ROUTES, request)
        return found[0].handler(self, found[1]) if found else empty(404)

    def forced(self, status: int, request: Request) -> Response:
        """A failing answer on demand."""
        headers = (("Retry-After", "1"),) if status == 429 else ()
        if find(webhooks.ROUTES, request):
            return say_text(status, "rate_limited" if status == 429 else "server_error", headers)
        error = {429: "ratelimited", 503: "service_unavailable"}.get(status, "internal_error")
        return reply(status, {"ok": False, "error": error}, headers)


def _call(workspace: Workspace, call: Call) -> Response:
    return call_method(workspace, call, METHODS)


ROUTES: Final = (
    *webhooks.ROUTES,
    Route(slack.POST_MESSAGE, _call),
    Route(slack.CALL_METHOD, _call),
    Route(slack.READ_METHOD, _call),
)
