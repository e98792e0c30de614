"""Calls of builtins: arguments bound to the parameters of a record and converted to their classes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from keyword import iskeyword
from typing import Any, Final

from xsrun import extras
from xsrun.builtins.records import Filter, Param, Statement
from xsrun.builtins.registry import CONTAINER, ELEMENTS, LAZY, LIST, STATIC, TEXT, Bindings, Kind
from xsrun.compile import fast, growth, portability, proofs
from xsrun.compile import python as py
from xsrun.compile.context import Context, Evaluator, Findings
from xsrun.compile.types import ANY, NULL, OBJECT, OTHER, STRING, Type
from xsrun.compile.types import LIST as ARRAY
from xsrun.compile.types import TEXT as TEXTS
from xsrun.data.plans import FILTERS, MOVES, UNITS
from xsrun.diagnostics import Edit, Fault, around, nearest
from xsrun.source import Span
from xsrun.syntax import tree

SETS: Final = ("var", "var.update")
TAKES_VALUE: Final = {
    "return": "", "throw": 'name = "…", ', "debug.stop": "", "debug.log": "", **dict.fromkeys(SETS, ""),
}  # fmt: skip
"""Statements whose value people write without braces, and what else stands in these."""

COMMON_ATTRIBUTES: Final = frozenset({"description", "disabled", "mock"})
"""What every statement takes."""

_SHIFT_LEFT: Final = "multiply by a power of two: $n * (2|pow:3)"
_SHIFT_RIGHT: Final = "divide by a power of two: ($n / (2|pow:3))|floor"

NO_FILTER: Final = {
    **dict.fromkeys(FILTERS, "databases alone have it; use it in a condition of db.query"),
    **{
        f"timestamp_{way}_{unit}": f'databases alone have it; write |transform_timestamp:"{sign}7 {unit}" for a value'
        for way, sign in zip(MOVES, ("", "-"), strict=True)
        for unit in UNITS
    },
    "random": "use the statement security.random_number { min = 1, max = 6 } as $n",
    "ord": "no filter gives the code of a character; look it up in an object",
    "chr": "no filter makes a character of its code; look it up in an object",
    "chars": 'write |split:"" for the characters of a text',
    "char_at": "write |substr:$at:1 for one character of a text",
    "charAt": "write |substr:$at:1 for one character of a text",
    "tail": "write |slice:1 for all elements but the first",
    "take": "write |slice:0:3 for the first elements",
    "repeat": 'join copies: (1..3)|map:"ab"|join:""',
    "str_repeat": 'join copies: (1..3)|map:"ab"|join:""',
    **dict.fromkeys(("shl", "shift_left", "bit_shift_left", "bitwise_shift_left"), _SHIFT_LEFT),
    **dict.fromkeys(("shr", "shift_right", "bit_shift_right", "bitwise_shift_right"), _SHIFT_RIGHT),
}
"""Filters of other languages that nothing here stands for, and what to do instead."""

_TAKES: Final = {TEXT: STRING.kinds, LIST: ARRAY, ELEMENTS: OBJECT | ARRAY, CONTAINER: OBJECT | ARRAY}
"""The kinds of values that a filter on such a subject is meant for."""

FALSE_FRIENDS: Final = frozenset({"substring", "indexOf", "index_of", "includes", "sort_by", "order_by", "fsort"})
"""Names that mean something else by their arguments or result where they come from: nobody is replaced unseen."""

REDUCERS: Final = frozenset({"reduce", "lambda_reduce"})


class Arguments:
    """Binds and converts the arguments of filters and statements."""

    def __init__(self, context: Context, expressions: Evaluator) -> None:
        self.context = context
        self.expressions = expressions

    # ------------------------------------------------------------ filters

    def filter(self, made: ast.expr, subject: tree.Expr | None, node: tree.Filter, known: Type = ANY) -> ast.expr:
        """One filter applied to an expression of a known type.

        ``subject`` is its tree when it is not itself a filter's result.
        """
        record = self.context.registry.filters.get(node.name)
        if record is None:
            self._unknown_filter(node, known)
            for argument in node.arguments:
                self.expressions.value(argument)
            return made
        place = tree.Word(node.name_start, node.name_start + len(node.name), node.name)
        portability.of_filter(self.context, node, known)
        proofs.of_value(self.context, record.subject.kind, known, place, record.name)
        short = self._short(made, node, known)
        if short is not None:
            return short
        constant = self.expressions.constant_of(subject) if subject else (False, None)
        arguments = self.filled(record, place)
        if record.needs_scope:
            arguments.append(self.scope(node))
        arguments.append(self.convert(record.subject.kind, made, constant, known))
        arguments += self._filter_arguments(record, node, known)
        return growth.result(record, py.call(self.context.builtin(record.function), *arguments))

    def filled(self, record: Filter | Statement, place: tree.Node | Span) -> list[ast.expr]:
        """The leading arguments of a builtin that the run fills in; a part that is not installed is reported."""
        if record.extra and not extras.is_installed(record.extra):
            self.context.warn(
                "missing-extra",
                f"`{record.name}` needs a part of xsrun that is not installed",
                place,
                help=extras.install_command(record.extra),
            )
        given: list[ast.expr] = [py.attribute("rt", "world")] if record.needs_world else []
        return [*given, self._bindings(place)] if record.needs_bindings else given

    def _bindings(self, place: tree.Node | Span) -> ast.expr:
        """What a builtin may see of the function; it keeps none of the values."""
        with self.context.passing():
            roots = [self.expressions.value(tree.Variable(place.start, place.end, name)) for name in Bindings._fields]
        return py.call(self.context.builtin(Bindings), *roots)

    def scope(self, node: tree.Node) -> ast.expr:
        """The inputs and variables around a place that evaluates text, which may keep them."""
        inputs = self.expressions.value(tree.Variable(node.start, node.end, "input"))
        return py.call("scope", py.load("rt"), py.load("depth"), inputs, self.expressions.all_variables())

    def _short(self, made: ast.expr, node: tree.Filter, known: Type) -> ast.expr | None:
        """Python's own word for a filter, where the types allow it."""
        if not node.arguments:
            return fast.filtered(node.name, made, known)
        if node.name == "has" and isinstance(made, ast.Name) and known.may(OBJECT):
            return self._has(made, node)
        if node.name not in ("map", "filter") or len(node.arguments) > 1:
            return None
        argument = node.arguments[0]
        if not fast.uses_only_element(argument):
            return None
        types = self.context.types
        made = self.convert(self.context.registry.filters[node.name].subject.kind, made, known=known)
        with self.context.element(False) as bound, types.element(known.element):
            body = self.expressions.value(argument)
            if node.name == "filter":
                body = fast.truth(body, types.of(argument))
        return fast.comprehension(self.context, node.name, made, body, bound.element)

    def _has(self, made: ast.Name, node: tree.Filter) -> ast.expr | None:
        """``$object|has:$name``, straight for a key that is no path."""
        argument = node.arguments[0]
        if len(node.arguments) > 1 or not self.context.types.of(argument).only(TEXTS):
            return None
        record = self.context.registry.filters[node.name]
        first, again = fast.twice(self.context, self.expressions.value(argument))
        general = py.call(self.context.builtin(record.function), made, again)
        return fast.has_key(made, first, again, general)

    def _filter_arguments(self, record: Filter, node: tree.Filter, known: Type) -> list[ast.expr]:
        given = node.arguments
        params: list[Param] = list(record.params)
        if record.variadic:
            params = params[:-1] + [params[-1]] * max(0, len(given) - len(params) + 1)
        if len(given) > len(params):
            self.context.warn(
                "too-many-arguments",
                f"`{record.name}` takes {_count(len(params))}, here are {len(given)}; a run ignores the rest",
                given[len(params)],
                help=f"the filter reads {signature(record)}",
            )
        missing = [param.name for param in params[len(given) :] if param.required]
        if missing:
            self.context.error(
                "missing-argument",
                f"`{record.name}` needs its argument `{missing[0]}`",
                node,
                help=f"the filter reads {signature(record)}",
            )
        return [
            self.argument(param, argument, record.name, known.element)
            for param, argument in zip(params, given, strict=False)
        ]

    def _unknown_filter(self, node: tree.Filter, known: Type) -> None:
        registry = self.context.registry
        meant = [each for each in registry.filters.values() if node.name in each.misnomers]
        if len(meant) > 1:
            meant = [each for each in meant if _is_meant_for(each, known)] or meant
        named = len(meant) == 1 and (node.name not in FALSE_FRIENDS or _from_start(node))
        near = nearest(node.name, registry.filters) if not meant and node.name not in NO_FILTER else ""
        if near:
            meant = [registry.filters[near]]
        if len(meant) == 1:
            help = f"did you mean `{meant[0].name}`? {meant[0].summary}"
        else:
            help = " · ".join(f"`{each.name}` for a {each.subject.kind.name}" for each in meant)
        place = Span(self.context.source, node.name_start, node.name_start + len(node.name))
        message = f"Unknown filter function '{node.name}'"
        edits = (Edit(place, meant[0].name),) if named else ()
        self.context.error("unknown-filter", message, place, help or NO_FILTER.get(node.name, ""), edits=edits)

    # ------------------------------------------------------------ one argument

    def argument(self, param: Param, node: tree.Node, owner: str, element: Type = ANY) -> ast.expr:
        """The Python expression of one argument; ``element`` is what the elements it may run over are."""
        if param.name == "path" and not self.context.bound and (path := _element_path(node)) is not None:
            return py.constant(path)
        if param.kind is LAZY:
            return self.lazy(node, owner in REDUCERS, element=element)
        if param.kind is STATIC:
            return self.static(param, node, owner)
        made = self.expressions.value(node, strict=False)
        constant = self.expressions.constant_of(node)
        return self._given(param, made, constant, node, owner)

    def _given(self, param: Param, made: ast.expr, constant: tuple[bool, Any], node: tree.Node, owner: str) -> ast.expr:
        known = self.context.types.of(node)
        demanded = param.required or param.variadic
        proofs.of_value(self.context, param.kind, known, node, owner, not demanded)
        if demanded:
            return self.convert(param.kind, made, constant, known)
        return self._optional(param, made, constant, known)

    def _optional(self, param: Param, made: ast.expr, constant: tuple[bool, Any], known: Type) -> ast.expr:
        """Null stands for the default."""
        if known.only(fast.KNOWN.get(param.kind, 0)):
            return made
        if constant == (True, None):
            return py.constant(param.default)
        if constant[0]:
            return self.convert(param.kind, made, constant)
        if param.kind.convert is None:
            if param.default is None:
                return made
            return py.call("default", made, py.constant(param.default))
        return py.call("optional", py.load(self.converter(param.kind)), made, py.constant(param.default))

    def convert(
        self, kind: Kind, made: ast.expr, constant: tuple[bool, Any] = (False, None), known: Type = ANY
    ) -> ast.expr:
        """A value as the class a parameter takes."""
        if kind.convert is None or known.only(fast.KNOWN.get(kind, 0)):
            return made
        if constant[0]:
            try:
                converted = kind.convert(constant[1])
            except Fault:
                return py.call(self.converter(kind), made)
            if isinstance(converted, str | int | float | bytes | bool) or converted is None:
                return py.constant(converted)
        return py.call(self.converter(kind), made)

    def converter(self, kind: Kind) -> str:
        """The name of the conversion in generated code."""
        if kind.convert is None:
            raise ValueError("any value needs no conversion")
        return self.context.builtin(kind.convert)

    def lazy(self, node: tree.Node, reduces: bool = False, head: bool = False, element: Type = ANY) -> ast.expr:
        """An expression as a function of one element."""
        context = self.context
        with context.general(), context.element(reduces) as bound, context.types.element(element):
            body = self.expressions.condition_value(node) if head else self.expressions.value(node)
        names = py.parameters(bound.element, bound.position, bound.whole, bound.result, defaults=4)
        return ast.Lambda(names, body)

    def static(self, param: Param, node: tree.Node, owner: str) -> ast.expr:
        """A literal."""
        if isinstance(node, tree.Word):
            return py.constant(node.name)
        if not isinstance(node, tree.Literal):
            self.context.error(
                "not-constant", f"`{param.name}` of `{owner}` must be a literal", node, help="write the value itself"
            )
            return py.constant("")
        return py.constant(node.value)

    # ------------------------------------------------------------ statements

    def keywords(self, record: Statement, block: tree.Block) -> dict[str, ast.expr]:
        """The attributes of a statement as keyword arguments."""
        params = {param.name: param for param in record.params}
        given: dict[str, ast.expr] = {}
        for attribute in attributes(self.context, block, tuple(params), record.instead):
            param = params[attribute.name]
            made = self._attribute(param, attribute.value, record.name)
            given[python_name(param)] = made
        given |= self._head_conditions(block)
        for param in record.params:
            if param.required and python_name(param) not in given:
                missing_attribute(self.context, block, record.name, param.name, record.instead)
        return given

    def _attribute(self, param: Param, node: tree.Node, owner: str) -> ast.expr:
        if param.kind in (LAZY, STATIC):
            return self.argument(param, node, owner)
        made = self.expressions.value(node, strict=True)
        constant = self.expressions.constant_of(node)
        return self._given(param, made, constant, node, owner)

    def _head_conditions(self, block: tree.Block) -> dict[str, ast.expr]:
        """``if (…)`` in the head of ``array.find`` and its kin."""
        found: dict[str, ast.expr] = {}
        for word, head in zip(block.heads, block.heads[1:], strict=False):
            if isinstance(word, tree.Word) and word.name == "if" and isinstance(head, tree.Condition):
                found["if_"] = self.lazy(head.value, head=True)
        return found


