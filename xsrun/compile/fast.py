"""Shorter Python for operations whose operands are known; None where the general code must do.

Every piece here gives the same answer as the function of ``values`` or ``support`` it stands for.
"""

from __future__ import annotations

import ast
from typing import Final

from xsrun import values
from xsrun.builtins import registry
from xsrun.builtins.registry import Kind
from xsrun.compile import python as py
from xsrun.compile.context import Context
from xsrun.compile.types import (
    BOOL,
    CONTAINER,
    DECIMAL,
    INTEGER,
    LIST,
    NULL,
    NUMBER,
    OBJECT,
    POSITION,
    SIGNED,
    SMALL,
    TEXT,
    TINY,
    WORD,
    Type,
    arithmetic,
    is_straight,
)  # fmt: skip
from xsrun.syntax import tree

_OPERATORS: Final[dict[str, ast.operator]] = {"+": ast.Add(), "-": ast.Sub(), "*": ast.Mult()}
_COMPARISONS: Final[dict[str, ast.cmpop]] = {
    "==": ast.Eq(), "!=": ast.NotEq(), "<": ast.Lt(), "<=": ast.LtE(), ">": ast.Gt(), ">=": ast.GtE(),
}  # fmt: skip
_GENERAL: Final = {
    "==": "equal", "!=": "not_equal", "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal",
}  # fmt: skip
_DIGIT: Final = (1 << 30) - 1
"""The largest integer that Python holds in one digit, and compares fastest."""
_NO_PLAIN_TEXT: Final = frozenset({"", "INF", "-INF", "NAN"})

KNOWN: Final[dict[Kind, int]] = {
    registry.TEXT: TEXT,
    registry.NUMBER: NUMBER,
    registry.INT: INTEGER,
    registry.BOOL: BOOL,
    registry.LIST: LIST,
    registry.ELEMENTS: LIST,
    registry.CONTAINER: CONTAINER,
    registry.OBJECT: OBJECT,
}
"""Value classes of parameters, and the kinds that need no conversion into them."""


def is_simple(node: ast.expr) -> bool:
    """Whether reading a node twice costs nothing and changes nothing."""
    return isinstance(node, ast.Name | ast.Constant)


def twice(context: Context, node: ast.expr) -> tuple[ast.expr, ast.expr]:
    """A node to evaluate first, and the same value to read again."""
    if is_simple(node):
        return node, node
    name = context.temporary()
    return py.copy_place(ast.NamedExpr(ast.Name(name, ast.Store()), node), node), py.load(name)


# ------------------------------------------------------------------ numbers


def calculation(context: Context, operator: str, left: ast.expr, right: ast.expr, a: Type, b: Type) -> ast.expr | None:
    """``+ - * %`` of numbers. A null operand makes Python raise TypeError, which the run reports as not numeric."""
    if not (a.only(NUMBER | NULL) and b.only(NUMBER | NULL)):
        return None
    if operator == "%":
        return _remainder(context, left, right, a, b)
    if operator not in _OPERATORS:
        return None
    made = ast.BinOp(left, _OPERATORS[operator], right)
    result = arithmetic(operator, a, b)
    if result.only(SMALL | WORD | TINY | SIGNED) or result.only(DECIMAL):
        return made
    first, again = twice(context, made)
    checked = Checked(_within(operator, first, a, b), again, py.call("float", again))
    checked.is_integer = a.only(INTEGER) and b.only(INTEGER)
    return checked


class Checked(ast.IfExp):
    """A result that fits 64 bits, else the decimal it becomes."""

    is_integer: bool
    """Whether it is an integer when it fits."""


def guess(
    context: Context, operator: str, left: ast.expr, right: ast.expr, a: Type, b: Type, general: str
) -> ast.expr | None:
    """A calculation of what may well be integers: tried first, the ``general`` way otherwise."""
    if operator not in _OPERATORS or not (a.may(INTEGER) and b.may(INTEGER)):
        return None
    if isinstance(right, ast.Constant):
        return _guess_literal(context, operator, left, right)
    first, left = twice(context, left)
    second, right = twice(context, right)
    made, result = twice(context, ast.BinOp(left, _OPERATORS[operator], right))
    kinds = [py.call("type", second), py.load("int")]
    integers = ast.Compare(py.call("type", first), [ast.Is(), ast.Is()], kinds)
    fits = ast.Compare(py.constant(-_DIGIT), [ast.LtE(), ast.LtE()], [made, py.constant(_DIGIT)])
    return py.choose(all_of([integers, fits]), result, py.call(general, left, right))


