"""Databases of others, as far as a run may reach them."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

from xsrun.data.elsewhere import Databases
from xsrun.diagnostics import Fault
from xsrun.effects.addresses import ANYWHERE, BlockedAddress, Reach
from xsrun.effects.ports import Elsewhere, ForeignSql, Request


def databases(reach: Reach = ANYWHERE) -> Elsewhere:
    """Databases at any address that may be connected to."""

    def check(host: str) -> None:
        if not reach.public_only:
            return
        if host.startswith("/"):
            raise BlockedAddress(host, host)
        try:
            found = socket.getaddrinfo(host or "localhost", None)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "no host has such a name"
            raise Fault("database", f"The address of {host} is not known: {reason}") from None
        reach.check(host, [str(address[0]) for *_, address in found])

    return Databases(check)


class AdmittingElsewhere:
    """Asks through another port what a check of requests lets pass; the check refuses by raising."""

    def __init__(self, inner: Elsewhere, admit: Callable[[Request], None]) -> None:
        self._inner = inner
        self._admit = admit

    def query(self, asked: ForeignSql) -> list[dict[str, Any]]:
        """Ask what the check lets pass."""
        body = json.dumps([asked.sql, *asked.arguments], ensure_ascii=False).encode("utf-8", "surrogatepass")
        self._admit(Request("SQL", asked.shown, body=body))
        return self._inner.query(asked)
