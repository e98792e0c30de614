"""Compiled projects kept between runs, so that a second start needs neither the grammar nor the compiler.

One file a project, in ``$XDG_CACHE_HOME/xsrun`` or ``~/.cache/xsrun``. It holds code, and loading it is running
it. So a file counts only when nobody but this user can have written it: it and its folder belong to the user
and nobody else may write there. That is all that protects it. The digest at its head guards against damage, not
against malice; it is looked at before anything is loaded, and covers xsrun, Python and the path of the project
too, so that a file of other versions or another project does not fit either.

Whatever is wrong with file or folder, the project is compiled anew and nothing is said.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib.util import source_hash

from xsrun.build import build_stamp
from xsrun.data.tables import Index, Table
from xsrun.diagnostics import Diagnostic
from xsrun.files import content, source_files
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.program import Caching, Call, Cors, Endpoint, Interval, Middleware, Plan, Program, Routine, Task, Trigger
from xsrun.record import NamedTuple
from xsrun.source import Source, Span
from xsrun.types.fields import Field, FilterCall

MAGIC: Final = b"xsrun\0\1\n"
HEADER: Final = len(MAGIC) + len(source_hash(b""))
SETTLED_NS: Final = 2_000_000_000
"""The age from which the time of a file tells it from later versions: clocks of file systems are coarse."""
OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH

_mkstemp: Callable[..., tuple[int, str]] = Late("tempfile", "mkstemp")


class _Seen(NamedTuple):
    """A source file as it was before it was read."""

    path: str
    size: int
    changed: int
    """When it was last written, in nanoseconds; 0 when that means nothing: it is too short ago, or of a link."""


class Entry:
    """The place of one project in the cache, and the files of the project as they are now.

    Made before the project is read, so that what changes meanwhile is noticed next time.
    """

    def __init__(self, path: str) -> None:
        project = os.path.realpath(path)
        self._project = project
        self._files = [_seen(file) for file in source_files(project)]
        named = f"{project}\n{sys.implementation.cache_tag}".encode("utf-8", "surrogateescape")
        self._file = os.path.join(_folder(), source_hash(named).hex())
        self._key = build_stamp().encode("utf-8", "surrogateescape") + named

    def read(self) -> tuple[Program, list[Diagnostic]] | None:
        """The program that was made of exactly these files and what was found in them; None when there is none."""
        with suppress(OSError):
            payload = self._payload()
            if payload is None:
                return None
            files, texts, program, diagnostics = marshal.loads(payload)
            sources = tuple(Source(*each) for each in texts)
            kept = [_Seen(*each) for each in files]
            if len(kept) == len(self._files) and all(map(self._is_unchanged, kept, self._files, sources)):
                return _program(program, sources), [_diagnostic(each, sources) for each in diagnostics]
        return None

    def write(self, program: Program, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep a program that was made of these files."""
        sources = program.sources
        if len(sources) != len(self._files):
            return
        texts = [(source.name, source.text, source.path) for source in sources]
        rows = [_row(each, sources) for each in diagnostics]
        payload = marshal.dumps(_plain((self._files, texts, program._replace(sources=()), rows)))
        with suppress(OSError):
            _put(self._file, MAGIC + source_hash(self._key + payload) + payload)

    def _is_unchanged(self, kept: _Seen, now: _Seen, source: Source) -> bool:
        """Whether a file is the one that was compiled: by size and time, else by its text. Raises OSError."""
        if kept == now and kept.changed:
            return True
        if kept.path != now.path:
            return False
        return content(now.path, self._project).decode("utf-8-sig", "surrogateescape") == source.text

    def _payload(self) -> bytes | None:
        """What the file holds behind its head, None when it is not to be trusted or does not fit."""
        if not _private(os.stat(os.path.dirname(self._file))):
            return None
        with open(self._file, "rb") as file:
            data = file.read() if _private(os.fstat(file.fileno())) else b""
        payload = data[HEADER:]
        return payload if data[:HEADER] == MAGIC + source_hash(self._key + payload) else None


# ------------------------------------------------------------------ files


