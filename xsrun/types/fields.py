"""A declared input or column as a record, and the rejection of a value given for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from xsrun.diagnostics import INPUT_ERROR, Fault
from xsrun.hints import Any, Final, Protocol
from xsrun.record import NamedTuple

ABSENT: Final = ...
"""Stands for "no default" and "not given": no value of the language is it, and ``marshal`` can store it."""

NO_ATTRIBUTES: Final[Mapping[str, Any]] = {}


class Instant(Protocol):
    """The part of a clock that the word ``now`` needs."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""


class FilterCall(NamedTuple):
    """One input filter of a field: ``min:3`` is ``FilterCall("min", (3,))``, ``!min:3`` is disabled."""

    name: str
    args: tuple[Any, ...] = ()
    disabled: bool = False


class Field(NamedTuple):
    """One line of an ``input`` or ``schema`` block."""

    name: str
    type: str
    is_list: bool = False
    low: int | None = None
    """Fewest elements of a list, None without a bound."""
    high: int | None = None
    """Most elements of a list, None without a bound."""
    nullable: bool = False
    """The mark on the type: ``text? name``."""
    optional: bool = False
    """The mark on the name: ``text name?``."""
    default: Any = ABSENT
    """Not yet converted; the text ``now`` is the time of the call where the type is a number or a time."""
    filters: tuple[FilterCall, ...] = ()
    attributes: Mapping[str, Any] = NO_ATTRIBUTES
    """Everything between the braces but ``schema``: description, sensitive, table, values, visibility …"""
    children: tuple[Field, ...] = ()
    """The fields of an object's ``schema``."""

    @property
    def may_be_omitted(self) -> bool:
        """Whether a call may leave it out: marked optional, or with a default."""
        return self.optional or self.default is not ABSENT

    @property
    def sensitive(self) -> bool:
        """Whether its value must not show in logs, traces and messages."""
        return self.type == "password" or bool(self.attributes.get("sensitive"))

    @property
    def holds_sensitive(self) -> bool:
        """Whether it or anything inside it is sensitive."""
        return self.sensitive or any(each.holds_sensitive for each in self.children)

    @property
    def told_default(self) -> Any:
        """The default as whoever asks what it is may be told: ABSENT where it has none, or none that may show."""
        return ABSENT if self.holds_sensitive else self.default


def linked_fields(columns: Iterable[Field], hidden: Collection[str] = ()) -> tuple[Field, ...]:
    """The inputs a ``dblink`` to a table with these columns stands for, in column order.

    Left out are ``id`` and the hidden columns. A column that is optional or has a default makes an
    optional input.
    """
    return tuple(
        column._replace(optional=column.may_be_omitted)
        for column in columns
        if column.name != "id" and column.name not in hidden
    )


class Reject(Exception):
    """A value that a field does not take.

    ``before`` is the message, or with ``after`` the two halves of a message around the field's path.
    """

    def __init__(self, before: str, after: str | None = None) -> None:
        super().__init__(before)
        self.before = before
        self.after = after
        self.path: tuple[str, ...] = ()

    def inside(self, step: str) -> Reject:
        """The same rejection, seen from the object or list that holds the value under ``step``."""
        self.path = (step, *self.path)
        return self

    def fault(self) -> Fault:
        """The input error a program sees: status 400, the path of the field in its payload."""
        path = ".".join(self.path)
        message = self.before if self.after is None else f"{self.before}{path}{self.after}"
        return Fault("input-error", message, kind=INPUT_ERROR, payload={"param": path})


def missing() -> Reject:
    """The rejection of a required field that is absent, null or empty."""
    return Reject("Missing param: ", "")
