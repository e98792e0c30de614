"""The records of all builtins, derived from the functions that implement them.

Readers: binding (unknown, missing, arity, type), nearest names, the generated pages and the test that
runs every example. A warm start of a job does not come here.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from xsrun.builtins import registry
from xsrun.builtins.registry import Bindings, Group, Kind, Recorded, Scope
from xsrun.effects.ports import World
from xsrun.hints import Marked
from xsrun.providers.contracts import Endpoint

REQUIRED: Final = inspect.Parameter.empty
CLASSES: Final = {name: Annotated[each.given] for name, each in vars(registry).items() if isinstance(each, Marked)}
"""The annotations of builtins by name, as the real thing."""


@dataclass(frozen=True, slots=True)
class Param:
    """One argument or attribute of a builtin."""

    name: str
    kind: Kind
    default: Any = REQUIRED
    variadic: bool = False

    @property
    def required(self) -> bool:
        """Whether a call without it is a fault."""
        return self.default is REQUIRED and not self.variadic


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of source and the JSON text it must give, ``!message`` for a fault, ``""`` for anything."""

    source: str
    expected: str = ""

    @staticmethod
    def parse(text: str) -> Example:
        """Split ``source -> expected`` at the last arrow."""
        source, arrow, expected = text.rpartition(" -> ")
        return Example(source.strip(), expected.strip()) if arrow else Example(text.strip())


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: ``subject|name:param:param``."""

    name: str
    group: str
    subject: Param
    params: tuple[Param, ...]
    returns: Any
    function: Callable[..., Any]
    summary: str
    details: str
    examples: tuple[Example, ...]
    misnomers: tuple[str, ...] = ()
    """Names that people write for it; each is reported with this name as the one to type."""
    needs_world: bool = False
    needs_bindings: bool = False
    needs_scope: bool = False
    extra: str = ""
    """The optional part of xsrun that it needs."""
    parity: str = ""
    """``""`` when exact, else what differs from the platform."""

    @property
    def variadic(self) -> bool:
        """Whether any number of arguments is taken."""
        return bool(self.params) and self.params[-1].variadic


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that is an ordinary function: ``group.name head { attribute = value } as $result``.

    ``target`` says what the head is: ``""`` none, ``value`` an expression, ``read`` a variable path
    that is only read, ``update`` a path whose new value the function gives back, ``mutate`` a path
    whose list or object the function changes in place (it always gets one it may change).
    """

    name: str
    group: str
    head: Param | None
    target: str
    params: tuple[Param, ...]
    returns: Any
    function: Callable[..., Any]
    summary: str
    details: str
    examples: tuple[Example, ...]
    instead: dict[str, str] = field(default_factory=dict)
    """Attribute names that people write, and the right one."""
    needs_world: bool = False
    needs_bindings: bool = False
    extra: str = ""
    """The optional part of xsrun that it needs."""
    parity: str = ""
    call: Endpoint | None = None
    """The one of a provider that it makes."""
    extension: bool = False
    """Whether it is of this program, and the platform does not have it."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Those it talks to, that of the ``region`` ``eu`` behind the usual one."""
        return self.call.api.hosts if self.call else ()


Record = TypeVar("Record", bound=Filter | Statement)


class Records(Mapping[str, Record]):
    """Records by name, each derived when somebody asks for it: a program needs few of them."""

    def __init__(self, derive: Callable[[Group, Recorded], Record]) -> None:
        self._derive = derive
        self._notes: dict[str, tuple[Group, Recorded]] = {}
        self._derived: dict[str, Record] = {}

    def add(self, group: Group, noted: Recorded) -> None:
        """Take what a decorator noted. Raises ValueError when the name is taken."""
        if noted.name in self._notes:
            raise ValueError(f"two builtins are called {noted.name}")
        self._notes[noted.name] = group, noted

    def __getitem__(self, name: str) -> Record:
        if name not in self._derived:
            self._derived[name] = self._derive(*self._notes[name])
        return self._derived[name]

    def __contains__(self, name: object) -> bool:
        return name in self._notes

    def __iter__(self) -> Iterator[str]:
        return iter(self._notes)

    def __len__(self) -> int:
        return len(self._notes)


