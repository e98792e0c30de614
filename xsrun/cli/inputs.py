"""Inputs and variables from the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping

from xsrun import values
from xsrun.cli.options import BadOption
from xsrun.hints import Any
from xsrun.late import Late

_dotenv_values: Callable[..., dict[str, str | None]] = Late("dotenv", "dotenv_values")


def read_inputs(pairs: Iterable[str], json_file: str | None) -> dict[str, Any]:
    """``--input`` and ``--input-json`` as one object; single inputs win. Raises BadOption."""
    found = _json_object(json_file) if json_file is not None else {}
    for pair in pairs:
        name, value = _input(pair)
        found[name] = value
    return found


def _input(pair: str) -> tuple[str, Any]:
    marks = [(at, mark) for mark in (":=", "=", "@") if (at := pair.find(mark)) > 0]
    if not marks:
        raise BadOption(f"--input {pair} has no value", "write --input name=text, name:=json or name@file")
    at, mark = min(marks)
    name, value = pair[:at], pair[at + len(mark) :]
    if mark == ":=":
        try:
            return name, values.loads(value)
        except ValueError as error:
            raise BadOption(
                f"--input {name}:= is no JSON: {error}", f"for a text write --input {name}={value}"
            ) from None
    return name, _file_text(value) if mark == "@" else value


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
    named, text = ("standard input", _stdin_text()) if path == "-" else (path, _file_text(path))
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
    """The variables of an env file. Raises BadOption."""
    if not os.path.exists(path) or os.path.isdir(path):
        raise BadOption(f"there is no file {path}")
    try:
        return {name: value for name, value in _dotenv_values(path, interpolate=False).items() if value is not None}
    except OSError as error:
        raise BadOption(f"cannot read `{path}`: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadOption(f"{path} is no UTF-8 text") from None
