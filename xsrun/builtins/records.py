"""The records of all builtins, derived from the functions that implement them.

Readers: binding (unknown, missing, arity, type), nearest names, ``xsrun docs``, completion, the
generated pages and the test that runs every example. A warm start of a job does not come here.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from xsrun.builtins.registry import Group, Kind, Recorded
from xsrun.effects.ports import World

REQUIRED: Final = inspect.Parameter.empty


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
    parity: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """All builtins by name."""

    filters: dict[str, Filter]
    statements: dict[str, Statement]


def merge(groups: Iterable[Group]) -> Registry:
    """All groups in one registry. Raises ValueError when two builtins share a name."""
    filters: dict[str, Filter] = {}
    statements: dict[str, Statement] = {}
    for group in groups:
        for noted in group.filters:
            if noted.name in filters:
                raise ValueError(f"two filters are called {noted.name}")
            filters[noted.name] = _filter(group, noted)
        for noted in group.statements:
            if noted.name in statements:
                raise ValueError(f"two statements are called {noted.name}")
            statements[noted.name] = _statement(group, noted)
    return Registry(filters, statements)


def _filter(group: Group, noted: Recorded) -> Filter:
    needs_world, params = _params(noted.function)
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
        needs_world=needs_world,
        parity=noted.parity,
    )


def _statement(group: Group, noted: Recorded) -> Statement:
    needs_world, params = _params(noted.function)
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
        needs_world=needs_world,
        parity=noted.parity,
    )


@dataclass(frozen=True, slots=True)
class _Parameter:
    param: Param
    in_head: bool


def _params(function: Callable[..., Any]) -> tuple[bool, list[_Parameter]]:
    hints = get_type_hints(function, include_extras=True)
    needs_world = False
    found: list[_Parameter] = []
    for name, parameter in inspect.signature(function).parameters.items():
        hint = hints.get(name)
        if hint is World:
            needs_world = True
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
    return needs_world, found


def _kind(hint: Any) -> Kind | None:
    if get_origin(hint) is Annotated:
        return next((mark for mark in get_args(hint)[1:] if isinstance(mark, Kind)), None)
    if get_origin(hint) in (Union, types.UnionType):
        return next((kind for part in get_args(hint) if (kind := _kind(part))), None)
    return None


def _returns(function: Callable[..., Any]) -> Any:
    return get_type_hints(function, include_extras=True).get("return", Any)


def _doc(function: Callable[..., Any]) -> tuple[str, str]:
    doc = inspect.getdoc(function) or ""
    summary, _, details = doc.partition("\n\n")
    return " ".join(summary.split()), details.strip()
