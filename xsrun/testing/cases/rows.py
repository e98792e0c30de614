"""Rows of a CSV file as cases: its first line has the paths of keys, such as ``name`` and ``input.title``."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from typing import Any

from xsrun.diagnostics import Found
from xsrun.project import read_source
from xsrun.source import Source, Span


def read_rows(beside: Source, name: str, named: Span, found: Found) -> Iterator[tuple[Span, dict[str, Any]]]:
    """The line of every row and its case. An empty cell gives nothing; under a path with a colon stands JSON."""
    folder = os.path.dirname(beside.path)
    if os.path.basename(name) != name:
        found.error("bad-case", f"`{name}` is no name of a file beside this one", named, 'write rows = "cases.csv"')
        return
    source = read_source(os.path.join(folder, name), os.path.join(os.path.dirname(beside.name), name), found)
    if source is None:
        return
    heads: list[str] = []
    for span, row in _read(source, found):
        if not heads:
            heads = row
            continue
        case = _case(heads, row, span, found)
        if case is not None and any(row):
            yield span, case


def _read(source: Source, found: Found) -> Iterator[tuple[Span, list[str]]]:
    """The rows with the lines on which they begin, up to one that cannot be read."""
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    while True:
        span = _line(source, reader.line_num + 1)
        try:
            yield span, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found.error("bad-case", f"this row is no CSV: {error}", span)
            return


def _line(source: Source, line: int) -> Span:
    start = source.offset(line, 1)
    return Span(source, start, start + len(source.line_text(line)))


def _case(heads: list[str], row: list[str], span: Span, found: Found) -> dict[str, Any] | None:
    case: dict[str, Any] = {}
    if len(row) > len(heads):
        found.error("bad-case", f"this row has {len(row)} cells, the first one {len(heads)}", span)
        return None
    for head, cell in zip(heads, row, strict=False):
        if not cell:
            continue
        value: Any = cell
        if head.endswith(":"):
            try:
                value = json.loads(cell)
            except (ValueError, RecursionError) as error:
                found.error("bad-case", f"`{head}` holds no JSON: {error}", span)
                return None
        *tables, last = head.removesuffix(":").split(".")
        table = case
        for each in tables:
            inner = table.setdefault(each, {})
            if not isinstance(inner, dict):
                found.error("bad-case", f"`{head}` stands beside a column `{each}`", span, "leave one of the two out")
                return None
            table = inner
        table[last] = value
    return case
