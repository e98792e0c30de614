"""Services as the platform tells of them: each has one session here, which runs as long as its server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from xsrun.engine.rows import RunRow, RunState
from xsrun.program import SERVICE, Endpoint
from xsrun.server.runapi.executing import Api
from xsrun.server.runapi.offers import Offer
from xsrun.server.runapi.shapes import Told, detail_shape, joined, result_shape
from xsrun.server.runapi.wrong import Wrong
from xsrun.server.service import Listed
from xsrun.types.fields import ABSENT, Field

NOT_APART: Final = "a service begins and ends with the server, and changes with its folder"


def service_result(api: Api, offer: Offer, base: str) -> dict[str, Any]:
    """What executing a service gives: where its queries are, below the address of the server."""
    if offer.is_document:
        raise Wrong("badrequest", "a document that is a service is not run here; put it in a folder: xsrun serve PATH")
    shown = result_shape(_told(api, offer))
    listed = [each for each in api.served.now.listed() if each.service.name == offer.project]
    shown["service"] = {"id": offer.id, "run": {"id": offer.id}}
    shown["result"] |= {
        "endpoints": [endpoint_shape(each, base) for each in listed],
        "metadata_api": {"url": f"{base}/{offer.project}/openapi.json"},
    }
    return shown


def service_session(api: Api, id: str) -> dict[str, Any] | None:
    """The session of a service with an id, None for any other."""
    offer = next((each for each in api.offers if each.plan.kind == SERVICE and each.id == id), None)
    if offer is None:
        return None
    return detail_shape(_told(api, offer))


def _told(api: Api, offer: Offer) -> Told:
    """A service as if it were kept."""
    texts = {source.name: source.text for source in offer.compiled.program.sources}
    row = RunRow(
        id=offer.id,
        job=offer.plan.name,
        path=offer.path,
        options={},
        input={},
        source="",
        seed=None,
        state=RunState.RUNNING,
        exit=None,
        pid=0,
        attempts=1,
        started_at=api.began,
    )
    return Told(row, joined(texts), "service")


def endpoint_shape(listed: Listed, base: str) -> dict[str, Any]:
    """A query with its address below ``base``, and what it takes."""
    endpoint = listed.endpoint
    fields = listed.service.loaded.program.routines[endpoint.number].fields
    inputs = list(_inputs(endpoint, fields))
    return {"verb": endpoint.verb, "url": f"{base}{listed.address}", "input": inputs}


def _inputs(endpoint: Endpoint, fields: Iterable[Field]) -> Iterable[Mapping[str, Any]]:
    for each in fields:
        in_path = f"{{{each.name}}}" in endpoint.path.split("/")
        source = "path" if in_path else "query" if endpoint.verb in ("GET", "DELETE") else "body"
        yield {
            "name": each.name,
            "type": f"{each.type}{'[]' if each.is_list else ''}",
            "source": source,
            "required": in_path or not each.may_be_omitted,
            "nullable": each.nullable,
            "default": None if each.told_default is ABSENT else each.told_default,
        }
