"""The old encryption of zip files, for writing: the standard library and pyzipper only read it.

It keeps nobody out who wants in; it is here because the platform writes it unless told otherwise.
"""

from __future__ import annotations

import secrets

from xsrun.hints import Final

HEADER: Final = 12


def _crc_table() -> list[int]:
    table = list(range(256))
    for _ in range(8):
        table = [crc >> 1 ^ (0xEDB88320 if crc & 1 else 0) for crc in table]
    return table


_TABLE: Final = _crc_table()


class ZipCrypto:
    """Encrypts one entry of an archive; what ``AESZipEncrypter`` is to pyzipper, with the cipher of PKWARE.

    ``check`` is the CRC-32 of the content: its highest byte tells a wrong password.
    """

    def __init__(self, password: bytes, check: int) -> None:
        self._check = check >> 24
        self._keys = 0x12345678, 0x23456789, 0x34567890
        for each in password:
            self._turn(each)

    def _turn(self, plain: int) -> None:
        first, second, third = self._keys
        first = first >> 8 ^ _TABLE[(first ^ plain) & 0xFF]
        second = ((second + (first & 0xFF)) * 0x08088405 + 1) & 0xFFFFFFFF
        self._keys = first, second, third >> 8 ^ _TABLE[(third ^ second >> 24) & 0xFF]

    def encryption_header(self) -> bytes:
        """What stands before the content."""
        return self.encrypt(secrets.token_bytes(HEADER - 1) + bytes([self._check]))

    def encrypt(self, data: bytes) -> bytes:
        """The next bytes of the content."""
        made = bytearray()
        for plain in data:
            mask = self._keys[2] | 2
            made.append(plain ^ (mask * (mask ^ 1) >> 8) & 0xFF)
            self._turn(plain)
        return bytes(made)

    def flush(self) -> bytes:
        """What stands behind the content."""
        return b""

    def update_zipinfo(self, info: object) -> None:
        """Add nothing to what an archive says of the entry."""

    finalize_zipinfo = update_zipinfo
