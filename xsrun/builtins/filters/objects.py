"""Filters that read and write the keys and paths of an object or a list."""

from __future__ import annotations

from xsrun import paths, values
from xsrun.builtins.registry import Bool, Container, Group, List, Object, Static, Value
from xsrun.diagnostics import Fault
from xsrun.hints import Any

objects = Group("object")


# ---------------------------------------------------------------- at a path


@objects.filter(
    '{a: 1}|get:"a" -> 1',
    '{a: {b: [10,20]}}|get:"a.b[1]" -> 20',
    '{a: 1}|get:"x":0 -> 0',
    '[{id: 1}, {id: 2}]|get:"id" -> [1,2]',
    "[5,6]|get:-1 -> null",
    misnomers=("at", "nth", "get_index", "get_at"),
)
def get(subject: Value, path: Value, default: Value = None) -> Value:
    """Give the value at a path of an object or a list, or a default when it is missing.

    A path is made of names and dots, ``[n]`` for a position (negative from the end), ``["any key"]`` and
    ``[$$.price > 10]``, which keeps the elements that fit; a name on a list collects it from the
    elements. A number is a position or a key. ``""`` gives the whole value.
    """
    return paths.get(subject, path, default)


@objects.filter(
    '{a: null}|has:"a" -> true',
    '{a: {}}|has:"a.b" -> false',
    '["4","5"]|has:"4" -> false',
    '["4","5"]|has:1 -> true',
    'null|has:"a" -> false',
    misnomers=("has_key",),
)
def has(subject: Value, path: Value) -> bool:
    """Tell whether a path exists, even if it holds null; on a list it is a position, never an element."""
    return paths.has(subject, path)


@objects.filter(
    '{a: 1}|set:"b":2 -> {"a":1,"b":2}',
    '{a: 1}|set:"b.c":2 -> {"a":1,"b":{"c":2}}',
    '["x"]|set:1:"y" -> ["x","y"]',
    '["x"]|set:5:"y" -> {"0":"x","5":"y"}',
    '"text"|set:"a":1 -> !Value must be an object.',
    misnomers=("set_index", "set_at", "set_at_path", "update_at", "array_update", "set_key"),
)
def set_(subject: Value, path: Value, value: Value) -> Value:
    """Store a value at a path of an object or a list; objects on the way are made.

    In a list an existing position is replaced and the next one appended, a name is set in all elements
    when they are objects, and any other key makes an object of the list. ``""`` replaces the whole value.
    """
    return paths.set(subject, path, value)


@objects.filter(
    '{a: 1}|set_conditional:"b":2:true -> {"a":1,"b":2}',
    '{a: 1}|set_conditional:"b":2:false -> {"a":1}',
)
def set_conditional(subject: Value, path: Value, value: Value, condition: Bool) -> Value:
    """Store a value at a path if a condition holds."""
    return paths.set(subject, path, value) if condition else subject


@objects.filter('{a: 1}|set_ifnotempty:"b":"" -> {"a":1}', '{a: 1}|set_ifnotempty:"a":2 -> {"a":2}')
def set_ifnotempty(subject: Value, path: Value, value: Value) -> Value:
    """Store a value at a path unless it is empty: null, false, 0, "", "0", an empty list or object."""
    return paths.set(subject, path, value) if values.truth(value) else subject


@objects.filter('{a: 1}|set_ifnotnull:"b":null -> {"a":1}', '{a: 1}|set_ifnotnull:"b":0 -> {"a":1,"b":0}')
def set_ifnotnull(subject: Value, path: Value, value: Value) -> Value:
    """Store a value at a path unless it is null."""
    return subject if value is None else paths.set(subject, path, value)


@objects.filter(
    '{a: 1, b: 2}|unset:"b" -> {"a":1}',
    '{a: {b: 1, c: 2}}|unset:"a.b" -> {"a":{"c":2}}',
    "[1,2,3]|unset:1 -> [1,3]",
    '{a: 1}|unset:"x" -> {"a":1}',
    misnomers=("delete",),
)
def unset(subject: Value, path: Value) -> Value:
    """Take away the entry at a path; nothing changes when there is none."""
    return paths.unset(subject, path)


# ---------------------------------------------------------------- keys and entries


