"""Simulators of the providers that jobs talk to: one request in, one answer out, no network.

``SIMULATORS`` names them. ``port`` answers a run's requests in the same process; ``start`` puts one behind a loopback
address, for tests of anything that speaks HTTP::

    from xsrun.simulators import start

    with start("pagerduty", troubles="429:2,reset") as pagerduty:
        pagerduty.url, pagerduty.keys["token"]
        pagerduty.state["incidents"], pagerduty.requests
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from xsrun.late import Late
from xsrun.simulators.known import SIMULATORS, Provider

if TYPE_CHECKING:
    from xsrun.simulators.started import Started

__all__ = ["SIMULATORS", "Provider", "start"]

start: Callable[..., AbstractContextManager[Started]] = Late("xsrun.simulators.started", "start")
"""See ``xsrun.simulators.started.start``."""
