"""The messages of the protocol: what makes no sense is answered and told in a line, whatever it is."""

from __future__ import annotations

import json
import logging
import re
from typing import Any, BinaryIO, Final, NamedTuple

from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcInvalidRequest, JsonRpcParseError
from pygls.protocol import LanguageServerProtocol

MOST: Final = 64_000_000
"""Bytes of the largest message that is read."""
_LINE: Final = 8_192
"""Bytes of a header that are looked at together."""
_LENGTH: Final = re.compile(rb"Content-Length: *(\d+)\s*")
_LOG: Final = logging.getLogger(__name__)


class TooLarge(Exception):
    """A message announces more bytes than are read."""


class Incoming:
    """What an editor writes, header by header and body by body."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        """A line of a header, or a part of a longer one. Raises TooLarge."""
        line = self._stream.readline(_LINE)
        announced = _LENGTH.match(line)
        if announced and (len(announced[1]) > len(str(MOST)) or int(announced[1]) > MOST):
            raise TooLarge(f"a message announces more than {MOST:,} bytes")
        return line

    def read(self, size: int) -> bytes:
        """A body."""
        return self._stream.read(size)


class Senseless(NamedTuple):
    """A message that does not say what the protocol has it say; ``id`` is that of a question, else None."""

    id: str | int | None
    error: JsonRpcException


class Exchange(LanguageServerProtocol):
    """The protocol, with an answer to every question."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The message that an object stands for, or why it stands for none; objects within one stay as they are."""
        asked = data.get("id") if "method" in data else None
        try:
            return super().structure_message(data)
        except JsonRpcInvalidParams as error:
            return Senseless(asked, error)
        except JsonRpcException:
            return Senseless(asked, JsonRpcInvalidRequest())

    def handle_message(self, message: Any) -> None:
        """Do what a message asks for, or say why not."""
        if isinstance(message, Senseless):
            self.refuse(message)
        elif hasattr(message, "jsonrpc"):
            super().handle_message(message)
        else:
            self.refuse(Senseless(None, JsonRpcInvalidRequest()))

    def refuse(self, message: Senseless) -> None:
        """Tell of what makes no sense, and answer what may have been a question."""
        _LOG.error("a message of the editor makes no sense: %s", message.error.message)
        if message.id is not None or isinstance(message.error, (JsonRpcInvalidRequest, JsonRpcParseError)):
            error = {"code": message.error.code, "message": message.error.message}
            self._send_data({"jsonrpc": self.VERSION, "id": message.id, "error": error})


def is_unreadable(error: BaseException | None) -> bool:
    """Whether an error is that of a body which is no JSON."""
    return isinstance(error, (json.JSONDecodeError, UnicodeDecodeError, RecursionError))
