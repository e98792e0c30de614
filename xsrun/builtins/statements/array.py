"""Statements that change a list where it stands, or look through one with an expression."""

from __future__ import annotations

from collections.abc import Hashable

from xsrun import values
from xsrun.builtins.filters import element
from xsrun.builtins.filters.sets import identity
from xsrun.builtins.registry import Container, Elements, Group, Lazy, List, Value
from xsrun.hints import Any

array = Group("array")


# ---------------------------------------------------------------- in place


@array.mutation(
    "var $r { value = [1] }\narray.push $r { value = [2] } -> [1,[2]]",
    "var $r { value = null }\narray.push $r { value = 1 } -> [1]",
    'var $r { value = {a: []} }\narray.push $r.a { value = 1 } -> {"a":[1]}',
)
def push(items: List, /, *, value: Value) -> None:
    """Add one element at the end of a list variable."""
    items.append(value)


@array.mutation("var $r { value = [1] }\narray.unshift $r { value = 0 } -> [0,1]")
def unshift(items: List, /, *, value: Value) -> None:
    """Add one element at the front of a list variable."""
    items.insert(0, value)


@array.mutation(
    "var $a { value = [1,2] }\narray.pop $a as $r -> 2",
    "var $r { value = [1,2] }\narray.pop $r as $x -> [1]",
    "var $a { value = [] }\narray.pop $a as $r -> null",
)
def pop(items: List, /) -> Value:
    """Take the last element out of a list variable and give it back, null when the list is empty."""
    return items.pop() if items else None


@array.mutation(
    "var $a { value = [1,2] }\narray.shift $a as $r -> 1",
    "var $r { value = [1,2] }\narray.shift $r as $x -> [2]",
)
def shift(items: List, /) -> Value:
    """Take the first element out of a list variable and give it back, null when the list is empty."""
    return items.pop(0) if items else None


@array.mutation(
    "var $r { value = [1] }\narray.merge $r { value = [2,3] } -> [1,2,3]",
    "var $r { value = [1] }\narray.merge $r { value = 2 } -> [1,2]",
    'var $r { value = {a: 1} }\narray.merge $r { value = {b: 2} } -> {"a":1,"b":2}',
    "var $r { value = [1] }\narray.merge $r { value = null } -> [1]",
)
def merge(items: Container, /, *, value: Value) -> None:
    """Add all elements of a list, or one other value, at the end of a list variable.

    An object variable takes over the entries of an object or a list; null adds nothing.
    """
    if type(items) is dict:
        items.update(values.as_object(values.container(value)))
    elif value is not None:
        items.extend(value if type(value) is list else [value])


# ---------------------------------------------------------------- by a condition


@array.statement(
    "array.find ([1,2,3]) if ($this > 1) as $r -> 2",
    "array.find ([1]) if ($this > 1) as $r -> null",
)
def find(items: Elements, /, *, if_: Lazy) -> Value:
    """Give the first element that meets the condition, null when none does."""
    return element.find(items, if_)


@array.statement(
    "array.find_index ([1,2,3]) if ($this > 1) as $r -> 1",
    "array.find_index (null) if ($this > 1) as $r -> -1",
)
def find_index(items: Elements, /, *, if_: Lazy) -> int:
    """Give the position of the first element that meets the condition, -1 when none does."""
    return element.find_index(items, if_)


@array.statement(
    "array.has ([1,2,3]) if ($this > 2) as $r -> true",
    "array.has ([]) if (true) as $r -> false",
)
def has(items: Elements, /, *, if_: Lazy) -> bool:
    """Tell whether at least one element meets the condition."""
    return element.some(items, if_)


@array.statement(
    "array.every ([1,2,3]) if ($this > 1) as $r -> false",
    "array.every ([]) if (false) as $r -> true",
)
def every(items: Elements, /, *, if_: Lazy) -> bool:
    """Tell whether every element meets the condition."""
    return element.every(items, if_)


@array.statement(
    "array.filter ([1,2,3]) if ($this > 1) as $r -> [2,3]",
    "array.filter ([5,6]) if ($index == 0) as $r -> [5]",
)
def filter_(items: Elements, /, *, if_: Lazy) -> List:
    """Give the elements that meet the condition."""
    return element.filter_(items, if_)


