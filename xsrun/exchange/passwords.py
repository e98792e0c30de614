"""Passwords in addresses; of its own, because every start asks for those of the stores."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.hints import Final
from xsrun.late import Late

NAMED: Final = ("password", "sslpassword")
"""Parameters of an address that are passwords."""

_unquote: Callable[[str], str] = Late("urllib.parse", "unquote")


def passwords_of(url: str) -> list[str]:
    """What must not show of the address of a store: the password as it stands there, and as it is meant.

    Whoever reads the address ends it at the first ``@`` or at the last one, before a ``?`` or behind: each counts.
    """
    rest = url.partition("://")[2]
    ends = (at for at, letter in enumerate(rest) if letter == "@")
    before = (rest[:at].partition(":")[2] for at in ends)
    named = (each.partition("=") for each in rest.partition("?")[2].split("&"))
    found = [
        *(each for each in before if not _is_port(each)),
        *(value for name, _, value in named if name.lower() in NAMED),
    ]
    return [shown for password in dict.fromkeys(found) if password for shown in (password, _unquote(password))]


def _is_port(text: str) -> bool:
    """Whether what follows a colon is a port and a path, with an ``@`` behind that."""
    port, slash, _ = text.partition("/")
    return bool(slash) and port.isdigit()
