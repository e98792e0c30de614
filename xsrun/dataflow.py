"""What may flow where in a folder: environment variables and inputs, through variables, calls and results.

Nothing is run. The order of statements and what conditions say are left out of account, and a value that took part in
making another one counts as a part of it: more flows are found than there are, never fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from xsrun.builtins.catalogue import registry
from xsrun.compile.callees import CALLS, Callees, callees, query_name, standard_inputs
from xsrun.compile.context import Findings
from xsrun.compile.fields import Fields
from xsrun.compile.hosts import Follow, said, unsaid
from xsrun.compile.names import place_steps, root_name
from xsrun.diagnostics import Found
from xsrun.project import STACK_KINDS, Construct, Folder
from xsrun.syntax import tree
from xsrun.types.fields import ABSENT, Field

KEEPS: Final = ("db.", "redis.", "storage.", "stream.", "zip.", "cloud.", "addon.")
"""Beginnings of statements that keep values where others of them find these again."""

DEEPEST: Final = 8
"""Variables of variables that an address is followed through."""

EVERYTHING: Final = "*"
"""The name of a place that stands for all of its kind."""


class Place(NamedTuple):
    """Where a value is held: a variable, an input or the result of a construct, by its number; or outside of all."""

    construct: int
    kind: str
    name: str


ERROR: Final = Place(-1, "error", "")
"""What ``$error`` holds, wherever it was raised."""
STORE: Final = Place(-1, "store", "")
"""Everything that outlives a statement: rows, keys, files."""
ENV: Final = Place(-1, "env", EVERYTHING)
"""All environment variables that jobs declare."""

SEES: Final[Mapping[str, tuple[str, ...]]] = {
    "util.get_env": ("env",),
    "util.get_vars": ("var",),
    "util.get_all_input": ("input",),
    "util.get_raw_input": ("input",),
    "util.get_input": ("input",),
    "util.template_engine": ("env", "var", "input"),
}
"""Statements that see more than what is written in them."""


class Flow(NamedTuple):
    """One way into a place: expressions of a construct, and other places. ``whole`` when it is one value as it is."""

    nodes: tuple[tree.Node, ...]
    construct: int
    places: tuple[Place, ...] = ()
    whole: bool = False


class Dataflow:
    """The flows of a folder. Constructs are numbered as ``constructs`` holds them."""

    def __init__(self, folder: Folder) -> None:
        self.constructs = [each for each in folder.constructs if each.kind in STACK_KINDS]
        self.fields = [_fields(each, folder.named("table")) for each in self.constructs]
        self.called: list[set[int]] = [set() for _ in self.constructs]
        """The constructs that each one calls."""
        self.into: dict[Place, list[Flow]] = {}
        self._callees = callees(self.constructs, self.fields)
        for number, construct in enumerate(self.constructs):
            _Reader(self, self._callees, number).read(construct)
        self.entries = self._entries(folder)
        self._constants(folder)
        declared = {name for job in folder.jobs.values() for name in job.plan.env}
        self._labels: dict[Place, set[str]] = {ENV: {f"$env.{name}" for name in declared}}
        self._spread()

    def number(self, kind: str, name: str) -> int | None:
        """The number of a construct."""
        found = self._callees.get(kind, {}).get(name)
        return found.number if found else None

    def reachable(self, names: Iterable[str]) -> set[int]:
        """The constructs that running functions of these names may call, themselves included."""
        pending = [number for name in names if (number := self.number("function", name)) is not None]
        found: set[int] = set()
        while pending:
            number = pending.pop()
            if number not in found:
                found.add(number)
                pending += self.called[number]
        return found

    def labels(self, nodes: Iterable[tree.Node], construct: int) -> set[str]:
        """Where the values of expressions may come from: ``$env.NAME``, and ``$input.name`` of what is run first."""
        found: set[str] = set()
        for node in nodes:
            for each in references(node, construct):
                found |= {each} if isinstance(each, str) else self._held(each)
        return found

    def origins(self, node: tree.Node, construct: int, depth: int = DEEPEST) -> set[str]:
        """Where the host of an address comes from: the labels of what first stands in it and is no literal."""
        if isinstance(node, tree.Operation) and node.operator == "~":
            return self.origins(node.left, construct, depth) or self.origins(node.right, construct, depth)
        parts: tuple[tree.Node | None, ...] = ()
        if isinstance(node, tree.Operation):
            parts = (node.left, node.right)
        elif isinstance(node, tree.Group | tree.Backtick):
            parts = (node.value,)
        elif isinstance(node, tree.Ternary):
            parts = (node.chosen, node.other)
        elif isinstance(node, tree.Chain):
            parts = (node.subject, *(each for step in node.filters for each in step.arguments))
        found = [self.origins(each, construct, depth) for each in parts if each is not None]
        if found:
            return set().union(*found)
        place, members = _referred(node, construct)
        flows = self.into.get(place, []) if place and not members else []
        if not depth or place is None or not flows or any(not each.whole or each.places for each in flows):
            return self.labels([node], construct)
        given = {f"$input.{place.name}"} if place in self.entries else set[str]()
        held = [(each, flow) for flow in flows for each in flow.nodes if not _lengthens(each, place, flow.construct)]
        return given.union(*(self.origins(each, flow.construct, depth - 1) for each, flow in held))

    def follow(self, construct: int) -> Follow:
        """What may stand for a reference of a construct: see ``xsrun.compile.hosts``."""

        def followed(node: tree.Node) -> list[tuple[tree.Node, Follow]]:
            place, members = _referred(node, construct)
            return self._values(place, members, 0) if place else []

        return followed

    def _values(self, place: Place, members: tuple[str, ...], depth: int) -> list[tuple[tree.Node, Follow]]:
        """The expressions that a place, or what is in it under these names, may hold; none when that is not known."""
        flows = self.into.get(place, [])
        if depth > DEEPEST or not flows or any(not each.whole for each in flows):
            return []
        found: list[tuple[tree.Node, Follow]] = []
        for flow in flows:
            for inner in flow.places:
                found += self._values(inner, members, depth + 1) or [(_UNKNOWN, _nothing)]
            further = [node for node in flow.nodes if not _lengthens(node, place, flow.construct)]
            found += [(_member(node, members), self.follow(flow.construct)) for node in further]
        return [*found, (_UNKNOWN, _nothing)] if place in self.entries else found

    # ------------------------------------------------------------ building

    def add(self, place: Place, flow: Flow) -> None:
        """Note a way into a place."""
        self.into.setdefault(place, []).append(flow)

    def _entries(self, folder: Folder) -> set[Place]:
        """The inputs that whoever runs something gives: those of main functions, and of all that nothing calls."""
        calls = {number for called in self.called for number in called}
        mains = {call.name for job in folder.jobs.values() for call in (job.plan.main, job.plan.pre) if call}
        return {
            Place(number, "input", field.name)
            for number, each in enumerate(self.constructs)
            if number not in calls or (each.kind == "function" and each.name in mains)
            for field in self.fields[number]
        }

    def _constants(self, folder: Folder) -> None:
        """Defaults of inputs, and what jobs give to their functions."""
        for number, fields in enumerate(self.fields):
            for field in fields:
                if field.default is not ABSENT:
                    self.add(Place(number, "input", field.name), Flow((_literal(field.default),), number, whole=True))
        for job in folder.jobs.values():
            for call in (job.plan.main, job.plan.pre, job.plan.post):
                function = self.number("function", call.name) if call else None
                if call is not None and function is not None:
                    for name, value in call.input.items():
                        self.add(Place(function, "input", name), Flow((_literal(value),), function, whole=True))

    def _spread(self) -> None:
        """Let every place hold the labels of all that flows into it."""
        for place in self.entries:
            self._labels.setdefault(place, set()).add(f"$input.{place.name}")
        changed = True
        while changed:
            changed = False
            for place, flows in self.into.items():
                held = self._labels.setdefault(place, set())
                before = len(held)
                for flow in flows:
                    held |= self.labels(flow.nodes, flow.construct).union(*map(self._held, flow.places))
                changed |= len(held) > before

    def _held(self, place: Place) -> set[str]:
        if place.name != EVERYTHING or place == ENV:
            return self._labels.get(place, set())
        alike = [held for each, held in self._labels.items() if each[:2] == place[:2]]
        return set().union(*alike)


def _fields(construct: Construct, tables: Mapping[str, Construct]) -> tuple[Field, ...]:
    declared = construct.block.block("input")
    if declared is None:
        return standard_inputs(construct.kind)
    return Fields(Findings(construct.source, Found()), tables).read(declared)


def _lengthens(node: tree.Node, place: Place, construct: int) -> bool:
    """Whether an expression is what a place holds already, with something behind it."""
    while isinstance(node, tree.Operation) and node.operator == "~":
        node = node.left
    return _referred(node, construct)[0] == place


def _literal(value: object) -> tree.Node:
    """A constant as an expression: a text, or something that names no address."""
    return tree.Literal(0, 0, value, "") if isinstance(value, str) else _UNKNOWN


_UNKNOWN: Final = tree.Word(0, 0, "")
"""Stands for a value that is not known."""


def _nothing(node: tree.Node) -> list[tuple[tree.Node, Follow]]:
    return []


def _member(node: tree.Node, members: tuple[str, ...]) -> tree.Node:
    """What an object literal holds under these names."""
    for name in members:
        if not isinstance(node, tree.ObjectLiteral):
            return _UNKNOWN
        pairs = [pair for pair in node.pairs if isinstance(pair, tree.Pair) and not pair.disabled and pair.key == name]
        if len(pairs) != 1:
            return _UNKNOWN
        node = pairs[0].value
    return node


# ------------------------------------------------------------------ what an expression reads


def references(node: tree.Node, construct: int) -> Iterator[str | Place]:
    """The environment variables, as ``$env.NAME``, and the places that an expression may read."""
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, tree.Filter | tree.Pair) and each.disabled:
            continue
        if isinstance(each, tree.Path | tree.Variable):
            yield from _read(each, construct)
            if isinstance(each, tree.Path):
                pending += each.steps
            continue
        if isinstance(each, tree.Filter) and _sees_all(each.name):
            yield from (ENV, Place(construct, "var", EVERYTHING), Place(construct, "input", EVERYTHING))
        pending += each.children()


def _sees_all(name: str) -> bool:
    """Whether a filter or statement evaluates text that may name everything around it."""
    record = registry().filters.get(name)
    if record is not None:
        return record.needs_bindings or record.needs_scope
    statement = registry().statements.get(name)
    return statement is not None and statement.needs_bindings


def _read(node: tree.Path | tree.Variable, construct: int) -> Iterator[str | Place]:
    base = node.base if isinstance(node, tree.Path) else node
    if not isinstance(base, tree.Variable):
        yield from references(base, construct)
        return
    first = node.steps[0] if isinstance(node, tree.Path) else None
    if base.name == "env":
        name = _key(first)
        if not name.startswith("$"):
            yield f"$env.{name}" if name != EVERYTHING else ENV
    elif base.name == "error":
        yield ERROR
    elif base.name in ("input", "var"):
        yield Place(construct, base.name, _key(first))
    else:
        yield Place(construct, "var", base.name)


def _key(step: tree.Node | None) -> str:
    """The name that a step names literally, else everything."""
    if isinstance(step, tree.Member):
        return step.name
    if isinstance(step, tree.Index) and isinstance(step.key, tree.Literal):
        return str(step.key.value)
    return EVERYTHING


def _referred(node: tree.Node, construct: int) -> tuple[Place | None, tuple[str, ...]]:
    """The place that a plain reference means, and the names behind it."""
    if isinstance(node, tree.Variable):
        return Place(construct, "var", node.name), ()
    if isinstance(node, tree.Path) and isinstance(node.base, tree.Variable):
        names = tuple(map(_key, node.steps))
        if EVERYTHING not in names and node.base.name not in ("env", "error"):
            if node.base.name in ("input", "var"):
                return Place(construct, node.base.name, names[0]), names[1:]
            return Place(construct, "var", node.base.name), names
    return None, ()


# ------------------------------------------------------------------ what a statement does


class _Reader:
    """Notes the flows of one construct."""

    def __init__(self, flows: Dataflow, known: Callees, number: int) -> None:
        self.flows = flows
        self.known = known
        self.number = number

    def read(self, construct: Construct) -> None:
        result = Place(self.number, "result", "")
        response = construct.block.attribute("response")
        if response is not None:
            self._add(result, (response.value,), whole=True)
        stack = construct.block.block("stack")
        if stack is not None:
            self._body(stack)

    def _add(self, place: Place, nodes: tuple[tree.Node, ...], *places: Place, whole: bool = False) -> None:
        self.flows.add(place, Flow(nodes, self.number, places, whole))

    def _var(self, name: str) -> Place:
        return Place(self.number, "var", name)

    def _body(self, block: tree.Block) -> None:
        for entry in block.body or ():
            if isinstance(entry, tree.Block) and not unsaid(entry):
                self._statement(entry, block)
                self._body(entry)

    def _statement(self, block: tree.Block, around: tree.Block) -> None:
        given = tuple(attributes(block))
        if block.keyword in ("var", "var.update"):
            self._assigned(block)
        elif block.keyword == "return":
            self._add(Place(self.number, "result", ""), (*block.heads, *given), whole=len(given) == 1)
        elif block.keyword in ("throw", "precondition"):
            self._add(ERROR, given)
        elif block.keyword in CALLS:
            self._call(block)
        elif block.keyword == "each" and block.binding is not None:
            self._bound(block, tuple(around.heads))
        else:
            self._other(block, given)

    def _assigned(self, block: tree.Block) -> None:
        found = block.attribute("value")
        target = next((head for head in block.heads if root_name(head)), None)
        if found is not None and target is not None:
            self._add(self._var(root_name(target)), (found.value,), whole=not place_steps(target))

    def _other(self, block: tree.Block, given: tuple[tree.Node, ...]) -> None:
        """Whatever is written in a statement may come out of it, and go into the variable it works on."""
        seen = [ENV if kind == "env" else Place(self.number, kind, EVERYTHING) for kind in SEES.get(block.keyword, ())]
        if _sees_all(block.keyword):
            seen = [ENV, self._var(EVERYTHING), Place(self.number, "input", EVERYTHING)]
        keeps = block.keyword.startswith(KEEPS)
        if keeps:
            self._add(STORE, (*block.heads, *given))
        for head in block.heads:
            if given and root_name(head):
                self._add(self._var(root_name(head)), given, *seen)
        self._bound(block, (*block.heads, *given), *seen, *([STORE] if keeps else []))

    def _bound(self, block: tree.Block, nodes: tuple[tree.Node, ...], *places: Place, whole: bool = False) -> None:
        if block.binding is not None and root_name(block.binding.target):
            filters = tuple(block.binding.filters)
            whole = whole and not filters and not place_steps(block.binding.target)
            self._add(self._var(root_name(block.binding.target)), (*nodes, *filters), *places, whole=whole)

    def _call(self, block: tree.Block) -> None:
        name = query_name(block) if block.keyword == "api.call" else block.name
        callee = self.known.get(CALLS[block.keyword], {}).get(name)
        if callee is None:
            return
        self.flows.called[self.number].add(callee.number)
        given = block.attribute("input")
        values = given.value if given else None
        pairs = values.pairs if isinstance(values, tree.ObjectLiteral) else []
        named = {pair.key: pair for pair in pairs if isinstance(pair, tree.Pair) and not pair.disabled}
        if (values is not None and len(named) < len(pairs)) or not isinstance(values, tree.ObjectLiteral | None):
            for field in callee.fields:
                self._add(Place(callee.number, "input", field.name), (values,))
        for key, pair in named.items():
            self._add(Place(callee.number, "input", key), (pair.value,), whole=True)
        self._bound(block, (), Place(callee.number, "result", ""), whole=True)


def attributes(block: tree.Block) -> Iterator[tree.Node]:
    """The values of the attributes of a statement that a run reads."""
    below = {*map(id, block.body or ())}
    yield from (each.value for each in said(block) if isinstance(each, tree.Attribute) and id(each) in below)
