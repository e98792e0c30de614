"""Settings of all tests."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes seconds; `python tests/check.py --fast` leaves it out")
