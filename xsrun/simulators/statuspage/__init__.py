"""A simulator of Statuspage: incidents and components of one page."""

from __future__ import annotations

from xsrun.effects.ports import Request, Response
from xsrun.simulators.routing import REASONS, find, reply, settle
from xsrun.simulators.statuspage.incidents import ROUTES
from xsrun.simulators.statuspage.page import Page, no

__all__ = ["ROUTES", "Statuspage"]


class Statuspage(Page):
    """One account in memory."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        found = find(ROUTES, request)
        sent = self._sent(request, found[1].one("api_key") if found else "")
        if self.find("keys", sent) is None:
            raise no(401, "Could not authenticate")
        budget = self.limits.take(sent, self.clock.now())
        if not budget.allowed:
            return _slower(budget.wait)
        if found is None:
            raise no(404, "Not found")
        route, call = found
        return settle(route, self, call)

    def _sent(self, request: Request, in_query: str) -> str:
        scheme, _, sent = request.header("Authorization").partition(" ")
        return sent.strip() if scheme == "OAuth" else in_query

    def forced(self, status: int, request: Request) -> Response:
        """A failing answer on demand."""
        return _slower(1) if status == 429 else no(status, REASONS.get(status, "Something went wrong")).response


def _slower(wait: int) -> Response:
    return reply(429, {"error": "Rate limit exceeded"}, (("Retry-After", str(wait)),))
