"""The tests of one folder, compiled and ready to run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial

from xsrun.compile.program import compile_tests
from xsrun.compile.tests import UnitTest, WorkflowTest
from xsrun.diagnostics import Diagnostic
from xsrun.project import load_folder
from xsrun.runtime.run import Loaded
from xsrun.testing.item import Item
from xsrun.testing.units import unit_problems
from xsrun.testing.workflows import workflow_problems


class Suite:
    """A folder compiled for tests. Nothing of it comes from the cache of compiled code or goes there."""

    def __init__(self, path: str, files: Iterable[str] | None = None) -> None:
        folder = load_folder(path, files)
        self.path = path
        self.program, self._tests, self.marks, self.changed = compile_tests(folder)
        self.constructs = folder.constructs
        self.diagnostics = folder.diagnostics

    @property
    def errors(self) -> list[Diagnostic]:
        """The findings that keep it from running."""
        return [each for each in self.diagnostics if each.severity == "error"]

    @cached_property
    def loaded(self) -> Loaded:
        """The program, ready to run."""
        return Loaded(self.program)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Its tests in the order of files and, within a file, of the source; none while there are errors."""
        return () if self.errors else tuple(map(self._item, self._tests))

    def _item(self, test: UnitTest | WorkflowTest) -> Item:
        subject, reached = self.program.routines[test.subject], self.loaded.reached
        if isinstance(test, WorkflowTest):
            run = partial(workflow_problems, self.loaded, test)
            return Item(self.path, "workflow", subject.kind, test.name, test.name, test.span, test.tags, run, reached)
        check = partial(unit_problems, self.loaded, test)
        return Item(self.path, "unit", subject.kind, subject.name, test.name, test.span, test.tags, check, reached)
