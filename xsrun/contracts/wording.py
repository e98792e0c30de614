"""What is wrong with a body or a query, in words, each with the one thing to type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xsrun.contracts.bodies import Wrong
from xsrun.diagnostics import Diagnostic, nearest
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import Field
from xsrun.source import Span

A: Final = {
    "text": "a text", "time": "a time in ISO 8601", "integer": "an integer", "boolean": "true or false",
    "object": "an object", "list": "a list",
}  # fmt: skip
SAMPLES: Final = {"time": '"2030-01-01T00:00:00Z"', "integer": "1", "boolean": "true", "list": "[…]", "any": "…"}


def call(endpoint: Endpoint) -> str:
    """A call by its name and that of the interface."""
    return f"{endpoint.operation} of {endpoint.api.title}"


def warning(code: str, message: str, span: Span | None, help: str) -> Diagnostic:
    """A finding of the contracts."""
    return Diagnostic(code, message, span, "warning", help)


def told(endpoint: Endpoint, wrong: Wrong) -> Diagnostic:
    """What is wrong with a body."""
    if wrong.reason == "missing":
        message = f"{call(endpoint)} needs `{wrong.path}`"
        return warning("contract-missing", message, wrong.span, line(endpoint, wrong.field))
    if wrong.reason == "unknown":
        message = f"{call(endpoint)} does not read `{_shown(wrong.path)}`"
        return warning("contract-unknown", message, wrong.span, _meant(endpoint, wrong))
    rule, help = _rule(endpoint, wrong)
    name = f"`{wrong.path}`" if wrong.path else "the body"
    return warning("contract-value", f"{name} of {call(endpoint)} {rule}", wrong.span, help)


def _rule(endpoint: Endpoint, wrong: Wrong) -> tuple[str, str]:
    """The rule that a value breaks, and what to write."""
    field = wrong.field
    match wrong.reason:
        case "choice":
            return one_of(field.choices, wrong.given)
        case "length":
            unit = "items" if field.kind == "list" else "characters"
            size = "exactly" if field.shortest == field.longest else "at most"
            help = "" if field.kind == "list" or field.shortest else f"shorten it with `|substr:0:{field.longest}`"
            return f"takes {size} {field.longest} {unit}", help
        case "range":
            low, high = field.between or (0, 0)
            return f"is from {low} to {high}", f"write {high}"
        case "blank":
            return "may not be empty", line(endpoint, field)
        case "together":
            return f"may not stand beside {_listed(field.without)}", "take one of them out"
        case _:
            return f"is {A[field.kind]}", line(endpoint, field) if field.path else "params = {…}"


def _listed(paths: Iterable[str]) -> str:
    return " or ".join(f"`{each}`" for each in paths)


def one_of(choices: Iterable[str], given: object) -> tuple[str, str]:
    """That a text is none of those there are, and the one that was meant."""
    known = list(choices)
    near = nearest(given, known) if isinstance(given, str) else ""
    found = f', not "{given}"' if isinstance(given, str) else ""
    return f"is one of {', '.join(known)}{found}", f'write "{near or known[0]}"'


def line(endpoint: Endpoint, field: Field) -> str:
    """What to type for a field."""
    name = field.path.rpartition(".")[2].removesuffix("[]")
    if field.path == endpoint.wrapper:
        return f"params = {{{name}: {{…}}}}"
    if field.kind == "object":
        inner = [each for each in endpoint.body if each.path.rpartition(".")[0] == field.path and each.needed]
        return f"{name}: {{{', '.join(line(endpoint, each) for each in inner) or '…'}}}"
    return f'{name}: "{field.choices[0]}"' if field.choices else f"{name}: {SAMPLES.get(field.kind, f'${name}')}"


def _shown(path: str) -> str:
    """A path with the numbers of items in brackets."""
    return "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in path.split(".")).removeprefix(".")


def _meant(endpoint: Endpoint, wrong: Wrong) -> str:
    holder, _, name = wrong.path.rpartition(".")
    instead = dict(endpoint.instead).get(name)
    near = nearest(name, wrong.known)
    if instead or near:
        return f"write `{instead or near}`"
    place = f"`{_shown(holder)}`" if holder else "the body"
    return f"take it out: {place} holds {', '.join(wrong.known)}"
