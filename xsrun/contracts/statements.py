"""What is known of a function's variables after each of its statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol

from xsrun.builtins.catalogue import registry
from xsrun.builtins.records import Statement
from xsrun.compile.callees import runs_apart
from xsrun.compile.hosts import unsaid
from xsrun.compile.names import place_steps, root_name
from xsrun.contracts.answers import Sent, compared, looked_at
from xsrun.contracts.changes import changed
from xsrun.contracts.expressions import Scope
from xsrun.contracts.known import UNKNOWN, Items, Known, Record, choice, concat, constant, exact, join, put
from xsrun.providers.fields import NOTHING
from xsrun.syntax import tree

SENDS: Final = "api.request"
SHORT: Final = 200
"""Characters of a statement that count once more."""

GROWN: Final[Mapping[str, str]] = {"array.push": "push", "array.merge": "merge"}
"""Statements that change the variable in their head as a filter would."""
EMPTY: Final = tuple((True, each) for each in NOTHING)
"""Values, as ``exact`` gives them, that statements of providers do not send."""


class Program(Protocol):
    """What a function needs of the folder around it."""

    sent: list[Sent]
    left: int
    """Statements that may still be gone through."""

    def callee(self, block: tree.Block) -> int | None:
        """The construct that a statement calls."""

    def run(self, number: int, given: Mapping[str, Known]) -> Known:
        """What a construct gives back for these inputs."""


class Run:
    """One pass through one function. Where no run gets, there is no scope."""

    def __init__(self, program: Program, scope: Scope) -> None:
        self._program = program
        self._scope: Scope | None = scope
        self._results: list[Known] = []
        self._leaving: list[Scope] = []
        """The scopes that a loop is left or gone on with before its end."""

    def of(self, block: tree.Block) -> Known:
        """What the construct gives back."""
        self._body(block.block("stack"))
        response = block.attribute("response")
        if self._scope is not None:
            self._results.append(self._scope.value(response.value) if response else constant(None))
        return choice(self._results) if self._results else UNKNOWN

    # ------------------------------------------------------------ control flow

    def _body(self, block: tree.Block | None) -> None:
        for entry in block.body or () if block else ():
            if self._scope is None or self._program.left <= 0:
                return
            if isinstance(entry, tree.Block) and not unsaid(entry):
                self._program.left -= 1 + (entry.end - entry.start) // SHORT
                STATEMENTS.get(entry.keyword, Run._other)(self, self._scope, entry)

    def _through(self, scope: Scope, *blocks: tree.Block | None) -> Scope | None:
        """The scope after blocks, from one before them."""
        before, self._scope = self._scope, scope.copy()
        for block in blocks:
            self._body(block)
        after, self._scope = self._scope, before
        return after

    def _meet(self, scopes: Iterable[Scope | None]) -> None:
        """Go on from wherever one of these scopes is."""
        alive = [each for each in scopes if each is not None]
        self._scope = alive[0].copy() if alive else None
        for other in alive[1:]:
            self._joined(other)

    def _joined(self, other: Scope) -> None:
        here = self._scope
        if here is None:
            return
        for name, value in other.variables.items():
            here.variables[name] = join(here.variables[name], value) if name in here.variables else value

    def _conditional(self, scope: Scope, block: tree.Block) -> None:
        after: list[Scope | None] = []
        open_end = True
        for branch in _blocks(block, "if", "elseif", "else"):
            holds = True if branch.keyword == "else" else _truth(scope, branch)
            if holds is not False:
                after.append(self._through(scope, branch))
            if holds is True:
                open_end = False
                break
        self._meet([*after, scope] if open_end else after)

    def _switch(self, scope: Scope, block: tree.Block) -> None:
        value = _head(scope, block)
        after: list[Scope | None] = []
        complete = False
        for case in _blocks(block, "case", "default"):
            complete = complete or case.keyword == "default"
            if case.keyword == "case":
                compared(value, "==", _head(scope, case), scope.span(case))
            after.append(self._through(scope, case))
        self._meet(after if complete else [*after, scope])

    def _loop(self, scope: Scope, block: tree.Block) -> None:
        subject = _head(scope, block)
        looked_at(subject)
        leaving, self._leaving = self._leaving, []
        if any(isinstance(each, tree.Block) and each.keyword == "remove" for each in block.walk()):
            _forget_all(scope, block.heads)
        inner = scope.copy()
        _forget(inner, block)
        for each in _blocks(block, "each"):
            if each.binding is not None and root_name(each.binding.target):
                inner.variables[root_name(each.binding.target)] = _element(subject)
            self._leaving.append(scope)
            end = self._through(inner, each)
            self._meet([scope, end, *self._leaving])
        self._leaving = leaving

    def _leave(self, scope: Scope, _block: tree.Block) -> None:
        self._leaving.append(scope)
        self._scope = None

    def _try(self, scope: Scope, block: tree.Block) -> None:
        tried = self._through(scope, block.block("try"))
        broken = scope.copy()
        _forget(broken, block)
        caught = [self._through(broken, each) for each in _blocks(block, "catch")]
        self._meet([tried, *caught] if caught else [tried, broken])
        last = block.block("finally")
        if last is not None and self._scope is not None:
            self._scope = self._through(self._scope, last)

    def _group(self, scope: Scope, block: tree.Block) -> None:
        self._scope = self._through(scope, block.block("stack"))

    def _return(self, scope: Scope, block: tree.Block) -> None:
        given = block.attribute("value")
        self._results.append(scope.value(given.value) if given else constant(None))
        self._scope = None

    def _throw(self, scope: Scope, block: tree.Block) -> None:
        _given(scope, block)
        self._scope = None

    # ------------------------------------------------------------ variables

    def _var(self, scope: Scope, block: tree.Block) -> None:
        given = block.attribute("value")
        target = next((head for head in block.heads if root_name(head)), None)
        name = root_name(target) if target else next((h.name for h in block.heads if isinstance(h, tree.Word)), "")
        value = scope.value(given.value) if given else constant(None)
        if target is not None and place_steps(target):
            _set(scope, target, value)
        elif name:
            scope.variables[name] = value

    def _grow(self, scope: Scope, block: tree.Block) -> None:
        """``array.push $list { value }`` and its like."""
        given = block.attribute("value")
        target = block.heads[0] if block.heads else None
        if given is None or target is None or not root_name(target):
            return
        value, old = scope.value(given.value), scope.value(target)
        if block.keyword in ("text.append", "text.prepend"):
            _set(scope, target, concat((old, value) if block.keyword == "text.append" else (value, old)))
        else:
            _set(scope, target, changed(GROWN[block.keyword], old, [value]))

    # ------------------------------------------------------------ calls

    def _request(self, scope: Scope, block: tree.Block) -> None:
        sent = Sent(block.head_span(scope.source), _given(scope, block))
        self._program.sent.append(sent)
        _bind(scope, block, sent.answer())

    def _call(self, scope: Scope, block: tree.Block) -> None:
        callee = self._program.callee(block)
        given = _given(scope, block)
        result: Known = UNKNOWN
        if callee is not None:
            result = self._program.run(callee, inputs_of(given.get("input", Record({}))))
        _bind(scope, block, UNKNOWN if runs_apart(block) or block.keyword != "function.run" else result)

    def _other(self, scope: Scope, block: tree.Block) -> None:
        """Any other statement: what it works on and what it binds is not known any more, nor what is set in it."""
        record = registry().statements.get(block.keyword)
        given = _given(scope, block)
        if record is not None and record.call is not None:
            self._program.sent.append(Sent(block.head_span(scope.source), _attributes(record, given), record.call))
        for value in (*(scope.value(head) for head in block.heads), *given.values()):
            if not block.keyword.startswith("debug."):
                looked_at(value)
        for inner in _blocks(block):
            _forget(scope, inner)
            self._through(scope, inner)
        if record is None or record.target in ("update", "mutate"):
            _forget_heads(scope, block)
        _bind(scope, block, UNKNOWN)


def inputs_of(value: Known) -> dict[str, Known]:
    """The inputs that a call gives, by name."""
    if not isinstance(value, Record):
        return {}
    return {name: each.value if each.sure else join(each.value, UNKNOWN) for name, each in value.entries.items()}


def _blocks(block: tree.Block, *keywords: str) -> list[tree.Block]:
    blocks = [each for each in block.body or () if isinstance(each, tree.Block) and not unsaid(each)]
    return [each for each in blocks if not keywords or each.keyword in keywords]


def _head(scope: Scope, block: tree.Block) -> Known:
    return scope.value(block.heads[0]) if block.heads else UNKNOWN


def _truth(scope: Scope, block: tree.Block) -> bool | None:
    return scope.truth(block.heads[0]) if block.heads else None


def _given(scope: Scope, block: tree.Block) -> dict[str, Known]:
    """What the attributes of a statement give."""
    return {
        entry.name: scope.value(entry.value)
        for entry in block.body or ()
        if isinstance(entry, tree.Attribute) and not unsaid(entry)
    }


def _attributes(record: Statement, given: Mapping[str, Known]) -> dict[str, Known]:
    """What the attributes of a statement of a provider come to: an optional one that says nothing has its default."""
    usual = {each.name: constant(each.default) for each in record.params if not each.required}
    return usual | {name: value for name, value in given.items() if name not in usual or exact(value) not in EMPTY}


def _bind(scope: Scope, block: tree.Block, value: Known) -> None:
    if block.binding is not None and root_name(block.binding.target):
        for each in block.binding.filters:
            value = changed(each.name, value, [scope.value(argument) for argument in each.arguments])
        _set(scope, block.binding.target, value)


def _set(scope: Scope, target: tree.Node, value: Known) -> None:
    """Put a value at the place of a variable; where that is computed, anything may have changed."""
    name = root_name(target)
    path: list[str] = []
    for step in place_steps(target):
        known, key = (True, step.name) if isinstance(step, tree.Member) else exact(scope.value(step.key))
        if not known or not isinstance(key, str):
            scope.variables[name] = UNKNOWN
            return
        path.append(key)
    scope.variables[name] = put(scope.read(name), tuple(path), value)


def _element(subject: Known) -> Known:
    if isinstance(subject, Items) and subject.closed and subject.entries:
        return choice(each.value for each in subject.entries)
    return UNKNOWN


def _forget(scope: Scope, block: tree.Block) -> None:
    """Know nothing any more of what is set in a block."""
    for node in block.walk():
        if isinstance(node, tree.Block):
            _forget_heads(scope, node)
            if node.binding is not None and root_name(node.binding.target) in scope.variables:
                scope.variables[root_name(node.binding.target)] = UNKNOWN


def _forget_heads(scope: Scope, block: tree.Block) -> None:
    for head in block.heads:
        if root_name(head) in scope.variables:
            scope.variables[root_name(head)] = UNKNOWN


def _forget_all(scope: Scope, nodes: Iterable[tree.Node]) -> None:
    """Know nothing any more of the variables that expressions mention."""
    for name in {each.name for node in nodes for each in node.walk() if isinstance(each, tree.Variable)}:
        if name in scope.variables:
            scope.variables[name] = UNKNOWN


STATEMENTS: Final[Mapping[str, Callable[[Run, Scope, tree.Block], None]]] = {
    "conditional": Run._conditional,
    "switch": Run._switch,
    "foreach": Run._loop,
    "for": Run._loop,
    "while": Run._loop,
    "break": Run._leave,
    "continue": Run._leave,
    "try_catch": Run._try,
    "group": Run._group,
    "return": Run._return,
    "throw": Run._throw,
    "debug.stop": Run._throw,
    "var": Run._var,
    "var.update": Run._var,
    "array.push": Run._grow,
    "array.merge": Run._grow,
    "text.append": Run._grow,
    "text.prepend": Run._grow,
    SENDS: Run._request,
    "function.run": Run._call,
    "function.call": Run._call,
    "task.call": Run._call,
    "tool.call": Run._call,
    "api.call": Run._call,
}
