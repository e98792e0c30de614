"""Whether the server is ready, and its metrics for Prometheus, as routes."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xsrun.runtime.answering import unknown
from xsrun.server.mishaps import response_of
from xsrun.telemetry.health import HEALTH, METRICS, READY, Health


def routes(health: Health) -> list[Route]:
    """The routes that tell how the server is."""

    async def told(request: Request) -> Response:
        answer = await run_in_threadpool(health.answer, request.scope["path"])
        if answer is None:
            return response_of(unknown())
        return Response(answer.body, answer.status, media_type=answer.kind)

    return [Route(path, told) for path in (HEALTH, READY, METRICS)]
