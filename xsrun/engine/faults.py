"""Faults among the outcomes that the journal keeps."""

from __future__ import annotations

from typing import Any

from xsrun.diagnostics import ERROR_KINDS, Fault


def kept_fault(fault: Fault) -> dict[str, Any]:
    """A fault as the journal keeps it."""
    return {"fault": [fault.code, fault.message, fault.kind.error_type, fault.help, fault.name, fault.payload]}


def fault_of(answer: dict[str, Any]) -> Fault:
    """The fault that was kept; what older journals kept of one has neither name nor payload."""
    code, message, kind, help, *more = answer["fault"]
    return Fault(code, message, kind=ERROR_KINDS[kind], help=help, **dict(zip(("name", "payload"), more, strict=False)))


def value_of(answer: dict[str, Any]) -> Any:
    """The value of an outcome. Raises the fault that was kept in its place."""
    if "fault" in answer:
        raise fault_of(answer)
    return answer["value"]