def _guess_literal(context: Context, operator: str, left: ast.expr, right: ast.Constant) -> ast.expr | None:
    """``x + 1``."""
    if type(right.value) is not int or not 0 <= right.value < 1 << 24 or operator not in "+-":
        return None
    first, again = twice(context, left)
    made = ast.BinOp(again, _OPERATORS[operator], right)
    if operator == "+":
        fits = ast.Compare(again, [ast.LtE()], [py.constant(values.INT_MAX - right.value)])
    else:
        fits = ast.Compare(again, [ast.GtE()], [py.constant(values.INT_MIN + right.value)])
    general = py.call("add" if operator == "+" else "subtract", again, right)
    return py.choose(all_of([is_a(first, "int"), fits]), made, general)


def _within(operator: str, result: ast.expr, a: Type, b: Type) -> ast.expr:
    """Whether a result fits 64 bits; where signs are known it can only leave them at one end."""
    if operator == "-" and not b.may(SIGNED | DECIMAL):
        return ast.Compare(result, [ast.GtE()], [py.constant(values.INT_MIN)])
    if (operator == "+" and not b.may(SIGNED | DECIMAL)) or not (a.may(SIGNED | DECIMAL) or b.may(SIGNED | DECIMAL)):
        return ast.Compare(result, [ast.LtE()], [py.constant(values.INT_MAX)])
    return ast.Compare(py.constant(values.INT_MIN), [ast.LtE(), ast.LtE()], [result, py.constant(values.INT_MAX)])


def _remainder(context: Context, left: ast.expr, right: ast.expr, a: Type, b: Type) -> ast.expr | None:
    """The remainder by a positive literal has the sign of the left side, as in Python when that is positive."""
    if not (isinstance(right, ast.Constant) and type(right.value) is int and right.value > 0):
        return None
    if a.only(INTEGER) and not a.may(SIGNED):
        return ast.BinOp(left, ast.Mod(), right)
    first, again = twice(context, left)
    if not a.only(INTEGER):
        tests = [is_a(first, "int"), ast.Compare(again, [ast.GtE()], [py.constant(0)])]
        return py.choose(all_of(tests), ast.BinOp(again, ast.Mod(), right), py.call("modulo", again, right))
    positive = ast.BinOp(again, ast.Mod(), right)
    negative = ast.UnaryOp(ast.USub(), ast.BinOp(ast.UnaryOp(ast.USub(), again), ast.Mod(), right))
    return py.choose(ast.Compare(first, [ast.GtE()], [py.constant(0)]), positive, negative)


# ------------------------------------------------------------------ comparison


def comparison(context: Context, operator: str, left: ast.expr, right: ast.expr, a: Type, b: Type) -> ast.expr | None:
    """A comparison of numbers, of a literal text, or with null, true or false."""
    if operator in ("===", "!=="):
        return _identity(operator, left, right, a, b)
    if operator in ("==", "!="):
        constant = _with_constant(operator, left, right, a) or _with_constant(operator, right, left, b)
        if constant is not None:
            return constant
    if a.only(NUMBER | NULL) and b.only(NUMBER | NULL):
        return _numbers(context, operator, left, right, a, b)
    return _likely(context, operator, left, right, a)


def _likely(context: Context, operator: str, left: ast.expr, right: ast.expr, a: Type) -> ast.expr | None:
    """Something that may well be of the class of the literal beside it: tried first, the general way otherwise."""
    if not isinstance(right, ast.Constant):
        return None
    is_text = isinstance(right.value, str) and operator in ("==", "!=") and _is_plain(right.value)
    if not ((is_text and a.may(TEXT)) or (type(right.value) is int and a.may(INTEGER))):
        return None
    first, again = twice(context, left)
    straight = ast.Compare(again, [_COMPARISONS[operator]], [right])
    return py.choose(is_a(first, "str" if is_text else "int"), straight, py.call(_GENERAL[operator], again, right))


