"""A real Redis, spoken to with redis-py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from xsrun import extras
from xsrun.diagnostics import Fault
from xsrun.effects.ports import READING_COMMANDS, Answer, Command

CONNECTING: Final = 5.0
ANSWERING: Final = 10.0
"""Seconds that are waited for a connection, and for an answer."""
REMEMBERED: Final = 30 * 86_400
"""Seconds for which it is known what was done under a name."""
DONE: Final = "xsrun:done:"
"""What the keys under which that is kept begin with."""
BATCH: Final = 1000
"""Keys that one step of a search looks at."""

WRITE: Final = """
local known = ARGV[2] ~= '' and redis.call('GET', ARGV[2])
if known then return known end
local answers = {}
for place, command in ipairs(cjson.decode(ARGV[1])) do
  local answer = redis.call(unpack(command))
  if command[1] == 'INCRBY' then answers[place] = {'number', redis.call('GET', command[2])}
  elseif type(answer) == 'number' then answers[place] = {'number', string.format('%.0f', answer)}
  elseif type(answer) == 'table' and answer.ok then answers[place] = {'text', answer.ok}
  elseif type(answer) == 'table' then answers[place] = {'texts', answer}
  elseif answer then answers[place] = {'text', answer}
  else answers[place] = {'nothing'} end
end
local told = cjson.encode(answers)
if ARGV[2] ~= '' then redis.call('SET', ARGV[2], told, 'EX', ARGV[3]) end
return told
"""
"""Carries commands out at once, unless they were under the same name.

Answers carry their kind, because the JSON of Redis cannot tell an empty list. Numbers of the script lose their last
digits from 2 ** 53 on: a sum is read as text.
"""


class RedisCache:
    """The Redis at an address such as ``redis://:password@host:6379/0``; implements ``ports.Cache``.

    Nothing is sent twice of its own accord. Raises Fault ``missing-extra`` without redis-py, ``redis-error`` for an
    address that is none.
    """

    def __init__(self, url: str) -> None:
        self._package: Any = extras.load("redis", extra="redis", needed_by="redis")
        parts = urlsplit(url)
        self._shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        try:
            self._client = self._package.Redis.from_url(
                url,
                decode_responses=True,
                encoding_errors="replace",
                socket_connect_timeout=CONNECTING,
                socket_timeout=ANSWERING,
                retry=self._package.retry.Retry(self._package.backoff.NoBackoff(), 0),
            )
        except ValueError:
            help = "write REDIS_URL=redis://localhost:6379/0, rediss:// with TLS"
            raise Fault("redis-error", "REDIS_URL is no address of a Redis", help=help) from None
        self._write = self._client.register_script(WRITE)

    def execute(self, commands: Sequence[Command], once: str = "") -> list[Answer]:
        """Carry out commands, all or none. Raises Fault."""
        try:
            if all(command[0] in READING_COMMANDS for command in commands):
                return [self._read(command) for command in commands]
            texts = json.dumps([[str(part) for part in command] for command in commands])
            told = self._write(args=[texts, DONE + once if once else "", REMEMBERED])
        except self._package.ResponseError as error:
            raise Fault("redis-error", str(error).partition(" script:")[0].removeprefix("ERR ")) from None
        except self._package.RedisError as error:
            message = f"Redis at {self._shown} does not answer: {error}"
            raise Fault("redis-error", message, help="look whether it runs, and at REDIS_URL") from None
        return [_read(*answer) for answer in json.loads(told)]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _read(self, command: Command) -> Answer:
        if command[0] == "KEYS":
            found = self._client.scan_iter(match=command[1], count=BATCH)
            return sorted({key for key in found if not key.startswith(DONE)})
        answer: Answer = self._client.execute_command(*command)
        return answer


def _read(kind: str, value: Any = None) -> Answer:
    if kind == "number":
        return int(value)
    return list(value) if kind == "texts" else value
