"""The variables of one construct while its statements are followed: set, read, kept and overwritten."""

from __future__ import annotations

from collections.abc import Iterable

from xsrun.compile.context import Findings
from xsrun.compile.names import declared_names, root_name
from xsrun.compile.reach import Loop, State
from xsrun.compile.reads import ANYTHING, Read
from xsrun.diagnostics import Found
from xsrun.project import Construct
from xsrun.syntax import tree


class Usage(Findings):
    """What is known of the variables at the statement that is being looked at."""

    def __init__(self, construct: Construct, found: Found) -> None:
        super().__init__(construct.source, found)
        self.construct = construct
        self.declared = frozenset(declared_names([construct.block]))
        self.state: State | None = State(frozenset(), frozenset())
        """None where no path leads."""
        self.loops: list[Loop] = []
        """The loops around, outermost first."""
        self.trying = 0
        """How many ``try`` stand around."""
        self.used: set[str] = set()
        self.reported: set[str] = set()
        self.written: dict[str, list[tuple[str, tree.Node]]] = {}
        """By what each variable is set, and where."""
        self.unread: dict[str, dict[int, tree.Node]] = {}
        """The last ``var`` of a variable in each list of statements, while nothing has read it since."""
        self.overwritten: dict[str, tree.Node] = {}
        """Loop variables that held something before their loop."""
        self.updating = ANYTHING
        """The variable whose own new value is being read."""

    def element(self, target: tree.Node, name: str) -> None:
        """The element of a loop is set."""
        outer = any(loop.variable == name for loop in self.loops)
        if outer and self.state is not None:
            self.warn(
                "shadowed-variable", f"`${name}` is the element of the loop around already", target,
                help=f"name it otherwise, e.g. ${name}_2: the outer element is lost here",
            )  # fmt: skip
        before = self.state is not None and name in self.state.possible
        kept = before and not outer and any(kind == "var" for kind, _ in self.written.get(name, ()))
        self.set(target, "each")
        if kept:
            self.overwritten[name] = target

    def set(self, target: tree.Node, kind: str) -> None:
        """A variable is set: by ``var``, by an ``update``, ``as`` a result, or by ``each``."""
        name = root_name(target)
        if not name:
            return
        self.written.setdefault(name, []).append((kind, target))
        if kind != "update":
            self.overwritten.pop(name, None)
        if self.state is not None:
            self.state = State(self.state.certain | {name}, self.state.possible | {name})

    def read(self, found: Iterable[Read]) -> None:
        """Variables are read."""
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
        self.unread.pop(name, None)
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

    def declared_again(self, block: tree.Block, entries: int) -> None:
        """``var`` of a variable whose value, set in the same list of statements, nothing has read."""
        target = next((head for head in block.heads if isinstance(head, tree.Variable)), None)
        if target is None or self.state is None:
            return
        lists = self.unread.setdefault(target.name, {})
        before = lists.get(entries)
        if before is not None and not self.trying:
            line = self.span(before).line
            self.warn(
                "redeclared-variable", f"`${target.name}` is set again before anything read its value of line {line}",
                target, help=f"remove one of the two; a part of a value is changed with var.update ${target.name}.…",
            )  # fmt: skip
        lists[entries] = block

    def report_unused(self) -> None:
        """Variables that only ``var`` sets: results and elements are often named because something must be."""
        if ANYTHING in self.used:
            return
        for name, writes in self.written.items():
            ignored = name in self.used or name.startswith("_") or not {kind for kind, _ in writes} <= {"var", "update"}
            if not ignored:
                self.warn("unused-variable", f"`${name}` is set and never read", writes[0][1], "remove it, or read it")
