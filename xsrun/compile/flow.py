"""What the order of statements says: variables read too early or never, and statements that are never reached.

One pass over the tree of each construct. It knows which variables are set on every path to a statement and which
on some path; where no path leads, the state is None. None of this matters to a run, so only ``check`` asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from xsrun.builtins.catalogue import registry
from xsrun.compile.names import declared_names, place_steps, root_name
from xsrun.compile.reach import LEAVES, Loop, State, breaks, constant, head_value, is_disabled, joined, runs
from xsrun.compile.reads import ANYTHING, reads
from xsrun.compile.usage import Usage
from xsrun.project import STACK_KINDS, Folder
from xsrun.syntax import tree

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


class Flow(Usage):
    """Walks the statements of one construct. One use."""

    why = ""
    """Why no path leads here."""
    told = False
    """Whether that was reported."""

    def check(self) -> None:
        """Report what there is to say."""
        block = self.construct.block
        stack = block.block("stack")
        self._stack(stack.body if stack else None)
        for entry in block.body or ():
            if isinstance(entry, tree.Attribute):
                self.read(reads(entry.value))
            elif isinstance(entry, tree.Block) and entry.keyword not in ("stack", "input", "test"):
                self._attributes(entry)
        self.report_unused()

    # ------------------------------------------------------------ statements

    def _stack(self, entries: list[tree.Node] | None) -> None:
        for entry in entries or ():
            if not isinstance(entry, tree.Block):
                continue
            if is_disabled(entry):
                self.used.update(read.name for node in entry.walk() for read in reads(node))
                continue
            if self.state is None and not self.told:
                self.warn("unreachable", "this is never reached", entry.head_span(self.source), "remove it", self.why)
            self.told = self.state is None
            self._statement(entry)
            if entry.keyword == "var":
                self.declared_again(entry, id(entries))

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
            self.set(target, "var" if block.keyword == "var" else "update")
        if block.binding:
            for each in block.binding.filters:
                for argument in each.arguments:
                    self.read(reads(argument))
            self.set(block.binding.target, "as")
        if block.keyword in LEAVES or (block.keyword == "precondition" and constant(head_value(block)) is False):
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
                self.read(reads(target))
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
            self.read(reads(head, False, per_element and isinstance(head, tree.Condition)))
        for entry in block.body or ():
            if isinstance(entry, tree.Attribute):
                self.read(reads(entry.value, False, per_element))
        self.updating = ANYTHING

    def _leave(self, block: tree.Block) -> None:
        if self.loops and block.keyword in ("break", "continue"):
            loop = self.loops[-1]
            (loop.breaks if block.keyword == "break" else loop.nexts).append(self.state)
        if block.keyword != "return":
            self.unread.clear()  # what stands behind the loop or in a `catch` may read it
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
            holds = True if branch.keyword == "else" else constant(head_value(branch))
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
        head = head_value(block)
        each = block.block("each")
        if each is None:
            return
        if block.keyword != "while":
            self.read(reads(head))
        before, self.state = self.state, self._may_set(self.state, each)
        if block.keyword == "while":
            self.read(reads(head))
        endless = block.keyword == "while" and constant(head) is True
        if runs(block.keyword, head) is False:
            self.state, self.why = None, "the loop never turns"
        variable = root_name(each.binding.target) if each.binding else ""
        if each.binding:
            self.element(each.binding.target, variable)
        self.loops.append(Loop(variable, [], []))
        self._stack(each.body)
        loop = self.loops.pop()
        nexts = [] if endless else [self.state, *loop.nexts]
        never = [] if runs(block.keyword, head) else [before]
        self.state = joined([*loop.breaks, *nexts, *never])
        if self.state is None:
            self.why = "the loop before it never ends" if endless else "every turn of the loop before it ends"


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
