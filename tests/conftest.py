"""Settings of all tests."""

import os
import signal
import sys

import pytest
from databases import on_each_engine, server
from hypothesis import HealthCheck, settings

from xsrun.runtime.run import RECURSION

# The many processes that tests start have the bytecode that an installed package has, or each would make it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A program sets it when it is first loaded; within an example, Hypothesis would blame that example.
sys.setrecursionlimit(RECURSION)

# How long an example takes says something of the machine alone.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")

__all__ = ["on_each_engine", "server"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "long: for an evening; `python -m pytest -m long` runs what the suite leaves out"
    )
    config.addinivalue_line("markers", "slow: takes seconds; `python tests/check.py --fast` leaves it out")
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # A shell has what it runs in the background ignore Ctrl-C, and with it every process that a test starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
