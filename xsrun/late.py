"""Functions of modules that most runs never need."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


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
