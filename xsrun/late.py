"""Functions and modules that most runs never need."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from xsrun.hints import TYPE_CHECKING, Any


class Late:
    """A function whose module is imported at its first call, so that a start does not pay for it."""

    __slots__ = ("_function", "_module", "_name")

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name
        self._function: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function."""
        function = self._function
        if function is None:
            function = self._function = getattr(importlib.import_module(self._module), self._name)
        return function(*arguments, **named)


class LateModule:
    """A module that is imported when something in it is used first."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        found = getattr(importlib.import_module(self._module), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    import json as json
    import re as re

    import regex as regex
else:
    json, re, regex = map(LateModule, ("json", "re", "regex"))
