"""``xsrun task`` and ``xsrun function run``: a task of a folder once, now, or one function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from xsrun.cli.options import EXECUTE, Argument
from xsrun.late import Late
from xsrun.program import FUNCTION, task_name

NAME: Final = Argument("name", "The task, by its declared name.")
PATH: Final = Argument("path", "The folder it is in, or a folder above; the current one when left out.")
FUNCTION_NAME: Final = Argument("name", "The function, by its declared name.")
FUNCTION_OPTIONS: Final = tuple(each for each in EXECUTE if each.name != "job")
OPTIONS: Final = tuple(each for each in EXECUTE if each.name not in ("job", "input", "input_json"))

_execute: Callable[[dict[str, Any]], int] = Late("xsrun.cli.execute", "execute")


def task(given: dict[str, Any]) -> int:
    """Run a task as a job runs. Gives back the exit code."""
    return _execute({**given, "job": task_name(given["name"]), "input": [], "input_json": None})


def function(given: dict[str, Any]) -> int:
    """Run a function as a job runs. Gives back the exit code."""
    return _execute({**given, "job": f"{FUNCTION} {given['name']}"})
