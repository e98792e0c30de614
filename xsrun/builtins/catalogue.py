"""All builtins in one registry."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from xsrun.builtins import filters, statements
from xsrun.builtins.records import Registry, merge
from xsrun.builtins.registry import Group


@cache
def registry() -> Registry:
    """Every filter and statement of the language, built once a process."""
    return merge([*_groups(filters), *_groups(statements)])


def _groups(package: ModuleType) -> list[Group]:
    """The groups that the modules of a package define."""
    found: list[Group] = []
    for info in iter_modules(package.__path__):
        module = import_module(f"{package.__name__}.{info.name}")
        found += [value for value in vars(module).values() if isinstance(value, Group) and value not in found]
    return found
