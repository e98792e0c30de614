"""Expressions to Python expressions (expressions.md).

A plain reference that is a whole value fails when its path is missing; the same reference as an
operand gives null (section 10). ``strict`` says which of the two a place is.
"""

from __future__ import annotations

import ast
from typing import Any, Final

from xsrun.compile import fast, growth, headers, proofs
from xsrun.compile import python as py
from xsrun.compile.calls import Arguments
from xsrun.compile.context import Context, Piece
from xsrun.compile.types import ANY, BOOL, NULL, NUMBER, TEXT, Type, of_annotation
from xsrun.diagnostics import Edit, around, nearest
from xsrun.language import SYSTEM
from xsrun.syntax import tree

ARITHMETIC: Final = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo", "..": "span_list"}
COMPARISON: Final = {
    "==": "equal", "!=": "not_equal", "===": "identical", "!==": "not_identical",
    "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal",
}  # fmt: skip
CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
NOTHING: Final = ("none", "nil", "undefined")
"""What other languages call null."""


class Expressions:
    """Compiles the expressions of one function."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.arguments = Arguments(context, self)

    # ------------------------------------------------------------ entry points

    def value(self, node: tree.Node, strict: bool = False) -> ast.expr:
        """The Python expression that gives the value of a node."""
        made: ast.expr = self._METHODS[type(node)](self, node, strict)
        return py.place(made, self.context.source, node)

    def condition(self, node: tree.Node) -> ast.expr:
        """The Python expression that is true when a node is truthy."""
        if isinstance(node, tree.Group):
            return self.condition(node.value)
        if isinstance(node, tree.Prefixed) and node.operator == "!":
            return py.place(py.not_(self.condition(node.operand)), self.context.source, node)
        if isinstance(node, tree.Operation) and node.operator in ("&&", "||"):
            self._check_operands(node)
            parts = [self.condition(node.left), self.condition(node.right)]
            made = ast.BoolOp(ast.And() if node.operator == "&&" else ast.Or(), parts)
            return py.place(made, self.context.source, node)
        value = self.head_operand(node)
        if self.is_boolean(node):
            return value
        return py.place(fast.truth(value, self.context.types.of(node)), self.context.source, node)

    def head_operand(self, node: tree.Node) -> ast.expr:
        """An operand of a condition: plain references in it must exist."""
        if isinstance(node, tree.Operation) and node.operator in COMPARISON:
            self._check_operands(node)
            with self.context.passing():
                made = self._compared(node, self.value(node.left, strict=True), self.value(node.right, strict=True))
            return py.place(made, self.context.source, node)
        return self.value(node, strict=True)

    def _compared(self, node: tree.Operation, left: ast.expr, right: ast.expr) -> ast.expr:
        types = self.context.types
        proofs.of_comparison(self.context, types.of(node.left), types.of(node.right), node)
        known = fast.comparison(self.context, node.operator, left, right, types.of(node.left), types.of(node.right))
        return known or py.call(COMPARISON[node.operator], left, right)

    def is_boolean(self, node: tree.Node) -> bool:
        """Whether a node always gives true or false."""
        if isinstance(node, tree.Group | tree.Backtick):
            return self.is_boolean(node.value)
        if isinstance(node, tree.Operation):
            return node.operator in COMPARISON or node.operator == "&&"
        if isinstance(node, tree.Prefixed):
            return node.operator == "!"
        if isinstance(node, tree.Chain):
            record = self.context.registry.filters.get(node.filters[-1].name)
            return record is not None and record.returns is bool and not node.filters[-1].disabled
        return isinstance(node, tree.Literal) and isinstance(node.value, bool)

    # ------------------------------------------------------------ literals

    def _literal(self, node: tree.Literal, strict: bool) -> ast.expr:
        return py.constant(node.value)

    def _word(self, node: tree.Word, strict: bool) -> ast.expr:
        if node.name == "now":
            return py.call(py.attribute(py.attribute(py.attribute("rt", "world"), "clock"), "now"))
        if node.name in CONSTANTS:  # in a head without parentheses, which is reported
            return py.constant(CONSTANTS[node.name])
        known = node.name.lower() in (*CONSTANTS, "now")
        help = f"write {node.name.lower()}" if known else self._meant(node.name)
        edits = [Edit(self.context.span(node), node.name.lower())] if known else ()
        self.context.warn("unquoted-text", f"`{node.name}` is a text without quotes", node, help, edits=edits)
        return py.constant(node.name)

    def _meant(self, word: str) -> str:
        """What to write in place of a word without quotes."""
        root, _, rest = word.removeprefix("process.").partition(".")
        if (root in ("env", "input") and rest) or root in self.context.names.certain:
            return f'write ${root}{"." * bool(rest)}{rest}, or "{word}" for the text'
        return f'write null, or "{word}" for the text' if word.lower() in NOTHING else f'write "{word}"'

    def _broken(self, node: tree.Broken, strict: bool) -> ast.expr:
        return py.constant(None)

    def _cast(self, node: tree.Cast, strict: bool) -> ast.expr:
        text = str(node.text.value)
        if node.type == "null":
            return py.constant(None)
        if node.type in ("expr", "var"):
            meant = text if node.type == "expr" else f"$var.{text}"
            return py.call(py.attribute(self.arguments.scope(node), "evaluate"), py.constant(meant))
        return py.call("cast", py.load("rt"), py.constant(node.type), py.constant(text))

    def _list(self, node: tree.ListLiteral, strict: bool) -> ast.expr:
        items: list[ast.expr] = []
        for item in node.items:
            if isinstance(item, tree.Spread):
                items.append(ast.Starred(py.call("elements", self.value(item.value)), ast.Load()))
            else:
                items.append(self.value(item))
        return growth.measured(ast.List(items, ast.Load()), any(isinstance(each, ast.Starred) for each in items))

    def _object(self, node: tree.ObjectLiteral, strict: bool) -> ast.expr:
        keys: list[ast.expr | None] = []
        items: list[ast.expr] = []
        seen: set[str] = set()
        for pair in node.pairs:
            if isinstance(pair, tree.Spread):
                keys.append(None)
                items.append(py.call("mapping", self.value(pair.value)))
                continue
            value = self.value(pair.value)
            if pair.disabled:
                continue
            self._check_key(pair, seen)
            keys.append(self._key(pair))
            items.append(value)
        return growth.measured(ast.Dict(keys, items), None in keys)

    def _key(self, pair: tree.Pair) -> ast.expr:
        if pair.computed is None:
            return py.constant(pair.key)
        self.context.warn(
            "computed-key", "the platform may not take a variable as a key", pair.computed, help="build it with `|set`"
        )
        return py.call("text", self.value(pair.computed))

    def _check_key(self, pair: tree.Pair, seen: set[str]) -> None:
        if pair.key in seen and not pair.computed:
            self.context.error(
                "duplicate-key", f"the key `{pair.key}` stands twice in this object", pair, help="remove one of the two"
            )
        seen.add(pair.key)

    # ------------------------------------------------------------ references

    def _variable(self, node: tree.Variable, strict: bool) -> ast.expr:
        name = node.name
        bound = self._bound(name)
        if bound:
            return py.load(bound)
        special = self._ROOTS.get(name)
        if special:
            made: ast.expr = special(self, node)
            return made
        return self.variable(name, node, strict)

    def variable(self, name: str, node: tree.Node, strict: bool) -> ast.expr:
        """A stack variable."""
        names = self.context.names
        if name not in names.declared:
            self._unknown_variable(name, node)
            return py.call("missing_variable", py.constant(name)) if strict else py.constant(None)
        self.context.escaped.add(name)
        local = names.local(name)
        if name in names.certain:
            return py.load(local)
        names.doubtful.add(name)
        if strict:
            return py.call("checked", py.load(local), py.constant(name))
        return py.choose(py.is_(py.load(local), py.load("UNSET")), py.constant(None), py.load(local))

    def _unknown_variable(self, name: str, node: tree.Node) -> None:
        names = self.context.names
        if name in names.inputs:
            help = f"inputs are read as $input.{name}"
        else:
            near = nearest(name, (*names.declared, "env", "input"))
            help = f"did you mean `${near}`?" if near else f"set it before, e.g. var ${name} {{ value = … }}"
        self.context.warn("unknown-variable", f"no statement sets `${name}`", node, help)

    def _bound(self, name: str) -> str:
        """The Python name of ``$$``, ``$this``, ``$index`` … inside an element expression, else ``""``."""
        if name in self.context.named:
            return self.context.named[name]
        stack = self.context.bound
        if not stack:
            return ""
        innermost = stack[-1]
        if name in ("$", "this"):
            return innermost.element
        if name == "index":
            return innermost.position
        if name == "parent":
            return innermost.whole
        if name == "result":
            return next((each.result for each in reversed(stack) if each.reduces), "")
        return next((each.element for depth, each in enumerate(stack) if name == str(depth)), "")

    def _whole_input(self, node: tree.Variable) -> ast.expr:
        inputs = self.context.names.inputs
        return ast.Dict([py.constant(name) for name in inputs], [py.load(local) for local in inputs.values()])

    def _whole_env(self, node: tree.Variable) -> ast.expr:
        return py.call("dict", py.attribute("rt", "env"))

    def _whole_auth(self, node: tree.Variable) -> ast.expr:
        return py.attribute("rt", "auth")

    def _whole_var(self, node: tree.Variable) -> ast.expr:
        return self.all_variables()

    def all_variables(self) -> ast.expr:
        """An object of every variable that is set."""
        names = self.context.names
        for name in names.declared:
            self.context.escaped.add(name)
            if name not in names.certain:
                names.doubtful.add(name)
        keys: list[ast.expr | None] = [py.constant(name) for name in names.declared]
        return py.call("set_variables", ast.Dict(keys, [py.load(local) for local in names.declared.values()]))

    def _error(self, node: tree.Variable) -> ast.expr:
        return py.load(self.context.error_name) if self.context.error_name else py.load("NO_ERROR")

    def _database(self, node: tree.Variable) -> ast.expr:
        self.context.error("misplaced-db", "`$db` exists only in the expressions of `db.*` statements", node)
        return py.constant(None)

    def _element_outside(self, node: tree.Variable) -> ast.expr:
        self.context.error(
            "misplaced-element",
            f"`${node.name}` exists only inside an expression that runs per element",
            node,
            help="e.g. $list|map:$$.price",
        )
        return py.constant(None)

    def _path(self, node: tree.Path, strict: bool) -> ast.expr:
        base, steps = node.base, node.steps
        known = self.context.types.root(node)[0]
        if isinstance(base, tree.Variable) and isinstance(steps[0], tree.Member) and not self._bound(base.name):
            first = steps[0]
            if base.name == "input":
                return self._steps(self._input(first), steps[1:], strict, f"input: {first.name}", node, known)
            if base.name == "var":
                return self._var_path(first, node, strict)
            if base.name == "env":
                into = headers.kept_as(steps[1:]) if first.name == headers.HEADERS else steps[1:]
                return self._steps(self._env(base, first), into, False, "", node, ANY)
            if base.name in ("auth", "error"):
                return self._steps(self._variable(base, strict), steps, False, "", node, ANY)
        if isinstance(base, tree.Variable) and base.name == "" and isinstance(steps[0], tree.Index):
            return self._steps(self._from_stack(steps[0]), steps[1:], False, "", node, ANY)
        plain = isinstance(base, tree.Variable)
        label = f"var: {base.name}" if isinstance(base, tree.Variable) else ""
        if getattr(base, "name", "") in self.context.named and getattr(steps[0], "name", "") == "$this":
            steps = steps[1:]
        with self.context.passing():
            made = self.value(base, strict and plain)
        strict = strict and plain and not self._bound(getattr(base, "name", ""))
        return self._steps(made, steps, strict, label, node, known)

    def _var_path(self, first: tree.Member, node: tree.Path, strict: bool) -> ast.expr:
        """``$var.x.y``, the long way to write ``$x.y``."""
        if len(node.steps) == 1:
            return self.variable(first.name, node, strict)
        with self.context.passing():
            made = self.variable(first.name, node, strict)
        return self._steps(made, node.steps[1:], strict, f"var: {first.name}", node, self.context.types.root(node)[0])

    def _steps(
        self,
        made: ast.expr,
        steps: list[tree.Member | tree.Index],
        strict: bool,
        label: str,
        node: tree.Node,
        known: Type,
    ) -> ast.expr:
        types = self.context.types
        strict = strict and all(isinstance(step, tree.Member) or isinstance(step.key, tree.Literal) for step in steps)
        shown = label
        for step in steps:
            if isinstance(step, tree.Member):
                shown = f"{shown}.{step.name}"
                if step.name.startswith("$"):
                    made = py.call("item", made, self.variable(step.name[1:], step, False))
                elif strict:
                    made = fast.required_member(made, step.name, shown)
                else:
                    made = fast.member(made, step.name, known)
            elif strict and isinstance(step.key, tree.Literal):
                shown = f"{shown}.{step.key.value}"
                made = py.call("item_or_fail", made, self.value(step.key), py.constant(shown))
            else:
                made = fast.element(self.context, made, self.value(step.key), known, types.of(step.key))
            known = types.step(known, step)
            py.place_at(made, self.context.source, node.start, step.end)
        return made

    def _input(self, step: tree.Member) -> ast.expr:
        inputs = self.context.names.inputs
        if step.name in inputs:
            return py.load(inputs[step.name])
        near = nearest(step.name, inputs)
        self.context.error(
            "unknown-input",
            f"there is no input `{step.name}`",
            step,
            help=f"did you mean `$input.{near}`?" if near else "declare it in the `input` block",
        )
        return py.constant(None)

    def _env(self, base: tree.Variable, step: tree.Member) -> ast.expr:
        context = self.context
        if step.name.startswith("$"):
            name = step.name[1:]
            if name not in SYSTEM:
                near = nearest(name, SYSTEM)
                help = f"did you mean `$env.${near}`?" if near else ""
                context.warn("unknown-system-variable", f"there is no `$env.${name}`; it is null", step, help)
            return py.call(py.attribute(py.attribute("rt", "system"), "get"), py.constant(name))
        context.env_read.setdefault(step.name, base)
        return py.call(py.attribute(py.attribute("rt", "env"), "get"), py.constant(step.name))

    def _from_stack(self, step: tree.Index) -> ast.expr:
        """``$[n]``: the bound values of the element expressions around, outermost first."""
        stack: list[ast.expr] = [py.load(each.element) for each in self.context.bound]
        return py.call("item", ast.List(stack, ast.Load()), self.value(step.key))

    # ------------------------------------------------------------ operators

    def _group(self, node: tree.Group, strict: bool) -> ast.expr:
        if node.head:
            return self.condition_value(node.value)
        return self.value(node.value, strict)

    def condition_value(self, node: tree.Node) -> ast.expr:
        """A condition whose value (not only its truth) is asked for."""
        if isinstance(node, tree.Operation) and node.operator in ("&&", "||"):
            return fast.boolean(self.condition(node))
        return self.condition(node) if self.is_boolean(node) else self.value(node, strict=True)

    def _backtick(self, node: tree.Backtick, strict: bool) -> ast.expr:
        self.context.in_backtick += 1
        try:
            return self.value(node.value)
        finally:
            self.context.in_backtick -= 1

    def _prefixed(self, node: tree.Prefixed, strict: bool) -> ast.expr:
        if node.operator == "!":
            return py.not_(self._truth(node.operand))
        self.context.warn(
            "unary-minus", "the platform has no sign before a variable", node, help="write 0 - $x in parentheses"
        )
        proofs.of_operand(self.context, self.context.types.of(node.operand), node.operand, "-")
        return py.call("negate", self.value(node.operand))

    def _truth(self, node: tree.Node) -> ast.expr:
        value = self.value(node)
        return value if self.is_boolean(node) else fast.truth(value, self.context.types.of(node))

    def _boolean(self, node: tree.Node) -> ast.expr:
        truth = self._truth(node)
        return truth if self.is_boolean(node) else fast.boolean(truth)

    def _operation(self, node: tree.Operation, strict: bool) -> ast.expr:
        operator = node.operator
        if operator == "~":
            with self.context.passing():
                return growth.joined(self.context, self.pieces(node))
        self._check_operands(node)
        if operator in ARITHMETIC:
            return self.calculated(node.left, operator, node.right)
        if operator in COMPARISON:
            with self.context.passing():
                return self._compared(node, self.value(node.left), self.value(node.right))
        if operator == "&&":
            return ast.BoolOp(ast.And(), [self._boolean(node.left), self._boolean(node.right)])
        if operator == "||":
            return self._either(node)
        if operator in ("??", "?:"):
            return self._otherwise(node)
        self.context.error(
            "unknown-operator",
            f"`{operator}` compares only in the expressions of `db.*` statements",
            node,
            help=_OPERATOR_HINTS.get(operator.rstrip("?"), ""),
        )
        return py.constant(None)

    def calculated(self, left: tree.Node, operator: str, right: tree.Node, strict: bool = False) -> ast.expr:
        """``left operator right`` of numbers; ``strict`` when plain references must lead somewhere."""
        types = self.context.types
        with self.context.passing():
            a, b = self.value(left, strict), self.value(right, strict)
        for operand in (left, right):
            proofs.of_operand(self.context, types.of(operand), operand, operator)
        kinds, general = (types.of(left), types.of(right)), ARITHMETIC[operator]
        known = fast.calculation(self.context, operator, a, b, *kinds)
        known = known or fast.guess(self.context, operator, a, b, *kinds, general)
        return growth.measured(known or py.call(general, a, b), operator == "..")

    def _either(self, node: tree.Operation) -> ast.expr:
        if self.is_boolean(node.left) and self.is_boolean(node.right):
            return ast.BoolOp(ast.Or(), [self.value(node.left), self.value(node.right)])
        name = self.context.temporary()
        left = ast.NamedExpr(ast.Name(name, ast.Store()), self.value(node.left))
        other = py.call("or_else", py.load(name), self.value(node.right))
        return py.choose(py.call("truth", left), py.call("or_left", py.load(name)), other)

    def _otherwise(self, node: tree.Operation) -> ast.expr:
        name = self.context.temporary()
        left = ast.NamedExpr(ast.Name(name, ast.Store()), self.value(node.left))
        if node.operator == "?:":
            return py.choose(py.call("truth", left), py.load(name), self.value(node.right))
        return py.choose(py.is_(left, py.constant(None)), self.value(node.right), py.load(name))

    def pieces(self, node: tree.Operation) -> list[Piece]:
        """The operands of ``a ~ b ~ c``, each a part of one formatted string."""
        operands: list[tree.Expr] = []
        left: tree.Expr = node
        while isinstance(left, tree.Operation) and left.operator == "~":
            self._check_operands(left)
            operands.append(left.right)
            left = left.left
        operands.append(left)
        operands.reverse()
        proofs.of_joined(self.context, ((operand, self.context.types.of(operand)) for operand in operands))
        return [self._piece(each) for each in operands]

    def _piece(self, operand: tree.Expr) -> Piece:
        if isinstance(operand, tree.Literal) and isinstance(operand.value, str):
            return Piece(py.constant(operand.value), short=True)
        known = self.context.types.of(operand)
        return Piece(fast.piece(self.value(operand), known), growth.is_short(known))

    def _ternary(self, node: tree.Ternary, strict: bool) -> ast.expr:
        self._check_filtered(node.condition, "?")
        place, marks = self.context.span(node.condition), self.context.marks
        chosen = marks.value(place, "true", self.value(node.chosen))
        return py.choose(self._truth(node.condition), chosen, marks.value(place, "false", self.value(node.other)))

    def _check_operands(self, node: tree.Operation) -> None:
        """An operator beside a filter without arguments would bind to the filter (expressions.md section 8.3)."""
        self._check_filtered(node.left, node.operator)
        operator = node.operator
        if isinstance(node.left, tree.Operation) and _same_level(operator, node.left.operator):
            self.context.error(
                "syntax",
                f"`{node.left.operator}` and `{operator}` do not chain",
                node,
                help="join two comparisons with `&&`"
                if operator in COMPARISON
                else "put parentheses around one of them",
            )
        for side in (node.left, node.right):
            if isinstance(side, tree.Operation) and {operator, side.operator} == {"&&", "||"}:
                self.context.warn(
                    "mixed-logic",
                    "`&&` and `||` stand side by side; the platform reads them from left to right",
                    node,
                    help="put parentheses around one of them",
                )

    def _check_filtered(self, left: tree.Node, operator: str) -> None:
        while isinstance(left, tree.Operation):
            left = left.right
        if isinstance(left, tree.Prefixed):
            left = left.operand
        if isinstance(left, tree.Chain) and (operator == "?" or not left.filters[-1].arguments):
            last = left.filters[-1]
            self.context.error(
                "filter-needs-parentheses",
                f"`{operator}` stands directly behind the filter `{last.name}`",
                left,
                help=f"write ({self.context.span(left).text}) {operator} …",
                label="An expression should be wrapped in parentheses when combining filters and tests",
                edits=around(self.context.span(left), "(", ")"),
            )

    # ------------------------------------------------------------ filters

    def _chain(self, node: tree.Chain, strict: bool) -> ast.expr:
        known = self.context.types.of(node.subject) if node.subject else Type(NULL)
        return self._filtered(self._subject(node, strict), node.subject, node.filters, known)

    def _filtered(self, made: ast.expr, subject: tree.Expr | None, filters: list[tree.Filter], known: Type) -> ast.expr:
        types = self.context.types
        for at, each in enumerate(filters):
            if each.disabled:
                continue
            name = _given_name(each)
            if name:
                return self._named(name, made, each, filters[at + 1 :], known)
            each = headers.filter_kept_as(each) if headers.are_headers(subject) else each
            made = self.context.concealed(each, self.arguments.filter(made, subject, each, known))
            py.place_at(made, self.context.source, each.start, each.end)
            known = types.filtered(known, each)
            subject = None
        return made

    def _named(self, name: str, made: ast.expr, node: tree.Filter, rest: list[tree.Filter], known: Type) -> ast.expr:
        """``|as:name``: a function of the value for the rest of the chain, called with it."""
        context = self.context
        if name in context.names.declared or name in self._ROOTS:
            context.error("reserved-name", f"`${name}` means something else already", node, help="choose another name")
        local = context.temporary()
        outer, context.named = context.named, {**context.named, name: local}
        body = self._filtered(py.load(local), None, rest, known)
        context.named = outer
        return py.call(ast.Lambda(py.parameters(local), body), made)

    def _subject(self, node: tree.Chain, strict: bool) -> ast.expr:
        if node.subject is None:
            return py.constant(None)
        record = self.context.registry.filters.get(node.filters[0].name)
        if record is not None and of_annotation(record.returns).only(BOOL | NUMBER | TEXT | NULL):
            with self.context.passing():
                return self.value(node.subject, strict)
        return self.value(node.subject, strict)

    def constant_of(self, node: tree.Node) -> tuple[bool, Any]:
        """Whether a node is a literal, and its value."""
        return (True, node.value) if isinstance(node, tree.Literal) else (False, None)

    _ROOTS: Final[dict[str, Any]] = {
        "input": _whole_input,
        "env": _whole_env,
        "auth": _whole_auth,
        "var": _whole_var,
        "error": _error,
        "db": _database,
        "$": _element_outside,
        "this": _element_outside,
        "": _element_outside,
    }
    _METHODS: Final[dict[type, Any]] = {
        tree.Literal: _literal,
        tree.Word: _word,
        tree.Broken: _broken,
        tree.Cast: _cast,
        tree.Variable: _variable,
        tree.Path: _path,
        tree.Chain: _chain,
        tree.Prefixed: _prefixed,
        tree.Operation: _operation,
        tree.Ternary: _ternary,
        tree.Group: _group,
        tree.Backtick: _backtick,
        tree.ListLiteral: _list,
        tree.ObjectLiteral: _object,
    }


def _given_name(node: tree.Filter) -> str:
    """The name that ``|as:name`` gives, ``""`` for every other filter."""
    word = node.arguments[0] if node.name == "as" and node.arguments else None
    return word.name if isinstance(word, tree.Word) else ""


def _same_level(first: str, second: str) -> bool:
    """Whether two operators are of a kind that does not associate: comparisons, ranges."""
    return (first in COMPARISON and second in COMPARISON) or first == second == ".."


_OPERATOR_HINTS: Final = {
    "=": "write `==`",
    "in": "use the filter, e.g. ($list|in:$x)",
    "contains": 'use the filter, e.g. ($x|contains:"a")',
}