@dataclass(frozen=True, slots=True)
class Registry:
    """All builtins by name."""

    filters: Mapping[str, Filter]
    statements: Mapping[str, Statement]


def merge(groups: Iterable[Group]) -> Registry:
    """All groups in one registry. Raises ValueError when two builtins share a name."""
    filters, statements = Records(_filter), Records(_statement)
    for group in groups:
        for noted in group.filters:
            filters.add(group, noted)
        for noted in group.statements:
            statements.add(group, noted)
    return Registry(filters, statements)


def _filter(group: Group, noted: Recorded) -> Filter:
    filled, params = _params(noted.function)
    summary, details = _doc(noted.function)
    return Filter(
        name=noted.name,
        group=group.name,
        subject=params[0].param,
        params=tuple(each.param for each in params[1:]),
        returns=_returns(noted.function),
        function=noted.function,
        summary=summary,
        details=details,
        examples=tuple(map(Example.parse, noted.examples)),
        misnomers=noted.misnomers,
        needs_world=World in filled,
        needs_bindings=Bindings in filled,
        needs_scope=Scope in filled,
        extra=group.extra,
        parity=noted.parity,
    )


def _statement(group: Group, noted: Recorded) -> Statement:
    filled, params = _params(noted.function)
    summary, details = _doc(noted.function)
    heads = [each.param for each in params if each.in_head]
    return Statement(
        name=noted.name,
        group=group.name,
        head=heads[0] if heads else None,
        target=noted.target if heads else "",
        params=tuple(each.param for each in params if not each.in_head),
        returns=_returns(noted.function),
        function=noted.function,
        summary=summary,
        details=details,
        examples=tuple(map(Example.parse, noted.examples)),
        instead=noted.instead or {},
        needs_world=World in filled,
        needs_bindings=Bindings in filled,
        extra=group.extra,
        parity=noted.parity,
        call=noted.call,
        extension=group.extension,
    )


@dataclass(frozen=True, slots=True)
class _Parameter:
    param: Param
    in_head: bool


def _params(function: Callable[..., Any]) -> tuple[set[type], list[_Parameter]]:
    """What the run fills in, and the parameters of a call."""
    hints = _hints(function)
    filled: set[type] = set()
    found: list[_Parameter] = []
    for name, parameter in inspect.signature(function).parameters.items():
        hint = hints.get(name)
        if hint in (World, Bindings, Scope):
            filled.add(hint)
            continue
        kind = _kind(hint)
        if kind is None:
            raise TypeError(f"{function.__qualname__}: parameter {name} has no value class")
        variadic = parameter.kind is inspect.Parameter.VAR_POSITIONAL
        found.append(
            _Parameter(
                Param(name.rstrip("_"), kind, parameter.default, variadic),
                parameter.kind is inspect.Parameter.POSITIONAL_ONLY,
            )
        )
    return filled, found


def _kind(hint: Any) -> Kind | None:
    if get_origin(hint) is Annotated:
        return next((mark for mark in get_args(hint)[1:] if isinstance(mark, Kind)), None)
    if get_origin(hint) in (Union, types.UnionType):
        return next((kind for part in get_args(hint) if (kind := _kind(part))), None)
    return None


def _returns(function: Callable[..., Any]) -> Any:
    return _hints(function).get("return", Any)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function, localns=CLASSES, include_extras=True)


def _doc(function: Callable[..., Any]) -> tuple[str, str]:
    """The sentence of a builtin, and what else is to be said; code stands between single backticks, as in messages."""
    doc = (inspect.getdoc(function) or "").replace("``", "`")
    summary, _, details = doc.partition("\n\n")
    return " ".join(summary.split()), details.strip()
