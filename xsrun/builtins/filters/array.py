"""Filters that read the ends of a list, grow it, cut it and put lists together."""

from __future__ import annotations

from xsrun import paths, values
from xsrun.builtins.registry import Container, Elements, Group, Int, List, Text, Value
from xsrun.effects.ports import World
from xsrun.hints import Any

array = Group("array")


@array.filter(
    "[1,2,3]|count -> 3",
    "{a: 1, b: 2}|count -> 2",
    "null|count -> 0",
    '"abc"|count -> !Value must be an array.',
    misnomers=("length", "len", "size"),
)
def count(subject: Container) -> int:
    """Count the elements of a list or the keys of an object."""
    return len(subject)


@array.filter(
    "[1,2,3]|first -> 1", "[]|first -> null", "{a: 7, b: 8}|first -> 7", "5|first -> !Value must be an array."
)
def first(subject: Elements) -> Value:
    """Give the first element of a list or the first value of an object, null when there is none."""
    return subject[0] if subject else None


@array.filter("[1,2,3]|last -> 3", "null|last -> null", "{a: 7, b: 8}|last -> 8")
def last(subject: Elements) -> Value:
    """Give the last element of a list or the last value of an object, null when there is none."""
    return subject[-1] if subject else None


@array.filter("[1,2,3]|pop -> 3", "[]|pop -> null", misnomers=("array_pop",))
def pop(subject: List) -> Value:
    """Give the last element of a list, null when it is empty.

    The list itself stays as it is; the statement ``array.pop`` takes the element away.
    """
    return subject[-1] if subject else None


@array.filter("[1,2,3]|shift -> 1", "[]|shift -> null", misnomers=("array_shift",))
def shift(subject: List) -> Value:
    """Give the first element of a list, null when it is empty.

    The list itself stays as it is; the statement ``array.shift`` takes the element away.
    """
    return subject[0] if subject else None


@array.filter(
    "[1,2]|push:3 -> [1,2,3]",
    "[1]|push:[2] -> [1,[2]]",
    "null|push:1 -> [1]",
    "{a: 1}|push:2 -> !Value must be an array.",
    misnomers=("array_push",),
)
def push(subject: List, value: Value) -> List:
    """Add one element at the end of a list."""
    return [*subject, value]


@array.filter("[1,2]|unshift:0 -> [0,1,2]", "null|unshift:1 -> [1]", misnomers=("array_unshift",))
def unshift(subject: List, value: Value) -> List:
    """Add one element at the front of a list."""
    return [value, *subject]


@array.filter(
    "[1,2,3]|append:4 -> [1,2,3,4]",
    '{a: {b: [1]}}|append:2:"a.b" -> {"a":{"b":[1,2]}}',
    '{}|append:1:"tags" -> {"tags":[1]}',
    '{a: 5}|append:1:"a" -> !Value must be an array.',
)
def append(subject: Container, value: Value, path: Text = "") -> Container:
    """Add one element at the end of a list, or of the list at a path, which is made when missing."""
    return paths.update(subject, path, lambda items: [*values.array(items), value])


@array.filter(
    "[1,2,3]|prepend:0 -> [0,1,2,3]",
    '{a: [2]}|prepend:1:"a" -> {"a":[1,2]}',
    "null|prepend:1 -> [1]",
)
def prepend(subject: Container, value: Value, path: Text = "") -> Container:
    """Add one element at the front of a list, or of the list at a path, which is made when missing."""
    return paths.update(subject, path, lambda items: [value, *values.array(items)])


@array.filter(
    "[1,2,3,4]|slice:1:2 -> [2,3]",
    "[1,2,3,4]|slice:-2 -> [3,4]",
    "[1,2,3,4]|slice:1:-1 -> [2,3]",
    "[1,2]|slice:5:1 -> []",
    '{a: 1, b: 2}|slice:1 -> {"b":2}',
    misnomers=("array_slice",),
)
def slice_(subject: Container, offset: Int = 0, length: Int | None = None) -> Container:
    """Skip the first elements and take as many as wanted; a negative number counts from the end.

    ``length`` is a number of elements, not a position: a negative one stops that many before the end,
    and without it the rest is taken. An object keeps its keys.
    """
    size = len(subject)
    start = max(0, size + offset) if offset < 0 else offset
    wanted = size if length is None else length
    stop = start + wanted if wanted >= 0 else max(0, size + wanted)
    if type(subject) is list:
        return subject[start:stop]
    return dict(list(subject.items())[start:stop])


@array.filter(
    "[1,2,3]|reverse -> [3,2,1]",
    '{a: 1, b: 2}|reverse|keys -> ["b","a"]',
    '"abc"|reverse -> !Value must be an array.',
    misnomers=("array_reverse",),
)
def reverse(subject: Container) -> Container:
    """Turn a list round; an object keeps its keys, in reversed order."""
    return subject[::-1] if type(subject) is list else dict(reversed(subject.items()))


