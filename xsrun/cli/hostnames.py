"""What clients call a server: ``--served-as`` as host names and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from xsrun.cli.options import BadOption

NAME: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f:]*:[0-9a-f:.]+")
HELP: Final = "write a name such as runs.example.com, or an address such as https://runs.example.com"


class Names(NamedTuple):
    """How a server is called."""

    names: tuple[str, ...]
    """Host names in small letters, those of the addresses too."""
    urls: tuple[str, ...]
    """Addresses without a slash at the end."""


def names_of(given: Iterable[str]) -> Names:
    """What ``--served-as`` says, each a host name or an address. Raises BadOption."""
    names, urls = [], []
    for each in given:
        name, url = _read(each.strip())
        names.append(name)
        if url:
            urls.append(url)
    return Names(tuple(names), tuple(urls))


def _read(written: str) -> tuple[str, str]:
    """The host name in what is written, and the address it is in, ``""`` for none."""
    if "://" not in written:
        name = written.lower().removesuffix(".")
        if not NAME.fullmatch(name):
            raise BadOption(f"--served-as {written} is no host name", HELP)
        return name, ""
    try:
        parts = urlsplit(written)
        name, _ = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        name, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not NAME.fullmatch(name) or "@" in parts.netloc:
        raise BadOption(f"--served-as {written} is no address", HELP)
    if parts.query or parts.fragment:
        raise BadOption(f"--served-as {written} has more than a path behind the host", HELP)
    return name, f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"
