"""Documents from stdin or an address, for ``xsrun run -`` and ``xsrun run https://…``."""

from __future__ import annotations

import os
import re
import sys

import httpx

from xsrun.cli.options import BadOption
from xsrun.engine import documents
from xsrun.engine.folder import state_folder

STDIN = "-"
DOCUMENTS = "documents"
"""Where in the state folder they are kept."""
SECONDS = 30
LARGEST = 16_000_000
"""Bytes of a document that are taken in."""


def fetched(named: str) -> str:
    """The folder of the document that stdin, for ``-``, or an address gives. Raises BadOption."""
    text = _stdin() if named == STDIN else _downloaded(named)
    if not text.strip():
        raise BadOption("XanoScript content is empty", "give the text of a document")
    return documents.keep(os.path.join(state_folder(), DOCUMENTS), text)


def _stdin() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise BadOption("stdin is no UTF-8 text") from None


def _downloaded(address: str) -> str:
    shown = re.sub("//[^/]*@", "//", address.partition("?")[0])  # what else stands there may be a key
    try:
        with httpx.stream("GET", address, follow_redirects=True, timeout=SECONDS) as answer:
            answer.raise_for_status()
            data = b""
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > LARGEST:
                    raise BadOption(f"the document at {shown} is larger than {LARGEST:,} bytes")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadOption(f"the document at {shown} is no UTF-8 text") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # the last one of names that no host has
        raise BadOption(f"the document at {shown} cannot be had: {_said(error)}") from None


def _said(error: Exception) -> str:
    """What is wrong, without the address."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"it answers {error.response.status_code}"
    return str(error).partition("\n")[0]
