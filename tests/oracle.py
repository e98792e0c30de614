"""A plain interpreter of the language core: the oracle of differential tests.

Written from the language pages, in the simplest way there is: it walks the tree, keeps the variables of
a call in a dictionary and copies every value where it is stored, so that nothing is ever shared. Filters
and statements that are ordinary functions are called through their records.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from keyword import iskeyword
from typing import Any, NamedTuple

from oracle_values import arithmetic, compared, equal, integer, number, scalar_text, text, truth

from xsrun import values
from xsrun.builtins.catalogue import registry
from xsrun.builtins.records import Param, Statement
from xsrun.builtins.registry import LAZY, STATIC
from xsrun.builtins.statements.expect import must_throw
from xsrun.diagnostics import ERROR_KINDS, STANDARD, THROWN, Fault, LimitFault, RunStopped
from xsrun.effects.ports import World
from xsrun.project import Folder
from xsrun.resources.stream import Stream
from xsrun.runtime.support import lost_reference
from xsrun.syntax import tree
from xsrun.types.binding import bind
from xsrun.types.fields import Field

NO_ERROR = {"code": "", "message": "", "name": "", "result": "", "payload": "", "status": 0}
COMPARISONS = ("==", "!=", "===", "!==", "<", "<=", ">", ">=")
MISSING = object()


class NotCovered(Exception):
    """The program uses something that the oracle does not know."""


class TooLarge(Exception):
    """The program does more than a test should."""


class Return(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Break(Exception):
    pass


class Continue(Exception):
    pass


class Element(NamedTuple):
    """What an element expression sees."""

    element: Any
    index: Any
    whole: Any
    result: Any
    reduces: bool


class Oracle:
    """The functions of a folder. ``work`` limits statements and copied elements of a run together."""

    def __init__(self, folder: Folder, fields: Mapping[str, tuple[Field, ...]], world: World, work: int) -> None:
        self.functions = folder.named("function")
        self.fields = fields
        self.world = world
        self.work = work
        self.raw_input: Mapping[str, Any] = {}
        self.later: list[Callable[[], None]] = []

    def run(self, name: str, given: Mapping[str, Any]) -> Any:
        """Run a function as the start of a run. Raises Fault, NotCovered or TooLarge."""
        self.raw_input = given
        try:
            value = values.settled(self.call(name, given, 1))
            for each in self.later:
                each()
        except RunStopped as stopped:
            return stopped.value
        return value

    def call(self, name: str, given: Mapping[str, Any], depth: int) -> Any:
        if depth > 100:
            raise TooLarge
        bound = bind(self.fields[name], self.copy(given), clock=self.world.clock)
        construct = self.functions[name].block
        stack = construct.block("stack")
        frame = Frame(self, bound, stack, depth)
        try:
            frame.stack(stack)
        except Return as ended:
            return self.copy(ended.value)
        old_form = construct.block("response")
        response = old_form.attribute("value") if old_form else construct.attribute("response")
        return self.copy(frame.value(response.value, strict=True)) if response else None

    def copy(self, value: Any) -> Any:
        """A value that shares nothing with the given one."""
        self.pay(len(value) // 1000 if isinstance(value, str) else 1)
        if isinstance(value, list):
            return [self.copy(each) for each in value]
        if isinstance(value, dict):
            return {key: self.copy(each) for key, each in value.items()}
        return value

    def pay(self, work: int) -> None:
        self.work -= work
        if self.work < 0:
            raise TooLarge


class Frame:
    """One call of a function."""

    def __init__(self, oracle: Oracle, inputs: dict[str, Any], stack: tree.Block | None, depth: int) -> None:
        self.oracle = oracle
        self.inputs = inputs
        self.depth = depth
        self.declared = [*dict.fromkeys(declared(stack.body))] if stack else []
        self.variables: dict[str, Any] = {}
        self.error: dict[str, Any] = NO_ERROR
        self.elements: list[Element] = []
        self.removed: list[list[Any]] = []
        """For every ``foreach`` around: its variable, where in it the present element is, and whether it is gone."""
        self.demands_error = False

    # ------------------------------------------------------------ statements

    def stack(self, block: tree.Block | None) -> None:
        for entry in (block.body or ()) if block else ():
            if isinstance(entry, tree.Block) and not entry.disabled and not switched_off(entry):
                self.oracle.pay(1)
                self.statement(entry)

    def statement(self, block: tree.Block) -> None:
        form = getattr(self, "do_" + block.keyword.replace(".", "_"), None)
        if form:
            form(block)
        elif block.keyword in registry().statements:
            self.builtin(block)
        else:
            raise NotCovered(block.keyword)

    def do_var(self, block: tree.Block) -> None:
        target = place_of(block)
        self.known(target)
        steps = steps_of(target)
        if steps and root_of(target) not in self.variables:
            raise missing_variable(root_of(target))
        keys = [self.key(step) for step in steps]
        self.put(target, keys, self.attribute(block, "value"))

    do_var_update = do_var

    def do_conditional(self, block: tree.Block) -> None:
        for branch in blocks(block):
            if branch.keyword == "else" or self.condition(head(branch)):
                self.stack(branch)
                return

    def do_switch(self, block: tree.Block) -> None:
        subject, running = self.value(head(block), strict=True), False
        for at, case in enumerate(blocks(block)):
            if case.keyword == "break":
                continue
            running = running or case.keyword == "default" or equal(subject, self.value(head(case), strict=True))
            if running:
                self.stack(case)
                following = blocks(block)[at + 1 : at + 2]
                if any(isinstance(each, tree.Word) and each.name == "break" for each in case.heads):
                    return
                if following and following[0].keyword == "break":
                    return

    def do_for(self, block: tree.Block) -> None:
        self.loop(block, range(integer(self.value(head(block), strict=True))))

    def do_foreach(self, block: tree.Block) -> None:
        source = self.value(head(block), strict=True)
        if source is None:
            source = []
        if isinstance(source, dict):
            source = list(source.values())
        if isinstance(source, Stream):
            self.loop(block, source)
            return
        if not isinstance(source, list):
            raise Fault("wrong-type", "Please use a numerically indexed array.")
        self.removed.append([root_of(head(block)), 0, False])
        try:
            self.loop(block, self.removing(self.oracle.copy(source)))
        finally:
            self.removed.pop()

    def removing(self, items: list[Any]) -> Iterator[Any]:
        """The items; ``removed`` holds where the present one is in a list from which earlier ones were removed."""
        for item in items:
            yield item
            name, at, _ = self.removed[-1]
            self.removed[-1] = [name, at + 1, False]

    def loop(self, block: tree.Block, items: Iterable[Any]) -> None:
        each = block.block("each")
        for item in items:
            if each.binding:
                self.put(each.binding.target, [], item)
            if not self.turn(each):
                return

    def turn(self, each: tree.Block) -> bool:
        """One turn of a loop: whether another one may follow."""
        self.oracle.pay(1)
        try:
            self.stack(each)
        except Break:
            return False
        except Continue:
            pass
        return True

    def do_while(self, block: tree.Block) -> None:
        while self.condition(head(block)) and self.turn(block.block("each")):
            pass

    def do_break(self, block: tree.Block) -> None:
        raise Break

    def do_continue(self, block: tree.Block) -> None:
        raise Continue

    def do_remove(self, block: tree.Block) -> None:
        name, at, gone = self.removed[-1]
        if gone:
            return
        held = self.variables.get(name)
        if isinstance(held, dict):
            self.variables[name] = {key: each for n, (key, each) in enumerate(held.items()) if n != at}
        elif held is not None:
            self.variables[name] = [each for n, each in enumerate(values.array(held)) if n != at]
        self.removed[-1] = [name, at - 1, True]

    do_foreach_remove = do_remove

    def do_return(self, block: tree.Block) -> None:
        raise Return(self.attribute(block, "value"))

    def do_throw(self, block: tree.Block) -> None:
        name, value = self.attribute(block, "name", ""), self.oracle.copy(self.attribute(block, "value"))
        raise Fault("thrown", text(value), kind=THROWN, name=text(name), result=value, payload=value)

    def do_precondition(self, block: tree.Block) -> None:
        if self.condition(head(block)):
            return
        kind = ERROR_KINDS.get(text(self.attribute(block, "error_type", "standard")), STANDARD)
        message = self.attribute(block, "error", "")
        shown = "" if isinstance(message, list | dict) else text(message)
        payload = self.oracle.copy(self.attribute(block, "payload", ""))
        code = kind.error_type if kind is not STANDARD else "precondition"
        raise Fault(code, shown or "Precondition failed.", kind=kind, result=payload, payload=payload)

    def do_debug_stop(self, block: tree.Block) -> None:
        raise RunStopped(self.oracle.copy(self.attribute(block, "value")))

    def do_group(self, block: tree.Block) -> None:
        self.stack(block.block("stack"))

    def do_comment(self, block: tree.Block) -> None:
        pass

    def do_try_catch(self, block: tree.Block) -> None:
        outer, error = self.error, NO_ERROR
        try:
            self.stack(block.block("try"))
        except LimitFault:
            raise
        except Fault as fault:
            self.error = error = self.oracle.copy(fault.as_error())
            self.stack(block.block("catch"))
        finally:
            self.error = error
            self.stack(block.block("finally"))
            self.error = outer

    def do_function_run(self, block: tree.Block) -> None:
        if block.attribute("async") or block.attribute("runtime_mode"):
            raise NotCovered("a call beside its caller")
        self.bind(block, self.called(block))

    do_service_function_run = do_function_run

    def do_function_call(self, block: tree.Block) -> None:
        try:
            self.bind(block, self.called(block))
        except LimitFault:
            raise
        except Fault as fault:
            if self.demands_error:
                raise
            error = fault.as_error()
            self.bind(block, {name: error[name] for name in ("code", "name", "message", "payload")})

    def called(self, block: tree.Block) -> Any:
        if not block.name:
            lost_reference(block.keyword)
        given = self.attribute(block, "input", {})
        return self.oracle.call(block.name, values.mapping(given), self.depth + 1)

    def do_util_get_vars(self, block: tree.Block) -> None:
        self.bind(block, self.all_variables())

    def do_util_get_env(self, block: tree.Block) -> None:
        self.bind(block, dict(self.oracle.world.env))

    def do_util_get_all_input(self, block: tree.Block) -> None:
        self.bind(block, self.inputs)

    def do_util_get_raw_input(self, block: tree.Block) -> None:
        self.bind(block, dict(self.oracle.raw_input))

    do_util_get_input = do_util_get_raw_input

    def do_util_post_process(self, block: tree.Block) -> None:
        variables = self.variables

        def afterwards() -> None:
            self.variables = variables
            self.apart(block)

        self.oracle.later.append(afterwards)

    def do_expect_to_throw(self, block: tree.Block) -> None:
        wanted = self.attribute(block, "exception" if block.attribute("exception") else "value")
        variables, demanded = self.variables, self.demands_error
        self.variables, self.demands_error = self.oracle.copy(variables), True
        try:
            must_throw(wanted, lambda: self.apart(block))
        finally:
            self.variables, self.demands_error = variables, demanded

    def apart(self, block: tree.Block) -> None:
        """Run the ``stack`` of a form; a ``return`` ends it alone."""
        with suppress(Return):
            self.stack(block.block("stack"))

    def calculate(self, block: tree.Block, operator: str) -> None:
        target = place_of(block)
        self.known(target)
        made = arithmetic(operator, self.value(target, strict=True), self.attribute(block, "value"))
        self.put(target, [self.key(step) for step in steps_of(target)], made)

    def do_math_add(self, block: tree.Block) -> None:
        self.calculate(block, "+")

    def do_math_sub(self, block: tree.Block) -> None:
        self.calculate(block, "-")

    def do_math_mul(self, block: tree.Block) -> None:
        self.calculate(block, "*")

    def do_math_div(self, block: tree.Block) -> None:
        self.calculate(block, "/")

    def do_math_mod(self, block: tree.Block) -> None:
        self.calculate(block, "%")

    # ------------------------------------------------------------ statements that are functions

    def builtin(self, block: tree.Block) -> None:
        record = registry().statements[block.keyword]
        if record.needs_bindings:
            raise NotCovered(record.name)
        target = place_of(block) if record.target in ("update", "mutate") else None
        if target:
            self.known(target)
        early = self.attributes(record, block) if record.target == "mutate" else {}
        given: list[Any] = [self.oracle.world] if record.needs_world else []
        if record.head:
            given.append(self.head_place(record, target) if target else self.head_expression(record, block))
        result = record.function(*given, **(early or self.attributes(record, block)))
        if target:
            changed = result if record.target == "update" else given[-1]
            self.put(target, [self.key(step) for step in steps_of(target)], changed)
        if record.target != "update":
            self.bind(block, result)

    def attributes(self, record: Statement, block: tree.Block) -> dict[str, Any]:
        given = {name(param): self.given(param, block) for param in record.params if block.attribute(param.name)}
        return given | self.head_condition(block)

    def head_expression(self, record: Statement, block: tree.Block) -> Any:
        if record.head.kind is LAZY:
            return lambda: self.value(head(block), strict=True)
        return self.converted(record.head, self.value(head(block), strict=True))

    def head_place(self, record: Statement, target: tree.Node) -> Any:
        current = self.value(target, strict=record.target == "update" or not steps_of(target))
        return self.oracle.copy(self.converted(record.head, current))

    def given(self, param: Param, block: tree.Block) -> Any:
        node = block.attribute(param.name).value
        if param.kind in (LAZY, STATIC):
            return self.argument(param, node)
        return self.optional(param, self.value(node, strict=True))

    def head_condition(self, block: tree.Block) -> dict[str, Any]:
        for word, node in zip(block.heads, block.heads[1:], strict=False):
            if isinstance(word, tree.Word) and word.name == "if" and isinstance(node, tree.Condition):
                return {"if_": self.lazy(partial(self.head_value, node.value))}
        return {}

    def bind(self, block: tree.Block, value: Any) -> None:
        if block.binding:
            for each in block.binding.filters:
                value = self.filtered(value, each)
            target = block.binding.target
            self.put(target, [self.key(step) for step in steps_of(target)], value)

    def attribute(self, block: tree.Block, name: str, default: Any = None) -> Any:
        found = block.attribute(name)
        return self.value(found.value, strict=True) if found else default

    # ------------------------------------------------------------ places

    def known(self, target: tree.Node) -> None:
        if root_of(target) not in self.declared:
            raise missing_variable(root_of(target))

    def key(self, step: tree.Member | tree.Index) -> Any:
        if isinstance(step, tree.Index):
            return self.value(step.key)
        return self.variables.get(step.name[1:]) if step.name.startswith("$") else step.name

    def put(self, target: tree.Node, keys: list[Any], value: Any) -> None:
        name = root_of(target)
        if keys and name not in self.variables:
            raise missing_variable(name)
        self.variables[name] = self.placed(self.variables.get(name), keys, self.oracle.copy(value))

    def placed(self, base: Any, keys: list[Any], value: Any) -> Any:
        """A container with a value set at a place in it."""
        if not keys:
            return value
        found = access(base, keys[0])
        value = self.placed(None if found is MISSING else found, keys[1:], value)
        at = position(keys[0]) if isinstance(base, list) else None
        if at is not None and -len(base) <= at <= len(base):
            end = base[at + 1 :] if at != -1 else []
            return [*base[:at], value, *end]
        if base is not None and not isinstance(base, list | dict):
            raise Fault("wrong-type", f"`{keys[0]}` cannot be set in {values.describe(base)}")
        entries = base if isinstance(base, dict) else {str(at): each for at, each in enumerate(base or [])}
        return {**entries, key_text(keys[0]): value}

    def all_variables(self) -> dict[str, Any]:
        return {name: self.variables[name] for name in self.declared if name in self.variables}

    # ------------------------------------------------------------ conditions

    def condition(self, node: tree.Node) -> bool:
        """Whether a condition head holds: plain references in it must lead somewhere."""
        if isinstance(node, tree.Group):
            return self.condition(node.value)
        if isinstance(node, tree.Prefixed) and node.operator == "!":
            return not self.condition(node.operand)
        if isinstance(node, tree.Operation) and node.operator in ("&&", "||"):
            left = self.condition(node.left)
            return self.condition(node.right) if left is (node.operator == "&&") else left
        if isinstance(node, tree.Operation) and node.operator in COMPARISONS:
            return compared(node.operator, self.value(node.left, strict=True), self.value(node.right, strict=True))
        return truth(self.value(node, strict=True))

    def head_value(self, node: tree.Node) -> Any:
        logical = isinstance(node, tree.Operation) and node.operator in (*COMPARISONS, "&&", "||")
        negated = isinstance(node, tree.Prefixed) and node.operator == "!"
        return self.condition(node) if logical or negated else self.value(node, strict=True)

    # ------------------------------------------------------------ expressions

    def value(self, node: tree.Node | None, strict: bool = False) -> Any:
        """The value of an expression; ``strict`` where a plain reference must lead somewhere."""
        kind = type(node).__name__
        if kind in ("Variable", "Path", "Chain", "Group"):
            return getattr(self, "of_" + kind.lower())(node, strict)
        method = getattr(self, "of_" + kind.lower(), None)
        if method is None:
            raise NotCovered(kind)
        return method(node)

    def of_literal(self, node: tree.Literal) -> Any:
        return node.value

    def of_word(self, node: tree.Word) -> Any:
        return self.oracle.world.clock.now() if node.name == "now" else node.name

    def of_group(self, node: tree.Group, strict: bool) -> Any:
        return self.head_value(node.value) if node.head else self.value(node.value, strict)

    def of_backtick(self, node: tree.Backtick) -> Any:
        return self.value(node.value)

    def of_listliteral(self, node: tree.ListLiteral) -> list[Any]:
        found: list[Any] = []
        for item in node.items:
            if isinstance(item, tree.Spread):
                found += values.elements(self.value(item.value))
            else:
                found.append(self.value(item))
        return found

    def of_objectliteral(self, node: tree.ObjectLiteral) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for pair in node.pairs:
            if isinstance(pair, tree.Spread):
                found |= values.mapping(self.value(pair.value))
            elif not pair.disabled:
                key = pair.key if pair.computed is None else scalar_text(self.value(pair.computed))
                found[key] = self.value(pair.value)
        return found

    def of_variable(self, node: tree.Variable, strict: bool) -> Any:
        bound = self.bound(node.name)
        if bound is not MISSING:
            return bound
        whole: dict[str, Callable[[], Any]] = {
            "input": lambda: self.inputs,
            "env": lambda: dict(self.oracle.world.env),
            "auth": dict,
            "var": self.all_variables,
            "error": lambda: self.error,
        }
        if node.name in whole:
            return whole[node.name]()
        if node.name not in self.variables and strict:
            raise missing_variable(node.name)
        return self.variables.get(node.name)

    def bound(self, name: str) -> Any:
        """What ``$$``, ``$this``, ``$index`` … stand for inside an element expression."""
        if not self.elements:
            return MISSING
        innermost = self.elements[-1]
        if name == "result":
            return next((each.result for each in reversed(self.elements) if each.reduces), MISSING)
        if name.isdigit():
            return self.elements[int(name)].element if int(name) < len(self.elements) else MISSING
        known = {"$": innermost.element, "this": innermost.element}
        return (known | {"index": innermost.index, "parent": innermost.whole}).get(name, MISSING)

    def of_path(self, node: tree.Path, strict: bool) -> Any:
        steps = list(node.steps)
        plain = isinstance(node.base, tree.Variable) and self.bound(node.base.name) is MISSING
        found, label = self.start(node, steps, strict and plain)
        strict = strict and plain and node.base.name not in ("env", "auth", "error")
        strict = strict and all(isinstance(step, tree.Member) or isinstance(step.key, tree.Literal) for step in steps)
        for step in steps:
            key = self.key(step)
            found = access(found, key, member=isinstance(step, tree.Member))
            label = f"{label}.{key}"
            if found is MISSING and strict and not (isinstance(step, tree.Member) and step.name.startswith("$")):
                raise Fault("missing-path", f"Unable to locate {label}")
            found = None if found is MISSING else found
        return found

    def start(self, node: tree.Path, steps: list[Any], strict: bool) -> tuple[Any, str]:
        """What a path starts from; the steps that belong to it are taken off."""
        base = node.base
        if isinstance(base, tree.Variable) and self.bound(base.name) is MISSING:
            if base.name == "" and isinstance(steps[0], tree.Index):
                return [each.element for each in self.elements], ""
            if base.name == "env" and isinstance(steps[0], tree.Member):
                name = steps.pop(0).name
                system = {"$datasource": "", "$branch": "", "$http_headers": {}}
                return system.get(name) if name.startswith("$") else self.oracle.world.env.get(name), ""
            if base.name in ("input", "var") and isinstance(steps[0], tree.Member):
                name = steps.pop(0).name
                if base.name == "input":
                    return self.inputs[name], f"input: {name}"
                return self.of_variable(tree.Variable(0, 0, name), strict), f"var: {name}"
            return self.value(base, strict), f"var: {base.name}"
        return self.value(base), ""

    def of_prefixed(self, node: tree.Prefixed) -> Any:
        if node.operator == "!":
            return not truth(self.value(node.operand))
        return arithmetic("-", 0, self.value(node.operand))

    def of_ternary(self, node: tree.Ternary) -> Any:
        return self.value(node.chosen if truth(self.value(node.condition)) else node.other)

    def of_operation(self, node: tree.Operation) -> Any:
        operator, left = node.operator, self.value(node.left)
        if operator == "&&":
            return truth(left) and truth(self.value(node.right))
        if operator in ("??", "?:"):
            taken = left is not None if operator == "??" else truth(left)
            return left if taken else self.value(node.right)
        if operator == "||":
            return self.either(left, node.right)
        right = self.value(node.right)
        if operator in COMPARISONS:
            return compared(operator, left, right)
        if operator == "~":
            self.oracle.pay(len(joined := text(left) + text(right)) // 100)
            return joined
        if operator == "..":
            return self.span(integer(left), integer(right))
        if operator not in ("+", "-", "*", "/", "%"):
            raise NotCovered(operator)
        return arithmetic(operator, left, right)

    def either(self, left: Any, node: tree.Node) -> Any:
        if truth(left):
            return left
        right = self.value(node)
        logical = all(each is None or isinstance(each, bool) for each in (left, right))
        return truth(right) if logical else right

    def span(self, first: int, last: int) -> list[int]:
        self.oracle.pay(abs(last - first))
        return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))

    # ------------------------------------------------------------ filters

    def of_chain(self, node: tree.Chain, strict: bool) -> Any:
        found = self.value(node.subject, strict) if node.subject else None
        for each in node.filters:
            found = self.filtered(found, each)
        return found

    def filtered(self, subject: Any, node: tree.Filter) -> Any:
        if node.disabled:
            return subject
        if node.name == "as":
            raise NotCovered("as in a chain")
        record = registry().filters[node.name]
        params = [*record.params]
        if record.variadic:
            params += [params[-1]] * len(node.arguments)
        given = [self.converted(record.subject, self.oracle.copy(subject))]
        reduces = node.name == "reduce"
        given += [self.argument(param, each, reduces) for param, each in zip(params, node.arguments, strict=False)]
        if record.needs_bindings or record.needs_scope:
            raise NotCovered(node.name)
        if record.needs_world:
            given.insert(0, self.oracle.world)
        return record.function(*given)

    def argument(self, param: Param, node: tree.Node, reduces: bool = False) -> Any:
        if param.kind is LAZY:
            return self.lazy(lambda: self.value(node), reduces)
        if param.kind is STATIC:
            return node.name if isinstance(node, tree.Word) else node.value
        if param.name == "path" and not self.elements and element_path(node) is not None:
            return element_path(node)
        return self.optional(param, self.value(node))

    def optional(self, param: Param, value: Any) -> Any:
        if value is None and not param.required and not param.variadic:
            return param.default
        return self.converted(param, value)

    def converted(self, param: Param, value: Any) -> Any:
        return param.kind.convert(value) if param.kind.convert else value

    def lazy(self, evaluate: Callable[[], Any], reduces: bool = False) -> Callable[..., Any]:
        def expression(element: Any = None, index: Any = None, whole: Any = None, result: Any = None) -> Any:
            with self.element(Element(element, index, whole, result, reduces)):
                return self.oracle.copy(evaluate())

        return expression

    @contextmanager
    def element(self, element: Element) -> Iterator[None]:
        self.elements.append(element)
        try:
            yield
        finally:
            self.elements.pop()


# ------------------------------------------------------------------ access


def access(base: Any, key: Any, member: bool = False) -> Any:
    """``base[key]``, MISSING where there is none."""
    if isinstance(base, values.Opaque):
        base = base.fields()
    if isinstance(base, dict):
        return base.get(key_text(key), MISSING)
    if not isinstance(base, list):
        return MISSING
    at = position(key)
    if at is None or not -len(base) <= at < len(base) or (member and at < 0):
        return MISSING
    return base[at]


def position(key: Any) -> int | None:
    """The list position that a key stands for."""
    if key is None or isinstance(key, bool):
        return int(key or 0)
    if isinstance(key, str):
        digits = key[1:] if key.startswith("-") else key
        return int(key) if digits.isdecimal() else None
    return integer(number(key)) if isinstance(key, int | float) else None


def key_text(key: Any) -> str:
    return str(integer(key)) if isinstance(key, float) else scalar_text(key)


def missing_variable(name: str) -> Fault:
    return Fault("missing-variable", f"Missing var entry: {name}")


# ------------------------------------------------------------------ the tree


def declared(entries: list[tree.Node] | None) -> Iterator[str]:
    """The variables that statements set."""
    for entry in entries or ():
        if isinstance(entry, tree.Block):
            if entry.keyword == "var":
                yield root_of(place_of(entry))
            if entry.binding:
                yield root_of(entry.binding.target)
            yield from declared(entry.body)


def blocks(block: tree.Block) -> list[tree.Block]:
    return [entry for entry in block.body or () if isinstance(entry, tree.Block) and not entry.disabled]


def head(block: tree.Block) -> tree.Node:
    """The expression in a head."""
    first = next(each for each in block.heads if not isinstance(each, tree.Word))
    return first.value if isinstance(first, tree.Argument | tree.Condition) else first


def place_of(block: tree.Block) -> tree.Node:
    return next(each for each in block.heads if isinstance(each, tree.Variable | tree.Path))


def root_of(target: tree.Node) -> str:
    """The variable that a place belongs to, ``""`` for what is no place."""
    if isinstance(target, tree.Path) and isinstance(target.base, tree.Variable):
        return target.steps[0].name if target.base.name == "var" else target.base.name
    return target.name if isinstance(target, tree.Variable) else ""


def steps_of(target: tree.Node) -> list[tree.Member | tree.Index]:
    if not isinstance(target, tree.Path):
        return []
    return target.steps[1:] if target.base.name == "var" else target.steps


def switched_off(block: tree.Block) -> bool:
    found = block.attribute("disabled")
    return found is not None and isinstance(found.value, tree.Literal) and found.value.value is True


def element_path(node: tree.Node) -> str | None:
    """``$$.a.b`` where a path text is meant."""
    base, steps = (node.base, node.steps) if isinstance(node, tree.Path) else (node, [])
    if not (isinstance(base, tree.Variable) and base.name in ("$", "this")):
        return None
    return ".".join(step.name for step in steps) if all(isinstance(step, tree.Member) for step in steps) else None


def name(param: Param) -> str:
    """The Python keyword of a parameter."""
    return f"{param.name}_" if iskeyword(param.name) else param.name