def _is_meant_for(record: Filter, known: Type) -> bool:
    """Whether values of a type are what a filter works on; null and raw bytes aside, which any variable may hold."""
    kinds = _TAKES.get(record.subject.kind, 0)
    return known.may(kinds) and known.only(kinds | NULL | OTHER)


def _from_start(node: tree.Filter) -> bool:
    """Whether ``substring`` begins at 0, or has no end: the end it takes elsewhere is the length it takes here."""
    first = node.arguments[0] if node.arguments else None
    return node.name == "substring" and (
        len(node.arguments) < 2 or (isinstance(first, tree.Literal) and first.raw == "0")
    )


def _element_path(node: tree.Node) -> str | None:
    """``$$`` and ``$$.a.b`` where a path text is meant, as that text."""
    if isinstance(node, tree.Variable) and node.name in ("$", "this"):
        return ""
    if isinstance(node, tree.Path) and isinstance(node.base, tree.Variable) and node.base.name in ("$", "this"):
        names = [step.name for step in node.steps if isinstance(step, tree.Member)]
        return ".".join(names) if len(names) == len(node.steps) else None
    return None


def python_name(param: Param) -> str:
    """The keyword of a parameter in Python."""
    return f"{param.name}_" if iskeyword(param.name) else param.name


def attributes(
    context: Findings, block: tree.Block, known: tuple[str, ...], instead: dict[str, str] | None = None
) -> list[tree.Attribute]:
    """The attributes of a statement that are known to it; the others are reported."""
    found: list[tree.Attribute] = []
    seen: set[str] = set()
    in_head = [head for head in block.heads if isinstance(head, tree.Attribute)]
    for entry in (*in_head, *(block.body or ())):
        if not isinstance(entry, tree.Attribute):
            if not without_equals(context, entry, known):
                context.error("misplaced", f"`{block.keyword}` holds no statements", entry)
            continue
        if admitted(context, block, entry, known, seen, instead or {}) and not entry.disabled:
            found.append(entry)
    return found


