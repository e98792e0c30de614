"""The token that opens a server: given, or made."""

from __future__ import annotations

import os
import re
import secrets
from typing import Final

from xsrun.cli.options import BadOption

VARIABLE: Final = "XSRUN_TOKEN"
FEWEST: Final = 16
"""Characters of a token that nobody guesses."""
WRITTEN: Final = re.compile(rf"[!-~]{{{FEWEST},}}")


def token_of(given: str | None, file: str | None) -> str | None:
    """The token that somebody chose: on the command line, in a file, or in ``XSRUN_TOKEN``. Raises BadOption.

    The variable is taken out of the environment: no project of this process is to read it.
    """
    variable = os.environ.pop(VARIABLE, None)
    if given is not None and file is not None:
        raise BadOption("--token and --token-file exclude each other", "leave --token away")
    token = given if given is not None else variable if file is None else _read(file)
    if token is not None and not WRITTEN.fullmatch(token):
        told = f"a token has {FEWEST} characters or more, from ! to ~ and no space"
        raise BadOption(told, "make one with: openssl rand -hex 32")
    return token


def made() -> str:
    """A new token."""
    return secrets.token_urlsafe(32)


def _read(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as opened:
            return opened.read().strip()
    except OSError as error:
        raise BadOption(f"--token-file {file} cannot be read: {error.strerror}", "name a file with the token") from None
