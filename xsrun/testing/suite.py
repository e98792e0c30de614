"""The tests of one folder, compiled and ready to run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from xsrun.compile.program import compile_tests
from xsrun.compile.tests import UnitTest
from xsrun.diagnostics import Diagnostic
from xsrun.program import Routine
from xsrun.project import load_folder
from xsrun.runtime.run import Loaded


class Suite:
    """A folder compiled for tests. Nothing of it comes from the cache of compiled code or goes there."""

    def __init__(self, path: str, files: Iterable[str] | None = None) -> None:
        folder = load_folder(path, files)
        self.path = path
        self.program, self.tests = compile_tests(folder)
        """The tests stand in the order of files and, within a file, of the source."""
        self.diagnostics = folder.diagnostics

    @property
    def errors(self) -> list[Diagnostic]:
        """The findings that keep it from running."""
        return [each for each in self.diagnostics if each.severity == "error"]

    @cached_property
    def loaded(self) -> Loaded:
        """The program, ready to run."""
        return Loaded(self.program)

    def subject(self, test: UnitTest) -> Routine:
        """The construct that a test is about."""
        return self.program.routines[test.subject]

    def label(self, test: UnitTest) -> str:
        """How a test is called in reports: ``adds two numbers [function: add]``."""
        subject = self.subject(test)
        return f"{test.name} [{subject.kind}: {subject.name}]"
