"""``xsrun test --mutate``: which small faults no test would notice."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from xsrun.cli.memory import bounded_memory
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, show
from xsrun.cli.reach import Reached, name_from_here
from xsrun.diagnostics import Exit
from xsrun.source import Source, Span
from xsrun.testing import mutation
from xsrun.testing.coverage import shown_percent
from xsrun.testing.forks import possible
from xsrun.testing.mutants import Mutant
from xsrun.testing.mutation import KILLED, Trial, Verdict
from xsrun.testing.suite import Suite
from xsrun.testing.text import Ran

MEMORY: Final = 1024
"""Megabytes of a process that runs mutants."""


def is_wanted(options: Mapping[str, Any]) -> bool:
    """Whether mutants are asked for. Raises BadOption when that cannot be."""
    least = options["mutate_min"]
    if least is not None and not 0 <= least <= 100:
        raise BadOption(f"--mutate-min {least:g} is no percentage", "write a number from 0 to 100")
    wanted = bool(options["mutate"] or least is not None)
    if wanted and not possible():
        raise BadOption("--mutate needs a system with forks", "run it on Linux or macOS")
    return wanted


def judged(suites: Sequence[Suite], meant: Iterable[Reached], ran: Ran, options: Mapping[str, Any]) -> list[Verdict]:
    """Try every mutant; but for JSON, say which of them no test noticed as soon as that is known."""
    tried = [each for suite, reached in zip(suites, meant, strict=True) for each in _trials(suite, reached.source, ran)]
    found: list[Verdict] = []
    if not options["json"]:
        show(f"Trying {len(tried)} mutants...\n")
    with bounded_memory(MEMORY):
        for each in mutation.verdicts(tried, options["jobs"] or os.cpu_count() or 1):
            found.append(each)
            if each.status != KILLED and not options["json"]:
                show(mutation.line(each))
    if not options["json"]:
        show(f"\n{mutation.summary(found)}")
    return found


def _trials(suite: Suite, file: str, ran: Ran) -> Iterator[Trial]:
    """The trials of a folder, the files named as they are reached from here."""
    sources: dict[Source, Source] = {}
    for each in mutation.trials(suite, [pair for pair in ran if pair[0].folder == suite.path], file):
        source, start, end = each.mutant.span
        if source not in sources:
            sources[source] = Source(name_from_here(suite.path, source.name), source.text, source.path)
        edit = each.mutant.edit._replace(span=Span(sources[source], start, end))
        yield each._replace(mutant=Mutant(edit, each.mutant.rule, each.mutant.at))


def too_low(judged: Sequence[Verdict], least: float | None, output: Output) -> int:
    """Complain of fewer mutants noticed than demanded; gives back the exit code, 0 when they are enough."""
    noticed = mutation.percent(judged)
    if least is None or noticed >= least:
        return Exit.DONE
    message = f"the tests notice {shown_percent(noticed)} % of the mutants, and {least:g} % are demanded"
    return output.complain("low-mutation", message, "test what the mutants above change", Exit.TEST)
