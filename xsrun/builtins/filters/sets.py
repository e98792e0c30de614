"""Filters that compare the elements of lists: without repeats, in common, in one only, in groups.

Two scalars are the same when their texts are, two lists or objects when their contents are.
"""

from __future__ import annotations

from collections.abc import Hashable

from xsrun import values
from xsrun.builtins.registry import Bool, Container, Group, List, Text, Value
from xsrun.hints import Any
from xsrun.paths import of_element

array = Group("array")


def identity(value: Any) -> Hashable:
    """What two elements share exactly when they count as the same."""
    if type(value) is str:
        return value
    if isinstance(value, list):
        return tuple(map(identity, value))
    if isinstance(value, dict):
        return frozenset((key, identity(item)) for key, item in value.items())
    return id(value) if isinstance(value, values.Opaque) else values.to_text(value)


@array.filter(
    "[12,13,13,12,11]|unique -> [12,13,11]",
    '[1,"1",2]|unique -> [1,2]',
    '[{g: 1, v: 1}, {g: 1, v: 2}]|unique:"g" -> [{"g":1,"v":1}]',
    "null|unique -> []",
    misnomers=("array_unique",),
)
def unique(subject: List, path: Text = "") -> List:
    """Keep the first of all elements that are the same, or the same at a path."""
    at = of_element(path)
    kept: dict[Hashable, Any] = {}
    for element in subject:
        kept.setdefault(identity(at(element)), element)
    return list(kept.values())


@array.filter(
    "[1,2,3,4]|diff:[3,2] -> [1,4]",
    '[{a: 1}, {a: 2}]|diff:[{a: 1}] -> [{"a":2}]',
    "[1]|diff:null -> [1]",
    misnomers=("array_diff",),
)
def diff(subject: List, value: List) -> List:
    """Keep the elements that are not in the other list."""
    others = set(map(identity, value))
    return [element for element in subject if identity(element) not in others]


@array.filter(
    "[1,2,3,4]|intersect:[3,2] -> [2,3]",
    '["1"]|intersect:[1] -> ["1"]',
    "[1]|intersect:[] -> []",
    misnomers=("array_intersect",),
)
def intersect(subject: List, value: List) -> List:
    """Keep the elements that are in the other list as well."""
    others = set(map(identity, value))
    return [element for element in subject if identity(element) in others]


@array.filter(
    '["a","b"]|diff_assoc:["a","x"] -> {"1":"b"}',
    '{a: 1, b: 2}|diff_assoc:{a: 1, b: 3} -> {"b":2}',
    '["a","b"]|diff_assoc:["x"] -> ["a","b"]',
    misnomers=("array_diff_assoc",),
)
def diff_assoc(subject: Container, value: Container) -> Container:
    """Keep the entries whose key and value are not both in the other list or object."""
    return _entries(subject, value, shared=False)


@array.filter(
    '["a","b"]|intersect_assoc:["a","x"] -> ["a"]',
    '{a: 1, b: 2}|intersect_assoc:{a: "1", b: 3} -> {"a":1}',
    "[1]|intersect_assoc:null -> []",
    misnomers=("array_intersect_assoc",),
)
def intersect_assoc(subject: Container, value: Container) -> Container:
    """Keep the entries whose key and value are both in the other list or object."""
    return _entries(subject, value, shared=True)


def _entries(subject: Any, other: Any, *, shared: bool) -> Any:
    """The entries that the other side shares or not; those of a list stay one as long as no position is left out."""
    others = values.as_object(other)
    kept = {
        key: item
        for key, item in values.as_object(subject).items()
        if (key in others and identity(item) == identity(others[key])) is shared
    }
    is_list = type(subject) is list and all(key == str(i) for i, key in enumerate(kept))
    return list(kept.values()) if is_list else kept


@array.filter(
    '[{v: 1}, {v: 2}, {v: 3}]|remove:{v: 2} -> [{"v":1},{"v":3}]',
    '[{v: 1}, {v: 2}]|remove:1:"v" -> [{"v":2}]',
    '[1,"1",2]|remove:1:"":true -> ["1",2]',
    "[1,2,1]|remove:1 -> [2]",
    misnomers=("array_remove",),
)
def remove(subject: List, value: Value, path: Text = "", strict: Bool = False) -> List:
    """Drop every element that equals a value, or whose value at a path does; a missing one is null."""
    at = of_element(path)
    same = values.identical if strict else values.equal
    return [element for element in subject if not same(at(element), value)]


@array.filter(
    '[{g: "a", v: 1}, {g: "b", v: 2}, {g: "a", v: 3}]|index_by:"g"'
    ' -> {"a":[{"g":"a","v":1},{"g":"a","v":3}],"b":[{"g":"b","v":2}]}',
    '[1,2,1]|index_by:"" -> {"1":[1,1],"2":[2]}',
    '[{g: "a"}, {}]|index_by:"g" -> {"a":[{"g":"a"}]}',
)
def index_by(subject: List, path: Text) -> dict[str, Any]:
    """Group elements under the text of their value at a path; those without a scalar there are left out."""
    at = of_element(path)
    groups: dict[str, Any] = {}
    for element in subject:
        key = at(element)
        if key is not None and not isinstance(key, list | dict | values.Opaque):
            groups.setdefault(values.to_text(key), []).append(element)
    return groups
