"""Statements that take an object apart."""

from __future__ import annotations

from xsrun.builtins.filters import objects as filters
from xsrun.builtins.registry import Container, Group, List

objects = Group("object")


@objects.statement(
    'object.keys { value = {a: 1, b: 2} } as $r -> ["a","b"]',
    "object.keys { value = null } as $r -> []",
)
def keys(*, value: Container) -> List:
    """List the keys of an object, or the positions of a list."""
    return filters.keys(value)


@objects.statement("object.values { value = {a: 1, b: 2} } as $r -> [1,2]")
def values(*, value: Container) -> List:
    """List the values of an object, or the elements of a list."""
    return filters.values_(value)


@objects.statement('object.entries { value = {a: 1} } as $r -> [{"key":"a","value":1}]')
def entries(*, value: Container) -> List:
    """List the entries of an object as objects with ``key`` and ``value``."""
    return filters.entries(value)
