"""Passwords in addresses; of its own, because every start asks for those of the stores."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.hints import Final
from xsrun.late import Late

NAMED: Final = ("password", "sslpassword")
"""Parameters of an address that are passwords."""

_unquote: Callable[[str], str] = Late("urllib.parse", "unquote")


def passwords_of(url: str) -> list[str]:
    """What must not show of the address of a store: the password as it stands there, and as it is meant."""
    rest, _, query = url.partition("://")[2].partition("?")
    named = (each.partition("=") for each in query.split("&"))
    found = [rest.rpartition("@")[0].partition(":")[2], *(value for name, _, value in named if name in NAMED)]
    return [shown for password in found if password for shown in (password, _unquote(password))]
