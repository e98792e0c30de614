"""Objects as ``multipart/form-data`` bodies."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from xsrun import values
from xsrun.exchange.fields import pairs, scalar_text

UNKNOWN_TYPE = "application/octet-stream"
_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


@runtime_checkable
class FileValue(Protocol):
    """What a file resource shows to those who send it."""

    name: str
    mime: str

    def read(self) -> bytes:
        """The whole content."""
        ...


def encode(value: Any, boundary: str) -> bytes:
    """The body that carries an object or list, one part for every scalar, file and bytes value in it.

    Lists of scalars become repeated ``name[]``. Raises Fault for a resource that is no file.
    """
    parts = [_part(name, item) for key, held in values.as_object(value).items() for name, item in _named(key, held)]
    line = b"--" + boundary.encode()
    return b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


def _named(name: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return [(f"{name}[]", item) for item in value if item is not None]
    return pairs({name: value})


def _part(name: str, value: Any) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name.translate(_ESCAPES)}"'
    if isinstance(value, bytes):
        return _file(disposition, name, UNKNOWN_TYPE, value)
    if isinstance(value, values.Opaque) and isinstance(value, FileValue):
        return _file(disposition, value.name, value.mime or UNKNOWN_TYPE, value.read())
    return values.to_bytes(disposition) + b"\r\n\r\n" + values.to_bytes(scalar_text(value))


def _file(disposition: str, filename: str, mime: str, content: bytes) -> bytes:
    head = (
        f'{disposition}; filename="{filename.translate(_ESCAPES)}"\r\nContent-Type: {mime.translate(_ESCAPES)}\r\n\r\n'
    )
    return values.to_bytes(head) + content
