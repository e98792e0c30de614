"""Paths into a value: ``a.b[0]["odd key"][$$.n > 1]``, as get, set, has, unset and the list filters take them.

A path text is a run of names divided by dots, ``[n]`` list positions (negative from the end),
``["any key"]`` and ``[condition]``; ``a..b`` is a name with a dot in it, and ``""`` is the whole value.
Text of any other form is one literal key. A number is a list position or the key of its text. A name
that meets a list stands for that name in each of its elements. Nothing is ever changed in place: new
values share what they did not touch.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final, TypeAlias
from xsrun.late import re
from xsrun.record import NamedTuple

MAX_STEPS: Final = 100
"""A text with more steps is prose, not a path: it is one literal key."""

_MISSING: Final = object()
# Compiled at their first use: most runs have no path to read.
_PLAIN: Final = r'[^.\[\]"]+'
_STEP: Final = (
    r"""(?:\A|(?!\A)\.)(?P<name>[^.\[\]"]+(?:\.\.[^.\[\]"]+)*)"""
    r"""|\[(?:(?P<index>-?[0-9]{1,18})|"(?P<key>[^"]*)"|(?P<condition>(?:"[^"]*"|'[^']*'|[^\[\]"'])+))\]"""
)
_CONDITION: Final = (
    r"""(?s)(?P<this>\$\$|\$this)?\.?(?P<path>[^\s=!<>"'$]*)(?:\s*(?P<operator>[=!]==?|[<>]=?)\s*(?P<literal>\S.*))?"""
)
_POSITION: Final = "0|[1-9][0-9]{0,17}"
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}
_COMPARISONS: Final[dict[str | None, Callable[[Any, Any], bool]]] = {
    "==": values.equal,
    "!=": values.not_equal,
    "===": values.identical,
    "!==": values.not_identical,
    "<": values.less,
    "<=": values.less_equal,
    ">": values.greater,
    ">=": values.greater_equal,
    None: lambda value, _: values.truth(value),
}


class Where(NamedTuple):
    """The step ``[condition]``: it keeps the elements of a list whose value at ``path`` compares so."""

    path: Path
    holds: Callable[[Any, Any], bool]
    literal: Any

    def keeps(self, element: Any) -> bool:
        """Whether the condition holds for an element; a missing value counts as null."""
        found = _walk(element, self.path)
        return self.holds(None if found is _MISSING else found, self.literal)


Step: TypeAlias = str | int | Where
Path: TypeAlias = tuple[Step, ...]


# ---------------------------------------------------------------- the text


@lru_cache(maxsize=1024)
def parse(path: str) -> Path:
    """The steps of a path text: names and keys as text, ``[n]`` as integers, conditions as ``Where``.

    Raises ``bad-argument`` for a condition on ``$$`` that is more than one comparison with a literal.
    """
    if not path:
        return ()
    return (path,) if re.fullmatch(_PLAIN, path) else _read(path) or (path,)


def _read(path: str) -> Path | None:
    steps: list[Step] = []
    step_at = re.compile(_STEP).match
    at = 0
    while at < len(path):
        found = step_at(path, at)
        step = _step(found) if found else None
        if found is None or step is None or len(steps) == MAX_STEPS:
            return None
        steps.append(step)
        at = found.end()
    return tuple(steps)


def _step(found: re.Match[str]) -> Step | None:
    name, index, key, condition = found.group("name", "index", "key", "condition")
    if name is not None:
        return str(name).replace("..", ".")
    if index is not None:
        return int(index)
    return key if key is not None else _where(condition.strip())


def _where(condition: str) -> Where | None:
    found = re.fullmatch(_CONDITION, condition)
    if found and (found["this"] or (found["path"] and found["operator"])):
        literal = _literal((found["literal"] or "null").rstrip())
        if literal is not _MISSING:
            return Where(parse(found["path"]), _COMPARISONS[found["operator"]], literal)
    if "$$" in condition or "$this" in condition:
        raise Fault(
            "bad-argument",
            f"The path condition [{condition}] cannot be read.",
            help="a path takes one comparison with a literal, as in [$$.id == 1]; use |filter: for more",
        )
    return None


