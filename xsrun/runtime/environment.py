"""Environment variables for a job: which it declares, where they come from, which are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xsrun.record import NamedTuple


class Resolved(NamedTuple):
    """The values of the declared names, and the names that have none."""

    values: dict[str, str]
    missing: tuple[str, ...]


def resolve(names: Iterable[str], *places: Mapping[str, str]) -> Resolved:
    """Look every name up in one place after another; an exact name wins over its upper-case form.

    An empty text counts as present (constructs.md section 2.3).
    """
    values: dict[str, str] = {}
    missing: list[str] = []
    for name in names:
        found = next((place[spelled] for spelled in (name, name.upper()) for place in places if spelled in place), None)
        if found is None:
            missing.append(name)
        else:
            values[name] = found
    return Resolved(values, tuple(missing))
