"""Inputs and variables from the command line."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from xsrun import values
from xsrun.cli.options import BadOption
from xsrun.diagnostics import Fault, nearest
from xsrun.hints import Any, BinaryIO, Final
from xsrun.late import Late
from xsrun.types.fields import Field

LIMITS: Final = ("turns", "depth", "items", "characters")
"""What ``--limit`` sets."""
MOST_DIGITS: Final = 15
STDIN: Final = "-"

_parse_stream: Callable[[io.StringIO], Iterable[Any]] = Late("dotenv.parser", "parse_stream")
_file: Callable[..., Any] = Late("xsrun.resources.file", "FileResource")
_file_of: Callable[..., Any] = Late("xsrun.resources.file", "of_bytes")


FILE_TYPES: Final = frozenset({"file", "image", "video", "audio", "attachment"})
"""Types of inputs for which ``name@path`` is the file, and not its text."""


def read_inputs(pairs: Iterable[str], json_file: str | None, fields: Iterable[Field] = ()) -> dict[str, Any]:
    """``--input`` and ``--input-json`` as one object; single inputs win over an object, and that over the latter.

    Of ``fields`` that take files ``name@path`` is the file, of lists of files one more. Raises BadOption.
    """
    found = _json_object(json_file) if json_file is not None else {}
    takers = {field.name: field for field in fields if field.type in FILE_TYPES}
    uploads: dict[str, list[Any]] = {}
    given = list(pairs)
    for pair in given:
        if pair.startswith("{"):
            found |= _object(pair, "--input")
    for pair in (each for each in given if not each.startswith("{")):
        name, mark, value = _split(pair)
        if mark == "@" and name in takers:
            uploads.setdefault(name, []).append(_upload(value))
            found[name] = uploads[name] if takers[name].is_list else uploads[name][-1]
        else:
            found[name] = _value(name, mark, value)
    return found


def _split(pair: str) -> tuple[str, str, str]:
    """Name, mark and value of one ``--input``."""
    marks = [(at, mark) for mark in (":=", "=", "@") if (at := pair.find(mark)) > 0]
    if not marks:
        raise BadOption(f"--input {pair} has no value", "write --input name=text, name:=json or name@file")
    at, mark = min(marks)
    return pair[:at], mark, pair[at + len(mark) :]


def _value(name: str, mark: str, value: str) -> Any:
    if mark == ":=":
        try:
            return values.loads(value)
        except ValueError as error:
            raise BadOption(
                f"--input {name}:= is no JSON: {error}", f"for a text write --input {name}={value}"
            ) from None
    return _file_text(value) if mark == "@" else value


def _upload(path: str) -> Any:
    """A file of the machine, read when the job reads it; of a pipe what comes out of it."""
    name = os.path.basename(path)
    try:
        with open(path, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                return _file_of(name, stream.read())
    except OSError as error:
        raise BadOption(f"cannot read `{path}`: {error.strerror}") from None
    return _file(name, lambda: _opened(path), status.st_size)


def _opened(path: str) -> BinaryIO:
    """A file that was there when the run began. Raises Fault."""
    try:
        return open(path, "rb")
    except OSError as error:
        raise Fault("file-error", f"The file {path} cannot be used: {error.strerror}", help="leave it there") from None


def _file_text(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except OSError as error:
        raise BadOption(f"cannot read `{path}`: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadOption(f"{path} is no UTF-8 text") from None


def _stdin_text() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise BadOption("stdin is no UTF-8 text") from None


def _json_object(path: str) -> dict[str, Any]:
    """The object in a file, on stdin for ``-``, or as it is."""
    if path.startswith("{") or (path.startswith("[") and not os.path.exists(path)):
        return _object(path, "--input-json")
    return _object(_stdin_text(), "standard input") if path == "-" else _object(_file_text(path), path)


def _object(text: str, named: str) -> dict[str, Any]:
    try:
        value = values.loads(text)
    except ValueError as error:
        raise BadOption(f"{named} is no JSON: {error}", 'inputs are an object, e.g. {"title": "…"}') from None
    if not isinstance(value, dict):
        raise BadOption(f"{named} holds {values.describe(value)}", 'inputs are an object, e.g. {"title": "…"}')
    return value


def read_variables(pairs: Iterable[str], process: Mapping[str, str]) -> dict[str, str]:
    """``--env K=V`` and ``--env K``. Raises BadOption for a K that has no value."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name:
            raise BadOption(f"--env `{pair}` names no variable", "write --env NAME=VALUE")
        if equals:
            found[name] = value
        elif name in process:
            found[name] = process[name]
        else:
            raise BadOption(f"--env {name} is not set in this shell", f"write --env {name}=VALUE")
    return found


def read_env_file(path: str) -> dict[str, str]:
    """The variables of an env file, or of stdin, which ``-`` names. Raises BadOption."""
    if path != STDIN and (not os.path.exists(path) or os.path.isdir(path)):
        raise BadOption(f"there is no file {path}")
    found: dict[str, str] = {}
    for entry in _parse_stream(io.StringIO(_variables_on_stdin() if path == STDIN else _file_text(path))):
        if entry.error:
            shown = f"{path}:{_line(entry)}: this is no variable"
            raise BadOption(shown, "write NAME=value, with quotes around a value of several lines")
        if entry.key is not None and entry.value is not None:
            found[entry.key] = entry.value
    return found


@cache
def _variables_on_stdin() -> str:
    """What stdin says, once for the process: each run that it begins reads its variables."""
    return _stdin_text()


def _line(entry: Any) -> int:
    """Where the text of an entry begins, blank lines before it left out."""
    text: str = entry.original.string
    return int(entry.original.line) + text[: len(text) - len(text.lstrip())].count("\n")


def read_limits(given: Iterable[str]) -> dict[str, int]:
    """``--limit N`` (turns of loops) and ``--limit NAME=N``. Raises BadOption."""
    found: dict[str, int] = {}
    for each in given:
        name, equals, number = each.rpartition("=")
        name = name if equals else "turns"
        if name not in LIMITS:
            near = nearest(name, LIMITS)
            raise BadOption(f"there is no limit `{name}`", f"write --limit {near or 'turns'}={number}")
        if not (number.isdecimal() and len(number) <= MOST_DIGITS and int(number) > 0):
            raise BadOption(f"--limit {each} makes no sense", f"write --limit {name}=N with a whole number from 1")
        found[name] = int(number)
    return found
