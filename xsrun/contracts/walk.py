"""A folder run through with what is known of its values: every request that it may send, as it is sent there.

Whatever nothing else calls begins with inputs of which only the types are known; a function that is called is run
through anew with what each call gives it. Of two branches both are taken and their variables joined; a loop is gone
through once, with nothing known of what it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from xsrun.compile.callees import CALLS, Callees, callees, query_name, standard_inputs
from xsrun.compile.context import Findings
from xsrun.compile.fields import Fields
from xsrun.contracts.answers import Sent
from xsrun.contracts.changes import changed
from xsrun.contracts.expressions import Scope
from xsrun.contracts.known import (
    ANY,
    NULL,
    UNKNOWN,
    Choice,
    Known,
    Record,
    Something,
    choice,
    constant,
    exact,
    kinds_of,
)
from xsrun.contracts.statements import Run, inputs_of
from xsrun.diagnostics import Found
from xsrun.project import STACK_KINDS, Construct, Folder
from xsrun.syntax import tree
from xsrun.types.fields import ABSENT, Field

DEEPEST: Final = 12
"""Calls within calls that are followed."""
MOST: Final = 10_000
"""Statements that are gone through in a folder; what calls fan out to beyond that is left alone."""

KINDS: Final[Mapping[str, frozenset[str]]] = {
    "int": frozenset({"number"}), "decimal": frozenset({"number"}), "timestamp": frozenset({"number"}),
    "bool": frozenset({"boolean"}), "text": frozenset({"text"}), "email": frozenset({"text"}),
    "uuid": frozenset({"text"}), "date": frozenset({"text"}), "password": frozenset({"text"}),
    "enum": frozenset({"text"}), "object": frozenset({"object"}),
}  # fmt: skip
"""What an input of a type holds, once it was given."""


def requests(folder: Folder) -> list[Sent]:
    """Every request of a folder, once for each way that leads to it."""
    return Walk(folder).all()


class Walk:
    """The state of one pass: what was sent, where it is, how much is left to do."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.constructs = [each for each in folder.constructs if each.kind in STACK_KINDS]
        self.fields = [_fields(each, folder.named("table")) for each in self.constructs]
        self.callees: Callees = callees(self.constructs, self.fields)
        self.sent: list[Sent] = []
        self.left = MOST
        self.active: list[int] = []
        self.visited: set[int] = set()

    def all(self) -> list[Sent]:
        """What every construct sends."""
        for job in self.folder.jobs.values():
            for clause in ("pre", "main", "post"):
                self._begin(job.construct, clause)
        called = {number for each in self.constructs for number in self._called(each)}
        for numbers in ([n for n in range(len(self.constructs)) if n not in called], range(len(self.constructs))):
            for number in numbers:
                if number not in self.visited:
                    self.run(number, {})
        return self.sent

    def _begin(self, job: Construct, clause: str) -> None:
        """Run the function that a job names, with the constants that it gives."""
        found = job.block.attribute(clause)
        plan = Scope(job.source, {}, {}).value(found.value) if found else UNKNOWN
        if not isinstance(plan, Record) or "name" not in plan.entries:
            return
        callee = self.callees.get("function", {}).get(str(exact(plan.entries["name"].value)[1]))
        if callee is not None:
            given = plan.entries["input"].value if "input" in plan.entries else Record({})
            self.run(callee.number, inputs_of(given))

    def _called(self, construct: Construct) -> Iterable[int]:
        for node in construct.block.walk():
            if isinstance(node, tree.Block) and (callee := self.callee(node)) is not None:
                yield callee

    def callee(self, block: tree.Block) -> int | None:
        """The construct that a statement calls."""
        if block.keyword not in CALLS:
            return None
        name = query_name(block) if block.keyword == "api.call" else block.name
        callee = self.callees.get(CALLS[block.keyword], {}).get(name)
        return callee.number if callee else None

    def run(self, number: int, given: Mapping[str, Known]) -> Known:
        """What a construct gives back for these inputs."""
        if number in self.active or len(self.active) > DEEPEST:
            return UNKNOWN
        self.visited.add(number)
        construct = self.constructs[number]
        entry = not self.active
        inputs = {field.name: _input(field, given.get(field.name), entry) for field in self.fields[number]}
        self.active.append(number)
        try:
            return Run(self, Scope(construct.source, inputs, {})).of(construct.block)
        except RecursionError:  # an expression of thousands of parts
            return UNKNOWN
        finally:
            self.active.pop()


def _fields(construct: Construct, tables: Mapping[str, Construct]) -> tuple[Field, ...]:
    declared = construct.block.block("input")
    if declared is None:
        return standard_inputs(construct.kind)
    return Fields(Findings(construct.source, Found()), tables).read(declared)


def _input(field: Field, given: Known | None, entry: bool) -> Known:
    """What is known of an input: what a call gives, else what its default or its type says."""
    typed = _typed(field)
    if given is None or given == NULL:
        return typed if entry or field.default is ABSENT else constant(field.default)
    if isinstance(given, Something) and not given.kinds and given.answers is None:
        return typed if isinstance(typed, Choice) else replace(given, kinds=kinds_of(typed))
    known, value = exact(given)
    if known and isinstance(value, int | float) and kinds_of(typed) == {"text"}:
        return changed("to_text", given, [])
    return given


def _typed(field: Field) -> Known:
    """What the type of an input says."""
    name = f"$input.{field.name}"
    if field.is_list:
        return Something(frozenset({"list"}), name)
    chosen = field.attributes.get("values")
    if field.type == "enum" and isinstance(chosen, list) and chosen and not field.nullable:
        return choice(constant(each) for each in chosen)
    kinds = KINDS.get(field.type, ANY)
    return Something(kinds | {"null"} if kinds and (field.nullable or field.optional) else kinds, name)
