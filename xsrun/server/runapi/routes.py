"""The addresses of the Run API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xsrun.engine.folder import Broken
from xsrun.engine.orders import Refused
from xsrun.program import JOB, SERVICE
from xsrun.server.guard import STRANGER
from xsrun.server.hosts import BASE
from xsrun.server.runapi import sessions, settings
from xsrun.server.runapi.docinfo import info_of_text
from xsrun.server.runapi.executing import Api, execute, meant, with_id
from xsrun.server.runapi.offers import Offer
from xsrun.server.runapi.reading import Asked, asked_of, form_of, id_of, object_of, page_of
from xsrun.server.runapi.serving import NOT_APART, service_result, service_session
from xsrun.server.runapi.shapes import oldest_shape, project_shape
from xsrun.server.runapi.sink import sink
from xsrun.server.runapi.wrong import Wrong, answer, refused, told
from xsrun.server.threads import Threads

ROOT: Final = "/api:run"
OLDEST: Final = "/api:meta/beta/project/{project}/run"
PROJECT: Final = f"{ROOT}/project/{{project}}"
SESSION: Final = f"{ROOT}/session/{{session}}"
MOST_AT_ONCE: Final = 256
"""Requests that are answered at the same time; further ones wait. Queries of services have threads of their own."""

T = TypeVar("T")


class _Asking(NamedTuple):
    """A request, and what it is answered from."""

    request: Request
    api: Api
    threads: Threads

    @property
    def path(self) -> Mapping[str, str]:
        """What stands in the address."""
        return self.request.path_params

    async def body(self) -> dict[str, Any]:
        """The object in the body."""
        return await object_of(self.request, self.api.largest)

    async def work(self, do: Callable[..., T], *given: Any) -> T:
        """What some work comes to, done in a thread."""
        return await self.threads.run(do, self.api, *given)


_Handler = Callable[[_Asking], Awaitable[Any]]


async def _execute(asking: _Asking) -> Any:
    asked, id = await asked_of(asking.request, asking.api.largest), id_of(asking.request)
    if "job" in asking.path:
        asked = asked._replace(job=asking.path["job"], doc=None)
    return await asking.work(lambda api: _executed(asking, meant(api, asked), asked, id))


async def _execute_run(asking: _Asking) -> Any:
    asked, id = await asked_of(asking.request, asking.api.largest), id_of(asking.request)
    return await asking.work(lambda api: _executed(asking, with_id(api, asking.path["run"]), asked, id))


def _execute_form(kind: str) -> _Handler:
    """For the oldest clients, which say in the address whether their document is a job or a service."""

    async def handler(asking: _Asking) -> Any:
        asked, id = await form_of(asking.request, asking.api.largest), id_of(asking.request)

        def work(api: Api) -> dict[str, Any]:
            offer = meant(api, asked)
            if kind == SERVICE and offer.plan.kind == JOB:
                raise Wrong("badrequest", "the document is a job: send it to …/run/job")
            return oldest_shape(_executed(asking, offer, asked, id))

        return await asking.work(work)

    return handler


def _executed(asking: _Asking, offer: Offer, asked: Asked, id: str) -> dict[str, Any]:
    if offer.plan.kind == SERVICE:
        return service_result(asking.api, offer, asking.request.scope[BASE])
    return execute(asking.api, offer, asked, id)


async def _execute_session(asking: _Asking) -> Any:
    await asking.work(_session, asking.path["session"])
    raise Wrong("badrequest", f"no session can be given another document: {NOT_APART}, and one of a job is a job's")


def _session(api: Api, id: str) -> dict[str, Any]:
    return service_session(api, id) or sessions.session(api, id)


async def _info(asking: _Asking) -> Any:
    doc = (await asked_of(asking.request, asking.api.largest)).doc
    if doc is None:
        raise Wrong("inputerror", "`doc` is missing: the text of a document")
    return await asking.threads.run(lambda: info_of_text(doc))


async def _list_runs(asking: _Asking) -> Any:
    return await asking.work(sessions.runs, page_of(asking.request))


async def _list_sessions(asking: _Asking) -> Any:
    return await asking.work(sessions.sessions, page_of(asking.request), asking.path.get("run"))


async def _read_session(asking: _Asking) -> Any:
    if asking.request.scope.get(STRANGER):
        await asking.work(sessions.for_strangers, asking.path["session"])
    return await asking.work(_session, asking.path["session"])


def _of_job(do: Callable[[Api, str], Any]) -> _Handler:
    def answering(api: Api, id: str) -> Any:
        if service_session(api, id):
            raise Wrong("badrequest", NOT_APART)
        return do(api, id)

    async def handler(asking: _Asking) -> Any:
        if asking.request.scope.get(STRANGER):  # a sink has rows of other sessions too, whoever may read this one
            raise sessions.no_token()
        return await asking.work(answering, asking.path["session"])

    return handler


async def _note(asking: _Asking) -> Any:
    return await asking.work(sessions.note, asking.path["session"], await asking.body())


async def _list_projects(_asking: _Asking) -> Any:
    return [project_shape()]


async def _change_project(asking: _Asking) -> Any:
    return settings.project(await asking.body())


async def _forget_project(_asking: _Asking) -> Any:
    return {}


async def _list_variables(asking: _Asking) -> Any:
    return settings.names(asking.api)


async def _variable(asking: _Asking) -> Any:
    return settings.value(asking.api, asking.request.query_params.get("name"))


async def _set_variable(asking: _Asking) -> Any:
    return settings.change(asking.api, await asking.body())


async def _unset_variable(asking: _Asking) -> Any:
    return settings.unset(asking.api, await asking.body())


async def _list_secrets(_asking: _Asking) -> Any:
    return {"secrets": []}


ADDRESSES: Final[tuple[tuple[str, str, _Handler], ...]] = (
    ("POST", f"{PROJECT}/run/exec", _execute),
    ("POST", f"{PROJECT}/run/{{run}}/exec", _execute_run),
    ("POST", f"{PROJECT}/doc/info", _info),
    ("GET", f"{PROJECT}/run", _list_runs),
    ("GET", f"{PROJECT}/run/session", _list_sessions),
    ("GET", f"{PROJECT}/run/{{run}}/session", _list_sessions),
    ("POST", f"{PROJECT}/run/session/{{session}}/stop", _of_job(sessions.stop)),
    ("POST", f"{PROJECT}/run/session/{{session}}/start", _of_job(sessions.start)),
    ("DELETE", f"{PROJECT}/run/session/{{session}}", _of_job(sessions.forget)),
    ("POST", f"{PROJECT}/run/{{run}}/session/{{session}}/stop", _of_job(sessions.stop)),
    ("GET", SESSION, _read_session),
    ("PATCH", SESSION, _note),
    ("POST", f"{SESSION}/access", _note),
    ("POST", f"{SESSION}/exec", _execute_session),
    ("GET", f"{SESSION}/sink", _of_job(sink)),
    ("GET", f"{ROOT}/project", _list_projects),
    ("POST", f"{ROOT}/project", _change_project),
    ("PATCH", PROJECT, _change_project),
    ("DELETE", PROJECT, _forget_project),
    ("GET", f"{PROJECT}/env/key", _list_variables),
    ("GET", f"{PROJECT}/env", _variable),
    ("PATCH", f"{PROJECT}/env", _set_variable),
    ("DELETE", f"{PROJECT}/env", _unset_variable),
    ("GET", f"{PROJECT}/secret/key", _list_secrets),
    ("POST", f"{ROOT}/run", _execute),
    ("POST", f"{ROOT}/v1/run", _execute),
    ("POST", f"{ROOT}/v1/job/run", _execute),
    ("POST", f"{ROOT}/{{job}}", _execute),
    ("POST", f"{OLDEST}/job", _execute_form(JOB)),
    ("POST", f"{OLDEST}/service", _execute_form(SERVICE)),
)
"""Methods, addresses and what answers there. Any project is the one that there is."""


def routes(api: Api) -> list[Route]:
    """The Run API as routes of Starlette."""
    threads = Threads(MOST_AT_ONCE)
    return [Route(path, _endpoint(handler, api, threads), methods=[method]) for method, path, handler in ADDRESSES]


def _endpoint(handler: _Handler, api: Api, threads: Threads) -> Callable[[Request], Awaitable[Response]]:
    """A handler whose value is the answer in JSON, and whose refusals are answers too."""

    async def endpoint(request: Request) -> Response:
        try:
            return answer(await handler(_Asking(request, api, threads)))
        except Wrong as wrong:
            return told(wrong)
        except Refused as refusal:
            return told(refused(refusal.failure))
        except Broken as broken:
            return told(Wrong("standard", f"the journal cannot be used: {broken}"))

    return endpoint