def _is_plain(text: str) -> bool:
    """Whether a text equals nothing but itself."""
    return text not in _NO_PLAIN_TEXT and values.parse_number(text) is None


def _numbers(context: Context, operator: str, left: ast.expr, right: ast.expr, a: Type, b: Type) -> ast.expr:
    made = ast.Compare(left, [_COMPARISONS[operator]], [right])
    if not (a.may(NULL) or b.may(NULL)):
        return made
    if context.trial and operator not in ("==", "!="):
        context.trial.relies = True
        return made
    if a.may(NULL) or not is_simple(left):
        first, again = twice(context, left)
        known = _numbers(context, operator, again, right, Type(a.kinds & ~NULL), b)
        return py.choose(_is_there(first), known, py.call(_GENERAL[operator], again, right))
    first, again = twice(context, right)
    known = ast.Compare(left, [_COMPARISONS[operator]], [again])
    return py.choose(_is_there(first), known, py.call(_GENERAL[operator], left, again))


def _is_there(node: ast.expr) -> ast.expr:
    return ast.Compare(node, [ast.IsNot()], [py.constant(None)])


def _identity(operator: str, left: ast.expr, right: ast.expr, a: Type, b: Type) -> ast.expr | None:
    alike = (a.only(INTEGER) and b.only(INTEGER)) or (a.only(TEXT) and b.only(TEXT))
    if not alike:
        return None
    return ast.Compare(left, [ast.Eq() if operator == "===" else ast.NotEq()], [right])


def _with_constant(operator: str, value: ast.expr, constant: ast.expr, known: Type) -> ast.expr | None:
    """Loose equality with a literal: null equals everything empty, true everything truthy."""
    if not isinstance(constant, ast.Constant):
        return None
    wanted = operator == "=="
    if constant.value is None:
        empty = py.not_(value)
        return empty if wanted else py.not_(empty)
    if isinstance(constant.value, bool):
        truthy = boolean(truth(value, known))
        return truthy if constant.value is wanted else py.not_(truthy)
    comparable = known.only(NUMBER | TEXT | NULL | CONTAINER)
    if comparable and isinstance(constant.value, str) and _is_plain(constant.value):
        return ast.Compare(value, [ast.Eq() if wanted else ast.NotEq()], [constant])
    return None


def is_boolean(node: ast.expr) -> bool:
    """Whether a Python expression gives a bool."""
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return negated or isinstance(node, ast.Compare) or (isinstance(node, ast.Call) and _calls_truth(node))


