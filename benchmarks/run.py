"""Measure everything: ``python benchmarks/run.py``. The table goes to stdout, the page to docs/benchmarks.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from batches import batch, memory
from compute import compute, limit, scaling
from data import data
from editing import edit
from journaling import journal
from measuring import Plan, Row
from parsing import check, parse
from peers import peers
from report import as_json, page, table
from serving import serve
from starting import start
from suites import suites
from waiting import held, queue
from working import worker

MEASURES: Final[dict[str, Callable[[Plan], list[Row]]]] = {
    measure.__name__: measure
    for measure in (
        compute,
        scaling,
        limit,
        start,
        parse,
        check,
        edit,
        batch,
        memory,
        journal,
        data,
        serve,
        worker,
        queue,
        held,
        suites,
        peers,
    )
}
PAGE: Final = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def main() -> None:
    """Read the options, measure, and show the figures."""
    options = _options()
    plan = Plan(3 if options.quick else 9, options.quick, options.corpus)
    rows: list[Row] = []
    for name in options.only or MEASURES:
        print(f"{name} …", file=sys.stderr, flush=True)
        rows += MEASURES[name](plan)
    print(table(rows))
    if options.json:
        options.json.write_text(as_json(rows), "utf-8")
    if not options.only and not options.quick:
        PAGE.write_text(page(rows, plan.rounds), "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Ratios against Python, httpx and peers, taken in turns. A complete run writes docs/benchmarks.md."
    )
    parser.add_argument("--only", action="append", choices=MEASURES, metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help="fewer turns and less work; writes no page")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON too")
    parser.add_argument("--corpus", type=Path, metavar="FOLDER", help="a folder of .xs files to parse and check")
    return parser.parse_args()


if __name__ == "__main__":
    main()
