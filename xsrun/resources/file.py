"""The file resource: a value with a name and a content that is read when it is needed."""

from __future__ import annotations

import hashlib
import io
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from functools import cached_property

from xsrun import values
from xsrun.diagnostics import INPUT_ERROR, Fault
from xsrun.hints import Any, BinaryIO, Final
from xsrun.resources import content

CHUNK: Final = 1 << 16

Opener = Callable[[], BinaryIO]


class FileResource(values.Opaque):
    """A file that is not stored: uploaded, made of text, taken out of an archive, or in the store of the project.

    Programs read ``path``, ``name``, ``size`` and ``mime`` of it; the path is a token that leads nowhere. Passing it
    on shares it: what is added to an archive shows wherever the archive is held.
    """

    type_name = "file"

    def __init__(self, name: str, opener: Opener, size: int, mime: str = "") -> None:
        self.name = name
        self.size = size
        self.open = opener
        if mime:
            self.mime = mime

    @cached_property
    def mime(self) -> str:
        """The MIME type."""
        return content.mime_of(self.head(), self.name)

    def head(self) -> bytes:
        """The first bytes of the content."""
        with self.open() as stream:
            return stream.read(content.HEAD)

    def read(self) -> bytes:
        """The whole content."""
        with self.open() as stream:
            return stream.read()

    def chunks(self) -> Iterator[bytes]:
        """The content, piece by piece."""
        with self.open() as stream:
            yield from iter(lambda: stream.read(CHUNK), b"")

    def replace(self, data: bytes) -> None:
        """Give it another content, wherever it is held. Where the old one came from does not change."""
        self.open, self.size = lambda: io.BytesIO(data), len(data)

    def fields(self) -> dict[str, Any]:
        """What programs may read of it by name."""
        return {"path": f"tmp/{self.name}", "name": self.name, "size": self.size, "mime": self.mime}

    def to_json(self) -> Any:
        """The same: a content does not show in JSON."""
        return self.fields()

    def __repr__(self) -> str:
        return f"<file {self.name!r}, {self.size} bytes>"


def of_bytes(name: str, data: bytes, mime: str = "") -> FileResource:
    """A file with this content; its type is told by it when it is not given."""
    return FileResource(name, lambda: io.BytesIO(data), len(data), mime)


class Extracted(FileResource):
    """A file taken out of an archive, which programs also ask for its content."""

    def __init__(self, path: str, data: bytes) -> None:
        super().__init__(path.rpartition("/")[2], lambda: io.BytesIO(data), len(data))
        self.path = path

    def fields(self) -> dict[str, Any]:
        """What programs may read of it by name: its path within the archive, and the content too."""
        data = text_or_bytes(self.read())
        return {**super().fields(), "path": self.path, "data": data, "content": data}

    def to_json(self) -> Any:
        """The same, the content once."""
        return {name: value for name, value in self.fields().items() if name != "data"}


def text_or_bytes(data: bytes) -> str | bytes:
    """A content as programs get it: text where it is UTF-8, else bytes."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def from_object(given: dict[str, Any]) -> FileResource:
    """The file that ``{name, data, mime?}`` describes, ``data`` in base64. Raises ValueError."""
    name, data, mime = given.get("name"), given.get("data"), given.get("mime") or ""
    if not (isinstance(name, str) and isinstance(data, str) and isinstance(mime, str)):
        raise ValueError("no file")
    return of_bytes(name, b64decode(data, validate=True), mime)


def described(file: FileResource) -> dict[str, Any]:
    """What ``from_object`` makes the same file of."""
    return {"name": file.name, "data": b64encode(file.read()).decode(), "mime": file.mime}


def fingerprint(file: FileResource) -> list[str]:
    """What tells a file from others: its name and the SHA-256 of its content."""
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return [file.name, digest.hexdigest()]


def bytes_of(value: Any) -> bytes:
    """The content that a value stands for: a file's, or the text's. Raises Fault for a list or object."""
    return value.read() if isinstance(value, FileResource) else values.to_bytes(value)


def no_file(param: str) -> Fault:
    """The fault of a statement that needs a file and got something else, or nothing."""
    return Fault(
        "input-error",
        f"Missing param: {param}",
        kind=INPUT_ERROR,
        payload={"param": param},
        help="give a file: an input of type `file`, or one of storage.create_file_resource",
    )
