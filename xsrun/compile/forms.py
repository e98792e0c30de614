"""Statements with control flow or with access to the frame: everything that is no ordinary function.

Each form is a function from a block to Python statements, recorded with what it takes, so that the
same record serves the compiler, the catalogue and completion.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from xsrun.builtins.statements.expect import must_throw
from xsrun.compile import fast, shape
from xsrun.compile import python as py
from xsrun.compile.context import Signature, StackCompiler
from xsrun.compile.names import RESERVED, root_name
from xsrun.compile.types import INTEGER, LIST
from xsrun.diagnostics import ERROR_KINDS, nearest
from xsrun.program import function_name
from xsrun.syntax import tree
from xsrun.types.fields import Field

Stack = list[ast.stmt]
Compile = Callable[[StackCompiler, tree.Block], Stack]


class Form(NamedTuple):
    """A statement that the compiler itself knows."""

    name: str
    head: str
    """How the head is written, e.g. ``($condition)``."""
    required: tuple[str, ...]
    optional: tuple[str, ...]
    blocks: tuple[str, ...]
    """The blocks it consists of; ``*`` for statements of any kind."""
    compile: Compile
    summary: str
    examples: tuple[str, ...]


FRESH: Final = frozenset({"map", "filter", "split", "keys", "values", "entries", "range", "push"})
"""Filters whose result nobody else holds."""

FORMS: Final[dict[str, Form]] = {}


def form(
    name: str,
    *examples: str,
    head: str = "",
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    blocks: tuple[str, ...] = (),
) -> Callable[[Compile], Compile]:
    """Record a function as the compiler of a form; its docstring is the sentence of the catalogue."""

    def record(function: Compile) -> Compile:
        summary = " ".join((function.__doc__ or "").split())

        def checked(stack: StackCompiler, block: tree.Block) -> Stack:
            shape.check(stack.context, block, FORMS[name])
            return function(stack, block)

        FORMS[name] = Form(name, head, required, optional, blocks, checked, summary, examples)
        return function

    return record


def _attribute(stack: StackCompiler, block: tree.Block, name: str, default: Any = None) -> ast.expr:
    found = block.attribute(name)
    return stack.expressions.value(found.value, strict=True) if found else py.constant(default)


# ------------------------------------------------------------------ variables


@form("var", "var $r { value = 1 + 2 } -> 3", head="$name", required=("value",))
def _var(stack: StackCompiler, block: tree.Block) -> Stack:
    """Set a variable of the function, new or not."""
    target = _target(stack, block)
    found = block.attribute("value")
    if target is None or found is None:
        return []
    if not isinstance(target, tree.Variable) and not _is_var_path(target):
        stack.context.error(
            "bad-target", "`var` sets a plain variable", target, help="change a part of it with `var.update`"
        )
        return []
    return stack.assign(target, found.value)


@form(
    "var.update",
    'var $r { value = {a: {b: 1}} }\nvar.update $r.a.c { value = 2 } -> {"a":{"b":1,"c":2}}',
    head="$name.path",
    required=("value",),
)
def _var_update(stack: StackCompiler, block: tree.Block) -> Stack:
    """Change a variable, or the place in it that a path leads to."""
    target = _target(stack, block)
    found = block.attribute("value")
    if target is None or found is None:
        return []
    return stack.assign(target, found.value)


def _target(stack: StackCompiler, block: tree.Block) -> tree.Node | None:
    target = next((head for head in block.heads if isinstance(head, tree.Variable | tree.Path)), None)
    if target is None:
        word = next((head for head in block.heads if isinstance(head, tree.Word)), None)
        if word is not None:
            stack.context.error(
                "missing-target",
                "the name of a variable begins with `$`",
                word,
                help=f"write {block.keyword} ${word.name}",
            )
            return None
        shown = f"write {block.keyword} $name {{ value = … }}"
        stack.context.missing("missing-target", f"`{block.keyword}` needs the variable it sets", block, shown)
        return None
    return target if declarable(stack, target) else None


def _is_var_path(target: tree.Node) -> bool:
    return isinstance(target, tree.Path) and isinstance(target.base, tree.Variable) and target.base.name == "var"


def declarable(stack: StackCompiler, target: tree.Node) -> bool:
    """Whether a variable may be set; a reserved name is reported."""
    name = root_name(target)
    if name in RESERVED and name != "error":
        stack.context.error(
            "reserved-name",
            f"'${name}' is a reserved variable name and should not be used as a variable.",
            target,
            help=f"rename it, e.g. ${name}_value",
        )
        return False
    return bool(name)


def is_fresh(node: tree.Node) -> bool:
    """Whether an expression makes a list or object that nobody else holds."""
    if isinstance(node, tree.Group | tree.Backtick):
        return is_fresh(node.value)
    if isinstance(node, tree.Chain):
        return node.filters[-1].name in FRESH and not node.filters[-1].disabled
    return isinstance(node, tree.ListLiteral | tree.ObjectLiteral)


# ------------------------------------------------------------------ branches


@form(
    "conditional",
    'conditional {\n  if (1 > 2) { var $r { value = "a" } }\n  else { var $r { value = "b" } }\n} -> "b"',
    blocks=("if", "elseif", "else"),
)
def _conditional(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run the first branch whose condition is true."""
    branches = [entry for entry in block.body or () if isinstance(entry, tree.Block)]
    branches = [entry for entry in branches if entry.keyword in ("if", "elseif", "else") and not entry.disabled]
    shape.branches_in_order(stack.context, block, branches)
    names = stack.context.names
    before, outcomes = set(names.certain), []
    made: list[tuple[ast.expr | None, Stack]] = []
    for branch in branches:
        test: ast.expr | None = None
        if branch.keyword != "else":
            head = shape.parenthesised(stack.context, branch)
            test = stack.expressions.condition(head) if head else py.constant(False)
        names.certain = set(before)
        made.append((test, stack.body(branch)))
        outcomes.append(names.certain)
    complete = bool(branches) and branches[-1].keyword == "else"
    names.certain = set.intersection(*outcomes) if complete else before
    return _if_chain(made)


