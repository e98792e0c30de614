"""The content codings that an answer may travel in."""

from __future__ import annotations

import gzip
import io
import zlib

from xsrun.effects.ports import Response


class TooLarge(Exception):
    """A body unfolds to more than is allowed."""


def decoded(response: Response, limit: int) -> Response:
    """The answer with its body unfolded from gzip and deflate; its headers stay as they came.

    Raises TooLarge beyond ``limit`` bytes, ValueError when the body is not what its header says.
    """
    codings = ",".join(value for name, value in response.headers if name.lower() == "content-encoding")
    body = response.body
    for coding in reversed(codings.lower().split(",") if body else []):
        try:
            body = _unfold(body, coding.strip(), limit + 1)
        except (zlib.error, EOFError, OSError) as broken:
            raise ValueError(f"its {coding.strip()} coding is broken: {broken}") from None
        if len(body) > limit:
            raise TooLarge
    return response._replace(body=body)


def _unfold(body: bytes, coding: str, limit: int) -> bytes:
    """Undo one coding, up to a number of bytes. A coding that was not asked for is left alone."""
    if coding in ("gzip", "x-gzip"):
        return gzip.GzipFile(fileobj=io.BytesIO(body)).read(limit)
    if coding == "deflate":
        return _inflate(body, limit)
    return body


def _inflate(body: bytes, limit: int) -> bytes:
    # The name stands for zlib data; some servers leave the zlib wrapper off.
    wrapped = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
    unfolded = stream.decompress(body, limit)
    if not stream.eof and len(unfolded) < limit:
        raise EOFError("it ends too early")
    return unfolded
