"""Files on a store that speaks the protocol of Amazon S3."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from xsrun import extras
from xsrun.diagnostics import Fault
from xsrun.effects.files import demand_size, not_found
from xsrun.resources import names

CONNECTING: Final = 5
ANSWERING: Final = 60
"""Seconds that are waited for a connection, and for each piece of an answer."""
IN_MEMORY: Final = 8_000_000
"""Bytes of a file on its way that are held in memory; what is larger lies in a temporary file."""
ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Files:
    """Keeps files below ``s3://bucket/prefix``; implements ``ports.Files``.

    Credentials, region and the address of a store that is not Amazon's come from where every program of AWS takes
    them: ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``, ``AWS_ENDPOINT_URL``, ``~/.aws``. Raises
    Fault ``missing-extra`` without boto3, ``file-error`` for an address that is none.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
            raise Fault("file-error", "FILES_URL is no address of a store", help="write FILES_URL=s3://bucket/folder")
        self._bucket = parts.netloc
        self._prefix = f"{path}/" if (path := parts.path.strip("/")) else ""
        boto3: Any = extras.load("boto3", extra="s3", needed_by="storage")
        self._errors: Any = extras.load("botocore.exceptions", extra="s3", needed_by="storage")
        config: Any = extras.load("botocore.config", extra="s3", needed_by="storage")
        settings = config.Config(connect_timeout=CONNECTING, read_timeout=ANSWERING)
        with self._reporting(url):
            self._client = boto3.session.Session().client("s3", config=settings)

    def open(self, path: str) -> BinaryIO:
        """The content of a file, to be read and closed."""
        with contextlib.ExitStack() as on_error:
            stream: Any = on_error.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
            with self._reporting(path):
                shutil.copyfileobj(self._client.get_object(**self._place(path))["Body"], stream)
            on_error.pop_all()
        stream.seek(0)
        content: BinaryIO = stream
        return content

    def size(self, path: str) -> int:
        """The size of a file in bytes."""
        with self._reporting(path):
            return int(self._client.head_object(**self._place(path))["ContentLength"])

    def write(self, path: str, pieces: Iterable[bytes]) -> int:
        """Store a file as a whole, in the place of one that is there. Gives back its size."""
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as stream:
            for piece in pieces:
                demand_size(stream.tell() + len(piece))
                stream.write(piece)
            size = stream.tell()
            stream.seek(0)
            with self._reporting(path):
                self._client.put_object(**self._place(path), Body=stream)
        return size

    def append(self, path: str, data: bytes) -> None:
        """Add to the end of a file, which is made when it is not there: it is read and stored anew."""
        try:
            with self.open(path) as stream:
                self.write(path, chain(iter(lambda: stream.read(IN_MEMORY), b""), [data]))
        except Fault as fault:
            if fault.code != "notfound":
                raise
            self.write(path, [data])

    def delete(self, path: str) -> None:
        """Remove a file."""
        self.size(path)
        with self._reporting(path):
            self._client.delete_object(**self._place(path))

    def address(self, path: str, expires: int) -> str:
        """A URL by which anybody can read a file until a time, in seconds since 1970."""
        with self._reporting(path):
            lasts = expires - int(time.time())
            address: str = self._client.generate_presigned_url("get_object", self._place(path), lasts)
            return address

    def behind(self, _url: str, _now: int) -> str | None:
        """None: addresses of such a store are fetched as all others are."""
        return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _place(self, path: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + "/".join(names.parts(path))}

    @contextlib.contextmanager
    def _reporting(self, path: str) -> Iterator[None]:
        """Refusals of the store as faults."""
        try:
            yield
        except self._errors.ClientError as error:
            told = error.response["Error"]
            if str(told.get("Code")) in ABSENT:
                raise not_found(path) from None
            raise _unusable(path, f"{told.get('Code')}, {told.get('Message')}") from None
        except (self._errors.BotoCoreError, ValueError) as error:
            raise _unusable(path, str(error)) from None


def _unusable(path: str, reason: str) -> Fault:
    return Fault(
        "file-error",
        f"The file {path} cannot be used: {reason}",
        help="look at FILES_URL and the variables AWS_… that say where the store is and who asks",
    )
