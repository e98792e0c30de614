"""The ``headers`` of a request as programs give them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.effects.ports import Headers

RECOMPUTED: Final = ("content-length", "transfer-encoding", "connection")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAKS: Final = re.compile(r"[\0\r\n\v\f]")


def lines(given: Any) -> list[str]:
    """The header lines of a program: a list of texts, one text, or an object of names and values.

    Null and ``""`` are none. Raises Fault for anything else.
    """
    if isinstance(given, dict):
        return [f"{name}: {values.text(value)}" for name, value in given.items() if value is not None]
    if isinstance(given, list):
        return [values.text(item) for item in given]
    text = values.text(given)
    return [text] if text else []


def parse(written: list[str], warn: Callable[[str], None]) -> Headers:
    """The headers that lines spell; empty lines are skipped, and so, with a warning, are those without a colon.

    Those that follow from the body and the connection are left out. Raises Fault for a name or value that cannot be
    sent.
    """
    found = []
    for position, line in enumerate(written, 1):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if colon and name:
            found.append((_checked(name, value), value))
        elif line.strip():
            warn(f"Header {position} is not sent: it must read `Name: value`.")
    return tuple(header for header in found if header[0].lower() not in RECOMPUTED)


def _checked(name: str, value: str) -> str:
    if not _NAME.fullmatch(name):
        raise Fault("bad-argument", f"Invalid header name: {values.describe(name)}", help='headers = ["Name: value"]')
    if _BREAKS.search(value):
        raise Fault("bad-argument", f"Header {name} contains a line break.", help="remove it, e.g. with `|trim`")
    return name
