"""Zip archives in memory: made, added to, looked into, unpacked; with limits against those that unpack without end."""

from __future__ import annotations

import io
import lzma
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from zipfile import ZIP_DEFLATED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from xsrun import extras
from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final
from xsrun.record import NamedTuple
from xsrun.resources import names
from xsrun.resources.file import FileResource
from xsrun.resources.zipcrypto import ZipCrypto

MIME: Final = "application/zip"
EMPTY: Final = b"PK\x05\x06" + bytes(18)
MOST_ENTRIES: Final = 10_000
MOST_UNPACKED: Final = 256_000_000
"""Bytes of all entries together, unpacked."""
MOST_RATIO: Final = 200
"""Times that an entry may grow when it is unpacked; small ones may grow more."""
SMALL: Final = 1_000_000

STANDARD: Final = "standard"
STRENGTHS: Final = {"AES-128": 128, "AES-192": 192, "AES-256": 256}
_ENCRYPTED: Final = 1
_AES: Final = 99
"""The compression that an entry encrypted with AES shows."""
_LINK: Final = 0o120000
_Date = tuple[int, int, int, int, int, int]
_YEARS: Final = (1980, 2107)
"""What a date of an entry can say."""


class Lock(NamedTuple):
    """How entries are encrypted. An empty password is none."""

    password: str = ""
    encryption: str = STANDARD

    @property
    def secret(self) -> bytes | None:
        """The password as bytes, None without one."""
        return self.password.encode("utf-8", "surrogatepass") or None


class Archive(FileResource):
    """A zip archive that was made here; what is added to it is encrypted as it was made."""

    def __init__(self, name: str, lock: Lock) -> None:
        super().__init__(name, lambda: io.BytesIO(EMPTY), len(EMPTY), MIME)
        self.lock = lock


def lock_of(archive: FileResource, password: str, encryption: str = "") -> Lock:
    """How an archive is opened: by what is given, else as it was made. Raises Fault for an unknown encryption."""
    made = archive.lock if isinstance(archive, Archive) else Lock()
    wanted = encryption or made.encryption
    if wanted != STANDARD and wanted not in STRENGTHS:
        raise Fault(
            "bad-argument", f"Unknown encryption: {wanted}", help=f"write one of {', '.join((STANDARD, *STRENGTHS))}"
        )
    return Lock(password or made.password, wanted)


def entries(archive: FileResource, lock: Lock) -> list[ZipInfo]:
    """The files in an archive, without its folders. Raises Fault."""
    with _reading(archive, lock) as opened:
        return _files(opened)


def contents(archive: FileResource, lock: Lock) -> Iterator[tuple[ZipInfo, bytes]]:
    """Every file in an archive with its content. Raises Fault, also for a name that leads out of a folder."""
    with _reading(archive, lock) as opened:
        for info in _files(opened):
            names.parts(info.filename)
            if info.external_attr >> 16 & 0o170000 == _LINK:
                raise names.bad_path(info.filename, "it is a link")
            yield info, opened.read(info)


def add(archive: FileResource, added: Iterable[tuple[str, bytes]], lock: Lock, now: int) -> None:
    """Add files, each in the place of one of that name. ``now`` is their time, in milliseconds since 1970."""
    wanted = {"/".join(names.parts(name)): data for name, data in added}
    held = {info.filename for info in entries(archive, lock)}
    if len(held | wanted.keys()) > MOST_ENTRIES:
        raise _too_large(f"may hold at most {MOST_ENTRIES:,} files")
    if held & wanted.keys():
        remove(archive, wanted.__contains__, lock)
    buffer = io.BytesIO(archive.read())
    with _reporting(), _writer(buffer, lock) as target:
        for name, data in wanted.items():
            _write(target, name, data, _date(now), lock)
    archive.replace(buffer.getvalue())


