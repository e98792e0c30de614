"""AES in the way PHP's openssl functions apply it: keys and vectors cut or zero-padded to their size."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from xsrun import extras
from xsrun.diagnostics import Fault

BLOCK: Final = 16
GCM_VECTOR: Final = 12


class Aes(NamedTuple):
    """One algorithm: bytes of its key, and ``cbc`` or ``gcm``."""

    key_size: int
    mode: str


ALGORITHMS: Final[dict[str, Aes]] = {
    f"aes-{bits}-{mode}": Aes(bits // 8, mode) for mode in ("cbc", "gcm") for bits in (128, 192, 256)
}


def encrypt(data: bytes, algorithm: str, key: bytes, iv: bytes) -> bytes:
    """The ciphertext; in GCM the 16 bytes of the tag stand at its end.

    Raises Fault ``bad-argument`` for an unknown algorithm, an empty key, and an empty vector in GCM.
    """
    aes = _checked(algorithm, key, iv)
    if aes.mode == "gcm":
        return _gcm(aes, key).encrypt(_fit(iv, GCM_VECTOR), data, None)  # type: ignore[no-any-return]
    padder, cipher = _padding().padder(), _cbc(aes, key, iv).encryptor()
    return cipher.update(padder.update(data) + padder.finalize()) + cipher.finalize()  # type: ignore[no-any-return]


def decrypt(data: bytes, algorithm: str, key: bytes, iv: bytes) -> str | bytes:
    """What ``encrypt`` got: text where it is UTF-8, else bytes.

    Raises the same faults, and ``bad-argument`` for data that does not fit the key.
    """
    aes = _checked(algorithm, key, iv)
    refusals = (ValueError, _library("exceptions").InvalidTag)
    try:
        opened = _opened(aes, data, key, iv)
    except refusals:
        raise Fault(
            "bad-argument",
            "Unable to decrypt.",
            help="check the algorithm, the key, the iv and how the data was encoded",
        ) from None
    try:
        return opened.decode()
    except UnicodeDecodeError:
        return opened


def _opened(aes: Aes, data: bytes, key: bytes, iv: bytes) -> bytes:
    if aes.mode == "gcm":
        return _gcm(aes, key).decrypt(_fit(iv, GCM_VECTOR), data, None)  # type: ignore[no-any-return]
    unpadder, cipher = _padding().unpadder(), _cbc(aes, key, iv).decryptor()
    return unpadder.update(cipher.update(data) + cipher.finalize()) + unpadder.finalize()  # type: ignore[no-any-return]


def _checked(algorithm: str, key: bytes, iv: bytes) -> Aes:
    aes = ALGORITHMS.get(algorithm)
    if aes is None:
        raise Fault("bad-argument", f"Unknown algorithm: {algorithm}", help=f"use one of {', '.join(ALGORITHMS)}")
    # An absent secret arrives as an empty text, and padding would make a key of it that everybody knows.
    if not key:
        raise Fault("bad-argument", "The key is empty.", help=f"give {aes.key_size} bytes")
    if aes.mode == "gcm" and not iv:
        raise Fault("bad-argument", "The iv is empty.", help=f"give {GCM_VECTOR} random bytes, new for every message")
    return aes


def _fit(value: bytes, size: int) -> bytes:
    return value[:size].ljust(size, b"\0")


def _gcm(aes: Aes, key: bytes) -> Any:
    return _library("hazmat.primitives.ciphers.aead").AESGCM(_fit(key, aes.key_size))


def _cbc(aes: Aes, key: bytes, iv: bytes) -> Any:
    ciphers = _library("hazmat.primitives.ciphers")
    return ciphers.Cipher(
        _library("hazmat.primitives.ciphers.algorithms").AES(_fit(key, aes.key_size)),
        _library("hazmat.primitives.ciphers.modes").CBC(_fit(iv, BLOCK)),
    )


def _padding() -> Any:
    return _library("hazmat.primitives.padding").PKCS7(BLOCK * 8)


def _library(module: str) -> Any:
    return extras.load(f"cryptography.{module}", extra="crypto", needed_by="encrypt")
