"""A local runtime for XanoScript job folders: no account, no upload, no server.

    import xsrun

    project = xsrun.load("jobs/pagerduty-create-incident")
    result = project.run(input={"title": "Database is down"}, env={"pagerduty_api_key": "…"})

The names below are stable; they are imported on first use, so that the command line starts fast.
"""

from __future__ import annotations

from importlib import import_module

from xsrun.build import VERSION as __version__
from xsrun.hints import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from xsrun.api import Document, Limits, Project, Result, XsError, evaluate, format, load, parse

__all__ = ["Document", "Limits", "Project", "Result", "XsError", "__version__", "evaluate", "format", "load", "parse"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("xsrun.api"), name)
    raise AttributeError(f"module xsrun has no attribute {name}")
