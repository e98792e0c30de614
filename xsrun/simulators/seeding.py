"""Records that an account holds from the beginning besides its own: read from a file, checked, put in.

A seed file is TOML or JSON: tables by the name of what they hold, each a list of records.

[[users]]
name = "Noor Haddad"
email = "noor@example.com"

Each provider says which tables it takes and what their records hold; see ``TABLES`` of its ``seeding`` module. A
record that has the id of one that is there takes its place.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from xsrun.diagnostics import nearest
from xsrun.files import content
from xsrun.providers.fields import Field, Problem, problems, strangers

Record = dict[str, Any]
Seeds = Mapping[str, Sequence[Record]]
"""Records by the table they are for."""

NO_SEEDS: Final[Seeds] = {}


class BadSeed(ValueError):
    """Seeds that make no sense. The text begins with the place: ``services[0].urgency``; ``help`` is what to write."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class Table(NamedTuple):
    """A table of a seed file: what its records may hold, and who puts one into the account.

    ``put`` may raise LookupError with the name of a property and what it should have named.
    """

    fields: tuple[Field, ...]
    put: Callable[[Any, Record], None]


class Unknown(LookupError):
    """A record names another one that is not there. ``path`` is where in the record."""

    def __init__(self, path: str, kind: str, known: Iterable[str]) -> None:
        super().__init__(path)
        self.path = path
        self.kind = kind
        self.known = tuple(known)


def read_seeds(path: str) -> Seeds:
    """The seeds of a file, TOML by its name or else JSON. Raises BadSeed."""
    try:
        text = content(path).decode()
        read = tomllib.loads(text) if path.endswith(".toml") else json.loads(text)
    except OSError as error:
        raise BadSeed(f"it cannot be read: {error.strerror}", "name a file of TOML or JSON") from None
    except (ValueError, RecursionError) as error:
        kind = "TOML" if path.endswith(".toml") else "JSON"
        raise BadSeed(f"it is no {kind}: {error}", f"mend the file, which is read as {kind}") from None
    if not isinstance(read, dict):
        raise BadSeed("it holds no tables", 'write {"users": [{"name": "Noor", "email": "noor@example.com"}]}')
    return read


def sow(tables: Mapping[str, Table], seeds: Seeds, account: Any) -> None:
    """Put the records of all seeds into an account, in the order of the tables. Raises BadSeed."""
    for name in seeds:
        if name not in tables:
            raise BadSeed(f"{name} is no table of seeds", _meant(name, tables))
    for name, table in tables.items():
        records = seeds.get(name, [])
        if not isinstance(records, list):
            raise BadSeed(f"{name} is no list of records", f"write [[{name}]] above each record")
        for index, record in enumerate(records):
            _sow_one(f"{name}[{index}]", table, record, account)


def _sow_one(place: str, table: Table, record: Any, account: Any) -> None:
    if not isinstance(record, dict):
        raise BadSeed(f"{place} is no record", "write the names of its properties and their values")
    for path, known in strangers(table.fields, record):
        raise BadSeed(f"{place}.{_shown(path)} is no property of seeds", _meant(path.rpartition(".")[2], known))
    for problem in problems(table.fields, record):
        raise BadSeed(f"{place}.{_shown(problem.path)} {_wrong(problem)}")
    try:
        table.put(account, record)
    except Unknown as unknown:
        raise BadSeed(
            f"{place}.{_shown(unknown.path)} names no {unknown.kind}", f"there are {', '.join(unknown.known)}"
        ) from None


def _meant(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = nearest(name, names)
    return f"did you mean {near}?" if near else f"there are {', '.join(names)}"


def _shown(path: str) -> str:
    """A path of a problem with items of lists in brackets."""
    return "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in path.split(".")).removeprefix(".")


def _wrong(problem: Problem) -> str:
    match problem.reason:
        case "missing":
            return "is missing"
        case "choice":
            return f"is none of {', '.join(problem.field.choices)}"
        case "length":
            return f"is not {problem.field.shortest} to {problem.field.longest} characters long"
        case _:
            return f"is no {problem.field.kind}"
