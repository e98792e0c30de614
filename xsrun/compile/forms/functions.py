"""Forms that call functions and other constructs of the folder."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final, NamedTuple

from xsrun.compile import fast, proofs, shape
from xsrun.compile import python as py
from xsrun.compile.callees import Signature, query_name, runs_apart, verb
from xsrun.compile.calls import missing_attribute
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.record import FORMS, Stack, attribute_value, form
from xsrun.compile.types import INTEGER, Type
from xsrun.diagnostics import nearest
from xsrun.program import Middleware, function_name
from xsrun.syntax import tree


@form(
    "function.run",
    'function.run "name" {\n  input = {a: 1}\n} as $r -> 1',
    'function.run "name" {\n  input = {a: 1}\n  runtime_mode = "async-shared"\n} as $job\n'
    "await { ids = [$job] } as $all\nvar $r { value = $all|get:$job } -> 1",
    head='"name"',
    optional=("input", "runtime_mode", "async"),
)
def _function_run(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a function of the folder and bind what it gives back, or at once the id of a job for `await`."""
    callee = callee_of(stack, block, "function")
    for name in ("async", "runtime_mode"):
        mode = block.attribute(name)
        if mode is not None and not isinstance(mode.value, tree.Literal | tree.Word):
            message = f"`{name}` of `{block.keyword}` must be a literal"
            stack.context.error("not-constant", message, mode.value, help="write the value itself")
    around = []
    if callee and (callee.pre or callee.post or callee.cache):
        around = [_records(callee.pre), _records(callee.post), py.constant(callee.cache and tuple(callee.cache))]
    through = "start_call" if runs_apart(block) else "call_attached" if around else ""
    return bound_to(stack, block, call_of(stack, block, callee, through, *around))


def _records(attached: tuple[Middleware, ...]) -> ast.expr:
    return py.constant(tuple(map(tuple, attached)))


FORMS["service.function.run"] = FORMS["function.run"]._replace(name="service.function.run")


