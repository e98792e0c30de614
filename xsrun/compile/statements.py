"""Stacks of statements to Python: forms and builtins."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import chain
from typing import Final

from xsrun.builtins.absent import ABSENT
from xsrun.builtins.records import Statement
from xsrun.builtins.registry import LAZY
from xsrun.compile import fast, growth, proofs, shape
from xsrun.compile import python as py
from xsrun.compile.calls import TAKES_VALUE, surplus_heads
from xsrun.compile.context import Context
from xsrun.compile.expressions import Expressions
from xsrun.compile.forms import FORMS
from xsrun.compile.forms.variables import declarable, is_fresh
from xsrun.compile.layout import enclosed
from xsrun.compile.marks import CONTAINERS, head_of
from xsrun.compile.mocks import mocked
from xsrun.compile.names import place_steps, root_name
from xsrun.compile.reach import is_disabled
from xsrun.compile.rows import CellUpdate, cell_update
from xsrun.compile.straight import cannot_fail, tried
from xsrun.compile.types import ANY, LIST
from xsrun.compile.updates import Updates
from xsrun.diagnostics import Edit, nearest
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.types.table import TYPES

CALCULATIONS: Final = {"math.add": "+", "math.sub": "-", "math.mul": "*", "math.div": "/", "math.mod": "%"}
INNER: Final = {
    "if": "conditional", "elseif": "conditional", "else": "conditional", "case": "switch", "default": "switch",
    "try": "try_catch", "catch": "try_catch", "finally": "try_catch", "each": "foreach",
}  # fmt: skip
"""Blocks of a statement, and which one they belong to."""
MISNOMERS: Final = {
    "print": "debug.log", "echo": "debug.log", "log": "debug.log", "console.log": "debug.log", "let": "var",
    "const": "var", "set": "var.update", "call": "function.run", "fetch": "api.request", "http.request": "api.request",
    "api.get": "api.request", "api.post": "api.request", "http.get": "api.request", "http.post": "api.request",
    "raise": "throw", "assert": "precondition", "try": "try_catch", "loop": "while",
}  # fmt: skip
"""Statements of other languages, and the one to write."""
CLAUSES: Final = {
    "stack": "leave out `stack` and its braces: statements stand in a branch or loop directly",
    "input": "move it above `stack`",
    "response": "write return { value = … } to end here, or move it below `stack`",
}
"""Clauses of a construct that people write among statements, and what to do instead."""
FIRST: Final = frozenset({"if", "case", "try", "each"})
"""Blocks that begin their statement."""
COMPLETE: Final = frozenset({"if", "try"})
"""Those that lack nothing but the name of their statement and its braces."""


class Statements:
    """Compiles the statements of one function."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.expressions = Expressions(context)
        self.updates = Updates(context, self.expressions, self.expressions.arguments)

    # ------------------------------------------------------------ stacks

    def body(self, block: tree.Block | None) -> list[ast.stmt]:
        """The statements in a block."""
        made: list[ast.stmt] = []
        entries = (block.body or []) if block else []
        at = 0
        while at < len(entries):
            found = None if self.context.marks.active else cell_update(entries, at)
            chain = _chain(entries, at)
            answer = _answer(entries, at)
            if found:
                made += self._cell(found, [each for each in entries[at : at + 3] if isinstance(each, tree.Block)])
                at += 3
            elif chain:
                made += self._inner(chain)
                at += len(chain)
            elif answer:
                self._stray_response(*answer)
                at += 2
            else:
                made += self._entry(entries[at])
                at += 1
        return made

    def _entry(self, entry: tree.Node) -> list[ast.stmt]:
        if isinstance(entry, tree.Block):
            return self.statement(entry)
        if isinstance(entry, tree.Attribute) and entry.name not in ("description", "disabled"):
            self._stray_attribute(entry)
        return []

    def _cell(self, found: CellUpdate, blocks: list[tree.Block]) -> list[ast.stmt]:
        """Three statements that change one cell of a table."""
        one_by_one = [self.statement(block) for block in blocks]
        context = self.context
        outer, context.escaped = context.escaped, set()
        with context.muted():
            made = self.updates.cell(found, one_by_one)
        cleared = self.shared(context.escaped)
        context.escaped = outer
        if made is None:
            return [*chain(*one_by_one)]
        placed: list[ast.stmt] = [*cleared, *made]
        for each in placed:
            py.place(each, context.source, blocks[1])
        return placed

    def statement(self, block: tree.Block) -> list[ast.stmt]:
        """One statement, placed on its source."""
        if is_disabled(block):
            return []
        context = self.context
        outer, context.escaped = context.escaped, set()
        before = set(context.names.certain)
        made = mocked(self, block, before, self._unmocked(block))
        made = self.shared(context.escaped) + made
        if block.keyword not in CONTAINERS:
            made = context.marks.statement(head_of(context.source, block)) + made
        context.escaped = outer
        for each in made:
            if not hasattr(each, "lineno"):
                py.place(each, context.source, block)
        return made

    def _unmocked(self, block: tree.Block) -> list[ast.stmt]:
        known = self.context.registry.statements
        if block.keyword in FORMS:
            return FORMS[block.keyword].compile(self, block)
        if block.keyword in known:
            return self._builtin(known[block.keyword], block)
        if block.keyword in ABSENT:
            return self._absent(block)
        self._unknown(block)
        return []

    def _inner(self, chain: list[tree.Block]) -> list[ast.stmt]:
        """Blocks that stand outside their statement: reported once, then read as if they stood in it."""
        first, source = chain[0], self.context.source
        outer = INNER[first.keyword]
        whole = first.keyword in COMPLETE
        self.context.error(
            "misplaced",
            f"`{first.keyword}` stands outside `{outer}`",
            first.head_span(source),
            help=f"write {outer} {{ {first.keyword} … }}",
            edits=enclosed(source, chain, outer) if whole else (),
        )
        if whole:
            end = chain[-1].end
            body: list[tree.Node] = [*chain]
            return self.statement(tree.Block(first.start, end, outer, [], body, None, False, first.start, []))
        for block in chain:
            shape.without_variable(self.context, block if block.keyword == "catch" else None)
            self.body(block)
        return []

    def _short(self, node: tree.Node) -> str:
        written = self.context.span(node).text
        return written if len(written) <= 60 and "\n" not in written else "…"

    def _stray_attribute(self, entry: tree.Attribute) -> None:
        if entry.name == "response":
            self._stray_response(entry)
            return
        self.context.error(
            "misplaced",
            f"`{entry.name} = …` stands where statements stand",
            entry,
            help=f"write var ${entry.name} {{ value = {self._short(entry.value)} }}",
        )

    def _stray_response(self, entry: tree.Attribute, end: tree.Block | None = None) -> None:
        """``response = …`` among statements; with a bare ``return`` behind it, it is what that should give back."""
        source = self.context.source
        edits: list[Edit] = []
        if end is not None and not source.text[entry.end : end.start].strip():
            opening = Edit(Span(source, entry.start, entry.value.start), "return { value = ")
            edits = [opening, Edit(Span(source, entry.end, end.end), " }")]
        message = "`response` is a clause of the function, no statement"
        place = Span(source, entry.start, entry.name_end)
        self.context.error("misplaced", message, place, CLAUSES["response"], edits=edits)

    # ------------------------------------------------------------ variables

    def store(self, target: tree.Node, value: ast.expr, fresh: bool = False) -> list[ast.stmt]:
        """Set a variable, or the place in it that a path leads to."""
        return self.updates.store(target, value, fresh)

    def assign(self, target: tree.Node, value: tree.Node) -> list[ast.stmt]:
        """Set a variable or a place in it to the value of an expression."""
        grown = self.updates.grown(target, value)
        if grown is not None:
            return grown
        setup, made = self.tried(target, value, lambda: self.expressions.value(value, strict=True))
        return [*setup, *self.store(target, made, is_fresh(value))]

    def tried(
        self, target: tree.Node, value: tree.Node, make: Callable[[], ast.expr]
    ) -> tuple[list[ast.stmt], ast.expr]:
        """What a variable or a place in it is set to; a variable may have it when the statements have run.

        A place that may be at fault itself is looked at before its value, so there nothing is tried.
        """
        names, name, steps = self.context.names, root_name(target), place_steps(target)
        if name in names.declared and not steps:
            return tried(self.context, value, make, names.local(name))
        keys = [step.key for step in steps if isinstance(step, tree.Index)]
        if name in names.certain and all(cannot_fail(key, self.context.types) for key in keys):
            return tried(self.context, value, make)
        return [], make()

    def shared(self, names: set[str]) -> list[ast.stmt]:
        """Note that variables may no longer be the only holders of what they hold."""
        return [self.updates.shared(name) for name in sorted(names & self.context.tracked)]

    def bind(self, block: tree.Block, value: ast.expr, fresh: bool = False) -> list[ast.stmt]:
        """``as $name`` of a statement, or its value for the effect alone."""
        binding = block.binding
        if binding is None:
            return [py.expression(value)]
        if not declarable(self, binding.target):
            return [py.expression(value)]
        for each in binding.filters:
            if not each.disabled:
                value = self.context.concealed(each, self.expressions.arguments.filter(value, None, each))
        if not place_steps(binding.target):
            return self.store(binding.target, value, fresh)
        held = self.context.temporary()  # What a statement does is done, whether or not its value finds a place.
        return [py.assign(held, value), *self.store(binding.target, py.load(held), fresh)]

    # ------------------------------------------------------------ builtins

    def _builtin(self, record: Statement, block: tree.Block) -> list[ast.stmt]:
        if record.head is None and record.name not in TAKES_VALUE:
            first = record.params[0].name if record.params else ""
            if surplus_heads(self.context, block, first) and block.attribute(first) is None:
                return []  # what stands there was meant for it
        keywords = self.expressions.arguments.keywords(record, block)
        positional = self.expressions.arguments.filled(record, block.head_span(self.context.source))
        function = self.context.builtin(record.function)
        if record.head is None:
            made = growth.result(record, py.call(function, *positional, **keywords))
            return self.bind(block, self.context.concealed(block, made))
        head = self._head(record, block)
        if head is None:
            return []
        if record.target in ("update", "mutate"):
            return self._changes(record, block, head, function, positional, keywords)
        value = self.expressions.value(head, strict=True)
        proofs.of_value(self.context, record.head.kind, self.context.types.of(head), head, record.name)
        if record.head.kind is LAZY:
            value = ast.Lambda(py.parameters(), value)
        else:
            value = self.expressions.arguments.convert(record.head.kind, value)
        made = growth.result(record, py.call(function, *positional, value, **keywords))
        return self.bind(block, self.context.concealed(block, made))

    def _head(self, record: Statement, block: tree.Block) -> tree.Node | None:
        for head in block.heads:
            if isinstance(head, tree.Variable | tree.Path):
                return head
            if isinstance(head, tree.Argument) and head.value is not None and record.target in ("value", "read"):
                return head.value
        shown = "$name" if record.target != "value" else "($list)"
        shown = f"write {record.name} {shown} {{ … }}"
        self.context.missing("missing-head", f"`{record.name}` needs what it works on", block, shown)
        return None

    def _changes(
        self,
        record: Statement,
        block: tree.Block,
        head: tree.Node,
        function: str,
        positional: list[ast.expr],
        keywords: dict[str, ast.expr],
    ) -> list[ast.stmt]:
        """A statement that changes the variable (or the place in it) in its head."""
        if not declarable(self, head):
            return []
        name = root_name(head)
        if name not in self.context.names.declared:
            return self.updates.unknown(name, head)
        assert record.head is not None
        steps = place_steps(head)
        if record.name in CALCULATIONS:
            return self._calculation(record, block, head)
        proofs.of_value(self.context, record.head.kind, self.context.types.of(head), head, record.name)
        if record.target == "update":
            with self.context.passing():
                current = self.expressions.value(head, strict=True)
            value = self.expressions.arguments.convert(record.head.kind, current)
            made = growth.result(record, py.call(function, *positional, value, **keywords))
            made = self.context.concealed(block, made)
            return self.store(head, made, fresh=True)
        only_grows = not steps and self._is_list(name) and name not in self.context.escaped
        taken, keywords = ([], keywords) if only_grows else self._taken(keywords, name)
        if steps:
            return [*taken, *self._mutate_inside(record, block, head, steps, function, positional, keywords)]
        return [*taken, *self._mutate(record, block, name, function, positional, keywords)]

    def _is_list(self, name: str) -> bool:
        known = self.context.types.variables.get(name, ANY)
        return known.only(LIST) and name in self.context.names.certain

    def _taken(self, keywords: dict[str, ast.expr], changed: str) -> tuple[list[ast.stmt], dict[str, ast.expr]]:
        """Attributes evaluated before the variable changes: they may hold what it was, or fail."""
        taken: list[ast.stmt] = []
        local = self.context.names.local(changed)
        return taken, {name: self.updates.held(value, taken, local) for name, value in keywords.items()}

    def _calculation(self, record: Statement, block: tree.Block, head: tree.Node) -> list[ast.stmt]:
        """``math.add $x { value = … }`` is ``$x = $x + …``."""
        found = block.attribute("value")
        if found is None:
            return []
        operator, value = CALCULATIONS[record.name], found.value
        setup, made = self.tried(head, block, lambda: self.expressions.calculated(head, operator, value, strict=True))
        return [*setup, *self.store(head, py.place(made, self.context.source, block))]

    def _mutate(
        self,
        record: Statement,
        block: tree.Block,
        name: str,
        function: str,
        positional: list[ast.expr],
        keywords: dict[str, ast.expr],
    ) -> list[ast.stmt]:
        assert record.head is not None
        local = self.context.names.local(name)
        wanted = self.expressions.arguments.convert(record.head.kind, self.updates.current(name))
        is_other = py.not_(fast.is_a(py.load(local), "list"))
        own = self.updates.owning(name, wanted, None if self._is_list(name) else is_other)
        if record.name == "array.push" and not block.binding and len(keywords) == 1:
            return [own, py.expression(py.call(py.attribute(local, "append"), *keywords.values()))]
        call = py.call(function, *positional, py.load(local), **keywords)
        changed = self.bind(block, py.place(call, self.context.source, block))
        return [own, *changed, *growth.changed(record, local)]

    def _mutate_inside(
        self,
        record: Statement,
        block: tree.Block,
        head: tree.Node,
        steps: list[tree.Member | tree.Index],
        function: str,
        positional: list[ast.expr],
        keywords: dict[str, ast.expr],
    ) -> list[ast.stmt]:
        """The same for a list or object inside a variable: a copy is changed and put back."""
        assert record.head is not None
        held = self.context.temporary()
        with self.context.passing():
            current = self.expressions.value(head)
        taken = py.assign(held, py.call("own", self.expressions.arguments.convert(record.head.kind, current)))
        call = py.place(py.call(function, *positional, py.load(held), **keywords), self.context.source, block)
        result = self.context.temporary()
        return [
            taken,
            py.assign(result, call),
            py.expression(py.call("sized", py.load("rt"), py.load(held))),
            *self.updates.update(root_name(head), steps, py.load(held), head),
            *(self.bind(block, py.load(result)) if block.binding else []),
        ]

    def _absent(self, block: tree.Block) -> list[ast.stmt]:
        """A statement that cannot run here: reported, and a fault when it is reached. In a test it may be mocked."""
        reason = ABSENT[block.keyword]
        raises = "not_mocked" if self.context.mocking.active else "not_local"
        if not self.context.mocking.active:
            span = block.head_span(self.context.source)
            self.context.warn("not-local", f"`{block.keyword}` does not run here: {reason}", span)
        made = py.call(raises, py.constant(block.keyword), py.constant(reason))
        return self.bind(block, py.place(made, self.context.source, block))

    def _unknown(self, block: tree.Block) -> None:
        keyword, context = block.keyword, self.context
        if keyword in TYPES or keyword in CLAUSES:
            what, help = (
                ("a type", f"declare fields in the `input` block of the function, e.g. input {{ {keyword} name }}")
                if keyword in TYPES
                else ("a clause of the function", CLAUSES[keyword])
            )
            context.error("misplaced", f"`{keyword}` is {what}, no statement", block.head_span(context.source), help)
            return
        known = [*FORMS, *context.registry.statements, *ABSENT]
        near = MISNOMERS.get(keyword) or _longer_or_shorter(keyword, known) or nearest(keyword, known)
        context.error(
            "unknown-statement",
            f"there is no statement `{keyword}`",
            block.head_span(context.source),
            help=f"did you mean `{near}`?" if near else "",
        )


