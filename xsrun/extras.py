"""The one place where optional packages are imported, on first use."""

from __future__ import annotations

import importlib
from types import ModuleType

from xsrun.diagnostics import Fault


def load(module: str, *, extra: str, needed_by: str) -> ModuleType:
    """Import a module of an optional package.

    ``extra`` is the name in ``xsrun[extra]`` that installs it, ``needed_by`` the filter or statement
    that asks. Raises Fault ``missing-extra`` when it cannot be imported.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise Fault(
            "missing-extra",
            f"`{needed_by}` needs the package {package}, which is not installed.",
            help=f"pip install 'xsrun[{extra}]'",
        ) from error
