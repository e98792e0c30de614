"""Filters that drop the empty elements of a list or the empty entries of an object.

Each looks at the element or, with a path, at its value there, a missing one being null. A list closes
its gaps; an object keeps the keys that are left.
"""

from __future__ import annotations

from collections.abc import Callable

from xsrun import values
from xsrun.builtins.registry import Container, Group, Text
from xsrun.hints import Any
from xsrun.paths import of_element

array = Group("array")


@array.filter(
    '[1,null,"",0,"text",false]|filter_empty -> [1,"text"]',
    '{a: "", b: 1}|filter_empty -> {"b":1}',
    '[{v: 0}, {v: 1}, {}]|filter_empty:"v" -> [{"v":1}]',
    "null|filter_empty -> []",
)
def filter_empty(subject: Container, path: Text = "") -> Container:
    """Drop what is empty: null, false, 0, "", "0", an empty list or object."""
    return _without(subject, path, lambda value: not values.truth(value))


@array.filter("[[1],[]]|filter_empty_array -> [[1]]", '{a: [], b: {}}|filter_empty_array -> {"b":{}}')
def filter_empty_array(subject: Container, path: Text = "") -> Container:
    """Drop empty lists."""
    return _without(subject, path, lambda value: value == [])


@array.filter('[{a: 1}, {}]|filter_empty_object -> [{"a":1}]', "[[], {}]|filter_empty_object -> [[]]")
def filter_empty_object(subject: Container, path: Text = "") -> Container:
    """Drop empty objects."""
    return _without(subject, path, lambda value: value == {})


@array.filter('["a","","b"]|filter_empty_text -> ["a","b"]', '{a: "", b: null}|filter_empty_text -> {"b":null}')
def filter_empty_text(subject: Container, path: Text = "") -> Container:
    """Drop empty text."""
    return _without(subject, path, lambda value: value == "")


@array.filter("[true,false]|filter_false -> [true]", "[0,false,null]|filter_false -> [0,null]")
def filter_false(subject: Container, path: Text = "") -> Container:
    """Drop what is false."""
    return _without(subject, path, lambda value: value is False)


@array.filter("[1,null]|filter_null -> [1]", '{a: null, b: 0}|filter_null -> {"b":0}')
def filter_null(subject: Container, path: Text = "") -> Container:
    """Drop what is null."""
    return _without(subject, path, lambda value: value is None)


@array.filter("[1,0]|filter_zero -> [1]", '[0.0,false,"0"]|filter_zero -> [false,"0"]')
def filter_zero(subject: Container, path: Text = "") -> Container:
    """Drop the numbers 0 and 0.0."""
    return _without(subject, path, lambda value: value == 0 and type(value) is not bool)


def _without(subject: Any, path: str, drops: Callable[[Any], bool]) -> Any:
    at = of_element(path)
    if type(subject) is list:
        return [element for element in subject if not drops(at(element))]
    return {key: item for key, item in subject.items() if not drops(at(item))}
