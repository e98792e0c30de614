"""Binding: from the fields of a declaration to a function that turns what a call gives into its inputs.

A binder is made once per declaration and runs at every call, so everything that depends on the
declaration alone is decided here: which checks run, what null and ``""`` mean, what stands for an
absent value. Values that are already of a plain type pass without a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from xsrun import values
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.record import NamedTuple
from xsrun.types.coerce import Coerce, decoded
from xsrun.types.demands import Check, fewest_items, most_items
from xsrun.types.fields import ABSENT, Field, Instant, Reject, missing
from xsrun.types.table import TYPES

Binder = Callable[[Mapping[str, Any], Instant], dict[str, Any]]
Stand = Callable[[Instant], Any]
"""Gives the value that stands for an absent one."""

_filter_checks: Callable[[Field], tuple[tuple[Check, ...], tuple[Check, ...]]] = Late(
    "xsrun.types.filters", "field_checks"
)

_CLOCKED: Final = frozenset({"int", "decimal", "timestamp"})
"""Types whose default ``now`` is the time of the call as it is; a date is made of it."""


def bind(fields: Iterable[Field], given: Mapping[str, Any], *, clock: Instant) -> dict[str, Any]:
    """The inputs of one call, by name, in the order of the fields; unknown keys of ``given`` are ignored.

    Raises the fault ``input-error`` (status 400, payload ``{"param": path}``) for the first field that
    does not take its value.
    """
    return compile_binder(fields)(given, clock)


def compile_binder(fields: Iterable[Field], *, zero_omitted: bool = False) -> Binder:
    """A function ``(given, clock) -> inputs`` that binds as ``bind`` does, made for these fields.

    The fields must have passed ``check_field``. With ``zero_omitted`` an omitted optional input without
    a default is the zero value of its type instead of null.
    """
    members = _members(fields, zero_omitted)

    def binder(given: Mapping[str, Any], clock: Instant) -> dict[str, Any]:
        try:
            return members(given, clock)
        except Reject as reject:
            raise reject.fault() from None

    return binder


def field_binders(fields: Iterable[Field]) -> tuple[Callable[[Any, Instant], Any], ...]:
    """A function ``(value, clock) -> input`` for every field, for a value that is given."""
    return tuple(map(_field_binder, fields))


def _field_binder(field: Field) -> Callable[[Any, Instant], Any]:
    present = _step(field, False).present

    def binder(value: Any, clock: Instant) -> Any:
        try:
            return present(value, clock)
        except Reject as reject:
            raise reject.inside(field.name).fault() from None

    return binder


class _Step(NamedTuple):
    """How one field is bound."""

    name: str
    plain: type | None
    """Values of exactly this class are taken as they are …"""
    falsy: bool
    """… also when they are 0, false or empty."""
    present: Coerce
    absent: Stand


def _members(fields: Iterable[Field], zero_omitted: bool) -> Binder:
    steps = tuple(_step(field, zero_omitted) for field in fields)

    def members(given: Mapping[str, Any], clock: Instant) -> dict[str, Any]:
        bound = {}
        get = given.get
        name = ""
        try:
            for name, plain, falsy, present, absent in steps:
                value = get(name, ABSENT)
                if type(value) is plain and (falsy or value):
                    bound[name] = value
                elif value is ABSENT:
                    bound[name] = absent(clock)
                else:
                    bound[name] = present(value, clock)
        except Reject as reject:
            raise reject.inside(name) from None
        return bound

    return members


def _step(field: Field, zero_omitted: bool) -> _Step:
    kind = TYPES[field.type]
    convert = _conversion(field, zero_omitted)
    absent = _absent(field, convert, zero_omitted)
    null = _null if field.nullable or (kind.nullable and not field.is_list) else absent
    plain = None if field.is_list else _plain(field)
    return _Step(field.name, plain, not kind.textual, _present(field, convert, null), absent)


def _null(_clock: Instant) -> None:
    return None


def _absent(field: Field, convert: Coerce, zero_omitted: bool) -> Stand:
    default = field.default
    if default is ABSENT:
        return _undeclared(field, zero_omitted)
    if default == "now" and field.type in _CLOCKED:
        return lambda clock: clock.now()
    if type(default) is TYPES[field.type].plain and not field.is_list:
        return lambda _clock: default
    unfiltered = _conversion(field._replace(filters=()), zero_omitted) if field.filters else convert
    return lambda clock: unfiltered(default, clock)


def _undeclared(field: Field, zero_omitted: bool) -> Stand:
    if not field.optional:
        return _refuse
    if not zero_omitted or field.nullable:
        return _null
    zero = [] if field.is_list else TYPES[field.type].zero
    return lambda _clock: zero


def _refuse(_clock: Instant) -> Any:
    raise missing()


def _present(field: Field, convert: Coerce, null: Stand) -> Coerce:
    kind = TYPES[field.type]
    blank = "" if not field.is_list else ABSENT
    needed = kind.textual and not field.may_be_omitted
    empty = kind.empty if field.may_be_omitted or field.nullable else ABSENT

    def present(value: Any, clock: Instant) -> Any:
        if value is None:
            return null(clock)
        if value == blank:
            if needed:
                raise missing()
            if empty is not ABSENT:
                return empty
        return convert(value, clock)

    return present


def _conversion(field: Field, zero_omitted: bool) -> Coerce:
    single = _single(field, zero_omitted)
    return _many(field, single) if field.is_list else single


def _single(field: Field, zero_omitted: bool) -> Coerce:
    """The conversion of a value that is not null, or of one element of a list."""
    kind = TYPES[field.type]
    coerce = _object(kind.coerce, field, zero_omitted) if field.children else kind.coerce
    checks, _ = _checks(field)
    if checks and kind.textual:
        checks = (values.to_text, *checks)
    if kind.verify:
        checks = (*checks, kind.verify(field))
    if not checks:
        return coerce

    def checked(value: Any, clock: Instant) -> Any:
        value = coerce(value, clock)
        for check in checks:
            value = check(value)
        return value

    return checked


def _object(coerce: Coerce, field: Field, zero_omitted: bool) -> Coerce:
    members = _members(field.children, zero_omitted)
    return lambda value, clock: members(coerce(value, clock), clock)


def _many(field: Field, single: Coerce) -> Coerce:
    elements = _elements(TYPES[field.type].nullable, single)
    checks = _count_checks(field)
    plain = {_plain(field)}

    def many(value: Any, clock: Instant) -> Any:
        items = decoded(value)
        if not isinstance(items, list):
            items = [value]
        if set(map(type, items)) - plain:
            items = elements(items, clock)
        for check in checks:
            items = check(items)
        return items

    return many


def _elements(nullable: bool, single: Coerce) -> Callable[[list[Any], Instant], list[Any]]:
    def element(value: Any, clock: Instant) -> Any:
        if value is not None:
            return single(value, clock)
        if nullable:
            return None
        raise missing()

    def elements(items: list[Any], clock: Instant) -> list[Any]:
        found: list[Any] = []
        try:
            for item in items:
                found.append(element(item, clock))
        except Reject as reject:
            raise reject.inside(str(len(found))) from None
        return found

    return elements


def _checks(field: Field) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """What the filters of a field check of its value, or of each element of a list, and of the list."""
    return _filter_checks(field) if field.filters else ((), ())


def _plain(field: Field) -> type | None:
    """The class of the values that are taken as they are."""
    return None if _checks(field)[0] else TYPES[field.type].plain


def _count_checks(field: Field) -> tuple[Check, ...]:
    bounds = ((fewest_items, field.low), (most_items, field.high))
    return (*_checks(field)[1], *(build(limit) for build, limit in bounds if limit is not None))
