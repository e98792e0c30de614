"""A bound on the memory of the process, so that a value that grows without end ends the run and not the machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec


@contextmanager
def bounded_memory(megabytes: int) -> Iterator[None]:
    """Let the process hold that much more data in the block. What goes beyond ends the run with ``limit-size``.

    Only where the system can bound it; elsewhere the machine is the bound.
    """
    resource = import_module("resource") if find_spec("resource") else None
    if resource is None or not hasattr(resource, "RLIMIT_DATA"):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = min(_held() + (max(1, megabytes) << 20), sys.maxsize)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _held() -> int:
    """The bytes of data that the process holds already, and has to; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="utf-8") as file:  # a codec that is there already
            return int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except FileNotFoundError:
        return 0
