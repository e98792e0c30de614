"""The token library, loaded on first use, and what it raises."""

from __future__ import annotations

from typing import Any, NamedTuple

from xsrun import extras


class Jose(NamedTuple):
    """The modules of the token library that keys and tokens use."""

    jws: Any
    jwe: Any
    jwk: Any
    jwt: Any
    errors: Any
    refusals: tuple[type[Exception], ...]
    """What it raises for keys, headers and tokens it cannot use; to be caught around its own calls only."""


def load(needed_by: str) -> Jose:
    """Import it. Raises Fault ``missing-extra``."""
    jws, jwe, jwk, jwt, errors = (
        extras.load(f"joserfc.{name}", extra="crypto", needed_by=needed_by)
        for name in ("jws", "jwe", "jwk", "jwt", "errors")
    )
    backend = extras.load("cryptography.exceptions", extra="crypto", needed_by=needed_by)
    # The built-in ones come from hostile material that it takes apart without looking first: a header
    # that is no object or nested very deep, a curve nobody knows, an exponent that is no number.
    builtin = (ValueError, TypeError, KeyError, AssertionError, OverflowError, RecursionError)
    refusals = (errors.JoseError, backend.UnsupportedAlgorithm, *builtin)
    return Jose(jws, jwe, jwk, jwt, errors, refusals)