def surplus_heads(context: Findings, block: tree.Block, first: str) -> bool:
    """Whether something stands before the braces of a statement, or in place of them, that is none of it; reports it.

    ``first`` is the attribute that a value without braces is meant for, ``""`` when there is none.
    """
    heads = [head for head in block.heads if not isinstance(head, tree.Attribute)]
    if not heads or (block.body is None and not first):
        return False
    given = Span(context.source, heads[0].start, heads[-1].end)
    instead = block.body is None
    context.error(
        "syntax",
        f"`{block.keyword}` takes its values in braces" if instead
        else f"`{block.keyword}` takes nothing before its braces",
        given,
        help=f"write {block.keyword} {{ {first} = {given.text} }}" if instead else f"write {block.keyword} {{ … }}",
        edits=around(given, f"{{ {first} = ", " }") if instead and len(heads) == 1 else (),
    )  # fmt: skip
    return True


def admitted(
    context: Findings,
    block: tree.Block,
    entry: tree.Attribute,
    known: tuple[str, ...],
    seen: set[str],
    instead: Mapping[str, str],
) -> bool:
    """Whether an attribute is one of the ``known`` and the first of its name in the statement.

    One that may not stand there is reported; what stands there is noted in ``seen``.
    """
    again = entry.name in seen
    seen.add(entry.name)
    if again:
        context.error("duplicate-attribute", f"`{entry.name}` is given twice", entry, help="keep one of the two")
    elif entry.name not in known and (entry.name not in COMMON_ATTRIBUTES or entry.name in instead):
        unknown_attribute(context, block, entry, known, instead)
    return entry.name in known and not again