def _calls_truth(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "truth"


def boolean(truth: ast.expr) -> ast.expr:
    """A bool out of something that Python takes as true or false."""
    return truth if is_boolean(truth) else py.not_(py.not_(truth))


def truth(value: ast.expr, known: Type) -> ast.expr:
    """Something Python takes as true exactly when the value is truthy."""
    return value if known.only(BOOL | NUMBER | CONTAINER | NULL) else py.call("truth", value)


# ------------------------------------------------------------------ text


def piece(value: ast.expr, known: Type) -> ast.expr:
    """An operand of ``~`` inside a formatted string."""
    return ast.FormattedValue(value if known.only(TEXT | INTEGER) else py.call("to_text", value), -1)


# ------------------------------------------------------------------ access


def element(context: Context, base: ast.expr, key: ast.expr, a: Type, b: Type) -> ast.expr:
    """``base[key]``, null when there is none: straight for a list by position and an object by text."""
    if isinstance(base, ast.Constant):
        return py.call("item", base, key)
    if b.only(TEXT) and a.only(OBJECT):
        return py.call(py.attribute(base, "get"), key)
    if b.only(TEXT) and a.may(OBJECT) and is_simple(base):
        return py.choose(is_a(base, "dict"), py.call(py.attribute(base, "get"), key), py.call("item", base, key))
    if context.trial and is_straight(a, b):
        context.trial.relies = True
        return ast.Subscript(base, key, ast.Load())
    if not (b.may(INTEGER) and a.may(LIST) and is_simple(base)):
        return py.call("item", base, key)
    first_key, again = twice(context, key)
    tests = [*([] if a.only(LIST) else [is_a(base, "list")])]
    if not b.only(POSITION):
        tests.append(is_a(first_key, "int"))
        first_key = again
    tests.append(inside(base, first_key, b))
    return py.choose(all_of(tests), ast.Subscript(base, again, ast.Load()), py.call("item", base, key))


def all_of(tests: list[ast.expr]) -> ast.expr:
    """``a and b and c``."""
    return ast.BoolOp(ast.And(), tests) if len(tests) > 1 else tests[0]


def inside(base: ast.expr, key: ast.expr, known: Type) -> ast.expr:
    """Whether a position, not counted from the end, lies in a list."""
    if known.only(POSITION) and not known.may(SIGNED):
        return ast.Compare(py.call("len", base), [ast.Gt()], [key])
    return ast.Compare(py.call("len", base), [ast.Gt(), ast.GtE()], [key, py.constant(0)])


def member(base: ast.expr, name: str, known: Type) -> ast.expr:
    """``base.name``, null when there is none."""
    if known.only(OBJECT):
        return py.call(py.attribute(base, "get"), py.constant(name))
    general = py.call("member", base, py.constant(name))
    if not isinstance(base, ast.Name):
        return general
    return py.choose(is_a(base, "dict"), py.call(py.attribute(base, "get"), py.constant(name)), general)


def required_member(base: ast.expr, name: str, shown: str) -> ast.expr:
    """``base.name``, a fault when there is none."""
    general = py.call("member_or_fail", base, py.constant(name), py.constant(shown))
    if not isinstance(base, ast.Name):
        return general
    there = ast.BoolOp(ast.And(), [is_a(base, "dict"), ast.Compare(py.constant(name), [ast.In()], [base])])
    return py.choose(there, ast.Subscript(base, py.constant(name), ast.Load()), general)


def is_a(value: ast.expr, class_name: str) -> ast.expr:
    """Whether a value is exactly of a Python class."""
    return py.is_(py.call("type", value), py.load(class_name))


# ------------------------------------------------------------------ filters


def filtered(name: str, subject: ast.expr, known: Type) -> ast.expr | None:
    """A filter without arguments that Python has a word for."""
    if name == "count" and known.only(CONTAINER):
        return py.call("len", subject)
    if name == "strlen" and known.only(TEXT):
        return py.call("len", subject)
    if name == "to_text" and known.only(TEXT):
        return subject
    if name == "to_int" and known.only(INTEGER):
        return subject
    return None


def has_key(subject: ast.Name, first: ast.expr, key: ast.expr, general: ast.expr) -> ast.expr:
    """Whether an object has a key: Python's ``in`` when the text is a name and not a path."""
    is_name = py.call(py.attribute(first, "isidentifier"))
    inside_object = ast.Compare(key, [ast.In()], [subject])
    return py.choose(all_of([is_name, is_a(subject, "dict")]), inside_object, general)


def comprehension(context: Context, name: str, subject: ast.expr, body: ast.expr, variable: str) -> ast.expr:
    """``map`` and ``filter`` of a list as a list comprehension.

    Python takes no ``:=`` in what a comprehension goes through; such a list is handed to it as an argument.
    """
    handed_over = any(isinstance(node, ast.NamedExpr) for node in ast.walk(subject))
    whole = context.temporary() if handed_over else ""
    source = py.load(whole) if handed_over else subject
    loop = [ast.comprehension(ast.Name(variable, ast.Store()), source, [] if name == "map" else [body], 0)]
    made = ast.ListComp(body if name == "map" else py.load(variable), loop)
    return py.call(ast.Lambda(py.parameters(whole), made), subject) if handed_over else made


def uses_only_element(node: tree.Node) -> bool:
    """Whether an element expression reads ``$$`` and nothing else that is bound."""
    return not any(
        (isinstance(each, tree.Variable) and (each.name in ("index", "parent", "result", "") or each.name.isdigit()))
        or (isinstance(each, tree.Filter) and each.name in ("reduce",))
        for each in node.walk()
    )
