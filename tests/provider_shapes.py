"""Do answers fit the providers' OpenAPI documents? Checked where these lie beside the checkout, else taken on trust.

Covers what the documents use: $ref, allOf, oneOf, type, enum, required, properties, items, date-time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "apis" / "openapi"

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
SLIP = "is none of ['acknowledgement_log_entry']"
"""The PagerDuty document contradicts itself here: the parent schema says ``acknowledge_log_entry``, like the text."""
NEVER_NULL = ("array", "boolean")


class Shapes:
    """One document. ``nulls``: a property that is not required may be null, lists and booleans apart."""

    def __init__(self, name: str, *, nulls: bool, prefix: str = "") -> None:
        path = FOLDER / name
        self.document = json.loads(path.read_text()) if path.exists() else None
        self.nulls = nulls
        self.prefix = prefix

    def complaints(self, method: str, path: str, status: int, value: Any) -> list[str]:
        """What does not fit; nothing when the document is not there, or does not know the path."""
        operation = self.document and self._operation(method.lower(), path.removeprefix(self.prefix))
        if not operation:
            return []
        response = operation["responses"].get(str(status))
        if response is None:
            return [f"{method} {path} has no answer {status}"]
        content = self._resolve(response).get("content", {}).get("application/json")
        if content is None:
            return []
        return list(self._check(content["schema"], value, "$"))

    def _operation(self, method: str, path: str) -> Any:
        # A literal path comes before one with a parameter that would also match.
        for template in sorted(self.document["paths"], key=lambda one: one.count("{")):
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method in self.document["paths"][template]:
                return self.document["paths"][template][method]
        return None

    def _resolve(self, node: Any) -> Any:
        while "$ref" in node:
            target = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                step = step.replace("~1", "/").replace("~0", "~")
                target = target[int(step)] if isinstance(target, list) else target[step]
            node = target
        return node

    def _check(self, schema: Any, value: Any, place: str) -> Iterator[str]:
        schema = self._resolve(schema)
        for part in schema.get("allOf", ()):
            yield from self._check(part, value, place)
        if "oneOf" in schema:
            tries = [[text for text in self._check(part, value, place) if SLIP not in text] for part in schema["oneOf"]]
            if all(tries):
                yield f"{place}: fits no alternative: {tries[0]}"
        kind = schema.get("type")
        if kind and (not isinstance(value, TYPES[kind]) or (kind != "boolean" and isinstance(value, bool))):
            yield f"{place}: {value!r} is no {kind}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{place}: {value!r} is none of {schema['enum']}"
        if schema.get("format") == "date-time":
            yield from _check_time(value, place)
        if isinstance(value, dict):
            yield from self._check_object(schema, value, place)
        if isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                yield from self._check(schema["items"], item, f"{place}[{index}]")

    def _check_object(self, schema: Any, value: dict[str, Any], place: str) -> Iterator[str]:
        required = schema.get("required", ())
        for name in required:
            if name not in value:
                yield f"{place}: {name} is missing"
        for name, inner in schema.get("properties", {}).items():
            if name not in value:
                continue
            kind = self._resolve(inner).get("type")
            if value[name] is None and self.nulls and name not in required and kind not in NEVER_NULL:
                continue
            yield from self._check(inner, value[name], f"{place}.{name}")


def _check_time(value: str, place: str) -> Iterator[str]:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        yield f"{place}: {value!r} is no time"
    if not value.endswith("Z"):
        yield f"{place}: {value!r} does not end with Z"