def without_equals(context: Findings, entry: tree.Node, known: tuple[str, ...]) -> bool:
    """Whether an entry is ``name value`` where ``name = value`` is meant, which is reported."""
    if not isinstance(entry, tree.Block) or entry.keyword not in known or not entry.heads or entry.body is not None:
        return False
    given = Span(context.source, entry.heads[0].start, entry.heads[-1].end).text
    head = entry.head_span(context.source)
    edits = [Edit(head._replace(start=head.end), " =")]
    shown = f"write {entry.keyword} = {given}"
    context.error("missing-equals", f"expected `=` behind `{entry.keyword}`", head, shown, edits=edits)
    return True


def unknown_attribute(
    context: Findings, block: tree.Block, entry: tree.Attribute, known: tuple[str, ...], instead: Mapping[str, str]
) -> None:
    """Report an attribute that a statement does not have; ``instead`` says an attribute for it, or one with a value."""
    named, equals, value = instead.get(entry.name, "").partition(" = ")
    right = named or meant(entry.name, known)
    written = Span(context.source, entry.name_end - len(entry.name), entry.name_end)
    plain = written.text == entry.name and block.attribute(named) is None
    shown = ", ".join(known[:6]) + (", …" if len(known) > 6 else "")
    context.error(
        "unknown-attribute",
        f"`{block.keyword}` has no attribute `{entry.name}`",
        Span(context.source, entry.start, entry.name_end),
        help=f"write `{right} = {value or '…'}`" if right else "",
        label=f"not one of {shown}" if known else "it takes none",
        edits=(Edit(written, named),) if named and plain and not equals else (),
    )


