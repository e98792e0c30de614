"""What filters make of a value of which something is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from xsrun import values
from xsrun.builtins import registry as kinds
from xsrun.builtins.catalogue import registry
from xsrun.contracts.known import (
    ANY,
    NULL,
    UNKNOWN,
    Choice,
    Entry,
    Items,
    Known,
    Record,
    Something,
    Text,
    alternatives,
    choice,
    concat,
    constant,
    exact,
    join,
    kinds_of,
    member,
    merged,
    put,
    taken,
    weight,
)
from xsrun.diagnostics import Fault

Change = Callable[[Known, Sequence[Known]], Known | None]
"""From what is known of the subject and the arguments; None when nothing can be said but the kind."""
Drops = Callable[[Any], bool]

TEXT: Final = frozenset({"text"})
ENCODED: Final = "|url_encode"
"""Stands behind the name of a text that surely is one step of a path."""

RETURNED: Final[Mapping[Any, frozenset[str]]] = {
    kinds.TEXT: TEXT,
    kinds.NUMBER: frozenset({"number"}),
    kinds.INT: frozenset({"number"}),
    kinds.BOOL: frozenset({"boolean"}),
    kinds.LIST: frozenset({"list"}),
    kinds.OBJECT: frozenset({"object"}),
}
"""What filters give, by the class that their record names."""

SAMPLES: Final[Mapping[str, Any]] = {
    "text": "", "number": 0, "boolean": False, "object": {}, "list": [], "null": None,
}  # fmt: skip
"""Of each kind the value that filters are most likely to drop."""

FOLDED: Final = frozenset({"to_lower", "to_upper", "capitalize", "replace", "trim", "ltrim", "rtrim", "json_decode"})
"""Filters that are applied to values which are known whole."""
LIGHT: Final = 100
"""What these may weigh together: filters can make much of little."""


def changed(name: str, subject: Known, arguments: Sequence[Known]) -> Known:
    """What a filter of that name makes of a value."""
    change = CHANGES.get(name)
    result = change(subject, arguments) if change else None
    if result is None and name in FOLDED:
        result = _folded(name, subject, arguments)
    return result if result is not None else _some(name)


def _some(name: str) -> Known:
    filters = registry().filters
    if name not in filters:
        return UNKNOWN
    returns = filters[name].returns
    marks = (kinds.TEXT if returns is str else None, *getattr(returns, "__metadata__", ()))
    return Something(next((RETURNED[mark] for mark in marks if mark in RETURNED), ANY))


def _folded(name: str, subject: Known, arguments: Sequence[Known]) -> Known | None:
    given = [exact(each) for each in (subject, *arguments)]
    if not all(known for known, _ in given) or sum(map(weight, (subject, *arguments))) > LIGHT:
        return None
    record = registry().filters[name]
    params = (record.subject, *record.params)
    try:
        converted = [
            param.kind.convert(value) if param.kind.convert else value
            for param, (_, value) in zip(params, given, strict=False)
        ]
        return constant(record.function(*converted), subject.at)
    except Fault:
        return None


def _is_null(value: Any) -> bool:
    return value is None


def _is_empty(value: Any) -> bool:
    return not values.truth(value)


def _path(value: Known) -> tuple[str, ...] | None:
    known, path = exact(value)
    return tuple(path.split(".")) if known and isinstance(path, str) and path else None


# ------------------------------------------------------------------ objects


def _set(subject: Known, arguments: Sequence[Known], sure: bool = True) -> Known | None:
    path = _path(arguments[0]) if len(arguments) > 1 else None
    if path is None:
        return _opened(subject)
    return put(subject, path, arguments[1], sure)


def _opened(subject: Known) -> Known:
    """An object of which any property may have changed."""
    if isinstance(subject, Record):
        return Record({name: Entry(UNKNOWN, each.sure) for name, each in subject.entries.items()}, False, subject.at)
    return UNKNOWN


def _set_unless(drops: Drops) -> Change:
    """A filter that sets a property unless the value is one that it drops."""

    def change(subject: Known, arguments: Sequence[Known]) -> Known | None:
        if len(arguments) != 2:
            return None
        dropped = _dropped(arguments[1], drops)
        return subject if dropped else _set(subject, arguments, sure=dropped is False)

    return change


def _set_conditional(subject: Known, arguments: Sequence[Known]) -> Known | None:
    condition = exact(arguments[2])[1] if len(arguments) > 2 else None
    return subject if condition is False else _set(subject, arguments, sure=condition is True)


def _unset(subject: Known, arguments: Sequence[Known]) -> Known | None:
    path = _path(arguments[0]) if arguments else None
    return _opened(subject) if path is None else taken(subject, path)


def _get(subject: Known, arguments: Sequence[Known]) -> Known | None:
    path = _path(arguments[0]) if arguments else None
    if path is None:
        return UNKNOWN
    for name in path:
        subject = member(subject, name)
    if len(arguments) > 1 and subject == NULL:
        return arguments[1]
    return subject if len(arguments) < 2 else join(subject, arguments[1])


def _merge(subject: Known, arguments: Sequence[Known]) -> Known | None:
    if any(kinds_of(each) != {"object"} for each in alternatives(subject)):
        return UNKNOWN  # lists are merged in another way
    return merged((subject, *arguments), subject.at)


def _without(drops: Drops) -> Change:
    """A filter that leaves out the properties whose values it drops."""

    def change(subject: Known, arguments: Sequence[Known]) -> Known | None:
        if arguments or not isinstance(subject, Record):
            return None
        entries = {
            name: Entry(each.value, each.sure and dropped is False)
            for name, each in subject.entries.items()
            if not (dropped := _dropped(each.value, drops))
        }
        return replace(subject, entries=entries)

    return change


def _dropped(value: Known, drops: Drops) -> bool | None:
    """Whether a filter drops a value, None when that depends on the run."""
    known, given = exact(value)
    if known:
        return drops(given)
    if isinstance(value, Something):
        return None if not value.kinds or any(drops(SAMPLES[kind]) for kind in value.kinds) else False
    if isinstance(value, Text):
        return False if value.start or not drops("") else None
    if isinstance(value, Record | Items):
        inside = value.entries.values() if isinstance(value, Record) else value.entries
        return (
            False if any(each.sure for each in inside) or not drops({} if isinstance(value, Record) else []) else None
        )
    return None


def _push(subject: Known, arguments: Sequence[Known]) -> Known | None:
    if subject == NULL:
        subject = Items(())
    if not isinstance(subject, Items) or len(arguments) != 1:
        return Something(frozenset({"list"}))
    return replace(subject, entries=(*subject.entries, Entry(arguments[0])))


# ------------------------------------------------------------------ texts


def _concat(subject: Known, arguments: Sequence[Known]) -> Known | None:
    return concat((subject, *arguments[1:2], *arguments[:1]), subject.at)


def _as_text(subject: Known, arguments: Sequence[Known]) -> Known | None:
    """What changes nothing that is looked at here: blanks at the ends, or an escape of odd characters."""
    if isinstance(subject, Text | Choice):
        return None if exact(subject)[0] else subject
    return Something(TEXT, subject.name, subject.at) if isinstance(subject, Something) else None


def _escaped(subject: Known, arguments: Sequence[Known]) -> Known | None:
    known, text = exact(subject)
    if known and isinstance(text, str) and text.isalnum():
        return subject
    return Something(
        TEXT, f"{subject.name}|url_encode" if isinstance(subject, Something) else "|url_encode", subject.at
    )


def _joined(subject: Known, arguments: Sequence[Known]) -> Known | None:
    if not isinstance(subject, Items) or not subject.closed or not all(each.sure for each in subject.entries):
        return None
    parts: list[Known] = []
    for each in subject.entries:
        parts += [*(arguments[:1] if parts else ()), each.value]
    return concat(parts, subject.at)


def _filled(subject: Known, marks: Sequence[tuple[str, Known]]) -> Known | None:
    """A text with values in place of marks, each at its first place."""
    known, text = exact(subject)
    if not known or not isinstance(text, str):
        return None
    parts: list[Known] = []
    for mark, value in marks:
        before, found, text = text.partition(mark)
        if not found:
            return None
        parts += [constant(before), value]
    return concat((*parts, constant(text)), subject.at)


def _sprintf(subject: Known, arguments: Sequence[Known]) -> Known | None:
    known, text = exact(subject)
    if (
        not known
        or not isinstance(text, str)
        or text.count("%") != text.count("%s")
        or text.count("%s") != len(arguments)
    ):
        return None
    return _filled(subject, [("%s", each) for each in arguments])


def _replace(subject: Known, arguments: Sequence[Known]) -> Known | None:
    if len(arguments) != 2 or all(exact(each)[0] for each in (subject, *arguments)):
        return None
    known, mark = exact(arguments[0])
    if known and isinstance(mark, str) and mark and exact(subject)[0]:
        return _filled(subject, [(mark, arguments[1])] * str(exact(subject)[1]).count(mark))
    return Something(TEXT, subject.name, subject.at) if isinstance(subject, Something) else None


def _encode(subject: Known, arguments: Sequence[Known]) -> Known | None:
    return Something(TEXT, at=subject.at, encodes=subject)


# ------------------------------------------------------------------ choices


def _first(drops: Drops) -> Change:
    """A filter that gives its argument in place of what it drops."""

    def change(subject: Known, arguments: Sequence[Known]) -> Known | None:
        dropped = [_dropped(each, drops) for each in alternatives(subject)]
        kept = [each for each, drop in zip(alternatives(subject), dropped, strict=True) if not drop]
        return subject if all(drop is False for drop in dropped) else choice((*kept, *arguments))

    return change


CHANGES: Final[Mapping[str, Change]] = {
    "set": _set,
    "set_ifnotempty": _set_unless(_is_empty),
    "set_ifnotnull": _set_unless(_is_null),
    "set_conditional": _set_conditional,
    "unset": _unset,
    "get": _get,
    "merge": _merge,
    "filter_null": _without(_is_null),
    "filter_empty": _without(_is_empty),
    "filter_empty_text": _without(lambda value: value == ""),
    "filter_empty_array": _without(lambda value: value == []),
    "filter_empty_object": _without(lambda value: value == {}),
    "push": _push,
    "append": _push,
    "concat": _concat,
    "trim": _as_text,
    "ltrim": _as_text,
    "rtrim": _as_text,
    "to_text": lambda subject, _: concat((subject,), subject.at),
    "url_encode": _escaped,
    "url_encode_rfc3986": _escaped,
    "join": _joined,
    "sprintf": _sprintf,
    "replace": _replace,
    "json_encode": _encode,
    "first_notnull": _first(_is_null),
    "first_notempty": _first(_is_empty),
}
"""Filters that keep what is known; the others give something of the kind that their record names."""
