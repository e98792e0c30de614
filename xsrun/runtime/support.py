"""What generated code calls: access, updates, errors and calls between functions.

``NAMESPACE`` is the whole vocabulary of generated code beside the builtins of a program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import compress, islice
from sys import getrefcount

from xsrun import paths, values
from xsrun.diagnostics import ERROR_KINDS, INPUT_ERROR, STANDARD, THROWN, Fault, LimitFault
from xsrun.faults import MODULE, fault_of
from xsrun.hints import Any, Final, NoReturn
from xsrun.late import Late
from xsrun.runtime.frame import Run
from xsrun.runtime.secrets import sensitive, texts_in
from xsrun.types.binding import bind
from xsrun.types.fields import Field


class _Unset:
    """A variable that no statement has set yet."""

    def __repr__(self) -> str:
        return "unset"


UNSET: Final = _Unset()
NO_ERROR: Final[dict[str, Any]] = {"code": "", "message": "", "name": "", "result": "", "payload": "", "status": 0}
"""``$error`` while nothing was caught."""
MISSED: Final = (IndexError, KeyError, TypeError)
"""What Python raises where code reads by position and there is no such place."""
MOST_DIGITS: Final = 18
"""Digits of the largest list position that is looked for."""


# ------------------------------------------------------------------ reading


def checked(value: Any, name: str) -> Any:
    """A variable that must be set."""
    if value is UNSET:
        missing_variable(name)
    return value


def missing_variable(name: str) -> NoReturn:
    """The fault of a variable that was never set."""
    raise Fault(
        "missing-variable", f"Missing var entry: {name}", help=f"set it before, e.g. var ${name} {{ value = … }}"
    )


def set_variables(found: dict[str, Any]) -> dict[str, Any]:
    """The variables that are set, of all there are."""
    return {name: value for name, value in found.items() if value is not UNSET}


def member(base: Any, name: str) -> Any:
    """``base.name``, null when there is none."""
    if type(base) is dict:
        return base.get(name)
    if type(base) is list:
        at = digits(name)
        return base[at] if at is not None and at < len(base) else None
    return base.fields().get(name) if isinstance(base, values.Opaque) else None


def digits(text: str) -> int | None:
    """The list position that digits spell; None for any other text, and beyond the end of every list."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def item(base: Any, key: Any) -> Any:
    """``base[key]``, null when there is none; a negative position counts from the end."""
    if type(base) is list:
        at = key if type(key) is int else position(key)
        return base[at] if at is not None and -len(base) <= at < len(base) else None
    if type(base) is dict:
        return base.get(key if type(key) is str else key_text(key))
    return base.fields().get(key_text(key)) if isinstance(base, values.Opaque) else None


def position(key: Any) -> int | None:
    """The list position that a key stands for, None when it stands for none."""
    if isinstance(key, bool) or key is None:
        return int(key or 0)
    if isinstance(key, float):
        return values.truncate(key)
    if isinstance(key, str):
        at = digits(key.removeprefix("-"))
        return -at if at is not None and key.startswith("-") else at
    return key if isinstance(key, int) else None


def key_text(key: Any) -> str:
    """The object key that a value stands for."""
    return str(values.truncate(key)) if isinstance(key, float) else values.text(key)


def member_or_fail(base: Any, name: str, shown: str) -> Any:
    """``base.name``, a fault when there is none."""
    if type(base) is dict and name in base:
        return base[name]
    at = digits(name) if type(base) is list else None
    if at is not None and at < len(base):
        return base[at]
    if isinstance(base, values.Opaque) and name in (fields := base.fields()):
        return fields[name]
    raise missing_path(base, name, shown)


def item_or_fail(base: Any, key: Any, shown: str) -> Any:
    """``base[key]`` with a literal key, a fault when there is none."""
    if type(base) is list:
        at = position(key)
        if at is not None and -len(base) <= at < len(base):
            return base[at]
    elif type(base) is dict and key_text(key) in base:
        return base[key_text(key)]
    elif isinstance(base, values.Opaque) and key_text(key) in (fields := base.fields()):
        return fields[key_text(key)]
    raise missing_path(base, key, shown)


def missing_path(base: Any, key: Any, shown: str) -> Fault:
    """The fault of a plain reference that leads nowhere."""
    what = f"what stands before `{key}` is {values.describe(base)}"
    return Fault("missing-path", f"Unable to locate {shown}", help=f"{what}; read it with `|get:` or `?? null`")


# ------------------------------------------------------------------ changing


def own(value: Any) -> Any:
    """A copy of a list or object that nobody else holds."""
    return value.copy() if isinstance(value, list | dict) else value


