"""Filters of `security`: hashes, signatures, ciphers, tokens and ids that nobody can guess."""

from __future__ import annotations

import base64
import hashlib
import hmac

from xsrun import values
from xsrun.builtins.registry import Binary, Bool, Group, Int, Object, Text, Value
from xsrun.crypto import ciphers, tokens
from xsrun.diagnostics import Fault
from xsrun.effects.ports import World
from xsrun.hints import Any, Final

security = Group("security")

ID_SIZE: Final = 8
TAG_SIZE: Final = 4


# ---------------------------------------------------------------- hashes


@security.filter('"abc"|md5 -> "900150983cd24fb0d6963f7d28e17f72"', 'null|md5 -> "d41d8cd98f00b204e9800998ecf8427e"')
def md5(subject: Binary, raw: Bool = False) -> str | bytes:
    """Give the MD5 digest as lower-case hex, or as raw bytes."""
    return _digest("md5", subject, raw)


@security.filter(
    '"abc"|sha1 -> "a9993e364706816aba3e25717850c26c9cd0d89d"',
    '"abc"|sha1:true|base64_encode -> "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="',
)
def sha1(subject: Binary, raw: Bool = False) -> str | bytes:
    """Give the SHA-1 digest as lower-case hex, or as raw bytes."""
    return _digest("sha1", subject, raw)


@security.filter(
    '"abc"|sha256 -> "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"',
    "[1]|sha256 -> !Text filter requires an integer, float, string or boolean value.",
)
def sha256(subject: Binary, raw: Bool = False) -> str | bytes:
    """Give the SHA-256 digest as lower-case hex, or as raw bytes."""
    return _digest("sha256", subject, raw)


@security.filter(
    '"abc"|sha384 -> "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"'
)
def sha384(subject: Binary, raw: Bool = False) -> str | bytes:
    """Give the SHA-384 digest as lower-case hex, or as raw bytes."""
    return _digest("sha384", subject, raw)


@security.filter(
    '"abc"|sha512 -> "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a'
    '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"'
)
def sha512(subject: Binary, raw: Bool = False) -> str | bytes:
    """Give the SHA-512 digest as lower-case hex, or as raw bytes."""
    return _digest("sha512", subject, raw)


@security.filter('"msg"|hmac_md5:"key" -> "18e3548c59ad40dd03907b7aeee71d67"')
def hmac_md5(subject: Binary, key: Binary, raw: Bool = False) -> str | bytes:
    """Sign the text with a shared key by HMAC-MD5, as lower-case hex or raw bytes."""
    return _signature("md5", subject, key, raw)


@security.filter('"msg"|hmac_sha1:"key" -> "102900b72b7bf1031eec76b4804b66052376896b"')
def hmac_sha1(subject: Binary, key: Binary, raw: Bool = False) -> str | bytes:
    """Sign the text with a shared key by HMAC-SHA-1, as lower-case hex or raw bytes."""
    return _signature("sha1", subject, key, raw)


@security.filter(
    '"msg"|hmac_sha256:"key" -> "2d93cbc1be167bcb1637a4a23cbff01a7878f0c50ee833954ea5221bb1b8c628"',
    '"msg"|hmac_sha256:"key":true|base64_encode -> "LZPLwb4We8sWN6SiPL/wGnh48MUO6DOVTqUiG7G4xig="',
)
def hmac_sha256(subject: Binary, key: Binary, raw: Bool = False) -> str | bytes:
    """Sign the text with a shared key by HMAC-SHA-256, as lower-case hex or raw bytes."""
    return _signature("sha256", subject, key, raw)


@security.filter(
    '"msg"|hmac_sha384:"key" -> "3bba95ff38376a129225ec5430dd3aff6ac7b7acdb829a4a'
    'f35f33f8c6ddbbf9d85fb31f8b20316db93aedd08a816cfa"'
)
def hmac_sha384(subject: Binary, key: Binary, raw: Bool = False) -> str | bytes:
    """Sign the text with a shared key by HMAC-SHA-384, as lower-case hex or raw bytes."""
    return _signature("sha384", subject, key, raw)


@security.filter(
    '"msg"|hmac_sha512:"key" -> "1e4b55b925ccc28ed90d9d18fc2393fcbe164c0d84e67e173cc5aa486b7afc10'
    '6633c66bdc309076f5f8d9fdbbb62456f894f2c23377fbcc12f4ab2940eb6d70"'
)
def hmac_sha512(subject: Binary, key: Binary, raw: Bool = False) -> str | bytes:
    """Sign the text with a shared key by HMAC-SHA-512, as lower-case hex or raw bytes."""
    return _signature("sha512", subject, key, raw)