def _folder() -> str:
    """Where the files lie, ``""`` when the user has no such place."""
    places = os.environ.get("XDG_CACHE_HOME", ""), os.path.expanduser("~/.cache")
    return next((os.path.join(place, "xsrun") for place in places if os.path.isabs(place)), "")


def _private(found: os.stat_result) -> bool:
    """Whether nobody but this user can have written it. Never so where files have no owners."""
    return hasattr(os, "getuid") and found.st_uid == os.getuid() and not found.st_mode & OTHERS_WRITE


def _put(path: str, data: bytes) -> None:
    """Write a file that appears whole or not at all, readable by this user alone."""
    folder = os.path.dirname(path)
    os.makedirs(folder, 0o700, exist_ok=True)
    if not _private(os.stat(folder)):
        return
    handle, unfinished = _mkstemp(dir=folder)
    try:
        with open(handle, "wb") as file:
            file.write(data)
        os.replace(unfinished, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(unfinished)


def _seen(path: str) -> _Seen:
    try:
        found = os.lstat(path)
    except OSError:
        return _Seen(path, 0, 0)
    settled = time.time_ns() - found.st_mtime_ns > SETTLED_NS and not stat.S_ISLNK(found.st_mode)
    return _Seen(path, found.st_size, found.st_mtime_ns if settled else 0)


# ------------------------------------------------------------------ records as marshal takes them, and back


def _plain(value: Any) -> Any:
    """Records as tuples, all the way down."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, list):
        return list(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _row(found: Diagnostic, sources: Sequence[Source]) -> tuple[Any, ...]:
    """A finding with the number of its source in place of it; without its edits, which no run shows."""
    code, message, span, *shown = found._replace(edits=())
    return (code, message, span and (sources.index(span.source), span.start, span.end), *shown)


def _diagnostic(row: tuple[Any, ...], sources: Sequence[Source]) -> Diagnostic:
    code, message, place, *rest = row
    return Diagnostic(code, message, place and Span(sources[place[0]], *place[1:]), *rest)


def _program(row: tuple[Any, ...], sources: tuple[Source, ...]) -> Program:
    code, routines, imports, _, env_read, jobs, hosts, tables, endpoints, triggers, tasks = row
    plans = {name: _plan(each) for name, each in jobs.items()}
    made = tuple(map(_table, tables))
    served = tuple(map(_endpoint, endpoints))
    rules = tuple(Trigger(*each) for each in triggers)
    timed = tuple(map(_task, tasks))
    known = tuple(map(_routine, routines))
    return Program(code, known, imports, sources, env_read, plans, hosts, made, served, rules, timed)


def _endpoint(row: tuple[Any, ...]) -> Endpoint:
    made = Endpoint._make(row)
    cache = made.cache and Caching(*made.cache)
    cors = made.cors and Cors(*made.cors)
    return made._replace(pre=_attached(made.pre), post=_attached(made.post), cache=cache, cors=cors)


def _task(row: tuple[Any, ...]) -> Task:
    made = Task._make(row)
    times = tuple(Interval(*each) for each in made.schedule)
    return made._replace(schedule=times, pre=_attached(made.pre), post=_attached(made.post))


def _attached(rows: tuple[Any, ...]) -> tuple[Middleware, ...]:
    return tuple(Middleware(*each) for each in rows)


def _table(row: tuple[Any, ...]) -> Table:
    name, columns, indexes, *rest = row
    return Table(name, tuple(map(_field, columns)), tuple(Index(*each) for each in indexes), *rest)


def _plan(row: tuple[Any, ...]) -> Plan:
    name, kind, *calls, env, description = row
    main, pre, post = (each and Call(*each) for each in calls)
    return Plan(name, kind, main, pre, post, env, description)


def _routine(row: tuple[Any, ...]) -> Routine:
    number, kind, name, fields, *rest = row
    return Routine(number, kind, name, tuple(map(_field, fields)), *rest)


def _field(row: tuple[Any, ...]) -> Field:
    *simple, filters, attributes, children = row
    calls = tuple(FilterCall(*each) for each in filters)
    return Field._make((*simple, calls, attributes, tuple(map(_field, children))))