@objects.filter(
    '{a: 1, b: 2}|keys -> ["a","b"]', '["x","y"]|keys -> [0,1]', "null|keys -> []", misnomers=("array_keys",)
)
def keys(subject: Container) -> List:
    """List the keys of an object, or the positions of a list."""
    return list(range(len(subject))) if type(subject) is list else list(subject)


@objects.filter(
    "{a: 1, b: 2}|values -> [1,2]", "null|values -> []", "[1,2]|values -> [1,2]", misnomers=("array_values",)
)
def values_(subject: Container) -> List:
    """List the values of an object, or the elements of a list."""
    return list(values.elements(subject))


@objects.filter(
    '{a: 1}|entries -> [{"key":"a","value":1}]',
    '["x"]|entries -> [{"key":0,"value":"x"}]',
    "null|entries -> []",
    misnomers=("array_entries",),
)
def entries(subject: Container) -> List:
    """List the entries of an object as objects with ``key`` and ``value``."""
    pairs = enumerate(subject) if type(subject) is list else subject.items()
    return [{"key": key, "value": value} for key, value in pairs]


@objects.filter(
    '["a","b"]|create_object:[1,2] -> {"a":1,"b":2}',
    "[]|create_object:[] -> {}",
    '["a"]|create_object:[] -> !Keys and values differ in number: 1 and 0.',
)
def create_object(subject: List, values_: List) -> Object:
    """Make an object of a list of keys and a list of as many values."""
    if len(subject) != len(values_):
        raise Fault(
            "bad-argument",
            f"Keys and values differ in number: {len(subject)} and {len(values_)}.",
            help="give one value for each key",
        )
    return dict(zip(map(values.text, subject), values_, strict=True))


@objects.filter(
    '[{key: "a", value: 1}]|create_object_from_entries -> {"a":1}',
    '[{key: "a", value: 1}, {key: "a", value: 2}]|create_object_from_entries -> {"a":2}',
    '["a"]|create_object_from_entries -> !An entry must be an object with key and value.',
)
def create_object_from_entries(subject: List) -> Object:
    """Make an object of a list of entries with ``key`` and ``value``; of equal keys the last one wins."""
    return dict(map(_entry, subject))


def _entry(entry: Any) -> tuple[str, Any]:
    if not isinstance(entry, dict) or "key" not in entry:
        raise Fault(
            "wrong-type",
            "An entry must be an object with key and value.",
            help=f'this is {values.describe(entry)}; write it as {{"key": "name", "value": 1}}',
        )
    return values.text(entry["key"]), entry.get("value")


@objects.filter('{a: 1, b: 2, c: 3}|pick:["c","a","x"] -> {"c":3,"a":1}', 'null|pick:["a"] -> {}')
def pick(subject: Object, keys: List) -> Object:
    """Keep the listed keys of an object, as far as it has them, in the order of the list."""
    return {key: subject[key] for key in map(values.text, keys) if key in subject}


@objects.filter('{a: 1, b: 2, c: 3}|unpick:["b"] -> {"a":1,"c":3}', '{a: 1}|unpick:["x"] -> {"a":1}')
def unpick(subject: Object, keys: List) -> Object:
    """Drop the listed keys of an object."""
    dropped = set(map(values.text, keys))
    return {key: value for key, value in subject.items() if key not in dropped}


# ---------------------------------------------------------------- the value itself


@objects.filter(
    '|first_notempty:"default" -> "default"',
    '""|first_notempty:"default" -> "default"',
    "5|first_notempty:1 -> 5",
)
def first_notempty(subject: Value, value: Value) -> Value:
    """Give the piped value, or another one when it is empty."""
    return subject if values.truth(subject) else value


@objects.filter(
    "null|first_notnull:0 -> 0", '""|first_notnull:"x" -> ""', "0|first_notnull:1 -> 0", misnomers=("default",)
)
def first_notnull(subject: Value, value: Value) -> Value:
    """Give the piped value, or another one when it is null."""
    return value if subject is None else subject


@objects.filter(
    '"abc"|as:C -> "abc"', '`"abc"|as:C|substr:1:($C|strlen)` -> "bc"', "`[1, 2]|as:all|map:$all` -> [[1,2],[1,2]]"
)
def as_(subject: Value, name: Static) -> Value:
    """Pass the value on unchanged; the rest of the chain may read it under that name."""
    return subject
