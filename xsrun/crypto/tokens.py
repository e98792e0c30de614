"""Signed (JWS) and encrypted (JWE) tokens in compact form, with their checks of time and value.

The algorithm is the one the program names, never the one that the header of a token asks for.
"""

from __future__ import annotations

from typing import Any, Final

from xsrun import values
from xsrun.crypto import jose, keys
from xsrun.diagnostics import Fault
from xsrun.effects.ports import Clock

SIGNATURES: Final = tuple(f"{family}{size}" for family in ("HS", "RS", "ES", "PS") for size in (256, 384, 512))
KEY_ALGORITHMS: Final = (
    *("dir", "A128KW", "A192KW", "A256KW", "A128GCMKW", "A192GCMKW", "A256GCMKW", "RSA-OAEP", "RSA-OAEP-256"),
    *("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"),
)
CONTENT_ALGORITHMS: Final = ("A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM")

MAX_HEADER: Final = 65_536
MAX_BODY: Final = 10_000_000
UNREADABLE: Final = "it is damaged, or was made with another key or algorithm"


def jws_encode(claims: Any, headers: dict[str, Any], key: Any, algorithm: str, ttl: int, clock: Clock) -> str:
    """Sign claims; a ``ttl`` above 0 adds ``iat`` and, that many seconds later, ``exp``.

    Raises Fault ``bad-argument`` for an unknown algorithm, and for a key or headers that do not fit it.
    """
    _check_known(algorithm, SIGNATURES)
    library = jose.load("jws_encode")
    signer = keys.read(library, key, algorithm)
    body = _body(claims, ttl, clock)
    try:
        token: str = library.jws.serialize_compact(
            _protected({"alg": algorithm}, headers), body, signer, registry=_jws_registry(library, algorithm)
        )
    except library.refusals:
        raise _misfit(algorithm) from None
    return token


def jws_decode(token: str, check: dict[str, Any], key: Any, algorithm: str, drift: int, clock: Clock) -> Any:
    """The claims of a signed token whose signature, ``exp`` and ``nbf``, and claims named by ``check`` are right.

    ``drift`` is how many seconds the clocks may differ. Raises Fault ``bad-token`` when the token is
    refused, ``bad-argument`` for the algorithm or the key.
    """
    _check_known(algorithm, SIGNATURES)
    library = jose.load("jws_decode")
    verifier = keys.read(library, key, algorithm)
    try:
        opened = library.jws.deserialize_compact(
            values.to_bytes(token), verifier, registry=_jws_registry(library, algorithm)
        )
    except library.errors.BadSignatureError:
        raise _refused("its signature does not match") from None
    except library.refusals:
        raise _refused(UNREADABLE) from None
    return _accepted(library, opened.payload, check, drift, clock)


def jwe_encode(
    claims: Any, headers: dict[str, Any], key: Any, key_algorithm: str, content_algorithm: str, ttl: int, clock: Clock
) -> str:
    """Encrypt claims; otherwise as ``jws_encode``. Its chance comes from the operating system."""
    _check_known(key_algorithm, KEY_ALGORITHMS)
    _check_known(content_algorithm, CONTENT_ALGORITHMS)
    library = jose.load("jwe_encode")
    recipient = keys.read(library, key, key_algorithm)
    body = _body(claims, ttl, clock)
    try:
        token: str = library.jwe.encrypt_compact(
            _protected({"alg": key_algorithm, "enc": content_algorithm}, headers),
            body,
            recipient,
            registry=_jwe_registry(library, key_algorithm, content_algorithm),
        )
    except library.refusals:
        raise _misfit(f"{key_algorithm} with {content_algorithm}") from None
    return token


def jwe_decode(
    token: str, check: dict[str, Any], key: Any, key_algorithm: str, content_algorithm: str, drift: int, clock: Clock
) -> Any:
    """The claims of an encrypted token, checked as ``jws_decode`` does."""
    _check_known(key_algorithm, KEY_ALGORITHMS)
    _check_known(content_algorithm, CONTENT_ALGORITHMS)
    library = jose.load("jwe_decode")
    owner = keys.read(library, key, key_algorithm)
    try:
        opened = library.jwe.decrypt_compact(
            values.to_bytes(token), owner, registry=_jwe_registry(library, key_algorithm, content_algorithm)
        )
    except library.refusals:
        raise _refused(UNREADABLE) from None
    return _accepted(library, opened.plaintext, check, drift, clock)


def _check_known(algorithm: str, known: tuple[str, ...]) -> None:
    if algorithm not in known:
        raise Fault("bad-argument", f"Unknown algorithm: {algorithm}", help=f"use one of {', '.join(known)}")


def _protected(chosen: dict[str, Any], headers: dict[str, Any]) -> dict[str, Any]:
    """The algorithms first, as is custom, and again last so that headers cannot replace them."""
    return {**chosen, **headers, **chosen}


def _body(claims: Any, ttl: int, clock: Clock) -> bytes:
    if ttl > 0:
        now = clock.now() // 1000
        claims = {**values.mapping(claims), "iat": now, "exp": now + ttl}
    return values.to_bytes(values.dumps(claims))


def _accepted(library: jose.Jose, body: bytes, check: dict[str, Any], drift: int, clock: Clock) -> Any:
    try:
        claims = values.loads(body.decode())
    except ValueError:
        raise _refused("it holds no JSON") from None
    held = claims if isinstance(claims, dict) else {}
    _check_times(library, held, drift, clock.now() // 1000)
    for name, wanted in check.items():
        if name not in held or not values.identical(values.plain(held[name]), values.plain(wanted)):
            raise _refused(f"its claim `{name}` is not the expected one")
    return claims


def _check_times(library: jose.Jose, claims: dict[str, Any], drift: int, now: int) -> None:
    times = {name: claims[name] for name in ("exp", "nbf") if name in claims}
    try:
        library.jwt.JWTClaimsRegistry(now=now, leeway=drift).validate(times)
    except library.errors.ExpiredTokenError:
        raise _refused("it has expired") from None
    except library.errors.InvalidClaimError:
        raise _refused("it is not valid yet, or its times are no numbers") from None


def _refused(reason: str) -> Fault:
    return Fault(
        "bad-token", f"Unable to accept the token: {reason}.", help="catch this with `try_catch` to answer 401"
    )


def _misfit(algorithm: str) -> Fault:
    return Fault("bad-argument", f"The key or the headers do not fit {algorithm}.", help=keys.HELP)


def _jws_registry(library: jose.Jose, algorithm: str) -> Any:
    registry = library.jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = registry.max_signature_length = MAX_HEADER
    registry.max_payload_length = MAX_BODY
    return registry


def _jwe_registry(library: jose.Jose, key_algorithm: str, content_algorithm: str) -> Any:
    registry = library.jwe.JWERegistry(algorithms=[key_algorithm, content_algorithm], strict_check_header=False)
    registry.max_protected_header_length = registry.max_encrypted_key_length = MAX_HEADER
    registry.max_ciphertext_length = MAX_BODY
    return registry
