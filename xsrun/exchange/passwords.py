"""Passwords in addresses; of its own, because every start asks for those of the stores."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.late import Late

_unquote: Callable[[str], str] = Late("urllib.parse", "unquote")


def passwords_of(url: str) -> list[str]:
    """What must not show of the address of a store: the password as it stands there, and as it is meant."""
    password = url.partition("://")[2].partition("?")[0].rpartition("@")[0].partition(":")[2]
    return [password, _unquote(password)] if password else []
