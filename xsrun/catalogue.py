"""The whole language as one list of entries, made from the records: filters, statements, constructs, types, operators.

Readers: ``xsrun docs``, completion, the generated pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from xsrun import language
from xsrun.builtins.absent import ABSENT
from xsrun.builtins.catalogue import registry
from xsrun.builtins.records import Example, Filter, Param, Statement
from xsrun.builtins.registry import Kind
from xsrun.compile.calls import signature
from xsrun.compile.forms import FORMS, Form
from xsrun.data.plans import FILTERS, TIME, Signature
from xsrun.diagnostics import fold, nearest
from xsrun.late import re
from xsrun.types.filters import INPUT_FILTERS, InputExample, InputFilter
from xsrun.types.table import TYPES, InputType

FILTER: Final = "filter"
DATABASE_FILTER: Final = "database filter"
STATEMENT: Final = "statement"
CONSTRUCT: Final = "construct"
TYPE: Final = "type"
INPUT_FILTER: Final = "input filter"
OPERATOR: Final = "operator"
REFERENCE: Final = "reference"
KINDS: Final = (FILTER, DATABASE_FILTER, STATEMENT, CONSTRUCT, TYPE, INPUT_FILTER, OPERATOR, REFERENCE)
"""What an entry may be, in the order in which they are shown."""

NOTHING: Final[Mapping[str, str]] = {}

CONTROL: Final = "Control and calls"
"""The group of the statements that the compiler itself knows."""


class Parameter(NamedTuple):
    """An argument, an attribute or a clause. ``default`` is JSON text, ``""`` where there is none."""

    name: str
    type: str = ""
    required: bool = False
    default: str = ""
    variadic: bool = False
    misnomers: tuple[str, ...] = ()
    """Names that people write for it."""


class Entry(NamedTuple):
    """One name of the language and all that is known of it."""

    kind: str
    name: str
    group: str
    signature: str
    summary: str
    details: str = ""
    parameters: tuple[Parameter, ...] = ()
    blocks: tuple[str, ...] = ()
    """The blocks a statement consists of."""
    returns: str = ""
    """The class of the result; ``""`` where there is none."""
    examples: tuple[Example, ...] = ()
    parity: str = ""
    """``""`` when it does here what it does on the platform, else what differs."""
    local: bool = True
    """Whether it runs here."""
    extra: str = ""
    """The optional part of xsrun that it needs."""
    misnomers: tuple[str, ...] = ()
    """Names that people write for it."""
    see_also: tuple[str, ...] = ()
    extension: bool = False
    """Whether it is of this program, and the platform does not have it."""

    @property
    def errors(self) -> tuple[Example, ...]:
        """The examples that fail."""
        return tuple(each for each in self.examples if each.expected.startswith("!"))


@cache
def entries() -> tuple[Entry, ...]:
    """Everything, in the order of kind, group and name."""
    made = [
        *(_of_filter(each) for each in registry().filters.values()),
        *(_of_database_filter(*each) for each in FILTERS.items() if each[0] not in registry().filters),
        *(_of_form(each) for each in FORMS.values()),
        *(_of_statement(each) for each in registry().statements.values()),
        *(_of_absent(name, reason) for name, reason in ABSENT.items()),
        *(_of_construct(each) for each in language.CONSTRUCTS.values()),
        *(_of_type(each) for each in TYPES.values()),
        *(_of_input_filter(each) for each in INPUT_FILTERS),
        *(_of_operator(each) for each in language.OPERATORS.values()),
        *(_of_reference(each) for each in language.REFERENCES.values()),
    ]
    builtins = [each for each in made if each.kind in (FILTER, STATEMENT)]
    linked = [each._replace(see_also=_see_also(each, builtins)) for each in made]
    return tuple(sorted(linked, key=lambda each: (KINDS.index(each.kind), _order(each))))


def _order(entry: Entry) -> tuple[Any, ...]:
    """Builtins by group and name; what stands in a table of its own keeps its order."""
    named = entry.kind == FILTER or (entry.kind == STATEMENT and entry.group != CONTROL)
    return (entry.group != CONTROL, entry.group, entry.name) if named else (False,)


def find(name: str) -> list[Entry]:
    """Every entry of a name; of a name in another spelling when there is none of this one."""
    wanted = name.strip().removeprefix("|").strip()
    found = [each for each in entries() if each.name == wanted]
    return found or [each for each in entries() if fold(each.name) == fold(wanted) != ""]


def near(name: str) -> str:
    """The name that was likely meant, ``""`` when none is near: one for which people write this, or the most alike."""
    meant = next((each.name for each in entries() if name in each.misnomers), "")
    return meant or nearest(name, (each.name for each in entries()))


def search(word: str) -> list[Entry]:
    """The entries that speak of all these words, those that have them in their name first."""
    words = word.lower().split()
    found = [each for each in entries() if all(part in _text(each) for part in words)]
    return sorted(found, key=lambda each: not all(part in each.name.lower() for part in words))


def _text(entry: Entry) -> str:
    wrong = [name for each in entry.parameters for name in (each.name, *each.misnomers)]
    return " ".join([entry.name, entry.group, entry.summary, entry.details, *entry.misnomers, *wrong]).lower()


def _see_also(entry: Entry, builtins: list[Entry]) -> tuple[str, ...]:
    """The builtins that an entry speaks of; of a statement the filter that does the same to a value, and back."""
    spoken = set(re.findall(r"`\|?([^`]+)`", f"{entry.summary} {entry.details} {entry.parity}"))
    found = [each.name for each in builtins if each.name in spoken or _is_namesake(entry, each)]
    return tuple(dict.fromkeys(name for name in found if name != entry.name))


def _is_namesake(entry: Entry, other: Entry) -> bool:
    pair = {entry.kind: entry, other.kind: other}
    if set(pair) != {FILTER, STATEMENT} or not (entry.local and other.local):
        return False
    group, _, name = pair[STATEMENT].name.rpartition(".")
    return name == pair[FILTER].name and pair[FILTER].group.startswith(group)


# ------------------------------------------------------------------ builtins


def _of_filter(record: Filter) -> Entry:
    return Entry(
        FILTER,
        record.name,
        record.group,
        f"{record.subject.kind.name}{signature(record)}",
        record.summary,
        record.details,
        tuple(map(_parameter, record.params)),
        returns=_returned(record.returns),
        examples=record.examples,
        parity=record.parity,
        extra=record.extra,
        misnomers=record.misnomers,
    )


def _of_database_filter(name: str, record: Signature) -> Entry:
    parts = [f"{taken}{'' if at < record.least else '?'}" for at, taken in enumerate(record.takes)]
    return Entry(
        DATABASE_FILTER,
        name,
        "of databases",
        f"$db.table.column|{':'.join([name, *parts])}",
        record.summary,
        "For conditions, `eval` and order of `db.*` statements, on columns and on values.",
        tuple(Parameter(taken, required=at < record.least) for at, taken in enumerate(record.takes)),
        returns="timestamp" if record.family == TIME else record.family,
    )


def _of_statement(record: Statement) -> Entry:
    head = {"": "", "value": " ($value)"}.get(record.target, " $variable")
    return Entry(
        STATEMENT,
        record.name,
        record.group,
        f"{record.name}{head}",
        record.summary,
        record.details,
        tuple(_parameter(each, record.instead) for each in record.params),
        returns="" if record.target == "update" else _returned(record.returns),
        examples=record.examples,
        parity=record.parity,
        extra=record.extra,
        extension=record.extension,
    )


def _of_form(record: Form) -> Entry:
    return Entry(
        STATEMENT,
        record.name,
        CONTROL,
        f"{record.name} {record.head}".rstrip(),
        record.summary,
        parameters=(
            *(Parameter(name, required=True) for name in record.required),
            *map(Parameter, record.optional),
        ),
        blocks=record.blocks,
        examples=tuple(map(Example.parse, record.examples)),
        parity=record.parity,
    )


def _of_absent(name: str, reason: str) -> Entry:
    summary = "It parses, can be mocked in tests, and fails when a run reaches it."
    return Entry(STATEMENT, name, name.rpartition(".")[0], name, summary, parity=reason, local=False)


def _parameter(param: Param, instead: Mapping[str, str] = NOTHING) -> Parameter:
    default = "" if param.required or param.variadic else shown(param.default)
    wrong = tuple(name for name, right in instead.items() if right == param.name)
    return Parameter(param.name, param.kind.name, param.required, default, param.variadic, wrong)


def shown(value: Any) -> str:
    """A default as it is written in a program."""
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, bytes) else json.dumps(value.decode())


_PLAIN: Final = {str: "text", bool: "bool", int: "int", float: "decimal", list: "list", dict: "object", NoneType: ""}


def _returned(annotation: Any) -> str:
    """The class of a result, as the language calls it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return next((mark.name for mark in get_args(annotation) if isinstance(mark, Kind)), "any")
    if origin in (Union, UnionType):
        parts = [_returned(part) or "null" for part in get_args(annotation)]
        numbers = {"int", "decimal"} <= set(parts)
        return " or ".join(
            dict.fromkeys("number" if numbers and part in ("int", "decimal") else part for part in parts)
        )
    return _PLAIN.get(annotation if origin is None else origin, "any")


