"""Keys for tokens: read in every form programs pass them, and made anew.

A key is a secret text, a PEM text, or a JWK: an object, its JSON text, or that text in base64.
"""

from __future__ import annotations

import base64
from typing import Any, Final

from xsrun import extras, values
from xsrun.crypto import jose
from xsrun.diagnostics import Fault
from xsrun.effects.ports import Random

CURVES: Final = ("P-256", "P-384", "P-521")
MIN_RSA_BITS: Final = 1024
MAX_RSA_BITS: Final = 8192
MAX_SECRET_BITS: Final = 80_000_000
HELP: Final = (
    "HS takes a secret text; A128, A192, A256 and dir a text of exactly the right number of bytes; "
    "RS, PS, RSA-OAEP, ES and ECDH-ES a PEM text or a JWK"
)


def read(library: jose.Jose, key: Any, algorithm: str) -> Any:
    """The library's key object. Raises Fault ``bad-argument`` when it cannot serve the algorithm."""
    kinds = library.jwk.JWKRegistry.key_types
    # The classes are filled by hand because their own import warns about short keys on stderr.
    try:
        jwk = _as_jwk(key)
        if jwk is None:
            family, raw = _family(algorithm), values.to_bytes(key)
            kind = kinds[family]
            return kind(_secret(raw) if family == "oct" else kind.binding.import_from_bytes(raw), raw)
        kind = kinds[jwk["kty"]]
        kind.validate_dict_key(jwk)
        return kind(kind.binding.import_from_dict(jwk), jwk)
    except library.refusals:
        raise Fault("bad-argument", f"The key does not fit {algorithm}.", help=HELP) from None


def _family(algorithm: str) -> str:
    if algorithm.startswith(("RS", "PS")):
        return "RSA"
    return "EC" if algorithm.startswith("E") else "oct"


def _secret(raw: bytes) -> bytes:
    # A public key taken for a shared secret would let everybody sign.
    if b"-----BEGIN " in raw:
        raise ValueError("a PEM text is no shared secret")
    return raw


def _as_jwk(key: Any) -> dict[str, Any] | None:
    if isinstance(key, dict):
        return key
    if not isinstance(key, str):
        return None
    try:
        source = base64.b64decode(key, validate=True).decode() if key.startswith("eyJ") else key
        decoded = values.loads(source)
    except ValueError:
        return None
    return decoded if isinstance(decoded, dict) and "kty" in decoded else None


def new_secret(random: Random, bits: int) -> dict[str, Any]:
    """A symmetric JWK. Raises Fault when ``bits`` is no multiple of 8, below 8 or beyond ``MAX_SECRET_BITS``."""
    _check_bits(bits, 8, MAX_SECRET_BITS)
    secret = base64.urlsafe_b64encode(random.bytes(bits // 8)).rstrip(b"=")
    return {"kty": "oct", "k": secret.decode()}


def new_rsa(bits: int) -> dict[str, Any]:
    """The private JWK of a new RSA key pair; its chance comes from the operating system.

    Raises Fault when ``bits`` is no multiple of 8 or outside ``MIN_RSA_BITS`` and ``MAX_RSA_BITS``.
    """
    _check_bits(bits, MIN_RSA_BITS, MAX_RSA_BITS)
    rsa = extras.load(
        "cryptography.hazmat.primitives.asymmetric.rsa", extra="crypto", needed_by="security.create_rsa_key"
    )
    return _exported("RSA", rsa.generate_private_key(65537, bits), "security.create_rsa_key")


def new_curve(random: Random, curve: str) -> dict[str, Any]:
    """The private JWK of a new key pair on one of ``CURVES``. Raises Fault ``bad-argument`` for another name."""
    if curve not in CURVES:
        raise Fault("bad-argument", f"Unknown curve: {curve}", help=f"use one of {', '.join(CURVES)}")
    ec = extras.load(
        "cryptography.hazmat.primitives.asymmetric.ec", extra="crypto", needed_by="security.create_curve_key"
    )
    kind = dict(zip(CURVES, (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1), strict=True))[curve]
    private = ec.derive_private_key(random.integer(1, kind.group_order - 1), kind())
    return _exported("EC", private, "security.create_curve_key")


def in_format(jwk: dict[str, Any], form: str) -> Any:
    """The JWK as it is for ``object``, its JSON text in base64 for ``base64``."""
    if form == "object":
        return jwk
    if form == "base64":
        return base64.b64encode(values.to_bytes(values.dumps(jwk))).decode()
    raise Fault("bad-argument", f"Unknown key format: {form}", help='write `format = "object"` or `format = "base64"`')


def _check_bits(bits: int, least: int, most: int) -> None:
    if bits < least or bits % 8:
        raise Fault(
            "bad-argument", f"bits must be a multiple of 8 and at least {least}.", help=f"write `bits = {least * 2}`"
        )
    if bits > most:
        raise Fault("limit-size", f"such a key may have at most {most:,} bits")


def _exported(family: str, private: Any, needed_by: str) -> dict[str, Any]:
    kind = jose.load(needed_by).jwk.JWKRegistry.key_types[family]
    exported: dict[str, Any] = kind(private, private).as_dict(private=True)
    return {"kty": family, **exported}
