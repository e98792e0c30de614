"""What kinds of values each variable of a function may hold, found before code is generated.

The pass goes through the statements until nothing changes: a variable is whatever any statement may
put into it. It never guesses: what is not known is ``ANY``, and code for ``ANY`` is the general code.
With inference off everything is ``ANY``, and every program gives the same results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from xsrun.builtins.records import Registry
from xsrun.compile.callees import runs_apart
from xsrun.compile.names import Names, place_steps, root_name
from xsrun.compile.types import (
    ANY,
    ANY_INT,
    BOOLEAN,
    CONTAINER,
    COUNT,
    LIST,
    NOTHING,
    NULL,
    NUMERIC,
    OBJECT,
    POSITION,
    STRING,
    TEXT,
    WORD,
    Type,
    arithmetic,
    bounded,
    is_straight,
    join,
    join_all,
    list_of,
    nullable,
    of_annotation,
    of_literal,
)  # fmt: skip
from xsrun.syntax import tree

ROUNDS: Final = 12
"""Passes before the analysis gives up on a function; ordinary ones settle after three."""

COMPARISONS: Final = frozenset({"==", "!=", "===", "!==", "<", "<=", ">", ">="})
KEEPS_ELEMENTS: Final = frozenset({"reverse", "slice", "unique", "filter", "sort", "shuffle", "rsort"})
TAKES_ELEMENT: Final = frozenset({"first", "last", "pop", "shift", "find"})
COUNTS: Final = frozenset({"count", "strlen"})
LOOPS: Final = frozenset({"foreach", "for", "while"})


class Inference:
    """The types of one function's variables and expressions."""

    def __init__(
        self, inputs: Mapping[str, Type], registry: Registry, results: Mapping[str, Type], names: Names
    ) -> None:
        self.inputs = inputs
        self.names = names
        self.registry = registry
        self.results = results
        """What the functions of the folder give back, by name."""
        self.variables: dict[str, Type] = dict.fromkeys(names.declared, NOTHING)
        self.elements: list[Type] = []
        """What ``$$`` is in the element expressions around, outermost first."""
        self.returned = NOTHING
        self.changed = False
        self.present = False
        """Whether elements read by position count as there, in code that is left when they are not."""

    # ------------------------------------------------------------ statements

    def run(self, body: list[tree.Node], response: tree.Node | None) -> None:
        """Settle the types of all variables; ``returned`` is what the function gives back."""
        for _ in range(ROUNDS):
            self.changed = False
            self.names.certain = set()
            self._stack(body)
            if not self.changed:
                break
        else:
            self.variables = dict.fromkeys(self.variables, ANY)
        self.returned = NOTHING
        self.names.certain = set()
        self._stack(body)
        self.returned = join(self.returned, self.of(response) if response else Type(NULL))
        self.names.certain = set()

    def _stack(self, entries: list[tree.Node] | None) -> None:
        for entry in entries or ():
            if isinstance(entry, tree.Block) and not entry.disabled:
                self._statement(entry)

    def _statement(self, block: tree.Block) -> None:
        keyword = block.keyword
        if keyword in ("var", "var.update"):
            self._assignment(block)
        elif keyword in LOOPS:
            self._loop(block)
        elif keyword == "return":
            self.returned = join(self.returned, self._attribute(block, "value"))
        elif keyword in ("function.run", "service.function.run"):
            self._bind(block, STRING if runs_apart(block) else self.results.get(block.name, ANY))
        elif keyword in self.registry.statements:
            self._builtin(block)
        else:
            self._bind(block, ANY)
            self._branch(block.body)

    def _branch(self, entries: list[tree.Node] | None) -> None:
        """Statements that may not run: what they set is not certain afterwards."""
        before = set(self.names.certain)
        self._stack(entries)
        self.names.certain = before

    def _assignment(self, block: tree.Block) -> None:
        target = next((head for head in block.heads if isinstance(head, tree.Variable | tree.Path)), None)
        if target is not None:
            self._store(target, self._attribute(block, "value"))

    def _loop(self, block: tree.Block) -> None:
        head = next(iter(block.heads), None)
        source = self.of(head.value) if isinstance(head, tree.Argument) and head.value else ANY
        item = Type(WORD) if block.keyword == "for" else source.element if source.only(CONTAINER | NULL) else ANY
        before = set(self.names.certain)
        for each in block.blocks("each"):
            if each.binding:
                self._store(each.binding.target, item)
            self._stack(each.body)
        self.names.certain = before

    def _builtin(self, block: tree.Block) -> None:
        record = self.registry.statements[block.keyword]
        head = next((each for each in block.heads if isinstance(each, tree.Variable | tree.Path)), None)
        if record.target == "mutate" and head is not None:
            self._mutation(block, head)
        elif record.target == "update" and head is not None:
            operator = _ARITHMETIC.get(record.name)
            value = self._attribute(block, "value")
            self._store(head, arithmetic(operator, self.of(head), value) if operator else of_annotation(record.returns))
        self._bind(block, of_annotation(record.returns) if record.target != "mutate" else ANY)

    def _mutation(self, block: tree.Block, head: tree.Node) -> None:
        """``array.push`` and its kin: what is added becomes an element."""
        value = self._attribute(block, "value")
        added = join(value, value.element) if block.keyword == "array.merge" else value
        if block.keyword in ("array.pop", "array.shift"):
            added = NOTHING
        if place_steps(head):
            self._inside(head, list_of(added))
            return
        name = root_name(head)
        before = self.variables.get(name, NOTHING)
        kept = before.item if before.kinds & CONTAINER else NOTHING
        self._set(name, Type(LIST, None if kept is None else join(kept, added)))

    def _bind(self, block: tree.Block, value: Type) -> None:
        if block.binding:
            self._store(block.binding.target, ANY if block.binding.filters else value)

    def _attribute(self, block: tree.Block, name: str) -> Type:
        found = block.attribute(name)
        return self.of(found.value) if found else Type(NULL)

    def _store(self, target: tree.Node, value: Type) -> None:
        if place_steps(target):
            self._inside(target, value)
        else:
            self._set(root_name(target), value)
            self.names.certain.add(root_name(target))

    def _inside(self, target: tree.Node, value: Type) -> None:
        """Put a value at a place in a variable: every level on the way may become an object."""
        steps = place_steps(target)
        name = root_name(target)
        self._set(name, self._put(self.variables.get(name, NOTHING), steps, value))

    def _put(self, base: Type, steps: list[tree.Member | tree.Index], value: Type) -> Type:
        if not steps:
            return value
        inner = base.element if base.may(CONTAINER) else NOTHING
        placed = self._put(inner, steps[1:], value)
        held = None if base.may(CONTAINER) and base.item is None else join(inner, placed)
        kinds = base.kinds & CONTAINER
        key = self._key(steps[0])
        if base.may(NULL) or not kinds or not (key.only(POSITION) and base.only(LIST)):
            kinds |= OBJECT
        if base.may(LIST) and key.only(POSITION):
            kinds |= LIST | OBJECT
        return bounded(Type(kinds, held))

    def _key(self, step: tree.Member | tree.Index) -> Type:
        return STRING if isinstance(step, tree.Member) else self.of(step.key)

    def _set(self, name: str, value: Type) -> None:
        before = self.variables.get(name)
        if before is None:
            return
        after = bounded(join(before, value))
        if after != before:
            self.variables[name] = after
            self.changed = True

    # ------------------------------------------------------------ expressions

    def of(self, node: tree.Node | None) -> Type:
        """What the value of an expression may be. A variable counts as set; who knows better adds null."""
        method: Any = self._METHODS.get(type(node))
        found: Type = method(self, node) if method else ANY
        return found

    def _literal(self, node: tree.Literal) -> Type:
        return of_literal(node.value)

    def _word(self, node: tree.Word) -> Type:
        return Type(ANY_INT) if node.name == "now" else STRING

    def _variable(self, node: tree.Variable) -> Type:
        if self.elements:
            if node.name in ("$", "this"):
                return self.elements[-1]
            if node.name in ("index", "parent", "result") or node.name.isdigit():
                return ANY
        return self._held(node.name)

    def _held(self, name: str) -> Type:
        """What a variable may hold, null included where it may be unset."""
        found = self.variables.get(name, ANY)
        return found if name in self.names.certain else nullable(found)

    def _group(self, node: tree.Group | tree.Backtick) -> Type:
        return self.of(node.value)

    def _prefixed(self, node: tree.Prefixed) -> Type:
        return BOOLEAN if node.operator == "!" else NUMERIC

    def _ternary(self, node: tree.Ternary) -> Type:
        return join(self.of(node.chosen), self.of(node.other))

    def _operation(self, node: tree.Operation) -> Type:
        operator = node.operator
        if operator in COMPARISONS or operator == "&&":
            return BOOLEAN
        if operator == "~":
            return STRING
        left, right = self.of(node.left), self.of(node.right)
        if operator in ("+", "-", "*", "/", "%"):
            return arithmetic(operator, left, right)
        if operator == "..":
            return list_of(Type(ANY_INT))
        if operator == "??":
            return join(Type(left.kinds & ~NULL, left.item), right)
        return join(join(left, right), BOOLEAN)

    def _list(self, node: tree.ListLiteral) -> Type:
        return list_of(
            join_all(
                self.of(item.value).element if isinstance(item, tree.Spread) else self.of(item) for item in node.items
            )
        )

    def _object(self, node: tree.ObjectLiteral) -> Type:
        pairs = [pair for pair in node.pairs if not isinstance(pair, tree.Pair) or not pair.disabled]
        plain = [pair for pair in pairs if isinstance(pair, tree.Pair) and pair.computed is None]
        held = {pair.key: self.of(pair.value) for pair in plain}
        others = [
            self.of(pair.value).element if isinstance(pair, tree.Spread) else self.of(pair.value) for pair in pairs
        ]
        fields = tuple(held.items()) if len(plain) == len(pairs) else None
        return bounded(Type(OBJECT, join_all(others), fields or None))

    def _path(self, node: tree.Path) -> Type:
        found, steps = self.root(node)
        for step in steps:
            found = self.step(found, step)
        return found

    def root(self, node: tree.Path) -> tuple[Type, list[tree.Member | tree.Index]]:
        """The type of what a path starts from, and the steps behind it."""
        base, first = node.base, node.steps[0]
        if isinstance(base, tree.Variable) and isinstance(first, tree.Member):
            if base.name == "input":
                return self.inputs.get(first.name, ANY), node.steps[1:]
            if base.name == "var":
                return self._held(first.name), node.steps[1:]
            if base.name in ("env", "auth", "error"):
                return ANY, []
        return self.of(base), node.steps

    def step(self, base: Type, step: tree.Member | tree.Index) -> Type:
        """What an access gives: an element, or null."""
        if isinstance(step, tree.Member) and base.only(OBJECT):
            found = base.field(step.name)
            if found is not None:
                return found
        if self.present and isinstance(step, tree.Index) and is_straight(base, self.of(step.key)):
            return base.element
        return nullable(base.element) if base.only(CONTAINER | NULL) else ANY

    def _chain(self, node: tree.Chain) -> Type:
        found = self.of(node.subject) if node.subject else Type(NULL)
        for each in node.filters:
            if not each.disabled:
                found = self.filtered(found, each)
        return found

    def filtered(self, subject: Type, node: tree.Filter) -> Type:
        """The type of a filter's result."""
        name = node.name
        if name in COUNTS:
            return COUNT
        record = self.registry.filters.get(name)
        if record is None:
            return ANY
        if subject.only(LIST | NULL):
            known = self._list_filter(subject, node)
            if known is not None:
                return known
        if name in _ARITHMETIC_FILTERS and node.arguments:
            return arithmetic(_ARITHMETIC_FILTERS[name], subject, self.of(node.arguments[0]))
        if name == "keys" and not subject.may(LIST):
            return list_of(STRING)
        if name in ("get", "set") and node.arguments:
            return self._path_filter(subject, node)
        return of_annotation(record.returns)

    def _path_filter(self, subject: Type, node: tree.Filter) -> Type:
        """``get`` and ``set``: a whole number is one step, a text may be a path of several.

        A name on a list means all its elements.
        """
        key = self.of(node.arguments[0])
        straight = key.only(POSITION) or (is_plain_key(node.arguments[0]) and not subject.may(LIST))
        if node.name == "get":
            default = self.of(node.arguments[1]) if len(node.arguments) > 1 else Type(NULL)
            return join(nullable(subject.element), default) if straight else ANY
        if len(node.arguments) < 2 or not (straight or (key.only(TEXT) and not subject.may(LIST))):
            return ANY
        value = self.of(node.arguments[1])
        placed = value if straight else join(value, Type(OBJECT))
        changed = Type(subject.kinds & CONTAINER | OBJECT, None if subject.item is None else join(subject.item, placed))
        return bounded(changed if straight else join(changed, value))

    def _list_filter(self, subject: Type, node: tree.Filter) -> Type | None:
        name, arguments = node.name, node.arguments
        if name in KEEPS_ELEMENTS:
            return Type(LIST, subject.item)
        if name in TAKES_ELEMENT:
            return nullable(subject.element)
        if name in ("push", "unshift") or (name in ("append", "prepend") and len(arguments) == 1):
            return list_of(join(subject.element, self.of(arguments[0]) if arguments else ANY))
        if name == "merge" and len(arguments) == 1:
            other = self.of(arguments[0])
            if other.only(LIST | NULL):
                return list_of(join(subject.element, other.element))
        if name == "map" and arguments:
            with self.element(subject.element):
                return list_of(self.of(arguments[0]))
        return None

    @contextmanager
    def element(self, found: Type) -> Iterator[None]:
        """Inside an element expression over elements of this type."""
        self.elements.append(found)
        try:
            yield
        finally:
            self.elements.pop()

    _METHODS: Final[dict[type, Any]] = {
        tree.Literal: _literal,
        tree.Word: _word,
        tree.Variable: _variable,
        tree.Path: _path,
        tree.Chain: _chain,
        tree.Prefixed: _prefixed,
        tree.Operation: _operation,
        tree.Ternary: _ternary,
        tree.Group: _group,
        tree.Backtick: _group,
        tree.ListLiteral: _list,
        tree.ObjectLiteral: _object,
    }


def is_plain_key(node: tree.Node) -> bool:
    """Whether a literal key is a name and not a path."""
    return isinstance(node, tree.Literal) and isinstance(node.value, str) and node.value.isidentifier()


class Ignorance(Inference):
    """Inference switched off: nothing is known of anything."""

    def run(self, body: list[tree.Node], response: tree.Node | None) -> None:
        """Know nothing."""
        self.returned = ANY

    def of(self, node: tree.Node | None) -> Type:
        """Anything."""
        return ANY

    def step(self, base: Type, step: tree.Member | tree.Index) -> Type:
        """Anything."""
        return ANY

    def filtered(self, subject: Type, node: tree.Filter) -> Type:
        """Anything."""
        return ANY


_ARITHMETIC: Final = {"math.add": "+", "math.sub": "-", "math.mul": "*", "math.div": "/", "math.mod": "%"}
_ARITHMETIC_FILTERS: Final = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "modulus": "%"}
