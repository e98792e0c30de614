"""What can be wrong with a declared field, found before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xsrun.diagnostics import Fault, nearest
from xsrun.hints import Any, Final
from xsrun.record import NamedTuple
from xsrun.types.binding import compile_binder
from xsrun.types.fields import ABSENT, Field, FilterCall
from xsrun.types.filters import InputFilter, allowed_filters, find_filter
from xsrun.types.table import DBLINK, MISNOMERS, TYPES

ATTRIBUTES: Final = (
    "description",
    "sensitive",
    "table",
    "values",
    "schema",
    "visibility",
    "override",
    "size",
)
"""What may stand between the braces of a field."""


class Finding(NamedTuple):
    """One fault of a field."""

    code: str
    message: str
    help: str = ""
    severity: str = "error"
    instead: str = ""
    """The type to write in place of a wrong one, when only one can be meant."""


class _Epoch:
    """A clock for trying defaults out."""

    def now(self) -> int:
        """The first instant."""
        return 0


def check_field(field: Field, *, column: bool = False) -> list[Finding]:
    """Everything wrong with one field itself, its children aside; ``column`` for a field of a table."""
    if field.type == DBLINK:
        return [_not_in_tables(field)] if column else []
    kind = TYPES.get(field.type)
    if kind is None:
        return [_unknown_type(field)]
    found = [*_attributes(field), *_bounds(field), *_values(field), *_schema(field)]
    if column and not kind.in_tables:
        found.append(_not_in_tables(field))
    for call in field.filters:
        found.extend(_filter(field, call))
    return found if found else list(_default(field))


def check_fields(fields: Iterable[Field], *, column: bool = False) -> list[tuple[Field, Finding]]:
    """Everything wrong with fields and their children, duplicate names included, each with its field."""
    found: list[tuple[Field, Finding]] = []
    seen: set[str] = set()
    for field in fields:
        if field.name in seen:
            found.append((field, Finding("duplicate-name", f"Field '{field.name}' is declared twice", "rename one")))
        seen.add(field.name)
        found.extend((field, each) for each in check_field(field, column=column))
        found.extend(check_fields(field.children, column=column))
    return found


def _not_in_tables(field: Field) -> Finding:
    instead = "write the columns out" if field.type == DBLINK else "use attachment, image, video or audio"
    return Finding("wrong-type", f"Type '{field.type}' is for inputs only", instead)


def _unknown_type(field: Field) -> Finding:
    message, folded = f"Unknown type '{field.type}'", field.type.lower()
    instead = MISNOMERS.get(folded, folded if folded in TYPES else "")
    if instead == "type[]":
        help = f"put brackets behind the type of the elements, e.g. text[] {field.name}"
        return Finding("unknown-type", message, help)
    right = instead or nearest(field.type, (*TYPES, DBLINK))
    help = f"write {right} {field.name}" if right else f"the types are {' '.join(TYPES)}"
    return Finding("unknown-type", message, help, instead=instead)


def _attributes(field: Field) -> Iterator[Finding]:
    for name in field.attributes:
        if name not in ATTRIBUTES:
            guess = nearest(name, ATTRIBUTES)
            help = f"write {guess}" if guess else f"a field takes {', '.join(ATTRIBUTES)}"
            yield Finding("unknown-attribute", f"Unknown attribute '{name}' of a field", help)


def _bounds(field: Field) -> Iterator[Finding]:
    low, high = field.low or 0, field.high
    if low < 0:
        yield Finding("bad-bounds", "Array slice start index cannot be negative", "write [0:…] or [:…]")
    elif high is not None and high < low:
        help = f"write [{max(high, 0)}:{low}]" if high >= 0 else "the bounds count elements, from 0 on"
        yield Finding("bad-bounds", "Array slice end index cannot be less than start index", help)


def _values(field: Field) -> Iterator[Finding]:
    words = field.attributes.get("values")
    if field.type == "enum" and not (isinstance(words, list | tuple) and words):
        help = f'write enum {field.name} {{ values = ["a", "b"] }}'
        yield Finding("missing-argument", f"Enum '{field.name}' has no values", help)


def _schema(field: Field) -> Iterator[Finding]:
    if field.type == "object" and not (field.children or field.attributes):
        help = f"write json {field.name} for any object, or object {field.name} {{ schema {{ … }} }}"
        yield Finding("missing-schema", f"Object '{field.name}' has no schema", help)
    if field.type == "object" and field.nullable:
        help = f"write json {field.name}, or mark the name: object {field.name}?"
        yield Finding("not-portable", "The platform does not take nullable objects", help, "warning")


def _filter(field: Field, call: FilterCall) -> Iterator[Finding]:
    if call.disabled:
        return
    found = find_filter(call.name, field)
    if found is None:
        yield _not_allowed(field, call)
    else:
        yield from _arguments(field, call, found)


def _not_allowed(field: Field, call: FilterCall) -> Finding:
    names = allowed_filters(field)
    guess = nearest(call.name, names)
    listing = f"{field.type} takes {' '.join(names)}" if names else f"{field.type} takes no filters"
    message = f"Filter '{call.name}' cannot be applied to input of type '{field.type}'"
    return Finding("wrong-filter", message, f"write {guess}" if guess else listing)


def _arguments(field: Field, call: FilterCall, found: InputFilter) -> Iterator[Finding]:
    usage = ":".join((call.name, *(f"<{each}>" for each in found.params)))
    if len(call.args) < found.required:
        yield Finding(
            "missing-argument", f"Filter '{call.name}' needs {found.params[len(call.args)]}", f"write {usage}"
        )
        return
    if len(call.args) > len(found.params):
        yield Finding("bad-argument", f"Filter '{call.name}' takes {len(found.params)} arguments", f"write {usage}")
        return
    try:
        _try(field._replace(filters=(call,), low=None, high=None), found.examples[0].given)
    except Fault as fault:
        if fault.code == "not-numeric":
            yield Finding("bad-argument", f"Filter '{call.name}' needs a number", f"write {call.name}:3")
        elif fault.code != "input-error":
            yield Finding(fault.code, fault.message, fault.help)


def _try(field: Field, value: Any) -> None:
    compile_binder((field._replace(default=ABSENT, attributes={}, children=()),))({field.name: value}, _Epoch())


def _default(field: Field) -> Iterator[Finding]:
    if field.default is ABSENT:
        return
    if field.default is None:
        help = f"write {field.type} {field.name}? alone: it is null when omitted"
        yield Finding("bad-default", "A default cannot be null", help)
    elif not TYPES[field.type].takes_default:
        yield Finding("bad-default", f"Type '{field.type}' takes no default", f"write {field.type} {field.name}?")
    else:
        try:
            compile_binder((field._replace(optional=True),))({}, _Epoch())
        except Fault as fault:
            help = f"{field.type} takes {TYPES[field.type].accepts}"
            yield Finding("bad-default", f"The default of '{field.name}' is refused: {fault.message}", help)