def remove(archive: FileResource, goes: Callable[[str], bool], lock: Lock) -> int:
    """Take out the files whose name ``goes`` says yes to; the others are packed anew. Gives back how many went."""
    kept = io.BytesIO(EMPTY)
    gone = 0
    with _reading(archive, lock) as opened, _writer(kept, lock) as target:
        for info in _files(opened):
            if goes(info.filename):
                gone += 1
            else:
                own = lock if info.flag_bits & _ENCRYPTED else Lock()
                _write(target, info.filename, opened.read(info), info.date_time, own)
    archive.replace(kept.getvalue())
    return gone


@contextmanager
def _reading(archive: FileResource, lock: Lock) -> Iterator[Any]:
    """An archive to be read, by the library that can."""
    with archive.open() as stream, _reporting():
        opened: Any = ZipFile(stream)
        if any(info.compress_type == _AES for info in opened.infolist()):
            opened = _pyzipper().AESZipFile(stream)
        with opened:
            if lock.secret:
                opened.setpassword(lock.secret)
            yield opened


@contextmanager
def _writer(buffer: io.BytesIO, lock: Lock) -> Iterator[Any]:
    """An archive to be added to; only pyzipper can encrypt."""
    opened: Any
    if lock.secret is None:
        opened = ZipFile(buffer, "a", ZIP_DEFLATED)
    else:
        opened = _pyzipper().AESZipFile(buffer, "a", ZIP_DEFLATED)
    with opened:
        yield opened


def _write(target: Any, name: str, data: bytes, date: _Date, lock: Lock) -> None:
    if lock.secret is not None:
        target.setpassword(lock.secret)
        if lock.encryption == STANDARD:
            cipher = ZipCrypto(lock.secret, zlib.crc32(data))
            target.encryption, target.get_encrypter = STANDARD, lambda: cipher
        else:
            target.setencryption(_pyzipper().WZ_AES, nbits=STRENGTHS[lock.encryption])
    kind = ZipInfo if isinstance(target, ZipFile) else target.zipinfo_cls
    info = kind(name, date)
    info.compress_type = ZIP_DEFLATED
    target.writestr(info, data)


def _files(opened: Any) -> list[ZipInfo]:
    """The files of an archive, when it is one that may be unpacked."""
    found: list[ZipInfo] = [info for info in opened.infolist() if not info.filename.endswith("/")]
    if len(opened.infolist()) > MOST_ENTRIES:
        raise _too_large(f"may hold at most {MOST_ENTRIES:,} files")
    if sum(info.file_size for info in found) > MOST_UNPACKED:
        raise _too_large(f"may unpack to at most {MOST_UNPACKED:,} bytes")
    if any(info.file_size > max(SMALL, info.compress_size * MOST_RATIO) for info in found):
        raise _too_large(f"may grow at most {MOST_RATIO} times when it is unpacked")
    return found


def _too_large(limit: str) -> Fault:
    return Fault("limit-size", f"an archive {limit}", help="it may be made to fill the memory; unpack it elsewhere")


def _pyzipper() -> Any:
    message = "To encrypt an archive, or to read one in AES, the package pyzipper is needed; it is not installed."
    return extras.load("pyzipper", extra="zip", needed_by="zip", message=message)


def _date(now: int) -> _Date:
    """A time as entries hold it."""
    found = time.gmtime(now // 1000)
    return min(max(found.tm_year, _YEARS[0]), _YEARS[1]), *found[1:6]


@contextmanager
def _reporting() -> Iterator[None]:
    """What the libraries raise for archives they cannot read, as faults."""
    own = getattr(sys.modules.get("pyzipper"), "BadZipFile", BadZipFile)
    try:
        yield
    except (RuntimeError, NotImplementedError) as refused:
        if "password" not in str(refused):
            raise _damaged(refused) from None
        raise Fault(
            "bad-archive", "Wrong password for the archive.", help='give its password, password = "…"'
        ) from None
    except (
        own,
        BadZipFile,
        LargeZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        EOFError,
        LookupError,
        OSError,
        ValueError,
    ) as broken:
        raise _damaged(broken) from None


def _damaged(reason: Exception) -> Fault:
    return Fault("bad-archive", f"Unable to read the archive: {reason}", help="give a zip file")
