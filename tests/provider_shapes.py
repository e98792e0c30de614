"""Do requests and answers fit the providers' OpenAPI documents?

The documents lie beside the checkout, in ``shared/apis/openapi``; without them there is nothing to say. Where a
document disagrees with the provider's own guides or its live service, ``EXCEPTIONS`` says so and why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from xsrun.effects.ports import Request, Response

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "apis" / "openapi"
REST, EVENTS, INCIDENT_IO = "pagerduty-rest.json", "pagerduty-events-v2.json", "incident-io.json"
NEVER_NULL = ("array", "boolean")

needs_documents = pytest.mark.skipif(not FOLDER.exists(), reason="the OpenAPI documents are not beside the checkout")


class Amendment(NamedTuple):
    """Where a document is read otherwise than it says, and why."""

    document: str
    amend: Callable[[Any], None]
    why: str


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document."""
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from _schemas(each)
    elif isinstance(node, list):
        for each in node:
            yield from _schemas(each)


def _resolved(document: Any, schema: Any) -> Any:
    while "$ref" in schema:
        target = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            target = target[int(step)] if isinstance(target, list) else target[step]
        schema = target
    return schema


def _write_references(document: Any) -> None:
    for schema in _schemas(document):
        if schema.get("readOnly") is True:
            del schema["readOnly"]


def _allow_nulls(document: Any) -> None:
    for schema in list(_schemas(document)):
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            continue
        for name, inner in properties.items():
            if name not in schema.get("required", ()) and _resolved(document, inner).get("type") not in NEVER_NULL:
                properties[name] = {"anyOf": [inner, {"enum": [None], "nullable": True}]}


def _name_acknowledgements(document: Any) -> None:
    for schema in _schemas(document):
        if schema.get("enum") == ["acknowledgement_log_entry"]:
            schema["enum"] = ["acknowledge_log_entry"]


def _spare_headers(document: Any) -> None:
    for schema in _schemas(document):
        if schema.get("in") == "header" and "schema" in schema:
            schema["required"] = False


def _take_texts(document: Any) -> None:
    for schema in _schemas(document):
        details = schema.get("properties", {}).get("details") if isinstance(schema.get("properties"), dict) else None
        if isinstance(details, dict) and details.get("type") == "object":
            schema["properties"]["details"] = {}


def _forget_any_query(document: Any) -> None:
    for schema in _schemas(document):
        schema.pop("allowEmptyValue", None)
        if isinstance(schema.get("parameters"), list):
            schema["parameters"] = [each for each in schema["parameters"] if each.get("style") != "deepObject"]


def _let_alternatives_overlap(document: Any) -> None:
    for schema in _schemas(document):
        if isinstance(schema.get("oneOf"), list):
            schema["anyOf"] = schema.pop("oneOf")


AMENDMENTS = (
    Amendment(REST, _write_references, "id and type of a reference are marked read-only, where bodies name records"),
    Amendment(REST, _name_acknowledgements, "the schema of one log entry contradicts its parent and the text"),
    Amendment(REST, _spare_headers, "`From` goes with keys of an account only, the other two have defaults"),
    Amendment(REST, _let_alternatives_overlap, "the channel of a log entry fits several of its alternatives"),
    Amendment(REST, _take_texts, "`body.details` is an object in the schema and a text in the sample and the guide"),
    Amendment(REST, _allow_nulls, "the guide: what is not required may be null in an answer, lists and booleans apart"),
    Amendment(EVENTS, _allow_nulls, "as in the REST API"),
    Amendment(INCIDENT_IO, _forget_any_query, "`query` stands for any filter; empty values and its style are not read"),
)


class Silence(NamedTuple):
    """Answers of which a document says nothing."""

    document: str
    method: str
    status: int
    why: str
    path: str = ""
    """The one path it is about; all when empty."""


