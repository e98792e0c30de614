"""What a folder takes, needs and talks to, without running it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from xsrun.compile.context import Findings
from xsrun.compile.fields import Fields
from xsrun.compile.hosts import hosts, hosts_behind, hosts_of, said
from xsrun.dataflow import Dataflow, attributes
from xsrun.diagnostics import Found
from xsrun.parity import NOT_LOCAL, uses
from xsrun.program import Call
from xsrun.project import Construct, Folder, Job
from xsrun.runtime.secrets import MASK
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.types.fields import Field

SENDS: Final = "api.request"
"""The statement that talks to whatever hosts it is given."""


def describe(folder: Folder, name: str | None = None) -> dict[str, Any]:
    """What the jobs of a folder, or the one of this name, take, need and talk to.

    ``jobs`` (name, kind, path, description, main, inputs, env), ``env`` (name, declared, places), ``hosts`` (host or
    null, from, secrets, places), ``named_hosts``, ``functions`` (name, path, reachable, calls), ``tables`` (name,
    path), ``not_local`` (statement, reason, places). Places are ``file:line:column``. Environment and hosts are those
    of functions that the jobs reach; in a folder without jobs, of all.
    """
    jobs = [job for job in folder.jobs.values() if name is None or job.plan.name == name]
    flows = Dataflow(folder)
    reached = _reached(flows, jobs)
    return {
        "jobs": [_job(folder, job) for job in jobs],
        "env": _env(flows, jobs, reached),
        "hosts": [_host(host, sites) for host, sites in _by_host(_sites(flows, reached)).items()],
        "named_hosts": list(hosts(folder)),
        "functions": [_function(flows, number, reached) for number in _by_name(flows, "function")],
        "tables": [_declared(each) for _, each in sorted(folder.named("table").items())],
        "not_local": [
            {"statement": each.name, "reason": each.reason, "places": [place.place for place in each.places]}
            for each in uses(folder)
            if each.parity == NOT_LOCAL
        ],
    }


def _reached(flows: Dataflow, jobs: Iterable[Job]) -> set[int]:
    """The constructs that jobs run, and those that no function calls by itself; all of them without a job."""
    calls = [call.name for job in jobs for call in (job.plan.main, job.plan.pre, job.plan.post) if call]
    if not calls:
        return {*range(len(flows.constructs))}
    return flows.reachable(calls)


# ------------------------------------------------------------------ jobs and functions


def _job(folder: Folder, job: Job) -> dict[str, Any]:
    plan = job.plan
    return {
        "name": plan.name,
        "kind": plan.kind,
        "path": job.construct.source.name,
        "description": plan.description,
        "main": plan.main.name if plan.main else None,
        "inputs": [_input(field, plan.main.input) for field in _fields(folder, plan.main)] if plan.main else [],
        "env": list(plan.env),
    }


def _fields(folder: Folder, main: Call) -> tuple[Field, ...]:
    function = folder.named("function").get(main.name)
    if function is None:
        return ()
    return Fields(Findings(function.source, Found()), folder.named("table")).read(function.block.block("input"))


def _input(field: Field, constants: dict[str, Any]) -> dict[str, Any]:
    shown = {"name": field.name, "type": f"{field.type}{'[]' if field.is_list else ''}"}
    described: dict[str, Any] = {**shown, "required": not field.may_be_omitted and field.name not in constants}
    if field.attributes.get("description"):
        described["description"] = field.attributes["description"]
    if field.sensitive:
        described["sensitive"] = True
    if field.name in constants:
        described["value"] = MASK if field.holds_sensitive else constants[field.name]
    return described


def _by_name(flows: Dataflow, kind: str) -> list[int]:
    numbered = [(each.name, number) for number, each in enumerate(flows.constructs) if each.kind == kind]
    return [number for _, number in sorted(numbered)]


def _function(flows: Dataflow, number: int, reached: set[int]) -> dict[str, Any]:
    calls = sorted(flows.constructs[each].name for each in flows.called[number])
    return {**_declared(flows.constructs[number]), "reachable": number in reached, "calls": calls}


def _declared(construct: Construct) -> dict[str, Any]:
    return {"name": construct.name, "path": construct.source.name}


# ------------------------------------------------------------------ environment


def _env(flows: Dataflow, jobs: Iterable[Job], reached: set[int]) -> list[dict[str, Any]]:
    """Every variable that is declared or read, and where it is read."""
    places: dict[str, list[str]] = {name: [] for job in jobs for name in job.plan.env}
    declared = set(places)
    for number in sorted(reached):
        source = flows.constructs[number].source
        for node in _said(flows.constructs[number].block):
            for name in _env_names(node):
                places.setdefault(name, []).append(node.span(source).place)
    return [{"name": name, "declared": name in declared, "places": places[name]} for name in sorted(places)]


def _said(node: tree.Node) -> Iterator[tree.Node]:
    """The nodes below that a run reads, in source order."""
    pending = [node]
    while pending:
        each = pending.pop()
        yield each
        pending.extend(reversed(said(each)))


def _env_names(node: tree.Node) -> Iterator[str]:
    """The variable that a reference reads."""
    if isinstance(node, tree.Path) and isinstance(node.base, tree.Variable) and node.base.name == "env":
        step = node.steps[0]
        key = step.key.value if isinstance(step, tree.Index) and isinstance(step.key, tree.Literal) else None
        name = step.name if isinstance(step, tree.Member) else key
        if isinstance(name, str) and not name.startswith("$"):
            yield name


# ------------------------------------------------------------------ hosts


class Site(NamedTuple):
    """A statement that sends: where it stands, to which hosts, where the unnamed ones come from, with what."""

    span: Span
    hosts: frozenset[str]
    """``""`` stands for a host that the source does not name."""
    origins: frozenset[str]
    secrets: frozenset[str]


def _sites(flows: Dataflow, reached: set[int]) -> Iterator[Site]:
    for number in sorted(reached):
        construct = flows.constructs[number]
        for node in _said(construct.block):
            if isinstance(node, tree.Block) and (node.keyword == SENDS or hosts_behind(node)):
                yield _site(flows, number, node)


def _site(flows: Dataflow, number: int, block: tree.Block) -> Site:
    url = block.attribute("url")
    hidden = {f"$input.{each.name}" for fields in flows.fields for each in fields if each.sensitive}
    carried = flows.labels(attributes(block), number)
    return Site(
        block.head_span(flows.constructs[number].source),
        frozenset(hosts_behind(block) or (hosts_of(url.value, flows.follow(number)) if url else ())),
        frozenset(flows.origins(url.value, number) if url and block.keyword == SENDS else ()),
        frozenset(each for each in carried if each.startswith("$env.") or each in hidden),
    )


def _by_host(sites: Iterable[Site]) -> dict[tuple[str, tuple[str, ...]], list[Site]]:
    """The sites by host, those without one by where it comes from."""
    found: dict[tuple[str, tuple[str, ...]], list[Site]] = {}
    for site in sites:
        for host in site.hosts:
            found.setdefault((host, () if host else tuple(sorted(site.origins))), []).append(site)
    return dict(sorted(found.items(), key=lambda each: (not each[0][0], each[0])))


def _host(host: tuple[str, tuple[str, ...]], sites: list[Site]) -> dict[str, Any]:
    name, origins = host
    return {
        "host": name or None,
        "from": list(origins),
        "secrets": sorted({secret.removeprefix("$env.") for site in sites for secret in site.secrets}),
        "places": [site.span.place for site in sites],
    }
