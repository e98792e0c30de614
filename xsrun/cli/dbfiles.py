"""The files of ``xsrun db``: seeds beside tables, and rows that are written and read."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from typing import IO, TYPE_CHECKING, Any, Final, TextIO

from xsrun import values
from xsrun.data import transfer
from xsrun.data.session import Session
from xsrun.diagnostics import Fault
from xsrun.files import opened, private, refuse_stray

if TYPE_CHECKING:
    from xsrun.api import Project

STDIO: Final = "-"
SEEDS: Final = ("jsonl", "csv", "json")
PIECE: Final = 1 << 16


def seed_rows(session: Session, project: Project, table: str) -> Iterator[transfer.Placed]:
    """The rows of the files beside the declaration of a table that have its name. Raises Fault and OSError."""
    home = project.path if os.path.isdir(project.path) else os.path.dirname(project.path)
    folder = os.path.join(home, os.path.dirname(project.tables[table].source.name))
    for form in SEEDS:
        path = os.path.join(folder, f"{table}.{form}")
        if os.path.lexists(path):
            refuse_stray(path, project.path)
            with _text(opened(path)) as stream:
                yield from (
                    _listed(stream, table, path)
                    if form == "json"
                    else (transfer.read(session, _pieces(stream, form), table, form))
                )


def _listed(stream: TextIO, table: str, path: str) -> Iterator[transfer.Placed]:
    try:
        found: Any = values.loads(stream.read())
    except ValueError as error:
        raise Fault("bad-line", f"{path} is no JSON: {error}", help="write a list of objects") from None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Fault("bad-line", f"{path} holds no rows.", help="write a list of objects")
    yield from ((table, row) for row in found)


def sources(path: str, table: str) -> Iterator[tuple[str, str, Iterator[str]]]:
    """The texts to be read: of which table, in which format, and its lines or pieces. Raises Fault and OSError."""
    if path == STDIO:
        yield table, "jsonl", iter(sys.stdin)
        return
    names = sorted(os.listdir(path)) if os.path.isdir(path) else []
    for file in [os.path.join(path, name) for name in names if not name.startswith(".")] or [path]:
        stem, ending = os.path.splitext(os.path.basename(file))
        form = ending.lstrip(".")
        if form not in ("jsonl", "csv"):
            raise Fault("bad-line", f"{file} is neither .jsonl nor .csv", help="rename it")
        with _text(opened(file)) as stream:
            yield table or stem, form, _pieces(stream, form)


def _text(stream: IO[bytes]) -> TextIO:
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="strict", newline="")


def _pieces(stream: TextIO, form: str) -> Iterator[str]:
    """Lines, or pieces of a text whose cells may hold lines. Raises the Fault ``bad-line``."""
    try:
        yield from stream if form == "jsonl" else iter(lambda: stream.read(PIECE), "")
    except UnicodeDecodeError as error:
        raise Fault("bad-line", f"This is no UTF-8: {error.reason}", help="save it as UTF-8") from None


def write(session: Session, tables: list[str], to: str, form: str) -> dict[str, int]:
    """Write rows to stdout, to one file, or to a file for each table in a folder; how many of each.

    Raises the Fault ``bad-argument`` for CSV of several tables in one file, and OSError.
    """
    if to != STDIO and (os.path.isdir(to) or to.endswith(os.sep)):
        os.makedirs(to, 0o700, exist_ok=True)
        return {name: _one(session, name, os.path.join(to, f"{name}.{form}"), form) for name in tables}
    if form == "csv":
        if len(tables) != 1:
            raise Fault("bad-argument", "CSV holds one table a file.", help="choose one with --table, or --to FOLDER/")
        if to == STDIO:
            return {tables[0]: transfer.dump(session, tables[0], sys.stdout, form)}
        return {tables[0]: _one(session, tables[0], to, form)}
    counts: dict[str, int] = {}
    with nullcontext(sys.stdout) if to == STDIO else _private(to) as stream:
        for name in tables:
            counts[name] = 0
            for line in transfer.dump_lines(session, [name]):
                stream.write(line)
                counts[name] += 1
    return counts


def _one(session: Session, table: str, path: str, form: str) -> int:
    with _private(path) as stream:
        return transfer.dump(session, table, stream, form)


def _private(path: str) -> TextIO:
    """A file for its owner alone. Raises OSError, also for a link."""
    return open(path, "w", encoding="utf-8", newline="", opener=private)
