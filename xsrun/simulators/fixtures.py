"""Fixtures for pytest, to be imported by a ``conftest.py`` or a plug-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from xsrun.simulators.started import OnDemand


@pytest.fixture
def xsrun_simulators() -> Iterator[OnDemand]:
    """Simulators by name, started on demand, with fresh accounts: ``xsrun_simulators["pagerduty"].url``."""
    with closing(OnDemand()) as simulators:
        yield simulators
