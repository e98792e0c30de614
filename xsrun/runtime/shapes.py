"""The shapes that a secret takes in encodings. Standard encoders are left alone: importing them is half of a start."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterator

from xsrun import values
from xsrun.hints import Final

_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def shapes(secret: str, shortest: int) -> Iterator[str]:
    """A secret as it is, and as encodings show it; ``shortest`` counts the characters a part of it has to have."""
    yield from plain_shapes(secret)
    data = secret.encode("utf-8", "surrogatepass")
    yield secret.encode("unicode_escape").decode()
    yield data.hex()
    yield data.hex().upper()
    for core in (_base64(data), *(_base64_core(data, shift) for shift in range(3))):
        if len(core) >= shortest:
            yield core
            yield core.replace("+", "-").replace("/", "_")


def plain_shapes(text: str) -> Iterator[str]:
    """A text as it is, in addresses and forms, and in JSON."""
    yield text
    quoted = _quoted(text.encode("utf-8", "surrogatepass"))
    yield quoted
    yield quoted.replace("%20", "+")
    json = values.dumps(text)[1:-1]
    for each in (json, "".join(letter if letter.isascii() else _escaped(letter) for letter in json)):
        yield each
        yield each.replace("/", "\\/")


def _quoted(data: bytes) -> str:
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in data)


def _escaped(letter: str) -> str:
    r"""``\u00e9`` of a letter, two of them of one beyond 16 bits."""
    data = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{data[at : at + 4]}" for at in range(0, len(data), 4))


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()


def _base64_core(data: bytes, shift: int) -> str:
    """What base64 makes of the secret, whatever stands before and after it: only the characters it alone decides."""
    first = (shift * 8 + 5) // 6
    last = (len(data) + shift) * 8 // 6
    return _base64(bytes(shift) + data)[first:last]
