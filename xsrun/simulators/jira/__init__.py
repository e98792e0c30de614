"""A simulator of Jira Cloud: issues over the platform REST API, versions 3 and 2, of one site."""

from __future__ import annotations

from base64 import b64decode
from typing import Final

from xsrun.effects.ports import Request, Response
from xsrun.simulators.jira import issues, search
from xsrun.simulators.jira.site import Site, no, unauthorized
from xsrun.simulators.routing import REASONS, empty, find, reply, settle
from xsrun.simulators.seeding import Record

ROUTES: Final = (*issues.ROUTES, *search.ROUTES)


class Jira(Site):
    """One site in memory."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        user = self._user(request)
        if user is None:
            return unauthorized()
        budget = self.limits.take(user["id"], self.clock.now())
        if not budget.allowed:
            return _slower(budget.wait)
        found = find(ROUTES, request)
        if found is None:
            return empty(404)
        route, call = found
        return settle(route, self, call._replace(caller=user))

    def _user(self, request: Request) -> Record | None:
        scheme, _, sent = request.header("Authorization").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            email, _, token = b64decode(sent.strip(), validate=True).decode().partition(":")
        except ValueError:
            return None
        user = self.find("users", email, "email")
        return user if user and user["token"] == token else None

    def forced(self, status: int, request: Request) -> Response:
        """A failing answer on demand."""
        if status == 401:
            return unauthorized()
        if status == 429:
            return _slower(1)
        if status >= 500:
            return Response(status, (("Content-Type", "text/html"),), REASONS.get(status, "Error").encode())
        return no(status, REASONS.get(status, "Something went wrong")).response


def _slower(wait: int) -> Response:
    headers = (
        ("Retry-After", str(wait)),
        ("X-RateLimit-Remaining", "0"),
        ("RateLimit-Reason", "jira-quota-tenant-based"),
    )
    return reply(429, {"errorMessages": ["Rate limit exceeded."], "errors": {}}, headers)
