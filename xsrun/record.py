"""Named tuples for the modules that every start of a job imports: as those of ``typing``, in a tenth of the time.

``typing`` reads each annotation and compiles a constructor; a start declares thirty classes. These here keep the
arguments as they come. In all other modules ``typing.NamedTuple`` is as good.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from xsrun.hints import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Record(tuple[Any, ...]):
        """A tuple whose places have names."""

        __slots__ = ()
        _fields: ClassVar[tuple[str, ...]]
        _field_defaults: ClassVar[dict[str, Any]]

        def __new__(cls, /, *given: Any, **named: Any) -> Self:
            if named or len(given) != len(cls._fields):
                given = cls._complete(given, named)
            return tuple.__new__(cls, given)

        @classmethod
        def _complete(cls, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
            """All arguments: those by place, then those by name, then the defaults."""
            left = cls._fields[len(given) :]
            found = {**cls._field_defaults, **named}
            if len(given) > len(cls._fields) or not named.keys() <= set(left) <= found.keys():
                got = ", ".join([f"{len(given)} by place", *named])
                raise TypeError(f"{cls.__name__} takes {', '.join(cls._fields)}; got {got}")
            return (*given, *(found[name] for name in left))

        @classmethod
        def _make(cls, values: Iterable[Any]) -> Self:
            return cls(*values)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, /, **changed: Any) -> Self:
            kept = tuple.__new__(type(self), map(changed.pop, self._fields, self))
            if changed:
                raise TypeError(f"{type(self).__name__} takes {', '.join(self._fields)}; got {', '.join(changed)}")
            return kept

        def __repr__(self) -> str:
            return f"{type(self).__name__}({', '.join(f'{name}={each!r}' for name, each in self._asdict().items())})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    class _Declaring(type):
        """Makes a ``_Record`` of every class that is declared as a ``NamedTuple``."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body["__annotations__"])
            defaults = {field: body[field] for field in fields if field in body}
            body |= {"__slots__": (), "__match_args__": fields, "_fields": fields, "_field_defaults": defaults}
            body |= {field: property(itemgetter(place)) for place, field in enumerate(fields)}
            return type(name, (_Record,), body)

    class NamedTuple(metaclass=_Declaring):
        """The base to declare records with, as ``typing.NamedTuple``."""
