"""Where the keys of a TOML or JSON text stand, by their path: the libraries that read the values do not say."""

from __future__ import annotations

import json
import re
from typing import Final

Path = tuple[str | int, ...]

_BLANK: Final = re.compile(r"(?:[\s,]|#[^\n]*)*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR: Final = re.compile(r"[^\n,\]}#]*")
_QUOTED: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)  # fmt: skip


class Places:
    """The stretches of a text that is known to be sound TOML or JSON."""

    def __init__(self, text: str, toml: bool) -> None:
        self.keys: dict[Path, tuple[int, int]] = {}
        """Start and end of every key, and of the head of every table in a list."""
        self.twice: list[Path] = []
        """Keys that stand in one JSON object more than once."""
        self._text = text
        self._toml = toml
        self._at = 0
        self._lists: dict[Path, int] = {}
        if toml:
            self._tables()
        else:
            self._skip()
            self._value(())

    def nearest(self, path: Path) -> tuple[int, int]:
        """The place of a key, or of what is around it."""
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, (0, 0))

    # ------------------------------------------------------------ tables

    def _tables(self) -> None:
        table: Path = ()
        self._skip()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip()

    def _header(self) -> Path:
        """``[a.b]`` or ``[[a.b]]``: the path of the table."""
        start, listed = self._at, self._text.startswith("[[", self._at)
        self._at += 1 + listed
        path: Path = ()
        names = self._names()
        for name, place in names[:-1]:
            path = self._enter((*path, name), place)
        name, place = names[-1]
        path = (*path, name)
        self.keys.setdefault(path, place)
        self._at = self._text.index("]", self._at) + 1 + listed
        if listed:
            self._lists[path] = self._lists.get(path, -1) + 1
            path = (*path, self._lists[path])
            self.keys[path] = (start, self._at)
        return path

    def _enter(self, path: Path, place: tuple[int, int]) -> Path:
        """The path of a table on the way to another: of a list of tables the last one."""
        self.keys.setdefault(path, place)
        return (*path, self._lists[path]) if path in self._lists else path

    # ------------------------------------------------------------ values

    def _pair(self, table: Path) -> None:
        """``a.b = value`` or ``"a": value``."""
        path = table
        for name, place in self._names():
            path = (*path, name)
            if path in self.keys and not self._toml:
                self.twice.append(path)
            self.keys.setdefault(path, place)
        self._skip("=" if self._toml else ":")
        self._value(path)

    def _names(self) -> list[tuple[str, tuple[int, int]]]:
        """The names of a dotted key; JSON has one."""
        found = []
        while True:
            self._skip()
            start = self._at
            match = _QUOTED.match(self._text, start) or _BARE.match(self._text, start)
            if match is None:
                raise ValueError(f"no key at {start}")
            self._at = match.end()
            found.append((_unquoted(match[0]), (start, self._at)))
            end = self._at
            self._skip()
            if not self._toml or not self._text.startswith(".", self._at):
                self._at = end
                return found
            self._at += 1

    def _value(self, path: Path) -> None:
        self._skip()
        first = self._text[self._at : self._at + 1]
        if first in ("{", "["):
            self._inside(path, "}" if first == "{" else "]")
            return
        match = _QUOTED.match(self._text, self._at) or _SCALAR.match(self._text, self._at)
        self._at = match.end() if match else len(self._text)

    def _inside(self, path: Path, end: str) -> None:
        """An object or a list, from its bracket on."""
        self._at += 1
        self._skip()
        number = 0
        while self._at < len(self._text) and self._text[self._at] != end:
            start = self._at
            if end == "}":
                self._pair(path)
            else:
                self._value((*path, number))
                self.keys[*path, number] = (start, min(self._at, self._line_end(start)))
                number += 1
            if self._at == start:
                raise ValueError(f"no value at {start}")
            self._skip()
        self._at += 1

    def _line_end(self, start: int) -> int:
        end = self._text.find("\n", start)
        return end if end >= 0 else len(self._text)

    def _skip(self, separator: str = "") -> None:
        """Go on behind blanks, commas and comments, and a separator among them."""
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at
        if separator and self._text.startswith(separator, self._at):
            self._at += 1
            self._skip()


def _unquoted(key: str) -> str:
    if not key.startswith('"'):
        return key.strip("'")
    try:
        return str(json.loads(key))
    except ValueError:
        return key.strip('"')