def _if_chain(made: list[tuple[ast.expr | None, Stack]]) -> Stack:
    result: Stack = []
    for test, body in reversed(made):
        result = body if test is None else [py.if_(test, body, result)]
    return result


@form(
    "switch",
    'switch (2) {\n  case (1) { var $r { value = "a" } } break\n  case (2) { var $r { value = "b" } } break\n'
    '  default { var $r { value = "c" } }\n} -> "b"',
    head="($value)",
    blocks=("case", "default", "break"),
)
def _switch(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run the case that equals the value, and the following ones up to a `break`."""
    subject = shape.parenthesised(stack.context, block)
    if subject is None:
        return []
    context = stack.context
    value, chosen = context.temporary(), context.temporary()
    made: Stack = [py.assign(value, stack.expressions.value(subject, strict=True))]
    cases = [each for each in block.body or () if isinstance(each, tree.Block) and each.keyword in ("case", "default")]
    made.append(py.assign(chosen, _choice(stack, value, cases)))
    first = 0
    outcomes: list[set[str]] = []
    before = set(context.names.certain)
    for at, case in enumerate(cases):
        context.names.certain = set(before)
        body = stack.body(case)
        outcomes.append(context.names.certain)
        tests: list[ast.expr] = [ast.Compare(py.load(chosen), [ast.LtE()], [py.constant(at)])]
        if first:
            tests.append(ast.Compare(py.load(chosen), [ast.GtE()], [py.constant(first)]))
        made.append(py.if_(ast.BoolOp(ast.And(), tests) if len(tests) > 1 else tests[0], body))
        if _breaks(block, case):
            first = at + 1
    complete = bool(cases) and cases[-1].keyword == "default" and all(_breaks(block, case) for case in cases[:-1])
    context.names.certain = set.intersection(*outcomes) if complete else before
    return made


def _choice(stack: StackCompiler, value: str, cases: list[tree.Block]) -> ast.expr:
    """The number of the first case that equals the value."""
    default = next((at for at, case in enumerate(cases) if case.keyword == "default"), len(cases))
    choice: ast.expr = py.constant(default)
    for at in reversed(range(len(cases))):
        case = cases[at]
        if case.keyword == "default":
            if at < len(cases) - 1:
                stack.context.error("syntax", "`default` stands last", case, help="move it behind the cases")
            continue
        head = shape.parenthesised(stack.context, case)
        if head is not None:
            test = py.call("equal", py.load(value), stack.expressions.value(head, strict=True))
            choice = py.choose(test, py.constant(at), choice)
    return choice


def _breaks(block: tree.Block, case: tree.Block) -> bool:
    """Whether ``break`` stands behind the braces of a case, or in place of them."""
    if any(isinstance(head, tree.Word) and head.name == "break" for head in case.heads):
        return True
    entries = block.body or []
    after = entries.index(case) + 1
    following = entries[after] if after < len(entries) else None
    return isinstance(following, tree.Block) and following.keyword == "break"


# ------------------------------------------------------------------ loops


@form(
    "foreach",
    "var $r { value = 0 }\nforeach ([1, 2, 3]) {\n  each as $n { var.update $r { value = $r + $n } }\n} -> 6",
    head="($list)",
    blocks=("each",),
)
def _foreach(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a block for every element of a list, or every value of an object."""
    each = shape.loop_body(stack.context, block)
    subject = shape.parenthesised(stack.context, block)
    if subject is None:
        return _never(stack, each)
    source = _elements(stack, subject)
    removes = _removes(each)
    name = root_name(subject)
    if removes and (not isinstance(subject, tree.Variable) or name not in stack.context.names.declared):
        stack.context.error(
            "misplaced", "`remove` needs a loop over a plain variable", block, help="put the list into a variable first"
        )
        return []
    return _loop(stack, each, source, name if removes else "")


@form(
    "for",
    "var $r { value = [] }\nfor (3) {\n  each as $i { array.push $r { value = $i } }\n} -> [0,1,2]",
    head="($count)",
    blocks=("each",),
)
def _for(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a block a number of times, counting from 0."""
    each = shape.loop_body(stack.context, block)
    subject = shape.parenthesised(stack.context, block)
    if subject is None:
        return _never(stack, each)
    count = stack.expressions.value(subject, strict=True)
    if not stack.context.types.of(subject).only(INTEGER):
        count = py.call("integer", count)
    source = py.call("range", count)
    return _loop(stack, each, source, "")


def _elements(stack: StackCompiler, subject: tree.Node) -> ast.expr:
    """What a loop goes through; a range is not made a list first."""
    types = stack.context.types
    inner = subject.value if isinstance(subject, tree.Group) else subject
    if isinstance(inner, tree.Operation) and inner.operator == "..":
        return py.call("span_range", stack.expressions.value(inner.left), stack.expressions.value(inner.right))
    made = stack.expressions.value(subject, strict=True)
    return made if types.of(subject).only(LIST) else py.call("iterate", made)


def _never(stack: StackCompiler, each: tree.Block) -> Stack:
    """The body of a loop whose head makes no sense: compiled for what may be wrong in it."""
    stack.context.loops.append("")
    with stack.context.branch():
        stack.body(each)
    stack.context.loops.pop()
    return []


def _removes(each: tree.Block) -> bool:
    """Whether the body of a loop, inner loops left out, removes elements."""
    pending = list(each.body or ())
    while pending:
        entry = pending.pop()
        if isinstance(entry, tree.Block):
            if entry.keyword in ("remove", "foreach.remove") and not entry.disabled:
                return True
            if entry.keyword != "foreach":
                pending.extend(entry.body or ())
    return False


def _plain_local(stack: StackCompiler, target: tree.Node | None) -> str:
    """The local of a loop variable that can be set by Python's own loop, else ``""``."""
    if not isinstance(target, tree.Variable) or not declarable(stack, target):
        return ""
    context = stack.context
    return "" if target.name in context.tracked else context.names.declared.get(target.name, "")


def _loop(stack: StackCompiler, each: tree.Block, source: ast.expr, removed_from: str) -> Stack:
    """``for element, _ in zip(source, budget)``: every turn is paid from the run's budget."""
    context = stack.context
    target = each.binding.target if each.binding else None
    local = _plain_local(stack, target)
    item = local or context.temporary()
    setup: Stack = []
    counter = position = ""
    if removed_from:
        counter, position = context.temporary(), context.temporary()
        setup = [py.assign(counter, py.constant(0))]
        source = py.call("enumerate", source)
    context.loops.append(f"{removed_from}:{counter}:{position}" if removed_from else "")
    with context.branch():
        body: Stack = []
        if local:
            context.names.certain.add(root_name(target) if target else "")
        elif target is not None and declarable(stack, target):
            body += stack.store(target, py.load(item))
        body += stack.body(each)
    context.loops.pop()
    budget = py.attribute("rt", "budget")
    element: ast.expr = ast.Name(item, ast.Store())
    if removed_from:
        element = ast.Tuple([ast.Name(position, ast.Store()), element], ast.Store())
    paid = ast.Tuple([element, ast.Name("_", ast.Store())], ast.Store())
    exhausted: Stack = [py.expression(py.call("check_budget", py.load("rt")))]
    return [*setup, ast.For(paid, py.call("zip", source, budget), body or [ast.Pass()], exhausted)]


@form(
    "while",
    "var $r { value = 1 }\nwhile ($r < 100) {\n  each { var.update $r { value = $r * 2 } }\n} -> 128",
    head="($condition)",
    blocks=("each",),
)
def _while(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a block as long as a condition is true."""
    each = shape.loop_body(stack.context, block)
    subject = shape.parenthesised(stack.context, block)
    if subject is None:
        return _never(stack, each)
    test = stack.expressions.condition(subject)
    stack.context.loops.append("")
    with stack.context.branch():
        body = stack.body(each)
    stack.context.loops.pop()
    stop = py.if_(py.not_(test), [ast.Break()])
    exhausted: Stack = [py.expression(py.call("check_budget", py.load("rt")))]
    return [ast.For(ast.Name("_", ast.Store()), py.attribute("rt", "budget"), [stop, *body], exhausted)]


def _in_loop(stack: StackCompiler, block: tree.Block) -> bool:
    if stack.context.loops:
        return True
    stack.context.error(
        "misplaced", f"`{block.keyword}` stands outside a loop", block, help="remove it, or use `return`"
    )
    return False


@form("break", "for (3) {\n  each as $r { break }\n} -> 0")
def _break(stack: StackCompiler, block: tree.Block) -> Stack:
    """Leave the innermost loop."""
    return [ast.Break()] if _in_loop(stack, block) else []


@form("continue", "for (3) {\n  each as $r { continue }\n} -> 2")
def _continue(stack: StackCompiler, block: tree.Block) -> Stack:
    """Go on with the next turn of the innermost loop."""
    return [ast.Continue()] if _in_loop(stack, block) else []


@form(
    "remove",
    "var $r { value = [1, 2, 3] }\nforeach ($r) {\n  each as $n {\n    conditional { if ($n == 2) { remove } }\n  }\n"
    "} -> [1,3]",
)
def _remove(stack: StackCompiler, block: tree.Block) -> Stack:
    """Drop the current element from the list variable that the loop goes through."""
    loop = next((each for each in reversed(stack.context.loops) if each), "")
    if not loop:
        stack.context.error("misplaced", f"`{block.keyword}` stands outside a `foreach`", block)
        return []
    variable, counter, position = loop.rsplit(":", 2)
    at = ast.BinOp(py.load(position), ast.Sub(), py.load(counter))
    target = tree.Variable(block.start, block.end, variable)
    local = py.load(stack.context.names.local(variable))
    return [
        *stack.store(target, py.call("without", local, at), fresh=True),
        ast.AugAssign(ast.Name(counter, ast.Store()), ast.Add(), py.constant(1)),
    ]


FORMS["foreach.remove"] = FORMS["remove"]._replace(name="foreach.remove")


# ------------------------------------------------------------------ ends


@form("return", "return { value = 1 }", required=("value",))
def _return(stack: StackCompiler, block: tree.Block) -> Stack:
    """End the function with a value, in place of its response."""
    return [ast.Return(_attribute(stack, block, "value"))]


@form(
    "throw",
    'try_catch {\n  try { throw { name = "Broken" value = "no" } }\n'
    '  catch { var $r { value = $error.message } }\n} -> "no"',
    required=("value",),
    optional=("name",),
)
def _throw(stack: StackCompiler, block: tree.Block) -> Stack:
    """Raise an error with a name and a value."""
    if block.attribute("name") is None:
        stack.context.warn(
            "missing-name", "`throw` has no name", block.head_span(stack.context.source), help='add name = "…"'
        )
    made = py.call("thrown", _attribute(stack, block, "name", ""), _attribute(stack, block, "value"))
    return [ast.Raise(py.place(made, stack.context.source, block))]


@form(
    "precondition",
    'try_catch {\n  try { precondition (1 > 2) { error_type = "inputerror" error = "too small" } }\n'
    '  catch { var $r { value = $error.code } }\n} -> "ERROR_CODE_INPUT_ERROR"',
    head="($condition)",
    optional=("error_type", "error", "payload"),
)
def _precondition(stack: StackCompiler, block: tree.Block) -> Stack:
    """Raise an error unless a condition is true."""
    subject = shape.parenthesised(stack.context, block)
    if subject is None:
        return []
    kind = block.attribute("error_type")
    _check_error_type(stack, kind)
    made = py.call(
        "failed",
        _attribute(stack, block, "error_type", "standard"),
        _attribute(stack, block, "error", ""),
        _attribute(stack, block, "payload", ""),
    )
    place = next((head for head in block.heads if isinstance(head, tree.Condition)), block)
    raising = py.place(ast.Raise(made), stack.context.source, place)
    return [py.if_(py.not_(stack.expressions.condition(subject)), [raising])]


def _check_error_type(stack: StackCompiler, kind: tree.Attribute | None) -> None:
    if kind is None or not isinstance(kind.value, tree.Literal | tree.Word):
        return
    given = kind.value.value if isinstance(kind.value, tree.Literal) else kind.value.name
    if given not in ERROR_KINDS:
        near = nearest(str(given), ERROR_KINDS)
        stack.context.warn(
            "bad-error-type",
            f"there is no error_type `{given}`; it counts as `standard`",
            kind.value,
            help=f'did you mean "{near}"? It is one of {", ".join(ERROR_KINDS)}'
            if near
            else f"write one of {', '.join(ERROR_KINDS)}",
        )


@form("debug.stop", 'debug.stop { value = "done" }', required=("value",))
def _stop(stack: StackCompiler, block: tree.Block) -> Stack:
    """End the whole run with a value."""
    return [ast.Raise(py.call("RunStopped", _attribute(stack, block, "value")))]


# ------------------------------------------------------------------ blocks


@form("group", "group {\n  stack { var $r { value = 1 } }\n} -> 1", blocks=("stack",))
def _group(stack: StackCompiler, block: tree.Block) -> Stack:
    """Hold statements together; they run as if they stood alone."""
    return stack.body(block.block("stack"))


@form("comment", 'comment { description = "why" }', optional=("description",))
def _comment(stack: StackCompiler, block: tree.Block) -> Stack:
    """Do nothing: the stored form of a comment."""
    return []


@form(
    "try_catch",
    "try_catch {\n  try { var $r { value = 1 / 0 } }\n  catch { var $r { value = $error.message } }\n"
    '} -> "Division by zero"',
    blocks=("try", "catch", "finally"),
)
def _try_catch(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a block; on an error run `catch` with `$error` set; run `finally` in every case."""
    context = stack.context
    attempt, catch, finally_ = block.block("try"), block.block("catch"), block.block("finally")
    if attempt is None:
        context.missing(
            "missing-block", "`try_catch` needs `try { … }`", block, "write try { … } around its statements"
        )
        return []
    shape.without_variable(context, catch)
    if catch is None and not block.broken:
        context.warn(
            "missing-catch",
            "without `catch` every error is dropped",
            block.head_span(context.source),
            "add `catch { … }`",
        )
    outer, error = context.error_name, context.temporary()
    before = set(context.names.certain)
    tried = stack.body(attempt) or [ast.Pass()]
    after_try = context.names.certain
    context.names.certain = set(before)
    context.error_name = error
    caught = stack.body(catch)
    after_catch = context.names.certain
    context.names.certain = set(before)
    last = stack.body(finally_)
    after_finally = context.names.certain
    context.error_name = outer
    context.names.certain = (after_try & after_catch) | after_finally
    handler = ast.ExceptHandler(
        py.load("Fault"), "fault", [py.assign(error, py.call("caught", py.load("fault"))), *caught]
    )
    return [py.assign(error, py.load("NO_ERROR")), ast.Try(tried, [handler], [], last)]


# ------------------------------------------------------------------ calls


@form(
    "function.run",
    'function.run "name" {\n  input = {a: 1}\n} as $result',
    head='"name"',
    optional=("input", "runtime_mode", "async"),
)
def _function_run(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a function of the folder and bind what it gives back."""
    made = _function_call(stack, block)
    return stack.bind(block, made) if made is not None else []


FORMS["service.function.run"] = FORMS["function.run"]._replace(name="service.function.run")


@form(
    "function.call",
    'function.call "name" {\n  input = {a: 1}\n} as $result',
    head='"name"',
    optional=("input", "runtime_mode"),
)
def _function_call_form(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a function; an error becomes the bound value instead of ending the caller."""
    made = _function_call(stack, block)
    if made is None:
        return []
    if not stack.context.demands_error:
        made = py.place(py.call("calling", ast.Lambda(py.parameters(), made)), stack.context.source, block)
    return stack.bind(block, made)


def _function_call(stack: StackCompiler, block: tree.Block) -> ast.expr | None:
    context = stack.context
    given = block.attribute("input")
    callee = _callee(stack, block)
    if callee is None:
        if given is not None:
            stack.expressions.value(given.value, strict=True)
        return None
    if given is not None and isinstance(given.value, tree.ObjectLiteral):
        _check_inputs(stack, given.value, block.name, callee.inputs, callee.required)
    elif given is None and callee.required:
        place = block.heads[0].span(context.source)
        context.warn("missing-input", f"`{block.name}` needs the input `{callee.required[0]}`", place)
    depth = ast.BinOp(py.load("depth"), ast.Add(), py.constant(1))
    call = _straight_call(stack, given, callee, depth)
    if call is None:
        inputs = stack.expressions.value(given.value, strict=True) if given else ast.Dict([], [])
        call = py.call("call_function", py.load("rt"), depth, py.constant(callee.number), inputs)
    return py.place(call, context.source, block)


def _callee(stack: StackCompiler, block: tree.Block) -> Signature | None:
    """The function that a call names; its absence is reported."""
    context, name = stack.context, block.name
    if not name:
        shape.missing_callee(context, block)
        return None
    callee = context.callees.get(name)
    if callee is None:
        near = nearest(name, context.callees)
        context.error(
            "unresolved-function", f"there is no function `{name}`", block.heads[0].span(context.source),
            help=f'did you mean "{near}"?' if near else "add function/….xs that declares it",
        )  # fmt: skip
    return callee


def _straight_call(
    stack: StackCompiler, given: tree.Attribute | None, callee: Signature, depth: ast.expr
) -> ast.expr | None:
    """The call of a function whose inputs are all given by name, each converted only where it must be."""
    if given is None or not isinstance(given.value, tree.ObjectLiteral):
        return None
    pairs = {pair.key: pair for pair in given.value.pairs if isinstance(pair, tree.Pair) and not pair.disabled}
    plain = len(pairs) == len(given.value.pairs) and not any(pair.computed for pair in pairs.values())
    if not plain or list(pairs) != list(callee.inputs):
        return None
    arguments = [
        _input_argument(stack, callee, number, field, pairs[field.name].value)
        for number, field in enumerate(callee.fields)
    ]
    return py.call(function_name(callee.number), py.load("rt"), depth, *arguments)


def _input_argument(stack: StackCompiler, callee: Signature, number: int, field: Field, node: tree.Node) -> ast.expr:
    value, known = stack.expressions.value(node), stack.context.types.of(node)
    is_int = field.type == "int" and not (field.is_list or field.filters)
    if is_int and known.only(INTEGER):
        return value
    entry = ast.Subscript(py.attribute("rt", "entries"), py.constant(callee.number), ast.Load())
    convert = ast.Subscript(py.attribute(entry, "fields"), py.constant(number), ast.Load())
    clock = py.attribute(py.attribute("rt", "world"), "clock")
    if not is_int:
        return py.call(convert, value, clock)
    first, again = fast.twice(stack.context, value)
    return py.choose(fast.is_a(first, "int"), again, py.call(convert, again, clock))


def _check_inputs(
    stack: StackCompiler, given: tree.ObjectLiteral, name: str, known: tuple[str, ...], required: tuple[str, ...]
) -> None:
    keys = {pair.key for pair in given.pairs if isinstance(pair, tree.Pair) and not pair.disabled}
    spread = any(isinstance(pair, tree.Spread) for pair in given.pairs)
    for pair in given.pairs:
        if isinstance(pair, tree.Pair) and pair.key not in known and pair.computed is None:
            near = nearest(pair.key, known)
            stack.context.warn(
                "unknown-input", f"`{name}` has no input `{pair.key}`; it is ignored", pair,
                help=f"did you mean `{near}`?" if near else "",
            )  # fmt: skip
    missing = next((each for each in required if each not in keys), "")
    if missing and not spread:
        stack.context.warn("missing-input", f"`{name}` needs the input `{missing}`", given, help=f"add {missing}: …")


# ------------------------------------------------------------------ the frame


@form("util.get_vars", 'var $a { value = 1 }\nutil.get_vars as $r -> {"a":1}')
def _get_vars(stack: StackCompiler, block: tree.Block) -> Stack:
    """Bind an object of all variables that are set."""
    return stack.bind(block, stack.expressions.all_variables())


@form("util.get_env", "util.get_env as $r -> {}")
def _get_env(stack: StackCompiler, block: tree.Block) -> Stack:
    """Bind an object of the environment variables that the job may read."""
    return stack.bind(block, py.call("dict", py.attribute("rt", "env")), fresh=True)


@form("util.get_all_input", "util.get_all_input as $r -> {}")
def _get_all_input(stack: StackCompiler, block: tree.Block) -> Stack:
    """Bind an object of the inputs of the function."""
    return stack.bind(block, stack.expressions.value(tree.Variable(block.start, block.end, "input")), fresh=True)


@form("util.get_raw_input", "util.get_raw_input as $r -> {}", optional=("encoding", "exclude_middleware"))
def _get_raw_input(stack: StackCompiler, block: tree.Block) -> Stack:
    """Bind the input of the run as it came in, before it was checked."""
    return stack.bind(block, py.call("dict", py.attribute("rt", "raw_input")), fresh=True)


FORMS["util.get_input"] = FORMS["util.get_raw_input"]._replace(name="util.get_input")


@form(
    "util.post_process",
    "util.post_process {\n  stack { debug.log { value = 1 } }\n}",
    blocks=("stack",),
)
def _post_process(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run statements after the result of the run is known."""
    body = _apart(stack, block)
    if body is None:
        return []
    used = _used(stack, body)
    for name in used:
        if stack.context.names.local(name) in _stored(body):
            stack.context.names.doubtful.add(name)
    shared = sorted(_stored(body) & _locals_of(stack, used))
    name = stack.context.temporary()
    nested = ast.FunctionDef(name, py.parameters(), [ast.Nonlocal(shared), *body] if shared else body, [])
    return [nested, py.expression(py.call(py.attribute(py.attribute("rt", "later"), "append"), py.load(name)))]


@form(
    "expect.to_throw",
    'expect.to_throw {\n  stack { var $x { value = 1 / 0 } }\n  exception = "by zero"\n}',
    "expect.to_throw {\n  stack { var $x { value = 1 } }\n} -> !to_throw failed - response is ok",
    optional=("exception", "value"),
    blocks=("stack",),
)
def _to_throw(stack: StackCompiler, block: tree.Block) -> Stack:
    """Demand that the statements of a stack raise an error; what they set is forgotten."""
    context = stack.context
    wanted = _attribute(stack, block, "exception" if block.attribute("exception") else "value")
    outer, context.demands_error = context.demands_error, True
    body = _apart(stack, block)
    context.demands_error = outer
    if body is None:
        return []
    used = _used(stack, body)
    context.escaped |= used
    context.names.doubtful |= used - context.names.certain
    variables = sorted(map(context.names.local, used))
    bits = sorted(_locals_of(stack, used) - set(variables))
    name = context.temporary()
    nested = ast.FunctionDef(name, py.parameters(*variables, *bits), body, [])
    given: list[ast.expr] = [*map(py.load, variables), *(py.constant(False) for _ in bits)]
    call = py.call(context.builtin(must_throw), wanted, py.load(name), *given)
    return [nested, py.expression(py.place(call, context.source, block))]


def _apart(stack: StackCompiler, block: tree.Block) -> Stack | None:
    """The ``stack`` of a form as the body of a Python function of its own; its absence is reported."""
    context, inner = stack.context, block.block("stack")
    if inner is None:
        context.missing("missing-block", f"`{block.keyword}` needs `stack {{ … }}`", block, "add stack { … }")
        return None
    loops, context.loops = context.loops, []
    with context.branch():
        body = stack.body(inner)
    context.loops = loops
    return [*body, ast.Return(py.constant(None))]


def _used(stack: StackCompiler, body: Stack) -> set[str]:
    """The variables that a body reads or sets."""
    mentioned = {node.id for each in body for node in ast.walk(each) if isinstance(node, ast.Name)}
    return {name for name in stack.context.names.declared if mentioned & _locals_of(stack, {name})}


def _stored(body: Stack) -> set[str]:
    """The Python names that a body sets."""
    names = (node for each in body for node in ast.walk(each) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _locals_of(stack: StackCompiler, names: set[str]) -> set[str]:
    """The Python locals of some variables, ownership bits included."""
    context = stack.context
    return {context.names.local(name) for name in names} | {context.names.bit(name) for name in names & context.tracked}
