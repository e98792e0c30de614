"""Variables in the keyring of the system. A file beside the journal lists their names, and no value.

Where that file is not there nobody has put anything in, and no keyring is asked.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from xsrun import extras
from xsrun.cli.options import BadOption
from xsrun.diagnostics import Fault
from xsrun.engine.folder import state_folder

SERVICE: Final = "xsrun"
"""The name under which the keyring holds them."""
FILE: Final = "secrets"
"""A name a line."""


class Keychain(Mapping[str, str]):
    """The values by name, each asked for when it is needed. Raises BadOption when the keyring does not answer."""

    def __init__(self) -> None:
        self._values: dict[str, str | None] = {}
        self._names = names()

    def _value(self, name: str) -> str | None:
        if name not in self._values:
            self._values[name] = _asked("get_password", name) if name in self._names else None
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._value(name) is not None

    def __getitem__(self, name: str) -> str:
        value = self._value(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def names() -> list[str]:
    """The names of the variables that were put in."""
    try:
        with open(os.path.join(state_folder(), FILE), encoding="utf-8") as file:
            return file.read().split()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadOption(f"the names of stored secrets cannot be read: {error.strerror}", "mend it") from None


def store(name: str, value: str) -> None:
    """Put a variable in, in place of one of that name. Raises BadOption."""
    _asked("set_password", name, value)
    _write(sorted({*names(), name}))


def remove(name: str) -> None:
    """Take a variable out. Raises BadOption."""
    if _asked("get_password", name) is not None:
        _asked("delete_password", name)
    _write([each for each in names() if each != name])


def _asked(request: str, *arguments: str) -> Any:
    """What the keyring answers. Raises BadOption."""
    try:
        keyring = extras.load("keyring", extra="keyring", needed_by="xsrun secrets")
    except Fault as fault:
        raise BadOption(fault.message, fault.help) from None
    try:
        return getattr(keyring, request)(SERVICE, *arguments)
    except keyring.errors.NoKeyringError:
        message = "this system has no keyring that could hold secrets"
        raise BadOption(message, "keep the variable in .env beside the job, or install a keyring") from None
    except keyring.errors.KeyringError as error:
        reason = str(error) or type(error).__name__
        raise BadOption(f"the keyring refuses: {reason}", "unlock it, or give --env NAME=VALUE") from None


def _write(kept: Iterable[str]) -> None:
    """Keep the names, whole or not at all, for this user alone. No file stands for no names."""
    folder = state_folder()
    path = os.path.join(folder, FILE)
    text = "".join(f"{each}\n" for each in kept)
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        if not text:
            with suppress(FileNotFoundError):
                os.unlink(path)
            return
        handle, unfinished = tempfile.mkstemp(dir=folder)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(unfinished, path)
    except OSError as error:
        message = f"the names of stored secrets cannot be written: {error.strerror}"
        raise BadOption(message, "mend the state folder: $XDG_STATE_HOME/xsrun, or ~/.local/state/xsrun") from None