def meant(written: str, known: Iterable[str]) -> str:
    """The attribute that is near what was written, or that begins so; ``""`` when there is none."""
    begun = (each for each in known if len(written) >= 3 and each.startswith(written))
    return nearest(written, known) or next(begun, "")


def missing_attribute(context: Context, block: tree.Block, owner: str, name: str, instead: Mapping[str, str]) -> None:
    """Report a required attribute that is not given, unless it is there under another name or could not be read."""
    written = [entry.name for entry in block.body or () if isinstance(entry, tree.Attribute)]
    if any(isinstance(entry, tree.Block) and entry.keyword == name for entry in block.body or ()):
        return
    misspelt = any(each != name and (instead.get(each) == name or meant(each, (name,))) for each in written)
    place = 1 if owner in SETS else 0
    if owner in TAKES_VALUE and block.heads[place:] and block.body is None:
        given = Span(context.source, block.heads[place].start, block.heads[-1].end)
        before = "".join(f"{context.span(head).text} " for head in block.heads[:place])
        shown = f"write {owner} {before}{{ {TAKES_VALUE[owner]}value = {given.text} }}"
        edits = () if TAKES_VALUE[owner] else around(given, "{ value = ", " }")
        context.error("syntax", f"`{owner}` takes its value in braces", given, shown, edits=edits)
    elif not misspelt and not (owner in SETS and any(isinstance(head, tree.Attribute) for head in block.heads)):
        shown = f"add `{name} = …`" if block.body else f"write {owner} {{ {name} = … }}"
        context.missing("missing-attribute", f"`{owner}` needs `{name}`", block, shown)


def signature(record: Filter) -> str:
    """How a filter is written, e.g. ``|substr:start:length?``."""
    parts = [f"|{record.name}"]
    for param in record.params:
        parts.append(f":{param.name}{'…' if param.variadic else '' if param.required else '?'}")
    return "".join(parts)


def _count(number: int) -> str:
    return {0: "no argument", 1: "one argument"}.get(number, f"{number} arguments")