def _digest(name: str, data: bytes, raw: bool) -> str | bytes:
    digest = hashlib.new(name, data, usedforsecurity=False)
    return digest.digest() if raw else digest.hexdigest()


def _signature(name: str, data: bytes, key: bytes, raw: bool) -> str | bytes:
    signature = hmac.digest(key, data, name)
    return signature if raw else signature.hex()


# ---------------------------------------------------------------- ciphers


@security.filter(
    '"hello"|encrypt:"aes-128-cbc":"0123456789abcdef":"fedcba9876543210"|base64_encode -> "e+3OsGVfOJQQaXifNkYgkQ=="',
    '"x"|encrypt:"aes-1":"k":"i" -> !Unknown algorithm: aes-1',
    '"x"|encrypt:"aes-256-cbc":null:"i" -> !The key is empty.',
    parity="an empty key, and an empty iv in GCM, are faults; in GCM the tag stands at the end of the ciphertext",
)
def encrypt(subject: Binary, algorithm: Text, key: Binary, iv: Binary) -> bytes:
    """Encrypt the text with AES and give raw bytes.

    The algorithm is `aes-128-cbc`, `aes-192-cbc`, `aes-256-cbc`, or the same with `gcm`. Key and iv are
    cut or filled with zero bytes to their size: 16, 24 or 32 bytes of key; 16 of iv in CBC, 12 in GCM.
    Send the result through `base64_encode` before it goes into JSON.
    """
    return ciphers.encrypt(subject, algorithm, key, iv)


@security.filter(
    '"x"|encrypt:"aes-256-gcm":"key":"iv"|decrypt:"aes-256-gcm":"key":"iv" -> "x"',
    '"e+3OsGVfOJQQaXifNkYgkQ=="|base64_decode|decrypt:"aes-128-cbc":"0123456789abcdef":"fedcba9876543210" -> "hello"',
    '"x"|encrypt:"aes-256-gcm":"key":"iv"|decrypt:"aes-256-gcm":"other":"iv" -> !Unable to decrypt.',
)
def decrypt(subject: Binary, algorithm: Text, key: Binary, iv: Binary) -> str | bytes:
    """Decrypt what `encrypt` made with the same algorithm, key and iv; bytes that are no text stay bytes."""
    return ciphers.decrypt(subject, algorithm, key, iv)


# ---------------------------------------------------------------- tokens


@security.filter(
    '{a: 1}|jws_encode:{}:"secret-of-at-least-32-characters!":"HS256"|split:"."|count -> 3',
    '{a: 1}|jws_encode:{}:"":"HS256" -> !The key or the headers do not fit HS256.',
    misnomers=("crypto_jws_encode",),
)
def jws_encode(world: World, claims: Value, headers: Object, key: Value, algorithm: Text, ttl: Int = 0) -> str:
    """Make a signed token (JWT) of the claims.

    The key is a secret text, a PEM text, or a JWK as object, JSON or base64; the algorithm HS, RS, ES or
    PS with 256, 384 or 512. A `ttl` in seconds adds the claims `iat` and `exp`.
    """
    return tokens.jws_encode(claims, headers, key, algorithm, ttl, world.clock)


@security.filter(
    '{a: 1}|jws_encode:{}:"a secret text":"HS256"|jws_decode:{a: 1}:"a secret text":"HS256" -> {"a":1}',
    '{a: 1}|jws_encode:{}:"a secret text":"HS256"|jws_decode:{}:"another text":"HS256"'
    " -> !Unable to accept the token: its signature does not match.",
    '{exp: 1}|jws_encode:{}:"a secret text":"HS256"|jws_decode:{}:"a secret text":"HS256"'
    " -> !Unable to accept the token: it has expired.",
    '{a: 1}|jws_encode:{}:"a secret text":"HS256"|jws_decode:{a: 2}:"a secret text":"HS256"'
    " -> !Unable to accept the token: its claim `a` is not the expected one.",
    misnomers=("crypto_jws_decode", "jwt_decode"),
)
def jws_decode(
    world: World, token: Text, check_claims: Object, key: Value, algorithm: Text, time_drift: Int = 0
) -> Any:
    """Verify a signed token and give its claims.

    Checked are the signature, the times `exp` and `nbf` give or take the drift in seconds, and that every
    claim to check has exactly the given value.
    """
    return tokens.jws_decode(token, check_claims, key, algorithm, time_drift, world.clock)


