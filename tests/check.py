"""Everything that has to hold before a commit: ``python tests/check.py``, or ``--fast`` without the slow tests.

One line a check, with its time; the output of a check only when it fails. The exit code is 1 when one fails.
"""

import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Check(NamedTuple):
    """A Python module to run with these arguments; ``fast`` are further ones for ``--fast``."""

    name: str
    arguments: tuple[str, ...]
    fast: tuple[str, ...] = ()


CHECKS = (
    Check("format", ("ruff", "format", "--check", "--quiet", "--output-format", "concise", ".")),
    Check("lint", ("ruff", "check", "--quiet", "--output-format", "concise", ".")),
    Check("types", ("mypy",)),
    Check("programs", ("xsrun", "fmt", "--check", "jobs", "benchmarks", "xsrun/templates")),
    Check("tests", ("pytest", "-q", "-n", "3", "--dist", "worksteal"), fast=("-m", "not slow")),
)
"""In the order they run: what is quick to tell comes first."""


def passes(check: Check, fast: bool) -> bool:
    """Run one check and say how it went."""
    command = [sys.executable, "-m", *check.arguments, *(check.fast if fast else ())]
    start = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    sys.stdout.write(f"{check.name:8} {verdict:6} {time.monotonic() - start:6.1f} s\n")
    if done.returncode:
        sys.stdout.write(f"{done.stdout.rstrip()}\n")
    sys.stdout.flush()
    return done.returncode == 0


def main() -> int:
    """Run every check, however the ones before went."""
    fast = "--fast" in sys.argv[1:]
    failed = [check.name for check in CHECKS if not passes(check, fast)]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
