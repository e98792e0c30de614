"""Forms that look at the frame, or run a stack apart from it."""

from __future__ import annotations

import ast

from xsrun.builtins.statements.expect import must_throw
from xsrun.compile import python as py
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.record import FORMS, Stack, attribute_value, form
from xsrun.syntax import tree


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


@form(
    "util.get_raw_input",
    "util.get_raw_input as $r -> {}",
    'util.get_raw_input { encoding = "none" } as $r -> "{}"',
    optional=("encoding", "exclude_middleware"),
    parity="what middleware makes of inputs never shows in it, as if exclude_middleware were true",
)
def _get_raw_input(stack: StackCompiler, block: tree.Block) -> Stack:
    """Bind the input of the run as it came in, before it was checked: an object, or a body of JSON that is none.

    `encoding` is `json`, `yaml`, `x-www-form-urlencoded`, or `none` for the text of the body; what cannot be read so is
    null.
    """
    given = py.call("raw_input", py.load("rt"), attribute_value(stack, block, "encoding", "json"))
    return stack.bind(block, given, fresh=True)


FORMS["util.get_input"] = FORMS["util.get_raw_input"]._replace(name="util.get_input")


@form(
    "util.template_engine",
    'var $name { value = "Ada" }\nutil.template_engine { value = "Hi {{ $name|upper }}{{ $var.none }}!" } as $r'
    ' -> "Hi ADA!"',
    'util.template_engine { value = "{% for n in [1, 2] %}{{ n }},{% endfor %}" } as $r -> "1,2,"',
    r'util.template_engine { value = "{% if true %}\n{{ 1 }}\n{% endif %}\n{# #}\nend" } as $r -> "1\nend"',
    required=("value",),
    parity="`? :`, `??`, `a..b`, arrows, functions, `starts with` and `ends with` of Twig are errors",
)
def _template_engine(stack: StackCompiler, block: tree.Block) -> Stack:
    """Fill in a Twig template: output, `if`, `for`, `set`, and filters of the language with arguments in parentheses.

    It sees the variables by name and in `$var`, and `$input`, `$env` and `$auth`. Its text is not escaped.
    """
    given = stack.expressions.value(tree.Variable(block.start, block.end, "input"))
    template = attribute_value(stack, block, "value")
    made = py.call("render", py.load("rt"), template, stack.expressions.all_variables(), given)
    return stack.bind(block, stack.context.concealed(block, made))


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
    # The result of the run may hold what the variables hold.
    body = [*stack.shared(used), *body]
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
    wanted = attribute_value(stack, block, "exception" if block.attribute("exception") else "value")
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