@array.statement("array.filter_count ([1,2,3]) if ($this > 1) as $r -> 2")
def filter_count(items: Elements, /, *, if_: Lazy) -> int:
    """Count the elements that meet the condition."""
    return len(element.filter_(items, if_))


@array.statement('array.partition ([1,2,3]) if ($this > 1) as $r -> {"true":[2,3],"false":[1]}')
def partition(items: Elements, /, *, if_: Lazy) -> dict[str, Any]:
    """Split a list into the elements that meet the condition, under ``true``, and the others, under ``false``."""
    parts: dict[str, Any] = {"true": [], "false": []}
    for index, item in enumerate(items):
        parts["true" if values.truth(if_(item, index, items)) else "false"].append(item)
    return parts


# ---------------------------------------------------------------- by a key


@array.statement(
    "array.map ([{id: 1}, {id: 2}]) { by = $this.id } as $r -> [1,2]",
    'array.map ([1]) { by = {n: $this} } as $r -> [{"n":1}]',
    instead={"value": "by"},
)
def map_(items: Elements, /, *, by: Lazy) -> List:
    """Give a list of what the expression makes of each element."""
    return element.map_(items, by)


@array.statement(
    'array.group_by ([{g: "a"}, {g: "b"}, {g: "a"}]) { by = $this.g } as $r'
    ' -> {"a":[{"g":"a"},{"g":"a"}],"b":[{"g":"b"}]}',
    'array.group_by ([{g: null}]) { by = $this.g } as $r -> {"":[{"g":null}]}',
    instead={"value": "by"},
)
def group_by(items: Elements, /, *, by: Lazy) -> dict[str, Any]:
    """Group the elements under the text of what the expression makes of each, in the order of appearance."""
    groups: dict[str, Any] = {}
    for index, item in enumerate(items):
        groups.setdefault(values.to_text(by(item, index, items)), []).append(item)
    return groups


@array.statement(
    "array.union ([3,1]) { value = [3,2], by = $this } as $r -> [1,2,3]",
    'array.union (["b"]) { value = ["a","b"], by = $this } as $r -> ["b","a"]',
    "array.union ([1,1]) { value = null } as $r -> [1]",
)
def union(items: Elements, /, *, value: Elements, by: Lazy | None = None) -> List:
    """Give the elements of both lists, each key once; in ascending order when all keys are numbers.

    ``by`` makes the key of an element; without it the element is its own key.
    """
    found: dict[Hashable, tuple[Any, Any]] = {}
    for key, item in (*_keyed(items, by), *_keyed(value, by)):
        found.setdefault(identity(key), (key, item))
    pairs = list(found.values())
    if {type(key) for key, _ in pairs} <= {int, float}:
        pairs.sort(key=lambda pair: pair[0])
    return [item for _, item in pairs]


@array.statement(
    "array.difference ([1,3]) { value = [3,5], by = $this } as $r -> [1]",
    'array.difference ([{k: 1, v: "x"}]) { value = [{k: 1, v: "y"}], by = $this.k } as $r -> []',
)
def difference(items: Elements, /, *, value: Elements | None = None, by: Lazy | None = None) -> List:
    """Give the elements of the list whose key is not in the other one.

    ``by`` makes the key of an element; without it the element is its own key.
    """
    others = {identity(key) for key, _ in _keyed(value or [], by)}
    return [item for key, item in _keyed(items, by) if identity(key) not in others]


@array.statement(
    "array.intersection ([1,3,3]) { value = [3,5], by = $this } as $r -> [3]",
    "array.intersection ([1]) { value = null } as $r -> []",
)
def intersection(items: Elements, /, *, value: Elements | None = None, by: Lazy | None = None) -> List:
    """Give the elements of the list whose key is in the other one too, each key once.

    ``by`` makes the key of an element; without it the element is its own key.
    """
    others = {identity(key) for key, _ in _keyed(value or [], by)}
    kept: dict[Hashable, Any] = {}
    for key, item in _keyed(items, by):
        if identity(key) in others:
            kept.setdefault(identity(key), item)
    return list(kept.values())


def _keyed(items: list[Any], by: Lazy | None) -> list[tuple[Any, Any]]:
    if by is None:
        return [(item, item) for item in items]
    return [(by(item, index, items), item) for index, item in enumerate(items)]
