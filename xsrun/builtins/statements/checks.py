"""What in a call breaks the rules of its provider, told by the attributes of the statement that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from xsrun import values
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import Problem, problems

WRAPPERS: Final = ("incident", "note", "payload", "body", "conference_bridge")
"""Properties whose parts statements take as attributes of their own."""
ATTRIBUTES: Final = {"incident.escalation_policy": "escalation_policy_id", "incident.assignments": "assignee_id"}
"""Attributes that whole properties are made of, where the name does not say it."""


class _Broken(NamedTuple):
    name: str
    reason: str
    problem: Problem | None = None


def broken_rules(
    endpoint: Endpoint, arguments: Mapping[str, Any], query: Mapping[str, Any], body: Mapping[str, Any] | None
) -> list[str]:
    """What in a call breaks the rules of its provider, in the words of the statement that makes it.

    ``arguments`` stand in the path, by the names of their attributes.
    """
    found = [_Broken(name, "missing") for name, value in arguments.items() if not _names_something(value)]
    named = {name.removesuffix("[]"): value for name, value in query.items()}
    for fields, given in ((endpoint.query, named), (endpoint.body, body or {})):
        for each in problems(fields, values.plain(given)):
            found.append(_Broken(attribute(each.path), each.reason, each))
    return list(map(_sentence, found))


def _names_something(value: Any) -> bool:
    """Whether a part of a path leads to something below what stands before it."""
    return isinstance(value, str) and value.strip().strip(".") != ""


def attribute(path: str) -> str:
    """The attribute of a statement that a property of the body is made of."""
    steps = path.split(".")
    while len(steps) > 1 and steps[0] in WRAPPERS:
        steps = steps[1:]
    if path in ATTRIBUTES:
        return ATTRIBUTES[path]
    return "_".join(steps) if steps[-1] == "id" and len(steps) == 2 else ".".join(steps)


def _sentence(broken: _Broken) -> str:
    field = broken.problem.field if broken.problem else None
    if field is None or broken.reason == "missing":
        return f"`{broken.name}` is missing"
    if broken.reason == "choice":
        return f"`{broken.name}` must be one of {', '.join(field.choices)}"
    if broken.reason == "length":
        bounds = f"{field.shortest} to {field.longest}" if field.shortest else f"at most {field.longest}"
        return f"`{broken.name}` must have {bounds} characters or entries"
    if broken.reason == "range" and field.between:
        return f"`{broken.name}` must be a number from {field.between[0]} to {field.between[1]}"
    if broken.reason == "together":
        others = " or ".join(f"`{attribute(each)}`" for each in field.without)
        return f"`{broken.name}` may not stand beside {others}"
    return f"`{broken.name}` must be {_AS[field.kind]}"


_AS: Final = {
    "text": "a text",
    "time": "a time in ISO 8601, e.g. 2026-01-31T12:00:00Z",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "list": "a list",
    "any": "a value",
}
