"""The figures as a table, as JSON and as the page of ``docs/``."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from typing import Final

from measuring import Row

PAGE: Final = """# Benchmarks

`python benchmarks/run.py` measures everything below in one run and writes this page.

A figure is a ratio of two things that took turns (A B A B) in that run, as the median of the ratios of the turns: the
speed of the machine and what else it does cancel out, and only figures of one run are compared with each other. The
figures here are from {python}, {rounds} turns each, fewer where a turn is long. From run to run compute varies by a few
hundredths, start by a tenth, batch by as much as half. check and memory are measured once, not in turns.

- **compute**: CPU time of a XanoScript function over that of the same algorithm in idiomatic Python, results asserted
  to be equal. The number is the size. Programs: `benchmarks/programs/`, twins: `benchmarks/twins.py`.
- **scaling**: CPU time at four times the size over the time at the size. 4 is linear, 16 for the table of
  lcs; Python itself takes longer where it holds more objects, which the note about the twin shows.
- **limit**: what it costs that every turn of a loop is counted.
- **start**: whole processes (`python -m xsrun`) on the wall clock, from their start to their end, in twice as many
  turns. The jobs and the script that sends the same POST by hand with httpx talk to a server on this machine that
  counts requests. The first run finds an empty cache folder; the bytecode of Python is there, as after an installation.
- **parse**: bytes per CPU second of `xsrun.parse` over those of `ast.parse` on as much Python of the standard library.
- **check**: one `xsrun check` of a folder that is named with `--corpus`; then **parse** reads that folder too.
- **edit**: CPU time of the language server, in milliseconds since nothing else does the same: a long file of a shipped
  job changes, is parsed again and its project is checked; the median of the turns.
- **batch**: `Project.batch` of one-request jobs on threads against a loop of the same requests over one
  `httpx.Client`, both on the wall clock, server in a process of its own. The loop never meets latency: with 20 ms it
  is a figure of the machine as well, out of reach where the loop is fast, and the note says what it could be at most.
  What threads make of the latency is the figure below it: they can be as fast as without any, and end 1,000 jobs a
  second at most.
- **memory**: memory that the process holds after batches, against after the first of them.
- **journal**: CPU time of runs that are kept in the journal less that of the same runs without, in milliseconds;
  answers come out of memory.
- **serve**: the least that a query can do, asked over kept connections by a process of its own, against a route of
  Starlette that answers the same on the same server (uvicorn with the settings of `xsrun serve`), by the wall clock and
  by the CPU time of the server.
- **worker**: runs that wait on PostgreSQL, carried out by `xsrun worker`, against workflows of a bare DBOS worker
  with the same settings on the same server whose steps send the same POSTs, from the beginning of the first to the end
  of the last; a worker that has just begun is not counted. A step of DBOS is kept once, when it is done; a POST of
  ours three times, so that none is sent twice. The last row is against steps that do nothing, while the jobs send
  their POSTs. Memory is that of one worker, measured once.
- **queue**: time a run while so many others wait behind it, each length in a database of its own.
- **suites**: whole processes on the wall clock: `xsrun test` of a folder of 200 tests (test blocks, workflow tests,
  cases) against pytest on 200 tests of the same functions in Python. A test of xsrun has a world of its own.
- **peers**: CPU time of the twins in other sandboxes for Python over that of the programs in xsrun, and of a query
  under JSONata; above 1 xsrun is faster.

{table}
"""


def table(rows: Sequence[Row]) -> str:
    """A Markdown table of all figures."""
    lines = [("measure", "what", "figure", "aim", "", "note")]
    lines += [(row.measure, row.subject, _figure(row), _aim(row), _verdict(row), row.note) for row in rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    drawn = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([drawn[0], rule, *drawn[1:]])


def as_json(rows: Sequence[Row]) -> str:
    """All figures for a program."""
    figures = [
        {
            "measure": row.measure,
            "subject": row.subject,
            "value": None if row.value is None else round(row.value, 4),
            "unit": "ratio" if row.unit == "×" else row.unit,
            "aim": _aim(row) or None,
            "met": None if row.bar is None or row.value is None else row.bar.met(row.value),
            "note": row.note,
        }
        for row in rows
    ]
    return json.dumps({"python": _python(), "figures": figures}, indent=2, ensure_ascii=False) + "\n"


def page(rows: Sequence[Row], rounds: int) -> str:
    """The page of ``docs/``."""
    return PAGE.format(python=_python(), rounds=rounds, table=table(rows))


def _python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def _figure(row: Row) -> str:
    if row.value is None:
        return "–"
    return f"{row.value:.{2 if abs(row.value) < 100 else 0}f} {row.unit}".replace(" ×", "")


def _aim(row: Row) -> str:
    return f"{row.bar.sign} {row.bar.number:g}" if row.bar else ""


def _verdict(row: Row) -> str:
    if row.bar is None or row.value is None:
        return ""
    return "met" if row.bar.met(row.value) else "missed"
