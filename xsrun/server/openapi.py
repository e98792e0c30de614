"""The OpenAPI document of a service, from the endpoints and inputs of its queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from xsrun.program import Endpoint
from xsrun.server.service import Listed
from xsrun.types.fields import ABSENT, Field

SCHEMAS: Final[Mapping[str, Mapping[str, Any]]] = {
    "int": {"type": "integer", "format": "int64"},
    "decimal": {"type": "number"},
    "bool": {"type": "boolean"},
    "text": {"type": "string"},
    "email": {"type": "string", "format": "email"},
    "password": {"type": "string", "format": "password"},
    "uuid": {"type": "string", "format": "uuid"},
    "timestamp": {"type": "string", "description": "milliseconds since 1970, or a date text"},
    "date": {"type": "string", "format": "date"},
    "enum": {"type": "string"},
    "object": {"type": "object"},
    **{kind: {"type": "string", "format": "binary"} for kind in ("file", "image", "video", "audio", "attachment")},
}
"""What the types of inputs are in JSON Schema; those that are not here take any value."""
BODYLESS: Final = ("GET", "HEAD", "DELETE")
FAILURE: Final = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "payload": {}},
    "required": ["code", "message", "payload"],
}


def document(title: str, listed: Iterable[Listed]) -> dict[str, Any]:
    """The document of endpoints, version 3.1.0; addresses are below the server's own."""
    paths: dict[str, Any] = {}
    for address, service, endpoint in listed:
        fields = service.loaded.program.routines[endpoint.number].fields
        paths.setdefault(address, {})[endpoint.verb.lower()] = _operation(endpoint, fields, address)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {"Failure": FAILURE},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, fields: Iterable[Field], address: str) -> dict[str, Any]:
    in_path = {part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")}
    others = [each for each in fields if each.name not in in_path]
    parameters = [_parameter(each, "path") for each in fields if each.name in in_path]
    made: dict[str, Any] = {"operationId": f"{endpoint.verb.lower()} {address}"}
    if endpoint.description:
        made["summary"] = endpoint.description
    if endpoint.verb in BODYLESS:
        parameters += [_parameter(each, "query") for each in others]
    elif others:
        made["requestBody"] = {"content": {"application/json": {"schema": _object(others)}}}
    failure = {"description": "An error", "content": {"application/json": {"schema": _reference("Failure")}}}
    success = {"description": "The value", **({} if endpoint.streams else {"content": {"application/json": {}}})}
    if parameters:
        made["parameters"] = parameters
    if endpoint.auth:
        made["security"] = [{"token": []}]
    return {**made, "responses": {"200": success, "default": failure}}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _parameter(field: Field, place: str) -> dict[str, Any]:
    needed = place == "path" or not field.may_be_omitted
    return {"name": field.name, "in": place, "required": needed, "schema": _schema(field)}


def _object(fields: Iterable[Field]) -> dict[str, Any]:
    listed = list(fields)
    needed = [each.name for each in listed if not each.may_be_omitted]
    made: dict[str, Any] = {"type": "object", "properties": {each.name: _schema(each) for each in listed}}
    return {**made, "required": needed} if needed else made


def _schema(field: Field) -> dict[str, Any]:
    made: dict[str, Any] = _object(field.children) if field.children else dict(SCHEMAS.get(field.type, {}))
    if field.attributes.get("values"):
        made["enum"] = list(field.attributes["values"])
    if field.is_list:
        bounds = {"minItems": field.low, "maxItems": field.high}
        made = {"type": "array", "items": made, **{name: bound for name, bound in bounds.items() if bound is not None}}
    if field.nullable and "type" in made:
        made["type"] = [made["type"], "null"]
    if field.told_default is not ABSENT and field.told_default != "now":
        made["default"] = field.told_default
    if field.attributes.get("description"):
        made["description"] = field.attributes["description"]
    return made
