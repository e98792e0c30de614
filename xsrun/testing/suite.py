"""The tests of one folder, compiled and ready to run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property, partial

from xsrun.compile.program import compile_tests
from xsrun.compile.tests import UnitTest, WorkflowTest
from xsrun.diagnostics import Diagnostic, Found
from xsrun.files import source_files
from xsrun.project import load_folder
from xsrun.runtime.run import Loaded
from xsrun.testing.cases.case import Case
from xsrun.testing.cases.judging import case_problems
from xsrun.testing.cases.reading import FOLDER, read_cases
from xsrun.testing.item import Item
from xsrun.testing.units import unit_problems
from xsrun.testing.workflows import workflow_problems
from xsrun.watching import Seen, states


class Suite:
    """A folder compiled for tests. Nothing of it comes from the cache of compiled code or goes there."""

    def __init__(self, path: str, files: Iterable[str] | None = None) -> None:
        folder = load_folder(path, files)
        self.path = path
        self.program, self._tests, self.marks, self.changed = compile_tests(folder)
        self.constructs = folder.constructs
        self._found = folder.diagnostics

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was found in its source and in its files of cases."""
        return [*self._found, *self._read[1]]

    @property
    def errors(self) -> list[Diagnostic]:
        """The errors among them. Those in a file of cases keep nothing else from running."""
        return [each for each in self.diagnostics if each.severity == "error"]

    @property
    def cases(self) -> list[Case]:
        """The cases beside its jobs that can be run."""
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[list[Case], list[Diagnostic]]:
        found = Found()
        sound = not any(each.severity == "error" for each in self._found)
        return read_cases(self.path, self.program, found) if sound else [], found.items

    @cached_property
    def loaded(self) -> Loaded:
        """The program, ready to run."""
        return Loaded(self.program)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Its tests in the order of files and, within a file, of the source; none where that does not compile."""
        if any(each.severity == "error" for each in self._found):
            return ()
        return (*map(self._item, self._tests), *map(self._case, self.cases))

    def _case(self, case: Case) -> Item:
        check = partial(case_problems, self.loaded, case)
        return Item(
            self.path,
            "case",
            case.kind,
            case.subject,
            case.name,
            case.span,
            case.tags,
            check,
            self.loaded.reached,
            listed_in=case.file,
        )

    def _item(self, test: UnitTest | WorkflowTest) -> Item:
        subject, reached = self.program.routines[test.subject], self.loaded.reached
        if isinstance(test, WorkflowTest):
            run = partial(workflow_problems, self.loaded, test)
            return Item(self.path, "workflow", subject.kind, test.name, test.name, test.span, test.tags, run, reached)
        check = partial(unit_problems, self.loaded, test)
        return Item(self.path, "unit", subject.kind, subject.name, test.name, test.span, test.tags, check, reached)


def seen(path: str) -> Seen:
    """The files that the tests of a project are made of, as they are now."""
    home = path if os.path.isdir(path) else os.path.dirname(path) or os.curdir
    beside = os.path.join(home, FOLDER)
    names = os.listdir(beside) if os.path.isdir(beside) else []
    return states([*source_files(path), *(os.path.join(beside, name) for name in names)])
