"""Breaks real programs token by token and runs what is left: nothing but XsError and Fault may come of it.

    python tests/fuzz.py --seconds 600 ~/other/programs

Every bug is printed once, with the smallest program that shows it; the exit code is 1 when there is one.
"""

import argparse
import random
import re
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from stack import source_text

from xsrun.api import Project
from xsrun.diagnostics import XsError
from xsrun.effects.memory import MemoryHttp, memory_world
from xsrun.effects.ports import Response
from xsrun.project import load_text
from xsrun.runtime.frame import Limits

ROOT = Path(__file__).parent.parent
PIECE = re.compile(
    r"""(?P<filter>\|[A-Za-z_]\w*) | (?P<key>[A-Za-z_]\w*(?=[ ]*:)) | (?P<attribute>[A-Za-z_]\w*(?=[ ]*=[^=]))
    | (?P<statement>[A-Za-z_]\w*(?:\.\w+)*(?=[ ][($"{])) | (?P<variable>\$[$\w.]+) | (?P<word>[A-Za-z_][\w.]*)
    | (?P<number>\d[\d.]*) | (?P<text>"(?:[^"\\\n]|\\.)*") | (?P<operator>[|&=<>!?+*/%~-]+) | (?P<other>\s+|\W)""",
    re.VERBOSE,
)
LIMITS = Limits(turns=20_000, depth=100)
PATIENCE = 20
"""Seconds after which a run counts as hanging."""


class Bug(NamedTuple):
    """An exception that a user must never see: its class and where it was raised, its words, and a program."""

    place: str
    message: str
    text: str


# ------------------------------------------------------------------ programs


def programs(folders: list[Path]) -> list[str]:
    """The texts to break: every golden case, and every program of the folders as one text."""
    return [*golden_cases(), *(text for folder in [ROOT / "jobs", *folders] for text in folder_programs(folder))]


def golden_cases() -> Iterator[str]:
    for path in sorted((ROOT / "tests" / "scripts").glob("*.xs")):
        for case in ("\n" + path.read_text(encoding="utf-8")).split("\n//=== ")[1:]:
            yield source_text(case.partition("\n")[2].rstrip())


def folder_programs(folder: Path) -> Iterator[str]:
    """A folder with a ``run.xs`` is one program; a file outside of such folders is one, too."""
    jobs = [path.parent for path in sorted(folder.rglob("run.xs"))]
    for job in jobs:
        yield "\n---\n".join(map(read, sorted(job.rglob("*.xs"))))
    for path in sorted(folder.rglob("*.xs")):
        if not any(path.is_relative_to(job) for job in jobs):
            yield read(path)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


# ------------------------------------------------------------------ breaking and running


def pieces_of(text: str) -> list[str]:
    return [match.group() for match in PIECE.finditer(text)]


def kind_of(piece: str) -> str:
    match = PIECE.match(piece)
    return match.lastgroup or "" if match else ""


def statements_of(text: str) -> Iterator[str]:
    """Every run of lines in which all brackets are closed again."""
    lines = text.split("\n")
    for start in range(len(lines)):
        depth = 0
        for end in range(start, len(lines)):
            depth += sum(map(lines[end].count, "([{")) - sum(map(lines[end].count, ")]}"))
            if depth <= 0:
                break
        if depth == 0 and lines[start].strip():
            yield "\n" + "\n".join(lines[start : end + 1]) + "\n"


def broken(pieces: list[str], spare: dict[str, list[str]], chance: random.Random) -> list[str]:
    """The pieces with one to three of them deleted, doubled, swapped, or replaced by a spare one of their kind.

    A line break may also get a statement of another program.

    Blanks and brackets are mostly spared: a program whose brackets do not match never comes to run.
    """
    pieces = pieces.copy()
    open_to_change = [at for at, piece in enumerate(pieces) if kind_of(piece) != "other" or chance.random() < 0.05]
    for _ in range(chance.randint(1, 3)):
        at, other = chance.choice(open_to_change), chance.choice(open_to_change)
        match chance.randrange(8):
            case 0:
                pieces[at] = ""
            case 1:
                pieces[at] += " " + pieces[at]
            case 2:
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case 3 | 4:
                pieces[chance.choice([at for at, piece in enumerate(pieces) if "\n" in piece] or [at])] += (
                    chance.choice(spare[""])
                )
            case _:
                pieces[at] = chance.choice(spare[kind_of(pieces[at])])
    return pieces


def run(text: str) -> None:
    """Read, compile and run every job and function of a text."""
    world = memory_world(http=MemoryHttp(lambda request: Response(200, (), b'{"id": 1}')))
    try:
        project = Project(load_text(text, "fuzz.xs"))
    except XsError:
        return
    if project.errors:
        return
    for name, job in project.jobs.items():
        project.run(name, env=dict.fromkeys(job.env, "value of it"), world=world, limits=LIMITS)
    for name in project.functions:
        project.call(name, world=world, limits=LIMITS)


def bug_of(text: str) -> Bug | None:
    """What a text brings to light."""
    signal.alarm(PATIENCE)
    try:
        run(text)
    except Exception as error:
        innermost = traceback.extract_tb(error.__traceback__)[-1]
        return Bug(f"{type(error).__name__} at {innermost.filename}:{innermost.lineno}", str(error), text)
    finally:
        signal.alarm(0)
    return None


def hang(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"still running after {PATIENCE} s")


# ------------------------------------------------------------------ reporting


def shrunk(bug: Bug) -> Bug:
    """The bug with as many lines, then pieces, taken away as it can spare."""
    for cut in (lambda text: text.splitlines(keepends=True), pieces_of):
        bug = without(bug, cut)
    return bug


def without(bug: Bug, cut: Callable[[str], list[str]]) -> Bug:
    parts = cut(bug.text)
    size = max(1, len(parts) // 2)
    while size and "TimeoutError" not in bug.place:
        at = 0
        while at < len(parts):
            rest = parts[:at] + parts[at + size :]
            found = bug_of("".join(rest))
            if found and found.place == bug.place:
                bug, parts = found, rest
            else:
                at += size
        size //= 2
    return bug


def fuzz(texts: list[str], seed: int, keep_on: Callable[[int], bool]) -> tuple[int, dict[str, Bug]]:
    """How many programs were tried while ``keep_on`` said so, and every bug by its place."""
    chance, bugs, tried = random.Random(seed), dict[str, Bug](), 0
    signal.signal(signal.SIGALRM, hang)
    warnings.simplefilter("error")
    pieces = [pieces_of(text) for text in texts]
    spare = {"": sorted({statement for text in texts for statement in statements_of(text)})}
    for piece in sorted({piece for each in pieces for piece in each}):
        spare.setdefault(kind_of(piece), []).append(piece)
    while keep_on(tried):
        tried += 1
        bug = bug_of("".join(broken(chance.choice(pieces), spare, chance)))
        if bug and bug.place not in bugs:
            bugs[bug.place] = shrunk(bug)
    return tried, bugs


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="*", type=Path, help="further programs to break")
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    chosen = options.parse_args()
    end = time.monotonic() + chosen.seconds
    tried, bugs = fuzz(programs(chosen.folders), chosen.seed, lambda _: time.monotonic() < end)
    for bug in bugs.values():
        sys.stdout.write(f"==== {bug.place}: {bug.message}\n{bug.text}\n")
    sys.stdout.write(f"{tried:,} programs, {len(bugs)} bugs, seed {chosen.seed}\n")
    return 1 if bugs else 0


if __name__ == "__main__":
    sys.exit(main())
