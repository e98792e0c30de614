"""How far what runs here is what the platform does: of all builtins, and of those that a folder uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from xsrun.builtins.absent import ABSENT
from xsrun.builtins.catalogue import registry
from xsrun.builtins.records import Statement
from xsrun.compile.forms import FORMS
from xsrun.project import STACK_KINDS, Construct, Folder
from xsrun.source import Span
from xsrun.syntax import tree

EXACT: Final = "exact"
APPROXIMATE: Final = "approximate"
NOT_LOCAL: Final = "not local"
EXTENSION: Final = "extension"
OF_OURS: Final = "a statement of this program: the platform does not have it"


class Use(NamedTuple):
    """A filter or statement, how far it is like the platform's, why not wholly, and where a folder uses it."""

    kind: str
    name: str
    parity: str
    reason: str = ""
    places: tuple[Span, ...] = ()


def differences() -> Iterator[Use]:
    """Every builtin that is only approximately like the platform's, filters first, by name."""
    known = registry()
    statements = {name: each.parity for name, each in known.statements.items()}
    statements |= {name: each.parity for name, each in FORMS.items()}
    for kind, reasons in (
        ("filter", {name: known.filters[name].parity for name in known.filters}),
        ("statement", statements),
    ):
        for name in sorted(reasons):
            if reasons[name]:
                yield Use(kind, name, APPROXIMATE, reasons[name])


def extensions() -> Iterator[Statement]:
    """The statements that the platform does not have, by name."""
    known = registry().statements
    yield from (known[name] for name in sorted(known) if known[name].extension)


def uses(folder: Folder) -> list[Use]:
    """What the constructs of a folder use, by kind and name; what is unknown or disabled is left out."""
    places: dict[tuple[str, str], list[Span]] = {}
    for construct in folder.constructs:
        if construct.kind in STACK_KINDS:
            for kind, name, span in _used(construct):
                places.setdefault((kind, name), []).append(span)
    return [_judged(kind, name)._replace(places=tuple(places[kind, name])) for kind, name in sorted(places)]


def _used(construct: Construct) -> Iterator[tuple[str, str, Span]]:
    known = registry()
    pending: list[tree.Node] = [construct.block]
    while pending:
        node = pending.pop()
        if isinstance(node, tree.Block | tree.Filter | tree.Attribute | tree.Pair) and node.disabled:
            continue
        if isinstance(node, tree.Filter) and node.name in known.filters:
            yield "filter", node.name, Span(construct.source, node.name_start, node.name_start + len(node.name))
        elif isinstance(node, tree.Block) and (
            node.keyword in known.statements or node.keyword in FORMS or node.keyword in ABSENT
        ):
            yield "statement", node.keyword, node.head_span(construct.source)
        pending += reversed(node.children())


def _judged(kind: str, name: str) -> Use:
    known = registry()
    if kind == "statement" and name in ABSENT:
        return Use(kind, name, NOT_LOCAL, ABSENT[name])
    record = known.filters[name] if kind == "filter" else known.statements.get(name) or FORMS[name]
    if isinstance(record, Statement) and record.extension:
        return Use(kind, name, EXTENSION, OF_OURS)
    reason = record.parity
    return Use(kind, name, APPROXIMATE if reason else EXACT, reason)


LISTS: Final = {APPROXIMATE: "approximate", NOT_LOCAL: "not_local", EXTENSION: "extensions"}
"""Where uses of a kind stand in the share of a folder."""


def parity_json(path: str, used: Iterable[Use]) -> dict[str, Any]:
    """The share of a folder: how many builtins it uses are exact, and the others with reason and places."""
    found: dict[str, Any] = {"path": path, "exact": 0, "approximate": [], "not_local": [], "extensions": []}
    for each in used:
        if each.parity == EXACT:
            found["exact"] += 1
            continue
        found[LISTS[each.parity]].append(
            {"kind": each.kind, "name": each.name, "reason": each.reason, "places": [at.place for at in each.places]}
        )
    return found


def parity_text(path: str, used: Iterable[Use]) -> str:
    """The same for people."""
    counted = [*used]
    found = Counter(each.parity for each in counted)
    numbers = [f"{found[parity]} {parity}" for parity in (EXACT, APPROXIMATE, NOT_LOCAL)]
    numbers += [f"{found[EXTENSION]} {EXTENSION}"] if found[EXTENSION] else []
    lines = [f"{path}: of {len(counted)} filters and statements {', '.join(numbers)}"]
    for each in counted:
        if each.parity != EXACT:
            more = f" and {len(each.places) - 1} more" if len(each.places) > 1 else ""
            lines.append(f"  {each.parity:<11}  {each.kind} {each.name}: {each.reason}")
            lines.append(f"  {'':<11}  at {each.places[0].place}{more}")
    return "\n".join(lines) + "\n"