def _literal(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > 1 and text[0] in "\"'" and text.find(text[0], 1) == len(text) - 1:
        return text[1:-1]
    number = values.parse_number(text)
    if number is not None:
        return number
    return text if text.isidentifier() else _MISSING


def steps_of(path: Any) -> Path:
    """The steps of a path argument: text is parsed, a number is one name. Raises ``wrong-type`` for a container."""
    if type(path) is str:
        return parse(path)
    if type(path) is int or type(path) is float:
        return (str(values.truncate(path)),)
    return parse(values.text(path))


# ---------------------------------------------------------------- reading


def get(whole: Any, path: Any, default: Any = None) -> Any:
    """The value at a path; ``default`` when a step is missing, or the whole value is null or has no parts.

    A name on a list collects it from every element that has it, lists among them spliced; when no
    element has it, it is missing.
    """
    if type(whole) is dict and type(path) is str and path.isidentifier():
        return whole.get(path, default)
    if type(whole) is list and type(path) is int:
        return whole[path] if 0 <= path < len(whole) else default
    if whole is None:
        return default
    found = _walk(whole, steps_of(path))
    return default if found is _MISSING else found


def has(whole: Any, path: Any) -> bool:
    """Whether a path exists, even if it holds null. On a list only positions do, and conditions that keep any."""
    if type(whole) is dict and type(path) is str and path.isidentifier():
        return path in whole
    return isinstance(whole, list | dict | values.Opaque) and _exists(whole, steps_of(path))


def of_element(path: str) -> Callable[[Any], Any]:
    """The function that reads a path, which may start with ``$$`` or ``$this``, from an element; missing is null."""
    if path in ("", "$$", "$this"):
        return _itself
    inner = path.removeprefix("$this.").removeprefix("$$.")
    return lambda element: get(element, inner)


def _itself(element: Any) -> Any:
    return element


def _walk(value: Any, steps: Path) -> Any:
    for step in steps:
        if isinstance(value, values.Opaque):
            value = value.fields()
        if isinstance(value, dict):
            value = _MISSING if isinstance(step, Where) else value.get(str(step), _MISSING)
        elif isinstance(value, list):
            value = _in_list(value, step)
        else:
            return _MISSING
    return value


def _in_list(items: list[Any], step: Step) -> Any:
    if isinstance(step, Where):
        return [element for element in items if step.keeps(element)]
    index = _position(step, len(items))
    if index is None:
        return _collect(items, str(step))
    return items[index] if 0 <= index < len(items) else _MISSING


def _collect(items: list[Any], name: str) -> Any:
    found: list[Any] = []
    missing = True
    for element in items:
        if isinstance(element, dict) and name in element:
            missing = False
            value = element[name]
            if isinstance(value, list):
                found += value
            else:
                found.append(value)
    return _MISSING if missing else found


def _position(step: str | int, size: int) -> int | None:
    """The list index that a step means, which may be out of range; None for a name that is no number."""
    if isinstance(step, int):
        return step if step >= 0 else size + step
    return int(step) if re.fullmatch(_POSITION, step) else None


def _exists(value: Any, steps: Path) -> bool:
    if not steps:
        return True
    step, rest = steps[0], steps[1:]
    if isinstance(value, values.Opaque):
        value = value.fields()
    if isinstance(value, dict):
        return not isinstance(step, Where) and str(step) in value and _exists(value[str(step)], rest)
    if not isinstance(value, list):
        return False
    if isinstance(step, Where):
        kept = [element for element in value if step.keeps(element)]
        return any(_exists(element, rest) for element in kept) or bool(kept and rest and _exists(kept, rest))
    index = _position(step, len(value))
    return index is not None and 0 <= index < len(value) and _exists(value[index], rest)


# ---------------------------------------------------------------- changing


def set(whole: Any, path: Any, new: Any) -> Any:
    """A copy with ``new`` stored at a path, everywhere that the path leads; see ``update``."""
    if type(whole) is dict and type(path) is str and path.isidentifier():
        return {**whole, path: new}
    if type(whole) is list and type(path) is int and 0 <= path < len(whole):
        copy = whole[:]
        copy[path] = new
        return copy
    return update(whole, path, lambda _: new)


def update(whole: Any, path: Any, change: Callable[[Any], Any]) -> Any:
    """A copy in which ``change`` has made the new value from the old one at a path, null where there was none.

    Missing objects on the way are made. In a list an existing position is replaced and the next one
    appended; a name is looked up in the elements when all are objects; any other key turns the list into an object.
    Raises ``wrong-type`` where the path leads through text, a number or a boolean.
    """
    return _updated(whole, steps_of(path), change)


def _updated(value: Any, steps: Path, change: Callable[[Any], Any]) -> Any:
    if not steps:
        return change(value)
    if value is None:
        value = {} if isinstance(steps[0], str) else []
    if isinstance(value, list):
        return _updated_list(value, steps, change)
    if not isinstance(value, dict):
        raise _no_container(value)
    if isinstance(steps[0], Where):
        return value
    key = str(steps[0])
    return {**value, key: _updated(value.get(key), steps[1:], change)}


def _updated_list(items: list[Any], steps: Path, change: Callable[[Any], Any]) -> Any:
    step, rest = steps[0], steps[1:]
    if isinstance(step, Where):
        return [_updated(element, rest, change) if step.keeps(element) else element for element in items]
    index = _position(step, len(items))
    if index is None and items and all(isinstance(element, dict) for element in items):
        return [_updated(element, steps, change) for element in items]
    if index is None or not 0 <= index <= len(items):
        return _updated(values.as_object(items), steps, change)
    old = items[index] if index < len(items) else None
    return [*items[:index], _updated(old, rest, change), *items[index + 1 :]]


def unset(whole: Any, path: Any) -> Any:
    """A copy without the entry at a path; the value itself when there is none. A list closes the gap.

    Raises ``wrong-type`` when the whole value is text, a number or a boolean.
    """
    if whole is not None and not isinstance(whole, list | dict):
        raise _no_container(whole)
    return _without(whole, steps_of(path))


def _without(value: Any, steps: Path) -> Any:
    if steps and isinstance(value, list):
        return _without_in_list(value, steps)
    if not (steps and isinstance(value, dict)) or isinstance(steps[0], Where):
        return value
    key, rest = str(steps[0]), steps[1:]
    if key not in value:
        return value
    copy = dict(value)
    if rest:
        copy[key] = _without(copy[key], rest)
    else:
        del copy[key]
    return copy


def _without_in_list(items: list[Any], steps: Path) -> list[Any]:
    step, rest = steps[0], steps[1:]
    if isinstance(step, Where):
        if not rest:
            return [element for element in items if not step.keeps(element)]
        return [_without(element, rest) if step.keeps(element) else element for element in items]
    index = _position(step, len(items))
    if index is None:
        return [_without(element, steps) if isinstance(element, dict) else element for element in items]
    if not 0 <= index < len(items):
        return items
    kept = [_without(items[index], rest)] if rest else []
    return [*items[:index], *kept, *items[index + 1 :]]


def _no_container(value: Any) -> Fault:
    return Fault(
        "wrong-type",
        "Value must be an object.",
        help=f"a path leads through objects and lists only; this is {values.describe(value)}",
    )
