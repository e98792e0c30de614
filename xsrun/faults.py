"""Errors that Python raises in generated code, as the faults they are."""

from __future__ import annotations

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.hints import Final

MODULE: Final = "xanoscript"
"""What generated code is called in Python's eyes."""


def fault_of(error: Fault | TypeError) -> Fault:
    """The fault behind an error of generated code.

    Arithmetic on operands that are known to be numbers or null is left to Python, which refuses null
    with a TypeError. Any other TypeError is a bug of ours, and raised again.
    """
    if isinstance(error, Fault):
        return error
    innermost = error.__traceback__
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    if innermost is None or innermost.tb_frame.f_globals.get("__name__") != MODULE:
        raise error
    return values.not_numeric(None)
