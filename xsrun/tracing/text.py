"""A trace as lines for people, and as objects for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.render import shorten
from xsrun.runtime.secrets import Masker
from xsrun.tracing.tracer import Step

LONGEST: Final = 100
MARKS: Final[Mapping[str, str]] = {"call": "> ", "request": "~ "}


def step_line(step: Step, masker: Masker) -> str:
    """A step in one line, without secrets."""
    shown = "".join(f"  {name} = {shorten(value, LONGEST)}" for name, value in step.values)
    often = f"  (pass {step.passed})" if step.passed > 1 else ""
    took = f"{step.took:8.1f}" if step.kind != "call" else " " * 8
    line = f"{step.at:9.1f}{took} ms  {'  ' * step.depth}{MARKS.get(step.kind, '')}{step.title}{shown}{often}"
    return masker.text(f"{line}  {step.place}".rstrip())


def step_json(step: Step, masker: Masker) -> dict[str, Any]:
    """A step as ``{kind, at_ms, took_ms, depth, place, title, values, pass}``, without secrets."""
    shown: dict[str, Any] = masker.value(
        {
            "kind": step.kind,
            "at_ms": round(step.at, 3),
            "took_ms": round(step.took, 3),
            "depth": step.depth,
            "place": step.place,
            "title": step.title,
            "values": {name: _plain(value) for name, value in step.values},
        }
    )
    return shown | {"pass": step.passed}


def _plain(value: Any) -> Any:
    """A value as JSON where it is short, else its beginning as text."""
    try:
        plain = values.plain(value)
    except Fault:
        return values.type_name(value)
    written = shorten(plain, LONGEST)
    return written if written.endswith("…") else plain
