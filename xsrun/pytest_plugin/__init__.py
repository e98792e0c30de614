"""xsrun in pytest: tests of ``.xs`` files as items, and fixtures for tests of projects in Python.

pytest imports this module wherever xsrun is installed, so it imports nothing itself. ``.xs`` files are collected only
with ``--xsrun``, or with ``xsrun = true`` in the settings of pytest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xsrun.pytest_plugin.project import MemoryProject
    from xsrun.simulators.started import OnDemand


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ways to switch it on, and where the project of a test lies."""
    parser.getgroup("xsrun").addoption("--xsrun", action="store_true", help="collect the tests of .xs files")
    parser.addini("xsrun", "collect the tests of .xs files", type="bool", default=False)
    parser.addini("xsrun_path", "the job folder that xsrun_project loads, from the root directory", default="")


def pytest_configure(config: pytest.Config) -> None:
    """The marker that names the project of a test."""
    config.addinivalue_line("markers", "xsrun(path): the job folder that xsrun_project loads, from the root directory")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The tests of a file, when they are asked for."""
    config = parent.config
    is_ours = file_path.suffix == ".xs" or file_path.parent.name == "cases"
    if not is_ours or not (config.getoption("--xsrun") or config.getini("xsrun")):
        return None
    made: pytest.Collector | None = import_module("xsrun.pytest_plugin.collecting").collector(file_path, parent)
    return made


@pytest.fixture
def xsrun_project(request: pytest.FixtureRequest) -> MemoryProject:
    """The job folder of a test in memory: ``run`` and ``call`` as those of ``xsrun.load``, and nothing is sent.

    It is the folder that ``@pytest.mark.xsrun(path)`` names, or ``xsrun_path`` in the settings of pytest, or the
    nearest one around the module of the test.
    """
    made: MemoryProject = import_module("xsrun.pytest_plugin.project").project_of(request)
    return made


@pytest.fixture
def xsrun_simulators() -> Iterator[OnDemand]:
    """Simulators by name, started on demand, with fresh accounts: ``xsrun_simulators["pagerduty"].url``."""
    simulators: OnDemand
    with closing(import_module("xsrun.simulators.started").OnDemand()) as simulators:
        yield simulators