@form(
    "function.call",
    'function.call "name" {\n  input = {a: 1}\n} as $r -> 1',
    head='"name"',
    optional=("input", "runtime_mode"),
)
def _function_call(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a function; an error becomes the bound value instead of ending the caller."""
    return bound_to(stack, block, _held(stack, block, call_of(stack, block, callee_of(stack, block, "function"))))


@form(
    "await",
    'function.run "name" { input = {a: 1}, async = true } as $job\nawait $job as $r -> 1',
    'await { ids = ["nobody"] } as $r -> !Async timeout',
    head="$job",
    optional=("ids", "timeout"),
)
def _await(stack: StackCompiler, block: tree.Block) -> Stack:
    """Wait for functions that run beside this one, and bind their results by job id; of a job in the head, its result.

    The result of one that failed is its error. Whoever takes longer than `timeout` seconds, 10 unless given, ends
    the caller.
    """
    timeout = attribute_value(stack, block, "timeout", 10)
    job = next((head for head in block.heads if isinstance(head, tree.Variable | tree.Path)), None)
    if job is None and block.attribute("ids") is None:
        missing_attribute(stack.context, block, block.keyword, "ids", {})
        return []
    if job is not None:
        return stack.bind(
            block, py.call("job_result", py.load("rt"), stack.expressions.value(job, strict=True), timeout)
        )
    return stack.bind(block, py.call("job_results", py.load("rt"), attribute_value(stack, block, "ids"), timeout))


# ------------------------------------------------------------------ other constructs


class _Kind(NamedTuple):
    """A kind of construct that is called as functions are."""

    name: str
    takes_input: bool
    example: str
    summary: str


_KINDS: Final = (
    _Kind(
        "task",
        False,
        'task.call "name" as $r -> null',
        "Run a task of the folder once, and bind what its `return` gives, or null.",
    ),
    _Kind(
        "tool",
        True,
        'tool.call "name" {\n  input = {a: 1}\n} as $r -> 1',
        "Run a tool of the folder and bind its response.",
    ),
    _Kind(
        "middleware",
        True,
        'middleware.call "name" {\n  input = {vars: {a: 1}, type: "pre"}\n} as $r -> {"a":1}',
        "Run a middleware of the folder and bind its response.",
    ),
    _Kind(
        "trigger",
        True,
        'trigger.call "name" {\n  input = {new: {a: 1}, action: "insert"}\n} as $r -> null',
        "Run a trigger of the folder, of any kind, and bind its response.",
    ),
)


def _calling(kind: _Kind) -> Callable[[StackCompiler, tree.Block], Stack]:
    def compile_call(stack: StackCompiler, block: tree.Block) -> Stack:
        made = call_of(stack, block, callee_of(stack, block, kind.name))
        return bound_to(stack, block, _held(stack, block, made) if _in_workflow_test(stack) else made)

    compile_call.__doc__ = kind.summary
    return compile_call


for _kind in _KINDS:
    _optional = ("input",) if _kind.takes_input else ()
    form(f"{_kind.name}.call", _kind.example, head='"name"', optional=_optional)(_calling(_kind))


@form(
    "workflow_test.call",
    'workflow_test.call "name" as $r -> {"status":"ok","message":null}',
    head='"name"',
    optional=("datasource",),
)
def _workflow_test_call(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a workflow test of the folder: it is `ok`, or an assertion in it ends the caller too.

    Any other error ends the caller, and is the bound value where that is a workflow test itself.
    """
    made = call_of(stack, block, callee_of(stack, block, "workflow_test"))
    if made is None:
        return []
    outcome = {"status": "ok", "message": None}
    passed = ast.Dict([*map(py.constant, outcome)], [*map(py.constant, outcome.values())])
    both = ast.Subscript(ast.Tuple([made, passed], ast.Load()), py.constant(1), ast.Load())
    return bound_to(stack, block, _held(stack, block, both) if _in_workflow_test(stack) else both)


@form(
    "api.call",
    'api.call "things/{id}" verb=GET {\n  api_group = "shop"\n  input = {id: 7}\n} as $r -> 7',
    'api.call "things/{id}" verb=GET {\n  input = {id: "x"}\n} as $answer\nvar $r { value = $answer.code }'
    ' -> "ERROR_CODE_INPUT_ERROR"',
    head='"path" verb=GET',
    optional=("api_group", "input", "headers", "auth"),
)
def _api_call(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a query of the folder and bind its response; an error is bound as `code`, `message` and `payload`.

    `{…}` in the path are inputs like all others. Nobody has to be logged in; `auth = {token: …}` says who is, and
    `ignore_expiration` takes an old token too.
    """
    context = stack.context
    address = block.attribute("url")
    if address:
        message = f"`{block.keyword}` calls a query of the folder, no address"
        context.error("misplaced", message, address.value, help="write api.request { url = … }")
        return []
    callee = callee_of(stack, block, "query", query_name(block) if block.name else "")
    headers, auth = attribute_value(stack, block, "headers"), attribute_value(stack, block, "auth")
    users, held = py.constant(callee.users if callee else ""), py.constant(not context.demands_error)
    return bound_to(
        stack, block, call_of(stack, block, callee, "call_query", py.constant(verb(block)), headers, auth, users, held)
    )


# ------------------------------------------------------------------ the call itself


def _held(stack: StackCompiler, block: tree.Block, made: ast.expr | None) -> ast.expr | None:
    """A call whose error is a value, but where one is demanded."""
    if made is None or stack.context.demands_error:
        return made
    return py.place(py.call("calling", ast.Lambda(py.parameters(), made)), stack.context.source, block)


def _in_workflow_test(stack: StackCompiler) -> bool:
    construct = stack.context.construct
    return construct is not None and construct.keyword == "workflow_test"


def bound_to(stack: StackCompiler, block: tree.Block, made: ast.expr | None) -> Stack:
    """A call bound to what stands behind `as`; nothing where it could not be made."""
    return stack.bind(block, made) if made is not None else []


def call_of(
    stack: StackCompiler, block: tree.Block, callee: Signature | None, through: str = "", *further: ast.expr
) -> ast.expr | None:
    """A call, checked; straight where that is possible and nothing stands between caller and callee."""
    context = stack.context
    given = block.attribute("input")
    if callee is None:
        if given is not None:
            stack.expressions.value(given.value, strict=True)
        return None
    if given is not None and isinstance(given.value, tree.ObjectLiteral):
        _check_inputs(stack, given.value, block.name, callee)
    elif given is None and callee.required:
        place, name = block.heads[0].span(context.source), callee.required[0]
        context.warn(
            "missing-input", f"`{block.name}` needs the input `{name}`", place, help=f"add input = {{{name}: …}}"
        )
    depth = ast.BinOp(py.load("depth"), ast.Add(), py.constant(1))
    call = None if through else _straight_call(stack, given, callee, depth)
    if call is None:
        inputs = stack.expressions.value(given.value, strict=True) if given else ast.Dict([], [])
        number = py.constant(callee.number)
        call = py.call(through or "call_function", py.load("rt"), depth, number, inputs, *further)
    return py.place(call, context.source, block)


def callee_of(stack: StackCompiler, block: tree.Block, kind: str, name: str | None = None) -> Signature | None:
    """The construct that a call names; its absence is reported."""
    context = stack.context
    name = block.name if name is None else name
    if not name:
        shape.missing_callee(context, block)
        return None
    known = context.callees.get(kind, {})
    callee = known.get(name)
    if callee is None:
        near = nearest(name, known)
        context.error(
            "unresolved-function", f"there is no {kind.replace('_', ' ')} `{name}`",
            block.heads[0].span(context.source),
            help=f'did you mean "{near}"?' if near else f"add {kind}/….xs that declares it",
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
    nodes = [pairs[field.name].value for field in callee.fields]
    given_values = [stack.expressions.value(node) for node in nodes]
    if not all(map(fast.is_simple, given_values[1:])):
        depth, given_values = _evaluated_first(stack, depth, given_values)
    arguments = [
        _input_argument(stack, callee, number, value, stack.context.types.of(node))
        for number, (value, node) in enumerate(zip(given_values, nodes, strict=True))
    ]
    return py.call(function_name(callee.number), py.load("rt"), depth, *arguments)


def _evaluated_first(stack: StackCompiler, depth: ast.expr, values: list[ast.expr]) -> tuple[ast.expr, list[ast.expr]]:
    """An expression for the depth that evaluates all inputs on the way, and the inputs to be converted then."""
    names = [stack.context.temporary() for _ in values]
    taken = [ast.NamedExpr(ast.Name(name, ast.Store()), value) for name, value in zip(names, values, strict=True)]
    return ast.Subscript(ast.Tuple([depth, *taken], ast.Load()), py.constant(0), ast.Load()), [*map(py.load, names)]


def _input_argument(stack: StackCompiler, callee: Signature, number: int, value: ast.expr, known: Type) -> ast.expr:
    field = callee.fields[number]
    is_int = field.type == "int" and not (field.is_list or field.filters)
    if is_int and known.only(INTEGER):
        return value
    entry = ast.Subscript(py.attribute("rt", "entries"), py.constant(callee.number), ast.Load())
    convert = ast.Subscript(py.attribute(entry, "fields"), py.constant(number), ast.Load())
    clock = py.attribute(py.attribute("rt", "world"), "clock")
    if not is_int:
        return py.call(convert, value, clock)
    if isinstance(value, fast.Checked) and value.is_integer:
        return py.choose(value.test, value.body, py.call(convert, value.orelse, clock))
    first, again = fast.twice(stack.context, value)
    return py.choose(fast.is_a(first, "int"), again, py.call(convert, again, clock))


def _check_inputs(stack: StackCompiler, given: tree.ObjectLiteral, name: str, callee: Signature) -> None:
    known = callee.inputs
    fields = {field.name: field for field in callee.fields}
    keys = {pair.key for pair in given.pairs if isinstance(pair, tree.Pair) and not pair.disabled}
    spread = any(isinstance(pair, tree.Spread) for pair in given.pairs)
    for pair in given.pairs:
        if not isinstance(pair, tree.Pair) or pair.computed is not None or pair.disabled:
            continue
        if pair.key in fields:
            proofs.of_input(stack.context, fields[pair.key], stack.context.types.of(pair.value), pair.value, name)
        else:
            near = nearest(pair.key, known)
            stack.context.warn(
                "unknown-input", f"`{name}` has no input `{pair.key}`; it is ignored", pair,
                help=f"did you mean `{near}`?" if near else "",
            )  # fmt: skip
    missing = next((each for each in callee.required if each not in keys), "")
    if missing and not spread:
        stack.context.warn("missing-input", f"`{name}` needs the input `{missing}`", given, help=f"add {missing}: …")
