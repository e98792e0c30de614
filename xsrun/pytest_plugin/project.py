"""A job folder for tests in Python, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from xsrun.api import Project, Result, load
from xsrun.cli.reach import from_here
from xsrun.diagnostics import XsError
from xsrun.effects.memory import memory_world
from xsrun.effects.outward import LateHttp
from xsrun.effects.ports import World
from xsrun.files import is_home
from xsrun.render import diagnostic_text
from xsrun.simulators.port import SimulatedHttp
from xsrun.simulators.started import OnDemand

NO_VALUES: Final[Mapping[str, Any]] = {}


class MemoryProject:
    """A project whose runs see a world in memory: no network, a clock that begins at 2026-01-01, repeatable chance.

    Every ``run`` and ``call`` has a world of its own. Further arguments replace what is in it by the names of
    ``memory_world``, e.g. ``http=MemoryHttp([...])``. With ``simulators=xsrun_simulators`` requests to the providers
    go to these, and the environment holds their keys unless ``env`` says otherwise.
    """

    def __init__(self, project: Project) -> None:
        self.project = project

    def run(
        self,
        job: str | None = None,
        input: Mapping[str, Any] = NO_VALUES,
        env: Mapping[str, str] = NO_VALUES,
        simulators: OnDemand | None = None,
        **world: Any,
    ) -> Result:
        """Run a job; the only one of the folder when none is named. Raises nothing for a job that fails."""
        return self.project.run(job, input, _env(env, simulators), _world(simulators, world))

    def call(
        self,
        function: str,
        input: Mapping[str, Any] = NO_VALUES,
        env: Mapping[str, str] = NO_VALUES,
        simulators: OnDemand | None = None,
        **world: Any,
    ) -> Result:
        """Run one function. Raises nothing for one that fails."""
        return self.project.call(function, input, _env(env, simulators), _world(simulators, world))


def _env(given: Mapping[str, str], simulators: OnDemand | None) -> dict[str, str]:
    return {**(simulators.env if simulators else {}), **given}


def _world(simulators: OnDemand | None, replaced: Mapping[str, Any]) -> World:
    world = memory_world(**replaced)
    if simulators is None:
        return world
    return world._replace(http=SimulatedHttp(LateHttp(), simulators.maps, world.clock, elsewhere=world.http))


def project_of(request: pytest.FixtureRequest) -> MemoryProject:
    """The project of a test; the test fails when it is not there or does not compile."""
    path = _path(request)
    try:
        project = load(path)
    except XsError as error:
        pytest.fail("\n\n".join(map(diagnostic_text, error.diagnostics)), pytrace=False)
    if project.errors:
        pytest.fail("\n\n".join(map(diagnostic_text, from_here(project.path, project.errors))), pytrace=False)
    return MemoryProject(project)


def _path(request: pytest.FixtureRequest) -> Path:
    marker, root = request.node.get_closest_marker("xsrun"), Path(request.config.rootpath)
    named = marker.args[0] if marker and marker.args else request.config.getini("xsrun_path")
    if named:
        return root / str(named)
    folder = request.path.parent
    around = [folder, *folder.parents]
    inside = [each for each in around if each == root or root in each.parents]
    return next((each for each in inside if is_home(str(each))), folder)