@array.filter(
    "[1,2]|merge:[3,4] -> [1,2,3,4]",
    '{a: 1, b: 2}|merge:{b: 3} -> {"a":1,"b":3}',
    '["x"]|merge:{a: 1} -> {"0":"x","a":1}',
    '{a: 1}|merge:null -> {"a":1}',
    "[1]|merge:2 -> !Value must be an array.",
    misnomers=("array_merge",),
)
def merge(subject: Container, value: Container) -> Container:
    """Put two lists one after the other, or unite two objects, the right one winning.

    A list that meets an object counts as the object of its positions; an empty side adds nothing.
    """
    if type(subject) is list and type(value) is list:
        return [*subject, *value]
    if not value:
        return subject.copy()
    if not subject:
        return value.copy()
    return {**values.as_object(subject), **values.as_object(value)}


@array.filter(
    '{a: {b: 1}}|merge_recursive:{a: {c: 2}} -> {"a":{"b":1,"c":2}}',
    '{a: 1}|merge_recursive:{a: 2} -> {"a":[1,2]}',
    '{a: [1]}|merge_recursive:{a: [2]} -> {"a":[1,2]}',
    misnomers=("array_merge_recursive",),
)
def merge_recursive(subject: Container, value: Container) -> Container:
    """Unite two objects and, under equal keys, what they hold; two scalars become a list of both."""
    merged = merge(subject, value)
    if type(merged) is dict and subject and value:
        ours, theirs = values.as_object(subject), values.as_object(value)
        for key in ours.keys() & theirs.keys():
            merged[key] = merge_recursive(_holding(ours[key]), _holding(theirs[key]))
    return merged


def _holding(value: Any) -> Any:
    return value if isinstance(value, list | dict) else [value]


@array.filter(
    "[1,[2,3],[[4,5]]]|flatten -> [1,2,3,4,5]",
    "[{a: 1, b: [2]}, 3]|flatten -> [1,2,3]",
    "[]|flatten -> []",
)
def flatten(subject: Elements) -> List:
    """Give all scalar values in a list, however deep they lie in lists and objects, as one flat list."""
    found: list[Any] = []
    pending = [iter(subject)]
    while pending:
        for element in pending[-1]:
            if isinstance(element, list | dict):
                pending.append(iter(values.elements(element)))
                break
            found.append(element)
        else:
            pending.pop()
    return found


@array.filter("12|safe_array -> [12]", "[1,2]|safe_array -> [1,2]", "null|safe_array -> [null]")
def safe_array(subject: Value) -> List:
    """Give a list as it is, and anything else as a list of that one element."""
    return subject if type(subject) is list else [subject]


@array.filter("[1,2,3]|shuffle|count -> 3", "[]|shuffle -> []", misnomers=("array_shuffle",))
def shuffle(world: World, subject: List) -> List:
    """Put the elements of a list in random order."""
    shuffled = list(subject)
    for i in range(len(shuffled) - 1, 0, -1):
        j = world.random.integer(0, i)
        shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
    return shuffled


@array.filter(
    '"v"|fill:0:3 -> ["v","v","v"]',
    '"v"|fill:2:2 -> {"2":"v","3":"v"}',
    '|fill:2:"x" -> ["x","x"]',
    '"v"|fill:0:0 -> []',
    misnomers=("array_fill",),
)
def fill(subject: Value, start: Int, count: Value) -> Container:
    """Repeat the piped value a number of times, from a first position on.

    From position 0 the result is a list, from any other an object with the positions as keys. Without
    a piped value, or with a second argument that is no number, the arguments are count and value.
    """
    if subject is None or not _is_number(count):
        return _repeated(count, start)
    copies = _repeated(subject, values.integer(count))
    return copies if start == 0 or not copies else {str(start + i): item for i, item in enumerate(copies)}


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) or (type(value) is str and values.parse_number(value) is not None)


def _repeated(value: Any, times: int) -> list[Any]:
    values.demand_items(times)
    return [value] * times


@array.filter(
    '"k"|fill_keys:["a","b"] -> {"a":"k","b":"k"}',
    '["a","c"]|fill_keys:{a: 1, b: 2} -> {"a":1,"c":null}',
    "1|fill_keys:[] -> {}",
    misnomers=("array_fill_keys",),
)
def fill_keys(subject: Value, keys: Container) -> dict[str, Any]:
    """Make an object that holds the piped value under each of the keys.

    With a list of keys piped and an object as argument, the values of the object are taken, null where it has none.
    """
    if type(keys) is dict:
        return {key: keys.get(key) for key in map(values.text, values.array(subject))}
    return {values.text(key): subject for key in keys}


@array.filter(
    "|range:1:5 -> [1,2,3,4,5]",
    "|range:3:1 -> [3,2,1]",
    '|range:"a":2 -> !Not numeric.',
)
def range_(subject: Value, start: Int, stop: Int) -> List:
    """List the integers from start to stop, both included, downwards when start is the larger."""
    return values.span_list(start, stop)
