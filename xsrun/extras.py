"""The one place where optional packages are imported, on first use."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType
from typing import Final

from xsrun.diagnostics import Fault

PACKAGES: Final = {
    "cases": "tomlkit",
    "coverage": "coverage",
    "crypto": "joserfc",
    "keyring": "keyring",
    "lambda": "py_mini_racer",
    "lsp": "pygls",
    "mcp": "mcp",
    "otel": "opentelemetry",
    "policy": "regopy",
    "mysql": "pymysql",
    "redis": "redis",
    "s3": "boto3",
    "scale": "dbos",
    "schedule": "cronsim",
    "postgresql": "psycopg",
    "server": "starlette",
    "template": "jinja2",
    "zip": "pyzipper",
}
"""Extra to the package that is there when it is installed."""


def is_installed(extra: str) -> bool:
    """Whether an extra is there; nothing is imported."""
    return importlib.util.find_spec(PACKAGES[extra]) is not None


def install_command(extra: str) -> str:
    """What to type for an extra that is missing."""
    return f"pip install 'xsrun[{extra}]'"


def load(module: str, *, extra: str, needed_by: str, message: str = "") -> ModuleType:
    """Import a module of an optional package.

    ``extra`` is the name in ``xsrun[extra]`` that installs it, ``needed_by`` the filter or statement
    that asks, ``message`` what the platform says. Raises Fault ``missing-extra`` when it cannot be imported.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise Fault(
            "missing-extra",
            message or f"`{needed_by}` needs the package {package}, which is not installed.",
            help=install_command(extra),
        ) from error
