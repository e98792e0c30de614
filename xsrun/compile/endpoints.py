"""``query`` and ``api_group`` constructs to the endpoints of a service (constructs.md sections 5 and 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from xsrun.compile.attached import Attaching, read_cache, static
from xsrun.compile.callees import Signature, verb
from xsrun.compile.cors import read_cors
from xsrun.diagnostics import Found, nearest
from xsrun.program import METHODS, Endpoint
from xsrun.project import Construct, Folder
from xsrun.source import Span
from xsrun.syntax import tree

UNFIT: Final = re.compile(r"[\s/:?#%]+")
"""What cannot stand in the part of an address that names a group."""
PARAMETER: Final = re.compile(r"\{(\w+)\}")
NO_TABLE: Final = ("", "none")
"""What ``auth`` says where everybody may call."""


def read_endpoints(
    folder: Folder, signatures: Mapping[str, Mapping[str, Signature]], found: Found
) -> tuple[Endpoint, ...]:
    """The endpoints of a folder that can be served; what is wrong with them goes to ``found``."""
    return tuple(_Reader(folder, signatures, found).endpoints())


class _Reader:
    def __init__(self, folder: Folder, signatures: Mapping[str, Mapping[str, Signature]], found: Found) -> None:
        self.queries = [each for each in folder.constructs if each.kind == "query"]
        self.groups = folder.named("api_group")
        self.cors = {name: read_cors(each, found) for name, each in self.groups.items()}
        for each in self.groups.values():
            _check_canonical(each, found)
        self.middleware = Attaching(folder, signatures)
        self.tables = folder.named("table")
        self.signatures = signatures
        self.found = found

    def endpoints(self) -> Iterator[Endpoint]:
        served: list[tuple[Endpoint, Construct]] = []
        for each in self.queries:
            made = self._endpoint(each)
            if made is None:
                continue
            for other, query in served:
                if _declared(query) != _declared(each) and _collide(made, other):
                    report = self.found.error if _shape(made) == _shape(other) else self.found.warn
                    report(
                        "route-collision",
                        f"`{made.verb} {each.name}` and `{query.name}` answer the same addresses",
                        each.span,
                        help=f"the other one stands at {query.span.place}; change one of the paths",
                    )
                    break
            served.append((made, each))
            yield made

    def _endpoint(self, query: Construct) -> Endpoint | None:
        block = query.block
        group = self.groups.get(str(static(block.attribute("api_group"), "")))
        signature = self._signature(query)
        if signature is None or (group is not None and static(group.block.attribute("active"), True) is False):
            return None
        path = query.name.strip("/")
        self._check_path(query, path, signature)
        self._check_verb(query)
        attached = [*([group] if group else []), query]
        return Endpoint(
            signature.number,
            verb(block) or "GET",
            path,
            self._canonical(query, group),
            self._table(query),
            tuple(self.middleware.attached(attached, "pre")),
            tuple(self.middleware.attached(attached, "post")),
            static(block.attribute("response_type"), "") == "stream",
            str(static(block.attribute("description"), "")),
            read_cache(query, self.found),
            self.cors.get(group.name) if group else None,
        )

    def _signature(self, query: Construct) -> Signature | None:
        group = str(static(query.block.attribute("api_group"), ""))
        name = f"{verb(query.block)} {query.name}"
        known = self.signatures.get("query", {})
        return known.get(f"{name} in {group}" if group else name)

    def _canonical(self, query: Construct, group: Construct | None) -> str:
        """What stands in the address for the group: its canonical name, else its name in small letters and hyphens."""
        name = str(static(query.block.attribute("api_group"), "")) or "default"
        given = static(group.block.attribute("canonical"), "") if group else ""
        return str(given) or _slug(name)

    def _check_path(self, query: Construct, path: str, signature: Signature) -> None:
        declared = {field.name for field in signature.fields}
        for name in PARAMETER.findall(path):
            if name not in declared:
                near = nearest(name, declared)
                self.found.warn(
                    "path-input",
                    f"the path of `{query.name}` has `{{{name}}}`, which is no input",
                    query.span,
                    help=f"did you mean `{near}`?" if near else f"declare it in input, e.g. text {name}",
                )

    def _check_verb(self, query: Construct) -> None:
        asked = verb(query.block)
        if asked and asked not in METHODS:
            help = f"write verb={nearest(asked, METHODS) or 'GET'}; there are {', '.join(METHODS)}"
            self.found.warn("bad-clause", f"no request has the method `{asked}`", query.span, help=help)

    def _table(self, query: Construct) -> str:
        entry = query.block.attribute("auth")
        name = static(entry, "")
        if entry is None or name in (*NO_TABLE, False, None):
            return ""
        table = self.tables.get(str(name))
        if table is not None and static(table.block.attribute("auth"), False) is not True:
            self.found.warn("no-auth", f"the table `{name}` says auth = false", _at(query, entry), help="write true")
        elif table is None and self.tables:
            near = nearest(str(name), self.tables)
            shown = f"did you mean `{near}`?" if near else f"there are {', '.join(self.tables)}"
            self.found.warn("unresolved-table", f"there is no table `{name}`", _at(query, entry), help=shown)
        return str(name)


def _at(query: Construct, entry: tree.Attribute) -> Span:
    return Span(query.source, entry.start, entry.end)


def _shape(endpoint: Endpoint) -> str:
    """The path, whatever its inputs are called; of different ones the platform can tell which is meant."""
    return PARAMETER.sub("{}", endpoint.path)


def _declared(query: Construct) -> tuple[str, str]:
    """What tells queries apart; namesakes are reported as such."""
    return query.name, str(static(query.block.attribute("api_group"), ""))


def _slug(name: str) -> str:
    """A name in small letters and hyphens; one without such letters stays what it is."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or UNFIT.sub("-", name)


def _check_canonical(group: Construct, found: Found) -> None:
    """Report a canonical name that no address can hold."""
    entry = group.block.attribute("canonical")
    given = str(static(entry, ""))
    if entry is not None and not entry.disabled and UNFIT.search(given):
        help = f'write canonical = "{_slug(given)}"'
        found.warn("bad-clause", f"no address leads to `{given}`", _at(group, entry), help=help)


def _collide(one: Endpoint, other: Endpoint) -> bool:
    """Whether an address can be meant for both."""
    if (one.group, one.verb) != (other.group, other.verb):
        return False
    parts, others = one.path.split("/"), other.path.split("/")
    pairs = zip(parts, others, strict=False)
    return len(parts) == len(others) and all(
        a == b or PARAMETER.fullmatch(a) or PARAMETER.fullmatch(b) for a, b in pairs
    )
