"""The state of a simulator in a file, so that the next one goes on where this one ended."""

from __future__ import annotations

import json
import os
from typing import Any

from xsrun.files import content, replace
from xsrun.simulators.core import Simulator


class BadState(ValueError):
    """A file that holds no state of this provider."""


class NotKept(Exception):
    """A change was made and could not be written into the file."""


def keep(simulator: Simulator, name: str, path: str) -> None:
    """Have a simulator hold what a file says, if it is there, and write every change into it from now on.

    The file is for its owner alone and changes whole or not at all. ``name`` is that of the provider. Raises BadState
    for a file that holds something else, OSError when it cannot be read or written.
    """
    try:
        text = content(path)
    except FileNotFoundError:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    else:
        if text:
            _restore(simulator, _state(text, name))
        os.chmod(path, 0o600)

    def save() -> None:
        replace(path, json.dumps({"provider": name, "state": simulator.kept()}, indent=1).encode())

    def keep_change() -> None:
        try:
            save()
        except OSError as error:
            raise NotKept(f"the change was made, but {path} cannot be written: {error.strerror}") from None

    save()
    simulator.changed = keep_change


def _restore(simulator: Simulator, state: dict[str, Any]) -> None:
    try:
        simulator.restore(state)
    except (ValueError, KeyError) as error:
        raise BadState(f"it holds a state that makes no sense: {error}") from None


def _state(text: bytes, name: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadState(f"it is no JSON: {error}") from None
    if not isinstance(read, dict) or not isinstance(read.get("state"), dict):
        raise BadState("it holds no state of a simulator")
    if read.get("provider") != name:
        raise BadState(f"it holds the state of {read.get('provider')}")
    state: dict[str, Any] = read["state"]
    return state