def put(container: Any, key: Any, value: Any, owned: bool) -> Any:
    """A list or object with one entry set: the same one when it is owned, else a copy."""
    if type(container) is list:
        at = key if type(key) is int else position(key)
        if at is not None and -len(container) <= at <= len(container):
            changed = container if owned else container.copy()
            if at == len(container):
                changed.append(value)
            else:
                changed[at] = value
            return changed
        container, owned = values.as_object(container), True
    elif container is None:
        container, owned = {}, True
    if type(container) is dict:
        entries = container if owned else container.copy()
        entries[key if type(key) is str else key_text(key)] = value
        return entries
    raise Fault(
        "wrong-type", f"`{key}` cannot be set in {values.describe(container)}", help="set the whole variable first"
    )


def put_path(container: Any, keys: tuple[Any, ...], value: Any, owned: bool) -> Any:
    """The same for a place several steps down; what is missing on the way is created."""
    if len(keys) == 1:
        return put(container, keys[0], value, owned)
    inner = item(container, keys[0])
    return put(container, keys[0], put_path(inner, keys[1:], value, False), owned)


def _rows_refs() -> int:
    """The reference count of a row that only its list and one local hold, as this Python counts it."""
    rows = [[0]]
    row = rows[0]
    return getrefcount(row)


ALONE: Final = _rows_refs()
"""The reference count of a row, seen through one local, that has no other holder than its list."""


def replaced(container: Any, path: Any, value: Any) -> Any:
    """``|set:path:value`` of an owned list or object, owned again: in place where the path is a plain key."""
    if type(container) is dict and type(path) is str and (path.isidentifier() or path.isalnum()):
        container[path] = value
        return container
    if type(container) is list and type(path) is int and 0 <= path < len(container):
        container[path] = value
        return container
    changed = paths.set(container, path, value)
    return own(value) if changed is value else changed


def without(container: Any, at: int) -> Any:
    """A list without the element at a position, or an object without the entry there; null stays null."""
    if type(container) is dict:
        gone = next(islice(container, at, None), None)
        return {key: value for key, value in container.items() if key != gone}
    items = values.array(container)
    return items[:at] + items[at + 1 :] if items else container


# ------------------------------------------------------------------ operators


def or_left(left: Any) -> Any:
    """The result of ``left || …`` when left is true."""
    return left


def or_else(left: Any, right: Any) -> Any:
    """The result of ``left || right`` when left is false: a boolean when both are boolean or null."""
    both = (left is None or isinstance(left, bool)) and (right is None or isinstance(right, bool))
    return bool(right) if both else right


def default(value: Any, other: Any) -> Any:
    """An optional argument: null stands for the default."""
    return other if value is None else value


def optional(convert: Callable[[Any], Any], value: Any, other: Any) -> Any:
    """An optional argument of a class: null stands for the default."""
    return other if value is None else convert(value)


def cast(run: Run, type_name: str, text: str) -> Any:
    """``!type "text"``, read as an input of that type."""
    if type_name in ("array", "object", "any"):
        try:
            return values.loads(text)
        except ValueError:
            raise Fault("wrong-type", f"{text!r} is no {type_name}", kind=INPUT_ERROR) from None
    return bind((Field("value", type_name),), {"value": text}, clock=run.world.clock)["value"]


# ------------------------------------------------------------------ loops and calls


def iterate(value: Any) -> Iterable[Any]:
    """What ``foreach`` goes through: a list, the values of an object, nothing for null."""
    if type(value) is list:
        return value
    if value is None:
        return ()
    if type(value) is dict:
        return list(value.values())
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return value
    raise Fault("wrong-type", "Please use a numerically indexed array.", help=f"this is {values.describe(value)}")


def too_long(run: Run) -> NoReturn:
    """The fault of loops that used up the turns of the run."""
    raise LimitFault(
        "limit-steps",
        "Execution limit exceeded.",
        help=f"loops made {run.limits.turns:,} turns; raise it with --limit",
    )


def sized(run: Run, value: Any) -> Any:
    """A value that may have grown. Raises ``limit-size``."""
    values.demand_size(value, run.items, run.characters)
    return value


def sized_within(run: Run, value: Any) -> Any:
    """A value that came from outside, with all that is in it. Raises ``limit-size``."""
    pending = [value]
    while pending:
        each = pending.pop()
        values.demand_size(each, run.items, run.characters)
        if type(each) is dict:
            pending += each.values()
        elif type(each) is list:
            pending += each
    return value


def too_large(run: Run, text: str) -> str:
    """The fault of a text that was put together of others and is too long now."""
    values.demand_characters(len(text), run.characters)
    return text


