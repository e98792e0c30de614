"""The table of provider rules as a page: calls, what is simulated of them, their fields, where each rule is from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from xsrun.providers.contracts import Api, Endpoint
from xsrun.providers.fields import Field
from xsrun.providers.table import all_endpoints
from xsrun.sections import table
from xsrun.simulators import SIMULATORS

BEGINNING: Final = """\
One table says how providers want to be asked. `xsrun check --contracts` judges requests by it before anything runs,
simulators answer by it, `--key` finds in it where a key goes, and `--dry-run` what an answer usually is. Every rule is
from the document that is named above its table, unless its row names another source.

A body may hold no other property than those of its table, where `*` stands for any. `[]` is every item of a list. What
an object or an item needs, it needs where it is there. What is simulated answers under `xsrun mock` and `--simulate`;
[simulators.md](simulators.md) says how.
"""

SIMULATED: Final = frozenset(route.endpoint for provider in SIMULATORS.values() for route in provider.routes)


def providers_page() -> list[str]:
    """The lines of the page below its title."""
    lines = [BEGINNING]
    for provider, members in groupby(all_endpoints(), key=lambda each: each.api.provider):
        calls = [*members]
        lines += [f"## {provider}\n", _simulated(calls)]
        for api in dict.fromkeys(each.api for each in calls):
            own = [each for each in calls if each.api == api]
            lines += [*_interface(api), *_calls(own), *(line for each in own for line in _fields(each))]
    return lines


def _simulated(calls: list[Endpoint]) -> str:
    number = sum(each in SIMULATED for each in calls)
    if number == len(calls):
        return "All calls below are simulated.\n"
    return f"Of {len(calls)} calls {number} are simulated.\n" if number else "There is no simulator.\n"


def _interface(api: Api) -> Iterator[str]:
    yield f"### {api.title}\n"
    yield f"From <{api.document}>.\n"
    yield f"- hosts: {_codes(api.hosts)}"
    yield f"- {api.auth.key}: {_carried(api)}"
    if api.rate:
        yield f"- {api.rate} requests a minute"
    if api.forms:
        yield "- takes forms beside JSON"
    if api.elsewhere:
        yield f"- further paths, neither judged nor simulated: {_codes(api.elsewhere)}"
    yield ""


def _carried(api: Api) -> str:
    """Where the key travels."""
    auth = api.auth
    ways = [f"`Authorization: {each}KEY`" for each in auth.schemes]
    ways += [f"`Authorization: {each}TOKEN` for access tokens of OAuth alone" for each in auth.oauth]
    ways += [f"`{auth.field}` in the body"] if auth.field else []
    ways += [f"the header `{auth.header}`"] if auth.header else []
    ways += [f"`?{auth.query}=` in the address"] if auth.query else []
    return ", or ".join(ways) or "in the path"


def _calls(calls: Iterable[Endpoint]) -> Iterator[str]:
    yield from table("call", "name", "answers", "simulated", "needs")
    for each in calls:
        simulated = "yes" if each in SIMULATED else "no"
        yield f"| `{each.method} {each.path}` | {each.operation} | {each.status} | {simulated} | {_needs(each)} |"
    yield ""


def _needs(endpoint: Endpoint) -> str:
    notes = ["`From`, for keys of an account"] if endpoint.person else []
    notes += [f"role `{endpoint.role}`"] if endpoint.role else []
    notes += [f"at most {endpoint.largest // 1024} KB"] if endpoint.largest else []
    return "; ".join(notes)


def _fields(endpoint: Endpoint) -> Iterator[str]:
    if not (endpoint.body or endpoint.query):
        return
    yield f"#### {endpoint.operation}: `{endpoint.method} {endpoint.path}`\n"
    if endpoint.body:
        yield from table("property", "takes", "needed", "source")
        yield from (_row(each, endpoint) for each in endpoint.body)
        yield ""
    if endpoint.query:
        yield from table("parameter", "takes")
        yield from (f"| `{each.path}` | {_takes(each)} |" for each in endpoint.query)
        yield ""


def _row(field: Field, endpoint: Endpoint) -> str:
    needed = "yes" if field.needed else ""
    if field.needed and field.unless:
        needed = f"unless there is {' or '.join(f'`{each}`' for each in field.unless)}"
    if field.when:
        condition = f"`{field.when.path}` is {' or '.join(field.when.values)}"
        needed = f"when {condition}" if needed else ""
    key = "; the key of the call" if endpoint.key and endpoint.key.place == field.path else ""
    return f"| `{field.path}` | {_takes(field)}{key} | {needed} | {field.source} |"


def _takes(field: Field) -> str:
    parts = [_codes(field.choices)] if field.choices else [field.kind]
    unit = "items" if field.kind == "list" else "characters"
    if field.shortest and field.shortest == field.longest:
        parts.append(f"exactly {field.longest} {unit}")
    elif field.longest:
        parts.append(f"at most {field.longest} {unit}")
    if field.between:
        parts.append(f"{field.between[0]} to {field.between[1]}")
    if field.without:
        parts.append(f"not beside {', '.join(f'`{each}`' for each in field.without)}")
    return ", ".join([*parts, *([] if field.blank else ["not blank"])])


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)
