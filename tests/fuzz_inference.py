"""Runs random programs three ways for some seconds of CPU; prints the smallest program whose ways differ.

python tests/fuzz_inference.py SECONDS [NUMBER OF THE FIRST PROGRAM]
"""

import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator

from oracle import TooLarge
from random_programs import program
from three_ways import ThreeWays

from xsrun.project import load_text

WORK = 20_000
SIMPLE = ("0", "1", "null", "[]", "{}", '"a"')
BRACKETS = {"(": ")", "[": "]", "{": "}"}


def difference(text: str, counts: Counter[str] | None = None) -> str | None:
    """What is not the same about a program, None when nothing is."""
    counts = Counter() if counts is None else counts
    ways = ThreeWays(load_text(text, "random.xs"))
    if ways.broken:
        return f"does not compile: {[*map(str, ways.folder.diagnostics)]}"
    try:
        found = ways.differing_findings() or ways.differing("case", work=WORK)
    except TooLarge:
        counts["too large"] += 1
        return None
    counts["compared"] += 1
    return found


# ------------------------------------------------------------------ making it smaller


def reduced(text: str, differs: Callable[[str], bool]) -> str:
    """A smaller text that differs too, with which no single step gets any further."""
    while True:
        smaller = next((each for each in steps(text) if differs(each)), None)
        if smaller is None:
            return text
        text = smaller


def steps(text: str) -> Iterator[str]:
    """Texts that are a little smaller: without a block or line, a block without its frame, a simpler value."""
    lines = text.split("\n")
    blocks = [*closed_blocks(lines)]
    for first, last in sorted(blocks, key=lambda block: block[0] - block[1]):
        yield "\n".join([*lines[:first], *lines[last + 1 :]])
        yield "\n".join([*lines[:first], *lines[first + 1 : last], *lines[last + 1 :]])
    for at in range(len(lines)):
        yield "\n".join([*lines[:at], *lines[at + 1 :]])
    for first, last in sorted(brackets(text), key=lambda pair: pair[0] - pair[1]):
        inside = text[first + 1 : last]
        for simple in [inside, *re.split(r" [^\w\s]+ |, |: ", inside), *SIMPLE]:
            if len(simple) < last - first and "\n" not in inside:
                yield text[:first] + simple + text[last + 1 :]
    for found in re.finditer(r"\|[^|()\n]+|, \w+: \$\w+|\w+: \$\w+, ", text):
        yield text[: found.start()] + text[found.end() :]


def closed_blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The first and last line of everything that stands in braces over several lines."""
    opened: list[int] = []
    for at, line in enumerate(lines):
        for sign in re.findall(r"[{}]", line):
            if sign == "{":
                opened.append(at)
            elif opened and (first := opened.pop()) < at:
                yield first, at


def brackets(text: str) -> Iterator[tuple[int, int]]:
    opened: list[int] = []
    for found in re.finditer(r"[()\[\]{}]", text):
        if found[0] in BRACKETS:
            opened.append(found.start())
        elif opened:
            yield opened.pop(), found.start()


def smallest(text: str, counts: Counter[str]) -> str:
    """The failing program made small, with the difference."""

    def differs(each: str) -> bool:
        found = difference(each, counts) if each.startswith("function case") else None
        return found is not None and not found.startswith("does not compile")

    text = reduced(text, differs)
    return f"{text}\n\n{difference(text, counts)}"


def main(seconds: float, number: int) -> int:
    warnings.simplefilter("ignore")
    counts: Counter[str] = Counter()
    end = time.process_time() + seconds
    while time.process_time() < end:
        text = program(number)
        if difference(text, counts):
            sys.stdout.write(f"program {number}: {dict(counts)}\n{smallest(text, counts)}\n")
            return 1
        number += 1
    sys.stdout.write(f"no difference up to program {number}: {dict(counts)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
