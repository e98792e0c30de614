"""The store of files in the project's folder."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from xsrun.diagnostics import NOT_FOUND, Fault
from xsrun.files import opened, private
from xsrun.hints import BinaryIO, Final
from xsrun.resources import addresses, names

HIDDEN: Final = ".xsrun"
"""The folder of a project that is the runner's: the files of its jobs, and the key that signs their addresses."""
STORE: Final = "files"
KEY: Final = "files.key"
KEY_BYTES: Final = 32
FILE_URL: Final = "file:"
"""What every address of a store on this machine begins with."""
LARGEST: Final = 1_000_000_000
"""Bytes that one file may have."""


class FolderFiles:
    """Keeps files below ``.xsrun/files`` of a project's folder; implements ``ports.Files``.

    Folders are made when the first file is written, for their owner alone (0700, files 0600). No path leads out: it
    is checked part by part, and a link on the way is refused.
    """

    def __init__(self, home: str) -> None:
        self._home = os.path.abspath(home)

    def open(self, path: str) -> BinaryIO:
        """The content of a file, to be read and closed."""
        with _reporting(path):
            return opened(self._place(names.parts(path)))

    def size(self, path: str) -> int:
        """The size of a file in bytes."""
        with _reporting(path), opened(self._place(names.parts(path))) as stream:
            return os.fstat(stream.fileno()).st_size

    def write(self, path: str, pieces: Iterable[bytes]) -> int:
        """Store a file as a whole, in the place of one that is there. Gives back its size."""
        parts = names.parts(path)
        with _reporting(path, writing=True):
            return _save(self._made(parts), pieces)

    def append(self, path: str, data: bytes) -> None:
        """Add to the end of a file, which is made when it is not there."""
        parts = names.parts(path)
        with (
            _reporting(path, writing=True),
            os.fdopen(private(self._made(parts), os.O_APPEND | os.O_NONBLOCK), "ab") as stream,
        ):
            demand_size(stream.tell() + len(data))
            stream.write(data)

    def delete(self, path: str) -> None:
        """Remove a file, and the folders that held nothing else."""
        parts = names.parts(path)
        with _reporting(path):
            os.unlink(self._place(parts))
        with contextlib.suppress(OSError):
            for depth in range(len(parts) - 1, 0, -1):
                os.rmdir(self._place(parts[:depth]))

    def address(self, path: str, expires: int) -> str:
        """A URL by which a file can be read until a time, in seconds since 1970."""
        return addresses.signed(self._base(), self._key(), path, expires)

    def behind(self, url: str, now: int) -> str | None:
        """The path of the file that an address leads to, None for what is no file: URL. Raises Fault."""
        return addresses.behind(self._base(), self._key(), url, now) if url.startswith(FILE_URL) else None

    def _base(self) -> str:
        return Path(self._home, HIDDEN, STORE).as_uri() + "/"

    def _key(self) -> bytes:
        """The secret that signs addresses of this store."""
        return self.secret(KEY)

    def secret(self, name: str) -> bytes:
        """A secret of the project that lies in a file of this name beside the store; made at first use."""
        with _reporting(name, writing=True):
            place = self._walk((HIDDEN, name))
            if not os.path.lexists(place):
                self._made(())
                _save(place, [secrets.token_bytes(KEY_BYTES)])
            with opened(place) as stream:
                return stream.read()

    def _place(self, parts: tuple[str, ...]) -> str:
        return self._walk((HIDDEN, STORE, *parts))

    def _walk(self, parts: tuple[str, ...]) -> str:
        """Where parts of a path lead. Raises Fault when one of them is a link."""
        place = self._home
        for part in parts:
            place = os.path.join(place, part)
            if os.path.islink(place):
                raise names.bad_path("/".join(parts), f"`{part}` is a link")
        if os.path.commonpath((self._home, place)) != self._home:
            raise names.bad_path("/".join(parts), "it leads out of the folder")
        return place

    def _made(self, parts: tuple[str, ...]) -> str:
        """The same for a file to be written: the folders before it are made."""
        place = self._place(parts)
        folder = hidden_folder(self._home)
        for part in (STORE, *parts[:-1]):
            folder = os.path.join(folder, part)
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, 0o700)
        return place


def hidden_folder(home: str) -> str:
    """The runner's folder in that of a project, made for its owner alone when it is not there. Raises OSError."""
    folder = os.path.join(home, HIDDEN)
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    ignore = os.path.join(folder, ".gitignore")
    with contextlib.suppress(FileExistsError), os.fdopen(private(ignore, os.O_EXCL), "wb") as stream:
        stream.write(b"*\n")
    return folder


def _save(place: str, pieces: Iterable[bytes]) -> int:
    """Write to a place beside, then move: nobody sees half a file. Gives back its size."""
    beside = os.path.join(os.path.dirname(place), f".{secrets.token_hex(8)}")
    size = 0
    try:
        with os.fdopen(private(beside, os.O_EXCL), "wb") as stream:
            for piece in pieces:
                size += len(piece)
                demand_size(size)
                stream.write(piece)
        os.replace(beside, place)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
    return size


@contextlib.contextmanager
def _reporting(path: str, writing: bool = False) -> Iterator[None]:
    """Errors of the system as faults."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError) and not writing:
            raise not_found(path) from None
        reason = error.strerror or str(error)
        raise Fault("file-error", f"The file {path} cannot be used: {reason}", help="look at .xsrun/files") from None


def not_found(path: str) -> Fault:
    """The fault of a file that is not there."""
    return Fault(
        "notfound", f"File not found: {path}", kind=NOT_FOUND, help="use the `path` that storage.create_… gave"
    )


def demand_size(size: int) -> None:
    """Raise Fault for a file that is larger than what is stored."""
    if size > LARGEST:
        raise Fault("limit-size", f"a stored file may have at most {LARGEST:,} bytes")
