"""What the shell completes: names of jobs, of the language, of templates, and codes."""

from __future__ import annotations

import os
from collections.abc import Iterable

import typer

from xsrun.cli.find import HERE, jobs_below
from xsrun.diagnostics import CODES
from xsrun.late import Late, LateModule

_simulators = LateModule("xsrun.simulators")
_templates = LateModule("xsrun.templates")
_entries = Late("xsrun.catalogue", "entries")

Completions = list[tuple[str, str]]
"""Words and what they mean."""


def job_names(ctx: typer.Context, incomplete: str) -> Completions:
    """Jobs below the folder that is given, or below the current one."""
    root = ctx.params.get("path") or HERE
    where = os.fspath(root[0] if isinstance(root, list) else root)
    return _starting(((_word(each.name), each.path) for each in jobs_below(where)), incomplete)


def language_names(incomplete: str) -> Completions:
    """Names of the catalogue."""
    return _starting(((each.name, each.summary) for each in _entries()), incomplete)


def code_names(incomplete: str) -> Completions:
    """Codes of errors and warnings."""
    return _starting(((name, code.meaning) for name, code in CODES.items()), incomplete)


def provider_names(incomplete: str) -> Completions:
    """Providers with a simulator."""
    return _starting(((name, "") for name in _simulators.SIMULATORS), incomplete)


def template_names(incomplete: str) -> Completions:
    """Templates of jobs."""
    return _starting(((each.name, each.summary) for each in _templates.TEMPLATES.values()), incomplete)


def _starting(words: Iterable[tuple[str, str]], incomplete: str) -> Completions:
    found = {word: help for word, help in words if word.startswith(incomplete)}
    return [*found.items()]


def _word(name: str) -> str:
    """A name as it has to stand on the command line; bash puts it there as it is."""
    if not os.environ.get("_XSRUN_COMPLETE", "").endswith("_bash"):
        return name
    return "".join(char if char.isalnum() or char in "._-/" else f"\\{char}" for char in name)