def _longer_or_shorter(keyword: str, known: list[str]) -> str:
    """The statement of the same group whose name goes on where one ends, or ends where it goes on."""
    begun = (each for each in known if each.startswith(f"{keyword}_") or keyword.startswith(f"{each}_"))
    return next(begun, "") if "." in keyword else ""


def _chain(entries: list[tree.Node], at: int) -> list[tree.Block]:
    """The blocks from an entry on that belong to one statement and stand outside it; none when it is no such block."""
    found: list[tree.Block] = []
    for entry in entries[at:]:
        if not isinstance(entry, tree.Block) or entry.keyword not in INNER:
            break
        if found and (entry.keyword in FIRST or INNER[entry.keyword] != INNER[found[0].keyword]):
            break
        found.append(entry)
    return found


def _answer(entries: list[tree.Node], at: int) -> tuple[tree.Attribute, tree.Block] | None:
    """``response = …`` with a bare ``return`` behind it."""
    pair = entries[at : at + 2]
    if len(pair) < 2 or not isinstance(pair[0], tree.Attribute) or not isinstance(pair[1], tree.Block):
        return None
    bare = pair[1].keyword == "return" and not (pair[1].body or pair[1].heads or pair[1].broken or pair[1].disabled)
    return (pair[0], pair[1]) if bare and pair[0].name == "response" and not pair[0].disabled else None
