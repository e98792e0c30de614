"""Reading source: parse throughput against Python's own parser, and checking a whole folder."""

from __future__ import annotations

import argparse
import ast
import configparser
import difflib
import inspect
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

import twins
from measuring import Bar, Plan, Row, cpu, in_turn, ratio

import xsrun

HERE: Final = Path(__file__).parent
PYTHON: Final[tuple[ModuleType, ...]] = (twins, argparse, configparser, difflib, inspect)
ENOUGH: Final = 300_000
"""Bytes that are read in one turn, at least."""


def parse(plan: Plan) -> list[Row]:
    """Bytes per CPU second of ``xsrun.parse`` over those of ``ast.parse``."""
    folder = plan.corpus
    files = _files((folder,) if folder else (HERE / "programs", HERE / "jobs", HERE.parent / "jobs"))
    texts = [text for text in (file.read_text("utf-8-sig") for file in files) if _readable(text)]
    ours = _repeated(texts, ENOUGH // 4 if plan.quick else ENOUGH)
    theirs = _repeated([inspect.getsource(module) for module in PYTHON], _size(ours))
    costs = in_turn(
        {
            "ours": cpu(lambda: _read(xsrun.parse, ours)),
            "theirs": cpu(lambda: _read(ast.parse, theirs)),
        },
        min(plan.rounds, 7),
    )
    speed = ratio(costs["theirs"], costs["ours"]) * _size(ours) / _size(theirs)
    read = f"{len(texts):,} files, {_size(texts) / 1000:,.0f} kB"
    rows = [Row("parse", "bytes per second / ast.parse", speed, Bar(">=", 0.2), read)]
    if folder:
        rows.append(
            Row("parse", "files read without a fault", 100 * len(texts) / len(files), Bar(">=", 99.5), unit="%")
        )
    return rows


def check(plan: Plan) -> list[Row]:
    """Seconds of one ``xsrun check`` of a whole folder."""
    if plan.corpus is None:
        return [Row("check", "1,100 files in one process", None, note="needs --corpus FOLDER")]
    files = len(_files((plan.corpus,)))
    begin = time.perf_counter()
    command = (sys.executable, "-m", "xsrun", "check", str(plan.corpus), "--json")
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begin
    assert done.returncode in (0, 3), f"check ended with {done.returncode}"
    return [Row("check", "1,100 files in one process", seconds * 1100 / files, note=f"{files:,} files", unit="s")]


def _files(folders: Sequence[Path]) -> list[Path]:
    return sorted(file for folder in folders for file in folder.rglob("*.xs"))


def _readable(text: str) -> bool:
    try:
        xsrun.parse(text)
    except xsrun.XsError:
        return False
    return True


def _read(parser: Callable[[str], object], texts: Sequence[str]) -> None:
    """Read every text and drop its tree: kept trees make the garbage collector part of the figure."""
    for text in texts:
        parser(text)


def _size(texts: Sequence[str]) -> int:
    return sum(len(text.encode()) for text in texts)


def _repeated(texts: Sequence[str], size: int) -> list[str]:
    """The texts over and over, until they come to a size."""
    return [*texts] * -(-size // _size(texts))
