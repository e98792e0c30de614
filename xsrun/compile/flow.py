"""What the order of statements says: variables read too early or never, and statements that are never reached.

One pass over the tree of each construct. It knows which variables are set on every path to a statement and which
on some path; where no path leads, the state is None. None of this matters to a run, so only ``check`` asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

from xsrun.builtins.catalogue import registry
from xsrun.compile.context import Findings
from xsrun.compile.names import declared_names, place_steps, root_name
from xsrun.compile.reads import ANYTHING, Read, reads
from xsrun.diagnostics import Found
from xsrun.project import STACK_KINDS, Construct, Folder
from xsrun.syntax import tree

LEAVES: Final = frozenset({"return", "throw", "debug.stop", "break", "continue"})
SEES_ALL: Final = frozenset({"util.get_vars", "util.template_engine", "api.lambda"})
"""Statements that may read any variable."""


def check_flow(folder: Folder) -> None:
    """Report what the order of the statements says of every construct that is right otherwise."""
    wrong = [each.span for each in folder.found.items if each.severity == "error" and each.span]
    for each in folder.constructs:
        whole = range(each.block.start, each.block.end + 1)
        faulty = any(span.source is each.source and span.start in whole for span in wrong)
        if each.kind in STACK_KINDS and not faulty and not tree.is_broken(each.block):
            with suppress(RecursionError):  # an expression of thousands of parts may be too deep to walk
                Flow(each, folder.found).check()


class State(NamedTuple):
    """Variables that are set on every path to a place, and on some path."""

    certain: frozenset[str]
    possible: frozenset[str]


class Loop(NamedTuple):
    """Where the turns of a loop end: at ``break``, or at ``continue``."""

    variable: str
    breaks: list[State | None]
    nexts: list[State | None]


def joined(states: Iterable[State | None]) -> State | None:
    """What is known where several paths meet."""
    alive = [each for each in states if each is not None]
    if not alive:
        return None
    return State(
        frozenset.intersection(*(each.certain for each in alive)), frozenset().union(*(each.possible for each in alive))
    )


def constant(node: tree.Node | None) -> bool | None:
    """Whether a condition is always true or always false; None when it depends."""
    if isinstance(node, tree.Group | tree.Backtick):
        return constant(node.value)
    if isinstance(node, tree.Prefixed) and node.operator == "!":
        inner = constant(node.operand)
        return None if inner is None else not inner
    if isinstance(node, tree.Literal):
        return bool(node.value) and node.value != "0"
    return None


class Flow(Findings):
    """Walks the statements of one construct. One use."""

    def __init__(self, construct: Construct, found: Found) -> None:
        super().__init__(construct.source, found)
        self.construct = construct
        self.declared = frozenset(declared_names([construct.block]))
        self.state: State | None = State(frozenset(), frozenset())
        self.why = ""
        """Why no path leads here."""
        self.told = False
        """Whether that was reported."""
        self.loops: list[Loop] = []
        self.trying = 0
        self.used: set[str] = set()
        self.reported: set[str] = set()
        self.written: dict[str, list[tuple[str, tree.Node]]] = {}
        """By what each variable is set, and where."""
        self.unread: dict[tuple[int, str], tree.Node] = {}
        """What ``var`` set in a list of statements and nothing read since."""
        self.overwritten: dict[str, tree.Node] = {}
        """Loop variables that held something before their loop."""
        self.updating = ANYTHING
        """The variable whose own new value is being read."""

    def check(self) -> None:
        """Report what there is to say."""
        block = self.construct.block
        stack = block.block("stack")
        self._stack(stack.body if stack else None)
        for entry in block.body or ():
            if isinstance(entry, tree.Attribute):
                self._read(reads(entry.value))
            elif isinstance(entry, tree.Block) and entry.keyword not in ("stack", "input", "test"):
                self._attributes(entry)
        self._unused()

    # ------------------------------------------------------------ statements

    def _stack(self, entries: list[tree.Node] | None) -> None:
        for entry in entries or ():
            if not isinstance(entry, tree.Block):
                continue
            if entry.disabled or is_true(entry.attribute("disabled")):
                self.used.update(read.name for node in entry.walk() for read in reads(node))
                continue
            if self.state is None and not self.told:
                self.warn("unreachable", "this is never reached", entry.head_span(self.source), "remove it", self.why)
            self.told = self.state is None
            self._statement(entry)
            if entry.keyword == "var":
                self._declared_again(entry, id(entries))

    def _statement(self, block: tree.Block) -> None:
        walk = _WALKS.get(block.keyword)
        if walk:
            walk(self, block)
            return
        target = self._target(block)
        self._attributes(block)
        if block.keyword in SEES_ALL:
            self.used.add(ANYTHING)
        for entry in block.body or ():
            if isinstance(entry, tree.Block):
                self._inner(entry)
        if target is not None:
            self._set(target, "var" if block.keyword == "var" else "update")
        if block.binding:
            for each in block.binding.filters:
                for argument in each.arguments:
                    self._read(reads(argument))
            self._set(block.binding.target, "as")
        if block.keyword in LEAVES or (block.keyword == "precondition" and constant(_head(block)) is False):
            self._leave(block)

    def _inner(self, entry: tree.Block) -> None:
        """A block in a statement of no special kind: its ``stack`` is a part of it, any other may not run."""
        if entry.keyword == "stack":
            self._stack(entry.body)
            return
        self._attributes(entry)
        before = self.state
        self._stack(entry.body)
        self.state = joined([before, self.state])

    def _target(self, block: tree.Block) -> tree.Node | None:
        """The variable in the head that a statement sets; it is read too when only a part of it changes."""
        record = registry().statements.get(block.keyword)
        changes = block.keyword == "var.update" or (record is not None and record.target in ("update", "mutate"))
        if not changes and block.keyword != "var":
            return None
        target = next((head for head in block.heads if isinstance(head, tree.Variable | tree.Path)), None)
        name = root_name(target) if target else ""
        if target is not None and block.keyword != "var":
            self.updating = ANYTHING if block.binding else name
            if record is not None or place_steps(target):
                self._read(reads(target))
            self.updating = ANYTHING
        return target

    def _attributes(self, block: tree.Block) -> None:
        """Everything that a statement reads, but for the variable that it sets."""
        per_element = block.keyword.startswith("array.")
        record = registry().statements.get(block.keyword)
        sets = block.keyword in ("var", "var.update") or (record and record.target in ("update", "mutate"))
        heads = [head for head in block.heads if not (sets and isinstance(head, tree.Variable | tree.Path))]
        self.updating = root_name(block.heads[0]) if block.heads and sets else ANYTHING
        for head in heads:
            self._read(reads(head, False, per_element and isinstance(head, tree.Condition)))
        for entry in block.body or ():
            if isinstance(entry, tree.Attribute):
                self._read(reads(entry.value, False, per_element))
        self.updating = ANYTHING

    def _leave(self, block: tree.Block) -> None:
        if self.loops and block.keyword in ("break", "continue"):
            loop = self.loops[-1]
            (loop.breaks if block.keyword == "break" else loop.nexts).append(self.state)
        self.state, self.why = None, ""

    # ------------------------------------------------------------ branches

    def _conditional(self, block: tree.Block) -> None:
        exits: list[State | None] = []
        rest = self.state
        for branch in block.body or ():
            if not isinstance(branch, tree.Block) or branch.disabled:
                continue
            self.state = rest
            self._attributes(branch)
            holds = True if branch.keyword == "else" else constant(_head(branch))
            if holds is False:
                self.state, self.why = None, "its condition is always false"
            self._stack(branch.body)
            exits.append(self.state)
            if holds:
                rest, self.why = None, "the condition before is always true"
        self.state = joined([*exits, rest])
        if self.state is None:
            self.why = "every branch before it ends"

    def _switch(self, block: tree.Block) -> None:
        self._attributes(block)
        before, through, exits = self.state, None, list[State | None]()
        cases = [each for each in block.body or () if isinstance(each, tree.Block) and each.keyword != "break"]
        for case in cases:
            self.state = joined([before, through])
            self._attributes(case)
            self._stack(case.body)
            if breaks(block, case):
                exits.append(self.state)
                through = None
            else:
                through = self.state
        complete = bool(cases) and cases[-1].keyword == "default"
        self.state = joined([*exits, through, *([] if complete else [before])])
        if self.state is None:
            self.why = "every case before it ends"

    def _try(self, block: tree.Block) -> None:
        attempt, catch, last = (block.block(name) for name in ("try", "catch", "finally"))
        before = self.state
        self.trying += 1
        self._stack(attempt.body if attempt else None)
        self.trying -= 1
        after = self.state
        self.state = self._may_set(before, attempt)
        self._stack(catch.body if catch else None)
        after = joined([after, self.state])
        self.state = self._may_set(self._may_set(before, attempt), catch)
        self._stack(last.body if last else None)
        final, self.state = self.state, after
        if after is not None and final is not None:
            self.state = State(after.certain | final.certain, after.possible | final.possible)
        elif last is not None and final is None:
            self.state = None
        if self.state is None and after is None:
            self.why = "`try` and `catch` before it both end"

    @staticmethod
    def _may_set(before: State | None, part: tree.Block | None) -> State | None:
        """The state where any beginning of a block has run."""
        if before is None or part is None:
            return before
        return before._replace(possible=before.possible | frozenset(declared_names(part.body or ())))

    @contextmanager
    def _apart(self, state: State | None) -> Iterator[None]:
        """Statements of a stack that leaves the state around it as it is."""
        before, self.state = self.state, state
        loops, self.loops = self.loops, []
        yield
        self.state, self.loops = before, loops

    def _to_throw(self, block: tree.Block) -> None:
        self._attributes(block)
        with self._apart(self.state):
            for inner in block.blocks("stack"):
                self._stack(inner.body)

    def _post_process(self, block: tree.Block) -> None:
        """Statements that run last: by then all that the stack sets may be set."""
        later = None if self.state is None else State(self.declared, self.declared)
        with self._apart(later):
            for inner in block.blocks("stack"):
                self._stack(inner.body)

    # ------------------------------------------------------------ loops

    def _loop(self, block: tree.Block) -> None:
        head = _head(block)
        each = block.block("each")
        if each is None:
            return
        if block.keyword != "while":
            self._read(reads(head))
        before, self.state = self.state, self._may_set(self.state, each)
        if block.keyword == "while":
            self._read(reads(head))
        endless = block.keyword == "while" and constant(head) is True
        if runs(block.keyword, head) is False:
            self.state, self.why = None, "the loop never turns"
        variable = root_name(each.binding.target) if each.binding else ""
        if each.binding:
            self._element(each.binding.target, variable)
        self.loops.append(Loop(variable, [], []))
        self._stack(each.body)
        loop = self.loops.pop()
        nexts = [] if endless else [self.state, *loop.nexts]
        never = [] if runs(block.keyword, head) else [before]
        self.state = joined([*loop.breaks, *nexts, *never])
        if self.state is None:
            self.why = "the loop before it never ends" if endless else "every turn of the loop before it ends"
        if variable in self.overwritten:
            self.reported.discard(variable)

    def _element(self, target: tree.Node, name: str) -> None:
        outer = any(loop.variable == name for loop in self.loops)
        if outer and self.state is not None:
            self.warn(
                "shadowed-variable", f"`${name}` is the element of the loop around already", target,
                help=f"name it otherwise, e.g. ${name}_2: the outer element is lost here",
            )  # fmt: skip
        before = self.state is not None and name in self.state.possible
        kept = before and not outer and any(kind == "var" for kind, _ in self.written.get(name, ()))
        self._set(target, "each")
        if kept:
            self.overwritten[name] = target

    # ------------------------------------------------------------ variables

    def _set(self, target: tree.Node, kind: str) -> None:
        name = root_name(target)
        if not name:
            return
        self.written.setdefault(name, []).append((kind, target))
        if kind != "update":
            self.overwritten.pop(name, None)
        if self.state is not None:
            self.state = State(self.state.certain | {name}, self.state.possible | {name})

    def _read(self, found: Iterable[Read]) -> None:
        for read in found:
            if read.name == ANYTHING:
                self.used.add(ANYTHING)
                self.unread.clear()
            elif read.name in self.declared:
                self._read_variable(read)

    def _read_variable(self, read: Read) -> None:
        name = read.name
        if name != self.updating:
            self.used.add(name)
        for key in [key for key in self.unread if key[1] == name]:
            del self.unread[key]
        lost = self.overwritten.pop(name, None) if not any(loop.variable == name for loop in self.loops) else None
        if lost is not None:
            line = self.span(read.node).line
            self.warn(
                "shadowed-variable", f"the loop changes `${name}`, set before it and read behind it, in line {line}",
                lost, help=f"name the element otherwise, e.g. ${name}_2",
            )  # fmt: skip
        if self.state is None or read.tolerant or name in self.state.certain or name in self.reported:
            return
        self.reported.add(name)
        if name in self.state.possible:
            self.warn(
                "maybe-unset", f"`${name}` is not set on every path to this place", read.node,
                help=f"set it before, e.g. var ${name} {{ value = null }}",
            )  # fmt: skip
        else:
            self.warn("missing-variable", f"`${name}` is read before any statement sets it", read.node)

    def _declared_again(self, block: tree.Block, entries: int) -> None:
        """``var`` of a variable whose value, set in the same list of statements, nothing has read."""
        target = next((head for head in block.heads if isinstance(head, tree.Variable)), None)
        if target is None or self.state is None:
            return
        key = (entries, target.name)
        before = self.unread.get(key)
        if before is not None and not self.trying:
            line = self.span(before).line
            self.warn(
                "redeclared-variable", f"`${target.name}` is set again before anything read its value of line {line}",
                target, help=f"remove one of the two; a part of a value is changed with var.update ${target.name}.…",
            )  # fmt: skip
        self.unread[key] = block

    def _unused(self) -> None:
        """Variables that only ``var`` sets: results and elements are often named because something must be."""
        if ANYTHING in self.used:
            return
        for name, writes in self.written.items():
            ignored = name in self.used or name.startswith("_") or not {kind for kind, _ in writes} <= {"var", "update"}
            if not ignored:
                self.warn("unused-variable", f"`${name}` is set and never read", writes[0][1], "remove it, or read it")


def _head(block: tree.Block) -> tree.Node | None:
    """The expression in parentheses."""
    for head in block.heads:
        if isinstance(head, tree.Argument | tree.Condition):
            return head.value
    return None


def is_true(attribute: tree.Attribute | None) -> bool:
    """Whether an attribute is there and always true."""
    return attribute is not None and constant(attribute.value) is True


def runs(keyword: str, head: tree.Node | None) -> bool | None:
    """Whether a loop surely makes a turn, or surely none; None when it depends."""
    inner = head.value if isinstance(head, tree.Group) else head
    if keyword == "while":
        return constant(inner)
    if isinstance(inner, tree.Literal) and keyword == "for":
        return isinstance(inner.value, int) and inner.value > 0
    if isinstance(inner, tree.Operation) and inner.operator == "..":
        return True
    if isinstance(inner, tree.ListLiteral):
        if not inner.items:
            return False
        return True if not any(isinstance(item, tree.Spread) for item in inner.items) else None
    return None


def breaks(block: tree.Block, case: tree.Block) -> bool:
    """Whether ``break`` stands behind the braces of a case, or in place of them."""
    if any(isinstance(head, tree.Word) and head.name == "break" for head in case.heads):
        return True
    entries = block.body or []
    after = entries.index(case) + 1
    following = entries[after] if after < len(entries) else None
    return isinstance(following, tree.Block) and following.keyword == "break"


_WALKS: Final[dict[str, Callable[[Flow, tree.Block], None]]] = {
    "conditional": Flow._conditional,
    "switch": Flow._switch,
    "try_catch": Flow._try,
    "foreach": Flow._loop,
    "for": Flow._loop,
    "while": Flow._loop,
    "expect.to_throw": Flow._to_throw,
    "util.post_process": Flow._post_process,
}
