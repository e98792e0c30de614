"""Tortures every shipped job with every fault, and writes the figures to docs/safety.md.

    python tests/torture_all.py

The exit code is that of `xsrun torture`: 1 when a page was doubled or lost, a failure silent, a secret shown.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "safety.md"
BEGIN = "<!-- figures of `python tests/torture_all.py` -->"
END = "<!-- end of the figures -->"
COLUMNS = {
    "done": "as without a fault",
    "failed": "ended with an error",
    "unknown": "a person has to look",
    "double": "double pages",
    "lost": "lost pages",
    "silent": "silent failures",
    "leak": "leaks",
    "hang": "hangs",
    "crash": "crashes",
}


def main() -> int:
    command = [sys.executable, "-m", "xsrun", "torture", "jobs", "--json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout:
        return done.returncode
    found = json.loads(done.stdout)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{figures(found)}{END}{rest.partition(END)[2]}", encoding="utf-8")
    sys.stdout.write(figures(found))
    return done.returncode


def figures(found: dict) -> str:
    """The table of the page."""
    return "".join(f"| {' | '.join(row)} |\n" for row in rows(found))


def rows(found: dict) -> Iterator[list[str]]:
    yield ["job", "requests", "faults tried", *COLUMNS.values()]
    yield ["---", *["---:"] * (len(COLUMNS) + 2)]
    total: Counter[str] = Counter()
    for job in found["jobs"]:
        counted = Counter(outcome for trial in job["trials"][1:] for outcome in outcomes(trial))
        counted.update(requests=len(job["requests"]), tried=len(job["trials"]) - 1)
        total += counted
        yield row(job["job"], counted)
    yield row("all", total)


def outcomes(trial: dict) -> set[str]:
    return {finding["outcome"] for finding in trial["findings"]} or {trial["outcome"]}


def row(name: str, counted: Counter[str]) -> list[str]:
    return [name, *(str(counted[column]) for column in ("requests", "tried", *COLUMNS))]


if __name__ == "__main__":
    sys.exit(main())