# ------------------------------------------------------------------ types


def _of_type(record: InputType) -> Entry:
    zero = f"A column without a value holds `{shown(record.zero)}`." if record.in_tables else "No column has it."
    return Entry(TYPE, record.name, "types", f"{record.name} name", f"Takes {record.accepts}.", zero)


def _of_input_filter(record: InputFilter) -> Entry:
    parts = [f"{name}{'' if at < record.required else '?'}" for at, name in enumerate(record.params)]
    return Entry(
        INPUT_FILTER,
        record.name,
        "of inputs",
        f"{'|'.join(sorted(record.types))} name filters={':'.join([record.name, *parts])}",
        record.summary,
        parameters=tuple(Parameter(name, required=at < record.required) for at, name in enumerate(record.params)),
        examples=tuple(_checked(record.name, each) for each in record.examples),
    )


def _checked(name: str, example: InputExample) -> Example:
    """An example of an input filter, written as ``declaration value -> value``."""
    call = ":".join([name, *(str(each) for each in example.args)])
    rejected = isinstance(example.result, str) and example.result.startswith("!")
    return Example(
        f"{example.type} x filters={call} {shown(example.given)}",
        example.result if rejected else shown(example.result),
    )


# ------------------------------------------------------------------ the rest


def _of_construct(record: language.Kind) -> Entry:
    return Entry(
        CONSTRUCT,
        record.name,
        "constructs",
        f'{record.name} "name" {{ … }}',
        record.summary,
        parameters=tuple(map(Parameter, (*record.clauses, *language.EVERYWHERE) if record.clauses else ())),
        examples=(Example(record.example),) if record.example else (),
        parity=record.parity,
    )


def _of_operator(record: language.Operator) -> Entry:
    return Entry(
        OPERATOR,
        record.name,
        "operators",
        record.written,
        record.summary,
        examples=tuple(map(Example.parse, record.examples)),
        parity=record.parity,
    )


def _of_reference(record: language.Reference) -> Entry:
    return Entry(
        REFERENCE, record.name, "references", record.name, record.summary, returns=record.type, parity=record.parity
    )


def by_kind(found: Iterable[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Entries by kind, each kind once, in the order of ``KINDS``."""
    listed = [*found]
    for kind in KINDS:
        members = [each for each in listed if each.kind == kind]
        if members:
            yield kind, members
