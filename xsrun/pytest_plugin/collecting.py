"""Tests of ``.xs`` files as items of pytest."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest._code.code import ReprFileLocation, TerminalRepr
from _pytest._io import TerminalWriter

from xsrun.cli.reach import from_here
from xsrun.cli.selecting import reached_tests
from xsrun.render import COLOUR, PLAIN, diagnostic_text
from xsrun.testing.cases.reading import SUFFIXES
from xsrun.testing.item import Item
from xsrun.testing.outcome import Outcome
from xsrun.testing.suite import Suite
from xsrun.testing.text import notes, problem_lines

COLLECTED: Final = (".xs", *SUFFIXES)
"""What files that hold tests end in."""
SUITES: Final = pytest.StashKey[dict[str, Suite]]()


def collector(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """What collects the tests of a file; None where a file in a folder `cases` holds none."""
    if path.suffix not in COLLECTED:
        return None
    made: pytest.Collector = XsFile.from_parent(parent, path=path)
    return made


class XsFile(pytest.File):
    """A file with tests; those of one project are compiled together, once."""

    def collect(self) -> Iterator[pytest.Item]:
        """Its tests, in their order. Raises CollectError with what is wrong in it."""
        (meant,) = reached_tests(str(self.path))
        suites = self.config.stash.setdefault(SUITES, {})
        home, real = os.path.realpath(meant.path), os.path.realpath(self.path)
        suite = suites.get(home) or suites.setdefault(home, Suite(meant.path, meant.files))
        wrong = [each for each in suite.errors if each.span is None or self._shows(each.span.source.path, real)]
        if wrong:
            raise self.CollectError("\n\n".join(map(diagnostic_text, from_here(suite.path, wrong))))
        items = [each for each in suite.items if each.file == real]
        named = Counter(each.name for each in items)
        for each in items:
            yield XsItem.from_parent(self, name=each.name if named[each.name] == 1 else each.label, test=each)

    @staticmethod
    def _shows(wrong: str, real: str) -> bool:
        """Whether what is wrong in a file is told here: rows are collected with the files of cases beside them."""
        return wrong == real or (not wrong.endswith(COLLECTED) and os.path.dirname(wrong) == os.path.dirname(real))


class XsItem(pytest.Item):
    """One test."""

    def __init__(self, *, test: Item, **given: Any) -> None:
        super().__init__(**given)
        self.test = test
        self.extra_keyword_matches.update((test.obj_name, test.kind, *test.tags))

    def runtest(self) -> None:
        """Run it. Raises Failed."""
        outcome = self.test.run()
        if outcome.problems:
            raise Failed(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        """What is wrong, as ``xsrun test`` shows it; a bug of ours as Python does."""
        if isinstance(excinfo.value, Failed):
            return _Shown(self.test, excinfo.value.outcome)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands, and what it is called."""
        return self.path, self.test.span.line - 1, self.test.label


class Failed(Exception):
    """A test that failed."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class _Shown(TerminalRepr):
    def __init__(self, test: Item, outcome: Outcome) -> None:
        self._test, self._outcome = test, outcome
        source = test.span.source
        self.reprcrash = ReprFileLocation(source.name, test.span.line, outcome.message)

    def toterminal(self, tw: TerminalWriter) -> None:
        style = COLOUR if tw.hasmarkup else PLAIN
        for problem in self._outcome.problems:
            for line in problem_lines(problem, style):
                tw.line(line.rstrip())
        for line in notes(self._test, self._outcome):
            tw.line(line)
