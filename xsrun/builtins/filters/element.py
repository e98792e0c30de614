"""Filters whose argument is an expression, evaluated for every element of a list.

Inside it ``$$`` and ``$this`` are the element, ``$index`` its position from 0 and ``$parent`` the whole list.
"""

from __future__ import annotations

from xsrun.builtins.registry import Elements, Group, Lazy, List, Value
from xsrun.values import truth

array_expr = Group("array-expr")


@array_expr.filter(
    "[1,2,3,4]|filter:$$%2==0 -> [2,4]",
    "[5,6,7]|filter:$index > 0 -> [6,7]",
    "null|filter:true -> []",
    misnomers=("array_filter",),
)
def filter_(subject: Elements, expression: Lazy) -> List:
    """Keep the elements for which the expression holds."""
    return [element for index, element in enumerate(subject) if truth(expression(element, index, subject))]


@array_expr.filter(
    "[{v: 1}, {v: 2}]|map:$$.v*2 -> [2,4]",
    "[1,2]|map:$this + $index -> [1,3]",
    "{a: 1, b: 2}|map:$$ + 1 -> [2,3]",
    "null|map:$$ -> []",
    misnomers=("array_map",),
)
def map_(subject: Elements, expression: Lazy) -> List:
    """Put what the expression gives in the place of each element."""
    return [expression(element, index, subject) for index, element in enumerate(subject)]


@array_expr.filter(
    '[{id: 1}, {id: 2}]|find:$$.id==2 -> {"id":2}',
    "[1,2]|find:$$ > 5 -> null",
    misnomers=("array_find",),
)
def find(subject: Elements, expression: Lazy) -> Value:
    """Give the first element for which the expression holds, null when there is none."""
    for index, element in enumerate(subject):
        if truth(expression(element, index, subject)):
            return element
    return None


@array_expr.filter(
    "[{id: 1}, {id: 2}]|findIndex:$$.id==2 -> 1",
    "[1,2]|findIndex:$$ > 5 -> -1",
    name="findIndex",
    misnomers=("find_index", "array_find_index"),
)
def find_index(subject: Elements, expression: Lazy) -> int:
    """Give the position of the first element for which the expression holds, -1 when there is none."""
    for index, element in enumerate(subject):
        if truth(expression(element, index, subject)):
            return index
    return -1


@array_expr.filter("[1,2,3]|some:$$>2 -> true", "[]|some:true -> false", misnomers=("array_some",))
def some(subject: Elements, expression: Lazy) -> bool:
    """Tell whether the expression holds for at least one element."""
    return any(truth(expression(element, index, subject)) for index, element in enumerate(subject))


@array_expr.filter("[2,4,6]|every:$$%2==0 -> true", "[]|every:false -> true", misnomers=("array_every",))
def every(subject: Elements, expression: Lazy) -> bool:
    """Tell whether the expression holds for every element."""
    return all(truth(expression(element, index, subject)) for index, element in enumerate(subject))


@array_expr.filter(
    "[1,2,3,4]|reduce:$$+$result:0 -> 10",
    "[1,2,3]|reduce:$$ + $result -> 6",
    '["a","b"]|reduce:$result ~ $$:"" -> "ab"',
    "[]|reduce:$$:7 -> 7",
    misnomers=("array_reduce",),
)
def reduce(subject: Elements, expression: Lazy, initial: Value = 0) -> Value:
    """Fold a list into one value: the expression makes the next ``$result`` of ``$result`` and the element.

    ``initial`` is the first ``$result``, and the answer for an empty list.
    """
    result = initial
    for index, element in enumerate(subject):
        result = expression(element, index, subject, result)
    return result


@array_expr.filter(
    "2|transform:$$+3 -> 5",
    "(1+2+3)|transform:$$+(1|transform:$$+$0) -> 13",
    "[1,2]|transform:($$|count) -> 2",
)
def transform(subject: Value, expression: Lazy) -> Value:
    """Evaluate an expression once, with the piped value as ``$$``."""
    return expression(subject)