@security.filter(
    '{a: 1}|jwe_encode:{}:"0123456789abcdef":"A128KW":"A128GCM"|split:"."|count -> 5',
    '{a: 1}|jwe_encode:{}:"too short":"A128KW":"A128GCM" -> !The key or the headers do not fit A128KW with A128GCM.',
    misnomers=("crypto_jwe_encode",),
)
def jwe_encode(
    world: World,
    claims: Value,
    headers: Object,
    key: Value,
    key_algorithm: Text,
    content_algorithm: Text,
    ttl: Int = 0,
) -> str:
    """Make an encrypted token of the claims.

    Key algorithms: A128KW, A128GCMKW (also 192, 256), dir, RSA-OAEP, RSA-OAEP-256, ECDH-ES, ECDH-ES+A128KW
    (also 192, 256). Content algorithms: A128CBC-HS256, A192CBC-HS384, A256CBC-HS512, A128GCM, A192GCM, A256GCM.
    """
    return tokens.jwe_encode(claims, headers, key, key_algorithm, content_algorithm, ttl, world.clock)


@security.filter(
    '{a: 1}|jwe_encode:{}:"0123456789abcdef":"A128KW":"A128GCM"'
    '|jwe_decode:{}:"0123456789abcdef":"A128KW":"A128GCM" -> {"a":1}',
    '"a.b"|jwe_decode:{}:"0123456789abcdef":"A128KW":"A128GCM"'
    " -> !Unable to accept the token: it is damaged, or was made with another key or algorithm.",
    misnomers=("crypto_jwe_decode",),
)
def jwe_decode(
    world: World,
    token: Text,
    check_claims: Object,
    key: Value,
    key_algorithm: Text,
    content_algorithm: Text,
    time_drift: Int = 0,
) -> Any:
    """Decrypt an encrypted token and give its claims, checked as `jws_decode` does."""
    return tokens.jwe_decode(token, check_claims, key, key_algorithm, content_algorithm, time_drift, world.clock)


# ---------------------------------------------------------------- ids


@security.filter("(|uuid|strlen) -> 36", misnomers=("uuid4",))
def uuid(world: World, subject: Value = None) -> str:
    """Make a random version 4 UUID in lower case."""
    return world.random.uuid()


@security.filter("((|create_uid) > 0) -> true", misnomers=("uid",))
def create_uid(world: World, subject: Value = None) -> int:
    """Make a random positive integer of up to 63 bits."""
    return world.random.integer(1, values.INT_MAX)


@security.filter(
    '12345|secureid_encode:"salt" -> "RnqN_SBzCVNb7qOC"',
    '"x"|secureid_encode:"salt" -> !Not numeric.',
    parity="the platform's own scheme is private: texts made there cannot be read here, nor the reverse",
)
def secureid_encode(subject: Int, salt: Text) -> str:
    """Hide an integer id in a short text that only the same salt turns back."""
    if not values.INT_MIN <= subject <= values.INT_MAX:
        raise Fault("bad-argument", "The id does not fit into 64 bits.", help="give a smaller integer")
    plain = subject.to_bytes(ID_SIZE, "big", signed=True)
    tag = hmac.digest(values.to_bytes(salt), plain, "sha256")[:TAG_SIZE]
    return base64.urlsafe_b64encode(tag + _masked(plain, salt, tag)).decode()


@security.filter(
    '12345|secureid_encode:"salt"|secureid_decode:"salt" -> 12345',
    '"RnqN_SBzCVNb7qOC"|secureid_decode:"other" -> null',
    '"nonsense"|secureid_decode:"salt" -> null',
)
def secureid_decode(subject: Text, salt: Text) -> int | None:
    """Give the integer that `secureid_encode` hid, or null when text and salt do not belong together."""
    try:
        sealed = base64.urlsafe_b64decode(subject)
    except ValueError:
        return None
    if len(sealed) != TAG_SIZE + ID_SIZE:
        return None
    found = int.from_bytes(_masked(sealed[TAG_SIZE:], salt, sealed[:TAG_SIZE]), "big", signed=True)
    return found if hmac.compare_digest(secureid_encode(found, salt).encode(), values.to_bytes(subject)) else None


def _masked(data: bytes, salt: str, tag: bytes) -> bytes:
    mask = hmac.digest(values.to_bytes(salt), b"mask" + tag, "sha256")
    return bytes(left ^ right for left, right in zip(data, mask, strict=False))


# ---------------------------------------------------------------- SQL


@security.filter('"name"|sql_alias -> "\\"name\\""', '"a\\"b"|sql_alias -> "\\"a\\"\\"b\\""')
def sql_alias(subject: Text) -> str:
    """Quote a name for use in raw SQL."""
    return '"' + subject.replace('"', '""') + '"'


@security.filter("\"it's\"|sql_esc -> \"'it''s'\"", "null|sql_esc -> \"''\"")
def sql_esc(subject: Text) -> str:
    """Quote a text for use in raw SQL."""
    return "'" + subject.replace("'", "''") + "'"