def conceal(run: Run, number: int, given: dict[str, Any]) -> None:
    """Have the sensitive inputs of a function not show, as it begins."""
    for field in run.entries[number].sensitive:
        run.world.secrets.add(sensitive((field,), given), f"input {field.name}")


def call_function(run: Run, depth: int, number: int, given: Any) -> Any:
    """Run a function of the program with an object of inputs."""
    return run.call(depth, number, given if type(given) is dict else values.mapping(given))


def too_deep(run: Run) -> NoReturn:
    """The fault of too many calls inside one another."""
    raise LimitFault(
        "limit-depth",
        "Maximum call depth exceeded.",
        help=f"{run.limits.depth:,} calls stand inside one another; look for a recursion without an end",
    )


def calling(call: Callable[[], Any]) -> Any:
    """``function.call``: an error is given back as a value."""
    try:
        return call()
    except (Fault, TypeError) as fault:
        error = caught(fault)
        return {name: error[name] for name in ("code", "name", "message", "payload")}


# ------------------------------------------------------------------ errors


def caught(error: Fault | TypeError) -> dict[str, Any]:
    """``$error`` in a ``catch`` block. Limits of the runner cannot be caught."""
    fault = fault_of(error)
    if isinstance(fault, LimitFault):
        raise fault
    return fault.as_error()


def thrown(name: Any, value: Any) -> Fault:
    """The fault of ``throw``: its message is the value as text."""
    shown = values.to_text(name)
    return Fault("thrown", values.to_text(value), kind=THROWN, name=shown, result=value, payload=value)


def failed(error_type: Any, message: Any, payload: Any) -> Fault:
    """The fault of a ``precondition``."""
    kind = ERROR_KINDS.get(values.to_text(error_type), STANDARD)
    text = "" if isinstance(message, list | dict) else values.to_text(message)
    return Fault(
        kind.error_type if kind is not STANDARD else "precondition",
        text or "Precondition failed.", kind=kind, result=payload, payload=payload,
    )  # fmt: skip


def not_local(name: str, reason: str) -> NoReturn:
    """The fault of a statement that does not run here."""
    raise Fault(
        "not-local", f"`{name}` does not run here: {reason}", help="mock it in a test, or run it on the platform"
    )


def lost_reference(name: str) -> NoReturn:
    """The fault of a statement with an empty name."""
    raise Fault("lost-reference", f"`{name}` names nothing", help="write its name, which the export has lost")


def derived(run: Run, names: str, value: Any) -> Any:
    """A value that was made of secrets of these names, in which they may not be recognised: it must not show either."""
    run.world.secrets.derive(texts_in(value), names)
    return value


def not_mocked(name: str, reason: str) -> NoReturn:
    """The same in a test, which must not pass because of it."""
    raise LimitFault("not-local", f"`{name}` does not run here: {reason}", help="mock it in this test")


_VALUES: Final = (
    "add", "subtract", "multiply", "divide", "modulo", "negate", "span_list", "span_range", "integer", "text",
    "to_text", "truth",
    "elements", "mapping", "equal", "not_equal", "identical", "not_identical", "less", "less_equal", "greater",
    "greater_equal",
)  # fmt: skip

NAMESPACE: Final[dict[str, Any]] = {
    **{name: getattr(values, name) for name in _VALUES},
    **{
        each.__name__: each
        for each in (
            checked, missing_variable, set_variables, member, item, member_or_fail, item_or_fail, own, put, put_path,
            without, replaced, or_left, or_else, default, optional, cast, iterate, too_long, sized, sized_within,
            too_large, conceal, call_function, too_deep, calling, caught, thrown, failed, derived, not_local,
            not_mocked, lost_reference,
        )
    },
    "dict": dict, "list": list, "type": type, "range": range, "compress": compress, "enumerate": enumerate,
    "float": float, "int": int, "str": str, "len": len, "getrefcount": getrefcount, "ALONE": ALONE, "MISSED": MISSED,
    "UNSET": UNSET, "NO_ERROR": NO_ERROR, "Fault": Fault, "TypeError": TypeError,
    "__name__": MODULE,
    "call_attached": Late("xsrun.runtime.surrounding", "call_attached"),
    "start_call": Late("xsrun.runtime.workers", "start_call"),
    "job_result": Late("xsrun.runtime.workers", "job_result"),
    "job_results": Late("xsrun.runtime.workers", "job_results"),
    "raw_input": Late("xsrun.runtime.raw", "raw_input"),
    "render": Late("xsrun.runtime.templates", "render"),
    "scope": Late("xsrun.runtime.expressions", "Scope"),
    "call_query": Late("xsrun.runtime.queries", "call_query"),
}  # fmt: skip
"""Every name that generated code may use."""
