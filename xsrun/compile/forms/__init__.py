"""Statements with control flow or with access to the frame, one module a subject.

Importing this package fills ``FORMS``.
"""

from __future__ import annotations

from xsrun.compile.forms import (
    addons,
    branches,
    bulk,
    database,
    ends,
    frame,
    functions,
    loops,
    queries,
    rows,
    variables,
)
from xsrun.compile.forms.record import FORMS, Form

MODULES = (variables, branches, loops, ends, functions, frame, rows, queries, bulk, database, addons)

__all__ = ["FORMS", "MODULES", "Form"]
