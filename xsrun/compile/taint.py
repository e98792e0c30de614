"""Which values may hold something of a secret, found before code is generated.

Secrets are the variables of the environment and the inputs that are declared sensitive. What keeps a secret as it is
needs no care, for it is hidden wherever it shows. What makes another text of it (an encoding, a hash, a slice) is
marked here, and the generated code tells the run of each such text. A function that touches no secret is compiled
as if there were none.

The pass does not mind the order of statements: a variable holds whatever any statement puts into it. It goes through
all functions until nothing changes. Numbers and truth hold nothing of a secret, answers of other systems neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from xsrun.builtins.records import Filter, Registry, Statement
from xsrun.compile.callees import CALLS, Callees, Signature, query_name, runs_apart
from xsrun.compile.names import root_name
from xsrun.compile.types import CONTAINER, TEXT, of_annotation
from xsrun.project import Construct
from xsrun.syntax import tree
from xsrun.types.fields import Field

Taint = frozenset[str]
"""The secrets that a value may hold something of, by name; empty for most values."""
CLEAN: Final[Taint] = frozenset()
ENVIRONMENT: Final[Taint] = frozenset({"environment"})
"""All variables at once."""

CATCHING: Final = frozenset({"function.call", "api.call"})
"""Statements that give an error back as a value."""
OUTSIDE: Final = frozenset({"storage", "zip", "stream", "db", "redis"})
"""Groups of statements whose results come from elsewhere."""
ANSWERED: Final = frozenset({"api.request", "security.jws_decode", "security.jwe_decode", "security.decrypt"})
"""Statements of other groups of which the same holds, beside those of providers: what a key opens is none."""
NOTHING: Final = frozenset({"uuid", "list_encodings", "detect_encoding", "index", "iindex", "jws_decode", "jwe_decode"})
"""Filters whose results hold nothing of what they are given."""
_KEEPING: Final = (
    "first last pop shift push unshift append prepend slice reverse merge merge_recursive flatten safe_array shuffle "
    "fill fill_keys filter map find reduce transform filter_empty filter_empty_array filter_empty_object "
    "filter_empty_text filter_false filter_null filter_zero get set set_conditional set_ifnotempty set_ifnotnull unset "
    "keys values entries create_object create_object_from_entries pick unpick first_notempty first_notnull as sort "
    "rsort unique diff intersect diff_assoc intersect_assoc remove index_by to_text json_encode min max array_max "
    "array_min concat pad_start pad_end array.push array.unshift array.pop array.shift array.merge array.find "
    "array.filter array.partition array.map array.group_by array.union array.difference array.intersection object.keys "
    "object.values object.entries text.append text.prepend debug.stop"
)
KEEPING: Final = frozenset(_KEEPING.split())
"""Builtins that give texts back as they are, or with others around them."""
SEARCHED: Final = frozenset({"search", "mask", "path", "pattern", "separator", "delimiter"})
"""Parameters that a result holds nothing of: they say what is looked for."""
COMPARING: Final = frozenset({"==", "!=", "===", "!==", "<", "<=", ">", ">=", "&&", "+", "-", "*", "/", "%", ".."})
"""Operators that give numbers or truth."""
_MENTIONED: Final = re.compile(r"(\$?env\.)?([A-Za-z_]\w*)")


class _Function:
    """What is known of one construct; all of it only grows."""

    def __init__(self, construct: Construct, fields: Iterable[Field]) -> None:
        self.construct = construct
        self.inputs: dict[str, Taint] = {
            each.name: frozenset({f"input {each.name}"}) if each.holds_sensitive else CLEAN for each in fields
        }
        self.variables: dict[str, Taint] = {}
        self.result = CLEAN


class _Bound(NamedTuple):
    """What an expression per element sees."""

    element: Taint
    result: Taint | None = None
    """What ``$result`` is in one that reduces."""


class Taints:
    """The secrets in the values of a folder. ``derived`` and ``changed_inputs`` are what the compiler asks for."""

    def __init__(
        self,
        stacks: Sequence[Construct],
        fields: Sequence[tuple[Field, ...]],
        callees: Callees,
        registry: Registry,
    ) -> None:
        self.derived: dict[tree.Node, str] = {}
        """The filters and statements that make other texts of secrets, and the names of these secrets."""
        self._fields = fields
        self._callees = callees
        self._registry = registry
        self._functions = [_Function(*each) for each in zip(stacks, fields, strict=True)]
        self._thrown = self._apart = CLEAN
        """What errors say, and what functions give back that run beside their callers."""
        reads = any("env" in each.source.text for each in stacks)
        self._grew = reads or any(any(each.inputs.values()) for each in self._functions)
        while self._grew:
            self._grew = False
            for each in self._functions:
                with suppress(RecursionError):  # compiling goes as deep, and reports it
                    self._function(each)

    def changed_inputs(self, number: int) -> dict[str, str]:
        """The inputs of a function that filters of their declaration may make other texts of, and the secrets."""
        given = self._functions[number].inputs
        return {
            each.name: _shown(given[each.name]) for each in self._fields[number] if each.filters and given[each.name]
        }

    # ------------------------------------------------------------ statements

    def _function(self, function: _Function) -> None:
        self._here = function
        self._bound: list[_Bound] = []
        self._named: dict[str, Taint] = {}
        block = function.construct.block
        for entry in block.body or ():
            if isinstance(entry, tree.Block) and entry.keyword == "stack":
                self._stack(entry.body)
            elif isinstance(entry, tree.Attribute) and entry.name == "response":
                self._give(self.of(entry.value))
            elif isinstance(entry, tree.Block) and entry.keyword == "response":
                self._give(_union(self._given(entry).values()))

    def _stack(self, entries: Iterable[tree.Node] | None) -> None:
        for entry in entries or ():
            if isinstance(entry, tree.Block) and not entry.disabled:
                self._statement(entry)

    def _statement(self, block: tree.Block) -> None:
        keyword, given = block.keyword, self._given(block)
        if keyword in ("var", "var.update"):
            self._store(_target(block), given.get("value", CLEAN))
        elif keyword in CALLS:
            self._call(block, given)
        elif keyword in self._registry.statements:
            self._builtin(self._registry.statements[keyword], block, given)
        else:
            self._form(block, given)

    def _form(self, block: tree.Block, given: Mapping[str, Taint]) -> None:
        heads = _union(self._heads(block))
        if block.keyword == "return":
            self._give(given.get("value", CLEAN))
        elif block.keyword in ("throw", "precondition"):
            self._thrown = self._grown(self._thrown, _union(given.values()))
        for entry in block.body or ():
            if isinstance(entry, tree.Block) and not entry.disabled:
                if entry.keyword == "each" and entry.binding:
                    self._store(entry.binding.target, heads if block.keyword == "foreach" else CLEAN)
                self._form(entry, self._given(entry)) if entry.keyword in _INNER else self._statement(entry)
        self._bind(block, self._gives(block))

    def _gives(self, block: tree.Block) -> Taint:
        """What a form that looks at the frame binds."""
        if block.keyword == "await":
            return self._apart
        if block.keyword == "util.get_env":
            return ENVIRONMENT
        if block.keyword == "util.get_vars":
            return _union(self._here.variables.values())
        if block.keyword in ("util.get_all_input", "util.get_raw_input", "util.get_input"):
            return _union(self._here.inputs.values())
        if block.keyword == "util.template_engine":
            template = block.attribute("value")
            return self._mark(block, self._mentioned(template.value if template else None))
        return CLEAN

    def _call(self, block: tree.Block, given: Mapping[str, Taint]) -> None:
        kind = CALLS[block.keyword]
        name = query_name(block) if kind == "query" else block.name
        callee = self._callees.get(kind, {}).get(name)
        if callee is None:
            return
        called = self._functions[callee.number]
        inputs = block.attribute("input")
        if inputs is not None and isinstance(inputs.value, tree.ObjectLiteral):
            for pair in inputs.value.pairs:
                plain = [pair.key] if isinstance(pair, tree.Pair) and pair.computed is None else called.inputs
                self._pass(called, plain, self.of(pair.value))
        else:
            self._pass(called, called.inputs, given.get("input", CLEAN))
        result = called.result | self._around(called, callee)
        if runs_apart(block):
            self._apart = self._grown(self._apart, result)
            self._bind(block, CLEAN)
        else:
            self._bind(block, result | (self._thrown if block.keyword in CATCHING else CLEAN))

    def _around(self, called: _Function, callee: Signature) -> Taint:
        """What the middleware of a function adds to its inputs and result: it sees all of both."""
        seen, made = _union(called.inputs.values()) | called.result, CLEAN
        for each in (*callee.pre, *callee.post):
            middleware = self._functions[each.number]
            self._pass(middleware, middleware.inputs, seen)
            made |= middleware.result
        if made:
            self._pass(called, called.inputs, made)
        return made

    def _pass(self, called: _Function, names: Iterable[str], value: Taint) -> None:
        for name in [*names]:
            if name in called.inputs:
                called.inputs[name] = self._grown(called.inputs[name], value)

    def _builtin(self, record: Statement, block: tree.Block, given: Mapping[str, Taint]) -> None:
        target = _target(block) if record.target in ("update", "mutate") else None
        taint = _union([*given.values(), *self._heads(block)])
        if record.needs_bindings:
            code = block.attribute("code")
            taint |= self._mentioned(code.value if code else None)
        if (
            record.name in ANSWERED
            or record.hosts
            or record.group in OUTSIDE
            or (not _may_be_text(record) and target is None)
        ):
            taint = CLEAN
        taint = self._mark(block, taint) if _transforms(record) else taint
        if target is not None:
            self._store(target, taint)
        self._bind(block, taint)

    def _given(self, block: tree.Block) -> dict[str, Taint]:
        """The secrets in the attributes of a statement."""
        attributes = [each for each in block.body or () if isinstance(each, tree.Attribute)]
        element = _union(self._heads(block)) if block.keyword.startswith("array.") else CLEAN
        with_element = [*self._bound, _Bound(element)] if element else self._bound
        outer, self._bound = self._bound, with_element
        found = {each.name: self.of(each.value) for each in attributes if not each.disabled and each.name != "mock"}
        self._bound = outer
        return found

    def _heads(self, block: tree.Block) -> Iterator[Taint]:
        for head in block.heads:
            if isinstance(head, tree.Argument | tree.Condition):
                yield self.of(head.value)
            elif isinstance(head, tree.Variable | tree.Path) and block.keyword not in ("var", "var.update"):
                yield self.of(head)

    def _bind(self, block: tree.Block, value: Taint) -> None:
        if block.binding:
            for each in block.binding.filters:
                value = self._filtered(value, each)
            self._store(block.binding.target, value)

    def _store(self, target: tree.Node | None, value: Taint) -> None:
        name = root_name(target) if target is not None else ""
        if name and value:
            self._here.variables[name] = self._grown(self._here.variables.get(name, CLEAN), value)

    def _give(self, value: Taint) -> None:
        self._here.result = self._grown(self._here.result, value)

    def _grown(self, before: Taint, more: Taint) -> Taint:
        after = before | more
        self._grew = self._grew or after != before
        return after

    def _mark(self, node: tree.Node, taint: Taint) -> Taint:
        """Note that a node makes another text of secrets."""
        if taint:
            self.derived[node] = _shown(taint)
        return taint

    # ------------------------------------------------------------ expressions

    def of(self, node: tree.Node | None) -> Taint:
        """The secrets that the value of an expression may hold something of."""
        method: Any = self._METHODS.get(type(node))
        if method is not None:
            found: Taint = method(self, node)
            return found
        return _union(map(self.of, node.children())) if node is not None else CLEAN

    def _variable(self, node: tree.Variable) -> Taint:
        name = node.name
        if name in self._named:
            return self._named[name]
        if self._bound and (name in ("$", "this", "parent", "index", "result") or name.isdigit()):
            return self._element(name)
        whole = {"env": ENVIRONMENT, "error": self._thrown}
        if name in whole:
            return whole[name]
        if name == "input":
            return _union(self._here.inputs.values())
        return _union(self._here.variables.values()) if name == "var" else self._here.variables.get(name, CLEAN)

    def _element(self, name: str) -> Taint:
        if name == "result":
            return next((each.result for each in reversed(self._bound) if each.result is not None), CLEAN)
        if name == "index":
            return CLEAN
        at = int(name) if name.isdigit() and len(name) < 4 else -1
        return self._bound[at].element if -1 <= at < len(self._bound) else CLEAN

    def _path(self, node: tree.Path) -> Taint:
        base, first = node.base, node.steps[0]
        for step in node.steps:
            if isinstance(step, tree.Index):
                self.of(step.key)
        if isinstance(base, tree.Variable) and isinstance(first, tree.Member):
            if base.name == "env":
                return CLEAN if first.name.startswith("$") else frozenset({first.name})
            if base.name == "input":
                return self._here.inputs.get(first.name, CLEAN)
            if base.name == "var":
                return self._here.variables.get(first.name, CLEAN)
        return self.of(base)

    def _operation(self, node: tree.Operation) -> Taint:
        operations: list[tree.Operation] = []
        left: tree.Expr = node
        while isinstance(left, tree.Operation):  # texts of thousands of parts are deep on their left
            operations.append(left)
            left = left.left
        found = self.of(left)
        for each in reversed(operations):
            right = self.of(each.right)
            found = CLEAN if each.operator in COMPARING else found | right
        return found

    def _prefixed(self, node: tree.Prefixed) -> Taint:
        self.of(node.operand)
        return CLEAN

    def _ternary(self, node: tree.Ternary) -> Taint:
        self.of(node.condition)
        return self.of(node.chosen) | self.of(node.other)

    def _chain(self, node: tree.Chain) -> Taint:
        value = self.of(node.subject)
        outer = self._named
        for each in node.filters:
            if each.disabled:
                continue
            if each.name == "as" and each.arguments and isinstance(each.arguments[0], tree.Word):
                self._named = {**self._named, each.arguments[0].name: value}
            value = self._filtered(value, each, node.subject)
        self._named = outer
        return value

    def _filtered(self, subject: Taint, node: tree.Filter, text: tree.Node | None = None) -> Taint:
        """What a filter makes of a value."""
        record = self._registry.filters.get(node.name)
        if record is None:
            return subject | _union(map(self.of, node.arguments))
        taint = subject if record.subject.name not in SEARCHED else CLEAN
        taint |= self._arguments(record, subject, node)
        if record.needs_scope or record.needs_bindings:
            taint |= self._mentioned(text if record.needs_scope else next(iter(node.arguments), None))
        if record.name in NOTHING or not _may_be_text(record):
            return CLEAN
        return self._mark(node, taint) if _transforms(record) else taint

    def _arguments(self, record: Filter, subject: Taint, node: tree.Filter) -> Taint:
        """What the arguments of a filter add to its result; they may be evaluated per element of its subject."""
        initial = _union(map(self.of, node.arguments[1:])) if record.name == "reduce" else None
        self._bound.append(_Bound(subject, None if initial is None else subject | initial))
        params = [*record.params, *record.params[-1:] * len(node.arguments)]
        found = CLEAN
        for param, argument in zip(params, node.arguments, strict=False):
            given = self.of(argument)
            if param.name not in SEARCHED and not (record.name in ("decrypt",) and param.name in ("key", "iv")):
                found |= given
        self._bound.pop()
        return found

    def _mentioned(self, code: tree.Node | None) -> Taint:
        """What a text that is evaluated may read: all that it names, all there is when it is not written out."""
        here = self._here
        everything = {**here.inputs, **here.variables}
        if not (isinstance(code, tree.Literal) and isinstance(code.value, str)):
            return _union([*everything.values(), ENVIRONMENT]) if code is not None else CLEAN
        found = CLEAN
        for env, name in _MENTIONED.findall(code.value):
            found |= frozenset({name}) if env else everything.get(name, CLEAN)
            found |= ENVIRONMENT if name == "env" else CLEAN
        return found

    _METHODS: Final[dict[type, Any]] = {
        tree.Variable: _variable,
        tree.Path: _path,
        tree.Operation: _operation,
        tree.Prefixed: _prefixed,
        tree.Ternary: _ternary,
        tree.Chain: _chain,
    }


_INNER: Final = frozenset(
    {"if", "elseif", "else", "case", "default", "break", "try", "catch", "finally", "each", "stack"}
)
"""Blocks that belong to the statement around them."""


def _union(taints: Iterable[Taint]) -> Taint:
    return CLEAN.union(*taints)


def _shown(taint: Taint) -> str:
    return ", ".join(sorted(taint))


def _target(block: tree.Block) -> tree.Node | None:
    """The variable in the head of a statement that sets it."""
    return next((head for head in block.heads if isinstance(head, tree.Variable | tree.Path)), None)


def _may_be_text(record: Filter | Statement) -> bool:
    return of_annotation(record.returns).may(TEXT | CONTAINER)


def _transforms(record: Filter | Statement) -> bool:
    """Whether a result may be a text that does not have in it what it was made of."""
    return record.name not in KEEPING and _may_be_text(record)