SILENCES = (
    Silence(REST, "PUT", 400, "the text names codes of 400 for changes, the document has no answer for them"),
    Silence(REST, "GET", 404, "the list of errors has 2100 for every unknown id"),
    Silence(REST, "DELETE", 404, "as with GET"),
    Silence(REST, "PUT", 404, "as with GET"),
    Silence(REST, "GET", 401, "the live service sends no body"),
    Silence(REST, "POST", 401, "the live service sends no body"),
    Silence(REST, "PUT", 401, "the live service sends no body"),
    Silence(
        REST, "GET", 400, "the vendor's own client looks for a text in `error`, the document has an object", "/users/me"
    ),
    Silence(EVENTS, "POST", 429, "the document has no schema for it"),
)


@cache
def _document(name: str) -> OpenAPI:
    document = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    for amendment in AMENDMENTS:
        if amendment.document == name:
            amendment.amend(document)
    return OpenAPI.from_dict(document)


@cache
def _paths(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))["paths"]
    return found


class Vendor(NamedTuple):
    """A provider's documents by how paths begin, the longest beginning first; the host that each is for."""

    documents: tuple[tuple[str, str, str], ...]

    def _of(self, host: str) -> tuple[tuple[str, str, str], ...]:
        """The documents for a host, all where it is none of the provider's."""
        own = tuple((("/", name, base)) for _, name, base in self.documents if urlsplit(base).netloc == host)
        return own or self.documents

    def complaints(self, request: Request, response: Response | None = None) -> list[str]:
        """What of a request, or of the answer to it, does not fit; nothing when no document knows the call."""
        parts = urlsplit(request.url)
        name, host = next((name, host) for start, name, host in self._of(parts.netloc) if parts.path.startswith(start))
        if not FOLDER.exists() or not _known(name, request.method, parts.path.removeprefix(urlsplit(host).path)):
            return []
        sent = _sent(request, host)
        if response is None:
            return _said(lambda: _document(name).validate_request(sent))
        if any(_is_silent(silence, name, request.method, response.status, parts.path) for silence in SILENCES):
            return []
        if _includes(name, parts.query):
            return []
        content_type = response.header("Content-Type").partition(";")[0] or "application/json"
        answer = MockResponse(response.body, status_code=response.status, content_type=content_type)
        return _said(lambda: _document(name).validate_response(sent, answer))


def _includes(name: str, query: str) -> bool:
    """Whether whole objects stand in the answer where the schemas know references only."""
    return name == REST and any(key == "include[]" for key, _ in parse_qsl(query))


def _is_silent(silence: Silence, name: str, method: str, status: int, path: str) -> bool:
    return silence[:3] == (name, method, status) and silence.path in ("", path)


def _sent(request: Request, host: str) -> MockRequest:
    parts = urlsplit(request.url)
    query: dict[str, Any] = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        query[key] = [*query.get(key, ()), value] if key.endswith("[]") else value
    content_type = request.header("Content-Type").partition(";")[0] or "application/json"
    return MockRequest(
        f"https://{urlsplit(host).netloc}", request.method.lower(), parts.path, args=query,
        headers=dict(request.headers), data=request.body or None, content_type=content_type,
    )  # fmt: skip


def _known(name: str, method: str, path: str) -> bool:
    """Whether a document has the call."""
    steps = path.split("/")
    return any(
        method.lower() in methods
        and len(steps) == len(template.split("/"))
        and all(part == step or part.startswith("{") for part, step in zip(template.split("/"), steps, strict=True))
        for template, methods in _paths(name).items()
    )


def _shown(error: Any) -> str:
    place = ".".join(map(str, getattr(error, "absolute_path", ())))
    return f"{place}: {getattr(error, 'message', error)}"[:400]


def _said(validate: Callable[[], None]) -> list[str]:
    try:
        validate()
    except OpenAPIError as error:
        inner = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
        return [f"{type(error).__name__}: {_shown(each)}" for each in inner]
    return []


PAGERDUTY = Vendor((("/v2/", EVENTS, "https://events.pagerduty.com/v2"), ("/", REST, "https://api.pagerduty.com")))
IO = Vendor((("/", INCIDENT_IO, "https://api.incident.io"),))
